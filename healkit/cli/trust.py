"""`healkit trust`: read the project's own entries as a diff, and let them act."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .. import console, paths, wire
from . import usage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..trust import Difference

HELP = usage.text(
    "Read the project's own entries as a diff, and let them act.",
    "healkit trust",
    "healkit trust --list",
    "healkit trust --forget",
    more="Until an entry is trusted it may name a failure, but never fix, replace or switch off anything.",
)

_STYLES = {"+": "good", "-": "bad"}


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("trust", help=HELP)(trust_command)


def trust_command(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Trust them without asking.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="Only show what waits for trust.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON; asks nothing.")] = False,
    forget: Annotated[bool, typer.Option("--forget", help="Take back all trust in this project's entries.")] = False,
) -> None:
    """Show the project's entries that nobody has read yet, and trust them."""
    from .. import trust

    root = paths.project_root(os.getcwd())
    if forget:
        count = trust.forget(root)
        if json:
            console.out(wire.dumps({"version": 1, "forgotten": count}))
        else:
            console.out(f"{_entries(count)} of this project no longer trusted.")
        return
    raise typer.Exit(review(root, yes=yes, only_list=list_, as_json=json))


def review(root: str, *, yes: bool = False, only_list: bool = False, as_json: bool = False) -> int:
    """Show what waits for trust in a project, ask, and trust it; return the exit code.

    Args:
        root: the project's root.
        yes: do not ask.
        only_list: show, trust nothing.
        as_json: one JSON object in place of the diff; asks nothing, so it trusts only with `yes`.

    Returns:
        0 when everything is trusted or was only to be listed, 1 when something still waits.

    Raises:
        HealkitError: the state folder cannot be written.
    """
    from .. import trust

    waiting = trust.differences(root, trust.untrusted(root))
    if waiting and not only_list:
        trust.require_writable()  # said before anybody reads a long diff for nothing
    if as_json:
        trusted = bool(waiting) and yes and not only_list
        if trusted:
            trust.trust_entries(root, _hashes(waiting))
        console.out(wire.dumps(_report(root, waiting, trusted)))
        return 0 if only_list or trusted or not waiting else 1
    for difference in waiting:
        _show(root, difference)
    if not waiting:
        console.out("Nothing waits for trust in this project.")
    if only_list or not waiting:
        return 0
    if not (yes or _asked(len(waiting))):
        return 1
    trust.trust_entries(root, _hashes(waiting))
    console.out(f"{_entries(len(waiting))} trusted, {'as it stands' if len(waiting) == 1 else 'as they stand'} now.")
    return 0


def _hashes(waiting: Sequence[Difference]) -> list[str]:
    return [difference.claim.hash for difference in waiting]


def _asked(count: int) -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        console.say("healkit: nobody can be asked here; read the entries above, then run `healkit trust --yes`")
        return False
    return typer.confirm(f"Trust {'this entry' if count == 1 else f'these {count} entries'}?", default=False, err=True)


def _show(root: str, difference: Difference) -> None:
    from ..trust import harmless

    paint = console.Painter(sys.stdout)
    claim = difference.claim
    file = claim.file.removeprefix(f"{root}/")
    console.out(paint("strong", harmless(f"{claim.id} ({file}; {difference.against})")))
    for line in difference.lines:
        style = _STYLES.get(line[:1])
        console.out(paint(style, line) if style else line)
    console.out()


def _report(root: str, waiting: Sequence[Difference], trusted: bool) -> dict[str, Any]:
    rows = [
        {
            "id": difference.claim.id,
            "file": difference.claim.file,
            "hash": difference.claim.hash,
            "against": difference.against,
            "diff": "\n".join(difference.lines),
            "trusted": trusted,
        }
        for difference in waiting
    ]
    return {"version": 1, "root": root, "entries": rows}


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"
