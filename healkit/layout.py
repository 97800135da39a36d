"""How an entry is written into a JSON text that people edit: their indentation and line ends, every other byte kept.

Edits are made at the places that `jsonpos` gives; nothing is written out anew but what changes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .jsonpos import Document, Member, Node

MAX_INLINE = 110
"""Characters up to which a list or an inner object stays on one line."""

Span = tuple[int, int]


def spell(value: Any) -> str:
    """Return a value as JSON on one line; what no editor shows (control characters, marks, halves) is escaped."""
    if isinstance(value, Mapping):
        inside = ", ".join(f"{spell(str(key))}: {spell(item)}" for key, item in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(spell, value))}]"
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)


def render(value: Any, indent: str, unit: str, newline: str = "\n", wide: bool = True) -> str:
    """Return a value as people write it by hand: an entry a key a line, short lists and inner objects on one line.

    Args:
        value: what is written.
        indent: the indentation of the line that it starts on.
        unit: one step of indentation.
        newline: the line end.
        wide: it is an entry, whose keys stand one a line however short they are.
    """
    short = spell(value)
    if not isinstance(value, Mapping | list | tuple) or not value:
        return short
    if not wide and len(short) <= MAX_INLINE:
        return short
    deeper = indent + unit
    if isinstance(value, Mapping):
        lines = [f"{spell(str(k))}: {render(v, deeper, unit, newline, wide=False)}" for k, v in value.items()]
        begin, end = "{", "}"
    else:
        lines = [render(item, deeper, unit, newline, wide=False) for item in value]
        begin, end = "[", "]"
    inside = f",{newline}".join(f"{deeper}{line}" for line in lines)
    return f"{begin}{newline}{inside}{newline}{indent}{end}"


def entry_nodes(root: Node | None) -> list[tuple[str, Node, Member | None]]:
    """Return the entries of a pattern file: id (empty when it has none), value, and the key that names it, if one does."""
    if root is None:
        return []
    member = root.member("patterns")
    inside = member.node if member is not None else root
    if inside.items:
        return [(_id(node), node, None) for node in inside.items]
    return [(m.key, m.node, m) for m in inside.members] if member is not None else []


def _id(node: Node) -> str:
    name = node.value.get("id") if isinstance(node.value, dict) else None
    return name if isinstance(name, str) else ""


def insert_entry(document: Document, entry: Mapping[str, Any]) -> str:
    """Return the text of a pattern file with an entry more, at its end.

    Raises:
        ValueError: the file has a form that holds no entries.
    """
    root, text = document.root, document.text
    if root is None:
        raise ValueError("there is nothing in it")
    if isinstance(root.value, list):
        return _append(text, root, [(n.start, n.end) for n in root.items], _writer(text, entry))
    member = root.member("patterns")
    if member is None:
        flat = [m for m in root.members if isinstance(m.node.value, str) and not m.key.startswith("$")]
        if not isinstance(root.value, dict) or any(m.key not in ("version", "note") for m in flat):
            raise ValueError("it has no list of patterns")
        spans = [(m.start, m.node.end) for m in root.members]
        return _append(text, root, spans, _writer(text, [entry], '"patterns": '))
    node = member.node
    if isinstance(node.value, list):
        return _append(text, node, [(n.start, n.end) for n in node.items], _writer(text, entry))
    if not isinstance(node.value, dict):
        raise ValueError("its patterns are no list")
    named = {key: value for key, value in entry.items() if key != "id"}
    spans = [(m.start, m.node.end) for m in node.members]
    return _append(text, node, spans, _writer(text, named, f"{spell(entry['id'])}: "))


def _writer(text: str, value: Any, lead: str = "") -> Callable[[str | None], str]:
    """Return what writes a value at an indentation, or on one line for None."""
    unit, newline = _unit(text), _newline(text)

    def write(indent: str | None) -> str:
        if indent is None:
            return lead + spell(value)
        if isinstance(value, list):  # the first entry of a file that had no list yet
            inner = f"{newline}{indent}{unit}".join(render(item, indent + unit, unit, newline) for item in value)
            return f"{lead}[{newline}{indent}{unit}{inner}{newline}{indent}]"
        return lead + render(value, indent, unit, newline)

    return write


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _unit(text: str) -> str:
    """Return one step of the text's indentation: that of its first indented line, two spaces when there is none."""
    for line in text.splitlines()[:200]:
        found = line[: len(line) - len(line.lstrip(" \t"))]
        if found and line.strip():
            return "\t" if found.startswith("\t") else found[:8]
    return "  "


