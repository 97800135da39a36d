"""Source text that does not parse, cut into tokens all the same: for Python and for JavaScript and TypeScript.

A lexer here never fails. A string that nobody closed ends at its line's end (a triple-quoted one or a template at the
file's) and is marked `u`. The kinds: `n` name, `k` keyword, `0` number, `s` string, `u` unclosed string, `r` regular
expression, `o` operator, `c` comment, `l` line end, `x` anything else.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

PYTHON_KEYWORDS = frozenset(
    "False None True and as assert async await break class continue def del elif else except finally for from global if import "
    "in is lambda nonlocal not or pass raise return try while with yield".split()
)
SCRIPT_KEYWORDS = frozenset(
    "async await break case catch class const continue debugger default delete do else export extends false finally for function "
    "if import in instanceof let new null of return static super switch this throw true try typeof undefined var void while "
    "yield interface type enum implements private public protected readonly abstract declare namespace as from".split()
)
OPENERS = {"(": ")", "[": "]", "{": "}"}
CLOSERS = {")": "(", "]": "[", "}": "{"}

_PYTHON = re.compile(
    r"""
    (?P<c>\#[^\n]*)
  | (?P<l>\n)
  | (?P<w>(?:[ \t\f]|\\\n)+)
  | (?P<t>(?i:[rbuf]|br|rb|fr|rf|ur)?(?:\"{3}|'{3}))
  | (?P<s>(?i:[rbuf]|br|rb|fr|rf|ur)?(?:"(?:\\[\s\S]|[^"\\\n])*(?:"|$|(?=\n))|'(?:\\[\s\S]|[^'\\\n])*(?:'|$|(?=\n))))
  | (?P<n>[^\W\d]\w*)
  | (?P<d>(?:0[xXoObB][\da-fA-F_]+|\d[\d_]*\.?[\d_]*(?:[eE][+-]?\d+)?|\.\d[\d_]*(?:[eE][+-]?\d+)?)[jJlL]?)
  | (?P<o>\*\*=|//=|>>=|<<=|\.\.\.|!=|<>|->|:=|\*\*|//|>>|<<|<=|>=|==|\+=|-=|\*=|/=|%=|&=|\|=|\^=|@=|[-+*/%@&|^~<>=.,:;()\[\]{}])
  | (?P<x>.)
    """,
    re.X,
)
_SCRIPT = re.compile(
    r"""
    (?P<c>//[^\n]*|/\*[\s\S]*?(?:\*/|$(?![\s\S]))|\#![^\n]*)
  | (?P<l>\n)
  | (?P<w>[ \t\f\r\v]+)
  | (?P<s>"(?:\\[\s\S]|[^"\\\n])*(?:"|$|(?=\n))|'(?:\\[\s\S]|[^'\\\n])*(?:'|$|(?=\n)))
  | (?P<t>`)
  | (?P<n>\#?(?:[^\W\d]|\$)(?:\w|\$)*)
  | (?P<d>0[xXoObB][\da-fA-F_]+n?|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?n?)
  | (?P<o>>>>=|\.\.\.|===|!==|\*\*=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.|\+\+|--|->|\+=|-=|\*=|/=|%=|&=|\|=|\^=
      |<<|>>|\*\*|[-+*/%&|^~<>=.,:;()\[\]{}!?@])
  | (?P<x>.)
    """,
    re.X,
)
_REGEXP = re.compile(r"/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*")
_BEFORE_REGEXP = frozenset("( , = : [ ! & | ? { } ; + - * % < > ~ ^ => && || == === != !== return typeof case".split())


class Token(NamedTuple):
    """A piece of text: its kind, itself, and where it stands."""

    kind: str
    text: str
    start: int
    end: int


class Lines:
    """Where the lines of a text begin; lines count from 1."""

    def __init__(self, text: str) -> None:
        """Take in a text."""
        self.starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self.text = text

    def number(self, offset: int) -> int:
        """Return the line that an offset stands on."""
        return bisect_right(self.starts, offset)

    def start(self, line: int) -> int:
        """Return where a line begins; the text's end behind the last one."""
        return self.starts[line - 1] if 0 < line <= len(self.starts) else (0 if line < 1 else len(self.text))

    def end(self, line: int) -> int:
        """Return where a line ends, its line end not included."""
        return self.starts[line] - 1 if line < len(self.starts) else len(self.text)

    def line(self, number: int) -> str:
        """Return a line's text, empty when there is none."""
        return self.text[self.start(number) : self.end(number)] if 0 < number <= len(self.starts) else ""

    def __len__(self) -> int:
        return len(self.starts)


def indent_of(line: str) -> int:
    """Return how deep a line is indented, in columns (a tab reaches the next multiple of eight)."""
    column = 0
    for char in line:
        if char == " ":
            column += 1
        elif char == "\t":
            column += 8 - column % 8
        else:
            break
    return column


def python_tokens(text: str) -> list[Token]:
    """Return a Python text's tokens, without spaces."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _PYTHON.match(text, at)
        if match is None:
            break
        kind, end = match.lastgroup or "x", match.end()
        if kind == "t":
            kind, end = _long_string(text, end, match[0][-3:])
        elif kind == "s":
            kind = "s" if _closed(match[0]) else "u"
        elif kind == "n":
            kind = "k" if match[0] in PYTHON_KEYWORDS else "n"
        if kind != "w":
            found.append(Token("0" if kind == "d" else kind, text[at:end], at, end))
        at = end
    return found


def script_tokens(text: str) -> list[Token]:
    """Return a JavaScript or TypeScript text's tokens, without spaces."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _SCRIPT.match(text, at)
        if match is None:
            break
        kind, end = match.lastgroup or "x", match.end()
        if kind == "t":
            kind, end = _template(text, end)
        elif kind == "s":
            kind = "s" if _closed(match[0]) else "u"
        elif kind == "n":
            member = bool(found) and found[-1].text in (".", "?.")
            kind = "k" if match[0] in SCRIPT_KEYWORDS and not member else "n"
        elif match[0] in ("/", "/="):
            before = next((token for token in reversed(found) if token.kind not in "lc"), None)
            regexp = _REGEXP.match(text, at)
            if regexp and (before is None or before.text in _BEFORE_REGEXP):
                kind, end = "r", regexp.end()
        if kind != "w":
            found.append(Token("0" if kind == "d" else kind, text[at:end], at, end))
        at = end
    return found


def _closed(text: str) -> bool:
    body = text.lstrip("rbufRBUF")
    return len(body) > 1 and body[-1] == body[0] and (len(body) - len(body[:-1].rstrip("\\")) - 1) % 2 == 0


def _long_string(text: str, at: int, quotes: str) -> tuple[str, int]:
    while True:
        end = text.find(quotes, at)
        if end < 0:
            return "u", len(text)
        slashes = end - len(text[at:end].rstrip("\\")) - at
        if slashes % 2 == 0:
            return "s", end + 3
        at = end + 1


def _template(text: str, at: int) -> tuple[str, int]:
    """Return the kind and the end of a template whose first backtick stands before `at`; `${}` may nest."""
    depth: list[str] = []
    while at < len(text):
        char = text[at]
        if char == "\\":
            at += 1
        elif char == "`":
            if not depth or depth[-1] == "`":
                if not depth:
                    return "s", at + 1
                depth.pop()
            else:
                depth.append("`")
        elif char == "$" and text[at + 1 : at + 2] == "{" and (not depth or depth[-1] == "`"):
            depth.append("{")
            at += 1
        elif depth and depth[-1] == "{":
            if char == "{":
                depth.append("{")
            elif char == "}":
                depth.pop()
        at += 1
    return "u", len(text)


def spoken(tokens: list[Token]) -> Iterator[Token]:
    """Yield the tokens that a parser sees: no comments, no line ends."""
    return (token for token in tokens if token.kind not in "cl")
