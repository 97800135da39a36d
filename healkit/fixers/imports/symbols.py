"""`cannot import name 'N' from 'M'`: N is misspelt, stands in another module, or is not handed on by a package."""

from __future__ import annotations

import ast

from ..python import knowledge, near, statements
from ..python.code import Code, load, own_spots
from ..python.files import Module, is_aside, is_test
from ..python.remedy import Remedy, only_one
from . import blame, guides, reexport, rewrite

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from ..python.codebase import Codebase
    from ..python.faults import Fault

KIND = "imports"


class Asked:
    """The statement that failed: which file, which statement, which name of which module."""

    def __init__(self, file: Code, node: ast.ImportFrom, name: str, module: Module, line: int) -> None:
        self.file, self.node, self.name, self.module, self.line = file, node, name, module, line
        self.place = f"{file.path}:{line}"


def remedies(code: Codebase, fault: Fault, said: re.Match[str]) -> Sequence[Remedy]:
    """Return what may be done about a name that a module does not have."""
    asked = _asked(code, fault, said)
    if asked is None:
        return ()
    names, complete = code.names(asked.module)
    if asked.name in names:
        if not said["part"]:
            return ()
        return _wrong_on_the_way(code, fault) or guides.circular(code, fault, asked.module.name)
    if not complete and not names:
        return ()
    if asked.module.own and asked.module.name.partition(".")[0] in guides.shadowable():
        return guides.shadowed(asked.module)
    return weigh(code, asked, names)


def _wrong_on_the_way(code: Codebase, fault: Fault) -> Sequence[Remedy]:
    """Return the remedy where a cycle exists only because some import on the way addresses the wrong module.

    Such a statement asks for a name that its module does not have; it would have failed a moment later.
    """
    for path, spot in own_spots(code, fault.spots):
        file = load(code, path)
        node = file.import_at(spot.line) if file is not None else None
        if file is None or not isinstance(node, ast.ImportFrom) or statements.is_guarded(file, node):
            continue
        module = code.find(statements.target(file, node))
        names, complete = code.names(module) if module is not None and module.own else (set(), False)
        lost = [alias.name for alias in node.names if alias.name not in names and alias.name != "*"]
        if module is not None and complete and lost:
            return weigh(code, Asked(file, node, lost[0], module, spot.line), names)
    return ()


def _asked(code: Codebase, fault: Fault, said: re.Match[str]) -> Asked | None:
    """Return the failing statement; None when it is not in the project, or may fail on purpose."""
    name = said["name"]
    for path, spot in own_spots(code, fault.spots):
        file = load(code, path)
        node = file.import_at(spot.line) if file is not None else None
        if file is None or not isinstance(node, ast.ImportFrom) or not statements.aliases_of(node, name):
            continue
        if statements.is_guarded(file, node):
            return None
        module = _module(code, said, statements.target(file, node) or said["module"], file)
        return Asked(file, node, name, module, spot.line) if module is not None else None
    return None


def _module(code: Codebase, said: re.Match[str], addressed: str, file: Code) -> Module | None:
    """Return the module that was asked: the file that Python names, else what has that name."""
    name = said["module"] or addressed
    path = said["path"] or ""
    own = code.case.resolve(path) if path.endswith(".py") else ""
    if own:
        return Module(name=name, file=own, is_package=own.endswith("__init__.py"))
    if path.startswith("/") and path.endswith(".py") and "/lib/python" in path:
        return Module(name=name, file=path, own=False, is_package=path.endswith("__init__.py"))
    return code.find(name, beside=file.path.rpartition("/")[0])


def weigh(code: Codebase, asked: Asked, names: set[str]) -> Sequence[Remedy]:
    """Return the remedies, weighed against each other: a name that exists elsewhere, and a close one right there."""
    exact = elsewhere(code, asked)
    alike = near.close(asked.name, names - {"annotations"})
    is_spelling = bool(alike) and near.plain(alike[0]) == near.plain(asked.name)
    if exact and not (is_spelling and alike):
        return exact
    spelt = [one for other in alike for one in _spelt(code, asked, other)]
    return only_one([*exact, *spelt])


