class Point:
    def __init__(self, width):
        self.width = width

    def double(self):
        return self.width * 2
