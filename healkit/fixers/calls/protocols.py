"""`async for` and `async with` where the plain statement is meant, or the other way round, or a decorator was lost."""

from __future__ import annotations

import ast

from ..python import additions, calling, definitions
from ..python import members as class_members
from ..python.additions import Wanted
from ..python.code import Code, load, own_spots
from ..python.definitions import Found
from ..python.faults import never_awaited
from ..python.files import is_test
from ..python.remedy import Remedy, only_one
from . import forgotten

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from ..python.codebase import Codebase
    from ..python.faults import Fault
    from ..python.remedy import Edit

KIND = "calls"


def loops(code: Codebase, fault: Fault, said: re.Match[str]) -> Sequence[Remedy]:
    """Return what may be done about `async for` over what is no asynchronous iterator."""
    for path, spot in own_spots(code, fault.spots):
        file = load(code, path)
        if file is None:
            continue
        nodes = file.on_line(spot.line, ast.AsyncFor, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
        found = [one for one in _asynchronous(nodes) if _is_headed(one, spot.line)]
        if len(found) != 1 or said["type"] in ("method", "function"):  # a method: the fault lies where it was passed on
            return ()
        iterated = found[0].iter
        place = f"{path}:{spot.line}"
        if said["type"] == "coroutine":
            start = file.span(iterated)[0]
            title = f"await `{ast.unparse(iterated)[:60]}` before it is iterated over ({place})"
            return [
                Remedy(
                    kind=KIND,
                    title=title,
                    edits={path: ((start, start, "await "),)},
                    sure=not is_test(path),
                    risk="medium",
                )
            ]
        name = definitions.last(iterated.func) if isinstance(iterated, ast.Call) else ""
        own = (
            [one for one in definitions.functions(code, name) if isinstance(one.node, ast.FunctionDef)] if name else []
        )
        uses = calling.calls(code, name) if name else calling.Calls()
        if (
            said["type"] == "generator"
            and len(own) == 1
            and not uses.plain
            and (len(uses.awaited) > 1 or is_test(path))
        ):
            start = own[0].file.span(own[0].node)[0]
            there = f"{own[0].file.path}:{own[0].node.lineno}"
            title = f"make `{name}` an asynchronous generator (`async def`), {place} iterates over it so ({there})"
            return [
                Remedy(kind=KIND, title=title, edits={own[0].file.path: ((start, start, "async "),)}, risk="medium")
            ]
        edit = _plain_for(file, found[0])
        if edit is None or is_test(path):
            return ()
        title = f"use `for` instead of `async for` over `{ast.unparse(iterated)[:60]}` ({place})"
        return [Remedy(kind=KIND, title=title, edits={path: (edit,)}, risk="medium")]
    return ()


def _asynchronous(nodes: Sequence[ast.AST]) -> list[ast.AsyncFor | ast.comprehension]:
    found: list[ast.AsyncFor | ast.comprehension] = [one for one in nodes if isinstance(one, ast.AsyncFor)]
    for one in nodes:
        found += [part for part in getattr(one, "generators", ()) if part.is_async]
    return found


def _is_headed(node: ast.AsyncFor | ast.comprehension, line: int) -> bool:
    """Tell whether a line is that of the loop itself, not of something in its body."""
    return isinstance(node, ast.comprehension) or node.lineno <= line <= (node.iter.end_lineno or line)


def _plain_for(file: Code, node: ast.AsyncFor | ast.comprehension) -> Edit | None:
    """Return the edit that takes `async` away from a loop."""
    if isinstance(node, ast.AsyncFor):
        start = file.span(node)[0]
        return start, file.text.index("for", start), ""
    target = file.span(node.target)[0]
    start = file.text.rfind("async", 0, target)
    return (start, file.text.index("for", start), "") if start >= 0 and "for" in file.text[start:target] else None


def generators(code: Codebase, fault: Fault, said: re.Match[str]) -> Sequence[Remedy]:
    """Return what may be done about a plain `for` over an asynchronous generator or iterator."""
    kind = said["type"]
    if kind != "async_generator" and not (_has_method(code, kind, "__aiter__") or _has_method(code, kind, "__anext__")):
        return ()
    for path, spot in own_spots(code, fault.spots):
        file = load(code, path)
        if file is None:
            continue
        nodes = file.on_line(spot.line, ast.For, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
        found: list[ast.For | ast.comprehension] = [
            one for one in nodes if isinstance(one, ast.For) and one.lineno <= spot.line <= one.iter.lineno
        ]
        for one in nodes:
            found += [part for part in getattr(one, "generators", ()) if not part.is_async]
        found = [one for one in found if _gives_async(code, one.iter)] or found
        if len(found) != 1 or is_test(path) or not isinstance(file.function_of(found[0].iter), ast.AsyncFunctionDef):
            return ()
        node = found[0]
        start = (
            file.span(node)[0] if isinstance(node, ast.For) else file.text.rfind("for", 0, file.span(node.target)[0])
        )
        title = f"use `async for` over `{ast.unparse(node.iter)[:60]}` ({path}:{spot.line})"
        return [Remedy(kind=KIND, title=title, edits={path: ((start, start, "async "),)}, risk="medium")]
    return ()


def methods(code: Codebase, _fault: Fault, said: re.Match[str]) -> Sequence[Remedy]:
    """Return what may be done about a method of a protocol that is no coroutine function: the one such of the project."""
    name = said["method"]
    found = [
        one
        for one in definitions.functions(code, name)
        if isinstance(one.node, ast.FunctionDef) and not is_test(one.file.path)
    ]
    if name == "__aiter__":
        found = [one for one in found if any(isinstance(part, ast.Yield) for part in ast.walk(one.node))]
    found = [one for one in found if not definitions.decorators(one.node)]
    if len(found) != 1:
        return ()
    one = found[0]
    start = one.file.span(one.node)[0]
    title = f"make `{name}` asynchronous (`async def`), as its protocol wants it ({one.file.path}:{one.node.lineno})"
    return [Remedy(kind=KIND, title=title, edits={one.file.path: ((start, start, "async "),)}, risk="medium")]


def _gives_async(code: Codebase, node: ast.expr) -> bool:
    name = definitions.last(node.func) if isinstance(node, ast.Call) else ""
    return (
        any(isinstance(one.node, ast.AsyncFunctionDef) for one in definitions.functions(code, name)) if name else False
    )


def contexts(code: Codebase, fault: Fault, said: re.Match[str]) -> Sequence[Remedy]:
    """Return what may be done about `with` or `async with` over what does not support it."""
    wants_async = bool(said["how"])
    for path, spot in own_spots(code, fault.spots):
        file = load(code, path)
        kind = ast.AsyncWith if wants_async else ast.With
        nodes = [one for one in file.on_line(spot.line, kind) if one.lineno <= spot.line] if file is not None else []  # type: ignore[attr-defined]
        if file is None or not nodes:
            continue
        node = nodes[-1]
        assert isinstance(node, (ast.With, ast.AsyncWith))
        items = [one.context_expr for one in node.items if len(node.items) == 1 or one.context_expr.lineno == spot.line]
        items = [one for one in file.marked(items, spot) if isinstance(one, ast.expr)]
        if len(items) != 1 and not (wants_async and _has_method(code, said["type"], "__enter__") is not False):
            return ()
        return _context(code, file, node, items[0], said["type"], wants_async)
    return ()


def _context(
    code: Codebase, file: Code, node: ast.With | ast.AsyncWith, item: ast.expr, kind: str, wants_async: bool
) -> Sequence[Remedy]:
    place = f"{file.path}:{node.lineno}"
    name = definitions.last(item.func) if isinstance(item, ast.Call) else ""
    own = definitions.functions(code, name) if name else []
    if kind in ("generator", "async_generator"):
        return only_one(one for found in own if (one := _decorated(found, kind, place)) is not None)
    if is_test(file.path):
        return ()
    if kind == "coroutine" and isinstance(item, ast.Await):
        return forgotten.never(code, never_awaited(code.case))
    if kind == "coroutine" and wants_async:
        start = file.span(item)[0]
        title = f"await `{ast.unparse(item)[:60]}` before it is entered ({place})"
        return [Remedy(kind=KIND, title=title, edits={file.path: ((start, start, "await "),)}, risk="medium")]
    start = file.span(node)[0]
    if wants_async and _has_method(code, kind, "__enter__") is not False:
        title = f"use `with` instead of `async with` ({place})"
        edit = (start, file.text.index("with", start), "")
        return [Remedy(kind=KIND, title=title, edits={file.path: (edit,)}, risk="medium")]
    is_async = isinstance(file.function_of(node), ast.AsyncFunctionDef)
    if not wants_async and is_async and len(node.items) == 1 and _has_method(code, kind, "__aenter__"):
        title = f"use `async with` instead of `with` ({place})"
        return [Remedy(kind=KIND, title=title, edits={file.path: ((start, start, "async "),)}, risk="medium")]
    return ()


_KNOWN = {
    "_AsyncGeneratorContextManager": "__aenter__", "_GeneratorContextManager": "__enter__", "Lock": "__aenter__",
    "Semaphore": "__aenter__", "Condition": "__aenter__", "TaskGroup": "__aenter__", "Timeout": "__aenter__",
    "AsyncExitStack": "__aenter__", "aclosing": "__aenter__", "BoundedSemaphore": "__aenter__",
}  # fmt: skip
"""The methods of the standard library's context managers, by the type's name as Python prints it."""


def _has_method(code: Codebase, kind: str, method: str) -> bool | None:
    """Tell whether a class has a method; None when the class is not known."""
    name = kind.rpartition(".")[2]
    if name in _KNOWN:
        return _KNOWN[name] == method
    answers = [
        method in class_members.attributes(code, file, node)[0] for file, node in definitions.classes(code, name)
    ]
    return any(answers) if answers else None


def _decorated(found: Found, kind: str, place: str) -> Remedy | None:
    """Return the remedy for a generator function that lost its `@contextmanager`."""
    file, node = found.file, found.node
    wanted = "asynccontextmanager" if kind == "async_generator" else "contextmanager"
    yields = [one for one in ast.walk(node) if isinstance(one, ast.Yield) and file.function_of(one) is node]
    if not yields or is_test(file.path) or isinstance(node, ast.AsyncFunctionDef) != (kind == "async_generator"):
        return None
    if wanted in definitions.decorators(node):
        return None
    known = file.bindings.imported
    text, edits = wanted, list[tuple[int, int, str]]()
    if wanted not in known:
        if "contextlib" in known and not known["contextlib"].name:
            text = f"contextlib.{wanted}"
        else:
            edits += additions.added(file, Wanted(module="contextlib", name=wanted))
    first = min([one.lineno for one in node.decorator_list] or [node.lineno])
    start = file.line_start(first)
    indent = file.lines[first - 1][: len(file.lines[first - 1]) - len(file.lines[first - 1].lstrip())]
    if node.decorator_list:
        start = file.line_start(node.lineno)
    edits.append((start, start, f"{indent}@{text}\n"))
    title = f"make `{node.name}` a context manager with `@{text}`, {place} enters it ({file.path}:{node.lineno})"
    return Remedy(kind=KIND, title=title, edits={file.path: edits}, risk="medium")
