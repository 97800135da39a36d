"""How a pytest run ends: the short summary, the counts, usage errors, timeouts that kill the process.

Summary lines are consequences of the blocks above them (weight 0.3) unless there are none (`--tb=no`, a cut output).
"""

from __future__ import annotations

from ..records import Location
from . import traces
from .page import NOWHERE, number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..records import Finding
    from .page import Page

USAGE = ("pytest: error: ", "__main__.py: error: ", "py.test: error: ")
REFUSALS = (
    "ERROR: file or directory not found:", "ERROR: not found: ", "ERROR: Wrong expression passed to", "ERROR: Unknown ",
    "ERROR: while parsing the following warning", "ERROR: Coverage failure:", "FAIL Required test coverage",
    "ERROR: found no collectors for", "ERROR: Missing test parameters",
)  # fmt: skip


def read_ends(
    page: Page, sections: list[tuple[str, int, int]], known: Mapping[str, Location], first: Location, has_causes: bool
) -> list[Finding]:
    """Return what the end of a run says.

    Args:
        page: the output.
        sections: pytest's sections as (title, first row, last row).
        known: where the tests that have a block failed, by the block's name.
        first: where the first of them failed.
        has_causes: whether the output says above why tests failed.
    """
    found: list[Finding] = []
    passed = [-1, -1]
    loud = (
        row
        for title, first_row, last_row in sections
        if title != "warnings summary"
        for row in range(first_row, last_row + 1)
    )
    for row in loud:
        line = page.lines[row]
        if " PASSED" in line or line.startswith("PASSED "):
            found += _passed(page, row, passed)
            continue
        one = _summary(page, row, known, has_causes) or _total(page, row, first, has_causes) or _refusal(page, row)
        if one:
            found.append(one)
    return found + _passed(page, -1, passed) + _stacks(page)


def _passed(page: Page, row: int, span: list[int]) -> list[Finding]:
    """Grow the span of passed tests by a row; return it as quiet when a new one begins (`row` -1: at the end)."""
    first, last = span
    if first >= 0 and last == row - 1:
        span[1] = row
        return []
    span[:] = [row, row]
    return [page.finding("pytest", first, last, weight=0, keep=[first])] if first >= 0 else []


def _summary(page: Page, row: int, known: Mapping[str, Location], has_causes: bool) -> Finding | None:
    """Return the finding of a summary line (`FAILED id - message`) or a progress line (`id FAILED [ 50%]`)."""
    line = page.lines[row]
    name, weight = "", 0.3 if has_causes else 0.5
    if line.startswith(("FAILED ", "ERROR ")):
        name, _, message = line.partition(" ")[2].partition(" - ")
    elif "::" in line and "%]" in line and (" FAILED" in line or " ERROR" in line):
        name, message = _progress_name(line), ""
        weight = 0.2
    if (
        not name
        or not ("::" in name or name.rstrip().endswith(".py") or "/" in name)
        or " " in name.partition("[")[0].strip()
    ):
        return None
    path, _, rest = name.strip().partition("::")
    test = rest.replace("::", ".")
    location = known.get(test or path, NOWHERE)
    kind, colon, reason = message.partition(": ")
    is_type = bool(colon) and kind.replace(".", "").isidentifier()
    return page.finding(
        "pytest",
        row,
        row,
        weight=weight,
        location=location if location.file else Location(file=path),
        captures={
            "test": test and name.strip(),
            "type": kind if is_type else "",
            "reason": reason if is_type else message,
        },
    )


def _progress_name(line: str) -> str:
    """Return the test id of a `-v` progress line, with or without pytest-xdist's prefix."""
    words = line.split(" FAILED" if " FAILED" in line else " ERROR", 1)
    side = words[1] if "::" in words[1] else words[0]
    return side.strip()


def _total(page: Page, row: int, first: Location, has_causes: bool) -> Finding | None:
    """Return the finding of a line that counts (`= 1 failed in 0.1s =`), or says that nothing ran."""
    line = page.lines[row]
    words = line.strip("=! ")
    if line.startswith("!!!") and not has_causes and not words.startswith("stopping"):
        return page.finding("pytest", row, row, weight=0.5, captures={"reason": words})
    if line.startswith("!!!"):
        return page.finding("pytest", row, row, weight=0.2, location=first, captures={"reason": words})
    if words.startswith("no tests ran in "):
        return page.finding("pytest", row, row, weight=0.4 if has_causes else 0.6, captures={"reason": "no tests ran"})
    if " in " in words and number(words.partition(" ")[0]) and (" failed" in words or " error" in words):
        return page.finding("pytest", row, row, weight=0.2, location=first, captures={"reason": words})
    return None


def _refusal(page: Page, row: int) -> Finding | None:
    """Return the finding of a line with which pytest refuses to run."""
    line = page.lines[row]
    last = row
    location = NOWHERE
    reason = ""
    for start in USAGE:
        if start in line[:40]:
            reason = line.partition(start)[2]
            for below in range(row + 1, min(row + 4, len(page.lines))):
                if page.lines[below].startswith("  inifile: ") and not page.lines[below].endswith(" None"):
                    location, last = Location(file=page.lines[below][11:].strip()), below
    if not reason and line.startswith(REFUSALS):
        reason = line.partition(": ")[2] or line
        path = reason.rpartition("not found: ")[2]
        if "not found: " in line:
            location = Location(file=path.partition("::")[0].strip())
    if not reason:
        return None
    return page.finding("pytest", row, last, weight=1.0, location=location, captures={"reason": reason})


def _stacks(page: Page) -> list[Finding]:
    """Return the finding of pytest-timeout's thread method, which prints every stack and ends the process."""
    for row, line in enumerate(page.lines):
        if not (line.endswith("+++") and line.rstrip("+").endswith("+ Timeout ")):
            continue
        trace = traces.Trace(row, "")
        for below in range(row + 1, len(page.lines)):
            text = page.lines[below]
            if text.startswith(("+++", "~~~")) and trace.frames:
                break
            if text.startswith(traces.FRAME):
                traces.add_frame(trace, below, text)
        own = [frame for frame in trace.frames if not traces.is_library(frame.path)]
        if own:
            frame = own[-1]
            return [
                page.finding(
                    "pytest",
                    row,
                    row,
                    weight=1.0,
                    location=Location(file=frame.path, line=frame.line),
                    captures={"type": "Timeout", "reason": "Timeout"},
                    keep=[row, frame.row, frame.row + 1],
                )
            ]
    return []
