"""pytest: the blocks of FAILURES and ERRORS are the causes; its summary and usage messages are in `pytest_ends`.

Understood: every `--tb` style, collection and conftest errors, missing fixtures, chained exceptions, doctests, crashed
workers. Captured output and the warnings summary are spans of weight 0.
"""

from __future__ import annotations

from ..records import Location
from . import pytest_ends, python, traces
from .page import NOWHERE, Page, changed, number, place, ranked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..records import Finding

CONFTEST = "ImportError while loading conftest"


class Block:
    """One block: its title, its rows (`last` exclusive), whether it stands under ERRORS."""

    __slots__ = ("first", "last", "location", "test", "title")

    def __init__(self, title: str, first: int) -> None:
        self.title, self.first, self.last = title, first, first
        self.location = NOWHERE
        head, _, name = title.partition(" of ")
        self.test = "" if title.startswith("ERROR collecting") or title == CONFTEST else title
        if head in {"ERROR at setup", "ERROR at teardown"}:
            self.test = name


def read(page: Page) -> list[Finding]:
    """Return pytest's failures, errors, summary lines and (as weight 0) its warnings and captured output."""
    sections, blocks, found = _layout(page)
    for index, block in enumerate(blocks):
        found += _tell(page, block, index)
    if not blocks:
        found += _one_line_failures(page, sections)
    known = {block.test or block.title.partition("ERROR collecting ")[2]: block.location for block in blocks}
    causes = [one for one in found if one.weight > 0]
    first = next((one.location for one in causes if one.location is not NOWHERE), NOWHERE)
    return found + pytest_ends.read_ends(page, sections, known, first, has_causes=bool(causes))


def _layout(page: Page) -> tuple[list[tuple[str, int, int]], list[Block], list[Finding]]:
    """Return the sections as (title, first row, last row), the blocks of failures, and the quiet spans."""
    sections: list[tuple[str, int, int]] = []
    blocks: list[Block] = []
    quiet: list[tuple[int, int]] = []
    title, begun, captured = "", 0, -1
    for row, line in enumerate(page.lines):
        kind, head = _heading(line)
        is_next = kind or line.startswith(CONFTEST) or (not blocks and line[:1] == "/" and frame_line(line))
        if captured >= 0 and is_next:
            quiet.append((captured, row - 1))
            captured = -1
        if kind == "=":
            sections.append((title, begun, row - 1))
            title, begun = head, row
        elif kind == "_" and title in {"FAILURES", "ERRORS"}:
            blocks.append(Block(head, row))
        elif kind == "-":
            captured = row
        elif line.startswith(CONFTEST):
            blocks.append(Block(CONFTEST, row))
        if blocks and captured < 0 and (not kind or blocks[-1].first == row) and _is_inside(blocks[-1], row):
            blocks[-1].last = row + 1
    sections.append((title, begun, len(page.lines) - 1))
    quiet += [(first, last) for name, first, last in sections if name == "warnings summary"]
    if captured >= 0:
        quiet.append((captured, len(page.lines) - 1))
    return sections, blocks, [page.finding("pytest", first, last, weight=0, keep=[first]) for first, last in quiet]


def _is_inside(block: Block, row: int) -> bool:
    """Return whether a block may grow by a row: blocks grow without gaps."""
    return block.last in {row, block.first}


def _heading(line: str) -> tuple[str, str]:
    """Return which rule a heading line is drawn with (`=`, `_`, `-` for captured output, or empty) and its title."""
    rule = line[:1]
    if rule not in {"=", "_", "-"} or line[-1:] != rule:
        return "", ""
    title = line.strip(f"{rule} ")
    if not title or (rule == "-" and not title.startswith(("Captured ", "live log "))):
        return "", ""
    return rule, title


def _tell(page: Page, block: Block, index: int) -> list[Finding]:
    """Return a block's findings and set its location: one for each exception of the chain."""
    segments = _segments(page, block)
    if not any(errors for _, _, errors in segments):
        return _tell_without_marks(page, block, index)
    root, found = 0, []
    for at, (first, last, _) in enumerate(segments[1:], 1):
        words = next((page.lines[row] for row in range(last, first, -1) if page.lines[row][:1] == ">"), "> raise")
        if traces.CONTEXT in page.lines[first] and not words[1:].lstrip().startswith("raise"):
            root = at
    for at, (first, last, errors) in enumerate(segments):
        if errors:
            weight = ranked(index) if at == root else 0.4
            found.append(_segment(page, block, first, last, errors, weight))
            if at == root or block.location is NOWHERE:
                block.location = found[-1].location
    return found


def _segments(page: Page, block: Block) -> list[tuple[int, int, list[int]]]:
    """Return (first row, last row, rows of the last group of `E` lines) for each exception of a block."""
    links = {traces.CAUSE, traces.CONTEXT}
    cuts = [block.first, *(row for row in range(block.first + 1, block.last) if page.lines[row] in links)]
    segments = []
    for first, stop in zip(cuts, [*cuts[1:], block.last], strict=True):
        errors: list[int] = []
        for row in range(first, stop):
            if page.lines[row].startswith("E  ") or page.lines[row] == "E":
                if errors and errors[-1] != row - 1:
                    errors = []
                errors.append(row)
        segments.append((first, stop - 1, errors))
    return segments


