"""`healkit detect`: what is known about output that somebody has."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from .. import console, intake, paths, wire
from . import usage
from .reading import what_matters

HELP = usage.text(
    "Name the failure in some output, and what fixes it.",
    "make 2>&1 | healkit detect",
    "healkit detect --command 'npm ci' --exit-code 1 build.log",
    "healkit detect --json build.log",
    more="Exit code 0 says that the output was read; nothing known is an empty answer.",
)


def detect(
    file: Annotated[str, typer.Argument(metavar="[FILE|-]", help="The output; - (default) is standard input.")] = "-",
    command: Annotated[str, typer.Option("--command", "-c", help="The command that said it.")] = "",
    exit_code: Annotated[int | None, typer.Option("--exit-code", "-e", help="Its exit code, when known.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON (version 1).")] = False,
) -> None:
    """Print diagnoses of some output, best first."""
    from .. import answer
    from .corrections import with_corrections
    from .failure import diagnose

    if file == "-" and sys.stdin is not None and sys.stdin.isatty():
        console.say("healkit: reading the output from the terminal; end it with Ctrl-D")
    cwd = os.getcwd()
    root = paths.project_root(cwd)
    result = intake.from_text(what_matters(file, root), command, exit_code, cwd, "shell")
    diagnoses, plans = with_corrections(result, root, *diagnose(result, root))
    if json:
        console.out(wire.dumps(answer.to_json(diagnoses, plans)))
    elif diagnoses:
        console.explain(diagnoses, plans, sys.stdout)
    else:
        console.say("healkit: nothing known about this output")


def register(app: typer.Typer) -> None:
    """Add this noun's commands to the app."""
    app.command("detect", help=HELP)(detect)
