"""What a fixer proposes: a fix as people see it, and the changes or the command that would carry it out."""

from __future__ import annotations

import difflib

from ..records import Change, Fix, Record, Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Proposal(Record):
    """One way to heal a failure. Nothing has been written when it is made.

    `sure` False: shown as a suggestion, never applied by itself (two candidates survived, or a person must decide).
    `changes` are edits, all or none. `run` is a command that changes things (an installer). `rerun` is the corrected
    command line, run in place of the failed one. `environ` are variables (None = unset) for the next run of the command.
    `pauses` are seconds to wait before each further run of the unchanged command (`retry`).
    """

    fix: Fix
    changes: Sequence[Change] = ()
    run: Run | None = None
    rerun: Sequence[str] = ()
    environ: Mapping[str, str | None] = {}
    pauses: Sequence[float] = ()
    sure: bool = True

    @property
    def key(self) -> str:
        """What makes two proposals the same one."""
        done = [(change.path, change.after, change.mode) for change in self.changes]
        argv = self.run.argv if self.run is not None else ()
        return repr((self.fix.kind, done, tuple(argv), tuple(self.rerun), sorted(self.environ.items()), self.pauses))


def edit(
    kind: str, title: str, changes: Iterable[Change], *, risk: str = "low", sure: bool = True, steps: Sequence[str] = ()
) -> Proposal:
    """Return the proposal of an edit, its diff filled in.

    Args:
        kind: the fixer's key.
        title: what it does, one sentence for people, without a full stop.
        changes: the files, before and after.
        risk: `low` for what cannot change behaviour beyond the fault, `medium` for the rest.
        sure: False makes it a suggestion.
        steps: kept for guides; unused by edits.
    """
    changes = tuple(changes)
    fix = Fix(kind=kind, title=title, risk=risk, diff="".join(diff(change) for change in changes), steps=tuple(steps))
    return Proposal(fix=fix, changes=changes, sure=sure)


def guide(title: str, steps: Iterable[str], kind: str = "guide", risk: str = "medium") -> Proposal:
    """Return steps for a person; never applied."""
    return Proposal(fix=Fix(kind=kind, title=title, risk=risk, steps=tuple(steps)), sure=False)


def alternatives(proposals: Iterable[Proposal]) -> list[Proposal]:
    """Return candidates of which at most one may be right: with two different ones left, both are only suggestions."""
    found = list({proposal.key: proposal for proposal in proposals}.values())
    return found if len(found) < 2 else [proposal.replace(sure=False) for proposal in found]


def diff(change: Change) -> str:
    """Return a change as a unified diff; a mode or a folder is one line of its own."""
    if change.path.endswith("/"):
        return f"new folder {change.path}\n"
    if change.before is not None and change.before == change.after and change.mode is not None:
        return f"mode of {change.path} becomes {change.mode:o}\n"
    before, after = _lines(change.before), _lines(change.after)
    if b"\r" in (change.before or b"") and before == after:
        return f"--- a/{change.path}\n+++ b/{change.path}\n@@ line ends @@\n"
    old = "/dev/null" if change.before is None else f"a/{change.path}"
    new = "/dev/null" if change.after is None else f"b/{change.path}"
    lines = difflib.unified_diff(before, after, old, new)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(data: bytes | None) -> list[str]:
    text = (data or b"").decode("utf-8", "replace").replace("\r\n", "\n")
    return text.splitlines(keepends=True)
