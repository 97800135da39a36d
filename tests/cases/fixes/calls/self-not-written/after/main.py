class Box:
    def __init__(self, width):
        self.width = width

    def area(self):
        return self.width * self.width


print(Box(2).area())
