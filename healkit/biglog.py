"""A log of any size becomes an output of at most a megabyte: its beginning, its end, and every stretch that a pattern knows.

One pass over the bytes in bounded memory. An Aho-Corasick automaton over the literals of all patterns says where one may
match; the regular expression itself, run on the lines around, says where it does. What is left out is marked.
"""

from __future__ import annotations

import bisect
import os
import re
from collections import deque
from collections.abc import Callable, Iterator
from typing import BinaryIO

import ahocorasick_rs

from . import intake, matching
from .index import FOLDED, POOR, RISKY, Unit
from .memory import Memory

LARGE = intake.HEAD + intake.LAST
"""Bytes from which a log is condensed; what is smaller is read whole."""
CHUNK = 2 << 20
HEAD, MIDDLE, LAST = 100_000, 350_000, 400_000
"""Bytes that are kept of the beginning, of what lies between, of the end."""
AROUND = 4_000
"""Bytes before and behind a match that are kept with it: a traceback above, a note below."""
NEAR = 1_500
"""Bytes before and behind a literal in which its expression is looked for."""
ENDS = 60
"""Places of one literal that are kept, so many first and so many last ones."""
EACH = 6
"""Stretches kept of one expression, half of them the first and half the last ones."""
FREQUENT = 4_000
"""Places of one literal after which it is no longer looked for: it stands everywhere and tells nothing apart."""
WARM = 8 << 20
"""Bytes after which the frequent literals are known, and the rest are worth an automaton that is slow to build."""
FAST = 60_000
"""Bytes of literals up to which that automaton is a table: twice as fast, some 300 times their size."""
LOOKS = 20_000
"""Places that are looked at closely, at most; those of rare literals come first."""

_ESCAPE = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]")
Place = tuple[int, int]


class Literal:
    """One literal: the expressions that need it, how often it stood there, and where."""

    __slots__ = ("count", "first", "last", "text", "units")

    def __init__(self, text: bytes) -> None:
        """Begin with no place."""
        self.text = text
        self.units: list[Unit] = []
        self.count = 0
        self.first: list[int] = []
        self.last: deque[int] = deque(maxlen=ENDS)

    def add(self, place: int) -> None:
        """Note one more place."""
        self.count += 1
        (self.first if len(self.first) < ENDS else self.last).append(place)


def condensed(file: BinaryIO, memory: Memory, seen: Callable[[int], None] = lambda _: None) -> bytes:
    """Return what matters of a log: at most about LARGE bytes, in order, each gap marked.

    Args:
        file: the log; a file on disk that can be read at any place.
        memory: whose patterns say what matters.
        seen: told how many bytes were read so far.
    """
    size = os.fstat(file.fileno()).st_size
    if size <= LARGE:
        return os.pread(file.fileno(), size, 0)
    literals = _literals(memory)
    _scan(file, size, literals, seen)
    spans = _merged([(0, HEAD), *_matched(file, size, literals), (size - LAST, size)])
    parts, done = [], 0
    for start, end in spans:
        if start > done:
            parts.append(b"\n... [%d characters left out] ...\n" % (start - done))
        parts.append(os.pread(file.fileno(), end - start, start))
        done = end
    return b"".join(parts)


def _literals(memory: Memory) -> list[Literal]:
    """Return the literals of which a match needs one; an expression without a usable one sees only the end anyway."""
    found: dict[bytes, Literal] = {}
    aside = memory.aside()
    for layer in memory.indexes():
        for unit in layer.units():
            if unit.flags & POOR or unit.hash in aside:
                continue
            for text in _telling(unit):
                for spelt in _spellings(text) if unit.flags & FOLDED else (text,):
                    raw = spelt.encode("utf-8", "surrogatepass")
                    found.setdefault(raw, Literal(raw)).units.append(unit)
    return list(found.values())


def _telling(unit: Unit) -> list[str]:
    """Return the literals of an expression that tell most: of those needed together the longer ones, each on one line."""
    groups = [unit.alternatives, unit.also] if unit.also else [unit.alternatives]
    lines = [[max(text.split("\n"), key=len) for text in group] for group in groups]
    return max(lines, key=lambda group: min(map(len, group)))


