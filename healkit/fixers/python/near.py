"""Which name was meant, among the names that exist: spelled alike but for case, underscores, or a letter or two."""

from __future__ import annotations

from ...nearness import distance

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_LONG = 6
"""Letters from which on two of them may differ."""


def plain(name: str) -> str:
    """Return a name without case and underscores."""
    return name.replace("_", "").lower()


def close(name: str, names: Iterable[str]) -> list[str]:
    """Return the names as close to one as any: the same but for case and underscores; else one letter; else two."""
    others = {other for other in names if other != name and abs(len(other) - len(name)) <= 4}
    same = sorted(other for other in others if plain(other) == plain(name) and other.strip("_"))
    if same:
        return same
    if len(plain(name)) < 3:
        return []
    for steps in (1, 2):
        found = sorted(other for other in others if len(other) > 2 and distance(name, other) == steps)
        swapped = [other for other in found if sorted(other) == sorted(name)]
        found = swapped if steps == 1 and swapped else found
        if found and (steps == 1 or min(len(name), *(len(one) for one in found)) >= _LONG):
            return found
    return []


def words(name: str) -> set[str]:
    """Return the words of a name in snake or camel case."""
    spaced = "".join(f"_{char}" if char.isupper() and index else char for index, char in enumerate(name))
    return {word.lower() for word in spaced.split("_") if word}


def related(name: str, names: Iterable[str]) -> list[str]:
    """Return the names that are one with a word more or less (`timeout_s`, `timeout`), of which one has four letters."""
    own = words(name)
    found = []
    for other in names:
        theirs = words(other)
        if other != name and own and theirs and (own < theirs or theirs < own) and len(own ^ theirs) == 1:
            found += [other] if any(len(word) >= 4 for word in own & theirs) else []
    return sorted(found)
