from app.two import both


def test_both():
    assert both("a/b") == "a/b"
