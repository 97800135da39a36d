"""One unit on one text: where its literals stand, and its matches there.

An expression that spans a few lines at most runs on those around its literal; one that shares its second literal with
others (` at line `) is looked for on the lines that hold that one.
"""

from __future__ import annotations

from . import compiled
from .index import FOLDED, POOR, tail_start

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Sequence
    from typing import Any

    from .index import Unit

MOST = 64
"""Matches of one unit that are kept: so many first ones and so many last ones."""
Windows = dict[tuple[str, ...], list[tuple[int, int]]]
FEW = 16
"""Lines with a unit's second literal, at most, for which they are looked at instead of those with its first."""


def matches(unit: Unit, text: str, known: Windows) -> list[re.Match[str]]:
    """Return a unit's matches in a text. `known`: the lines found so far by literals that many units share."""
    if unit.flags & POOR:
        return _scan(unit.regex(), text, tail_start(text))
    where = compiled.fold(text) if unit.flags & FOLDED else text
    if unit.newlines < 0 or len(where) != len(text):
        return _scan(unit.regex(), text, 0)
    windows = _where_both(unit, where, known)
    if not windows:
        return []
    regex = unit.regex()
    return [match for start, end in windows for match in _scan(regex, text, start, end)]


def _where_both(unit: Unit, text: str, known: Windows) -> list[tuple[int, int]]:
    """Return the windows that hold a unit's literal, and its second one where it has one."""
    also = unit.also
    if not also:
        return _windows(unit.alternatives, text, unit.newlines)
    if unit.newlines == 0:
        lines = known.get(also)
        if lines is None:
            lines = known[also] = _windows(also, text, 0, FEW + 1)
        if len(lines) <= FEW:
            return [line for line in lines if _holds(text, unit.alternatives, line)]
    return [window for window in _windows(unit.alternatives, text, unit.newlines) if _holds(text, also, window)]


def _holds(text: str, literals: Sequence[str], window: tuple[int, int]) -> bool:
    for literal in literals:  # noqa: SIM110 - a generator costs more than the look-up
        if text.find(literal, *window) >= 0:
            return True
    return False


def _scan(regex: Any, text: str, start: int, end: int | None = None) -> list[re.Match[str]]:
    found: list[re.Match[str]] = []
    for match in regex.finditer(text, start, len(text) if end is None else end):
        found.append(match)
        if len(found) > 2 * MOST:
            del found[MOST]  # the first ones and the last ones are what anybody asks for
    return found


def _windows(literals: Sequence[str], text: str, newlines: int, most: int = 100 * MOST) -> list[tuple[int, int]]:
    """Return the stretches of whole lines in which a match that takes up so many newlines and holds a literal can lie."""
    found: list[tuple[int, int]] = []
    for literal in literals:
        at = text.find(literal)
        while at >= 0 and len(found) < most:
            end = _line_end(text, at + len(literal), newlines)
            found.append((_line_start(text, at, newlines), end))
            at = text.find(literal, end if newlines == 0 else _line_end(text, at + 1, 0))
    return _merged(sorted(found)) if len(found) > 1 else found


def _line_start(text: str, at: int, above: int) -> int:
    """Return where the line of a place begins, or one so many lines above."""
    for _ in range(above + 1):
        at = text.rfind("\n", 0, at)
        if at < 0:
            return 0
    return at + 1


def _line_end(text: str, at: int, below: int) -> int:
    """Return where the line of a place ends, or one so many lines below."""
    at -= 1
    for _ in range(below + 1):
        at = text.find("\n", at + 1)
        if at < 0:
            return len(text)
    return at


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    out = [spans[0]]
    for start, end in spans[1:]:
        if start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out
