"""The `rerun` of a pattern entry asked about a command and its output, by the engine of the correction rules."""

from __future__ import annotations

import re
from typing import Any

from . import hints, rules
from .line import Line, simple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST = 5
_MOST_COMMAND = 4_000
_REDIRECTIONS = re.compile(r"(?:\s+(?:\d?>{1,2}|&>{1,2}|\d?<)(?:&\d|\s*[^\s<>|;&'\"`$()]{1,200}))+$")
_VARIABLES = re.compile(r"(?:[A-Za-z_]\w{0,80}=[^\s'\"`$();|&<>]{0,200}\s+)+")
_KEYS = ("line", "words", "has", "lacks", "lead", "unless", "silent", "right", "to")


def results(entry: Mapping[str, Any], command: str, output: str) -> list[str]:
    """Return what a pattern entry's `rerun` makes of a failed command, best first; empty where it does not apply.

    Whether a new line may do more harm than the old one is not asked here.

    Args:
        entry: the pattern entry as JSON gives it.
        command: the line that failed, as typed.
        output: what it said.
    """
    rerun = entry.get("rerun")
    if not isinstance(rerun, dict) or not isinstance(rerun.get("to"), list) or len(command) > _MOST_COMMAND:
        return []
    if "error_regex" not in entry and not entry.get("tools"):
        return []
    try:
        for rule in _rules(entry, rerun):
            for line in parts(command):
                made = list(_made(rule, line, command, output[-hints.TAIL :]))
                if made:
                    return made[:MOST]
    except (re.error, KeyError, TypeError, ValueError):
        return []  # a slip of whoever edited the entry: `healkit patterns check` says it
    return []


def parts(command: str) -> Sequence[Line]:
    """Return the simple commands of a line, the last one first; variables in front and redirections at the end stand outside."""
    whole, *several = simple(command)
    return [_bare(line) for line in (several if len(several) > 1 else [whole])]


def _bare(line: Line) -> Line:
    """Return a simple command without the variables in front of it and the redirections at its end."""
    text = line.lead + line.text
    found = _REDIRECTIONS.search(text)
    end = found.start() if found and found.start() else len(text)
    given = _VARIABLES.match(text[:end])
    start = given.end() if given else 0
    return (
        Line(text[start:end], line.before + text[:start], text[end:] + line.after) if start or end < len(text) else line
    )


def _rules(entry: Mapping[str, Any], rerun: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the correction rules that an entry stands for: one for each of its expressions."""
    rule = {key: rerun[key] for key in _KEYS if key in rerun}
    if tools := entry.get("tools"):
        rule["program"] = "|".join(re.escape(tool) for tool in ([tools] if isinstance(tools, str) else tools))
    given = entry.get("error_regex")
    if given is None:
        yield {"silent": True, **rule}
        return
    for regex in [given] if isinstance(given, str) else given:
        yield {**rule, "output": regex}


def _made(rule: Mapping[str, Any], line: Line, command: str, output: str) -> Iterator[str]:
    captures = rules.holds(rule, line, output, 1)
    if captures is None:
        return
    seen = {" ".join(command.split())}
    for new in rules.results(rule, line, captures, None):
        if new.strip() and "\n" not in new.replace(command, "") and " ".join(new.split()) not in seen:
            seen.add(" ".join(new.split()))
            yield new
