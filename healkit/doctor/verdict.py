"""What one check of the doctor found."""

from __future__ import annotations

from ..records import Record

STATES = ("ok", "warn", "fail")


class Check(Record):
    """One row of the doctor's answer: its state, what was found, what to do about it, more lines beneath it."""

    state: str
    what: str
    do: str = ""
    details: tuple[str, ...] = ()
    name: str = ""


def ok(what: str, details: tuple[str, ...] = ()) -> Check:
    """Return a check that found nothing wrong."""
    return Check(state="ok", what=what, details=details)


def warn(what: str, do: str, details: tuple[str, ...] = ()) -> Check:
    """Return a check that found something that does not stop healkit."""
    return Check(state="warn", what=what, do=do, details=details)


def fail(what: str, do: str, details: tuple[str, ...] = ()) -> Check:
    """Return a check that found something that stops healkit, or a danger."""
    return Check(state="fail", what=what, do=do, details=details)


def plain(text: object, limit: int = 160) -> str:
    """Return a text of unknown origin as one printable line."""
    line = "".join(c if c.isprintable() else " " for c in str(text)).strip()
    return line if len(line) <= limit else f"{line[: limit - 3]}..."


def count(number: int, noun: str) -> str:
    """Return `1 entry`, `2 entries`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun[:-1]}ies" if noun.endswith("y") else f"{number} {noun}s"
