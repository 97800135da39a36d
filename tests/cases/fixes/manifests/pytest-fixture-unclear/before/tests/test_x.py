def test_it(bigsed):
    assert bigsed
