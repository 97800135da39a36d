"""Node: uncaught errors and stacks, the root cause of `[cause]` chains, modules that cannot be found."""

from __future__ import annotations

from ..records import Location
from .page import NOWHERE, changed, lies_in, place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..records import Finding
    from .page import Page

LIBRARIES = (
    "node_modules/",
    "node:",
    "(internal/",
    "<anonymous>",
    "internal/modules/",
    "internal/process/",
    "internal/main/",
)
MESSAGE_LINES = 12


def is_library(path: str) -> bool:
    """Return whether a path is Node's own or an installed package's."""
    return lies_in(path, LIBRARIES) or path.startswith(("internal/", "native", "node:"))


def frame_place(line: str) -> Location | None:
    """Return the place of a stack line (`at f (file:line:column)`), or None when it is none."""
    text = line.strip()
    if not text.startswith(("at ", "❯ ")):
        return None
    inner = text.rpartition("(")[2].rstrip(") {") if text.rstrip(" {").endswith(")") else text.split(" ")[-1]
    if text.endswith(" {") and not text.endswith(") {"):
        inner = text[:-2].split(" ")[-1]
    where = place(inner)
    if where is None or not where.column:
        return None
    return Location(file=where.file.removeprefix("file://"), line=where.line, column=where.column)


def read(page: Page) -> list[Finding]:
    """Return the errors that carry a JavaScript stack, or that Node prints above its version."""
    found: list[Finding] = []
    row, head, outer = 0, -1, -1
    while row < len(page.lines):
        line = page.lines[row]
        if is_error_line(line) or "[cause]: " in line:
            head = row
        if line.lstrip().startswith("at ") and head >= 0 and row - head <= MESSAGE_LINES:
            stop = _stack_end(page, row)
            is_cause = "[cause]: " in page.lines[head]
            if is_cause and outer >= 0:
                found[outer] = changed(found[outer], weight=min(found[outer].weight, 0.8))
            found.append(_tell(page, head, row, stop, is_cause=is_cause))
            outer = len(found) - 1
            row, head = stop, -1
            continue
        row += 1
    return found


def is_error_line(line: str) -> bool:
    """Return whether a line begins an error as JavaScript prints it: `TypeError: ...`, `AssertionError [CODE]: ...`."""
    text = line.lstrip().removeprefix("Uncaught ").removeprefix("Exception during run: ").removeprefix("[")
    head = text[:120].partition(":")[0].partition(" [")[0]
    return head.endswith(("Error", "Exception")) and head.replace(".", "").replace("$", "").replace("_", "").isalnum()


def _stack_end(page: Page, row: int) -> int:
    """Return the row behind a stack's last frame."""
    while row < len(page.lines) and page.lines[row].lstrip().startswith("at "):
        row += 1
    return row


def _tell(page: Page, head: int, first: int, stop: int, is_cause: bool) -> Finding:
    """Return the finding of an error at `head` whose frames are the rows `first` to `stop` (exclusive)."""
    text = page.lines[head].partition("[cause]: ")[2] if is_cause else page.lines[head].strip()
    kind, _, reason = text.removeprefix("Uncaught ").removeprefix("Exception during run: ").partition(": ")
    name, bracket, code = kind.partition(" [")
    spot, where = _own_frame(page, first, stop)
    above = _above(page, head)
    is_syntax = name == "SyntaxError"
    if above and (is_syntax or where is NOWHERE) and not is_library(above.file):
        spot, where = head, above
    elif is_syntax and _json_file(reason):
        where = Location(file=_json_file(reason))
    elif where is NOWHERE:
        where = _required_by(page, head, first)
    captures = {"type": name, "reason": reason, "code": code.rstrip("]") if bracket else _code(page, stop)}
    if reason.startswith(("Cannot find module '", "Cannot find package '")):
        captures["module"] = reason.partition("'")[2].partition("'")[0]
    is_uncaught = above is not None or is_cause or "Node.js v" in "\n".join(page.lines[stop : stop + 20])
    keep = [*([head - 4, head - 3, head - 2] if above else []), *range(head, min(first, head + 2)), spot]
    return page.finding("node", head, first - 1, weight=1.0 if is_uncaught else 0.6, location=where, captures=captures,
                        keep=keep)  # fmt: skip


def _own_frame(page: Page, first: int, stop: int) -> tuple[int, Location]:
    for row in range(first, stop):
        where = frame_place(page.lines[row])
        if where and not is_library(where.file):
            return row, where
    return -1, NOWHERE


def _above(page: Page, head: int) -> Location | None:
    """Return the place that Node prints above an uncaught error: `file:line`, source, caret, blank."""
    for row in range(head - 4, head - 2):
        if row >= 0 and page.lines[row][:1] not in {"", " "}:
            where = place(page.lines[row].removeprefix("file://"))
            if where and "^" in "".join(page.lines[row + 1 : head]):
                return where
    return None


def _json_file(reason: str) -> str:
    """Return the file that a JSON syntax error names in front of its message, or an empty string."""
    path = reason.partition(": ")[0]
    return path if path.endswith(".json") and "/" in path.replace("\\", "/") else ""


def _required_by(page: Page, head: int, first: int) -> Location:
    """Return the first file of a `Require stack:`, or the `imported from` of an ES module."""
    for row in range(head, first):
        line = page.lines[row]
        if line.startswith("- ") and not is_library(line):
            return Location(file=line[2:].strip())
        path = line.partition(" imported from ")[2].strip()
        if path:
            return Location(file=path)
    return NOWHERE


def _code(page: Page, stop: int) -> str:
    """Return the `code:` of the properties behind a stack, or an empty string."""
    for line in page.lines[stop : stop + 12]:
        text = line.strip()
        if text.startswith("code: '"):
            return text[7:].partition("'")[0]
        if text.startswith("}"):
            break
    return ""
