"""What a history says in numbers: what failed, what healed it and how surely, how long that took. Questions only."""

from __future__ import annotations

import functools
import time
from collections import Counter
from difflib import SequenceMatcher

from ..commands import split, unwrap
from ..nearness import distance
from ..records import Record
from .steps import changes, command_key, trim

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .store import History

WAYS = ("edit", "command", "install", "correction", "healkit")
"""How a failure was healed: by an edit, a command, an installation, the same command line corrected, by healkit itself."""
ALIKE = 0.75
"""How similar two command lines of the same or a similar program are for the second to be the first one corrected."""
_DAY, _WEEK = 86_400, 7 * 86_400
_MONDAY = 4 * _DAY
"""The first Monday after the beginning of 1970, in seconds."""
_CLOCKS = 60.0
"""Seconds by which a hint may have been noted before its failure: two processes wrote them."""
_LONG = 200
"""Characters of a command line that are compared."""
_INSTALLS = frozenset(("install", "i", "ci", "add", "sync", "get", "restore", "fetch"))
_INSTALL_ALONE = ("yarn", "bundle")


class Healing(Record):
    """One failure that was healed: in which way, by what, after how many seconds, whether healkit had said something."""

    pattern_id: str
    fix: str
    way: str
    seconds: float
    hinted: bool
    at: float


class Rate(Record):
    """How often something that was done (or any, `fix` empty) closed the failures of a pattern."""

    pattern_id: str
    fix: str
    worked: int
    tried: int

    @property
    def confidence(self) -> float:
        """The mean of the Beta distribution that the tries leave of an even prior: (worked + 1) / (tried + 2)."""
        return round((self.worked + 1) / (self.tried + 2), 3)


class Figures(Record):
    """The numbers of a history since a time; counts of failures by what they are keyed with, the most frequent first.

    `passed` counts failures after which the command passed and nothing that can be a fix was seen; `median_seconds` is that
    from failure to success of what was healed (None: nothing was), `saved_seconds` is told in `time_saved`; `weeks` are
    (its Monday as seconds since 1970 in local time, failures, healed).
    """

    failures: int = 0
    sessions: int = 0
    categories: Mapping[str, int] = {}
    patterns: Mapping[str, int] = {}
    programs: Mapping[str, int] = {}
    ways: Mapping[str, int] = dict.fromkeys(WAYS, 0)
    healed: int = 0
    passed: int = 0
    again: int = 0
    abandoned: int = 0
    open: int = 0
    rates: Sequence[Rate] = ()
    fixes: Sequence[Rate] = ()
    median_seconds: float | None = None
    saved_seconds: float = 0.0
    hinted: int = 0
    weeks: Sequence[tuple[float, int, int]] = ()


NONE = Figures()
"""The figures where there is no history."""


def count(history: History, since: float = 0.0) -> Figures:
    """Return the figures of everything that happened since a time (seconds since 1970).

    Raises:
        HealkitError: the database cannot answer.
    """
    rows = history._ask(
        "SELECT category, pattern_id, count(*) FROM events WHERE kind='failure' AND at>=? GROUP BY category, pattern_id",
        since,
    )
    ends = dict(history._ask("SELECT outcome, count(*) FROM episodes WHERE opened>=? GROUP BY outcome", since))
    healings, passed = healings_of(history, since)
    rates = _rates(history, since)
    return Figures(
        failures=sum(number for _, _, number in rows),
        sessions=history._ask("SELECT count(DISTINCT session) FROM events WHERE at>=?", since)[0][0],
        categories=_summed((category or "unknown", number) for category, _, number in rows),
        patterns=_summed((pattern_id or "unknown", number) for _, pattern_id, number in rows),
        programs=_summed(
            (program_of(key), number)
            for key, number in history._ask(
                "SELECT command_key, count(*) FROM episodes WHERE opened>=? GROUP BY command_key", since
            )
        ),
        ways={way: sum(one.way == way for one in healings) for way in WAYS},
        healed=len(healings), passed=passed,
        again=ends.get("failed", 0), abandoned=ends.get("abandoned", 0), open=ends.get("", 0),
        rates=tuple(_by_pattern(rates)), fixes=tuple(rate for rate in rates if rate.fix and rate.worked),
        median_seconds=_median([one.seconds for one in healings]),
        saved_seconds=time_saved(healings), hinted=sum(one.hinted for one in healings),
        weeks=tuple(_weeks(history, since, healings)),
    )  # fmt: skip


def healings_of(history: History, since: float) -> tuple[list[Healing], int]:
    """Return what was healed, and how many failures passed later with nothing that can be a fix between."""
    hints, outcomes = _hints(history, since), _outcomes(history, since)
    rows = history._ask(
        "SELECT session, fingerprint, pattern_id, command_key, opened, closed, fix FROM episodes "
        "WHERE outcome='worked' AND opened>=? ORDER BY opened",
        since,
    )
    found, passed = [], 0
    for session, name, pattern_id, key, opened, closed, fix in rows:
        begin, end = opened - _CLOCKS, closed + _CLOCKS
        own = _own(outcomes.get(session, []), name, key, begin, end)
        if not (fix or own):
            passed += 1
            continue
        hinted = any(begin <= at <= closed for at in hints.get((session, name), ()))
        way = "healkit" if own else way_of(fix, key.partition("\n")[2])
        done = own[0].fix if own and own[0].fix else fix
        found.append(
            Healing(pattern_id=pattern_id, fix=done, way=way, seconds=closed - opened, hinted=hinted, at=opened)
        )
    return found + [one for group in outcomes.values() for _, one, _ in group], passed  # some are no episode's


