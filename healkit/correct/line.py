"""A command line as its user typed it: words with their places, so that what is not wrong stays byte for byte."""

from __future__ import annotations

import itertools
import os
import re

from ..records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_WORD = re.compile(r"""(?:[^ \t\r\n\f\v'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*"|['"\\])+""", re.DOTALL)
_BREAK = re.compile(r"""'[^']*'|"(?:[^"\\]|\\.)*"|\\.|(?P<mark>&&|\|\||;|\|(?!&))""", re.DOTALL)
_LEAD = re.compile(r"(?:sudo|doas)\s+(?:-[EHn]+\s+|-u\s*[\w.-]+\s+)*(?!-)")
_SAFE = re.compile(r"[\w@%+=:,./-]+", re.ASCII)
_HOME = re.compile(r"~(?:/[\w@%+=:,./-]*)?", re.ASCII)
_NEARLY_SAFE = re.compile(r"[\w@%+=:,./'-]+", re.ASCII)


class Word(Record):
    """One word of a line: its text as typed, what the shell makes of it, where it begins and ends."""

    raw: str
    value: str
    start: int
    end: int


class Line:
    """A simple command: `lead` is a `sudo` in front of it, `text` the rest as typed, `words` its words.

    `before` and `after` are what stands around it in a longer line (`a && THIS | b`), kept as they are.
    """

    def __init__(self, text: str, before: str = "", after: str = "") -> None:
        """Take a simple command's text; what surrounds it comes back unchanged in `whole`."""
        stripped = text.strip()
        self.before = before + text[: len(text) - len(text.lstrip())] if before else before
        self.after = text[len(text.rstrip()) :] + after if after else after
        lead = _LEAD.match(stripped)
        self.lead = lead[0] if lead else ""
        self.text = stripped[len(self.lead) :]
        self.words: list[Word] = [
            Word(raw=found[0], value=unquoted(found[0]), start=found.start(), end=found.end())
            for found in _WORD.finditer(self.text)
        ]

    @property
    def program(self) -> str:
        """The name of the program, without its folder."""
        return os.path.basename(self.words[0].value) if self.words else ""

    def arguments(self, valued: Sequence[str] = ()) -> list[str]:
        """Return the words after the program that are no options, nor the values of those that are said to have one."""
        values = [word.value for word in self.words]
        return [
            value for before, value in itertools.pairwise(values) if not value.startswith("-") and before not in valued
        ]

    def replaced(self, word: Word, raw: str) -> str:
        """Return the text with one word replaced."""
        return self.text[: word.start] + raw + self.text[word.end :]

    def whole(self, text: str, lead: str | None = None) -> str:
        """Return the whole line with this command replaced by another text."""
        return f"{self.before}{self.lead if lead is None else lead}{text}{self.after}"


def simple(command: str) -> Iterator[Line]:
    """Yield the whole line, then, where it has several, each of its simple commands, the last one first."""
    yield Line(command)
    marks = [found.span("mark") for found in _BREAK.finditer(command) if found["mark"]]
    if not marks or len(marks) > 20:
        return
    starts, ends = [0, *(end for _, end in marks)], [*(start for start, _ in marks), len(command)]
    for start, end in reversed(list(zip(starts, ends, strict=True))):
        if command[start:end].strip():
            yield Line(command[start:end], command[:start], command[end:])


def unquoted(raw: str) -> str:
    """Return a word without its quotes and backslashes; nothing is expanded."""
    parts = re.findall(r"""'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^'"\\]+)|(['"\\])""", raw, re.DOTALL)
    return "".join(a or re.sub(r"\\(.)", r"\1", b, flags=re.DOTALL) or c or d or e for a, b, c, d, e in parts)


def quote(value: str) -> str:
    """Return a word so that a shell takes it as it is; a lone apostrophe is escaped, `~/` at its start stays one."""
    if _SAFE.fullmatch(value) or _HOME.fullmatch(value):
        return value
    if value and _NEARLY_SAFE.fullmatch(value):
        return value.replace("'", "\\'")
    return "'" + value.replace("'", "'\"'\"'") + "'"


def joined(words: Sequence[str]) -> str:
    """Return words as one shell-quoted text."""
    return " ".join(quote(word) for word in words)
