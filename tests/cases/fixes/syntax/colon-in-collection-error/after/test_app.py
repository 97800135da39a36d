from app import total


def test_total():
    assert total([("book", 10.0)]) == 10.7
