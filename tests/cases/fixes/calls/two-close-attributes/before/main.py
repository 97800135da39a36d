class Table:
    def __init__(self):
        self.rows = 1
        self.cows = 2


table = Table()
print(table.rows, table.cows, table.dows)
