"""Taking the spool in: every whole line once, whatever dies on the way.

The spool is renamed, read, put into the database in one transaction, and only then removed. A death before the commit
leaves the renamed file for the next time; a death after it leaves a file whose events are known already.
"""

from __future__ import annotations

import json
import marshal
import math
import os
import sqlite3
import time

from .. import config, paths, spool
from ..records import EVENTS, Event, HealkitError
from . import fulltext, walls
from .episodes import WINDOW, Episode, find_episodes
from .files import COUNTS, TAKING, lock, prune, remove, rotate_logs, set_aside, take_spool
from .store import COLUMNS, History, connect, is_damage, read_event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    _T = TypeVar("_T")

_START = b'{"kind": '
_DAY = 86_400.0
_ROUNDS = 4
_SURPLUS = "seq IN (SELECT seq FROM events ORDER BY at DESC, seq DESC LIMIT -1 OFFSET ?)"
_TEXTS = tuple(name for name in COLUMNS if isinstance(getattr(Event, name, ""), str) and name != "at")


def ingest(root: str) -> int:
    """Take the project's spool into its history; return how many events were new.

    Silent: 0 when another ingest is at work, when there is nothing, and when the state cannot be written.
    """
    folder = paths.project_state(root)
    if not folder or not paths.is_private(folder):
        return 0
    try:
        with lock(folder) as mine:
            if not mine:
                return 0
            taken = _take_in(root, folder)
            try:
                _tidy(root, folder, fresh=taken > 0)
            except (OSError, sqlite3.Error, HealkitError):
                pass  # what was taken in is safe; the next ingest tidies
            return taken
    except (OSError, sqlite3.Error, HealkitError):
        return 0


def _take_in(root: str, folder: str) -> int:
    taken = 0
    for _ in range(_ROUNDS):  # what arrives while we work need not wait for the next failure
        if not take_spool(folder):
            break
        taken += _use(root, folder, lambda history: _insert_all(history, f"{folder}/{TAKING}"))
        remove(f"{folder}/{TAKING}")
    return taken


def _use(root: str, folder: str, work: Callable[[History], _T]) -> _T:
    """Do something with the history; damage that shows is set aside and the work done once more. Under the lock."""
    try:
        with connect(root, folder) as history:
            return work(history)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        set_aside(folder, str(error))
    with connect(root, folder) as history:
        return work(history)


def _insert_all(history: History, path: str) -> int:
    db, new, torn = history.db, 0, 0
    since: dict[str, float] = {}
    insert = f"INSERT OR IGNORE INTO events ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
    db.execute("BEGIN IMMEDIATE")
    try:
        for event in _read(path):
            if event is None:
                torn += 1
            elif db.execute(insert, [getattr(event, name) for name in COLUMNS]).rowcount > 0:
                new += 1
                since[event.session] = min(event.at, since.get(event.session, event.at))
        for session, at in since.items():
            _rebuild(db, session, at - WINDOW)
        db.execute("INSERT INTO tally VALUES ('torn', ?) ON CONFLICT (name) DO UPDATE SET n = n + excluded.n", (torn,))
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    return new


def _read(path: str) -> Iterator[Event | None]:
    """Yield the events of a spool file, and None for every line that is damaged.

    A writer that died in the middle leaves a line without an end, and the next one's event stands behind it.
    """
    with open(path, "rb") as file:
        for line in iter(lambda: file.readline(1 << 16), b""):
            if line == b"\n":
                continue  # every event begins with a newline, which ends a line that a full disk cut off
            events = list(spool.parse(line))
            if not events:
                yield None
                at = line.rfind(_START)
                events = list(spool.parse(line[at:])) if at > 0 else []
            for event in events:
                yield _sound(event)


def _sound(event: Event) -> Event | None:
    """Return an event whose every value has its type, or None. Text that no database takes is written out."""
    values = event.as_dict()
    if event.kind not in EVENTS or not isinstance(event.id, str) or not event.id:
        return None
    for name in _TEXTS:
        if not isinstance(values[name], str):
            return None
        values[name] = values[name].encode("utf-8", "backslashreplace").decode()
    for name in ("exit_code", "duration_ms", "version"):
        if values[name] is not None and (not isinstance(values[name], int) or abs(values[name]) >= 1 << 63):
            return None
    if isinstance(event.at, bool) or not isinstance(event.at, int | float) or not math.isfinite(event.at):
        return None
    now = time.time()
    values["at"] = float(event.at) if 0 < event.at < now + _DAY else now  # a clock that was wrong
    return Event(**values)


def _rebuild(db: sqlite3.Connection, session: str, since: float) -> None:
    """Work the session's episodes out again, those opened at `since` or later; no older one can have changed."""
    question = f"SELECT {', '.join(COLUMNS)} FROM events WHERE session=? AND at>=? ORDER BY at, seq"  # noqa: S608
    found = find_episodes(read_event(row) for row in db.execute(question, (session, since)))
    db.execute("DELETE FROM episodes WHERE session=? AND opened>=?", (session, since))
    fields = Episode._fields
    db.executemany(
        f"INSERT OR REPLACE INTO episodes ({', '.join(fields)}) VALUES ({', '.join('?' * len(fields))})",  # noqa: S608
        [[*(getattr(e, name) for name in fields[:-1]), json.dumps(list(e.steps))] for e in found],
    )


def _tidy(root: str, folder: str, *, fresh: bool) -> None:
    """Keep everything bounded, and write the counts that the hook reads when they have changed or are a day old."""
    now = time.time()
    rotate_logs(folder)
    prune(folder, now)
    try:
        age = now - os.stat(f"{folder}/{COUNTS}").st_mtime
    except OSError:
        age = _DAY
    if not fresh and age < _DAY:
        return
    settings = config.load(root)
    keep_days, max_events = settings["history.keep_days"], settings["history.max_events"]

    def work(history: History) -> bytes:
        forget(history, now, keep_days, max_events)
        walls.write(history, now)
        return marshal.dumps(history.counts())

    paths.write_private(f"{folder}/{COUNTS}", _use(root, folder, work))
    with connect(root, folder) as history:  # whatever is wrong with the index: it costs no more than the index
        fulltext.fill(history.db)


def forget(history: History, now: float, keep_days: int, max_events: int) -> None:
    """Drop what is older than `keep_days`, and the oldest events above `max_events`; close episodes that ran out."""
    db, horizon = history.db, now - keep_days * _DAY
    db.execute("BEGIN IMMEDIATE")
    try:
        db.execute(
            "UPDATE episodes SET outcome='abandoned', closed=opened+? WHERE outcome='' AND opened<?",
            (WINDOW, now - WINDOW),
        )
        db.execute("DELETE FROM episodes WHERE opened<?", (horizon,))
        gone = 0
        for which, value in (("at<?", horizon), (_SURPLUS, max_events)):
            fulltext.drop(db, which, value)
            gone += db.execute(f"DELETE FROM events WHERE {which}", (value,)).rowcount  # noqa: S608
        fulltext.settle(db, dropped=gone > 0)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
