"""One entry of a pattern or playbook file, as people write it, becomes a record here, and nowhere else.

Reading is tolerant: an entry with a fault is a `Problem` and is left out; the others go on. Everything that the
documents in the field show is read: a list of patterns, a flat `{"message": "fix"}` map, several `patterns` in one entry.
"""

from __future__ import annotations

from . import paths, wire
from .records import CATEGORY_ALIASES, SEVERITIES, AutoFix, Example, Pattern, Playbook, Record, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_VOLATILE = ("occurrences", "last_seen")


class Problem(Record):
    """One fault of a pattern file: what, where (`file`, `file:line:column`), what to do; `id` of the entry if known."""

    what: str
    where: str
    do: str = ""
    level: str = "error"
    id: str = ""


class _BadEntryError(Exception):
    pass


def canonical_category(name: str) -> str:
    """Return the category's one spelling: lower case, short forms written out; a name of one's own stays."""
    lowered = name.partition("|")[0].strip().lower().replace("-", "_").replace(" ", "_")
    return CATEGORY_ALIASES.get(lowered, lowered)


def parse_json(text: str, path: str) -> tuple[Any, list[Problem]]:
    """Return a file's JSON value, or None and the one problem that says where it breaks."""
    try:
        return wire.loads(text), []
    except ValueError:
        pass
    import json

    try:
        return json.loads(text.lstrip("\ufeff")), []
    except json.JSONDecodeError as error:
        where = f"{path}:{error.lineno}:{error.colno}"
        return None, [Problem(what=f"not valid JSON: {error.msg}", where=where, do="run `healkit patterns check`")]
    except (ValueError, RecursionError) as error:
        return None, [Problem(what=f"not valid JSON: {error}", where=path)]


def _text(raw: Mapping[str, Any], key: str, default: str = "") -> str:
    value = raw.get(key, default)
    if not isinstance(value, str):
        raise _BadEntryError(f"`{key}` must be a text")
    return value


