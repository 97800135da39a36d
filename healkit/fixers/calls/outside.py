"""`'await' outside async function`: the function has lost its `async`, or the `await` has no business in it."""

from __future__ import annotations

import ast

from ..python import calling, definitions
from ..python.code import Code, load, own_spots
from ..python.definitions import Found
from ..python.files import is_test
from ..python.remedy import Remedy

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from ..python.codebase import Codebase
    from ..python.faults import Fault

KIND = "calls"
_PROTOCOL = frozenset(("__aenter__", "__aexit__", "__anext__"))


def remedies(code: Codebase, fault: Fault, _said: re.Match[str]) -> Sequence[Remedy]:
    """Return what may be done about an `await` in a plain function."""
    for path, spot in own_spots(code, fault.spots):
        file = load(code, path)
        if file is None:
            continue
        nodes = file.on_line(
            spot.line, ast.Await, ast.AsyncFor, ast.AsyncWith, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp
        )
        functions = {function for node in nodes if (function := file.function_of(node)) is not None}
        plain = [one for one in functions if isinstance(one, ast.FunctionDef)]
        if len(plain) == 1:
            return _weighed(code, file, plain[0], spot.line)
        if not functions and nodes:
            return [_guide(f"{path}:{spot.line}")]
    return ()


def _guide(place: str) -> Remedy:
    steps = [
        f"{place} awaits outside any function",
        "put it into `async def main(): ...` and end the file with `asyncio.run(main())`",
    ]
    return Remedy(kind="guide", title=f"run what {place} awaits through `asyncio.run`", steps=steps, sure=False)


def _weighed(code: Codebase, file: Code, function: ast.FunctionDef, line: int) -> Sequence[Remedy]:
    """Return the remedy: `async def` where nobody calls the function without awaiting it."""
    start = file.span(function)[0]
    place = f"{file.path}:{function.lineno}"
    made = Remedy(
        kind=KIND,
        title=f"make `{function.name}` a coroutine function (`async def`), line {line} awaits in it ({place})",
        edits={file.path: ((start, start, "async "),)},
        risk="medium",
    )
    if function.name in _PROTOCOL or is_test(file.path):
        return [made]
    uses = calling.calls(code, function.name)
    others = [
        one
        for one in definitions.functions(code, function.name)
        if one.node.lineno != function.lineno or one.file.path != file.path
    ]
    plain = [one for one in uses.plain if not _means_other(code, file, function, one, others)]
    if not plain:
        return [made]
    if uses.awaited or any(isinstance(one.node, ast.AsyncFunctionDef) for one in others):
        return [made.replace(sure=len(uses.awaited) > 2 * len(plain))]
    return _dropped(code, file, function, line)


def _means_other(
    code: Codebase, file: Code, function: ast.FunctionDef, one: tuple[Code, ast.Call], others: Sequence[Found]
) -> bool:
    """Tell whether a call of the same name means another function: one of another class, or of no class at all."""
    its, call = one
    owner = file.parents.get(function)
    is_method = isinstance(owner, ast.ClassDef)
    if isinstance(call.func, ast.Name):
        if is_method:
            return True
        resolved = definitions.resolve(code, its, call.func)
        return resolved is not None and resolved[0].path != file.path
    if not is_method and isinstance(call.func, ast.Attribute):
        base = call.func.value
        return not (isinstance(base, ast.Name) and base.id in its.bindings.imported)
    base_name = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
    if base_name == "self" and isinstance(owner, ast.ClassDef):
        mine = its.class_of(call)
        return (
            mine is not None
            and (mine.name != owner.name)
            and any(one.owner is not None and one.owner.name == mine.name for one in others)
        )
    return bool(others)


def _dropped(code: Codebase, file: Code, function: ast.FunctionDef, line: int) -> Sequence[Remedy]:
    """Return the remedy without `await`, where the one thing that a plain function awaits is a plain function's result."""
    awaits = [node for node in ast.walk(function) if isinstance(node, (ast.Await, ast.AsyncFor, ast.AsyncWith))]
    if len(awaits) != 1 or not isinstance(awaits[0], ast.Await) or not isinstance(awaits[0].value, ast.Call):
        return ()
    node = awaits[0]
    called = definitions.functions(code, definitions.last(awaits[0].value.func))
    if not called or not all(isinstance(one.node, ast.FunctionDef) for one in called):
        return ()
    start = file.span(node)[0]
    title = f"call `{ast.unparse(node.value)[:60]}` without `await`, neither it nor `{function.name}` is a coroutine ({file.path}:{line})"
    return [Remedy(kind=KIND, title=title, edits={file.path: ((start, start + len("await "), ""),)}, risk="medium")]
