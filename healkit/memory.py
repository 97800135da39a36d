"""What healkit knows: three layers of pattern files (shipped < user < project), merged by id, searched through their indexes.

A later layer's entry replaces an earlier one of the same id, `"disabled": true` switches one off. An entry of a project
that the user has not trusted may speak, but neither replace nor disable anything.
"""

from __future__ import annotations

import posix

from . import compiled, index, paths
from .grams import Grams
from .index import Index, Unit
from .matching import Windows, matches
from .records import AutoFix, Pattern, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from .entries import Problem

PATTERN_FILE = "error-patterns.json"
PLAYBOOK_FILE = "recovery-playbook.json"
ELSEWHERE = "pattern-file"
"""The file of a project's state that names a further pattern file of it."""
INLINE_LIMIT = 1_500_000
"""Bytes of source that are compiled on the spot when an index is stale; more than that only where `build` says so."""


class Layer(Record):
    """One layer: where it comes from, its pattern and playbook files in order, and its index (None = not compiled)."""

    origin: str
    files: Sequence[str]
    playbook_files: Sequence[str]
    index: Index | None = None


class Hit(Record):
    """One entry that matched: its record, its matches in order of place, whether it may act."""

    pattern: Pattern
    matches: Sequence[re.Match[str]]
    trusted: bool = True
    layer: str = "shipped"


def layer_files(root: str) -> list[tuple[str, list[str], list[str]]]:
    """Return origin, pattern files and playbook files of each layer, lowest first."""
    shipped = f"{paths.share_dir()}/memory"
    try:
        more = sorted(name for name in posix.listdir(f"{shipped}/patterns") if name.endswith(".json"))
    except OSError:
        more = []
    found = [
        (
            "shipped",
            [f"{shipped}/{PATTERN_FILE}", *(f"{shipped}/patterns/{name}" for name in more)],
            [f"{shipped}/{PLAYBOOK_FILE}"],
        )
    ]
    places = [("user", paths.data_dir()), ("project", paths.project_memory(root))]
    for origin, place in places:
        files = [f"{place}/{PATTERN_FILE}"] if place else []
        another = _elsewhere(root) if origin == "project" else ""
        if another and another not in files:
            files.append(another)
        if files:
            found.append((origin, files, [f"{place or another.rpartition('/')[0]}/{PLAYBOOK_FILE}"]))
    return found


def _elsewhere(root: str) -> str:
    """Return the further pattern file of a project that its configuration names; empty for none."""
    folder = paths.project_state(root) if root else ""
    if not folder or not paths.is_private(f"{folder}/{ELSEWHERE}"):
        return ""
    return paths.read_small(f"{folder}/{ELSEWHERE}").decode("utf-8", "surrogateescape").strip()


def open_memory(root: str, build: bool = True) -> Memory:
    """Return the memory of a project, its indexes compiled where they were missing or stale.

    Args:
        root: the project's root, empty for none.
        build: compile whatever is stale; False (the hook) leaves out a layer with more than INLINE_LIMIT bytes of source,
            and `Memory.pending` says so.
    """
    top = paths.state_dir()
    key = paths.project_key(root)
    layers, pending = [], False
    for origin, files, books in layer_files(root):
        sources = index.sources_of([*files, *books])
        if all(size < 0 for _, size, _, _ in sources):
            continue
        place = (
            f"{top}/cache/{origin}-{paths.short_hash(files[0] + key * (origin == 'project'))}-{compiled.KEY}"
            if top
            else ""
        )
        found = index.open_index(place, sources, origin, files[0]) if place else None
        if found is None and (build or sum(size for _, size, _, _ in sources) <= INLINE_LIMIT):
            found = _compile(files, books, origin, key if origin == "project" else "", place)
        pending = pending or found is None
        layers.append(Layer(origin=origin, files=tuple(files), playbook_files=tuple(books), index=found))
    return Memory(layers, key, pending)


def _compile(files: list[str], books: list[str], origin: str, key: str, place: str) -> Index:
    from .indexer import compile_layer, empty_layer

    try:
        data = compile_layer(files, books, origin, key)
    except (RecursionError, ValueError, TypeError, OverflowError, MemoryError) as error:
        data = empty_layer(files, books, error)  # one layer's files must not silence the others
    if place and paths.make_private(place.rpartition("/")[0]):
        paths.write_private(place, data)
    return Index(data, origin, files[0])


def _state_lines(name: str) -> list[str]:
    path = f"{paths.state_dir()}/{name}"
    if not paths.is_private(path):
        return []
    return paths.read_small(path).decode("utf-8", "replace").splitlines()


