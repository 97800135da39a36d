import pytest
from demo import add


def test_add(numbers):
    assert add(*numbers) == 3


@pytest.mark.slow
def test_slow(numbers):
    assert sum(numbers) == 3
