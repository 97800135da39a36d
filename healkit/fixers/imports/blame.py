"""Which of two spellings is the misspelt one: the place that uses a name, or the definition that everybody else misses."""

from __future__ import annotations

import ast
import re

from ..python.code import Code, Functions, load
from ..python.codebase import is_test

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
    own = its.get(defined_in, 0)
    if own > 1 and theirs.get(defined_in, 0) < own:
        return False
    asked = len(elsewhere) > 1 or any(is_test(path) for path in elsewhere) or theirs.get(defined_in, 0) > 0
    return asked and own <= 2


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
