"""The way back: a path becomes what it was, if it is still what we made of it; else it is left and said.

The same steps serve a change that could not be finished, a fix that did not help, a transaction whose process died, and
`healkit undo`. Each may be interrupted anywhere and begun again.
"""

from __future__ import annotations

import errno
import os
from contextlib import nullcontext, suppress
from typing import NamedTuple

from . import packages, seam
from .exchange import PART, commit, give_back, peek, prepare
from .tree import Held, look, parts_of, unlink
from .words import Left, Refused, State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .book import Book
    from .tree import Tree
    from .words import Item, Noted

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
"""Errors that pass: what could not be put back for them is tried again by the next healkit."""


class Back(NamedTuple):
    """What became of steps that were taken back: paths that are as they were, those left, whether to try again."""

    paths: tuple[str, ...] = ()
    left: tuple[Left, ...] = ()
    again: bool = False

    def __add__(self, other: object) -> Back:
        assert isinstance(other, Back)
        return Back(self.paths + other.paths, self.left + other.left, self.again or other.again)

    def by_path(self) -> Back:
        """Return it with each path once: left if any step's was; what is kept of it is from the oldest step."""
        left = {one.path: one for one in self.left}
        return Back(
            tuple(path for path in dict.fromkeys(self.paths) if path not in left), tuple(left.values()), self.again
        )


def steps_back(tree: Tree, book: Book, since: int = 0) -> Back:
    """Take back every step of a transaction from a number on, newest first."""
    total = Back()
    for step in book.standing(since):
        total += step_back(tree, book, step)
    return total.by_path()


def step_back(tree: Tree, book: Book, step: Noted, held: Mapping[str, int] | None = None) -> Back:
    """Take one step back: its files, the folders that it made, then the packages that it installed.

    Args:
        tree: the project.
        book: the transaction.
        step: what it did.
        held: descriptors of folders, by their path, that are used in place of the way there.
    """
    total = Back()
    for item in reversed(step.items):
        total += _item_back(tree, book, step.number, item, (held or {}).get(item.path.rpartition("/")[0]))
        seam.checkpoint("a path is back")
    for folder in reversed(step.folders):
        tree.remove_folder(folder)
        seam.checkpoint("a folder is gone")
    if step.run.get("packages"):
        left = packages.back(tree, step.run, f".healkit-{book.id}-{step.number}.gone")
        total += Back(left=tuple(left))
    if not total.again:
        with suppress(OSError):  # without this line the step is looked at once more, and found as it was
            book.add({"back": step.number})
    return total


def _item_back(tree: Tree, book: Book, step: int, item: Item, held: int | None) -> Back:
    if item.before == item.after and (step, item.number) not in book.in_place:
        return Back()
    try:
        with tree.folder(item.path) if held is None else nullcontext(held) as folder:
            why = _Way(book, step, item, folder).back()
            os.fsync(folder)
    except FileNotFoundError:
        why = "" if item.before is None else "its folder is gone"
    except Refused as error:
        why = f"it {error.what}"
    except OSError as error:
        why = f"it cannot be written: {error.strerror}"
        left = Left(path=item.path, why=why, kept=book.kept(item))
        return Back(left=(left,), again=error.errno in FULL)
    if why:
        return Back(left=(Left(path=item.path, why=why, kept=book.kept(item)),))
    return Back(paths=(item.path,))


