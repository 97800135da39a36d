"""A coroutine that nobody awaits: an `await` is added, or a function that awaits nothing is a plain one again."""

from __future__ import annotations

import ast

from ..python import calling, definitions
from ..python.code import Code, load, own_spots
from ..python.definitions import Found
from ..python.faults import dropped, never_awaited
from ..python.files import is_test
from ..python.remedy import Remedy, only_one
from .awaiting import called

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from ..python.codebase import Codebase
    from ..python.faults import Fault, Spot
    from ..python.remedy import Edit

KIND = "calls"


def _made_plain(one: Found, place: str) -> Remedy:
    start = one.file.span(one.node)[0]
    end = one.file.text.index("def", start)
    title = f"make `{one.node.name}` a plain function (`def`), nothing awaits it ({one.file.path}:{one.node.lineno}, called at {place})"
    return Remedy(kind=KIND, title=title, edits={one.file.path: ((start, end, ""),)}, risk="medium")


def lacking(code: Codebase, fault: Fault, _said: re.Match[str]) -> Sequence[Remedy]:
    """Return what may be done about a coroutine that is used as if it were its result."""
    names = never_awaited(code.case) or _named(fault)
    for path, spot in own_spots(code, fault.spots):
        file = load(code, path)
        if file is None:
            continue
        found = list(_sources(code, file, spot))
        plain = [remedy for call in found for remedy in _plain_again(code, file, call, names)]
        if plain:
            return only_one(plain)
        remedies = [remedy for call in found for remedy in _weighed(code, file, call)]
        if remedies:
            return only_one(remedies)
        break
    return never(code, names)


def _plain_again(code: Codebase, file: Code, call: ast.Call, names: Sequence[str]) -> Sequence[Remedy]:
    """Return the remedy for a function that awaits nothing, is called where nobody can await it, and was made a coroutine."""
    if isinstance(file.function_of(call), ast.AsyncFunctionDef):
        return ()
    found = [
        one
        for name in names
        if name.rpartition(".")[2] == definitions.last(call.func)
        for one in definitions.of_qualname(code, name)
    ]
    found = [one for one in found or called(code, file, call) if isinstance(one.node, ast.AsyncFunctionDef)]
    if len(found) != 1 or _awaits(found[0]) or is_test(found[0].file.path):
        return ()
    body = found[0].owner.body if found[0].owner is not None else ()
    if any(isinstance(one, ast.AsyncFunctionDef) and one is not found[0].node for one in body):
        return ()  # a class of coroutine functions: the caller may be the wrong one
    return [_made_plain(found[0], f"{file.path}:{call.lineno}")]


def _named(fault: Fault) -> list[str]:
    """Return the coroutine that a message shows: `<coroutine object Client.get at 0x...>`."""
    name = fault.message.partition("<coroutine object ")[2].partition(" at 0x")[0]
    return [name] if name.replace(".", "").replace("<locals>", "").isidentifier() else []


def _sources(code: Codebase, file: Code, spot: Spot) -> Iterator[ast.Call]:
    """Yield the calls without `await` that gave what the failing line uses: on the line itself, or where a name was bound."""
    here = [
        one for one in file.on_line(spot.line, ast.Call) if isinstance(one, ast.Call) and _is_coroutine(code, file, one)
    ]
    here = [one for one in file.marked(here, spot) if isinstance(one, ast.Call)]
    if here:
        yield from here
        return
    names = {one.id for one in file.marked(file.on_line(spot.line, ast.Name), spot) if isinstance(one, ast.Name)}
    at = next(reversed(file.on_line(spot.line, ast.stmt)), None)
    function = file.function_of(at) if at is not None else None
    if function is None:
        return
    for node in ast.walk(function):
        value = getattr(node, "value", None)
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        is_bound = any(isinstance(one, ast.Name) and one.id in names for one in targets)
        if is_bound and isinstance(value, ast.Call) and _is_coroutine(code, file, value):
            yield value


def _is_coroutine(code: Codebase, file: Code, call: ast.Call) -> bool:
    """Tell whether a call without `await` gives a coroutine of the project, as far as names tell."""
    if calling.use_of(file, call) != "plain":
        return False
    own = called(code, file, call)
    return any(isinstance(one.node, ast.AsyncFunctionDef) and not _is_generator(one) for one in own)


def _is_generator(one: Found) -> bool:
    return any(isinstance(node, ast.Yield) and one.file.function_of(node) is one.node for node in ast.walk(one.node))


def _weighed(code: Codebase, file: Code, call: ast.Call) -> Sequence[Remedy]:
    """Return the remedy for one call: `await` before it, or a function that is plain again because nothing awaits it."""
    name = definitions.last(call.func)
    own = [one for one in called(code, file, call) if isinstance(one.node, ast.AsyncFunctionDef)]
    place = f"{file.path}:{call.lineno}"
    uses = calling.calls(code, name)
    function = file.function_of(call)
    is_plain = not any(
        isinstance(its.function_of(one), ast.AsyncFunctionDef) for its, one in uses.plain if not is_test(its.path)
    )
    if len(own) == 1 and not uses.awaited and (is_plain or is_test(file.path)) and not _awaits(own[0]):
        return [_made_plain(own[0], place)]
    if is_test(file.path):
        return ()
    if not isinstance(function, ast.AsyncFunctionDef):
        return _in_plain_function(code, file, call, function, own)
    return [awaited(file, call)]


def _awaits(one: Found) -> bool:
    """Tell whether a function does what only a coroutine function can."""
    kinds = (ast.Await, ast.AsyncFor, ast.AsyncWith)
    return any(isinstance(node, kinds) and one.file.function_of(node) is one.node for node in ast.walk(one.node))


