"""A section header of an INI file that lacks one of its brackets: every tool reads the file otherwise, or not at all."""

from __future__ import annotations

import os
import re

from ..proposal import edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..proposal import Proposal
    from ..source import Source
    from .shelf import Shelf

_ENDINGS = (".ini", ".cfg", ".conf", ".coveragerc", ".flake8", ".pylintrc", ".isort.cfg")
_OPEN = re.compile(r"(?m)^\[(?P<name>[\w:.*\" -]*\w\"?)[ \t]*(?=[#;\n]|\Z)")
_CLOSED = re.compile(r"(?m)^(?P<name>[\w:.*-]+)\][ \t]*$")
_LONGEST = 200_000


def propose(shelf: Shelf) -> Iterator[Proposal]:
    """Yield the bracket for the one broken header of each INI file that the output names."""
    for path in shelf.all_files:
        if not path.endswith(_ENDINGS) or os.path.basename(path) not in shelf.output:
            continue
        source = shelf.case.source(path)
        if source is None or len(source.text) > _LONGEST:
            continue
        found = [*_OPEN.finditer(source.text), *_CLOSED.finditer(source.text)]
        if len(found) == 1:
            yield _closed(source, found[0])


def _closed(source: Source, one: re.Match[str]) -> Proposal:
    text, name = source.text, one["name"]
    verb, place, sign = ("close", one.end("name"), "]") if one[0].startswith("[") else ("open", one.start(), "[")
    line = text.count("\n", 0, one.start()) + 1
    title = f"{verb} the section header `[{name}]` ({source.path}:{line})"
    return edit("manifest", title, [source.change(text[:place] + sign + text[place:])], risk="low")
