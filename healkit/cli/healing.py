"""Healing from the command line: who is asked, what is shown while it goes on, how it ended, what goes on record."""

from __future__ import annotations

import os
import posix
import shlex
import sys
from typing import TYPE_CHECKING, Any

from .. import answer, config, console, episode, heal, intake, leases, memory, paths, process, session, spool
from ..commands import is_repeatable
from ..records import CommandResult, Diagnosis, HealkitError, Plan
from . import failure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..fixers import Proposal
    from ..heal import Healing, Tried

WORDS = {
    "healed": ("good", "healed"),
    "passed": ("good", "it passes"),
    "suggested": ("warn", "not applied; this is known to help"),
    "rolled_back": ("bad", "nothing that was tried helped; everything is as it was"),
    "unresolved": ("bad", "still failing"),
    "refused": ("warn", "refused"),
}
"""Outcome to style and words."""
TITLES = 4
"""Suggestions that are shown."""


class Wish:
    """What the options of `run --fix` and `fix` ask for.

    `yes`: ask nothing; `dry`: only show; `proof`: the words of `--verify`; `named`: kinds that may run whatever their
    risk; `seconds`, `attempts`: None takes the configured limit; `offset`: where stdin stood before the command, -1 unknown.
    """

    def __init__(self, options: Mapping[str, str], offset: int = -1) -> None:
        self.yes, self.dry = "--yes" in options, "--dry-run" in options
        self.proof = _words(options.get("--verify", ""))
        self.risks = tuple(options["--risks"].split(",")) if options.get("--risks") else ("low", "medium")
        self.named = tuple(options["--pick"].split(",")) if options.get("--pick") else ()
        self.seconds = _number(options, "--timeout")
        self.attempts = _number(options, "--max-attempts")
        self.offset = offset


def _words(line: str) -> list[str]:
    """Return the words of a command line; one that needs a shell runs in one."""
    if not line:
        return []
    plain = not any(char in line for char in "|&;<>$`*?(){}~\n")
    try:
        return shlex.split(line) if plain else ["/bin/sh", "-c", line]
    except ValueError:
        return ["/bin/sh", "-c", line]


def _number(options: Mapping[str, str], name: str) -> float | None:
    given = options.get(name)
    if given is None:
        return None
    try:
        number = float(given)
    except ValueError:
        number = -1.0
    if number <= 0:
        raise HealkitError(f"{name} needs a number above 0, not {given!r}")
    return number


def settle_journal(root: str) -> None:
    """Put back what a healkit that died left half done, and say so. Called by every command that looks at a project."""
    from .. import journal

    for settled in journal.settle(root):
        console.say(f"healkit: an interrupted fix ({settled.id}) was taken back")
        _say_left(settled.left)


def treat(
    result: CommandResult,
    diagnoses: Sequence[Diagnosis],
    argv: Sequence[str],
    wish: Wish,
    root: str,
) -> Healing:
    """Heal a failure as far as the options and the policy allow; show what is done, and how it ended.

    Raises:
        HealkitError: another healkit is at work here, or the state cannot be written.
    """
    settings = config.load(root, trusted=False)
    known = memory.open_memory(root)
    everything, all_plans = failure.diagnose(result, root, heal.SEEN) if diagnoses else ([], [])
    scene = heal.Scene(
        result=result,
        diagnoses=everything,
        plans=all_plans,
        argv=argv,
        root=os.path.realpath(root),
        cwd=os.path.realpath(os.getcwd()),
        repeat=_repeater(result, wish.offset),
        diagnose=lambda after: failure.diagnose(after, root, heal.SEEN),
        indicators=lambda diagnosis: _indicators(known, diagnosis),
        tell=_tell,
        on_fault=_note_fault,
        consent=_consent(settings, wish),
        limits=heal.Limits(
            attempts=int(wish.attempts or settings["recovery.max_attempts"] or 1),
            seconds=float(wish.seconds or settings["recovery.timeout_seconds"]),
        ),
        proof=wish.proof,
        may_repeat=bool(wish.proof) or is_repeatable(argv, settings["policy.never_repeat"]),
    )
    healing = heal.heal(scene)
    _show(healing, wish)
    _record(healing, result, root)
    return healing


