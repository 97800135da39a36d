from app import fetch

print(fetch("a", timeot=3))
