"""Python that does not compile: where the parser stopped, which small edits could be meant, which of them is."""

from __future__ import annotations

import itertools
import re
from typing import NamedTuple

from . import python_check
from .braces import closing_lines, left_open
from .habits import Habits
from .indents import indent_edits
from .long_strings import long_strings
from .python_two import older_edits
from .quotes import quote_edits
from .search import MOST_CHECKED, Edit, Found, Grammar, Wording, affordable, search
from .signs import plain_signs
from .slips import token_edits
from .tokens import CLOSERS, OPENERS, PYTHON_KEYWORDS, Lines, indent_of, python_tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

GRAMMAR = Grammar(
    python=True,
    inserted={
        ")": -1.0, "(": -1.2, "]": -1.2, "[": -1.4, "}": -1.2, "{": -1.4, ",": -1.0, ":": -0.8, ".": -2.5, "=": -2.5,
        "==": -3.0, "in": -3.0, "import": -3.5, "as": -3.5, "if": -4.0, "else": -4.0, "for": -4.0, "and": -4.0, "or": -4.0,
        "not": -5.0, "is": -5.0, "+": -4.0, "-": -4.0, "*": -4.0, "/": -4.5, "%": -4.0, "->": -4.0, "def": -4.0, "class": -4.5,
        "return": -5.0, "from": -4.0, "lambda": -5.0, "<": -6.0, ">": -6.0, "!=": -4.5, "|": -5.0, "while": -5.0, "with": -5.0,
        "except": -5.0, "elif": -5.0, "@": -4.0, "<=": -5.0, ">=": -5.0, "+=": -5.0,
    },
    replaced={
        "=": (("==", -1.0), (":", -2.5), (":=", -3.0), ("+=", -4.0)), "==": (("=", -2.0), ("!=", -6.0)), ":=": (("=", -3.0), (":", -2.0)),
        "(": (("[", -2.5), ("{", -2.5)), "[": (("(", -2.5), ("{", -2.5)), "{": (("(", -2.5), ("[", -2.5)),
        ")": (("]", -1.5), ("}", -1.5), (":", -4.0)), "]": ((")", -1.5), ("}", -1.5)), "}": ((")", -1.5), ("]", -1.5)),
        ";": ((":", -1.5), (",", -2.0)), ",": ((":", -3.0), (".", -3.0)), ":": ((",", -2.5), ("=", -2.5), ("", -2.5)),
        ".": ((",", -2.0), (":", -2.5)), "<>": (("!=", -0.5),), "&": (("and", -3.0),), "|": (("or", -3.0),), "=>": (("->", -1.0),),
    },
    deleted={
        ")": -8.0, "(": -12.0, "]": -8.0, "[": -12.0, "}": -8.0, "{": -12.0, ",": -4.0, ":": -4.0, ";": -3.0, ".": -4.5, "=": -4.5,
        "+": -5.0, "-": -5.0, "*": -5.0, "/": -5.0, "%": -5.0, ">": -5.0, "<": -5.0, "|": -5.0, "&": -5.0, "@": -5.0, "^": -4.5,
        "~": -5.0, "==": -6.0, "->": -5.0, "and": -6.0, "or": -6.0, "in": -6.0, "is": -6.0, "not": -6.0,
    },
    keywords=PYTHON_KEYWORDS,
)  # fmt: skip
_LONG = 400
"""Tokens or lines of a window beyond which only the likeliest ends of a bracket are tried."""


class Broken(NamedTuple):
    """A text that does not compile, and where: line and column from 1, the message, the last line of what is marked."""

    text: str
    line: int
    column: int
    message: str
    end_line: int


def heal(
    text: str, ask: Callable[[str, int, int, Sequence[str]], tuple[python_check.Fault | None, list[str | None]]]
) -> list[Found]:
    """Return the edits that make a Python text compile, the likeliest meaning first; empty when it compiles or none does.

    Args:
        text: the source.
        ask: the parser: `python_check` here or under another interpreter.
    """
    fault, _ = ask(text, 1, 1, ())
    if fault is None:
        return []
    found = long_strings(text, ask)
    if found:
        return found
    broken = Broken(text, *fault)
    before, first, last = window(broken)
    habits = Habits(True, text, (first, last))
    head, end = _chunk(text, first, last)
    blank = "\n" * text.count("\n", 0, head)

    def check(tried: Sequence[Edit]) -> Sequence[object]:
        texts = []
        for each in tried:
            near = each.start >= head and each.end <= end
            texts.append(blank + each.within(text, head, end) if near else each.apply(text))
        return ask("", first, last, texts)[1]

    edits = list(_edits(broken, first, last, habits, affordable(end - head, MOST_CHECKED)))
    found = search(text, edits, check, Wording(text, habits, before, last + 2))
    return [each for each in found[:6] if ask(each.text, 1, 1, ())[0] is None]


