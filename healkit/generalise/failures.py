"""Examples of one kind of failure made ready: the one simple command that changed, and what it became."""

from __future__ import annotations

import difflib

from ..correct import learned
from ..correct.line import Line
from ..records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .examples import CommandExample

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
    for line in learned.parts(one.command.strip()):
        inside = fixed[len(line.before) : len(fixed) - len(line.after)]
        around = len(fixed) >= len(line.before) + len(line.after)
        if around and fixed == f"{line.before}{inside}{line.after}" and inside.strip() and line.words:
            keeps = inside.startswith(line.lead)
            text = inside[len(line.lead) :] if keeps else inside
            return Failure(line=line, output=one.output, fixed=text.strip(), drops=not keeps)
    return None


def changes(one: Failure) -> list[Change]:
    """Return what differs between the old words and the new ones, as typed."""
    old, new = [word.raw for word in one.line.words], [word.raw for word in Line(f" {one.fixed}").words]
    codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [Change(at=a, old=old[a:b], new=new[c:d]) for kind, a, b, c, d in codes if kind != "equal"]
