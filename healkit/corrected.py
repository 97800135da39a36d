"""Lines that learning puts right without having seen an output, as the prompt tells them: it sees none itself."""

from __future__ import annotations

import marshal
import posix

from . import mask, paths

FILE = "corrected"
"""Its name in a project's state; learning writes it: programs, the line's expression, replacements, the last fix."""


def told(command: str, programs: list[str]) -> str:
    """Return how a line like this one was put right in this project before, as learning has it; nothing where it has nothing."""
    path = f"{paths.project_state(paths.project_root(posix.getcwd()))}/{FILE}"
    if not paths.is_private(path):
        return ""
    from .compiled import get

    try:
        for tools, line, subs, shown in marshal.loads(paths.read_small(path, 1 << 20)):
            if not any(name.rpartition("/")[2] in tools for name in programs) or not get(line).search(command):
                continue
            new = command
            for wrong, right in subs:
                new = get(wrong).sub(right, new)
            if subs and new != command:
                return f"a line like this was put right here as `{mask.one_line(new, 60)}`"
            return f"a line like this was put right here before, the last time as `{mask.one_line(shown, 60)}`"
    except (ValueError, EOFError, TypeError):
        pass
    return ""
