"""`healkit stats`: what failed in this project, what healed it, and how surely, in numbers."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .. import console, memory, paths, wire
from ..records import SEVERITIES
from . import usage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..history.figures import Figures, Rate
    from ..memory import Memory

TOP = 10
"""Patterns, programs and fixes that are shown."""
WEEKS = 8
"""Weeks that are shown, the newest."""
DAY = 86_400

HELP = usage.text(
    "Show in numbers what failed, what healed it, how surely.",
    "healkit stats",
    "healkit stats --days 30",
    "healkit stats --json | jq '.fixes[] | {pattern_id, fix, confidence}'",
    more="Confidence is (worked + 1) / (tried + 2). Time saved is an estimate: the median time of healings without a hint "
    "less that of those with one, times the number of those with one.",
)


def stats(
    days: Annotated[int | None, typer.Option("--days", "-d", min=1, help="Only the last N days.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON (version 1).")] = False,
) -> None:
    """Take in what is new, count, print."""
    from .. import history
    from ..history import figures

    root = paths.project_root(os.getcwd())
    history.ingest(root)
    found: Figures | None = None
    since = time.time() - days * DAY if days else 0.0
    if os.path.exists(f"{paths.project_state(root)}/{history.DATABASE}"):
        with history.open_history(root) as opened:
            found = figures.count(opened, since)
    known = memory.open_memory(root)
    learned = learned_patterns(known)
    if json:
        values = _as_json(found or figures.NONE, severities(known, (found or figures.NONE).patterns), learned)
        console.out(wire.dumps({"version": 1, "days": days, **values}))
    elif found is None or not (found.failures or found.healed):
        console.say(f"healkit: no failure in the history of this project{f' in {days} days' if days else ' yet'}")
    else:
        _print(found, severities(known, found.patterns), learned)


def severities(known: Memory, patterns: Mapping[str, int]) -> dict[str, int]:
    """Return failures by severity, the gravest first; history has the pattern's name, the pattern has the severity."""
    sums: dict[str, int] = {}
    for name, number in patterns.items():
        severity = "unknown"
        for index in known.indexes():
            at = index.number_of(name)
            severity = index.entry(at)[1]["severity"] if at is not None else severity
        sums[severity] = sums.get(severity, 0) + number
    order = [*reversed(SEVERITIES), "unknown"]
    return dict(sorted(sums.items(), key=lambda item: order.index(item[0]) if item[0] in order else len(order)))


def learned_patterns(known: Memory) -> dict[str, list[str]]:
    """Return the ids of the learned entries of the project's and the user's layer."""
    return {
        index.origin: sorted(
            name for name, number in index.names().items() if index.entry(number)[1]["origin"] == "learned"
        )
        for index in known.indexes()
        if index.origin != "shipped"
    }


def _rate(rate: Rate) -> dict[str, Any]:
    return {**rate.as_dict(), "confidence": rate.confidence}


def _as_json(found: Figures, by_severity: dict[str, int], learned: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    values = found.as_dict()
    names = [name for own in learned.values() for name in own]
    return {
        **values,
        "severities": by_severity,
        "rates": [_rate(rate) for rate in found.rates],
        "fixes": [_rate(rate) for rate in found.fixes],
        "weeks": [{"week": _day(at), "failures": failed, "healed": healed} for at, failed, healed in found.weeks],
        "learned": {"count": len(names), **{layer: list(own) for layer, own in learned.items()}},
    }


def _day(at: float) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(at + DAY / 2))  # noon: a change of clocks moves midnight


def _print(found: Figures, by_severity: dict[str, int], learned: Mapping[str, Sequence[str]]) -> None:
    """Print a block of rows each: what it is about, a name, its number, what belongs to it."""
    names = [name for own in learned.values() for name in own]
    rates = {rate.pattern_id: rate for rate in found.rates}
    median = "" if found.median_seconds is None else duration(found.median_seconds)
    rows = [
        ("all", "failures", str(found.failures), f"in {found.sessions} session{'s' * (found.sessions != 1)}"),
        ("all", "healed", str(found.healed), f"median {median} from failure to success" if median else ""),
        *(("all", name, str(n), said) for name, n, said in (
            ("passed again", found.passed, "with nothing seen that can be a fix"),
            ("failed again", found.again, ""), ("abandoned", found.abandoned, ""), ("open", found.open, ""),
        ) if n),
        ("all", "time saved", duration(found.saved_seconds), f"estimated, from {found.hinted} healed after a hint"),
        ("all", "learned", str(len(names)), ", ".join(names)),
        *(("healed by", name, str(n), "") for name, n in found.ways.items() if n),
        *(("category", name, str(n), "") for name, n in found.categories.items()),
        *(("severity", name, str(n), "") for name, n in by_severity.items()),
        *(("pattern", name, str(n), _odds(rates.get(name))) for name, n in list(found.patterns.items())[:TOP]),
        *(("program", name, str(n), "") for name, n in list(found.programs.items())[:TOP]),
        *(("fix", rate.fix, f"{rate.worked} of {rate.tried}", f"{rate.pattern_id}, {_odds(rate)}")
          for rate in found.fixes[:TOP]),
        *(("week", _day(at), str(failed), f"{healed} healed") for at, failed, healed in found.weeks[-WEEKS:]),
    ]  # fmt: skip
    console.table(("about", "what", "number", ""), rows)


def _odds(rate: Rate | None) -> str:
    return f"confidence {rate.confidence:.2f}" if rate is not None else ""


def duration(seconds: float) -> str:
    """Return a time as people say it: `45 s`, `12 min`, `3.5 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 90 * 60 else f"{seconds / 3600:.1f} h"


def register(app: typer.Typer) -> None:
    """Add this noun's commands to the app."""
    app.command("stats", help=HELP)(stats)
