"""One Python file while it is looked at and edited: text, tree, and the way between a node and its characters."""

from __future__ import annotations

import ast
from functools import cached_property

from . import bindings
from .files import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ...records import Change
    from ..source import Source
    from .codebase import Codebase
    from .faults import Spot

Functions = (ast.FunctionDef, ast.AsyncFunctionDef)
Function = ast.FunctionDef | ast.AsyncFunctionDef
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


class Code:
    """A project file's text with its tree. Edits are lists of (start, end, new text) in characters."""

    def __init__(self, source: Source, tree: ast.Module, module: str) -> None:
        self.source, self.tree, self.module = source, tree, module
        self.path = source.path
        self.text = source.text
        self.is_package = self.path.endswith("__init__.py")

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self.text.split("\n"):
            starts.append(starts[-1] + len(line) + 1)
        return starts

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends."""
        return self.text.split("\n")

    def at(self, line: int, column: int) -> int:
        """Return the character at a node's line (from 1) and column (in UTF-8 bytes, from 0)."""
        text = self.lines[line - 1]
        if not text.isascii():
            column = len(text.encode("utf-8")[:column].decode("utf-8", "ignore"))
        return self._starts[line - 1] + column

    def line_start(self, line: int) -> int:
        """Return the first character of a line (from 1); one behind the last line is the text's end."""
        return min(self._starts[min(line, len(self._starts)) - 1], len(self.text))

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return where a node's characters begin and end."""
        return self.at(node.lineno, node.col_offset), self.at(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def piece(self, node: ast.AST) -> str:
        """Return a node's characters."""
        start, end = self.span(node)
        return self.text[start:end]

    @cached_property
    def calls(self) -> list[ast.Call]:
        """Every call in the file."""
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """Every node's parent."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield a node's ancestors, the nearest first."""
        while (parent := self.parents.get(node)) is not None:
            yield parent
            node = parent

    def function_of(self, node: ast.AST) -> Function | None:
        """Return the function in whose body a node stands; None at module or class level, and inside a lambda."""
        for parent in self.around(node):
            if isinstance(parent, (*Functions, ast.Lambda)):
                return parent if isinstance(parent, Functions) else None
        return None

    def class_of(self, node: ast.AST) -> ast.ClassDef | None:
        """Return the class in which a function or statement stands."""
        return next((parent for parent in self.around(node) if isinstance(parent, ast.ClassDef)), None)

    def on_line(self, line: int, *kinds: type[ast.AST]) -> list[ast.AST]:
        """Return the nodes of some kinds that touch a line, innermost last; those that begin on it come after the rest."""
        found = [
            node
            for node in ast.walk(self.tree)
            if isinstance(node, kinds) and node.lineno <= line <= node.end_lineno  # type: ignore[attr-defined]
        ]
        return sorted(found, key=lambda node: (node.lineno == line, -(self.span(node)[1] - self.span(node)[0])))  # type: ignore[attr-defined]

    def marked(self, nodes: Iterable[ast.AST], spot: Spot) -> list[ast.AST]:
        """Return those of some nodes that lie within what the traceback marked, all of them when nothing was marked."""
        nodes = list(nodes)
        start = self.mark(spot)
        if start < 0:
            return nodes
        end = start + len(spot.text)
        inside = [node for node in nodes if start <= self.span(node)[0] and self.span(node)[1] <= end]
        return inside or nodes

    def mark(self, spot: Spot) -> int:
        """Return where the text that a traceback marked stands, -1 when nothing was marked or it is not there once."""
        if not spot.text or not 0 < spot.line <= len(self.lines):
            return -1
        line = self.lines[spot.line - 1]
        if line.count(spot.text) != 1:
            return -1
        return self.line_start(spot.line) + line.index(spot.text)

    def import_at(self, line: int) -> ast.Import | ast.ImportFrom | None:
        """Return the import statement that stands on a line, None when there is none or several."""
        found = self.on_line(line, ast.Import, ast.ImportFrom)
        return found[0] if len(found) == 1 else None  # type: ignore[return-value]

    def names(self, name: str) -> list[ast.Name]:
        """Return every plain use of a name in the file."""
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.Name) and node.id == name]

    def binds_anywhere(self, name: str) -> bool:
        """Tell whether a name is bound anywhere in the file: assigned, imported, defined, a parameter, caught."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load):
                return True
            if isinstance(node, (*Functions, ast.ClassDef)) and node.name == name:
                return True
            if isinstance(node, ast.arg) and node.arg == name:
                return True
            if isinstance(node, ast.alias) and (node.asname or node.name.partition(".")[0]) == name:
                return True
            if isinstance(node, ast.ExceptHandler) and node.name == name:
                return True
        return False

    @cached_property
    def bindings(self) -> bindings.Bindings:
        """What the module binds at its top level."""
        return bindings.read(self.tree, self.module, self.is_package)

    def edited(self, edits: Iterable[tuple[int, int, str]]) -> str:
        """Return the text with edits made; they must not overlap."""
        text = self.text
        for start, end, new in sorted(set(edits), reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def change(self, edits: Iterable[tuple[int, int, str]]) -> Change | None:
        """Return the change that edits make; None when it changes nothing or is no longer Python."""
        text = self.edited(edits)
        return self.change_to(text)

    def change_to(self, text: str) -> Change | None:
        """Return the change to a whole new text; None when it changes nothing or is no longer Python."""
        if text == self.text or parse(text) is None:
            return None
        return self.source.change(text)


def load(code: Codebase, path: str) -> Code | None:
    """Return a project file for editing, by its path relative to the root; None when it is no readable Python."""
    if not path.endswith((".py", ".pyi")):
        return None
    if path not in code.opened:
        source = code.case.source(path)
        tree = parse(source.text) if source is not None else None
        code.opened[path] = Code(source, tree, code.name_of(path)) if source is not None and tree is not None else None
    found = code.opened[path]
    return found if isinstance(found, Code) else None


def own_spots(code: Codebase, spots: Sequence[Spot]) -> list[tuple[str, Spot]]:
    """Return the places of a fault that lie in the project, innermost first, with their file relative to the root."""
    found = [(path, spot) for spot in reversed(spots) if spot.line and (path := code.case.resolve(spot.file))]
    return [(path, spot) for path, spot in found if path.endswith((".py", ".pyi"))]
