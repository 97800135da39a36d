def request():
    return 1
