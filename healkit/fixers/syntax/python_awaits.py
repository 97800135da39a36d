"""`await` in a Python function that is not async: the function around it becomes one."""

from __future__ import annotations

import re

from .search import Edit, Found
from .tokens import Lines, indent_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from . import python_check

_DEF = re.compile(r"^([ \t]*)def[ \t]+(\w+)[ \t]*\(")


def await_found(
    text: str,
    number: int,
    ask: Callable[[str, int, int, Sequence[str]], tuple[python_check.Fault | None, list[str | None]]],
) -> list[Found]:
    """Return the edit that makes the function around a line async; sure when those who call it already wait for it.

    Args:
        text: the source.
        number: the line of the `await` (from 1).
        ask: the parser.
    """
    lines = Lines(text)
    deep = indent_of(lines.line(number))
    for above in range(number, 0, -1):
        line = lines.line(above)
        if not line.strip() or (above != number and indent_of(line) >= deep):
            continue
        deep = min(deep, indent_of(line)) if above != number else deep
        found = _DEF.match(line)
        if found:
            start = lines.start(above) + len(found[1])
            edit = Edit(start, start, "async ", 0.0, f"make `{found[2]}` async")
            done = edit.apply(text)
            fault = ask(done, 1, 1, ())[0]
            if fault is not None:
                return []
            return [Found(edit, done, 0.95 if _awaited(text, found[2]) else 0.5)]
    return []


def _awaited(text: str, name: str) -> bool:
    """Tell whether whoever calls a function in this text waits for it, or nobody here does but a framework."""
    calls = re.findall(
        rf"(\bdef\s+|await\s+(?:[\w.]+\.)?|(?:run|create_task|gather|wait_for|ensure_future)\((?:[\w.]+\.)?)?\b{re.escape(name)}\(",
        text,
    )
    others = [call for call in calls if not call.startswith("def")]
    return all(others) if others else True
