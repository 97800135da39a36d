"""Whether two Python texts are one program, seen through their syntax trees."""

from __future__ import annotations

import ast
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def tree(text: str) -> ast.Module | None:
    """Return a text's syntax tree; None when this Python cannot read it."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            return None


def same(before: str, after: str, fewer_imports: bool = False) -> bool:
    """Tell whether two texts are one program.

    Equal are: white space in docstrings, `not a in b` and `a not in b`, a string without placeholders with or without its
    `f`, a superfluous `pass`, `import a, b` in one statement or two.

    Args:
        before: the text as it was.
        after: the text as it would be.
        fewer_imports: whether imported names may be missing afterwards.
    """
    old, new = tree(before), tree(after)
    if old is None or new is None:
        return False
    there, left = _imports(old), _imports(new)
    if not (left <= there if fewer_imports else left == there):
        return False
    return _dump(old) == _dump(new)


def _imports(module: ast.Module) -> set[tuple[str, str, str | None]]:
    out = set()
    for node in ast.walk(module):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            head = f"{'.' * (getattr(node, 'level', 0) or 0)}{getattr(node, 'module', '') or ''}"
            out |= {(head, alias.name, alias.asname) for alias in node.names}
    return out


def _dump(module: ast.Module) -> str:
    return ast.dump(_Plain().visit(module))


class _Plain(ast.NodeTransformer):
    """Writes what may differ in one way only."""

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        inner = node.operand
        if isinstance(node.op, ast.Not) and isinstance(inner, ast.Compare) and len(inner.ops) == 1:
            other: Any = {ast.In: ast.NotIn, ast.Is: ast.IsNot}.get(type(inner.ops[0]))
            if other:
                return ast.Compare(left=inner.left, ops=[other()], comparators=inner.comparators)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        self.generic_visit(node)
        if all(isinstance(value, ast.Constant) for value in node.values):
            return ast.Constant(
                value="".join(str(value.value) for value in node.values if isinstance(value, ast.Constant))
            )
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            node.value.value = " ".join(node.value.value.split())
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for field in ("body", "orelse", "finalbody"):
            body = getattr(node, field, None)
            if isinstance(body, list):
                kept = [one for one in body if not isinstance(one, (ast.Import, ast.ImportFrom, ast.Pass))]
                setattr(node, field, kept)
        return node


def membership(line: str) -> str:
    """Return a line with its `not a in b` as `a not in b` (or `is not`); empty when there is none that is plain."""
    found = re.search(r"\bnot\s+((?:[\w.]+|\([^()]*\))(?:\[[^\[\]]*\]|\([^()]*\))*)\s+(in|is)\b(?!\s+not\b)", line)
    if not found:
        return ""
    word = "not in" if found[2] == "in" else "is not"
    return f"{line[: found.start()]}{found[1]} {word}{line[found.end() :]}"
