from app import join, parse_url


def test_both():
    assert join(parse_url("a/b")) == "a/b"
