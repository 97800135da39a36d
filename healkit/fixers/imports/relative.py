"""Relative imports that lead nowhere: too many dots, or dots in a file that runs as a script or lies in no package."""

from __future__ import annotations

import ast
import os
import shlex

from ..python import statements
from ..python.code import Code, load, own_spots
from ..python.remedy import Remedy, only_one

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from ..python.codebase import Codebase
    from ..python.faults import Fault


def remedies(code: Codebase, fault: Fault, said: re.Match[str]) -> Sequence[Remedy]:
    """Return what may be done about dots that Python cannot follow."""
    for path, spot in own_spots(code, fault.spots):
        file = load(code, path)
        node = file.import_at(spot.line) if file is not None else None
        if file is None or not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        if statements.is_guarded(file, node):
            return ()
        place = f"{path}:{spot.line}"
        return _too_far(code, file, node, place) if "beyond" in said["how"] else _no_package(code, file, node, place)
    return ()


def _too_far(code: Codebase, file: Code, node: ast.ImportFrom, place: str) -> Sequence[Remedy]:
    """Return the remedy for too many dots: the one number of dots with which the module is there and has the names."""
    package = file.module.split(".") if file.is_package else file.module.split(".")[:-1]
    names = [alias.name for alias in node.names]
    found = []
    for up in range(len(package)):
        base = package[: len(package) - up]
        target = ".".join([*base, node.module] if node.module else base)
        there = code.find(target)
        if there is not None and there.file != file.path and code.provides(there, names):
            edit = statements.module_edit(file, node, "." * (up + 1) + (node.module or ""))
            if edit:
                title = f"import from `{'.' * (up + 1)}{node.module or ''}`, which is `{target}` ({place})"
                found.append(Remedy(kind="imports", title=title, edits={file.path: (edit,)}))
    if (
        not found
        and node.module
        and (outside := code.find(node.module))
        and outside.own
        and code.provides(outside, names)
    ):
        edit = statements.module_edit(file, node, node.module)
        if edit:  # the neighbour of the package, which is found by its own name
            title = f"import `{node.module}` by its own name, not from above the top package ({place})"
            found.append(Remedy(kind="imports", title=title, edits={file.path: (edit,)}))
    return only_one(found)


def _no_package(code: Codebase, file: Code, node: ast.ImportFrom, place: str) -> Sequence[Remedy]:
    """Return the remedy for dots in a file that Python does not know as part of a package."""
    folder = os.path.dirname(file.path)
    if code.case.exists(f"{folder}/__init__.py" if folder else "__init__.py"):
        return _as_module(code, file, place)
    names = [alias.name for alias in node.names]
    base = folder
    for _ in range(node.level - 1):
        base = os.path.dirname(base)
    if node.level > 1 or not node.module:
        if node.module or node.level > 1:
            return _as_module(code, file, place)
        return _plain_modules(code, file, node, folder, place)
    target = f"{base}/{node.module.replace('.', '/')}".lstrip("/")
    there = next((path for path in (f"{target}.py", f"{target}/__init__.py") if path in code.files), "")
    found = code.find(node.module, beside=folder)
    edit = statements.module_edit(file, node, node.module)
    if not there or found is None or found.file != there or not code.provides(found, names) or edit is None:
        return _as_module(code, file, place)
    title = f"import `{node.module}` by its plain name, because {folder or 'the root'} is no package ({place})"
    others = [one for one in ast.walk(file.tree) if isinstance(one, ast.ImportFrom) and one.level and one is not node]
    sure = not others or _neighbours_are_plain(code, folder)
    return [Remedy(kind="imports", title=title, edits={file.path: (edit,)}, sure=sure)]


def _plain_modules(code: Codebase, file: Code, node: ast.ImportFrom, folder: str, place: str) -> Sequence[Remedy]:
    """Return the remedy for `from . import a` beside a.py, in a folder that is no package."""
    if any((f"{folder}/{alias.name}.py").lstrip("/") not in code.files for alias in node.names):
        return _as_module(code, file, place)
    text = ", ".join(f"{alias.name} as {alias.asname}" if alias.asname else alias.name for alias in node.names)
    edit = (*file.span(node), f"import {text}")
    title = f"import `{node.names[0].name}` by its plain name, because {folder or 'the root'} is no package ({place})"
    return [Remedy(kind="imports", title=title, edits={file.path: (edit,)})]


def _neighbours_are_plain(code: Codebase, folder: str) -> bool:
    """Tell whether the other files of a folder address each other by their plain names."""
    own = {os.path.basename(path).removesuffix(".py") for path in code.files if os.path.dirname(path) == folder}
    return any(
        (b"import " + name.encode()) in code.data(path) or (b"from " + name.encode() + b" ") in code.data(path)
        for path in code.files
        if os.path.dirname(path) == folder
        for name in own
    )


def _as_module(code: Codebase, file: Code, place: str) -> Sequence[Remedy]:
    """Return the guide for a package's file that was started as a script."""
    module = (
        file.module
        if "." in file.module
        else next((name for name in code.names_of(file.path) if "." in name), file.module)
    )
    root = file.path.removesuffix(".py").removesuffix(module.replace(".", "/")).rstrip("/")
    words = [word for word in code.case.argv if word.endswith(".py") and code.case.resolve(word) == file.path]
    steps = [f"{place} addresses its package with dots, and Python was not told of the package"]
    if words:
        argv = [word if word != words[0] else module for word in code.case.argv]
        argv.insert(argv.index(module), "-m")
        steps.append(f"run it as a module{f' in {root}' if root else ''}: {shlex.join(argv)}")
    else:
        steps.append(f"run or import it as `{module}`{f' from {root}' if root else ' from the project root'}")
    return [
        Remedy(kind="guide", title=f"start {file.path} as the module `{module}`", edits={}, steps=steps, sure=False)
    ]
