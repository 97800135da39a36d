"""A JSON settings file that belongs to somebody else: read with positions, edited as text, replaced in one step.

Every byte that is not ours stays as it was: no value is printed again; an edit is an insertion or a cut at a known
place.
"""

from __future__ import annotations

import json
import os
from errno import EDQUOT, ENOSPC

from . import jsonpos
from .jsonpos import Node
from .records import HealkitError, Record


class Edit(Record):
    """One insertion: `text` was put in at `at`, counted in characters of the text as it was at that moment."""

    at: int
    text: str


def position(text: str, offset: int) -> str:
    """Return `line:column` of an offset, both counted from 1."""
    line_start = text.rfind("\n", 0, offset) + 1
    return f"{text.count(chr(10), 0, offset) + 1}:{offset - line_start + 1}"


def decode(data: bytes, path: str) -> str:
    """Return a settings file's text; a byte order mark stays in it.

    Raises:
        HealkitError: it is not UTF-8.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        column = error.start - (before.rfind(b"\n") + 1) + 1
        where = f"{path}:{before.count(10) + 1}:{column}"
        raise HealkitError("this is not UTF-8 text", where=where, do="Save it as UTF-8; nothing was changed.") from None


def parse(text: str, path: str) -> Node:
    """Return the root object of a settings file.

    Raises:
        HealkitError: not valid JSON, or no object; `where` is file:line:column.
    """
    document = jsonpos.parse(text)
    if document.faults or document.root is None:
        fault = document.faults[0]
        line, column = document.place(fault.offset)
        do = "Correct it first (plain JSON: no comments, no comma after the last entry); nothing was changed."
        raise HealkitError(f"this is not valid JSON: {fault.what}", where=f"{path}:{line}:{column}", do=do)
    root = document.root
    if not isinstance(root.value, dict):
        where = f"{path}:{position(text, root.start)}"
        raise HealkitError("a settings file must be one JSON object", where=where, do="Nothing was changed.")
    return root


def entries(node: Node) -> list[tuple[int, Node]]:
    """Return (where the entry starts, its value) of an object's members or a list's items, in the order of the text."""
    return [(m.start, m.node) for m in node.members] or [(item.start, item) for item in node.items]


def _line_indent(text: str, at: int) -> str:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _layout(text: str, root: Node) -> tuple[str, str]:
    """Return the file's own newline and unit of indentation; the unit is empty for a file on one line."""
    newline = "\r\n" if "\r\n" in text else "\n"
    if not root.members:
        return newline, "  "
    gap = text[root.start + 1 : root.members[0].start]
    if "\n" not in gap:
        return newline, "" if "\n" not in text[root.start : root.end] else "  "
    return newline, gap.rpartition("\n")[2] or "  "


def _render(key: str | None, value: object, unit: str, newline: str, indent: str) -> str:
    """Return a new entry's text; all but its first line are indented by `indent`."""
    name = "" if key is None else json.dumps(key, ensure_ascii=False) + ": "
    if not unit:
        return name + json.dumps(value, ensure_ascii=False)
    lines = json.dumps(value, ensure_ascii=False, indent=unit).split("\n")
    return name + (newline + indent).join(lines)


def insertion(text: str, root: Node, container: Node, key: str | None, value: object) -> Edit:
    """Return the edit that puts one more entry at the end of an object or list, in the file's own layout.

    Args:
        text: the whole file.
        root: its root.
        container: the node that grows.
        key: the new member's name, None for a list.
        value: what goes in.
    """
    newline, unit = _layout(text, root)
    if inside := entries(container):
        first, (last_start, last) = inside[0][0], inside[-1]
        if unit and "\n" in text[container.start : first]:
            indent = _line_indent(text, last_start)
            return Edit(at=last.end, text=f",{newline}{indent}" + _render(key, value, unit, newline, indent))
        return Edit(at=last.end, text=", " + _render(key, value, "", newline, ""))
    if not unit:
        return Edit(at=container.start + 1, text=_render(key, value, "", newline, ""))
    outer = _line_indent(text, container.start)
    indent = outer + unit
    body = newline + indent + _render(key, value, unit, newline, indent)
    closed = "\n" in text[container.start : container.end]
    return Edit(at=container.start + 1, text=body if closed else body + newline + outer)


def cut(text: str, container: Node, index: int) -> str:
    """Return the text without one entry of an object or list, and without the comma that the entry needed."""
    inside = entries(container)
    start, node = inside[index]
    if index + 1 < len(inside):
        return text[:start] + text[inside[index + 1][0] :]
    if index:
        return text[: inside[index - 1][1].end] + text[node.end :]
    return text[: container.start + 1] + text[container.end - 1 :]


def apply(text: str, edit: Edit) -> str:
    """Return the text with one insertion made."""
    return text[: edit.at] + edit.text + text[edit.at :]


def revert(text: str, edits: list[Edit]) -> str | None:
    """Return the text as it was before the insertions, None when they are not all there any more."""
    for edit in reversed(edits):
        if not text.startswith(edit.text, edit.at):
            return None
        text = text[: edit.at] + text[edit.at + len(edit.text) :]
    return text


def load(path: str) -> bytes | None:
    """Return a settings file's bytes, None when there is none.

    Raises:
        HealkitError: it is there and cannot be read.
    """
    try:
        with open(path, "rb") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise trouble(path, "read", error) from None


def trouble(path: str, act: str, error: OSError) -> HealkitError:
    """Return the one-line error for a file that could not be read, written or removed."""
    reason = (error.strerror or str(error)).lower()
    do = (
        "Free some space and try again."
        if error.errno in (ENOSPC, EDQUOT)
        else "Check the permissions of it and its folder."
    )
    return HealkitError(f"cannot {act} this file: {reason}", where=path, do=do)


def save(path: str, data: bytes, expected: bytes | None) -> None:
    """Replace a settings file in one step; a link stays a link and its target is replaced, mode and owner are kept.

    Args:
        path: the file; its folder must exist.
        data: the new content.
        expected: what the file held when it was read, None for no file.

    Raises:
        HealkitError: it changed meanwhile, or cannot be written; then it is as it was.
    """
    real = os.path.realpath(path)
    temporary = f"{real}.healkit-{os.getpid()}.tmp"
    try:
        _write_beside(real, temporary, data)
        if load(real) != expected:
            raise HealkitError("this file was changed by somebody else just now", where=path, do="Try again.")
        os.replace(temporary, real)
    except OSError as error:
        raise trouble(path, "write", error) from None
    finally:
        try:
            os.unlink(temporary)
        except OSError:
            pass


def _write_beside(real: str, temporary: str, data: bytes) -> None:
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with open(fd, "wb") as file:
        file.write(data)
        file.flush()
        try:
            found = os.stat(real)
        except FileNotFoundError:
            pass
        else:
            if found.st_uid != os.geteuid():
                os.fchown(fd, found.st_uid, found.st_gid)
            os.fchmod(fd, found.st_mode & 0o7777)
        os.fsync(fd)
