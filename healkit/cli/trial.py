"""Patterns on trial: do they match what they must, and nothing that they must not?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .. import entries, intake, paths
from ..memory import Hit, Memory
from ..records import HealkitError, Pattern, Record

if TYPE_CHECKING:
    import re


class Fault(Record):
    """An example that a pattern fails: what is wrong, and the example's text."""

    pattern_id: str
    what: str
    text: str


class Place(Record):
    """Where a pattern matches: line (from 1), that line's text, what it captures."""

    line: int
    text: str
    captures: Mapping[str, str]


class Rival(Record):
    """Another pattern that matches in the same text: its lines (from 1), whether one of them is the same line."""

    id: str
    lines: Sequence[int]
    same: bool


def read_patterns(memory: Memory) -> list[tuple[Pattern, str, bool]]:
    """Return the merged patterns as their files have them, examples included: record, file, trusted.

    The compiled indexes, which decide what counts, hold no examples.
    """
    written: dict[tuple[str, str], tuple[Pattern, str]] = {}
    for layer in memory.layers:
        for file in layer.files:
            text = paths.read_small(file, 64 << 20).decode("utf-8", "replace")
            for pattern in entries.read_patterns(text, layer.origin, file)[0] if text else ():
                written[layer.files[0], pattern.id] = (pattern, file)
    rows = []
    for pattern, place, trusted in memory.patterns():
        full, file = written.get((place, pattern.id), (pattern, place))
        rows.append((full, file, trusted))
    return rows


def run_examples(memory: Memory, patterns: Iterable[Pattern]) -> tuple[list[Fault], int]:
    """Return what fails of the patterns' examples and counterexamples, and how many there were."""
    faults, count = [], 0
    for pattern in patterns:
        for example in pattern.examples:
            count += 1
            faults += _must_match(memory, pattern, example.output, example.captures)
        for text in pattern.counterexamples:
            count += 1
            if _hit(memory, pattern.id, text) is not None:
                faults.append(Fault(pattern_id=pattern.id, what="matches its counterexample", text=text))
    return faults, count


def _hit(memory: Memory, name: str, text: str) -> Hit | None:
    cleaned = intake.clean(text)
    return next((hit for hit in memory.search(cleaned) if hit.pattern.id == name), None)


def _must_match(memory: Memory, pattern: Pattern, text: str, captures: Mapping[str, str]) -> list[Fault]:
    hit = _hit(memory, pattern.id, text)
    if hit is None:
        return [Fault(pattern_id=pattern.id, what="does not match its example", text=text)]
    found = [{key: value for key, value in match.groupdict().items() if value is not None} for match in hit.matches]
    if any(captures.items() <= got.items() for got in found):
        return []
    if hit.pattern.error_regex != pattern.error_regex:
        return [
            Fault(pattern_id=pattern.id, what="its id stands twice in one layer; the other entry answers", text=text)
        ]
    wrong = {key: found[0].get(key) for key in captures if found[0].get(key) != captures[key]}
    return [Fault(pattern_id=pattern.id, what=f"captures {wrong!r} where {dict(captures)!r} is expected", text=text)]


def find(memory: Memory, name: str, text: str) -> tuple[list[Place], list[Rival]]:
    """Return where a pattern matches in a text, and the others that match in it, those on the same lines first."""
    hits = memory.search(text)
    places = [_place(text, match) for hit in hits if hit.pattern.id == name for match in hit.matches]
    own = {place.line for place in places}
    rivals = []
    for hit in hits:
        if hit.pattern.id != name:
            lines = sorted({_line(text, match) for match in hit.matches})
            rivals.append(Rival(id=hit.pattern.id, lines=lines, same=not own.isdisjoint(lines)))
    return places, sorted(rivals, key=lambda rival: (not rival.same, rival.id))


def _line(text: str, match: re.Match[str]) -> int:
    return text.count("\n", 0, match.start()) + 1


def _place(text: str, match: re.Match[str]) -> Place:
    start = text.rfind("\n", 0, match.start()) + 1
    end = text.find("\n", match.end())
    line = text[start : end if end >= 0 else None].split("\n")[0]
    captures = {key: value for key, value in match.groupdict().items() if value is not None}
    return Place(line=_line(text, match), text=line, captures=captures)


def why_not(pattern: Pattern, text: str) -> str:
    """Return why a pattern does not match in a text, as far as it can be told."""
    from ..check import regexes

    if pattern.disabled:
        return "it is disabled"
    missing = [literal for literal in pattern.contains if literal not in text]
    if missing:
        return f'it wants "{missing[0]}" somewhere (contains)'
    for regex in pattern.error_regex:
        compiled = regexes.compile_regex(regex)[0]
        if compiled is not None and compiled.search(text):
            return (
                "its expression matches, but only far from the end, where an expression without a literal does not look"
            )
    if not pattern.error_regex:
        return "it has no expression: it speaks of a command line, not of an output"
    return regexes.nearest(pattern.error_regex[0], text)


def known(found: Memory, name: str) -> tuple[Pattern, str, bool]:
    """Return one merged pattern with its file and whether it is trusted.

    Raises:
        HealkitError: there is none; it names the close ones.
    """
    rows = {row[0].id: row for row in read_patterns(found)}
    if name in rows:
        return rows[name]
    from difflib import get_close_matches

    close = get_close_matches(name, rows, n=3, cutoff=0.5)
    hint = f"Did you mean {', '.join(close)}?" if close else "See: healkit patterns list"
    raise HealkitError(f"no pattern with the id {name}", do=hint)


def layer_of(found: Memory, file: str) -> str:
    """Return the layer that a file belongs to, empty for none."""
    return next((layer.origin for layer in found.layers if file in layer.files), "")


def raw_entry(file: str, name: str) -> Mapping[str, Any] | None:
    """Return an entry as its file has it, every key in its order; None when the file has none of this id."""
    value, _ = entries.parse_json(paths.read_small(file, 64 << 20).decode("utf-8", "replace"), file)
    raws = entries.raw_patterns(value)
    return next((raw for raw in raws if isinstance(raw, dict) and raw.get("id") == name), None)
