from app.a import one

two = one + 1
