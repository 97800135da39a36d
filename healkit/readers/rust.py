"""rustc and cargo: diagnostics (human and JSON), panics, failed tests, and cargo's own errors.

The first error weighs 1.0 and later ones 0.7, for they often follow from it; `could not compile`, `aborting due to`
and the counts at the end are consequences.
"""

from __future__ import annotations

from ..records import Location
from .page import NOWHERE, lies_in, place, ranked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..records import Finding
    from .page import Page

LIBRARIES = (
    "/rustc/",
    "/.cargo/registry/",
    "/.cargo/git/",
    "/.rustup/",
    "/lib/rustlib/",
    "/library/std/",
    "/library/core/",
)
CONSEQUENCES = (
    "could not compile ", "aborting due to ", "test failed, to rerun", "process didn't exit successfully", "build failed",
    "doctest failed, to rerun", "1 target failed", "bench failed, to rerun", "could not document ",
)  # fmt: skip
CARGO = (
    "Cargo.toml", "Cargo.lock", "Compiling ", "rustc --explain", "error: could not compile", "\nCaused by:\n", "crates.io",
    "`cargo ", "error: no such command: `",
)  # fmt: skip
BODY_LINES = 40


def read(page: Page) -> list[Finding]:
    """Return the failures of rustc, cargo and Rust programs."""
    found: list[Finding] = []
    is_cargo = any(words in page.text for words in CARGO)
    errors, test, row = 0, "", 0
    while row < len(page.lines):
        line, one = page.lines[row], None
        if line.startswith("---- ") and line.endswith((" stdout ----", " stderr ----")):
            test, one = line[5:-12], None
        elif line.startswith(("error: ", "error[")):
            one = _error(page, row, test, ranked(errors, 1.0, 0.7), is_cargo)
        elif test and line.startswith("Error: "):
            one = page.finding("rust", row, row, weight=ranked(errors), captures={"test": test, "reason": line[7:]})
        elif line.startswith(("warning: ", "warning[")):
            one = _warning(page, row, is_cargo)
        elif " panicked at " in line and "thread '" in line:
            one = _panic(page, row, test)
        elif line.startswith("{") and '"level":"' in line:
            one = _json(page, row, errors)
        elif line.startswith("test result: FAILED"):
            one, test = _count(page, row, found), ""
        if one:
            errors += one.weight >= 0.5
            found.append(one)
        row += 1
    return found


def _error(page: Page, row: int, test: str, weight: float, is_cargo: bool) -> Finding | None:
    """Return the finding of an `error[CODE]: message` line, or None when it is not Rust's."""
    head, _, reason = page.lines[row].partition(": ")
    code = head[6:-1] if head.endswith("]") else ""
    if reason.startswith(CONSEQUENCES):
        return page.finding("rust", row, row, weight=0.2, captures={"reason": reason}) if is_cargo else None
    arrow, location = _arrow(page, row)
    if arrow < 0 and not (code or is_cargo):
        return None
    last = arrow if arrow >= 0 else _cargo_end(page, row)
    marked = _marked_rows(page, arrow) if arrow >= 0 else []
    captures = {"code": code, "reason": reason, "test": test}
    captures["lint"] = _lint(page, row) if arrow >= 0 and not code else ""
    if location is NOWHERE:
        location = _manifest(page, row, last)
    keep = [row, arrow, *marked] if arrow >= 0 else range(row, last + 1)
    return page.finding(
        "rust", row, max(last, *marked, row), weight=weight, location=location, captures=captures, keep=keep
    )


def _arrow(page: Page, row: int) -> tuple[int, Location]:
    """Return row and place of the first ` --> file:line:column` of a diagnostic that lies in the user's code."""
    first = (-1, NOWHERE)
    for at in range(row + 1, min(row + BODY_LINES, len(page.lines))):
        line = page.lines[at].lstrip()
        if not line or page.lines[at].startswith(("error", "warning: ", "warning[")):
            break
        if line.startswith(("--> ", "::: ")):
            where = place(line[4:].strip())
            if where and not lies_in(where.file, LIBRARIES):
                return at, where
            if where and first[0] < 0:
                first = (at, where)
        elif first[0] < 0 and at > row + 6:
            break
    return first


def _marked_rows(page: Page, arrow: int) -> list[int]:
    """Return the rows of the source line and the `^^^` under it."""
    for at in range(arrow + 1, min(arrow + 14, len(page.lines))):
        line = page.lines[at]
        if not line.strip():
            break
        if "^" in line and "|" in line:
            return [at - 1, at]
    return []


def _lint(page: Page, row: int) -> str:
    """Return the lint behind a denied warning (`#[deny(LINT)]`, `-D LINT`), or an empty string."""
    for at in range(row + 1, min(row + BODY_LINES, len(page.lines))):
        line = page.lines[at]
        if not line.strip():
            break
        for before, after in (("`#[deny(", ")]`"), ("`-D ", "`"), ("`#[warn(", ")]`"), ("`#[forbid(", ")]`")):
            name, closed, _ = line.partition(before)[2].partition(after)
            if closed and "= note:" in line:
                return name
    return ""


