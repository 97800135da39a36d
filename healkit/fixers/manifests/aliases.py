"""A name by which code reaches a file (an alias of tsconfig, a subpath of a package) that is a letter off the one in use."""

from __future__ import annotations

import os
import re

from . import near
from .words import rename, revalue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..proposal import Proposal
    from .shelf import Shelf

_SUBPATH = re.compile(
    r"Package subpath '(?P<name>\./[^'\n]+)' is not defined by \"exports\" in (?P<file>[^\n]+?package\.json)"
)
_MAIN = re.compile(r"No \"exports\" main defined in (?P<file>[^\n]+?package\.json)")
_IMPORT = re.compile(
    r"(?:Cannot find (?:module|package)|Can't resolve|Failed to resolve import|Could not resolve|Package import specifier) "
    r"[\"'](?P<name>[@~#$\w][^\"'\n]*)[\"']"
)
_SOURCES = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte")


def propose(shelf: Shelf) -> Iterator[Proposal]:
    """Yield the edits of an alias or subpath that nothing uses while one of a close name is asked for."""
    for found in _SUBPATH.finditer(shelf.output):
        yield from _exported(shelf, found["file"], found["name"])
    for found in _MAIN.finditer(shelf.output):
        yield from _exported(shelf, found["file"], ".")
    for name in dict.fromkeys(found["name"] for found in _IMPORT.finditer(shelf.output)):
        yield from _aliased(shelf, name)
        yield from _called(shelf, name)


def _called(shelf: Shelf, name: str) -> Iterator[Proposal]:
    """Yield the edit of the name of a package of the project that is asked for by a close one.

    The import may as well be the slip: the rest of the manifest must spell the package as the import does.
    """
    package = "/".join(name.split("/")[: 2 if name.startswith("@") else 1])
    for document in shelf.documents(["package.json"]):
        own = document.at(("name",)) if document.data else None
        if not isinstance(own, str) or not near.closest(package, [own]):
            continue
        rest = " ".join(value for at, value in document.strings() if at != ("name",)).lower()
        bare = package.rpartition("/")[2].lower()
        if re.search(rf"(?<!\w){re.escape(bare)}(?!\w)", rest) and own.rpartition("/")[2].lower() not in rest:
            yield from revalue(document, ("name",), own, own, package)


def _exported(shelf: Shelf, file: str, name: str) -> Iterator[Proposal]:
    """Yield the edit of a subpath of a package of the project, also where node_modules links to it."""
    real = os.path.realpath(os.path.join(shelf.case.cwd, file))
    inside = real.startswith(f"{shelf.case.root}/") and "/node_modules/" not in real
    document = shelf.document(os.path.relpath(real, shelf.case.root)) if inside else None
    exported = document.at(("exports",)) if document is not None and document.data else None
    if document is None or not isinstance(exported, dict) or name in exported:
        return
    keys = [str(key) for key in exported if str(key).startswith(".")]
    meant = next((key for key in keys if key in ("./", "./.")), "") if name == "." else near.closest(name, keys)
    if meant and not _is_used(shelf, meant.removeprefix("."), os.path.dirname(document.path)):
        yield from rename(document, ("exports",), meant, name)


def _is_used(shelf: Shelf, subpath: str, but: str) -> bool:
    """Tell whether code outside a package imports a subpath of it."""
    word = re.compile(rf"{re.escape(subpath)}[\"']".encode())
    files = [path for path in shelf.all_files if path.endswith(_SOURCES) and not (but and path.startswith(f"{but}/"))]
    return len(subpath) > 1 and any(word.search(shelf.case.read(path) or b"") for path in files[:2000])


def _aliased(shelf: Shelf, name: str) -> Iterator[Proposal]:
    """Yield the edit of an alias (`@util/*`) of tsconfig, or of a package's `imports`, that no source uses."""
    places = (("compilerOptions", "paths"), ("imports",))
    for document in shelf.documents(["tsconfig*.json", "jsconfig.json", "package.json"]):
        for at in places:
            table = document.at(at) if document.data else None
            if not isinstance(table, dict):
                continue
            keys = [str(key) for key in table]
            if any(_covers(key, name) for key in keys):
                continue
            wanted = {key: _as_asked(key, name) for key in keys}
            close = [key for key, new in wanted.items() if new and near.closest(_head(new), [_head(key)])]
            if len(close) == 1 and not _imports(shelf, _head(close[0])):
                yield from rename(document, at, close[0], wanted[close[0]])


def _covers(key: str, name: str) -> bool:
    return name.startswith(key.split("*")[0]) if "*" in key else key == name


def _head(key: str) -> str:
    return key.split("*")[0].rstrip("/")


def _as_asked(key: str, name: str) -> str:
    """Return the alias that would cover an import, in the form of another one; empty when their shapes differ."""
    if "*" not in key:
        return name
    depth = key.split("*")[0].count("/")
    parts = name.split("/")
    return "/".join([*parts[:depth], "*"]) if depth and len(parts) > depth else ""


def _imports(shelf: Shelf, head: str) -> bool:
    word = re.compile(rf"[\"']{re.escape(head)}(?:/|[\"'])".encode())
    return any(word.search(shelf.case.read(path) or b"") for path in shelf.all_files[:4000] if path.endswith(_SOURCES))
