import pytest


@pytest.mark.parametrize("vaue", [1, 2])
def test_one(value):
    assert value
