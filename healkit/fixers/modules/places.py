"""Where a fault stands in the project: the link that a message means, and how often a name is meant elsewhere."""

from __future__ import annotations

import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .faults import Fault
    from .project import Graph
    from .scan import Link, Name, Script

_TEST = re.compile(
    r"(?:^|/)(?:tests?|__tests__|spec|e2e)/|[._-](?:test|spec)\.[cm]?[jt]sx?$|(?:^|/)test[._-]?[^/]*\.[cm]?[jt]sx?$"
)
IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")


def is_test(path: str) -> bool:
    """Tell whether a file is a test, by its name or folder."""
    return bool(_TEST.search(path))


def linked(graph: Graph, fault: Fault) -> Iterator[tuple[str, Script, Link]]:
    """Yield the links that a message about a module means: in the file it names, else wherever they are."""
    script = graph.script(fault.file) if fault.file else None
    if script is not None:
        found = [(fault.file, script, link) for link in script.links if means(graph, fault.file, link, fault.module)]
        if found:
            yield from found
            return
    tail = os.path.basename(fault.module).split(".")[0]
    for path, other in graph.holding(*filter(None, (tail,))):
        for link in other.links:
            if means(graph, path, link, fault.module):
                yield path, other, link


def means(graph: Graph, importer: str, link: Link, module: str) -> bool:
    """Tell whether a link's specifier is the module of a message, which may be the specifier or a path."""
    if link.spec == module:
        return True
    if not module or not link.spec.startswith((".", "@/", "~/", "#")) or module.startswith("."):
        return False
    relative = module.removeprefix("file://")
    root = graph.case.root
    relative = relative[len(root) + 1 :] if relative.startswith(f"{root}/") else relative
    return any(
        base == relative or os.path.splitext(base)[0] == os.path.splitext(relative)[0]
        for base in graph.bases(importer, link.spec)
    )


def names_of(link: Link, symbol: str) -> Iterator[Name]:
    """Yield the names of a link that import a symbol (`default` is one)."""
    if symbol == "default" and link.default is not None:
        yield link.default
    yield from (name for name in link.names if name.imported == symbol)


def mentions(graph: Graph, name: str, besides: tuple[str, ...]) -> int:
    """Return how many other files of the project hold a name, its documentation included."""
    form = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
    count = 0
    for path in (*graph.files, *graph.case.files(".md", ".d.ts")):
        source = graph.source(path) if path not in besides else None
        count += bool(source is not None and name in source.text and form.search(source.text))
    return count


def at(script: Script, fault: Fault, name: str) -> int:
    """Return the place of a name at a message's line and column, or near it on that line; -1 when it is not there."""
    lines = script.text.split("\n")
    if not 1 <= fault.line <= len(lines):
        return -1
    start = sum(len(line) + 1 for line in lines[: fault.line - 1])
    line = lines[fault.line - 1]
    found = [one.start() for one in re.finditer(rf"(?<![\w$]){re.escape(name)}(?![\w$])", line)]
    if not found:
        return -1
    if fault.column:
        return start + min(found, key=lambda place: abs(place - fault.column + 1))
    return start + found[0] if len(found) == 1 else -1


def exporters(graph: Graph, name: str, besides: tuple[str, ...] = ()) -> dict[tuple[str, str], list[str]]:
    """Return the files that export a name, by where it comes from (file and local name)."""
    found: dict[tuple[str, str], list[str]] = {}
    for path, _ in graph.holding(name):
        if path in besides or is_test(path):
            continue
        known, _complete = graph.all_exports(path)
        if name in known:
            found.setdefault(known[name], []).append(path)
    for path in (one for one in graph.files if re.search(r"(?:^|/)index\.[cm]?[jt]sx?$", one) and one not in besides):
        known, _complete = graph.all_exports(path)
        if name in known and path not in found.get(known[name], [path]):
            found[known[name]].append(path)
    return _without_copies(found, besides[0]) if besides and len(found) > 1 else found


def _without_copies(found: dict[tuple[str, str], list[str]], asking: str) -> dict[tuple[str, str], list[str]]:
    """Return the exporters without what other top folders hold of the same path: a build beside its sources."""
    top, _, _ = asking.partition("/")
    mine = {file.partition("/")[2] for file, _ in found if file.startswith(f"{top}/")}
    return {
        origin: doors
        for origin, doors in found.items()
        if origin[0].startswith(f"{top}/") or origin[0].partition("/")[2] not in mine
    }


def source(graph: Graph, path: str, script: Script, name: str, besides: tuple[str, ...] = ()) -> str:
    """Return the file to import a name from: the one that exports it, or an index file that the project uses for it."""
    found = exporters(graph, name, (path, *besides))
    if len(found) != 1:
        return ""
    (origin, _), through = next(iter(found.items()))
    used = [graph.resolve(path, link.spec) for link in script.links]
    here = next((one for one in used if one in (*through, origin)), "")
    if here:
        return here
    doors: dict[str, int] = {}
    for other, its in graph.holding(name):
        for link in its.links:
            if other != path and link.kind in ("import", "require") and any(True for _ in names_of(link, name)):
                door = graph.resolve(other, link.spec)
                doors[door] = doors.get(door, 0) + 1
    best = max(doors, key=lambda door: doors[door], default="")
    return best if best in through and best != path else origin
