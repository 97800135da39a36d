"""The unchanged command once more: after a pause where the network failed, at once where a test may be flaky.

What fails the same way every time (a wrong address, a refused login, a certificate) is not repeated. A test that passes
the second time is reported as flaky, in the fix's title.
"""

from __future__ import annotations

import os
import random
import re
import shlex

from .. import nearness
from ..records import Fix
from ..tables import expression, table
from .proposal import Proposal, guide

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .case import Case

PAUSES = (1.0, 2.0, 4.0)
"""Seconds before each further run after a failure of the network, each spread by a quarter to either side."""
QUICK = (0.1,)
PATIENT = (0.1, 0.5)
"""The same for a test: once, or twice where it speaks of time, order or a connection."""
LONGEST_MS = 60_000
"""How long a test run may have taken to be repeated on suspicion."""
WORTH_MS = 120_000
"""How long a command may take for more than one further try."""
FEW = 3
_TAIL = 4_000
_HOST = re.compile(
    r"(?:host(?:name)?[:= ]+|ENOTFOUND |EAI_AGAIN |https?://|')['\"(]?([a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.I
)
_FAILED = re.compile(
    r"\b(\d{1,6}) (?:tests? )?(?:failed|failures?|failing)\b|\bfailures=(\d{1,6})|^--- FAIL: |^not ok ", re.I | re.M
)


def propose(case: Case) -> Iterable[Proposal]:
    """Yield one proposal to run the command again where that may help, or a hint why it will not."""
    category = case.diagnosis.category
    if category == "test_failure" or "test" in case.captures:
        return _flaky(case)
    return _network(case) if category in ("network_error", "timeout") else ()


def _said(case: Case) -> str:
    """Return the decisive lines, or the end of the output where they say nothing about the reason."""
    lines = f"{case.diagnosis.excerpt}\n{case.diagnosis.message}"
    kinds = ("permanent", "unknown_host", "passing")
    return lines if any(expression("retries", kind).search(lines) for kind in kinds) else case.output[-_TAIL:]


def _network(case: Case) -> Iterable[Proposal]:
    said = _said(case)
    status = case.captures.get("status", "") or case.captures.get("code", "")
    if expression("retries", "permanent").search(said) or re.fullmatch(r"4(?!08|25|29)\d\d", status):
        return
    host = _host(case, said)
    if meant := _misspelt(host):
        steps = (f"`{host}` does not answer; `{meant}` is a known host that is spelled almost like it",)
        yield guide(f"look at the host's name: `{host}` may be meant as `{meant}`", steps, kind="retry")
        return
    if expression("retries", "unknown_host").search(said) and host not in table("retries").get("hosts", ()):
        return
    if case.diagnosis.category == "timeout" or expression("retries", "passing").search(said):
        count = 1 if (case.result.duration_ms or 0) * len(PAUSES) > WORTH_MS else len(PAUSES)
        reason = "the time ran out" if case.diagnosis.category == "timeout" else "the network failed"
        yield _again(case, f"run the command again after a pause: {reason}, which may pass", PAUSES[:count])


def _host(case: Case, said: str) -> str:
    found = case.captures.get("host", "") or next(iter(_HOST.findall(said)), "")
    return found.lower().rstrip(".")


def _misspelt(host: str) -> str:
    """Return the known host that a name is almost, empty when it is one itself or like none."""
    known = table("retries").get("hosts", ())
    return "" if not host or host in known else nearness.closest(host, known)


def _flaky(case: Case) -> Iterable[Proposal]:
    said = f"{case.diagnosis.excerpt}\n{case.diagnosis.message}"
    hints = bool(expression("retries", "flaky").search(said))
    if (case.result.duration_ms or 0) > LONGEST_MS or _failures(case.output) > FEW:
        return
    if expression("retries", "settled").search(f"{said}\n{case.output[-_TAIL:]}") and not hints:
        return
    test = case.captures.get("test", "")
    name = f"`{test}`" if test else "the failing test"
    title = f"run the tests again without a change: {name} is flaky if it passes now"
    yield _again(case, title, PATIENT if hints else QUICK)


def _failures(output: str) -> int:
    """Return how many tests a runner says have failed, at least 1."""
    counts, lines = [1], 0
    for match in _FAILED.finditer(output[-200_000:]):
        number = match[1] or match[2]
        lines += not number
        counts.append(int(number) if number else lines)
    return max(counts)


def _again(case: Case, title: str, pauses: tuple[float, ...]) -> Proposal:
    # Two processes wait differently long, one process always alike: a proposal that was tried is known again.
    chance = random.Random(os.getpid())
    spread = tuple(round(pause * chance.uniform(0.75, 1.25), 2) for pause in pauses)
    command = case.result.command or shlex.join(case.argv)
    return Proposal(fix=Fix(kind="retry", title=title, risk="low", command=command), pauses=spread)
