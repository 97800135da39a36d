"""A project's tree, reached from a descriptor of its root: no component of a path is ever followed through a link."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from contextlib import contextmanager, suppress
from typing import NamedTuple

from . import seam
from .words import Refused, State, state_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 64 << 20
"""A larger file is not changed."""
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_KEPT_OUT = frozenset((".git", ".hg", ".svn"))


class Held(NamedTuple):
    """A regular file that was read: its bytes and what the system says about it."""

    data: bytes
    status: os.stat_result

    @property
    def mode(self) -> int:
        """Its permission bits, with setuid, setgid and sticky."""
        return stat.S_IMODE(self.status.st_mode)

    @property
    def state(self) -> State:
        """What it is, for comparing."""
        return state_of(self.data, self.mode)


class Tree:
    """The folder of a project, open as long as this is; a rename of the folder meanwhile does not lead elsewhere."""

    def __init__(self, root: str) -> None:
        """Open a project's root.

        Args:
            root: its path; links in it are followed once, here.

        Raises:
            OSError: it is no folder, or may not be read.
        """
        self.root = os.path.realpath(root)
        self.given = os.path.abspath(root)
        self._fd = os.open(self.root, _FOLDER)

    def close(self) -> None:
        """Give the descriptor back; a second time is harmless."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    @contextmanager
    def folder(self, path: str) -> Iterator[int]:
        """Give a descriptor of the folder in which a path lies.

        Args:
            path: relative to the root.

        Raises:
            FileNotFoundError: there is no such folder.
            Refused: the path leads outside, or through a link or something else that is no folder.
        """
        fd = os.dup(self._fd)
        try:
            for part in parts_of(path)[:-1]:
                deeper = _open_folder(part, fd, path)
                os.close(fd)
                fd = deeper
            yield fd
        finally:
            os.close(fd)

    def is_still(self, path: str, folder: int) -> bool:
        """Tell whether the folder in which a path lies is the one of this descriptor."""
        try:
            with self.folder(path) as now:
                return os.path.samestat(os.fstat(now), os.fstat(folder))
        except (OSError, Refused):
            return False

    def missing_folders(self, path: str) -> list[str]:
        """Return the folders above a path (and itself when it ends in `/`) that are not there, outermost first.

        Raises:
            Refused: something other than a folder of the project is in the way.
        """
        parts = parts_of(path)
        names = parts if path.endswith("/") else parts[:-1]
        for number in range(len(names)):
            here = "/".join(names[: number + 1])
            with self.folder(here) as folder:
                try:
                    os.close(_open_folder(names[number], folder, path))
                except FileNotFoundError:
                    require_ours(os.fstat(folder), path)
                    return ["/".join(names[: upto + 1]) for upto in range(number, len(names))]
        return []

    def make_folder(self, path: str) -> None:
        """Make a folder; one that is there already, made by somebody else meanwhile, will do."""
        with self.folder(path) as folder:
            with suppress(FileExistsError):
                os.mkdir(parts_of(path)[-1], dir_fd=folder)
            os.fsync(folder)

    def remove_folder(self, path: str) -> None:
        """Remove a folder if nothing is in it."""
        with suppress(OSError, Refused), self.folder(path) as folder:
            os.rmdir(parts_of(path)[-1], dir_fd=folder)
            os.fsync(folder)

    def remove_all(self, path: str, aside: str) -> None:
        """Remove a folder with everything in it, or a link; it is out of its place in one step.

        Args:
            path: relative to the root.
            aside: where it lies meanwhile, relative to the root, on the same disk.

        Raises:
            OSError: it cannot be removed.
        """
        self.remove_now(aside)
        seam.checkpoint("about to remove")
        with self.folder(path) as folder, self.folder(aside) as other:
            os.rename(parts_of(path)[-1], parts_of(aside)[-1], src_dir_fd=folder, dst_dir_fd=other)
            os.fsync(folder)
        seam.checkpoint("moved aside")
        self.remove_now(aside)
        seam.checkpoint("removed")

    def remove_now(self, path: str) -> None:
        """Remove what lies at a path, if anything does; a link in it is removed and not followed."""
        name = parts_of(path)[-1]
        with self.folder(path) as folder:
            try:
                found = os.stat(name, dir_fd=folder, follow_symlinks=False)
            except FileNotFoundError:
                return
            if stat.S_ISDIR(found.st_mode):
                shutil.rmtree(name, dir_fd=folder)
            else:
                os.unlink(name, dir_fd=folder)

    def relative(self, path: str) -> str:
        """Return an absolute path, or one relative to the root, relative to it; it is not looked at.

        Raises:
            Refused: it lies outside, or is the root itself.
        """
        whole = os.path.normpath(os.path.join(self.root, path))
        for top in (self.root, self.given):
            if whole.startswith(f"{top}/"):
                return whole[len(top) + 1 :]
        raise Refused("lies outside the project", where=path)


