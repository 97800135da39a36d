"""What Python says outside of tracebacks: scripts and modules that do not start, fatal errors, failed doctests."""

from __future__ import annotations

from ..records import Location
from .page import NOWHERE, ranked
from .traces import FRAME, Trace, add_frame, is_library

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..records import Finding
    from .page import Page


def read_starts(page: Page) -> list[Finding]:
    """Return the failures of a page that have no traceback."""
    return _starts(page) + _fatal(page) + _doctests(page)


def _starts(page: Page) -> list[Finding]:
    """Return what the interpreter says when it cannot start a script or a module."""
    found = []
    for row, line in enumerate(page.lines):
        head, colon, reason = line.partition(": ")
        if not colon or not head.rpartition("/")[2].startswith(("python", "pypy")):
            continue
        captures = {"reason": reason}
        location = NOWHERE
        if reason.startswith("No module named "):
            captures["module"] = reason[16:].partition(";")[0].strip("'\" .")
        elif reason.startswith("can't open file '"):
            location = Location(file=reason[17:].partition("'")[0])
        elif not reason.startswith(("Error while finding module", "can't find '__main__' module", "can't find module")):
            continue
        found.append(page.finding("python", row, row, weight=1.0, location=location, captures=captures))
    return found


def _fatal(page: Page) -> list[Finding]:
    """Return the interpreter's own death, located by the stack that faulthandler prints (innermost frame first)."""
    found = []
    at = page.text.find("Fatal Python error:")
    if at < 0:
        return []
    for row, line in enumerate(page.lines):
        if not line.startswith("Fatal Python error:"):
            continue
        trace = Trace(row, "")
        for below in range(row + 1, min(row + 60, len(page.lines))):
            if page.lines[below].startswith(FRAME):
                add_frame(trace, below, page.lines[below])
            elif trace.frames:
                break
        own = next((frame for frame in trace.frames if not is_library(frame.path)), None)
        frame = own or (trace.frames[0] if trace.frames else None)
        found.append(
            page.finding(
                "python",
                row,
                row,
                weight=1.0,
                location=Location(file=frame.path, line=frame.line) if frame else NOWHERE,
                captures={"type": "Fatal Python error", "reason": line[19:].strip()},
                keep=[row, frame.row] if frame else [row],
            )
        )
    return found


def _doctests(page: Page) -> list[Finding]:
    """Return the failed examples of `python -m doctest`."""
    found: list[Finding] = []
    for row, line in enumerate(page.lines[1:], 1):
        above = page.lines[row - 1]
        if line != "Failed example:" or not above.startswith(FRAME.lstrip()):
            continue
        trace = Trace(row, "")
        add_frame(trace, row - 1, f"  {above}")
        if trace.frames:
            where = Location(file=trace.frames[0].path, line=trace.frames[0].line)
            last = next(
                (at for at in range(row, min(row + 12, len(page.lines))) if page.lines[at][:5] == "*****"), row + 1
            )
            captures = {"type": "DocTestFailure", "test": above.rpartition(", in ")[2]}
            last = min(max(last - 1, row), len(page.lines) - 1)
            found.append(
                page.finding("python", row - 1, last, weight=ranked(len(found)), location=where, captures=captures)
            )
    return found
