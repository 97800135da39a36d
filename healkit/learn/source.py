"""The questions that learning asks of a project's history."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from ..history import Episode, History
from ..history.store import COLUMNS, read_event, trouble
from ..records import Event
from .evidence import Evidence, evidence_of

_EPISODE = ", ".join(Episode._fields)
_EVENT = ", ".join(COLUMNS)
AGAIN_S = 120.0
"""Seconds after a success in which the same failure in the same session says that it was none."""


def ask(history: History, question: str, *values: object) -> list[Any]:
    """Return the rows of a question; HealkitError when the database cannot answer."""
    try:
        return history.db.execute(question, values).fetchall()
    except sqlite3.Error as error:
        raise trouble(history.folder, error) from None


def episodes(history: History, where: str, *values: object) -> list[Episode]:
    """Return the episodes that a condition (and order) of our own wording selects."""
    rows = ask(history, f"SELECT {_EPISODE} FROM episodes WHERE {where}", *values)  # noqa: S608 - no text of others
    return [Episode(**{**dict(zip(Episode._fields, row, strict=True)), "steps": json.loads(row[-1])}) for row in rows]


def healed_since(history: History, since: float, limit: int) -> list[Episode]:
    """Return the episodes that worked and closed after a time, oldest first."""
    return episodes(history, "outcome='worked' AND closed>? ORDER BY closed LIMIT ?", since, limit)


def healed_of(history: History, key: str, limit: int) -> list[Episode]:
    """Return the newest episodes of a pattern id or fingerprint that worked."""
    where = "outcome='worked' AND (pattern_id=? OR fingerprint=?) ORDER BY closed DESC LIMIT ?"
    return episodes(history, where, key, key, limit)


def healed_unnamed(history: History, limit: int) -> list[Episode]:
    """Return the newest episodes that worked of failures that no pattern names: how alike they are is seen by their words."""
    return episodes(history, "outcome='worked' AND pattern_id='' ORDER BY closed DESC LIMIT ?", limit)


def events(history: History, ids: Iterable[str]) -> dict[str, Event]:
    """Return events by their ids, as many as there still are."""
    wanted = list(dict.fromkeys(ids))[:900]
    marks = ",".join("?" * len(wanted))
    rows = ask(history, f"SELECT {_EVENT} FROM events WHERE id IN ({marks})", *wanted) if wanted else []  # noqa: S608
    return {event.id: event for event in map(read_event, rows)}


def evidence(history: History, healed: Sequence[Episode]) -> list[Evidence]:
    """Return what episodes teach, in their order; one whose failure came back right after teaches nothing."""
    found = []
    for episode in healed:
        known = events(history, [episode.failure, *episode.steps])
        failure = known.get(episode.failure)
        if failure is None or _came_back(history, episode):
            continue
        steps = [known[name] for name in episode.steps if name in known]
        one = evidence_of(episode, failure, steps)
        if one is not None:
            found.append(one)
    return found


def _came_back(history: History, episode: Episode) -> bool:
    closed = episode.closed or 0.0
    rows = ask(
        history,
        "SELECT 1 FROM events WHERE session=? AND at>? AND at<? AND kind='failure' AND fingerprint=? AND fingerprint<>''"
        " LIMIT 1",
        *(episode.session, closed, closed + AGAIN_S, episode.fingerprint),
    )
    return bool(rows)


def other_failures(history: History, key: str, limit: int = 60) -> list[tuple[str, str]]:
    """Return command and text of the newest failures of other kinds: on them nothing that is learned here may speak."""
    rows = ask(
        history,
        "SELECT command, text FROM events WHERE kind='failure' AND pattern_id<>? AND fingerprint<>? ORDER BY at DESC LIMIT ?",
        *(key, key, limit),
    )
    return list(dict.fromkeys((str(command), str(text)) for command, text in rows))


def outcomes(history: History, name: str, since: float) -> tuple[int, int, float]:
    """Return how often a pattern's failures were healed and not healed after a time, and when the last one came.

    A fix that a person took back counts as failed.
    """
    rows = ask(
        history,
        "SELECT outcome, count(*), max(opened) FROM episodes WHERE pattern_id=? AND opened>?"
        " AND outcome IN ('worked', 'failed') GROUP BY outcome",
        *(name, since),
    )
    found = {outcome: (count, last) for outcome, count, last in rows}
    undone = ask(
        history,
        "SELECT count(*) FROM events WHERE kind='outcome' AND outcome IN ('undone', 'rolled_back') AND pattern_id=? AND at>?",
        *(name, since),
    )[0][0]
    worked, failed = found.get("worked", (0, 0.0)), found.get("failed", (0, 0.0))
    return max(0, worked[0] - undone), failed[0] + undone, max(worked[1] or 0.0, failed[1] or 0.0)


def sightings(history: History, name: str) -> tuple[int, float]:
    """Return how often a pattern named a failure, and when last."""
    count, last = ask(history, "SELECT count(*), max(at) FROM events WHERE kind='failure' AND pattern_id=?", name)[0]
    return int(count), float(last or 0.0)


def abandoned(history: History, limit: int) -> list[tuple[Episode, Event | None]]:
    """Return the newest failures that nobody healed, with the event that opened each."""
    found = episodes(history, "outcome='abandoned' ORDER BY opened DESC LIMIT ?", limit)
    known = events(history, [one.failure for one in found])
    return [(one, known.get(one.failure)) for one in found]
