"""From new evidence to entries: group what is alike, generalise, check, and write what was healed often enough."""

from __future__ import annotations

import re
import time
from typing import Any

from .. import config, generalise, history
from ..generalise import CommandExample, EditExample, InstallExample, Learned
from ..generalise.standing import raw_entries
from ..records import Record
from . import ledger as ledgers
from . import promote, source, upkeep
from .evidence import Evidence, difference, likeness, shape, shape_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..config import Config
    from ..history import History
    from .ledger import Ledger

AT_ONCE = 200
"""Healed failures that are looked at in one go; the rest waits for the next time."""
COMPARED = 40
"""Earlier healings of the same key that a new one is compared with."""
EXAMPLES = 6
STAND_IN = "Healkit0StandIn"
_CALLED = re.compile(r"\b([A-Z][A-Za-z0-9]+)(?=[.(])(?!\w*:)")
ALIKE = 0.5
"""How alike the masked decisive lines of two failures are at least to be of one kind; 1.0 is the same."""


class Found(Record):
    """A candidate with the evidence that it explains."""

    learned: Learned
    evidence: tuple[Evidence, ...]


def learn(root: str, now: float | None = None) -> list[str]:
    """Learn from what was healed since the last time; return the ids of the entries that were written.

    Silent where learning is switched off. Also brings the counts of learned entries up to date.

    Args:
        root: the project, empty for none: then the user's layer learns.
        now: the time, in seconds since 1970.

    Raises:
        HealkitError: the history, the ledger or the pattern file cannot be read or written.
    """
    now = time.time() if now is None else now
    settings = config.load(root)
    with ledgers.opened(root) as book, history.open_history(root) as past:
        written = []
        if settings["learning.store_new_patterns"]:
            healed = source.healed_since(past, book.since, AT_ONCE)
            for one in source.evidence(past, healed):
                if _is_known(root, book, settings, one):
                    continue
                found = candidate(past, one, max(2, settings["learning.min_occurrences_to_save"]), book)
                if found is not None:
                    written += promote.promote(root, book, found.learned, found.evidence, settings, now)
            if healed:
                book.since = max(one.closed or 0.0 for one in healed)
        upkeep.refresh(root, book, past, settings)
        return written


def _is_known(root: str, book: Ledger, settings: Config, one: Evidence) -> bool:
    """Tell whether an entry that was learned explains a healing already (then it is one more piece of its evidence), or
    one that a person rejected."""
    if any(_explains(entry, one) for entry in book.rejected):
        return True
    for raw in raw_entries(promote.target(root, settings)):
        lesson = book.lessons.get(str(raw.get("id")))
        if lesson is not None and _explains(raw, one):
            if one.failure not in lesson.evidence and one.pattern_id != lesson.id:
                book.lessons[lesson.id] = lesson.replace(evidence=(*lesson.evidence, one.failure))
            return True
    return False


def candidate(past: History, one: Evidence, least: int, book: Ledger) -> Found | None:
    """Return the best entry that explains a healing and earlier ones like it; None where they are too few or too different."""
    if one.pattern_id in book.lessons:
        return None  # known already: it counts for or against that entry
    named = source.healed_of(past, one.key, COMPARED)
    earlier = source.evidence(past, named if one.pattern_id else source.healed_unnamed(past, COMPARED))
    words = shape(one)
    alike = [
        other
        for other in earlier
        if other.kind == one.kind and _is_another(other, one) and likeness(shape(other), words) >= ALIKE
    ]
    if len(alike) + 1 < least:
        return None
    others = source.other_failures(past, one.key)
    against = [other for other in others if likeness(shape_of(other[1]), words) < ALIKE]
    for group in _groups(one, alike, least):
        learned = _generalised(group, against)
        if learned is not None:
            explained = [*group, *(other for other in alike if other not in group and _explains(learned.entry, other))]
            return Found(learned=learned, evidence=tuple(explained))
    return None


def _is_another(one: Evidence, other: Evidence) -> bool:
    """Tell whether two healings are two: not the same failure of the same session, nor the same edit seen twice."""
    return one.failure != other.failure and (one.session, one.command, one.output) != (
        other.session,
        other.command,
        other.output,
    )


def _groups(one: Evidence, alike: Sequence[Evidence], least: int) -> list[list[Evidence]]:
    """Return the sets of healings to generalise from, the largest first: all, the newest few, each pair."""
    found = [[one, *alike[: EXAMPLES - 1]]]
    if least <= 2:
        found += [[one, other] for other in alike[:12]]
    elif len(alike) >= least:
        found.append([one, *alike[: least - 1]])
    return [group for group in found if len(group) >= least]


def _generalised(group: Sequence[Evidence], against: Sequence[tuple[str, str]]) -> Learned | None:
    kind = group[0].kind
    found: Sequence[Learned]
    if kind == "command":
        found = generalise.commands(
            [CommandExample(command=e.command, output=e.output, fixed=e.fixed) for e in group], against
        )
    elif kind == "install":
        found = generalise.installs(
            [InstallExample(command=e.command, output=e.output, install=e.fixed) for e in group], against
        )
    else:
        given = [EditExample(command=e.command, output=e.output, file=e.file, old=e.old, new=e.new) for e in group]
        found = _without_stand_in(generalise.edits([*given, *_stand_ins(given)], against)) or generalise.edits(
            given, against
        )
    return found[0] if found else None


def _stand_ins(given: Sequence[EditExample]) -> list[EditExample]:
    """Return an example more, with another name for what is called, where all examples are about the one name.

    `Event.__init__() got an unexpected keyword argument` in two files is about the keyword: the next class to say so needs
    the same edit. A name that the edit itself changes is no such name.
    """
    last = given[0].output.rstrip().rpartition("\n")[2]
    for name in dict.fromkeys(_CALLED.findall(last)):
        word = re.compile(rf"\b{name}\b")
        changed = any(word.search(part) for one in given for part in difference(one.old, one.new))
        if not changed and all(word.search(one.output.rstrip().rpartition("\n")[2]) for one in given):
            one = given[0]
            renamed = {key: word.sub(STAND_IN, getattr(one, key)) for key in ("output", "old", "new")}
            return [one.replace(**renamed)]
    return []


def _without_stand_in(found: Sequence[Learned]) -> list[Learned]:
    """Return what was learned with a stand-in, as if it had never been there: nothing of an entry may name it."""
    kept = []
    for one in found:
        examples = [example for example in one.entry.get("examples", ()) if STAND_IN not in str(example)]
        entry = {**one.entry, "examples": examples}
        if examples and STAND_IN not in str(entry):
            kept.append(one.replace(entry=entry))
    return kept


def _explains(entry: Mapping[str, Any], other: Evidence) -> bool:
    """Tell whether an entry says of a healing that it was not made from what was done."""
    if other.kind == "command":
        return generalise.corrected(entry, other.command, other.output, guarded=False)[:1] == [other.fixed]
    return not entry.get("rerun") and promote.recognises(entry, other.output)
