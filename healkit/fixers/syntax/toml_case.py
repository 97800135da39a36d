"""A broken TOML file: quotes, brackets, `=`, commas, Python's literals, bare words."""

from __future__ import annotations

import re
import tomllib

from ..proposal import guide
from .braces import closing_lines
from .habits import Habits
from .quotes import quote_edits
from .search import Edit, Found, Grammar, Wording, search
from .signs import plain_signs
from .slips import token_edits
from .tokens import Lines, indent_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..case import Case
    from ..proposal import Proposal
    from ..source import Source

GRAMMAR = Grammar(
    python=True,
    inserted={",": -0.5, "=": -0.5, "{": -1.2, "}": -1.0, "[": -1.0, "]": -0.8, ".": -3.0},
    replaced={
        ":": (("=", 0.0), (".", -3.0)), ":=": (("=", 0.0),), "==": (("=", 0.0),), ";": ((",", -0.5),), ",": (("=", -2.5), (".", -2.5)),
        "]": (("}", -1.5),), "}": (("]", -1.5),), "(": (("[", -1.5),), ")": (("]", -1.5),), "[": (("{", -2.5),), "{": (("[", -2.5),),
        ".": ((",", -2.0),), "True": (("true", 1.0),), "False": (("false", 1.0),), "TRUE": (("true", 1.0),), "FALSE": (("false", 1.0),),
    },
    deleted={",": -1.5, ":": -3.0, ";": -1.0, "{": -12.0, "}": -6.0, "[": -12.0, "]": -6.0, "=": -2.5, ".": -2.5},
    keywords=frozenset(("true", "false")),
)  # fmt: skip
_LITERALS = {"true": "true", "false": "false", "yes": "true", "no": "false", "on": "true", "off": "false"}
_PLACE = re.compile(r"at line (\d+), column (\d+)")
_AT_END = re.compile(r"at end of document")
_NEAR = 3
_TRIED = 900


def heal(case: Case, source: Source) -> list[Found]:
    """Return the edits that make a TOML file parse, the likeliest first; empty when it does."""
    return heal_text(source.text)


def guides(source: Source) -> Iterator[Proposal]:
    """Yield what a person must decide: which of two equal keys or tables stays."""
    fault = _fault(source.text)
    if fault is not None and re.search(r"overwrite|twice|duplicate|Cannot declare|Cannot mutate", fault[1]):
        steps = (
            f"look at line {fault[0]} of {source.path}: its key or table is there already",
            "keep one of the two, with the value that is meant",
        )
        yield guide(f"choose between the two definitions ({source.path}:{fault[0]})", steps)


def heal_text(text: str) -> list[Found]:
    """Return the edits that make a text parse as TOML."""
    fault = _fault(text)
    if fault is None:
        return []
    line, message = fault
    lines = Lines(text)
    first, last = _window(lines, line)
    habits = Habits(True, text, (first, last))

    def check(tried: Sequence[Edit]) -> Sequence[object]:
        return [_meaning(each.apply(text)) for each in tried]

    edits = list(_edits(text, lines, first, last, line, habits))
    if "end of document" in message:
        edits += [
            each for each in token_edits(text, 1, len(lines), GRAMMAR, habits, [len(text)], _TRIED) if each.new in "]}"
        ]
    read = Wording(text, habits, max(1, first - _NEAR), min(last + 2, len(lines)))

    def weigh(each: Edit, done: str) -> float:
        return read(each, done) - 6.0 * _swallowed(done)

    return search(text, edits, check, weigh)[:6]


