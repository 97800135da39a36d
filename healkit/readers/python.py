"""Python's own failures: tracebacks (chained, grouped, in any margin), syntax errors, `python -m`, fatal errors.

With a chain of tracebacks the root cause weighs 1.0 and what merely wraps it 0.3. A wrapper is an exception that was
raised on purpose (`from`, or a `raise` in the handler); an accident inside a handler is a cause of its own.
"""

from __future__ import annotations

from ..records import Location
from . import python_starts
from .page import NOWHERE, ranked
from .traces import FRAME, SYNTAX, Frame, Trace, add_frame, body_of, is_library, read_chains, read_exception

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..records import Finding
    from .page import Page

SIGNALS = ("CancelledError", "StopIteration", "StopAsyncIteration", "GeneratorExit", "Empty", "WouldBlock")
"""Exceptions that steer a program; whatever follows one in a chain is the cause worth naming."""
BEFORE = (("Exception ignored", 0.4), ("--- Logging error", 0.3), ("Exception in thread", 0.7), ("Task exception", 0.6))
TYPED = ("<string>", "<stdin>")


def read(page: Page) -> list[Finding]:
    """Return the Python failures of a page."""
    found: list[Finding] = []
    tests = members = 0
    for chain in read_chains(page):
        test = _unittest_name(page, chain[0].head)
        is_member = chain[0].parent is not None
        found += _tell(page, chain, test, ranked(members if is_member else tests))
        tests += bool(test)
        members = members + 1 if is_member else 0
    return found + _bare_syntax_errors(page, found) + python_starts.read_starts(page)


def _roots(page: Page, chain: list[Trace]) -> list[float]:
    """Return a weight for each traceback of a chain."""
    root, weights = 0, [0.3] * len(chain)
    for index, trace in enumerate(chain[1:], 1):
        is_accident = trace.link == "context" and not _is_raised(page, trace)
        if is_accident:
            weights[root] = 0.6
        if is_accident or chain[root].type.rpartition(".")[2] in SIGNALS or not chain[root].type:
            root = index
    weights[root] = 1.0
    return weights


def _is_raised(page: Page, trace: Trace) -> bool:
    """Return whether the innermost frame raises on purpose (a frame without source may)."""
    source = trace.frames[-1].source if trace.frames else -1
    return source < 0 or (body_of(page.lines[source], trace.margin) or "").lstrip().startswith("raise")


def _tell(page: Page, chain: list[Trace], test: str, scale: float) -> list[Finding]:
    found = []
    for trace, weight in zip(chain, _roots(page, chain), strict=True):
        if not trace.frames and trace.error < 0:
            continue
        frame = _frame(page, trace, chain, bool(test))
        first = _first_row(trace, frame)
        last = trace.last if trace.error >= 0 else trace.frames[-1].row
        found.append(
            page.finding(
                "python",
                first,
                last,
                weight=_adjusted(page, trace, weight * scale),
                location=Location(file=frame.path, line=frame.line) if frame else NOWHERE,
                captures={"type": trace.type, "reason": trace.reason, "test": test},
                keep=[*_kept(trace, frame, first, last), *([_unittest_row(page, trace.head)] if test else [])],
            )
        )
    return found


def _adjusted(page: Page, trace: Trace, weight: float) -> float:
    """Return a trace's weight after what stands around it: a group wraps its members; some tracebacks only report."""
    if trace.is_group:
        weight *= 0.4
    if trace.error < 0:
        weight *= 0.4
    for above in page.lines[max(0, trace.head - 2) : trace.head]:
        for words, factor in BEFORE:
            if above.startswith(words):
                weight *= factor
    return round(weight, 3)


def _frame(page: Page, trace: Trace, chain: list[Trace], in_test: bool) -> Frame | None:
    """Return the frame that a person would open."""
    if trace.frames and not trace.frames[-1].named and trace.type.rpartition(".")[2] in SYNTAX:
        return trace.frames[-1]
    if in_test and trace.frames and trace.frames[-1].source >= 0 and _is_raised(page, trace):
        # The code under test refused on purpose, so the place to look at is what the test asked of it.
        own = next((frame for frame in reversed(trace.frames) if _is_test_file(frame.path)), None)
        if own is not None:
            return own
    family = [trace, *chain[chain.index(trace) + 1 :], *reversed(chain[: chain.index(trace)])]
    if trace.parent is not None:
        family.append(trace.parent)
    for member in family:
        for frame in reversed(member.frames):
            if not is_library(frame.path):
                return frame
    typed = next((frame for frame in reversed(trace.frames) if frame.path in TYPED), None)
    return typed or (trace.frames[-1] if trace.frames else None)


def _is_test_file(path: str) -> bool:
    name = path.replace("\\", "/").rpartition("/")[2]
    return not is_library(path) and (name.startswith("test") or name.endswith(("_test.py", "_tests.py")))


def _first_row(trace: Trace, frame: Frame | None) -> int:
    """Return the span's first row: the located frame, or the last one when the location is not of this trace."""
    if frame is not None and frame in trace.frames:
        return frame.row
    return trace.frames[-1].row if trace.frames else trace.error


def _kept(trace: Trace, frame: Frame | None, first: int, last: int) -> list[int]:
    rows = [first, *range(last if trace.error < 0 else trace.error, min(last, max(trace.error, 0) + 3) + 1)]
    for one in (frame, trace.frames[-1] if trace.frames else None):
        if one is not None and first <= one.row:
            rows += [one.row, one.source] if one.source >= 0 else [one.row]
    return rows


def _unittest_row(page: Page, head: int) -> int:
    """Return the row of the `ERROR: test (id)` line above a traceback, or -1."""
    for row in range(head - 1, max(0, head - 7), -1):
        if page.lines[row].startswith("====="):
            break
        if page.lines[row].startswith(("ERROR: ", "FAIL: ")) and page.lines[row - 1].startswith("====="):
            return row
    return -1


def _unittest_name(page: Page, head: int) -> str:
    """Return the id of the unittest block that a traceback opens, or an empty string."""
    row = _unittest_row(page, head)
    name, _, owner = page.lines[row].partition(": ")[2].strip().partition(" (") if row >= 0 else ("", "", "")
    owner = owner.partition(")")[0]
    return (owner if owner.endswith(name) else f"{owner}.{name}") if owner else name


def _bare_syntax_errors(page: Page, found: list[Finding]) -> list[Finding]:
    """Return the syntax errors that stand without a `Traceback` line (`python file.py`, compileall, pytest)."""
    if not any(name in page.text for name in SYNTAX):
        return []
    covered = {one.start for one in found}
    more = []
    for row, line in enumerate(page.lines):
        at = line.find(FRAME)
        if at < 0 or page.starts[row] in covered or ", in " in line:
            continue
        following = page.lines[row + 1] if row + 1 < len(page.lines) else ""
        trace = Trace(row, line[:at] if following.startswith(line[:at]) else "")
        add_frame(trace, row, line[at:])
        if trace.frames and _syntax_end(page, trace, row):
            more += _tell(page, [trace], _unittest_name(page, row), 1.0)
    return more


def _syntax_end(page: Page, trace: Trace, head: int) -> bool:
    """Read source, caret and exception line of a bare syntax error at `head` into the trace; False when it is none."""
    for row in range(head + 1, min(head + 5, len(page.lines))):
        body = body_of(page.lines[row], trace.margin)
        if body is None:
            return False
        if body.startswith(SYNTAX):
            return read_exception(page, trace, row, body)
        if not body.startswith("    ") and body.strip():
            return False
        if trace.frames[-1].source < 0:
            trace.frames[-1].source = row
    return False
