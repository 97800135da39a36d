"""The settings: from flags, the environment, TOML files and the older JSON forms, each with its origin.

A project that the user has not trusted can only make healkit stricter: quieter, slower to act, more protective. The
`[ai]` table is never taken from a project. Nothing here raises for a bad file: it is a Problem, and the value below it
counts.
"""

from __future__ import annotations

import marshal
import os

from .. import paths
from ..records import HealkitError
from .reading import FILE, Merge, take_environment, take_json, take_toml
from .settings import MODES, ORIGINS, SETTINGS, Config, Setting, suggest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

__all__ = ["FILE", "MODES", "ORIGINS", "SETTINGS", "Config", "Setting", "compile_policy", "load", "sources", "state_of"]


_HOOK_KEYS = ("enabled", "max_hints", "max_repeats", "slow_ms", "before_command", "session_start")


def sources(root: str) -> list[str]:
    """Return the files that settings are read from, whether they are there or not, weakest first."""
    folders = [f"{root}/{mark}" for mark in reversed(paths.PROJECT_MARKS)] if root else []
    found = [f"{folder}/hooks.json" for folder in (f"{root}/scripts/self-healing", *folders) if root]
    found += [f"{folder}/error-patterns.json" for folder in folders]
    found += [f"{paths.config_dir()}/{FILE}"] if paths.config_dir() else []
    return [*found, f"{root}/.healkit/{FILE}"] if root else found


def load(
    root: str,
    trusted: bool = False,
    flags: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Config:
    """Return the settings that hold in a project; never raises for what a file says.

    Args:
        root: the project's root, empty for none.
        trusted: whether the user has trusted the project's settings; else they can only be stricter.
        flags: values from the command line, by `table.key`.
        environ: the environment; the process's own when None, `{}` for none.
    """
    merge = Merge(root, trusted)
    user = f"{paths.config_dir()}/{FILE}"
    for path in sources(root):
        if path.endswith(".toml"):
            own = path == user
            take_toml(merge, path, "user" if own else "project", project=not own)
        else:
            take_json(merge, path, "hooks" if path.endswith("/hooks.json") else "learning")
    take_environment(merge, os.environ if environ is None else environ)
    for key, value in (flags or {}).items():
        if key not in SETTINGS:
            raise HealkitError(f"unknown setting `{key}`", do=suggest(key, list(SETTINGS)))
        merge.take(key, value, "flag", "", project=False)
    return Config(values=merge.values, origins=merge.origins, problems=tuple(merge.problems))


def compile_policy(root: str, trusted: bool = False) -> bytes:
    """Return what the hook needs of the settings, marshalled: a dict, with the state of every file it came from.

    The environment of the process that compiles is left out: it is not the hook's.
    """
    found = load(root, trusted, environ={})
    values = {
        "version": 1,
        "mode": found["policy.mode"],
        "ignore": list(found["hook.ignore"]),
        **{key: found[f"hook.{key}"] for key in _HOOK_KEYS},
        "sources": [state_of(path) for path in (*sources(root), f"{paths.state_dir()}/trust")],
    }
    return marshal.dumps(values)


def state_of(path: str) -> list[Any]:
    """Return [path, size, mtime in ns, inode] of a file, with size -1 when it is not there."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return [path, -1, 0, 0]
    return [path, found.st_size, found.st_mtime_ns, found.st_ino]
