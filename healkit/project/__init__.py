"""Facts about a project: package managers, environment, declared and installed names, modules, scripts, targets.

Everything is read from files (1 MB of each at most) and nothing of the project is run. The result is a small file in
the project's state that the hook reads; it holds the size and time of every source, so that the hook sees when it is
stale. The hook's reader of it is `facts`.
"""

from __future__ import annotations

import marshal
import os
import stat

from .. import config, memory, paths
from ..records import HealkitError
from . import environment, manifests

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VERSION = 1
FACTS, POLICY, ROOT = "facts", "policy", "root"
_LIMIT = 1 << 20
_ENTRIES = 5_000
_ECOSYSTEMS = ("python", "node", "rust", "go")
_NOT_MODULES = {"node_modules", "__pycache__", "venv", "env", "build", "dist", "site", "target", "docs", "setup"}


class Project:
    """A project while it is being looked at. Files are read through it, so that each becomes a source of the facts."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.managers: dict[str, str] = {}
        self.locks: dict[str, str] = {}
        self.env, self.site = "", list[str]()
        self.installed: dict[str, str] = {}
        self.provides: dict[str, str] = {}
        self.importable: set[str] = set()
        self.declared: dict[str, dict[str, str]] = {kind: {} for kind in _ECOSYSTEMS}
        self.how: dict[str, dict[str, str]] = {kind: {} for kind in _ECOSYSTEMS}
        self.scripts, self.targets = list[str](), list[str]()
        self.notes: list[str] = []
        self.parsed: dict[str, dict[str, Any]] = {}
        self._sources: dict[str, list[Any]] = {}
        self._texts: dict[str, str] = {}

    def note(self, text: str) -> None:
        """Remember that a file was passed over, and why."""
        if text[:300] not in self.notes:
            self.notes.append(text[:300])

    def has(self, name: str) -> bool:
        """Tell whether a file is there; from now on its appearance or change makes the facts stale."""
        path = f"{self.root}/{name}"
        if path not in self._sources:
            self._sources[path] = config.state_of(path)  # before it is read: a change in between is seen later
        return int(self._sources[path][1]) >= 0

    def read(self, name: str) -> str:
        """Return a text file of the project, empty when it is absent, outside, too large or no regular file."""
        if name not in self._texts:
            self._texts[name] = self._read(name) if self.has(name) else ""
        return self._texts[name]

    def _read(self, name: str) -> str:
        path = f"{self.root}/{name}"
        if ".." in name.split("/") and not os.path.realpath(path).startswith(self.root + "/"):
            return ""
        if self._sources[path][1] > _LIMIT:
            self.note(f"{name}: larger than 1 MB, not read")
            return ""
        return self.read_bounded(path, _LIMIT)

    def read_bounded(self, path: str, limit: int) -> str:
        """Return at most `limit` bytes of a regular file as text, with plain line ends; empty when it is none."""
        try:
            if not stat.S_ISREG(os.stat(path).st_mode):  # a pipe would keep us waiting
                return ""
        except (OSError, ValueError):
            return ""
        return paths.read_small(path, limit).decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n")

    def listing(self, folder: str) -> list[str]:
        """Return the names in a folder of the project, sorted, at most some thousand."""
        try:
            with os.scandir(f"{self.root}/{folder}") as entries:
                return sorted(entry.name for entry, _ in zip(entries, range(_ENTRIES), strict=False))
        except OSError:
            return []

    def pip(self) -> str:
        """Return how pip is called for this project's environment, relative to its root."""
        if not self.env:
            return "python -m pip"
        python = f"{self.env[len(self.root) + 1 :]}/bin/python"
        return f"{python} -m pip" if "pip" in self.installed else f"python -m pip --python {python}"

    def modules(self) -> list[str]:
        """Return the top-level Python modules and packages of the project, at the root and in src/."""
        found = set()
        for folder in ("", "src"):
            for name in self.listing(folder):
                stem = name.removesuffix(".py")
                if not stem.isidentifier() or stem in _NOT_MODULES or (name == "src" and not folder):
                    continue
                if stem != name or self._is_package(f"{self.root}/{folder}/{name}"):
                    found.add(stem)
        return sorted(found)

    def _is_package(self, path: str) -> bool:
        try:
            with os.scandir(path) as entries:  # a namespace package has no __init__.py
                return any(entry.name.endswith(".py") for entry, _ in zip(entries, range(_ENTRIES), strict=False))
        except OSError:
            return False

    def sources(self) -> list[list[Any]]:
        """Return [path, size, mtime in ns, inode] of every file that the facts depend on; size -1 = not there."""
        return list(self._sources.values())

    def folders(self) -> list[list[Any]]:
        """Return the same of the folders whose listing went in; they change often, so the hook need not look."""
        return [config.state_of(path) for path in (self.root, f"{self.root}/src", *self.site)]


