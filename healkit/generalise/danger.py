"""What a learned command line may never bring in: operators, `sudo`, deletions, force, what leaves the machine."""

from __future__ import annotations

import difflib
import json
import os
import re

from .. import commands
from ..correct import learned
from ..correct.line import Line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

_MARK = re.compile(r"""'[^']*'|"(?:[^"\\]|\\.)*"|\\.|(&&|\|\|?|;|&|[<>]+|`|\$\(|\n)""", re.DOTALL)
_INSIDE = re.compile(r"`|\$\(|\$\{")
_CLOSE = 0.6


def introduced(old: str, new: str) -> str:
    """Return the first dangerous thing of a new command line that the old one does not have; empty for none.

    A word that merely puts a slip of the old line right (`remoev` becomes `remove`) is not brought in.
    """
    marks = _marks(new)
    for mark in _marks(old):
        if mark in marks:
            marks.remove(mark)
    if marks:
        return marks[0]
    was, now = _words(old), _words(new)
    gone = [word for word in was if word not in now]
    for word in now:
        if word not in was and _is_dangerous(word, now) and not _is_slip(word, gone):
            return word
    return ""


def runs_known(entry: Mapping[str, Any], command: str, new: str) -> bool:
    """Tell whether each program of a new line is one of the old line's words, or one that the entry itself names.

    No output names a program; a function of the language (another keyboard's letters) may.
    """
    templates = entry.get("rerun", {}).get("to", [])
    if any(isinstance(one, dict) and "call" in one for one in templates):
        return True
    known = {os.path.basename(word) for word in _words(command)} | set(re.findall(r"[\w.+-]+", json.dumps(templates)))
    return all(line.program in known for line in learned.parts(new) if line.words)


def _is_dangerous(word: str, words: Sequence[str]) -> bool:
    """Tell whether a word forces, deletes, publishes or runs something else, by the tables of `memory/commands.json`."""
    listed = commands.table()
    if re.fullmatch(r"-[A-Za-z]+", word):
        letters = listed.get("never_added_letters", {})
        if any(letter in word for program in words for letter in letters.get(program, "")):
            return True
    head = word.partition("=")[0]
    marked = [one for one in listed.get("never_added", ()) if one.endswith("*") and head.startswith(one[:-1])]
    plain = {*listed.get("risky_words", ()), *listed.get("harmful_options", ()), *listed.get("never_added", ())}
    return bool(marked) or any(part in plain for part in (word, head, *word.split(":")))


def _is_slip(word: str, gone: Sequence[str]) -> bool:
    plain = not word.startswith("-")
    return plain and any(difflib.SequenceMatcher(None, word, one).ratio() >= _CLOSE for one in gone)


def _marks(text: str) -> list[str]:
    outside = [found[1] for found in _MARK.finditer(text) if found[1]]
    return [*outside, *(found[0] for found in _INSIDE.finditer(re.sub(r"'[^']*'", "", text)))]


def _words(text: str) -> list[str]:
    """Return the words of a line, programs without their folders."""
    return [os.path.basename(one.value) if "/" in one.value else one.value for one in Line(f" {text}").words] + (
        ["sudo"] if Line(text).lead else []
    )
