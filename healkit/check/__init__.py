"""`healkit patterns check`: what is wrong in the pattern files, where, and what to do about it.

Everything is reported at line and column. What the loader leaves out is an error here: the two never disagree, since
the loader has the last word on each entry.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from .. import memory, paths, scribe
from ..jsonpos import Node
from ..records import HealkitError
from . import mend
from .house import House, build_house
from .pattern import check_entry
from .playbook import check_playbook
from .shape import check_shape
from .sheet import Issue, Sheet, open_sheet
from .words import check_ids

__all__ = ["House", "Issue", "Report", "check_files", "check_text", "kind_of", "project_files"]

MOST_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Report:
    """What was checked and what was found: issues in order of file and place, counts, files that `--fix` changed."""

    issues: tuple[Issue, ...]
    files: tuple[str, ...]
    entries: int
    mended: dict[str, int]

    def count(self, level: str) -> int:
        """Return how many issues of a level there are."""
        return sum(issue.level == level for issue in self.issues)


def project_files(root: str, shipped: bool = False) -> list[str]:
    """Return the files that stand in the project's and the user's layer, and what ships when asked for.

    Args:
        root: the project's root, empty for none.
        shipped: what comes with healkit too, with formats and module names.
    """
    found = []
    for origin, files, books in memory.layer_files(root):
        if origin != "shipped" or shipped:
            found += [*files, *books]
    if shipped:
        found += [f"{paths.share_dir()}/memory/{name}.json" for name in ("log-formats", "modules")]
    return [path for path in found if os.path.exists(path)]


def kind_of(path: str, root: Node | None) -> str:
    """Return which schema a file follows: by its `$schema`, its name, its content."""
    value = root.value if root is not None and isinstance(root.value, dict) else {}
    named = str(value.get("$schema", "")).rpartition("/")[2].removesuffix(".schema.json")
    kinds = ("error-patterns", "recovery-playbook", "log-formats", "modules")
    for guess in (named, os.path.basename(path).removesuffix(".json")):
        if guess in kinds:
            return guess
    marks = {"playbooks": "recovery-playbook", "formats": "log-formats", "modules": "modules"}
    return next((kind for key, kind in marks.items() if isinstance(value.get(key), dict | list)), "error-patterns")


def check_files(files: Sequence[str], root: str, fix: bool = False) -> Report:
    """Return what is wrong in some files, each seen as part of its layer.

    Args:
        files: the files; one that is in no layer counts as the project's.
        root: the project's root, empty for none.
        fix: correct what is mechanical, in place.

    Raises:
        HealkitError: a file cannot be read, or not written when it should be.
    """
    origins = {
        os.path.realpath(path): origin for origin, own, books in memory.layer_files(root) for path in [*own, *books]
    }
    share = os.path.realpath(f"{paths.share_dir()}/memory") + "/"
    issues: list[Issue] = []
    mended: dict[str, int] = {}
    seen: dict[str, dict[str, str]] = {}
    entries = 0
    for path in files:
        real = os.path.realpath(path)
        origin = origins.get(real, "shipped" if real.startswith(share) else "project")
        data = _read(path)
        house = build_house(origin, root, *_beside(path, data))
        if fix:
            inside = root if origins.get(real) == "project" else ""
            data, mended[path] = _mend(path, origin, data, house, inside)
        sheet, number = check_text(path, origin, data, house, seen.setdefault(origin, {}))
        issues += sorted(dict.fromkeys(sheet.issues), key=lambda issue: (issue.line, issue.column, issue.what))
        entries += number
    return Report(tuple(issues), tuple(files), entries, {path: count for path, count in mended.items() if count})


def _mend(path: str, origin: str, before: bytes, house: House, inside: str) -> tuple[bytes, int]:
    def examine(current: bytes) -> list[Issue]:
        return check_text(path, origin, current, house)[0].issues

    data, count = mend.mend(before, examine)
    if count:
        scribe.replace(path, before, data, inside)
    return data, count


def _beside(path: str, data: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the pattern and the playbook files that belong to a file of no layer: it and its neighbour."""
    folder = os.path.dirname(path) or "."
    patterns, books = f"{folder}/{memory.PATTERN_FILE}", f"{folder}/{memory.PLAYBOOK_FILE}"
    kind = kind_of(path, open_sheet(path, "project", data).document.root)
    if kind == "recovery-playbook":
        return (patterns,), (path,)
    return ((path,), (books,)) if kind == "error-patterns" else ((), ())


def _read(path: str) -> bytes:
    try:
        if os.path.getsize(path) > MOST_BYTES:
            raise HealkitError("larger than 64 MB", where=path, do="split it")
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise HealkitError(f"cannot read: {error.strerror}", where=path, do="name a pattern file") from None


def check_text(
    path: str, origin: str, data: bytes, house: House, seen: dict[str, str] | None = None
) -> tuple[Sheet, int]:
    """Return a file's sheet, with its issues, and how many entries it has.

    Args:
        path: the file's name for messages.
        origin: its layer.
        data: its bytes.
        house: what its entries may refer to.
        seen: ids that the layer had before, with their places; grows.
    """
    sheet = open_sheet(path, origin, data)
    root = sheet.document.root
    if root is None:
        return sheet, 0
    kind = kind_of(path, root)
    check_shape(sheet, kind)
    if kind == "recovery-playbook":
        books = root.at("playbooks").members if root.member("playbooks") else ()
        for member in books:
            check_playbook(sheet, member, house)
        return sheet, len(books)
    if kind != "error-patterns":
        lists = [root.at(key).items for key in ("formats", "prefixes") if root.member(key)]
        for items in lists:
            check_ids(sheet, items, {})
        return sheet, sum(map(len, lists))
    nodes = _entry_nodes(root)
    check_ids(sheet, nodes, {} if seen is None else seen)
    keys = {id(m.node): m.key for m in (root.at("patterns").members if root.member("patterns") else ())}
    for node in nodes:
        check_entry(sheet, node, house, keys.get(id(node), ""))
    return sheet, len(nodes)


def _entry_nodes(root: Node) -> list[Node]:
    member = root.member("patterns")
    if root.items or member is None:
        return list(root.items)
    return list(member.node.items) or [m.node for m in member.node.members]