def examine(root: str) -> dict[str, Any]:
    """Return the facts about the project at a root, as they are written for the hook. Nothing is written."""
    project = Project(root)
    folders_before = project.folders()
    environment.find_managers(project)
    environment.find_environment(project)
    for read in manifests.READERS:
        try:
            read(project)
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
            project.note(f"{read.__name__.removeprefix('read_')}: {error}")  # a manifest of a shape nobody thought of
    install, add, declare = environment.commands(project)
    return {
        "version": VERSION,
        "root": root,
        "managers": project.managers,
        "env": project.env,
        "site": project.site,
        "declared": project.declared,
        "modules": project.modules(),
        "scripts": project.scripts,
        "targets": project.targets,
        "install": install,
        "add": add,
        "declare": declare,
        "how": project.how,
        "locks": project.locks,
        "installed": project.installed,
        "provides": project.provides,
        "importable": sorted(project.importable),
        "notes": project.notes,
        "sources": project.sources(),
        "folders": folders_before + project.folders()[len(folders_before) :],
    }


def refresh(root: str, trusted: bool = False) -> dict[str, Any]:
    """Look at the project again and write `facts`, `policy` and `root` into its state; return the facts.

    Args:
        root: the project's root.
        trusted: whether the user has trusted the project's settings.

    Raises:
        HealkitError: the state cannot be written.
    """
    folder = paths.project_state(root)
    facts = examine(root)
    written = bool(folder) and paths.make_private(folder)
    contents = (
        (FACTS, marshal.dumps(facts)),
        (POLICY, config.compile_policy(root, trusted)),
        (ROOT, os.fsencode(root) + b"\n"),
        *((memory.ELSEWHERE, another) for another in [_pattern_file(root)] if another),
    )
    if written and not contents[3:]:
        _remove(f"{folder}/{memory.ELSEWHERE}")
    if not written or not all(paths.write_private(f"{folder}/{name}", data) for name, data in contents):
        do = "set HOME or HEALKIT_STATE_DIR to a folder of your own"
        raise HealkitError("the project's facts cannot be written", where=folder or "state folder", do=do)
    return facts


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass


def _pattern_file(root: str) -> bytes:
    """Return the path of the further pattern file that the configuration names, for the hook; empty for none."""
    name = config.load(root)["learning.pattern_file"]
    return os.fsencode(os.path.join(root, str(name))) if name else b""


def is_stale(root: str) -> bool:
    """Tell whether facts or policy are absent, for another root, or older than what they were made from."""
    folder = paths.project_state(root)
    for name, lists in ((FACTS, ("sources", "folders")), (POLICY, ("sources",))):
        if not paths.is_private(f"{folder}/{name}"):
            return True
        try:
            data = marshal.loads(paths.read_small(f"{folder}/{name}", 1 << 24))
            if data["version"] != VERSION or data.get("root", root) != root:
                return True
            if any(config.state_of(state[0]) != state for key in lists for state in data[key]):
                return True
        except (ValueError, TypeError, EOFError, KeyError, AttributeError, IndexError):
            return True
    return False


def refresh_if_stale(root: str, trusted: bool = False) -> bool:
    """Refresh what is stale, silently; tell whether anything was written. For `healkit ingest`."""
    if not root or not is_stale(root):
        return False
    try:
        refresh(root, trusted)
    except (HealkitError, OSError):
        return False
    return True
