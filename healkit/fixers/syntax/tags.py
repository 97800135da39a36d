"""JSX tags that do not match: a closing one that is missing or misspelt, a void one that is not closed."""

from __future__ import annotations

import re

from .search import Edit
from .tokens import Lines, indent_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_TAG = re.compile(r"<(/?)([A-Za-z][\w.-]*)?((?:[^<>{}\"']|\"[^\"]*\"|'[^']*'|\{[^{}]*\})*?)(/?)>")
_VOID = frozenset(("br", "hr", "img", "input", "meta", "link", "source", "area", "col", "embed", "track", "wbr"))
_ELEMENTS = frozenset(
    "a abbr article aside audio b blockquote body button canvas caption circle code dd del details dialog div dl dt em fieldset figure "
    "footer form g h1 h2 h3 h4 h5 h6 head header html i iframe label legend li main nav ol optgroup option p path picture pre rect "
    "section select small span strong sub summary sup svg table tbody td textarea tfoot th thead time title tr u ul video".split()
)
_NEAR = 80


def tag_edits(text: str, lines: Lines, number: int, message: str) -> Iterator[Edit]:
    """Yield the edits that make JSX tags match: those above a fault, by their order and their indentation."""
    if "<" not in text or not re.search(r"</|/>", text):
        return
    stack: list[re.Match[str]] = []
    start = lines.start(max(1, number - _NEAR))
    for found in _TAG.finditer(text, start, lines.end(min(number + 3, len(lines)))):
        closing, name, _, alone = found.groups()
        if alone:
            continue
        if not closing:
            if name in _VOID:
                yield Edit(found.end() - 1, found.end() - 1, " /", 2.0, f"close `<{name}>`")
            stack.append(found)
        elif stack and stack[-1][2] == name:
            stack.pop()
        elif stack:
            opened = stack[-1][2] or ""
            known = 3.0 * (_known(text, opened) - _known(text, name or ""))
            at = found.start() + 2
            yield Edit(at, at + len(name or ""), opened, known, f"write `</{opened}>`")
            at = stack[-1].start() + 1
            yield Edit(at, at + len(opened), name or "", -0.5 - known, f"write `<{name or ''}>`")
            yield from _closings(text, lines, stack[-1], found.start())
            if len(stack) > 1 and stack[-2][2] == name:
                del stack[-2:]
    for found in stack[-2:]:
        yield from _closings(text, lines, found, lines.end(min(number + 3, len(lines))))


def _known(text: str, name: str) -> int:
    """Tell whether there is an element of a name: HTML has it, or the text says the word elsewhere, too."""
    return int(
        name in _ELEMENTS or name in _VOID or len(re.findall(rf"(?<![\w$]){re.escape(name)}(?![\w$])", text)) > 1
    )


def _closings(text: str, lines: Lines, opened: re.Match[str], limit: int) -> Iterator[Edit]:
    """Yield a closing tag for one that was opened: on its line, or in front of the first line below that is not deeper."""
    name = opened[2] or ""
    first = lines.number(opened.start())
    end = lines.start(first) + len(lines.line(first).rstrip())
    yield Edit(end, end, f"</{name}>", -0.5, f"insert `</{name}>`")
    if opened.end() == end:
        yield Edit(end - 1, end - 1, " /", -1.0, f"close `<{name}>`")
    deep = indent_of(lines.line(first))
    for below in range(first + 1, lines.number(limit) + 1):
        line = lines.line(below)
        if line.strip() and indent_of(line) <= deep:
            indent = lines.line(first)[: len(lines.line(first)) - len(lines.line(first).lstrip())]
            yield Edit(lines.start(below), lines.start(below), f"{indent}</{name}>\n", 0.5, f"insert `</{name}>`")
            break
