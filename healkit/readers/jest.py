"""jest, vitest and mocha: each failed test with its suite's file, the reason, and the frame in the user's code."""

from __future__ import annotations

from ..records import Location
from . import node
from .page import NOWHERE, number, ranked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..records import Finding
    from .page import Page

BLOCK_LINES = 400


def read(page: Page) -> list[Finding]:
    """Return the failed tests; the repetition under `Summary of all failing tests` is a consequence."""
    return _jest(page) + _mocha(page)


def _jest(page: Page) -> list[Finding]:
    """Return the failures of jest (`FAIL file`, `● name`) and vitest (`FAIL  file > name`)."""
    found: list[Finding] = []
    suite, index, scale, is_vitest = "", 0, 1.0, "❯ " in page.text or "vitest" in page.text
    for row, line in enumerate(page.lines):
        text = line.strip()
        if text.startswith("FAIL ") and _suite(text):
            suite = _suite(text)
            name = text.partition(" > ")[2] if is_vitest else ""
            if is_vitest and (name or "[ " in text):
                found.append(_vitest(page, row, suite, name, ranked(index)))
                index += 1
        elif text.startswith("PASS "):
            suite = ""
        elif text.startswith("No tests found, exiting with code 1"):
            found.append(page.finding("jest", row, row, weight=1.0, captures={"reason": text}))
        elif text.startswith("Summary of all failing tests"):
            scale = 0.4
        elif text.startswith("● ") and (suite or "Validation Error" in text) and len(line) - len(line.lstrip()) <= 4:
            one = _bullet(page, row, text[2:], suite, scale * ranked(index))
            if one:
                found.append(one)
                index += 1
    return found


def _suite(text: str) -> str:
    """Return the file of a `FAIL` line, or an empty string when the line is not one of a suite."""
    words = text.removeprefix("FAIL").strip().split(" ")
    path = next((word for word in words if "." in word and not word.startswith(("(", "["))), "")
    return path if path.endswith(("js", "ts", "jsx", "tsx", "vue", "mjs", "cjs", "mts", "svelte")) else ""


def _bullet(page: Page, row: int, name: str, suite: str, weight: float) -> Finding | None:
    """Return the finding of a jest `●` block: message, marked source line, own frame."""
    if "Console" in name and page.lines[row].strip() == "● Console":
        return None
    last = _block_end(page, row)
    body = [at for at in range(row + 1, last + 1) if page.lines[at].strip()]
    marked = next((at for at in body if page.lines[at].lstrip().startswith("> ") and "|" in page.lines[at]), -1)
    spot, where = _own_frame(page, body)
    if where is NOWHERE and suite:
        line = number(page.lines[marked].lstrip()[1:].partition("|")[0].strip()) if marked >= 0 else 0
        where = Location(file=suite.removeprefix("./"), line=line)
    reason = page.lines[body[0]].strip() if body else ""
    kind = reason.partition(": ")[0] if node.is_error_line(reason) else ""
    is_suite = "failed to run" in name or "Validation" in name
    captures = {
        "test": "" if is_suite else name,
        "type": kind,
        "reason": reason.removeprefix(f"{kind}: ") if kind else reason,
    }
    if "Cannot find module '" in reason:
        captures["module"] = reason.partition("Cannot find module '")[2].partition("'")[0]
    above = row - 1 if row and page.lines[row - 1].lstrip().startswith("FAIL ") else -1
    end = max(spot, marked, body[0] if body else row)
    keep = [above, row, *body[:3], marked, spot]
    return page.finding("jest", row, end, weight=round(weight, 2), location=where, captures=captures, keep=keep)


def _block_end(page: Page, row: int) -> int:
    """Return the last row of a `●` block."""
    at = row
    while at + 1 < min(len(page.lines), row + BLOCK_LINES):
        text = page.lines[at + 1].strip()
        if text.startswith(("● ", "FAIL ", "PASS ", "Test Suites:", "Snapshot Summary", "⎯⎯")):
            break
        at += 1
    return at


def _own_frame(page: Page, rows: list[int]) -> tuple[int, Location]:
    for at in rows:
        where = node.frame_place(page.lines[at])
        if where and not node.is_library(where.file):
            return at, where
    return -1, NOWHERE


def _vitest(page: Page, row: int, suite: str, name: str, weight: float) -> Finding:
    """Return the finding of a vitest block: `FAIL file > name`, the error, `❯ file:line:column`."""
    last = _block_end(page, row)
    body = [at for at in range(row + 1, last + 1) if page.lines[at].strip()]
    spot, where = _own_frame(page, body)
    reason = page.lines[body[0]].strip() if body else ""
    kind = reason.partition(": ")[0] if node.is_error_line(reason) else ""
    captures = {"test": name, "type": kind, "reason": reason.partition(": ")[2] if kind else reason}
    return page.finding(
        "jest",
        row,
        max(spot, body[0] if body else row),
        weight=weight,
        location=where if where.file else Location(file=suite),
        captures=captures,
        keep=[row, *body[:2], spot, spot + 1 if spot >= 0 else -1],
    )


def _mocha(page: Page) -> list[Finding]:
    """Return the numbered failures behind mocha's `N failing`."""
    found: list[Finding] = []
    first = next((row for row, line in enumerate(page.lines) if _is_count(line)), len(page.lines))
    row = first + 1
    while row < len(page.lines):
        label, paren, name = page.lines[row].strip().partition(") ")
        if not (paren and number(label) and page.lines[row].startswith("  ")):
            row += 1
            continue
        stop = row + 1
        while stop < min(len(page.lines), row + BLOCK_LINES) and not _begins_next(page.lines[stop], number(label) + 1):
            stop += 1
        found.append(_numbered(page, row, stop, name, ranked(len(found))))
        row = stop
    return found


def _is_count(line: str) -> bool:
    count, _, word = line.strip().partition(" ")
    return word == "failing" and bool(number(count))


def _begins_next(line: str, label: int) -> bool:
    return line.startswith((f"  {label}) ", "====", "npm ", "##[", "make"))


def _numbered(page: Page, row: int, stop: int, name: str, weight: float) -> Finding:
    """Return the finding of one numbered mocha failure whose lines are `row` to `stop` (exclusive)."""
    at, names = row, [name]
    while at + 1 < stop and not page.lines[at].rstrip().endswith(":"):
        at += 1
        names.append(page.lines[at].strip())
    if at + 1 >= stop:
        at, names = row, [name]
    body = [below for below in range(at + 1, stop) if page.lines[below].strip()]
    spot, where = _own_frame(page, body)
    said = next((below for below in body if node.is_error_line(page.lines[below])), body[0] if body else row)
    text = page.lines[said].strip()
    kind = text.partition(": ")[0] if node.is_error_line(text) else ""
    captures = {
        "test": " ".join(names).rstrip(":"),
        "type": kind,
        "reason": text.removeprefix(f"{kind}: ") if kind else text,
    }
    weight = weight if where.file else weight * 0.75  # of equal failures, the one that can be opened
    return page.finding(
        "jest",
        row,
        max(said, spot),
        weight=weight,
        location=where,
        captures=captures,
        keep=[row, at, said, said + 1, spot],
    )
