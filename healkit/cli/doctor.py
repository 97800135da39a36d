"""`healkit doctor`: is healkit installed, found, fast, trusted, and why were the last calls silent?"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from .. import console, paths

if TYPE_CHECKING:
    from ..doctor import Check

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

_STYLES = {"ok": "good", "warn": "warn", "fail": "bad"}


def _lines(check: Check, width: int, paint: console.Painter) -> list[str]:
    mark = paint(_STYLES[check.state], f"{check.state:<4}")
    more = ([f"-> {check.do}"] if check.do else []) + list(check.details)
    return [f"{mark}  {check.name:<{width}}  {check.what}", *(f"{'':<{width + 8}}{line}" for line in more)]


def _root() -> str:
    try:
        return paths.project_root(os.getcwd())
    except FileNotFoundError:  # the current folder is gone; the rest can be looked at
        return ""


def doctor(as_json: AsJson = False) -> None:
    """Check the installation, and say what to do about it.

    The exit code is 1 when something stops healkit.

    \b
    Examples:
      healkit doctor
      healkit doctor --json | jq '.checks[] | select(.state != "ok")'
    """  # noqa: D301 - the escape keeps the lines apart
    from .. import doctor as examining

    checks = examining.examine(_root())
    if as_json:
        order = ("name", "state", "what", "do", "details")
        rows = [{key: check.as_dict()[key] for key in order} for check in checks]
        console.out(json.dumps({"version": 1, "checks": rows}, ensure_ascii=False))
    else:
        width = max(len(check.name) for check in checks)
        paint = console.Painter(sys.stdout)
        for check in checks:
            for line in _lines(check, width, paint):
                console.out(line)
    if any(check.state == "fail" for check in checks):
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add this noun's command to the app."""
    app.command("doctor")(doctor)
