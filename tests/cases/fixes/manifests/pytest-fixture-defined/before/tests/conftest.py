import pytest


@pytest.fixture
def numbres():
    return [1, 2]
