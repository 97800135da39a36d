"""`healkit why`: the last failure of this terminal or project, explained at full length."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .. import answer, console, intake, mask, outputs, paths, session, wire
from ..records import CommandResult, Diagnosis, Event, HealkitError, Record
from . import usage
from .explanation import Explanation, Tried, show, steps_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from ..history import History

    _T = TypeVar("_T")

HELP = usage.text(
    "Explain the last failure, and what fixes it, step by step.",
    "healkit why",
    "healkit why --again     run the command again first (asks)",
    "healkit why --json",
    more="The output comes from `healkit run` or a hook where one saw the failure, else from the scrollback of tmux, "
    "zellij, WezTerm or kitty, which is read only now and kept nowhere. Where there is neither, healkit offers to run "
    "the command again, and does so only on a yes.",
)
OWN_FIRST_S = 3_600.0
"""Seconds for which this terminal's own failure is meant, although something failed elsewhere in the project since."""
EVENTS = 50
TRIED = 4
_SOURCES = {"run": "healkit run", "claude": "Claude Code", "shell": "the shell", "ci": "CI", "workflow": "a workflow"}


class Failure(Record):
    """A failure to be explained: the command's result, the program that knew of it, its fingerprint if it has one."""

    result: CommandResult
    seen_by: str
    fingerprint: str = ""


def why(
    again: Annotated[bool, typer.Option("--again", help="Ask whether to run the command again, then explain.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON (version 1).")] = False,
) -> None:
    """Find the last failure, explain it."""
    from .. import history
    from . import corrections, failure

    root = paths.project_root(os.getcwd())
    history.ingest(root)
    recorded = find_recorded(root)
    if again:
        raise typer.Exit(_run_again(recorded, needed=True))
    found = _on_screen(recorded, root) or recorded
    if found is None or not found.result.output.strip():
        if not json and found is not None and found.result.command and _may_ask():
            raise typer.Exit(_run_again(found))
        _nothing(found, json)
        return
    diagnoses, plans = corrections.with_corrections(found.result, root, *failure.diagnose(found.result, root))
    told = Explanation(origin=_origin(found), diagnoses=diagnoses, plans=plans, tried=_tried(root, found, diagnoses))
    if json:
        console.out(wire.dumps(as_json(found, told)))
    elif diagnoses:
        show(told)
    else:
        _unknown(found)


def find_recorded(root: str) -> Failure | None:
    """Return the last failure on record: this terminal's where it is an hour old at most, else the project's."""
    mine = _own_sessions()
    found = recorded_failures(root)
    recent = time.time() - OWN_FIRST_S
    own = [one for one in found if one.result.session.startswith(mine) and one.result.at > recent]
    return next(iter(own or found), None)


def recorded_failures(root: str) -> list[Failure]:
    """Return the failures on record in a project, newest first; each with as much of its output as was kept."""
    found = [_kept(row) for row in outputs.last(root)]
    events = _ask(root, lambda known: known.events(EVENTS, kind="failure"))
    found += [_event(event) for event in events if event.source != "run" or not _is_kept(event, found)]
    return sorted(found, key=lambda one: -one.result.at)


def _ask(root: str, question: Callable[[History], list[_T]]) -> list[_T]:
    """Return what the history answers; nothing where there is none, or none that can be used (the doctor tells)."""
    from .. import history

    if not os.path.exists(f"{paths.project_state(root)}/{history.DATABASE}"):
        return []
    try:
        with history.open_history(root) as known:
            return question(known)
    except HealkitError:
        return []


def _own_sessions() -> tuple[str, ...]:
    """Return how this terminal's sessions are named: by `healkit run`, and by the script in the shell's startup file."""
    return session.of_terminal(), f"shell-{os.getsid(0)}-", f"shell-{os.getppid()}-"


def _kept(row: outputs.Kept) -> Failure:
    result = CommandResult(
        command=row.command, exit_code=row.exit_code, output=row.output, cwd=row.cwd, session=row.session, at=row.at
    )
    return Failure(result=result, seen_by="run", fingerprint=row.fingerprint)


def _event(event: Event) -> Failure:
    result = CommandResult(
        command=event.command,
        exit_code=event.exit_code,
        output=event.text,
        cwd=event.cwd,
        source=event.source,
        session=event.session,
        at=event.at,
    )
    return Failure(result=result, seen_by=event.source, fingerprint=event.fingerprint)


def _is_kept(event: Event, kept: list[Failure]) -> bool:
    """Tell whether an event is of a failure whose whole output is at hand; the event was written when it was over."""
    took = (event.duration_ms or 0) / 1000 + 5
    return any(one.result.command == event.command and 0 <= event.at - one.result.at <= took for one in kept)


def _on_screen(recorded: Failure | None, root: str) -> Failure | None:
    """Return the last command of the scrollback, where it is not the recorded one and a failure shows in it."""
    from .. import scrollback

    if not scrollback.is_asked_from_terminal():
        return None
    screen = scrollback.read()
    if screen is None:
        return None
    said = scrollback.last_said(screen, recorded.result.command if recorded else "")
    known = recorded if recorded is not None and _is_same(said.command, recorded.result.command) else None
    if known is not None and known.result.output.strip():
        return None
    result = intake.from_text(
        said.output,
        mask.mask_secrets(said.command) if known is None else known.result.command,
        known.result.exit_code if known is not None else None,
        os.getcwd(),
        "shell",
    )
    from . import failure

    diagnoses = failure.diagnose(result, root)[0] if result.output.strip() else []
    if not diagnoses or (not said.command and recorded is not None and _is_of(recorded, diagnoses[0], root)):
        return None
    return Failure(result=result, seen_by=screen.source)


