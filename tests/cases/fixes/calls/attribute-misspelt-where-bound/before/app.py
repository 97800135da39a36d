class Point:
    def __init__(self, width):
        self.widht = width

    def double(self):
        return self.width * 2
