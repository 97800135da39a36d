"""Two sides and what they began with: entry by entry, key by key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from ..jsonpos import Document
from .draft import DELETED, Conflict, Draft
from .versions import CONTAINERS, GONE, entries, same

COUNTED, DATED = "occurrences", "last_seen"
VOLATILE = (COUNTED, DATED)
"""Keys whose change is no reason to keep an entry that the other side removed."""
UNITED = ("examples", "counterexamples")
"""Lists to which both sides may add."""


class Merged(NamedTuple):
    """The merged text, and what a person has to decide."""

    text: str
    conflicts: tuple[Conflict, ...]


def merge(base: Document, ours: Document, theirs: Document) -> Merged:
    """Return the merge of three versions that `read` has read.

    Raises:
        HealkitError: the two sides have forms that do not go together.
    """
    draft = Draft(ours)
    _merge_top(draft, base, ours, theirs)
    before, own, other = (entries(document) for document in (base, ours, theirs))
    kind = CONTAINERS[theirs.root is not None and theirs.root.member(CONTAINERS[1]) is not None]
    for name in own:
        if name in before and name not in other:
            _removed_there(draft, name, before[name].value, own[name].value)
        elif name in other:
            known = before[name].value if name in before else {}
            _merge_keys(draft, name, (), known, own[name].value, other[name].value)
    for name in other:
        if name in own:
            continue
        if name not in before:
            draft.add(other[name], kind)
        elif _lasting(before[name].value) != _lasting(other[name].value):  # ours removed it
            draft.add(other[name], kind)
            draft.conflict(name, DELETED, "ours")
    return Merged(draft.text(), tuple(draft.conflicts))


def _lasting(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in value.items() if key not in VOLATILE}


def _removed_there(draft: Draft, name: str, before: dict[str, Any], own: dict[str, Any]) -> None:
    """Theirs removed an entry: it goes, unless ours changed it."""
    if _lasting(before) == _lasting(own):
        draft.remove(name)
    else:
        draft.conflict(name, DELETED, "theirs")


def _merge_top(draft: Draft, base: Document, ours: Document, theirs: Document) -> None:
    """Merge what stands beside the entries: `version`, `learning`, flat messages."""
    values = [document.root.value if document.root is not None else {} for document in (base, ours, theirs)]
    before, own, other = ({} if isinstance(value, list) else _beside(value) for value in values)
    if isinstance(values[1], list) or isinstance(values[2], list):
        return  # a bare list has no place for them
    _merge_keys(draft, "", (), before, own, other)


def _beside(value: Any) -> dict[str, Any]:
    holds = {key for key in CONTAINERS if isinstance(value.get(key), dict | list)}
    return {key: item for key, item in value.items() if key not in holds}


def _merge_keys(
    draft: Draft, name: str, path: tuple[str, ...], before: dict[str, Any], own: dict[str, Any], other: dict[str, Any]
) -> None:
    for key in [*own, *(key for key in other if key not in own)]:
        old, mine, new = (values.get(key, GONE) for values in (before, own, other))
        if same(new, old) or (same(new, mine) and (key != COUNTED or old is GONE)):
            continue  # two branches that counted the same number counted different failures
        if key in UNITED and isinstance(mine, list) and isinstance(new, list):
            draft.unite(name, key, old if isinstance(old, list) else [], mine, new)
        elif same(mine, old):
            draft.set(name, path, key, None if new is GONE else new)
        elif (value := _joined(key, old, mine, new)) is not None:
            draft.set(name, path, key, value)
        elif not name and isinstance(mine, dict) and isinstance(new, dict):
            _merge_keys(draft, name, (*path, key), old if isinstance(old, dict) else {}, mine, new)
        else:
            draft.conflict(name, key, None if new is GONE else new, path=path)


def _joined(key: str, old: Any, mine: Any, new: Any) -> Any:
    """Return what both changes of a counted or dated key come to, None where they do not go together."""
    if key == COUNTED and _is_count(mine) and _is_count(new):
        return max(0, mine + new - (old if _is_count(old) else 0))
    if key == DATED and isinstance(mine, str) and isinstance(new, str):
        return max(mine, new, key=_moment)
    return None


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _moment(text: str) -> tuple[bool, str]:
    """Return what orders dates: those that are none come first; a date alone is its beginning."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False, text
    return True, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
