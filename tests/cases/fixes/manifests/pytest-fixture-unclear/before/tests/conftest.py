import pytest


@pytest.fixture
def bigset():
    return 1
