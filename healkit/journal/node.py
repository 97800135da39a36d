"""The `node_modules` of a project folder: the packages in it, two levels deep, and the way back.

What was added is removed by us and not by `npm uninstall`, which would first bring the whole folder in line with the lock
file: packages that were missing before would come, others would go.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from contextlib import contextmanager, suppress

from .. import child, paths
from .exchange import PART, prepare
from .tree import found
from .words import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from .tree import Tree

PATIENCE_S = 300.0
_NAME = re.compile(r"(?:@[a-z0-9~][\w.~-]*/)?[A-Za-z0-9~_][\w.~-]*\Z")
_SOURCE = re.compile(r"(?:https://|file:)[^\s\x00-\x1f]+\Z")
_OWN = (
    ".package-lock.json",
    ".yarn-integrity",
    ".yarn-state.yml",
    ".modules.yaml",
    ".pnpm-workspace-state.json",
    ".pnpm/lock.yaml",
)
"""Files in which a manager notes what it has installed."""
_AGAIN = {
    "npm": ("install", "--no-save", "--no-package-lock", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", "--"),
    "pnpm": ("install", "--frozen-lockfile", "--ignore-scripts", "--prefer-offline"),
    "yarn": ("install", "--frozen-lockfile", "--ignore-scripts", "--prefer-offline", "--force"),
}  # fmt: skip


def folder_of(tree: Tree, manifest: str) -> str:
    """Return the `node_modules` of a manifest's folder, relative to the root.

    Raises:
        Refused: it is not the project's own: reached through a link, or a link.
    """
    whole = os.path.normpath(os.path.join(tree.root, manifest))
    above = "" if whole in (tree.root, tree.given) else f"{tree.relative(manifest)}/"
    path = f"{above}node_modules"
    try:
        with tree.folder(path):
            pass
    except FileNotFoundError:
        raise Refused("is no folder", where=manifest) from None
    full = f"{tree.root}/{path}"
    if os.path.lexists(full) and (os.path.islink(full) or not os.path.isdir(full)):
        raise Refused("is a link, or no folder", where=path)
    return path


def files(tree: Tree, folder: str) -> list[str]:
    """Return the manager's own files in the folder, which come back by their bytes."""
    return [f"{folder}/{name}" for name in _OWN] if os.path.isdir(f"{tree.root}/{folder}") else []


def clean(tree: Tree, folder: str, aside: str) -> None:
    """Finish a removal that was interrupted."""
    tree.remove_now(os.path.join(os.path.dirname(folder), aside))
    with suppress(FileNotFoundError):
        tree.remove_now(f"{folder}/{aside}")
        tree.remove_now(f"{folder}/{aside}{PART}")


def installed(tree: Tree, folder: str) -> dict[str, str] | None:
    """Return what lies in a `node_modules`, path in it to `name@version` or `link:TARGET`; None when it is not there."""
    full = f"{tree.root}/{folder}"
    if not os.path.isdir(full) or os.path.islink(full):
        return None
    return dict(sorted(_packages(full, "")))


def _packages(top: str, inside: str, deeper: bool = True) -> Iterator[tuple[str, str]]:
    """Yield the packages in a folder of a `node_modules`, and in each one's own."""
    for entry in _entries(f"{top}/{inside}" if inside else top):
        path = f"{inside}{entry.name}"
        if entry.is_symlink():
            yield path, f"link:{os.readlink(entry.path)}"
        elif entry.is_dir(follow_symlinks=False):
            if entry.name in (".bin", ".pnpm"):
                yield from ((f"{path}/{one.name}", _kind(one)) for one in _entries(entry.path))
            elif entry.name.startswith("@"):
                yield from _packages(top, f"{path}/", deeper)
            elif not entry.name.startswith("."):
                yield path, _version(f"{entry.path}/package.json")
                if deeper:
                    yield from _packages(top, f"{path}/node_modules/", False)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    with suppress(OSError), os.scandir(folder) as found:
        return sorted(found, key=lambda entry: entry.name)
    return []


def _kind(entry: os.DirEntry[str]) -> str:
    return f"link:{os.readlink(entry.path)}" if entry.is_symlink() else "there"


