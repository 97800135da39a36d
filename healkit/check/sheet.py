"""One pattern file under examination, and what was found in it, each with its place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from ..jsonpos import Document, Node, parse

LEVELS = ("error", "warning", "hint")
"""An error keeps an entry from working; a warning is a doubt; a hint is only what `--fix` would make nicer."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing to say about a place of a file. Line and column count from 1; `id` is the entry's, where known."""

    file: str
    line: int
    column: int
    what: str
    do: str = ""
    level: str = "error"
    id: str = ""
    fix: tuple[int, int, str] | None = None

    def __str__(self) -> str:
        mark = "" if self.level == "error" else f"{self.level}: "
        said = f"{self.file}:{self.line}:{self.column}: {mark}{self.what}"
        return f"{said}; {self.do}" if self.do else said

    def as_dict(self) -> dict[str, Any]:
        """Return what `--json` prints of it."""
        return {key: value for key, value in asdict(self).items() if key != "fix"}


@dataclass(slots=True)
class Sheet:
    """A file's text with places, its layer, and the issues found so far."""

    path: str
    origin: str
    document: Document
    issues: list[Issue] = field(default_factory=list)

    def say(
        self,
        at: int | Node,
        what: str,
        do: str = "",
        *,
        level: str = "error",
        entry: str = "",
        fix: tuple[int, int, str] | None = None,
    ) -> None:
        """Note an issue at an offset or at the start of a value."""
        line, column = self.document.place(at if isinstance(at, int) else at.start)
        self.issues.append(Issue(self.path, line, column, what, do, level, entry, fix))

    def line(self, at: int | Node) -> int:
        """Return the line of a place."""
        return self.document.place(at if isinstance(at, int) else at.start)[0]

    def has_errors(self, start: int = 0) -> bool:
        """Tell whether an error was noted since there were `start` issues."""
        return any(issue.level == "error" for issue in self.issues[start:])

    def has_errors_within(self, node: Node) -> bool:
        """Tell whether an error was noted inside a value."""
        start, end = self.document.place(node.start), self.document.place(node.end)
        return any(issue.level == "error" and start <= (issue.line, issue.column) <= end for issue in self.issues)


def open_sheet(path: str, origin: str, data: bytes) -> Sheet:
    """Return a file's bytes as a sheet, the faults of its JSON noted."""
    text, bad = _decode(data)
    sheet = Sheet(path, origin, parse(text))
    if bad >= 0:
        sheet.say(bad, "a byte that is not UTF-8", "save the file as UTF-8")
    for fault in sheet.document.faults:
        sheet.say(fault.offset, fault.what, fault.do, fix=fault.fix)
    return sheet


def _decode(data: bytes) -> tuple[str, int]:
    """Return a text and the offset of its first character that is not UTF-8, or -1."""
    try:
        return data.decode(), -1
    except UnicodeDecodeError as error:
        return data.decode(errors="replace"), len(data[: error.start].decode(errors="replace"))


def close(word: str, known: Iterable[str], cutoff: float = 0.65) -> str:
    """Return the known word that is closest to one, empty when none is close."""
    by_fold = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower(), list(by_fold), 1, cutoff)
    return by_fold[found[0]] if found else ""


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "", cutoff: float = 0.65) -> str:
    """Return the advice for an unknown word: the close one, else another advice."""
    found = close(word, known, cutoff)
    return f'did you mean "{found}"?' if found else otherwise


def show(text: str, limit: int = 60) -> str:
    """Return a piece of hostile text for a message: one printable line, shortened."""
    safe = "".join(c if c.isprintable() else "\\n" if c == "\n" else "\\t" if c == "\t" else "?" for c in text)
    return safe if len(safe) <= limit else f"{safe[: limit - 3]}..."
