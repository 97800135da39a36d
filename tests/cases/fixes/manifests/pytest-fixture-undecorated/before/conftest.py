import pytest


@pytest.fixture
def base():
    return 2


def double(base):
    return lambda: base * 2
