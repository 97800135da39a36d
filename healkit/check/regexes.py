"""Questions about one regular expression: is it valid, do two engines agree, why does it not match, may it run away?"""

from __future__ import annotations

import re
import signal
import warnings
from collections.abc import Callable, Iterable, Iterator
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import regex as other

from .sheet import show

FEW, MANY = 40, 1_500
"""Repetitions of a pump: an expression of exponential cost never ends on FEW, one of cubic cost not on MANY."""

LIMIT_S = 0.2
MOST_ATTACKS = 12
_UNIVERSE = " a0_Z.-/'\":,()=\t\n\x01\u00e9"
_ENDS = ("\x01", "\n\x01")

_HINTS = (
    ("unterminated character set", r"a [ that means itself is written \\["),
    ("missing ), unterminated subpattern", r"a ( that means itself is written \\("),
    ("unbalanced parenthesis", r"a ) that means itself is written \\)"),
    ("nothing to repeat", r"a * + or ? that means itself is written \\* \\+ \\?"),
    ("multiple repeat", r"a * + or ? that means itself is written \\* \\+ \\?"),
    ("bad escape", r"write \\\\ for a backslash of the output"),
    ("redefinition of group name", "every group needs a name of its own"),
    ("unknown extension ?<", "a named group is written (?P<name>...)"),
    ("look-behind requires fixed-width", "repeat nothing inside (?<=...)"),
    ("bad character in group name", "a name has letters, digits and _, no digit first"),
    ("global flags not at the start", "put (?i) or (?m) at the very start"),
)


def compile_regex(text: str) -> tuple[re.Pattern[str] | None, str, int, str]:
    """Return the compiled expression, or what is wrong, at which character, and what to do."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = re.compile(text)
    except re.error as error:
        do = next(
            (hint for start, hint in _HINTS if error.msg.startswith(start)),
            "see https://docs.python.org/3/library/re.html",
        )
        return None, error.msg, error.pos or 0, do
    except (OverflowError, RecursionError) as error:
        return None, f"too large: {error}", 0, "make it smaller"
    return found, "", 0, ""


def compile_other(text: str) -> tuple[other.Pattern[str] | None, str]:
    """Return the expression compiled by `regex`, or why that engine refuses it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return other.compile(text, other.V0), ""
    except (other.error, OverflowError, RecursionError, ValueError) as error:
        return None, str(error)


def disagreement(compiled: re.Pattern[str], text: str) -> str:
    """Return in what `re` and `regex` differ about a text, empty when they agree."""
    second, refused = compile_other(compiled.pattern)
    if second is None:
        return f"regex refuses it: {refused}"
    ours = compiled.search(text)
    try:
        theirs = second.search(text, timeout=LIMIT_S)
    except TimeoutError:
        return ""  # said as a runaway
    if ours is None or theirs is None:
        return (
            ""
            if ours is None and theirs is None
            else f"{'regex' if ours is None else 're'} matches, the other does not"
        )
    if ours.span() != theirs.span():
        return f"re matches {ours.group()!r}, regex {theirs.group()!r}"
    return "" if ours.groupdict() == theirs.groupdict() else "they capture different texts"


def nearest(text: str, output: str) -> str:
    """Return why an expression does not match: how far its longest matching start comes, and what stands there."""
    for flag, said in (
        (re.IGNORECASE, "only upper and lower case differ"),
        (re.MULTILINE, "^ or $ would need (?m) in front"),
        (re.DOTALL, r"a . does not reach the next line; write \\n there, or (?s) in front"),
    ):
        if re.search(text, output, flag):
            return said
    for end in range(len(text) - 1, 0, -1):
        part = _compile_quietly(text[:end])
        found = part.search(output) if part else None
        if found and found.group():
            said = output[found.end() : found.end() + 20] or "the end of the output"
            matched, wanted = show(found.group()[-30:]), show(text[end : end + 20])
            return f"it matches up to `{matched}`, then wants `{wanted}` and finds `{show(said)}`"
    return "not even its beginning occurs in the output"


def _compile_quietly(text: str) -> re.Pattern[str] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(text)
    except (re.error, OverflowError, RecursionError):
        return None


def runaway(text: str) -> tuple[str, str]:
    """Return a text (described) on which an expression takes too long and the level of that, empty when none was found.

    The tree gives the attacks, the engine tries them under a time limit: exponential cost is an error, cubic cost on
    a line of some thousand characters a warning.
    """
    found, wide = _attacks(text)
    tied = [(before, pump) for before, pump, holds_more in found if holds_more]
    every = [(before, pump) for before, pump, _ in found] if wide > 1 else []
    for count, level, attacks in ((FEW, "error", tied), (MANY, "warning", every)):
        for before, pump in attacks[:MOST_ATTACKS]:
            if any(_is_slow(text, before + pump * count + end) for end in _ENDS):
                return f"{before[-20:]}{pump * 4}... ({count} times)", level
    return "", ""


class _LateError(Exception):
    pass


def _late(_number: int, _frame: object) -> None:
    raise _LateError


