"""The edits behind the import remedies: a statement gets another module or name, everywhere in the project it stands."""

from __future__ import annotations

import ast

from ..python import additions, scopes, statements
from ..python.additions import Wanted
from ..python.code import Code, load
from ..python.remedy import joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..python.codebase import Codebase
    from ..python.files import Module
    from ..python.remedy import Edit, Edits

    Statement = ast.Import | ast.ImportFrom


def tops(code: Codebase) -> list[str]:
    """Return the project's top-level modules."""
    return sorted({code.name_of(path).partition(".")[0] for path in code.files})


def move(code: Codebase, module: Module, name: str, target: str) -> Edits | None:
    """Return the edits that import a name from another module, in every statement of the project that asks for it there.

    What else such a statement asks for in vain, and finds there too, goes along. None when one of the statements is
    written in a way that is not understood.
    """
    edits: Edits = {}
    there, _ = code.names(found) if (found := code.find(target)) is not None else (set(), False)
    lost = there - code.names(module)[0] | {name}
    bound = code.bindings(found) if found is not None else None
    defined = bound.defined if bound is not None else {}
    for path in dict.fromkeys(path for path, _ in code.importers(module.name, name)):
        file = load(code, path)
        nodes = (
            [node for node in _statements(file, module.name, name) if not statements.is_guarded(file, node)]
            if file
            else []
        )
        for node in nodes:
            assert file is not None
            moving = [alias.name for alias in node.names if alias.name in lost]
            if len(moving) * 2 >= len(node.names) and all(alias.name in defined for alias in node.names):
                moving = [alias.name for alias in node.names]  # the statement as a whole means the other module
            turned = move_in(code, file, node, moving, target)
            if turned is None:
                return None
            edits = joined(edits, {path: turned})
    return edits


def _statements(file: Code, module: str, name: str) -> list[ast.ImportFrom]:
    return [
        node
        for node in ast.walk(file.tree)
        if isinstance(node, ast.ImportFrom)
        and any(alias.name == name for alias in node.names)
        and statements.target(file, node) == module
    ]


def move_in(
    code: Codebase, file: Code, node: ast.ImportFrom, names: Sequence[str], target: str
) -> tuple[Edit, ...] | None:
    """Return the edits by which one statement imports some of its names from another module."""
    module = statements.spelled(file, target, node.level > 0)
    moving = [alias for alias in node.names if alias.name in names]
    if len(moving) == len(node.names):
        edit = statements.module_edit(file, node, module)
        return (edit,) if edit else None
    gone = statements.without(file, node, moving)
    if gone is None:
        return None
    wanted = [Wanted(module=module, name=alias.name, bound=alias.asname or "") for alias in moving]
    if file.parents.get(node) is file.tree:
        more = additions.added_all(file, wanted, tops(code))
    else:
        start = file.line_start((node.end_lineno or node.lineno) + 1)
        indent = file.lines[node.lineno - 1][: node.col_offset]
        more = [(start, start, "".join(f"{indent}{one.line}\n" for one in wanted))]
    return (*gone, *more)


def rename(code: Codebase, module: str, wrong: str, right: str) -> Edits | None:
    """Return the edits by which every statement that imports a wrong name imports the right one; uses follow."""
    edits: Edits = {}
    for path in dict.fromkeys(path for path, _ in code.importers(module, wrong)):
        file = load(code, path)
        nodes = (
            [node for node in _statements(file, module, wrong) if not statements.is_guarded(file, node)] if file else []
        )
        if file is None or not nodes:
            continue
        found = [edit for node in nodes for edit in renamed(file, node, wrong, right)]
        edits = joined(edits, {path: tuple(found)})
    return edits


def renamed(file: Code, node: ast.ImportFrom, wrong: str, right: str) -> list[Edit]:
    """Return the edits of one statement. Without an alias the uses of the wrong name are renamed, where that is safe."""
    found: list[Edit] = []
    for alias in statements.aliases_of(node, wrong):
        follows = [] if alias.asname and alias.asname != wrong else uses(file, wrong)
        if any(other.name == right for other in node.names if other is not alias):
            found += statements.without(file, node, [alias]) or []
            found += [(*file.span(name), right) for name in follows]
        elif alias.asname == wrong:  # `from m import wrong as wrong`: a re-export
            found.append((*file.span(alias), f"{right} as {right}"))
            found += [(*file.span(name), right) for name in follows]
        elif not follows or scopes.unbound(file, right):  # its uses are spelled as they should be
            found.append(statements.name_edit(file, alias, right))
        elif can_rename(file, wrong, right):
            found.append(statements.name_edit(file, alias, right))
            found += [(*file.span(name), right) for name in follows]
        else:
            found.append(statements.name_edit(file, alias, f"{right} as {wrong}"))
    return found


def uses(file: Code, name: str) -> list[ast.Name]:
    """Return where a file reads a name of its top level, not a local variable that is called so too."""
    return [node for node in file.names(name) if isinstance(node.ctx, ast.Load) and not scopes.is_local(file, node)]


def can_rename(file: Code, wrong: str, right: str) -> bool:
    """Tell whether every plain use of an imported name may be written as another: neither is bound by anything else."""
    bound = sum(
        (isinstance(node, ast.Name) and node.id in (wrong, right) and not isinstance(node.ctx, ast.Load))
        or (isinstance(node, ast.arg) and node.arg in (wrong, right))
        or (isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.name == right)
        for node in ast.walk(file.tree)
    )
    imported = [
        alias
        for node in ast.walk(file.tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
        if (alias.asname or alias.name.partition(".")[0]) == right
    ]
    return not bound and not imported
