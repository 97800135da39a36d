"""`healkit patterns`: what healkit knows, entry by entry, and whether it is right."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from .. import console, intake, memory, paths, wire
from ..memory import Memory
from ..records import CATEGORY_ALIASES, Pattern
from . import add, check, coverage, edit, merge, trial, usage

SHOWN_RIVALS = 5
"""Other patterns that match in a file which are told one by one."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

HELP = usage.text(
    "What healkit knows: list, test, check, add, edit, merge.",
    "healkit patterns list",
    "healkit patterns check",
    "healkit patterns add --from-last",
)
LIST = usage.text(
    "List the patterns of all layers: what healkit recognises.",
    "healkit patterns list",
    "healkit patterns list --category dependency_issue",
    "healkit patterns list --layer project --json",
)
SHOW = usage.text("Show one pattern.", "healkit patterns show python-module-not-found")
TEST = usage.text(
    "Run the patterns' examples, or see where one matches.",
    "healkit patterns test",
    "healkit patterns test python-module-not-found",
    "healkit patterns test python-module-not-found build.log",
    more="Every example must match and give its captures, no counterexample may match. Exit code 1 when one fails.",
)


def _root() -> str:
    return paths.project_root(os.getcwd())


def _as_json(pattern: Pattern, file: str, trusted: bool) -> dict[str, Any]:
    values = pattern.as_dict()
    values["auto_fix"] = [{"search": f.search, "replace": f.replacement, "regex": f.regex} for f in pattern.auto_fix]
    values["examples"] = [example.as_dict() for example in pattern.examples]
    return {**values, "file": file, "trusted": trusted}


def list_patterns(
    category: Annotated[str, typer.Option("--category", "-c", help="Only this category.")] = "",
    layer: Annotated[str, typer.Option("--layer", "-l", help="Only this layer: shipped, user, project.")] = "",
    json: Json = False,
) -> None:
    """Print the merged patterns."""
    wanted = CATEGORY_ALIASES.get(category.lower(), category.lower())
    if layer and layer not in ("shipped", "user", "project"):
        raise typer.BadParameter(f"no layer named {layer}; there are shipped, user, project")
    found = memory.open_memory(_root())
    rows = sorted(
        (
            row
            for row in trial.read_patterns(found)
            if (not wanted or row[0].category == wanted) and layer in ("", trial.layer_of(found, row[1]))
        ),
        key=lambda row: (row[0].category, row[0].id),
    )
    if json:
        console.out(wire.dumps({"version": 1, "patterns": [_as_json(*row) for row in rows]}))
        return
    if not rows:
        console.say("healkit: no such patterns")
        return
    console.table(
        ("id", "category", "severity", "from", "what it says"),
        [(p.id, p.category, p.severity, p.origin + _mark(p, trusted), p.message) for p, _, trusted in rows],
    )


def _mark(pattern: Pattern, trusted: bool) -> str:
    return " (disabled)" if pattern.disabled else "" if trusted else " (untrusted)"


def show(name: Annotated[str, typer.Argument(metavar="ID", help="The pattern's id.")], json: Json = False) -> None:
    """Print one pattern with all that it says and does."""
    found = memory.open_memory(_root())
    pattern, file, trusted = trial.known(found, name)
    book = found.playbook(pattern.playbook, pattern.origin) if pattern.playbook else None
    if json:
        console.out(wire.dumps({**_as_json(pattern, file, trusted), "recovery": book}))
        return
    rows = [
        ("id", pattern.id + _mark(pattern, trusted)),
        ("category", f"{pattern.category}, {pattern.severity}, confidence {pattern.confidence}"),
        ("from", f"{pattern.origin}: {file}"),
        *(("matches", regex) for regex in pattern.error_regex),
        ("says", pattern.message),
        ("about", pattern.description),
        ("tools", ", ".join(pattern.tools)),
        ("exit codes", ", ".join(map(str, pattern.exit_codes))),
        *((("replaces", f"{fix.search}  ->  {fix.replacement}")) for fix in pattern.auto_fix),
        ("playbook", pattern.playbook),
        *(("  step", _step(step)) for step in (book or {}).get("steps", ())),
        *(("example", example.output) for example in pattern.examples),
        *(("not", text) for text in pattern.counterexamples),
    ]
    paint = console.Painter(sys.stdout)
    for label, value in rows:
        for number, line in enumerate(console.printable(value).splitlines() if value else ()):
            shown = "" if number else label
            console.out(f"{paint('faint', f'{shown:<11}')} {line}")


