def test_a():
    total = 1 + 1
    assert total == 3, "FrobError: total is called cog now"
