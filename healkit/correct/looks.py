"""What only the folder, the project or the machine can tell: real folders, branches, scripts. Reading, never running."""

from __future__ import annotations

import difflib
import os
import re

from .. import nearness, paths
from . import data, hints
from .line import Line, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .hints import Surroundings


def folders(line: Line, captures: Mapping[str, str], place: Surroundings | None) -> Iterator[str]:
    """Yield `cd` to the folder that exists and is spelt most like the one asked for, part by part."""
    target = line.words[1].value if len(line.words) == 2 else ""
    if not target or place is None:
        return
    path = paths.home() + target[1:] if target.startswith("~/") else target
    here = "/" if path.startswith("/") else place.cwd
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


def existing(line: Line, captures: Mapping[str, str], place: Surroundings | None) -> Iterator[str]:
    """Yield the line with a path that does not exist replaced by the one beside it that is spelt most like it."""
    wrong = captures.get("path", "")
    words = [word for word in line.words[1:] if word.value == wrong]
    if place is None or not words or os.path.lexists(os.path.join(place.cwd, wrong)):
        return
    folder, name = os.path.split(wrong.rstrip("/"))
    for close in difflib.get_close_matches(name, hints.listing(os.path.join(place.cwd, folder)), 1, 0.6):
        yield line.replaced(words[0], quote(os.path.join(folder, close)))


def program(line: Line, captures: Mapping[str, str], place: Surroundings | None) -> Iterator[str]:
    """Yield the name of the program on PATH, or of a well-known one, that is nearest to the one typed."""
    name = line.program
    have = set(hints.programs())
    if name and name not in have and line.words[0].value == name:
        found = nearness.closest(name, have) or nearness.closest(name, data.names("programs"))
        if found:
            yield found


def scripts(line: Line, captures: Mapping[str, str], place: Surroundings | None) -> Iterator[str]:
    """Yield the names of the project's scripts."""
    if place is not None:
        yield from (str(name) for name in place.facts.get("scripts", ()))


def devices(line: Line, captures: Mapping[str, str], place: Surroundings | None) -> Iterator[str]:
    """Yield the names of this machine's network interfaces."""
    yield from sorted(hints.listing("/sys/class/net"))


def script_of(line: Line, captures: Mapping[str, str], place: Surroundings | None) -> Iterator[str]:
    """Yield the word that was taken for a sub-command, where it is one of the project's scripts."""
    if captures.get("wrong") in set(scripts(line, captures, place)):
        yield captures["wrong"]


def branches(line: Line, captures: Mapping[str, str], place: Surroundings | None) -> Iterator[str]:
    """Yield the names of the repository's branches, read from its files."""
    if place is None:
        return
    folder = os.path.join(place.root, ".git")
    heads = os.path.join(folder, "refs", "heads")
    for here, names, files in os.walk(heads):
        names.sort()
        yield from (os.path.relpath(os.path.join(here, file), heads) for file in sorted(files))
    try:
        packed = paths.read_small(os.path.join(folder, "packed-refs")).decode("utf-8", "replace")
    except (OSError, ValueError):
        return
    yield from re.findall(r"^[0-9a-f]{40} refs/heads/(\S+)$", packed, re.MULTILINE)


def there(line: Line, captures: Mapping[str, str], place: Surroundings | None) -> Iterator[str]:
    """Yield a path that the output names, where something lies there."""
    path = captures.get("path", "")
    if place is not None and path and os.path.lexists(os.path.join(place.cwd, path)):
        yield path


def unexecutable(line: Line, captures: Mapping[str, str], place: Surroundings | None) -> Iterator[str]:
    """Yield the program of a line that is started by its path, where it is a file that may not be run."""
    path = line.words[0].value if line.words else ""
    full = os.path.join(place.cwd, path) if place is not None else ""
    if "/" in path and full and os.path.isfile(full) and not os.access(full, os.X_OK):
        yield path.removeprefix("./") if path.count("/") == 1 else path


def runs_here(line: Line, captures: Mapping[str, str], place: Surroundings | None) -> Iterator[str]:
    """Yield the program of a line, where a file of that name that may be run lies in the folder."""
    path = line.words[0].value if line.words else ""
    full = os.path.join(place.cwd, path) if place is not None else ""
    if path and "/" not in path and os.path.isfile(full) and os.access(full, os.X_OK):
        yield path


def has_gradlew(line: Line, captures: Mapping[str, str], place: Surroundings | None) -> Iterator[str]:
    """Yield `gradlew` where the folder has one."""
    if place is not None and os.path.isfile(os.path.join(place.cwd, "gradlew")):
        yield "gradlew"


def virtualenvs(line: Line, captures: Mapping[str, str], place: Surroundings | None) -> Iterator[str]:
    """Yield the names of the virtual environments that virtualenvwrapper keeps."""
    yield from sorted(hints.listing(paths.env("WORKON_HOME") or f"{paths.home()}/.virtualenvs"))
