"""`healkit learn`: what was learned here, what waits for you, and your word on it."""

from __future__ import annotations

import os
import sys
import time
from typing import Annotated, Any

import typer

from .. import console, mask, paths, wire
from ..records import HealkitError
from . import usage
from .add import shorten

STATUS = usage.text(
    "Show what was learned in this project, and how it did since.",
    "healkit learn status",
    "healkit learn status --json",
)
REVIEW = usage.text(
    "Show proposals, and failures that nobody healed.",
    "healkit learn review",
    "healkit learn review --json",
    more="`healkit learn accept ID` writes a proposal, `reject ID` never shows it again.",
)
RECORD = usage.text(
    "Write down a failure and what healed it.",
    "healkit learn record --command 'shop biuld' --output out.txt --fixed 'shop build'",
    "healkit learn record --command pytest --output out.txt --edit app.py --old 'a=' --new 'b='",
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON (version 1).")]
Name = Annotated[str, typer.Argument(metavar="ID", help="The entry, as `status` or `review` names it.")]
User = Annotated[bool, typer.Option("--user", help="Into your own layer, for all projects.")]
app = typer.Typer(
    help=usage.text("What was learned here, and your word on it.", "healkit learn status", "healkit learn review"),
    no_args_is_help=True,
)


def _root() -> str:
    """Return the project that we are in, what its hooks noted taken in."""
    from .. import history

    root = paths.project_root(os.getcwd())
    history.ingest(root)
    return root


@app.command("status", help=STATUS)
def status(json: Json = False) -> None:
    """Take in what is new, learn from it, and list the learned entries."""
    from .. import config, learn
    from ..learn import ledger

    root = _root()
    learn.learn(root)
    book, settings = ledger.read(root), config.load(root)
    rows = sorted(book.lessons.values(), key=lambda one: -one.confidence)
    waiting = len(learn.waiting(root))
    if json:
        found = [{**one.as_dict(), "confidence": round(one.confidence, 2)} for one in rows]
        values = {key: settings[f"learning.{key}"] for key in ("store_new_patterns", "min_occurrences_to_save")}
        console.out(wire.dumps({"version": 1, "learned": found, "waiting": waiting, "settings": values}))
        return
    if not settings["learning.store_new_patterns"]:
        console.say("healkit: learning is off here (`learning.store_new_patterns`)")
    if not rows:
        console.say("healkit: nothing was learned here yet; what heals the same kind of failure twice is written down")
    else:
        cells = [
            (
                one.id,
                f"{one.confidence:.0%}",
                f"{len(one.evidence) + one.worked}",
                str(one.failed),
                mask.one_line(one.fix, 80),
            )
            for one in rows
        ]
        console.table(("id", "sure", "worked", "failed", "what healed it"), cells)
    if waiting:
        console.say(f"healkit: {waiting} {'waits' if waiting == 1 else 'wait'} for you: `healkit learn review`")


@app.command("review", help=REVIEW)
def review(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many failures.")] = 10, json: Json = False
) -> None:
    """List proposals and abandoned failures."""
    from .. import history, learn
    from ..learn import source
    from .why import ago

    root = _root()
    waiting = learn.waiting(root)
    with history.open_history(root) as past:
        left = source.abandoned(past, limit)
    if json:
        failures = [{**one.as_dict(), "text": event.text if event else ""} for one, event in left]
        console.out(wire.dumps({"version": 1, "proposals": [one.as_dict() for one in waiting], "abandoned": failures}))
        return
    for one in waiting:
        console.out(f"{one.id}: {mask.one_line(str(one.entry.get('message', '')), 120)}")
        console.out(f"  healed by {mask.one_line(one.fix, 100)}" if one.fix else "  learned elsewhere as well")
        console.out(f"  {mask.one_line(one.why, 200)}")
    if left:
        now = time.time()
        cells = [
            (ago(now - one.opened), one.pattern_id or one.fingerprint, mask.one_line(_command(one), 70), _last(event))
            for one, event in left
        ]
        console.table(("when", "failure", "command", "what it said"), cells)
    if not waiting and not left:
        console.say("healkit: nothing waits for you")


def _command(episode: Any) -> str:
    return " ".join(episode.command_key.partition("\n")[2].split())


def _last(event: Any) -> str:
    return mask.one_line(event.text.strip().rpartition("\n")[2], 80) if event is not None else ""


@app.command(
    "accept", help=usage.text("Write a proposal into the pattern file.", "healkit learn accept learned-shop-not-task")
)
def accept(name: Name, user: User = False) -> None:
    """Write a proposal."""
    from .. import learn

    path = learn.accept(_root(), name, user)
    console.say(f"healkit: {name} stands in {console.printable(shorten(path))}")


@app.command(
    "reject", help=usage.text("Never propose or write an entry again.", "healkit learn reject learned-shop-not-task")
)
def reject(name: Name) -> None:
    """Reject a proposal or a learned entry."""
    from .. import learn

    learn.reject(_root(), name)
    console.say(f"healkit: {name} will not come again")


@app.command(
    "forget", help=usage.text("Remove a learned entry; it may be learned again.", "healkit learn forget learned-x")
)
def forget(name: Name) -> None:
    """Remove a learned entry."""
    from .. import learn

    learn.forget(_root(), name)
    console.say(f"healkit: {name} is gone")


@app.command(
    "promote", help=usage.text("Write an entry from one healing alone.", "healkit learn promote 41f5e4050af6898f")
)
def promote(
    key: Annotated[str, typer.Argument(metavar="FAILURE", help="A fingerprint or pattern id, as the history has it.")],
) -> None:
    """Write an entry from the newest healing of a failure."""
    from .. import learn

    name, path = learn.promote_one(_root(), key)
    console.say(f"healkit: {name} stands in {console.printable(shorten(path))}")


@app.command(
    "prune",
    help=usage.text(
        "Remove learned entries that nobody needs.",
        "healkit learn prune --dry-run",
        more="What you wrote or edited stays.",
    ),
)
def prune(
    days: Annotated[int | None, typer.Option("--days", min=0, help="Days without use; 30 unless configured.")] = None,
    least: Annotated[float | None, typer.Option("--confidence", min=0, max=1, help="Below this one goes; 0.3.")] = None,
    most: Annotated[int | None, typer.Option("--max", min=0, help="Learned entries kept at most; 1000.")] = None,
    dry: Annotated[bool, typer.Option("--dry-run", help="Only show which.")] = False,
    json: Json = False,
) -> None:
    """Remove what is unused and of low confidence."""
    from .. import config, learn

    root = _root()
    settings = config.load(root)
    gone = learn.prune(
        root,
        settings["learning.prune_days"] if days is None else days,
        settings["learning.min_confidence_percent"] / 100 if least is None else least,
        settings["learning.max_patterns"] if most is None else most,
        dry,
    )
    if json:
        console.out(wire.dumps({"version": 1, "pruned": gone, "dry_run": dry}))
        return
    for name in gone:
        console.out(name)
    console.say(f"healkit: {len(gone)} {'would go' if dry else 'gone'}")


@app.command("record", help=RECORD)
def record(
    command: Annotated[str, typer.Option("--command", "-c", help="The command that failed.")],
    output: Annotated[str, typer.Option("--output", "-o", metavar="FILE|-", help="What it said.")],
    fixed: Annotated[str, typer.Option("--fixed", help="The command that passed in its place, or healed it.")] = "",
    edit: Annotated[str, typer.Option("--edit", metavar="FILE", help="The file that was edited.")] = "",
    old: Annotated[str, typer.Option("--old", help="The text that was replaced.")] = "",
    new: Annotated[str, typer.Option("--new", help="What took its place.")] = "",
) -> None:
    """Record a failure and its fix."""
    from .. import history, learn
    from .reading import whole

    if bool(edit) == bool(fixed):
        raise typer.BadParameter("give --fixed COMMAND, or --edit FILE with --old and --new")
    root = paths.project_root(os.getcwd())
    text = whole(output).decode("utf-8", "replace")
    name = learn.record(root, command, text, fixed, (edit, old, new) if edit else None)
    history.ingest(root)
    written = learn.learn(root)
    console.say(f"healkit: recorded as {name}" + "".join(f"; learned {one}" for one in written))


@app.command(
    "export", help=usage.text("Print the learned entries as a pattern file.", "healkit learn export > learned.json")
)
def export() -> None:
    """Print what was learned in this project and in your own layer."""
    from .. import layout, learn

    found = learn.exported(_root())
    console.out(layout.render(found, "", "  "))
    console.say(f"healkit: {len(found['patterns'])} learned entries")


@app.command(
    "import",
    help=usage.text(
        "Take the entries of another pattern file in.",
        "healkit learn import learned.json",
        "healkit learn import error_patterns.json --user",
        more="A flat map of message to advice is read as well. Entries taken into a project speak at once and act when you "
        "trust them: `healkit trust`.",
    ),
)
def take(file: Annotated[str, typer.Argument(metavar="FILE")], user: User = False) -> None:
    """Add the entries of a file."""
    from .. import learn

    root = paths.project_root(os.getcwd())
    if not root and not user:
        raise HealkitError("there is no project here", do="Go into one, or use --user.")
    taken, left = learn.take(root, file, user)
    for name in taken:
        console.out(name)
    said = f"; left out: {', '.join(left)}" if left else ""
    console.say(f"healkit: {len(taken)} entries taken{console.printable(said)}")
    if left and sys.stdout is not None:
        raise typer.Exit(1)


def register(parent: typer.Typer) -> None:
    """Add this noun's commands to the app."""
    parent.add_typer(app, name="learn")
