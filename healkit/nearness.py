"""Which name was meant: the one name that is close to a misspelt one, or none where several are."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

SHORTEST = 3
"""Letters that a name must have: nearly every name of two letters is close to every other."""


def distance(one: str, other: str) -> int:
    """Return how many letters differ: 1 a wrong, missing, additional or swapped letter; 2 two of them; 3 more."""
    if abs(len(one) - len(other)) > 2:
        return 3
    start = 0
    shorter = min(len(one), len(other))
    while start < shorter and one[start] == other[start]:
        start += 1
    end = 0
    while end < shorter - start and one[-1 - end] == other[-1 - end]:
        end += 1
    a, b = one[start : len(one) - end], other[start : len(other) - end]
    if len(a) <= 1 and len(b) <= 1:
        return int(bool(a or b))
    if len(a) == 2 and a == b[::-1]:
        return 1
    if len(a) <= 2 and len(b) <= 2:
        return 2
    return min(3, _edits(a, b))


def _edits(a: str, b: str) -> int:
    """Return the number of edits, swaps of neighbours counted as one."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, right in enumerate(b, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


def closest(name: str, names: Iterable[str]) -> str:
    """Return the one name that was meant, empty when none or more than one is as close.

    The versioned name of the same program (`python3` for `python`) comes first, then two swapped letters, then one
    letter, then, for long names, two letters.
    """
    if len(name) < SHORTEST:
        return ""
    classes: dict[int, set[str]] = {0: set(), 1: set(), 2: set(), 3: set()}
    size, first, last = len(name), name[0], name[-1]
    for other in names:
        # one letter's difference leaves the first or the last one as it was; most names fall out here
        if -3 < len(other) - size < 3 and other and (other[0] == first or other[-1] == last) and other != name:
            rank = _rank(name, other)
            if rank < 4 and len(other) >= SHORTEST - 1:
                classes[rank].add(other)
    for found in classes.values():
        if found:
            return next(iter(found)) if len(found) == 1 else ""
    return ""


def _rank(name: str, other: str) -> int:
    if other == f"{name}3":
        return 0
    steps = distance(name, other)
    if steps == 1:
        return 1 if sorted(name) == sorted(other) else 2
    return 3 if steps == 2 and min(len(name), len(other)) >= 8 else 4