def _fault(text: str) -> tuple[int, str] | None:
    """Return the line and the message of a text's fault; None when it parses."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _PLACE.search(str(error))
        return (int(found[1]) if found else text.count("\n") + 1), str(error)
    except (ValueError, RecursionError):
        return None
    return None


def _meaning(text: str) -> str | None:
    try:
        return repr(tomllib.loads(text))
    except (ValueError, RecursionError):
        return None


def _window(lines: Lines, line: int) -> tuple[int, int]:
    """Return the lines that an edit may change: back to the key or the table that the fault belongs to, and the next one."""
    line = min(line, len(lines))
    first = line
    for number in range(line, max(0, line - 60), -1):
        first = number
        if re.match(r"[\w\"'.-]+\s*[=:]|\[", lines.line(number)) and number < line:
            break
    return first, line


def _swallowed(text: str) -> int:
    """Return how many lines that look like keys or tables stand inside a value that an edit left open."""
    count, opened = 0, 0
    for line in text.split("\n"):
        plain = re.sub(r"\"(?:\\.|[^\"\\])*\"|'[^']*'|#.*", "", line)
        if opened > 0 and re.match(r"[\w.-]+\s*=|\[[\w.\"'-]+\]\s*$", line):
            count += 1
        opened = max(0, opened + plain.count("[") + plain.count("{") - plain.count("]") - plain.count("}"))
    return count


def _edits(text: str, lines: Lines, first: int, last: int, line: int, habits: Habits) -> Iterator[Edit]:
    yield from plain_signs(text, first, last, python=True)
    for number in range(max(first, line - 12), last + 1):
        for each in quote_edits(text, number, "string" if number == line else "", python=True):
            yield each._replace(prior=each.prior - 6.0) if not each.new else each
        yield from _line(lines, number)
    yield from _array_ends(lines, first, last)
    yield from token_edits(text, first, last, GRAMMAR, habits, [lines.start(line)], _TRIED)


def _line(lines: Lines, number: int) -> Iterator[Edit]:
    """Yield what one line may be meant to say."""
    line, start = lines.line(number), lines.start(number)
    colon = re.match(r"\s*[\w\"'.-]+(\s*:[ \t]*)(?=\S)", line)
    if colon:
        equals = (
            " = " if re.search(r"(?m)^[\w.-]+ = ", lines.text) or not re.search(r"(?m)^[\w.-]+=", lines.text) else "="
        )
        yield Edit(start + colon.start(1), start + colon.end(1), equals, 1.0, "write `=` instead of `:`")
    value = re.match(r"(\s*[\w\"'.-]+\s*)([=:])(\s*)([^\s#\"'\[{][^#\n]*?)(\s*(?:#.*)?)$", line)
    if value:
        at, said = start + value.start(4), value[4]
        literal = _LITERALS.get(said.lower())
        if literal:
            yield Edit(at, at + len(said), literal, 6.0, f"write `{literal}`")
        elif not re.search(r"[\[\]{}]|^[\d_]+$", said):
            bare = said.strip("\"'")
            doubtful = re.search(r"[=,\"]", bare) or re.fullmatch(r"[\d.:_+T-]+", bare)
            if '"' not in bare:
                yield Edit(at, at + len(said), f'"{bare}"', -0.5 if doubtful else 0.5, "put the value into quotes")
    for found in re.finditer(r"(?:=[ \t]*|^[ \t]+)([\"'])(?:(?!\1)[^\\#\n])*?(?=[ \t]*(?:,[ \t]*)?(?:#.*)?$)", line):
        if line.count(found[1]) == 1:
            yield Edit(start + found.end(), start + found.end(), found[1], 7.0, f"insert `{found[1]}`")
    yield from _headings(lines, number)
    yield from _keys(lines, number)


def _headings(lines: Lines, number: int) -> Iterator[Edit]:
    """Yield the head of a table with as many brackets on both sides."""
    line, start = lines.line(number), lines.start(number)
    head = re.match(r"\s*(\[{1,2})([^\[\]=]+?)(\]{0,2})\s*(#.*)?$", line)
    if head:
        for many in (1, 2):
            new = "[" * many + head[2] + "]" * many
            cost = abs(many - len(head[1])) + abs(many - len(head[3]))
            others = f"\n{'[' * many}{head[2]}{']' * many}" in lines.text
            yield Edit(
                start + head.start(1),
                start + head.end(3),
                new,
                1.0 - 4.0 * cost + 1.5 * (many - 1) + 4.0 * others,
                f"write `{new}`",
            )
    bare = re.match(r"([A-Za-z_][\w.-]*)(\]{1,2})\s*(#.*)?$", line)
    if bare:
        yield Edit(start, start, "[" * len(bare[2]), 1.5, f"insert `{'[' * len(bare[2])}`")


def _keys(lines: Lines, number: int) -> Iterator[Edit]:
    """Yield quotes around a key, another way to write backslashes, and the sign of a comment."""
    line, start = lines.line(number), lines.start(number)
    spaced = re.match(r"\s*([\w@/!$]+(?:[ @/!$][\w@/!$]+)+)\s*=", line)
    if spaced:
        yield Edit(start + spaced.start(1), start + spaced.end(1), f'"{spaced[1]}"', -0.5, "put the key into quotes")
    escaped = re.search(r'"([^"\\]*\\[^"]*)"', line)
    if escaped and "'" not in escaped[1]:
        yield Edit(
            start + escaped.start(), start + escaped.end(), f"'{escaped[1]}'", 0.0, "write the string in single quotes"
        )
        yield Edit(
            start + escaped.start(1),
            start + escaped.end(1),
            escaped[1].replace("\\", "\\\\"),
            -0.5,
            "double the backslashes",
        )
    if re.match(r"\s*//", line):
        yield Edit(start + line.index("//"), start + line.index("//") + 2, "#", 1.0, "write the comment with `#`")


def _array_ends(lines: Lines, first: int, last: int) -> Iterator[Edit]:
    """Yield the closing bracket of an array of several lines, in front of the first line that is not deeper."""
    for number in range(first, last + 1):
        line = lines.line(number)
        opening = re.search(r"=\s*([\[{])\s*$", line)
        if not opening:
            continue
        closing = "]" if opening[1] == "[" else "}"
        for below in range(number + 1, len(lines) + 1):
            shown = lines.line(below)
            if shown.strip() and indent_of(shown) <= indent_of(line) and not shown.startswith(closing):
                at = lines.start(below)
                while at > 1 and lines.text[at - 2] == "\n":
                    at -= 1
                yield from closing_lines(lines.text, at, closing, 1.5, f"insert `{closing}`", 1)
                break
        else:
            text = lines.text
            yield Edit(
                len(text),
                len(text),
                f"{closing}\n" if text.endswith("\n") else f"\n{closing}\n",
                1.5,
                f"insert `{closing}`",
            )
