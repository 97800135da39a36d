from app.net import parse_url
from app.one import FIRST


def test_first():
    assert parse_url("a/b") == FIRST
