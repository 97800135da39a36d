"""What healkit shows to people: diagnoses, tables, errors. The answer goes to stdout, talk to stderr.

Everything that comes from a command's output is hostile: no control character of it reaches a terminal.
rich is loaded for a table or a progress bar on a terminal and for nothing else.
"""

from __future__ import annotations

import contextlib
import sys

from . import paths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TextIO

    from .records import Diagnosis, Fix, HealkitError, Plan

STYLES = {"bad": "1;31", "good": "32", "strong": "1", "faint": "2", "place": "36", "warn": "33"}
SHOWN_LINES = 6
"""Lines of an excerpt that are shown."""
ALSO = 3
"""Further diagnoses that are named, a line each."""
WORTH_NAMING = 0.4
"""Confidence below which a further diagnosis is not named."""
STEPS = 5
"""Steps of a guide that are shown."""
_WIDE = 4_000


def has_colours(stream: TextIO) -> bool:
    """Tell whether a stream takes colours: a terminal, unless NO_COLOR is set or TERM is `dumb`."""
    if paths.env("NO_COLOR") or paths.env("TERM") == "dumb":
        return False
    return bool(paths.env("FORCE_COLOR")) or stream.isatty()


def printable(text: str) -> str:
    """Return a text without anything that moves a cursor, changes a colour or turns the writing direction."""
    return "".join(c if c.isprintable() or c in "\n" else " " if c == "\t" else "" for c in text)


def out(text: str = "") -> None:
    """Print one piece of the answer on stdout."""
    if sys.stdout is not None:
        print(_encodable(text, sys.stdout))


def say(text: str) -> None:
    """Print one piece of talk on stderr."""
    if sys.stderr is not None:
        print(_encodable(text, sys.stderr), file=sys.stderr)


def _encodable(text: str, stream: TextIO) -> str:
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding, "replace")


def complain(error: HealkitError) -> None:
    """Print an error that a person can act on: what, where, and what to do."""
    say(f"healkit: {printable(str(error))}")


class Painter:
    """Puts styles on words, or leaves them plain."""

    def __init__(self, stream: TextIO) -> None:
        self.colours = has_colours(stream)
        self.width = _width(stream)

    def __call__(self, style: str, text: str) -> str:
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if self.colours and text else text

    def cut(self, text: str, used: int = 0) -> str:
        """Return one line that fits beside `used` columns."""
        room = max(20, self.width - used)
        return text if len(text) <= room else text[: room - 3] + "..."


def _width(stream: TextIO) -> int:
    try:
        import posix

        return max(40, posix.get_terminal_size(stream.fileno()).columns or 80)
    except (OSError, ValueError):
        return _WIDE


def explain(diagnoses: Sequence[Diagnosis], plans: Sequence[Plan], stream: TextIO | None) -> None:
    """Print what failed, where, why and what is known to fix it, best first.

    Args:
        diagnoses: best first, not empty.
        plans: of the diagnoses, in order; may be fewer.
        stream: where to; colours and width follow it.
    """
    if stream is None:  # the caller has closed it
        return
    paint = Painter(stream)
    lines = list(_about(diagnoses[0], plans[0] if plans else None, paint))
    lines += _others([other for other in diagnoses[1:] if not _same_problem(other, diagnoses[0])], paint)
    print(_encodable("\n".join(lines), stream), file=stream)


def _same_problem(other: Diagnosis, first: Diagnosis) -> bool:
    """Tell whether a further diagnosis is the first one under a more general name."""
    if other.excerpt == first.excerpt or other.confidence < WORTH_NAMING:
        return True
    return bool(first.location.line) and other.location == first.location


def _about(diagnosis: Diagnosis, plan: Plan | None, paint: Painter) -> Iterator[str]:
    message = printable(diagnosis.message).replace("\n", " ")
    yield f"{paint('bad', 'healkit:')} {paint('strong', paint.cut(message, 9))}"
    facts = f"{diagnosis.category}, {diagnosis.severity}, {diagnosis.pattern_id}"
    place = place_of(diagnosis)
    yield f"  {paint('place', place)}{'  ' if place else ''}{paint('faint', f'[{facts}]')}"
    for line in _excerpt(diagnosis):
        yield f"  {paint('faint', '|')} {paint.cut(line, 4)}"
    if plan is not None:
        yield from _remedies(plan, paint)
    if not diagnosis.trusted:
        yield paint("warn", "  This entry comes from the project and is not trusted yet: see `healkit trust`.")


def place_of(diagnosis: Diagnosis) -> str:
    """Return a diagnosis's place as `file:line:column`, as far as it is known."""
    location = diagnosis.location
    numbers = [str(number) for number in (location.line, location.column) if number]
    return printable(":".join([location.file, *numbers])).replace("\n", " ") if location.file else ""


