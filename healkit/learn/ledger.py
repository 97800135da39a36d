"""What learning remembers about a project besides the pattern file: one small JSON file in the state folder, under a lock.

It holds nothing that cannot be learned again but the answers of people: what was rejected, what they accepted.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .. import paths
from ..records import HealkitError, Record

FILE, LOCK = "learned.json", "learned.lock"
PATIENCE_S = 10.0
MOST_PROPOSALS, MOST_REJECTED = 200, 500


class Lesson(Record):
    """An entry that learning wrote: its hash as written, the failures that it was learned from, how it did since.

    `fix` is what healed it, for people; `worked` and `failed` count what came after it was written. Times are in seconds
    since 1970.
    """

    id: str
    hash: str
    fix: str
    evidence: tuple[str, ...] = ()
    worked: int = 0
    failed: int = 0
    written: float = 0.0
    used: float = 0.0

    @property
    def confidence(self) -> float:
        """Mean of the Beta posterior over a uniform prior: (worked + 1) / (tried + 2), the evidence counted as worked."""
        good = len(self.evidence) + self.worked
        return (good + 1) / (good + self.failed + 2)


class Proposal(Record):
    """An entry that waits for a person, and why it was not simply written."""

    id: str
    entry: dict[str, Any]
    why: str
    at: float
    evidence: tuple[str, ...] = ()
    fix: str = ""
    user: bool = False


class Ledger:
    """The open ledger of a project; changed in place, written when its `with` block ends without an error."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.since = float(values.get("since") or 0.0)
        self.lessons = {
            one["id"]: Lesson(**{**one, "evidence": tuple(one["evidence"])}) for one in values.get("lessons", ())
        }
        self.proposals = {
            one["id"]: Proposal(**{**one, "evidence": tuple(one["evidence"])}) for one in values.get("proposals", ())
        }
        self.rejected: list[dict[str, Any]] = [dict(entry) for entry in values.get("rejected", ())]

    def as_json(self) -> dict[str, Any]:
        """Return what is written."""
        return {
            "version": 1,
            "since": self.since,
            "lessons": [one.as_dict() for one in self.lessons.values()],
            "proposals": [one.as_dict() for one in list(self.proposals.values())[-MOST_PROPOSALS:]],
            "rejected": self.rejected[-MOST_REJECTED:],
        }


def read(root: str) -> Ledger:
    """Return a project's ledger as it stands, empty when there is none or it is damaged."""
    folder = paths.project_state(root)
    if not folder or not paths.is_private(f"{folder}/{FILE}"):
        return Ledger({})
    try:
        values = json.loads(paths.read_small(f"{folder}/{FILE}", 16 << 20))
        return Ledger(values)
    except (ValueError, TypeError, KeyError, AttributeError):
        return Ledger({})


@contextmanager
def opened(root: str) -> Iterator[Ledger]:
    """Open a project's ledger for changing, alone; it is written at the end.

    Raises:
        HealkitError: the state cannot be written, or somebody else keeps the ledger.
    """
    folder = paths.project_state(root)
    if not folder or not paths.make_private(folder):
        raise HealkitError(
            "what was learned cannot be written", where=folder or "state folder", do="set HEALKIT_STATE_DIR"
        )
    fd = os.open(f"{folder}/{LOCK}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        _wait(fd, folder)
        ledger = read(root)
        yield ledger
        paths.write_private(f"{folder}/{FILE}", json.dumps(ledger.as_json()).encode())
    finally:
        os.close(fd)


def _wait(fd: int, folder: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise HealkitError(
                    "another healkit is learning here", where=folder, do="try again in a moment"
                ) from None
            time.sleep(0.01)
        else:
            return
