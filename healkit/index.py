"""The compiled index of one layer: literals first, and regular expressions that need no `re` to run.

A *unit* is one regular expression of one entry. From its parse tree come the literals of which one must occur in any
match. Each literal is filed under four of its bytes, the rarest four; a text is cut into all its four-byte grams once, and
only the units whose gram is there are looked at, then only those whose literal is there are run. A unit that cannot match
a newline runs on the lines that hold its literal. A unit without a literal of five characters sees only the text's tail.

Only what is looked at is read: a thousand or ten thousand entries cost what their hits cost. It names everything that could
make it wrong (format, engine, versions, and size, time and inode of its sources) and is built anew when any of it differs.
"""

from __future__ import annotations

import marshal
import posix

from . import __version__, compiled, paths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from .entries import Problem
    from .grams import Grams

    Source = tuple[str, int, int, int]

FORMAT = 11
MIN_LITERAL = 5
TAIL = 1_200
"""Characters at the end of a text that a unit without a usable literal sees."""


FOLDED, POOR, RISKY = 1, 2, 4
"""A unit is case-blind; has no literal of MIN_LITERAL characters; may run away."""


def sources_of(files: Iterable[str]) -> list[Source]:
    """Return path, size, time and inode of each file; a missing one has size -1, so that its appearance is seen."""
    found = []
    for path in files:
        try:
            stat = posix.stat(path)
            found.append((path, stat.st_size, stat.st_mtime_ns, stat.st_ino))
        except (OSError, ValueError):
            found.append((path, -1, 0, 0))
    return found


def tail_start(text: str) -> int:
    """Return where the tail of a text begins: at a line's start where there is one."""
    start = max(0, len(text) - TAIL)
    line = text.find("\n", start - 1) + 1 if start else 0
    return line if start <= line < len(text) else start


class Unit:
    """One regular expression of one entry, as the index holds it."""

    __slots__ = ("_blob", "also", "alternatives", "contains", "entry", "flags", "hash", "layer", "newlines")

    def __init__(self, layer: Index, raw: tuple[Any, ...]) -> None:
        self.layer = layer
        self.alternatives, self.contains, self.flags, self._blob, self.entry, self.hash, self.newlines, self.also = raw

    def regex(self) -> Any:
        """Return the compiled regular expression."""
        return compiled.decode(marshal.loads(self._blob))