class Memory:
    """The layers of one project, open for searching."""

    def __init__(self, layers: Sequence[Layer], key: str, pending: bool = False) -> None:
        self.layers, self.key, self.pending = layers, key, pending
        self._aside: set[str] | None = None
        self._trusted: set[str] | None = None

    def indexes(self) -> list[Index]:
        """Return the open indexes, lowest layer first."""
        return [layer.index for layer in self.layers if layer.index is not None]

    def problems(self) -> list[Problem]:
        """Return what is wrong with the files of all layers."""
        return [problem for found in self.indexes() for problem in found.problems()]

    def aside(self) -> set[str]:
        """Return the hashes of the entries that are set aside because they ran away."""
        if self._aside is None:
            self._aside = {line.partition(" ")[0] for line in _state_lines("set-aside")}
        return self._aside

    def is_trusted(self, origin: str, digest: str) -> bool:
        """Tell whether an entry may act: all but a project's untrusted ones may."""
        if origin != "project":
            return True
        if self._trusted is None:
            self._trusted = {line.partition(" ")[0] for line in _state_lines("trust")}
        return digest in self._trusted

    def _overridden(self, name: str, layer: Index) -> bool:
        """Tell whether a later layer has an entry of this id that may act."""
        found = self.indexes()
        for later in found[found.index(layer) + 1 :]:
            number = later.number_of(name)
            if number is not None and self.is_trusted(later.origin, later.entry(number)[0]):
                return True
        return False

    def search(self, text: str, grams: Grams | None = None) -> list[Hit]:
        """Return every entry that matches a text, each with its matches, in no particular order.

        Entries that run away are stopped, set aside until they are edited, and noted in the state's `set-aside`.

        Args:
            text: clean output.
            grams: the text's grams, if they are at hand.
        """
        from .runaway import Guard

        units = self._candidates(grams or Grams(text))
        by_entry: dict[tuple[int, int], list[re.Match[str]]] = {}
        known: Windows = {}
        with Guard(len(text)) as guard:
            for unit, found in guard.run(units, lambda unit: matches(unit, text, known)):
                by_entry.setdefault((id(unit.layer), unit.entry), []).extend(found)
        if guard.offenders:
            self._set_aside(guard.offenders)
        by_id = {id(found): found for found in self.indexes()}
        hits = []
        for (layer_id, number), found in by_entry.items():
            layer = by_id[layer_id]
            digest, values = layer.entry(number)
            if not self._overridden(values["id"], layer):
                found.sort(key=lambda match: match.start())
                hits.append(
                    Hit(
                        pattern=_pattern(values),
                        matches=found,
                        trusted=self.is_trusted(layer.origin, digest),
                        layer=layer.origin,
                    )
                )
        return hits

    def _candidates(self, grams: Grams) -> list[Unit]:
        units = [unit for found in self.indexes() for unit in found.candidates(grams)]
        aside = self.aside()
        return [unit for unit in units if unit.hash not in aside] if aside else units

    def _set_aside(self, units: Iterable[Unit]) -> None:
        """Note units that ran away; one that did before is set aside, because once may be the machine's hiccup."""
        top = paths.state_dir()
        if not top or not paths.make_private(top):
            return
        suspects, aside = _state_lines("suspects")[-500:], _state_lines("set-aside")[-500:]
        for unit in units:
            name = unit.layer.entry(unit.entry)[1]["id"]
            line = f"{unit.hash} {name} {unit.layer.path}"
            (aside if line in suspects else suspects).append(line)
        for file, lines in (("suspects", suspects), ("set-aside", aside)):
            paths.write_private(f"{top}/{file}", "".join(f"{line}\n" for line in dict.fromkeys(lines)).encode())
        self._aside = None

    def playbook(self, name: str, origin: str = "") -> Mapping[str, Any] | None:
        """Return a raw playbook by name: the last layer that has it and may be believed, or the entry's own layer first.

        Args:
            name: the playbook's name.
            origin: the layer of the entry that names it; a project's untrusted playbook serves only the project's entries.
        """
        for found in reversed(self.indexes()):
            if found.origin == "project" and origin != "project":
                continue
            book = found.playbook(name)
            if book is not None:
                return book
        return None

    def patterns(self) -> list[tuple[Pattern, str, bool]]:
        """Return the merged entries: record, file of its layer, trusted; slow, for listings."""
        merged: dict[str, tuple[Pattern, str, bool]] = {}
        for found in self.indexes():
            for name, number in found.names().items():
                digest, values = found.entry(number)
                trusted = self.is_trusted(found.origin, digest)
                if trusted or name not in merged:
                    merged[name] = (_pattern(values), found.path, trusted)
        return list(merged.values())


def _pattern(values: Mapping[str, Any]) -> Pattern:
    fixes = tuple(AutoFix(search=s, replacement=r, regex=x) for s, r, x in values["auto_fix"])
    return Pattern(**{**values, "auto_fix": fixes})