class _Way:
    """The way of one path back to what it was."""

    def __init__(self, book: Book, step: int, item: Item, folder: int) -> None:
        self.book, self.step, self.item, self.folder = book, step, item, folder
        self.name = parts_of(item.path)[-1]
        self.new, self.old = book.temps(step, item)

    def back(self) -> str:
        """Put the path back; return why it was left, empty when it is as it was."""
        for temp in (self.new, self.old):
            unlink(self.folder, temp + PART)
        taken = next((temp for temp in (self.new, self.old) if not self._is_known(peek(self.folder, temp))), "")
        if taken:
            return self._give_back(taken)
        try:
            return self._put_back()
        finally:
            for temp in (self.new, self.old):
                if self._is_known(peek(self.folder, temp)):
                    unlink(self.folder, temp)

    def _put_back(self) -> str:
        item, now = self.item, peek(self.folder, self.name)
        torn = (self.step, item.number) in self.book.in_place
        if now == item.before:
            return ""
        if torn or now == item.after:
            return self._swap(torn)
        return f"it {now}" if isinstance(now, str) else "it was changed since" if now else "it was removed since"

    def _is_known(self, found: State | str | None) -> bool:
        return found in (None, self.item.before, self.item.after)

    def _give_back(self, temp: str) -> str:
        """What somebody saved was taken out of its place when we were stopped: it goes back there."""
        now = peek(self.folder, self.name)
        if not self._is_known(now):
            held = look(self.folder, temp, strict=False)  # its place was taken since: a copy is kept with us
            if held is not None:
                self.book.save(f"{self.item.image or self.item.number}.saved", held.data)
        else:
            give_back(self.folder, self.name, temp, now if isinstance(now, State) else None)
        for name in (self.new, self.old):
            unlink(self.folder, name)
        return "it was changed since"

    def _swap(self, torn: bool) -> str:
        item = self.item
        if item.before is None:
            commit(self.folder, self.name, self.old, item.after, None, item.path)
            return ""
        if not torn and item.after is not None and item.before.digest == item.after.digest:
            return self._mode_back(item.before.mode)
        if not torn and peek(self.folder, self.new) == item.before:
            commit(self.folder, self.name, self.new, item.after, item.before, item.path)
            return ""
        data = self.book.image(item)
        if data is None:
            return "its old bytes are damaged"
        if torn:
            self._write_in_place(data, item.before.mode)
            return ""
        unlink(self.folder, self.old)
        if self._prepare(data, item.before.mode):
            commit(self.folder, self.name, self.old, item.after, item.before, item.path)
        else:
            self._write_in_place(data, item.before.mode)
        return ""

    def _prepare(self, data: bytes, mode: int) -> bool:
        """Write the old bytes under a temporary name; False when the disk has no room for both."""
        for _ in range(2):
            held = look(self.folder, self.name, strict=False)
            try:
                prepare(self.folder, self.old, data, mode, held, self.name)
                return True
            except OSError as error:
                if error.errno not in FULL[:2]:
                    raise
                if not self.book.release_space():
                    break
        return False

    def _mode_back(self, mode: int) -> str:
        held = look(self.folder, self.name, strict=False)
        if held is None or held.state != self.item.after:
            return "it was changed since"
        fd = os.open(self.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=self.folder)
        try:
            os.fchmod(fd, mode)
        finally:
            os.close(fd)
        return ""

    def _write_in_place(self, data: bytes, mode: int) -> None:
        """Write the old bytes over ours, for a disk that is full: the file's own space is enough, or nothing is done."""
        held = look(self.folder, self.name)
        if held is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fd = os.open(self.name, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=self.folder)
        place = [self.step, self.item.number]
        try:
            self.book.add({"in_place": place})
            seam.checkpoint("about to write in place")
            try:
                _grow(fd, held, len(data))
            except OSError:
                self.book.add({"not_in_place": place})
                raise
            seam.checkpoint("room made in place")
            for at in range(0, len(data), 1 << 20):
                os.pwrite(fd, data[at : at + (1 << 20)], at)
                seam.checkpoint("written in place")
            os.ftruncate(fd, len(data))
            os.fchmod(fd, mode)
            os.fsync(fd)
        finally:
            os.close(fd)
        seam.checkpoint("whole in place")
        with suppress(OSError):
            self.book.add({"not_in_place": place})


def _grow(fd: int, held: Held, size: int) -> None:
    """Make sure of the space that a longer text needs; ours stays as it is when there is none."""
    if size <= len(held.data):
        return
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(fd, 0, size)
        else:
            os.pwrite(fd, bytes(size - len(held.data)), len(held.data))
    except OSError:
        os.ftruncate(fd, len(held.data))
        raise
