"""An import that a linter calls unused goes, that one name alone."""

from __future__ import annotations

import ast
import re

from . import trees

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .page import Page
    from .reports import Report

_PYFLAKES = re.compile(r"'([^']+)' imported but unused")
_PYLINT = re.compile(
    r"Unused (?:import )?(?P<name>[\w.]+)(?: as (?P<alias>\w+))?(?: imported from (?P<module>\S+))?(?: as (?P<late>\w+))?"
)


def without_import(page: Page, report: Report) -> None:
    """Take the name that a report calls unused out of its import statement; nothing where it stands in a `try`."""
    module = trees.tree(_original(page))
    if module is None or report.file.endswith("__init__.py"):
        return
    for node, alone in _statements(module):
        if node.lineno <= report.line <= (node.end_lineno or node.lineno):
            index = _index(node, report.message)
            if index >= 0:
                _remove(page, node, index, alone)
            return


def _original(page: Page) -> str:
    """Return the text with as many lines as it had, so that places in its tree are the linter's."""
    lines = [page[number] for number in range(1, len(page) + 1)]
    return "\n".join(line if "\n" not in line else line.replace("\n", ";").strip() for line in lines)


def _statements(module: ast.Module) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """Yield the imports that do not stand in a `try`, each with whether its block would be empty without it."""
    pending: list[ast.AST] = [module]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Try):
            continue
        for field in ("body", "orelse", "finalbody", "cases"):
            block = getattr(node, field, None)
            if not isinstance(block, list):
                continue
            for child in block:
                if isinstance(child, (ast.Import, ast.ImportFrom)):
                    yield child, len(block) == 1 and not isinstance(node, ast.Module)
                pending.append(child)


def _index(node: ast.Import | ast.ImportFrom, message: str) -> int:
    """Return which of a statement's names a message means, -1 for none."""
    head = ""
    if isinstance(node, ast.ImportFrom):
        head = f"{'.' * node.level}{node.module or ''}"
    quoted = _PYFLAKES.search(message)
    words = _PYLINT.search(message)
    for index, alias in enumerate(node.names):
        full = f"{head}.{alias.name}" if head and not head.endswith(".") else f"{head}{alias.name}"
        if quoted and quoted[1] in (f"{full} as {alias.asname}" if alias.asname else full, full, alias.name):
            return index
        if words and not quoted and words["name"] == alias.name and (words["alias"] or words["late"]) == alias.asname:
            return index
    return -1


def _remove(page: Page, node: ast.Import | ast.ImportFrom, index: int, alone: bool) -> None:
    first, last = node.lineno, node.end_lineno or node.lineno
    kept = [alias for number, alias in enumerate(node.names) if number != index]
    if not kept:
        text = page[first]
        if ";" in text or any("\n" in page[number] for number in range(first, last + 1)):
            return
        for number in range(first, last + 1):
            del page[number]
        if alone:
            page[first] = f"{text[: len(text) - len(text.lstrip())]}pass"
        return
    alias = node.names[index]
    if alias.lineno != alias.end_lineno:
        return
    line = page[alias.lineno]
    raw = line.encode()
    before = raw[: alias.col_offset].decode("utf-8", "replace")
    after = raw[alias.end_col_offset or 0 :].decode("utf-8", "replace")
    if re.match(r"\s*,", after):
        after = re.sub(r"^\s*,[ \t]*", "", after)
    else:
        before = re.sub(r"[ \t]*,[ \t]*$", "", before)
        after = after if before.strip() or after.strip() else ""
    line = f"{before}{after}"
    if line.strip():
        page[alias.lineno] = line.rstrip() if not line.endswith("\\") else line
    else:
        del page[alias.lineno]  # the comma that is left above it is allowed: such a list stands in brackets
