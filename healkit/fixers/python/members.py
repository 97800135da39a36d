"""What the objects of a class have: methods, what is bound in its body, what its methods bind on `self`, what bases bring."""

from __future__ import annotations

import ast
import builtins

from .code import Functions
from .definitions import last, resolve, targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .code import Code
    from .codebase import Codebase

_HOPS = 6


def attributes(
    code: Codebase, file: Code, node: ast.ClassDef, depth: int = 0
) -> tuple[dict[str, ast.AST | None], bool]:
    """Return the attributes of a class's instances with the node that binds each first, and whether that is all of them."""
    found: dict[str, ast.AST | None] = {}
    complete = True
    makes_own = not node.decorator_list and any(getattr(part, "name", "") == "__init__" for part in node.body)
    for part in node.body:
        if makes_own and isinstance(part, ast.AnnAssign) and part.value is None:
            continue  # a bare annotation binds nothing
        if isinstance(part, (*Functions, ast.ClassDef)):
            found.setdefault(part.name, part)
            complete &= part.name not in ("__getattr__", "__getattribute__")
        for target in targets(part):
            if isinstance(target, ast.Name):
                found.setdefault(target.id, target)
            if isinstance(target, ast.Name) and target.id == "__slots__":
                slots = ast.walk(part)
                found.update(
                    {str(one.value): None for one in slots if isinstance(one, ast.Constant) and one.value not in found}
                )
    for one in ast.walk(node):
        if not isinstance(one, ast.Attribute) or not isinstance(one.ctx, ast.Store):
            continue
        if ast.unparse(one.value) in ("self", "cls") and not isinstance(file.parents.get(one), ast.AugAssign):
            found.setdefault(one.attr, one)
    for base in node.bases:
        if last(base) == "object":
            continue
        there = resolve(code, file, base) if depth < _HOPS else None
        if there is None or not isinstance(there[1], ast.ClassDef):
            kind = getattr(builtins, last(base), None)
            if isinstance(kind, type):
                found.update(dict.fromkeys(set(dir(kind)) - found.keys()))
            else:
                complete = False
            continue
        more, whole = attributes(code, there[0], there[1], depth + 1)
        found = {**dict.fromkeys(more), **found} if there[0].path.startswith("/") else {**more, **found}
        complete &= whole
    return found, complete and not node.keywords


def own_member(code: Codebase, file: Code, node: ast.AST, name: str) -> str:
    """Return how a method would reach a member of its own object (`self`, `cls`), empty when there is no such member."""
    statement = next((one for one in file.around(node) if isinstance(one, ast.stmt)), None)
    if any(isinstance(one, ast.Attribute) and one.attr == name for one in targets(statement)):
        return ""  # `self.x = x`: here it is made
    function = file.function_of(node)
    while function is not None:
        parent = file.parents.get(function)
        if isinstance(parent, ast.ClassDef) and function.args.args:
            first = function.args.args[0].arg
            found, _ = attributes(code, file, parent)
            return first if first in ("self", "cls") and name in found else ""
        function = file.function_of(function)
    return ""
