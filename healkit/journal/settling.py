"""What a dead process left half done is put back, by whoever opens the journal next."""

from __future__ import annotations

import os
import shutil
import signal
import time
from contextlib import suppress

from . import restore, seam, shelf
from .book import Book
from .transaction import close, found_after
from .tree import found
from .words import Settled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .tree import Tree

PATIENCE_S = 5.0
"""Seconds to wait for a killed program to be gone."""


def settle(folder: str, tree: Tree) -> list[Settled]:
    """Put back every open transaction of a journal, newest first; its lock is held, so that their processes are dead."""
    if not os.path.exists(f"{folder}/{shelf.MARKER}"):
        return []
    settled = []
    for name in shelf.ids(folder):
        book = Book(f"{folder}/{name}")
        if book.state == "open" and book.steps:
            settled.append(_settle_one(tree, book))
        elif book.state == "open":
            shutil.rmtree(book.folder, ignore_errors=True)  # it was being made, and had done nothing
    unmark(folder)
    return settled


def unmark(folder: str) -> None:
    """Remove the marker of open transactions if there is none."""
    for name in shelf.ids(folder):
        book = Book(f"{folder}/{name}")
        if book.state == "open" and book.steps:
            return
    shelf.unmark(folder)


def _settle_one(tree: Tree, book: Book) -> Settled:
    shown, saved = book.entry, []
    for step in book.standing():
        if step.kind == "run" and not step.done:
            _end_orphans(f"{book.id}-{step.number}")
            saved += _save_found(tree, book, step.number)
            found_after(tree, book, step.number)
    back = restore.steps_back(tree, book)
    if not back.again:
        with suppress(OSError):
            close(book, "undone" if book.undoing else "restored", kept=bool(back.left or saved))
    seam.checkpoint("settled")
    return Settled(
        id=book.id, command=shown.command, title=shown.title, paths=back.paths, left=back.left, saved=tuple(saved)
    )


def _save_found(tree: Tree, book: Book, number: int) -> list[str]:
    """Keep a copy of what an interrupted program left in its files: nobody knows whether a person changed them since."""
    saved = []
    for item in book.steps[number].items:
        held = found(tree, item.path)
        if held is not None and held.state != item.before:
            saved.append(book.save(f"{item.image or f'{number}-{item.number}'}.found", held.data))
    return saved


def _end_orphans(name: str) -> None:
    """End the programs of a step whose healkit was killed; they still write. Where there is no /proc they are waited for by nobody."""
    for pid in _orphans(name):
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + PATIENCE_S
    while _orphans(name) and time.monotonic() < until:
        time.sleep(0.02)


def _orphans(name: str) -> list[int]:
    mark, out = f"HEALKIT_STEP={name}\0".encode(), []
    with suppress(OSError):
        for pid in os.listdir("/proc"):
            if pid.isdigit() and int(pid) != os.getpid():
                with suppress(OSError), open(f"/proc/{pid}/environ", "rb") as file:
                    if mark in file.read():
                        out.append(int(pid))
    return out
