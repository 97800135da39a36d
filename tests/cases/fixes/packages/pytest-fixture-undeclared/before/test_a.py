def test_a(mocker):
    assert mocker == 1
