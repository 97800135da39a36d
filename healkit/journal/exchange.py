"""One file put in another one's place, compare-and-swap: what comes out is looked at, and goes back if it is not what was meant.

Where the system can exchange two names in one step (Linux, macOS), nothing that somebody saves in the meantime is lost,
and putting back needs no space on the disk: the old file itself is still there.
"""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress

from . import seam
from .tree import Held, look, unlink
from .words import Refused, State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_CANNOT = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM)
_NEW_ONLY, _SWAP = (1, 2) if sys.platform == "linux" else (4, 2)
"""RENAME_NOREPLACE and RENAME_EXCHANGE of renameat2(2); RENAME_EXCL and RENAME_SWAP of renameatx_np(2) on macOS."""
PART = ".part"


def prepare(folder: int, temp: str, data: bytes, mode: int, old: Held | None, name: str) -> None:
    """Write a file under a temporary name, whole and on the disk, with what else the old one had.

    Args:
        folder: the folder's descriptor.
        temp: the temporary name; while it is written it has `.part` at its end.
        data: the bytes.
        mode: the permission bits.
        old: the file whose group and extended attributes it gets.
        name: the name that it will have.

    Raises:
        OSError: it cannot be written; nothing is left of it.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    fd = os.open(temp + PART, flags, 0o600, dir_fd=folder)
    try:
        try:
            seam.checkpoint("temporary file made")
            view = memoryview(data)
            while view:
                view = view[os.write(fd, view) :]
            _dress(fd, mode, old, folder, name)
            os.fsync(fd)
        finally:
            os.close(fd)
        seam.checkpoint("temporary file written")
        os.rename(temp + PART, temp, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        unlink(folder, temp + PART)
        raise
    seam.checkpoint("temporary file complete")


def commit(folder: int, name: str, temp: str, expected: State | None, desired: State | None, path: str) -> None:
    """Put what lies under a temporary name in its place, if what stands there is as expected; that then has the temporary name.

    Args:
        folder: the folder's descriptor.
        name: the place.
        temp: the temporary name.
        expected: what stands there, None = nothing.
        desired: what comes there, None = nothing.
        path: how the place is called in an error.

    Raises:
        Refused: something else stands there; it is left as it is.
        OSError: the system does not let us.
    """
    seam.checkpoint("before the exchange")
    if expected is None:
        try:
            _move(folder, temp, name)
        except FileExistsError:
            raise Refused("was made by somebody meanwhile", where=path) from None
        seam.checkpoint("put in its place")
        return
    try:
        if desired is None:
            os.rename(name, temp, src_dir_fd=folder, dst_dir_fd=folder)
        elif not _rename(folder, temp, name, _SWAP):
            _require(folder, name, expected, path)
            os.rename(temp, name, src_dir_fd=folder, dst_dir_fd=folder)
            seam.checkpoint("put in its place")
            return
    except FileNotFoundError:
        raise Refused("was removed by somebody meanwhile", where=path) from None
    seam.checkpoint("put in its place")
    try:
        _require(folder, temp, expected, path)
    except Refused:
        give_back(folder, name, temp, desired)
        raise


def give_back(folder: int, name: str, temp: str, ours: State | None) -> None:
    """Put what somebody saved, and we took out of its place, back there; ours goes. What was saved since stands.

    Args:
        folder: the folder's descriptor.
        name: the place.
        temp: where it lies now.
        ours: what we put there, None = nothing.
    """
    if ours is not None:
        with suppress(FileNotFoundError):
            if not _rename(folder, temp, name, _SWAP):
                os.rename(temp, name, src_dir_fd=folder, dst_dir_fd=folder)
            elif peek(folder, temp) != ours:
                _rename(folder, temp, name, _SWAP)  # saved once more: the newer one belongs there
            unlink(folder, temp)
            return
    try:
        _move(folder, temp, name)
    except FileExistsError:
        unlink(folder, temp)


def peek(folder: int, name: str) -> State | str | None:
    """Return what a name is: a state, None for nothing, or why it is nothing that we could have written."""
    try:
        held = look(folder, name, strict=False)
    except Refused as error:
        return error.what
    return held.state if held is not None else None


def _require(folder: int, name: str, expected: State, path: str) -> None:
    if peek(folder, name) != expected:
        raise Refused("was changed by somebody meanwhile", where=path)


def _dress(fd: int, mode: int, old: Held | None, folder: int, name: str) -> None:
    """Give a new file the group, the extended attributes and at last the mode that it shall have."""
    if old is not None:
        with suppress(OSError):
            if os.fstat(fd).st_gid != old.status.st_gid:
                os.fchown(fd, -1, old.status.st_gid)
        with suppress(OSError):
            _copy_attributes(fd, folder, name)
    os.fchmod(fd, mode)
    if old is not None and name.endswith(".py"):
        _be_later(fd, old.status)


def _copy_attributes(fd: int, folder: int, name: str) -> None:
    if sys.platform != "linux":
        return
    old = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    try:
        for key in os.listxattr(old):
            with suppress(OSError):
                os.setxattr(fd, key, os.getxattr(old, key))
    finally:
        os.close(old)


def _be_later(fd: int, old: os.stat_result) -> None:
    """Give a Python file another second than the one that it replaces: by second and size Python knows compiled code."""
    now = os.fstat(fd)
    if now.st_size == old.st_size and int(now.st_mtime) <= int(old.st_mtime):
        later = (int(old.st_mtime) + 1) * 1_000_000_000
        os.utime(fd, ns=(later, later))


def _move(folder: int, one: str, two: str) -> None:
    """Give a file a name that must be free; FileExistsError when it is not."""
    if _rename(folder, one, two, _NEW_ONLY):
        return
    try:
        os.link(one, two, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in (*_CANNOT, errno.EMLINK):
            raise
        if peek(folder, two) is not None:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), two) from None
        os.rename(one, two, src_dir_fd=folder, dst_dir_fd=folder)
    else:
        os.unlink(one, dir_fd=folder)


def _rename(folder: int, one: str, two: str, flag: int) -> bool:
    """Rename with a flag of the system's; False where it does not know it."""
    call = _system_call()
    if call is None:
        return False
    import ctypes

    if call(folder, os.fsencode(one), folder, os.fsencode(two), flag) == 0:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), one)


_call: list[Callable[..., int] | None] = []


def _system_call() -> Callable[..., int] | None:
    if not _call:
        import ctypes

        library = ctypes.CDLL(None, use_errno=True)
        found = getattr(library, "renameat2" if sys.platform == "linux" else "renameatx_np", None)
        if found is not None:
            found.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
            found.restype = ctypes.c_int
        _call.append(found)
    return _call[0]
