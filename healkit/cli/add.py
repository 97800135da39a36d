"""`healkit patterns add`: an entry of one's own, drafted from the last failure, from a file, or from what is given."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .. import console, draft, entries, intake, mask, memory, paths, scribe
from ..records import SEVERITIES, HealkitError
from . import usage

if TYPE_CHECKING:
    from ..memory import Memory

HELP = usage.text(
    "Add an entry: how to recognise a failure, what fixes it.",
    "healkit run -- make deploy; healkit patterns add --from-last",
    "healkit patterns add --from-last --id our-broker-is-down --advice 'docker compose up broker'",
    "healkit patterns add --example build.log --user",
    "healkit patterns add --regex 'LOCK-(?P<code>\\d+) held' --message 'The lock {code} is held' --example out.txt",
    more="Without an expression one is derived from the decisive line: paths, numbers and quoted names become named "
    "groups. Secrets are masked. The draft is shown, and written when you say yes: to the project's file, or to yours "
    "with --user. Exit code 1 when it was not written.",
)

From = Annotated[bool, typer.Option("--from-last", help="Draft it from the last recorded failure.")]
Id = Annotated[str, typer.Option("--id", metavar="ID", help="Its id; derived when not given.")]
Regex = Annotated[str, typer.Option("--regex", metavar="REGEX", help="The expression that recognises the failure.")]
Category = Annotated[str, typer.Option("--category", "-c", help="What kind of failure; guessed when not given.")]
Severity = Annotated[str, typer.Option("--severity", help=f"One of {', '.join(SEVERITIES)}.")]
Message = Annotated[str, typer.Option("--message", "-m", help="The failure in a sentence; {name} of a group fills in.")]
Advice = Annotated[str, typer.Option("--advice", help="What fixes it, in a sentence.")]
Example = Annotated[str, typer.Option("--example", metavar="FILE|-", help="Output that it must recognise.")]


def add(
    from_last: From = False,
    name: Id = "",
    regex: Regex = "",
    category: Category = "",
    severity: Severity = "medium",
    message: Message = "",
    advice: Advice = "",
    example: Example = "",
    user: Annotated[bool, typer.Option("--user", help="Into your own layer, for all projects.")] = False,
    project: Annotated[bool, typer.Option("--project", help="Into the project's layer (the default in one).")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write it without asking.")] = False,
) -> None:
    """Draft an entry, show it, write it, check it, trust it."""
    root = paths.project_root(os.getcwd())
    _require_sense(root, from_last, example, user, project, severity)
    known = memory.open_memory(root)
    taken = {row[0].id for row in known.patterns()}
    if name in taken:
        do = f"give another one, or change that entry: healkit patterns edit {name}"
        raise HealkitError(f"the id {name} exists already", do=do)
    text, command, guess = _source(root, known, from_last, example, asks=not regex)
    entry = _entry(text, command, name, guess, taken) if not regex else _given(regex, text, name, message, taken)
    given = {"category": category, "message": message, "severity": severity, "fix_template": advice}
    entry = _ordered({**entry, **{key: value for key, value in given.items() if value}})
    _require_match(entry)
    path = scribe.layer_file(root, user)
    console.out(console.printable(show(entry)))
    if not (yes or _asked(path)):
        raise typer.Exit(1)
    raise typer.Exit(write(root, path, entry, inside=root if root and not user else ""))


def _require_sense(root: str, from_last: bool, example: str, user: bool, project: bool, severity: str) -> None:
    if user and project:
        raise typer.BadParameter("--user and --project are two places; give one")
    if from_last and example:
        raise typer.BadParameter("--from-last brings its own output; leave out --example")
    if severity not in SEVERITIES:
        raise typer.BadParameter(f"unknown severity {severity}; one of {', '.join(SEVERITIES)}")
    if project and not root:
        raise HealkitError("there is no project here", do="Go into one, or use --user.")


def _source(root: str, known: Memory, from_last: bool, example: str, asks: bool) -> tuple[str, str, str]:
    """Return the output that the entry is about, its command, and the category that healkit would give it."""
    command = ""
    if from_last:
        text, command = _last_failure(root)
    elif example:
        from .reading import whole

        text = whole(example).decode("utf-8", "replace")
    elif not asks:
        return "", "", ""
    elif sys.stdin.isatty() and sys.stderr.isatty():
        text = typer.prompt("The line that names the failure, as it was printed", err=True)
    else:
        do = "try: healkit patterns add --from-last, or --example FILE, or --regex REGEX"
        raise typer.BadParameter(f"nobody can be asked here; {do}")
    return text, command, _known_as(known, text, command)


def _last_failure(root: str) -> tuple[str, str]:
    from .. import history
    from . import why

    history.ingest(root)
    found = why.find_recorded(root)
    if found is None or not found.result.output.strip():
        what = "no failure is on record here" if found is None else "the last failure's output was not kept"
        raise HealkitError(what, do="Run the command as: healkit run -- COMMAND")
    console.say(f"healkit: from `{mask.one_line(found.result.command, 100)}`")
    return found.result.output, found.result.command


def _known_as(known: Memory, text: str, command: str) -> str:
    """Return the category that the failure has already, and say by which entry; empty when nobody knows it."""
    from .. import detect

    found = detect.detect(intake.from_text(text, command), known, limit=1)
    if not found or found[0].confidence < console.WORTH_NAMING:
        return ""
    best = found[0].pattern_id
    console.say(f"healkit: known already as {best}; `healkit patterns edit {best}` would change that one")
    return found[0].category


def _entry(text: str, command: str, name: str, guess: str, taken: set[str]) -> dict[str, Any]:
    try:
        return draft.draft(text, command, name=name, category=guess, taken=taken)
    except ValueError as error:
        raise HealkitError(str(error), do="Give the expression: healkit patterns add --regex REGEX") from None


def _given(regex: str, text: str, name: str, message: str, taken: set[str]) -> dict[str, Any]:
    """Return the entry of an expression that a person gave, with the lines that it matches as its example."""
    from ..check import regexes

    compiled, wrong, at, do = regexes.compile_regex(regex)
    if compiled is None:
        raise HealkitError(f"bad regular expression: {wrong} (character {at + 1})", where="--regex", do=do)
    cleaned = mask.mask_secrets(intake.clean(text))
    found = compiled.search(cleaned) if text else None
    if text and found is None:
        why = regexes.nearest(regex, cleaned)
        raise HealkitError(f"the expression never matches the example: {why}", do="Correct the one or the other.")
    output = ""
    if found is not None:
        end = cleaned.find("\n", found.end())
        output = cleaned[cleaned.rfind("\n", 0, found.start()) + 1 : end if end >= 0 else None].strip("\n")
    groups = {key: value for key, value in (found.groupdict() if found else {}).items() if value is not None}
    shown = re.sub(r"\(\?P<(\w+)>(?:[^()\\]|\\.)*\)", r"{\1}", regex)
    examples = [{"output": output, **({"captures": groups} if groups else {}), "tool": "", "version": ""}]
    return {
        "id": name or draft.name_of(message or shown, taken=taken),
        "error_regex": regex,
        "category": draft.category_of(output or regex) or "unknown",
        **({"examples": examples} if output else {}),
    }


_ORDER = ("id", "error_regex", "contains", "category", "severity", "tools", "message", "fix_template", "examples")


def _ordered(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: entry[key] for key in (*_ORDER, *entry) if key in entry}


def _require_match(entry: dict[str, Any]) -> None:
    """Refuse an entry that the loader would leave out, before anything is written."""
    try:
        entries.pattern_of(entry, "project")
    except ValueError as error:
        raise HealkitError(f"this makes no entry: {error}", do="Correct the option.") from None


def show(entry: dict[str, Any]) -> str:
    """Return an entry as it will stand in its file."""
    from .. import layout

    return layout.render(entry, "", "  ")


def _asked(path: str) -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        console.say("healkit: nobody can be asked here; if it is right, add --yes")
        return False
    return typer.confirm(f"Write it to {console.printable(shorten(path))}?", default=True, err=True)


def shorten(path: str) -> str:
    """Return a path as a person in this folder would name it, where that is shorter."""
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


def write(root: str, path: str, entry: dict[str, Any], inside: str) -> int:
    """Write an entry, check it where it stands, trust it if it is the project's; return the exit code."""
    from .. import check, trust

    scribe.add(path, entry, inside)
    line, column = scribe.place_of(path, entry["id"]) or (0, 0)
    shown = shorten(path)
    console.say(f"healkit: {entry['id']} stands in {console.printable(shown)}:{line}:{column}")
    issues = [issue for issue in check.check_files([shown], root).issues if issue.id == entry["id"]]
    for issue in issues:
        if issue.level != "hint":
            console.say(f"healkit: {console.printable(str(issue))}")
    bad = any(issue.level == "error" for issue in issues)
    if inside and not bad:
        own = [claim.hash for claim in trust.claims(root) if claim.id == entry["id"] and claim.raw == entry]
        trust.trust_entries(root, own)
    verb, why = ("edit", "corrects it") if bad else ("test", "runs its example")
    if not bad and "fix_template" not in entry and "playbook" not in entry:
        verb, why = "edit", "is where to say what fixes it"
    console.say(f"healkit: next: `healkit patterns {verb} {entry['id']}` {why}")
    return int(bad)
