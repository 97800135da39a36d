def test_one(double):
    assert double() == 4
