import pytest


def double(base):
    return base * 2


@pytest.fixture
def four():
    return double(2)
