"""Every key that healkit knows: its type, its bounds, and how an untrusted project may change it."""

from __future__ import annotations

import difflib

from ..entries import Problem
from ..records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

MODES = ("suggest", "ask", "auto")
ORIGINS = ("default", "spec/3 JSON", "spec/2 JSON", "user", "project", "environment", "flag")
"""Where a value may come from, weakest first."""


class Setting(Record):
    """One key: its default (whose type it must have), the smallest number, the words allowed, and what is stricter.

    `strict` is how an untrusted project may change the value: `off` (only to false), `less`, `more` (a smaller or a
    larger number, an earlier word), `add` (to a list), `any`, or empty: not at all. `own`: never from a project.
    """

    default: Any
    least: int = 0
    words: Sequence[str] = ()
    strict: str = ""
    own: bool = False


SETTINGS: Mapping[str, Setting] = {
    "recovery.enabled": Setting(default=True, strict="off"),
    "recovery.max_attempts": Setting(default=2, strict="less"),
    "recovery.timeout_seconds": Setting(default=300, least=1, strict="less"),
    "recovery.command": Setting(default=""),
    "learning.store_new_patterns": Setting(default=True, strict="off"),
    "learning.pattern_file": Setting(default="", strict="any"),
    "learning.min_occurrences_to_save": Setting(default=2, least=1, strict="more"),
    "learning.max_patterns": Setting(default=1_000, least=1, strict="less"),
    "learning.prune_days": Setting(default=30, least=1, strict="less"),
    "learning.min_confidence_percent": Setting(default=30, strict="more"),
    "learning.similarity_percent": Setting(default=70, least=1, strict="more"),
    "policy.mode": Setting(default="suggest", words=MODES, strict="less"),
    "policy.protect": Setting(default=(), strict="add"),
    "policy.never_repeat": Setting(default=(), strict="add"),
    "hook.enabled": Setting(default=True, strict="off"),
    "hook.ignore": Setting(default=(), strict="add"),
    "hook.max_hints": Setting(default=50, strict="less"),
    "hook.max_repeats": Setting(default=2, strict="less"),
    "hook.slow_ms": Setting(default=500, least=1, strict="less"),
    "hook.before_command": Setting(default=False, strict="off"),
    "hook.session_start": Setting(default=False, strict="off"),
    "history.keep_days": Setting(default=90, least=1, strict="less"),
    "history.max_events": Setting(default=200_000, least=1, strict="less"),
    "ai.enabled": Setting(default=True, own=True),
    "ai.provider": Setting(default="", own=True),
    "ai.model": Setting(default="", own=True),
    "ai.endpoint": Setting(default="", own=True),
    "ai.api_key_env": Setting(default="", own=True),
    "ai.max_attempts": Setting(default=3, least=1, own=True),
}
"""Every key that healkit knows, as `table.key`."""


class Config(Record):
    """All settings: `values` by `table.key`, the `origins` of each (one of ORIGINS, and where), problems."""

    values: Mapping[str, Any]
    origins: Mapping[str, str]
    problems: Sequence[Problem] = ()

    def __getitem__(self, key: str) -> Any:
        return self.values[key]


def typed(setting: Setting, value: object) -> Any:
    """Return a value as its key holds it (lists become tuples).

    Raises:
        ValueError: it has the wrong type or is out of bounds; the text goes on from "`key` ".
    """
    wanted = type(setting.default)
    if wanted is tuple:
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
            raise ValueError("must be a list of texts")
        return tuple(value)
    if type(value) is not wanted:  # True is an int to isinstance
        names = {bool: "true or false", int: "a whole number", str: "a text"}
        raise ValueError(f"must be {names[wanted]}")
    if isinstance(value, int) and wanted is int and not setting.least <= value < 1 << 53:
        raise ValueError(f"must be {setting.least} or more" if value < setting.least else "is too large")
    if setting.words and value not in setting.words:
        close = difflib.get_close_matches(str(value), setting.words, 1)
        raise ValueError(
            f"must be one of {', '.join(setting.words)}" + (f" (did you mean {close[0]}?)" if close else "")
        )
    return value


def stricter(setting: Setting, now: Any, value: Any) -> Any:
    """Return what an untrusted project may make of a value, or None when it may not."""
    if setting.strict == "add":
        return (*now, *(item for item in value if item not in now))
    if setting.strict == "less":
        rank = setting.words.index if setting.words else int
        allowed = rank(value) <= rank(now)
    else:
        allowed = setting.strict == "any" or (value >= now if setting.strict == "more" else value is False)
    return value if allowed and setting.strict else None


def suggest(name: str, known: Sequence[str]) -> str:
    """Return what to say about an unknown name: the close one, else all that are known."""
    close = difflib.get_close_matches(name, known, 1, 0.5)
    return f"did you mean `{close[0]}`?" if close else f"known are {', '.join(known)}"
