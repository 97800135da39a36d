"""What is told and never edited: modules that import each other, and a file that hides a standard module."""

from __future__ import annotations

import ast
import sys

from ..python.code import load
from ..python.remedy import Remedy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..python.codebase import Codebase
    from ..python.faults import Fault
    from ..python.files import Module


def shadowable() -> frozenset[str]:
    """Return the names of the standard library's modules."""
    return sys.stdlib_module_names


def circular(code: Codebase, fault: Fault, module: str) -> Sequence[Remedy]:
    """Return the guide for modules that import each other: which imports, in the order in which they ran."""
    top = module.partition(".")[0]
    found = code.find(module)
    if found is not None and found.own and top in shadowable():
        return shadowed(found)
    steps = []
    for spot in fault.spots:
        path = code.case.resolve(spot.file)
        file = load(code, path) if path.endswith(".py") else None
        node = file.import_at(spot.line) if file is not None and spot.line else None
        if file is not None and node is not None:
            steps.append(f"{path}:{spot.line} runs `{ast.unparse(node)[:100]}`")
    if not steps:
        return ()
    steps.append(f"the last of these asks `{module}` for a name that it has not come to yet")
    steps.append("move what both need into a third module, or import it inside the function that uses it")
    return [Remedy(kind="guide", title=f"break the import cycle around `{module}`", edits={}, steps=steps, sure=False)]


def shadowed(module: Module) -> Sequence[Remedy]:
    """Return the guide for a project file that is found instead of a standard module."""
    name = module.name.partition(".")[0]
    steps = [
        f"{module.file or name} is found before the standard library's `{name}`",
        "give the file another name, and correct the imports that mean it",
        "remove a `__pycache__` that still holds its old name",
    ]
    title = f"rename {module.file or name}, which hides the standard module `{name}`"
    return [Remedy(kind="guide", title=title, edits={}, steps=steps, sure=False)]
