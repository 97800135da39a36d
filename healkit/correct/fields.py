"""What stands in braces in a template of a new line: the old line, its words, captures, and pieces of each.

`{line}`, `{2}`, `{-1}`, `{2:}`, `{:2}`, `{name}`, `{before name}`, `{after name}`; each may end in a filter: `{2|stem}`.
"""

from __future__ import annotations

import posixpath
import re

from .line import quote, unquoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .line import Line

FIELD = re.compile(r"\{(?:(before|after) )?(:?)([a-z_]+|-?\d{1,3})(:?)(?:\|([a-z]+))?\}")

FILTERS: Mapping[str, Callable[[str], str]] = {
    "stem": lambda word: posixpath.splitext(word)[0],
    "dir": posixpath.dirname,
    "base": posixpath.basename,
    "bare": lambda word: word.lstrip("-"),
    "upper": str.upper,
    "lower": str.lower,
}
"""The pieces and spellings of a word: without its extension, its folder, its last part, without dashes, in capitals or none."""


def value(found: re.Match[str], line: Line, captures: Mapping[str, str], plain: Mapping[str, str]) -> str | None:
    """Return what a field stands for in a new line; None where it asks for what is not there.

    Args:
        found: a match of `FIELD`.
        line: the old line; its words stay as they were typed.
        captures: the captures as they go into a line, quoted.
        plain: the bare captures.
    """
    side, upto, name, onward, chosen = found.groups()
    text = _around(side, plain.get(name, ""), line) if side else _plain(upto, name, onward, line, captures)
    if text is None or not chosen:
        return text
    if chosen not in FILTERS:
        return None
    word = plain[name] if name in plain and name in captures else unquoted(text)
    return quote(FILTERS[chosen](word)) if FILTERS[chosen](word) else None


def _plain(upto: str, name: str, onward: str, line: Line, captures: Mapping[str, str]) -> str | None:
    if name == "line":
        return line.text
    if not name.lstrip("-").isdigit():
        return captures.get(name)
    count = len(line.words)
    at = int(name) + (count if name.startswith("-") else 0)
    if upto:
        return line.text[: line.words[at - 1].end] if 0 < at <= count else None
    if onward and at >= count:
        return ""
    if not 0 <= at < count:
        return None
    return line.text[line.words[at].start :] if onward else line.words[at].raw


def _around(side: str, word: str, line: Line) -> str | None:
    """Return what stands before or after the word of a line that is a capture."""
    for one in (*line.words[1:], *line.words[:1]):
        if word and one.value == word:
            return line.text[: one.start] if side == "before" else line.text[one.end :]
    return None
