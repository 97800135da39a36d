"""Package environments: what is installed in one before and after, and the way back through its manager.

A list is read from the environment's own files, so that nothing of the project runs for it. What was added is removed,
what was changed or removed is installed again as it was; only what is still as the program left it is touched.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from . import node, python
from .words import Left, Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..records import Run
    from .tree import Tree

FILES_ONLY = ("", "cargo", "go")
"""Managers whose packages lie outside the project, shared and unchanging: only files come back."""
KINDS = {"pip": python, "uv": python, "npm": node, "pnpm": node, "yarn": node}


class Environment(NamedTuple):
    """A package environment of the project: its manager, and its folder relative to the root."""

    manager: str
    folder: str


def find(tree: Tree, run: Run) -> Environment | None:
    """Return the environment that a program installs into, None when it only touches files.

    Raises:
        Refused: it is not the project's own, or nobody here knows its manager.
    """
    if run.manager in FILES_ONLY:
        return None
    if run.manager not in KINDS:
        raise Refused(f"nobody here knows how to undo {run.manager}", where=run.environment)
    return Environment(run.manager, KINDS[run.manager].folder_of(tree, run.environment))


def files(tree: Tree, environment: Environment | None) -> list[str]:
    """Return the files in an environment that its manager keeps for itself, and that come back by their bytes."""
    return KINDS[environment.manager].files(tree, environment.folder) if environment else []


def notes(tree: Tree, environment: Environment | None, argv: Sequence[str]) -> dict[str, Any]:
    """Return what has to be known of an environment to take an installation back; empty for none."""
    if environment is None:
        return {}
    kind = KINDS[environment.manager]
    found, words = kind.installed(tree, environment.folder), kind.words_again(argv)
    told = {"manager": environment.manager, "folder": environment.folder, "before": found}
    return {"packages": {**told, "argv": words}}


def noted_after(tree: Tree, run: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the list after a program, None when there is no environment."""
    told = run.get("packages") or {}
    return KINDS[told["manager"]].installed(tree, told["folder"]) if told else None


def back(tree: Tree, run: Mapping[str, Any], aside: str) -> list[Left]:
    """Bring an environment back to its list before; return what could not be.

    Args:
        tree: the project.
        run: what the log holds of the run: packages, after.
        aside: a name for what is on its way out.
    """
    told = run["packages"]
    kind, folder, before = KINDS[told["manager"]], told["folder"], told["before"]
    after = run.get("after")
    try:
        kind.clean(tree, folder, aside)
        now = kind.installed(tree, folder)
        if now == before:
            return []
        if before is None:
            if now != after:
                return [Left(path=folder, why="it is new, and packages in it were changed since")]
            tree.remove_all(folder, os.path.join(os.path.dirname(folder), aside))
            return []
        if now is None:
            return [Left(path=folder, why="it was removed since")]
        after = after or {}
        ours = {name for name in {*before, *after} if before.get(name) != after.get(name)}
        todo = {name: now.get(name) for name in ours if now.get(name) == after.get(name)}
        kind.restore(tree, told["manager"], folder, before, todo, told["argv"], aside)
        then = kind.installed(tree, folder) or {}
        moved = {name for name in {*now, *then} if now.get(name) != then.get(name)}
        return _left(folder, before, then, ours | moved, todo)
    except (OSError, Refused) as error:
        why = error.what if isinstance(error, Refused) else str(error.strerror)
        return [Left(path=folder, why=f"its packages cannot be put back: {why}")]


def _left(
    folder: str, before: Mapping[str, str], now: Mapping[str, str], names: set[str], todo: Mapping[str, Any]
) -> list[Left]:
    left = []
    for name in sorted(name for name in names if now.get(name) != before.get(name)):
        why = "its manager could not put it back" if name in todo else "it was changed since"
        left.append(Left(path=f"{folder}: {name}", why=why, kept=before.get(name, "")))
    return left
