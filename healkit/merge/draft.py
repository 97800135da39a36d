"""The text of our side on its way to the merge, and what becomes of it: every change is made at its place, the rest stays."""

from __future__ import annotations

from typing import Any, NamedTuple

from .. import layout
from ..jsonpos import Document, Node, parse
from ..records import HealkitError
from .versions import CONTAINERS, Entry, container, named, same

CONFLICT = "x-conflict-"
DELETED = "deleted"
"""What stands for a value, or names the key for an entry, that one side removed and the other one changed."""


class Conflict(NamedTuple):
    """A key that both sides changed in different ways; `entry` is empty for a key of the file itself."""

    entry: str
    key: str


class Draft:
    """Our text on its way to the merge. Plain values are changed in one pass, the rest one after the other."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.conflicts: list[Conflict] = []
        self._nodes = named(document)
        self._spans: list[tuple[int, int, str]] = []
        self._later: list[tuple[Any, ...]] = []
        self._removed: list[str] = []

    def set(self, name: str, path: tuple[str, ...], key: str, value: Any) -> None:
        """Set a key of an entry (of the file, for no name), remove it for None."""
        node = self._nodes[name] if name else self.document.root
        member = node.at(*path).member(key) if node is not None else None
        if (
            member is not None
            and value is not None
            and not isinstance(value, dict | list)
            and not _is_nested(member.node)
        ):
            self._spans.append((member.node.start, member.node.end, layout.spell(value)))
        else:
            self._later.append((_set, name, path, key, value))

    def unite(self, name: str, key: str, old: list[Any], mine: list[Any], new: list[Any]) -> None:
        """Add what theirs added to a list; where ours left the list alone, theirs' removals count as well."""
        if same(old, mine) and any(not _holds(new, item) for item in old):
            self._later.append((_set, name, (), key, new))
            return
        for item in new:
            if not _holds(old, item) and not _holds(mine, item):
                self._later.append((_append, name, key, item))

    def conflict(self, name: str, key: str, value: Any, path: tuple[str, ...] = ()) -> None:
        """Note a conflict, and the other side's value beside ours; the word `deleted` for None."""
        self.conflicts.append(Conflict(name.partition("\0")[0], ".".join((*path, key))))
        self._later.append((_note, name, path, f"{CONFLICT}{key}", DELETED if value is None else value))

    def add(self, entry: Entry, kind: str) -> None:
        """Put an entry of theirs at the end; `kind` is the container that a file without one gets."""
        self._later.append((_add, entry, kind))

    def remove(self, name: str) -> None:
        """Take an entry out."""
        self._removed.append(name)

    def text(self) -> str:
        """Return the text with all changes made."""
        text = self.document.text
        for start, end, told in sorted(self._spans, reverse=True):
            text = text[:start] + told + text[end:]
        for change, *given in self._later:
            text = change(parse(text), *given)
        for name in self._removed:  # last: an entry may be known by its number
            text = _remove(parse(text), name)
        return text


def _is_nested(node: Node) -> bool:
    return isinstance(node.value, dict | list)


def _holds(items: list[Any], item: Any) -> bool:
    return any(same(one, item) for one in items)


def _place(document: Document, name: str, path: tuple[str, ...] = ()) -> Node:
    """Return an entry's object, or one inside the file's own, as the text stands now."""
    if name:
        return named(document)[name]
    assert document.root is not None
    return document.root.at(*path)


def _set(document: Document, name: str, path: tuple[str, ...], key: str, value: Any) -> str:
    return layout.change_member(document, _place(document, name, path), key, value)


def _note(document: Document, name: str, path: tuple[str, ...], key: str, value: Any) -> str:
    """Write the other side's value under a key that is free, so that no earlier conflict's note is lost."""
    node = _place(document, name, path)
    free, number = key, 1
    while node.member(free) is not None:
        number += 1
        free = f"{key}-{number}"
    return layout.change_member(document, node, free, value)


def _append(document: Document, name: str, key: str, item: Any) -> str:
    member = _place(document, name).member(key)
    assert member is not None
    return layout.append_child(document, member.node, item, wide=False)


def _add(document: Document, entry: Entry, kind: str) -> str:
    assert document.root is not None
    place, whole = container(document.root), {"id": entry.id, **entry.value} if entry.id else entry.value
    if place is None and kind == CONTAINERS[0]:
        try:
            return layout.insert_entry(document, whole)
        except ValueError as error:
            raise HealkitError(f"the two sides do not go together: {error}", do="merge them by hand") from None
    if place is None:
        return layout.change_member(document, document.root, kind, {entry.id: entry.value})
    if isinstance(place.value, dict):
        return layout.append_child(document, place, entry.value, key=entry.id)
    return layout.append_child(document, place, entry.raw if "id" in entry.raw else whole)


def _remove(document: Document, name: str) -> str:
    place = container(document.root)
    assert place is not None
    return layout.remove_child(document, place, list(named(document)).index(name))
