"""`healkit patterns edit`: the right file at the right line in a person's own editor, checked when they come back."""

from __future__ import annotations

import difflib
import os
import shlex
import shutil
import subprocess
import sys
from typing import Annotated, NamedTuple

import typer

from .. import console, memory, paths, scribe, trust
from ..records import HealkitError
from . import trial, usage
from .add import shorten

HELP = usage.text(
    "Open an entry in your editor at its line, then check it.",
    "healkit patterns edit our-broker-is-down",
    "healkit patterns edit python-module-not-found    a copy of the shipped one, which replaces it here",
    "healkit patterns edit python-module-not-found --user",
    more="The editor is $VISUAL, else $EDITOR. What ships is never changed: it is copied into the project's file (or yours, "
    "with --user) first, and the copy goes away again if you leave it as it was. What you changed is shown, checked, and "
    "trusted. Exit code 1 when it was left with errors.",
)

AT_LINE = (
    "vi",
    "vim",
    "nvim",
    "view",
    "gvim",
    "nano",
    "micro",
    "emacs",
    "emacsclient",
    "kak",
    "joe",
    "jed",
    "ne",
    "mg",
    "mcedit",
)
GOTO = ("code", "code-insiders", "codium", "vscodium", "cursor", "windsurf")
COLON = {"hx": (), "helix": (), "subl": ("--wait",), "zed": ("--wait",)}


class Spot(NamedTuple):
    """Where an entry is edited: the file, its bytes before anything was done, whether the entry is a copy made for it."""

    path: str
    before: bytes | None
    copied: bytes | None


def edit(
    name: Annotated[str, typer.Argument(metavar="ID", help="The entry's id.")],
    user: Annotated[bool, typer.Option("--user", help="Copy a shipped entry into your own layer.")] = False,
    project: Annotated[bool, typer.Option("--project", help="Copy it into the project's layer (the default).")] = False,
    where: Annotated[
        bool, typer.Option("--where", help="Only print file:line of the entry; copy and open nothing.")
    ] = False,
) -> None:
    """Edit one entry by hand, led by what `patterns check` says."""
    root = paths.project_root(os.getcwd())
    if user and project:
        raise typer.BadParameter("--user and --project are two places; give one")
    if where:
        console.out(_where(root, name))
        return
    argv = editor()
    inside = _inside(root, user)
    before = trust.claims(root) if inside else []
    known = trust.trusted_hashes(root) if inside else set()
    spot = _spot(root, name, user, project)
    try:
        while True:
            _open(argv, spot.path, (scribe.place_of(spot.path, name) or (1, 1))[0])
            if _take_back(spot, inside):
                return
            _show_diff(spot)
            errors = _check(spot.path, root)
            if not errors or not _fix_again():
                break
    except BaseException:
        _take_back(spot, inside)
        raise
    if errors:
        raise typer.Exit(1)
    if inside:
        _trust(root, before, known)


def _where(root: str, name: str) -> str:
    found = memory.open_memory(root)
    _, file, _ = trial.known(found, name)
    line, _ = scribe.place_of(file, name) or (1, 1)
    return f"{console.printable(shorten(file))}:{line}"


def editor() -> list[str]:
    """Return the words that start the person's editor.

    Raises:
        HealkitError: none is named and none of the usual ones is there.
    """
    named = paths.env("VISUAL") or paths.env("EDITOR")
    try:
        argv = shlex.split(named)
    except ValueError:
        raise HealkitError("not a command line", where="$VISUAL or $EDITOR", do="Check its quotes.") from None
    argv = argv or [next((found for found in ("nano", "vim", "vi") if shutil.which(found)), "")]
    if not argv[0] or shutil.which(argv[0]) is None:
        what = f"there is no editor {argv[0]}" if argv[0] else "there is no editor"
        raise HealkitError(what, do="Set EDITOR, or ask where the entry stands: healkit patterns edit ID --where")
    return argv


