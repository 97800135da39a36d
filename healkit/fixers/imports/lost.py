"""`No module named 'X'`: a module of the project or of an installed package is misspelt, or addressed from elsewhere."""

from __future__ import annotations

import ast
import os
import re
import sys

from ... import tables
from ...facts import normalise
from ...nearness import distance
from ..python import knowledge, near, statements
from ..python.code import Code, load, own_spots
from ..python.files import Module, is_aside, is_test
from ..python.remedy import Remedy, joined, only_one
from . import guides, rewrite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..python.codebase import Codebase
    from ..python.faults import Fault
    from ..python.remedy import Edits

    Statement = ast.Import | ast.ImportFrom


class Asked:
    """The statement that failed: `module` as it addresses it, `lost` the part of that which does not exist."""

    def __init__(self, file: Code, node: Statement, module: str, lost: str, line: int) -> None:
        self.file, self.node, self.module, self.lost = file, node, module, lost
        self.place = f"{file.path}:{line}"
        self.names = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []
        self.folder = os.path.dirname(file.path)


def remedies(code: Codebase, fault: Fault, said: re.Match[str]) -> Sequence[Remedy]:
    """Return what may be done about a module that does not exist under its name."""
    asked = _asked(code, fault, said["module"])
    if asked is None:
        return ()
    if "is not a package" in fault.message:
        top = code.find(asked.lost.partition(".")[0], beside=asked.folder)
        if top is not None and top.own and not top.is_package and top.name in guides.shadowable():
            return guides.shadowed(top)
    found = list(dict.fromkeys(_candidates(code, asked)))
    remedies = [remedy for target in found[:4] if (remedy := _remedy(code, asked, target)) is not None]
    return only_one(remedies)


def _asked(code: Codebase, fault: Fault, lost: str) -> Asked | None:
    for path, spot in own_spots(code, fault.spots):
        file = load(code, path)
        node = file.import_at(spot.line) if file is not None else None
        if file is None or node is None:
            continue
        for module in _addressed(file, node):
            if module == lost or module.startswith(f"{lost}."):
                return None if statements.is_guarded(file, node) else Asked(file, node, module, lost, spot.line)
    return None


def _addressed(file: Code, node: Statement) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [statements.target(file, node) or node.module or ""]


def _candidates(code: Codebase, asked: Asked) -> Iterator[str]:
    """Yield the modules that were meant, by absolute name: those of the best kind that exists."""
    for kind in (_closest, _same_tail, _renamed, _by_names):
        found = [name for name in kind(code, asked) if name != asked.module]
        if found:
            yield from _likeliest(code, asked, found)
            return


def _likeliest(code: Codebase, asked: Asked, found: list[str]) -> list[str]:
    """Return those of several modules that define what is asked for; of these the one from which others import it."""
    found = list(dict.fromkeys(found))
    if len(found) < 2 or not asked.names or "*" in asked.names:
        return found
    bound = {name: code.bindings(module) for name in found if (module := code.find(name)) is not None}
    home = [name for name, its in bound.items() if its is not None and set(asked.names) <= its.defined.keys()] or found
    used = [name for name in home if all(code.importers(name, one) for one in asked.names)]
    return used if len(used) == 1 else home


def _fits(code: Codebase, asked: Asked, name: str) -> bool:
    """Tell whether a module exists and has what the statement, or the file, asks of it."""
    module = code.find(name)
    if module is None:
        return False
    if asked.names:
        return code.provides(module, asked.names)
    names, complete = code.names(module)
    used = _attributes(asked)
    return used <= names if complete or names else not used


