from app.core import value

print(value)
