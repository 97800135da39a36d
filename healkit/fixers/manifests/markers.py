"""pytest does not know a marker: the close registered one is meant, or nobody has registered it."""

from __future__ import annotations

import re

from ..proposal import alternatives, edit
from . import near
from .fixtures import since_commit, unheard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..proposal import Proposal
    from .documents import Document
    from .shelf import Shelf

_MARKER = re.compile(
    r"'(?P<name>\w+)' not found in `markers` configuration option|Unknown pytest\.mark\.(?P<other>\w+)"
)
_SETTINGS = ["pyproject.toml", "pytest.ini", "tox.ini", "setup.cfg", ".pytest.ini"]
_MOST = 8
_QUOTED = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'")


def propose(shelf: Shelf) -> Iterator[Proposal]:
    """Yield the edits for each marker that is not registered."""
    names = dict.fromkeys(found["name"] or found["other"] for found in _MARKER.finditer(shelf.output))
    for name in list(names)[:_MOST]:
        yield from _marker(shelf, name)


def _marker(shelf: Shelf, name: str) -> Iterator[Proposal]:
    registered = _registered(shelf)
    meant = near.closest(name, registered)
    if not meant:
        yield from _added(shelf, name)
        return
    uses = {word: len(_marked(shelf, word)) for word in (name, meant)}
    # The one that tests use besides the other is right; where only the unknown one is used, its registration may be the slip.
    fixes = [*_used(shelf, name, meant)]
    if not uses[meant]:
        fixes = [*_renamed(registered[meant], name, meant)] if uses[name] else fixes
        if uses[name] == 1:
            fixes += _used(shelf, name, meant)
            wrong = unheard(shelf, name, meant) or since_commit(
                shelf, registered[meant].path, _marked(shelf, name)[0], name, meant
            )
            fixes = [fix for fix, word in zip(fixes, (meant, name), strict=False) if wrong in ("", word)]
    yield from alternatives(fixes)


def _registered(shelf: Shelf) -> dict[str, Document]:
    found: dict[str, Document] = {}
    for document in shelf.documents(_SETTINGS):
        for at, value in document.strings() if document.kind != "text" else ():
            if at and at[-1] == "markers":
                for line in value.split("\n"):
                    word = re.match(r"\s*(\w+)", line)
                    if word:
                        found[word[1]] = document
    return found


def _renamed(document: Document, name: str, meant: str) -> Iterator[Proposal]:
    for at, value in document.strings():
        spot = re.search(rf"(?m)^\s*{re.escape(meant)}\b", value)
        if at and at[-1] == "markers" and spot:
            after = value[: spot.end() - len(meant)] + name + value[spot.end() :]
            text = document.revalued(at, value, after, meant, name)
            if text:
                title = f"register the marker `{name}` instead of `{meant}` in {document.path}"
                yield edit("manifest", title, [document.source.change(text)], risk="medium")


def _marked(shelf: Shelf, name: str) -> list[str]:
    """Return the Python files that use a marker."""
    word = re.compile(rf"\bmark\.{re.escape(name)}\b".encode())
    return [path for path in shelf.all_files if path.endswith(".py") and word.search(shelf.case.read(path) or b"")]


def _used(shelf: Shelf, name: str, meant: str) -> Iterator[Proposal]:
    """Yield the edit that uses the registered marker wherever the unknown one stands."""
    changes = []
    word = re.compile(rf"\bmark\.{re.escape(name)}\b")
    for path in _marked(shelf, name):
        source = shelf.case.source(path)
        if source is not None:
            changes.append(source.change(word.sub(f"mark.{meant}", source.text)))
    if changes:
        places = ", ".join(change.path for change in changes)
        title = f"use the registered marker `{meant}` instead of `{name}` in {places}"
        yield edit("manifest", title, changes, risk="medium")


def _added(shelf: Shelf, name: str) -> Iterator[Proposal]:
    """Yield the registration of a marker that tests use, behind the last of those that are registered."""
    if not _marked(shelf, name):
        return
    for document in shelf.documents(_SETTINGS):
        spots = [at for at, value in document.strings() if at and at[-1] == "markers"] if document.data else []
        text = _with_marker(document, name) if spots else ""
        if text:
            title = f"register the marker `{name}`, which tests use, in {document.path}"
            yield edit("manifest", title, [document.source.change(text)], risk="medium")
            return


def _with_marker(document: Document, name: str) -> str:
    """Return a file's text with a marker behind the last one of its list; empty when the list is written in another way."""
    text = document.source.text
    head = re.search(r"(?m)^[ \t]*markers[ \t]*=[ \t]*", text)
    if head is None:
        return ""
    if document.kind == "toml":
        closing = _list_end(text, head.end())
        items = list(_QUOTED.finditer(text, head.end(), closing))
        if not items:
            return ""
        last = items[-1]
        indent = re.search(r"\n([ \t]*)$", text[: last.start()])
        between = f",\n{indent[1]}" if indent else ", "
        return f'{text[: last.end()]}{between}"{name}"{text[last.end() :]}'
    body = re.compile(r"[^\n]*(?:\n[ \t]+[^\n]*\S[^\n]*)*").match(text, head.end())
    if body is None or not body[0].strip():
        return ""
    indents = re.findall(r"\n([ \t]+)\S", body[0])
    return f"{text[: body.end()]}\n{indents[-1] if indents else '    '}{name}{text[body.end() :]}"


def _list_end(text: str, start: int) -> int:
    """Return where the list that begins at a place ends."""
    plain = _QUOTED.sub(lambda found: "x" * len(found[0]), text)
    return plain.find("]", start)