def _consent(settings: config.Config, wish: Wish) -> heal.Consent:
    may_ask = sys.stdin is not None and sys.stdin.isatty() and sys.stderr is not None and sys.stderr.isatty()
    ask = None if wish.yes or not may_ask else _asker(everything=settings["policy.mode"] == "ask")
    return heal.Consent(
        risks=wish.risks, named=wish.named, protect=tuple(settings["policy.protect"]), ask=ask, dry=wish.dry
    )


def _asker(everything: bool) -> Callable[[Proposal], bool]:
    """Return what asks a person about a fix; one of low risk is asked about only in mode `ask`."""

    def ask(proposal: Proposal) -> bool:
        if proposal.fix.risk == "low" and not everything:
            return True
        console.remedies([proposal.fix], sys.stderr)
        import typer

        return typer.confirm("healkit: apply this?", default=True, err=True)

    return ask


def _repeater(first: CommandResult, offset: int) -> Callable[..., CommandResult]:
    """Return what runs the command again as it ran first, its output live; its input starts over where it can."""

    def repeat(argv: Sequence[str], environ: Mapping[str, str | None], timeout: float) -> CommandResult:
        if offset >= 0:
            try:
                posix.lseek(0, offset, os.SEEK_SET)
            except OSError:
                pass
        try:
            ran = process.run(argv, timeout=timeout, environ=environ)
        except process.StartError as error:
            ran = failure.not_started(error)
        return intake.from_text(
            ran.output, first.command, ran.exit_code, first.cwd, "run", at=ran.at, duration_ms=ran.duration_ms
        )

    return repeat


def _indicators(known: memory.Memory, diagnosis: Diagnosis) -> tuple[str, ...]:
    book = known.playbook(diagnosis.playbook, diagnosis.layer or diagnosis.origin) if diagnosis.playbook else None
    found = (book or {}).get("success_indicators", ())
    return tuple(str(word) for word in found) if isinstance(found, list | tuple) else ()


_stumbled: set[str] = set()


def _note_fault(name: str, error: Exception) -> None:
    """A fixer stumbled: that is a bug, said once, and no reason to leave the failure as it is."""
    from . import bug

    if name not in _stumbled:
        _stumbled.add(name)
        bug.report(error)
        console.say(f"  (in the fixer `{name}`; the others go on)")


# -- what is shown


def _tell(_what: str, proposal: Proposal | None) -> None:
    if proposal is None or sys.stderr is None:
        return
    paint = console.Painter(sys.stderr)
    title = console.printable(proposal.fix.title).replace("\n", " ")
    console.say(f"{paint('good', 'healkit:')} trying: {title}")
    if proposal.fix.diff:
        console.show_diff(proposal.fix.diff, sys.stderr)
    elif proposal.fix.command:
        console.say(f"  {paint('strong', '$ ' + console.printable(proposal.fix.command))}")


def _show(healing: Healing, wish: Wish) -> None:
    if sys.stderr is None:
        return
    paint = console.Painter(sys.stderr)
    style, words = WORDS[healing.outcome]
    applied = [one for one in healing.tried if one.applied]
    if healing.outcome == "healed":
        words = f"healed: {'; '.join(one.proposal.fix.title for one in applied)}"
    elif healing.outcome == "unresolved" and applied:
        words = f"still failing, but further: {'; '.join(one.proposal.fix.title for one in applied)}"
    elif any(one.verified for one in healing.tried) and not applied:
        proven = [one.proposal.fix for one in healing.tried if one.verified]
        words = f"the command as given still fails; this passes: {proven[-1].command or proven[-1].title}"
    elif healing.outcome == "suggested" and wish.dry:
        words = "dry run: nothing was changed"
    if healing.message:
        words = f"{words}: {healing.message}"
    console.say(f"{paint(style, 'healkit:')} {console.printable(words)}")
    if healing.undo:
        console.say(f"  take it back with: healkit undo {healing.undo}")
    for one in [one for one in healing.tried if one.attempted]:
        console.say(f"  tried: {console.printable(one.proposal.fix.title)} ({console.printable(one.note)})")
    shown = [one for one in healing.tried if not one.applied and not one.attempted]
    if healing.outcome != "healed" and shown:
        console.remedies([one.proposal.fix for one in shown[:TITLES]], sys.stderr)
        for one in [one for one in shown if one.note][:TITLES]:
            console.say(f"  not applied: {console.printable(one.proposal.fix.title)} ({console.printable(one.note)})")
    _say_left(healing.left)


