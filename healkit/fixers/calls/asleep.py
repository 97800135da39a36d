"""An async function that awaits nothing, and hands on what a callable that it was given returned: the `await` is gone."""

from __future__ import annotations

import ast

from ..python.code import Code, load
from ..python.files import is_test
from ..python.remedy import Remedy
from .forgotten import awaited

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..python.codebase import Codebase

_WAITING = (ast.Await, ast.AsyncFor, ast.AsyncWith, ast.Yield, ast.YieldFrom)
_MOST_FILES = 400


def remedies(code: Codebase) -> Sequence[Remedy]:
    """Return the remedy where the project has exactly one such call; a coroutine was seen where a value was expected."""
    found: list[tuple[Code, ast.Call]] = []
    for path in list(code.holding("async"))[:_MOST_FILES]:
        file = load(code, path) if not is_test(path) else None
        for node in ast.walk(file.tree) if file is not None else ():
            if file is not None and isinstance(node, ast.AsyncFunctionDef):
                found += ((file, call) for call in _handed_on(file, node))
    return [awaited(*found[0])] if len(found) == 1 else []


def _handed_on(file: Code, function: ast.AsyncFunctionDef) -> Iterator[ast.Call]:
    """Yield the calls of given callables whose result an async function without any `await` returns or keeps."""
    if any(isinstance(node, _WAITING) for node in ast.walk(function)):
        return
    for node in ast.walk(function):
        call = node.value if isinstance(node, (ast.Return, ast.Assign, ast.AnnAssign)) else None
        if isinstance(call, ast.Call) and _is_given(file, function, call.func):
            yield call


def _is_given(file: Code, function: ast.AsyncFunctionDef, callee: ast.expr) -> bool:
    """Tell whether a callable came from outside: a parameter, or an attribute of the instance that is no method of its class."""
    if isinstance(callee, ast.Name):
        arguments = function.args
        return callee.id in {one.arg for one in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]}
    if not (isinstance(callee, ast.Attribute) and isinstance(callee.value, ast.Name) and callee.value.id == "self"):
        return False
    owner = file.parents.get(function)
    body = owner.body if isinstance(owner, ast.ClassDef) else []
    return not any(
        isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and one.name == callee.attr
        for one in body
    )
