"""The files around the database: the lock, the spool's change of hands, logs, markers, what is set aside as damaged."""

from __future__ import annotations

import fcntl
import os
import stat
import time
from contextlib import contextmanager

from .. import paths, spool
from .episodes import WINDOW

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

DATABASE, TAKING, COUNTS, LOCK = "history.db", "spool.taking", "counts", "ingest.lock"
LOGS = ("error-log.txt", "test-history.log")
ERRORS = "hook-errors.txt"
MAX_LOG, MAX_ERRORS = 1 << 20, 1 << 16
_OPEN = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW


def remove(path: str) -> None:
    """Remove a file if it is there and can be removed."""
    try:
        os.unlink(path)
    except OSError:
        pass


def _flock(fd: int, patience: float) -> bool:
    """Try to hold a file alone for at most `patience` seconds. No endless wait: a stopped writer must not stop us."""
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.0005)
        else:
            return True


@contextmanager
def lock(folder: str, patience: float = 0.0) -> Iterator[bool]:
    """Hold the folder's one ingest lock; yields False when somebody else holds it. The system frees it at any death."""
    fd = os.open(f"{folder}/{LOCK}", _OPEN | os.O_CREAT, 0o600)
    try:
        yield _flock(fd, patience)
    finally:
        os.close(fd)


def take_spool(folder: str, patience: float = 2.0) -> bool:
    """Rename the spool to `spool.taking`, so that nobody appends to it any more; tell whether there is one to read.

    Only under the ingest lock. A writer that opened the file before sees after its lock that the path is another's.
    """
    source, target = f"{folder}/{spool.NAME}", f"{folder}/{TAKING}"
    if os.path.lexists(target):
        return True  # an ingest died here; its file comes first
    try:
        fd = os.open(source, _OPEN)
    except FileNotFoundError:
        return False
    try:
        if not os.fstat(fd).st_size or not _flock(fd, patience):
            return False
        os.rename(source, target)
    finally:
        os.close(fd)
    return True


def set_aside(folder: str, reason: str) -> None:
    """Move a damaged database away (with what SQLite keeps beside it) and write one line about it for the doctor."""
    name = time.strftime(f"{DATABASE}.damaged-%Y%m%dT%H%M%S")
    while os.path.lexists(f"{folder}/{name}"):
        name += "x"
    for suffix in ("-wal", "-shm", ""):
        try:
            os.rename(f"{folder}/{DATABASE}{suffix}", f"{folder}/{name}{suffix}")
        except FileNotFoundError:
            pass
    complain(f"history: {folder}/{DATABASE} was damaged ({reason}); moved to {name}, a new one begun")


def complain(line: str) -> None:
    """Add one line to the state's hook-errors.txt, unless that is full."""
    path = f"{paths.state_dir()}/{ERRORS}"
    text = time.strftime("%Y-%m-%dT%H:%M:%S ") + " ".join(line.split()) + "\n"
    try:
        fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            if os.fstat(fd).st_size < MAX_ERRORS:
                os.write(fd, text.encode("utf-8", "backslashreplace"))
        finally:
            os.close(fd)
    except OSError:
        pass


def rotate_logs(folder: str) -> None:
    """Move each log above 1 MB to `NAME.1`, whose place the former `NAME.1` loses."""
    for name in LOGS:
        try:
            if os.lstat(f"{folder}/{name}").st_size > MAX_LOG:
                os.replace(f"{folder}/{name}", f"{folder}/{name}.1")
        except OSError:
            pass


def prune(folder: str, now: float) -> None:
    """Remove what nobody has touched for two hours: files of sessions (`open/`, `sessions/`), halves of a dead writer."""
    top = paths.state_dir()
    for place, ending in ((f"{top}/open", ""), (f"{top}/sessions", ""), (folder, ".tmp")):
        try:
            with os.scandir(place) as entries:
                found = [(e.path, e.stat(follow_symlinks=False)) for e in entries if e.name.endswith(ending)]
        except OSError:
            continue
        for path, facts in found:
            if stat.S_ISREG(facts.st_mode) and now - facts.st_mtime > WINDOW:
                remove(path)
