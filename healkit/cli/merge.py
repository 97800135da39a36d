"""`healkit patterns merge`: three versions of a pattern file become one; what git calls when two branches changed it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from .. import console
from ..records import HealkitError
from . import usage

if TYPE_CHECKING:
    from ..merge import Conflict

HELP = usage.text(
    "Merge two versions of a pattern file by their entries.",
    "healkit patterns merge base.json ours.json theirs.json",
    "healkit patterns merge base.json ours.json theirs.json -o merged.json",
    "healkit install --merge-driver     let git call it",
    more="The result is written to OURS, as git wants it from a merge driver (%O %A %B). Where both sides changed a key in "
    "different ways ours stays, and theirs stands beside it as x-conflict-KEY. Exit codes: 0 merged, 1 conflicts, 2 a file does "
    "not parse (nothing is written).",
)


def merge(
    base: Annotated[str, typer.Argument(metavar="BASE", help="The version that both sides began with.")],
    ours: Annotated[str, typer.Argument(metavar="OURS", help="Our version; the result goes there.")],
    theirs: Annotated[str, typer.Argument(metavar="THEIRS", help="The other version.")],
    output: Annotated[str, typer.Option("--output", "-o", help="Write the result here instead (-: stdout).")] = "",
    name: Annotated[str, typer.Option("--name", help="What messages call the file (git's %P).")] = "",
) -> None:
    """Read three versions, write one, say what a person has to decide."""
    try:
        conflicts = _merge(base, ours, theirs, output, name)
    except HealkitError as error:
        console.complain(error)
        raise typer.Exit(2) from None
    for conflict in conflicts:
        console.say(console.printable(_told(conflict, name or ours)))
    if conflicts:
        raise typer.Exit(1)


def _merge(base: str, ours: str, theirs: str, output: str, name: str) -> tuple[Conflict, ...]:
    from .. import merge as merging
    from .. import scribe

    called = {base: "the common version", ours: "our version", theirs: "their version"}
    datas = {path: _read(path) for path in (base, ours, theirs)}
    documents = [
        merging.read(datas[path], f"{name} ({called[path]})" if name else path, empty=path == base)
        for path in (base, ours, theirs)
    ]
    merged = merging.merge(documents[0], documents[1], documents[2])
    merging.read(merged.text.encode(), name or ours)  # what is written parses, or nothing is written
    after = merged.text.encode()
    if output == "-":
        sys.stdout.buffer.write(after)
    elif output:
        scribe.replace(output, _read(output) if os.path.lexists(output) else None, after)
    elif after != datas[ours]:
        scribe.replace(ours, datas[ours], after)
    return merged.conflicts


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise HealkitError(
            f"cannot be read: {error.strerror}", where=path, do="check its name, owner and mode"
        ) from None


def _told(conflict: Conflict, file: str) -> str:
    from ..merge import CONFLICT, DELETED

    where = f"{file}: {conflict.entry}: " if conflict.entry else f"{file}: "
    if conflict.key == DELETED:
        return (
            f"healkit: {where}one side removed this entry, the other one changed it; it stays, with {CONFLICT}{DELETED}"
        )
    note = f"{CONFLICT}{conflict.key.rpartition('.')[2]}"
    return f"healkit: {where}both sides changed {conflict.key}; ours stays, theirs is in {note}"
