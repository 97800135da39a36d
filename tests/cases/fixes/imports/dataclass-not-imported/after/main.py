"""A point."""

from dataclasses import dataclass


@dataclass
class Point:
    x: int


print(Point(1))
