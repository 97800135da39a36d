"""`module 'M' has no attribute 'x'`: a submodule that nobody imported, a slip, a name that is not handed on, `__all__`."""

from __future__ import annotations

import ast

from ..python import additions, knowledge, near, statements
from ..python.additions import Wanted
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


def remedies(code: Codebase, fault: Fault, said: re.Match[str]) -> Sequence[Remedy]:
    """Return what may be done about an attribute that a module does not have."""
    name = said["name"]
    for path, spot in own_spots(code, fault.spots):
        file = load(code, path)
        if file is None:
            continue
        star = file.import_at(spot.line)
        if isinstance(star, ast.ImportFrom) and star.names[0].name == "*":
            module = code.find(statements.target(file, star) or said["module"])
            return _entry(code, module, name) if module is not None else ()
        nodes = [
            one for one in file.on_line(spot.line, ast.Attribute) if isinstance(one, ast.Attribute) and one.attr == name
        ]
        if nodes:
            module = _module(code, file, nodes[0], said["module"])
            return _used(code, fault, file, nodes, module, spot.line, bool(said["part"])) if module else ()
    return ()


def refused(code: Codebase, fault: Fault, said: re.Match[str]) -> Sequence[Remedy]:
    """Return what may be done about an attribute that a module's own `__getattr__` refused, in words of its own."""
    if fault.type != "AttributeError" or not fault.spots or fault.spots[-1].name != "__getattr__":
        return ()
    name = said["name"]
    for path, spot in own_spots(code, fault.spots[:-1]):
        file = load(code, path)
        nodes = (
            [
                one
                for one in file.on_line(spot.line, ast.Attribute)
                if isinstance(one, ast.Attribute) and one.attr == name
            ]
            if file
            else []
        )
        if file is None or not nodes:
            continue
        module = _module(code, file, nodes[0], "")
        return _used(code, fault, file, nodes, module, spot.line, False) if module is not None else ()
    return ()


def of_all(code: Codebase, fault: Fault, said: re.Match[str]) -> Sequence[Remedy]:
    """Return what may be done about an entry of `__all__` that a checker says is not there."""
    for path, _ in own_spots(code, fault.spots):
        module = Module(name=code.name_of(path), file=path, is_package=path.endswith("__init__.py"))
        return _entry(code, module, said["name"])
    return ()


def _module(code: Codebase, file: Code, node: ast.Attribute, said: str) -> Module | None:
    """Return the module whose attribute is read: the one that Python names, else what the file imports there."""
    if said and (found := code.find(said, beside=file.path.rpartition("/")[0])) is not None:
        return found
    base, _, rest = ast.unparse(node.value).partition(".")
    bound = file.bindings.imported.get(base)
    if bound is None:
        return None
    name = ".".join(part for part in (bound.module, bound.name, rest) if part)
    return code.find(name)


def _used(
    code: Codebase, fault: Fault, file: Code, nodes: list[ast.Attribute], module: Module, line: int, part: bool
) -> Sequence[Remedy]:
    name, place = nodes[0].attr, f"{file.path}:{line}"
    if module.own and not module.is_package and module.name.partition(".")[0] in guides.shadowable():
        return guides.shadowed(module)
    names, complete = code.names(module)
    below = code.find(f"{module.name}.{name}")
    if below is not None and below.name not in _loaded(file):
        loaded = _listed_submodule(code, module, name, place)
        return [loaded or _imported(code, file, module, name, place)]
    if name in names:
        return guides.circular(code, fault, module.name) if part else ()
    moved = knowledge.moved(module.name, name)
    if moved and not module.own:
        return _moved(code, file, nodes, module.name, name, moved)
    handed = _handed(code, file, module, name, place)
    if handed:
        return handed
    refuses = bool(fault.spots) and fault.spots[-1].name == "__getattr__"
    if not complete and module.own and not refuses:
        return ()
    alike = near.close(name, names)
    return only_one(one for right in alike for one in _spelt(code, file, nodes, module, right, place))


def _listed_submodule(code: Codebase, package: Module, name: str, place: str) -> Remedy | None:
    """Return the remedy for a package that loads its other modules by `from . import a, b`, and no longer this one."""
    file = load(code, package.file) if package.own and package.file else None
    if file is None:
        return None
    nodes = [
        node
        for node in file.tree.body
        if isinstance(node, ast.ImportFrom) and statements.target(file, node) == package.name
    ]
    inside = code.submodules(package)
    nodes = [node for node in nodes if all(alias.name in inside for alias in node.names)]
    edits = statements.with_name(file, nodes[-1], name) if nodes else None
    title = f"load `{package.name}.{name}` in {package.file} like its neighbours, {place} asks for it"
    return Remedy(kind=KIND, title=title, edits={package.file: edits}) if edits else None


def _loaded(file: Code) -> set[str]:
    """Return the modules that a file imports by `import a.b`."""
    return {
        alias.name
        for node in file.tree.body
        if isinstance(node, ast.Import)
        for alias in node.names
        if "." in alias.name
    }


