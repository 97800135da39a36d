from app import fetch


def test_fetch():
    assert fetch("a", timeout=2) == ("a", 2)
