"""A name that a package should hand on: its `__init__` imports the neighbours of the name, or lists it in `__all__`."""

from __future__ import annotations

import ast
import os

from ..python import additions, statements
from ..python.additions import Wanted
from ..python.bindings import absolute
from ..python.code import Code, load
from ..python.files import is_test
from ..python.remedy import Remedy
from . import rewrite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..python.codebase import Codebase
    from ..python.files import Module
    from ..python.remedy import Edit


def is_below(module: Module, package: Module) -> bool:
    """Tell whether a module lies inside a package."""
    if not package.file.endswith("__init__.py"):
        return False
    folder = os.path.dirname(package.file)
    return module.file != package.file and (module.file.startswith(f"{folder}/") or not folder)


def remedies(code: Codebase, asking: str, package: Module, name: str, home: Module, place: str) -> Sequence[Remedy]:
    """Return the remedy that makes a package hand a name on; nothing where it hands on nothing of the kind.

    Args:
        code: the project.
        asking: the file that asks the package for the name.
        package: the package.
        name: the name.
        home: the module inside the package that defines it.
        place: where it is asked for, for the title.
    """
    bound, file = code.bindings(package), load(code, package.file)
    if bound is None or file is None or name.startswith("_"):
        return ()
    hidden = _hidden(code, package, name, home)
    if hidden:
        return hidden
    folder = os.path.dirname(package.file)
    handed = [one for one in bound.imported.values() if is_handed(code, one.module, package)]
    others = [path for path, _ in code.importers(package.name, name) if path != asking]
    listed = bound.exported is not None and name in bound.exported
    beside = any(one.module == home.name and one.name for one in handed)
    if not (listed or beside or others or handed):
        return ()
    direct = [path for path, _ in code.importers(home.name, name) if not path.startswith(f"{folder}/")]
    inside = asking.startswith(f"{folder}/") and not is_test(asking)
    sure = listed or ((beside or bool(others)) and not inside) or (not direct and not inside)
    if not listed and not sure and inside:
        return ()
    title = f"hand `{name}` of `{home.name}` on in {package.file}, where {place} asks for it"
    return [Remedy(kind="imports", title=title, edits={package.file: edits(code, file, home, name)}, sure=sure)]


def is_handed(code: Codebase, origin: str, package: Module) -> bool:
    """Tell whether a module from which a package imports lies inside that package."""
    found = code.find(origin)
    return found is not None and found.own and is_below(found, package)


def _hidden(code: Codebase, package: Module, name: str, home: Module) -> Sequence[Remedy]:
    """Return the remedy for `from .home import *` where the home's `__all__` leaves the name out."""
    bound, its = code.bindings(package), code.bindings(home)
    if bound is None or its is None or home.name not in bound.stars or its.exported is None or name in its.exported:
        return ()
    file = load(code, home.file)
    found = listed(file, name) if file is not None else None
    if not found:
        return ()
    title = f"list `{name}` in `__all__` of {home.file}, from which {package.file} takes everything"
    return [Remedy(kind="imports", title=title, edits={home.file: found})]


def listed(file: Code, name: str) -> list[Edit] | None:
    """Return the edits that add a name to a module's `__all__`, in order where it is in order."""
    for node in file.tree.body:
        value = getattr(node, "value", None)
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if not isinstance(value, (ast.List, ast.Tuple)) or not value.elts:
            continue
        if not any(isinstance(one, ast.Name) and one.id == "__all__" for one in targets):
            continue
        names = [str(one.value) if isinstance(one, ast.Constant) else "" for one in value.elts]
        at = (
            next((i for i, one in enumerate(names) if one > name), len(names)) if names == sorted(names) else len(names)
        )
        beside = value.elts[min(at, len(names) - 1)]
        quote = file.piece(beside)[0]
        item = f"{quote}{name}{quote}"
        start, end = file.span(beside)
        line = file.line_start(beside.lineno)
        alone = not file.text[line:start].strip()
        if at < len(names):
            gap = "\n" + file.text[line:start] if alone else " "
            return [(start, start, f"{item},{gap}")]
        gap = "\n" + file.text[line:start] if alone else " "
        return [(end, end, f",{gap}{item}")]
    return None


def edits(code: Codebase, file: Code, home: Module, name: str) -> list[Edit]:
    """Return the edits by which a package's `__init__` imports a name from one of its modules, in its own style."""
    nodes = [node for node in file.tree.body if isinstance(node, ast.ImportFrom)]
    same = [node for node in nodes if absolute(node, file.module, True) == home.name]
    style = same or [node for node in nodes if node.level]
    relative = not any(not node.level for node in same) if same else statements.is_relative_style(file) or not nodes
    aliases = [alias for node in style for alias in node.names]
    doubled = bool(aliases) and sum(alias.asname == alias.name for alias in aliases) * 2 > len(aliases)
    module = statements.spelled(file, home.name, relative)
    wanted = Wanted(module=module, name=name, bound=name if doubled else "")
    line = f"from {module} import {name} as {name}" if doubled else wanted.line
    if same and all(len(node.names) == 1 for node in same) and (len(same) > 1 or doubled):
        return [_among(file, same, name, line)]
    if same:
        found = statements.with_name(file, same[-1], f"{name} as {name}" if doubled else name)
        if found:
            return found
        return [_among(file, same, name, line)]
    behind = _asked_back(code, file, home, nodes)
    if behind is not None:
        start = file.line_start((behind.end_lineno or 1) + 1)
        return [(start, start, f"{line}\n")]
    found_edits = additions.added(file, wanted, rewrite.tops(code))
    return [(start, end, text.replace(wanted.line, line)) for start, end, text in found_edits]


def _asked_back(code: Codebase, file: Code, home: Module, nodes: Sequence[ast.ImportFrom]) -> ast.ImportFrom | None:
    """Return the last statement of a package that binds what one of its modules imports from the package: it comes first."""
    its = load(code, home.file)
    back = {
        alias.name
        for node in (its.tree.body if its is not None else ())
        if isinstance(node, ast.ImportFrom)
        and absolute(node, home.name, home.file.endswith("__init__.py")) == file.module
        for alias in node.names
    }
    binding = [node for node in nodes if any((alias.asname or alias.name) in back for alias in node.names)]
    return binding[-1] if binding else None


def _among(file: Code, same: Sequence[ast.ImportFrom], name: str, line: str) -> Edit:
    """Return the edit that puts a statement among those of the same module."""
    before = [node for node in same if node.names[0].name.lower() < name.lower()]
    if before:
        start = file.line_start((before[-1].end_lineno or 1) + 1)
        return start, start, f"{line}\n"
    start = file.line_start(same[0].lineno)
    return start, start, f"{line}\n"
