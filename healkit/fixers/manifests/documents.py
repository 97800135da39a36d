"""A manifest that parses: its keys and values by path, and edits of one word that change nothing else.

An edit is found by trying: the word is replaced where it stands in the text, the text is parsed again, and only the
place whose replacement gives exactly the intended data is taken. So comments, order and spelling stay as they are.
"""

from __future__ import annotations

import configparser
import copy
import json
import os
import re
import tomllib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..source import Source

    Path = tuple[str, ...]

_INI = (".ini", ".cfg", ".coveragerc", ".editorconfig")
_JSON_NAMES = (".eslintrc", ".babelrc", ".prettierrc", ".swcrc", ".nycrc", ".jshintrc")
_COMMENTS = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_COMMAS = re.compile(r'"(?:[^"\\\n]|\\.)*"|,(?=\s*[}\]])')
_MOST = 40


class Document:
    """A text file as data: `kind` is toml, json, ini, yaml, or text for what is not parsed."""

    def __init__(self, source: Source) -> None:
        """Parse a file; one that does not parse becomes text."""
        self.source, self.path = source, source.path
        self.kind = kind_of(source.path)
        self.data: Any = None
        try:
            self.data = self.parse(source.text)
        except (ValueError, RecursionError, configparser.Error):
            pass
        if not isinstance(self.data, dict):
            self.kind, self.data = "text", None

    def parse(self, text: str) -> Any:
        """Return the data of a text in this document's format; ValueError or configparser.Error when it is none."""
        if self.kind == "toml":
            return tomllib.loads(text)
        if self.kind == "json":
            return read_json(text)
        if self.kind == "ini":
            return read_ini(text)
        return read_yaml(text) if self.kind == "yaml" else None

    def tables(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Yield each table with its path; items of a list have the list's path."""
        yield from _tables(self.data, ())

    def keys(self) -> Iterator[tuple[Path, str]]:
        """Yield each key with the path of its table."""
        for path, table in self.tables():
            for key in table:
                yield path, key

    def strings(self) -> Iterator[tuple[Path, str]]:
        """Yield each text value with its path; items of a list have the list's path."""
        yield from _strings(self.data, ())

    def at(self, path: Path) -> Any:
        """Return the value at a path, None when there is none."""
        here = self.data
        for part in path:
            if not isinstance(here, dict) or part not in here:
                return None
            here = here[part]
        return here

    def renamed(self, table: Path, old: str, new: str) -> str:
        """Return the text with a key of a table renamed; empty when that cannot be done by one word."""
        if self.kind == "text":
            return self._only(rf"(?<![\w$.-])(['\"]?){re.escape(old)}(?=\1\s*:)", old, new)
        wanted = copy.deepcopy(self.data)
        done = [_rename(found, old, new) for path, found in _tables(wanted, ()) if path == table]
        if True not in done:
            return ""
        return self._found(rf"(?<![\w-]){re.escape(old)}(?![\w-])", old, new, wanted)

    def revalued(self, path: Path, old: str, new: str, word: str, instead: str) -> str:
        """Return the text with one word of a text value replaced.

        Args:
            path: where the value stands.
            old: the value.
            new: the value afterwards.
            word: what is replaced in the text.
            instead: by what.
        """
        if self.kind == "text":
            return self._only(rf"(?<![\w./@-]){re.escape(word)}(?![\w-])", word, instead)
        wanted = _replaced(self.data, path, old, new)
        return self._found(re.escape(word), word, instead, wanted)

    def _only(self, regex: str, old: str, new: str) -> str:
        spots = [found.end() - len(old) for found in re.finditer(regex, self.source.text)]
        if len(spots) != 1:
            return ""
        return _spliced(self.source.text, spots[0], old, new)

    def _found(self, regex: str, old: str, new: str, wanted: Any) -> str:
        text = self.source.text
        spots = [found.start() for found in re.finditer(regex, text)][:_MOST]
        tries = [_spliced(text, spot, old, new) for spot in spots]
        if len(spots) > 1:
            tries.append(re.sub(regex, new.replace("\\", "\\\\"), text))
        for tried in tries:
            try:
                if self.parse(tried) == wanted:
                    return tried
            except (ValueError, RecursionError, configparser.Error):
                continue
        return ""


def kind_of(path: str) -> str:
    """Return the format of a manifest by its name."""
    name = os.path.basename(path)
    ending = os.path.splitext(name)[1]
    if ending in (".toml",) or name == "Pipfile":
        return "toml"
    if ending in (".json", ".jsonc", ".json5") or name in _JSON_NAMES:
        return "json"
    if ending in (".yml", ".yaml"):
        return "yaml"
    return "ini" if ending in _INI or name in _INI else "text"


def read_json(text: str) -> Any:
    """Return the data of JSON that may hold comments and commas at the end."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        bare = _COMMENTS.sub(lambda found: found[0] if found[0][0] == '"' else " ", text)
        return json.loads(_COMMAS.sub(lambda found: found[0] if found[0][0] == '"' else "", bare))


def read_ini(text: str) -> dict[str, dict[str, str]]:
    """Return sections, keys and values of an INI file; keys keep their case."""
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True, empty_lines_in_values=True)
    parser.optionxform = lambda optionstr: optionstr  # type: ignore[method-assign]
    parser.read_string(text)
    found = {name: {key: value or "" for key, value in parser._sections[name].items()} for name in parser.sections()}  # type: ignore[attr-defined]
    if parser.defaults():
        found["DEFAULT"] = dict(parser.defaults())
    return found


def read_yaml(text: str) -> Any:
    """Return the data of YAML; ValueError when it is none or cannot be read here."""
    try:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import YAMLError
    except ImportError:
        raise ValueError("no YAML reader") from None
    try:
        return YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ArithmeticError, TypeError, AttributeError) as error:
        raise ValueError(str(error)) from None


def _tables(data: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    if isinstance(data, dict):
        yield path, data
        for key, value in list(data.items()):
            yield from _tables(value, (*path, str(key)))
    elif isinstance(data, list):
        for item in data:
            yield from _tables(item, path)


def _strings(data: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _strings(value, (*path, str(key)))
    elif isinstance(data, list):
        for item in data:
            yield from _strings(item, path)


def _rename(table: dict[str, Any], old: str, new: str) -> bool:
    """Rename a key in place; where the new name is there too, both are put together if they share nothing."""
    if old not in table:
        return False
    if new not in table:
        table[new] = table.pop(old)
        return True
    one, other = table[old], table[new]
    if isinstance(one, dict) and isinstance(other, dict) and not one.keys() & other.keys():
        table[new] = {**other, **table.pop(old)}
        return True
    return False


def _replaced(data: Any, path: Path, old: str, new: str) -> Any:
    if not path:
        if isinstance(data, list):
            return [_replaced(item, path, old, new) for item in data]
        return new if data == old else copy.deepcopy(data)
    if isinstance(data, list):
        return [_replaced(item, path, old, new) for item in data]
    if isinstance(data, dict):
        return {
            key: _replaced(value, path[1:], old, new) if str(key) == path[0] else value for key, value in data.items()
        }
    return data


def _spliced(text: str, at: int, old: str, new: str) -> str:
    return f"{text[:at]}{new}{text[at + len(old) :]}"
