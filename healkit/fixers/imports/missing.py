"""`name 'x' is not defined`: an import that is missing, an annotation that is read too early, or a slip of the pen."""

from __future__ import annotations

import ast
import os
import re
import sys

from ...records import Record
from ..python import additions, knowledge, near, scopes, statements
from ..python import members as class_members
from ..python.additions import Wanted
from ..python.code import Code, load, own_spots
from ..python.files import Module, is_aside, is_test, members_of_builtin
from ..python.remedy import Remedy, only_one
from . import rewrite, slips

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..python.codebase import Codebase
    from ..python.faults import Fault

KIND = "imports"


class Source(Record):
    """Where a name may come from: `name` of `module`, or the module itself; `known` when this project does so elsewhere."""

    module: str
    name: str = ""
    known: bool = False


class Asked:
    """The unbound uses of a name in a file, and the one that failed."""

    def __init__(self, file: Code, name: str, uses: list[ast.Name], line: int) -> None:
        self.file, self.name, self.uses, self.line = file, name, uses, line
        self.place = f"{file.path}:{line}"
        here = [node for node in uses if node.lineno <= line <= (node.end_lineno or line)]
        self.here = here or uses[:1]


def remedies(code: Codebase, fault: Fault, said: re.Match[str]) -> Sequence[Remedy]:
    """Return what may be done about a name that nothing binds."""
    spots = own_spots(code, fault.spots)
    if not spots or (spots[0][1] is not fault.spots[-1] and not fault.static):
        return ()  # it was raised in somebody else's code: the name is one that it was given
    path, spot = spots[0]
    file = load(code, path)
    if file is None:
        return ()
    name = said["name"]
    if name in ("self", "cls"):
        return ()
    uses = scopes.unbound(file, name)
    if not uses:
        return _early(file, name, spot.line)
    asked = Asked(file, name, uses, spot.line)
    found = [remedy for source in sources(code, asked) if (remedy := _imported(code, asked, source)) is not None]
    member = class_members.own_member(code, file, asked.here[0], name)
    slipped = [] if member else slips.remedies(code, asked)  # `self.` is missing: that is another fixer's
    if not found:
        return only_one(slipped)
    source = sources(code, asked)[0]
    strong = _is_strong(code, asked, source) or _is_other_kind(code, asked, source)
    if not slipped:
        sure = source.known or strong or not asked.name.islower() or _kind(code, source) == "class"
        return only_one(found if sure else [one.replace(sure=False) for one in found])
    sure = len(found) == 1 and strong and not slips.is_idle(asked, slipped)
    return [*only_one(found), *(one.replace(sure=False) for one in slipped)] if sure else only_one([*found, *slipped])


def _early(file: Code, name: str, line: int) -> Sequence[Remedy]:
    """Return the remedy for an annotation that names what is defined later, or imported for type checkers only."""
    here = [node for node in file.names(name) if node.lineno == line or scopes.in_annotation(file, node)]
    if not any(scopes.in_annotation(file, node) for node in here if node.lineno == line):
        return ()
    if any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in file.tree.body):
        return ()
    wanted = Wanted(module="__future__", name="annotations")
    edits = additions.added(file, wanted)
    title = f"read annotations later (`from __future__ import annotations`), so that `{name}` may be defined by then ({file.path}:{line})"
    return [Remedy(kind=KIND, title=title, edits={file.path: edits}, risk="medium")]


def sources(code: Codebase, asked: Asked) -> list[Source]:
    """Return where a name may come from: as the project's other files have it; else every other way that is known."""
    used = _elsewhere(code, asked)
    if used:
        return _public(asked, used)
    found = [*_modules(code, asked), *_definitions(code, asked), *_standard(code, asked)]
    return _public(asked, list(dict.fromkeys(found)))


def _public(asked: Asked, found: list[Source]) -> list[Source]:
    """Return the sources without a package's private modules, where a file outside the package can do without them."""
    top = asked.file.module.partition(".")[0]
    public = [
        one for one in found if one.module.partition(".")[0] == top or not re.search(r"(?:^|\.)_(?!_)", one.module)
    ]
    return public or found