def awaited(file: Code, call: ast.Call) -> Remedy:
    start, end = file.span(call)
    parent = file.parents.get(call)
    tight = isinstance(parent, (ast.Attribute, ast.Subscript)) or (isinstance(parent, ast.Call) and parent.func is call)
    edits: list[Edit] = [(start, start, "(await "), (end, end, ")")] if tight else [(start, start, "await ")]
    title = f"await `{ast.unparse(call)[:60]}` ({file.path}:{call.lineno})"
    return Remedy(kind=KIND, title=title, edits={file.path: edits}, risk="medium")


def _in_plain_function(
    code: Codebase,
    file: Code,
    call: ast.Call,
    function: ast.FunctionDef | ast.AsyncFunctionDef | None,
    own: Sequence[Found],
) -> Sequence[Remedy]:
    """Return the remedy in a function that is no coroutine function itself: only where every caller awaits it."""
    if function is None:
        return ()
    uses = calling.calls(code, function.name)
    if uses.awaited and not uses.plain and own:
        start = file.span(function)[0]
        one = awaited(file, call)
        edits = [(start, start, "async "), *one.edits[file.path]]
        title = f"make `{function.name}` a coroutine function and {one.title}"
        return [Remedy(kind=KIND, title=title, edits={file.path: edits}, risk="medium")]
    return ()


def never(code: Codebase, names: Sequence[str]) -> Sequence[Remedy]:
    """Return the remedy for coroutines that Python says were never awaited: the one call in the project that drops it."""
    found = [remedy for name in names[:8] for remedy in _only_among_plain(code, name)] or list(_thrown_away(code))
    if found:
        return only_one(found)
    for qualname in names[:8]:
        found += _never(code, qualname)
    return only_one(found)


def _only_among_plain(code: Codebase, qualname: str) -> Sequence[Remedy]:
    """Return the remedy for the one coroutine function of a class of plain methods that awaits nothing and is not awaited."""
    own = [one for one in definitions.of_qualname(code, qualname) if isinstance(one.node, ast.AsyncFunctionDef)]
    if len(own) != 1 or own[0].owner is None or _awaits(own[0]) or is_test(own[0].file.path):
        return ()
    methods = [one for one in own[0].owner.body if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))]
    if len(methods) < 2 or sum(isinstance(one, ast.AsyncFunctionDef) for one in methods) > 1:
        return ()
    awaited = calling.calls(code, own[0].node.name).awaited
    return [] if awaited else [_made_plain(own[0], f"{own[0].file.path}:{own[0].node.lineno}")]


def _thrown_away(code: Codebase) -> Iterator[Remedy]:
    """Yield the remedy for a call that stands alone on the line on which Python saw its coroutine go."""
    for qualname, spot in dropped(code.case):
        path = code.case.resolve(spot.file)
        file = load(code, path)
        if file is None or is_test(path):
            continue
        for node in file.on_line(spot.line, ast.Expr):
            assert isinstance(node, ast.Expr)
            call = node.value
            if not isinstance(call, ast.Call):
                continue
            name = definitions.last(call.func)
            if not isinstance(file.function_of(node), ast.AsyncFunctionDef):
                made = definitions.of_qualname(code, qualname) if name == qualname.rpartition(".")[2] else []
                yield from (_made_plain(one, f"{path}:{spot.line}") for one in made if _is_plainly(one))
                continue
            own = definitions.functions(code, name)
            is_it = name.strip("_") == qualname.rpartition(".")[2].strip("_")
            if is_it or not own or any(isinstance(one.node, ast.AsyncFunctionDef) for one in own):
                yield awaited(file, call)


def _is_plainly(one: Found) -> bool:
    """Tell whether a coroutine function of the project could do without `async`."""
    return isinstance(one.node, ast.AsyncFunctionDef) and not _awaits(one) and not is_test(one.file.path)


def _never(code: Codebase, qualname: str) -> Sequence[Remedy]:
    own = definitions.of_qualname(code, qualname)
    own = [one for one in own if isinstance(one.node, ast.AsyncFunctionDef) and not is_test(one.file.path)]
    uses = calling.calls(code, qualname.rpartition(".")[2])
    thrown = [(file, call) for file, call in uses.plain if not is_test(file.path)]
    inside = [(file, call) for file, call in thrown if isinstance(file.function_of(call), ast.AsyncFunctionDef)]
    inside = [one for one in inside if _may_mean(code, one, qualname)]
    outside = [one for one in uses.plain if one not in inside]
    if len(own) == 1 and not uses.awaited and not inside and outside and not _awaits(own[0]):
        return [_made_plain(own[0], f"{outside[0][0].path}:{outside[0][1].lineno}")]
    if own and len(inside) == 1:
        return [awaited(*inside[0])]
    if own and not inside and len(thrown) == 1:
        return _in_plain_function(code, *thrown[0], thrown[0][0].function_of(thrown[0][1]), own)
    return ()


def _may_mean(code: Codebase, one: tuple[Code, ast.Call], qualname: str) -> bool:
    """Tell whether a call may mean a function of a qualified name: `self.f()` in another class with an `f` does not."""
    file, call = one
    owner = qualname.rpartition(".")[0].rpartition(".")[2]
    found = called(code, file, call)
    own = [each for each in found if isinstance(each.node, ast.AsyncFunctionDef)]
    if not owner or not found:
        return True
    return any(each.owner is not None and each.owner.name == owner for each in own)
