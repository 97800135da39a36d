"""The names that are in reach at a place in a file, and how a name is used: what tells a lost import from a slip."""

from __future__ import annotations

import ast
import builtins

from .code import SCOPES, Code, Functions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

BUILTINS = frozenset(dir(builtins))


def local_names(scope: ast.AST) -> set[str]:
    """Return the names that a function, lambda or comprehension binds itself."""
    found: set[str] = set()
    if isinstance(scope, (*Functions, ast.Lambda)):
        args = scope.args
        given = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
        found |= {one.arg for one in given if one is not None}
    for node in inside(scope):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, (*Functions, ast.ClassDef, ast.ExceptHandler)):
            found |= {node.name} if node.name else set()
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name.partition(".")[0])
    return found


def inside(scope: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a scope, without those of functions and classes in it (whose own nodes are yielded)."""
    todo = [
        child
        for field in ("body", "handlers", "generators", "elt", "key", "value")
        for child in _list(getattr(scope, field, ()))
    ]
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, SCOPES):
            todo += ast.iter_child_nodes(node)


def _list(value: object) -> list[ast.AST]:
    if isinstance(value, ast.AST):
        return [value]
    return [one for one in value if isinstance(one, ast.AST)] if isinstance(value, list) else []


def in_reach(code: Code, node: ast.AST) -> set[str]:
    """Return the names that can be read at a node: locals of every function around it, the module's, the built-in ones."""
    found = {*module_names(code), *BUILTINS}
    is_first = True
    for parent in code.around(node):
        if isinstance(parent, (*Functions, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            found |= local_names(parent)
            is_first = False
        elif isinstance(parent, ast.ClassDef) and is_first:
            found |= local_names(parent)
    return found


def is_local(code: Code, node: ast.Name) -> bool:
    """Tell whether a function around a use of a name binds it."""
    return any(
        isinstance(parent, (*Functions, ast.Lambda)) and node.id in local_names(parent) for parent in code.around(node)
    )


def module_names(code: Code) -> set[str]:
    """Return the names that a module binds at its top level, and those that functions declare `global`."""
    found = {*code.bindings.defined, *code.bindings.imported}
    for node in ast.walk(code.tree):
        if isinstance(node, ast.Global):
            found |= set(node.names)
    return found


def is_bound(code: Code, node: ast.Name) -> bool:
    """Tell whether something in reach binds a name at its use."""
    return node.id in in_reach(code, node)


def unbound(code: Code, name: str) -> list[ast.Name]:
    """Return the reads of a name that nothing binds."""
    return [node for node in code.names(name) if isinstance(node.ctx, ast.Load) and not is_bound(code, node)]


def attributes(code: Code, nodes: list[ast.Name]) -> set[str]:
    """Return the attributes that are read of some uses of a name."""
    return {
        parent.attr
        for node in nodes
        if isinstance(parent := code.parents.get(node), ast.Attribute) and parent.value is node
    }


def is_called(code: Code, node: ast.AST) -> bool:
    """Tell whether a use of a name is a call of it."""
    parent = code.parents.get(node)
    return isinstance(parent, ast.Call) and parent.func is node


def is_class_use(code: Code, node: ast.AST) -> bool:
    """Tell whether a name is used as only a class or type is: a base, an annotation, a decorator, caught, `X[...]`."""
    child = node
    for parent in code.around(node):
        if isinstance(parent, ast.ClassDef):
            return child in parent.bases or child in parent.decorator_list
        if isinstance(parent, Functions):
            return child in parent.decorator_list or child is parent.returns
        if isinstance(parent, (ast.arg, ast.AnnAssign)):
            return child is parent.annotation
        if isinstance(parent, (ast.ExceptHandler, ast.Raise)):
            return isinstance(parent, ast.Raise) or child is parent.type
        if (
            isinstance(parent, ast.Call)
            and isinstance(parent.func, ast.Name)
            and parent.func.id in ("isinstance", "issubclass")
        ):
            return child in parent.args[1:]
        if isinstance(parent, ast.Subscript) and child is parent.value:
            return child is node and node.id[:1].isupper() if isinstance(node, ast.Name) else False
        if isinstance(parent, ast.stmt):
            return False
        child = parent
    return False


def in_annotation(code: Code, node: ast.AST) -> bool:
    """Tell whether a node stands in an annotation."""
    child = node
    for parent in code.around(node):
        if isinstance(parent, (ast.arg, ast.AnnAssign)):
            return child is parent.annotation
        if isinstance(parent, Functions):
            return child is parent.returns
        if isinstance(parent, ast.stmt):
            return False
        child = parent
    return False
