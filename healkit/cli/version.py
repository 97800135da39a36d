"""`healkit --version`, and with `--verbose` what healkit stands on: interpreter, folders, layers."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from .. import __version__, console, paths
from . import usage

HELP = usage.text(
    "Turns a failed command into a verified fix, and remembers it.",
    "healkit run -- pytest -q           run a command; a failure is named, with what fixes it",
    "healkit why                        explain the last failure, step by step",
    "make 2>&1 | healkit detect         ask about output that you have",
    "healkit install                    let Claude Code profit from it",
    "healkit patterns list              what healkit knows",
)


def _show(verbose: bool) -> None:
    console.out(f"healkit {__version__}")
    if not verbose:
        return
    console.out(f"Python   {sys.version.split()[0]}  {sys.executable}")
    console.out(f"package  {os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}")
    for name, path in (("config", paths.config_dir()), ("data", paths.data_dir()), ("state", paths.state_dir())):
        console.out(f"{name:<8} {path or '(none: HOME is not set)'}")
    root = paths.project_root(os.getcwd())
    console.out(f"project  {root or '(none)'}")
    for line in layer_lines(root):
        console.out(line)


def layer_lines(root: str) -> Iterator[str]:
    """Yield what is known, a line each: the layers with their files, then what is compiled of them for the hook."""
    from .. import memory

    for layer in memory.open_memory(root).layers:
        count = len(layer.index.names()) if layer.index is not None else 0
        files = [file for file in layer.files if paths.exists(file)]
        yield f"layer    {layer.origin}: {count} patterns in {', '.join(files) or 'no file'}"
    folder = f"{paths.state_dir()}/cache" if paths.state_dir() else ""
    names = sorted(os.listdir(folder)) if folder and os.path.isdir(folder) else []
    for name in names:
        yield f"index    {folder}/{name} ({os.path.getsize(f'{folder}/{name}') // 1000} kB)"
    if not names:
        yield "index    (none is compiled: the state folder is absent or cannot be written)"


def healkit(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", "-V", help="Print the version.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="With --version: interpreter, folders, layers.")
    ] = False,
) -> None:
    """Print the version when asked to; a command without a name is a usage error."""
    if version:
        _show(verbose)
        raise typer.Exit
    if context.invoked_subcommand is None:
        raise typer.BadParameter("give a command, or --version")
    if context.invoked_subcommand not in _INGEST_THEMSELVES:
        _start_ingest()


_INGEST_THEMSELVES = ("why", "history", "purge", "ingest", "run", "init", "off")


def _start_ingest() -> None:
    """Start an `ingest`, detached, where a hook has noted something that nobody took in yet."""
    from .. import spool

    root = paths.project_root(os.getcwd())
    state = paths.project_state(root)
    if not state or not paths.exists(f"{state}/{spool.NAME}") or paths.is_switched_off() or paths.env("HEALKIT_ACTIVE"):
        return
    from .. import episode

    episode.start_ingest(root)
