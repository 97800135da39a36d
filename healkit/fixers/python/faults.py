"""Tool output becomes faults of Python code: what Python said (or would have said), and the places on the way to it.

Tracebacks, pytest's blocks in every `--tb` style, and the checkers' lines; what a checker says in its own words is told
in Python's (`memory/python-names.json`), so that the fixers know one wording.
"""

from __future__ import annotations

import re

from ...readers import pytest as pytest_reader
from ...readers import traces
from ...readers.page import Page
from ...records import Record
from . import knowledge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..case import Case

_FUNCTION = re.compile(r", in (\S.*)$")
_MARKS = re.compile(r"^[ ~^]*[~^][ ~^]*$")
_RULE = re.compile(r"^(_{4,} .* _{4,}|={4,} .* ={4,}|-{8,} .* -{4,})$")
_NEVER_AWAITED = re.compile(
    r"(?m)^ *(?:(?P<file>[^\s:][^:\n]*):(?P<line>\d+): )?[^\n]*?coroutine '(?P<name>[\w.<>]+)' was never awaited"
)
MOST = 60
"""Faults that are looked at: a broken import fails every test."""


class Spot(Record):
    """One place on the way to a fault. `text` is what the traceback marked there, `name` the function around it."""

    file: str
    line: int = 0
    column: int = 0
    text: str = ""
    name: str = ""


class Fault(Record):
    """One fault: exception type, message in Python's words, the places outermost first, and who said so.

    `said` is the line as the tool printed it. `static` marks a checker's finding: nothing ran.
    """

    type: str
    message: str
    spots: Sequence[Spot] = ()
    said: str = ""
    static: bool = False


def read(case: Case) -> list[Fault]:
    """Return the faults that a failure's output tells of: those that the diagnosis is about first, each once."""
    page = Page(case.output)
    found: dict[tuple[object, ...], Fault] = {}
    for fault in (*_tracebacks(page), *_blocks(page), *_checked(page)):
        last = fault.spots[-1] if fault.spots else Spot(file="")
        found.setdefault((fault.type, fault.message, last.file, last.line), fault)
    faults = list(found.values())
    excerpt = case.diagnosis.excerpt
    about = [fault for fault in faults if fault.said and fault.said.strip()[:200] in excerpt]
    rest = [fault for fault in faults if fault not in about]
    return (about or rest)[:MOST]


def never_awaited(case: Case) -> list[str]:
    """Return the qualified names of the coroutines that Python says were never awaited, each once."""
    return list(dict.fromkeys(found["name"] for found in _NEVER_AWAITED.finditer(case.output)))


def dropped(case: Case) -> list[tuple[str, Spot]]:
    """Return the coroutines that Python says were never awaited, with the place at which each was thrown away."""
    found = [one for one in _NEVER_AWAITED.finditer(case.output) if one["file"] and one["line"]]
    return [(one["name"], Spot(file=one["file"], line=int(one["line"][:7]))) for one in found]


def _tracebacks(page: Page) -> Iterator[Fault]:
    for chain in traces.read_chains(page):
        for trace in chain:
            if trace.error >= 0 and not trace.is_group:
                spots = [_spot(page, frame) for frame in trace.frames]
                said = traces.body_of(page.lines[trace.error], trace.margin) or ""
                yield Fault(type=trace.type.rpartition(".")[2], message=trace.reason, spots=spots, said=said)
    yield from _bare(page)


def _spot(page: Page, frame: traces.Frame) -> Spot:
    named = _FUNCTION.search(page.lines[frame.row])
    text = ""
    if frame.source >= 0 and frame.source + 1 < len(page.lines):
        text = _marked(page.lines[frame.source], page.lines[frame.source + 1])
    return Spot(file=frame.path, line=frame.line, text=text, name=named[1] if named else "")


def _marked(source: str, marks: str) -> str:
    """Return what the row of marks under a source line points at, empty when there is none."""
    if not _MARKS.match(marks):
        return ""
    start = len(marks) - len(marks.lstrip())
    return source[start : len(marks.rstrip())].strip()


