"""JSON with places: every key and value keeps where it stands, every fault is named in the words of an editor.

The standard parser gives values without places and stops at the first fault with a message about delimiters. A person
who edits a pattern file by hand wants to know where and what to do, and all faults at once. So this parser recovers
from the usual slips (commas, quotes, comments) and goes on. It accepts exactly what `json.loads` accepts, and gives
the same value: a text without faults is JSON.
"""

from __future__ import annotations

import re
from typing import Any

from ..records import HealkitError
from .reader import Reader
from .tree import Document, Fault, Member, Node

_CONFLICT = re.compile(r"(?m)^<<<<<<< ")
__all__ = ["Document", "Fault", "Member", "Node", "loads", "parse"]


def parse(text: str) -> Document:
    """Return the places, the value and the faults of a JSON text; never raises on any text."""
    if "<<<<<<< " in text and (conflicts := tuple(_CONFLICT.finditer(text))):
        do = "keep one side, or both, and remove the lines <<<<<<< ======= >>>>>>>"
        return Document(
            text, None, tuple(Fault(found.start(), "a merge conflict that is not resolved", do) for found in conflicts)
        )
    reader = Reader(text)
    root = reader.read()
    return Document(text, root, tuple(sorted(reader.faults, key=lambda f: f.offset)))


def loads(text: str, where: str = "") -> Any:
    """Return the value of a JSON text.

    Raises:
        HealkitError: the text is not JSON; it names line and column of the first fault.
    """
    document = parse(text)
    if document.faults or document.root is None:
        fault = document.faults[0]
        line, column = document.place(fault.offset)
        raise HealkitError(fault.what, where=f"{where or 'text'}:{line}:{column}", do=fault.do)
    return document.root.value
