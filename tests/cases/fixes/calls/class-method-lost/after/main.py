class Point:
    def __init__(self, x):
        self.x = x

    @classmethod
    def parse(cls, text):
        return cls(int(text))


print(Point.parse("1").x)
