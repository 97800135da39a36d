"""How the failed command starts a tool, and with which options: the fixed text must come from the same tool, set up alike."""

from __future__ import annotations

import os
import re
import shlex

from ... import child
from ...records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..case import Case

_RUNNERS = frozenset({"uv", "poetry", "pdm", "hatch", "pipenv", "rye"})
"""Wrappers that know an environment that we may not: kept when the tool is found nowhere else."""
_SCRIPT_RUNNERS = frozenset(
    {"npm", "pnpm", "yarn", "bun", "make", "just", "tox", "nox", "pre-commit", "lefthook", "task"}
)
_SCRIPT_FILES = ("Makefile", "makefile", "GNUmakefile", "justfile", "Justfile", "tox.ini", "Taskfile.yml")
_SCRIPTS = (".js", ".cjs", ".mjs", ".py")
_LIMIT = 2000


class Launch(Record):
    """A tool as it can be started (`argv`), and the words that followed it in the failed command."""

    argv: Sequence[str]
    words: Sequence[str] = ()

    def options(self, keeps: Mapping[str, int]) -> list[str]:
        """Return those of the words that are options to be taken over, with their values."""
        out: list[str] = []
        words = list(self.words)
        for number, word in enumerate(words):
            name = word.split("=", 1)[0]
            takes = keeps.get(name)
            if takes is None:
                if len(word) > 2 and word[0] == "-" and word[1] != "-" and keeps.get(word[:2]) == 1:
                    out.append(word)  # -l100
            elif not takes or "=" in word:
                out.append(word)
            elif number + 1 < len(words):
                out += words[number : number + 2]
        return out


def launch(case: Case, tool: str) -> Launch | None:
    """Return how to start a tool that the failed command ran, directly or through a script of the project.

    None when it is not found.
    """
    words = list(case.argv)
    for number, word in enumerate(words[:6]):
        if name_of(word) == tool:
            return _direct(case, words, number, tool)
    argv = _found(case, tool)
    if not argv:
        return None
    return Launch(argv=argv, words=next(_in_scripts(case, tool), ()))


def name_of(word: str) -> str:
    """Return a program's name without its folder, and without the ending of a script."""
    name = os.path.basename(word)
    return os.path.splitext(name)[0] if name.endswith(_SCRIPTS) else name


def _direct(case: Case, words: Sequence[str], number: int, tool: str) -> Launch | None:
    rest = words[number + 1 :]
    if number >= 2 and words[number - 1] == "-m":
        return Launch(argv=[*words[number - 2 : number - 1], "-m", tool], words=rest)
    if number and words[number].endswith(_SCRIPTS):
        return Launch(argv=words[number - 1 : number + 1], words=rest)
    if "/" in words[number]:
        return Launch(argv=[words[number]], words=rest)
    argv = _found(case, tool)
    if not argv and number and os.path.basename(words[0]) in _RUNNERS:
        argv = list(words[: number + 1])
    return Launch(argv=argv, words=rest) if argv else None


def _found(case: Case, tool: str) -> list[str]:
    """Return a tool of the project's own environment, of the interpreter that was started, or of PATH."""
    path = case.program(tool)
    if path:
        return [path]
    for word in case.argv[:3]:
        if os.path.basename(word).startswith("python") and "/" in word:
            beside = os.path.join(case.cwd, os.path.dirname(word), tool)
            if os.path.isfile(beside):
                return [beside]
    return []


def _in_scripts(case: Case, tool: str) -> Iterator[Sequence[str]]:
    """Yield the words after a tool's name where the project's own scripts start it: those of the script that ran first."""
    if not case.argv or os.path.basename(case.argv[0]) not in _SCRIPT_RUNNERS:
        return
    for line in (*_package_scripts(case), *_recipe_lines(case), *_hook_arguments(case, tool)):
        for part in re.split(r"&&|\|\||[;|]", line[:_LIMIT]):
            try:
                words = shlex.split(part)
            except ValueError:
                continue
            for number, word in enumerate(words[:6]):
                if os.path.basename(word) == tool:
                    yield words[number + 1 :]


def _package_scripts(case: Case) -> list[str]:
    import json

    here = os.path.relpath(case.cwd, case.root)
    data = case.read(os.path.normpath(os.path.join(here, "package.json")))
    try:
        scripts = json.loads(data or b"{}").get("scripts", {})
    except (ValueError, AttributeError):
        return []
    if not isinstance(scripts, dict):
        return []
    asked = [str(scripts[word]) for word in case.argv[1:4] if word in scripts]
    return [*asked, *(str(line) for line in scripts.values())]


def _recipe_lines(case: Case) -> list[str]:
    here = os.path.relpath(case.cwd, case.root)
    out: list[str] = []
    for name in _SCRIPT_FILES:
        data = case.read(os.path.normpath(os.path.join(here, name)))
        if data:
            out += [line.strip().lstrip("@-") for line in data.decode("utf-8", "replace").split("\n")]
    return out


def _hook_arguments(case: Case, tool: str) -> list[str]:
    """Return a pre-commit hook's `args` as a command line of its tool."""
    data = case.read(".pre-commit-config.yaml")
    if not data:
        return []
    text = data.decode("utf-8", "replace")
    found = re.search(rf"id: *{re.escape(tool)}\S*\n(?:(?! *- id:)[^\n]*\n)*? *args: *\[([^\]\n]*)\]", text)
    return [f"{tool} {found[1].replace(',', ' ')}"] if found else []


def printed(case: Case, argv: Sequence[str], text: bytes, folder: str = "") -> bytes | None:
    """Return what a tool prints for a text on its stdin; None when it fails or prints nothing.

    Args:
        case: the failure.
        argv: the tool as it prints, and does not write.
        text: the file's bytes.
        folder: where it runs, the command's folder when empty.
    """
    ran = child.run(argv, folder or case.cwd, stdin=text, timeout=60.0)
    return ran.stdout if ran.exit_code == 0 and ran.stdout else None