def _say_left(left: Sequence[Any]) -> None:
    for one in left:
        console.say(
            f"healkit: {console.printable(one.path)} was left as it is: {one.why}; the former text is in {one.kept}"
        )


# -- what goes on record


def _record(healing: Healing, first: CommandResult, root: str) -> None:
    """Write down the outcome, and what stands as edits and commands, so that the history knows what fixed it."""
    state = paths.project_state(root)
    if not state or not paths.make_private(state):
        return
    who = first.session or session.of_terminal()
    for one in healing.tried:
        if one.applied:
            _record_applied(state, one, first.replace(session=who))
    best = healing.tried[0].diagnosis if healing.tried else None
    event = episode.new_event(
        "outcome",
        first.replace(session=who, duration_ms=healing.duration_ms),
        outcome=healing.outcome,
        pattern_id=best.pattern_id if best is not None else "",
        fingerprint=best.fingerprint if best is not None else "",
        text=_account(healing),
    )
    spool.append(state, event)
    if healing.outcome == "healed" and healing.result is not None:
        episode.record_success(healing.result.replace(session=who, output=""), root)


def _account(healing: Healing) -> str:
    """Return every attempt in order, with its outcome, and what was said at the end."""
    done = [one for one in healing.tried if one.applied or one.attempted]
    lines = [
        f"attempt {number}: {one.proposal.fix.title}: {'stands' if one.applied else one.note}"
        for number, one in enumerate(done, 1)
    ]
    return "\n".join([*lines, *([healing.message] if healing.message else [])])[:1000]


def _record_applied(state: str, one: Tried, first: CommandResult) -> None:
    for change in one.proposal.changes:
        old, new = _differing(change.before or b"", change.after or b"")
        event = episode.new_event("edit", first.replace(command=""), file=change.path, old=old, new=new)
        spool.append(state, event)
        leases.note(state, first.session, leases.step("edited", change.path), event.at)
    run = one.proposal.run
    if run is not None:
        done = first.replace(command=one.proposal.fix.command or shlex.join(run.argv), exit_code=0)
        event = episode.new_event("command", done)
        spool.append(state, event)
        leases.note(state, first.session, leases.step("ran", done.command), event.at)


def _differing(before: bytes, after: bytes) -> tuple[str, str]:
    """Return the lines of two texts between what they begin and end with alike, at most 1,000 characters of each."""
    from .. import mask

    old, new = (data.decode("utf-8", "replace").split("\n") for data in (before, after))
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    pieces = ("\n".join(lines[head : len(lines) - tail])[:1000] for lines in (old, new))
    one, other = (mask.mask_secrets(piece) for piece in pieces)
    return one, other


def report(
    healing: Healing, first: CommandResult, diagnoses: Sequence[Diagnosis], plans: Sequence[Plan]
) -> dict[str, Any]:
    """Return what happened in the form of `--json-report` (version 1)."""
    shown = [one for one in healing.tried if not one.attempted]
    return {
        "version": answer.VERSION,
        "outcome": healing.outcome,
        "command": first.command,
        "exit_codes": list(healing.exit_codes),
        "diagnoses": answer.to_json(diagnoses, plans)["diagnoses"],
        "fixes": [_fix_json(one) for one in shown],
        "tried": [{**_fix_json(one), "note": one.note} for one in healing.tried if one.attempted],
        "attempts": max(0, len(healing.exit_codes) - 1),
        "duration_ms": healing.duration_ms,
        "message": healing.message,
        "undo": healing.undo,
        "left": [one.path for one in healing.left],
    }


def _fix_json(one: Tried) -> dict[str, Any]:
    return {**answer.fix_json(one.proposal.fix), "applied": one.applied, "verified": one.verified}
