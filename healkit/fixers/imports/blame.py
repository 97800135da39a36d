"""Which of two spellings is the misspelt one: the place that uses a name, or the definition that everybody else misses."""

from __future__ import annotations

import ast
import re

from ..python import bindings
from ..python.code import Code, Functions, load
from ..python.files import is_test
from ..python.remedy import Remedy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..python.codebase import Codebase
    from ..python.remedy import Edit

_KEYWORDS = re.compile(r"(?:async\s+)?(?:def|class)\s+")


def is_definition(code: Codebase, missing: str, existing: str, defined_in: str) -> bool:
    """Tell whether the definition is misspelt: nobody but itself knows its name, and several places ask for the other.

    Args:
        code: the project.
        missing: the name that was asked for.
        existing: the one close name that is defined.
        defined_in: the file that defines it.
    """
    theirs, its = code.counts(missing), code.counts(existing)
    if any(path != defined_in for path in its):
        return False
    elsewhere = [path for path in theirs if path != defined_in]
    tree = code.tree(defined_in)
    listed = bindings.exported(tree) if tree is not None else None
    if its.get(defined_in, 0) > 1 + (existing in (listed or ())):
        return False  # its own module calls it so
    return len(elsewhere) > 1 or any(is_test(path) for path in elsewhere) or theirs.get(defined_in, 0) > 0


def remedy(code: Codebase, missing: str, existing: str, path: str) -> Remedy | None:
    """Return the remedy that renames a misspelt definition; None where the place of use is the misspelt one."""
    if not path or not is_definition(code, missing, existing, path):
        return None
    edits = renamed_definition(code, path, existing, missing)
    title = f"rename `{existing}` to `{missing}`, as everything else calls it ({path})"
    return Remedy(kind="imports", title=title, edits={path: edits}, risk="medium") if edits else None


def renamed_definition(code: Codebase, path: str, old: str, new: str) -> list[Edit] | None:
    """Return the edits that rename what a module defines, with its uses in that module; None where that is not safe."""
    file = load(code, path)
    if file is None or file.binds_anywhere(new):
        return None
    edits: list[Edit] = []
    for node in ast.walk(file.tree):
        if isinstance(node, (*Functions, ast.ClassDef)) and node.name == old:
            edits.append(name_of(file, node, new))
        elif isinstance(node, ast.Name) and node.id == old:
            edits.append((*file.span(node), new))
        elif isinstance(node, ast.Constant) and node.value == old:
            start, end = file.span(node)
            edits.append((start, end, file.text[start:end].replace(old, new)))
        elif isinstance(node, ast.arg) and node.arg == old:
            return None
    return edits


def name_of(file: Code, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, new: str) -> Edit:
    """Return the edit that gives a function or class another name."""
    found = _KEYWORDS.match(file.text, file.span(node)[0])
    at = found.end() if found else file.text.index(node.name, file.span(node)[0])
    return at, at + len(node.name), new
