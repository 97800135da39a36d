"""How alike two words are: which of the known ones a wrong one may have been meant to be."""

from __future__ import annotations

import difflib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

LIKENESS = 0.6
"""How alike two words are at least, 1.0 is the same, when one is looked up for the other."""


def ranked(wrong: str, values: Sequence[str], least: float = LIKENESS) -> list[str]:
    """Return the values that are like a word, the closest first; as close ones in their order."""
    low = wrong.lower().lstrip("-")
    scores = [(likeness(low, value.lower().lstrip("-")), value) for value in values if value != wrong]
    return [value for score, value in sorted(scores, key=lambda one: -one[0]) if score >= least]


def likeness(one: str, other: str) -> float:
    """Return how alike two words are, from 0 to 1; the same letters in another order are nearly the same."""
    if one == other:
        return 1.0
    ratio = difflib.SequenceMatcher(None, one, other).ratio()
    return max(ratio, 0.9) if len(one) == len(other) and sorted(one) == sorted(other) else ratio
