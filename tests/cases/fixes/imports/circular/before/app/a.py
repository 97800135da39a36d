from app.b import two

one = 1
