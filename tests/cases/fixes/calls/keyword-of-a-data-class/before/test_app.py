from app import hello


def test_hello():
    assert hello().priority == 2
