"""Does a command that passed prove anything about one that failed? The same in other words, wider, narrower, or corrected."""

from __future__ import annotations

import difflib
import os

from ..commands import AS_ROOT, split, table, unwrap
from ..nearness import distance
from .steps import trim

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..records import Event

LIKE = 0.5
"""How alike two lines are at least when the one corrects the other, 1.0 is the same."""
CLOSE = 0.6
"""How alike a wrong word and the right one are, where nothing says which word was wrong."""
SOON = 600.0
"""Seconds after a failure in which another line of the same program may be its correction."""


def covers(passed: Event, failed: Event) -> bool:
    """Tell whether a command that passed ran what failed: the same words in another order, or a test run that holds it.

    A test run may be wider (the folder of the test, everything) or narrower (the file that the failure names), and show
    more or less; of any other program every word counts.
    """
    one, other = _words(passed.command), _words(failed.command)
    if not one or not other or _place(passed) != _place(failed) or _as_root(passed) != _as_root(failed):
        return False
    if sorted(map(_normal, one)) == sorted(map(_normal, other)):
        return True
    runner = _runner(one)
    if not runner or runner != _runner(other):
        return False
    paths, wanted = _targets(one, runner), _targets(other, runner)
    if not paths:
        return True  # all tests
    if wanted:
        return all(any(_holds(path, want) for path in paths) for want in wanted)
    return bool(failed.file) and any(_holds(path, failed.file) for path in paths)


def corrects(passed: Event, failed: Event) -> bool:
    """Tell whether a line that passed is most likely what somebody meant by a line that failed just before.

    The same program, or one whose name is a slip away; most of its words the same; soon after.
    """
    if passed.at - failed.at > SOON or passed.exit_code not in (0, None) or passed.cwd != failed.cwd:
        return False
    new, old = trim(passed.command), trim(failed.command)
    one, other = _words(new), _words(old)
    if not one or not other or len(split(new)) != len(split(old)):
        return False
    if one == other:
        return _as_root(passed) != _as_root(failed)
    first, second = one[0].rpartition("/")[2], other[0].rpartition("/")[2]
    if first != second:
        return distance(first, second) <= 2 and len(second) > 2 and one[1:] == other[1:]
    if difflib.SequenceMatcher(None, new, old, autojunk=False).ratio() < LIKE:
        return False
    changes = difflib.SequenceMatcher(None, other, one, autojunk=False).get_opcodes()
    return all(_is_slip(other[a:b], one[c:d], failed.text) for kind, a, b, c, d in changes if kind == "replace")


def _is_slip(wrong: list[str], right: list[str], said: str) -> bool:
    """Tell whether words were wrong rather than others meant: options, words that the output names, or a letter astray."""
    for at, word in enumerate(wrong):
        meant = right[at] if at < len(right) else ""
        plain = "." not in word and "/" not in word
        close = difflib.SequenceMatcher(None, word, meant, autojunk=False).ratio() >= CLOSE
        if not word.startswith("-") and word not in said and not (plain and close):
            return False
    return True


def _words(command: str) -> list[str]:
    """Return the words of a line's last simple command, without what merely runs it."""
    simple = split(trim(command))
    return list(unwrap(simple[-1]) or simple[-1]) if simple else []


def _place(event: Event) -> str:
    simple = split(trim(event.command))
    folder = event.cwd
    for words in simple[:-1]:
        if words[0] == "cd" and len(words) > 1:
            folder = os.path.normpath(os.path.join(folder, words[1]))
    return folder


def _as_root(event: Event) -> bool:
    simple = split(trim(event.command))
    return bool(simple) and simple[-1][0].rpartition("/")[2] in AS_ROOT


def _normal(word: str) -> str:
    """Return a word so that `./a//b/` and `a/b` are one."""
    return os.path.normpath(word) if "/" in word and "://" not in word and not word.startswith("-") else word


def _runner(words: list[str]) -> str:
    """Return the test runner of a simple command, `cargo test` as well as `pytest`; empty when it is none."""
    name = words[0].rpartition("/")[2]
    known = table().get("test_runners", ())
    two = " ".join([name, *words[1:2]])
    return two if two in known else name if name in known else ""


def _targets(words: list[str], runner: str) -> list[str]:
    """Return what a test run was narrowed to: its arguments that are no options and no options' values."""
    rest = words[len(runner.split()) :]
    valued = table().get("test_options_with_value", ())
    return [
        _normal(word)
        for at, word in enumerate(rest)
        if not word.startswith("-") and not (at and rest[at - 1] in valued)
    ]


def _holds(path: str, wanted: str) -> bool:
    """Tell whether a test path holds another: a folder its files, a file its tests."""
    path, wanted = path.rstrip("/"), _normal(wanted)
    if path in (".", "./...") or path == wanted or wanted.endswith(f"/{path}"):
        return True
    return wanted.startswith((f"{path}/", f"{path}::")) or wanted.partition("::")[0].endswith(f"/{path}")
