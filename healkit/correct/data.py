"""`memory/corrections.json`, its expressions compiled when a rule is first asked."""

from __future__ import annotations

import functools
import re
from typing import Any

from .. import tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def table() -> Mapping[str, Any]:
    """Return the whole file; empty when it is absent or broken."""
    return tables.table("corrections")


def rules() -> Sequence[Mapping[str, Any]]:
    """Return the rules in the order of the file."""
    found: Sequence[Mapping[str, Any]] = table().get("rules", ())
    return found


def names(which: str) -> Sequence[str]:
    """Return one of the file's lists of words: a tool's sub-commands, or whatever it is named for."""
    found: Sequence[str] = table().get("lists", {}).get(which, ())
    return found


def synonyms(program: str, word: str) -> Sequence[str]:
    """Return what a program calls the sub-command that others call by another name; none where no one does."""
    found = table().get("synonyms", {}).get(program, {}).get(word)
    return [found] if found else []


@functools.cache
def expression(text: str) -> re.Pattern[str]:
    """Return an expression of the file, compiled; `^` and `$` stand at each line."""
    return re.compile(text, re.MULTILINE)
