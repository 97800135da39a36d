"""`healkit history`: what failed, what was done about it, and what worked, in this project."""

from __future__ import annotations

import os
import time
from typing import Annotated, Any

import typer

from .. import console, paths, wire
from ..records import EVENTS, Event
from . import usage

HELP = usage.text(
    "Show what failed here, what was done, and what worked.",
    "healkit history",
    "healkit history --kind failure --limit 5",
    "healkit history --episodes          each failure, and what became of it",
    "healkit history --json | jq '.events[].command'",
    more="Kinds: "
    + ", ".join(EVENTS)
    + ". Secrets were masked before anything was written; `healkit purge` forgets it all.",
)


def show(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many, the newest last.")] = 20,
    kind: Annotated[str, typer.Option("--kind", "-k", help="Only events of this kind.")] = "",
    session: Annotated[str, typer.Option("--session", "-s", help="Only this session (a beginning is enough).")] = "",
    episodes: Annotated[
        bool, typer.Option("--episodes", "-e", help="Failures with their outcome, not events.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON (version 1).")] = False,
) -> None:
    """Take in what is new, print the newest events or episodes."""
    from .. import history

    if kind and kind not in EVENTS:
        raise typer.BadParameter(f"no kind named {kind}; there are {', '.join(EVENTS)}")
    root = paths.project_root(os.getcwd())
    history.ingest(root)
    if not os.path.exists(f"{paths.project_state(root)}/{history.DATABASE}"):
        rows: list[Any] = []
    else:
        with history.open_history(root) as found:
            wanted = 10_000 if session else limit
            rows = list(found.episodes(wanted)) if episodes else list(found.events(wanted, kind))
    rows = [row for row in rows if row.session.startswith(session)][:limit][::-1]
    if json:
        name = "episodes" if episodes else "events"
        console.out(wire.dumps({"version": 1, name: [row.as_dict() for row in rows]}))
    elif not rows:
        console.say("healkit: nothing in the history of this project yet")
    elif episodes:
        console.table(("when", "failure", "outcome", "fixed by", "command"), [_episode_row(row) for row in rows])
    else:
        console.table(("when", "what", "exit", "seen by", "known as", "command or file"), [_row(row) for row in rows])


def when(at: float) -> str:
    """Return a time as `Nov 20 16:04`, with the year where it is another one."""
    now, then = time.localtime(), time.localtime(at)
    return time.strftime("%b %d %H:%M" if then.tm_year == now.tm_year else "%Y %b %d", then)


def _row(event: Event) -> list[str]:
    code = "" if event.exit_code is None else str(event.exit_code)
    said = event.command or event.file or event.text
    return [when(event.at), event.kind, code, event.source, event.pattern_id, " ".join(said.split())[:120]]


def _episode_row(episode: Any) -> list[str]:
    command = " ".join(episode.command_key.partition("\n")[2].split())[:80]
    return [when(episode.opened), episode.pattern_id or "unknown", episode.outcome or "open", episode.fix, command]


def register(app: typer.Typer) -> None:
    """Add this noun's commands to the app."""
    app.command("history", help=HELP)(show)
