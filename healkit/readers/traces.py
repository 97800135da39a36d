"""Python tracebacks taken apart: frames, exception line, margins, and which traceback hangs on which."""

from __future__ import annotations

from .page import lies_in, number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .page import Page

HEADER = "Traceback (most recent call last):"
FRAME = '  File "'
CAUSE = "The above exception was the direct cause of the following exception:"
CONTEXT = "During handling of the above exception, another exception occurred:"
SYNTAX = ("SyntaxError", "IndentationError", "TabError")
LIBRARIES = (
    "/site-packages/", "/dist-packages/", "/lib/python2", "/lib/python3", "/lib64/python", "/lib/pypy", "/_pytest/", "/pluggy/",
)  # fmt: skip
MESSAGE_LINES = 12


class Frame:
    """One `File "...", line N, in NAME` with the row it stands in and the row of its source line (-1 = missing)."""

    __slots__ = ("line", "named", "path", "row", "source")

    def __init__(self, row: int, path: str, line: int, named: bool) -> None:
        self.row, self.path, self.line, self.named, self.source = row, path, line, named, -1


class Trace:
    """One traceback: header row, frames, exception line, and how it hangs on the one before it."""

    __slots__ = ("error", "frames", "head", "last", "link", "margin", "parent", "reason", "type")

    def __init__(self, head: int, margin: str) -> None:
        self.head, self.margin = head, margin
        self.frames: list[Frame] = []
        self.error = self.last = -1
        self.type = self.reason = self.link = ""
        self.parent: Trace | None = None

    @property
    def is_group(self) -> bool:
        """Whether the exception is a group of others."""
        return self.type.endswith("ExceptionGroup")


def is_library(path: str) -> bool:
    """Return whether a path belongs to an installation (standard library, installed packages, frozen modules)."""
    if path.startswith("<") or lies_in(path, LIBRARIES):
        return True
    _, python, rest = path.replace("\\", "/").lower().partition("/python3")
    return bool(python) and "/lib/" in rest


def read_chains(page: Page) -> list[list[Trace]]:
    """Return the page's tracebacks, those that hang together in one list each."""
    chains: list[list[Trace]] = []
    lines, row, link, since, parent = page.lines, 0, "", 0, None
    while row < len(lines):
        line = lines[row]
        if HEADER in line:
            trace, row = _trace(page, row)
            trace.parent = parent
            if link and chains and trace.head - since <= 3:
                trace.link = link
                chains[-1].append(trace)
            else:
                chains.append([trace])
            link = ""
            if trace.is_group:
                parent = trace
            continue
        if CAUSE in line or CONTEXT in line:
            link, since = ("cause" if CAUSE in line else "context"), row
        elif parent is not None and "---------------- " in line and row + 1 < len(lines):
            chains += _unraised(page, row + 1, parent)
        elif parent is not None and not line.lstrip().startswith(("|", "+")):
            parent = None
        row += 1
    return chains


def _unraised(page: Page, row: int, parent: Trace) -> list[list[Trace]]:
    """Return a group's member that was never raised (it has an exception line only), if `row` holds one."""
    margin, bar, body = page.lines[row].partition("| ")
    trace = Trace(row, margin + bar)
    trace.parent = parent
    return [[trace]] if bar and HEADER not in body and read_exception(page, trace, row, body) else []


def _trace(page: Page, head: int) -> tuple[Trace, int]:
    """Return the traceback whose header is at row `head`, and the row to read on from."""
    lines, row = page.lines, head + 1
    trace = Trace(head, _margin(page, head))
    while row < len(lines):
        body = body_of(lines[row], trace.margin)
        if body is None:
            break
        if body.startswith(FRAME):
            add_frame(trace, row, body)
        elif body.startswith("    "):
            if trace.frames and trace.frames[-1].source < 0:
                trace.frames[-1].source = row
        elif not body.startswith("  "):
            if body and read_exception(page, trace, row, body):
                row = trace.last + 1
            break
        row += 1
    return trace, row


def _margin(page: Page, head: int) -> str:
    """Return what stands before each line of a traceback (`  | `, `E   `, a container's name), from its second line."""
    following = page.lines[head + 1] if head + 1 < len(page.lines) else ""
    at = following.find(FRAME)
    if at >= 0:
        return following[:at]
    margin = page.lines[head][: page.lines[head].find(HEADER)]
    return margin if following.startswith(margin) else ""


def body_of(line: str, margin: str) -> str | None:
    """Return a line without its margin, or None when it does not carry it."""
    if line.startswith(margin):
        body = line[len(margin) :]
        return body[9:] if body.startswith("##[error]") else body
    return "" if line.rstrip() == margin.rstrip() else None


def add_frame(trace: Trace, row: int, body: str) -> None:
    """Add the frame that a `  File "...", line N, in NAME` line names to a trace."""
    path, quote, rest = body[len(FRAME) :].partition('", line ')
    if quote:
        line, _, name = rest.partition(",")
        trace.frames.append(Frame(row, path, number(line.strip().split(" ", 1)[0]), bool(name) or " in " in line))


def read_exception(page: Page, trace: Trace, row: int, body: str) -> bool:
    """Read the exception line and the message lines behind it into a trace; False when it is no such line."""
    name, colon, reason = body.partition(":")
    plain = name.strip().replace("<locals>.", "")
    if len(plain) > 200 or not plain.replace(".", "").isidentifier() or (not colon and not trace.frames):
        return False
    trace.type, trace.reason, trace.error = plain, reason.strip(), row
    trace.last = _message_end(page, trace, row)
    if not trace.reason and trace.last > row:
        trace.reason = (body_of(page.lines[row + 1], trace.margin) or "").strip()
    return True


def _message_end(page: Page, trace: Trace, row: int) -> int:
    """Return the last row of an exception's message: the lines behind it that cannot be another program's."""
    lines = page.lines
    is_open = not trace.reason or trace.reason.endswith((":", "("))
    while row + 1 < min(len(lines), trace.error + MESSAGE_LINES):
        body = body_of(lines[row + 1], trace.margin)
        if not body or not body.strip() or HEADER in body or body.startswith(("##[", "  +", "+")):
            break
        after = body_of(lines[row + 2], trace.margin) if row + 2 < len(lines) else None
        is_field = " " not in body and after is not None and after.startswith("  ")
        if not (is_open or is_field or body.startswith((" ", "[", "(", "{"))):
            break
        row += 1
    return row
