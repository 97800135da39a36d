"""The manifests of a project as far as a failure concerns them, those that the output names first."""

from __future__ import annotations

import os
import shlex

from ... import commands
from . import tables
from .documents import Document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..case import Case

LONGEST = 120_000
"""Characters of output that are looked at: the end counts."""


def programs_of(case: Case) -> frozenset[str]:
    """Return the names of the programs that the failed command runs, wrappers and what they run both."""
    return frozenset((*commands.programs(case.result.command), *commands.programs(shlex.join(case.argv))))


class Shelf:
    """A case's manifests and configuration files, parsed when asked for."""

    def __init__(self, case: Case) -> None:
        """Look for the files by name; nothing is read yet."""
        self.case = case
        self.output = case.output[-LONGEST:]
        globs = [glob for entry in tables.table()["manifests"] for glob in entry["files"]]
        wiring = tables.table()["wiring"]
        self.all_files = list(case.files())
        self.manifests = self._sorted(path for path in self.all_files if tables.is_named(path, globs))
        taken = set(self.manifests)
        self.wiring = self._sorted(
            path for path in self.all_files if path not in taken and tables.is_named(path, wiring)
        )
        self._open: dict[str, Document | None] = {}
        self.programs = programs_of(case)

    def _sorted(self, found: Iterator[str] | Sequence[str]) -> list[str]:
        """Put the named ones first, then those near to where the command ran."""
        here = os.path.relpath(self.case.cwd, self.case.root)

        def distance(path: str) -> tuple[bool, int, str]:
            away = os.path.relpath(os.path.dirname(path) or ".", here)
            return not self.is_named(path), away.count("/") + (away != "."), path

        return sorted(found, key=distance)

    def is_named(self, path: str) -> bool:
        """Tell whether the output names a file: by its path, or by its bare name where no folder stands before it."""
        full = os.path.join(self.case.root, path)
        return full in self.output or (f"/{path}" in self.output or _stands_alone(path, self.output))

    def document(self, path: str) -> Document | None:
        """Return a manifest as data; None when it cannot be read."""
        if path not in self._open:
            source = self.case.source(path)
            self._open[path] = Document(source) if source is not None else None
        return self._open[path]

    def documents(self, globs: Sequence[str] = ()) -> Iterator[Document]:
        """Yield manifests and configuration files whose name is one of the globs, all without globs."""
        for path in (*self.manifests, *self.wiring):
            if not globs or tables.is_named(path, globs):
                found = self.document(path)
                if found is not None:
                    yield found

    def runs(self, tools: Sequence[str]) -> bool:
        """Tell whether the failed command is one of these tools, or one that may start any tool."""
        return bool(self.programs & {*tools, "make", "just", "sh", "bash"})


def _stands_alone(path: str, text: str) -> bool:
    at = text.find(path)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(path) : at + len(path) + 1]
        if not (before.isalnum() or before in ("/", "-", "_", ".")) and not (
            after.isalnum() or after in ("-", "_", "/")
        ):
            return True
        at = text.find(path, at + 1)
    return False
