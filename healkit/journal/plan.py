"""What a step may change: each path is looked at before anything is written, and refused if it is not plainly ours."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from .tree import Held, look, parts_of, require_free, require_ours
from .words import Item, Refused, state_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..records import Change
    from .tree import Tree

    Text = tuple[bytes | None, int]


class Planned(NamedTuple):
    """A path that may be changed: what becomes of it, its new bytes, and the file as it was read."""

    item: Item
    after: bytes | None
    held: Held | None

    @property
    def texts(self) -> tuple[Text, Text]:
        """Bytes and permission bits before and after."""
        after = (self.after, self.item.after.mode) if self.item.after is not None else (None, 0)
        return text_of(self.held), after


def text_of(held: Held | None) -> Text:
    """Return a file's bytes and permission bits, None and 0 for none."""
    return (held.data, held.mode) if held is not None else (None, 0)


def plan(
    tree: Tree, changes: Sequence[Change], protected: Callable[[str], bool], number: int
) -> tuple[list[Planned], list[str]]:
    """Return what the changes of a step come to, and the folders that have to be made for them.

    Args:
        tree: the project.
        changes: what is proposed.
        protected: tells of a path whether policy protects it.
        number: the step's.

    Raises:
        Refused: one of them may not be made.
    """
    folders: dict[str, None] = {}
    planned: list[Planned] = []
    seen: set[str] = set()
    for change in changes:
        path = change.path.removesuffix("/")
        require_free(path, removal=change.before is not None and change.after is None)
        if path in seen:
            raise Refused("is named twice in one step", where=path)
        if protected(path):
            raise Refused("is protected", where=path)
        seen.add(path)
        try:
            folders.update(dict.fromkeys(tree.missing_folders(change.path)))
            if not change.path.endswith("/"):
                planned.append(_planned(tree, change, len(planned), number))
        except OSError as error:
            raise Refused(f"cannot be reached: {error.strerror}", where=path) from error
    return planned, list(folders)


def plan_run(tree: Tree, paths: Iterable[str], number: int) -> tuple[list[Planned], list[str]]:
    """Return the files that a program may write as they are now, and the folders above them that are not there.

    Raises:
        Refused: one of them may not be changed.
    """
    folders: dict[str, None] = {}
    planned: list[Planned] = []
    for path in dict.fromkeys(paths):
        require_free(path)
        try:
            folders.update(dict.fromkeys(tree.missing_folders(path)))
            held = _read(tree, path)
        except OSError as error:
            raise Refused(f"cannot be reached: {error.strerror}", where=path) from error
        before = held.state if held is not None else None
        item = Item(len(planned), path, before, before, _image(number, len(planned), path, held))
        planned.append(Planned(item, None, held))
    return planned, list(folders)


def _planned(tree: Tree, change: Change, position: int, number: int) -> Planned:
    held = _read(tree, change.path)
    if (held.data if held is not None else None) != change.before:
        why = "is not there any more" if held is None else "is there already" if change.before is None else ""
        raise Refused(why or "was changed since it was read", where=change.path)
    before = held.state if held is not None else None
    after = state_of(change.after, _mode(change.mode, held)) if change.after is not None else None
    item = Item(position, change.path, before, after, _image(number, position, change.path, held))
    return Planned(item, change.after, held)


def _read(tree: Tree, path: str) -> Held | None:
    try:
        with tree.folder(path) as folder:
            held = look(folder, parts_of(path)[-1], path)
            if held is None:
                require_ours(os.fstat(folder), path)
            return held
    except FileNotFoundError:
        return None


def _mode(wanted: int | None, held: Held | None) -> int:
    """Return the permission bits of a changed file: setuid, setgid and sticky are kept where they are, never added."""
    if held is None:
        return ((wanted if wanted is not None else 0o644) & 0o777) & ~_umask()
    return held.mode if wanted is None else (wanted & 0o777) | (held.mode & ~0o777)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _image(number: int, position: int, path: str, held: Held | None) -> str:
    if held is None:
        return ""
    return f"{number}-{position}-{re.sub(r'[^A-Za-z0-9._-]', '_', os.path.basename(path))[-60:]}"
