"""A string that is not closed, or closed too early: where the missing quote may stand, which one is too much."""

from __future__ import annotations

import re
from itertools import combinations

from .search import Edit
from .tokens import Lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD = re.compile(r"\w")


def quote_edits(text: str, number: int, message: str, *, python: bool) -> Iterator[Edit]:
    """Yield the edits of one line's quotes; for a template also those of the lines above.

    Args:
        text: the whole text.
        number: the line (from 1).
        message: what the parser said.
        python: else JavaScript.
    """
    lines = Lines(text)
    line, start = lines.line(number), lines.start(number)
    marks = "\"'" if python else "\"'`"
    odd = [mark for mark in marks if line.count(mark) % 2]
    if odd or "string" in message or "quot" in message:
        for mark in odd or [mark for mark in marks if mark in line]:
            yield from _one_line(line, start, mark)
            yield from _other_mark(line, start, mark, marks)
    for mark in marks[:2]:
        if line.count(mark) > 2:
            yield from _requoted(line, start, mark, marks)
    if python:
        if re.search(r"\b[rRbB]?[fF][rRbB]?[\"']", line):
            yield from _nested(line, start)
    elif "`" in text:
        yield from _templates(text, lines, number)


def _one_line(line: str, start: int, mark: str) -> Iterator[Edit]:
    """Yield a quote inserted at every edge of a word, one removed, one escaped."""
    for at in range(len(line) - len(line.lstrip()), len(line.rstrip()) + 1):
        left, right = line[at - 1 : at], line[at : at + 1]
        if left == "$" and right == "{":
            continue
        if not (left and right and _WORD.match(left) and _WORD.match(right)):
            yield Edit(start + at, start + at, mark, -1.0, f"insert `{mark}`")
        if right == mark:
            yield Edit(
                start + at,
                start + at + 1,
                "",
                -3.5 if mark in (left, line[at + 1 : at + 2]) and mark * 3 not in line else -12.5,
                f"remove `{mark}`",
            )
            if at and left != "\\":
                yield Edit(start + at, start + at, "\\", -5.0 if mark == "`" else -2.0, f"escape `{mark}`")
        if at == len(line.rstrip()) < len(line) and at:
            yield Edit(start + len(line), start + len(line), mark, 2.0, f"insert `{mark}`")
        if left == "\\" and right == mark:
            yield Edit(start + at - 1, start + at, "", -1.5, "remove a backslash")
        if left == "\\" and right == "":
            yield Edit(start + at, start + at, mark, -1.0, f"insert `{mark}`")


def _other_mark(line: str, start: int, mark: str, marks: str) -> Iterator[Edit]:
    """Yield one quote written as the other, and the outer two where an apostrophe stands inside."""
    spots = [at for at, char in enumerate(line) if char == mark]
    for at in spots:
        for other in marks:
            if other != mark:
                yield Edit(start + at, start + at + 1, other, -1.0, f"write `{other}` instead of `{mark}`")


def _requoted(line: str, start: int, mark: str, marks: str) -> Iterator[Edit]:
    """Yield the other quotes around what lies between two quotes of one kind that has more of them inside."""
    spots = [at for at, char in enumerate(line) if char == mark]
    for first, last in dict.fromkeys(
        [*combinations(spots[:8], 2), *((first, spots[-1]) for first in spots[:4] if first != spots[-1])]
    ):
        inner = line[first + 1 : last]
        for other in marks[:2]:
            if other != mark and mark in inner and other not in inner:
                done = f"{other}{inner}{other}"
                prior = -5.0 if re.search(r"[{}=\[\]]|&&", inner) else -1.0
                yield Edit(start + first, start + last + 1, done, prior, f"quote with `{other}`")


def _nested(line: str, start: int) -> Iterator[Edit]:
    """Yield an f-string whose fields use the other quote inside (before Python 3.12 they may not use the same)."""
    for opening in re.finditer(r"\b[rRbB]?[fF][rRbB]?([\"'])", line):
        mark = opening[1]
        other = "'" if mark == '"' else '"'
        at, depth = opening.end(), 0
        body = []
        while at < len(line):
            char = line[at]
            if char == "{":
                depth += 1
            elif char == "}":
                depth -= 1
            elif char == mark and depth <= 0:
                break
            body.append(other if char == mark else char)
            at += 1
        done = "".join(body)
        if at < len(line) and done != line[opening.end() : at] and other not in line[opening.end() : at]:
            yield Edit(start + opening.end(), start + at, done, 1.0, f"quote with `{other}` inside the f-string")


def _templates(text: str, lines: Lines, number: int) -> Iterator[Edit]:
    """Yield the backtick that closes a template: the last one that was opened before the place of the fault."""
    spots = [found.start() for found in re.finditer("`", text)]
    if len(spots) % 2 == 0:
        return
    near = sorted({lines.number(at) for at in spots if lines.number(at) <= number})[-6:]
    near += sorted({lines.number(at) for at in spots if lines.number(at) > number})[:1]
    for line in near:
        if line != number and lines.line(line).count("`") % 2:
            yield from _one_line(lines.line(line), lines.start(line), "`")
