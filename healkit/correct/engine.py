"""The rules and hints asked one after another: a condition that holds gives new lines, the best first."""

from __future__ import annotations

import re
from typing import Any

from ..records import Record
from . import data, hints, rules
from .likeness import ranked
from .line import Line, quote, simple
from .swap import swapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST = 5
_HINT_RANK = 60
_CLOSE = 0.7


class Place(Record):
    """Where a command ran: its folder, the project's root, its facts; whether a tool may be asked for its help."""

    cwd: str
    root: str
    facts: Mapping[str, Any] = {}
    asks_help: bool = False


class Correction(Record):
    """A corrected command line: the rule or hint that says so, how sure it is (`rank`, 50 is a rule's usual one).

    `line` is shell-quoted: words of the command as typed, words of the output quoted. `said` is the text that decided.
    `installs` is the ecosystem of the `package` that the line installs.
    """

    line: str
    rule: str
    rank: int
    risk: str = "low"
    category: str = "command_error"
    title: str = ""
    said: str = ""
    installs: str = ""
    package: str = ""


def suggest(
    command: str, output: str, exit_code: int | None = None, place: Place | None = None, most: int = MOST
) -> list[Correction]:
    """Return corrected command lines, best first, at most `most`; empty when nothing is known.

    The command is not run; where nothing else is known and the place allows it, its program may be asked for its help.

    Args:
        command: the line that failed, as typed.
        output: what it said.
        exit_code: its exit code; 0 asks nothing, None those rules that need an output and no success.
        most: how many at most.
        place: where it ran; None leaves out what only a folder or a project can tell.
    """
    if not command.strip() or len(command) > 4_000:
        return []
    text = output[-hints.TAIL :]
    found: dict[str, Correction] = {}
    lines = list(simple(command))
    for last in (False, True):
        for number, line in enumerate(lines if not found else ()):
            joined = len(lines) > 2 and not number
            hinted = () if last else _hinted(line, text, exit_code, place)
            for new in (*hinted, *_ruled(line, text, exit_code, place, joined, last)):
                if _fits(new.line, command) and (new.line not in found or found[new.line].rank < new.rank):
                    found[new.line] = new.replace(rank=new.rank - number)
    return sorted(found.values(), key=lambda one: -one.rank)[:most]


def _fits(new: str, command: str) -> bool:
    return (
        new.strip() != command.strip()
        and re.sub(r"[ \t]+", " ", new.strip()) != re.sub(r"[ \t]+", " ", command.strip())
        and "\n" not in new.replace(command, "")
    )


def _hinted(line: Line, text: str, exit_code: int | None, place: Place | None) -> Iterator[Correction]:
    """Yield what the tools' own hints make of a line."""
    if exit_code == 0 or not line.words:
        return
    argv = [word.value for word in line.words]
    for name, match, wrong, rights in hints.read(argv, text, place):
        made: list[str] = []
        for right in _best_first(wrong, rights)[:MOST]:
            if hints.WORD.fullmatch(right) and (wrong.startswith("-") or not right.startswith("-") or not wrong):
                made += swapped(line, wrong, quote(right))
        for new in made:
            yield Correction(line=line.whole(new), rule=name, rank=_HINT_RANK, said=match[0].strip())
        if made:
            return


def _best_first(wrong: str, rights: list[str]) -> list[str]:
    """Return the words that a tool names in its order, but one that is much like the wrong one first."""
    close = ranked(wrong, rights, _CLOSE)[:1] if wrong else []
    return [*close, *(right for right in rights if right not in close)]


def _ruled(
    line: Line, text: str, exit_code: int | None, place: Place | None, joined: bool, last: bool
) -> Iterator[Correction]:
    """Yield what the rules make of a line; of several commands `joined` only what is not about one program."""
    for rule in data.rules():
        if (joined and "program" in rule) or rule.get("last", False) is not last:
            continue
        captures = rules.holds(rule, line, text, exit_code)
        if captures is None:
            continue
        for number, new in enumerate(_unique(rules.results(rule, line, captures, place))):
            yield Correction(
                line=new,
                rule=rule["id"],
                rank=rule.get("rank", 50) if not number else min(rule.get("rank", 50), 50) - number,
                risk=rule.get("risk", "low"),
                category=rule.get("category", "command_error"),
                title=rule.get("title", ""),
                said=captures.said,
                installs=rule.get("installs", ""),
                package=captures.plain.get("package", "") if "installs" in rule else "",
            )


def _unique(lines: Iterator[str]) -> Sequence[str]:
    return list(dict.fromkeys(lines))[:MOST]
