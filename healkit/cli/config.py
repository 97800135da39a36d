"""`healkit config`: the settings that hold here, where each comes from, and the older JSON forms turned into TOML."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from .. import console, paths, wire
from ..records import HealkitError
from . import usage

if TYPE_CHECKING:
    from ..config import Config

HELP = usage.text(
    "Show the settings that hold here, and where they come from.",
    "healkit config",
    "healkit config hook.ignore",
    "healkit config --explain",
    "healkit config import .claude-flow/memory/error-patterns.json --write",
    more="`healkit config KEY` is short for `healkit config show KEY`. Flags win over HEALKIT_TABLE_KEY in the environment, "
    "over .healkit/config.toml, over your own config.toml, over the defaults; a project that is not trusted can only "
    "make healkit stricter.",
)
SHOW = usage.text(
    "Print the settings, or the one or the table of a name.",
    "healkit config show",
    "healkit config show hook --explain",
    "healkit config show policy.mode --json",
)
IMPORT = usage.text(
    "Turn the older JSON settings into config.toml.",
    "healkit config import .claude-flow/memory/error-patterns.json",
    "healkit config import scripts/self-healing/hooks.json --write",
    more="Reads the `learning` block of a pattern file, and `fallback` and `recovery` of a hooks.json. Prints the TOML; with "
    "--write it goes into .healkit/config.toml, where keys that stand there already keep their value.",
)


class _KeyOrCommand(TyperGroup):
    """A group whose first word may be a setting: then it is `show` that is meant."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `show` before what is neither one of our commands nor a call for help."""
        if not args or (args[0] not in self.commands and args[0] not in ("-h", "--help")):
            args = ["show", *args]
        return super().parse_args(ctx, args)


def show(
    key: Annotated[str, typer.Argument(metavar="[KEY]", help="A setting (hook.ignore) or a table (hook).")] = "",
    explain: Annotated[bool, typer.Option("--explain", "-e", help="Also where each value comes from.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON (version 1); always with the origins.")] = False,
) -> None:
    """Print settings."""
    from .. import config

    found = config.load(paths.project_root(os.getcwd()))
    keys = _named(found, key)
    if json:
        rows = {name: {"value": found.values[name], "origin": found.origins[name]} for name in keys}
        problems = [problem.as_dict() for problem in found.problems]
        console.out(wire.dumps({"version": 1, "settings": rows, "problems": problems}))
        return
    if explain:
        _explain(found, keys)
    elif keys == [key]:
        console.out(_plain(found[key]))
    else:
        console.out(_as_toml(found, keys))
    for problem in found.problems:
        where = f"{problem.where}: " if problem.where else ""
        console.say(console.printable(f"healkit: {where}{problem.what}" + (f"\n  {problem.do}" if problem.do else "")))


def _named(found: Config, key: str) -> list[str]:
    from ..config import SETTINGS
    from ..config.settings import suggest

    keys = [name for name in SETTINGS if not key or name == key or name.startswith(f"{key}.")]
    if not keys:
        raise HealkitError(f"no setting named {key}", do=suggest(key, list(found.values)).capitalize())
    return keys


def _plain(value: Any) -> str:
    return (
        "\n".join(value) if isinstance(value, tuple) else str(value).lower() if isinstance(value, bool) else str(value)
    )


def _as_toml(found: Config, keys: list[str]) -> str:
    from ..config.writing import spell_all

    return spell_all({key: found[key] for key in keys}).rstrip("\n")


def _explain(found: Config, keys: list[str]) -> None:
    from ..config.writing import spell

    paint = console.Painter(sys.stdout)
    width = max(map(len, keys))
    values = {key: console.printable(spell(found[key])) for key in keys}
    room = min(30, max(map(len, values.values())))
    for key in keys:
        origin = console.printable(found.origins[key])
        style = "faint" if origin == "default" else "good"
        console.out(f"{key:<{width}}  {values[key]:<{room}}  {paint(style, origin)}")


def import_settings(
    file: Annotated[str, typer.Argument(metavar="FILE", help="error-patterns.json or hooks.json.")],
    write: Annotated[bool, typer.Option("--write", "-w", help="Write it into .healkit/config.toml.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON (version 1) in place of TOML.")] = False,
) -> None:
    """Print the settings of an older file as TOML, or write them."""
    from ..config import writing

    if not os.path.isfile(file):
        raise HealkitError("cannot be read: no such file", where=file, do="Name a pattern file or a hooks.json.")
    root = paths.project_root(os.getcwd())
    values, problems = writing.from_json(os.path.abspath(file), root)
    for problem in problems:
        where = f"{problem.where}: " if problem.where else ""
        console.say(console.printable(f"healkit: {where}{problem.what}" + (f"; {problem.do}" if problem.do else "")))
    if json:
        console.out(wire.dumps({"version": 1, "settings": values}))
    elif values:
        console.out(writing.spell_all(values).rstrip("\n"))
    else:
        raise HealkitError("there is no setting in it that healkit knows", where=file, do="See: healkit config show")
    if write and values:
        _write(root, values)


def _write(root: str, values: dict[str, Any]) -> None:
    from ..config import writing

    if not root:
        raise HealkitError("there is no project here", do="Go into a project's folder.")
    path = f"{root}/.healkit/config.toml"
    text = before = writing.read_file(path)
    there = writing.parse(text, path)
    for key, value in values.items():
        table, _, name = key.partition(".")
        inner = there.get(table)
        if isinstance(inner, dict) and name in inner:
            console.say(f"healkit: {key} stands there already and stays {writing.spell(inner[name])}")
        else:
            text = writing.put(text, key, value, path)
    if text == before:
        console.say(f"healkit: {path}: nothing to write")
        return
    writing.write(path, text)
    renew()
    console.say(f"healkit: {path} written")


def renew() -> None:
    """Compile the settings again for the hook, in every project that healkit knows: they may have changed for all."""
    from .. import project

    top = f"{paths.state_dir()}/projects"
    names = os.listdir(top) if paths.state_dir() and os.path.isdir(top) else []
    for name in names:
        root = paths.read_small(f"{top}/{name}/root", 8192).decode("utf-8", "surrogateescape").removesuffix("\n")
        if root and os.path.isdir(root):
            project.refresh_if_stale(root)
    project.refresh_if_stale(paths.project_root(os.getcwd()))


def register(app: typer.Typer) -> None:
    """Add this noun's commands to the app."""
    noun = typer.Typer(cls=_KeyOrCommand, rich_markup_mode=None, help=HELP)
    noun.command("show", help=SHOW)(show)
    noun.command("import", help=IMPORT)(import_settings)
    app.add_typer(noun, name="config")
