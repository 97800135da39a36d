"""A tool says that a word of a manifest is wrong: put the one right word that is close in its place.

What tools say is data (`reports` of `memory/manifest-keys.json`); which words would be right comes from the same message,
from what is known about the manifest, or from the project (`choices`).
"""

from __future__ import annotations

import re

from ..proposal import alternatives, edit
from . import near, tables
from .choices import choices

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from ..proposal import Proposal
    from .documents import Document, Path
    from .shelf import Shelf

_WORD = re.compile(r"[\"'`]([^\"'`\n]{1,80})[\"'`]|(?<![\w.-])([A-Za-z][\w.-]*)\??")
_MOST = 6
_FILLERS = frozenset(("or", "and", "of", "one", "the", "a", "but", "got", "any", "to", "be", "is"))


class Report:
    """One thing that a tool said: the wrong word, what it offered, where to look."""

    def __init__(self, raw: Mapping[str, Any], found: re.Match[str]) -> None:
        """Take the facts from a match."""
        groups = {name: text for name, text in found.groupdict().items() if text}
        self.raw, self.groups = raw, groups
        self.kind: str = raw["kind"]
        self.key = groups.get("key", "").strip("'\"")
        self.name = groups.get("name", "").strip("'\" ,").rstrip(".")
        self.meant = groups.get("meant", "")
        self.offered = [*options_of(groups.get("options", "")), *raw.get("options", ())]

    def files(self, shelf: Shelf) -> list[Document]:
        """Return the documents that the word may stand in."""
        named = shelf.case.resolve(self.groups.get("file", "").strip())
        if named:
            found = shelf.document(named)
            return [found] if found is not None else []
        return list(shelf.documents(self.raw.get("files", ())))


def propose(shelf: Shelf) -> Iterator[Proposal]:
    """Yield an edit for each report of a wrong word; suggestions where several would do."""
    for raw in tables.table()["reports"]:
        for number, found in enumerate(re.finditer(raw["regex"], shelf.output)):
            if number >= _MOST:
                break
            yield from alternatives(_edits(shelf, Report(raw, found)))


def options_of(text: str) -> list[str]:
    """Return the words that a message offers, quoted or bare; a cut word (`...`) is none."""
    found = [one or other for one, other in _WORD.findall(text)]
    return [word for word in found if word not in _FILLERS and not word.endswith("...")]


def _edits(shelf: Shelf, report: Report) -> list[Proposal]:
    proposals: list[Proposal] = []
    if report.raw["id"] == "cargo-unused-key":
        return [found for document in report.files(shelf) for found in _unused(document, report.key)]
    for document in report.files(shelf):
        if report.name and report.kind in ("key", "any"):
            proposals += _keys(shelf, document, report)
        if report.name and report.kind in ("value", "any"):
            proposals += _values(shelf, document, report)
        if not report.name and report.key:
            proposals += _by_key(document, report)
        if proposals and shelf.is_named(document.path):
            break
    return proposals


def _right(report: Report, offered: Sequence[str]) -> str:
    if report.meant:
        return report.meant if near.is_close(report.name, report.meant) else ""
    if report.name in offered:  # the word is right; what it names is not there
        return ""
    return near.closest(report.name, offered)


def _keys(shelf: Shelf, document: Document, report: Report) -> Iterator[Proposal]:
    if document.kind == "text":
        if re.search(rf"(?<![\w$.-]){re.escape(report.name)}(?![\w-])", document.source.text) is None:
            return
        places: list[Path] = [()]
    else:
        places = [at for at, key in document.keys() if key == report.name]  # noqa: SIM118 - a method, not a dict
    for at in dict.fromkeys(places):
        offered = [*report.offered, *choices(shelf, document, report.raw, report.groups)] or tables.known_keys(
            document, at
        )
        new = _right(report, offered)
        yield from rename(document, at, report.name, new)


def _values(shelf: Shelf, document: Document, report: Report) -> Iterator[Proposal]:
    where = report.raw.get("where", "")
    if document.kind == "text":
        if where != "modules" and report.name in document.source.text:
            offered = [*report.offered, *choices(shelf, document, report.raw, report.groups)]
            yield from revalue(document, (), report.name, report.name, _right(report, offered))
        return
    before = r"\w-" if where == "modules" and "." not in report.name else r"\w.-"
    token = re.compile(rf"(?<![{before}]){re.escape(report.name)}(?![\w-])")
    for at, value in dict.fromkeys(document.strings()):
        if token.search(value) is None or (where == "modules" and not _is_module(document, at)):
            continue
        offered = [
            *report.offered,
            *choices(shelf, document, report.raw, report.groups),
            *tables.known_values(document, at),
        ]
        yield from revalue(document, at, value, report.name, _right(report, offered))


def _is_module(document: Document, at: Path) -> bool:
    return tables.is_kind(document, at, "modules")


def _by_key(document: Document, report: Report) -> Iterator[Proposal]:
    """Yield edits of the value of a key that a tool named without saying the value, only what would be right."""
    if document.kind == "text":
        spot = re.compile(rf"(?<![\w$.-])['\"]?{re.escape(report.key)}['\"]?\s*:\s*['\"]([^'\"\n]+)['\"]")
        values: list[tuple[Path, str]] = [((), found[1]) for found in spot.finditer(document.source.text)]
    else:
        values = [(at, value) for at, value in document.strings() if at and at[-1] == report.key]
    lowered = {word.lower() for word in report.offered}
    for at, value in values:
        if value.lower() not in lowered:
            yield from revalue(document, at, value, value, near.closest(value, report.offered))


def _unused(document: Document, dotted: str) -> Iterator[Proposal]:
    """Yield the edits of a key that cargo names by its path from the root; the part that is wrong may be any of it."""
    for at, key in document.keys():  # noqa: SIM118 - a method, not a dict
        if ".".join((*at, key)) == dotted:
            yield from rename(document, at, key, near.closest(key, tables.known_keys(document, at)))


def rename(document: Document, at: Path, old: str, new: str) -> Iterator[Proposal]:
    """Yield the edit that gives a key its right name; nothing when it cannot be done by one word."""
    text = document.renamed(at, old, new) if new and new != old else ""
    if text:
        where = f" of `{'.'.join(at)}`" if at else ""
        title = f"rename `{old}`{where} to `{new}` in {document.path}"
        yield _worded(document, text, title, old, new)


def revalue(document: Document, at: Path, value: str, old: str, new: str) -> Iterator[Proposal]:
    """Yield the edit that puts the right word into a value; nothing when it cannot be done by one word."""
    if not new or new == old:
        return
    after = re.sub(rf"(?<![\w-]){re.escape(old)}(?![\w-])", lambda _: new, value, count=1) if value != old else new
    text = document.revalued(at, value, after, old, new)
    if text:
        where = f" in `{'.'.join(at)}`" if at else ""
        title = f"write `{new}` instead of `{old}`{where} of {document.path}"
        yield _worded(document, text, title, old, new)


def _worded(document: Document, text: str, title: str, old: str, new: str) -> Proposal:
    """Return the edit of one word; of two years or numbers none is a misspelt other one, so that is only shown."""
    sure = not (old.isdecimal() and new.isdecimal())
    return edit("manifest", title, [document.source.change(text)], risk="medium", sure=sure)
