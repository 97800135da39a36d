"""One healed failure as evidence: what failed, what it said, and the least of what was done in between that explains it."""

from __future__ import annotations

import difflib
import re
from typing import Any

from .. import commands, fingerprint
from ..history import Episode
from ..history.sameness import corrects
from ..history.steps import changes, trim
from ..records import Event, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_EDITS = 12
_TOKEN = re.compile(r"[A-Za-z_][\w.-]{2,}")
_PLAIN = frozenset((
    "error", "exception", "traceback", "line", "file", "module", "name", "named", "import", "from", "most", "recent", "call",
    "last", "the", "and", "not", "for", "with", "has", "got", "unexpected", "keyword", "argument", "attribute", "object", "type",
    "value", "failed", "found", "cannot",
))  # fmt: skip
"""Words that every failure says: that an edit has one of them explains nothing."""


class Evidence(Record):
    """A failure that was healed.

    `kind` says by what: an `edit` (file, old, new), another `command` line (`fixed`), an installation (`fixed`).
    `key` is what failures of one shape share: the pattern, or the masked line where no pattern named it.
    """

    failure: str
    session: str
    at: float
    kind: str
    key: str
    command: str
    output: str
    fixed: str = ""
    file: str = ""
    old: str = ""
    new: str = ""
    pattern_id: str = ""
    category: str = ""

    @property
    def what(self) -> str:
        """What was done, on one line for people: the command, or what became of the edited words."""
        if self.kind != "edit":
            return " ".join(self.fixed.split())
        changed = ", ".join(f"{old} -> {new}" for old, new in replaced(self.old, self.new))
        return changed or f"edit of {self.file}"


def evidence_of(episode: Episode, failure: Event, steps: Sequence[Event]) -> Evidence | None:
    """Return what an episode teaches; None when nothing that was done explains it.

    Args:
        episode: one whose outcome is `worked`.
        failure: the event that opened it.
        steps: what came between, oldest first.
    """
    found: dict[str, Any] | None = None
    corrected = next((step for step in reversed(steps) if _is_correction(step, failure)), None)
    edits = [step for step in steps if step.kind == "edit" and step.old != step.new]
    ran = [step.command for step in steps if step.kind == "command" and not step.exit_code and changes(step.command)]
    edit = _explaining(edits, failure)
    install = _installing(ran, failure.text)
    if corrected is not None and not edits:
        found = {"kind": "command", "fixed": trim(corrected.command)}
    elif install and (edit is None or not _shares(edit, failure)):
        found = {"kind": "install", "fixed": install}
    elif edit is not None:
        found = {"kind": "edit", "file": edit.file, "old": edit.old, "new": edit.new}
    if found is None:
        return None
    return Evidence(
        failure=failure.id,
        session=failure.session,
        at=episode.closed or failure.at,
        key=failure.pattern_id or failure.fingerprint,
        command=trim(failure.command),
        output=failure.text,
        pattern_id=failure.pattern_id,
        category=failure.category,
        **found,
    )


def shape(one: Evidence) -> set[str]:
    """Return the words of what a failure said with everything that varies masked: alike shapes are failures of one kind."""
    return shape_of(one.output)


def shape_of(output: str) -> set[str]:
    """Return the words of an output's end with everything that varies masked."""
    return set(fingerprint.mask_variable(output[-600:]).split())


def likeness(one: set[str], other: set[str]) -> float:
    """Return how alike two shapes are, from 0 to 1 (the same); two that are empty are the same."""
    return len(one & other) / len(one | other) if one or other else 1.0


def difference(old: str, new: str) -> tuple[str, str]:
    """Return the words in which two texts differ, the shortest stretch of whole words of each."""
    one, other = (re.findall(r"\s+|\w+|[^\w\s]", text) for text in (old, new))
    head = 0
    while head < min(len(one), len(other)) and one[head] == other[head]:
        head += 1
    tail = 0
    while tail < min(len(one), len(other)) - head and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    pieces = ("".join(words[head : len(words) - tail]).strip() for words in (one, other))
    first, second = pieces
    return first, second


def replaced(old: str, new: str) -> list[tuple[str, str]]:
    """Return the words of an edit that became others, each with what it became; empty where something only came or went."""
    one, other = (re.findall(r"\s+|\w+|[^\w\s]", text) for text in (old, new))
    changes = difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    pairs = [
        ("".join(one[a:b]).strip(), "".join(other[c:d]).strip()) for kind, a, b, c, d in changes if kind != "equal"
    ]
    return list(dict.fromkeys(pairs)) if all(first and second for first, second in pairs) else []


def _is_correction(step: Event, failure: Event) -> bool:
    return step.kind in ("command", "success") and step.command != failure.command and corrects(step, failure)


def words_of(text: str) -> set[str]:
    """Return the words of a text that are no everyday words of failures."""
    return {word for word in _TOKEN.findall(text) if word.lower() not in _PLAIN}


def _shares(edit: Event, failure: Event) -> bool:
    """Tell whether what an edit took away or brought in is named by the failure."""
    old, new = difference(edit.old, edit.new)
    return bool((words_of(old) | words_of(new)) & words_of(failure.text))


def _explaining(edits: Sequence[Event], failure: Event) -> Event | None:
    """Return the edit that explains a healing: of words that the failure names, in a file that it names; the last such one."""
    best: tuple[int, int, Event] | None = None
    for number, edit in enumerate(edits[-MOST_EDITS:]):
        name = edit.file.rpartition("/")[2]
        rate = 2 * _shares(edit, failure) + (bool(name) and (name in failure.text or edit.file == failure.file))
        if rate and (best is None or (rate, number) >= best[:2]):
            best = (rate, number, edit)
    if best is not None:
        return best[2]
    return edits[0] if len(edits) == 1 else None


def _installing(ran: Sequence[str], said: str) -> str:
    """Return the installation that explains a healing: one of something that the output names, else the only one."""
    installs = [
        command
        for command in ran
        if any(len(words) > 1 and {"install", "add", "i"} & set(words[1:4]) for words in commands.split(command))
    ]
    named = [command for command in installs if any(word in said for word in words_of(command) if len(word) > 3)]
    return named[-1] if named else installs[0] if len(installs) == 1 == len(ran) else ""
