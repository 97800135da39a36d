"""`healkit patterns check`: what is wrong in the pattern files, at line and column."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from .. import console, paths, wire
from . import usage

if TYPE_CHECKING:
    from ..check import Report

HELP = usage.text(
    "Check pattern files, and say what is wrong at which line.",
    "healkit patterns check",
    "healkit patterns check .healkit/error-patterns.json --fix",
    "healkit patterns check --trust",
    more="Prints `file:line:column: what; what to do`. Exit code 1 when there are errors, 0 with only warnings.",
)

Files = Annotated[list[str] | None, typer.Argument(metavar="[FILE]...", help="Without any: the project's and yours.")]


def check_command(
    files: Files = None,
    fix: Annotated[bool, typer.Option("--fix", help="Correct what is mechanical; every other byte stays.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON (version 1).")] = False,
    trust: Annotated[bool, typer.Option("--trust", help="Then read and trust the project's entries.")] = False,
    all_: Annotated[bool, typer.Option("--all", help="What ships with healkit too.")] = False,
) -> None:
    """Check pattern files, and say at line and column what is wrong and what to do."""
    from .. import check

    if trust and json:
        raise typer.BadParameter("--trust shows and asks, so it does not go with --json")
    root = paths.project_root(os.getcwd())
    named = files or [_shorten(path) for path in check.project_files(root, shipped=all_)]
    report = check.check_files(named, root, fix=fix)
    if json:
        console.out(wire.dumps(_as_json(report)))
    else:
        tell(report)
    if report.count("error"):
        raise typer.Exit(1)
    if trust:
        from .trust import review

        raise typer.Exit(review(root))


def _shorten(path: str) -> str:
    """Return a path as an editor in this folder would name it, where that is shorter."""
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


def _as_json(report: Report) -> dict[str, object]:
    return {
        "version": 1,
        "files": list(report.files),
        "entries": report.entries,
        "errors": report.count("error"),
        "warnings": report.count("warning"),
        "mended": report.mended,
        "problems": [issue.as_dict() for issue in report.issues if issue.level != "hint"],
    }


def tell(report: Report) -> None:
    """Print what was found, place by place, on stdout; the corrections and the sum on stderr."""
    paint = console.Painter(sys.stdout)
    for issue in report.issues:
        if issue.level != "hint":
            console.out(paint("bad" if issue.level == "error" else "warn", console.printable(str(issue))))
    for path, count in report.mended.items():
        console.say(f"healkit: {number(count, 'correction')} made in {console.printable(path)}")
    console.say(f"healkit: {_summary(report)}")


def _summary(report: Report) -> str:
    if not report.files:
        return "no pattern files here yet; .healkit/error-patterns.json would be the first"
    counted = f"{number(report.entries, 'entry')} in {number(len(report.files), 'file')}"
    found = [number(report.count(level), level) for level in ("error", "warning") if report.count(level)]
    return f"{counted}: {' and '.join(found) or 'all fine'}"


def number(count: int, word: str) -> str:
    """Return a count with its word, in the plural where it must be: `1 entry`, `2 entries`."""
    many = f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
    return f"{count} {word if count == 1 else many}"
