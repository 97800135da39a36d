"""Edits of import statements that keep how the file writes them: a module's spelling, one name more or less, a new line."""

from __future__ import annotations

import ast
import itertools
import re

from . import bindings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .code import Code

    Edit = tuple[int, int, str]
    Statement = ast.Import | ast.ImportFrom

_FROM = re.compile(r"from(?P<space>[ \t]*)(?P<module>[.\w]+(?:[ \t]*\.[ \t]*\w+)*)(?P<after>[ \t]*)import\b")
_WIDTH = 88


def module_edit(code: Code, node: ast.ImportFrom, module: str) -> Edit | None:
    """Return the edit that makes a `from` statement address another module (as it is to be written, dots and all)."""
    start, end = code.span(node)
    found = _FROM.match(code.text[start:end])
    if not found or not module:
        return None
    text = f"from{found['space'] or ' '}{module}{found['after'] or ' '}import"
    return start, start + found.end(), text


def name_edit(code: Code, alias: ast.alias, name: str) -> Edit:
    """Return the edit that replaces an imported name; its `as` stays."""
    start, _ = code.span(alias)
    return start, start + len(alias.name), name


def without(code: Code, node: Statement, names: Sequence[ast.alias]) -> list[Edit] | None:
    """Return the edits that take some names out of a statement, the whole line when none is left.

    None where it shares its line, or a comment that stands between its names would be lost.
    """
    gone = [alias for alias in node.names if alias in names]
    if len(gone) == len(node.names):
        return _without_line(code, node)
    edits: list[Edit] = []
    for alias in gone:
        index = node.names.index(alias)
        start, end = code.span(alias)
        line_start, line_end = code.line_start(alias.lineno), code.line_start(alias.lineno + 1)
        rest = code.text[end:line_end].strip()
        if not code.text[line_start:start].strip() and rest.partition("#")[0].strip() in ("", ",") and index:
            edits.append((line_start, line_end, ""))
        elif index + 1 < len(node.names):
            edits.append((start, code.span(node.names[index + 1])[0], ""))
        else:
            edits.append((code.span(node.names[index - 1])[1], end, ""))
    if any("#" in code.text[start:end] for start, end, _ in edits):
        return None
    return edits if _is_apart(edits) else None


def _is_apart(edits: list[Edit]) -> bool:
    ordered = sorted(edits)
    return all(one[1] <= other[0] for one, other in itertools.pairwise(ordered))


def _without_line(code: Code, node: Statement) -> list[Edit] | None:
    start, end = code.line_start(node.lineno), code.line_start((node.end_lineno or node.lineno) + 1)
    first, last = code.span(node)
    alone = not code.text[start:first].strip() and not code.text[last:end].partition("#")[0].strip()
    return [(start, end, "")] if alone and _has_company(code, node) else None


def _has_company(code: Code, node: Statement) -> bool:
    """Tell whether the block in which a statement stands has others, so that it may go."""
    parent = code.parents.get(node)
    bodies = [getattr(parent, part, ()) for part in ("body", "orelse", "finalbody")]
    return isinstance(parent, ast.Module) or any(node in body and len(body) > 1 for body in bodies)


def with_name(code: Code, node: ast.ImportFrom, name: str) -> list[Edit] | None:
    """Return the edit that adds a name (`X` or `X as Y`) to a `from` statement, in order where its names are in order.

    None where the line would grow too long or is written in a way that is not understood.
    """
    if any(alias.name == "*" for alias in node.names):
        return None
    keys = [_key(alias.name) for alias in node.names]
    place = (
        next((index for index, key in enumerate(keys) if key > _key(name)), len(keys))
        if keys == sorted(keys)
        else len(keys)
    )
    if node.lineno == node.end_lineno:
        return _within_line(code, node, name, place)
    return _within_block(code, node, name, place)


def _key(name: str) -> tuple[int, str]:
    """Return how isort and ruff order names: constants, classes, the rest."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2, name.lower())


def _within_line(code: Code, node: ast.ImportFrom, name: str, place: int) -> list[Edit] | None:
    width = max([_WIDTH, *(len(line) for line in code.lines[:60] if "import" in line)])
    if len(code.lines[node.lineno - 1]) + len(name) + 2 > width:
        return None
    if place < len(node.names):
        start = code.span(node.names[place])[0]
        return [(start, start, f"{name}, ")]
    end = code.span(node.names[-1])[1]
    return [(end, end, f", {name}")]


def _within_block(code: Code, node: ast.ImportFrom, name: str, place: int) -> list[Edit] | None:
    if code.text[code.span(node)[1] - 1] != ")":
        return None
    rows = [alias.lineno for alias in node.names]
    if len(set(rows)) == len(rows) and rows[0] != node.lineno:
        beside = node.names[min(place, len(rows) - 1)]
        start = code.line_start(beside.lineno)
        indent = code.text[start : code.span(beside)[0]]
        if place < len(rows):
            return [(start, start, f"{indent}{name},\n")]
        end = code.span(beside)[1]
        line_end = code.line_start(beside.lineno + 1)
        comma = "" if code.text[end:line_end].lstrip().startswith(",") else ","
        edits = [(line_end, line_end, f"{indent}{name},\n")]
        return edits if not comma else [(end, end, ","), *edits]
    if place < len(node.names):
        start = code.span(node.names[place])[0]
        return [(start, start, f"{name}, ")]
    end = code.span(node.names[-1])[1]
    return [(end, end, f", {name}")]


def spelled(code: Code, target: str, is_relative: bool) -> str:
    """Return how a file addresses a module of its own package: with dots, or by its absolute name."""
    package = code.module.split(".") if code.is_package else code.module.split(".")[:-1]
    parts = target.split(".")
    if not is_relative or not package or parts[0] != package[0]:
        return target
    common = 0
    while common < min(len(package), len(parts)) and package[common] == parts[common]:
        common += 1
    return "." * (len(package) - common + 1) + ".".join(parts[common:])


def is_relative_style(code: Code) -> bool:
    """Tell whether a file addresses its own package with dots."""
    top = code.module.partition(".")[0]
    nodes = [node for node in ast.walk(code.tree) if isinstance(node, ast.ImportFrom)]
    dotted = sum(node.level > 0 for node in nodes)
    return dotted > 0 and dotted >= sum(
        not node.level and (node.module or "").partition(".")[0] == top for node in nodes
    )


def written(node: ast.ImportFrom) -> str:
    return "." * node.level + (node.module or "")


def aliases_of(node: Statement, name: str) -> list[ast.alias]:
    """Return the entries of a statement that import a name."""
    return [alias for alias in node.names if alias.name == name]


def is_guarded(code: Code, node: ast.AST) -> bool:
    """Tell whether an import may fail on purpose: it stands in a `try`, or under a condition on the version."""
    for parent in code.around(node):
        if isinstance(parent, (ast.Try, ast.TryStar)):
            return any(
                "Import" in ast.unparse(one.type) or "NotFound" in ast.unparse(one.type)
                for one in parent.handlers
                if one.type
            )
        if isinstance(parent, ast.If) and "version" in ast.unparse(parent.test):
            return True
    return False


def target(code: Code, node: ast.ImportFrom) -> str:
    """Return the absolute module that a statement of a file addresses."""
    return bindings.absolute(node, code.module, code.is_package)
