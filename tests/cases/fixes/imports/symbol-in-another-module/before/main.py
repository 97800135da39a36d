from app.http import get

print(get("a/b"))