def at_line(argv: list[str], path: str, line: int) -> list[str]:
    """Return the words that open a file at a line, as far as the editor is known to understand that."""
    program = os.path.basename(argv[0])
    if program in AT_LINE:
        return [*argv, f"+{line}", path]
    if program in GOTO:
        wait = () if {"--wait", "-w"} & set(argv) else ("--wait",)
        return [*argv, *wait, "-g", f"{path}:{line}"]
    if program in COLON:
        return [*argv, *(flag for flag in COLON[program] if flag not in argv), f"{path}:{line}"]
    return [*argv, path]


def _open(argv: list[str], path: str, line: int) -> None:
    words = at_line(argv, path, line)
    try:
        done = subprocess.run(words, check=False)
    except OSError as error:
        raise HealkitError(f"the editor cannot be started: {error.strerror}", where=argv[0], do="Set EDITOR.") from None
    if done.returncode:
        console.say(f"healkit: {os.path.basename(argv[0])} ended with exit code {done.returncode}")


def _inside(root: str, user: bool) -> str:
    return root if root and not user else ""


def _spot(root: str, name: str, user: bool, project: bool) -> Spot:
    """Return where to edit an entry; a shipped one is copied first, so that nothing below is changed."""
    target = scribe.layer_file(root, user)
    if scribe.place_of(target, name) is not None:
        return Spot(target, paths.read_small(target, scribe.MOST_BYTES), None)
    found = memory.open_memory(root)
    _, file, _ = trial.known(found, name)
    layer = trial.layer_of(found, file)
    if layer == "user" and not project:
        return Spot(file, paths.read_small(file, scribe.MOST_BYTES), None)
    if layer == "project":
        raise HealkitError(f"{name} is the project's own", where=file, do=f"healkit patterns edit {name}")
    raw = trial.raw_entry(file, name)
    if raw is None:
        raise HealkitError(f"{name} has no text of its own", where=file, do=f"see healkit patterns show {name}")
    written = scribe.add(target, raw, _inside(root, user))
    shown = console.printable(shorten(target))
    console.say(f"healkit: the {layer} entry {name} was copied to {shown}, where it replaces that one")
    return Spot(target, written.before, written.after)


def _take_back(spot: Spot, inside: str) -> bool:
    """Tell whether the person changed nothing; a copy that was made for them is taken back then."""
    now = paths.read_small(spot.path, scribe.MOST_BYTES)
    if now != (spot.before if spot.copied is None else spot.copied):
        return False
    if spot.copied is not None:
        scribe.replace(spot.path, spot.copied, spot.before, inside)
    console.say("healkit: nothing was changed")
    return True


def _show_diff(spot: Spot) -> None:
    paint = console.Painter(sys.stdout)
    was = spot.before if spot.copied is None else spot.copied
    now = paths.read_small(spot.path, scribe.MOST_BYTES)
    old, new = (data.decode("utf-8", "replace") for data in (was or b"", now))
    shown = shorten(spot.path)
    for line in difflib.unified_diff(old.splitlines(), new.splitlines(), f"{shown} before", shown, n=2, lineterm=""):
        style = {"+": "good", "-": "bad"}.get(line[:1])
        text = trust.harmless(line)
        console.out(paint(style, text) if style else text)


def _check(path: str, root: str) -> int:
    from .. import check
    from .check import tell

    report = check.check_files([shorten(path)], root)
    tell(report)
    return report.count("error")


def _fix_again() -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    return typer.confirm("Open it again to correct that? (no keeps it as it is)", default=True, err=True)


def _trust(root: str, before: list[trust.Claim], known: set[str]) -> None:
    """Trust what the person has just written; an entry that waited for trust before is shown whole by `healkit trust`."""
    old = {claim.id: claim for claim in before}
    changed = [claim for claim in trust.claims(root) if claim.id not in old or old[claim.id].hash != claim.hash]
    own = [claim for claim in changed if claim.id not in old or old[claim.id].hash in known]
    waiting = [claim.id for claim in changed if claim not in own]
    if own:
        trust.trust_entries(root, [claim.hash for claim in own])
        console.say(f"healkit: trusted: {console.printable(', '.join(claim.id for claim in own))}")
    if waiting:
        names = console.printable(", ".join(waiting))
        console.say(f"healkit: not trusted before you edited it: {names}; `healkit trust` shows all of it and asks")
