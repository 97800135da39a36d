"""A corrected command line: one word that the tool did not know becomes the one word that it, or the project, has.

How tools say so stands in `memory/corrections.json`. The corrected command is run only when it is harmless by the tables
of `memory/commands.json`, and only where exactly one word is close; everything else is shown.
"""

from __future__ import annotations

import shlex

from .. import commands, nearness
from ..correct import hints, swap
from ..correct.line import Line, quote
from ..generalise import standing
from ..records import Fix
from .case import words_of
from .proposal import Proposal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .case import Case


def propose(case: Case) -> Iterable[Proposal]:
    """Yield the corrected command line; a suggestion where it may do harm, or where several words are as close."""
    yield from _learned(case)
    argv = _whole(case)
    found = list(dict.fromkeys(corrected(argv, case.output, case)))
    for new in found[:3]:
        command = shlex.join(new)
        sure = len(found) == 1 and commands.is_harmless(new)
        title = f"run `{_brief(command)}` in place of `{_brief(shlex.join(argv))}`"
        fix = Fix(kind="rerun", title=title, risk="low" if sure else "medium", command=command)
        yield Proposal(fix=fix, rerun=new, sure=sure)


def _learned(case: Case) -> Iterator[Proposal]:
    """Yield what the user's and the project's own entries make of the line; what may do harm is only shown."""
    for one in standing.known(case.root, case.result.command, case.output)[:2]:
        argv = _words(one.line)
        sure = not one.dangerous and bool(argv) and commands.is_repeatable(argv)
        title = f"run `{_brief(one.line)}`, which healed this here before"
        fix = Fix(kind="rerun", title=title, risk="high" if one.dangerous else "medium", command=one.line)
        yield Proposal(fix=fix, rerun=argv if sure else (), sure=sure)


def _words(line: str) -> tuple[str, ...]:
    """Return the words of one simple command; none of a line that only a shell can run."""
    try:
        words = tuple(shlex.split(line))
    except ValueError:
        return ()
    return words if len(commands.split(line)) == 1 and not set("|&;<>`$(){}") & set(line) else ()


def _brief(command: str) -> str:
    line = command.replace("`", "'")
    return line if len(line) <= 100 else f"{line[:97]}..."


def _whole(case: Case) -> tuple[str, ...]:
    """Return the whole command; a fixer's own view of it leaves a shell around it out."""
    try:
        words = tuple(shlex.split(case.result.command))
    except ValueError:
        return tuple(case.argv)
    return words if words_of(words) == tuple(case.argv) else tuple(case.argv)


def corrected(argv: Sequence[str], output: str, case: Case | None = None) -> Iterator[tuple[str, ...]]:
    """Yield the corrected command lines: one where exactly one word is meant, several where the tool names several.

    Args:
        argv: the words of the command that failed.
        output: what it said.
        case: the failure, for names that only the project has; None asks the output alone.
    """
    argv = tuple(argv)
    for _, _, wrong, rights in hints.read(argv, output, case):
        found = [new for right in rights for new in [_replaced(argv, wrong or _nearest(argv, right), right)] if new]
        if found:
            yield from found
            return


def _nearest(argv: Sequence[str], right: str) -> str:
    """Return the word of the command that is nearest to the right one, for a tool that does not say which it was."""
    if right.startswith("--") and f"-{right[2:]}" in argv:
        return f"-{right[2:]}"
    return nearness.closest(right, argv)


def _replaced(argv: Sequence[str], wrong: str, right: str) -> tuple[str, ...]:
    """Return the command with its one wrong word replaced; empty when it stands there not exactly once."""
    if (
        not wrong
        or wrong == right
        or not hints.WORD.fullmatch(right)
        or (right.startswith("-") and not wrong.startswith("-"))
    ):
        return ()
    inner = argv != words_of(argv)  # a shell's own line stays as it was typed
    line = Line(argv[2] if inner else shlex.join(argv))
    text = swap.once(line, wrong, quote(right))
    if not text:
        return ()
    return (*argv[:2], line.whole(text), *argv[3:]) if inner else tuple(shlex.split(line.whole(text)))
