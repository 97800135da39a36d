"""What a command line says to the history: is it the same command, does it prove anything, can it have been the fix?"""

from __future__ import annotations

import re

from ..commands import command_key, split, trim, unwrap
from ..records import Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["changes", "command_key", "fix_text", "proves", "trim"]

_CHANGES: dict[str, tuple[str, ...]] = {
    "pip": ("install", "uninstall"), "uv": ("sync", "add", "remove", "lock", "venv", "install"),
    "poetry": ("install", "add", "remove", "update", "lock", "sync"), "pdm": ("install", "add", "remove", "update", "sync"),
    "pipenv": ("install", "sync", "update"), "conda": ("install", "create", "update", "env"), "mamba": ("install", "create"),
    "npm": ("install", "i", "ci", "add", "update", "rebuild", "uninstall"), "pnpm": ("install", "i", "add", "update"),
    "yarn": ("", "install", "add", "upgrade"), "bun": ("install", "i", "add", "update"), "corepack": (),
    "cargo": ("add", "remove", "update", "fix", "fetch", "install", "clean", "fmt"), "rustup": (), "go": ("get", "mod"),
    "bundle": ("install", "update", "add"), "gem": ("install",), "composer": ("install", "require", "update"),
    "apt": ("install",), "apt-get": ("install",), "brew": ("install", "upgrade"), "dnf": ("install",), "yum": ("install",),
    "apk": ("add",), "pacman": (), "nvm": ("install", "use"), "pyenv": ("install", "local"), "mise": ("install", "use"),
    "ruff": ("format", "check"), "black": (), "isort": (), "prettier": (), "eslint": (), "gofmt": (), "rustfmt": (),
    "venv": (), "virtualenv": (), "chmod": (), "chown": (), "mkdir": (), "touch": (), "cp": (), "mv": (), "ln": (),
    "sed": (), "patch": (), "docker": ("compose", "start", "pull", "build"),
    "docker-compose": ("up", "build", "start"), "systemctl": ("start", "restart"), "alembic": ("upgrade",),
    "git": ("pull", "merge", "rebase", "submodule", "apply", "cherry-pick", "lfs"),
}  # fmt: skip
"""Programs that can change why something failed, by their subcommands; () = however they are called.

What destroys (`rm`, `kill`, `git reset`) is left out: "`rm -rf x` fixed this" must never stand in a hint."""
_ONLY_WITH = {"eslint": "--fix", "ruff check": "--fix", "sed": "-i"}

_QUOTED = re.compile(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"")


def proves(event: Event) -> bool:
    """Tell whether an event says that its command passed: behind a pipe or `; true` the status is another program's."""
    bare = _QUOTED.sub("", event.command)
    hidden = ("|" in bare and "pipefail" not in bare) or re.search(r";\s*(?:true|:|echo)\b", bare)
    return event.kind in ("success", "command") and not event.exit_code and not hidden


def changes(command: str) -> bool:
    """Tell whether a command line runs something that can be a fix; looking at things and running tests cannot."""
    for words in split(command):
        for found in (words, unwrap(words)):
            program = re.sub(r"^(pip|python)[0-9.]+$", r"\1", found[0].rpartition("/")[2]) if found else ""
            bare = [word for word in found[1:] if not word.startswith("-")]
            bare = bare[1:] if program == "uv" and bare[:1] == ["pip"] else bare
            verb = bare[0] if bare else ""
            if program in _CHANGES and (not _CHANGES[program] or verb in _CHANGES[program]):
                flag = _ONLY_WITH.get(program) or _ONLY_WITH.get(f"{program} {verb}")
                if flag is None or any(word.startswith(flag) for word in found):
                    return True
    return False


def fix_text(between: Sequence[Event]) -> str:
    """Return what was done, for people: the last command that can be a fix, else "edit of FILE", else nothing."""
    for event in reversed(between):
        if event.kind == "command" and not event.exit_code and changes(event.command):
            return shown(trim(event.command))
    for event in reversed(between):
        if event.kind == "edit" and event.file:
            project = event.project.rstrip("/") + "/"
            return shown("edit of " + (event.file.removeprefix(project) if event.project else event.file))
    return ""


def shown(text: str) -> str:
    """Return a text as one printable line: it will stand in a hint."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= 120 else line[:117] + "..."
