"""`healkit install` and `healkit uninstall`: the hooks in Claude Code's settings, or our lines in a shell's start file."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Annotated

import typer

from .. import console, mergedriver, paths, rcfile, shells
from .. import install as installing
from ..install import Installation
from ..records import HealkitError

User = Annotated[bool, typer.Option("--user", help="For all your projects: your own settings.json.")]
Project = Annotated[bool, typer.Option("--project", help="For this project only (default): settings.local.json.")]
Everywhere = Annotated[bool, typer.Option("--all", help="Wherever an install has put them.")]
DryRun = Annotated[bool, typer.Option("--dry-run", "-n", help="Show what would change; change nothing.")]
Auto = Annotated[bool, typer.Option("--auto", help="Also allow the agent to run `healkit fix` unasked.")]
Before = Annotated[
    bool,
    typer.Option(
        "--before", help="Also speak before a command that always failed here; switches `hook.before_command` on."
    ),
]
Start = Annotated[
    bool,
    typer.Option(
        "--session-start", help="Also tell a new session of frequent failures; switches `hook.session_start` on."
    ),
]

Shell = Annotated[
    bool,
    typer.Option("--shell", help="The prompt of your shell instead: bash, zsh or fish (default: your login shell)."),
]
Merge = Annotated[
    bool, typer.Option("--merge-driver", help="git's merge driver for pattern files, in this repository.")
]
Name = Annotated[str, typer.Argument(metavar="[SHELL]", help="With --shell: which one.", show_default=False)]


def _scope(user: bool, project: bool) -> str:
    if user and project:
        raise typer.BadParameter("--user and --project exclude each other")
    return "user" if user else "project"


def _root() -> str:
    try:
        return paths.project_root(os.getcwd())
    except FileNotFoundError:
        raise HealkitError("the current folder is gone", do="Go into a folder that is there.") from None


def _tell(done: Installation, dry_run: bool, verb: str) -> None:
    if dry_run:
        console.out(done.diff.rstrip("\n") or f"{done.path}: nothing to change")
    elif done.changed:
        console.out(f"{done.path}: hooks {verb}")
    else:
        console.out(f"{done.path}: nothing to change, the hooks are {verb} already")
    for note in done.notes:
        console.say(f"note: {note}")


def _names(shell: bool, name: str, default: Callable[[], list[str]]) -> list[str]:
    """Return the shells that are meant, none where the client is."""
    if name and not shell:
        raise typer.BadParameter(f"{name!r} goes with --shell only")
    return ([shells.known(name)] if name else default()) if shell else []


def _tell_of_shell(done: rcfile.Change, dry_run: bool, verb: str) -> None:
    if dry_run:
        console.out(done.diff.rstrip("\n") or f"{done.path}: nothing to change")
    elif done.changed:
        console.out(f"{done.path}: lines for {done.shell} {verb}; shells that start from now on know it")
    else:
        console.out(f"{done.path}: nothing to change")
    for note in done.notes:
        console.say(f"note: {note}")


def _tell_of_driver(done: mergedriver.Driver, dry_run: bool, verb: str) -> None:
    if dry_run:
        shown = [done.diff.rstrip("\n"), *(f"$ {command}" for command in done.commands)]
        console.out("\n".join(filter(None, shown)) or f"{done.path}: nothing to change")
    else:
        console.out(f"{done.path}: {f'git merge driver {verb}' if done.changed else 'nothing to change'}")


def install(
    user: User = False,
    project: Project = False,
    dry_run: DryRun = False,
    auto: Auto = False,
    before: Before = False,
    session_start: Start = False,
    shell: Shell = False,
    merge_driver: Merge = False,
    name: Name = "",
) -> None:
    """Register healkit's hooks in Claude Code.

    A failed command is named and answered from then on. Doing it twice changes nothing; every byte of the settings
    that is not healkit's stays as it is.

    \b
    Examples:
      healkit install --dry-run     show what would change
      healkit install               for this project
      healkit install --user        for all your projects
      healkit install --before      also before a command that always failed here
      healkit install --shell       let your shell say what failed
      healkit install --shell zsh   another shell than your login shell
      healkit install --merge-driver  let git merge pattern files by entry
    """  # noqa: D301 - the escape keeps the lines apart
    for which in _names(shell, name, lambda: [shells.login_shell()]):
        _tell_of_shell(rcfile.install(which, dry_run=dry_run), dry_run, "written")
    if merge_driver:
        _tell_of_driver(mergedriver.install(os.getcwd(), dry_run=dry_run), dry_run, "registered")
    if shell or merge_driver:
        return
    scope = _scope(user, project)
    root = _root()
    done = installing.install(root, scope, dry_run=dry_run, auto=auto, before=before)
    _tell(done, dry_run, "registered")
    keys = [key for key, wanted in (("hook.before_command", before), ("hook.session_start", session_start)) if wanted]
    if keys:
        _switch_on(keys, dry_run)
    if not dry_run:
        console.out(f"launcher: {done.launcher} (Python: {done.interpreter})")
        console.out("New Claude Code sessions use it; `healkit doctor` shows whether it works.")


def _switch_on(keys: list[str], dry_run: bool) -> None:
    """Set switches in the user's own settings, where a project's cannot be trusted with them."""
    from .. import config
    from ..config import writing
    from .config import renew

    path = f"{paths.config_dir()}/{config.FILE}"
    text = before = writing.read_file(path)
    for key in keys:
        text = writing.put(text, key, True, path)
    if text == before:
        return
    if dry_run:
        console.out(f"{path}: {', '.join(keys)} would be switched on")
        return
    writing.write(path, text)
    renew()
    console.out(f"{path}: {', '.join(keys)} switched on")


def _note_switches(root: str) -> None:
    """Tell of the switches that an install may have set: they are the user's settings now, and stay."""
    from .. import config

    found = config.load(root)
    for key in ("hook.before_command", "hook.session_start"):
        if found[key]:
            console.say(f"note: `{key}` stays on ({found.origins[key]}); it does nothing without the hooks")


