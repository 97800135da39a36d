"""How a project calls a name: awaited, plainly, or so that somebody else may await it."""

from __future__ import annotations

import ast

from ...records import Record
from .code import Code, load
from .definitions import last

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .codebase import Codebase

CONSUMERS = frozenset(
    (
        "run", "gather", "create_task", "ensure_future", "wait_for", "wait", "shield", "run_until_complete", "start_soon", "spawn",
        "as_completed", "run_coroutine_threadsafe", "iscoroutine", "isawaitable", "Task", "to_thread", "add_task", "start", "append",
        "timeout", "fail_after", "create_background_task", "async_to_sync", "run_sync", "enter_async_context", "anext", "close",
    )
)  # fmt: skip
"""Functions that take a coroutine and see to it themselves."""


class Calls(Record):
    """How the project calls a name, as (file, node): awaited, plainly, or so that somebody else may await it (`handed`)."""

    awaited: Sequence[tuple[Code, ast.Call]] = ()
    plain: Sequence[tuple[Code, ast.Call]] = ()
    handed: Sequence[tuple[Code, ast.Call]] = ()


def calls(code: Codebase, name: str) -> Calls:
    """Return the project's calls of a name (of whatever object), tests included."""
    found: dict[str, list[tuple[Code, ast.Call]]] = {"awaited": [], "plain": [], "handed": []}
    for path in code.holding(f"{name}(") if name else ():
        file = load(code, path)
        for node in file.calls if file is not None else ():
            if last(node.func) == name and file is not None:
                found[use_of(file, node)].append((file, node))
    return Calls(**found)


def use_of(file: Code, node: ast.Call) -> str:
    """Return whether a call is `awaited`, `handed` on (returned, given to a consumer of coroutines), or `plain`."""
    parent = file.parents.get(node)
    if isinstance(parent, ast.Await):
        return "awaited"
    if isinstance(parent, (ast.Starred, ast.List, ast.Tuple, ast.GeneratorExp, ast.ListComp)):
        for one in file.around(node):
            if isinstance(one, ast.Call) and last(one.func) in CONSUMERS:
                return "awaited"
    if isinstance(parent, ast.keyword):
        parent = file.parents.get(parent)
    if isinstance(parent, ast.Call) and parent.func is not node and last(parent.func) in CONSUMERS:
        return "awaited"
    if isinstance(parent, (ast.Return, ast.Lambda)):
        function = file.function_of(node)
        return "plain" if isinstance(function, ast.AsyncFunctionDef) else "handed"
    if isinstance(parent, ast.withitem):
        with_ = file.parents.get(parent)
        return "awaited" if isinstance(with_, ast.AsyncWith) else "plain"
    if isinstance(parent, (ast.AsyncFor, ast.comprehension)) and parent.iter is node:
        is_async = isinstance(parent, ast.AsyncFor) or bool(getattr(parent, "is_async", 0))
        return "awaited" if is_async else "plain"
    return "plain"
