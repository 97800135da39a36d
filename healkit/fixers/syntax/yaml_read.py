"""What a YAML text means, by the reader that healkit has: its nodes as text, where keys and items begin, a key that stands twice."""

from __future__ import annotations

import re
from typing import NamedTuple


class Read(NamedTuple):
    """What a text means, and on which lines (from 0) keys and list items begin."""

    said: str
    keys: frozenset[int]
    items: frozenset[int]
    empty: int
    """How many keys have no value."""


def read(text: str) -> tuple[Read | None, list[int]]:
    """Return what a text means, or the lines (from 0) that its reader complains about; neither without a reader."""
    try:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError, YAMLError
    except ImportError:
        return None, []
    yaml = YAML(typ="safe", pure=True)
    yaml.allow_duplicate_keys = True
    said: list[str] = []
    keys: set[int] = set()
    items: set[int] = set()
    try:
        for node in yaml.compose_all(text):
            said.append(_walk(node, keys, items, 0))
    except MarkedYAMLError as error:
        marks = [mark.line for mark in (error.problem_mark, error.context_mark) if mark is not None]
        return None, marks or [0]
    except (YAMLError, ValueError, RecursionError) as error:
        found = re.search(r"line (\d+)", str(error))
        return None, [int(found[1]) - 1 if found else 0]
    meaning = "\n".join(said)
    return Read(meaning, frozenset(keys), frozenset(items), meaning.count(":tag:yaml.org,2002:null=''")), []


def _walk(node: object, keys: set[int], items: set[int], depth: int) -> str:
    """Return a node's meaning as text, and note where its keys and items begin."""
    value = getattr(node, "value", None)
    if depth > 200:
        raise ValueError("too deep")
    if isinstance(value, list):
        parts = []
        for each in value:
            if isinstance(each, tuple):
                keys.add(each[0].start_mark.line)
                parts.append(f"{_walk(each[0], keys, items, depth + 1)}:{_walk(each[1], keys, items, depth + 1)}")
            else:
                items.add(each.start_mark.line)
                parts.append(_walk(each, keys, items, depth + 1))
        return f"{getattr(node, 'tag', '')}[{','.join(parts)}]"
    return f"{getattr(node, 'tag', '')}={value!r}" if node is not None else "null"


def twice(text: str) -> int:
    """Return the line (from 1) of the first key that stands twice in one mapping; 0 when there is none or nothing can tell."""
    try:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import YAMLError
    except ImportError:
        return 0
    yaml = YAML(typ="safe", pure=True)
    try:
        nodes = list(yaml.compose_all(text))
    except (YAMLError, ValueError, RecursionError):
        return 0
    while nodes:
        node = nodes.pop()
        value = getattr(node, "value", None)
        if not isinstance(value, list):
            continue
        seen: set[str] = set()
        for each in value:
            if isinstance(each, tuple):
                name = str(each[0].value)
                if name in seen and name != "<<":
                    return int(each[0].start_mark.line) + 1
                seen.add(name)
                nodes.append(each[1])
            else:
                nodes.append(each)
    return 0
