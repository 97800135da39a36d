"""What several projects learned alike: it is offered to the user's own layer, where it holds in all of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .. import paths, scribe
from ..generalise.standing import raw_entries
from ..records import HealkitError
from . import promote
from .ledger import Proposal

FILE = "learned-projects.json"
LEAST = 2
"""Projects that must have learned the same."""
MOST = 2_000


def note(root: str, entry: Mapping[str, Any], now: float) -> None:
    """Remember that a project learned an entry."""
    top = paths.state_dir()
    if not root or not top or not paths.make_private(top):
        return
    known = _read()
    one = known.setdefault(promote.identity(entry), {"entry": dict(entry), "projects": {}})
    one["projects"][paths.project_key(root)] = now
    kept = dict(sorted(known.items(), key=lambda item: max(item[1]["projects"].values(), default=0.0))[-MOST:])
    paths.write_private(f"{top}/{FILE}", json.dumps(kept).encode())


def offers(root: str) -> list[Proposal]:
    """Return what this project and another one learned alike and the user's layer does not have."""
    key = paths.project_key(root)
    try:
        own = raw_entries(scribe.layer_file("", user=True))
    except HealkitError:
        own = []
    standing = {promote.identity(raw) for raw in own}
    return [
        Proposal(
            id=str(one["entry"]["id"]),
            entry=one["entry"],
            why=f"learned in {len(one['projects'])} projects; it could hold in all of yours",
            at=max(one["projects"].values()),
            user=True,
        )
        for name, one in _read().items()
        if len(one["projects"]) >= LEAST and key in one["projects"] and name not in standing
    ]


def _read() -> dict[str, Any]:
    path = f"{paths.state_dir()}/{FILE}"
    if not paths.is_private(path):
        return {}
    try:
        found = json.loads(paths.read_small(path, 16 << 20))
        return {
            name: one
            for name, one in found.items()
            if isinstance(one["entry"], dict) and one["entry"].get("id") and isinstance(one["projects"], dict)
        }
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}