def _elsewhere(code: Codebase, asked: Asked) -> list[Source]:
    """Return what other files of the project import under that name, when they agree (or the more by far do)."""
    counts: dict[tuple[str, str], list[Source]] = {}
    line = (
        rb"(?m)^(?=[^\n]*\b%s\b)(?:[^\n]*\bimport\b[^\n]*|[ \t]+\w+(?: as \w+)?,?[ \t]*(?:#[^\n]*)?)$"
        % asked.name.encode()
    )
    imported = re.compile(line)
    for path in code.holding(asked.name, "import"):
        if (
            path == asked.file.path
            or not imported.search(code.data(path))
            or (is_test(path) and not is_test(asked.file.path))
        ):
            continue
        tree = code.tree(path)
        if tree is None or not _imports(tree, asked.name):
            continue
        other = load(code, path)
        found = other.bindings.imported.get(asked.name) if other is not None else None
        if found is None or found.module == "__future__":
            continue
        source = Source(module=found.module, name=found.name, known=True)
        if _fits(code, asked, source) and not _is_self(code, asked, source):
            counts.setdefault(_origin(code, source), []).append(source)
    ranked = sorted(counts.values(), key=len, reverse=True)
    if len(ranked) > 1 and len(ranked[0]) < 3 * len(ranked[1]):
        return [_usual(group) for group in ranked[:3]]
    return [_usual(ranked[0])] if ranked else []


def _imports(tree: ast.Module, name: str) -> bool:
    return any(
        isinstance(node, ast.alias) and (node.asname or node.name.partition(".")[0]) == name for node in ast.walk(tree)
    )


def _usual(group: list[Source]) -> Source:
    return max(dict.fromkeys(group), key=group.count)


def _is_self(code: Codebase, asked: Asked, source: Source) -> bool:
    found = code.find(source.module)
    return found is not None and found.file == asked.file.path


def _origin(code: Codebase, source: Source) -> tuple[str, str]:
    """Return where a name is defined in the end, through every module that only hands it on."""
    module, name = source.module, source.name
    for _ in range(5):
        found = code.find(module) if name else None
        bound = code.bindings(found) if found is not None and found.own else None
        handed = bound.imported.get(name) if bound is not None and name not in bound.defined else None
        if handed is None or not handed.name:
            break
        module, name = handed.module, handed.name
    return module, name


def _modules(code: Codebase, asked: Asked) -> list[Source]:
    """Return the module of that name: a standard one, a neighbour, or what the short name usually stands for."""
    name, found = asked.name, []
    package = asked.file.module if asked.file.is_package else asked.file.module.rpartition(".")[0]
    neighbour = code.find(f"{package}.{name}") if package else None
    attributes = scopes.attributes(asked.file, asked.uses)
    if name in sys.stdlib_module_names and not name.startswith("_"):
        found.append(Source(module=name))
    if neighbour is not None and neighbour.own:
        found.append(Source(module=package, name=name))
    long = knowledge.alias(name)
    if long and attributes and _is_meant(code, long):
        found.append(Source(module=long))
    if not found and attributes and name.islower() and code.find(name) is not None and _is_meant(code, name):
        found.append(Source(module=name))
    is_plain = all(
        isinstance(asked.file.parents.get(use), (ast.Attribute, ast.Assign, ast.keyword, ast.Call))
        for use in asked.uses
    )
    is_plain = is_plain and not any(scopes.is_called(asked.file, use) for use in asked.uses)
    return [one for one in found if (attributes or (one.name and is_plain)) and _fits(code, asked, one)]


def _is_meant(code: Codebase, module: str) -> bool:
    """Tell whether a module is the standard library's, the project's, or installed and declared by the project."""
    top = module.partition(".")[0]
    if top in sys.stdlib_module_names:
        return True
    found = code.find(module)
    if found is None:
        return False
    declared = code.case.facts.get("declared", {}).get("python", {})
    return found.own or knowledge.distribution(top).lower().replace("_", "-") in {str(one).lower() for one in declared}


def _definitions(code: Codebase, asked: Asked) -> list[Source]:
    """Return the project's modules that define the name."""
    top = asked.file.module.partition(".")[0]
    found = [one for one in code.definers(asked.name) if one.file != asked.file.path]
    found = [one for one in found if is_test(asked.file.path) or not (is_test(one.file) or is_aside(one.file))]
    same = [one for one in found if one.name.partition(".")[0] == top]
    listed = [Source(module=_named(code, one, top), name=asked.name) for one in same or found]
    return [one for one in listed if _fits(code, asked, one)]