def _spellings(text: str) -> set[str]:
    return {text, text.upper(), text.capitalize(), text.title()}


def _scan(file: BinaryIO, size: int, literals: list[Literal], seen: Callable[[int], None]) -> None:
    """Note where the literals stand, chunk by chunk; a chunk ends at a line's end where it has one."""
    wanted = [literal for literal in literals if literal.text]
    search = _automaton(wanted, False)
    longest = max((len(literal.text) for literal in wanted), default=1)
    at, fast = 0, False
    while at < size:
        data = os.pread(file.fileno(), CHUNK, at)
        if not data:
            break
        end = data.rfind(b"\n") + 1 or len(data)
        places = _places(data[:end] if end < len(data) else data)
        for number, place in places(search):
            wanted[number].add(at + place)
        # Without a line's end, a literal may lie across the cut.
        at += end if data[end - 1] == 10 or at + end >= size else max(1, end - longest)
        seen(min(at, size))
        warm = at >= WARM
        if (warm and not fast) or any(literal.count > FREQUENT for literal in wanted):
            wanted = [literal for literal in wanted if literal.count <= FREQUENT]
            search, fast = _automaton(wanted, warm), warm


def _automaton(wanted: list[Literal], fast: bool) -> ahocorasick_rs.BytesAhoCorasick:
    texts = [literal.text for literal in wanted]
    kind = ahocorasick_rs.Implementation.DFA if fast and sum(map(len, texts)) <= FAST else None
    return ahocorasick_rs.BytesAhoCorasick(texts, implementation=kind)


def _places(data: bytes) -> Callable[[ahocorasick_rs.BytesAhoCorasick], Iterator[Place]]:
    """Return what searches a chunk; a colour inside a literal does not hide it."""
    if b"\x1b" not in data:
        return lambda search: ((n, start) for n, start, _ in search.find_matches_as_indexes(data, overlapping=True))
    plain, kept, removed, done = [], [], [], 0
    gone = 0
    for match in _ESCAPE.finditer(data):
        plain.append(data[done : match.start()])
        done = match.end()
        kept.append(match.start() - gone)
        gone += match.end() - match.start()
        removed.append(gone)
    plain.append(data[done:])
    text = b"".join(plain)

    def places(search: ahocorasick_rs.BytesAhoCorasick) -> Iterator[Place]:
        for number, start, _ in search.find_matches_as_indexes(text, overlapping=True):
            before = bisect.bisect_right(kept, start)
            yield number, start + (removed[before - 1] if before else 0)

    return places


def _matched(file: BinaryIO, size: int, literals: list[Literal]) -> list[Place]:
    """Return the stretches in which an expression matches, the surest expressions first, as many as there is room for."""
    found: list[tuple[float, int, Place]] = []
    looks = LOOKS
    for literal in sorted((one for one in literals if one.count), key=lambda one: one.count):
        for unit in literal.units:
            sure = -_confidence(unit)
            for places in (literal.first, list(reversed(literal.last))):
                hits = 0
                for place in places:
                    looks -= 1
                    if hits * 2 >= EACH or looks < 0:
                        break
                    if HEAD <= place < size - LAST and _matches(file, size, unit, place):
                        hits += 1
                        found.append((sure, hits, (max(0, place - AROUND), min(size, place + AROUND))))
    kept: list[Place] = []
    room = MIDDLE
    for _, _, span in sorted(found):
        more = sum(end - start for start, end in _merged([*kept, span])) - sum(end - start for start, end in kept)
        if more <= room:
            kept, room = _merged([*kept, span]), room - more
    return kept


def _confidence(unit: Unit) -> float:
    values = unit.layer.entry(unit.entry)[1]
    return float(values["confidence"]) - (1.0 if values["severity"] == "info" else 0.0)


def _matches(file: BinaryIO, size: int, unit: Unit, place: int) -> bool:
    """Tell whether an expression matches near a place. One that may run away is believed: the detector stops it later."""
    start = max(0, place - NEAR)
    if unit.flags & RISKY:
        return True
    text = intake.clean(intake.decode(os.pread(file.fileno(), min(size, place + NEAR) - start, start)))
    return bool(matching.matches(unit, text, {}))


def _merged(spans: list[Place]) -> list[Place]:
    out: list[Place] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out
