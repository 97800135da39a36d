"""A working copy of a project in a folder of its own: written, run, and looked at for what has changed."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import store

SKIPPED = frozenset(
    (
        "__pycache__",
        ".pytest_cache",
        ".ruff_cache",
        ".mypy_cache",
        ".git",
        ".venv",
        "node_modules",
        "target",
        ".hypothesis",
    )
)
"""Folders whose contents are not the project's own; environments are compared by what is installed in them."""
SKIPPED_FILES = (".pyc", ".tsbuildinfo", ".coverage")
TIMEOUT = 90.0


@dataclass
class Ran:
    """How a command ended; `code` None: it was stopped at the time limit."""

    code: int | None
    output: str
    seconds: float


@dataclass
class State:
    """Everything that counts as the project, at one moment."""

    files: dict[str, tuple[object, ...]]
    environment: frozenset[str]
    git: str
    outside: frozenset[str] = frozenset()
    outputs: frozenset[str] = frozenset()
    """Folders that hold files which git ignores: builds make and remove them."""


@dataclass
class Tree:
    """A copy of a package: the project itself and, beside it, a home, a temporary folder and healkit's state."""

    case: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return self.case / "project"

    def path(self, name: str) -> Path:
        return self.root / name

    def text(self, name: str) -> str:
        return self.path(name).read_bytes().decode("utf-8", "surrogateescape")

    def put(self, name: str, content: str | bytes | None) -> None:
        """Write a file; None removes it. Python's are as old as an hour, as its caches look at seconds and sizes alone."""
        path = self.path(name)
        if content is None:
            path.unlink()
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = path.stat().st_mode if path.exists() else None
        path.write_bytes(content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content)
        if mode is not None:
            path.chmod(stat.S_IMODE(mode))
        if path.suffix == ".py":
            then = time.time() - 3600
            os.utime(path, (then, then))

    def env(self) -> dict[str, str]:
        """Return the environment of a person who works in this project, offline."""
        env = {**store.environment(), **self.environ}
        env.update(HOME=str(self.case / "home"), TMPDIR=str(self.case / "tmp"), HEALKIT_HOME=str(self.case / "healkit"))
        first = [str(self.root / part) for part in (".venv/bin", "node_modules/.bin") if (self.root / part).is_dir()]
        env["PATH"] = ":".join([*first, env["PATH"]])
        if (self.root / ".venv").is_dir():
            env["VIRTUAL_ENV"] = str(self.root / ".venv")
        return env

    def run(self, argv: list[str], timeout: float = TIMEOUT, **environ: str) -> Ran:
        """Run a command in the project, without input; it and what it started are stopped at the time limit."""
        began = time.monotonic()
        env = {**self.env(), **environ}
        program = shutil.which(argv[0], path=env["PATH"]) if "/" not in argv[0] else str(self.root / argv[0])
        try:
            process = subprocess.Popen(
                [program or argv[0], *argv[1:]], cwd=self.root, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            return Ran(127, str(error), time.monotonic() - began)
        try:
            output, _ = process.communicate(timeout=timeout)
            code: int | None = process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            code = None
        return Ran(code, output.decode("utf-8", "replace"), time.monotonic() - began)

    def git(self, *argv: str) -> str:
        done = subprocess.run(
            ["git", *argv], cwd=self.root, env=self.env(), capture_output=True, text=True, errors="replace", check=False
        )
        return done.stdout

    def commit(self, message: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "--no-verify", "--allow-empty", "-m", message)

    def state(self) -> State:
        """Look at everything that healing might change."""
        ignored = set(self.git("ls-files", "-z", "--others", "--ignored", "--exclude-standard").split("\0"))
        files = {}
        for folder, names, leaves in os.walk(self.root):
            names[:] = [name for name in names if name not in SKIPPED]
            for name in [*leaves, *names]:
                path = os.path.join(folder, name)
                relative = os.path.relpath(path, self.root)
                if relative not in ignored and not name.endswith(SKIPPED_FILES):
                    files[relative] = _look(path)
        whole = self.git("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory").split("\0")
        ignored |= {name for name in files if f"{name}/".startswith(tuple(one for one in whole if one.endswith("/")))}
        outputs = frozenset(name for name, seen in files.items() if seen[0] == "dir" and _is_output(name, ignored))
        git = "\0".join(
            self.git(*argv)
            for argv in (("rev-parse", "HEAD"), ("stash", "list"), ("for-each-ref",), ("config", "-l", "--local"))
        )
        git += "\0".join(sorted(os.listdir(self.root / ".git/hooks"))) if (self.root / ".git/hooks").is_dir() else ""
        return State(files, frozenset(_installed(self.root)), git, frozenset(self._outside()), outputs)

    def _outside(self) -> list[str]:
        """List what lies beside the project: nothing may appear there but in caches of tools."""
        beside = [
            f"{name}"
            for name in os.listdir(self.case)
            if name not in ("project", "home", "tmp", "healkit", "report.json")
        ]
        home = [
            f"home/{name}"
            for name in os.listdir(self.case / "home")
            if name not in (".cache", ".npm", ".cargo", ".local", ".config")
        ]
        return beside + home


def _is_output(name: str, ignored: set[str]) -> bool:
    return name in ignored or any(path.startswith(f"{name}/") for path in ignored)


def _look(path: str) -> tuple[object, ...]:
    seen = os.lstat(path)
    if stat.S_ISLNK(seen.st_mode):
        return ("link", os.readlink(path))
    if stat.S_ISDIR(seen.st_mode):
        return ("dir", stat.S_IMODE(seen.st_mode))
    if stat.S_ISREG(seen.st_mode):
        with open(path, "rb") as file:
            return ("file", stat.S_IMODE(seen.st_mode), file.read())
    return ("other", seen.st_mode)


def _installed(root: Path) -> list[str]:
    """Name what is installed in the project's environments, with versions."""
    found = []
    for site in root.glob(".venv/lib/python*/site-packages"):
        for name in os.listdir(site):
            if name.endswith((".dist-info", ".egg-info")) and not _is_husk(site / name):
                found.append(f"python {name.rsplit('.', 1)[0]}")
            elif name.endswith((".pth", ".py", ".so")) and not name.startswith("_virtualenv"):
                found.append(f"python file {name}")
    for folder in root.glob("**/node_modules"):
        if "node_modules" in folder.parent.relative_to(root).parts or ".venv" in folder.relative_to(root).parts:
            continue
        for manifest in [*folder.glob("*/package.json"), *folder.glob("@*/*/package.json")]:
            version = store.json_of(manifest).get("version", "")
            found.append(f"npm {manifest.parent.relative_to(folder)} {version}")
    return found


def _is_husk(folder: Path) -> bool:
    return not (folder / "METADATA").exists() and not (folder / "PKG-INFO").exists()


def differences(before: State, after: State) -> list[str]:
    """Return the paths whose content, mode or kind differ between two moments; folders only when they came or went."""
    names = sorted({*before.files, *after.files} - before.outputs - after.outputs)
    changed = [name for name in names if before.files.get(name) != after.files.get(name)]
    if before.git != after.git:
        changed.append(".git")
    return changed + [f"../{name}" for name in sorted(after.outside - before.outside)]
