"""The words of a language with braces, as far as brackets need them: what is text, comment, bracket, name or sign."""

from __future__ import annotations

import re

from ...records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class Token(Record):
    """A word of a file: `kind` is one of `comment text open close name sign`; `line` counts from 1."""

    kind: str
    text: str
    start: int
    end: int
    line: int


_COMMENT = r"(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))"
_REST = r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<name>[A-Za-z_]\w*|\d[\w.]*)|(?P<sign>::|->|=>|==|&&|\|\||<=|>=|!=|\.\.=?|[^\s\w])"
_C_TEXT = r"|(?P<text>\"(?:\\.|[^\"\\\n])*\"?|'(?:\\.|[^'\\\n])*'?)"
_RUST_TEXT = r"|(?P<text>b?r(?P<hash>#*)\".*?\"(?P=hash)|b?c?\"(?:\\.|[^\"\\])*\"?|b?'(?:\\[^\n']+|[^\\\n'])'|b?'\\''|'[A-Za-z_]\w*)"
_JAVA_TEXT = r"|(?P<text>\"\"\".*?\"\"\"|\"(?:\\.|[^\"\\\n])*\"?|'(?:\\.|[^'\\\n])*'?)"
RUST = re.compile(_COMMENT + _RUST_TEXT + _REST, re.S)
C = re.compile(_COMMENT + _C_TEXT + _REST, re.S)
JAVA = re.compile(_COMMENT + _JAVA_TEXT + _REST, re.S)
PAIRS = {"(": ")", "[": "]", "{": "}"}
OPENERS = {close: opener for opener, close in PAIRS.items()}


def tokens(text: str, language: re.Pattern[str]) -> list[Token]:
    """Return a text's words, comments left out."""
    out = []
    line, seen = 1, 0
    for found in language.finditer(text):
        kind = found.lastgroup or ""
        kind = "text" if kind == "hash" else kind
        line += text.count("\n", seen, found.start())
        seen = found.start()
        if kind != "comment":
            out.append(Token(kind=kind, text=found[0], start=found.start(), end=found.end(), line=line))
    return out


def balance(words: Sequence[Token]) -> dict[str, int]:
    """Return how many openers more than closers there are, by opener."""
    out = dict.fromkeys(PAIRS, 0)
    for word in words:
        if word.kind == "open":
            out[word.text] += 1
        elif word.kind == "close":
            out[OPENERS[word.text]] -= 1
    return out


def indent(line: str) -> int:
    """Return a line's indentation, a tab as eight."""
    return len(line.expandtabs(8)) - len(line.expandtabs(8).lstrip())
