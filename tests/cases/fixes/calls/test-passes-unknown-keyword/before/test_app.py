from app import fetch


def test_fetch():
    assert fetch("a", timeot=2) == ("a", 2)
