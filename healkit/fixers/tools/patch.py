"""A unified diff of one file applied to its bytes, or nothing when a line of it does not fit."""

from __future__ import annotations

import re

_HUNK = re.compile(rb"@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@")


def patched(text: bytes, diff: bytes) -> bytes | None:
    """Return a text with a diff of it applied; None when the diff is none of this text."""
    old, out, at = text.split(b"\n"), list[bytes](), 0
    inside = False
    for line in diff.split(b"\n"):
        hunk = _HUNK.match(line)
        if hunk:
            start = int(hunk[1]) - 1
            if start < at or start > len(old):
                return None
            out += old[at:start]
            at, inside = start, True
        elif inside and line[:1] == b"+":
            out.append(line[1:])
        elif inside and line[:1] in (b" ", b"-"):
            if at >= len(old) or old[at] != line[1:]:
                return None
            if line[:1] == b" ":
                out.append(old[at])
            at += 1
    return b"\n".join([*out, *old[at:]]) if inside else None
