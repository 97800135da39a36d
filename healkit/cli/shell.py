"""What the sourced shell functions ask for: `category`, `suggest`, `explain`, and the analyses of `post-test` and `post-rust`.

Started by hooks/shell.sh and hooks/post-*.sh without typer, so that it works in a bare checkout. Output comes on stdin.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from .. import console, intake, mask, paths, tally
from ..records import CATEGORIES, CATEGORY_ALIASES

if TYPE_CHECKING:
    from ..records import CommandResult, Diagnosis, Plan
    from ..tally import Tally

KEPT = 4 << 20
"""Bytes of a piped output that are analysed: the last ones."""
SHOWN = 5
HISTORY_LIMIT = 256 << 10
TOOLS = {"pytest": tally.read_pytest, "cargo": tally.read_cargo}


def main(args: list[str]) -> int:
    """Answer one request; return 0, or 2 for one that makes no sense.

    Args:
        args: `category`, `suggest CATEGORY`, `explain EXIT_CODE`, or `pytest|cargo EXIT_CODE|- [pipe]`, where `pipe` hands
            the output on to stdout and puts the analysis on stderr.
    """
    from .. import records
    from . import bug

    try:
        return _answer(args)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except records.HealkitError as error:
        console.complain(error)
        return 1
    except Exception as error:  # the user gets a line and a file, never a traceback
        return bug.report(error)


def _answer(args: list[str]) -> int:
    verb, rest = (args[0] if args else ""), args[1:]
    if verb in TOOLS:
        code = _number(rest[0] if rest else "")
        piped = rest[1:] == ["pipe"]
        _analyse(verb, _handed_on() if piped else sys.stdin.buffer.read(), code, piped)
    elif verb == "category":
        found, _ = _known(sys.stdin.buffer.read(), None)
        console.out(found[0].category if found else "unknown")
    elif verb == "suggest":
        _suggest(rest[0] if rest else "")
    elif verb == "explain":
        _explain(_number(rest[0] if rest else ""))
    else:
        console.say("healkit: this is for the functions of hooks/shell.sh")
        return 2
    return 0


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _handed_on() -> bytes:
    """Copy stdin to stdout as it comes; return its last KEPT bytes. A reader that leaves does not end the reading."""
    parts, size, broken = [], 0, False
    while part := os.read(0, 1 << 16):
        if not broken:
            try:
                view = memoryview(part)
                while view:
                    view = view[os.write(1, view) :]
            except BrokenPipeError:
                broken = True
        parts.append(part)
        size += len(part)
        while size - len(parts[0]) > KEPT:
            size -= len(parts.pop(0))
    return b"".join(parts)


def _result(data: bytes, code: int | None, command: str = "") -> CommandResult:
    return intake.from_text(data, command, code, os.getcwd(), "shell")


def _known(data: bytes, code: int | None, command: str = "") -> tuple[list[Diagnosis], list[Plan]]:
    from .failure import diagnose

    return diagnose(_result(data, code, command), paths.project_root(os.getcwd()))


def _explain(code: int | None) -> None:
    found, plans = _known(sys.stdin.buffer.read(), code)
    if found:
        console.explain(found, plans, sys.stdout)
    else:
        console.out("healkit: nothing known about this output")


def _suggest(category: str) -> None:
    """Print what fixes the first failure of a category; of another one where the output has none of it."""
    wanted = CATEGORY_ALIASES.get(category, category)
    found, plans = _known(sys.stdin.buffer.read(), None)
    order = [n for n, one in enumerate(found) if one.category == wanted]
    if not order and wanted in CATEGORIES and wanted != "unknown" and found:
        console.say(f"healkit: no {wanted} in this output; this is what it says:")
    best = order[0] if order else 0
    if not found:
        console.out("healkit: no suggestion; nothing is known about this output")
        return
    console.out(console.printable(found[best].message))
    seen: set[str] = set()
    for fix in plans[best].fixes if best < len(plans) else ():
        said = [fix.title, *([f"  {fix.command}"] if fix.command else ()), *(f"  {step}" for step in fix.steps)]
        for line in said:
            if line not in seen:
                console.out(f"  {console.printable(line)}")
            seen.add(line)


def _analyse(tool: str, data: bytes, code: int | None, piped: bool) -> None:
    result = _result(data, code, tool)
    said = TOOLS[tool](result.output)
    if tool == "pytest" and (said.counts or said.kinds or code is not None):
        _remember(said, code)
    if piped and not said.kinds:
        return
    stream = sys.stderr if piped else sys.stdout
    for line in _lines(said, code):
        print(console.printable(line), file=stream)
    if said.kinds or code:
        found, plans = _known(data, code if code else None, tool)
        if found:
            console.explain(found, plans, stream)
    stream.flush()


def _lines(said: Tally, code: int | None) -> list[str]:
    ended = "" if code is None else f" (exit code {code})"
    lines = [f"{said.tool}: {said.headline() or 'nothing to report'}{ended}"]
    for kind, places in said.kinds.items():
        lines.append(f"  {kind}: {len(places)}")
        lines += [f"    {mask.one_line('  '.join(part for part in place if part), 160)}" for place in places[:SHOWN]]
        if len(places) > SHOWN:
            lines.append(f"    and {len(places) - SHOWN} more")
    return lines


def _remember(said: Tally, code: int | None) -> None:
    """Append one line for a test run to the project's test-history.log; nothing where the state cannot be written."""
    state = paths.project_state(paths.project_root(os.getcwd()))
    if not state or not paths.make_private(state) or paths.env("HEALKIT_OFF") not in ("", "0"):
        return
    path = f"{state}/test-history.log"
    line = tally.history_line(said, code, time.strftime("%Y-%m-%dT%H:%M:%S")).encode() + b"\n"
    try:
        fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            os.write(fd, line)
            size = os.fstat(fd).st_size
        finally:
            os.close(fd)
    except OSError:
        return
    if size > HISTORY_LIMIT:
        paths.write_private(path, paths.read_small(path)[-HISTORY_LIMIT // 2 :].partition(b"\n")[2])
