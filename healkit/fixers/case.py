"""One failure as a fixer sees it: what was said, where, and a careful look at the project around it.

A fixer only reads. Every path that comes from output goes through `resolve`, which gives nothing for what lies outside
the project or behind a link.
"""

from __future__ import annotations

import os
import re
import shlex
import stat

from .. import child, commands, paths
from ..records import CommandResult, Diagnosis, Plan, Record
from .source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

LIMIT = 4 << 20
"""Bytes of a file that a fixer edits or reads at most."""
MOST_FILES = 20_000
PASSED_OVER = frozenset(
    (
        ".git", ".hg", ".svn", "node_modules", ".venv", "venv", "__pycache__", ".tox", ".nox", ".mypy_cache", ".ruff_cache",
        ".pytest_cache", "target", "dist", "build", ".next", ".healkit", ".claude", ".claude-flow", "site-packages", ".tools",
    )
)  # fmt: skip
"""Folders that hold no source of the project's own."""


class Case(Record):
    """A failure with everything that a fixer may look at.

    `argv` are the failed command's words; for a line that a shell ran (`sh -c LINE`) those of the line's last simple
    command, so that a fixer sees `pytest -q` and not `sh`. `facts` are the project's facts (`project.examine`).
    `protected` tells of a path (relative to the root) whether policy protects it.
    """

    diagnosis: Diagnosis
    diagnoses: Sequence[Diagnosis]
    plan: Plan
    result: CommandResult
    root: str
    cwd: str
    argv: Sequence[str] = ()
    facts: Mapping[str, Any] = {}

    @property
    def output(self) -> str:
        """What the command said, cleaned."""
        return self.result.output

    @property
    def captures(self) -> Mapping[str, str]:
        """The facts by name that the pattern or reader took from the output."""
        return self.diagnosis.captures

    def resolve(self, file: str) -> str:
        """Return a path as a tool printed it (relative to cwd, the root, or absolute) relative to the root.

        Empty when there is no such regular file inside the project, or a link leads to it.
        """
        if not file or "\0" in file:
            return ""
        if file.startswith("~/"):  # as masked in an output that was kept
            file = paths.home() + file[1:]
        for base in dict.fromkeys((self.cwd, self.root)):
            path = os.path.normpath(os.path.join(base, file.removeprefix("file://")))
            if path.startswith(f"{self.root}/") and _is_plain_file(self.root, path):
                return path[len(self.root) + 1 :]
        return self._elsewhere(file)

    def _elsewhere(self, file: str) -> str:
        """Return the one file of the project that ends like a path that a tool printed from a folder of its own."""
        tail = os.path.normpath(file).lstrip("./")
        if not tail or tail.startswith("..") or os.path.isabs(file):
            return ""
        found = [path for path in self.files(os.path.splitext(tail)[1]) if path == tail or path.endswith(f"/{tail}")]
        return found[0] if len(found) == 1 else ""

    @property
    def place(self) -> str:
        """The file that the diagnosis names, relative to the root; empty when it is none of the project's."""
        return self.resolve(self.diagnosis.location.file)

    def read(self, path: str) -> bytes | None:
        """Return a project file's bytes, by its path relative to the root; None when it may not or cannot be read."""
        full = os.path.normpath(os.path.join(self.root, path))
        if not full.startswith(f"{self.root}/") or not _is_plain_file(self.root, full):
            return None
        try:
            with open(full, "rb") as file:
                data = file.read(LIMIT + 1)
        except OSError:
            return None
        return data if len(data) <= LIMIT else None

    def source(self, path: str) -> Source | None:
        """Return a project's text file for editing; None when it may not be read or is no text."""
        data = self.read(path)
        if data is None:
            return None
        try:
            return Source(path, data)
        except (ValueError, LookupError):
            return None

    def exists(self, path: str) -> bool:
        """Tell whether something lies at a path relative to the root."""
        return os.path.lexists(os.path.join(self.root, path))

    def files(self, *suffixes: str) -> Iterator[str]:
        """Yield the project's own files with one of the suffixes (all without), relative to the root, in a fixed order."""
        left = MOST_FILES
        for folder, names, files in os.walk(self.root):
            names[:] = sorted(name for name in names if name not in PASSED_OVER and not name.endswith(".egg-info"))
            for name in sorted(files):
                left -= 1
                if left < 0:
                    return
                if not suffixes or name.endswith(suffixes):
                    yield os.path.relpath(os.path.join(folder, name), self.root)

    def program(self, name: str) -> str:
        """Return the path of a tool: the one in the project's own environments first, then PATH; empty when absent."""
        env = str(self.facts.get("env") or "")
        folders = [f"{env}/bin"] if env else []
        here = self.cwd
        while here.startswith(self.root):
            folders.append(f"{here}/node_modules/.bin")
            here = os.path.dirname(here)
        started = next((word for word in self.argv if "/" in word and os.path.basename(word) == name), "")
        if started:
            folders.insert(0, os.path.dirname(os.path.join(self.cwd, started)))
        for folder in (*folders, *paths.env("PATH").split(":")):
            path = os.path.join(folder, name)
            if folder and os.path.isfile(path) and os.access(path, os.X_OK):
                return path
        return ""

    def runs(self, *names: str) -> bool:
        """Tell whether the failed command is one of these programs, also behind a wrapper (`npx tsc`, `python -m ruff`)."""
        words = [os.path.basename(word) for word in self.argv]
        return any(name in words[:4] for name in names)

    def check(self, argv: Sequence[str], *, stdin: bytes = b"", timeout: float = 20.0, **environ: str) -> child.Ran:
        """Run a tool quietly in the command's folder; see `child.run`."""
        return child.run(argv, self.cwd, stdin=stdin, timeout=timeout, environ=environ)


def words_of(argv: Sequence[str]) -> tuple[str, ...]:
    """Return the words of the program that failed: of a shell's `-c` line the last simple command's, else all."""
    if len(argv) >= 3 and os.path.basename(argv[0]) in commands.SHELLS and argv[1] in ("-c", "-lc", "-ec"):
        line = re.split(r"&&|\|\||[;\n|]", argv[2].split("2>&1")[0].strip().rstrip(";"))[-1]
        try:
            return tuple(shlex.split(line))
        except ValueError:
            return tuple(line.split())
    return tuple(argv)


def _is_plain_file(root: str, path: str) -> bool:
    """Tell whether a path is a regular file that is reached from the root without following a link."""
    here = root
    parts = path[len(root) + 1 :].split("/")
    for number, part in enumerate(parts):
        here = f"{here}/{part}"
        try:
            mode = os.lstat(here).st_mode
        except OSError:
            return False
        if not (stat.S_ISREG(mode) if number == len(parts) - 1 else stat.S_ISDIR(mode)):
            return False
    return True
