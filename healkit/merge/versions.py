"""One version of a pattern or playbook file: its entries by name, wherever they stand in it."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from .. import layout
from ..jsonpos import Document, Node, parse
from ..records import HealkitError

CONTAINERS = ("patterns", "playbooks")
"""Keys of a file whose value holds the entries."""
GONE = object()
"""What stands for a key that is not there."""


class Entry(NamedTuple):
    """An entry of a file: its id (empty when it has none), its value without it, and the value as it stands there."""

    id: str
    value: dict[str, Any]
    raw: dict[str, Any]


def read(data: bytes, where: str, empty: bool = False) -> Document:
    """Return a version of a file with the places of everything in it.

    Args:
        data: its bytes.
        where: what it is called in messages.
        empty: it may be empty, as git's base is when both sides added the file.

    Raises:
        HealkitError: it is no JSON, not UTF-8, or an entry is no object; it names the place.
    """
    try:
        document = parse(data.decode() if data.strip() or not empty else "{}")
    except UnicodeDecodeError:
        raise HealkitError("not UTF-8", where=where, do="save the file as UTF-8") from None
    if document.faults or document.root is None:
        fault = document.faults[0]
        line, column = document.place(fault.offset)
        raise HealkitError(fault.what, where=f"{where}:{line}:{column}", do=fault.do)
    if not isinstance(document.root.value, dict | list):
        raise HealkitError("this is no pattern file", where=where, do='write it as {"version": 1, "patterns": [...]}')
    for _, node in layout.children(container(document.root)):
        if not isinstance(node.value, dict):
            line, column = document.place(node.start)
            raise HealkitError("an entry is no object", where=f"{where}:{line}:{column}", do="correct it, then merge")
    return document


def container(root: Node | None) -> Node | None:
    """Return the list or object of a file that holds its entries, None when it has none."""
    if root is None or isinstance(root.value, list):
        return root
    members = [root.member(key) for key in CONTAINERS]
    return next((m.node for m in members if m is not None and isinstance(m.node.value, dict | list)), None)


def entries(document: Document) -> dict[str, Entry]:
    """Return a file's entries by name: the id; one without an id is known by all that it says, a second one by its number."""
    found: dict[str, Entry] = {}
    for key, given, node in _places(document):
        value = {name: item for name, item in node.value.items() if name != "id"}
        found[key] = Entry(given or "", value, node.value)
    return found


def named(document: Document) -> dict[str, Node]:
    """Return the places of a file's entries by name, in order."""
    return {name: node for name, _, node in _places(document)}


def _places(document: Document) -> list[tuple[str, str | None, Node]]:
    """Return name, id and place of each entry, no name twice."""
    found: dict[str, tuple[str, str | None, Node]] = {}
    for key, node in layout.children(container(document.root)):
        given = key if key is not None else node.value.get("id")
        own = given if isinstance(given, str) and given else None
        name = own if own is not None else "\0" + json.dumps(node.value, sort_keys=True)
        number = 1
        while (unique := name if number == 1 else f"{name}\0{number}") in found:
            number += 1
        found[unique] = unique, own, node
    return list(found.values())


def same(one: Any, other: Any) -> bool:
    """Tell whether two values are spelled alike, whatever the order of keys; GONE is like nothing but itself."""
    if one is GONE or other is GONE:
        return one is other
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)  # 1 is not true
