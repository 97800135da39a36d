"""Go: build and vet errors, failed tests, panics and the goroutines under them."""

from __future__ import annotations

from .page import NOWHERE, lies_in, place, ranked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..records import Finding, Location
    from .page import Page

LIBRARIES = (
    "/go/src/",
    "/src/runtime/",
    "/src/testing/",
    "/pkg/mod/",
    "/go-1.",
    "/libexec/src/",
    "/usr/lib/go",
    "/vendor/",
    "_testmain.go",
)
PANIC_LINES = 200


def read(page: Page) -> list[Finding]:
    """Return Go's failures; `FAIL package` and `exit status` are consequences."""
    found: list[Finding] = []
    errors, row, test = 0, 0, ""
    while row < len(page.lines):
        line, one, last = page.lines[row], None, row
        text = line.strip()
        if text.startswith("--- FAIL: "):
            test = text[10:].partition(" (")[0]
            one, last = _failed_test(page, row, test, errors)
        elif line.startswith(("panic: ", "fatal error: ")) and ".go:" in page.text:
            one, last = _panic(page, row, test)
        elif line.startswith(("FAIL\t", "exit status ")):
            one, test = page.finding("go", row, row, weight=0.2, captures={"reason": line.replace("\t", " ")}), ""
        elif ".go:" in line:
            one = _diagnostic(page, row, errors)
        if one:
            errors += one.weight >= 0.5
            found.append(one)
        row = max(row, last) + 1
    return found


def _diagnostic(page: Page, row: int, errors: int) -> Finding | None:
    """Return the finding of a `file.go:line:column: message` line of the compiler, vet or the package loader."""
    line = page.lines[row]
    head, colon, reason = line.removeprefix("vet: ").partition(": ")
    where = place(head) if colon and not head.startswith((" ", "\t", "#")) else None
    if where is None or not where.file.endswith(".go") or " " in where.file or reason.startswith("warning:"):
        return None
    last = row
    while last + 1 < min(len(page.lines), row + 4) and page.lines[last + 1].startswith("\t"):
        last += 1
    weight = ranked(errors, 1.0, 0.7)
    return page.finding("go", row, last, weight=weight, location=where, captures={"reason": reason})


def _failed_test(page: Page, row: int, test: str, errors: int) -> tuple[Finding | None, int]:
    """Return the finding of a `--- FAIL:` line with the first `file_test.go:N: message` under it, and its last row."""
    depth = len(page.lines[row]) - len(page.lines[row].lstrip())
    for at in range(row + 1, min(row + 60, len(page.lines))):
        line = page.lines[at]
        text = line.strip()
        if len(line) - len(line.lstrip()) <= depth:
            break
        if text.startswith("--- "):
            break  # a subtest tells it better
        head, colon, reason = text.partition(": ")
        where = place(head if colon else text.rstrip(":"))
        if where and where.file.endswith(".go"):
            captures = {"test": test, "reason": reason or _next_text(page, at)}
            keep = [row, *_details(page, at)]
            return page.finding("go", row, at, weight=ranked(errors), location=where, captures=captures, keep=keep), at
        if text.startswith("Error Trace:"):  # testify
            where = place(text[12:].strip())
            if where:
                captures = {"test": test, "reason": _next_text(page, at).removeprefix("Error:").strip()}
                return page.finding("go", row, at + 1 if at + 1 < len(page.lines) else at, weight=ranked(errors),
                                    location=where, captures=captures, keep=[row, at, at + 1, at + 2]), at  # fmt: skip
    return page.finding("go", row, row, weight=0.4, captures={"test": test}), row


def _details(page: Page, row: int) -> list[int]:
    """Return a message's row and those below it that are indented deeper, three at most."""
    rows = [row]
    depth = len(page.lines[row]) - len(page.lines[row].lstrip())
    for at in range(row + 1, min(row + 4, len(page.lines))):
        if len(page.lines[at]) - len(page.lines[at].lstrip()) <= depth:
            break
        rows.append(at)
    return rows


def _next_text(page: Page, row: int) -> str:
    return page.lines[row + 1].strip() if row + 1 < len(page.lines) else ""


def _panic(page: Page, row: int, test: str) -> tuple[Finding, int]:
    """Return the finding of a panic, located at the first frame in the user's code, and the last row of its stacks."""
    kind, _, reason = page.lines[row].partition(": ")
    last, spot, where = row, -1, NOWHERE
    running = ""
    for at in range(row + 1, min(row + PANIC_LINES, len(page.lines))):
        line = page.lines[at]
        if line.startswith(("FAIL", "ok  \t", "exit status ", "--- FAIL")):
            break
        last = at
        if line.startswith("running tests:"):
            running = _next_text(page, at).partition(" (")[0]
        own = _frame(line)
        if own:
            spot, where = at, own
            break
    captures = {
        "type": kind,
        "reason": reason.removesuffix(" [recovered]"),
        "test": test or running or _test_in(page, spot),
    }
    keep = [row, spot - 1, spot] if spot >= 0 else [row]
    return page.finding("go", row, row, weight=1.0, location=where, captures=captures, keep=keep), last


def _frame(line: str) -> Location | None:
    """Return the place of a stack line (`/path/file.go:8 +0x1d` behind a tab) in the user's code, or None."""
    if not line.startswith("\t") or ".go:" not in line:
        return None
    where = place(line.strip().partition(" ")[0])
    return where if where and not lies_in(where.file, LIBRARIES) else None


def _test_in(page: Page, spot: int) -> str:
    """Return the name of the test whose frame is at row `spot`, or an empty string."""
    name = page.lines[spot - 1].partition("(")[0].rpartition(".")[2] if spot > 0 else ""
    return name if name.startswith("Test") else ""
