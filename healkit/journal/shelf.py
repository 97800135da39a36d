"""The folder of a project's transactions: their ids, the marker that says that one is open, and what is thrown away."""

from __future__ import annotations

import os
import random
import shutil
import time
from contextlib import suppress

from . import seam
from .book import Book, sync_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

MARKER = "open"
MOST_ENTRIES, MOST_BYTES = 50, 64 << 20
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_EPOCH = 1_577_836_800
"""2020-01-01; ids count tenths of a second from there, so that seven digits do until 2128."""


def ids(folder: str) -> list[str]:
    """Return the ids of a journal's transactions, newest first."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return sorted((name for name in names if len(name) == 9 and set(name) <= set(_DIGITS)), reverse=True)


def new_id(folder: str) -> str:
    """Return an id that sorts after every one in a journal: seven digits of time, two of chance."""
    tenths = int((time.time() - _EPOCH) * 10)
    newest = next(iter(ids(folder)), "")
    if newest:
        tenths = max(tenths, _number(newest[:7]) + 1)
    return "".join(_DIGITS[tenths >> shift & 31] for shift in range(30, -1, -5)) + "".join(random.choices(_DIGITS, k=2))


def _number(digits: str) -> int:
    found = 0
    for digit in digits:
        found = found << 5 | _DIGITS.index(digit)
    return found


def create(folder: str, name: str, command: str, root: str) -> Book:
    """Make the folder of a new transaction, with the marker that says that one is open.

    Args:
        folder: the journal's folder.
        name: its id.
        command: what shall be healed, without secrets.
        root: the project's real root.

    Raises:
        OSError: it cannot be written.
    """
    mark(folder)
    seam.checkpoint("marked open")
    book = Book(f"{folder}/{name}")
    os.mkdir(book.folder, 0o700)
    seam.checkpoint("folder made")
    book.add({"version": 1, "root": root, "command": command, "at": time.time(), "pid": os.getpid()})
    book.sync()
    sync_folder(folder)
    return book


def mark(folder: str) -> None:
    """Say, for the next healkit, that a transaction is open."""
    os.close(os.open(f"{folder}/{MARKER}", os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
    sync_folder(folder)


def unmark(folder: str) -> None:
    """Say that none is open any more."""
    with suppress(OSError):
        os.unlink(f"{folder}/{MARKER}")


def prune(folder: str, most: int = MOST_ENTRIES, size: int = MOST_BYTES) -> None:
    """Remove the oldest closed transactions beyond a number or a size in bytes, and folders of none."""
    left = size
    for taken, name in enumerate(ids(folder), 1):
        book = Book(f"{folder}/{name}")
        left -= sum(_sizes(book.folder))
        if not book.head or (book.state != "open" and (taken > most or left < 0)):
            with suppress(OSError):
                shutil.rmtree(book.folder)


def _sizes(folder: str) -> Sequence[int]:
    with suppress(OSError), os.scandir(folder) as found:
        return [entry.stat(follow_symlinks=False).st_size for entry in found]
    return []
