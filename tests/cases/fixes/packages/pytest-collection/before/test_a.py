from app import humanize


def test_a():
    assert humanize
