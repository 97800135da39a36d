import functools


@functools.wraps(print)
def say():
    return functools.partial(print)


say()
