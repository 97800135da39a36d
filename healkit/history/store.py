"""The history's database: one SQLite file a project, and the few questions that are asked of it."""

from __future__ import annotations

import json
import os
import sqlite3
import stat

from .. import paths
from ..records import Event, HealkitError
from . import fulltext
from .episodes import Episode
from .files import COUNTS, DATABASE, LOGS, TAKING, lock, remove, set_aside, take_spool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

SCHEMA = 2
MAX_COUNTS = 2_000
PATIENCE = 5.0
"""Seconds that a purge waits for an ingest."""
_NUMBERS = {"at": "REAL", "exit_code": "INTEGER", "duration_ms": "INTEGER", "version": "INTEGER"}
COLUMNS = tuple(Event._fields)
_TABLES = ("episodes", "events", "tally")
_SECOND = "CREATE INDEX IF NOT EXISTS events_kind ON events (kind, at, category, pattern_id, session, fingerprint)"
"""What version 2 adds, besides the index of `fulltext`: the figures are counted without reading the events' texts."""
_CREATE = f"""
CREATE TABLE events (seq INTEGER PRIMARY KEY, {", ".join(f"{n} {_NUMBERS.get(n, 'TEXT')}" for n in COLUMNS)});
CREATE UNIQUE INDEX events_id ON events (id);
CREATE UNIQUE INDEX events_tool ON events (session, tool_use_id, kind) WHERE tool_use_id <> '';
CREATE INDEX events_session ON events (session, at);
CREATE INDEX events_at ON events (at);
CREATE TABLE episodes (failure TEXT PRIMARY KEY, session TEXT, fingerprint TEXT, pattern_id TEXT, command_key TEXT,
  opened REAL, closed REAL, outcome TEXT, fix TEXT, steps TEXT);
CREATE INDEX episodes_session ON episodes (session, opened);
CREATE INDEX episodes_fingerprint ON episodes (fingerprint);
CREATE INDEX episodes_pattern ON episodes (pattern_id);
CREATE INDEX episodes_closed ON episodes (closed);
CREATE TABLE tally (name TEXT PRIMARY KEY, n INTEGER NOT NULL);
{_SECOND};
PRAGMA user_version = {SCHEMA};
"""


class History:
    """An open history. Use it in `with`; every method raises HealkitError when the database cannot answer."""

    def __init__(self, db: sqlite3.Connection, folder: str, root: str) -> None:
        self.db, self.folder, self.root = db, folder, root

    def __enter__(self) -> History:
        return self

    def __exit__(self, *_: object) -> None:
        self.db.close()

    def _ask(self, question: str, *values: object) -> list[Any]:
        try:
            return self.db.execute(question, values).fetchall()
        except sqlite3.Error as error:
            raise trouble(self.folder, error) from None

    def events(self, limit: int = 100, kind: str = "", session: str = "") -> list[Event]:
        """Return the newest events first, at most `limit`, of one kind or session when these are given."""
        question = f"SELECT {', '.join(COLUMNS)} FROM events WHERE (?='' OR kind=?) AND (?='' OR session=?)"  # noqa: S608
        rows = self._ask(f"{question} ORDER BY at DESC, seq DESC LIMIT ?", kind, kind, session, session, max(0, limit))
        return [read_event(row) for row in rows]

    def episodes(self, limit: int = 100, key: str = "") -> list[Episode]:
        """Return the newest episodes first; `key` is a fingerprint or a pattern id."""
        question = f"SELECT {', '.join(Episode._fields)} FROM episodes WHERE ?='' OR fingerprint=? OR pattern_id=?"  # noqa: S608
        rows = self._ask(f"{question} ORDER BY opened DESC LIMIT ?", key, key, key, max(0, limit))
        return [Episode(**{**dict(zip(Episode._fields, r, strict=True)), "steps": json.loads(r[-1])}) for r in rows]

    def worked(self, key: str, fix: str | None = None) -> tuple[int, int]:
        """Return how often a fingerprint's or a pattern's episodes closed as worked, and how often as anything.

        Without `fix` every recurrence counts as a try; with `fix` only the episodes in which that was done last.
        """
        rows = self._ask(
            "SELECT outcome, count(*) FROM episodes WHERE (fingerprint=? OR pattern_id=?) AND (? IS NULL OR fix=?) "
            "AND outcome IN ('worked', 'failed') GROUP BY outcome",
            *(key, key, fix, fix),
        )
        found = dict(rows)
        return found.get("worked", 0), sum(found.values())

    def counts(self) -> dict[str, list[Any]]:
        """Return {fingerprint or pattern id: [fix text, worked, tried]}: each one's best fix, newest first."""
        rows = self._ask(
            "SELECT fingerprint, pattern_id, fix, outcome FROM episodes WHERE outcome IN ('worked', 'failed') "
            "ORDER BY closed DESC LIMIT 50000"
        )
        found: dict[str, dict[str, list[int]]] = {}
        for fingerprint, pattern_id, fix, outcome in rows:
            for key in {fingerprint, pattern_id} - {""}:
                if key in found or len(found) < MAX_COUNTS:
                    tally = found.setdefault(key, {}).setdefault(fix, [0, 0])
                    tally[0] += outcome == "worked"
                    tally[1] += 1
        return {key: _best(fixes) for key, fixes in found.items()}

    def torn(self) -> int:
        """Return how many damaged spool lines were passed over since the history began."""
        rows = self._ask("SELECT n FROM tally WHERE name='torn'")
        return rows[0][0] if rows else 0

    def purge(self) -> int:
        """Forget everything recorded about the project: events, spool, counts, logs. Return how many events went."""
        with lock(self.folder, patience=PATIENCE) as mine:
            if not mine:
                raise HealkitError("the history is being written", where=self.folder, do="try again in a moment")
            gone: int = self._ask("SELECT count(*) FROM events")[0][0]
            try:
                take_spool(self.folder)
                for table in _TABLES:
                    self.db.execute(f"DELETE FROM {table}")  # noqa: S608
                fulltext.wipe(self.db)
                self.db.execute("VACUUM")
                self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except (sqlite3.Error, OSError) as error:
                raise trouble(self.folder, error) from None
            kept = [name for name in os.listdir(self.folder) if name.startswith(f"{DATABASE}.damaged-")]
            for name in (TAKING, COUNTS, *LOGS, *(f"{log}.1" for log in LOGS), *kept):
                remove(f"{self.folder}/{name}")
        return gone


