"""A name that is almost a better known one: never installed, even where a manifest declares it.

One letter off, two letters swapped, a separator lost, the import's name instead of the distribution's: that is how
packages that nobody wants get installed. What is known stands in `memory/packages.json` and `memory/modules.json`.
"""

from __future__ import annotations

import functools
import re

from ... import nearness
from ...project.declaring import normalise
from ...tables import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


@functools.cache
def well_known(ecosystem: str) -> frozenset[str]:
    """Return the names that are known in an ecosystem (`python`, `node`), normalised."""
    names = table("packages").get(ecosystem, {}).get("well_known", ())
    if ecosystem == "node":
        return frozenset(names)
    mapped = table("modules").get("modules", {}).values()
    return frozenset(normalise(name) for name in (*names, *mapped))


def twin(name: str, ecosystem: str, declared: Iterable[str] = ()) -> str:
    """Return the better known or other declared name that a name looks like; empty when it is known or like none.

    Args:
        name: as it would be installed.
        ecosystem: `python` or `node`.
        declared: the other names in the manifests.
    """
    name = normalise(name) if ecosystem == "python" else name
    known = well_known(ecosystem)
    if name in known:
        return ""
    if ecosystem == "python" and (mapped := table("modules").get("modules", {}).get(name.replace("-", "_"))):
        return str(mapped) if normalise(str(mapped)) != name else ""
    others = [other for other in known if _is_like(name, other)]
    others = others or [other for other in set(declared) if other != name and _is_like(name, other)]
    return min(others, key=lambda other: (_far(name, other), other), default="")


def _far(name: str, other: str) -> tuple[int, bool, bool]:
    """Return how far two names are apart, for the nearest of several: a lost separator or swapped letters come first."""
    one, two = re.sub(r"[-_./]+", "", name), re.sub(r"[-_./]+", "", other)
    return nearness.distance(one, two), sorted(one) != sorted(two), one[:1] != two[:1]


def is_known(name: str, ecosystem: str) -> bool:
    """Tell whether a name is one of the well known ones."""
    return (normalise(name) if ecosystem == "python" else name) in well_known(ecosystem)


def _is_like(name: str, other: str) -> bool:
    """Tell whether two names differ as a slip of the finger does; words that are simply other words do not count."""
    if abs(len(name) - len(other)) > 2:
        return False
    mine, theirs = re.split(r"[-_./]+", name), re.split(r"[-_./]+", other)
    if "".join(mine) == "".join(theirs):
        return True
    if sorted(mine) == sorted(theirs):
        return len(mine) > 1  # the same words in another order
    if len(mine) != len(theirs):
        return _is_slip("".join(mine), "".join(theirs))
    different = [(one, two) for one, two in zip(mine, theirs, strict=True) if one != two]
    return len(different) == 1 and _is_slip(*different[0])


def _is_slip(one: str, two: str) -> bool:
    steps = nearness.distance(one, two)
    shorter = min(len(one), len(two))
    if steps == 1:
        return shorter >= 4
    return steps == 2 and shorter >= 8
