"""The merge driver in a git repository: lines in .gitattributes, and what they name in the repository's own configuration."""

from __future__ import annotations

import os
import shlex
import shutil
import sys

from . import child, rcfile, settings
from .records import HealkitError, Record

NAME = "merge.healkit"
ATTRIBUTES = b"error-patterns.json merge=healkit\nrecovery-playbook.json merge=healkit\n"
_TITLE = "pattern files of healkit, entry by entry"
_CALL = "patterns merge --name %P %O %A %B"
_GIT_S = 10.0


class Driver(Record):
    """What was or would be done: the attributes file, its diff, the git commands, whether anything changed."""

    path: str
    diff: str = ""
    commands: tuple[str, ...] = ()
    changed: bool = False


def install(folder: str, *, dry_run: bool = False) -> Driver:
    """Name the driver in .gitattributes and in the repository's configuration; doing it twice changes nothing.

    Raises:
        HealkitError: no git repository, or a file that cannot be written.
    """
    top = _top(folder)
    path = f"{top}/.gitattributes"
    before = settings.load(path)
    after = rcfile.with_block(before, ATTRIBUTES, path)
    wanted = {f"{NAME}.name": _TITLE, f"{NAME}.driver": f"{_program()} {_CALL}"}
    missing = [["config", "--local", key, value] for key, value in wanted.items() if _value(top, key) != value]
    if not dry_run:
        for argv in missing:
            _git(top, *argv)
        if after != before:
            settings.save(path, after, before)
    return _done(path, before, after, missing, dry_run)


def uninstall(folder: str, *, dry_run: bool = False) -> Driver:
    """Take both away again; a .gitattributes that holds nothing else and was made by us goes.

    Raises:
        HealkitError: no git repository, or a file that cannot be written.
    """
    top = _top(folder)
    path = f"{top}/.gitattributes"
    before = settings.load(path)
    after = rcfile.without_us(before, path) if before is not None else None
    there = _value(top, f"{NAME}.driver") or _value(top, f"{NAME}.name")
    commands = [["config", "--local", "--remove-section", NAME]] if there else []
    if not dry_run:
        if after is None and before is not None:
            rcfile.remove(path)
        elif after is not None and after != before:
            settings.save(path, after, before)
        for argv in commands:
            _git(top, *argv)
    return _done(path, before, after, commands, dry_run)


def fault(folder: str) -> str | None:
    """Return what keeps git from calling the driver that .gitattributes names, empty when it can; None when none is named."""
    try:
        top = _top(folder)
        data = settings.load(f"{top}/.gitattributes") or b""
    except HealkitError:
        return None
    if not any(line in data for line in ATTRIBUTES.splitlines()):
        return None
    words = shlex.split(_value(top, f"{NAME}.driver").partition(_CALL)[0])
    if not words:
        return "this clone's configuration does not know the merge driver that .gitattributes names"
    return (
        "" if shutil.which(words[0]) else f"git's merge driver for pattern files starts {words[0]}, which is not there"
    )


def _done(path: str, before: bytes | None, after: bytes | None, commands: list[list[str]], dry_run: bool) -> Driver:
    shown = tuple(shlex.join(["git", *argv]) for argv in commands)
    changed = (after != before or bool(commands)) and not dry_run
    return Driver(path=path, diff=rcfile.diff(path, before, after), commands=shown, changed=changed)


def _program() -> str:
    """Return how a shell calls this healkit: the program on PATH, else this Python with the module."""
    found = shutil.which("healkit")
    return shlex.quote(os.path.abspath(found)) if found else f"{shlex.quote(sys.executable)} -m healkit"


def _top(folder: str) -> str:
    done = child.run(["git", "rev-parse", "--show-toplevel"], folder, timeout=_GIT_S)
    top = done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")
    if done.exit_code or not top:
        raise HealkitError("this is no git repository", where=folder, do="Go into a repository's folder.")
    return top


def _value(top: str, key: str) -> str:
    done = child.run(["git", "config", "--local", "--get", key], top, timeout=_GIT_S)
    return done.stdout.decode("utf-8", "replace").removesuffix("\n") if not done.exit_code else ""


def _git(top: str, *argv: str) -> None:
    done = child.run(["git", *argv], top, timeout=_GIT_S)
    if done.exit_code:
        raise HealkitError(
            f"git does not take it: {done.text.strip()}", where=top, do="Look at the repository's config."
        )