_BARE = re.compile(r'^(?P<margin>.*?)  File "(?P<file>[^"\n]+)", line (?P<line>\d+)$')


def _bare(page: Page) -> Iterator[Fault]:
    """Yield the syntax errors, which stand without a header; the column is that of the caret."""
    if "SyntaxError" not in page.text:
        return
    for row, line in enumerate(page.lines):
        found = _BARE.match(line)
        if not found:
            continue
        for below in range(row + 1, min(row + 6, len(page.lines))):
            body = page.lines[below].removeprefix(found["margin"]).removeprefix("E").strip()
            kind, colon, reason = body.partition(": ")
            if colon and kind == "SyntaxError":
                spot = Spot(file=found["file"], line=int(found["line"][:7]))
                yield Fault(type=kind, message=reason, spots=(spot,), said=body)
                break


def _blocks(page: Page) -> Iterator[Fault]:
    """Yield the faults of pytest's blocks: frames as `path:line: in name`, messages behind `E`."""
    if "\nE  " not in page.text and not page.text.startswith("E  ") and " FAILURES " not in page.text:
        return
    spots: list[Spot] = []
    errors: list[str] = []
    last_error = source = -1
    for row, line in enumerate([*page.lines, "= end ="]):
        if _RULE.match(line) or line in (traces.CAUSE, traces.CONTEXT) or row == len(page.lines):
            yield from _block(spots, errors)
            spots, errors, source = [], [], -1
        elif line.startswith("E  ") or line == "E":
            errors = [*errors, line[1:].strip()] if last_error == row - 1 else [line[1:].strip()]
            last_error = row
        elif line.startswith(">"):
            source = row
        elif (parsed := pytest_reader.frame_line(line)) is not None:
            where, rest = parsed
            spot, said = _framed(page, row, source, where.file, where.line, rest)
            spots.append(spot)
            source = -1
            if said and not errors:  # --tb=line
                yield from _block(spots, [said])
                spots = []


def _framed(page: Page, row: int, source: int, file: str, line: int, rest: str) -> tuple[Spot, str]:
    """Return the place of a frame line, and the message when it stands on the same line."""
    name = rest.removeprefix("in ") if rest.startswith("in ") else ""
    text = ""
    at = row + 1 if name else source
    if 0 <= at < len(page.lines) - 1:
        text = _marked(page.lines[at], page.lines[at + 1])
    said = rest if ": " in rest and not name else ""
    return Spot(file=file, line=line, text=text, name=name), said


def _block(spots: list[Spot], errors: list[str]) -> Iterator[Fault]:
    """Yield the fault of one exception in a block."""
    if not errors:
        return
    said = next((text for text in errors if text.startswith(("SyntaxError: ", "IndentationError: "))), errors[0])
    kind, message = pytest_reader.split_type(said)
    inner = [found for text in errors if (found := _BARE.match(f"  {text}")) is not None]
    if kind == "SyntaxError" and inner:
        spots = [Spot(file=inner[-1]["file"], line=int(inner[-1]["line"][:7]))]
    if kind:
        yield Fault(type=kind.rpartition(".")[2], message=message, spots=tuple(spots), said=said)


def _checked(page: Page) -> Iterator[Fault]:
    """Yield what linters and type checkers said, in Python's words."""
    text = page.text
    for saying in knowledge.sayings():
        if saying.mark not in text:
            continue
        for found in saying.regex.finditer(text):
            facts = {name: value for name, value in found.groupdict().items() if value}
            spot = Spot(file=facts["file"], line=_number(facts, "line"), column=_number(facts, "column"))
            kind, _, message = saying.says.partition(": ")
            for name, value in facts.items():
                message = message.replace(f"{{{name}}}", value)
            line = text[text.rfind("\n", 0, found.start() + 1) + 1 : found.end()].split("\n")[0]
            yield Fault(type=kind, message=message, spots=(spot,), said=line, static=True)


def _number(facts: dict[str, str], name: str) -> int:
    return int(facts.get(name, "0")[:7] or 0)
