"""Keeping what was learned true: counts and confidence, entries that stopped helping, a person's edits, the hook's counts."""

from __future__ import annotations

import marshal
import time
from collections.abc import Iterable, Mapping
from typing import Any

from .. import corrected, paths, scribe
from ..choose import SIMILAR
from ..config import Config
from ..generalise.standing import raw_entries
from ..history import History, files
from ..history.files import COUNTS
from ..records import HealkitError
from . import promote, source
from .evidence import shape_of, words_of
from .ledger import Ledger, Lesson

FEWEST = 3
"""Tries before an entry is switched off for its confidence."""
SIMILAR_DAYS, MOST_SIMILAR = 60, 150
_DAY = 86_400.0


def refresh(root: str, book: Ledger, past: History, settings: Config) -> None:
    """Bring lessons, the entries' `occurrences`, `last_seen` and `confidence`, and the counts that the hook reads up to date."""
    path = promote.target(root, settings)
    standing = {str(raw.get("id")): raw for raw in raw_entries(path)}
    for name, lesson in list(book.lessons.items()):
        worked, failed, last = source.outcomes(past, name, lesson.written)
        book.lessons[name] = lesson.replace(worked=worked, failed=failed, used=max(lesson.used, last))
    for name, raw in standing.items():
        if raw.get("origin") == "learned" or "occurrences" in raw:
            _update(root, path, name, raw, book.lessons.get(name), past, settings)
    _tell_hook(past, book, settings["learning.similarity_percent"] / 100)
    _tell_prompt(past, book, raw_entries(path))


def _update(
    root: str, path: str, name: str, raw: Mapping[str, Any], lesson: Lesson | None, past: History, settings: Config
) -> None:
    """Write what changed of an entry's counts; a person's own entry keeps everything but the counts that stand in it."""
    seen, last = source.sightings(past, name)
    if not seen and lesson is None:
        return
    count = seen + (len(lesson.evidence) if lesson else 0)
    day = time.strftime("%Y-%m-%d", time.localtime(last)) if last else str(raw.get("last_seen", ""))
    own = lesson is not None and promote.own_hash(raw) == lesson.hash
    changes: dict[str, Any] = {}
    stood = raw.get("occurrences")
    if count > (stood if isinstance(stood, int) else 0):
        changes["occurrences"] = count
    if last and day > str(raw.get("last_seen", "")):
        changes["last_seen"] = day
    if lesson is not None and own:
        sure = round(lesson.confidence, 2)
        if sure != raw.get("confidence"):
            changes["confidence"] = sure
        if (
            sure < settings["learning.min_confidence_percent"] / 100
            and lesson.worked + lesson.failed >= FEWEST
            and not raw.get("disabled")
        ):
            changes["disabled"] = True
    if changes:
        try:
            scribe.update(path, name, changes, root if root else "")
        except HealkitError:
            return  # somebody is editing it: the next time
        if own:
            promote.trust_own(root, name, {**raw, **changes})


def _tell_hook(past: History, book: Ledger, alike: float) -> None:
    """Add to the counts that the hook reads what each learned entry did: its fix, how often it worked, how often it was tried."""
    path = f"{past.folder}/{COUNTS}"
    try:
        counts = marshal.loads(paths.read_small(path, 4 << 20)) if paths.is_private(path) else {}
    except (ValueError, EOFError, TypeError):
        counts = {}
    for name, lesson in book.lessons.items():
        good = len(lesson.evidence) + lesson.worked
        counts[name] = [lesson.fix, good, good + lesson.failed]
    rows = _similar(past)
    counts[SIMILAR] = (alike, rows)
    if book.lessons or rows:
        paths.write_private(path, marshal.dumps(counts))


def _similar(past: History) -> list[tuple[frozenset[str], frozenset[str], str, int, int]]:
    """Return the newest healed failures by their masked words: what fixed them, how often that worked and was tried.

    Second stand the words that a fix has from its own failure: where another does not say them, it is no fix for that one.
    That some file was edited is none for any.
    """
    rows = source.ask(
        past,
        "SELECT e.fix, f.text, count(*) FILTER (WHERE e.outcome='worked'), count(*), max(e.closed) AS last"
        " FROM episodes e JOIN events f ON f.id = e.failure WHERE e.outcome IN ('worked', 'failed') AND e.fix<>''"
        " AND e.fix NOT LIKE 'edit of %' AND e.closed > ? GROUP BY e.fix, e.fingerprint ORDER BY last DESC LIMIT ?",
        *(time.time() - SIMILAR_DAYS * _DAY, MOST_SIMILAR),
    )
    return [
        (frozenset(shape_of(text)), frozenset(words_of(fix) & words_of(text)), fix, good, tried)
        for fix, text, good, tried, _ in rows
        if good
    ]


def _tell_prompt(past: History, book: Ledger, standing: Iterable[Mapping[str, Any]]) -> None:
    """Write down for the prompt, which sees no output, the learned lines that need none: programs, line, replacements, fix."""
    lines: list[tuple[list[str], str, list[list[str]], str]] = []
    for raw in standing:
        lesson, rerun = book.lessons.get(str(raw.get("id"))), raw.get("rerun")
        known = (
            lesson is not None and isinstance(rerun, dict) and not raw.get("error_regex") and not raw.get("disabled")
        )
        if not known or lesson is None or not isinstance(rerun, dict) or promote.own_hash(raw) != lesson.hash:
            continue
        templates = [one.get("sub") if isinstance(one, dict) else None for one in rerun.get("to", ())]
        subs = [list(pair) for pair in templates[0]] if templates and templates[0] else []
        plain = all(len(pair) == 2 and not set("{}\\") & set(pair[1]) for pair in subs)
        lines.append((list(raw.get("tools", ())), str(rerun.get("line", "")), subs if plain else [], lesson.fix))
    target = f"{past.folder}/{corrected.FILE}"
    if lines:
        paths.write_private(target, marshal.dumps(lines))
    else:
        files.remove(target)


def prunable(book: Ledger, now: float, days: int, least: float, most: int) -> list[str]:
    """Return the learned entries that should go: long unused and of low confidence, and the least sure above a number."""
    old = [
        one.id
        for one in book.lessons.values()
        if now - max(one.used, one.written) > days * _DAY and one.confidence < least
    ]
    rest = sorted(
        (one for one in book.lessons.values() if one.id not in old), key=lambda one: (one.confidence, one.used)
    )
    return [*old, *(one.id for one in rest[: max(0, len(rest) - most)])]
