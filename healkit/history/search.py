"""Full text search: the history's events and fixes by words, and one ranking of whatever is to be searched.

A query is plain words. Whatever a person types is text: every word is handed to FTS5 in quotes, as the beginning of a word.
"""

from __future__ import annotations

import sqlite3

from ..records import Record
from . import fulltext
from .steps import trim

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from .store import History

NEWEST = 1_000
"""Events that match which are looked at, the newest first; more of them say nothing new."""
MOST_WORDS = 32
MOST_FIXES = 2_000
_SHOWN = "e.kind, e.fingerprint, e.pattern_id, e.command, e.text, e.file, e.at"
_OF_KIND = "e.kind IN ('failure', 'success', 'command', 'edit')"
_HERE = {"failure": 2.0, "fix": 2.0}
"""How much more what happened here is worth than what is merely known."""
_WEIGHTS = {"id": 8.0, "title": 4.0, "text": 1.0}


class Document(Record):
    """Something that can be found.

    `source` is `pattern`, `playbook`, `failure`, `fix`, `command` or `edit`; `origin` the layer, or `history`; `id` the entry's id
    (a failure's fingerprint); `title` what is shown, `text` all else that is searched. From history: how often (`count`), when last
    (`at`, seconds since 1970, 0 = never), the best `fix`, in how many of `tried` tries it `worked`.
    """

    source: str
    origin: str
    id: str
    title: str
    text: str = ""
    pattern_id: str = ""
    count: int = 0
    at: float = 0.0
    fix: str = ""
    worked: int = 0
    tried: int = 0


def words_of(query: str) -> list[str]:
    """Return the words of a query: its pieces between spaces that hold a letter or a digit; all pieces where none does."""
    pieces = query.replace("\0", " ").encode("utf-8", "replace").decode().split()
    return ([piece for piece in pieces if _is_word(piece)] or pieces)[:MOST_WORDS]


def _is_word(piece: str) -> bool:
    """Tell whether a full text index knows anything of a piece; punctuation alone is looked for letter by letter."""
    return any(char.isalnum() for char in piece)


def _expression(words: Sequence[str], joint: str) -> str:
    return f" {joint} ".join('"{}" *'.format(word.replace('"', '""')) for word in words)


def find_documents(history: History, words: Sequence[str]) -> list[Document]:
    """Return what of a history holds all the words, else any of them: failures, commands and edits, each once, and every fix.

    Fixes are returned whether they match or not: they are few, and `rank` decides.
    """
    fixes = _fixes(history)
    rows = _rows(history, words, "AND") or (_rows(history, words, "OR") if len(words) > 1 else [])
    known = {fix.title for fix in fixes}
    found: dict[tuple[str, str], Document] = {}
    for row in rows:
        document = _document(*row)
        if document.source == "command" and document.title in known:
            continue
        first = found.get((document.source, document.id))
        found[document.source, document.id] = first.replace(count=first.count + 1) if first else document
    return [*(one if one.source != "failure" else with_fix(history, one) for one in found.values()), *fixes]


def with_fix(history: History, document: Document) -> Document:
    """Return a document with what fixed its failure here, how often, and how often the failure came, from the episodes."""
    key = document.id
    rows: Iterable[tuple[str, str, int, float]] = history._ask(
        "SELECT fix, outcome, count(*), max(opened) FROM episodes WHERE fingerprint=? OR pattern_id=? GROUP BY fix, outcome",
        *(key, key),
    )
    tally: dict[str, list[int]] = {}
    count, last = 0, document.at
    for fix, outcome, times, opened in rows:
        count, last = count + times, max(last, opened)
        if fix and outcome in ("worked", "failed"):
            one = tally.setdefault(fix, [0, 0])
            one[0] += times * (outcome == "worked")
            one[1] += times
    best, (worked, tried) = max(tally.items(), key=lambda item: item[1], default=("", [0, 0]))
    if not worked:
        best, tried = "", 0
    return document.replace(count=max(count, document.count), at=last, fix=best, worked=worked, tried=tried)


def _rows(history: History, words: Sequence[str], joint: str) -> list[Any]:
    found = _from_index(history.db, _expression(words, joint)) if _is_word(words[0]) else None
    if found is not None:
        return found
    holds = "(" + " OR ".join(f"e.{column} LIKE ? ESCAPE '!'" for column in fulltext.COLUMNS) + ")"
    likes = [like for word in words for like in [f"%{_escaped(word)}%"] * len(fulltext.COLUMNS)]
    question = f"SELECT {_SHOWN} FROM events e WHERE {_OF_KIND} AND ({f' {joint} '.join([holds] * len(words))})"  # noqa: S608
    return history._ask(f"{question} ORDER BY e.seq DESC LIMIT ?", *likes, NEWEST)


