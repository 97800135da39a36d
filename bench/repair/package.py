"""A project that faults are put into: a real package made ready once, or one of the small ones beside this file."""

from __future__ import annotations

import ast
import fcntl
import functools
import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import ready, store
from .tree import Tree

SMALL = store.HERE / "small"
ALL = ("python", "depends", "npm", "typescript", "rust", "c", "small")


@dataclass
class Package:
    """A project, ready in the cache with its history begun; every case works on a copy."""

    name: str
    root: Path
    tags: frozenset[str]
    meta: dict[str, Any] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.name, str(self.root)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Package) and (self.name, self.root) == (other.name, other.root)

    @functools.cache  # noqa: B019 - a package lives as long as the program
    def files(self, *suffixes: str, under: str = "") -> tuple[str, ...]:
        """Return the project's files with one of the suffixes, relative to its root, sorted."""
        found = []
        for folder, names, leaves in os.walk(self.root / under):
            names[:] = sorted(
                name for name in names if name not in (".git", "node_modules", ".venv", "target", "__pycache__")
            )
            found += [
                os.path.relpath(os.path.join(folder, leaf), self.root)
                for leaf in sorted(leaves)
                if leaf.endswith(suffixes)
            ]
        return tuple(sorted(found))

    @functools.cache  # noqa: B019
    def text(self, path: str) -> str:
        return (self.root / path).read_bytes().decode("utf-8", "surrogateescape")

    def has(self, path: str) -> bool:
        return (self.root / path).is_file()

    @functools.cache  # noqa: B019
    def parsed(self, path: str) -> ast.Module:
        return ast.parse(self.text(path))

    @property
    def top(self) -> str:
        """The folder that Python imports from: empty or `src`."""
        return str(self.meta.get("top", ""))

    @functools.cache  # noqa: B019
    def modules(self) -> tuple[str, ...]:
        """Return the source files of the importable package, tests left out."""
        under = os.path.join(self.top, self.meta["module"])
        inside = self.files(".py", under=under) if (self.root / under).is_dir() else (f"{under}.py",)
        return tuple(
            path
            for path in inside
            if "/tests/" not in path and not os.path.basename(path).startswith(("test_", "conftest"))
        )

    def module_name(self, path: str) -> str:
        """Return the dotted name under which a file is imported."""
        inner = path.removeprefix(f"{self.top}/" if self.top else "").removesuffix(".py").removesuffix("/__init__")
        return inner.replace("/", ".")

    @property
    def tests(self) -> dict[str, Any]:
        """The test files that pass here: their seconds, and the lines of each source that they run."""
        return dict(self.meta.get("tests", {}))

    def tests_for(self, path: str, line: int) -> list[str]:
        """Return the test files that run a line, quickest first."""
        hit = [name for name, seen in self.tests.items() if line in seen["lines"].get(path, ())]
        return sorted(hit, key=lambda name: (self.tests[name]["seconds"], name))

    @property
    def test_command(self) -> list[str]:
        """All tests of the package that pass here and are quick."""
        return list(self.meta.get("test_command", ()))

    @property
    def command(self) -> list[str]:
        """What is run on it usually."""
        return list(self.meta.get("command", ()))

    def copy_to(self, case: Path, tools: bool) -> Tree:
        """Make a working copy; `tools`: with the JavaScript tools among its dependencies."""
        for name in ("home", "tmp", "healkit"):
            (case / name).mkdir(parents=True)
        tree = Tree(case)
        subprocess.run(["cp", "-a", str(self.root), str(tree.root)], check=True)
        if self.meta.get("venv"):
            store.copy_venv(store.profile(list(self.meta["venv"])), tree.root / ".venv", self.top or ".")
        if tools or self.meta.get("tools"):
            shutil.rmtree(tree.root / "node_modules", ignore_errors=True)
            subprocess.run(["cp", "-al", str(store.node_tools()), str(tree.root / "node_modules")], check=True)
        return tree


def _named() -> list[tuple[str, str]]:
    known = store.catalog()
    names = [(name, "python") for name in known["python"]["packages"]]
    names += [(name, "depends") for name in known["depends"]]
    names += [(name, kind) for kind in ("npm", "typescript", "rust", "c") for name in known[kind]]
    return names + [(folder.name, "small") for folder in sorted(SMALL.iterdir()) if (folder / "bench.json").exists()]


def tags_of(name: str, kind: str) -> frozenset[str]:
    """Return a package's tags without making it ready."""
    known = store.catalog()
    if kind == "python":
        return frozenset(("python", "async" if known["python"]["packages"][name].get("async") else "plain"))
    if kind == "npm":
        return frozenset(("npm", "esm" if known["npm"][name]["esm"] else "cjs"))
    if kind == "small":
        return frozenset(("small", *json.loads((SMALL / name / "bench.json").read_text())["tags"]))
    return frozenset((kind,))


def candidates(tags: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return name and kind of every package that carries one of the tags."""
    return [(name, kind) for name, kind in _named() if any(tag in tags_of(name, kind) for tag in tags)]


@functools.cache
def _made(name: str, kind: str) -> Package | None:
    where = store.cache() / "ready" / f"{kind}-{name}"
    notes = where.with_name(where.name + ".json")
    where.parent.mkdir(exist_ok=True)
    with open(where.with_name(where.name + ".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another run of the benchmark may be making it
        _make(name, kind, where, notes)
    meta = json.loads(notes.read_text())
    return None if "unavailable" in meta else Package(name, where, tags_of(name, kind), meta)


def _make(name: str, kind: str, where: Path, notes: Path) -> None:
    if not notes.exists() or _outdated(name, kind, store.json_of(notes)):
        shutil.rmtree(where, ignore_errors=True)
        try:
            meta = ready.MAKERS[kind](name, where)
        except store.Unavailable as reason:
            store.say(f"  left out: {kind} {name}: {reason}")
            meta = {"unavailable": str(reason)}
        notes.write_text(json.dumps(meta))


def _outdated(name: str, kind: str, meta: dict[str, Any]) -> bool:
    """Tell whether another command than the catalog's was made ready."""
    return kind == "c" and "command" in meta and meta["command"] != store.catalog()["c"][name]["command"]


def _package(name: str, kind: str) -> Package | None:
    with store.LOCK:
        return _made(name, kind)


def package(name: str, kind: str) -> Package | None:
    """Return a package, made ready; None when that is not possible here."""
    return _package(name, kind)
