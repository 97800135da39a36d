"""Which of the right names was meant, and which existing path: one that is close, or none."""

from __future__ import annotations

import os

from ... import nearness, tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_FOLD = str.maketrans("_.", "--")


def closest(name: str, names: Iterable[str]) -> str:
    """Return the one name that was meant, empty when none or several are as close.

    Another case or `_` for `-` comes first, then what `nearness.closest` says; a name of two letters is taken where its
    letters are swapped. A plural is as close as a typing error.
    """
    names = [other for other in dict.fromkeys(names) if other and other != name]
    folded = name.lower().translate(_FOLD)
    same = [other for other in names if other.lower().translate(_FOLD) == folded]
    if same:
        return same[0] if len(same) == 1 else ""
    if len(name) == 2:
        swapped = [other for other in names if other in (name[::-1], name[0] if name[0] == name[1] else "")]
        return swapped[0] if len(swapped) == 1 else ""
    return nearness.closest(name, names) or _longer(name, names) or _in_capitals(name, names)


def is_close(name: str, other: str) -> bool:
    """Tell whether a word may have been meant by another one: by a typing error, or as a part of it."""
    if name == other or not name or not other:
        return False
    return (
        nearness.distance(name, other) < 3
        or closest(name, [other]) == other
        or (min(len(name), len(other)) > 2 and (name in other or other in name))
    )


def _in_capitals(name: str, names: Iterable[str]) -> str:
    """Return the closest of names in small letters for one in capitals, as it was written."""
    if not name.isupper():
        return ""
    return nearness.closest(name.lower(), [other for other in names if other.islower()]).upper()


def _longer(name: str, names: Iterable[str]) -> str:
    """Return the one name that differs by two letters from a name of five to seven, where no other is within three."""
    if not 5 <= len(name) <= 9:
        return ""
    near = [other for other in names if nearness.distance(name, other) <= 2]
    return near[0] if len(near) == 1 and near[0][:1] == name[:1] and abs(len(near[0]) - len(name)) <= 2 else ""


def entries(folder: str) -> list[str]:
    """Return the names in a folder, sorted; nothing when it cannot be read."""
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def existing(path: str, root: str, accept: Callable[[str], bool] = os.path.exists) -> str:
    """Return the existing path that a missing one was meant to be, differing in one part; empty when there is not just one.

    Args:
        path: absolute, inside `root`, not there.
        root: the project's; nothing outside is looked at.
        accept: whether a candidate will do.
    """
    parts = os.path.relpath(path, root).split("/")
    if ".." in parts or parts == ["."]:
        return ""
    here = root
    for number, part in enumerate(parts):
        if os.path.lexists(f"{here}/{part}"):
            here = f"{here}/{part}"
            continue
        rest = parts[number + 1 :]
        found = [other for other in _candidates(here, part, bool(rest)) if accept("/".join((here, other, *rest)))]
        return "/".join((here, found[0], *rest)) if len(found) == 1 else ""
    return ""


def _candidates(folder: str, part: str, is_folder: bool) -> list[str]:
    """Return the entries of a folder that a missing one may have been meant to be: the closest, by name or by ending."""
    names = [name for name in entries(folder) if name not in (".git", "node_modules")]
    if is_folder:
        names = [name for name in names if os.path.isdir(f"{folder}/{name}") and not os.path.islink(f"{folder}/{name}")]
    stem, ending = os.path.splitext(part)
    near = closest(part, names)
    same_stem = stem == os.path.splitext(near)[0]
    if near and (
        os.path.splitext(near)[1] == ending
        or not same_stem
        or ending not in tables.table("manifest-keys").get("endings", ())
    ):
        return [near]
    if ending:
        stems = {os.path.splitext(name)[0]: name for name in names if os.path.splitext(name)[1] == ending}
        meant = closest(stem, stems)
        if meant:
            return [stems[meant]]
    if not is_folder:
        return [name for name in names if os.path.splitext(name)[0] == stem and name != part]
    return []
