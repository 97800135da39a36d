from app import both


def test_both():
    assert both(1, 2) == 6
