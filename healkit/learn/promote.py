"""Writing what was learned: into the project's pattern file, or beside it as a proposal where a person has the word."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

from .. import draft, entries, mask, memory, paths, scribe, trust, wire
from ..config import Config
from ..generalise import Learned
from ..generalise.standing import raw_entries
from ..records import HealkitError
from .evidence import Evidence
from .ledger import Ledger, Lesson, Proposal

_FIRST = ("id", "error_regex", "contains", "category", "severity", "tools", "message", "rerun", "auto_fix", "playbook")
_OWN = ("occurrences", "last_seen", "confidence", "disabled", "note")
"""Keys that learning keeps up to date itself; a change of any other one is a person's edit."""
MOST_EXAMPLES = 4
WIDTH = 160
"""Characters of a fix as it is told."""
EDITED = "an entry of yours covers this already"
DANGEROUS = "it brings in `{what}`: it would only ever be shown, and a person decides whether it is written at all"
REFUSED = "the pattern file cannot take it: {why}"


def promote(
    root: str,
    book: Ledger,
    learned: Learned,
    evidence: Sequence[Evidence],
    settings: Config,
    now: float,
) -> list[str]:
    """Write an entry for what was healed often enough; return its id, nothing where it was rejected or became a proposal.

    Args:
        root: the project.
        book: its ledger, which takes the lesson or the proposal in.
        learned: the entry.
        evidence: the healings that it explains.
        settings: the project's configuration.
        now: seconds since 1970.
    """
    if any(identity(entry) == identity(learned.entry) for entry in book.rejected):
        return []
    path = target(root, settings)
    standing = raw_entries(path)
    same = next((raw for raw in standing if identity(raw) == identity(learned.entry)), None)
    if same is not None:
        return []
    taken = {str(raw.get("id")) for raw in standing} | shipped_ids(root)
    entry = complete(learned.entry, evidence, taken, now)
    if learned.danger:
        propose(book, entry, evidence, DANGEROUS.format(what=learned.danger), now)
        return []
    covering = next((raw for raw in standing if raw.get("origin") != "learned" and _covers(raw, evidence)), None)
    if covering is not None:
        propose(book, entry, evidence, f"{EDITED}: {covering.get('id')}", now)
        return []
    try:
        write(root, path, entry)
    except HealkitError as error:
        propose(book, entry, evidence, REFUSED.format(why=error.what), now)
        return []
    remember(book, entry, evidence, now)
    from . import elsewhere

    elsewhere.note(root, entry, now)
    return [str(entry["id"])]


def target(root: str, settings: Config, user: bool = False) -> str:
    """Return the pattern file that learning writes to."""
    given = settings["learning.pattern_file"]
    if given and root and not user:
        return os.path.join(root, str(given))
    return scribe.layer_file(root, user)


def shipped_ids(root: str) -> set[str]:
    """Return the ids that the layers have."""
    return {pattern.id for pattern, _, _ in memory.open_memory(root).patterns()}


def identity(entry: Mapping[str, Any]) -> str:
    """Return one name for what an entry recognises and does, whatever it is called."""
    kept = {key: entry.get(key) for key in ("error_regex", "tools", "rerun", "auto_fix", "playbook") if entry.get(key)}
    return paths.short_hash(wire.dumps(kept))


def own_hash(entry: Mapping[str, Any]) -> str:
    """Return what tells whether a person has edited an entry: a hash of all but what learning itself keeps up to date."""
    return paths.short_hash(wire.dumps(sorted((k, v) for k, v in entry.items() if k not in _OWN)))


