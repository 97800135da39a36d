"""`await` on what is no coroutine, and a coroutine that nobody awaits: the place, or the function, is corrected."""

from __future__ import annotations

import ast

from ..python import calling, definitions
from ..python.calling import Calls
from ..python.code import Code, load, own_spots
from ..python.definitions import Found
from ..python.files import is_test
from ..python.remedy import Remedy, only_one

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from ..python.codebase import Codebase
    from ..python.faults import Fault, Spot

KIND = "calls"


def needless(code: Codebase, fault: Fault, said: re.Match[str]) -> Sequence[Remedy]:
    """Return what may be done about `await` on a value: without it here, or with a function that is a coroutine again."""
    for path, spot in own_spots(code, fault.spots):
        file = load(code, path)
        found = (
            [one for one in file.on_line(spot.line, ast.Await) if isinstance(one, ast.Await)]
            if file is not None
            else []
        )
        marked = [one for one in file.marked(found, spot) if isinstance(one, ast.Await)] if file is not None else []
        if file is None or not marked:
            continue
        if len(marked) > 1:
            marked = _without_coroutines(code, marked)
        if said["type"] in ("method", "function"):
            return [remedy for one in marked for remedy in _uncalled(code, file, one)]
        return only_one(remedy for one in marked for remedy in _needless(code, file, one, spot))
    return ()


def _without_coroutines(code: Codebase, nodes: list[ast.Await]) -> list[ast.Await]:
    """Return those of several `await` on a line that do not await a coroutine function of the project."""
    kept = []
    for one in nodes:
        name = definitions.last(one.value.func) if isinstance(one.value, ast.Call) else ""
        own = definitions.functions(code, name) if name else []
        if not own or not all(isinstance(found.node, ast.AsyncFunctionDef) for found in own):
            kept.append(one)
    return kept or nodes


def _needless(code: Codebase, file: Code, node: ast.Await, spot: Spot) -> Sequence[Remedy]:
    place = f"{file.path}:{spot.line}"
    name = definitions.last(node.value.func) if isinstance(node.value, ast.Call) else ""
    own = called(code, file, node.value) if isinstance(node.value, ast.Call) else []
    sync = [one for one in own if isinstance(one.node, ast.FunctionDef) and not is_test(one.file.path)]
    start = file.span(node)[0]
    drop = Remedy(
        kind=KIND,
        title=f"call `{ast.unparse(node.value)[:60]}` without `await`, it is no coroutine ({place})",
        edits={
            file.path: (
                (start, file.span(node.value)[0] if not _in_brackets(file, node) else start + len("await "), ""),
            )
        },
        risk="medium",
    )
    calls = calling.calls(code, name) if name else Calls()
    others = [one for one in calls.awaited if one[1] is not node.value and not _is_same(one, file, node.value)]
    if is_test(file.path):
        others = list(calls.awaited)
    plain = [one for one in calls.plain if not isinstance(one[0].parents.get(one[1]), ast.Await)]
    if len(sync) == 1 and others and not plain and not _has_decorator(sync[0]):
        return [made_async(sync[0], place)]
    return [] if is_test(file.path) else [drop]


def called(code: Codebase, file: Code, call: ast.Call) -> list[Found]:
    """Return the project's functions that a call may mean, by name; of its own class where it says `self`."""
    found = definitions.functions(code, definitions.last(call.func))
    if (
        isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in ("self", "cls")
    ):
        owner = file.class_of(call)
        mine = [one for one in found if owner is not None and one.file.path == file.path and one.owner is not None]
        mine = [one for one in mine if one.owner is not None and owner is not None and one.owner.name == owner.name]
        return mine or found
    if isinstance(call.func, ast.Name):
        resolved = definitions.resolve(code, file, call.func)
        plain = [one for one in found if one.owner is None]
        exact = [one for one in plain if resolved is not None and one.file.path == resolved[0].path]
        return exact or plain
    return found


def _is_same(one: tuple[Code, ast.Call], file: Code, node: ast.expr) -> bool:
    return one[0].path == file.path and one[1].lineno == node.lineno and one[1].col_offset == node.col_offset


def _in_brackets(file: Code, node: ast.Await) -> bool:
    """Tell whether brackets stand between `await` and what it awaits; they stay."""
    return "(" in file.text[file.span(node)[0] : file.span(node.value)[0]]


def _has_decorator(one: Found) -> bool:
    return bool(
        definitions.decorators(one.node) & {"property", "cached_property", "contextmanager", "asynccontextmanager"}
    )


def made_async(one: Found, place: str) -> Remedy:
    """Return the remedy that makes a function a coroutine function."""
    start = one.file.span(one.node)[0]
    title = f"make `{one.node.name}` a coroutine function (`async def`), {place} awaits it ({one.file.path}:{one.node.lineno})"
    return Remedy(kind=KIND, title=title, edits={one.file.path: ((start, start, "async "),)}, risk="medium")


def _uncalled(code: Codebase, file: Code, node: ast.Await) -> Sequence[Remedy]:
    """Return the remedy for `await f` where f is a coroutine function that needs no argument."""
    name = definitions.last(node.value)
    own = [one for one in definitions.functions(code, name) if isinstance(one.node, ast.AsyncFunctionDef)]
    if len(own) != 1 or definitions.signature(own[0].node, own[0].owner is not None).required or is_test(file.path):
        return ()
    end = file.span(node.value)[1]
    title = f"call `{name}` before it is awaited ({file.path}:{node.lineno})"
    return [Remedy(kind=KIND, title=title, edits={file.path: ((end, end, "()"),)})]
