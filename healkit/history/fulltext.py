"""The full text index of the history's events: an FTS5 table beside them, derived, filled after an ingest and before a search.

It holds no text of its own (the events are its content), so that a text stands in the file once. There are no triggers: a
Python whose SQLite has no FTS5 must still be able to write events. `tally` says up to which event the index reaches.
"""

from __future__ import annotations

import contextlib
import functools
import sqlite3

COLUMNS = ("command", "text", "file", "pattern_id")
"""The columns of events that are searched."""
STALE = -1
"""In place of the last indexed event: a Python without FTS5 dropped events, so the index is made anew."""
_CREATE = (
    f"CREATE VIRTUAL TABLE search USING fts5({', '.join(COLUMNS)}, content='events', content_rowid='seq', "
    "tokenize='unicode61')"
)
_FILL = f"INSERT INTO search (rowid, {', '.join(COLUMNS)}) SELECT seq, {', '.join(COLUMNS)} FROM events WHERE seq>?"  # noqa: S608
_DROP = (
    f"INSERT INTO search (search, rowid, {', '.join(COLUMNS)}) SELECT 'delete', seq, {', '.join(COLUMNS)} FROM events"  # noqa: S608
)
_EMPTY = (
    "DELETE FROM search_data",
    "DELETE FROM search_idx",
    "DELETE FROM search_docsize",
    "INSERT INTO search_data VALUES (1, x''), (10, x'00000000000000')",
)
"""The tables behind an FTS5 table as they are when it is new: totals (1) and structure (10) without anything in them."""


@functools.cache
def has_fts5() -> bool:
    """Tell whether this Python's SQLite can search full text."""
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        try:
            db.execute("CREATE VIRTUAL TABLE probe USING fts5(text)")
        except sqlite3.OperationalError:
            return False
    return True


def fill(db: sqlite3.Connection) -> bool:
    """Bring the index up to the newest event; tell whether there is one (not without FTS5). One transaction of its own.

    A damaged index is made anew: nothing is lost with it.
    """
    if not has_fts5():
        return False
    if _is_table(db) and _reach(db) == _newest(db):
        return True
    db.execute("BEGIN IMMEDIATE")
    try:
        try:
            _fill(db)
        except sqlite3.DatabaseError as error:
            if not is_index_damage(error):
                raise
            renew(db)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    return True


def renew(db: sqlite3.Connection) -> None:
    """Make the whole index anew; inside the caller's transaction."""
    if _is_table(db):
        _empty(db)
        db.execute("DROP TABLE search")
    db.execute(_CREATE)
    db.execute(_FILL, (0,))
    _note(db, _newest(db))


def drop(db: sqlite3.Connection, where: str, *values: object) -> None:
    """Take events out of the index that are about to be deleted; inside the caller's transaction.

    Args:
        db: the history's database.
        where: which events, as the condition of their deletion.
        values: what stands for its question marks.
    """
    if not _is_table(db):
        return
    if not has_fts5():
        _note(db, STALE)
    elif (reach := _reach(db)) != STALE:
        _try(db, f"{_DROP} WHERE seq<=? AND ({where})", reach, *values)


def settle(db: sqlite3.Connection, dropped: bool) -> None:
    """Let the index end where the events end; what was dropped leaves its pages. Inside the caller's transaction."""
    if not _is_table(db) or _reach(db) == STALE:
        return
    _note(db, min(_reach(db), _newest(db)))  # a number that is free again may be given to another event
    if dropped and has_fts5():
        _try(db, "INSERT INTO search (search) VALUES ('optimize')")


def _try(db: sqlite3.Connection, statement: str, *values: object) -> None:
    """Change the index; a damaged one is made anew at the next filling, and no reason to give the history up."""
    try:
        db.execute(statement, values)
    except sqlite3.DatabaseError as error:
        if not is_index_damage(error):
            raise
        _note(db, STALE)


def wipe(db: sqlite3.Connection) -> None:
    """Empty the index, also where this Python cannot read it; after the events and the tally went."""
    if not _is_table(db):
        return
    if has_fts5():
        db.execute("INSERT INTO search (search) VALUES ('delete-all')")
    else:
        _empty(db)
        _note(db, STALE)


def _empty(db: sqlite3.Connection) -> None:
    """Empty the index by its ordinary tables: works without FTS5, and on an index so damaged that it cannot be opened."""
    for statement in _EMPTY:
        db.execute(statement)


def _fill(db: sqlite3.Connection) -> None:
    reach = _reach(db)
    if not _is_table(db) or reach == STALE:
        renew(db)
        return
    db.execute(_FILL, (reach,))
    _note(db, _newest(db))


def _is_table(db: sqlite3.Connection) -> bool:
    return bool(db.execute("SELECT 1 FROM sqlite_master WHERE name='search'").fetchone())


def _newest(db: sqlite3.Connection) -> int:
    found: int = db.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0]
    return found


def _reach(db: sqlite3.Connection) -> int:
    row = db.execute("SELECT n FROM tally WHERE name='indexed'").fetchone()
    return row[0] if row else 0


def _note(db: sqlite3.Connection, reach: int) -> None:
    db.execute("INSERT OR REPLACE INTO tally VALUES ('indexed', ?)", (reach,))


def distrust(db: sqlite3.Connection) -> None:
    """Have the index made anew at the next filling."""
    _note(db, STALE)


def is_index_damage(error: sqlite3.Error) -> bool:
    """Tell whether it is the index that is damaged, which can be made anew."""
    return (getattr(error, "sqlite_errorcode", 0) or 0) == sqlite3.SQLITE_CORRUPT_VTAB
