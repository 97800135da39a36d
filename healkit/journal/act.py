"""The changes of a step are made: every new file beside its place first, then all of them put in place."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress

from . import seam
from .exchange import commit, prepare
from .tree import look, parts_of, unlink
from .words import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .book import Book
    from .plan import Planned
    from .tree import Tree
    from .words import Item

MOST_OPEN = 64
"""Folders that are held open at once; a system may allow 256 files."""


class Act:
    """The making of one step. Its folders are held open: should one be moved away meanwhile, it can still be cleaned."""

    def __init__(self, tree: Tree, book: Book, number: int) -> None:
        """Begin the step of a number, which is written down."""
        self._tree, self._book, self._number = tree, book, number
        self.held: dict[str, int] = {}

    def make(self, planned: Sequence[Planned], folders: Iterable[str]) -> None:
        """Make the changes. A full disk shows before the first of them is in its place.

        Raises:
            Refused: somebody changed a path meanwhile.
            OSError: it cannot be written.
        """
        for folder in folders:
            self._tree.make_folder(folder)
            seam.checkpoint("folder made")
        for plan in planned:
            item = plan.item
            if item.after is not None and plan.after is not None and not _is_mode_only(item):
                with self._folder(item.path) as at:
                    name = parts_of(item.path)[-1]
                    prepare(at, self._temp(item), plan.after, item.after.mode, plan.held, name)
        for plan in planned:
            self._put(plan.item)
            seam.checkpoint("a path is changed")

    def clean(self, planned: Sequence[Planned]) -> None:
        """Remove the old files, which lie under the temporary names; the way back looks for them again should that fail."""
        for plan in planned:
            with suppress(OSError, Refused), self._folder(plan.item.path) as folder:
                unlink(folder, self._temp(plan.item))
            seam.checkpoint("old file gone")

    def close(self) -> None:
        """Give the descriptors back."""
        for fd in self.held.values():
            os.close(fd)
        self.held.clear()

    @contextmanager
    def _folder(self, path: str) -> Iterator[int]:
        """Give a descriptor of the folder in which a path lies."""
        above = path.rpartition("/")[0]
        if above not in self.held:
            with self._tree.folder(path) as fd:
                if len(self.held) >= MOST_OPEN:
                    yield fd
                    return
                self.held[above] = os.dup(fd)
        yield self.held[above]

    def _temp(self, item: Item) -> str:
        return self._book.temps(self._number, item)[0]

    def _put(self, item: Item) -> None:
        name = parts_of(item.path)[-1]
        with self._folder(item.path) as folder:
            self._require_still(item, folder)
            held = look(folder, name, item.path)
            if (held.state if held is not None else None) != item.before:
                raise Refused("was changed by somebody meanwhile", where=item.path)
            if _is_mode_only(item):
                _set_mode(folder, name, item)
            else:
                commit(folder, name, self._temp(item), item.before, item.after, item.path)
            self._require_still(item, folder)
            os.fsync(folder)

    def _require_still(self, item: Item, folder: int) -> None:
        """Raise Refused when a folder was moved away while we write in it: its new place may not be the project."""
        if not self._tree.is_still(item.path, folder):
            raise Refused("its folder was moved by somebody meanwhile", where=item.path)


def _is_mode_only(item: Item) -> bool:
    return item.before is not None and item.after is not None and item.before.digest == item.after.digest


def _set_mode(folder: int, name: str, item: Item) -> None:
    assert item.after is not None
    if item.before == item.after:
        return
    fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    try:
        os.fchmod(fd, item.after.mode)
        os.fsync(fd)
    finally:
        os.close(fd)
