"""What tools say about their surroundings: the lists of `memory/environment.json`, searched in the output."""

from __future__ import annotations

import re
from functools import cache

from ... import tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..case import Case

LONGEST = 120_000
"""Characters of output that are looked at: the end counts."""


def said(case: Case, kind: str) -> bool:
    """Tell whether the output says something of a kind, upper and lower case alike."""
    return tables.expression("environment", kind).search(case.output[-LONGEST:]) is not None


def found(case: Case, kind: str) -> Iterator[re.Match[str]]:
    """Yield where the output says something of a kind, expression by expression, the last ones of each."""
    text = case.output[-LONGEST:]
    for regex in _each(kind):
        yield from list(regex.finditer(text))[-6:]


def names(kind: str) -> Sequence[str]:
    """Return a list of names of the table."""
    listed: Sequence[str] = tables.table("environment").get(kind, ())
    return listed


@cache
def _each(kind: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(regex) for regex in names(kind))
