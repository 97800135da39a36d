import inflection


def test_b():
    assert inflection
