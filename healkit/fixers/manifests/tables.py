"""What is known about manifests: `memory/manifest-keys.json` with the right keys of each table, read once."""

from __future__ import annotations

import fnmatch
import os

from ... import tables as shared

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from .documents import Document, Path


def table() -> Mapping[str, Any]:
    """Return the shipped table; empty lists when it cannot be read."""
    return shared.table("manifest-keys") or {"manifests": [], "wiring": [], "reports": []}


def is_named(path: str, globs: Sequence[str]) -> bool:
    """Tell whether a file's name, or its whole path for a glob with a slash, is one of the globs."""
    name = os.path.basename(path)
    return any(fnmatch.fnmatchcase(path if "/" in glob else name, glob) for glob in globs)


def entries_of(path: str) -> list[tuple[Mapping[str, Any], str]]:
    """Return what is known about a manifest: each entry, and where in the file it begins."""
    return [
        (entry, prefix)
        for entry in table()["manifests"]
        for glob, prefix in entry["files"].items()
        if is_named(path, [glob])
    ]


def known_keys(document: Document, at: Path) -> list[str]:
    """Return the right keys of one table of a document; empty when nobody knows them."""
    return list(_under(document, at, "keys"))


def known_values(document: Document, at: Path) -> list[str]:
    """Return the right words of one value of a document; empty when nobody knows them."""
    return list(_under(document, at, "values"))


def is_kind(document: Document, at: Path, kind: str) -> bool:
    """Tell whether a value is one of the `paths` or `modules` of its manifest."""
    return any(
        matches(document, prefix, pattern, at)
        for entry, prefix in entries_of(document.path)
        for pattern in entry.get(kind, ())
    )


def _under(document: Document, at: Path, kind: str) -> Iterator[str]:
    for entry, prefix in entries_of(document.path):
        for pattern, names in entry.get(kind, {}).items():
            if document.kind == "text" or matches(document, prefix, pattern, at):
                yield from names


def matches(document: Document, prefix: str, pattern: str, at: Path) -> bool:
    """Tell whether a path in a document is the one that an entry's pattern names.

    `*` is any one name, `**` any number of them, `a|b` either. In an INI file the first part is the section's whole name.
    """
    if document.kind == "ini":
        joint = "." if prefix and pattern and not prefix.endswith(":") else ""
        whole = f"{prefix}{joint}{pattern}"
        return fnmatch.fnmatchcase(".".join(at), whole)
    wanted = [part for part in (*prefix.split("."), *pattern.split(".")) if part]
    return _fits(wanted, at)


def _fits(wanted: Sequence[str], at: Path) -> bool:
    if not wanted:
        return not at
    if wanted[0] == "**":
        return any(_fits(wanted[1:], at[start:]) for start in range(len(at) + 1))
    return bool(at) and (wanted[0] == "*" or at[0] in wanted[0].split("|")) and _fits(wanted[1:], at[1:])
