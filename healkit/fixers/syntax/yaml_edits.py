"""Small edits of a YAML line: tabs, indentation, colons, quotes, brackets."""

from __future__ import annotations

import re

from .search import Edit
from .tokens import Lines, indent_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_SPECIAL = "@`%"


def line_edits(text: str, lines: Lines, number: int) -> Iterator[Edit]:
    """Yield what one line (from 1) may be meant to be."""
    line, start = lines.line(number), lines.start(number)
    if not line.strip() or line.lstrip().startswith("#"):
        return
    yield from _tabs(text, lines, number)
    yield from _depths(lines, number)
    below = next(
        (
            low
            for low in range(number + 1, min(len(lines), number + 20) + 1)
            if lines.line(low).strip(" ") and "#" not in lines.line(low)[:80].lstrip()[:1]
        ),
        0,
    )
    yield from _colons(line, start, below > 0 and indent_of(lines.line(below)) > indent_of(line))
    yield from _values(line, start)
    yield from _brackets(line, start)


def _tabs(text: str, lines: Lines, number: int) -> Iterator[Edit]:
    """Yield tabs written as blanks: in one line's indentation, and in all lines'."""
    line, start = lines.line(number), lines.start(number)
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent:
        above = [
            lines.line(up) for up in range(number - 1, 0, -1) if lines.line(up).strip() and "\t" not in lines.line(up)
        ]
        depths = dict.fromkeys([*(indent_of(each) for each in above[:3]), *(indent_of(each) + 2 for each in above[:1])])
        for width in (2, 4):
            yield Edit(start, start + len(indent), indent.replace("\t", " " * width), 0.5, "indent with blanks")
            whole = "\n".join(_untabbed(each, width) for each in text.split("\n"))
            yield Edit(0, len(text), whole, -0.5, "indent with blanks")
        for depth in depths:
            yield Edit(start, start + len(indent), " " * depth, 0.0, "indent with blanks")
    inner = re.search(r"(?<=[:-])\t+", line)
    if inner:
        yield Edit(start + inner.start(), start + inner.end(), " ", 1.0, "write a blank instead of a tab")


def _untabbed(line: str, width: int) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    return indent.replace("\t", " " * width) + line[len(indent) :]


def _depths(lines: Lines, number: int) -> Iterator[Edit]:
    """Yield the indentations that the neighbours of a line allow, for it alone and for the lines below that go with it."""
    line, start = lines.line(number), lines.start(number)
    old = len(line) - len(line.lstrip(" "))
    above = [lines.line(up) for up in range(number - 1, max(0, number - 80), -1) if lines.line(up).strip()]
    below = [lines.line(low) for low in range(number + 1, min(len(lines), number + 20) + 1) if lines.line(low).strip()]
    open_: list[int] = []
    for each in above:
        if not open_ or indent_of(each) < open_[-1]:
            open_.append(indent_of(each))
    depths = [*open_, *(indent_of(each) for each in below[:1])]
    alike = {indent_of(each) for each in (*above[:1], *below[:1])}
    depths += [indent_of(above[0]) + 2] if above and above[0].rstrip().endswith(":") else []
    for depth in dict.fromkeys(depths):
        if depth == old:
            continue
        cost = -0.8 - 0.4 * abs(depth - old) + 1.0 * (depth in alike)
        yield Edit(start, start + old, " " * depth, cost, "indent the line like its neighbours")
        moved, end = [" " * depth + line[old:]], number
        for low in range(number + 1, min(len(lines), number + 40) + 1):
            each = lines.line(low)
            if each.strip() and indent_of(each) < old:
                break
            moved.append(each if not each.strip() else " " * depth + each[old:])
            end = low
        if end > number:
            yield Edit(start, lines.end(end), "\n".join(moved), cost - 1.5, "indent the lines like their neighbours")


def _colons(line: str, start: int, head: bool) -> Iterator[Edit]:
    """Yield a blank behind a colon or a dash, a colon that is missing, `=` written as a colon; `head`: deeper lines follow."""
    for found in re.finditer(r"^(\s*(?:- +)*[\w.\"'-]+):(?=[^\s:/])", line):
        yield Edit(start + found.end(), start + found.end(), " ", 1.0, "put a blank behind the colon")
    dash = re.match(r"^(\s*(?:- +)*)-(?=[^\s-])", line)
    if dash:
        yield Edit(start + dash.end(), start + dash.end(), " ", 0.8, "put a blank behind the dash")
    pair = re.match(r"^(\s*(?:- +)*[\w.-]+)( +)(\S.*)$", line)
    if pair and not pair[1].rstrip().endswith("-"):
        yield Edit(start + pair.end(1), start + pair.end(1), ":", 0.0, "insert `:`")
    equals = re.match(r"^(\s*(?:- +)*[\w.-]+)(\s*=\s*)", line)
    if equals:
        yield Edit(start + equals.start(2), start + equals.end(2), ": ", 0.5, "write `:` instead of `=`")
    alone = re.match(r"^(\s*(?:- +)*[\w./*-]+)\s*$", line)
    if alone:
        yield Edit(start + alone.end(1), start + alone.end(1), ":", 2.5 if head else 0.3, "insert `:`")
    semicolon = re.match(r"^(\s*(?:- +)*[\w.-]+);(?=\s|$)", line)
    if semicolon:
        yield Edit(start + semicolon.end(1), start + semicolon.end(), ":", 0.5, "write `:` instead of `;`")


