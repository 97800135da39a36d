"""A throw-away copy of the project in which candidates are compiled: nothing of a check is ever written into the tree."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile

from ... import child

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self

MOST_FILES = 20_000
MOST_BYTES = 400 << 20
SMALL = 1 << 20
"""A larger file is a link to the original: it is data, and no candidate edits it."""
_LEFT_OUT = frozenset(
    (
        ".git", ".hg", ".svn", "node_modules", ".venv", "venv", "__pycache__", ".tox", ".nox", ".mypy_cache",
        ".ruff_cache", ".pytest_cache", ".healkit", ".claude", ".claude-flow", "site-packages",
    )
)  # fmt: skip


class TooLargeError(Exception):
    """The project has more files or bytes than are copied for a check."""


class Copy:
    """The project's files in a temporary folder; `put` replaces some of them, `run` starts a tool there."""

    def __init__(self, root: str) -> None:
        """Copy a project.

        Raises:
            TooLargeError: there is too much of it.
            OSError: it cannot be read, or there is no space.
        """
        self.original = root
        self.base = os.path.realpath(tempfile.mkdtemp(prefix="healkit-check-"))
        self.root = os.path.join(self.base, os.path.basename(root) or "project")
        self._now: dict[str, bytes] = {}
        self._files = self._bytes = 0
        try:
            self._fill(root, self.root)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the copy."""
        shutil.rmtree(self.base, ignore_errors=True)

    def folder(self, name: str) -> str:
        """Return a scratch folder beside the copy (a target folder, class files)."""
        path = os.path.join(self.base, f".{name}")
        os.makedirs(path, exist_ok=True)
        return path

    def here(self, path: str) -> str:
        """Return an absolute path of the project as a path of the copy; any other text as it is."""
        if path == self.original:
            return self.root
        return path.replace(f"{self.original}/", f"{self.root}/")

    def relative(self, path: str, cwd: str = "") -> str:
        """Return a path that a tool printed in the copy, relative to the root; empty when it lies outside."""
        full = os.path.normpath(os.path.join(cwd or self.root, path))
        return full[len(self.root) + 1 :] if full.startswith(f"{self.root}/") else ""

    def put(self, texts: Mapping[str, bytes | None]) -> None:
        """Make the copy hold these files as given and every other one as it was; None = the file is not there."""
        for path in self._now.keys() - texts.keys():
            self._write(path, self._first(path))
        for path, data in texts.items():
            if path not in self._now or self._now[path] != data:
                self._write(path, data)
        self._now = {path: data for path, data in texts.items() if data is not None}

    def _first(self, path: str) -> bytes | None:
        try:
            with open(os.path.join(self.original, path), "rb") as file:
                return file.read()
        except OSError:
            return None

    def _write(self, path: str, data: bytes | None) -> None:
        full = os.path.join(self.root, path)
        if os.path.lexists(full):
            os.unlink(full)  # it may be a link to the original
        if data is not None:
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "wb") as file:
                file.write(data)

    def run(self, argv: Sequence[str], cwd: str = "", *, timeout: float = 30.0, **environ: str) -> child.Ran:
        """Run a tool in the copy; `cwd` is absolute, the copy's root when empty."""
        return child.run(argv, cwd or self.root, timeout=timeout, environ=environ)

    def _fill(self, source: str, target: str) -> None:
        os.makedirs(target)
        with os.scandir(source) as entries:
            for entry in sorted(entries, key=lambda found: found.name):
                self._take(entry, os.path.join(target, entry.name))

    def _take(self, entry: os.DirEntry[str], target: str) -> None:
        info = entry.stat(follow_symlinks=False)
        if stat.S_ISLNK(info.st_mode):
            os.symlink(os.readlink(entry.path), target)
        elif stat.S_ISDIR(info.st_mode):
            if entry.name not in _LEFT_OUT and not os.path.exists(os.path.join(entry.path, "CACHEDIR.TAG")):
                self._fill(entry.path, target)
        elif stat.S_ISREG(info.st_mode):
            self._files += 1
            if info.st_size > SMALL:
                os.symlink(entry.path, target)
                return
            self._bytes += info.st_size
            if self._files > MOST_FILES or self._bytes > MOST_BYTES:
                raise TooLargeError(self.original)
            shutil.copy2(entry.path, target)