def _excerpt(diagnosis: Diagnosis) -> list[str]:
    lines = [line.rstrip() for line in printable(diagnosis.excerpt).split("\n") if line.strip()]
    if len(lines) == 1 and lines[0].strip() == diagnosis.message:
        return []
    return lines[-SHOWN_LINES:]


def _remedies(plan: Plan, paint: Painter) -> Iterator[str]:
    if plan.why:
        yield f"  {paint('faint', 'here:')} {paint.cut(printable(plan.why), 8)}"
    yield from _fixes(plan.fixes, paint)


def _fixes(fixes: Sequence[Fix], paint: Painter) -> Iterator[str]:
    """Yield fixes as suggestions: those with a command or a diff first, numbered, then what a person looks at."""
    commands = [fix.command for fix in fixes if fix.command]
    kept = [fix for fix in fixes if not _repeats(fix, commands)]
    runnable = [fix for fix in kept if fix.command or fix.diff]
    for number, fix in enumerate(runnable, 1):
        lead = "  fix: " if len(runnable) == 1 else f"  fix {number}: "
        yield from _remedy(fix, lead, paint)
    for fix in kept:
        if fix not in runnable:
            yield from _steps(fix, paint)


def remedies(fixes: Sequence[Fix], stream: TextIO | None) -> None:
    """Print fixes as suggestions: those with a command or a diff first, numbered, then what a person looks at."""
    if stream is None:
        return
    lines = list(_fixes(fixes, Painter(stream)))
    if lines:
        print(_encodable("\n".join(lines), stream), file=stream)


def show_diff(text: str, stream: TextIO | None, indent: str = "  ") -> None:
    """Print a diff, coloured where the stream takes colours."""
    if stream is not None:
        paint = Painter(stream)
        lines = [indent + paint(_diff_style(line), line) for line in printable(text).splitlines()]
        print(_encodable("\n".join(lines), stream), file=stream)


def _repeats(fix: Fix, commands: Sequence[str]) -> bool:
    """Tell whether steps for a person say nothing but a command that is shown anyway."""
    return len(fix.steps) == 1 and not fix.command and any(command in fix.steps[0] for command in commands)


def _remedy(fix: Fix, lead: str, paint: Painter) -> Iterator[str]:
    title, command = printable(fix.title), printable(fix.command)
    risk = "" if fix.risk == "low" else paint("faint", f"  ({fix.risk} risk)")
    if command and (not title or title == command):
        yield f"{paint('good', lead)}{paint('strong', command)}{risk}"
        return
    yield f"{paint('good', lead)}{paint.cut(title, len(lead) + 15)}{risk}"
    indent = " " * len(lead)
    if command:
        yield f"{indent}{paint('strong', '$ ' + command)}"
    for line in printable(fix.diff).splitlines():
        yield indent + paint(_diff_style(line), line)


def _steps(fix: Fix, paint: Painter) -> Iterator[str]:
    """Yield the steps of a guide: what a person looks at, in order."""
    for number, text in enumerate(fix.steps[:STEPS] or (fix.title,), 1):
        lead = paint("good", "  look: ") if number == 1 else " " * 8
        yield f"{lead}{number}. {paint.cut(printable(text).replace(chr(10), ' '), 11)}"


def _diff_style(line: str) -> str:
    return "good" if line.startswith("+") else "bad" if line.startswith("-") else "faint"


def _others(diagnoses: Sequence[Diagnosis], paint: Painter) -> list[str]:
    lines = []
    for diagnosis in diagnoses[:ALSO]:
        place = place_of(diagnosis)
        message = paint.cut(printable(diagnosis.message).replace("\n", " "), 12 + len(place))
        lines.append(f"  {paint('faint', 'also:')} {message}{paint('faint', f'  ({place})' if place else '')}")
    if len(diagnoses) > ALSO:
        lines.append(paint("faint", f"  ... and {len(diagnoses) - ALSO} more: healkit detect --json"))
    return lines


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows: a table on a terminal; tab-separated lines without a header where a program reads them."""
    if sys.stdout is None or not sys.stdout.isatty():
        for row in rows:
            out("\t".join(printable(cell).replace("\n", " ") for cell in row))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(*headers, box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        shown.add_row(*(Text(printable(cell)) for cell in row))
    Console(no_color=not has_colours(sys.stdout)).print(shown)


@contextlib.contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show how far a long job is, on a terminal only; yields what is told the amount done so far.

    Args:
        what: the job in a few words.
        total: the whole amount, in bytes.
    """
    if sys.stderr is None or not sys.stderr.isatty() or paths.env("TERM") == "dumb":
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    shown = Console(stderr=True, no_color=not has_colours(sys.stderr))
    with Progress(TextColumn(f"healkit: {what}"), BarColumn(), DownloadColumn(), console=shown, transient=True) as bar:
        job = bar.add_task(what, total=total)
        yield lambda done: bar.update(job, completed=done)
