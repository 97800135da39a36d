"""`healkit modules`: which package an import belongs to."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer

from .. import console, paths, wire
from ..records import HealkitError
from . import usage

HELP = usage.text(
    "Say which package a Python import name belongs to.",
    "healkit modules cv2",
    "healkit modules yaml --json",
    "healkit modules                 all names that differ from their package's",
    more="NAME is an import name, a package's name, or a part of one. Names that are not listed are spelled alike.",
)


def known_names() -> dict[str, str]:
    """Return import name to distribution, as shipped; HealkitError when the file cannot be read."""
    path = f"{paths.share_dir()}/memory/modules.json"
    try:
        found = wire.loads(paths.read_small(path))["modules"]
    except (ValueError, KeyError, TypeError):
        raise HealkitError("the list of module names cannot be read", where=path, do="Install healkit again.") from None
    return {str(name): str(package) for name, package in found.items()}


def modules(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="What to look for.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print JSON (version 1).")] = False,
) -> None:
    """Print import names with their packages, and whether this project declares them."""
    found = search(known_names(), name)
    certain = _facts()
    rows = [
        {
            "module": module,
            "package": package,
            "declared_in": certain.declared_in(certain.distribution(module, "python"), "python") if certain else "",
        }
        for module, package in found
    ]
    if json:
        console.out(wire.dumps({"version": 1, "modules": rows}))
    elif not rows:
        console.say(f"healkit: {console.printable(name)} is not listed; then the package is most often called the same")
    else:
        console.table(("import", "package", "declared in"), [list(row.values()) for row in rows])


def search(known: dict[str, str], name: str) -> list[tuple[str, str]]:
    """Return the names that fit: the import itself, else its parents', else whatever holds the text on either side."""
    parts = name.split(".")
    for size in range(len(parts), 0, -1):
        exact = ".".join(parts[:size])
        if exact in known:
            return [(exact, known[exact])]
    wanted = name.lower()
    return sorted(row for row in known.items() if wanted in row[0].lower() or wanted in row[1].lower())


def _facts() -> Any:
    from .. import facts, project

    root = paths.project_root(os.getcwd())
    project.refresh_if_stale(root)
    return facts.load(root)


def register(app: typer.Typer) -> None:
    """Add this noun's commands to the app."""
    app.command("modules", help=HELP)(modules)
