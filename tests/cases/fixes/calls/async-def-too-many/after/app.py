def double(value):
    return value * 2


def both(a, b):
    return double(a) + double(b)