def _values(line: str, start: int) -> Iterator[Edit]:  # noqa: C901 - one kind of slip after the other
    """Yield the quotes that a value lacks, or one of which it has too many."""
    shown = line.rstrip()
    value = re.match(r"^(\s*(?:- +)*(?:[\w./-]+:[ \t]+)?)(\S.*)$", shown)
    if not value:
        return
    at, said = start + value.end(1), value[2]
    comment = re.search(r"\s+#.*$", said)
    body = said[: comment.start()] if comment else said
    end = at + len(body)
    for mark in "\"'":
        other = '"' if mark == "'" else "'"
        if body.startswith(mark) and (len(body) == 1 or not body.endswith(mark)):
            yield Edit(end, end, mark, 1.0, f"insert `{mark}`")
            yield Edit(at, at + 1, "", -2.0, f"remove `{mark}`")
            if body.endswith(other):
                yield Edit(end - 1, end, mark, 1.2, f"write `{mark}` instead of `{other}`")
        elif body.endswith(mark) and not body.startswith(mark):
            yield Edit(at, at, mark, 1.0, f"insert `{mark}`")
            yield Edit(end - 1, end, "", -2.0, f"remove `{mark}`")
        elif body.startswith(mark) and body.count(mark) == 3:
            inner = body[1:-1]
            if other not in inner:
                yield Edit(at, end, f"{other}{inner}{other}", 0.5, f"quote with `{other}`")
            if mark == "'":
                yield Edit(at, end, "'" + inner.replace("'", "''") + "'", 0.4, "double the quote")
        for inside in re.finditer(rf"(?<=[\[{{,:] ){mark}?[^\[\]{{}},\"']+{mark}?(?=[\],}}:])", body):
            piece = inside[0]
            if piece.count(mark) == 1:
                new = f"{mark}{piece.strip(mark)}{mark}"
                yield Edit(at + inside.start(), at + inside.end(), new, 0.8, f"insert `{mark}`")
    if body[0] not in "\"'[{|>&*!#" and (body[0] in _SPECIAL or ": " in body or body.endswith(":") or " #" in body):
        mark = "'" if '"' in body or "\\" in body else '"'
        if mark not in body:
            yield Edit(at, end, f"{mark}{body}{mark}", 0.7, "put the value into quotes")
    if body[0] in "{[":
        yield from _flow_quotes(body, at)
    if body[0] in "*&!" or body[0] in _SPECIAL:
        mark = "'" if '"' in body else '"'
        if mark not in body:
            yield Edit(at, end, f"{mark}{body}{mark}", -1.0, "put the value into quotes")
    if body.startswith('"') and "\\" in body and body.endswith('"') and "'" not in body:
        yield Edit(at, end, f"'{body[1:-1]}'", 0.5, "write the string in single quotes")


def _flow_quotes(body: str, at: int) -> Iterator[Edit]:
    """Yield the quote that a word inside of brackets lacks."""
    for mark in "\"'":
        if body.count(mark) % 2:
            for found in re.finditer(r"(?=[\]},])|(?<=[\[{,])(?! )|(?<=[\[{,] )|(?=:)", body):
                yield Edit(at + found.start(), at + found.start(), mark, 0.8, f"insert `{mark}`")


def _brackets(line: str, start: int) -> Iterator[Edit]:
    """Yield the bracket or the comma that a list or a mapping on one line lacks."""
    plain = re.sub(r"\"[^\"]*\"|'[^']*'", lambda found: "x" * len(found[0]), line)
    end = start + len(line.rstrip())
    for opening, closing in ("[]", "{}"):
        if plain.count(opening) > plain.count(closing):
            yield Edit(end, end, closing, 1.0, f"insert `{closing}`")
            comma = re.search(r"\s+#", plain)
            if comma:
                yield Edit(start + comma.start(), start + comma.start(), closing, 1.0, f"insert `{closing}`")
            for found in re.finditer(r"(?<=\w)(?=[,\]}])|,", plain):
                at, ends = start + found.start(), not plain[found.end() :].strip()
                yield Edit(at, at, closing, 1.2 if ends else -2.5, f"insert `{closing}`")
        elif plain.count(opening) < plain.count(closing):
            value = re.search(r"(?<=[:-] )\S", plain)
            if value:
                yield Edit(start + value.start(), start + value.start(), opening, 1.0, f"insert `{opening}`")
            last = plain.rfind(closing)
            yield Edit(start + last, start + last + 1, "", -3.0, f"remove `{closing}`")
            alone = re.match(r"^(\s*(?:- +)?)[^\s:]+\]", plain)
            if alone:
                yield Edit(start + alone.end(1), start + alone.end(1), opening, 0.3, f"insert `{opening}`")
    if "[" in plain or "{" in plain:
        for found in re.finditer(r"(?<=[\w\"'\]}]) +(?=[\w\"'\[{])", line):
            yield Edit(start + found.start(), start + found.start(), ",", 0.0, "insert `,`")
        for found in re.finditer(r",\s*,|(?<=[\[{]),", plain):
            yield Edit(start + found.start(), start + found.start() + 1, "", 0.0, "remove `,`")