def _is_of(recorded: Failure, shown: Diagnosis, root: str) -> bool:
    """Tell whether a screen that does not say where a command began shows the recorded failure, only less of it."""
    from . import failure

    known = failure.diagnose(recorded.result, root)[0] if recorded.result.output.strip() else []
    return bool(known) and known[0].fingerprint == shown.fingerprint


def _is_same(shown: str, recorded: str) -> bool:
    """Tell whether a line of the screen is the recorded command, run plainly or under `healkit run`."""
    shown = " ".join(mask.mask_secrets(shown).split())
    recorded = " ".join(recorded.split())
    return bool(recorded) and (shown == recorded or (shown.startswith("healkit run") and shown.endswith(recorded)))


def _tried(root: str, found: Failure, diagnoses: list[Diagnosis]) -> list[Tried]:
    """Return what was done about this failure before, what helped most often first."""
    key = found.fingerprint or (diagnoses[0].fingerprint if diagnoses else "")
    tally: dict[str, list[int]] = {}
    for episode in _ask(root, lambda known: known.episodes(200, key)) if key else ():
        if episode.fix and episode.outcome in ("worked", "failed"):
            counted = tally.setdefault(episode.fix, [0, 0])
            counted[0] += episode.outcome == "worked"
            counted[1] += 1
    rows = [Tried(fix=fix, worked=good, tried=count) for fix, (good, count) in tally.items()]
    return sorted(rows, key=lambda row: (-row.worked, -row.tried))[:TRIED]


def _origin(found: Failure) -> str:
    result = found.result
    command = f"`{mask.one_line(result.command, 100)}`" if result.command else "The last command"
    code = "" if result.exit_code is None else f" ended with exit code {result.exit_code}"
    when = f", {ago(time.time() - result.at)}" if result.at else ""
    where = _SOURCES.get(found.seen_by)
    seen = f"seen by {where}" if where else f"from the scrollback of {found.seen_by}"
    return f"{command}{code}{when}; {seen}" if code else f"{command}{when}: {seen}"


def ago(seconds: float) -> str:
    """Return a span of time as a person says it."""
    for unit, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= unit:
            count = int(seconds // unit)
            return f"{count} {name}{'' if count == 1 else 's'} ago"
    return "just now"


def _nothing(found: Failure | None, json: bool) -> None:
    if json:
        console.out(wire.dumps(as_json(found, None)))
    elif found is None:
        console.say("healkit: no failure on record here; try: healkit run -- COMMAND")
    else:
        console.out(_origin(found))
        console.say("healkit: its output was not kept; try: healkit run -- COMMAND, or healkit why --again")


def _unknown(found: Failure) -> None:
    console.out(_origin(found))
    for line in [line for line in console.printable(found.result.output).split("\n") if line.strip()][-8:]:
        console.out(f"  | {line}")
    console.say("healkit: nothing known about this output; `healkit patterns add --from-last` drafts an entry")


def as_json(found: Failure | None, told: Explanation | None) -> dict[str, Any]:
    """Return an explanation as `--json` prints it (version 1); without a failure everything in it is empty."""
    result = found.result if found is not None else CommandResult()
    diagnoses, plans = (told.diagnoses, told.plans) if told is not None else ((), ())
    return {
        "version": answer.VERSION,
        "source": found.seen_by if found is not None else "",
        "command": result.command,
        "exit_code": result.exit_code,
        "cwd": result.cwd,
        "at": result.at or None,
        **{key: value for key, value in answer.to_json(diagnoses, plans).items() if key != "version"},
        "here": plans[0].why if plans else "",
        "steps": [step.as_dict() for step in steps_of(plans[0])] if plans else [],
        "tried": [row.as_dict() for row in told.tried] if told is not None else [],
    }


def _may_ask() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr is not None and sys.stderr.isatty()


def _run_again(found: Failure | None, needed: bool = False) -> int:
    """Ask whether to run a command again; on a yes run it as `healkit run` does, and return its exit code."""
    if found is None or not found.result.command:
        raise HealkitError("no failure on record here", do="Run the command as: healkit run -- COMMAND")
    command, cwd = found.result.command, os.path.expanduser(found.result.cwd or ".")
    if not _may_ask():
        raise HealkitError(
            "a command is run again only when a person says yes, and nobody can be asked here",
            do=f"Run it as: healkit run -- {mask.one_line(command, 200)}",
        )
    if mask.HIDDEN in command:
        raise HealkitError("the command holds a secret, so it was not kept whole", do="Run it again yourself.")
    if not os.path.isdir(cwd):
        raise HealkitError("the folder that the command ran in is gone", where=cwd, do="Run it again yourself.")
    lead = "" if needed else "Its output was not kept. "
    question = f"{lead}Run `{mask.one_line(command, 300)}` again in {console.printable(cwd)}?"
    if not typer.confirm(question, default=False, err=True):
        return 0 if needed else 1
    from .. import process
    from . import failure

    os.chdir(cwd)
    shell = paths.env("SHELL") if os.path.basename(paths.env("SHELL")) in ("bash", "zsh", "fish", "dash", "sh") else ""
    argv = [shell or "/bin/sh", "-c", command]
    return failure.settle(process.run(argv), argv, {}, command)


def register(app: typer.Typer) -> None:
    """Add this noun's commands to the app."""
    app.command("why", help=HELP)(why)