def uninstall(
    user: User = False,
    project: Project = False,
    everywhere: Everywhere = False,
    dry_run: DryRun = False,
    shell: Shell = False,
    merge_driver: Merge = False,
    name: Name = "",
) -> None:
    """Take healkit's hooks out of Claude Code's settings.

    What healkit has learned stays.

    \b
    Examples:
      healkit uninstall             from this project
      healkit uninstall --all       wherever they were installed
      healkit uninstall --shell     healkit's lines from every shell's start file
      healkit uninstall --merge-driver  git's merge driver, from this repository
    """  # noqa: D301 - the escape keeps the lines apart
    for which in _names(shell, name, lambda: list(shells.SHELLS)):
        _tell_of_shell(rcfile.uninstall(which, dry_run=dry_run), dry_run, "removed")
    if merge_driver:
        _tell_of_driver(mergedriver.uninstall(os.getcwd(), dry_run=dry_run), dry_run, "removed")
    if shell or merge_driver:
        return
    if everywhere:
        _uninstall_everywhere(dry_run)
        return
    scope = _scope(user, project)
    root = _root()
    _tell(installing.uninstall(root, scope, dry_run=dry_run), dry_run, "removed")
    _note_switches(root)
    other = "project" if scope == "user" else "user"
    if installing.is_installed(root, other):
        console.say(f"note: the hooks in the {other} settings stay: `healkit uninstall --{other}`")


def _uninstall_everywhere(dry_run: bool) -> None:
    """Go through all settings files, the readable ones although another is broken."""
    faults = 0
    for path in installing.installed_paths():
        try:
            _tell(installing.uninstall_from(path, dry_run=dry_run), dry_run, "removed")
        except HealkitError as error:
            faults += 1
            console.complain(error)
    if faults:
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add this noun's commands to the app."""
    app.command("install")(install)
    app.command("uninstall")(uninstall)
