"""Which session is at work on which failure of a project, and what was fixed there lately: one small file for all sessions.

A lease lasts ten minutes after its session's last call, a fix is told for an hour. The file is locked while it changes,
bounded, and of no worth later; a damaged one is begun anew.
"""

from __future__ import annotations

from . import mask, paths
from .session import is_name, update

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Step = list[str]  # "edited" and a file, or "ran" and a command line; empty for none

NAME = "leases"
LEASE_S, FIXED_S = 600.0, 3_600.0
MAX_SESSIONS, MAX_FAILURES, MAX_FIXED = 24, 8, 40


class Others:
    """What other sessions of the project have to do with a failure: `since` when one is at work on it and what it did last,
    `fixed` when one had it fixed and by what; times are 0 for nothing."""

    def __init__(
        self, since: float = 0.0, step: Step | None = None, fixed: float = 0.0, by: Step | None = None
    ) -> None:
        self.since, self.step, self.fixed, self.by = since, step or [], fixed, by or []


def step(kind: str, text: str) -> Step:
    """Return a step as it is kept and shown: masked, on one line."""
    return [kind, mask.one_line(mask.mask_secrets(text[:500]), 80)]


def take(folder: str, session: str, fingerprint: str, root: str, at: float) -> Others:
    """Take a lease for a failure that a session has met; return what is known of the others.

    Args:
        folder: the project's state folder.
        session: who met it.
        fingerprint: what was met.
        root: the tree that it was met in; other worktrees of the repository are not told.
        at: now, in seconds.
    """
    if not is_name(session):
        return Others()

    def change(values: dict[str, Any]) -> Others:
        _drop_old(values, at)
        found = _others(values, session, fingerprint, root)
        mine = values["work"].pop(session, {"on": {}})
        since = mine["on"].pop(fingerprint, [at])[0]
        mine["on"][fingerprint] = [since, [], root]  # what was done before did not help
        while len(mine["on"]) > MAX_FAILURES:
            mine["on"].pop(next(iter(mine["on"])))
        values["work"][session] = {"last": at, "on": mine["on"]}
        while len(values["work"]) > MAX_SESSIONS:
            values["work"].pop(next(iter(values["work"])))
        return found

    answer: Others = update(f"{folder}/{NAME}", change)
    return answer


def note(folder: str, session: str, did: Step, at: float, closed: list[str] | None = None, proven: bool = True) -> None:
    """Note a step of a session, and what it closed.

    Args:
        folder: the project's state folder.
        session: who did it.
        did: what may be a fix, empty for none.
        at: now, in seconds.
        closed: fingerprints whose command has just succeeded.
        proven: the success is beyond doubt, so that others may be told what led to it.
    """
    if not is_name(session) or not paths.exists(f"{folder}/{NAME}"):
        return

    def change(values: dict[str, Any]) -> None:
        _drop_old(values, at)
        mine = values["work"].pop(session, {"on": {}})["on"]
        for name in closed or ():
            _, last, root = mine.pop(name, [at, [], ""])
            if last and proven:
                kept = [one for one in values["fixed"] if [one[0], one[2], one[4]] != [name, session, root]]
                values["fixed"] = [*kept, [name, at, session, last, root]][-MAX_FIXED:]
        for one in mine.values():
            one[1] = did or one[1]
        if mine:
            values["work"][session] = {"last": at, "on": mine}

    update(f"{folder}/{NAME}", change)


def release(folder: str, session: str) -> None:
    """Give up what a session had leased: it ended. What it fixed is still told."""
    if is_name(session) and paths.exists(f"{folder}/{NAME}"):
        update(f"{folder}/{NAME}", lambda values: values.get("work", {}).pop(session, None))


def fixed_lately(folder: str, fingerprint: str, at: float) -> bool:
    """Tell whether any session has fixed a failure within the last hour."""
    found: bool = False
    if paths.exists(f"{folder}/{NAME}"):
        found = update(f"{folder}/{NAME}", lambda values: _is_fixed(values, fingerprint, at))
    return found


def _is_fixed(values: dict[str, Any], fingerprint: str, at: float) -> bool:
    _drop_old(values, at)
    return any(one[0] == fingerprint for one in values["fixed"])


def _others(values: dict[str, Any], session: str, fingerprint: str, root: str) -> Others:
    since, did, fixed, by = 0.0, [], 0.0, []
    for who, one in values["work"].items():
        on = one["on"].get(fingerprint)
        if who != session and on and on[2] == root:
            since, did = float(on[0]), list(on[1])
    for name, when, who, last, where in values["fixed"]:
        if (name, where) == (fingerprint, root) and who != session:
            fixed, by = float(when), list(last)
    return Others(since, did, fixed, by)


def _drop_old(values: dict[str, Any], at: float) -> None:
    """Drop what has run out, and what a clock that was set back makes lie far in the future.

    A little in the future is what another process wrote that looked at the clock later and came to the lock earlier.
    """
    work = values.get("work", {})
    values["work"] = {who: one for who, one in work.items() if abs(at - float(one["last"])) <= LEASE_S}
    fixed = [[*one[:5]] for one in values.get("fixed", ())]
    values["fixed"] = [one for one in fixed if abs(at - float(one[1])) <= FIXED_S]