def _step(step: Any) -> str:
    values = step if isinstance(step, dict) else {}
    shown = values.get("command") or " ".join(values.get("argv", ())) or values.get("fix", "")
    condition = f"  [when {values['when']}]" if values.get("when") else ""
    return f"{values.get('description') or values.get('action', '')}{': ' if shown else ''}{shown}{condition}"


def run_tests(
    name: Annotated[str, typer.Argument(metavar="[ID]", help="Only this pattern.")] = "",
    file: Annotated[str, typer.Argument(metavar="[FILE|-]", help="Output to look at instead of the examples.")] = "",
    json: Json = False,
) -> None:
    """Print which examples fail, or where a pattern matches in a file."""
    found = memory.open_memory(_root())
    rows = [trial.known(found, name)] if name else trial.read_patterns(found)
    if file:
        _test_file(found, name, file, json)
        return
    failures, count = trial.run_examples(found, [row[0] for row in rows if not row[0].disabled])
    if json:
        console.out(wire.dumps({"version": 1, "examples": count, "failures": [f.as_dict() for f in failures]}))
    else:
        for failure in failures:
            console.out(f"{failure.pattern_id}: {failure.what}\n  {console.printable(failure.text)[:300]}")
        console.say(
            f"healkit: {check.number(count, 'example')} of {check.number(len(rows), 'pattern')}, {len(failures)} failed"
        )
    if failures:
        raise typer.Exit(1)


def _test_file(found: Memory, name: str, file: str, json: bool) -> None:
    from .. import detect
    from .reading import whole

    result = intake.from_text(whole(file))
    places, rivals = trial.find(found, name, result.output)
    ranks = [(one.pattern_id, one.confidence) for one in detect.detect(result, found, limit=10)]
    why = "" if places else trial.why_not(trial.known(found, name)[0], result.output)
    if json:
        values = {
            "matches": [place.as_dict() for place in places],
            "why_not": why,
            "others": sorted(rival.id for rival in rivals),
            "rivals": [rival.as_dict() for rival in rivals],
            "ranking": [{"pattern_id": one, "confidence": score} for one, score in ranks],
        }
        console.out(wire.dumps({"version": 1, **values}))
    else:
        _tell_file(name, file, places, rivals, ranks, why)
    if not places:
        raise typer.Exit(1)


def _tell_file(
    name: str,
    file: str,
    places: Sequence[trial.Place],
    rivals: Sequence[trial.Rival],
    ranks: Sequence[tuple[str, float]],
    why: str,
) -> None:
    for place in places:
        captures = " ".join(f"{key}={value!r}" for key, value in place.captures.items())
        console.out(console.printable(f"{file}:{place.line}: {place.text}"))
        if captures:
            console.out(console.printable(f"  {captures}"))
    console.say(console.printable(f"healkit: {name} matches {check.number(len(places), 'time')} in {file}"))
    if why:
        console.say(console.printable(f"healkit: {why}"))
    for rival in rivals[:SHOWN_RIVALS]:
        shown = ", ".join(map(str, rival.lines[:5])) + (" ..." if len(rival.lines) > 5 else "")
        lines = f"line{'s' if len(rival.lines) > 1 else ''} {shown}"
        console.say(f"healkit: {rival.id} matches {'the same text' if rival.same else 'elsewhere'} ({lines})")
    if rivals and ranks:
        order = ", then ".join(f"{one} ({score:.2f})" for one, score in ranks[:3])
        console.say(f"healkit: of this output healkit would name {order}")


def register(app: typer.Typer) -> None:
    """Add this noun's commands to the app."""
    noun = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=HELP)
    noun.command("list", help=LIST)(list_patterns)
    noun.command("show", help=SHOW)(show)
    noun.command("test", help=TEST)(run_tests)
    noun.command("check", help=check.HELP)(check.check_command)
    noun.command("add", help=add.HELP)(add.add)
    noun.command("edit", help=edit.HELP)(edit.edit)
    noun.command("coverage", help=coverage.HELP)(coverage.coverage)
    noun.command("merge", help=merge.HELP)(merge.merge)
    app.add_typer(noun, name="patterns")
