"""A name that is one slip of the pen away from another one in reach."""

from __future__ import annotations

import ast

from ..python import near, scopes
from ..python.code import Code, Functions
from ..python.files import is_test
from ..python.remedy import Remedy, only_one

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..python.codebase import Codebase
    from .missing import Asked

KIND = "imports"


def remedies(code: Codebase, asked: Asked) -> list[Remedy]:
    """Return the remedies for a name that is one slip away from another that is in reach."""
    if not asked.here:
        return []
    node = asked.here[0]
    reach = scopes.in_reach(asked.file, node)
    alike = near.close(asked.name, {name for name in reach if not name.startswith("__") or asked.name.startswith("__")})
    found = [_slip(code, asked, node, other) for other in alike[:3]]
    return only_one(one for one in found if one is not None)


def _slip(code: Codebase, asked: Asked, node: ast.Name, right: str) -> Remedy | None:
    file = asked.file
    function = file.function_of(node)
    same = [one for one in asked.uses if file.function_of(one) is function]
    title = f"write `{right}` instead of `{asked.name}` ({asked.place})"
    bound = [one for one in file.names(right) if not isinstance(one.ctx, ast.Load) and function in (*file.around(one),)]
    read = [one for one in file.names(right) if isinstance(one.ctx, ast.Load) and file.function_of(one) is function]
    is_word = code.count(asked.name) > len(same)
    if function is not None and not read and _is_own(function, right) and (is_word or len(same) > 1):
        turned = _renamed_binding(code, file, function, right, asked.name, bound)
        if turned is not None:
            return turned
    if is_test(file.path):
        return None
    edits = [(*file.span(one), right) for one in same]
    # A name that others use, or that stands here twice, is no slip: what bound it may be gone.
    is_kin = right[:1].isupper() == asked.name[:1].isupper() or right in scopes.BUILTINS
    sure = not is_word and len(same) == 1 and is_kin
    return Remedy(kind=KIND, title=title, edits={file.path: edits}, risk="medium", sure=sure)


def _is_own(function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> bool:
    return name in scopes.local_names(function)


def _renamed_binding(
    code: Codebase,
    file: Code,
    function: ast.FunctionDef | ast.AsyncFunctionDef,
    old: str,
    new: str,
    bound: list[ast.Name],
) -> Remedy | None:
    """Return the remedy that corrects where a name is bound: an assignment or parameter that nothing else reads."""
    args = function.args
    params = [one for one in (*args.posonlyargs, *args.args, *args.kwonlyargs) if one.arg == old]
    if len(params) + len(bound) != 1 or is_test(file.path):
        return None
    if params and any(
        f"{old}=".encode() in code.data(path) or f"{old} =".encode() in code.data(path) for path in code.files
    ):
        return None
    start = file.span(params[0] if params else bound[0])[0]
    title = (
        f"call it `{new}` where it is bound as `{old}`, which nothing reads ({file.path}:{(params or bound)[0].lineno})"
    )
    return Remedy(kind=KIND, title=title, edits={file.path: ((start, start + len(old), new),)}, risk="medium")


def is_idle(asked: Asked, slips: Sequence[Remedy]) -> bool:
    """Tell whether a close name is bound in the same function and never read: then the slip is the likelier story."""
    function = asked.file.function_of(asked.here[0])
    if function is None:
        return False
    names = scopes.local_names(function)
    read = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    idle = near.close(asked.name, names - read)
    return bool(idle) and isinstance(function, Functions) and bool(slips)
