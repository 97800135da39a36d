"""The only writer into a user's tree: everything it does can be taken back, also after a crash.

A transaction is written down before it acts: the old bytes and the intent, on the disk; then the change; then that it is
done. What is open when its process dies is put back by the next healkit (`settle`). What was kept can be undone later
(`undo`); only what is still exactly what we wrote is put back, the rest is left and said.

    with open_journal(root) as journal:
        transaction = journal.begin("pytest -q")
        number = transaction.apply(changes, "import `a` from `b`")
        transaction.keep()          # without it everything is taken back at the end of the block
"""

from __future__ import annotations

import os

from .. import mask, paths
from ..records import HealkitError
from . import restore, seam, settling, shelf
from .book import Book, sync_folder
from .transaction import Transaction, close
from .tree import Tree
from .words import Entry, Left, Refused, Settled, Step, Undone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from filelock import BaseFileLock

__all__ = [
    "Entry", "Journal", "Left", "Refused", "Settled", "Step", "Transaction", "Undone",
    "entries", "open_journal", "settle", "undo",
]  # fmt: skip


class Journal:
    """The journal of one project, its lock held until it is closed."""

    def __init__(self, folder: str, tree: Tree, lock: BaseFileLock) -> None:
        """Take over a lock that is held; see `open_journal`."""
        self._folder, self._tree, self._lock = folder, tree, lock
        self._open: list[Transaction] = []
        self.settled = settling.settle(folder, tree)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def begin(self, command: str) -> Transaction:
        """Begin a transaction.

        Args:
            command: what shall be healed, for `healkit history`; secrets in it are masked.
        """
        name = shelf.new_id(self._folder)
        shown = mask.mask_secrets(command)

        def open_book() -> Book:
            shelf.prune(self._folder)
            return shelf.create(self._folder, name, shown, self._tree.root)

        found = Transaction(self._tree, name, open_book)
        self._open.append(found)
        return found

    def undo(self, name: str = "") -> Undone:
        """Take back a kept transaction; see the function `undo`."""
        book = _choose(self._folder, name)
        shown = book.entry
        try:
            shelf.mark(self._folder)
            book.decide("undo")
            seam.checkpoint("undo decided")
            back = restore.steps_back(self._tree, book)
            if back.left and not back.paths and not back.again:
                book.decide("keep", book.stood)  # nothing could be put back: all of it stands as before
            elif not back.again:
                close(book, "undone", kept=bool(back.left))
        except OSError as error:
            raise HealkitError(f"healkit's state cannot be written: {error.strerror}", where=book.folder) from error
        seam.checkpoint("undone")
        return Undone(
            id=book.id, at=shown.at, command=shown.command, title=shown.title, paths=back.paths, left=back.left
        )

    def close(self) -> None:
        """Take back what was not kept, and give the lock free."""
        try:
            for transaction in reversed(self._open):
                transaction.end()
            settling.unmark(self._folder)
        finally:
            self._open.clear()
            self._tree.close()
            self._lock.release()


def open_journal(root: str, wait: float = 0.0) -> Journal:
    """Open a project's journal, after half-done work of dead processes was put back.

    Args:
        root: the project's root.
        wait: seconds to wait for another healkit that is at work here.

    Raises:
        HealkitError: another healkit is at work here, or the state or the root cannot be opened.
    """
    folder = _open_folder(root)
    lock = _take_lock(folder, wait)
    tree = None
    try:
        tree = Tree(root)
        _note_owner(folder)
        return Journal(folder, tree, lock)
    except BaseException as error:
        if tree is not None:
            tree.close()
        lock.release()
        if isinstance(error, OSError):
            raise HealkitError(f"cannot be opened: {error.strerror}", where=root) from error
        raise


def settle(root: str) -> list[Settled]:
    """Put back the half-done work of dead processes in a project; next to nothing when there is none.

    Returns:
        What was put back; nothing while another healkit is at work here.
    """
    folder = _folder(root)
    if not folder or not os.path.exists(f"{folder}/{shelf.MARKER}"):
        return []
    try:
        with open_journal(root) as journal:
            return journal.settled
    except HealkitError:
        return []


def undo(root: str, id: str = "") -> Undone:  # noqa: A002 - the word that the command uses
    """Take back a kept transaction: the newest one, or that of an id (or the beginning of one).

    Raises:
        HealkitError: there is none, it was undone already, or another healkit is at work here.
    """
    with open_journal(root) as journal:
        return journal.undo(id)


def entries(root: str) -> list[Entry]:
    """Return a project's transactions, newest first."""
    folder = _folder(root)
    found = (Book(f"{folder}/{name}") for name in shelf.ids(folder))
    return [book.entry for book in found if book.steps]


def _folder(root: str) -> str:
    """Return the journal's folder: a worktree shares its repository's history, but what is undone is in one tree."""
    real = os.path.realpath(root)
    state = paths.project_state(real)
    return f"{state}/journal/{paths.short_hash(real)}" if state else ""


def _open_folder(root: str) -> str:
    """Return the journal's folder, made when it is not there; nobody else may write in it or above it, up to our state's top."""
    folder, top = _folder(root), paths.state_dir()
    new = not paths.is_dir(folder)
    if folder and paths.make_private(folder):
        above = [path for path in paths.ancestors(folder) if path.startswith(top)]
        if all(paths.is_private(path) for path in above):
            for path in above if new else ():
                sync_folder(path)
            return folder
    do = "Set HOME or HEALKIT_HOME, or look at `healkit doctor`."
    what = "healkit's state cannot be written, or not by you alone; without it nothing could be undone"
    raise HealkitError(what, where=folder, do=do)


def _choose(folder: str, name: str) -> Book:
    found = [Book(f"{folder}/{own}") for own in shelf.ids(folder) if own.startswith(name.lower())]
    found = [book for book in found if book.steps and (name or book.state == "kept")]
    if not found:
        raise HealkitError(f"there is no fix {name} here to undo" if name else "there is nothing here to undo")
    if name and len(found) > 1:
        raise HealkitError(f"{name} is the beginning of several ids", do=f"Say {found[0].id} or another one in full.")
    book = found[0]
    if book.state != "kept":
        raise HealkitError(
            f"{book.id} was {'undone already' if book.state == 'undone' else 'never kept: it was put back at once'}"
        )
    return book


def _take_lock(folder: str, wait: float) -> BaseFileLock:
    from filelock import FileLock, Timeout  # dear to import, and only who writes needs it

    lock = FileLock(f"{folder}/lock", timeout=max(0.0, wait), mode=0o600, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        who = paths.read_small(f"{folder}/owner", 32).decode("ascii", "replace").strip()
        told = f" (process {who})" if who.isdigit() else ""
        do = "Wait until it has ended, then try again."
        raise HealkitError(f"another healkit is at work in this project{told}", do=do) from None
    except (OSError, NotImplementedError) as error:
        raise HealkitError(f"the lock cannot be taken: {error}", where=f"{folder}/lock") from None
    return lock


def _note_owner(folder: str) -> None:
    paths.write_private(f"{folder}/owner", b"%d\n" % os.getpid())