def _hints(history: History, since: float) -> dict[tuple[str, str], list[float]]:
    """Return when something was said: {(session, fingerprint): times}."""
    found: dict[tuple[str, str], list[float]] = {}
    for session, name, at in history._ask(
        "SELECT session, fingerprint, at FROM events WHERE kind='hint' AND at>=?", since - _CLOCKS
    ):
        found.setdefault((session, name), []).append(at)
    return found


def _outcomes(history: History, since: float) -> dict[str, list[tuple[str, Healing, str]]]:
    """Return what healkit itself healed: {session: [(fingerprint, healing, command key)]}."""
    found: dict[str, list[tuple[str, Healing, str]]] = {}
    for session, name, at, pattern_id, text, duration, command, cwd in history._ask(
        "SELECT session, fingerprint, at, pattern_id, text, duration_ms, command, cwd FROM events "
        "WHERE kind='outcome' AND at>=? AND outcome='healed' ORDER BY at",
        since,
    ):
        seconds = (duration or 0) / 1000
        one = Healing(pattern_id=pattern_id, fix=text, way="healkit", seconds=seconds, hinted=False, at=at)
        found.setdefault(session, []).append((name, one, command_key(command, cwd)))
    return found


def _own(waiting: list[tuple[str, Healing, str]], name: str, key: str, begin: float, end: float) -> list[Healing]:
    """Take out of a session's outcomes those that are an episode's: of its failure or its command, in its time."""
    own = [one for one in waiting if begin <= one[1].at <= end and (one[0] == name or one[2] == key)]
    for one in own:
        waiting.remove(one)
    return [healing for _, healing, _ in own]


@functools.lru_cache(8192)
def way_of(fix: str, command: str = "") -> str:
    """Return in which way a fix heals, from its text and the failed command: one of WAYS but `healkit`."""
    if fix.startswith("edit of "):
        return "edit"
    if _is_correction(fix, command):
        return "correction"
    words = next((unwrap(words) or words for words in reversed(split(fix)) if words), [])
    bare = [word for word in words[1:] if not word.startswith("-")]
    program = words[0].rpartition("/")[2] if words else ""
    installs = any(word in _INSTALLS for word in bare[:2]) or (program in _INSTALL_ALONE and not bare)
    return "install" if installs else "command"


def _is_correction(fix: str, command: str) -> bool:
    """Tell whether a command that worked is the failed one in other words, not another one that changed something."""
    first, second = (command_key(text).partition("\n")[2] for text in (command, fix))
    if not first or distance(first.split()[0], second.partition(" ")[0]) > 2 or (changes(fix) and not changes(command)):
        return False
    return SequenceMatcher(None, first[:_LONG], second[:_LONG], autojunk=False).ratio() >= ALIKE


@functools.lru_cache(8192)
def program_of(key: str) -> str:
    """Return the program that a command key runs, what merely runs it left away (`uv run pytest`: pytest)."""
    words = next((words for words in reversed(split(trim(key.partition("\n")[2]))) if words), [])
    inner = unwrap(words) or words
    return inner[0].rpartition("/")[2] if inner else "unknown"


def time_saved(healings: Sequence[Healing]) -> float:
    """Return the estimated seconds that hints have saved.

    The median time of healings without a hint, less that of those with one, times the number of those with one; 0 where one
    of the two is unknown, never less. What healkit healed by itself counts on neither side.
    """
    own = [one for one in healings if one.way != "healkit"]
    without, given = _median([h.seconds for h in own if not h.hinted]), _median([h.seconds for h in own if h.hinted])
    if without is None or given is None:
        return 0.0
    return max(0.0, without - given) * sum(one.hinted for one in own)


def _rates(history: History, since: float) -> list[Rate]:
    rows = history._ask(
        "SELECT pattern_id, fix, sum(outcome='worked'), count(*) FROM episodes "
        "WHERE outcome IN ('worked', 'failed') AND opened>=? GROUP BY pattern_id, fix ORDER BY 3 DESC, 4, 1, 2",
        since,
    )
    return [
        Rate(pattern_id=name or "unknown", fix=fix, worked=worked, tried=tried) for name, fix, worked, tried in rows
    ]


def _by_pattern(rates: Iterable[Rate]) -> list[Rate]:
    sums: dict[str, list[int]] = {}
    for rate in rates:
        one = sums.setdefault(rate.pattern_id, [0, 0])
        one[0] += rate.worked
        one[1] += rate.tried
    order = sorted(sums.items(), key=lambda item: (-item[1][1], item[0]))
    return [Rate(pattern_id=name, fix="", worked=worked, tried=tried) for name, (worked, tried) in order]


def _summed(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for name, number in pairs:
        sums[name] = sums.get(name, 0) + number
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def _median(values: Sequence[float]) -> float | None:
    if not values:
        return None
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(values) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _weeks(history: History, since: float, healings: Sequence[Healing]) -> list[tuple[float, int, int]]:
    """Return the weeks from the first failure to the last, those without one included."""
    shift = time.localtime().tm_gmtoff - _MONDAY
    failures = dict(
        history._ask(
            "SELECT cast((at+?)/? AS INTEGER), count(*) FROM events WHERE kind='failure' AND at>=? GROUP BY 1",
            *(shift, _WEEK, since),
        )
    )
    healed = Counter(int((one.at + shift) // _WEEK) for one in healings)
    known = sorted({*failures, *healed})
    span = range(known[0], known[-1] + 1) if known else range(0)
    return [(float(week * _WEEK - shift), failures.get(week, 0), healed[week]) for week in span]
