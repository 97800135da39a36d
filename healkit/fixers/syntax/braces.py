"""Brackets that the layout says are missing: a block ends where the lines are no deeper than the one that opened it."""

from __future__ import annotations

import re

from .search import Edit
from .tokens import CLOSERS, OPENERS, Lines, Token, indent_of, python_tokens, script_tokens, spoken

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


_LONGEST = 300
"""Lines of a block at most."""


def _pairs(text: str, lines: Lines) -> tuple[list[tuple[Token, Token]], list[Token], list[Token]]:
    """Return the brackets that match by kind and order, the opening ones that are left, the closing ones that are."""
    pairs, stack, alone = [], [], []
    for token in spoken(script_tokens(text)):
        if token.text in OPENERS:
            stack.append(token)
        elif token.text in CLOSERS:
            if stack and stack[-1].text == CLOSERS[token.text]:
                pairs.append((stack.pop(), token))
            else:
                alone.append(token)
    return pairs, stack, alone


def askew(text: str, lines: Lines) -> list[int]:
    """Return lines on which a bracket closes less deep, or deeper, than the line of its opening one: something is missing between."""
    pairs, stack, alone = _pairs(text, lines)
    found = []
    for one, two in pairs:
        first, last = lines.number(one.start), lines.number(two.start)
        leads = not text[lines.start(last) : two.start].strip()
        if first != last and leads and indent_of(lines.line(first)) != indent_of(lines.line(last)):
            found.append((last - first, first, last))
    around = [number for _, first, last in sorted(found)[:2] for number in (first, last)]
    around += [lines.number(token.start) for token in (*alone[:1], *stack[-1:])]
    return list(dict.fromkeys(around))


def brace_lines(text: str, lines: Lines) -> Iterator[Edit]:
    """Yield the insertions of a closing bracket, on a line of its own or in front of what follows it, where the layout ends a block.

    A block that a line opens ends in front of the first line below that is not deeper; when that line does not begin with
    the closing bracket, it is missing there.
    """
    for number in range(1, len(lines) + 1):
        line = lines.line(number)
        shown = re.sub(r"\s*//.*$", "", line.rstrip())
        opening = re.search(r"[\[({]+$", shown)
        if not opening:
            continue
        deep = indent_of(line)
        below = next(
            (
                low
                for low in range(number + 1, len(lines) + 1)
                if lines.line(low).strip() and indent_of(lines.line(low)) <= deep
            ),
            len(lines),
        )
        following = lines.line(below).lstrip()
        closing = "".join(OPENERS[char] for char in reversed(opening[0]))
        if following.startswith(closing[0]) and indent_of(lines.line(below)) == deep:
            if len(closing) > 1 and not following.startswith(closing):
                at = lines.start(below) + len(lines.line(below)) - len(following) + 1
                yield Edit(at, at, closing[1:], -0.5, f"insert `{closing[1:]}`")
            continue
        indent = line[: len(line) - len(line.lstrip())]
        at = lines.start(below) if lines.line(below).strip() and below <= len(lines) else len(text)
        while at > 1 and text[at - 2] == "\n":
            at -= 1
        for end in ("", ";", ",") if re.search("[=(:]", line) else ("",):
            prior = (0.7 if not end else -0.5) - 3.0 * (len(opening[0]) > 1)
            yield from closing_lines(text, at, f"{indent}{closing}{end}", prior, f"insert `{closing}{end}`", 1)
        for low in range(number + 1, below):
            blank = lines.line(low)
            if blank and not blank.strip() and indent_of(blank) == deep:
                yield Edit(lines.end(low), lines.end(low), closing, 4.0, f"insert `{closing}`")


def opening_lines(text: str, lines: Lines, first: int, last: int) -> Iterator[Edit]:
    """Yield the insertions of `{` at the end of a line that deeper lines follow, up to a `}` as deep as the line itself."""
    close = len(re.findall(r"\)\{", text)) > len(re.findall(r"\) \{", text))
    for number in range(first, last + 1):
        line = lines.line(number)
        shown = re.sub(r"\s*//.*$", "", line.rstrip())
        if not re.search(
            r"(?:\)|\belse|\btry|\bfinally|\bdo|=>|\bstatic|[\w\]>})'\"])$", shown
        ) or shown.lstrip().startswith(("*", "//")):
            continue
        deep = indent_of(line)
        rest = [low for low in range(number + 1, min(len(lines), number + _LONGEST) + 1) if lines.line(low).strip()]
        if not rest or indent_of(lines.line(rest[0])) <= deep:
            continue
        below = next((low for low in rest if indent_of(lines.line(low)) <= deep), 0)
        if below and indent_of(lines.line(below)) == deep and lines.line(below).lstrip().startswith("}"):
            at = lines.start(number) + len(shown)
            sign = "{" if close and shown.endswith(")") else " {"
            yield Edit(at, at, sign, 3.0, "insert `{`")


def closing_lines(text: str, at: int, line: str, prior: float, what: str, most: int) -> Iterator[Edit]:
    """Yield a closing bracket on a line of its own: in front of the line at an offset, or on the first of too many empty ones.

    Args:
        text: the whole text.
        at: where the line begins, or the first of the empty lines above it.
        line: what is inserted, without a line end.
        prior: how common the slip is.
        what: for people.
        most: the empty lines that usually stand between two blocks.
    """
    whole = "" if text[at - 1 : at] in ("", "\n") else "\n"
    yield Edit(at, at, f"{whole}{line}\n", prior, what)
    empty = len(text[at:]) - len(text[at:].lstrip("\n"))
    seen = {len(found[0]) - 1 for found in re.finditer(r"\n{2,}", text[: max(at - 1, 0)])}
    if not whole and empty > most and empty not in seen and text[at + empty :].strip():
        yield Edit(at, at, line, prior + 1.5, what)


def cut_off(text: str, *, python: bool) -> bool:
    """Tell whether a text ends in the middle of a statement: what is missing is more than a bracket."""
    last, depth = None, 0
    for token in spoken((python_tokens if python else script_tokens)(text)):
        depth += (token.text in OPENERS) - (token.text in CLOSERS)
        last = token
    if last is None or (depth <= 0 and last.kind != "u"):
        return False
    if last.text in OPENERS or (last.kind in "ok" and last.text not in _ENDS):
        return True
    whole = text.endswith("\n") or last.text in (";", "}") or text[last.end :].strip()
    return not whole and text[text.rfind("\n") + 1 :][:1].isspace()


_ENDS = frozenset(
    (
        *CLOSERS,
        ",",
        ";",
        ":",
        "=>",
        "None",
        "True",
        "False",
        "pass",
        "null",
        "true",
        "false",
        "this",
        "return",
        "break",
        "continue",
    )
)
"""Signs and words that a line may well end with when only a bracket is missing."""


def left_open(lines: Lines, first: int, last: int) -> list[int]:
    """Return the lines between two that leave a bracket open although the next line is not deeper: one is missing there."""
    found = []
    for number in range(first, last):
        line, below = lines.line(number), lines.line(number + 1)
        plain = re.sub(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|#.*|//.*", "", line)
        depth = sum((char in OPENERS) - (char in CLOSERS) for char in plain)
        if depth > 0 and below.strip() and indent_of(below) <= indent_of(line) and below.lstrip()[0] not in CLOSERS:
            found.append(number)
    return found
