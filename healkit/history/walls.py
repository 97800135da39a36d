"""Walls: what fails in a project again and again, worked out of the history for the hook, which speaks of it before it fails.

One marshalled file in the project's state holds the commands whose every recent run failed in one way that has a known
fix, and the most frequent failures. Beside it, for the shell gate, a file that is named by the project's folder: words
that such a command holds, one a line.
"""

from __future__ import annotations

import marshal
import os

from .. import config, hint, paths, walls
from ..records import CommandResult
from .files import complain, remove
from .steps import changes, command_key, proves
from .store import COLUMNS, History, read_event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from ..records import Diagnosis, Event

DAYS, MOST, SESSIONS, IN_A_ROW = 30, 3, 2, 2
MAX_COMMANDS, MAX_ROWS, MAX_STEPS = 50, 20_000, 4_000
_DAY = 86_400.0


def write(history: History, now: float) -> None:
    """Work the walls out again and write them, and the gate's words, for the project of a history."""
    found = compute(history, now)
    paths.write_private(f"{history.folder}/{walls.NAME}", marshal.dumps(found))
    gate = walls.gate_file(history.root)
    if not gate:
        return
    lines = words(found["commands"])
    if lines and paths.make_private(os.path.dirname(gate)):
        paths.write_private(gate, os.fsencode("\n".join(lines) + "\n"))
    else:
        remove(gate)


def compute(history: History, now: float) -> dict[str, Any]:
    """Return what the hook reads: `commands` by command key, and the most frequent failures, as `walls` describes both."""
    since, ignored = now - DAYS * _DAY, set(config.load(history.root)["hook.ignore"])
    describe = _Describer(history)
    rows = history._ask(
        "SELECT fingerprint, pattern_id, count(*), count(DISTINCT session) FROM episodes WHERE opened>=? AND fingerprint<>'' "
        "GROUP BY fingerprint HAVING count(DISTINCT session)>=? ORDER BY 3 DESC, max(opened) DESC",
        *(since, SESSIONS),
    )
    told = [(name, times, sessions) for name, pattern, times, sessions in rows if pattern not in ignored][:MOST]
    frequent = [[times, sessions, *describe(name)] for name, times, sessions in told]
    commands: dict[str, list[Any]] = {}
    for key, fingerprint, pattern, times in _never_better(history, since):
        if pattern not in ignored and len(commands) < MAX_COMMANDS and walls.has_cure(about := describe(fingerprint)):
            commands[key] = [fingerprint, times, *about]
    return {"version": walls.VERSION, "commands": commands, "frequent": frequent}


def _never_better(history: History, since: float) -> list[tuple[str, str, str, int]]:
    """Return (command key, fingerprint, pattern id, times) of the commands that failed in one way since they last passed."""
    failed: dict[str, list[tuple[float, str, str, str]]] = {}
    rows = history._ask(
        "SELECT command_key, opened, fingerprint, pattern_id, session FROM episodes WHERE opened>=? AND command_key<>'' "
        "ORDER BY opened DESC LIMIT ?",
        *(since, MAX_ROWS),
    )
    for key, *one in reversed(rows):
        failed.setdefault(key, []).append(tuple(one))
    candidates = {key: found for key, found in failed.items() if len(found) >= IN_A_ROW and found[-1][1]}
    if not candidates:
        return []
    later = _steps(history, min(found[0][0] for found in candidates.values()))
    passed = {command_key(event.command, event.cwd): event.at for event in later if proves(event)}
    known_since = later[0].at if len(later) == MAX_STEPS else 0.0  # whether anything passed before that is not known
    by_session: dict[str, list[Event]] = {}
    for event in later:
        by_session.setdefault(event.session, []).append(event)
    result = []
    for key, found in sorted(candidates.items(), key=lambda item: -item[1][-1][0]):
        streak = [one for one in found if one[0] > passed.get(key, known_since)]
        alike = len({fingerprint for _, fingerprint, _, _ in streak}) == 1
        if len(streak) >= IN_A_ROW and alike:
            at, fingerprint, pattern, session = streak[-1]
            if not _changed_since(by_session.get(session, ()), at):
                result.append((key, fingerprint, pattern, len(streak)))
    return result


