"""Compile a layer's files into the bytes of its index. Slow (it parses every expression); the format is that of `index`."""

from __future__ import annotations

import marshal

from . import __version__, compiled, entries, paths, wire
from .entries import Problem
from .grams import STEP, WIDTH
from .index import FOLDED, FORMAT, MIN_LITERAL, POOR, RISKY, name_hash, sources_of
from .literals import UNBOUNDED, examine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from .index import Source
    from .records import Pattern

COMMON = (
    "error warning failed test tests passed PASSED FAILED line file module import build building target step info INFO DEBUG ",
    "compiling Compiling Downloading downloaded installing running Running node_modules site-packages src/ lib/ .py .js .ts",
    "2026-01-01T00:00:00 0123456789 00:00:01 [ 12%] 100% === --- ... >>> ERROR WARN WARNING Traceback return class def self ",
    "tests/unit/test_module.py::test_behaviour  at Object.<anonymous> (/home/user/project/src/index.js:12:34) unresolved",
)
"""What nearly every output says: grams of it are poor ones to file a literal under."""


def _runs(text: str) -> list[bytes]:
    data = text.encode("utf-8", "surrogatepass")
    return [data[i : i + WIDTH] for i in range(len(data) - WIDTH + 1)]


def _rarest(literal: str, counts: Mapping[bytes, int]) -> list[tuple[int, int]]:
    """Return two pairs of grams, of a literal's even and of its odd places: each time the two that are rarest in what
    tools print, the one to file it under and the one to check."""
    found = []
    for first in (0, 1):
        runs = sorted(set(_runs(literal)[first::STEP]), key=lambda run: (counts.get(run, 0), run))
        pair = runs[0], runs[min(1, len(runs) - 1)]
        found.append((memoryview(pair[0]).cast("I")[0], memoryview(pair[1]).cast("I")[0]))
    return found


def _count_grams(units: Sequence[Mapping[str, Any]], corpus: Iterable[str]) -> dict[bytes, int]:
    """Return in how many literals and sample outputs each gram stands."""
    counts: dict[bytes, int] = {}
    texts = [literal for unit in units for literal in unit["alternatives"]]
    for text in (*texts, *corpus):
        for run in set(_runs(text)):
            counts[run] = counts.get(run, 0) + 1
    return counts


def unit_of(regex: str, contains: Sequence[str]) -> dict[str, Any]:
    """Return one regular expression as a unit: its literals, how it runs, its code.

    Raises:
        ValueError: it is not a regular expression, or too large for the engine.
    """
    import re

    try:
        tree = compiled.parse(regex)
        facts = examine(regex, tree)
        blob = compiled.encode(regex, tree=tree)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"not a regular expression: {error}") from None
    alternatives = list(facts.alternatives)
    folded = facts.folded
    longest = max(contains, key=len, default="")
    if min(map(len, alternatives), default=0) < MIN_LITERAL and len(longest) >= MIN_LITERAL:
        # The entry's own literal finds the text; it may stand on another line than the match.
        alternatives, folded, newlines = [longest], False, UNBOUNDED
    else:
        newlines = facts.newlines if alternatives else UNBOUNDED
    poor = min(map(len, alternatives), default=0) < MIN_LITERAL
    flags = (FOLDED if folded else 0) | (POOR if poor else 0) | (RISKY if facts.risky else 0)
    return {
        "alternatives": alternatives,
        "contains": tuple(contains),
        "flags": flags,
        "blob": blob,
        "newlines": newlines,
        "also": tuple(facts.also),
    }


def _entry(pattern: Pattern, digest: str) -> tuple[Any, ...]:
    values = pattern.replace(examples=(), counterexamples=()).as_dict()
    values["auto_fix"] = tuple((fix.search, fix.replacement, fix.regex) for fix in pattern.auto_fix)
    return digest, {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}


def build(
    patterns: Sequence[tuple[Pattern, str]],
    playbooks: Mapping[str, Any],
    sources: Sequence[Source],
    problems: list[Problem],
) -> bytes:
    """Return the bytes of an index; entries that cannot go in are added to the problems, which the index keeps.

    Args:
        patterns: each entry with its hash.
        playbooks: name to raw playbook.
        sources: the files that it was made of.
        problems: what was wrong with them so far.
    """
    units: list[dict[str, Any]] = []
    records: list[bytes] = []
    names: dict[str, int] = {}
    for pattern, digest in patterns:
        try:
            own = [] if pattern.disabled else [unit_of(regex, pattern.contains) for regex in pattern.error_regex]
        except ValueError as error:
            problems.append(
                Problem(what=f"`{pattern.id}`: {error}", where=sources[0][0] if sources else "", id=pattern.id)
            )
            continue
        names[pattern.id] = len(records)
        for unit in own:
            unit["entry"], unit["hash"] = len(records), digest
        units += own
        records.append(marshal.dumps(_entry(pattern, digest)))
    corpus = [example.output for pattern, _ in patterns for example in pattern.examples]
    return _pack(units, records, names, playbooks, sources, problems, _count_grams(units, (*corpus, *COMMON)))


