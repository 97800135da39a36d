"""`healkit fix`: the last failure, or a given one: run again, healed, proven. `healkit undo`: a fix taken back."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer

from .. import console, episode, intake, mask, outputs, paths, process, wire
from ..records import CommandResult, HealkitError
from . import usage

FIX = usage.text(
    "Fix the last failure of this project, and prove it.",
    "healkit fix",
    "healkit fix --dry-run                         show the diff and the commands, do nothing",
    "healkit fix 3f9a2c --yes                      that failure (a beginning of its fingerprint), without asking",
    "healkit fix --message \"Cannot find module 'express'\"",
    "healkit fix --command 'npm start' < message.txt",
    more="The command is run again, what helps is applied; it stays only if the command passes with it, else everything is put "
    "back. `--message`, or text on stdin with `--command`, gives the output "
    "instead of a recorded failure; without a command nothing can be proven, so nothing is applied.",
)
UNDO = usage.text(
    "Take a fix back, the newest or the one that is named.",
    "healkit undo             the newest fix of this project",
    "healkit undo --list",
    "healkit undo 06f3k2",
    more="Every file that still is as healkit wrote it becomes what it was. A file that somebody changed since is left as it "
    "is, and its former text is kept and named.",
)


def fix(
    failure_id: Annotated[
        str, typer.Argument(metavar="[ID]", help="The failure: a beginning of its fingerprint.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, do nothing.")] = False,
    message: Annotated[str, typer.Option("--message", "-m", help="The text of the failure.")] = "",
    command: Annotated[str, typer.Option("--command", "-c", help="The command that failed; its output on stdin.")] = "",
    verify: Annotated[str, typer.Option("--verify", metavar="COMMAND", help="The command that proves the fix.")] = "",
    pick: Annotated[str, typer.Option("--pick", metavar="KIND", help="Also fixes of this kind of high risk.")] = "",
    max_attempts: Annotated[str, typer.Option("--max-attempts", metavar="N", help="Fixes for one failure.")] = "",
    timeout: Annotated[str, typer.Option("--timeout", metavar="SECONDS", help="Seconds of healing.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print the report as JSON (version 1).")] = False,
) -> None:
    """Find the failure, run it again, heal it."""
    from . import healing

    root = paths.project_root(os.getcwd())
    named = {"--verify": verify, "--pick": pick, "--max-attempts": max_attempts, "--timeout": timeout}
    options = {name: value for name, value in named.items() if value}
    options |= {name: "" for name, on in (("--yes", yes), ("--dry-run", dry_run)) if on}
    failed = _given(message, command) if message or command else _recorded(failure_id, root)
    runnable = bool(failed.command) or bool(verify)
    if not runnable or not (yes or command or _may_ask()):
        options["--dry-run"] = ""
        if runnable and not dry_run:
            console.say("healkit: nobody can be asked here, so this only shows what would be done; --yes applies it")
    argv = _argv(failed.command)
    if not message and not command and "--dry-run" not in options:
        again = _run_again(failed, argv, yes, verify)
        if again is None:
            raise typer.Exit(0)
        failed = again
    raise typer.Exit(_heal(failed, argv, healing.Wish(options), root, json))


def _may_ask() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def _given(message: str, command: str) -> CommandResult:
    """Return the failure that was described: a text, or what stands on stdin."""
    text = message
    if not text and sys.stdin is not None and not sys.stdin.isatty():
        text = sys.stdin.buffer.read(4 << 20).decode("utf-8", "replace")
    if not text.strip():
        raise HealkitError("no output given", do="Use --message TEXT, or: healkit fix --command 'CMD' < output.txt")
    return intake.from_text(text, command, 1, os.getcwd(), "run")


def _recorded(failure_id: str, root: str) -> CommandResult:
    """Return a failure on record: the last one, or the newest whose fingerprint begins like that."""
    from .. import history
    from . import why

    history.ingest(root)
    if not failure_id:
        found = why.find_recorded(root)
        if found is None:
            raise HealkitError("no failure on record here", do="Run the command as: healkit run --fix -- COMMAND")
        return found.result
    wanted = failure_id.rpartition(":")[2]
    for row in outputs.last(root):
        if wanted and row.fingerprint.rpartition(":")[2].startswith(wanted):
            return CommandResult(
                command=row.command,
                exit_code=row.exit_code,
                output=row.output,
                cwd=row.cwd,
                session=row.session,
                at=row.at,
            )
    for event in why.recorded_failures(root):
        if wanted and event.fingerprint.rpartition(":")[2].startswith(wanted):
            return event.result
    raise HealkitError(
        f"no failure on record here begins with {failure_id}", do="See: healkit history --kind failure --json"
    )


def _argv(command: str) -> list[str]:
    """Return how a recorded line is run: by the shell that a person uses, where that is one we know."""
    name = os.path.basename(paths.env("SHELL"))
    return [paths.env("SHELL") if name in ("bash", "zsh") else "/bin/sh", "-c", command] if command else []


def _run_again(failed: CommandResult, argv: list[str], yes: bool, verify: str) -> CommandResult | None:
    """Run a recorded command again, for its whole output; return None when it passes now."""
    from ..commands import is_repeatable
    from . import failure

    cwd = os.path.expanduser(failed.cwd or ".")
    if mask.HIDDEN in failed.command:
        raise HealkitError(
            "the command holds a secret, so it was not kept whole", do="Run it as: healkit run --fix -- COMMAND"
        )
    if not os.path.isdir(cwd):
        raise HealkitError(
            "the folder that the command ran in is gone", where=cwd, do="Run the command again yourself."
        )
    os.chdir(cwd)
    if not is_repeatable(argv) and not verify:
        return failed
    if not yes and not typer.confirm(f"Run `{mask.one_line(failed.command, 300)}` again?", default=True, err=True):
        raise typer.Exit(1)
    try:
        ran = process.run(argv)
    except process.StartError as error:
        ran = failure.not_started(error)
    more: dict[str, Any] = {"at": ran.at, "duration_ms": ran.duration_ms, "session": failed.session}
    result = intake.from_text(ran.output, failed.command, ran.exit_code, cwd, "run", **more)
    if ran.exit_code:
        return result
    episode.record_success(result.replace(output=""), paths.project_root(cwd))
    console.say("healkit: the command passes now; nothing to fix")
    return None


def _heal(failed: CommandResult, argv: list[str], wish: Any, root: str, json: bool) -> int:
    from . import failure, healing

    diagnoses, plans = failure.diagnose(failed, root)
    if not json:
        console.explain(diagnoses, [], sys.stderr) if diagnoses else console.say(
            "healkit: nothing known about this output; `healkit why` shows it"
        )
    found = healing.treat(failed, diagnoses, argv, wish, root)
    if json:
        console.out(wire.dumps(healing.report(found, failed, diagnoses, plans)))
    return 0 if found.outcome == "healed" else 1


def undo(
    entry: Annotated[str, typer.Argument(metavar="[ID]", help="The fix, as `undo --list` names it.")] = "",
    listed: Annotated[bool, typer.Option("--list", "-l", help="List the fixes on record.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON (version 1).")] = False,
) -> None:
    """Restore what a fix changed."""
    from .. import journal
    from . import why

    root = os.path.realpath(paths.project_root(os.getcwd()))
    if listed:
        rows = journal.entries(root)
        if json:
            console.out(wire.dumps({"version": 1, "fixes": [row.as_dict() | {"steps": _steps(row)} for row in rows]}))
        else:
            import time

            cells = [
                (row.id, why.ago(time.time() - row.at), row.state, row.title, mask.one_line(row.command, 80))
                for row in rows
            ]
            console.table(("id", "when", "state", "what", "command"), cells)
        return
    done = journal.undo(root, entry)
    _count_against(root, done.command)
    if json:
        left = [one.as_dict() for one in done.left]
        console.out(wire.dumps({"version": 1, "id": done.id, "restored": list(done.paths), "left": left}))
    else:
        for path in done.paths:
            console.out(f"restored {console.printable(path)}")
        for one in done.left:
            console.out(f"left     {console.printable(one.path)}: {one.why}; its former text: {one.kept}")
    raise typer.Exit(1 if done.left else 0)


def _count_against(root: str, command: str) -> None:
    """Note that a person took a fix back: it counts against the pattern whose failure it had healed."""
    from .. import episode, history, spool
    from ..records import CommandResult

    state = paths.project_state(root)
    if not state or not paths.is_private(state):
        return
    try:
        history.ingest(root)
        with history.open_history(root) as past:
            healed = next(
                (e for e in past.events(500, "outcome") if e.command == command and e.outcome == "healed"), None
            )
    except HealkitError:
        return  # the fix is undone; what is known of it is another matter
    if healed is not None:
        result = CommandResult(
            command=command, exit_code=None, output="", cwd=healed.cwd, source="run", session=healed.session
        )
        known = {"pattern_id": healed.pattern_id, "fingerprint": healed.fingerprint, "category": healed.category}
        spool.append(state, episode.new_event("outcome", result, outcome="undone", **known))


def _steps(entry: Any) -> list[dict[str, Any]]:
    return [step.as_dict() for step in entry.steps]


def register(app: typer.Typer) -> None:
    """Add this noun's commands to the app."""
    app.command("fix", help=FIX)(fix)
    app.command("undo", help=UNDO)(undo)
