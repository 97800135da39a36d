"""Shipped tables: JSON beside the patterns, read once a process."""

from __future__ import annotations

import functools
import re

from . import paths, wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any


@functools.cache
def table(name: str) -> Mapping[str, Any]:
    """Return the shipped table `memory/NAME.json`; empty when it is absent or broken."""
    try:
        found = wire.loads(paths.read_small(f"{paths.share_dir()}/memory/{name}.json", 1 << 22))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


@functools.cache
def expression(name: str, key: str) -> re.Pattern[str]:
    """Return the expressions of one list of a table as one, upper and lower case alike; nothing matches an empty list."""
    return any_of(table(name).get(key, ()))


def any_of(expressions: Iterable[str]) -> re.Pattern[str]:
    """Return one expression that matches what any of several does."""
    return re.compile("|".join(f"(?:{one})" for one in expressions) or r"(?!)", re.IGNORECASE)