def _named(code: Codebase, module: Module, top: str) -> str:
    return next((name for name in code.names_of(module.file) if name.partition(".")[0] == top), module.name)


def _standard(code: Codebase, asked: Asked) -> list[Source]:
    """Return the standard modules from which people import the name."""
    found = [Source(module=module, name=asked.name) for module in knowledge.homes(asked.name)]
    head, _, tail = asked.name.partition("_")
    if not found and tail and head in sys.stdlib_module_names:  # `json_dumps`, as people import `json.dumps`
        found = [Source(module=head, name=tail)]
    found = [one for one in found if code.provides(code.find(one.module), [one.name])]
    if len(found) > 1:  # the one from which the file takes other things already
        have = {
            statements.target(asked.file, node) for node in asked.file.tree.body if isinstance(node, ast.ImportFrom)
        }
        found = [one for one in found if one.module in have] or found
    return found


def _fits(code: Codebase, asked: Asked, source: Source) -> bool:
    """Tell whether the file's uses of the name are such that this source can serve them."""
    attributes = scopes.attributes(asked.file, asked.uses)
    module = code.find(f"{source.module}.{source.name}" if source.name else source.module)
    if source.name and module is None:
        kind = _kind(code, source)
        if source.module in sys.stdlib_module_names and attributes:
            return attributes <= set(members_of_builtin(source.module, source.name))
        return (kind != "" or not code.find(source.module)) and not (kind == "def" and attributes)
    if module is None:
        return bool(attributes)
    names, complete = code.names(module)
    return attributes <= names or not complete or not names


def _kind(code: Codebase, source: Source) -> str:
    """Return what a name of a module is (`def class assign import`), empty when the module does not have it."""
    module = code.find(source.module)
    bound = code.bindings(module) if module is not None else None
    if module is None or bound is None:
        return "import"
    if source.name in bound.defined:
        return bound.defined[source.name]
    return "import" if code.provides(module, [source.name]) else ""


def _is_strong(code: Codebase, asked: Asked, source: Source) -> bool:
    """Tell whether every use looks like a use of that very thing: `module.attribute`, a call, a class."""
    module = code.find(f"{source.module}.{source.name}" if source.name else source.module)
    if module is not None:
        names, _ = code.names(module)
        attributes = scopes.attributes(asked.file, asked.uses)
        return bool(attributes) and (attributes <= names or not names)
    return any(scopes.is_called(asked.file, node) or scopes.is_class_use(asked.file, node) for node in asked.uses)


def _is_other_kind(code: Codebase, asked: Asked, source: Source) -> bool:
    """Tell whether a class or a constant is asked for, spelled as such, and what is in reach is close but none."""
    alike = near.close(asked.name, scopes.in_reach(asked.file, asked.here[0]))
    if asked.name.isupper():
        return not any(other.isupper() for other in alike)
    if not asked.name[:1].isupper() or _kind(code, source) not in ("class", "import"):
        return False
    return all(not other[:1].isupper() for other in alike)


def _imported(code: Codebase, asked: Asked, source: Source) -> Remedy | None:
    """Return the remedy that imports the name where the file's imports stand."""
    file = asked.file
    own = (found := code.find(source.module)) is not None and found.own
    module = source.module
    if own and source.name:
        folder = os.path.dirname(file.path)
        in_package = f"{folder}/__init__.py" in code.files or (not folder and "__init__.py" in code.files)
        relative = in_package and (statements.is_relative_style(file) or not _own_absolute(file))
        module = statements.spelled(file, source.module, relative)
    bound = asked.name if (source.name or source.module) != asked.name else ""
    if not source.name and "." in source.module and not bound:
        return None
    wanted = Wanted(module=module, name=source.name, bound=bound)
    if source.name == "" and source.module == asked.name and "." in source.module:
        return None
    edits = {file.path: additions.added(file, wanted, rewrite.tops(code))}
    title = f"add `{wanted.line}` ({asked.place} uses `{asked.name}`)"
    return Remedy(kind=KIND, title=title, edits=edits, risk="low" if source.known or not own else "medium")


def _own_absolute(file: Code) -> bool:
    """Tell whether a file addresses its own package by its absolute name."""
    top = file.module.partition(".")[0]
    return any(
        isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").partition(".")[0] == top
        for node in ast.walk(file.tree)
    )
