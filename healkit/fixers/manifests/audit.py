"""A word of a manifest that no tool knows, while one that it knows is close and absent: the tools passed over it in silence.

Asked after everything that the output says by name. Only manifests of the tool that failed are looked at.
"""

from __future__ import annotations

import re

from . import near, tables
from .words import rename, revalue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..proposal import Proposal
    from .documents import Document
    from .shelf import Shelf

_MOST_FILES = 40
_MOST = 2
"""More odd words than that are somebody's habit, not a slip."""
_OTHER_CAUSES = frozenset(
    ("syntax_error", "merge_conflict", "network_error", "timeout", "permission_error", "resource_exhaustion")
)


def propose(shelf: Shelf) -> Iterator[Proposal]:
    """Yield the edits of misspelt keys and values, of the files that the output names first."""
    if shelf.case.diagnosis.category in _OTHER_CAUSES and not any(shelf.is_named(path) for path in shelf.manifests):
        return
    found = [proposal for document in documents(shelf) for proposal in (*_keys(document), *_values(document))]
    yield from found if len(found) <= _MOST else (proposal.replace(sure=False) for proposal in found)


def documents(shelf: Shelf) -> Iterator[Document]:
    """Yield the parsed manifests of the tools that ran, and those that the output names."""
    for path in shelf.manifests[:_MOST_FILES]:
        if any(shelf.runs(entry["tools"]) for entry, _ in tables.entries_of(path)) or shelf.is_named(path):
            document = shelf.document(path)
            if document is not None and document.kind != "text":
                yield document


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
        # What follows the word (`flit_core<4`) is nobody's slip and stays.
        word = re.match(r"[\w.:-]+", value) if known and " " not in value else None
        if word is not None and word[0].lower() not in {name.lower() for name in known}:
            yield from revalue(document, at, value, word[0], near.closest(word[0], known))
