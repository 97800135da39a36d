"""A word of a manifest that no tool knows, while one that it knows is close and absent: the tools passed over it in silence.

Asked after everything that the output says by name. Only manifests of the tool that failed are looked at.
"""

from __future__ import annotations

from . import near, tables
from .words import rename, revalue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..proposal import Proposal
    from .documents import Document
    from .shelf import Shelf

_MOST_FILES = 40


def propose(shelf: Shelf) -> Iterator[Proposal]:
    """Yield the edits of misspelt keys and values, of the files that the output names first."""
    for path in shelf.manifests[:_MOST_FILES]:
        if not any(shelf.runs(entry["tools"]) for entry, _ in tables.entries_of(path)) and not shelf.is_named(path):
            continue
        document = shelf.document(path)
        if document is not None and document.kind != "text":
            yield from _keys(document)
            yield from _values(document)


def _keys(document: Document) -> Iterator[Proposal]:
    for at, table in document.tables():
        known = tables.known_keys(document, at)
        unknown = [key for key in table if isinstance(key, str) and key not in known] if known else []
        for key in unknown:
            # A key that stands beside the one it looks like was meant as it is.
            new = near.closest(key, known)
            if new and (new not in table or isinstance(table[new], dict)):
                yield from rename(document, at, key, new)


def _values(document: Document) -> Iterator[Proposal]:
    for at, value in document.strings():
        known = tables.known_values(document, at)
        if known and value.lower() not in {word.lower() for word in known} and " " not in value:
            yield from revalue(document, at, value, value, near.closest(value, known))
