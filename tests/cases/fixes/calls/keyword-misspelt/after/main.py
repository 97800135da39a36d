from app import fetch

print(fetch("a", timeout=3))