def _steps(history: History, since: float) -> list[Event]:
    """Return what was done since a time, oldest first: commands that went well, and edits."""
    question = f"SELECT {', '.join(COLUMNS)} FROM events WHERE at>=? AND kind IN ('success', 'command', 'edit')"  # noqa: S608
    rows = history._ask(f"{question} ORDER BY at DESC, seq DESC LIMIT ?", since, MAX_STEPS)
    return [read_event(row) for row in reversed(rows)]


def _changed_since(steps: Sequence[Event], at: float) -> bool:
    """Tell whether the session of a failure did afterwards what may have fixed it: nobody knows then whether it still fails."""
    for event in reversed(steps):
        if event.at < at:
            break
        if event.kind == "edit" or (not event.exit_code and changes(event.command)):
            return True
    return False


class _Describer:
    """Says of a fingerprint what it is, the command that it came with, and what heals it; asks for each once."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.known: dict[str, list[Any]] = {}
        self.memory: Any = None

    def __call__(self, fingerprint: str) -> list[Any]:
        if fingerprint not in self.known:
            self.known[fingerprint] = self._describe(fingerprint)
        return self.known[fingerprint]

    def _describe(self, fingerprint: str) -> list[Any]:
        """Return [what it is, the newest command, fix, how often that worked, another cure as a sentence]."""
        fixes = self.history._ask(
            "SELECT fix, count(*) FROM episodes WHERE fingerprint=? AND outcome='worked' AND fix<>'' "
            "GROUP BY fix ORDER BY 2 DESC, max(closed) DESC LIMIT 1",
            fingerprint,
        )
        fix, worked = fixes[0] if fixes else ("", 0)
        question = (
            f"SELECT {', '.join(COLUMNS)} FROM events WHERE kind='failure' AND fingerprint=? ORDER BY at DESC LIMIT 1"  # noqa: S608
        )
        rows = self.history._ask(question, fingerprint)
        if not rows:
            return ["", "", fix, worked, ""]
        event = read_event(rows[0])
        best, cure = None, ""
        try:
            best = self._diagnose(event)
            cure = "" if fix or best is None else self._learned_cure(best)
        except Exception as error:  # a pattern file of somebody's must not keep the history from being tidied
            complain(f"walls: {type(error).__name__}: {error}")
        named = event.pattern_id if event.pattern_id.replace("-", "").isalnum() else ""
        return [best.message if best else named, event.command, fix, worked, cure]

    def _diagnose(self, event: Event) -> Diagnosis | None:
        """Return the diagnosis of a failure once more, from what was kept of its output; None when it is another now."""
        from .. import detect, memory

        if self.memory is None:
            self.memory = memory.open_memory(self.history.root)
        result = CommandResult(command=event.command, exit_code=event.exit_code, output=event.text, cwd=event.cwd)
        found = detect.detect(result, self.memory, limit=1, notes=False)
        if not found or not found[0].trusted or found[0].pattern_id != event.pattern_id:
            return None
        return found[0]

    def _learned_cure(self, best: Diagnosis) -> str:
        """Return what a learned entry knows to fix a failure that no episode healed yet."""
        from .. import choose, facts

        if best.origin != "learned":
            return ""
        return hint.known_fix(choose.plan(best, self.memory, facts.load(self.history.root)))


def words(commands: Iterable[str]) -> list[str]:
    """Return for each command key the longest word that stands in a payload as it stands in the command."""
    found: dict[str, None] = {}
    for key in commands:
        plain = [word for word in key.partition("\n")[2].split() if _is_plain(word)]
        found[max(plain, key=len, default='"command"')] = None
    return list(found)


def _is_plain(word: str) -> bool:
    """Tell whether JSON writes a word as it is, and it was not masked."""
    return word.isascii() and word.isprintable() and not set(word) & set('"\\~/') and "masked]" not in word
