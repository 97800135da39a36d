import sys
from typing import (
    Dict,
)


def f(a, b):
    # add
    c = a+b
    if a not in b:
        return None
    return c


def g(x: Dict = None):
    print(x)  # done
    return "g", sys.argv


g()
