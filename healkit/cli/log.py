"""`healkit log`: what failed in this project, and what the hook did about it."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from .. import console, paths, wire
from . import usage

FILES = {"errors": "error-log.txt", "tests": "test-history.log", "hook": "hook-log"}
HELP = usage.text(
    "Show what failed in this project, the newest last.",
    "healkit log                  the last 20 failures",
    "healkit log hook -n 5        the last 5 calls of the hook, and why it was silent",
    "healkit log tests --json     test runs, one JSON object a line",
)


def lines(which: str, count: int) -> list[str]:
    """Return the last lines of one of the logs, oldest first; none when there is no log yet."""
    top = paths.state_dir()
    folder = top if which == "hook" else paths.project_state(paths.project_root(os.getcwd()))
    found = (
        paths.read_small(f"{folder}/{FILES[which]}", 4 << 20).decode("utf-8", "replace").splitlines() if folder else []
    )
    return found[-count:] if count > 0 else []


def _entry(line: str) -> dict[str, object]:
    """Return a line of the error log as a record."""
    at, _, code, pattern, command = [*line.split(" ", 4), "", "", "", ""][:5]
    return {
        "at": at,
        "exit_code": int(code) if code.isdigit() else None,
        "pattern_id": "" if pattern == "-" else pattern,
        "command": command,
    }


def log(
    which: Annotated[str, typer.Argument(metavar="[errors|tests|hook]", help="Which log.")] = "errors",
    count: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many lines.")] = 20,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Print the last lines of a log."""
    if which not in FILES:
        raise typer.BadParameter(f"no log named {which}; there are {', '.join(FILES)}")
    found = lines(which, count)
    if not found:
        console.say(f"healkit: nothing in the {which} log yet")
    for line in found:
        if json and which == "errors":
            console.out(wire.dumps(_entry(line)))
        elif json and which == "tests":
            console.out(wire.dumps({"line": line}))
        else:
            console.out(line if json else console.printable(line))


def register(app: typer.Typer) -> None:
    """Add this noun's commands to the app."""
    app.command("log", help=HELP)(log)
