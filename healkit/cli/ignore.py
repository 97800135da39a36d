"""`healkit ignore`: patterns that shall keep silent, for you or for everybody in a project."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from .. import console, memory, paths, wire
from ..records import HealkitError
from . import usage
from .config import renew

KEY = "hook.ignore"
HELP = usage.text(
    "Keep a pattern silent, for you or in this project.",
    "healkit ignore python-uncaught-exception",
    "healkit ignore jest-failed-tests --project",
    "healkit ignore --list",
    "healkit ignore --remove python-uncaught-exception",
    more="Writes `ignore` in the table [hook] of your own config.toml, or with --project of .healkit/config.toml. The ids of "
    "what healkit said stand in brackets: see `healkit why`.",
)


def ignore(
    names: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="The patterns' ids.")] = None,
    list_: Annotated[
        bool, typer.Option("--list", "-l", help="Show what is ignored here, and where that stands.")
    ] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Let them speak again.")] = False,
    project: Annotated[bool, typer.Option("--project", help="For everybody in this project.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON (version 1).")] = False,
) -> None:
    """Add ids to the list of ignored patterns, take them off it, or show it."""
    root = paths.project_root(os.getcwd())
    if not list_ and not names:
        raise typer.BadParameter("give the id of a pattern, or --list")
    if list_ and names:
        raise typer.BadParameter("--list takes no id")
    if names:
        path = _file(root, project)
        before = listed(path)
        after = [*before, *(name for name in dict.fromkeys(names) if name not in before)]
        if remove:
            after = [name for name in before if name not in names]
            _complain_of_strangers([name for name in names if name not in before], root, path)
        else:
            _check_known(names, root)
        _write(path, before, after, json)
    _show(root, json)


def _file(root: str, project: bool) -> str:
    if project and not root:
        raise HealkitError("there is no project here", do="Go into a project's folder, or leave --project away.")
    folder = f"{root}/.healkit" if project else paths.config_dir()
    if not folder:
        raise HealkitError("there is no home folder", do="Set HOME, or use --project.")
    return f"{folder}/config.toml"


def listed(path: str) -> list[str]:
    """Return the ids that one settings file ignores; HealkitError when it is no TOML or the key no list of texts."""
    from ..config import writing

    table = writing.parse(writing.read_file(path), path).get("hook")
    found = table.get("ignore", []) if isinstance(table, dict) else [] if table is None else None
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise HealkitError(f"`{KEY}` must be a list of texts", where=path, do="Correct it first; nothing was written.")
    return found


def _check_known(names: list[str], root: str) -> None:
    known = {pattern.id for pattern, _, _ in memory.open_memory(root).patterns()}
    for name in names:
        if name not in known:
            from difflib import get_close_matches

            close = get_close_matches(name, known, n=3, cutoff=0.5)
            hint = f"Did you mean {', '.join(close)}?" if close else "See: healkit patterns list"
            raise HealkitError(f"no pattern with the id {name}", do=hint)


def _complain_of_strangers(names: list[str], root: str, path: str) -> None:
    if not names:
        return
    here = _origins(root)
    other = next((origin for name, origin in here.items() if name in names and path not in origin), "")
    do = f"It stands in {other}." if other else "See: healkit ignore --list"
    raise HealkitError(f"{', '.join(names)} is not ignored there", where=path, do=do)


def _write(path: str, before: list[str], after: list[str], json: bool) -> None:
    from ..config import writing

    if after != before:
        writing.write(path, writing.put(writing.read_file(path), KEY, after, path))
        renew()
    if not json:
        console.say(f"healkit: {path} {'written' if after != before else 'says so already'}")


def _origins(root: str) -> dict[str, str]:
    """Return each ignored id with the file that says so."""
    found: dict[str, str] = {}
    for path in (_file("", False) if paths.config_dir() else "", f"{root}/.healkit/config.toml" if root else ""):
        for name in listed(path) if path else ():
            found.setdefault(name, path)
    from .. import config

    for name in config.load(root)[KEY]:
        found.setdefault(name, "the environment")
    return found


def _show(root: str, json: bool) -> None:
    rows = [{"id": name, "from": origin} for name, origin in _origins(root).items()]
    if json:
        console.out(wire.dumps({"version": 1, "ignored": rows}))
    elif rows:
        console.table(("ignored", "says"), [[row["id"], row["from"]] for row in rows])
    else:
        console.say("healkit: nothing is ignored here")


def register(app: typer.Typer) -> None:
    """Add this noun's commands to the app."""
    app.command("ignore", help=HELP)(ignore)
