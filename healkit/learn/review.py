"""What people do with what was learned: accept, reject, forget, prune, record, give one healing the word, take and give."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

from .. import config, detect, draft, entries, episode, history, intake, memory, paths, scribe, spool
from ..generalise.standing import raw_entries
from ..records import Diagnosis, Event, HealkitError
from . import elsewhere, promote, source, upkeep
from . import ledger as ledgers
from .evidence import Evidence
from .ledger import Ledger, Proposal


def accept(root: str, name: str, user: bool = False) -> str:
    """Write a proposal into the project's pattern file, or the user's; return its path.

    Raises:
        HealkitError: no such proposal; the file cannot take it.
    """
    settings = config.load(root)
    with ledgers.opened(root) as book:
        found = next((one for one in elsewhere.offers(root) if one.id == name), None) or _proposal(book, name)
        to_user = user or found.user or not root
        path = promote.target(root, settings, to_user)
        promote.write(root, path, found.entry, to_user)
        if not to_user:
            promote.remember(book, found.entry, (), time.time())
            lesson = book.lessons[found.id]
            book.lessons[found.id] = lesson.replace(evidence=found.evidence, fix=found.fix)
        book.proposals.pop(found.id, None)
    return path


def reject(root: str, name: str) -> None:
    """Never propose or write this entry again; one that was written goes.

    Raises:
        HealkitError: there is neither a proposal nor a learned entry of this id.
    """
    settings = config.load(root)
    with ledgers.opened(root) as book:
        if name in book.proposals:
            book.rejected.append(dict(book.proposals.pop(name).entry))
            return
        path = promote.target(root, settings)
        raw = _learned(path, name)
        scribe.remove(path, name, root)
        book.rejected.append(dict(raw))
        book.lessons.pop(name, None)


def forget(root: str, name: str) -> None:
    """Remove a learned entry; it may be learned again.

    Raises:
        HealkitError: no learned entry of this id.
    """
    settings = config.load(root)
    with ledgers.opened(root) as book:
        path = promote.target(root, settings)
        _learned(path, name)
        scribe.remove(path, name, root)
        book.lessons.pop(name, None)


def prune(root: str, days: int, least: float, most: int, dry: bool = False) -> list[str]:
    """Remove learned entries that nobody needs; return their ids. What a person edited stays.

    Args:
        root: the project.
        days: days without use.
        least: confidence below which an unused entry goes.
        most: learned entries that are kept at most.
        dry: only say which.
    """
    settings = config.load(root)
    with ledgers.opened(root) as book, history.open_history(root) as past:
        upkeep.refresh(root, book, past, settings)
        path = promote.target(root, settings)
        standing = {str(raw.get("id")): raw for raw in raw_entries(path)}
        gone = []
        for name in upkeep.prunable(book, time.time(), days, least, most):
            raw = standing.get(name)
            if raw is not None and promote.own_hash(raw) != book.lessons[name].hash:
                continue
            gone.append(name)
            if not dry:
                if raw is not None:
                    scribe.remove(path, name, root)
                del book.lessons[name]
        return gone


def promote_one(root: str, key: str) -> tuple[str, str]:
    """Write an entry from one healing alone, because a person says so; return its id and the file.

    Args:
        root: the project.
        key: a fingerprint or pattern id, or the beginning of a fingerprint.

    Raises:
        HealkitError: nothing was healed under this name.
    """
    settings = config.load(root)
    with ledgers.opened(root) as book, history.open_history(root) as past:
        healed = source.healed_of(past, key, 5) or source.episodes(
            past, "outcome='worked' AND fingerprint LIKE ? ORDER BY closed DESC LIMIT 5", f"%{key}%"
        )
        found = source.evidence(past, healed)
        if not found:
            do = "see `healkit history --episodes`, or give it with `healkit learn record`"
            raise HealkitError(f"nothing that was healed here is called {key}", do=do)
        entry = _from_one(found[0], promote.shipped_ids(root))
        path = promote.target(root, settings)
        promote.write(root, path, entry)
        promote.remember(book, entry, found[:1], time.time())
        return str(entry["id"]), path


def _from_one(one: Evidence, taken: set[str]) -> dict[str, Any]:
    """Return an entry that recognises a failure and tells what healed it; one example is too little for a fix that runs."""
    entry = draft.draft(one.output, one.command, taken=taken)
    told = f"here it was healed by {one.what}"
    return {**promote.complete({**entry, "fix_template": told}, [one], taken, time.time()), "id": entry["id"]}


def record(root: str, command: str, output: str, fixed: str = "", edit: tuple[str, str, str] | None = None) -> str:
    """Write down a failure and what healed it, as if healkit had seen both; return the failure's fingerprint.

    Args:
        root: the project.
        command: the command that failed.
        output: what it said.
        fixed: the command that passed in its place, or the installation that healed it.
        edit: file, old and new text of the edit that healed it.

    Raises:
        HealkitError: the state cannot be written.
    """
    state = paths.project_state(root)
    if not state or not paths.make_private(state):
        raise HealkitError("nothing can be recorded", where=state or "state folder", do="set HEALKIT_STATE_DIR")
    session = f"recorded-{int(time.time() * 1000):x}"
    result = intake.from_text(output, command, 1, root, "run", session=session)
    found = detect.detect(result, memory.open_memory(root), 1)
    best: Diagnosis = found[0] if found else episode.unnamed(result)
    episode.record_failure(result, root, best)
    if edit is not None:
        file, old, new = edit
        event = episode.new_event("edit", result.replace(command="", exit_code=None), file=file, old=old, new=new)
        _append(state, event)
    if fixed:
        _append(state, episode.new_event("command", result.replace(command=fixed, exit_code=0)))
    _append(state, episode.new_event("success", result.replace(exit_code=0)))
    return best.fingerprint


def _append(state: str, event: Event) -> None:
    if not spool.append(state, event):
        raise HealkitError("nothing can be recorded", where=state, do="check the folder's owner and free space")


def exported(root: str) -> dict[str, Any]:
    """Return the learned entries of the project and of the user as a pattern file."""
    settings = config.load(root)
    found: dict[str, dict[str, Any]] = {}
    for user in (True, False):
        try:
            path = promote.target(root, settings, user or not root)
        except HealkitError:
            continue
        found |= {str(raw["id"]): raw for raw in raw_entries(path) if raw.get("origin") == "learned"}
    return {"version": 1, "patterns": list(found.values())}


def take(root: str, path: str, user: bool) -> tuple[list[str], list[str]]:
    """Take entries of another pattern file in, or a flat map of message to advice; return the ids taken and those left out.

    What is taken into a project is not trusted by that.

    Raises:
        HealkitError: the file cannot be read or holds no entries.
    """
    try:
        with open(path, "rb") as file:
            given = json.loads(file.read(scribe.MOST_BYTES))
    except (OSError, ValueError) as error:
        raise HealkitError(
            f"cannot be read: {error}", where=path, do="Give a pattern file, or a flat JSON map."
        ) from None
    raws = [dict(raw) for raw in entries.raw_patterns(given)]
    if not raws:
        raise HealkitError("holds no entries", where=path, do='write {"version": 1, "patterns": [...]}')
    target = promote.target(root, config.load(root), user or not root)
    taken, left = [], []
    standing = {str(raw.get("id")) for raw in raw_entries(target)}
    for raw in raws:
        name = str(
            raw.get("id") or draft.name_of(str(raw.get("message") or raw.get("error_regex") or ""), taken=standing)
        )
        entry = {**raw, "id": name}
        try:
            entries.pattern_of(entry, "project")
            scribe.add(target, entry, root if root and not (user or not root) else "")
        except (ValueError, HealkitError):
            left.append(name)
            continue
        standing.add(name)
        taken.append(name)
    return taken, left


def waiting(root: str) -> list[Proposal]:
    """Return what waits for a person: the project's own proposals, and what another project learned as well."""
    return [*ledgers.read(root).proposals.values(), *elsewhere.offers(root)]


def _proposal(book: Ledger, name: str) -> Proposal:
    found = [one for key, one in book.proposals.items() if key == name or key.startswith(name)]
    if len(found) != 1:
        do = "see `healkit learn review`"
        raise HealkitError(f"{'several proposals are' if found else 'no proposal is'} called {name}", do=do)
    return found[0]


def _learned(path: str, name: str) -> Mapping[str, Any]:
    raws: Sequence[Mapping[str, Any]] = raw_entries(path)
    found = next((raw for raw in raws if raw.get("id") == name and raw.get("origin") == "learned"), None)
    if found is None:
        raise HealkitError(
            f"no learned entry is called {name}", where=os.path.basename(path), do="see `healkit learn status`"
        )
    return found
