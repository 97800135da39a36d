"""One entry of a pattern file under examination."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..jsonpos import Node
from .house import House
from .sheet import Sheet


@dataclass(slots=True)
class Entry:
    """An entry under examination: its place, its raw value, its expressions that compile."""

    sheet: Sheet
    node: Node
    raw: Mapping[str, Any]
    id: str
    house: House
    regexes: list[tuple[Node, re.Pattern[str]]] = field(default_factory=list)
    broken: bool = False
    runs_away: bool = False

    def say(
        self, at: int | Node, what: str, do: str = "", level: str = "error", fix: tuple[int, int, str] | None = None
    ) -> None:
        """Note an issue of this entry."""
        self.sheet.say(at, what, do, level=level, entry=self.id, fix=fix)

    def texts(self, key: str) -> list[Node]:
        """Return the text or the list of texts under a key, as nodes; what is no text is left out."""
        member = self.node.member(key)
        if member is None:
            return []
        return [node for node in (member.node.items or (member.node,)) if isinstance(node.value, str)]

    def names(self) -> list[str]:
        """Return the names of all groups of all expressions."""
        return [name for _, compiled in self.regexes for name in compiled.groupindex]
