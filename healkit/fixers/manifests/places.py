"""A manifest names a file or folder that is not there, while one of a close name is: write that one.

Three things must come together: the path does not exist, exactly one existing path differs from it in one part, and the
wrong spelling stands in a manifest, a script of one, or a configuration file.
"""

from __future__ import annotations

import os
import re

from ... import tables as shared
from ..proposal import alternatives, edit
from . import audit, near, tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..proposal import Proposal
    from .documents import Document, Path
    from .shelf import Shelf

_QUOTED = re.compile(r"[\"'`‘“<]([^\"'`’”<>\n]{1,300})[\"'`’”>]")
_BARE = re.compile(r"(?<![\w.@/-])(\.{0,2}/?[\w.@-]+(?:/[\w.@$*-]+)*)")
_TOKEN = re.compile(r"(?:<rootDir>)?[^\s\"'=,;|&<>(){}\[\]]+")
_PREFIXES = ("<rootDir>/", "file:", "link:", "portal:", "workspace:", "node:")
_GLOB = re.compile(r"(?<![\w/])((?:[\w.@-]+/|\*\*?/)+[\w.*{},?()\[\]@-]*\*[\w.*{},?()\[\]@-]*)")
_MOST_LINES, _MOST_PATHS = 60, 80


def propose(shelf: Shelf) -> Iterator[Proposal]:
    """Yield the edits of wrong paths: those that the output names, then those of the manifests' own keys."""
    fixes: dict[str, list[Proposal]] = {}
    for missing in _missing(shelf):
        found = near.existing(missing, shelf.case.root)
        if found:
            fixes.setdefault(missing, []).extend(_named(shelf, missing, found))
    for proposals in fixes.values():
        yield from alternatives(proposals)
    yield from _globs(shelf)
    yield from _silent(shelf)


def _globs(shelf: Shelf) -> Iterator[Proposal]:
    """Yield the edit of a pattern that the output calls empty and that names a folder which is nowhere, while a close one is somewhere."""
    folders = {part for path in shelf.all_files for part in path.split("/")[:-1]}
    for found in dict.fromkeys(_GLOB.findall(shelf.output)):
        parts = found.split("/")
        odd = [part for part in parts[:-1] if part and "*" not in part and part not in (".", "..", *folders)]
        new = near.closest(odd[0], folders) if len(odd) == 1 and shelf.case.root.find(f"/{odd[0]}") < 0 else ""
        for document in shelf.documents() if new else ():
            for at, value in _values(document):
                for token in dict.fromkeys(_TOKEN.findall(value)):
                    if token.removeprefix("<rootDir>/").removeprefix("./") in (found, found.removeprefix("./")):
                        swapped = "/".join(new if part == odd[0] else part for part in token.split("/"))
                        yield from _edit(document, at, value, token, swapped)


def _missing(shelf: Shelf) -> list[str]:
    """Return the absolute paths inside the project that the output calls missing and that do not exist."""
    found: dict[str, None] = {}
    lines = shelf.output.split("\n")
    missing = shared.expression("manifest-keys", "missing")
    taken = 0
    for number, line in enumerate(lines):
        if not missing.search(line):
            continue
        taken += 1
        if taken > _MOST_LINES:
            break
        for text in (line, lines[number + 1] if number + 1 < len(lines) else ""):
            for word in [*_QUOTED.findall(text), *_BARE.findall(text)]:
                for path in _bases(shelf, word):
                    found[path] = None
    return list(found)[:_MOST_PATHS]


def _bases(shelf: Shelf, word: str) -> Iterator[str]:
    """Yield the absolute paths that a printed word may stand for and that are not there."""
    root = shelf.case.root
    word = word.rstrip(".:,)").split("*")[0].split("$")[0].rstrip("/")
    if len(word) < 2 or "\0" in word:
        return
    for base in dict.fromkeys((shelf.case.cwd, root)):
        path = os.path.normpath(os.path.join(base, word))
        if path.startswith(f"{root}/") and "/node_modules/" not in path and not os.path.lexists(path):
            yield path
        real = _own(root, path)
        if real:
            yield real


def _own(root: str, path: str) -> str:
    """Return where a missing file of a linked workspace package would lie: below what its link in node_modules leads to."""
    head, found, tail = path.rpartition("/node_modules/")
    if not found or not head.startswith(root):
        return ""
    parts = tail.split("/")
    size = 2 if tail.startswith("@") else 1
    link = "/".join((head, "node_modules", *parts[:size]))
    real = os.path.realpath(link)
    inside = os.path.islink(link) and real.startswith(f"{root}/") and "/node_modules/" not in real
    missing = "/".join((real, *parts[size:]))
    return missing if inside and not os.path.lexists(missing) else ""


