"""What is known about Python at large, as data: `memory/python-names.json`."""

from __future__ import annotations

import json
import re
from functools import cache

from ... import paths
from ...records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


class Saying(Record):
    """How a checker words a fault: a literal that is always there, the expression, and the same in Python's words."""

    mark: str
    regex: re.Pattern[str]
    says: str


@cache
def _data() -> Mapping[str, Any]:
    try:
        with open(f"{paths.share_dir()}/memory/python-names.json", encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


@cache
def sayings() -> Sequence[Saying]:
    """Return how the checkers word what the fixers heal."""
    raw = _data().get("checkers", ())
    return tuple(Saying(mark=one["mark"], regex=re.compile(one["regex"]), says=one["says"]) for one in raw)


def moved(module: str, name: str) -> str:
    """Return the standard module that a name has moved to from another one, empty when it has not."""
    return str(_data().get("moved", {}).get(module, {}).get(name, ""))


def renamed_module(module: str) -> str:
    """Return the present name of a standard module that was renamed, empty when it was not."""
    return str(_data().get("renamed_modules", {}).get(module, ""))


@cache
def _homes() -> Mapping[str, list[str]]:
    homes: dict[str, list[str]] = {}
    for module, names in _data().get("symbols", {}).items():
        for name in names:
            homes.setdefault(name, []).append(module)
    return homes


def homes(name: str) -> Sequence[str]:
    """Return the standard modules from which people import a name."""
    return tuple(_homes().get(name, ()))


def alias(name: str) -> str:
    """Return the module that a short name usually stands for (`np`), empty when there is none."""
    return str(_data().get("aliases", {}).get(name, ""))


@cache
def _distributions() -> Mapping[str, str]:
    try:
        with open(f"{paths.share_dir()}/memory/modules.json", encoding="utf-8") as file:
            found = json.load(file)["modules"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def distribution(module: str) -> str:
    """Return the distribution that is known to hold a module, the module's own name when none is."""
    return str(_distributions().get(module, module))
