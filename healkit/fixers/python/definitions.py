"""Functions and classes found by name: signatures, attributes, and who calls or awaits them."""

from __future__ import annotations

import ast
import builtins
import inspect

from ...records import Record
from ..source import Source
from .bindings import Bindings
from .code import Code, Function, Functions, load
from .files import Module, is_test

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .codebase import Codebase

_HOPS = 6


class Found(Record):
    """A function of the project: its file, its node, and the class in whose body it stands."""

    file: Code
    node: Function
    owner: ast.ClassDef | None = None


class Signature(Record):
    """What a function takes by keyword (`names`, in order), of that what it must have; `order` are the positional ones."""

    names: Sequence[str]
    required: Sequence[str] = ()
    order: Sequence[str] = ()
    takes_any: bool = False


def last(node: ast.expr) -> str:
    """Return the last name of what is called: `c` of `a.b.c`."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def functions(code: Codebase, name: str) -> list[Found]:
    """Return the project's functions of a name, those of tests last."""
    found = []
    if not name.isidentifier():
        return []
    for path in code.holding(f"def {name}"):
        file = load(code, path)
        if file is None:
            continue
        for node in ast.walk(file.tree):
            if isinstance(node, Functions) and node.name == name:
                parent = file.parents.get(node)
                found.append(Found(file=file, node=node, owner=parent if isinstance(parent, ast.ClassDef) else None))
    return sorted(found, key=lambda one: is_test(one.file.path))


def classes(code: Codebase, name: str) -> list[tuple[Code, ast.ClassDef]]:
    """Return the project's classes of a name."""
    found: list[tuple[Code, ast.ClassDef]] = []
    for path in code.holding(f"class {name}") if name.isidentifier() else ():
        file = load(code, path)
        nodes = ast.walk(file.tree) if file is not None else ()
        found += [
            (file, node) for node in nodes if isinstance(node, ast.ClassDef) and node.name == name and file is not None
        ]
    return found


def of_qualname(code: Codebase, qualname: str) -> list[Found]:
    """Return the project's functions that Python would print as a qualified name (`Class.method`, `f.<locals>.g`)."""
    parts = [part for part in qualname.split(".") if part != "<locals>"]
    owner = parts[-2] if len(parts) > 1 else ""
    found = functions(code, parts[-1])
    if not owner:
        return [one for one in found if one.owner is None]
    exact = [one for one in found if one.owner is not None and one.owner.name == owner]
    return exact or [one for one in found if one.owner is None and "<locals>" in qualname]


def signature(node: Function, is_method: bool) -> Signature:
    """Return a function's signature, without the first parameter of a method."""
    args = node.args
    order = [one.arg for one in (*args.posonlyargs, *args.args)]
    names = [one.arg for one in (*args.args, *args.kwonlyargs)]
    optional = order[len(order) - len(args.defaults) :] if args.defaults else []
    by_name = [one.arg for one, default in zip(args.kwonlyargs, args.kw_defaults, strict=True) if default is None]
    if is_method and order and not _is_static(node):
        names = [name for name in names if name != order[0]]
        order = order[1:]
    required = [name for name in order if name not in optional] + by_name
    return Signature(names=names, required=required, order=order, takes_any=args.kwarg is not None)


def _is_static(node: Function) -> bool:
    return "staticmethod" in decorators(node)


def decorators(node: Function | ast.ClassDef) -> set[str]:
    """Return the last names of a function's or class's decorators."""
    return {last(one.func if isinstance(one, ast.Call) else one) for one in node.decorator_list}


