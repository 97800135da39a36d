"""How a YAML text looks: lines that seem to be keys and are none, and steps of indentation that its author does not make."""

from __future__ import annotations

import re
from collections import Counter

from .tokens import indent_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .yaml_read import Read

_KEY = re.compile(r"^([ \t]*(?:- +)*)([A-Za-z_][\w./-]*|\"[^\"]*\"|'[^']*'):(?:[ \t]|$)")
_ITEM = re.compile(r"^[ \t]*-[ \t]+\S")
_GLUED = re.compile(r"^[ \t]*[A-Za-z_][\w.-]*:(?![\s:/])\S+[ \t]*(?:#.*)?$")
_LEADER = re.compile(r"^ *(?:- +)*")


def _plain(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines (from 0) that are neither empty, nor a comment, nor inside a block of text."""
    block = -1
    for number, line in enumerate(text.split("\n")):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if block >= 0:
            if indent_of(line) > block:
                continue
            block = -1
        if re.search(r"[:-]\s+[|>][+-]?\d*\s*(?:#.*)?$", line):
            block = indent_of(line)
        yield number, line


def unread(text: str, found: Read) -> int:
    """Return how many lines look like a key or an item and are none: they were swallowed by a string."""
    count = 0
    for number, line in _plain(text):
        count += bool(_KEY.match(line)) and number not in found.keys
        count += bool(_ITEM.match(line)) and number not in found.items
    return count


def glued(text: str, found: Read) -> int:
    """Return how many lines are one word with a colon inside: a key whose blank is missing."""
    return sum(bool(_GLUED.match(line)) and number not in found.keys for number, line in _plain(text))


def _steps(text: str) -> Iterator[int]:
    """Yield by how many blanks each deeper line is deeper than the one that it belongs to."""
    open_ = [0]
    for _, line in _plain(text):
        deep = indent_of(line)
        while len(open_) > 1 and open_[-1] > deep:
            open_.pop()
        if deep > open_[-1]:
            yield deep - open_[-1]
            open_.append(deep)
        leader = _LEADER.match(line)
        if leader and leader.end() > deep:
            open_.append(leader.end())


def usual_steps(text: str) -> frozenset[int]:
    """Return the steps of indentation that a text makes more than once, or most often."""
    counts = Counter(_steps(text))
    most = max(counts.values(), default=0)
    return frozenset(step for step, number in counts.items() if number == most or number > 2) or frozenset((2,))


def odd_steps(text: str, usual: frozenset[int]) -> int:
    """Return how many steps of indentation are none of the usual ones."""
    return sum(step not in usual for step in _steps(text))
