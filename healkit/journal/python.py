"""A Python environment of the project: the distributions in it, read from their metadata, and pip or uv to change them."""

from __future__ import annotations

import json
import os
import re
import shutil
from contextlib import suppress
from urllib.parse import unquote, urlsplit

from .. import child, paths
from .words import Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .tree import Tree

PATIENCE_S = 300.0
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\Z")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+!_]*\Z")
_SOURCES = {"-i": 1, "--index-url": 1, "--extra-index-url": 1, "-f": 1, "--find-links": 1, "--no-index": 0,
            "--default-index": 1, "--index": 1, "--offline": 0, "--trusted-host": 1}  # fmt: skip
"""Options that say where packages come from, and how many words follow each."""


def folder_of(tree: Tree, interpreter: str) -> str:
    """Return the folder of the environment that an interpreter belongs to, relative to the root.

    Raises:
        Refused: it is no environment of the project's own.
    """
    path = tree.relative(interpreter)
    if path.count("/") < 2 or path.split("/")[-2] != "bin":
        raise Refused("is no interpreter of an environment", where=interpreter)
    folder = path.rsplit("/", 2)[0]
    try:
        with tree.folder(path):
            pass
    except FileNotFoundError:
        if not os.path.lexists(f"{tree.root}/{folder}"):
            return folder
        raise Refused("is no interpreter of an environment", where=interpreter) from None
    marks = (f"{tree.root}/{folder}/pyvenv.cfg", f"{tree.root}/{folder}/conda-meta")
    if not any(os.path.exists(mark) and not os.path.islink(mark) for mark in marks):
        raise Refused("is no environment of the project's own", where=interpreter)
    return folder


def files(tree: Tree, folder: str) -> list[str]:
    """Return the files that come back by their bytes: none."""
    del tree, folder
    return []


def clean(tree: Tree, folder: str, aside: str) -> None:
    """Finish a removal that was interrupted."""
    tree.remove_now(os.path.join(os.path.dirname(folder), aside))


def installed(tree: Tree, folder: str) -> dict[str, str] | None:
    """Return the distributions of an environment, name to version (and where from, if not an index); None without one."""
    if not os.path.isdir(f"{tree.root}/{folder}"):
        return None
    return dict(sorted(pair for site in _sites(f"{tree.root}/{folder}") for pair in _distributions(site)))


def _sites(env: str) -> Iterator[str]:
    for name in _names(f"{env}/lib"):
        site = f"{env}/lib/{name}/site-packages"
        if (
            name.startswith("python")
            and os.path.isdir(site)
            and os.path.realpath(site) == os.path.realpath(env) + site[len(env) :]
        ):
            yield site


def _names(folder: str) -> list[str]:
    with suppress(OSError):
        return sorted(os.listdir(folder))
    return []


def _distributions(site: str) -> Iterator[tuple[str, str]]:
    for entry in _names(site):
        if entry.startswith("~") or not entry.endswith((".dist-info", ".egg-info")):
            continue
        path = f"{site}/{entry}"
        meta = next((file for file in (f"{path}/METADATA", f"{path}/PKG-INFO", path) if os.path.isfile(file)), "")
        found = dict(
            re.findall(r"(?m)^(Name|Version): *(\S+)", paths.read_small(meta, 1 << 16).decode("utf-8", "replace"))
        )
        name = re.sub(r"[-_.]+", "-", found.get("Name", "")).lower()
        if name:
            yield name, found.get("Version", "") + _origin(f"{path}/direct_url.json")


def _origin(path: str) -> str:
    with suppress(ValueError, TypeError, AttributeError):
        told = json.loads(paths.read_small(path) or b"{}")
        url = str(told.get("url") or "")
        if url:
            return f" @ {'-e ' if (told.get('dir_info') or {}).get('editable') else ''}{url}"
    return ""


def words_again(argv: Sequence[str]) -> list[str]:
    """Return the words of a command that say where it took packages from, to take them from there again.

    A place with a password in it is left out: nothing of the kind is written down.
    """
    out: list[str] = []
    words = list(argv)
    while words:
        option, given, value = words.pop(0).partition("=")
        if option not in _SOURCES:
            continue
        if not given and _SOURCES[option] and words:
            value = words.pop(0)
        if "@" not in urlsplit(value).netloc:
            out += [option, value] if value else [option]
    return out


def restore(
    tree: Tree,
    manager: str,
    folder: str,
    before: Mapping[str, str],
    todo: Mapping[str, str | None],
    argv: Sequence[str],
    aside: str,
) -> None:
    """Remove and install what leads back; whether it did is seen in the list.

    Args:
        tree: the project.
        manager: pip or uv.
        folder: the environment.
        before: its list as it shall be.
        todo: the names to put back, with what they are now.
        argv: the words that say where packages come from.
        aside: unused here.
    """
    del aside
    names = [name for name in sorted(todo) if _NAME.match(name)]
    added = [name for name in names if name not in before]
    wanted = [words for words in (_requirement(name, before[name]) for name in names if name in before) if words]
    pip, python = _program(tree, manager, folder)
    if added:
        yes = ["-y"] if not python else []
        child.run([*pip, "uninstall", *yes, *python, *added], tree.root, timeout=PATIENCE_S)
    for words in wanted:
        more = [] if python else ["--no-input", "--disable-pip-version-check"]
        child.run([*pip, "install", "--no-deps", *more, *python, *argv, *words], tree.root, timeout=PATIENCE_S)


def _program(tree: Tree, manager: str, folder: str) -> tuple[list[str], list[str]]:
    """Return how the manager is called, and for uv the words that name the environment."""
    interpreter = f"{tree.root}/{folder}/bin/python"
    pip = [interpreter, "-I", "-m", "pip"]  # isolated: a pip.py of the project is not what is meant
    uv = shutil.which("uv", path=paths.env("PATH"))
    if uv and (manager == "uv" or "pip" not in (installed(tree, folder) or {})):
        return [os.path.abspath(uv), "pip"], ["--python", interpreter]
    return pip, []


def _requirement(name: str, version: str) -> list[str]:
    """Return the words that install a distribution as it was, none when that is not known."""
    number, _, origin = version.partition(" @ ")
    if not origin:
        return [f"{name}=={number}"] if _VERSION.match(number) else []
    parts = urlsplit(origin.removeprefix("-e "))
    local = unquote(parts.path)
    if parts.scheme != "file" or not os.path.exists(local):
        return []
    return ["-e", local] if origin.startswith("-e ") else [local]