def parts_of(path: str) -> tuple[str, ...]:
    """Return the names of a path relative to the root.

    Raises:
        Refused: it is no such path, or leads outside.
    """
    parts = tuple(path.removesuffix("/").split("/"))
    if "\0" in path or any(part in ("", ".", "..") for part in parts):
        raise Refused("is no path inside the project", where=path)
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        raise Refused("is no path that a file can have", where=ascii(path)) from None
    return parts


def require_free(path: str, removal: bool = False) -> None:
    """Raise Refused for what belongs to version control; a lock file in there may be removed."""
    parts = parts_of(path)
    inside = any(_plain(part) in _KEPT_OUT for part in parts)
    lock = removal and len(parts) > 1 and parts[-1].endswith(".lock")
    if inside and not (lock and _plain(parts[0]) == ".git"):
        raise Refused("belongs to version control", where=path)


def _plain(part: str) -> str:
    """Return a name as a system that ignores case, and characters without a shape, would take it."""
    return "".join(c for c in part if c.isascii()).casefold().rstrip(". ")


def require_ours(status: os.stat_result, path: str) -> None:
    """Raise Refused for what another user owns."""
    if status.st_uid != os.geteuid():
        raise Refused("belongs to another user", where=path)


def look(folder: int, name: str, path: str = "", strict: bool = True) -> Held | None:
    """Return a file of a folder, None when there is none.

    Args:
        folder: the folder's descriptor.
        name: the file's name in it.
        path: how it is called in an error.
        strict: refuse also what another user owns and what has a second name (a hard link).

    Raises:
        Refused: it is a link, no regular file, or too large.
    """
    where = path or name
    try:
        seen = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(seen.st_mode):
        raise Refused("is a link" if stat.S_ISLNK(seen.st_mode) else "is no regular file", where=where)
    if strict:
        require_ours(seen, where)
        if seen.st_nlink > 1:
            raise Refused("has a second name (a hard link), which would change with it", where=where)
    if seen.st_size > MOST_BYTES:
        raise Refused("is larger than 64 MB", where=where)
    try:
        fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Refused(f"cannot be read: {error.strerror}", where=where) from None
    with os.fdopen(fd, "rb") as file:
        if not os.path.samestat(seen, os.fstat(fd)):
            raise Refused("was changed while it was read", where=where)
        return Held(file.read(MOST_BYTES + 1), os.fstat(fd))


def found(tree: Tree, path: str) -> Held | None:
    """Return a file of the project as it is now, None when it is not there or nothing that is read."""
    try:
        with tree.folder(path) as folder:
            return look(folder, parts_of(path)[-1], path, strict=False)
    except (OSError, Refused):
        return None


def unlink(folder: int, name: str) -> None:
    """Remove a file of ours; that it is not there is fine."""
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)


def _open_folder(part: str, folder: int, path: str) -> int:
    try:
        return os.open(part, _FOLDER, dir_fd=folder)
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in (errno.ENOTDIR, errno.ELOOP):
            raise Refused(f"{part} on the way to it is a link, or no folder", where=path) from None
        raise Refused(f"cannot be reached: {error.strerror}", where=path) from None