def _is_slow(text: str, victim: str) -> bool:
    """Tell whether a search takes too long: by `re` under a timer, off the main thread by `regex` under its own."""
    compiled = _compile_quietly(text)
    if compiled is None:
        return False
    try:
        before = signal.signal(signal.SIGVTALRM, _late)
    except ValueError:
        return _is_slow_elsewhere(text, victim)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT_S)
        compiled.search(victim)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    except _LateError:
        return True
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return False


def _is_slow_elsewhere(text: str, victim: str) -> bool:
    second, _ = compile_other(text)
    try:
        if second is not None:
            second.search(victim, timeout=LIMIT_S)
    except TimeoutError:
        return True
    return False


def _attacks(text: str) -> tuple[list[tuple[str, str, bool]], int]:
    """Return the attacks on an expression, and how many wide repeats it has.

    An attack is what to put before, what to repeat, and whether the repeat holds more than one plain thing.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            repeats = list(_repeats(_parser.parse(text), ""))
    except (re.error, OverflowError, RecursionError):
        return [], 0
    found = []
    for before, body in repeats:
        tied = bool(list(_repeats(body, ""))) or any(str(op) in ("BRANCH", "SUBPATTERN") for op, _ in body)
        found += [(before, pump, tied) for pump in _pumps(body)]
    return list(dict.fromkeys(found)), len(repeats)


def _repeats(items: Iterable[Any], before: str) -> Iterator[tuple[str, Any]]:
    """Yield each wide repeat of a tree: a text that leads up to it, and its body."""
    for op, value in items:
        name = str(op)
        if name in ("MAX_REPEAT", "MIN_REPEAT") and value[1] > 20:
            yield before, value[2]
        for child in _children(name, value):
            yield from _repeats(child, before)
        before += _sample([(op, value)])


def _children(name: str, value: Any) -> list[Any]:
    if name in ("MAX_REPEAT", "MIN_REPEAT"):
        return [value[2]]
    if name == "SUBPATTERN":
        return [value[3]]
    if name == "BRANCH":
        return list(value[1])
    return [value[1]] if name in ("ASSERT", "ASSERT_NOT") else []


def _pumps(body: Any) -> list[str]:
    """Return texts that a repeat's body matches: a few single characters, else one sample of each branch."""
    found = [_sample(body)]
    inner = list(body)
    while len(inner) == 1 and str(inner[0][0]) in ("SUBPATTERN", "MAX_REPEAT", "MIN_REPEAT"):
        inner = list(inner[0][1][3] if str(inner[0][0]) == "SUBPATTERN" else inner[0][1][2])
    if len(inner) == 1 and str(inner[0][0]) == "BRANCH":
        found += [_sample(branch) for branch in inner[0][1][1]]
    elif len(inner) == 1:
        found += [char for char in _UNIVERSE if _takes(inner[0], char)][:5]
    for op, value in body:  # an inner repeat of nothing hides what it could match
        if str(op) in ("MAX_REPEAT", "MIN_REPEAT"):
            found.append(_sample(value[2]))
    return [text for text in dict.fromkeys(found) if text]


def _sample(items: Iterable[Any]) -> str:
    """Return a short text that a sequence matches, anchors and assertions aside."""
    out = ""
    for op, value in items:
        name = str(op)
        if name == "LITERAL":
            out += chr(value)
        elif name in ("IN", "ANY", "NOT_LITERAL"):
            out += next(
                (char for char in "a0 " + _UNIVERSE if _takes((op, value), char)),
                "a" if name != "IN" else _from_set(value),
            )
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            out += _sample(value[2]) * min(value[0], 20)
        elif name == "SUBPATTERN":
            out += _sample(value[3])
        elif name == "BRANCH":
            out += _sample(value[1][0])
        elif name == "ATOMIC_GROUP":
            out += _sample(value)
    return out


def _from_set(items: Iterable[Any]) -> str:
    for op, value in items:
        if str(op) == "LITERAL":
            return chr(value)
        if str(op) == "RANGE":
            return chr(value[0])
    return "a"


_CLASSES: dict[str, Callable[[str], bool]] = {
    "DIGIT": str.isdigit,
    "SPACE": str.isspace,
    "WORD": lambda char: char.isalnum() or char == "_",
}


def _takes(node: Any, char: str) -> bool:
    """Tell whether a node that stands for one character takes a certain one."""
    name, value = str(node[0]), node[1]
    if name == "LITERAL":
        return chr(value) == char
    if name == "NOT_LITERAL":
        return chr(value) != char
    if name == "ANY":
        return char != "\n"
    if name == "RANGE":
        return bool(value[0] <= ord(char) <= value[1])
    if name == "CATEGORY":
        kind = str(value).removeprefix("CATEGORY_")
        return _CLASSES[kind.removeprefix("NOT_")](char) != kind.startswith("NOT_")
    if name == "IN":
        inside = any(_takes(item, char) for item in value if str(item[0]) != "NEGATE")
        return inside != any(str(item[0]) == "NEGATE" for item in value)
    return False
