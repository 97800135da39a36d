"""An edit of a file cut into hunks: the tokens that went, those that came, and what stands around them."""

from __future__ import annotations

import difflib
import re

from ..records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .examples import EditExample

TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
AROUND = 600
"""Characters of the file on each side of an edit that are looked at."""
MOST_TOKENS, MOST_HUNKS = 1_500, 4


class Hunk(Record):
    """One place of an edit: the tokens before it, those that went and came, the tokens after it."""

    left: Sequence[str]
    old: Sequence[str]
    new: Sequence[str]
    right: Sequence[str]


def cut(example: EditExample) -> list[Hunk]:
    """Return the hunks of an edit; empty when nothing changed, or far too much."""
    lead, tail = _around(example)
    old, new = TOKEN.findall(lead + example.old + tail), TOKEN.findall(lead + example.new + tail)
    if example.old == example.new or max(len(old), len(new)) > MOST_TOKENS:
        return []
    codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    found: list[tuple[int, int, int, int]] = []
    for kind, a, b, c, d in codes:
        if kind == "equal":
            continue
        if found and not "".join(old[found[-1][1] : a]).strip():
            found[-1] = (found[-1][0], b, found[-1][2], d)
        else:
            found.append((a, b, c, d))
    if len(found) > MOST_HUNKS:
        return []
    return [_slid(Hunk(left=old[:a], old=old[a:b], new=new[c:d], right=old[b:])) for a, b, c, d in found]


def _slid(hunk: Hunk) -> Hunk:
    """Return an insertion where a person would say that it is: as whole lines, else as far to the right as it may be."""
    if hunk.old or not hunk.new:
        return hunk
    left, new, right = list(hunk.left), list(hunk.new), list(hunk.right)
    while left and left[-1] == new[-1]:
        right.insert(0, left.pop())
        new = [new[-1], *new[:-1]]
    first = (left, new, right)
    while True:
        if _is_lines(left, new):
            return Hunk(left=left, old=(), new=new, right=right)
        if not right or right[0] != new[0]:
            break
        left, new, right = [*left, right[0]], [*new[1:], new[0]], right[1:]
    left, new, right = (left, new, right) if left else first
    return Hunk(left=left, old=(), new=new, right=right)


def _is_lines(left: Sequence[str], new: Sequence[str]) -> bool:
    """Tell whether what is put in are whole lines."""
    return new[-1].endswith("\n") and (not left or left[-1].endswith("\n"))


def _around(example: EditExample) -> tuple[str, str]:
    """Return what stands before and after the edited text in the file, where that is certain."""
    if not example.old or example.before.count(example.old) != 1:
        return "", ""
    at = example.before.index(example.old)
    end = at + len(example.old)
    return example.before[max(0, at - AROUND) : at], example.before[end : end + AROUND]


def merged(hunks: Sequence[Hunk]) -> Hunk:
    """Return several hunks as one that reaches from the first to the last."""
    first, last = hunks[0], hunks[-1]
    whole = [*first.left, *first.old, *first.right]
    end = len(whole) - len(last.right)
    new: list[str] = []
    at = len(first.left)
    for one in hunks:
        new += [*whole[at : len(one.left)], *one.new]
        at = len(one.left) + len(one.old)
    return Hunk(left=first.left, old=whole[len(first.left) : end], new=new, right=last.right)
