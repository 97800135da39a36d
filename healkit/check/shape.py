"""What the JSON Schema says about a file, in the words of a person and with places."""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from .. import paths
from ..jsonpos import Node
from ..merge import CONFLICT
from ..records import RISKS, SEVERITIES, HealkitError
from .sheet import Sheet, close, did_you_mean, show

TYPES = {
    "string": "text", "number": "a number", "integer": "a whole number", "array": "a list", "object": "an object",
    "boolean": "true or false", "null": "null",
}  # fmt: skip
MEANT = {
    "regex": "error_regex", "pattern": "error_regex", "name": "id", "fix": "auto_fix", "autofix": "auto_fix",
    "level": "severity", "type": "category", "example": "examples", "find": "search", "text": "output",
    "with": "replace", "comment": "note", "enabled": "disabled", "title": "message",
}  # fmt: skip
"""Keys that people write for another one; the close spelling would not find them."""

WORDS = {"severity": SEVERITIES, "risk": RISKS}


@functools.cache
def schema(kind: str) -> dict[str, Any]:
    """Return the JSON Schema of a kind of file (`error-patterns`, `recovery-playbook`, `log-formats`, `modules`).

    Raises:
        HealkitError: healkit's own installation is broken.
    """
    path = f"{paths.share_dir()}/memory/schema/{kind}.schema.json"
    try:
        with open(path, encoding="utf-8") as file:
            found: dict[str, Any] = json.load(file)
    except (OSError, ValueError) as error:
        raise HealkitError(f"the schema is missing: {error}", where=path, do="install healkit again") from None
    return found


def check_shape(sheet: Sheet, kind: str) -> None:
    """Note everything in which a file's value differs from its schema, and keys that stand twice."""
    root = sheet.document.root
    if root is None:
        return
    for error in Draft202012Validator(schema(kind)).iter_errors(root.value):
        _say(sheet, root.at(*error.absolute_path), error)
    _check_nodes(sheet, root, root)


def _check_nodes(sheet: Sheet, node: Node, entry: Node) -> None:
    first: dict[str, int] = {}
    for member in node.members:
        if member.key in first:
            what = f'the key "{show(member.key)}" stands twice, first on line {sheet.line(first[member.key])}'
            sheet.say(member.start, what, "remove one; as it stands the last one counts", entry=_id(node, entry))
        first.setdefault(member.key, member.start)
        if member.key.startswith(CONFLICT):
            what = f'a merge left this open: the other side\'s value of "{show(member.key.removeprefix(CONFLICT))}"'
            sheet.say(
                member.start, what, "keep one of the two, remove this key", level="warning", entry=_id(node, entry)
            )
        _check_nodes(sheet, member.node, entry)
    for item in node.items:
        _check_nodes(sheet, item, item if item.members else entry)
    if isinstance(node.value, float) and not math.isfinite(node.value):
        sheet.say(node, "not a number that JSON has", "write a plain number")


def _id(node: Node, entry: Node | None = None) -> str:
    for found in (node, entry):
        value = found.value.get("id") if found is not None and isinstance(found.value, dict) else None
        if isinstance(value, str):
            return value
    return ""


def _say(sheet: Sheet, node: Node, error: ValidationError) -> None:
    path = list(error.absolute_path)
    key = next((str(step) for step in reversed(path) if isinstance(step, str)), "")
    word = path[-1] if path and isinstance(path[-1], str) else ""
    name = _owner(sheet, path)
    rule, limit = str(error.validator), _limit(error)
    if rule == "additionalProperties":
        _unknown_keys(sheet, node, error, name)
    elif rule == "required" or (rule == "anyOf" and isinstance(error.instance, dict)):
        _missing(sheet, node, error, name)
    elif rule == "type":
        wanted: list[str] = limit if isinstance(limit, list) else [limit]
        words = [TYPES[t] for t in wanted if t != "null"]
        what = (
            f'"{show(key)}" must be {" or ".join(words)}, not {_kind(error.instance)}'
            if key
            else f"the file must be {words[0]}"
        )
        sheet.say(node, what, _retype(error.instance, wanted), entry=name)
    elif rule in ("enum", "anyOf") and isinstance(error.instance, str):
        known = WORDS.get(word, tuple(limit) if rule == "enum" else ())
        if word != "category":  # its own check knows the layer
            listed = f"one of {', '.join(k for k in known if k)}"
            sheet.say(
                node,
                f'unknown {word} "{show(error.instance)}"',
                did_you_mean(error.instance, known, listed),
                entry=name,
            )
    else:
        sheet.say(node, *_other(error, key), entry=name)


