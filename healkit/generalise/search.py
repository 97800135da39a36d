"""The shortest template that makes every new line out of its old line and captures: one path through all of them at once."""

from __future__ import annotations

import heapq
import re
from collections import Counter, defaultdict

from ..correct import fields
from ..correct.line import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .failures import Failure

MOST_STEPS, MOST_FOUND, MOST_WORDS = 6_000, 3, 6
_LETTER, _BLANK, _RUN, _FILTER, _BACK = 0.45, 0.05, 0.5, 0.4, 0.05


def templates(found: Sequence[Failure], captures: Mapping[str, Sequence[str]]) -> list[tuple[float, str]]:
    """Return templates that make each failure's new line, with what each costs to say, the cheapest first.

    Args:
        found: the failures.
        captures: for each name, what it captures in each failure.
    """
    goals = [one.fixed for one in found]
    steps = _steps(found, captures)
    heap: list[tuple[float, int, tuple[int, ...], tuple[str, ...]]] = [(0.0, 0, (0,) * len(goals), ())]
    seen: Counter[tuple[int, ...]] = Counter()
    made: list[tuple[float, str]] = []
    count = 0
    while heap and len(made) < MOST_FOUND and count < MOST_STEPS:
        cost, _, at, parts = heapq.heappop(heap)
        seen[at] += 1
        if seen[at] > MOST_FOUND:
            continue
        if all(place == len(goal) for place, goal in zip(at, goals, strict=True)):
            made.append((cost, "".join(parts)))
            continue
        for more, after, part in _next(goals, at, parts, steps):
            count += 1
            heapq.heappush(heap, (cost + more, count, after, part))
    return made


def _next(
    goals: Sequence[str],
    at: Sequence[int],
    parts: tuple[str, ...],
    steps: Mapping[str, Sequence[tuple[float, str, Sequence[str]]]],
) -> Iterator[tuple[float, tuple[int, ...], tuple[str, ...]]]:
    """Yield the ways to go on from a place in every goal: a field, or one more letter."""
    head = goals[0][at[0] : at[0] + 1]
    for cost, name, texts in (*steps.get(head, ()), *(steps.get("", ()) if head else ())):
        if all(goal.startswith(text, place) for goal, text, place in zip(goals, texts, at, strict=True)):
            yield cost, tuple(place + len(text) for place, text in zip(at, texts, strict=True)), (*parts, name)
    if (
        head
        and head not in "{}"
        and all(goal[place : place + 1] == head for goal, place in zip(goals, at, strict=True))
    ):
        runs = bool(parts) and not parts[-1].startswith("{")
        after = (*parts[:-1], parts[-1] + head) if runs else (*parts, head)
        yield (_BLANK if head == " " else _LETTER) + (0 if runs else _RUN), tuple(place + 1 for place in at), after


def _steps(
    found: Sequence[Failure], captures: Mapping[str, Sequence[str]]
) -> Mapping[str, Sequence[tuple[float, str, Sequence[str]]]]:
    """Return the fields that may stand in a template by their first letter in the first failure, with what they cost."""
    best: dict[tuple[str, ...], tuple[float, str]] = {}
    for cost, field in _fields(found, captures):
        match = fields.FIELD.fullmatch(field)
        values = [
            fields.value(
                match, one.line, {k: quote(v[n]) for k, v in captures.items()}, {k: v[n] for k, v in captures.items()}
            )
            for n, one in enumerate(found)
            if match
        ]
        texts = tuple(value for value in values if value is not None)
        if len(texts) == len(found) and any(texts) and (texts not in best or best[texts][0] > cost):
            best[texts] = (cost, field)
    made: defaultdict[str, list[tuple[float, str, Sequence[str]]]] = defaultdict(list)
    for texts, (cost, field) in best.items():
        made[texts[0][:1]].append((cost, field, texts))
    return made


def _fields(found: Sequence[Failure], captures: Mapping[str, Sequence[str]]) -> Iterator[tuple[float, str]]:
    yield 1.0, "{line}"
    for at in range(min(MOST_WORDS, max(len(one.line.words) for one in found))):
        for number, more in ((at, 0.0), (-at - 1, _BACK)):
            yield 2.0 + more, f"{{{number}:}}"
            if number:
                yield 2.0 + more, f"{{:{number}}}"
            yield from _filtered(f"{number}", 2.2 + more)
    for name in captures:
        yield from _filtered(name, 2.1)
        yield 1.6, f"{{before {name}}}"
        yield 1.6, f"{{after {name}}}"


def _filtered(name: str, cost: float) -> Iterator[tuple[float, str]]:
    yield cost, f"{{{name}}}"
    for one in fields.FILTERS:
        yield cost + _FILTER, f"{{{name}|{one}}}"


def begins_with(template: str, names: Sequence[str]) -> bool:
    """Tell whether a template begins with a capture of the output: no output names a program."""
    match = fields.FIELD.match(template)
    return match is not None and match[3] in names and not match[1]


def fields_of(template: str) -> set[str]:
    """Return the names of the fields of a template."""
    return {found[3] for found in fields.FIELD.finditer(template)}


def constants(template: str) -> list[str]:
    """Return the words of a template that stand in it as they are."""
    return [word for word in re.split(r"\s+", fields.FIELD.sub("\0", template)) if word and "\0" not in word]