def _from_index(db: sqlite3.Connection, expression: str) -> list[Any] | None:
    """Return the newest rows that match, None where no index can answer; a damaged one is made anew once."""
    question = f"SELECT {_SHOWN} FROM search JOIN events e ON e.seq=search.rowid WHERE search MATCH ? AND {_OF_KIND}"  # noqa: S608
    for _ in range(2):
        try:
            if not fulltext.fill(db):
                return None
            return db.execute(f"{question} ORDER BY search.rowid DESC LIMIT ?", (expression, NEWEST)).fetchall()
        except sqlite3.Error as error:
            if not fulltext.is_index_damage(error):
                return None
            fulltext.distrust(db)
    return None


def _escaped(word: str) -> str:
    return word.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _document(kind: str, fingerprint: str, pattern_id: str, command: str, text: str, file: str, at: float) -> Document:
    if kind == "failure":
        name, title = fingerprint or pattern_id or trim(command), " ".join(command.split())
        return Document(
            source="failure", origin="history", id=name, title=title, text=f"{text}\n{file}",
            pattern_id=pattern_id, count=1, at=at,
        )  # fmt: skip
    if kind == "edit":
        return Document(source="edit", origin="history", id=file, title=f"edit of {file}", text=text, count=1, at=at)
    shown = " ".join(trim(command).split())
    return Document(source="command", origin="history", id=shown, title=shown, text=text, count=1, at=at)


def _fixes(history: History) -> list[Document]:
    rows = history._ask(
        "SELECT fix, pattern_id, sum(outcome='worked'), count(*), max(opened) FROM episodes "
        "WHERE fix<>'' AND outcome IN ('worked', 'failed') GROUP BY fix, pattern_id ORDER BY 3 DESC, 5 DESC LIMIT ?",
        MOST_FIXES,
    )
    return [
        Document(
            source="fix", origin="history", id=pattern_id, title=fix, text=pattern_id, pattern_id=pattern_id,
            count=tried, at=at, fix=fix, worked=worked, tried=tried,
        )
        for fix, pattern_id, worked, tried, at in rows
        if worked
    ]  # fmt: skip


def rank(documents: Sequence[Document], words: Sequence[str]) -> tuple[list[tuple[Document, float]], bool]:
    """Return the documents that hold the words, best first, with their scores; and whether each holds all the words.

    Where none holds all, those come that hold any.
    """
    if not words or not documents:
        return [], True
    scores = _ranked if fulltext.has_fts5() and _is_word(words[0]) else _counted
    found = scores(documents, words, "AND")
    every = bool(found) or len(words) == 1
    found = found or (scores(documents, words, "OR") if len(words) > 1 else {})
    found = {number: score * _HERE.get(documents[number].source, 1.0) for number, score in found.items()}
    order = sorted(found, key=lambda number: (-round(found[number], 6), -documents[number].count, number))
    return [(documents[number], round(found[number], 3)) for number in order], every


def _ranked(documents: Sequence[Document], words: Sequence[str], joint: str) -> Mapping[int, float]:
    """Return the scores (bm25) of what matches, by number; an index in memory, made for this question."""
    db = sqlite3.connect(":memory:")
    try:
        db.execute(f"CREATE VIRTUAL TABLE shelf USING fts5({', '.join(_WEIGHTS)}, content='')")
        db.executemany(
            "INSERT INTO shelf (rowid, id, title, text) VALUES (?, ?, ?, ?)",
            ((number, *map(_storable, _parts(one))) for number, one in enumerate(documents)),
        )
        question = (
            f"SELECT rowid, -bm25(shelf, {', '.join(map(str, _WEIGHTS.values()))}) FROM shelf WHERE shelf MATCH ?"  # noqa: S608
        )
        return dict(db.execute(question, (_expression(words, joint),)))
    finally:
        db.close()


def _parts(one: Document) -> tuple[str, str, str]:
    """Return what is searched, as _WEIGHTS names it; a failure is called by its pattern."""
    return one.pattern_id or one.id, one.title, one.text


def _storable(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _counted(documents: Sequence[Document], words: Sequence[str], joint: str) -> Mapping[int, float]:
    """Return scores without FTS5: how often the words occur, by where."""
    found, sought = {}, [word.casefold() for word in words]
    for number, one in enumerate(documents):
        parts = list(zip(_WEIGHTS.values(), (part.casefold() for part in _parts(one)), strict=True))
        scores = [sum(weight * min(3, part.count(word)) for weight, part in parts) for word in sought]
        if all(scores) if joint == "AND" else any(scores):
            found[number] = sum(scores)
    return found