def _texts(raw: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = raw.get(key, ())
    value = (value,) if isinstance(value, str) else value
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise _BadEntryError(f"`{key}` must be a text or a list of texts")
    return tuple(value)


def _number(raw: Mapping[str, Any], key: str, default: float) -> float:
    value = raw.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _BadEntryError(f"`{key}` must be a number")
    return value


def _auto_fix(raw: Mapping[str, Any]) -> tuple[AutoFix, ...]:
    value = raw.get("auto_fix") or ()
    fixes = []
    for item in (value,) if isinstance(value, dict) else value:
        if not isinstance(item, dict) or not item.get("search"):
            raise _BadEntryError("`auto_fix` needs `search` and `replace`")
        fixes.append(
            AutoFix(search=_text(item, "search"), replacement=_text(item, "replace"), regex=item.get("regex") is True)
        )
    return tuple(fixes)


def _examples(raw: Mapping[str, Any]) -> tuple[Example, ...]:
    found = []
    for given in raw.get("examples") or ():
        item = {"output": given} if isinstance(given, str) else given
        if not isinstance(item, dict) or not isinstance(item.get("output"), str):
            raise _BadEntryError("an example needs `output`")
        captures = item.get("captures") or {}
        if not isinstance(captures, dict):
            raise _BadEntryError("an example's `captures` must be an object")
        found.append(
            Example(
                output=item["output"],
                captures={str(k): str(v) for k, v in captures.items()},
                tool=str(item.get("tool", "")),
                version=str(item.get("version", "")),
            )
        )
    return tuple(found)


def _severity(raw: Mapping[str, Any]) -> str:
    # The documents print their choices as `high|medium|low`: the first one counts.
    severity = _text(raw, "severity", "medium").partition("|")[0].strip().lower()
    if severity not in SEVERITIES:
        raise _BadEntryError(f"unknown severity `{severity}`; one of {', '.join(SEVERITIES)}")
    return severity


def pattern_of(raw: Mapping[str, Any], origin: str) -> Pattern:
    """Return the record of one raw entry.

    Raises:
        ValueError: the entry has a fault; the text says which.
    """
    try:
        regexes = _texts(raw, "error_regex") or _texts(raw, "patterns")
        name = _text(raw, "id")
        if not name or len(name) > 200 or len(f"{name}.".splitlines()) > 1 or min(name) < " ":
            raise _BadEntryError("an entry needs an `id`: one line of at most 200 characters")
        silent = raw.get("disabled") is True or (isinstance(raw.get("rerun"), dict) and raw.get("tools"))
        if (not regexes and not silent) or not all(regexes):
            raise _BadEntryError("an entry needs `error_regex`")
        given = _text(raw, "origin", origin)
        auto = raw.get("auto_fixable")
        return Pattern(
            id=_text(raw, "id"),
            error_regex=regexes,
            category=canonical_category(_text(raw, "category", "unknown")),
            severity=_severity(raw),
            message=_text(raw, "message") or _text(raw, "description"),
            contains=_texts(raw, "contains"),
            tools=_texts(raw, "tools"),
            exit_codes=tuple(int(n) for n in raw.get("exit_codes") or ()),
            auto_fix=_auto_fix(raw),
            playbook=_text(raw, "playbook"),
            confidence=min(1.0, max(0.0, _number(raw, "confidence", 0.7))),
            occurrences=int(_number(raw, "occurrences", 0)),
            last_seen=_text(raw, "last_seen"),
            origin="learned" if given == "learned" and origin != "shipped" else origin,
            examples=_examples(raw),
            counterexamples=_texts(raw, "counterexamples"),
            disabled=raw.get("disabled") is True,
            description=_text(raw, "description"),
            fix_template=_text(raw, "fix_template"),
            auto_fixable=auto if isinstance(auto, bool) else None,
            note=str(raw.get("note", "")),
        )
    except _BadEntryError as error:
        raise ValueError(str(error)) from None
    except (TypeError, OverflowError) as error:
        raise ValueError(f"a value has the wrong type: {error}") from None


def _flat(message: str, advice: str) -> dict[str, Any]:
    """Return the entry that a flat `{"message": "fix"}` pair stands for; a lone capital X is any one word."""
    import re

    words = [
        r"(?P<x>\S+)" if word == "X" and message.split().count("X") == 1 else re.escape(word)
        for word in message.split()
    ]
    slug = "-".join(
        filter(None, ("".join(c for c in w.lower() if c.isascii() and c.isalnum()) for w in message.split()))
    )
    return {
        "id": slug[:60] or "entry",
        "error_regex": r"\s+".join(words),
        "category": "unknown",
        "message": message,
        "fix_template": advice,
    }


def raw_patterns(value: Any) -> list[Any]:
    """Return the raw entries of a pattern file's value, whatever form it has."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return []
    patterns = value.get("patterns")
    if isinstance(patterns, list):
        return patterns
    if isinstance(patterns, dict):
        return [{"id": key, **entry} if isinstance(entry, dict) else entry for key, entry in patterns.items()]
    if patterns is None and value and all(isinstance(v, str) for k, v in value.items() if not k.startswith("$")):
        return [_flat(key, text) for key, text in value.items() if not key.startswith("$")]
    return []


MAX_DEPTH = 40


def _is_whole(raw: Any) -> bool:
    """Tell whether a value has no half characters, which JSON can spell and nothing else can hold, and is not nested deeply."""
    level = [raw]
    for _ in range(MAX_DEPTH):
        inside = [part.values() if isinstance(part, dict) else part for part in level if isinstance(part, dict | list)]
        level = [item for part in inside for item in part]
        if not level:
            break
    try:
        wire.dumps(raw).encode()
    except (UnicodeEncodeError, RecursionError):
        return False
    return not level


def read_entries(text: str, origin: str, path: str) -> tuple[list[tuple[Pattern, Mapping[str, Any]]], list[Problem]]:
    """Return the entries of a pattern file, each with the raw one that it was read from, and the file's problems.

    Args:
        text: the file's text.
        origin: the layer, one of `records.ORIGINS`.
        path: the file's name for messages.
    """
    value, problems = parse_json(text, path)
    if problems:
        return [], problems
    if not isinstance(value, dict | list):
        return [], [Problem(what="a pattern file is a JSON object", where=path)]
    found: dict[str, tuple[Pattern, Mapping[str, Any]]] = {}
    for number, raw in enumerate(raw_patterns(value), 1):
        name = raw["id"] if isinstance(raw, dict) and isinstance(raw.get("id"), str) else ""
        if not isinstance(raw, dict) or not _is_whole(raw):
            what = (
                "is not an object"
                if not isinstance(raw, dict)
                else "holds half a character (a lone \\ud800 to \\udfff)"
            )
            problems.append(Problem(what=f"entry {number} {what}", where=path))
            continue
        if name in found:
            problems.append(Problem(what=f"the id `{name}` stands twice; the first one counts", where=path, id=name))
            continue
        try:
            pattern = pattern_of(raw, origin)
        except ValueError as error:
            problems.append(Problem(what=f"entry {number}: {error}", where=path, id=name))
            continue
        found[pattern.id] = (pattern, raw)
    return list(found.values()), problems


def read_patterns(text: str, origin: str, path: str) -> tuple[list[Pattern], list[Problem]]:
    """Return the entries of a pattern file and its problems; never raises. Arguments as of `read_entries`."""
    found, problems = read_entries(text, origin, path)
    return [pattern for pattern, _ in found], problems


def _step(raw: Any) -> Step:
    if isinstance(raw, str):
        return Step(description=raw)
    if not isinstance(raw, dict):
        raise _BadEntryError("a step must be a text or an object")
    return Step(
        action=_text(raw, "action"),
        description=_text(raw, "description"),
        command=_text(raw, "command"),
        fix=_text(raw, "fix"),
        argv=_texts(raw, "argv"),
        when=_text(raw, "when"),
        risk=_text(raw, "risk"),
    )


def playbook_of(name: str, raw: Any, origin: str) -> Playbook:
    """Return the record of one raw playbook.

    Raises:
        ValueError: the playbook has a fault; the text says which.
    """
    try:
        if not isinstance(raw, dict) or not isinstance(raw.get("steps", []), list):
            raise _BadEntryError("a playbook is an object with a list of `steps`")
        return Playbook(
            id=name,
            steps=tuple(_step(step) for step in raw.get("steps", [])),
            trigger=_text(raw, "trigger"),
            severity=_severity(raw),
            risk=_text(raw, "risk", "medium").lower(),
            verify=_text(raw, "verify"),
            success_indicators=_texts(raw, "success_indicators"),
            when=_text(raw, "when"),
            description=_text(raw, "description"),
            origin=origin,
        )
    except _BadEntryError as error:
        raise ValueError(str(error)) from None


def read_playbooks(text: str, origin: str, path: str) -> tuple[list[Playbook], list[Problem]]:
    """Return the playbooks of a file and its problems; never raises."""
    value, problems = parse_json(text, path)
    if problems:
        return [], problems
    raws = value.get("playbooks", {}) if isinstance(value, dict) else None
    if not isinstance(raws, dict):
        return [], [Problem(what="a playbook file is an object with `playbooks`", where=path)]
    playbooks = []
    for name, raw in raws.items():
        try:
            if not _is_whole([name, raw]):
                raise ValueError("half a character (a lone \\ud800 to \\udfff)")
            playbooks.append(playbook_of(name, raw, origin))
        except ValueError as error:
            problems.append(Problem(what=f"playbook `{name}`: {error}", where=path, id=name))
    return playbooks, problems


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return [[key, _sorted(value[key])] for key in sorted(value)]
    return [_sorted(item) for item in value] if isinstance(value, list | tuple) else value


def entry_hash(raw: Mapping[str, Any], playbook: Mapping[str, Any] | None, project_key: str) -> str:
    """Return what trust in an entry is bound to: the entry, its playbook, the project; counters do not count."""
    kept = {key: value for key, value in raw.items() if key not in _VOLATILE}
    return paths.short_hash(wire.dumps([_sorted(kept), _sorted(dict(playbook or {})), project_key]))