def _attributes(asked: Asked) -> set[str]:
    """Return the attributes that the file reads of a module that it imports by `import X`."""
    alias = next((one for one in asked.node.names if one.name == asked.module), None)
    if alias is None:
        return set()
    base = alias.asname or alias.name
    found = set()
    for node in ast.walk(asked.file.tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == base:
            found.add(node.attr)
    return found


def _closest(code: Codebase, asked: Asked) -> Iterator[str]:
    """Yield modules whose name is close at the place where it goes wrong."""
    parent, _, last = asked.lost.rpartition(".")
    rest = asked.module[len(asked.lost) :]
    if parent:
        module = code.find(parent)
        names = code.submodules(module) if module is not None else set()
    else:
        names = set(_top_names(code, asked))
    for other in near.close(last, names):
        name = f"{parent}.{other}{rest}" if parent else f"{other}{rest}"
        if _fits(code, asked, name) and (parent or not _has_rival(code, last, other)):
            yield name


def _has_rival(code: Codebase, lost: str, other: str) -> bool:
    """Tell whether a package that is not here may as well be meant: another number, or a well known name just as close."""
    found = code.find(other)
    if found is not None and found.own:
        return False
    if re.sub(r"\d", "", lost) == re.sub(r"\d", "", other):
        return True
    known = tables.table("packages").get("python", {}).get("well_known", ())
    return any(code.find(name) is None and distance(lost, name) <= distance(lost, other) for name in known)


def _top_names(code: Codebase, asked: Asked) -> Iterator[str]:
    """Yield what may be imported by a plain name: the project's, what is installed and declared, the standard library."""
    declared = {normalise(str(name)) for name in code.case.facts.get("declared", {}).get("python", {})}
    if normalise(asked.lost) in declared or normalise(knowledge.distribution(asked.lost)) in declared:
        return  # it is no slip: the project declares it, and it is not installed
    yield from (name.partition(".")[0] for name in rewrite.tops(code) if name)
    yield from (
        os.path.basename(path).removesuffix(".py") for path in code.files if os.path.dirname(path) == asked.folder
    )
    yield from (name for name in sys.stdlib_module_names if not name.startswith("_"))
    for folder in code.interpreter.site:
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        for name in names:
            stem = name.partition(".")[0]
            if stem.isidentifier() and "-info" not in name and _is_meant(code, stem, declared):
                yield stem


def _is_meant(code: Codebase, stem: str, declared: set[str]) -> bool:
    """Tell whether an installed module is one that the project uses: declared, or imported somewhere else."""
    if normalise(stem) in declared or normalise(knowledge.distribution(stem)) in declared:
        return True
    return any(
        b"import " + stem.encode() in code.data(path) or b"from " + stem.encode() in code.data(path)
        for path in code.files
    )


def _same_tail(code: Codebase, asked: Asked) -> Iterator[str]:
    """Yield the project's modules of the same last name that have what is asked for: those of its own package first."""
    tail = asked.module.rpartition(".")[2]
    top = asked.file.module.partition(".")[0]
    own = asked.file.module.rpartition(".")[0] if not asked.file.is_package else asked.file.module
    beside = f"{own}.{asked.module}" if own else ""
    if "." not in asked.lost and beside and _fits(code, asked, beside):
        yield beside
        return
    found = []
    for path in code.files:
        if path.endswith((f"/{tail}.py", f"/{tail}/__init__.py")) or path in (f"{tail}.py", f"{tail}/__init__.py"):
            if is_test(path) and not is_test(asked.file.path):
                continue
            if not is_aside(path) or os.path.dirname(path) == asked.folder:
                found += [name for name in code.names_of(path)[:1] if name != asked.module and _fits(code, asked, name)]
    inside = [
        name
        for name in found
        if name.partition(".")[0] == (asked.module.partition(".")[0] if "." in asked.lost else top)
    ]
    yield from inside or found


def _renamed(code: Codebase, asked: Asked) -> Iterator[str]:
    """Yield the present name of a standard module that has another one now."""
    present = knowledge.renamed_module(asked.module)
    if present and _fits(code, asked, present):
        yield present


def _by_names(code: Codebase, asked: Asked) -> Iterator[str]:
    """Yield the modules that define everything that is asked for, where the wrong one was the project's or installed."""
    parent = asked.lost.rpartition(".")[0]
    if not asked.names or "*" in asked.names or not parent:
        return
    top = asked.module.partition(".")[0]
    module = code.find(parent)
    if module is None:
        return
    found: list[Module] | None = None
    for name in asked.names:
        where = code.definers(name) if module.own else code.definers(name, code.installed_modules(top, name))
        kept = [one for one in where if is_test(asked.file.path) or not (is_test(one.file) or is_aside(one.file))]
        found = kept if found is None else [one for one in found if any(one.file == other.file for other in kept)]
    for one in found or ():
        names = code.names_of(one.file) if one.own else [one.name]
        yield next((name for name in names if name.partition(".")[0] == top), names[0])


def _remedy(code: Codebase, asked: Asked, target: str) -> Remedy | None:
    edits: Edits = {}
    for path in dict.fromkeys((asked.file.path, *code.holding(asked.lost.rpartition(".")[2], "import"))):
        file = asked.file if path == asked.file.path else load(code, path)
        if file is None or (path != asked.file.path and not _is_same_world(asked, file)):
            continue
        found: list[tuple[int, int, str]] = []
        for node in ast.walk(file.tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)) and asked.module in _addressed(file, node):
                if statements.is_guarded(file, node):
                    continue
                one = _edited(code, file, node, asked, target)
                if one is None and path == asked.file.path:
                    return None
                found += one or []
        if found:
            edits = joined(edits, {path: tuple(dict.fromkeys(found))})
    if not edits:
        return None
    title = f"import `{target}` instead of `{asked.module}` ({asked.place})"
    return Remedy(kind="imports", title=title, edits=edits, risk="low")