def _line_indent(text: str, at: int) -> str:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _append(text: str, container: Node, children: Sequence[Span], write: Callable[[str | None], str]) -> str:
    """Return a text with one child more at the end of a list or an object."""
    newline = _newline(text)
    if not children:
        if "\n" not in text:
            return f"{text[: container.start + 1]}{write(None)}{text[container.end - 1 :]}"
        outer = _line_indent(text, container.start)
        indent = outer + _unit(text)
        inside = f"{newline}{indent}{write(indent)}{newline}{outer}"
        return f"{text[: container.start + 1]}{inside}{text[container.end - 1 :]}"
    start, end = children[-1]
    lead = text[len(text[:start].rstrip(" \t\r\n")) : start]
    if "\n" in lead:
        return f"{text[:end]},{lead}{write(lead.rpartition(chr(10))[2])}{text[end:]}"
    indent_here = _line_indent(text, end) if "\n" in text[start:end] else None
    return f"{text[:end]}, {write(indent_here)}{text[end:]}"


def change_member(document: Document, node: Node, key: str, value: Any) -> str:
    """Return a text with one key of an object set, or removed for the value None; all else stays as it is."""
    text = document.text
    member = node.member(key)
    if member is None:
        if value is None:
            return text
        unit, newline = _unit(text), _newline(text)

        def write(indent: str | None) -> str:
            told = spell(value) if indent is None else render(value, indent, unit, newline, wide=False)
            return f"{spell(key)}: {told}"

        return _append(text, node, [(m.start, m.node.end) for m in node.members], write)
    if value is None:
        start, end = _removal(node, member)
        return text[:start] + text[end:]
    if value == member.node.value and isinstance(value, bool) == isinstance(member.node.value, bool):
        return text
    told = render(value, _line_indent(text, member.start), _unit(text), _newline(text), wide=False)
    told = told if "\n" in text[node.start : node.end] else spell(value)
    return text[: member.node.start] + told + text[member.node.end :]


def _removal(node: Node, member: Member) -> Span:
    number = node.members.index(member)
    if number:
        return node.members[number - 1].node.end, member.node.end
    if len(node.members) > 1:
        return member.start, node.members[1].start
    return member.start, member.node.end


def children(node: Node | None) -> list[tuple[str | None, Node]]:
    """Return what a list or an object holds, in order: key (None in a list) and value."""
    if node is None:
        return []
    return [(None, item) for item in node.items] or [(member.key, member.node) for member in node.members]


def append_child(document: Document, node: Node, value: Any, *, key: str | None = None, wide: bool = True) -> str:
    """Return a text with one more value at the end of a list, or of an object under a key.

    Args:
        document: the text.
        node: the list or object.
        value: what is added.
        key: its key in an object.
        wide: it is an entry, whose keys stand one a line.
    """
    text, lead = document.text, "" if key is None else f"{spell(key)}: "
    unit, newline = _unit(text), _newline(text)

    def write(indent: str | None) -> str:
        return lead + (spell(value) if indent is None else render(value, indent, unit, newline, wide=wide))

    return _append(text, node, _spans(node), write)


def remove_child(document: Document, node: Node, number: int) -> str:
    """Return a text without one value of a list or an object, its comma and its line."""
    text, spans = document.text, _spans(node)
    if number:
        return text[: spans[number - 1][1]] + text[spans[number][1] :]
    if len(spans) > 1:
        return text[: spans[0][0]] + text[spans[1][0] :]
    return text[: spans[0][0]].rstrip(" \t\r\n") + text[spans[0][1] :].lstrip(" \t\r\n")


def _spans(node: Node) -> list[Span]:
    return [(item.start, item.end) for item in node.items] or [(m.start, m.node.end) for m in node.members]


def remove_entry(document: Document, name: str) -> str:
    """Return a text without the entry of an id, its comma and its line; as it is when there is none."""
    root, found = document.root, entry_nodes(document.root)
    number = next((n for n, (own, _, _) in enumerate(found) if own == name), -1)
    if number < 0 or root is None:
        return document.text
    member = root.member("patterns")
    return remove_child(document, member.node if member is not None else root, number)