def complete(entry: Mapping[str, Any], evidence: Sequence[Evidence], taken: set[str], now: float) -> dict[str, Any]:
    """Return an entry as it stands in the file: an id, its evidence as examples, where it comes from, when and how often."""
    tool = str((entry.get("tools") or [""])[0])
    if (
        entry.get("rerun")
        and not entry.get("error_regex")
        and all(one.session.startswith("shell-") for one in evidence)
    ):
        # A shell does not see what its commands print: that nothing was said is not known.
        rerun = {**entry["rerun"], "silent": False}
        entry = {**entry, "rerun": rerun, "message": f"a line of {tool} that was put right here before"}
    name = draft.name_of(f"learned {entry.get('message') or tool}", tool, taken)
    days = sorted({time.strftime("%Y-%m-%d", time.localtime(one.at)) for one in evidence})
    known = next((one.category for one in evidence if one.category not in ("", "unknown")), entry.get("category"))
    found = {
        **entry,
        "id": name,
        "category": known,
        "examples": _distinct(entry.get("examples", ()))[:MOST_EXAMPLES],
        "origin": "learned",
        "confidence": round((len(evidence) + 1) / (len(evidence) + 2), 2),
        "occurrences": len(evidence),
        "last_seen": time.strftime("%Y-%m-%d", time.localtime(now)),
        "note": f"learned from {len(evidence)} healings ({', '.join(days[-3:])}); {mask.one_line(evidence[0].what, WIDTH)}",
    }
    return {key: found[key] for key in (*_FIRST, *found) if key in found}


def _distinct(examples: Sequence[Any]) -> list[Any]:
    return list({wire.dumps(example): example for example in examples}.values())


def write(root: str, path: str, entry: Mapping[str, Any], user: bool = False) -> None:
    """Add an entry to a pattern file, and trust it there: healkit wrote it itself.

    Raises:
        HealkitError: the file does not parse, changed meanwhile, or cannot be written; it stays as it was.
    """
    if entry.get("error_regex"):
        try:
            entries.pattern_of(dict(entry), "project")
        except ValueError as error:  # the loader would leave it out
            raise HealkitError(f"what was learned makes no entry: {error}", where=path) from None
    scribe.add(path, entry, root if root and not user else "")
    trust_own(root, str(entry["id"]), entry)


def trust_own(root: str, name: str, entry: Mapping[str, Any]) -> None:
    """Trust an entry of the project if it stands there exactly as healkit wrote it."""
    if root:
        own = [claim.hash for claim in trust.claims(root) if claim.id == name and dict(claim.raw) == dict(entry)]
        trust.trust_entries(root, own)


def remember(book: Ledger, entry: Mapping[str, Any], evidence: Sequence[Evidence], now: float) -> None:
    """Put an entry that was written into the ledger."""
    name = str(entry["id"])
    book.lessons[name] = Lesson(
        id=name,
        hash=own_hash(entry),
        fix=mask.one_line(evidence[0].what, WIDTH) if evidence else "",
        evidence=tuple(one.failure for one in evidence),
        written=now,
        used=now,
    )


def propose(book: Ledger, entry: Mapping[str, Any], evidence: Sequence[Evidence], why: str, now: float) -> None:
    """Lay an entry aside for a person to decide."""
    name = str(entry["id"])
    book.proposals[name] = Proposal(
        id=name,
        entry=dict(entry),
        why=why,
        at=now,
        evidence=tuple(one.failure for one in evidence),
        fix=mask.one_line(evidence[0].what, WIDTH) if evidence else "",
    )


def recognises(entry: Mapping[str, Any], output: str) -> bool:
    """Tell whether an entry's expression matches an output; an expression that does not compile matches nothing."""
    given = entry.get("error_regex") or ()
    try:
        return any(re.search(regex, output) for regex in ([given] if isinstance(given, str) else given))
    except re.error:
        return False


def _covers(raw: Mapping[str, Any], evidence: Sequence[Evidence]) -> bool:
    """Tell whether an entry with a fix of its own recognises all the failures."""
    acts = any(raw.get(key) for key in ("auto_fix", "rerun", "playbook", "fix_template"))
    return acts and not raw.get("disabled") and all(recognises(raw, one.output) for one in evidence)
