"""A text's lines while several edits are made to it: each line keeps the number that the linter knows it by."""

from __future__ import annotations


class Page:
    """Lines by their original number (from 1); a line may go, be replaced by several, or get blank lines before it."""

    def __init__(self, text: str) -> None:
        self._lines: list[list[str]] = [[line] for line in text.split("\n")]
        self._blank: list[int] = [0] * len(self._lines)

    def __len__(self) -> int:
        """Return how many lines there were."""
        return len(self._lines)

    def __getitem__(self, number: int) -> str:
        """Return what stands in a line now; empty when it is gone or never was."""
        there = self._lines[number - 1] if 1 <= number <= len(self._lines) else []
        return "\n".join(there)

    def __setitem__(self, number: int, text: str) -> None:
        self._lines[number - 1] = text.split("\n")

    def __delitem__(self, number: int) -> None:
        self._lines[number - 1] = []

    def is_blank(self, number: int) -> bool:
        """Tell whether a line is empty, and still there."""
        return 1 <= number <= len(self._lines) and bool(self._lines[number - 1]) and not self[number].strip()

    def is_gone(self, number: int) -> bool:
        """Tell whether a line was deleted."""
        return not self._lines[number - 1]

    def space(self, number: int, lines: int) -> None:
        """Put blank lines before a line."""
        self._blank[number - 1] += lines

    def copy(self) -> Page:
        """Return a page of its own in the same state."""
        other = Page("")
        other._lines, other._blank = [list(lines) for lines in self._lines], list(self._blank)
        return other

    @property
    def text(self) -> str:
        """The whole text as it is now."""
        out: list[str] = []
        for blank, lines in zip(self._blank, self._lines, strict=True):
            out += [""] * blank + lines
        return "\n".join(out)
