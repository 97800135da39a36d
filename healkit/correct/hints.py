"""What a tool says of a wrong word: which one it was, and the words that may be meant. The wording is data."""

from __future__ import annotations

import os
import re
from typing import Any, Protocol

from .. import nearness, paths
from ..records import Record
from . import data

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .line import Line

TAIL = 20_000
WORD = re.compile(r"--?[A-Za-z0-9][\w=+.:-]{0,80}|[A-Za-z0-9@_][\w@:./+-]{0,120}", re.ASCII)
"""What may take the place of a wrong word."""
_NAME = re.compile(r"--?[A-Za-z0-9][\w=+.-]*|[A-Za-z0-9@_](?:[\w@:./+-]*[\w+])?", re.ASCII)
_JOINED = ("or", "and", "one", "of")


class Surroundings(Protocol):
    """Where a command ran: what only its project can tell."""

    @property
    def cwd(self) -> str:
        """The folder that it ran in."""

    @property
    def root(self) -> str:
        """The project's root."""

    @property
    def facts(self) -> Mapping[str, Any]:
        """The project's facts."""


class Whereabouts(Surroundings, Protocol):
    """Where a command ran, and what may be done to learn more."""

    @property
    def asks_help(self) -> bool:
        """Whether a tool may be asked for its help."""


class Scene(Record):
    """What a function of a rule looks at: the line, the bare captures, and where the command ran, when that is known."""

    line: Line
    captures: Mapping[str, str]
    place: Whereabouts | None = None


def read(
    argv: Sequence[str], output: str, place: Surroundings | None
) -> Iterator[tuple[str, re.Match[str], str, list[str]]]:
    """Yield for each hint its entry's id, where it stands, the wrong word as typed and the right ones.

    Args:
        argv: the words of the command.
        output: what it said.
        place: for names that only the project has; None asks the output alone.
    """
    text = output[-TAIL:]
    for entry in data.table().get("corrections", ()):
        for match in re.finditer(entry["error_regex"], text, re.DOTALL | re.MULTILINE):
            groups = {name: value for name, value in match.groupdict().items() if value}
            wrong = _as_typed(argv, groups.get("wrong") or groups.get("other") or "", place)
            yield entry["id"], match, wrong, _rights(entry, groups, wrong, place)


def _as_typed(argv: Sequence[str], wrong: str, place: Surroundings | None) -> str:
    """Return a path as it stands in the command, where a tool prints it as an absolute one."""
    if place is None or not wrong.startswith("/"):
        return wrong
    return next((word for word in argv if os.path.normpath(os.path.join(place.cwd, word)) == wrong), wrong)


def _rights(entry: Mapping[str, str], groups: Mapping[str, str], wrong: str, place: Surroundings | None) -> list[str]:
    """Return the words that may be meant."""
    if right := groups.get("right"):
        found = re.findall(entry["inner"], right, re.MULTILINE) if "inner" in entry else _NAME.findall(right)
        names = list(dict.fromkeys(name for name in found if name not in _JOINED))
        close = nearness.closest(wrong.lstrip("-"), [name.lstrip("-") for name in names]) if len(names) > 1 else ""
        return [name for name in names if not close or name.lstrip("-") == close]
    if choices := groups.get("choices"):
        meant = nearness.closest(wrong, _NAME.findall(choices))
        return [meant] if meant else []
    meant = nearness.closest(wrong.rpartition("/")[2], _known(entry.get("from", ""), wrong, place)) if place else ""
    folder = wrong.rpartition("/")[0]
    return [f"{folder}/{meant}" if folder else meant] if meant else []


def _known(where: str, wrong: str, place: Surroundings) -> list[str]:
    """Return the names among which a word is looked up: the project's scripts or targets, programs, or files."""
    if where in ("scripts", "targets"):
        return [str(name) for name in place.facts.get(where, ())]
    if where == "programs" and not wrong.startswith("-"):
        return programs()
    if where == "files":
        path = os.path.normpath(os.path.join(place.cwd, wrong))
        inside = path.startswith(f"{place.root}/") and not os.path.exists(path)
        return listing(os.path.dirname(path)) if inside else []
    return []


def programs() -> list[str]:
    """Return the names on PATH."""
    return [name for folder in paths.env("PATH").split(":") for name in listing(folder)]


def listing(folder: str) -> list[str]:
    """Return the names in a folder; none when it cannot be read."""
    try:
        return os.listdir(folder) if folder else []
    except OSError:
        return []
