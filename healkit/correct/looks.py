"""What only the folder, the project or the machine can tell: real folders, branches, scripts. Reading, never running."""

from __future__ import annotations

import difflib
import os
import re

from .. import nearness, paths
from . import data, hints
from .line import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .hints import Scene


def folders(scene: Scene) -> Iterator[str]:
    """Yield `cd` to the folder that exists and is spelt most like the one asked for, part by part."""
    target = scene.line.words[1].value if len(scene.line.words) == 2 else ""
    if not target or scene.place is None:
        return
    path = paths.home() + target[1:] if target.startswith("~/") else target
    here = "/" if path.startswith("/") else scene.place.cwd
    shown = ["~"] if target.startswith("~/") else [""] if target.startswith("/") else []
    here = paths.home() if target.startswith("~/") else here
    for part in (target[2:] if target.startswith("~/") else target).strip("/").split("/"):
        if part in (".", "..") or os.path.isdir(os.path.join(here, part)):
            found = part
        else:
            names = [name for name in hints.listing(here) if os.path.isdir(os.path.join(here, name))]
            close = difflib.get_close_matches(part, names, 1, 0.6)
            if not close:
                return
            found = close[0]
        here = os.path.join(here, found)
        shown.append(found)
    yield f"cd {quote('/'.join(shown))}"


def program(scene: Scene) -> Iterator[str]:
    """Yield the name of the program on PATH, or of a well-known one, that is nearest to the one typed."""
    name = scene.line.program
    have = set(hints.programs())
    if name and name not in have and scene.line.words[0].value == name:
        found = nearness.closest(name, have) or nearness.closest(name, data.names("programs"))
        if found:
            yield found


def scripts(scene: Scene) -> Iterator[str]:
    """Yield the names of the project's scripts."""
    if scene.place is not None:
        yield from (str(name) for name in scene.place.facts.get("scripts", ()))


def devices(_scene: Scene) -> Iterator[str]:
    """Yield the names of this machine's network interfaces."""
    yield from sorted(hints.listing("/sys/class/net"))


def script_of(scene: Scene) -> Iterator[str]:
    """Yield the word that was taken for a sub-command, where it is one of the project's scripts."""
    if scene.captures.get("wrong") in set(scripts(scene)):
        yield scene.captures["wrong"]


def branches(scene: Scene) -> Iterator[str]:
    """Yield the names of the repository's branches, read from its files."""
    if scene.place is None:
        return
    folder = os.path.join(scene.place.root, ".git")
    heads = os.path.join(folder, "refs", "heads")
    for here, names, files in os.walk(heads):
        names.sort()
        yield from (os.path.relpath(os.path.join(here, file), heads) for file in sorted(files))
    try:
        packed = paths.read_small(os.path.join(folder, "packed-refs")).decode("utf-8", "replace")
    except (OSError, ValueError):
        return
    yield from re.findall(r"^[0-9a-f]{40} refs/heads/(\S+)$", packed, re.MULTILINE)


def remotes(scene: Scene) -> Iterator[str]:
    """Yield the names of the repository's remotes, read from its configuration, and the usual ones."""
    if scene.place is not None:
        text = paths.read_small(os.path.join(scene.place.root, ".git", "config")).decode("utf-8", "replace")
        yield from re.findall(r'^\[remote "([^"\n]+)"\]', text, re.MULTILINE)
    yield from data.names("git remotes")


def there(scene: Scene) -> Iterator[str]:
    """Yield a path that the output names, where something lies there."""
    path = scene.captures.get("path", "")
    if scene.place is not None and path and os.path.lexists(os.path.join(scene.place.cwd, path)):
        yield path


def absent(scene: Scene) -> Iterator[str]:
    """Yield the program of a line, where the folder has no file of that name."""
    name = scene.line.program
    if scene.place is not None and name and not os.path.lexists(os.path.join(scene.place.cwd, name)):
        yield name


def unexecutable(scene: Scene) -> Iterator[str]:
    """Yield the program of a line that is started by its path, where it is a file that may not be run."""
    path = scene.line.words[0].value if scene.line.words else ""
    full = os.path.join(scene.place.cwd, path) if scene.place is not None else ""
    if "/" in path and full and os.path.isfile(full) and not os.access(full, os.X_OK):
        yield path.removeprefix("./") if path.count("/") == 1 else path


def runs_here(scene: Scene) -> Iterator[str]:
    """Yield the program of a line, where a file of that name that may be run lies in the folder."""
    path = scene.line.words[0].value if scene.line.words else ""
    full = os.path.join(scene.place.cwd, path) if scene.place is not None else ""
    if path and "/" not in path and os.path.isfile(full) and os.access(full, os.X_OK):
        yield path


def has_gradlew(scene: Scene) -> Iterator[str]:
    """Yield `gradlew` where the folder has one."""
    if scene.place is not None and os.path.isfile(os.path.join(scene.place.cwd, "gradlew")):
        yield "gradlew"


def virtualenvs(_scene: Scene) -> Iterator[str]:
    """Yield the names of the virtual environments that virtualenvwrapper keeps."""
    yield from sorted(hints.listing(paths.env("WORKON_HOME") or f"{paths.home()}/.virtualenvs"))


def repository(scene: Scene) -> Iterator[str]:
    """Yield the program that the folder's repository belongs to, where that is another than the line's."""
    here = scene.place.cwd if scene.place is not None else ""
    while here:
        for name in ("git", "hg", "svn"):
            if os.path.isdir(os.path.join(here, f".{name}")):
                if name != scene.line.program:
                    yield name
                return
        here = os.path.dirname(here) if os.path.dirname(here) != here else ""


def tasks(scene: Scene) -> Iterator[str]:
    """Yield the tasks that the folder's own files define for the program of the line."""
    for file, expression in data.table().get("tasks", {}).get(scene.line.program, {}).items():
        path = os.path.join(scene.place.cwd, file) if scene.place is not None else ""
        if path and os.path.isfile(path):
            yield from data.expression(expression).findall(paths.read_small(path).decode("utf-8", "replace"))
