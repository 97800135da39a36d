"""From failed command lines and what passed in their place to entries that make such a line again."""

from __future__ import annotations

import re
from typing import Any

from .. import draft, literals
from ..correct import learned
from . import conditions, danger, failures, programs, triggers
from .examples import CommandExample, Learned
from .sketch import Sketch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .failures import Failure

MOST, MOST_EXAMPLES, MOST_CHECKED = 3, 6, 60


def learn(examples: Sequence[CommandExample], against: Sequence[tuple[str, str]] = ()) -> list[Learned]:
    """Return the entries that make every example's new line and say nothing about what is `against` them, best first.

    Args:
        examples: two or more failures of one kind.
        against: commands and outputs on which an entry must not fire.
    """
    examples = list(dict.fromkeys(examples))[:MOST_EXAMPLES]
    found = failures.ready(examples)
    examples = [failures.bare(one) for one in found]
    if not found:
        return []
    kept: list[tuple[float, Learned]] = []
    for sketch in sorted(_sketches(found), key=_cost)[:MOST_CHECKED]:
        entry = _fitting(found, sketch, examples, against)
        if entry is not None:
            one = Learned(entry=entry, score=round(20 - _cost(sketch), 2), specificity=_specificity(sketch))
            kept.append((_cost(sketch), one))
            if len(kept) >= MOST * 4:
                break
    return _distinct([one for _, one in kept])[:MOST]


def _cost(sketch: Sketch) -> float:
    return sketch.cost - 0.5 * (sketch.trigger.rate if sketch.trigger else 0)


def _specificity(sketch: Sketch) -> float:
    return round(sketch.trigger.specificity(), 2) if sketch.trigger else 0.3


def _distinct(found: Sequence[Learned]) -> list[Learned]:
    """Return the entries that make new lines in different ways; of the same way the best one."""
    kept: dict[str, Learned] = {}
    for one in found:
        kept.setdefault(repr([one.entry["rerun"].get("to"), one.entry["rerun"].get("right")]), one)
    return list(kept.values())


def _sketches(found: Sequence[Failure]) -> Iterator[Sketch]:
    outputs = [one.output for one in found]
    if not any(output.strip() for output in outputs):
        yield from programs.sketches(found, None)
        return
    gone = [{word for change in failures.changes(one) for word in change.old} for one in found]
    for line in triggers.found(outputs):
        trigger = line.replace(rate=line.rate + 4 * line.names_one_of(gone))
        for shape in (trigger, *triggers.widened(trigger, outputs)):
            yield from programs.sketches(found, shape)


def _fitting(
    found: Sequence[Failure], sketch: Sketch, examples: Sequence[CommandExample], against: Sequence[tuple[str, str]]
) -> dict[str, Any] | None:
    """Return the entry of a sketch that explains all examples and is silent about what is against it; None for none.

    Where the plain one is not silent, one that asks for everything that the examples' lines have in common may be.
    """
    for strict in (False, True):
        entry = _entry(found, sketch, strict)
        if entry is None or not _explains(entry, examples):
            return None
        if not any(learned.results(entry, command, output) for command, output in against):
            return entry
    return None


def _explains(entry: dict[str, Any], examples: Sequence[CommandExample]) -> bool:
    """Tell whether an entry makes every example's new line first."""
    for one in examples:
        made = learned.results(entry, one.command, one.output)
        if not made or made[0].split() != one.fixed.split() or not danger.runs_known(entry, one.command, made[0]):
            return False
    return True


def _entry(found: Sequence[Failure], sketch: Sketch, strict: bool) -> dict[str, Any] | None:
    """Return the entry of a sketch, keys in the order in which a person reads them; None where it would fire too easily."""
    tools = conditions.tools(found)
    rerun = {**conditions.of(found, sketch.rerun, strict), **sketch.rerun}
    calls = any(isinstance(template, dict) and "call" in template for template in rerun["to"])
    if "[masked" in repr(rerun):
        return None  # a secret was kept as its place only
    if not tools and (sketch.trigger is None or not (calls or "line" in rerun)):
        return None
    said: dict[str, Any] = {}
    message = f"{' or '.join(tools)} {' '.join(rerun.get('words', ()))}".strip() + " said nothing, and failed"
    regex = ""
    if sketch.trigger is not None:
        regex = sketch.trigger.regex(sketch.names, sketch.block)
        if "sudo" in regex and "lead" not in rerun and all(one.line.lead for one in found):
            rerun = {"lead": "some", **rerun}
        message = sketch.trigger.message(sketch.names)
        needed = literals.required_literals(regex)
        said = {"error_regex": regex, **({"contains": needed[:1]} if len(needed) == 1 else {})}
    elif not calls and (shape := conditions.shape(found, rerun)):
        rerun = {"line": shape, **{key: value for key, value in rerun.items() if key not in ("words", "has")}}
    elif not calls and not {"words", "has", "line"} & rerun.keys():
        return None
    return {
        **said,
        "category": draft.category_of(message) or "command_error",
        "severity": "medium",
        **({"tools": tools} if tools else {}),
        "message": message,
        "rerun": {**rerun, "examples": [_shown(one, regex) for one in found]},
        **({"examples": [_example(one, regex, tools) for one in found]} if regex else {}),
    }


def _decisive(output: str, regex: str) -> str:
    """Return the lines of an output in which an expression matches."""
    match = re.search(regex, output, re.MULTILINE) if regex else None
    if match is None:
        return ""
    start = output.rfind("\n", 0, match.start()) + 1
    end = output.find("\n", match.end())
    return output[start : end if end >= 0 else len(output)]


def _example(one: Failure, regex: str, tools: Sequence[str]) -> dict[str, Any]:
    match = re.search(regex, one.output, re.MULTILINE)
    groups = {name: value for name, value in (match.groupdict() if match else {}).items() if value is not None}
    tool = one.line.program if one.line.program in tools else ""
    return {"output": _decisive(one.output, regex), **({"captures": groups} if groups else {}), "tool": tool}


def _shown(one: Failure, regex: str) -> dict[str, str]:
    example = failures.bare(one)
    return {"command": example.command, "output": _decisive(one.output, regex), "corrected": example.fixed}
