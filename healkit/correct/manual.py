"""A tool's own help: the sub-commands and options that it lists, asked once for each version of the tool.

Only `--help` is ever passed, only to a program that `memory/corrections.json` says prints and does nothing else, and only
where PATH finds it outside the project: in an empty folder, with an empty input, bounded in time and output.
"""

from __future__ import annotations

import os
import re
import tempfile

from .. import child, paths
from . import data

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .hints import Scene

_SECONDS = 2.0
_BYTES = 256 << 10
_MOST_KEPT = 200
_SUB = re.compile(r"[a-z][a-z0-9-]{0,40}")
_COMMAND = re.compile(
    r"^(?: {1,8}|\t|- )(?:\* )?(?:{tool} )?(?P<name>[a-z][\w:-]*\w)[*:]?(?=,? {2,}|, |\t| - | [\[<A-Z.]|$)",
    re.MULTILINE,
)
_CHOICES = re.compile(r"\{(\w[\w-]*(?:,\w[\w-]*)+)\}|^ {2,8}(\w[\w-]*(?:, \w[\w-]*){3,}),?$", re.MULTILINE)
_OPTION = re.compile(r"(?<![\w-])--?[a-zA-Z][\w-]+")
_ENVIRON = {"PAGER": "cat", "GIT_PAGER": "cat", "MANPAGER": "cat", "LC_ALL": "C", "TERM": "dumb"}


def commands(scene: Scene) -> Iterator[str]:
    """Yield the sub-commands that the help of the line's program lists, or that of its first, right sub-command."""
    for word in _subcommands(scene) or ("",):
        yield from _words(scene, word, "commands")


def options(scene: Scene) -> Iterator[str]:
    """Yield the options that the help of the line's sub-command lists, else those of the program."""
    for word in _subcommands(scene):
        if found := _words(scene, word, "options"):
            yield from found
            return
    yield from _words(scene, "", "options")


def _subcommands(scene: Scene) -> Sequence[str]:
    """Return the first argument where it is one of the program's sub-commands and these may be asked."""
    program = scene.line.program
    first = scene.line.arguments(data.names(f"{program} options"))[:1]
    if not first or not _SUB.fullmatch(first[0]) or not data.table().get("help", {}).get(program):
        return ()
    return first if first[0] in data.names(program) or first[0] in _words(scene, "", "commands") else ()


def _words(scene: Scene, sub: str, which: str) -> Sequence[str]:
    """Return what a help text lists, from the cache where it has it; nothing where the program must not be asked."""
    program = _path(scene)
    if not program:
        return ()
    listed = _kept(program, sub)
    lines = {kind: words.split() for kind, _, words in (line.partition("\t") for line in listed.splitlines())}
    return lines.get(which, [])


def _path(scene: Scene) -> str:
    """Return where a harmless program lies, empty where it is none, where nobody asks, or where the project has it."""
    name = scene.line.words[0].value if scene.line.words else ""
    if scene.place is None or not scene.place.asks_help or name not in data.table().get("help", {}):
        return ""
    inside = [os.path.realpath(folder) for folder in (scene.place.root, scene.place.cwd) if folder]
    for folder in paths.env("PATH").split(":"):
        path = os.path.join(folder, name)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            # the first one on PATH is the one that ran: where that one may not be started, none is
            real = os.path.realpath(path)
            ours = any(f"{one}/".startswith(f"{top}/") for one in (path, real) for top in inside)
            return "" if not folder.startswith("/") or ours else path
    return ""


def _kept(program: str, sub: str) -> str:
    """Return the words of a program's help, one line a kind, read from the cache or asked and written there."""
    status = os.stat(program)
    name = paths.short_hash(f"{program}\0{status.st_mtime_ns}\0{status.st_size}\0{sub}")
    top = paths.state_dir()
    folder = f"{top}/help" if top else ""
    path = f"{folder}/{name}"
    if folder and paths.is_private(path):
        return paths.read_small(path, _BYTES).decode("utf-8", "replace")
    text = _listed(os.path.basename(program), _asked(program, sub))
    if folder and paths.make_private(folder):
        _prune(folder)
        paths.write_private(path, text.encode())
    return text


def _asked(program: str, sub: str) -> str:
    """Return what `PROGRAM [SUB] --help` prints; empty when it does not end in time."""
    with tempfile.TemporaryDirectory(prefix="healkit-help-") as empty:
        argv = [program, *([sub] if sub else []), "--help"]
        ran = child.run(argv, empty, timeout=_SECONDS, environ=_ENVIRON, limit=_BYTES)
    return "" if ran.exit_code in (child.TIMED_OUT, child.NOT_STARTED) else ran.text


def _listed(tool: str, text: str) -> str:
    plain = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", text)
    named = re.compile(_COMMAND.pattern.replace("{tool}", re.escape(tool)), re.MULTILINE)
    names = [found["name"] for found in named.finditer(plain)]
    names += [name for found in _CHOICES.findall(plain) for name in re.split(r",\s*", found[0] or found[1])]
    kinds = {"commands": names, "options": _OPTION.findall(plain)}
    return "".join(f"{kind}\t{' '.join(dict.fromkeys(words))}\n" for kind, words in kinds.items())


def _prune(folder: str) -> None:
    """Delete the oldest answers where there are many: a tool that was updated is asked anew under another name."""
    found = sorted((entry.stat().st_mtime, entry.path) for entry in os.scandir(folder) if entry.is_file())
    for _, path in found[: max(0, len(found) - _MOST_KEPT)]:
        os.unlink(path)
