"""A broken YAML file: tabs, a colon without its blank, a line's indentation, quotes, brackets, values that need quotes."""

from __future__ import annotations

import re

from ..proposal import guide
from .search import search
from .tokens import Lines
from .yaml_edits import line_edits
from .yaml_layout import glued, odd_steps, unread, usual_steps
from .yaml_read import Read, read, twice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..case import Case
    from ..proposal import Proposal
    from ..source import Source
    from .search import Edit, Found

_NEAR = 3


def heal(case: Case, source: Source) -> list[Found]:
    """Return the edits that make a YAML file parse, the likeliest first; empty when it does, or when nothing can tell."""
    return heal_text(source.text)


def guides(source: Source) -> Iterator[Proposal]:
    """Yield what a person must decide: which of two equal keys stays."""
    number = twice(source.text)
    if number:
        steps = (
            f"look at line {number} of {source.path}: the same key stands above it in the same mapping",
            "keep one of the two",
        )
        yield guide(f"choose between the two values of a key ({source.path}:{number})", steps)


def heal_text(text: str) -> list[Found]:
    """Return the edits that make a text parse as YAML, so that lines which look like keys and items are read as such."""
    meant, marks = read(text)
    if meant is not None or not marks:
        return []
    lines = Lines(text)
    numbers = sorted({min(max(mark + 1, 1), len(lines)) for mark in marks})
    near = _near(lines, numbers)
    reads: dict[Edit, Read] = {}
    natural = len(re.findall(r"^[ \t]*(?:- +)*[\w.-]+:[ \t]*(?:#.*)?\n(?=[ \t]*\n)", text, re.M))
    steps = usual_steps(text)

    def check(tried: Sequence[Edit]) -> Sequence[object]:
        meanings: list[object] = []
        for each in tried:
            found = read(each.apply(text))[0]
            if found is not None:
                reads[each] = found
            meanings.append(found.said if found else None)
        return meanings

    def weigh(each: Edit, done: str) -> float:
        found = reads[each]
        odd = 3.0 * unread(done, found) + 2.5 * glued(done, found) + 2.5 * odd_steps(done, steps)
        return -odd - 2.5 * max(0, found.empty - natural)

    edits = [edit for number in near for edit in line_edits(text, lines, number)]
    return search(text, edits, check, weigh)[:6]


def _near(lines: Lines, numbers: list[int]) -> list[int]:
    """Return the lines that an edit may change: those named, a few above, and the one below."""
    near: list[int] = []
    for number in numbers:
        above = [
            up for up in range(number, 0, -1) if lines.line(up).strip() and not lines.line(up).lstrip().startswith("#")
        ]
        above = above[: _NEAR + 1]
        near += [*above, min(number + 1, len(lines))]
    return list(dict.fromkeys(near))
