def f():
    value = compute()


def compute():
    return 1
