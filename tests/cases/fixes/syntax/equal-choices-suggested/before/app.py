def join(first, second, third):
    return first(second, third)


def other(x, y):
    return x  y
