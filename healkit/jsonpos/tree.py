"""What a parsed text is: values with places, faults, and the way from an offset to a line and a column."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a JSON text: where (offset in characters), what, what to do; `fix` is (start, end, new text)."""

    offset: int
    what: str
    do: str
    fix: tuple[int, int, str] | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """One key of an object with its place (`start`, `end` hold the quotes) and its value."""

    key: str
    start: int
    end: int
    node: Node


@dataclass(frozen=True, slots=True)
class Node:
    """A value and its span in the text. An object has `members` (repeated keys included), an array has `items`."""

    value: Any
    start: int
    end: int
    members: tuple[Member, ...] = ()
    items: tuple[Node, ...] = ()

    def member(self, key: str) -> Member | None:
        """Return the member that counts for a key (the last one, as in `json`), None when there is none."""
        return next((m for m in reversed(self.members) if m.key == key), None)

    def at(self, *path: str | int) -> Node:
        """Return the value at a path of keys and indexes, or the deepest one on the way that exists."""
        node = self
        for step in path:
            if isinstance(step, int):
                if step >= len(node.items):
                    return node
                node = node.items[step]
            else:
                member = node.member(step)
                if member is None:
                    return node
                node = member.node
        return node


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed text: its value tree (None when nothing could be saved) and its faults in order of place."""

    text: str
    root: Node | None
    faults: tuple[Fault, ...] = ()
    _starts: list[int] = field(default_factory=list, repr=False)

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column, both from 1, of an offset in characters; a byte order mark takes no column."""
        if not self._starts:
            self._starts.extend([0, *(m.end() for m in re.finditer("\n", self.text))])
        line = bisect_right(self._starts, offset)
        start = self._starts[line - 1]
        mark = 1 if line == 1 and self.text.startswith("\ufeff") and offset > 0 else 0
        return line, offset - start + 1 - mark

    def inside(self, node: Node, index: int) -> int:
        """Return the offset of one character of a string value, escapes counted as the file spells them."""
        offset = node.start + 1
        while index > 0 and offset < node.end - 1:
            offset += width(self.text, offset)
            index -= 1
        return min(offset, node.end)


def width(text: str, offset: int) -> int:
    """Return how many characters of source spell the one character at an offset inside a string."""
    if text[offset] != "\\":
        return 1
    if text[offset + 1 : offset + 2] != "u":
        return 2
    code, low = text[offset + 2 : offset + 6], text[offset + 6 : offset + 12]
    pair = re.fullmatch("[dD][89abAB]..", code) and re.fullmatch(r"\\u[dD][c-fC-F]..", low)
    return 12 if pair else 6
