class Point:
    def __init__(self, name):
        self.name = name

    def show(self):
        return f"{self.name}"


print(Point("a").nmae, Point("b").show())
