"""Methods that lost their `self` or a decorator, and properties that are called."""

from __future__ import annotations

import ast

from ..python import calling, definitions, scopes
from ..python.code import load, own_spots
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
_DECORATED = frozenset(("staticmethod", "classmethod", "property", "cached_property", "abstractmethod"))
_PROPERTIES = frozenset(("property", "cached_property"))
_IMPLICIT = frozenset(("__new__", "__init_subclass__", "__class_getitem__"))


def _method(code: Codebase, qualname: str) -> Found | None:
    """Return the one method of the project that Python means; tests' own are theirs."""
    found = [
        one for one in definitions.of_qualname(code, qualname) if one.owner is not None and not is_test(one.file.path)
    ]
    return found[0] if len(found) == 1 else None


def _selfless(code: Codebase, qualname: str) -> Found | None:
    """Return the one method of a name (a property has up to three) whose first parameter is not the object."""
    found = [
        one for one in definitions.of_qualname(code, qualname) if one.owner is not None and not is_test(one.file.path)
    ]
    if len({(one.file.path, one.owner.lineno) for one in found if one.owner is not None}) != 1:
        return None
    found = [
        one
        for one in found
        if not {"self", "cls"} & {arg.arg for arg in (*one.node.args.posonlyargs, *one.node.args.args)[:1]}
    ]
    return found[0] if len(found) == 1 else None


def lost_self(code: Codebase, _fault: Fault, said: re.Match[str]) -> Sequence[Remedy]:
    """Return the remedy for a method that takes one argument too few: `self`, or `@staticmethod` where it needs no object."""
    one = _selfless(code, said["function"])
    counts = said.groupdict()
    if one is None or ("given" in counts and int(counts["given"]) != int(counts["most"]) + 1):
        return ()
    args = one.node.args
    order = [arg.arg for arg in (*args.posonlyargs, *args.args)]
    marked = definitions.decorators(one.node)
    if (order and order[0] in ("self", "cls")) or "staticmethod" in marked or one.node.name in _IMPLICIT:
        return ()
    first = "cls" if "classmethod" in marked else "self"
    place = f"{one.file.path}:{one.node.lineno}"
    inside = set(ast.walk(one.node))
    if any(use in inside for use in scopes.unbound(one.file, first)) or first == "cls":
        return [_with_first(one, first, place)]
    if "classmethod" in marked or "self" in order or "given" not in counts:
        return ()
    assert one.owner is not None
    by_class = any(_is_by_class(call, one.owner.name) for _, call in calling.calls(code, one.node.name).plain)
    neighbours = [part for part in one.owner.body if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef))]
    statics = any("staticmethod" in definitions.decorators(part) for part in neighbours)
    if by_class or (statics and not any(use in inside for use in one.file.names("self"))):
        return [_decorated(one, "staticmethod", place)]
    return [_with_first(one, "self", place)]


def _is_by_class(call: ast.Call, name: str) -> bool:
    return isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value).rpartition(".")[2] in (name, "cls")


def _with_first(one: Found, name: str, place: str) -> Remedy:
    file, node = one.file, one.node
    order = [*node.args.posonlyargs, *node.args.args]
    head = file.text.index("(", file.text.index(node.name, file.text.index("def", file.span(node)[0]) + 3)) + 1
    at = file.span(order[0])[0] if order else head
    gap = file.text[head:at] if file.text[head:at].isspace() else " "
    tail = f",{gap}" if order or node.args.vararg or node.args.kwonlyargs or node.args.kwarg else ""
    title = f"give `{node.name}` its `{name}` ({place})"
    return Remedy(kind=KIND, title=title, edits={file.path: ((at, at, f"{name}{tail}"),)}, risk="medium")


def _decorated(one: Found, decorator: str, place: str) -> Remedy:
    file, node = one.file, one.node
    start = file.line_start(node.lineno)
    indent = file.lines[node.lineno - 1][: node.col_offset]
    title = f"make `{node.name}` a `@{decorator}` ({place})"
    return Remedy(
        kind=KIND, title=title, edits={file.path: ((start, start, f"{indent}@{decorator}\n"),)}, risk="medium"
    )


def selfless(code: Codebase, fault: Fault, _said: re.Match[str]) -> Sequence[Remedy]:
    """Return the remedy for a method that reads `self` and does not take it."""
    for path, spot in own_spots(code, fault.spots):
        file = load(code, path)
        uses = [one for one in scopes.unbound(file, "self") if one.lineno == spot.line] if file is not None else []
        function = file.function_of(uses[0]) if file is not None and uses else None
        owner = file.parents.get(function) if file is not None and function is not None else None
        if file is None or function is None or not isinstance(owner, ast.ClassDef) or is_test(path):
            return ()
        if "staticmethod" in definitions.decorators(function):
            return ()
        return [_with_first(Found(file=file, node=function, owner=owner), "self", f"{path}:{function.lineno}")]
    return ()


