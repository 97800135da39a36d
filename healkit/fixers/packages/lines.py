"""Lines of requirements files, and the literal requirements of a setup.py."""

from __future__ import annotations

import ast
import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def is_requirements_file(name: str) -> bool:
    """Tell whether a file is called like one of requirements."""
    return bool(re.fullmatch(r"(?:[\w-]+[-_.])?requirements?(?:[-_.][\w.-]+)?\.(?:txt|in)", name, re.IGNORECASE))


def include(line: str) -> re.Match[str] | None:
    """Return kind (`r`, `c`) and file of a line that names another file."""
    return re.match(r"\s*-{1,2}(r|c)(?:equirement|onstraint)?[ =]?\s*(\S+)", line)


def options(line: str, base: str) -> list[str]:
    """Return the words for pip of a line that says where packages come from; a name alone must come from there, too."""
    found = re.match(r"\s*(-i|-f|--index-url|--extra-index-url|--find-links|--no-index|--pre)(?:[ =]+(\S+))?\s*$", line)
    if not found:
        return []
    if found[2] and found[1] in ("-f", "--find-links") and "://" not in found[2]:
        return [found[1], os.path.join(base, found[2])]
    return [found[1], found[2]] if found[2] else [found[1]]


def inside(base: str, file: str) -> str:
    """Return the path of a file that another one names, empty when it lies outside or elsewhere."""
    path = os.path.normpath(os.path.join(base, file))
    return "" if path.startswith(("..", "/")) or "://" in file else path


def of_setup(tree: ast.Module) -> Iterator[str]:
    """Yield the literal requirements in a `setup()` call; names that stand for a literal of the module are followed."""
    known = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }

    def literals(node: ast.expr | None) -> Iterator[str]:
        node = known.get(node.id) if isinstance(node, ast.Name) else node
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from node.value.splitlines()
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            for item in node.elts:
                yield from literals(item)
        elif isinstance(node, ast.Dict):
            for value in node.values:
                yield from literals(value)
        elif isinstance(node, ast.BinOp):
            yield from literals(node.left)
            yield from literals(node.right)

    wanted: Callable[[ast.Call], bool] = lambda call: (  # noqa: E731
        (isinstance(call.func, ast.Name) and call.func.id == "setup")
        or (isinstance(call.func, ast.Attribute) and call.func.attr == "setup")
    )
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and wanted(node)):
        for keyword in call.keywords:
            if keyword.arg in ("install_requires", "tests_require", "extras_require", "setup_requires"):
                yield from literals(keyword.value)