def _named(shelf: Shelf, missing: str, found: str) -> list[Proposal]:
    """Return the edits of every place that spells a missing path, of the files that the output names if there are any."""
    proposals: list[Proposal] = []
    for document in shelf.documents():
        here = [
            proposal
            for at, value in _values(document)
            for proposal in _respelt(shelf, document, at, value, missing, found)
        ]
        proposals += here
        if here and shelf.is_named(document.path):
            break
    return proposals


def _values(document: Document) -> list[tuple[Path, str]]:
    if document.kind == "text":
        return [
            ((), token) for token in dict.fromkeys(_TOKEN.findall(document.source.text)) if "/" in token or "." in token
        ]
    return list(dict.fromkeys(document.strings()))


def _respelt(shelf: Shelf, document: Document, at: Path, value: str, missing: str, found: str) -> Iterator[Proposal]:
    for token in dict.fromkeys(_TOKEN.findall(value)):
        new = _spelling(shelf, document, token, missing, found)
        if new and new != token:
            yield from _edit(document, at, value, token, new)


def _edit(document: Document, at: Path, value: str, token: str, new: str) -> Iterator[Proposal]:
    text = document.revalued(at, value, value.replace(token, new), token, new)
    if text:
        where = f" in `{'.'.join(at)}`" if at else ""
        title = f"write `{new}` instead of `{token}`{where} of {document.path}, which does not exist"
        yield edit("manifest", title, [document.source.change(text)], risk="medium")


def _spelling(shelf: Shelf, document: Document, token: str, missing: str, found: str) -> str:
    """Return how a token of a manifest must be spelt so that it means an existing path; empty when it does not mean the missing one."""
    bare = token
    for prefix in _PREFIXES:
        bare = bare.removeprefix(prefix)
    literal = bare.split("*")[0].split("$")[0]
    if len(literal.strip("./")) < 2 or os.path.isabs(bare):
        return ""
    root = shelf.case.root
    folder = os.path.dirname(os.path.join(root, document.path))
    for base in dict.fromkeys((folder, shelf.case.cwd, root)):
        full = os.path.normpath(os.path.join(base, literal))
        if full == missing or missing.startswith((f"{full}/", f"{full}.")) or full.startswith(f"{missing}/"):
            return _swapped(token, missing, found)
    return ""


def _swapped(token: str, missing: str, found: str) -> str:
    """Return a token with the one part replaced in which the two paths differ; empty when the part is not in it once."""
    old, new = _difference(missing, found)
    parts = token.split("/")
    if parts.count(old) == 1:
        return "/".join(new if part == old else part for part in parts)
    stem, ending = os.path.splitext(old)
    if ending and parts.count(stem) == 1 and os.path.splitext(new)[1] == ending:  # written without its ending
        return "/".join(os.path.splitext(new)[0] if part == stem else part for part in parts)
    if parts[-1].endswith(f":{old}"):
        return f"{token[: -len(old)]}{new}"
    return ""


def _difference(missing: str, found: str) -> tuple[str, str]:
    pairs = [(one, other) for one, other in zip(missing.split("/"), found.split("/"), strict=False) if one != other]
    return pairs[0] if pairs else ("", "")


def _silent(shelf: Shelf) -> Iterator[Proposal]:
    """Yield the edits of paths under the manifests' path keys that do not exist, of the tool that failed."""
    for document in audit.documents(shelf):
        for at, value in dict.fromkeys(document.strings()):
            if tables.is_kind(document, at, "paths"):
                yield from _absent(shelf, document, at, value)


def _absent(shelf: Shelf, document: Document, at: Path, value: str) -> Iterator[Proposal]:
    """Yield the edit of one value that means no existing path; a list in one text (INI) is several values."""
    for token in _TOKEN.findall(value):
        bare = token
        for prefix in _PREFIXES:
            bare = bare.removeprefix(prefix)
        literal = bare.split("*")[0].split("$")[0].rstrip("/")
        if (
            not literal
            or ":" in literal
            or os.path.isabs(literal)
            or (token != bare and token.startswith("workspace:"))
        ):
            continue
        if "dependencies" in ".".join(at).lower() and document.kind == "json" and token == bare:
            continue  # a version
        full = os.path.normpath(os.path.join(shelf.case.root, os.path.dirname(document.path), literal))
        if not full.startswith(f"{shelf.case.root}/") or _exists(full):
            continue
        found = near.existing(full, shelf.case.root)
        new = _swapped(token, full, found) if found else ""
        if new and new != token:
            yield from _edit(document, at, value, token, new)


def _exists(path: str) -> bool:
    """Tell whether a path is there as the tools look for it: also without its ending, or as the beginning of a pattern."""
    endings = ("", ".js", ".json", ".mjs", ".cjs", ".ts", ".tsx", ".d.ts", "/package.json")
    if any(os.path.lexists(f"{path}{ending}") for ending in endings):
        return True
    stem = os.path.basename(path)
    return any(name.startswith(stem) for name in near.entries(os.path.dirname(path)))
