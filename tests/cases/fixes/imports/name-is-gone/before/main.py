from app.net import discover

print(discover())
