"""Two states of a file as a unified diff."""

from __future__ import annotations

import difflib


def unified(path: str, before: tuple[bytes | None, int], after: tuple[bytes | None, int]) -> str:
    """Return how a file changed, as a unified diff; empty when it did not.

    Args:
        path: the file, relative to the root.
        before: its bytes (None = not there) and permission bits.
        after: the same, afterwards.
    """
    if before == after:
        return ""
    head = ""
    if before[0] is not None and after[0] is not None and before[1] != after[1]:
        head = f"mode of {path}: {before[1]:o} becomes {after[1]:o}\n"
    if b"\0" in (before[0] or b"") + (after[0] or b""):
        return f"{head}{path}: bytes that are no text\n" if before[0] != after[0] else head
    old = "/dev/null" if before[0] is None else f"a/{path}"
    new = "/dev/null" if after[0] is None else f"b/{path}"
    lines = difflib.unified_diff(_lines(before[0]), _lines(after[0]), old, new)
    return head + "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(data: bytes | None) -> list[str]:
    return [line.decode("utf-8", "replace") for line in (data or b"").splitlines(keepends=True)]
