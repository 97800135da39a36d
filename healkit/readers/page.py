"""A text as the readers see it: its lines, where each begins, and the few questions that every reader asks of them."""

from __future__ import annotations

from ..records import Finding, Location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

EXCERPT_LINES = 8
EXCERPT_WIDTH = 400
CAPTURE_WIDTH = 300
LINE_DIGITS = 7

NOWHERE = Location()


class Page:
    """Tool output cut into lines once, for all readers. `starts[i]` is the offset of `lines[i]` in `text`."""

    __slots__ = ("lines", "starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.split("\n")
        self.starts: list[int] = []
        at = 0
        for line in self.lines:
            self.starts.append(at)
            at += len(line) + 1

    def end(self, row: int) -> int:
        """Return the offset just behind a line's last character."""
        return self.starts[row] + len(self.lines[row])

    def excerpt(self, rows: Iterable[int]) -> str:
        """Return these lines, in order and once each: at most 8, each cut to its first 400 characters."""
        kept = sorted({row for row in rows if 0 <= row < len(self.lines)})[:EXCERPT_LINES]
        return "\n".join(self.lines[row][:EXCERPT_WIDTH] for row in kept)

    def finding(
        self,
        reader: str,
        first: int,
        last: int,
        *,
        weight: float = 0.5,
        location: Location = NOWHERE,
        captures: Mapping[str, str] | None = None,
        keep: Iterable[int] = (),
    ) -> Finding:
        """Return a finding over the lines `first` to `last`, with the lines `keep` (or the span's) as its excerpt.

        Captures that are empty are left out; long ones are cut.
        """
        known = {name: value[:CAPTURE_WIDTH] for name, value in (captures or {}).items() if value}
        return Finding(
            reader=reader,
            start=self.starts[first],
            end=self.end(last),
            weight=weight,
            location=location,
            captures=known,
            excerpt=self.excerpt(keep or range(first, last + 1)),
        )


def number(text: str) -> int:
    """Return a line or column number, or 0 when the text is none."""
    return int(text) if text.isdigit() and text.isascii() and len(text) <= LINE_DIGITS else 0


def place(text: str) -> Location | None:
    """Return the location that `file:line` or `file:line:column` names, or None."""
    head, _, tail = text.rpartition(":")
    last = number(tail)
    if not head or not last:
        return Location(file=head, line=number(head.rpartition(":")[2])) if head and tail == "0" else None
    path, _, middle = head.rpartition(":")
    line = number(middle)
    if path and line:
        return Location(file=path, line=line, column=last)
    return Location(file=head, line=last)


def paren_place(text: str) -> Location | None:
    """Return the location that `file(line,column)` or `file(line)` at the end of a text names, or None."""
    head, _, tail = text.rpartition("(")
    if not head or not tail.endswith(")"):
        return None
    line, _, column = tail[:-1].partition(",")
    return Location(file=head, line=number(line), column=number(column.strip())) if number(line) else None


def lies_in(path: str, marks: Iterable[str]) -> bool:
    """Return whether a path (either kind of slash) holds one of these pieces."""
    path = path.replace("\\", "/")
    return any(mark in path for mark in marks)


def ranked(index: int, first: float = 1.0, later: float = 0.8) -> float:
    """Return the weight of the nth of several equal findings: tools name the decisive one first."""
    return later if index else first


def changed(one: Finding, **values: object) -> Finding:
    """Return a finding with some fields changed."""
    return Finding(**{**one.as_dict(), **values})
