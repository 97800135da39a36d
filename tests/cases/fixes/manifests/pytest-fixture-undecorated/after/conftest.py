import pytest


@pytest.fixture
def base():
    return 2


@pytest.fixture
def double(base):
    return lambda: base * 2
