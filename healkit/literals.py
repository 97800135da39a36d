"""What a regular expression's parse tree proves: literals that must occur, whether it stays on one line or may run away.

Slow (it imports `re`): only the index builder and `patterns check` come here. The tree is that of CPython's `re._parser`.
"""

from __future__ import annotations

from .compiled import fold, parse
from .records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

MAX_ALTERNATIVES = 40
MIN_ALSO = 3
_IGNORECASE, _MULTILINE, _DOTALL, _VERBOSE = 2, 8, 16, 64
_NEWLINE = 10
UNBOUNDED = -1
MAX_NEWLINES = 30
"""More newlines than this in one match count as any number of them."""
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT")


class Facts(Record):
    """What holds for every match: one of `alternatives` occurs in it (lower-cased when `folded`; empty = nothing is known),
    and one of `also`, where it is not empty;
    `newlines`: how many it can take up at most, UNBOUNDED if many; `risky`: its repeats nest or overlap, so that some texts
    may take very long."""

    alternatives: Sequence[str] = ()
    also: Sequence[str] = ()
    folded: bool = False
    newlines: int = UNBOUNDED
    risky: bool = False


def examine(regex: str, tree: Any = None) -> Facts:
    """Return what a regular expression's tree proves; `tree` is its parse tree, if it is at hand.

    Raises:
        re.error: it is not a regular expression.
    """
    tree = parse(regex) if tree is None else tree
    flags = tree.state.flags
    folded = bool(flags & _IGNORECASE)
    found = sorted(_requirements(tree), key=_score, reverse=True)
    alternatives = tuple(dict.fromkeys(fold(text) if folded else text for text in (found[0] if found else ())))
    if folded and not all(text.isascii() for text in alternatives):
        alternatives = ()
    also = tuple(found[1]) if len(found) > 1 and not folded and min(map(len, found[1])) >= MIN_ALSO else ()
    return Facts(
        alternatives=alternatives, also=also, folded=folded, newlines=_newlines(tree, flags), risky=_risky(tree)
    )


def required_literals(regex: str) -> list[str]:
    """Return literals of which one must occur in any match; empty when the tree proves none."""
    return list(examine(regex).alternatives)


def _score(options: Sequence[str] | None) -> tuple[int, int]:
    return (0, 0) if not options else (min(len(text) for text in options), -len(options))


def _required(items: Iterable[Any]) -> list[str] | None:
    """Return the best set of alternatives that a sequence of nodes requires."""
    return max(_requirements(items), key=_score, default=None)


def _requirements(items: Iterable[Any]) -> list[list[str]]:
    """Return every set of alternatives that a sequence of nodes requires: of each, one must occur."""
    found: list[list[str]] = []
    run: list[str] = [""]
    for op, value in items:
        name = str(op)
        grown = _extend(run, name, value)
        if grown is not None:
            run = grown
            continue
        found += [run, _inside(name, value) or []]
        run = [""]
    return [options for options in (*found, run) if options and all(options)]


def _extend(run: list[str], name: str, value: Any) -> list[str] | None:
    """Return the literal runs grown by one node, or None when the node ends them."""
    exact = _exact(name, value)
    if exact is None or len(run) * len(exact) > 12:
        return None
    return [head + tail for head in run for tail in exact]


def _exact(name: str, value: Any) -> list[str] | None:
    """Return every text that a node can match, if those are few and known."""
    if name == "LITERAL":
        return [chr(value)]
    if name == "SUBPATTERN" and not value[1] & _IGNORECASE and not value[2] & _IGNORECASE:
        return _exact_sequence(value[3])
    if name == "BRANCH":
        found: list[str] = []
        for branch in value[1]:
            inner = _exact_sequence(branch)
            if inner is None or not all(inner):
                return None
            found += inner
        return found if len(found) <= 12 else None
    if name == "AT":
        return [""]
    return None


def _exact_sequence(items: Iterable[Any]) -> list[str] | None:
    found = [""]
    for op, value in items:
        grown = _extend(found, str(op), value)
        if grown is None:
            return None
        found = grown
    return found


