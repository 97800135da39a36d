"""Is it healed? What a command said before and after a fix, compared: passed, got further, or neither.

The exit code decides; what stands here are the conditions beside it. Nothing is run here.
"""

from __future__ import annotations

import re

from .records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .records import Change, CommandResult, Diagnosis

_PHASES = (
    ("command_error", "permission_error"),
    ("configuration_error",),
    ("syntax_error", "merge_conflict"),
    ("dependency_issue", "import_error"),
    ("type_error", "build_error"),
    ("linting_error", "runtime_error", "async_error", "network_error", "timeout", "resource_exhaustion"),
    ("test_failure",),
)
"""What comes first in the life of a run: a program that fails later has got further."""

_COUNTS = (
    re.compile(r"^(?:collected|collecting \.\.\. collected) (\d+) items?", re.M),  # pytest
    re.compile(r"^Ran (\d+) tests? in ", re.M),  # unittest
    re.compile(r"^Tests:.*?(\d+) total", re.M),  # jest
    re.compile(r"^\s*Tests .*\((\d+)\)\s*$", re.M),  # vitest
    re.compile(r"^# tests (\d+)", re.M),  # node --test, TAP
    re.compile(r"^running (\d+) tests?$", re.M),  # cargo test: one line a binary
)
_SUMMARY = re.compile(r"(\d+) (passed|failed|errors?|xfailed|xpassed|skipped|deselected)\b")
_SKIPPED = re.compile(r"(\d+) (?:skipped|ignored|pending|todo)\b|^# (?:skipped|todo) (\d+)", re.M)
_FRAME = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+)|^(?P<path>\S+\.py):(?P<number>\d+): in ', re.M)
"""A frame of a Python traceback, as Python and as pytest print it."""
_ERRORS = (
    re.compile(r"^Found (\d+) errors?", re.M),  # tsc, mypy, ruff
    re.compile(r"could not compile .* due to (\d+) previous errors?"),
    re.compile(r"^✖ (\d+) problems?", re.M),  # eslint
    re.compile(r"^(\d+) errors? generated", re.M),
    re.compile(r"(\d+) errors? (?:in|during) ", re.M),  # pytest, while it collects
)
_PLACEHOLDERS = re.compile(
    r"todo!\(|unimplemented!\(|unreachable!\(|NotImplementedError|raise SkipTest|pytest\.(?:mark\.)?(?:skip|xfail)|"
    r"@(?:unittest\.)?skip|\b(?:it|test|describe)\.(?:skip|todo)\(|\bx(?:it|describe|test)\(|#\[ignore|#\s*type:\s*ignore|#\s*noqa|"
    r"#!?\[allow\(|eslint-disable|@ts-(?:ignore|nocheck|expect-error)|prettier-ignore|nolint|pragma: no cover|@SuppressWarnings"
)
"""What makes a command pass and heals nothing."""


def count_tests(output: str) -> int:
    """Return how many tests a run had, -1 when it does not say."""
    for pattern in _COUNTS:
        found = [int(number) for number in pattern.findall(output)]
        if found:
            return sum(found)
    lines = output.split("\n")
    last = next((line for line in reversed(lines) if _SUMMARY.search(line)), "")
    # pytest counts a failed subtest among the failed tests, and a passed one apart from the passed ones.
    parts = sum(line.startswith("SUBFAILED") for line in lines)
    return max(0, sum(int(number) for number, _ in _SUMMARY.findall(last)) - parts) if last else -1


def count_skipped(output: str) -> int:
    """Return how many tests a run left out, 0 when it does not say."""
    return sum(int(one or other) for one, other in _SKIPPED.findall(output))


def is_placeholder(changes: Iterable[Change]) -> bool:
    """Tell whether an edit adds a placeholder or a silencer: that passes and heals nothing."""
    for change in changes:
        before = (change.before or b"").decode("utf-8", "replace")
        after = (change.after or b"").decode("utf-8", "replace")
        if len(_PLACEHOLDERS.findall(after)) > len(_PLACEHOLDERS.findall(before)):
            return True
    return False


class Verdict(Record):
    """What a run after a fix proves. `passed`: the command is healed; `why`: why not, where its exit code was 0."""

    passed: bool
    why: str = ""


def judge(before: CommandResult, after: CommandResult, indicators: Sequence[str] = (), same: bool = True) -> Verdict:
    """Return whether a command that failed before is healed now.

    Args:
        before: the failed run.
        after: the run with the fix in place.
        indicators: the playbook's `success_indicators`; one of them must stand in the output.
        same: whether it is the same command (not one given by `--verify`), so that its tests can be compared.
    """
    if after.exit_code != 0:
        return Verdict(passed=False)
    if indicators and not any(word in after.output for word in indicators):
        return Verdict(passed=False, why=f"it exits with 0, but says none of: {', '.join(indicators)}")
    if same:
        tests, now = count_tests(before.output), count_tests(after.output)
        if 0 <= now < tests:
            return Verdict(passed=False, why=f"only {now} of {tests} tests are left")
        if tests >= 0 and now >= 0 and count_skipped(after.output) > count_skipped(before.output) + max(0, now - tests):
            return Verdict(passed=False, why="tests are skipped that were not skipped before")
    return Verdict(passed=True)


def got_further(
    before: CommandResult, after: CommandResult, fixed: Diagnosis, was: Sequence[Diagnosis], now: Sequence[Diagnosis]
) -> bool:
    """Tell whether a run that still fails got further: the fixed failure is gone, and what remains lies later.

    Args:
        before: the run before the fix.
        after: the run with it.
        fixed: what the fix was for.
        was: all that was found in the first.
        now: all that is found in the second.
    """
    prints = {diagnosis.fingerprint for diagnosis in now}
    if not now or after.exit_code in (124, 126, 127, 130, 143):
        return False
    if fixed.fingerprint in prints:
        return _fewer(before, after)
    if prints <= {diagnosis.fingerprint for diagnosis in was}:
        return True
    if 0 <= count_tests(before.output) < count_tests(after.output):
        return True
    if fixed.category == now[0].category == "linting_error" and now[0].pattern_id not in {
        one.pattern_id for one in was
    }:
        return True  # one linter after the other
    then, rest = _phase(fixed), min(_phase(diagnosis) for diagnosis in now[:1])
    return rest > then or (rest == then and (_is_later(before, after, fixed, now[0]) or _fewer(before, after)))


def _phase(diagnosis: Diagnosis) -> int:
    return next((rank for rank, names in enumerate(_PHASES) if diagnosis.category in names), len(_PHASES))


def _fewer(before: CommandResult, after: CommandResult) -> bool:
    """Tell whether the tool's own count of errors went down."""
    for pattern in _ERRORS:
        was, now = pattern.findall(before.output), pattern.findall(after.output)
        if was and now:
            return int(now[-1]) < int(was[-1])
    return False


def _frames(output: str) -> list[tuple[str, str]]:
    return [(frame["file"] or frame["path"], frame["line"] or frame["number"]) for frame in _FRAME.finditer(output)]


def _is_later(before: CommandResult, after: CommandResult, fixed: Diagnosis, rest: Diagnosis) -> bool:
    """Tell whether a failure of the same phase stands later: further down the same file, or further down its callers."""
    if fixed.location.file and fixed.location.file == rest.location.file:
        return rest.location.line > fixed.location.line
    was, now = _frames(before.output), _frames(after.output)
    for (file, line), (other, number) in zip(was, now, strict=False):
        if file != other:
            return False
        if line != number:
            return int(number) > int(line)
    return bool(was) and len(now) > len(was)