def _version(manifest: str) -> str:
    with suppress(ValueError, AttributeError):
        told = json.loads(paths.read_small(manifest, 4 << 20) or b"{}")
        return f"{told.get('name') or ''}@{told.get('version') or ''}"
    return "@"


def words_again(argv: Sequence[str]) -> list[str]:
    """Return the program of a command, to call it again."""
    return list(argv[:1])


def restore(
    tree: Tree,
    manager: str,
    folder: str,
    before: Mapping[str, str],
    todo: Mapping[str, str | None],
    argv: Sequence[str],
    aside: str,
) -> None:
    """Remove what was added, link again what was linked, and let the manager install what it had changed.

    Args:
        tree: the project.
        manager: npm, pnpm or yarn.
        folder: the `node_modules`.
        before: its list as it shall be.
        todo: the paths in it to put back, with what they are now.
        argv: the program that changed them, to be called again; none when it was not the manager itself.
        aside: a name for what is on its way out.
    """
    for path in sorted(todo, key=lambda path: (path.count("/"), path)):
        now, then = todo[path], before.get(path)
        if now is not None and (then is None or then.startswith("link:")):
            _remove(tree, folder, path, aside)
        if then is not None and then.startswith("link:"):
            _link(tree, f"{folder}/{path}", then.removeprefix("link:"))
    gone = [path for path in sorted(todo) if path in before and not before[path].startswith("link:")]
    specs = _specs(tree, folder, before, gone)
    called = bool(argv) and os.path.basename(argv[0]) == manager and os.path.isabs(argv[0])
    program = argv[0] if called else shutil.which(manager, path=paths.env("PATH"))
    if program and (specs or (gone and manager != "npm")):
        with _notes_kept(tree, folder, aside):
            words = [*_AGAIN[manager], *(specs if manager == "npm" else ())]
            child.run([program, *words], f"{tree.root}/{os.path.dirname(folder)}", timeout=PATIENCE_S)


@contextmanager
def _notes_kept(tree: Tree, folder: str, aside: str) -> Iterator[None]:
    """Let a manager look at the packages and not at its own notes of them, which are those of before already; they stay so."""
    held = {path: found(tree, path) for path in files(tree, folder)}
    for path, one in held.items():
        if one is not None:
            with tree.folder(path) as at:  # npm believes only what is newer than the folders
                os.utime(os.path.basename(path), (0, 0), dir_fd=at, follow_symlinks=False)
    try:
        yield
    finally:
        for path, one in held.items():
            if one is not None:
                with tree.folder(path) as at:
                    name = os.path.basename(path)
                    prepare(at, aside, one.data, one.mode, one, name)
                    os.rename(aside, name, src_dir_fd=at, dst_dir_fd=at)


def _specs(tree: Tree, folder: str, before: Mapping[str, str], names: Sequence[str]) -> list[str]:
    """Return the words that install packages from where they came, as npm noted it: the same name elsewhere is another package."""
    told: Any = {}
    with suppress(ValueError, AttributeError):
        told = json.loads(paths.read_small(f"{tree.root}/{folder}/{_OWN[0]}", 64 << 20) or b"{}").get("packages")
    told = told if isinstance(told, dict) else {}
    out = []
    for name in names:
        one = told.get(f"node_modules/{name}")
        known = isinstance(one, dict) and before[name].endswith(f"@{one.get('version')}")
        source = str(one.get("resolved") or "") if known else ""
        if _NAME.match(name) and _SOURCE.match(source):
            out.append(f"{name}@{source}")
    return out


def _remove(tree: Tree, folder: str, path: str, aside: str) -> None:
    with suppress(FileNotFoundError):
        tree.remove_all(f"{folder}/{path}", f"{folder}/{aside}")
    if path.startswith("@"):
        tree.remove_folder(f"{folder}/{path.partition('/')[0]}")
    if path.startswith((".bin/", ".pnpm/")):
        tree.remove_folder(f"{folder}/{path.partition('/')[0]}")


def _link(tree: Tree, path: str, target: str) -> None:
    with suppress(FileExistsError, FileNotFoundError), tree.folder(path) as folder:
        os.symlink(target, os.path.basename(path), dir_fd=folder)