def _inside(name: str, value: Any) -> list[str] | None:
    """Return what a node that is no plain literal requires of its inside."""
    if name == "SUBPATTERN":
        return None if value[1] & _IGNORECASE or value[2] & _IGNORECASE else _required(value[3])
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return _required(value[2]) if value[0] >= 1 else None
    if name == "ATOMIC_GROUP":
        return _required(value)
    if name == "BRANCH":
        union: list[str] = []
        for branch in value[1]:
            inner = _required(branch)
            if not inner:
                return None
            union += inner
        return union if len(union) <= MAX_ALTERNATIVES else None
    return None


def _newlines(items: Iterable[Any], flags: int) -> int:
    """Return how many newlines a match of a sequence can take up at most, looking ahead included; UNBOUNDED if many."""
    total = 0
    for op, value in items:
        count = _node_newlines(str(op), value, flags)
        if count == UNBOUNDED or total + count > MAX_NEWLINES:
            return UNBOUNDED
        total += count
    return total


def _node_newlines(name: str, value: Any, flags: int) -> int:
    if name in ("LITERAL", "NOT_LITERAL"):
        return int((value == _NEWLINE) == (name == "LITERAL"))
    if name == "ANY":
        return int(bool(flags & _DOTALL))
    if name == "IN":
        return int(_set_has_newline(value))
    if name == "AT":
        bound_to_text = "STRING" in str(value) or (str(value) in ("AT_BEGINNING", "AT_END") and not flags & _MULTILINE)
        return UNBOUNDED if bound_to_text else 0
    if name in (*_REPEATS, "POSSESSIVE_REPEAT"):
        inner = _newlines(value[2], flags)
        return inner if inner <= 0 else UNBOUNDED if value[1] * inner > MAX_NEWLINES else value[1] * inner
    inner_flags = (flags | value[1]) & ~value[2] if name == "SUBPATTERN" else flags
    if name not in ("SUBPATTERN", "BRANCH", "ASSERT", "ASSERT_NOT", "ATOMIC_GROUP", "CATEGORY", "FAILURE"):
        return UNBOUNDED
    counts = [_newlines(child, inner_flags) for child in _children(name, value)]
    return UNBOUNDED if UNBOUNDED in counts else max(counts, default=0)


def _set_has_newline(items: Iterable[Any]) -> bool:
    negated = inside = False
    for op, value in items:
        name = str(op)
        if name == "NEGATE":
            negated = True
        elif name == "LITERAL":
            inside = inside or value == _NEWLINE
        elif name == "RANGE":
            inside = inside or value[0] <= _NEWLINE <= value[1]
        elif name == "CATEGORY":
            inside = inside or str(value) in ("CATEGORY_SPACE", "CATEGORY_NOT_DIGIT", "CATEGORY_NOT_WORD")
    return negated != inside


def _unbounded(name: str, value: Any) -> bool:
    from re import _constants  # type: ignore[attr-defined]

    return name in _REPEATS and (value[1] is _constants.MAXREPEAT or value[1] > 200)


def _children(name: str, value: Any) -> list[Any]:
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return [value[2]]
    if name == "SUBPATTERN":
        return [value[3]]
    if name == "BRANCH":
        return list(value[1])
    if name in ("ASSERT", "ASSERT_NOT"):
        return [value[1]]
    return [value] if name == "ATOMIC_GROUP" else []


def _risky(items: Iterable[Any], inside: bool = False) -> bool:
    """Tell whether a choice or a variable repeat stands inside an unbounded repeat, or several wide ones follow each other.

    It may be wrong in both directions: what is risky only runs later, under a timer of its own.
    """
    wide = 0
    for op, value in items:
        name = str(op)
        unbounded = _unbounded(name, value)
        if inside and (name == "BRANCH" or (name in _REPEATS and value[0] != value[1])):
            return True
        if unbounded:
            wide += 1
        if any(_risky(child, inside or unbounded) for child in _children(name, value)):
            return True
    return wide > 3
