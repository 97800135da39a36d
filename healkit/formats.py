"""How tools print a place in the code, as data (`memory/log-formats.json`), compiled once for the hook."""

from __future__ import annotations

import marshal

from . import __version__, compiled, paths, wire
from .index import sources_of
from .records import Location

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Sequence

    Row = tuple[frozenset[str], tuple[str, ...], compiled.Blob]

BEFORE, AFTER = 4, 8
"""Lines around a decisive line in which its place may stand."""
MAX_LINE = 1_000
DIGITS = frozenset("0123456789")

_rows: list[Row] | None = None
_regexes: dict[int, re.Pattern[str]] = {}


def _load() -> list[Row]:
    source = f"{paths.share_dir()}/memory/log-formats.json"
    top = paths.state_dir()
    key = (__version__, sources_of([source]))
    place = f"{top}/cache/formats-{paths.short_hash(source)}-{compiled.KEY}" if top else ""
    if place and paths.is_private(place):
        try:
            found, rows = marshal.loads(paths.read_small(place, 8 << 20))
            if found == key:
                return rows  # type: ignore[no-any-return]
        except (ValueError, EOFError, TypeError):
            pass
    rows = compile_formats(paths.read_small(source))
    if place and paths.make_private(f"{top}/cache"):
        paths.write_private(place, marshal.dumps((key, rows)))
    return rows


def compile_formats(data: bytes) -> list[Row]:
    """Return the rows of a format file: tools, literals of which one must occur in the line, code. Faulty ones are left out."""
    from .literals import examine

    rows: list[Row] = []
    try:
        formats = wire.loads(data)["formats"]
    except (ValueError, KeyError, TypeError):
        return rows
    for entry in formats:
        for regex in entry.get("location", ()):
            try:
                facts = examine(regex)
                literals = () if facts.folded else tuple(facts.alternatives)
                rows.append((frozenset(entry.get("tools", ())), literals, compiled.encode(regex)))
            except (ValueError, OverflowError, RecursionError):
                continue
    return rows


def _search(number: int, row: Row, line: str) -> re.Match[str] | None:
    if row[1] and not any(literal in line for literal in row[1]):
        return None
    regex = _regexes.get(number)
    if regex is None:
        regex = _regexes[number] = compiled.decode(row[2])
    return regex.search(line)


def _place(found: re.Match[str]) -> Location | None:
    groups = found.groupdict()
    name = groups.get("file")
    if not name or "://" in name:
        return None
    return Location(file=name.strip(), line=int(groups.get("line") or 0), column=int(groups.get("column") or 0))


def _own_rows(tools: Iterable[str]) -> list[tuple[int, Row]]:
    """Return the rows of these tools, then those of any tool."""
    global _rows
    if _rows is None:
        _rows = _load()
    own = frozenset(tools)
    mine = [(number, row) for number, row in enumerate(_rows) if not row[0].isdisjoint(own)]
    return mine + [(number, row) for number, row in enumerate(_rows) if not row[0]]


def _read(line: str, rows: Sequence[tuple[int, Row]]) -> Location | None:
    if len(line) > MAX_LINE or DIGITS.isdisjoint(line):
        return None
    for number, row in rows:
        found = _search(number, row, line)
        place = _place(found) if found is not None else None
        if place is not None:
            return place
    return None


def locate(text: str, start: int, end: int, tools: Sequence[str]) -> Location | None:
    """Return the place of what stands at `start:end`: on its own lines, else on the lines below, else on those above."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    last = len(text) if last < 0 else last
    own = text[first:last].split("\n")[:AFTER]
    below = text[last + 1 : last + 1 + MAX_LINE * AFTER].split("\n")[:AFTER]
    above = text[max(0, first - MAX_LINE * BEFORE) : max(0, first - 1)].split("\n")[-BEFORE:]
    rows = _own_rows(tools)
    for line in (*own, *below, *reversed(above)):
        place = _read(line, rows)
        if place is not None:
            return place
    return None
