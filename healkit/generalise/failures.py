"""Examples of one kind of failure made ready: the one simple command that changed, and what it became."""

from __future__ import annotations

import difflib

from .. import commands
from ..correct import learned
from ..correct.line import Line
from ..records import Record
from .examples import CommandExample

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 1_000


class Failure(Record):
    """The simple command that failed, what was said, the text that took its place; `drops` the `sudo` in front of it."""

    line: Line
    output: str
    fixed: str
    drops: bool = False


class Change(Record):
    """One run of words that became another: where it begins, the words before and after."""

    at: int
    old: Sequence[str]
    new: Sequence[str]


def ready(examples: Sequence[CommandExample]) -> list[Failure]:
    """Return the examples made ready; empty when one of them cannot be learned from, or they differ in kind."""
    found = [_ready(one) for one in examples]
    kept = [one for one in found if one is not None]
    silent = {not one.output.strip() for one in kept}
    drops = {one.drops for one in kept}
    return kept if len(kept) == len(found) >= 2 and len(silent) == len(drops) == 1 else []


def _ready(one: CommandExample) -> Failure | None:
    if not one.command.strip() or max(len(one.command), len(one.fixed)) > LONGEST or "\n" in one.fixed.strip():
        return None
    if one.command.split() == one.fixed.split():
        return None
    fixed = one.fixed.strip()
    pair = _pair(one.command.strip(), fixed)
    if pair and len(learned.parts(fixed)) != len(learned.parts(one.command.strip())):
        return _failure(*pair, one.output)
    for line in learned.parts(one.command.strip()):
        inside = fixed[len(line.before) : len(fixed) - len(line.after)]
        around = len(fixed) >= len(line.before) + len(line.after)
        if around and fixed == f"{line.before}{inside}{line.after}" and inside.strip() and line.words:
            return _failure(line, inside, one.output)
    return _failure(*pair, one.output) if pair else None


def _failure(line: Line, text: str, output: str) -> Failure:
    keeps = text.startswith(line.lead)
    fixed = text[len(line.lead) :] if keeps else text
    return Failure(line=line, output=output, fixed=fixed.strip(), drops=not keeps)


def _pair(command: str, fixed: str) -> tuple[Line, str] | None:
    """Return the one simple command that became another, where what stands around it changed as well: `| tail -20`."""
    ours, theirs = ([line for line in learned.parts(text) if line.words] for text in (command, fixed))
    surrounds = commands.table().get("surrounds", ())
    gone = [line for line in ours if line.program not in surrounds and line.text not in [one.text for one in theirs]]
    come = [line for line in theirs if line.program not in surrounds and line.text not in [one.text for one in ours]]
    if len(gone) != 1 or len(come) != 1 or gone[0].program != come[0].program:
        return None
    return Line(gone[0].lead + gone[0].text), come[0].lead + come[0].text


def bare(one: Failure) -> CommandExample:
    """Return an example of nothing but the simple command that changed."""
    fixed = one.fixed if one.drops else one.line.lead + one.fixed
    return CommandExample(command=one.line.lead + one.line.text, output=one.output, fixed=fixed)


def changes(one: Failure) -> list[Change]:
    """Return what differs between the old words and the new ones, as typed."""
    old, new = [word.raw for word in one.line.words], [word.raw for word in Line(f" {one.fixed}").words]
    codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [Change(at=a, old=old[a:b], new=new[c:d]) for kind, a, b, c, d in codes if kind != "equal"]
