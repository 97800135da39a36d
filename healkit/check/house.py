"""What a file is checked against: the layers below and beside it, their playbooks and ids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .. import entries, memory, paths, wire
from ..jsonpos import parse

_GROUP = re.compile(r"\(\?P<(\w+)>")


@dataclass(slots=True)
class House:
    """What a layer's entries may refer to: playbooks by name, ids of lower layers, and what is captured for a playbook.

    `captures` has a key for each playbook that an entry names: the names of all groups of those entries.
    """

    playbooks: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    lower_ids: set[str] = field(default_factory=set)
    captures: dict[str, set[str]] = field(default_factory=dict)


def build_house(origin: str, root: str, files: tuple[str, ...] = (), books: tuple[str, ...] = ()) -> House:
    """Return what the entries of a layer may refer to.

    Args:
        origin: the layer that is checked.
        root: the project's root, empty for none.
        files: further pattern files of the layer.
        books: further playbook files of the layer.
    """
    house = House()
    for name, own_files, own_books in memory.layer_files(root):
        at_home = name == origin
        _add(
            house,
            (*own_files, *files) if at_home else tuple(own_files),
            (*own_books, *books) if at_home else tuple(own_books),
            at_home,
        )
        if at_home:
            return house
    _add(house, files, books, at_home=True)
    return house


def _add(house: House, files: tuple[str, ...], books: tuple[str, ...], at_home: bool) -> None:
    for path in books:
        value = _value(path)
        found = value.get("playbooks") if isinstance(value, dict) else None
        if isinstance(found, dict):
            house.playbooks |= {name: book for name, book in found.items() if isinstance(book, dict)}
    for path in files:
        for raw in entries.raw_patterns(_value(path)):
            if isinstance(raw, dict) and isinstance(raw.get("id"), str):
                groups = house.captures.setdefault(str(raw.get("playbook") or raw["id"]), set())
                groups.update(_GROUP.findall(str(raw.get("error_regex") or raw.get("patterns") or "")))
                if not at_home:
                    house.lower_ids.add(raw["id"])


def _value(path: str) -> Any:
    text = paths.read_small(path, 64 << 20).decode("utf-8", "replace")
    try:
        return wire.loads(text)
    except ValueError:  # what can be saved of a broken file still names playbooks and ids
        root = parse(text).root
        return root.value if root else None
