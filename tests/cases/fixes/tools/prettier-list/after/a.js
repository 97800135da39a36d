const a = "b"
