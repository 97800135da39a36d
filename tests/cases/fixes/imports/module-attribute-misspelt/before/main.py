import functools


@functools.warps(print)
def say():
    return functools.partial(print)


say()