def elsewhere(code: Codebase, asked: Asked) -> Sequence[Remedy]:
    """Return the remedies that take the name from where it is; the module that hands it on, else the statement, is edited."""
    module, name = asked.module, asked.name
    homes = _homes(code, asked)
    below = [home for home in homes if reexport.is_below(home, module)]
    if module.own and len(below) == 1 and len(homes) == 1:
        handed = reexport.remedies(code, asked.file.path, module, name, below[0], asked.place)
        if handed:
            return handed
    targets = list(dict.fromkeys(home.name for home in homes)) or _standard(module, name)
    found = []
    for target in targets[:4]:
        edits = rewrite.move(code, module, name, target) or _moved_here(code, asked, target)
        if edits:
            title = f"import `{name}` from `{target}` instead of `{module.name}` ({asked.place})"
            found.append(Remedy(kind=KIND, title=title, edits=edits, risk="low" if len(targets) == 1 else "medium"))
    return only_one(found)


def _moved_here(code: Codebase, asked: Asked, target: str) -> dict[str, Sequence[tuple[int, int, str]]]:
    found = rewrite.move_in(code, asked.file, asked.node, [asked.name], target)
    return {asked.file.path: found} if found else {}


def _homes(code: Codebase, asked: Asked) -> list[Module]:
    """Return the modules that define the name; those that others import it from first decide between several."""
    module, name = asked.module, asked.name
    top = module.name.partition(".")[0]
    if not module.own:
        found = code.definers(name, code.installed_modules(top, name))
        public = [home for home in found if not any(part.startswith("_") for part in home.name.split("."))]
        return public or found
    found = [home for home in code.definers(name) if home.file != module.file]
    found = [home for home in found if is_test(asked.file.path) or not (is_test(home.file) or is_aside(home.file))]
    same = [home for home in found if home.name.partition(".")[0] == top]
    found = same or found
    if not found:
        found = [one for one in code.own_modules() if one.name.rpartition(".")[2] == name and one.name != module.name]
        found = [
            parent
            for one in found
            if "." in one.name
            and (parent := code.find(one.name.rpartition(".")[0]))
            and one.name.partition(".")[0] == top
        ]
    found = _likeliest(code, asked, found)
    return [home.replace(name=best_name(code, home, top)) for home in found]


def _likeliest(code: Codebase, asked: Asked, homes: list[Module]) -> list[Module]:
    """Return the one home from which others import the name, or that lies beside the wrong module; all when these differ."""
    if len(homes) < 2:
        return homes
    folder = asked.module.file.rpartition("/")[0]
    used = [home for home in homes if any(path != asked.file.path for path, _ in code.importers(home.name, asked.name))]
    beside = [home for home in homes if home.file.rpartition("/")[0] == folder]
    chosen = [group[0] for group in (used, beside) if len(group) == 1]
    return chosen[:1] if chosen and all(one is chosen[0] for one in chosen) else homes


def best_name(code: Codebase, home: Module, top: str) -> str:
    """Return the dotted name of a module that begins like another one's."""
    return (
        next((name for name in code.names_of(home.file) if name.partition(".")[0] == top), home.name)
        if home.file
        else home.name
    )


def _standard(module: Module, name: str) -> list[str]:
    """Return the standard modules in which a name of another standard module is to be found."""
    if module.own or module.name.partition(".")[0] not in guides.shadowable():
        return []
    moved = knowledge.moved(module.name, name)
    return [moved] if moved else [home for home in knowledge.homes(name) if home != module.name]


def _spelt(code: Codebase, asked: Asked, right: str) -> Sequence[Remedy]:
    """Return the remedy for one close name: the statement is corrected, or the definition that everybody misses."""
    module, name = asked.module, asked.name
    if module.own and _is_defined_there(code, module, right):
        turned = blame.remedy(code, name, right, module.file)
        if turned is not None:
            return [turned]
    edits_by_file = rewrite.rename(code, module.name, name, right)
    if not edits_by_file:
        edits_by_file = {asked.file.path: rewrite.renamed(asked.file, asked.node, name, right)}
    title = f"import `{right}` instead of `{name}` from `{module.name}` ({asked.place})"
    touched = any(is_test(path) and rewrite.uses(file, name) for path in edits_by_file if (file := load(code, path)))
    return [Remedy(kind=KIND, title=title, edits=edits_by_file, sure=not touched)]


def _is_defined_there(code: Codebase, module: Module, name: str) -> bool:
    bound = code.bindings(module)
    return bound is not None and name in bound.defined
