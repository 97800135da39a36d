"""C and its family: gcc and clang, the linkers, make and ninja, sanitizers and failed assertions."""

from __future__ import annotations

from ..records import Location
from .page import NOWHERE, lies_in, place, ranked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..records import Finding
    from .page import Page

SOURCES = (
    ".c", ".cc", ".cpp", ".cxx", ".c++", ".h", ".hh", ".hpp", ".hxx", ".inc", ".ipp", ".tcc", ".m", ".mm", ".cu", ".cuh", ".S",
    ".s", ".f", ".f90", ".F90", ".d", ".y", ".l", ".swift", ".zig", ".ino",
)  # fmt: skip
SYSTEM = (
    "/usr/include/",
    "/usr/lib/",
    "/lib/gcc/",
    "/usr/local/include/",
    "/sysdeps/",
    "/libsanitizer/",
    "/Library/Developer/",
)
MARKS = ((": fatal error: ", 1.0), (": error: ", 1.0), (": warning: ", 0.0))
LINKER = (
    "undefined reference to ",
    "multiple definition of ",
    "cannot find -l",
    "undefined symbol: ",
    "duplicate symbol ",
)
CONSEQUENCES = (
    "collect2: error: ", "ninja: build stopped", "clang: error: linker command failed", "compilation terminated.",
    "cc1: all warnings being treated as errors", "cc1plus: all warnings being treated as errors", "ld: symbol(s) not found",
)  # fmt: skip


def read(page: Page) -> list[Finding]:
    """Return the failures of compilers, linkers and build tools of the C family; the first error weighs most."""
    found: list[Finding] = []
    errors = 0
    included: list[int] = []
    for row, line in enumerate(page.lines):
        if (
            line.startswith("In file included from ")
            or ":   required " in line
            or (included and line.lstrip().startswith("from "))
        ):
            included.append(row)
            continue
        one = (
            _diagnostic(page, row, errors, included)
            or _link(page, row, errors)
            or _make(page, row)
            or _sanitizer(page, row)
            or _assertion(page, row)
        )
        if one:
            errors += one.weight >= 0.5
            found.append(one)
        if line[:1] not in {" ", ""} and ": In " not in line:
            included = []
    return found


def _diagnostic(page: Page, row: int, errors: int, included: list[int]) -> Finding | None:
    """Return the finding of a `file:line:column: error: message` line."""
    line = page.lines[row]
    for mark, severity in MARKS:
        head, found, reason = line.partition(mark)
        where = place(head.rpartition("] ")[2].strip()) if found and len(head) < 1000 else None
        if where is None or not where.file.endswith(SOURCES):
            continue
        if not severity:
            return page.finding("gcc", row, row, weight=0, location=where)
        message, bracket, flag = reason.rpartition(" [-W")
        captures = {"reason": message if bracket else reason}
        if bracket:
            captures["flag"] = flag.rstrip("]").removeprefix("error=")
        if "No such file or directory" in reason or "file not found" in reason:
            captures["header"] = (
                reason.partition(":")[0] if "'" not in reason else reason.partition("'")[2].partition("'")[0]
            )
        last = row
        while last < min(row + 3, len(page.lines) - 1) and page.lines[last + 1].startswith(" "):
            last += 1
        keep = [*included[-1:], *range(row, last + 1)]
        where = _own(page, where, included)
        weight = ranked(errors, 1.0, 0.7)
        return page.finding("gcc", row, last, weight=weight, location=where, captures=captures, keep=keep)
    return None


def _own(page: Page, where: Location, included: list[int]) -> Location:
    """Return the place of an error, or, in a system's header, the user's line that includes it."""
    if not lies_in(where.file, SYSTEM):
        return where
    for row in reversed(included):
        words = page.lines[row].strip().removeprefix("In file included ").removeprefix("from ")
        words = words.partition(":   required ")[0].rstrip(",:")
        outer = place(words)
        if outer and not lies_in(outer.file, SYSTEM):
            return outer
    return where


def _link(page: Page, row: int, errors: int) -> Finding | None:
    """Return the finding of a linker's line: what is missing or doubled, and the source file where it says so."""
    line = page.lines[row]
    for words in LINKER:
        head, mark, rest = line.partition(words)
        if not mark:
            continue
        name = rest.strip().lstrip("`'‘\"").split(";")[0].rstrip("'’\"`").partition(":")[0]
        kind = "library" if words == "cannot find -l" else "symbol"
        location = NOWHERE
        path = head.partition(":(.")[0].rpartition(": ")[2] if ":(." in head else ""
        if path.endswith(SOURCES):
            location = Location(file=path)
        elif ": undefined" in line or ": multiple" in line:
            location = place(head.rstrip(": ")) or NOWHERE
        above = [row - 1] if row and ": in function " in page.lines[row - 1] else []
        captures = {kind: name, "reason": line[len(head) :]}
        weight = ranked(errors, 1.0, 0.7)
        return page.finding("gcc", row, row, weight=weight, location=location, captures=captures, keep=[*above, row])
    return None


def _make(page: Page, row: int) -> Finding | None:
    """Return the finding of a line that only passes a failure on: make's `***`, ninja's and the driver's last words."""
    line = page.lines[row]
    if line.startswith(CONSEQUENCES):
        return page.finding("gcc", row, row, weight=0.2, captures={"reason": line})
    program, stars, rest = line.partition(": *** ")
    if not stars or "make" not in program.partition("[")[0].rpartition("/")[2]:
        return None
    place_and_target = rest.partition("]")[0].lstrip("[") if rest.startswith("[") else ""
    path, _, target = place_and_target.rpartition(": ")
    where = place(path)
    if not place_and_target and (not where):  # no recipe failed: the Makefile itself is the fault
        head = rest.partition(". ")[0]
        return page.finding("gcc", row, row, weight=1.0, captures={"reason": head})
    captures = {"target": target or place_and_target, "reason": rest.partition("] ")[2]}
    return page.finding("gcc", row, row, weight=0.2, location=where or NOWHERE, captures=captures)


def _sanitizer(page: Page, row: int) -> Finding | None:
    """Return the finding of a sanitizer's report, located at the first frame in the user's code."""
    _, mark, reason = page.lines[row].partition("Sanitizer: ")
    if not mark or "ERROR: " not in page.lines[row]:
        return None
    for at in range(row + 1, min(row + 30, len(page.lines))):
        frame = page.lines[at].strip()
        where = place(frame.rpartition(" ")[2]) if frame.startswith("#") else None
        if where and not lies_in(where.file, SYSTEM):
            captures = {"type": reason.partition(" ")[0], "reason": reason}
            return page.finding("gcc", row, row, weight=1.0, location=where, captures=captures, keep=[row, at])
    return page.finding("gcc", row, row, weight=1.0, captures={"reason": reason})


def _assertion(page: Page, row: int) -> Finding | None:
    """Return the finding of a failed `assert`: `program: file:line: function: Assertion ... failed.`"""
    head, mark, rest = page.lines[row].partition(": Assertion `")
    if not mark or not rest.rstrip().endswith("failed."):
        return None
    for part in head.split(": "):
        where = place(part)
        if where:
            captures = {"type": "assertion", "reason": rest.rpartition("'")[0]}
            return page.finding("gcc", row, row, weight=1.0, location=where, captures=captures)
    return None
