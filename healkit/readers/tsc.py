"""The TypeScript compiler, plain and pretty, and the builders that print its errors (webpack, Angular, ts-jest)."""

from __future__ import annotations

from ..records import Location
from .page import NOWHERE, number, paren_place, place, ranked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..records import Finding
    from .page import Page


def read(page: Page) -> list[Finding]:
    """Return TypeScript's errors: the first weighs 1.0, later ones 0.7, `Found N errors` is a consequence."""
    found: list[Finding] = []
    for row, line in enumerate(page.lines):
        at = line.find("TS")
        while at >= 0:
            code, colon, _ = line[at : at + 12].partition(":")
            if colon and number(code[2:]) and (at == 0 or not line[at - 1].isalnum()):
                found.append(_tell(page, row, at, code, len(found)))
                break
            at = line.find("TS", at + 2)
        if line.startswith("Found ") and " error" in line:
            first = found[0].location if found else NOWHERE
            found.append(page.finding("tsc", row, row, weight=0.2, location=first, captures={"reason": line}))
    return found


def _tell(page: Page, row: int, at: int, code: str, index: int) -> Finding:
    """Return the finding of the error whose code stands at `at` in a row."""
    line = page.lines[row]
    reason = line[at + len(code) + 1 :].strip()
    where, near = _place_before(line[:at]), row
    if where is NOWHERE:
        where, near = _place_around(page, row)
    last = row
    while last + 1 < min(len(page.lines), row + 6) and page.lines[last + 1].startswith("  ") and _is_plain(line):
        last += 1
    captures = {"code": code, "reason": reason}
    for words in ("Cannot find module '", "Could not find a declaration file for module '"):
        if words in reason:
            captures["module"] = reason.partition(words)[2].partition("'")[0]
    keep = [near, *range(row, last + 1), *_source_rows(page, row)]
    weight = ranked(index, 1.0, 0.7)
    return page.finding("tsc", min(near, row), last, weight=weight, location=where, captures=captures, keep=keep)


def _is_plain(line: str) -> bool:
    """Return whether an error is in the plain form, whose details follow indented."""
    return "): error TS" in line


def _place_before(head: str) -> Location:
    """Return the place that stands before `error TS...`: `file(line,col): ` or `file:line:col - `."""
    head = head.rstrip().removesuffix("error").rstrip().removesuffix("-").rstrip().removesuffix(":").rstrip()
    where = paren_place(head) or place(head)
    if where is None:
        return NOWHERE
    path = where.file.rpartition(": ")[2]  # a task runner's `name:build: ` or Angular's `Error: ` before it
    for before in ("ERROR in ", "[tsl] ", "ERROR "):
        path = path.rpartition(before)[2]
    return Location(file=path.strip(), line=where.line, column=where.column)


def _place_around(page: Page, row: int) -> tuple[Location, int]:
    """Return the place in the lines around a bare `TS1234: message` (webpack above it, esbuild's form below)."""
    for at in (*range(row - 1, max(-1, row - 4), -1), *range(row + 1, min(row + 4, len(page.lines)))):
        line = page.lines[at].strip()
        for before in ("ERROR in ", "[tsl] "):
            line = line.rpartition(before)[2]
        words = line.removesuffix(":").split(" ")
        where = paren_place(words[0]) or (place(words[0]) if "." in words[0] else None)
        if where:
            return where, at
        if len(words) == 2:
            line_no, _, column = words[1].partition(":")
            if number(line_no) and "." in words[0]:
                return Location(file=words[0], line=number(line_no), column=number(column.partition("-")[0])), at
    return NOWHERE, row


def _source_rows(page: Page, row: int) -> list[int]:
    """Return the rows of the source line and its `~~~` in the pretty form."""
    lines = page.lines
    if (
        row + 3 < len(lines)
        and not lines[row + 1].strip()
        and lines[row + 2].lstrip()[:1].isdigit()
        and "~" in lines[row + 3]
    ):
        return [row + 2, row + 3]
    return []
