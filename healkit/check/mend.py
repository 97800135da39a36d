"""Mechanical corrections of a pattern file: edits at known places, every other byte stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .sheet import Issue

MOST_PASSES = 5


def apply(text: str, issues: Iterable[Issue]) -> tuple[str, int]:
    """Return a text with the issues' edits made, and how many; of two that touch each other the first is made."""
    edits = sorted({issue.fix for issue in issues if issue.fix is not None})
    out, at, count = [], 0, 0
    for start, end, new in edits:
        if start < at:
            continue
        out += [text[at:start], new]
        at, count = end, count + 1
    return "".join([*out, text[at:]]), count


def mend(data: bytes, examine: Callable[[bytes], list[Issue]]) -> tuple[bytes, int]:
    """Return a file's bytes after every mechanical correction, and how many were made.

    Args:
        data: the file's bytes; what is not UTF-8 is returned as it is.
        examine: gives the issues of such bytes. One correction may show the next.
    """
    total = 0
    for _ in range(MOST_PASSES):
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return data, total
        text, count = apply(text, examine(data))
        if not count:
            break
        total += count
        data = text.encode()
    return data, total
