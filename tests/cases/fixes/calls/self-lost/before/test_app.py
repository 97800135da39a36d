from app import Counter


def test_add():
    assert Counter().add(2).count == 2
