from app import Point


def test_double():
    assert Point(1).double() == 2
    assert Point(1).width == 1
