"""The corrected lines that pattern files know: entries with a `rerun`, learned here or written by a person."""

from __future__ import annotations

from .. import entries, memory, paths, trust, wire
from ..correct import learned
from ..records import Record
from . import danger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

LIMIT = 64 << 20


class Known(Record):
    """A corrected line: the entry that says so, whether it brings in something that is only shown to a person."""

    line: str
    entry: str
    message: str
    confidence: float
    category: str
    dangerous: str = ""


def known(root: str, command: str, output: str) -> list[Known]:
    """Return what the user's and the project's entries make of a failed command, the surest first; nothing is run.

    Args:
        root: the project, empty for none; its entries count where they are trusted.
        command: the line that failed.
        output: what it said.
    """
    found: dict[str, Known] = {}
    for raw in _entries(root):
        for line in learned.results(raw, command, output):
            safe = not (reason := danger.introduced(command, line)) and danger.runs_known(raw, command, line)
            found.setdefault(
                line,
                Known(
                    line=line,
                    entry=str(raw.get("id", "")),
                    message=str(raw.get("message", "")),
                    confidence=_confidence(raw),
                    category=str(raw.get("category") or "command_error"),
                    dangerous="" if safe else reason or "another program",
                ),
            )
    return sorted(found.values(), key=lambda one: (bool(one.dangerous), -one.confidence))


def _confidence(raw: Mapping[str, Any]) -> float:
    value = raw.get("confidence", 0.7)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.7


def _entries(root: str) -> Iterator[Mapping[str, Any]]:
    """Yield the raw entries with a `rerun` of the user's and of the project's layer that may act, later layers first."""
    for origin, files, _ in reversed(memory.layer_files(root)):
        if origin == "shipped":
            continue
        raws = [raw for path in files for raw in raw_entries(path) if "rerun" in raw]
        if raws and origin == "project":
            raws = _trusted(root)
        yield from (raw for raw in raws if raw.get("disabled") is not True)


def raw_entries(path: str) -> list[dict[str, Any]]:
    """Return the entries of a pattern file as they stand; none where it is absent or does not parse."""
    try:
        found = entries.raw_patterns(wire.loads(paths.read_small(path, LIMIT)))
    except ValueError:
        return []
    return [raw for raw in found if isinstance(raw, dict)]


def _trusted(root: str) -> list[dict[str, Any]]:
    """Return the entries with a `rerun` of a project that the user trusts."""
    hashes = trust.trusted_hashes(root) | trust.allowed_by_base_branch(root)
    return [dict(claim.raw) for claim in trust.claims(root) if "rerun" in claim.raw and claim.hash in hashes]
