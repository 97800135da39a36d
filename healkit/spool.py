"""The spool: one file a project, one line an event, appended under a shared lock; nothing is lost under concurrency.

`history` takes it in: it renames the file under an exclusive lock, so that a writer never appends to a file that was
already read. A line is at most 3.5 kB and is written with one `write`.
"""

from __future__ import annotations

import posix
import time

from . import wire
from .records import Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "spool.jsonl"
LIMIT = 3_500
"""Bytes that one event may take, its newline included."""

_SHRINK = ("stdout", "stderr", "old", "new", "text", "command", "file", "cwd")


def encode(event: Event) -> bytes:
    """Return an event as one line of at most LIMIT bytes; the longest texts are shortened in the middle to fit."""
    values = {k: v for k, v in event.as_dict().items() if v not in ("", None)}
    line = wire.dumps(values).encode("utf-8", "backslashreplace")
    while len(line) >= LIMIT:
        name = max((n for n in _SHRINK if n in values), key=lambda n: len(values[n]), default="")
        if not name or len(values[name]) < 40:
            return b""
        keep = max(16, int(len(values[name]) * min(0.8, LIMIT / len(line))) // 2 - 4)
        values[name] = f"{values[name][:keep]} [...] {values[name][-keep:]}"
        line = wire.dumps(values).encode("utf-8", "backslashreplace")
    return line + b"\n"


def append(folder: str, event: Event) -> bool:
    """Append one event to a project's spool; tell whether it is there.

    Args:
        folder: the project's state folder, which must exist.
        event: the event; its texts must be masked already.
    """
    line = encode(event)
    if not line:
        return False
    flags = posix.O_WRONLY | posix.O_APPEND | posix.O_CREAT | posix.O_CLOEXEC | posix.O_NOFOLLOW | posix.O_NONBLOCK
    for _ in range(5):
        try:
            fd = posix.open(f"{folder}/{NAME}", flags, 0o600)
        except OSError:
            return False
        try:
            if not take_lock(fd, exclusive=False):
                return False
            mine = posix.fstat(fd)
            try:
                there = posix.stat(f"{folder}/{NAME}")
            except FileNotFoundError:
                continue  # it was taken in between our open and our lock
            if (mine.st_dev, mine.st_ino) != (there.st_dev, there.st_ino):
                continue
            # The newline in front ends a line that a full disk cut off.
            return posix.write(fd, b"\n" + line) == len(line) + 1
        except OSError:
            return False
        finally:
            posix.close(fd)
    return False


def take_lock(fd: int, exclusive: bool) -> bool:
    """Take a file's lock; tell whether it came within about half a second. Nobody of ours holds one nearly as long."""
    import fcntl

    kind = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
    for pause in (0.0, *(0.005,) * 20, *(0.02,) * 20):
        if pause:
            time.sleep(pause)
        try:
            fcntl.flock(fd, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        except OSError:
            return False
        return True
    return False


def parse(data: bytes) -> Iterator[Event]:
    """Yield the events of a spool's bytes; a torn, damaged or foreign line is passed over."""
    fields = set(Event._fields)
    for line in data.split(b"\n"):
        if not line.startswith(b"{"):
            continue
        try:
            values = wire.loads(line)
            yield Event(**{k: v for k, v in values.items() if k in fields})
        except (ValueError, TypeError, AttributeError):
            continue