def lost_decorator(code: Codebase, _fault: Fault, said: re.Match[str]) -> Sequence[Remedy]:
    """Return the remedy for a method with `cls` that is called on its class and is no class method."""
    one = _method(code, said["function"])
    if one is None or not one.node.args.args or one.owner is None:
        return ()
    first = one.node.args.args[0].arg
    is_meta = any(
        definitions.last(base) in ("type", "ABCMeta", "EnumMeta") or "Meta" in definitions.last(base)
        for base in one.owner.bases
    )
    if definitions.decorators(one.node) & _DECORATED or one.node.name in _IMPLICIT or is_meta:
        return ()
    place = f"{one.file.path}:{one.node.lineno}"
    uses = [call for _, call in calling.calls(code, one.node.name).plain]
    on_class = [call for call in uses if _is_by_class(call, one.owner.name)]
    if first == "cls":
        return [_decorated(one, "classmethod", place)]
    if first == "self" or not on_class or len(on_class) < len(uses):
        return ()
    return [_decorated(one, "staticmethod", place)]


def called_property(code: Codebase, fault: Fault, _said: re.Match[str]) -> Sequence[Remedy]:
    """Return the remedy for a property that is called: without the brackets."""
    for path, spot in own_spots(code, fault.spots):
        file = load(code, path)
        calls = (
            [one for one in file.on_line(spot.line, ast.Call) if isinstance(one, ast.Call)] if file is not None else []
        )
        found = [one for one in calls if isinstance(one.func, ast.Attribute) and not one.args and not one.keywords]
        found = [one for one in found if _is_property(code, definitions.last(one.func))]
        if file is None or len(found) != 1:
            return ()
        if is_test(path):
            return ()
        start, end = file.span(found[0].func)[1], file.span(found[0])[1]
        title = f"read the property `{definitions.last(found[0].func)}` without calling it ({path}:{spot.line})"
        return [Remedy(kind=KIND, title=title, edits={path: ((start, end, ""),)}, risk="medium")]
    return ()


def _is_property(code: Codebase, name: str) -> bool:
    found = definitions.functions(code, name)
    return bool(found) and all(definitions.decorators(one.node) & _PROPERTIES for one in found)


def lost_property(code: Codebase, fault: Fault, _said: re.Match[str]) -> Sequence[Remedy]:
    """Return the remedy for a method that everybody reads like a property: `@property` before it."""
    for path, spot in own_spots(code, fault.spots):
        file = load(code, path)
        if file is None:
            continue
        nodes = [one for one in file.on_line(spot.line, ast.Attribute) if isinstance(one, ast.Attribute)]
        found = []
        for node in nodes:
            methods = [one for one in definitions.functions(code, node.attr) if one.owner is not None]
            plain = [
                one
                for one in methods
                if not definitions.decorators(one.node) & _PROPERTIES and not is_test(one.file.path)
            ]
            if len(plain) == 1 and _reads_like_property(plain[0]) and not scopes.is_called(file, node):
                found.append(plain[0])
        names = {(one.file.path, one.node.lineno) for one in found}
        if len(names) != 1 or calling.calls(code, found[0].node.name).plain:
            return ()
        return [_decorated(found[0], "property", f"{found[0].file.path}:{found[0].node.lineno}")]
    return ()


def lost_first_property(code: Codebase, fault: Fault, said: re.Match[str]) -> Sequence[Remedy]:
    """Return the remedy for `@x.setter` where the getter `x` lost its `@property`."""
    for path, spot in own_spots(code, fault.spots):
        file = load(code, path)
        if file is None:
            continue
        nodes = [
            one
            for one in file.on_line(spot.line, ast.Attribute)
            if isinstance(one, ast.Attribute) and one.attr == said["name"]
        ]
        name = nodes[0].value.id if nodes and isinstance(nodes[0].value, ast.Name) else ""
        owner = file.class_of(nodes[0]) if name else None
        for part in owner.body if owner is not None else ():
            if (
                isinstance(part, ast.FunctionDef)
                and part.name == name
                and part.lineno < spot.line
                and not part.decorator_list
            ):
                return [_decorated(Found(file=file, node=part, owner=owner), "property", f"{path}:{part.lineno}")]
        return ()
    return ()


def _reads_like_property(one: Found) -> bool:
    args = one.node.args
    only_self = [arg.arg for arg in args.args] == ["self"] and not (args.vararg or args.kwarg or args.kwonlyargs)
    returns = any(isinstance(node, ast.Return) and node.value is not None for node in ast.walk(one.node))
    return only_self and returns and not one.node.decorator_list and isinstance(one.node, ast.FunctionDef)
