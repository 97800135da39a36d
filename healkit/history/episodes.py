"""Episodes: what became of each failure, worked out from the events alone.

An episode opens with a `failure` event and closes when the same command succeeds in the same session within two hours
(worked), or a corrected line of the same program soon after (worked as well), when the same failure comes again
(failed), or never (abandoned). Everything here is a pure function, so episodes can be worked out again at any time;
learning reads the same ones.
"""

from __future__ import annotations

from ..records import Event, Record
from .sameness import corrects, covers
from .steps import command_key, fix_text, proves, shown, trim

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

WINDOW = 2 * 3600.0
"""Seconds within which a success still belongs to a failure."""


class Episode(Record):
    """One failure and what became of it. `outcome` is empty while it is open, else `worked`, `failed`, `abandoned`.

    `failure` is the id of the event that opened it, `steps` are the ids of the events that came before it closed,
    `fix` what was done last that can be a fix ("uv sync", "edit of src/app.py"), empty when nothing was.
    Times are in seconds since 1970.
    """

    failure: str
    session: str
    fingerprint: str
    pattern_id: str
    command_key: str
    opened: float
    closed: float | None = None
    outcome: str = ""
    fix: str = ""
    steps: Sequence[str] = ()


def find_episodes(events: Iterable[Event]) -> list[Episode]:
    """Return the episodes of one session's events, given oldest first; those still open have no outcome."""
    done: list[Episode] = []
    waiting: dict[str, list[tuple[Episode, int, int]]] = {}  # command key -> episode, begin and end in `steps`
    failed: dict[str, Event] = {}
    steps: list[Event] = []
    for event in events:
        key = command_key(event.command, event.cwd)
        if event.kind == "failure" and key and (event.fingerprint or event.pattern_id):
            waiting[key] = _recur(waiting.get(key, []), event, key, steps, done)
            failed[event.id] = event
        elif proves(event):
            for episode, begin, end in waiting.pop(key, []) + _elsewhere(waiting, event, failed, covers):
                before = steps[begin:end]  # up to the command's next, different failure, where there was one
                done.append(_close(episode, event, "worked", before if fix_text(before) else steps[begin:]))
            for episode, begin, _ in _elsewhere(waiting, event, failed, corrects):
                if not any(step.kind == "edit" for step in steps[begin:]):
                    corrected = _close(episode, event, "worked", [*steps[begin:], event])
                    done.append(corrected.replace(fix=shown(trim(event.command))))
                else:
                    waiting.setdefault(episode.command_key, []).append((episode, begin, 0))
        if event.kind in ("command", "edit"):
            steps.append(event)
    return done + [episode for group in waiting.values() for episode, _, _ in group]


def _elsewhere(
    waiting: dict[str, list[tuple[Episode, int, int]]],
    event: Event,
    failed: Mapping[str, Event],
    says: Callable[[Event, Event], bool],
) -> list[tuple[Episode, int, int]]:
    """Take out and return the open episodes of other command lines that a success says something about."""
    found: list[tuple[Episode, int, int]] = []
    for key in list(waiting):
        there = [one for one in waiting[key] if says(event, failed[one[0].failure])]
        if there:
            found += there
            waiting[key] = [one for one in waiting[key] if one not in there]
            if not waiting[key]:
                del waiting[key]
    return found


def _recur(
    group: list[tuple[Episode, int, int]], event: Event, key: str, steps: list[Event], done: list[Episode]
) -> list[tuple[Episode, int, int]]:
    """Close what this failure repeats; for another failure of the same command, what comes next is not its fix."""
    now, after = len(steps), []
    for episode, begin, end in group:
        if (episode.fingerprint, episode.pattern_id) == (event.fingerprint, event.pattern_id):
            done.append(_close(episode, event, "failed", steps[begin:now]))
        else:
            after.append((episode, begin, end if end > begin else now))
    new = Episode(
        failure=event.id,
        session=event.session,
        fingerprint=event.fingerprint,
        pattern_id=event.pattern_id,
        command_key=key,
        opened=event.at,
    )
    return [*after, (new, now, 0)]


def _close(episode: Episode, event: Event, outcome: str, between: list[Event]) -> Episode:
    if event.at - episode.opened > WINDOW:
        return _abandon(episode)
    ids = [step.id for step in between[-100:]]
    return episode.replace(closed=event.at, outcome=outcome, fix=fix_text(between), steps=ids)


def _abandon(episode: Episode) -> Episode:
    return episode.replace(closed=episode.opened + WINDOW, outcome="abandoned")