def _is_same_world(asked: Asked, file: Code) -> bool:
    """Tell whether a name without dots means the same module in another file: both lie in one folder."""
    return "." in asked.module or os.path.dirname(file.path) == asked.folder


def _edited(
    code: Codebase, file: Code, node: Statement, asked: Asked, target: str
) -> list[tuple[int, int, str]] | None:
    """Return the edits by which one statement addresses another module, and by which the file's uses follow."""
    if isinstance(node, ast.ImportFrom):
        wants_dots = node.level > 0 or (
            "." not in asked.lost
            and file.module.partition(".")[0] == target.partition(".")[0]
            and _dots_fit(code, file)
        )
        edit = statements.module_edit(file, node, statements.spelled(file, target, wants_dots))
        return [edit] if edit else None
    return _edited_import(file, node, asked.module, target)


def _dots_fit(code: Codebase, file: Code) -> bool:
    """Tell whether a file of a package addresses its neighbours with dots, or would if it were like its neighbours."""
    nodes = [node for node in ast.walk(file.tree) if isinstance(node, ast.ImportFrom)]
    top = file.module.partition(".")[0]
    own = [node for node in nodes if node.level or (node.module or "").partition(".")[0] == top]
    if own:
        return statements.is_relative_style(file)
    folder = os.path.dirname(file.path)
    counts = [0, 0]
    for path in code.files:
        if os.path.dirname(path) == folder:
            data = code.data(path)
            counts[0] += data.count(b"from .")
            counts[1] += data.count(b"from " + top.encode() + b".") + data.count(b"import " + top.encode() + b".")
    return counts[0] >= counts[1]


def _edited_import(file: Code, node: ast.Import, module: str, target: str) -> list[tuple[int, int, str]] | None:
    found: list[tuple[int, int, str]] = []
    for alias in statements.aliases_of(node, module):
        start, end = file.span(alias)
        if alias.asname:
            found.append((start, start + len(alias.name), target))
            continue
        bases = [
            one
            for one in ast.walk(file.tree)
            if isinstance(one, (ast.Attribute, ast.Name)) and ast.unparse(one) == module
        ]
        tail = target.rpartition(".")[2]
        if "." in target and "." not in module:  # `import utils` in a package: `from app import utils`
            if len(node.names) > 1:
                return None
            parent = statements.spelled(file, target.rpartition(".")[0], statements.is_relative_style(file))
            bound = f"{tail} as {module}" if tail != module and bases else tail
            found.append((*file.span(node), f"from {parent} import {bound}"))
            continue
        found.append((start, end, target))
        found += [(*file.span(one), target) for one in bases]
    return found
