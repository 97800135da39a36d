"""What the hook says to an agent: facts in one short paragraph, never an order, never a stretch of output."""

from __future__ import annotations

from . import mask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .choose import Situation
    from .leases import Others
    from .records import Diagnosis, Plan

LIMIT = 1_200
"""Characters that a hint may have at most."""
BEFORE_LIMIT = 600
"""The same for what is said before anything has failed."""


def _place(diagnosis: Diagnosis) -> str:
    place = diagnosis.location
    if not place.file or place.file.startswith("<"):
        return ""
    shown = mask.one_line(place.file, 120)
    return f" ({shown}:{place.line})" if place.line else f" ({shown})"


def _sentence(text: str) -> str:
    text = text.strip()
    return text if not text or text[-1] in ".!?" else f"{text}."


def first_time(
    diagnosis: Diagnosis, plan: Plan, here: Situation, cut: bool, auto: bool = False, beside: str = ""
) -> str:
    """Return the hint for a failure that is new in this session.

    Args:
        diagnosis: what failed.
        plan: what is known to fix it.
        here: what is certain about this project.
        cut: the end of the output is missing, so something later may be the cause.
        auto: mode `auto`: the command that heals it ends the hint.
        beside: what other sessions have to do with it.
    """
    source = " (said by this project's own pattern file, which is not trusted yet)" if not diagnosis.trusted else ""
    parts = [f"healkit: {_sentence(diagnosis.message.rstrip('. ') + _place(diagnosis) + source)}"]
    if cut:
        parts.append("The end of the output is missing; this stands in what is left of it.")
    fact, why = here.sentence(), plan.why
    joined = "; ".join(part for part in (fact, why) if part)
    if joined:
        parts.append(_sentence(joined[0].upper() + joined[1:] if joined[0].isalpha() else joined))
    if not why:
        parts.append(known_fix(plan))
    parts.append(beside)
    end = _healing(diagnosis) if auto else ""
    if not end:
        return _fit(parts)
    return f"{_fit(parts, LIMIT - len(end) - 1)} {end}"


def _healing(diagnosis: Diagnosis) -> str:
    """Return the command that heals this failure, as a fact; empty where its fingerprint is no plain word."""
    name = diagnosis.fingerprint.rpartition(":")[2]
    if not name.isalnum():
        return ""
    return f"healkit applies what is known, proves it and takes back what does not help: `healkit fix {name} --yes`"


def known_fix(plan: Plan) -> str:
    """Return what is known to fix it, as a fact; empty for nothing."""
    for fix in plan.fixes:
        if fix.command:
            return f"Known fix: `{fix.command}`."
        if fix.kind == "text" and fix.steps:
            return f"Known fix: {_sentence(fix.steps[0])}"
    for fix in plan.fixes:
        steps = fix.arguments.get("brief") or (fix.steps if fix.kind == "guide" and len(fix.steps) == 1 else ())
        if steps:
            return f"Known steps: {_steps(steps)}" if len(steps) > 1 else _sentence(steps[0])
    return ""


def _steps(steps: Sequence[str]) -> str:
    return " ".join(f"{number}. {_sentence(step)}" for number, step in enumerate(steps[:4], 1))


def again(diagnosis: Diagnosis, tried: Sequence[str], beside: str = "") -> str:
    """Return the one short line for a failure that came back in this session: what was tried since, what others do."""
    since = f" Tried since: {'; '.join(mask.one_line(step, 100) for step in tried[-3:])}." if tried else ""
    return _fit([f"healkit: the same failure again: {_sentence(diagnosis.message + _place(diagnosis))}{since}", beside])


def elsewhere(others: Others, now: float) -> str:
    """Return what other sessions of the project have to do with a failure, one sentence each; empty for nothing."""
    said = []
    if others.fixed and others.by:
        kind, what = others.by[0], mask.one_line(others.by[-1])
        by = f"an edit of {what}" if kind == "edited" else f"`{what}`"
        said.append(f"Fixed {_span(now - others.fixed)} ago in another session by {by}.")
    if others.since:
        last = ""
        if others.step:
            kind, what = others.step[0], mask.one_line(others.step[-1])
            last = f" (edited {what})" if kind == "edited" else f" (ran `{what}`)"
        said.append(f"Another session is at work on this since {_span(now - others.since)} ago{last}.")
    return " ".join(said)


def _span(seconds: float) -> str:
    minutes = int(max(0.0, seconds) // 60)
    return "a moment" if not minutes else "1 minute" if minutes == 1 else f"{minutes} minutes"


def before_command(times: int, about: Sequence[Any]) -> str:
    """Return what is said before a command runs that failed in one way each of the last times; `about` as `walls` has it."""
    what, _, *cure = about
    named = f": {mask.one_line(what, 160)}" if what else ""
    said = f"healkit: this command failed the last {int(times)} times here, always in the same way{named}"
    return _fit([_sentence(said), _cure(*cure)], BEFORE_LIMIT)


def frequent(rows: Sequence[Sequence[Any]]) -> str:
    """Return what is said at a session's start of a project's most frequent failures, one line each."""
    text = "healkit: the most frequent failures of the last 30 days in this project"
    for number, (times, sessions, what, command, *cure) in enumerate(rows[:3], 1):
        named = mask.one_line(what, 70)
        said = f"{number}. `{mask.one_line(command, 50)}` failed {int(times)} times in {int(sessions)} sessions"
        line = _fit([_sentence(f"{said}: {named}" if named else said), _cure(*cure)], 230)
        if len(text) + len(line) + 1 <= BEFORE_LIMIT:
            text = f"{text}\n{line}"
    return text if "\n" in text else ""


def _cure(fix: str, worked: int, other: str) -> str:
    if not fix:
        return other[:300]
    shown = mask.one_line(fix, 100)
    by = f"An {shown}" if shown.startswith("edit of ") else f"`{shown}`"
    return f"{by} fixed it {int(worked)} times." if worked != 1 else f"{by} fixed it once."


def _fit(parts: Sequence[str], limit: int = LIMIT) -> str:
    """Return the parts as one printable line, the first one cut where it must be, the others left out where they do not fit."""
    text = ""
    for part in ("".join(c if c.isprintable() else " " for c in part) for part in parts):
        if not text:
            text = part if len(part) <= limit else part[: limit - 3] + "..."
        elif part and len(text) + len(part) + 1 <= limit:
            text = f"{text} {part}"
    return text
