"""A version, a version specifier or a requirement that is none: put right where one small change makes it one."""

from __future__ import annotations

import os
import re

from ... import tables as shared
from ..proposal import edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..proposal import Proposal
    from .documents import Document, Path
    from .shelf import Shelf

_CHANGES: tuple[tuple[str, str], ...] = (
    (r"=>", ">="),
    (r"=<", "<="),
    (r"(?<![<>=!~])=(?!=)", "=="),
    (r"~>", "~="),
    (r"===?=", "=="),
    (r"([<>=!~])\s+=", r"\1="),
    (r">>=?", ">="),
    (r"<<=?", "<="),
    (r"(?<=\d),(?=\d)", "."),
    (r"(?<=\d)\.\.(?=\d)", "."),
    (r",\s*,", ","),
    (r"(?<=\d)\s+(?=[<>=!~])", ","),
    (r"^\^(\d.*)$", r">=\1"),
    (r"^v(\d)", r"\1"),
    (r"[;,]\s*$", ""),
    (r"(?<=\d)\.(?=\s*(?:,|$))", ""),
)


def propose(shelf: Shelf) -> Iterator[Proposal]:
    """Yield the edits of what `packaging` cannot read and one change makes readable."""
    if not shared.expression("manifest-keys", "invalid_version").search(shelf.output):
        return
    for document in shelf.documents(["pyproject.toml", "setup.cfg"]):
        for at, value in dict.fromkeys(document.strings()) if document.kind != "text" else ():
            reads = _reader(document, at)
            if reads is not None:
                yield from _repaired(document, at, value, reads)
    for path in shelf.all_files:
        if re.fullmatch(r"(?:.*/)?(?:requirements|constraints)[\w.-]*\.txt", path) and (
            shelf.is_named(path) or "-r" in shelf.case.argv
        ):
            yield from _listed(shelf, path)


def _reader(document: Document, at: Path) -> Callable[[str], object] | None:
    """Return what reads a value: a version, a set of specifiers, a requirement; None for any other text."""
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

    key = ".".join(at)
    if key in ("project.version", "tool.poetry.version") or key == "metadata.version":
        return Version if document.kind == "toml" else None
    if key in ("project.requires-python", "options.python_requires"):
        return SpecifierSet
    listed = ("project.dependencies", "build-system.requires")
    if key in listed or key.startswith(("project.optional-dependencies.", "dependency-groups.")):
        return Requirement
    if key.startswith(("options.install_requires", "options.extras_require.")):
        return lambda text: [
            Requirement(line) for line in text.splitlines() if line.strip() and not line.strip().startswith("#")
        ]
    return None


def _is_read(reads: Callable[[str], object], text: str) -> bool:
    try:
        reads(text)
    except ValueError:
        return False
    return True


def _candidates(text: str, reads: Callable[[str], object]) -> list[str]:
    tried = [re.sub(regex, new, text) for regex, new in _CHANGES]
    return list(dict.fromkeys(one for one in tried if one != text and _is_read(reads, one)))


def _repaired(document: Document, at: Path, value: str, reads: Callable[[str], object]) -> Iterator[Proposal]:
    if _is_read(reads, value):
        return
    found = _candidates(value, reads)
    for new in found:
        text = document.revalued(at, value, new, *_word(value, new))
        if text:
            title = (
                f"write `{new.strip()[:60]}` instead of `{value.strip()[:60]}` in `{'.'.join(at)}` of {document.path}"
            )
            yield edit("manifest", title, [document.source.change(text)], risk="medium", sure=len(found) == 1)


def _word(old: str, new: str) -> tuple[str, str]:
    """Return the line of a value that differs, before and after; the whole of a value of one line."""
    pairs = [(one, other) for one, other in zip(old.split("\n"), new.split("\n"), strict=False) if one != other]
    return pairs[0] if pairs else (old, new)


def _listed(shelf: Shelf, path: str) -> Iterator[Proposal]:
    """Yield the edits of the lines of a requirements file."""
    from packaging.requirements import Requirement

    source = shelf.case.source(path)
    for number, line in enumerate(source.lines if source is not None else (), 1):
        bare = re.sub(r"(?:^|\s)(?:#|--hash).*$", "", line).strip()
        if (
            source is None
            or not bare
            or bare.startswith("-")
            or "://" in bare
            or os.sep in bare
            or _is_read(Requirement, bare)
        ):
            continue
        found = _candidates(bare, Requirement)
        for new in found:
            title = f"write `{new}` instead of `{bare}` ({path}:{number})"
            text = source.with_line(number, line.replace(bare, new, 1))
            yield edit("manifest", title, [source.change(text)], risk="medium", sure=len(found) == 1)
