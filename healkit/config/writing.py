"""Changing one key of a TOML file, every other byte kept; and turning the older JSON settings into TOML."""

from __future__ import annotations

import os
import re
import tomllib

from ..records import HealkitError
from .reading import Merge, take_json
from .settings import SETTINGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..entries import Problem


def spell(value: object) -> str:
    """Return a value in TOML: texts, numbers, true and false, and lists of these."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(spell(item) for item in value)}]"
    text = "".join(f"\\u{ord(c):04x}" if c < " " or c == "\x7f" else f"\\{c}" if c in '\\"' else c for c in str(value))
    return f'"{text}"'


def spell_all(values: Mapping[str, Any]) -> str:
    """Return settings (`table.key` to value) as the text of a TOML file."""
    tables: dict[str, list[str]] = {}
    for key, value in values.items():
        table, _, name = key.partition(".")
        tables.setdefault(table, []).append(f"{name} = {spell(value)}")
    return "\n".join(f"[{table}]\n" + "".join(f"{line}\n" for line in lines) for table, lines in tables.items())


def parse(text: str, path: str) -> dict[str, Any]:
    """Return what a TOML text says.

    Raises:
        HealkitError: it is no TOML; `path` says where.
    """
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        where = f"{path}:{place[1]}:{place[2]}" if place else path
        raise HealkitError(
            f"not valid TOML: {str(error).partition(' (at')[0]}",
            where=where,
            do="Correct it first; nothing was written.",
        ) from None


def put(text: str, key: str, value: object, path: str = "") -> str:
    """Return a TOML text in which one key has a value, and everything else stands as it stood.

    Args:
        text: the file's text, may be empty.
        key: `table.key`.
        value: what `spell` can write.
        path: the file's name, for errors.

    Raises:
        HealkitError: the text is no TOML, or writes the key in a way that cannot be changed without touching more.
    """
    table, _, name = key.partition(".")
    wanted = parse(text, path)
    inner = wanted.setdefault(table, {})
    line = f"{name} = {spell(value)}"
    new = ""
    if isinstance(inner, dict):
        new = _replaced(text, table, name, line) if name in inner else _added(text, table, line)
        inner[name] = list(value) if isinstance(value, tuple) else value
    try:
        if new and tomllib.loads(new) == wanted:
            return new
    except tomllib.TOMLDecodeError:
        pass
    do = f"Write it by hand: in the table [{table}], {line}"
    raise HealkitError(f"`{key}` is written in a way that only a person can change", where=path, do=do)


def _header(lines: list[str], table: str) -> int:
    header = re.compile(rf"\s*\[\s*[\"']?{re.escape(table)}[\"']?\s*\]\s*(?:#.*)?$")
    return next((number for number, line in enumerate(lines) if header.match(line)), -1)


def _added(text: str, table: str, line: str) -> str:
    lines = text.splitlines()
    at = _header(lines, table)
    if at >= 0:
        return "\n".join([*lines[: at + 1], line, *lines[at + 1 :]]) + "\n"
    lead = f"{text.rstrip()}\n\n" if text.strip() else ""
    return f"{lead}[{table}]\n{line}\n"


def _replaced(text: str, table: str, name: str, line: str) -> str:
    """Return the text with the key's line (or lines: a list may have several) replaced; empty when it is not found."""
    lines = text.splitlines()
    start = _header(lines, table)
    key = re.compile(rf"\s*[\"']?{re.escape(name)}[\"']?\s*=")
    for number in range(start + 1, len(lines) if start >= 0 else 0):
        if re.match(r"\s*\[[^\]]*\]\s*(?:#.*)?$", lines[number]):
            return ""
        if key.match(lines[number]):
            end = _end_of_value(lines, number)
            return "\n".join([*lines[:number], line, *lines[end:]]) + "\n"
    return ""


def _end_of_value(lines: list[str], start: int) -> int:
    for end in range(start + 1, len(lines) + 1):
        try:
            tomllib.loads("\n".join(lines[start:end]))
        except tomllib.TOMLDecodeError:
            continue
        return end
    return start + 1


def write(path: str, text: str) -> None:
    """Replace a settings file in one step; a link is followed, the mode kept.

    Raises:
        HealkitError: it cannot be written.
    """
    real = os.path.realpath(path)
    temporary = f"{real}.{os.getpid()}.tmp"
    try:
        os.makedirs(os.path.dirname(real), exist_ok=True)
        mode = os.stat(real).st_mode & 0o777 if os.path.exists(real) else 0o666
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(fd, "wb") as file:
            file.write(text.encode())
        os.replace(temporary, real)
    except OSError as error:
        if os.path.lexists(temporary):
            os.unlink(temporary)
        raise HealkitError(f"cannot be written: {error.strerror}", where=path, do="Check the folder's owner.") from None


def read_file(path: str) -> str:
    """Return a settings file's text, empty when there is none; HealkitError when it cannot be read."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise HealkitError(f"cannot be read: {error}", where=path, do="Look at the file.") from None


def from_json(path: str, root: str) -> tuple[dict[str, Any], list[Problem]]:
    """Return the settings (`table.key` to value) that an older JSON file states, and what of it cannot be taken over."""
    merge = Merge(root, trusted=True)
    for block in ("learning", "hooks"):
        take_json(merge, path, block)
    values = {key: merge.values[key] for key in SETTINGS if merge.origins[key] != "default"}
    return values, merge.problems