def _edits(broken: Broken, first: int, last: int, habits: Habits, most: int) -> Iterator[Edit]:
    text = broken.text
    lines = Lines(text)
    focus = [min(lines.start(broken.line) + broken.column - 1, len(text))]
    focus += [lines.start(number) + len(lines.line(number)) // 2 for number in _named(broken.message)]
    focus += [lines.end(number) for number in (first, *left_open(lines, first, last)[:8])]
    yield from plain_signs(text, first, last, python=True)
    for number in range(max(first, broken.line - 3), min(max(broken.line, broken.end_line), broken.line + 6) + 1):
        yield from quote_edits(text, number, broken.message if number == broken.line else "", python=True)
    starts, _ = _statements(text[: lines.end(broken.line)], lines)
    yield from indent_edits(text, broken.line, broken.message, [line for line in starts if line < broken.line][-4:])
    yield from foreign_edits(text, first, last)
    yield from older_edits(text, first, last, named="Missing parentheses in call" in broken.message)
    yield from token_edits(text, first, last, GRAMMAR, habits, focus, most)
    yield from closer_lines(text, first, last)


_NAMED = re.compile(r"on line (\d+)")


def _named(message: str) -> list[int]:
    """Return the other line that a message names: where the bracket or the block was opened."""
    return [int(number) for number in _NAMED.findall(message)]


def window(broken: Broken) -> tuple[int, int, int]:
    """Return the lines that matter: where the weighed region begins, the first and the last that an edit may change.

    An edit may change the statement that broke and the one before, from the line of an open bracket on; the region
    begins a few statements earlier.
    """
    lines = Lines(broken.text)
    starts, stack = _statements(broken.text[: lines.end(broken.line)], lines)
    here = [line for line in starts if line <= broken.line]
    first = here[-2] if len(here) > 1 else 1
    opened = [*_named(broken.message), *stack[:1]]
    if "never closed" in broken.message:
        opened = [broken.line]
    last = max(broken.line, broken.end_line)
    if "unmatched" in broken.message:
        opened.append(_dedent_before(lines, broken.line))
    if opened:
        first = min(first, *opened)
    if "never closed" in broken.message:
        last = max(last, _dedent_after(lines, broken.line))
    first = max(first, broken.line - _LONG)
    earlier = [line for line in starts if line < first]
    return (earlier[-3] if len(earlier) > 2 else 1), first, last


def _statements(text: str, lines: Lines) -> tuple[list[int], list[int]]:
    """Return the lines on which statements begin, and those of the brackets that are still open at the end."""
    stack: list[tuple[str, int]] = []
    starts, fresh = [1], True
    for token in python_tokens(text):
        if token.kind == "l":
            fresh = fresh or not stack
        elif token.kind != "c":
            if fresh:
                starts.append(lines.number(token.start))
                fresh = False
            if token.text in OPENERS:
                stack.append((token.text, lines.number(token.start)))
            elif token.text in CLOSERS and stack and stack[-1][0] == CLOSERS[token.text]:
                stack.pop()
    return starts, [number for _, number in stack]


def _dedent_after(lines: Lines, opened: int) -> int:
    """Return the first line behind an open bracket's that is not indented deeper and does not begin with a closing one."""
    deep = indent_of(lines.line(opened))
    for number in range(opened + 1, min(len(lines), opened + _LONG) + 1):
        line = lines.line(number)
        if line.strip() and indent_of(line) <= deep and line.lstrip()[0] not in ")]}#":
            return number
    return min(len(lines), opened + _LONG)


def _dedent_before(lines: Lines, closed: int) -> int:
    """Return the last line above a closing bracket's that is not indented deeper: where the opening one belongs."""
    deep = indent_of(lines.line(closed))
    if not lines.line(closed).lstrip().startswith(tuple(CLOSERS)):
        return closed
    for number in range(closed - 1, max(0, closed - _LONG), -1):
        line = lines.line(number)
        if line.strip() and indent_of(line) <= deep and line.lstrip()[0] != "#":
            return number
    return closed


def _chunk(text: str, first: int, last: int) -> tuple[int, int]:
    """Return the offsets of the statements at the margin that hold some lines: what stands around need not be parsed again."""
    lines = Lines(text)
    depth, fresh, head = 0, True, 0
    for token in python_tokens(text[: lines.start(first + 1)]):
        if token.kind == "l":
            fresh = True
        elif token.kind != "c":
            if fresh and depth == 0 and text[token.start - 1 : token.start] in ("", "\n") and _begins(token.text):
                head = token.start
            fresh = False
            depth += (token.text in OPENERS) - (token.text in CLOSERS)
    for number in range(last + 1, len(lines) + 1):
        word = re.match(r"\w+|@", lines.line(number))
        if word and word[0] in _MARGIN and not lines.line(number - 1).startswith("@"):
            return head, lines.start(number)
    return head, len(text)


_MARGIN = frozenset(("def", "class", "import", "from", "@", "if", "for", "try", "with", "async"))


def _begins(word: str) -> bool:
    """Tell whether a word at the margin begins a statement of its own (`else` belongs to what stands before it)."""
    return (word.isidentifier() or word == "@") and word not in ("else", "elif", "except", "finally")


_BLOCK = re.compile(r"\s*(?:async|def|class|if|elif|for|while|with|except)\b")


def closer_lines(text: str, first: int, last: int) -> Iterator[Edit]:
    """Yield the insertions of a closing bracket on a line of its own, as deep as the line that opened it."""
    lines = Lines(text)
    stack: list[tuple[str, int]] = []
    for token in python_tokens(text[lines.start(first) : lines.end(last)]):
        if token.text in OPENERS:
            stack.append((token.text, first + text.count("\n", lines.start(first), lines.start(first) + token.start)))
        elif token.text in CLOSERS and stack and OPENERS[stack[-1][0]] == token.text:
            stack.pop()
    for bracket, number in stack[-3:]:
        line = lines.line(number)
        if not line.rstrip().endswith(bracket):
            continue
        indent = line[: len(line) - len(line.lstrip())]
        for below in range(number + 1, last + 1):
            if lines.line(below).strip() and indent_of(lines.line(below)) <= indent_of(line):
                at = lines.start(below)
                while at > 1 and text[at - 2] == "\n":
                    at -= 1
                closing = OPENERS[bracket]
                yield from closing_lines(text, at, f"{indent}{closing}", -1.5, f"insert `{closing}`", 2)
                if _BLOCK.match(line):
                    yield Edit(at, at, f"{indent}{closing}:\n", -1.5, f"insert `{closing}:`")
                break


_ELSE_IF = re.compile(r"^([ \t]*)(else[ \t]+if|elseif|elsif|elif[ \t]+if)\b", re.M)
_STEP = re.compile(r"^([ \t]*)(?:([\w.\[\]]+)(\+\+|--)|(\+\+|--)([\w.\[\]]+))[ \t]*;?[ \t]*(?=#|$)", re.M)
_NOT = re.compile(r"!(?=[\w(])[ \t]*")


def foreign_edits(text: str, first: int, last: int) -> Iterator[Edit]:
    """Yield the edits that turn another language's words into Python's: `else if`, `i++`, `&&`, `||`, `!`."""
    lines = Lines(text)
    start, end = lines.start(first), lines.end(last)
    for found in _ELSE_IF.finditer(text, start, end):
        yield Edit(found.start(2), found.end(2), "elif", 7.0, "write `elif`")
    for found in _STEP.finditer(text, start, end):
        sign = (found[3] or found[4])[0]
        yield Edit(found.start(), found.end(), f"{found[1]}{found[2] or found[5]} {sign}= 1", 7.0, f"write `{sign}= 1`")
    region = text[start:end]
    code = [token for token in python_tokens(region) if token.kind in "ox"]
    signs = []
    for one, two in itertools.pairwise(code):
        if one.end == two.start and one.text == two.text and one.text in "&|":
            signs.append((one.start, two.end, "and" if one.text == "&" else "or"))
    signs += [
        (token.start, token.end, "not ") for token in code if token.text == "!" and _NOT.match(region, token.start)
    ]
    if signs:
        done = region
        for begin, finish, word in sorted(signs, reverse=True):
            blank = word != "not "
            before = " " if blank and not done[:begin].endswith((" ", "\n")) else ""
            after = " " if blank and not done[finish:].startswith((" ", "\n")) else ""
            done = done[:begin] + before + word + after + done[finish:]
        yield Edit(start, end, done, 8.0, "write `and`, `or`, `not`")
