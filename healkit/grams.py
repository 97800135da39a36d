"""A text cut into runs of four bytes, once; what is not among them cannot stand in the text.

A look-up in a set replaces the scan of a long text for most literals that are not there. Only the runs at even places are
kept, which halves the work: a literal of five bytes has one of its own at an even place wherever it stands, but which one
depends on the place, so that each literal has two chances, an even and an odd one.
"""

from __future__ import annotations

import sys

WIDTH = 4
STEP = 2


def cut(data: bytes) -> set[int]:
    """Return the runs of four bytes at even places of some data, as integers in the machine's byte order."""
    view, found, size = memoryview(data), set[int](), len(data)
    for start in (0, STEP):
        if size >= start + WIDTH:
            found.update(view[start : start + (size - start) // WIDTH * WIDTH].cast("I"))
    return found


class Grams:
    """A text together with its grams."""

    __slots__ = ("found", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.found = cut(text.encode("utf-8", "surrogatepass"))

    def _may(self, literal: str) -> bool:
        data = literal.encode("utf-8", "surrogatepass")
        if len(data) <= WIDTH:
            return True
        number, order, found = int.from_bytes, sys.byteorder, self.found
        for first in (0, 1):
            last = first + (len(data) - WIDTH - first) // STEP * STEP
            if (
                number(data[first : first + WIDTH], order) in found
                and number(data[last : last + WIDTH], order) in found
            ):
                return True
        return False

    def may_hold(self, literals: tuple[str, ...]) -> bool:
        """Tell whether one of some literals may stand in the text; a True may be wrong, a False never is."""
        for literal in literals:  # noqa: SIM110 - a generator costs more than the look-up
            if self._may(literal):
                return True
        return False

    def holds(self, literal: str) -> bool:
        """Tell whether a literal stands in the text."""
        return self._may(literal) and literal in self.text

    def holds_any(self, literals: tuple[str, ...]) -> bool:
        """Tell whether one of some literals stands in the text."""
        for literal in literals:  # noqa: SIM110 - a generator costs more than the look-up
            if self._may(literal) and literal in self.text:
                return True
        return False
