class Counter:
    def __init__(self):
        self.count = 0

    def add(number=1):
        self.count += number
        return self