def _imported(code: Codebase, file: Code, module: Module, name: str, place: str) -> Remedy:
    """Return the remedy for a submodule that has not been imported: `import a.b` beside the use of `a.b.c`."""
    wanted = Wanted(module=f"{module.name}.{name}")
    edits = additions.added(file, wanted, rewrite.tops(code))
    title = f"add `{wanted.line}`, which `import {module.name}` alone does not load ({place})"
    return Remedy(kind=KIND, title=title, edits={file.path: edits})


def _moved(
    code: Codebase, file: Code, nodes: list[ast.Attribute], module: str, name: str, home: str
) -> Sequence[Remedy]:
    """Return the remedy for a standard name that lives elsewhere now: every use in the file is addressed there."""
    base = ast.unparse(nodes[0].value)
    uses = [
        one
        for one in ast.walk(file.tree)
        if isinstance(one, ast.Attribute) and one.attr == name and ast.unparse(one.value) == base
    ]
    others = [
        one
        for one in ast.walk(file.tree)
        if isinstance(one, ast.Attribute)
        and ast.unparse(one.value) == base
        and knowledge.moved(module, one.attr) == home
    ]
    edits = [(*file.span(one.value), home) for one in {*uses, *others}]
    if home not in _loaded(file):
        edits += additions.added(file, Wanted(module=home), rewrite.tops(code))
    title = f"use `{home}.{name}` instead of `{module}.{name}` ({file.path})"
    return [Remedy(kind=KIND, title=title, edits={file.path: edits})]


def _handed(code: Codebase, file: Code, module: Module, name: str, place: str) -> Sequence[Remedy]:
    """Return the remedy for a package that should hand on a name of one of its modules."""
    if not module.own or not module.is_package or not module.file:
        return ()
    homes = [one for one in code.definers(name) if not (is_test(one.file) or is_aside(one.file))]
    homes = [one for one in homes if reexport.is_below(one, module)]
    return reexport.remedies(code, file.path, module, name, homes[0], place) if len(homes) == 1 else ()


def _spelt(
    code: Codebase, file: Code, nodes: list[ast.Attribute], module: Module, right: str, place: str
) -> Sequence[Remedy]:
    """Return the remedy for one close name: the uses are corrected, or the definition that everybody misses."""
    name = nodes[0].attr
    bound = code.bindings(module)
    if module.own and bound is not None and right in bound.defined:
        turned = blame.remedy(code, name, right, module.file)
        if turned is not None:
            return [turned]
    base = ast.unparse(nodes[0].value)
    uses = [
        one
        for one in ast.walk(file.tree)
        if isinstance(one, ast.Attribute) and one.attr == name and ast.unparse(one.value) == base
    ]
    edits = [(end - len(name), end, right) for one in uses for end in [file.span(one)[1]]]
    title = f"write `{base}.{right}` instead of `{base}.{name}` ({place})"
    return [Remedy(kind=KIND, title=title, edits={file.path: edits}, risk="low", sure=not is_test(file.path))]


def _entry(code: Codebase, module: Module, name: str) -> Sequence[Remedy]:
    """Return the remedies for an entry of `__all__` that the module does not have."""
    file = load(code, module.file) if module.own and module.file else None
    if file is None:
        return ()
    entry = next((one for one in ast.walk(file.tree) if isinstance(one, ast.Constant) and one.value == name), None)
    names, _ = code.names(module)
    if entry is None or name in names:
        return ()
    found = []
    homes = [one for one in code.definers(name) if not (is_test(one.file) or is_aside(one.file))]
    homes = [one for one in homes if reexport.is_below(one, module)]
    if len(homes) == 1:
        title = f"import `{name}` from `{homes[0].name}` in {module.file}, whose `__all__` lists it"
        found.append(Remedy(kind=KIND, title=title, edits={module.file: reexport.edits(code, file, homes[0], name)}))
    listed = set((code.bindings(module) or file.bindings).exported or ())
    found += [_entry_or_definition(code, file, module, entry, right) for right in near.close(name, names - listed)]
    return only_one(found)


def _entry_or_definition(code: Codebase, file: Code, module: Module, entry: ast.Constant, right: str) -> Remedy:
    name = str(entry.value)
    start, end = file.span(entry)
    others = [path for path in code.counts(name) if path != module.file]
    if others and not any(path != module.file for path in code.counts(right)):
        edits = blame.renamed_definition(code, module.file, right, name)
        if edits:
            title = f"rename `{right}` to `{name}`, as `__all__` and others call it ({module.file})"
            return Remedy(kind=KIND, title=title, edits={module.file: edits}, risk="medium")
    title = f"list `{right}` instead of `{name}` in `__all__` ({module.file}:{entry.lineno})"
    edit = (start, end, file.text[start:end].replace(name, right))
    return Remedy(kind=KIND, title=title, edits={module.file: (edit,)})
