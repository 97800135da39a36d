"""Which names a module binds, read from its tree: definitions, imports, `__all__`, and whether more may come at run time."""

from __future__ import annotations

import ast

from ...records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Import(Record):
    """What a name in a module is an import of: `name` of `module`, or the module itself where `name` is empty."""

    module: str
    name: str = ""


class Bindings(Record):
    """The names of one module at run time.

    `defined` maps a name to its kind (`def class assign`), `imported` what is an import of something else. `stars` are
    modules all of whose names come in. `typed` are the names bound for type checkers only. `is_dynamic`: more names may
    exist than can be read.
    """

    defined: Mapping[str, str]
    imported: Mapping[str, Import]
    stars: Sequence[str] = ()
    exported: Sequence[str] | None = None
    typed: Sequence[str] = ()
    is_dynamic: bool = False

    def binds(self, name: str) -> bool:
        """Tell whether the module itself binds a name (not through `import *`)."""
        return name in self.defined or name in self.imported


def absolute(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    """Return the absolute module that an import statement addresses; empty when it leads out of the package.

    Args:
        node: the statement.
        module: dotted name of the module in which it stands.
        is_package: whether that is a package's `__init__`.
    """
    if not node.level:
        return node.module or ""
    parts = module.split(".") if module else []
    up = node.level - (1 if is_package else 0)
    if up >= len(parts) + (1 if is_package else 0) or (up and up >= len(parts)):
        return ""
    base = parts[: len(parts) - up] if up else parts
    return ".".join([*base, node.module] if node.module else base)


def read(tree: ast.Module, module: str, is_package: bool) -> Bindings:
    """Return the bindings of a module's tree."""
    defined: dict[str, str] = {}
    imported: dict[str, Import] = {}
    stars: list[str] = []
    typed: list[str] = []
    is_dynamic = False
    for node, is_typing in statements(tree.body):
        if is_typing:
            typed += [name for name, _ in _bound(node)]
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            _read_import(node, module, is_package, imported, stars)
        for name, kind in _bound(node):
            if not isinstance(node, (ast.Import, ast.ImportFrom)):
                defined.setdefault(name, kind)
                is_dynamic |= name == "__getattr__"
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            is_dynamic |= "globals()" in ast.unparse(node.value)[:200]
        if isinstance(node, ast.Assign):
            is_dynamic |= any("globals()" in ast.unparse(one)[:80] for one in node.targets) or "sys.modules" in {
                ast.unparse(one.value)[:40] for one in node.targets if isinstance(one, ast.Subscript)
            }
    return Bindings(
        defined=defined, imported=imported, stars=stars, exported=exported(tree), typed=typed, is_dynamic=is_dynamic
    )


def statements(body: Sequence[ast.stmt], is_typing: bool = False) -> Iterator[tuple[ast.stmt, bool]]:
    """Yield the statements that run at module level, those in `if`, `try`, `with` and loops too.

    The flag tells that it stands under `if TYPE_CHECKING`.
    """
    for node in body:
        yield node, is_typing
        if isinstance(node, ast.If):
            here = is_typing or is_for_typing(node)
            yield from statements(node.body, here)
            yield from statements(node.orelse, is_typing)
        elif isinstance(node, (ast.Try, ast.TryStar)):
            for part in (node.body, *(handler.body for handler in node.handlers), node.orelse, node.finalbody):
                yield from statements(part, is_typing)
        elif isinstance(node, (ast.With, ast.For, ast.While)):
            yield from statements(node.body, is_typing)


def is_for_typing(node: ast.If) -> bool:
    """Tell whether an `if` holds what does not run on import: for type checkers, or for the script alone."""
    test = ast.unparse(node.test)
    return test.rpartition(".")[2] == "TYPE_CHECKING" or "__name__ ==" in test


def _bound(node: ast.stmt) -> Iterator[tuple[str, str]]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        yield node.name, "def"
    elif isinstance(node, ast.ClassDef):
        yield node.name, "class"
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            if alias.name != "*":
                yield alias.asname or alias.name.partition(".")[0], "import"
    elif type(node).__name__ == "TypeAlias":
        yield node.name.id, "assign"  # type: ignore[attr-defined]
    else:
        for target in _targets(node):
            yield from ((name, "assign") for name in stored(target))


def _targets(node: ast.stmt) -> list[ast.expr]:
    """Return what a statement assigns to; an annotation without a value binds nothing."""
    if isinstance(node, ast.Assign):
        return node.targets
    if isinstance(node, (ast.AnnAssign, ast.AugAssign)):
        return [node.target] if node.value is not None else []
    if isinstance(node, ast.For):
        return [node.target]
    if isinstance(node, ast.With):
        return [item.optional_vars for item in node.items if item.optional_vars is not None]
    return []


def stored(target: ast.expr) -> Iterator[str]:
    """Yield the names that an assignment's target binds."""
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _read_import(
    node: ast.Import | ast.ImportFrom, module: str, is_package: bool, imported: dict[str, Import], stars: list[str]
) -> None:
    if isinstance(node, ast.Import):
        for alias in node.names:
            bound = alias.asname or alias.name.partition(".")[0]
            imported[bound] = Import(module=alias.name if alias.asname else bound)
        return
    origin = absolute(node, module, is_package)
    for alias in node.names:
        if alias.name == "*":
            stars.append(origin)
        else:
            imported[alias.asname or alias.name] = Import(module=origin, name=alias.name)


def exported(tree: ast.Module) -> Sequence[str] | None:
    """Return the entries of `__all__` that are plain strings, None when the module has none."""
    found: list[str] | None = None
    for node, _ in statements(tree.body):
        value = getattr(node, "value", None)
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if isinstance(value, (ast.List, ast.Tuple)) and any(
            isinstance(one, ast.Name) and one.id == "__all__" for one in targets
        ):
            names = [str(one.value) for one in value.elts if isinstance(one, ast.Constant)]
            found = (found or []) + names
    return found