def _limit(error: ValidationError) -> Any:
    return error.validator_value


def _other(error: ValidationError, key: str) -> tuple[str, str]:
    value, limit = error.instance, _limit(error)
    rule = str(error.validator)
    if rule in ("minLength", "minItems"):
        return f'"{show(key)}" is empty', "fill it in, or remove the key"
    if rule in ("minimum", "maximum"):
        return f'"{show(key)}" is {show(str(value))}, which is out of range', f"the {rule} is {limit}"
    if rule == "pattern":
        return f'"{show(str(value))}" is no name that can stand here', f"it must look like {limit}"
    return f'"{show(key)}" does not fit: {show(error.message)}', "see the schema"


def _owner(sheet: Sheet, path: Iterable[str | int]) -> str:
    """Return the id of the entry that a path lies in, or the name of the playbook."""
    root, steps = sheet.document.root, list(path)
    if root is None:
        return ""
    if steps[:1] == ["playbooks"] and len(steps) > 1:
        return str(steps[1])
    return next((found for end in (2, 1) if (found := _id(root.at(*steps[:end])))), "")


def _unknown_keys(sheet: Sheet, node: Node, error: ValidationError, name: str) -> None:
    rules: Mapping[str, Any] = error.schema if isinstance(error.schema, dict) else {}
    known = [k for k in rules.get("properties", {}) if not k.startswith("$")]
    patterns = rules.get("patternProperties", {})
    for member in node.members:
        if member.key in rules.get("properties", {}) or any(re.search(p, member.key) for p in patterns):
            continue
        meant = MEANT.get(member.key.lower(), "")
        guess = meant if meant in known else close(member.key, known)
        spare = 'remove it, or name it "x-..." or "note" when it is your own'
        do = f'did you mean "{guess}"?' if guess else spare
        sheet.say(member.start, f'unknown key "{show(member.key)}"', do, entry=name)


def _missing(sheet: Sheet, node: Node, error: ValidationError, name: str) -> None:
    required: list[str] = _limit(error) if error.validator == "required" else ["error_regex"]
    for key in required:
        if key in node.value:
            continue
        example = {
            "id": 'add "id": "a-short-name"',
            "error_regex": 'add "error_regex": the text to recognise, with (?P<name>...) for what varies',
            "category": 'add "category": "unknown", or a better one',
            "patterns": 'add "patterns": [...]',
        }
        what = f'"{key}" is missing'
        typed = next((m for m in node.members if close(m.key, [key], 0.8)), None)
        do = f'"{show(typed.key)}" looks like it' if typed else example.get(key, f'add "{key}"')
        sheet.say(node, what, do, entry=name)


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    kinds: dict[type, str] = {str: "text", dict: "an object", list: "a list", int: "a number", float: "a number"}
    return kinds.get(type(value), "that")


def _retype(value: Any, wanted: list[str]) -> str:
    if isinstance(value, str) and {"number", "integer", "boolean"} & set(wanted):
        return (
            f"write {show(value)} without quotes"
            if re.fullmatch(r"-?\d+(\.\d+)?|true|false", value)
            else f"write {TYPES[wanted[0]]}"
        )
    if "string" in wanted and isinstance(value, int | float):
        return f'write "{json.dumps(value)}"'
    if "array" in wanted:
        return "put it in [ ]"
    return f"write {TYPES[wanted[0]]}"
