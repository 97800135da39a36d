"""One failure explained at full length: evidence, what is certain here, steps in order, what worked before."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence

from .. import console
from ..records import Diagnosis, Fix, Plan, Record

SHOWN_OTHERS = 3
_CODES = re.compile(r"(?P<codes>[A-Z]{1,4}\d{2,5}\b.*?): (?P<text>.*)", re.S)
"""A step that explains error codes: `E0382 (use after move): clone the value`."""
_CODE_WIDTH = 34
_TABLE = 3
"""Steps about codes in a row that make a table."""


class Step(Record):
    """One step of a guide, filled in: what kind of step, what it says, the command that does it."""

    action: str = ""
    text: str = ""
    command: str = ""


class Tried(Record):
    """Something that was done about a failure: how often it was the end of it, how often it was tried."""

    fix: str
    worked: int
    tried: int


def steps_of(plan: Plan) -> list[Step]:
    """Return the steps of a plan's guides, in order."""
    found = []
    for fix in plan.fixes:
        told = fix.arguments.get("told")
        if told:
            found += [Step(action=action, text=text, command=command) for action, text, command in told]
        else:
            found += [Step(text=text) for text in fix.steps]
    return found


class Explanation(Record):
    """What `healkit why` found out: where the output comes from, the diagnoses, the plans, what worked before."""

    origin: str
    diagnoses: Sequence[Diagnosis]
    plans: Sequence[Plan]
    tried: Sequence[Tried] = ()


def show(found: Explanation) -> None:
    """Print an explanation on stdout."""
    paint = console.Painter(sys.stdout)
    first = found.diagnoses[0]
    plan = found.plans[0] if found.plans else None
    console.out(paint("faint", console.printable(found.origin)))
    console.out()
    for line in (*_head(first, paint), *_facts(plan, found.tried, paint), *_remedies(plan, first, paint)):
        console.out(line)
    for line in _others(found.diagnoses[1:], paint):
        console.out(line)


def _flat(text: str) -> str:
    return console.printable(text).replace("\n", " ")


def _head(first: Diagnosis, paint: console.Painter) -> Iterator[str]:
    yield paint("bad", _flat(first.message))
    place = console.place_of(first)
    facts = f"{first.category}, {first.severity}, {first.pattern_id}, confidence {first.confidence:.2f}"
    yield f"  {paint('place', place)}{'  ' if place else ''}{paint('faint', f'[{facts}]')}"
    for line in console.printable(first.excerpt).split("\n"):
        if line.strip():
            yield f"  {paint('faint', '|')} {paint.cut(line.rstrip(), 4)}"
    if not first.trusted:
        yield paint("warn", "  This entry comes from the project and is not trusted yet: see `healkit trust`.")


def _facts(plan: Plan | None, tried: Sequence[Tried], paint: console.Painter) -> Iterator[str]:
    if plan is not None and plan.why:
        yield ""
        yield paint("strong", "In this project")
        yield from (f"  {_flat(fact)}" for fact in plan.why.split("; "))
    if tried:
        yield ""
        yield paint("strong", "What was done about it before")
        for row in tried:
            mark = paint("good" if row.worked else "bad", f"{row.worked} of {row.tried}")
            yield f"  {mark}  {_flat(row.fix)}"


def _remedies(plan: Plan | None, first: Diagnosis, paint: console.Painter) -> Iterator[str]:
    if plan is None:
        return
    runnable = [fix for fix in plan.fixes if fix.command or fix.diff or fix.kind == "text"]
    if runnable:
        yield ""
        yield paint("strong", "What fixes it")
        for fix in runnable:
            yield from _fix(fix, paint)
    shown = {fix.command for fix in runnable if fix.command}
    guides = plan.replace(fixes=[fix for fix in plan.fixes if fix not in runnable])
    steps = [step for step in steps_of(guides) if (step.text or step.command) and step.command not in shown]
    if steps:
        yield ""
        yield paint("strong", "Step by step")
        yield from _steps(steps, first.captures.get("code", ""), paint)


def _fix(fix: Fix, paint: console.Painter) -> Iterator[str]:
    risk = "" if fix.risk == "low" else paint("faint", f"  ({fix.risk} risk)")
    title = _flat(fix.steps[0] if fix.kind == "text" and fix.steps else fix.title)
    if fix.command and title in ("", _flat(fix.command)):
        yield f"  {paint('good', '$ ' + _flat(fix.command))}{risk}"
        return
    yield f"  {title}{risk}"
    if fix.command:
        yield f"  {paint('good', '$ ' + _flat(fix.command))}"
    yield from (f"  {line}" for line in console.printable(fix.diff).splitlines())


def _steps(steps: Sequence[Step], code: str, paint: console.Painter) -> Iterator[str]:
    number, at = 0, 0
    while at < len(steps):
        number += 1
        end = at
        while end < len(steps) and not steps[end].command and _CODES.fullmatch(steps[end].text):
            end += 1
        if end - at >= _TABLE:
            yield f"  {number}. What the error codes mean"
            yield from _codes(steps[at:end], code, paint)
            at = end
            continue
        yield from _step(number, steps[at], paint)
        at += 1


def _codes(steps: Sequence[Step], code: str, paint: console.Painter) -> Iterator[str]:
    """Yield a table of error codes; the one that was reported is marked."""
    rows = [(found["codes"], found["text"]) for step in steps if (found := _CODES.fullmatch(step.text))]
    width = max((len(codes) for codes, _ in rows if len(codes) <= _CODE_WIDTH), default=_CODE_WIDTH)
    for codes, text in rows:
        here = bool(code) and re.search(rf"\b{re.escape(code)}\b", codes) is not None
        lead, style = ("> ", "good") if here else ("  ", "faint")
        lines = (
            [f"{codes:<{width}}  {_flat(text)}"] if len(codes) <= width else [codes, f"{'':<{width}}  {_flat(text)}"]
        )
        for number, line in enumerate(lines):
            yield f"     {paint(style, (lead if not number else '  ') + line)}"


def _step(number: int, step: Step, paint: console.Painter) -> Iterator[str]:
    indent = " " * (len(str(number)) + 4)
    branches = re.split(r"(?:[:;,.]\s+|^)(?=[Ii]f\s)", _flat(step.text)) if step.action == "decide" else []
    if len(branches) < 3:
        lead, command = (_flat(step.text), step.command) if step.text else (f"$ {_flat(step.command)}", "")
        yield f"  {number}. {lead}"
        if command:
            yield f"{indent} {paint('good', '$ ' + _flat(command))}"
        return
    yield f"  {number}. {branches[0] or 'Which of these is it?'}"
    for place, branch in enumerate(branches[1:], 1):
        last = place == len(branches) - 1
        yield f"{indent} {'└─' if last else '├─'} {branch[0].upper()}{branch[1:]}"
        if place == 1 and step.command:
            yield f"{indent} │    {paint('good', '$ ' + _flat(step.command))}"


def _others(others: Sequence[Diagnosis], paint: console.Painter) -> Iterator[str]:
    shown = others[:SHOWN_OTHERS]
    if shown:
        yield ""
        yield paint("strong", "What else it could be")
    for other in shown:
        place = console.place_of(other)
        more = ", ".join(part for part in (other.pattern_id, f"confidence {other.confidence:.2f}", place) if part)
        yield f"  {paint.cut(_flat(other.message), 4)}  {paint('faint', f'[{more}]')}"
