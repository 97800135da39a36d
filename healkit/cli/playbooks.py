"""`healkit playbooks`: what to do about failures, step by step."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from .. import console, memory, paths, wire
from ..memory import Memory
from ..records import HealkitError
from . import usage

Json = Annotated[bool, typer.Option("--json", help="Print JSON (version 1).")]

HELP = usage.text(
    "What to do about failures: list and show playbooks.",
    "healkit playbooks list",
    "healkit playbooks show install-python-module",
)
LIST = usage.text(
    "List the playbooks of all layers.",
    "healkit playbooks list",
    "healkit playbooks list --json | jq '.playbooks[].id'",
)
SHOW = usage.text(
    "Show a playbook's steps, and the patterns that use it.",
    "healkit playbooks show install-python-module",
    "healkit playbooks show rust-compilation-failure --json",
    more="Names in braces are filled in from the failure and from what is certain about the project.",
)


def read_playbooks(found: Memory) -> dict[str, tuple[Mapping[str, Any], str]]:
    """Return every playbook that counts, by name, with the layer it comes from."""
    books: dict[str, tuple[Mapping[str, Any], str]] = {}
    for index in found.indexes():
        for name, book in index.playbooks().items():
            if index.origin != "project" or name not in books:  # a project's serves only the project's own entries
                books[name] = (book, index.origin)
    return books


def _users(found: Memory) -> dict[str, list[str]]:
    users: dict[str, list[str]] = {}
    for pattern, _, _ in found.patterns():
        if pattern.playbook:
            users.setdefault(pattern.playbook, []).append(pattern.id)
    return users


def list_playbooks(json: Json = False) -> None:
    """Print all playbooks, a line each."""
    found = memory.open_memory(paths.project_root(os.getcwd()))
    books, users = read_playbooks(found), _users(found)
    if json:
        rows = [
            {"id": name, "origin": origin, "used_by": users.get(name, []), **book}
            for name, (book, origin) in books.items()
        ]
        console.out(wire.dumps({"version": 1, "playbooks": rows}))
        return
    console.table(
        ("id", "risk", "steps", "patterns", "from", "what it is for"),
        [
            (
                name,
                str(book.get("risk", "medium")),
                str(len(book.get("steps", ()))),
                str(len(users.get(name, ()))),
                origin,
                str(book.get("description", "")),
            )
            for name, (book, origin) in sorted(books.items())
        ],
    )


def show(name: Annotated[str, typer.Argument(metavar="ID", help="The playbook's name.")], json: Json = False) -> None:
    """Print one playbook."""
    found = memory.open_memory(paths.project_root(os.getcwd()))
    books = read_playbooks(found)
    if name not in books:
        from difflib import get_close_matches

        close = get_close_matches(name, books, n=3, cutoff=0.4)
        hint = f"Did you mean {', '.join(close)}?" if close else "See: healkit playbooks list"
        raise HealkitError(f"no playbook with the id {name}", do=hint)
    book, origin = books[name]
    users = sorted(_users(found).get(name, []))
    if json:
        console.out(wire.dumps({"version": 1, "id": name, "origin": origin, "used_by": users, **book}))
        return
    _print(name, book, origin, users)


def _print(name: str, book: Mapping[str, Any], origin: str, users: list[str]) -> None:
    paint = console.Painter(sys.stdout)
    about = f"{book.get('severity', 'medium')} severity, {book.get('risk', 'medium')} risk, {origin}"
    console.out(f"{paint('strong', console.printable(name))}  {paint('faint', f'[{about}]')}")
    for label, value in (
        ("", book.get("description")),
        ("trigger: ", book.get("trigger")),
        ("when: ", book.get("when")),
    ):
        if value:
            console.out(console.printable(f"  {label}{value}"))
    for number, step in enumerate(book.get("steps", ()), 1):
        values = step if isinstance(step, dict) else {"description": str(step)}
        condition = f"  (when {values['when']})" if values.get("when") else ""
        text = str(values.get("description") or values.get("action", ""))
        console.out(f"  {number}. {console.printable(text)}{paint('faint', console.printable(condition))}")
        command = values.get("command") or " ".join(values.get("argv", ()))
        if command:
            console.out(f"     {paint('good', console.printable(f'$ {command}'))}")
    for label, value in (("verify", book.get("verify")), ("used by", ", ".join(users))):
        if value:
            console.out(f"  {paint('faint', f'{label}:')} {console.printable(str(value))}")


def register(app: typer.Typer) -> None:
    """Add this noun's commands to the app."""
    noun = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=HELP)
    noun.command("list", help=LIST)(list_playbooks)
    noun.command("show", help=SHOW)(show)
    app.add_typer(noun, name="playbooks")