def _pack(
    units: list[dict[str, Any]],
    records: list[bytes],
    names: dict[str, int],
    playbooks: Mapping[str, Any],
    sources: Sequence[Source],
    problems: list[Problem],
    counts: Mapping[bytes, int],
) -> bytes:
    keyed: list[tuple[int, int, int]] = []
    tail: list[int] = []
    blind: list[int] = []
    for number, unit in enumerate(units):
        if unit["flags"] & (FOLDED | POOR) == FOLDED:
            blind.append(number)
            continue
        if unit["flags"] & POOR:
            tail.append(number)
            continue
        keyed += [(*pair, number) for literal in unit["alternatives"] for pair in _rarest(literal, counts)]
    keyed.sort()
    blobs = [marshal.dumps(tuple(_packed(unit))) for unit in units]
    tails, blinds = (
        tuple((tuple(units[n]["alternatives"]), n, bool(units[n]["flags"] & FOLDED)) for n in numbers)
        for numbers in (tail, blind)
    )
    hashed = sorted((name_hash(name), number) for name, number in names.items())
    sections = [
        _ints(k[0] for k in keyed), _ints(k[1] for k in keyed), _ints(k[2] for k in keyed),
        _offsets(blobs), b"".join(blobs), _offsets(records), b"".join(records),
        marshal.dumps(tails), marshal.dumps(names), marshal.dumps({name: marshal.dumps(dict(raw)) for name, raw in playbooks.items()}),
        marshal.dumps([p.as_dict() for p in problems]), marshal.dumps(blinds),
        _ints(h for h, _ in hashed), _ints(number for _, number in hashed),
    ]  # fmt: skip
    return _file(sections, sources, len(records))


def _packed(unit: Mapping[str, Any]) -> Iterable[Any]:
    """Return a unit's values in the order in which `index.Unit` reads them; its code stays packed until it is needed."""
    yield tuple(unit["alternatives"])
    yield from (unit["contains"], unit["flags"], marshal.dumps(unit["blob"]))
    yield from (unit["entry"], unit["hash"], unit["newlines"], unit["also"])


def _file(sections: Sequence[bytes], sources: Sequence[Source], count: int) -> bytes:
    """Return the whole file: the header's length, the header with each section's place, the sections, all at multiples of 8."""
    places, at = [], 0
    for section in sections:
        places.append((at, len(section)))
        at += -(-len(section) // 8) * 8
    header = marshal.dumps((FORMAT, compiled.KEY, __version__, [tuple(s) for s in sources], places, count))
    head = len(header).to_bytes(8, "little") + header
    head += b"\0" * (-len(head) % 8)
    return head + b"".join(section + b"\0" * (-len(section) % 8) for section in sections)


def _ints(numbers: Iterable[int]) -> bytes:
    from array import array

    return array("I", numbers).tobytes()


def _offsets(blobs: Sequence[bytes]) -> bytes:
    at, out = 0, [0]
    for blob in blobs:
        at += len(blob)
        out.append(at)
    return _ints(out)


def compile_layer(files: Sequence[str], playbook_files: Sequence[str], origin: str, key: str) -> bytes:
    """Return the bytes of a layer's index, read from its files; entries and files with faults are left out and noted.

    Args:
        files: pattern files, in order.
        playbook_files: playbook files, in order.
        origin: the layer.
        key: the project's key, which its entries' hashes are bound to; empty for the other layers.
    """
    sources = sources_of([*files, *playbook_files])
    problems: list[Problem] = []
    playbooks: dict[str, Any] = {}
    for path in playbook_files:
        text = paths.read_small(path, 64 << 20).decode("utf-8", "replace")
        good, faults = entries.read_playbooks(text, origin, path) if text.strip() else ([], [])
        problems += faults
        if good:
            value = wire.loads(text)["playbooks"]
            playbooks.update({book.id: value[book.id] for book in good})
    patterns: list[tuple[Pattern, str]] = []
    for path in files:
        text = paths.read_small(path, 64 << 20).decode("utf-8", "replace")
        if not text.strip():
            continue
        good_patterns, faults = entries.read_entries(text, origin, path)
        problems += faults
        patterns += [(p, entries.entry_hash(raw, playbooks.get(p.playbook), key)) for p, raw in good_patterns]
    patterns += _triggered(playbooks, {p.playbook or p.id for p, _ in patterns}, origin, key)
    return build(patterns, playbooks, sources, problems)


def empty_layer(files: Sequence[str], playbook_files: Sequence[str], error: Exception) -> bytes:
    """Return the bytes of an index without entries, for files that cannot be read at all; it says why."""
    what = f"cannot be read ({type(error).__name__}: {error})"
    return build([], {}, sources_of([*files, *playbook_files]), [Problem(what=what, where=files[0])])


def _triggered(playbooks: Mapping[str, Any], named: set[str], origin: str, key: str) -> list[tuple[Pattern, str]]:
    """Return a pattern for each playbook that no pattern names but that has a trigger of its own."""
    found = []
    for name, raw in playbooks.items():
        if name not in named and raw.get("trigger"):
            entry = {
                "id": name, "error_regex": raw["trigger"], "category": raw.get("category", "unknown"), "playbook": name,
                "severity": raw.get("severity", "medium"), "message": raw.get("description", ""), "confidence": 0.4,
            }  # fmt: skip
            try:
                found.append((entries.pattern_of(entry, origin), entries.entry_hash(entry, raw, key)))
            except ValueError:
                continue  # its trigger serves nobody; the playbook itself still does
    return found