def _segment(page: Page, block: Block, first: int, last: int, errors: list[int], weight: float) -> Finding:
    """Return the finding of one exception: its `E` lines, the frame in the user's code, the source line above."""
    lines = page.lines
    frames = [(row, *parsed) for row in range(first, last + 1) if (parsed := frame_line(lines[row]))]
    said = errors[0]
    if traces.FRAME in lines[said]:  # a syntax error names its place first, and itself at the end
        said = next((row for row in errors if lines[row][1:].lstrip().startswith(traces.SYNTAX)), said)
    message = lines[said][1:].strip()
    kind, reason = split_type(message)
    behind = next((rest for row, _, rest in frames if row > errors[-1] and rest.isidentifier()), "")
    captures = {"test": block.test, "type": behind or kind, "reason": reason}
    row, location = _locate(page, errors, frames, captures["type"])
    if message.startswith("fixture '"):
        captures["fixture"] = message.split("'")[1]
        row, location = _fixture_place(page, first, errors[0], row, location)
    source = next((at for at in range(errors[0] - 1, first, -1) if lines[at][:1] == ">"), -1)
    start = min(errors[0], *(at for at in (row, source) if at >= 0)) if max(row, source) >= 0 else errors[0]
    keep = [row, row + 1 if source < 0 <= row < errors[0] else source, *errors[:3], said]
    if start < row - 30:  # a long way between source line and frame line: the message is what counts
        start = errors[0]
    return page.finding(
        "pytest",
        start,
        max(errors[-1], row),
        weight=weight,
        location=location,
        captures=captures,
        keep=[at for at in keep if at >= 0],
    )


def _locate(page: Page, errors: list[int], frames: list[tuple[int, Location, str]], kind: str) -> tuple[int, Location]:
    """Return the row and place of the innermost frame in the user's code; of a syntax error, the place it names."""
    if kind.rpartition(".")[2] in traces.SYNTAX:
        for row in reversed(errors):
            _, mark, rest = page.lines[row].partition('  File "')
            path, quote, line = rest.partition('", line ')
            if mark and quote:
                return row, Location(file=path, line=number(line.strip()))
    own = [(row, where) for row, where, _ in frames if not traces.is_library(where.file)]
    if own:
        return own[-1]
    return (frames[-1][0], frames[-1][1]) if frames else (-1, NOWHERE)


def _fixture_place(page: Page, first: int, error: int, row: int, location: Location) -> tuple[int, Location]:
    """Return where the test that asks for an unknown fixture stands: `file PATH, line N`."""
    for at in range(error - 1, first, -1):
        path, comma, line = page.lines[at].removeprefix("file ").partition(", line ")
        if comma and page.lines[at].startswith("file ") and number(line):
            return at, Location(file=path, line=number(line))
    return row, location


def frame_line(line: str) -> tuple[Location, str] | None:
    """Return place and rest of a `path:line: rest` line (pytest's form of a frame), or None."""
    if line[:1] in {"", " ", ">", "-", "="} or line.startswith("E "):
        return None
    head, colon, rest = line.partition(": ")
    if not colon:
        head = line.removesuffix(":")
    where = place(head) if len(head) < 1000 else None
    if where is None or where.column or (" " in where.file and not where.file.endswith((".py", ">"))):
        return None
    return where, rest.strip()


def split_type(message: str) -> tuple[str, str]:
    """Return exception type and reason of an error message as pytest prints it; the type may be empty."""
    head, colon, rest = message.partition(":")
    name = head.replace(".", "")
    if (
        name.isidentifier()
        and len(head) < 200
        and (colon or name.endswith(("Error", "Exception", "Exit", "Interrupt")))
    ):
        return head, rest.strip()
    return "AssertionError" if message.startswith("assert ") else "", message


def _tell_without_marks(page: Page, block: Block, index: int) -> list[Finding]:
    """Return the finding of a block without `E` lines: a native traceback, a doctest, a crashed worker."""
    rows = range(block.first, block.last)
    inner = Page("\n".join(page.lines[block.first : block.last]))
    told = python.read(inner) if traces.HEADER in inner.text else []
    if told:
        best = max(told, key=lambda one: (one.weight, one.start))
        block.location = best.location
        at = page.starts[block.first]
        captures = {**best.captures, "test": block.test}
        return [changed(best, reader="pytest", start=best.start + at, end=best.end + at, captures=captures)]
    last = max((row for row in rows if page.lines[row].strip()), default=block.first)
    parsed = frame_line(page.lines[last])
    crashed = next((row for row in rows if page.lines[row].startswith("worker '")), -1)
    row = crashed if crashed >= 0 else last
    location, kind = parsed or (Location(file=_path_in(page.lines[row])), "")
    block.location = location
    captures = {"test": block.test, "type": kind, "reason": page.lines[crashed] if crashed >= 0 else ""}
    first = max(block.first, row - 6)
    return [
        page.finding(
            "pytest", first, row, weight=ranked(index), location=location, captures=captures, keep=[block.first, row]
        )
    ]


def _path_in(line: str) -> str:
    """Return the file of a test id quoted in a line, or an empty string."""
    head, mark, _ = line.partition("::")
    return head.rpartition("'")[2].rpartition(" ")[2] if mark else ""


def _one_line_failures(page: Page, sections: list[tuple[str, int, int]]) -> list[Finding]:
    """Return the failures of `--tb=line`: `path:line: message` under FAILURES, without blocks."""
    found: list[Finding] = []
    for title, first, last in sections:
        if title != "FAILURES":
            continue
        for row in range(first + 1, last + 1):
            parsed = frame_line(page.lines[row])
            if parsed:
                kind, reason = split_type(parsed[1])
                found.append(
                    page.finding(
                        "pytest",
                        row,
                        row,
                        weight=ranked(len(found)),
                        location=parsed[0],
                        captures={"type": kind, "reason": reason},
                    )
                )
    return found
