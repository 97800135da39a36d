"""Which of two close names is the misspelt one, and what close names a project offers."""

from __future__ import annotations

import re
from collections import Counter

from ...nearness import distance
from ...tables import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

NAME = re.compile(r"[A-Za-z_]\w*")


class Words:
    """How often each name stands in the project's sources, and each piece of a name in all that is written there."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Count the names of some texts."""
        self.names: Counter[str] = Counter()
        for text in texts:
            self.names.update(NAME.findall(text))
        self._pieces: Counter[str] | None = None
        self._near: dict[str, list[tuple[int, str]]] = {}

    @property
    def pieces(self) -> Counter[str]:
        """How often each piece (`header` of `parse_header`) stands there, written small."""
        if self._pieces is None:
            self._pieces = Counter()
            for name, count in self.names.items():
                for piece in pieces(name):
                    self._pieces[piece] += count
        return self._pieces

    def near(self, name: str, most: int = 10) -> list[tuple[int, str]]:
        """Return the project's names that are close to one, nearest and most used first, as (steps, name)."""
        if name not in self._near:
            found = []
            for other, count in self.names.items():
                steps = close(name, other)
                if steps:
                    found.append((steps, -count, other))
            self._near[name] = [(steps, other) for steps, _, other in sorted(found)]
        return self._near[name][:most]

    def misspelt(self, one: str, other: str) -> str:
        """Return which of two close names is written wrong, judged by how often their pieces stand elsewhere."""
        here, there = set(pieces(one)) - set(pieces(other)), set(pieces(other)) - set(pieces(one))
        first = min((self.pieces[piece] - self.names[one] for piece in here), default=0)
        second = min((self.pieces[piece] - self.names[other] for piece in there), default=0)
        if first == second:
            known = _usual_words()
            first, second = int(here <= known), int(there <= known)
        if first == second:
            return ""
        return one if first < second else other


def _usual_words() -> set[str]:
    """Return the words that names are made of in most programs."""
    return {word for line in table("name-words").get("words", ()) for word in line.split()}


def pieces(name: str) -> list[str]:
    """Return a name's pieces: `ParseHeader2` gives `parse`, `header`, `2`."""
    return [piece.lower() for piece in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def close(name: str, other: str) -> int:
    """Return in how many steps a name becomes another when one may be a slip for the other, else 0."""
    if name == other or not name or not other:
        return 0
    if name.lower() == other.lower() or name.replace("_", "").lower() == other.replace("_", "").lower():
        return 1
    shorter = min(len(name), len(other))
    if abs(len(name) - len(other)) > 2 or shorter < 2 or max(len(name), len(other)) < 3:
        return 0
    steps = distance(name, other)
    if steps == 1:
        return 1 if max(len(name), len(other)) >= 3 or sorted(name) == sorted(other) else 0
    return 2 if steps == 2 and shorter >= 5 else 0


def numbered(name: str, other: str) -> bool:
    """Tell whether two names differ by a number only (`x1`, `x2`, `x`): both may well exist."""
    if re.sub(r"\d+", "", name) == re.sub(r"\d+", "", other):
        return sorted(name) != sorted(other)
    return False
