def test_one(answer):
    assert answer == 42