class Index:
    """One layer's index, open for reading. `origin` and `path` say which layer it is."""

    owned = False
    """Whether the open file is ours to close."""

    def __del__(self) -> None:
        """Close the file: who runs many commands in one process would run out of them."""
        if self.owned and isinstance(self._data, int):
            posix.close(self._data)

    def __init__(self, data: bytes | int, origin: str, path: str) -> None:
        """Open an index.

        Args:
            data: its bytes, or the number of an open file, which stays open as long as the index lives.
            origin: the layer.
            path: the layer's first file, for messages.

        Raises:
            ValueError, EOFError, TypeError, IndexError: it is damaged, or of another format, engine or version.
        """
        self.origin, self.path = origin, path
        self._data = data
        length = int.from_bytes(self._read(0, 8), "little")
        header = marshal.loads(self._read(8, min(length, 1 << 20)))
        if header[:3] != (FORMAT, compiled.KEY, __version__):
            raise ValueError("another format, engine or version")
        self.sources, self._places, self.count = header[3:6]
        self._base = -(-(8 + length) // 8) * 8
        last, size = self._places[-1]
        self.size = self._base + -(-(last + size) // 8) * 8
        self._open: dict[int, Any] = {}

    def _read(self, at: int, length: int) -> bytes:
        if isinstance(self._data, int):
            return posix.pread(self._data, length, at)
        return self._data[at : at + length]

    def _section(self, number: int) -> bytes:
        at, length = self._places[number]
        return self._read(self._base + at, length)

    def _numbers(self, section: int) -> Any:
        """Return a section of 32-bit integers."""
        found = self._open.get(section)
        if found is None:
            found = self._open[section] = memoryview(self._section(section)).cast("I")
        return found

    def _blob(self, offsets: int, blobs: int, number: int) -> Any:
        view = self._numbers(offsets)
        start = self._base + self._places[blobs][0]
        return marshal.loads(self._read(start + view[number], view[number + 1] - view[number]))

    def unit(self, number: int) -> Unit:
        """Return a unit by its number."""
        return Unit(self, self._blob(3, 4, number))

    def units(self) -> Iterator[Unit]:
        """Yield all units."""
        for number in range(len(self._numbers(3)) - 1):
            yield self.unit(number)

    def entry(self, number: int) -> tuple[str, dict[str, Any]]:
        """Return hash and field values of an entry by its number."""
        found: tuple[str, dict[str, Any]] = self._blob(5, 6, number)
        return found

    def names(self) -> dict[str, int]:
        """Return entry id to entry number."""
        found: dict[str, int] = marshal.loads(self._section(8))
        return found

    def playbooks(self) -> dict[str, Any]:
        """Return the layer's raw playbooks by name."""
        return {name: marshal.loads(blob) for name, blob in marshal.loads(self._section(9)).items()}

    def playbook(self, name: str) -> dict[str, Any] | None:
        """Return one raw playbook, None when the layer has none of that name."""
        blob = marshal.loads(self._section(9)).get(name)
        return None if blob is None else marshal.loads(blob)

    def problems(self) -> list[Problem]:
        """Return what was wrong with the layer's files when the index was built."""
        from .entries import Problem

        return [Problem(**raw) for raw in marshal.loads(self._section(10))]

    def number_of(self, name: str) -> int | None:
        """Return the number of the entry with this id, None when the layer has none."""
        from _bisect import bisect_left

        hashes, numbers, wanted = self._numbers(12), self._numbers(13), name_hash(name)
        at = bisect_left(hashes, wanted)
        while at < len(hashes) and hashes[at] == wanted:
            number: int = numbers[at]
            if self.entry(number)[1]["id"] == name:
                return number
            at += 1
        return None

    def candidates(self, grams: Grams) -> list[Unit]:
        """Return the units of which a literal occurs in the text (and all of their `contains`), and the tail's units."""
        text, units = grams.text, []
        for number in sorted(self._by_gram(grams.found)):
            unit = self.unit(number)
            # A unit that runs on the lines of its literal looks for it anyway.
            if (unit.newlines >= 0 and grams.may_hold(unit.alternatives)) or grams.holds_any(unit.alternatives):
                units.append(unit)
        tail = text[tail_start(text) :]
        for section, where in ((7, tail), (11, text)):
            folded = ""
            for literals, number, blind in marshal.loads(self._section(section)):
                folded = folded or (compiled.fold(where) if blind else "")
                if not literals or _holds_any(folded if blind else where, literals):
                    units.append(self.unit(number))
        return [unit for unit in units if not unit.contains or all(grams.holds(part) for part in unit.contains)]

    def _by_gram(self, found: set[int]) -> set[int]:
        """Return the numbers of the units whose two grams are in the text."""
        from _bisect import bisect_left

        keys, seconds, numbers = self._numbers(0), self._numbers(1), self._numbers(2)
        wanted: set[int] = set()
        size = len(keys)
        for gram in found.intersection(keys):
            at = bisect_left(keys, gram)
            while at < size and keys[at] == gram:
                if seconds[at] in found:
                    wanted.add(numbers[at])
                at += 1
        return wanted


def _holds_any(text: str, literals: tuple[str, ...]) -> bool:
    for literal in literals:  # noqa: SIM110 - a generator costs more than the look-up
        if literal in text:
            return True
    return False


def name_hash(name: str) -> int:
    """Return 32 bits that an id is looked up by."""
    from _blake2 import blake2b

    return int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "little")


def open_index(path: str, sources: Sequence[Source], origin: str, label: str) -> Index | None:
    """Return the index in a file when it is ours and was made of exactly these sources, else None."""
    if not paths.is_private(path):
        return None
    try:
        fd = posix.open(path, posix.O_RDONLY | posix.O_CLOEXEC | posix.O_NONBLOCK)
    except (OSError, ValueError):
        return None
    try:
        index = Index(fd, origin, label)
        same = list(map(tuple, index.sources)) == list(map(tuple, sources))
        if same and posix.fstat(fd).st_size == index.size:
            index.owned = True
            return index
    except (OSError, ValueError, EOFError, TypeError, IndexError):
        pass
    posix.close(fd)
    return None
