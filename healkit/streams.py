"""What came out of a command, kept within bounds, and the copying of bytes to whoever still takes them."""

from __future__ import annotations

import posix
import select

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
else:
    import _signal

HEAD = 256 << 10
TAIL = 1 << 20
_CHUNK = 1 << 16


class Capture:
    """The first 256 kB and the last 1 MB of a stream without an end."""

    def __init__(self) -> None:
        self.head, self.tail, self.dropped = bytearray(), bytearray(), 0

    def add(self, data: bytes) -> None:
        """Take in the next piece."""
        room = HEAD - len(self.head)
        if room > 0:
            self.head += data[:room]
            data = data[room:]
        self.tail += data
        if len(self.tail) > 2 * TAIL:
            self.dropped += len(self.tail) - TAIL
            del self.tail[:-TAIL]

    def kept(self) -> bytes:
        """Return what was kept, with a mark on a line of its own where something is missing."""
        dropped = self.dropped + max(0, len(self.tail) - TAIL)
        mark = b"\n[healkit: %d bytes left out here]\n" % dropped if dropped else b""
        return bytes(self.head) + mark + bytes(self.tail[-TAIL:])


def same_file(a: int, b: int) -> bool:
    """Tell whether two descriptors are one file: then one pipe keeps the order in which the command wrote."""
    one, other = posix.fstat(a), posix.fstat(b)
    return (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)


def write_all(fd: int, data: bytes) -> bool:
    """Write everything; tell whether somebody still takes it."""
    view = memoryview(data)
    while view:
        try:
            view = view[posix.write(fd, view) :]
        except BlockingIOError:
            select.select([], [fd], [])
        except OSError:
            return False
    return True


def leave_behind(copies: dict[int, int]) -> None:
    """Leave a copier behind for streams that a server in the background holds on to, so that it does not die of us.

    Args:
        copies: which descriptor is copied to which.
    """
    if posix.fork():
        return
    try:
        _signal.set_wakeup_fd(-1)
        for number in (_signal.SIGTERM, _signal.SIGHUP, _signal.SIGINT, _signal.SIGQUIT):
            if _signal.getsignal(number) is not _signal.SIG_IGN:
                _signal.signal(number, _signal.SIG_DFL)
        while copies:
            for fd in select.select(list(copies), [], [])[0]:
                if not _copy_once(fd, copies[fd]):
                    posix.close(fd)
                    del copies[fd]
    finally:
        posix._exit(0)


def _copy_once(source: int, target: int) -> bool:
    try:
        data = posix.read(source, _CHUNK)
    except OSError:
        return False
    return bool(data) and write_all(target, data)
