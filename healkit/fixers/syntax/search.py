"""The search for the one small edit that makes a file parse: candidates, a check, and what tells survivors apart.

Every candidate changes one token near the fault. Those that the parser takes are grouped by what they mean (an equal
syntax tree is an equal edit); the likeliest group wins if it is likelier than the others by a wide margin.
"""

from __future__ import annotations

from math import exp
from typing import NamedTuple

from .tokens import Lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .habits import Habits

MOST_CHECKED = 1200
"""Candidates that a parser is asked about at most; the likeliest ones."""
LEAST_CHECKED, MOST_PARSED = 600, 12_000_000
"""Candidates that are parsed in any case; characters that are parsed in all, if that is more."""
MOST_REGION = 700
_AROUND = 120
"""Lines above and below an edit that are read where the edits lie too far apart to read all that is between."""
MOST_READ = 12_000
"""Lines that are read in all, over the edits that parse."""
SURE = 0.93
"""Share of the likelihood that the best group must have to be applied without asking."""
RARE = -7.0
"""An edit that is needed less often than this (a logarithm) is never applied without asking."""


class Edit(NamedTuple):
    """One small change of a text: what replaces `text[start:end]`, and how common such a slip is (a logarithm)."""

    start: int
    end: int
    new: str
    prior: float
    what: str

    def apply(self, text: str) -> str:
        """Return the text with the edit made."""
        return text[: self.start] + self.new + text[self.end :]

    def within(self, text: str, start: int, end: int) -> str:
        """Return what stands between two offsets of the text, which hold the edit, with the edit made."""
        return text[start : self.start] + self.new + text[self.end : end]


class Found(NamedTuple):
    """An edit that parses: the whole text, the share of likelihood of its group, what it does."""

    edit: Edit
    text: str
    share: float


class Grammar(NamedTuple):
    """What the search needs to know of a language: tokens that are often left out or mistyped."""

    python: bool
    inserted: dict[str, float]
    """Tokens that may be missing, with how common that is."""
    replaced: dict[str, tuple[tuple[str, float], ...]]
    """Tokens that stand for others by mistake."""
    deleted: dict[str, float]
    """Tokens that may be too much."""
    keywords: frozenset[str]


def affordable(size: int, most: int) -> int:
    """Return how many candidates of a text of some size are parsed at most: a long text costs more each time."""
    return min(most, max(LEAST_CHECKED, MOST_PARSED // max(size, 1)))


def search(
    text: str,
    edits: Iterable[Edit],
    check: Callable[[Sequence[Edit]], Sequence[object]],
    weigh: Callable[[Edit, str], float],
) -> list[Found]:
    """Return the edits that make a text parse, one for each meaning, the likeliest first.

    Args:
        text: the whole broken text.
        edits: candidates.
        check: for many edits at once, what each makes of the text (equal = the same), None where it does not parse then.
        weigh: how likely the edited text is, as a logarithm.
    """
    unique: dict[tuple[int, int, str], Edit] = {}
    for edit in edits:
        key = edit.start, edit.end, edit.new
        if text[edit.start : edit.end] != edit.new and (key not in unique or unique[key].prior < edit.prior):
            unique[key] = edit
    tried = list(unique.values())
    meanings = check(tried)
    alive: list[tuple[Edit, str, object]] = []
    known: dict[str, object] = {}
    for edit, meaning in zip(tried, meanings, strict=True):
        if meaning is not None:
            done = edit.apply(text)
            alive.append((edit, done, known.setdefault(done, meaning)))
    alive = alive[: max(12, MOST_READ // getattr(weigh, "size", 1))]
    return (
        _grouped([(weigh(edit, done) + edit.prior, edit, done, meaning) for edit, done, meaning in alive])
        if alive
        else []
    )


class Wording:
    """Weighs an edit by how the edited lines read."""

    def __init__(self, text: str, habits: Habits, first: int, last: int) -> None:
        """Take in the text before, and the lines that are read."""
        self.text, self.habits, self.first, self.last = text, habits, first, last
        self.old = Lines(text)
        self.size = (last - first if last - first <= MOST_REGION else 4 * _AROUND) + 1

    def __call__(self, edit: Edit, done: str) -> float:
        """Return how likely all the lines are, as a logarithm; of far apart edits how much likelier the lines around them become."""
        more = done.count("\n") - self.text.count("\n")
        if self.last - self.first <= MOST_REGION:
            return self._score(done, Lines(done), self.first, self.last + more)
        first = max(self.first, self.old.number(edit.start) - _AROUND)
        last = min(self.last, self.old.number(edit.end) + _AROUND)
        before = self._score(self.text, self.old, first, last)
        return self._score(done, Lines(done), first, last + more) - before

    def _score(self, text: str, lines: Lines, first: int, last: int) -> float:
        return self.habits.score("\n" + text[lines.start(first) : lines.end(last)])


def _grouped(scored: list[tuple[float, Edit, str, object]]) -> list[Found]:
    best = max(score for score, *_ in scored)
    groups: dict[object, list[tuple[float, Edit, str]]] = {}
    for score, edit, done, meaning in scored:
        groups.setdefault(meaning, []).append((score - best, edit, done))
    total = sum(exp(score) for group in groups.values() for score, *_ in group)
    found = []
    for group in groups.values():
        _, edit, done = max(group, key=lambda item: item[0])
        found.append(Found(edit, done, sum(exp(score) for score, *_ in group) / total))
    found = [each._replace(share=min(each.share, 0.5)) if each.edit.prior < RARE else each for each in found]
    return sorted(found, key=lambda item: -item.share)
