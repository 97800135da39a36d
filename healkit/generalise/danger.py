"""What a learned command line may never bring in: operators, `sudo`, deletions, force, what leaves the machine."""

from __future__ import annotations

import difflib
import os
import re

from .. import commands
from ..correct.line import Line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_MARK = re.compile(r"""'[^']*'|"(?:[^"\\]|\\.)*"|\\.|(&&|\|\|?|;|&|[<>]+|`|\$\(|\n)""", re.DOTALL)
_INSIDE = re.compile(r"`|\$\(|\$\{")
_LEADS = ("sudo", "doas", "su", "eval", "exec", "sh", "bash", "zsh", "xargs")
_DELETES = ("rm", "rmdir", "unlink", "shred", "dd", "mkfs", "truncate", "kill", "chmod", "chown")
_HARD = re.compile(r"--(?:force|hard|delete|purge|prune|no-verify|no-preserve|allow-root|unsafe)[\w-]*")
_SHORT = {
    "rm": "rfR",
    "git": "fD",
    "docker": "f",
    "podman": "f",
    "hdfs": "rfR",
    "mv": "f",
    "cp": "f",
    "ln": "f",
    "kubectl": "f",
}
"""Letters of short options that force or delete, by program."""
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
    listed = commands.table()
    risky = {*listed.get("risky_words", ()), *listed.get("harmful_options", ()), *_LEADS, *_DELETES}
    for word in now:
        bad = word in risky or _is_hard(word, now)
        if bad and word not in was and not _is_slip(word, gone):
            return word
    return ""


def _is_hard(word: str, words: Sequence[str]) -> bool:
    """Tell whether an option forces or deletes."""
    if re.fullmatch(r"-[A-Za-z]+", word):
        return any(letter in word for program in words for letter in _SHORT.get(program, ""))
    return _HARD.fullmatch(word.partition("=")[0]) is not None


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