def _cargo_end(page: Page, row: int) -> int:
    """Return the last row of an error of cargo's own: its lines to the blank one, and a `Caused by:` behind that."""
    lines, at = page.lines, row
    while at + 1 < min(len(lines), row + 24):
        following = lines[at + 1]
        if following.startswith(("error", "warning")):
            break
        if not following.strip() and not (at + 2 < len(lines) and lines[at + 2].startswith("Caused by:")):
            break
        at += 1
    return at


def _manifest(page: Page, row: int, last: int) -> Location:
    """Return the manifest that an error of cargo's names, with line and column where the text says them."""
    for at in range(row, last + 1):
        line = page.lines[at]
        where = place(line.lstrip()[4:].strip()) if line.lstrip().startswith("--> ") else None
        if where:
            return where
        path, mark, _ = line.partition("Cargo.toml")
        if mark:
            return Location(file=path.rpartition("`")[2].rpartition(" ")[2].strip("(") + mark)
    return NOWHERE


def _warning(page: Page, row: int, is_cargo: bool) -> Finding | None:
    """Return a warning's lines as a span of weight 0."""
    arrow, location = _arrow(page, row)
    if arrow < 0 and not is_cargo:
        return None
    last = row
    while arrow >= 0 and last + 1 < min(len(page.lines), row + BODY_LINES) and page.lines[last + 1].strip():
        last += 1
    return page.finding("rust", row, last, weight=0, location=location, keep=[row])


def _panic(page: Page, row: int, test: str) -> Finding:
    """Return the finding of a panic: `panicked at file:line:col:` with the message below, or the older one-line form."""
    line = page.lines[row]
    words = line.partition(" panicked at ")[2]
    thread = line.partition("thread '")[2].partition("'")[0]
    where, reason, last = place(words.rstrip(":")), "", row
    if words.startswith("'"):
        reason, _, spot = words[1:].rpartition("', ")
        where = place(spot)
    else:
        while last + 1 < min(len(page.lines), row + 6) and not _ends_message(page.lines[last + 1]):
            last += 1
        reason = page.lines[row + 1].strip() if last > row else ""
    keep = [row, *range(row + 1, last + 1)]
    if where is None or lies_in(where.file, LIBRARIES):
        at, own = _backtrace(page, last)
        where, keep = (own, [*keep, at]) if own else (where, keep)
    name = test or (thread if "::" in thread else "")
    captures = {"type": "panic", "reason": reason, "test": name, "thread": thread}
    return page.finding("rust", row, last, weight=1.0, location=where or NOWHERE, captures=captures, keep=keep)


def _ends_message(line: str) -> bool:
    return not line.strip() or line.startswith(("note: ", "stack backtrace:", "thread '", "test ", "error"))


def _backtrace(page: Page, row: int) -> tuple[int, Location | None]:
    """Return the first `at file:line:column` of a backtrace that lies in the user's code."""
    for at in range(row + 1, min(row + 200, len(page.lines))):
        line = page.lines[at].strip()
        if line.startswith("at "):
            where = place(line[3:])
            if where and not lies_in(where.file, LIBRARIES):
                return at, where
        elif not line or line.startswith("thread '"):
            break
    return -1, None


def _count(page: Page, row: int, found: list[Finding]) -> Finding:
    """Return the finding of `test result: FAILED`, which points at the first failure above it."""
    first = next((one.location for one in found if one.weight >= 0.5 and one.location.file), NOWHERE)
    return page.finding("rust", row, row, weight=0.3, location=first, captures={"reason": page.lines[row]})


def _json(page: Page, row: int, errors: int) -> Finding | None:
    """Return the finding of a line of `--message-format=json` or `--error-format=json`."""
    from .. import wire

    try:
        value: Any = wire.loads(page.lines[row])
        said = value["message"] if isinstance(value.get("message"), dict) else value
        spans = [one for one in said.get("spans") or [] if isinstance(one, dict)]
        level, reason = said["level"], str(said["message"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    main = next((one for one in spans if one.get("is_primary")), None)
    location = NOWHERE
    if main:
        location = Location(
            file=str(main.get("file_name", "")),
            line=_whole(main.get("line_start")),
            column=_whole(main.get("column_start")),
        )
    code = said.get("code")
    captures = {"code": str(code.get("code") or "") if isinstance(code, dict) else "", "reason": reason}
    weight = ranked(errors, 1.0, 0.7) if level == "error" else 0.0
    if weight and reason.startswith(CONSEQUENCES):
        weight = 0.2
    return page.finding("rust", row, row, weight=weight, location=location, captures=captures)


def _whole(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value < 10_000_000 else 0
