"""What is learned from, and what is learned."""

from __future__ import annotations

from typing import Any

from ..records import Record


class CommandExample(Record):
    """A command line that failed, what it said, and the line that passed in its place."""

    command: str
    output: str
    fixed: str


class EditExample(Record):
    """A failure and the edit after which its command passed.

    `old` and `new` are the exact texts of one edit; `before` and `after` the whole file's, where they are known.
    """

    command: str
    output: str
    file: str
    old: str
    new: str
    before: str = ""
    after: str = ""


class InstallExample(Record):
    """A failure and the installation after which its command passed."""

    command: str
    output: str
    install: str


class Learned(Record):
    """A pattern entry as it would stand in a pattern file, without id and counts.

    `score` orders the candidates, the higher the better; `specificity` is how much of the decisive lines is said in
    letters and not by groups, from 0 to 1. `danger` is what the fix brings in that nobody may be given unasked (`sudo`, `&&`,
    `--force` ...), empty for nothing: such an entry is for a person to decide.
    """

    entry: dict[str, Any]
    score: float
    specificity: float
    danger: str = ""
