"""`healkit purge`: forget what healkit remembers."""

from __future__ import annotations

import os
import shutil
import sys
from typing import Annotated

import typer

from .. import console, paths, walls
from ..records import HealkitError
from . import usage

HELP = usage.text(
    "Forget what healkit remembers, here or everywhere.",
    "healkit purge                 this project: history, outputs, logs (asks)",
    "healkit purge --all --yes     all projects, sessions and logs",
    more="Settings, pattern files, what you trust, the hooks in Claude Code and `healkit off` stay: see `healkit config`, "
    "`healkit trust --forget`, `healkit uninstall`.",
)
EVERYWHERE = (
    "projects", "open", "sessions", "walls", "cache", "help", "learned-projects.json", "hook-log", "hook-errors.txt", "set-aside",
)  # fmt: skip
"""What goes from the state folder with --all; beside it the reports of bugs."""
_LOCK = "ingest.lock"


def purge(
    project: Annotated[bool, typer.Option("--project", help="This project only (default).")] = False,
    everything: Annotated[bool, typer.Option("--all", help="All projects, sessions and logs.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Say what goes, ask, and remove it."""
    if project and everything:
        raise typer.BadParameter("--project and --all exclude each other")
    top = paths.state_dir()
    root = paths.project_root(os.getcwd())
    places = _all_places(top) if everything else _project_places(root)
    if not places:
        console.say("healkit: nothing is remembered " + ("anywhere" if everything else "of this project"))
        return
    for place in places:
        console.out(f"{console.printable(place)}  ({_size(place)})")
    if not (yes or _asked()):
        raise typer.Exit(1)
    for folder in _project_folders(top) if everything else [paths.project_state(root)]:
        _wipe(folder)
    gone = [place for place in places if not _remove(place)]
    if gone:
        raise HealkitError("not everything could be removed", where=gone[0], do="Remove it by hand.")
    console.out("forgotten")


def _project_folders(top: str) -> list[str]:
    folder = f"{top}/projects"
    return [f"{folder}/{name}" for name in sorted(os.listdir(folder))] if os.path.isdir(folder) else []


def _project_places(root: str) -> list[str]:
    folder = paths.project_state(root)
    if not folder or not os.path.isdir(folder):
        return []
    gate = walls.gate_file(root)
    own = [f"{folder}/{name}" for name in sorted(os.listdir(folder)) if name != _LOCK]
    return [*own, gate] if gate and os.path.lexists(gate) else own


def _all_places(top: str) -> list[str]:
    names = os.listdir(top) if top and os.path.isdir(top) else []
    return [f"{top}/{name}" for name in sorted(names) if name in EVERYWHERE or name.startswith("bug-")]


def _size(place: str) -> str:
    files = (
        [f"{folder}/{name}" for folder, _, names in os.walk(place) for name in names]
        if os.path.isdir(place)
        else [place]
    )
    size = sum(os.lstat(path).st_size for path in files if os.path.lexists(path))
    return f"{size / 1e6:.1f} MB" if size > 1e5 else f"{max(1, round(size / 1e3))} kB" if size else "empty"


def _asked() -> bool:
    if not (sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()):
        console.say("healkit: nobody can be asked here, so nothing was removed; run it with --yes")
        return False
    return typer.confirm("Forget all this?", default=False, err=True)


def _wipe(folder: str) -> None:
    """Overwrite what a database holds before its file goes; what cannot be opened just goes."""
    from .. import history

    root = paths.read_small(f"{folder}/root", 8192).decode("utf-8", "surrogateescape").removesuffix("\n")
    if os.path.exists(f"{folder}/{history.DATABASE}") and paths.project_state(root) == folder:
        try:
            with history.open_history(root) as found:
                found.purge()
        except HealkitError as error:
            if "being written" in error.what:
                raise


def _remove(place: str) -> bool:
    try:
        if os.path.isdir(place) and not os.path.islink(place):
            shutil.rmtree(place)
        else:
            os.unlink(place)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def register(app: typer.Typer) -> None:
    """Add this noun's commands to the app."""
    app.command("purge", help=HELP)(purge)
