"""A point."""


@dataclass
class Point:
    x: int


print(Point(1))