def _best(fixes: dict[str, list[int]]) -> list[Any]:
    """Prefer something that was done over a mere repetition, then what worked most, then what was tried most."""
    fix, (worked, tried) = max(fixes.items(), key=lambda item: (item[0] != "" and item[1][0] > 0, *item[1]))
    return [fix, worked, tried]


def read_event(row: Sequence[Any]) -> Event:
    """Return the event of a row whose columns are COLUMNS."""
    return Event(**dict(zip(COLUMNS, row, strict=True)))


class _DamagedError(sqlite3.DatabaseError):
    """The database has our version and not our tables."""


def is_damage(error: Exception) -> bool:
    """Tell whether an error means that the file is no sound database, rather than that it cannot be reached."""
    code = getattr(error, "sqlite_errorcode", 0) or 0
    return code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or isinstance(error, _DamagedError)


def trouble(folder: str, error: Exception) -> HealkitError:
    """Return what a person is told when the database cannot answer."""
    where = f"{folder}/{DATABASE}"
    if is_damage(error):
        return HealkitError(
            f"the history is damaged: {error}", where=where, do="run `healkit ingest`: it begins a new one"
        )
    return HealkitError(
        f"the history cannot be used: {error}", where=where, do="check the folder's owner and free space"
    )


def open_history(root: str) -> History:
    """Open a project's history, created when it is new; a damaged one is moved aside and a new one begun.

    Raises:
        HealkitError: there is no state folder, it cannot be written, or a newer healkit wrote the history.
    """
    folder = paths.project_state(root)
    if not folder or not paths.make_private(folder):
        do = "set HOME or HEALKIT_STATE_DIR to a folder of your own"
        raise HealkitError("the history cannot be written", where=folder or "state folder", do=do)
    try:
        try:
            return connect(root, folder)
        except sqlite3.DatabaseError as error:
            with lock(folder) as mine:
                if not mine or not is_damage(error):
                    raise
                set_aside(folder, str(error))
        return connect(root, folder)
    except (sqlite3.Error, OSError) as error:
        raise trouble(folder, error) from None


def connect(root: str, folder: str) -> History:
    """Open the database in a state folder that is there; whoever calls this deals with damage.

    Raises:
        sqlite3.Error, OSError: it cannot be opened.
        HealkitError: a newer healkit wrote it.
    """
    path = f"{folder}/{DATABASE}"
    if not os.path.lexists(path):  # else not touched: closing any descriptor of it would drop this process's locks
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    elif not stat.S_ISREG(os.lstat(path).st_mode):
        raise HealkitError("the history is not a regular file", where=path, do="move it away")
    db = sqlite3.connect(path, timeout=10, isolation_level=None)
    try:
        for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            db.execute(f"PRAGMA {pragma}")
        _migrate(db, path)
    except BaseException:
        db.close()
        raise
    return History(db, folder, root)


def _migrate(db: sqlite3.Connection, path: str) -> None:
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA:
        raise HealkitError("a newer healkit wrote this history", where=path, do="update healkit")
    if version < SCHEMA:
        db.execute("BEGIN IMMEDIATE")  # two processes may both find it old; the second sees the first one's tables
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            for statement in filter(str.strip, _CREATE.split(";")):
                db.execute(statement)
        elif version == 1:
            _require_tables(db)
            db.execute(_SECOND)
            db.execute("PRAGMA user_version = 2")
        db.execute("COMMIT")
    _require_tables(db)


def _require_tables(db: sqlite3.Connection) -> None:
    found = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    if not found.issuperset(_TABLES):
        raise _DamagedError("tables are missing")