def fields(code: Codebase, file: Code, node: ast.ClassDef, depth: int = 0) -> Signature | None:
    """Return how a class is called: its `__init__`, or the fields of a data class; None when that cannot be told."""
    for part in node.body:
        if isinstance(part, Functions) and part.name == "__init__":
            return signature(part, is_method=True)
    bases = [found for base in node.bases if (found := resolve(code, file, base)) is not None]
    known = (
        [fields(code, base, owner, depth + 1) for base, owner in bases if isinstance(owner, ast.ClassDef)]
        if depth < _HOPS
        else []
    )
    is_plain = any(last(base) == "NamedTuple" for base in node.bases)
    is_data = bool(
        decorators(node) & {"dataclass", "define", "attrs", "s", "frozen", "mutable", "attr_s", "dataclass_transform"}
    )
    if is_data or is_plain:
        names, required = [], []
        for one in known:
            names += [*(one.names if one else ())]
            required += [*(one.required if one else ())]
        for part in node.body:
            if (
                isinstance(part, ast.AnnAssign)
                and isinstance(part.target, ast.Name)
                and "ClassVar" not in ast.unparse(part.annotation)
            ):
                if "init=False" in (ast.unparse(part.value) if part.value else ""):
                    continue
                names.append(part.target.id if "dataclass" in decorators(node) else part.target.id.lstrip("_"))
                if part.value is None:
                    required.append(names[-1])
        return Signature(names=list(dict.fromkeys(names)), required=required, order=names)
    return next((one for one in known if one is not None), None)


def resolve(code: Codebase, file: Code, node: ast.expr) -> tuple[Code, ast.AST] | None:
    """Return the function or class (with its file) that a dotted expression at module level means, wherever it lives."""
    parts = ast.unparse(node).split(".")
    if not all(part.isidentifier() for part in parts):
        return None
    return _resolve(code, file.bindings, file, parts, 0)


def _resolve(
    code: Codebase, bound: Bindings, file: Code | None, parts: list[str], hops: int
) -> tuple[Code, ast.AST] | None:
    head = parts[0]
    if head in bound.defined and file is not None:
        return _inside(file, parts)
    if hops > _HOPS:
        return None
    origin = bound.imported.get(head)
    targets = [(origin.module, [origin.name, *parts[1:]] if origin.name else parts[1:])] if origin else []
    targets += [(star, parts) for star in bound.stars] if origin is None else []
    for module, rest in targets:
        found, left = code.find(module), list(rest)
        while found is not None and len(left) > 1 and (below := code.find(f"{found.name}.{left[0]}")) is not None:
            found, left = below, left[1:]
        its = code.bindings(found) if found is not None and left else None
        if found is None or its is None:
            continue
        answer = _resolve(code, its, outside(code, found), left, hops + 1)
        if answer is not None:
            return answer
    return None


def outside(code: Codebase, module: Module) -> Code | None:
    """Return a module's file for reading: the project's, or an installed one."""
    if module.own:
        return load(code, module.file)
    if module.file not in code.opened:
        tree = code.tree(module.file) if module.file else None
        try:
            source = Source(module.file, code.data(module.file)) if tree is not None else None
        except (ValueError, LookupError):
            source = None
        code.opened[module.file] = Code(source, tree, module.name) if source is not None and tree is not None else None
    found = code.opened[module.file]
    return found if isinstance(found, Code) else None


def _inside(file: Code, parts: list[str]) -> tuple[Code, ast.AST] | None:
    body: Sequence[ast.stmt] = file.tree.body
    node: ast.AST | None = None
    for part in parts:
        node = next(
            (one for one in _flat(body) if isinstance(one, (*Functions, ast.ClassDef)) and one.name == part), None
        )
        if node is None:
            return None
        body = node.body if isinstance(node, ast.ClassDef) else ()
    return (file, node) if node is not None else None


def _flat(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        if isinstance(node, (ast.If, ast.Try)):
            yield from _flat([*node.body, *node.orelse])


def builtin(name: str) -> Signature | None:
    """Return the signature of a built-in function, None when it has none that can be read."""
    try:
        given = inspect.signature(getattr(builtins, name)).parameters.values()
    except (AttributeError, ValueError, TypeError):
        return None
    names = [one.name for one in given if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)]
    return Signature(names=names, order=names, takes_any=any(one.kind is one.VAR_KEYWORD for one in given))


def targets(node: ast.stmt | None) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, (ast.AnnAssign, ast.AugAssign)) else []
