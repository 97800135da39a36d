"""A new import where it belongs: in the statement that has its module, else among its kind, in order where there is one."""

from __future__ import annotations

import ast
import sys

from ...records import Record
from .statements import with_name, written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .code import Code

    Edit = tuple[int, int, str]
    Statement = ast.Import | ast.ImportFrom


class Wanted(Record):
    """A name that a file is to import: `name` of `module` (spelled as it is to stand there), or the module itself.

    `bound` is the name under which the file uses it, empty = its own.
    """

    module: str
    name: str = ""
    bound: str = ""

    @property
    def line(self) -> str:
        """The statement."""
        alias = f" as {self.bound}" if self.bound and self.bound != (self.name or self.module) else ""
        return f"from {self.module} import {self.name}{alias}" if self.name else f"import {self.module}{alias}"

    @property
    def item(self) -> str:
        """What stands behind `import` when the name joins a statement."""
        return f"{self.name} as {self.bound}" if self.bound and self.bound != self.name else self.name


def added(code: Code, wanted: Wanted, own: Sequence[str] = ()) -> list[Edit]:
    """Return the edits that import something at the top of a file: with its own kind, in order where there is one.

    Args:
        code: the file.
        wanted: what is to be imported.
        own: the project's top-level modules, whose imports form a section of their own.
    """
    head = _head(code)
    if wanted.name:
        for node in head:
            if isinstance(node, ast.ImportFrom) and written(node) == wanted.module:
                edits = with_name(code, node, wanted.item)
                if edits is not None:
                    return edits
    return [_line_edit(code, wanted, head, own)]


def added_all(code: Code, wanted: Sequence[Wanted], own: Sequence[str] = ()) -> list[Edit]:
    """Return the edits that import several names of one module: one by one where a statement has it, else as one line."""
    joined = [added(code, one, own) for one in wanted]
    lines = [edits[0] for edits in joined if len(edits) == 1]
    if len(lines) != len(wanted) or len({edit[:2] for edit in lines}) > 1 or "import" not in lines[0][2]:
        return [edit for edits in joined for edit in edits]
    start, end, text = lines[0]
    items = ", ".join(one.item for one in wanted)
    return [(start, end, text.replace(wanted[0].line, f"from {wanted[0].module} import {items}"))]


def _head(code: Code) -> list[Statement]:
    """Return the imports at the top of a module: those before the first function or class."""
    found: list[Statement] = []
    for node in code.tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            break
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found.append(node)
    return found


def _section(module: str, own: Sequence[str]) -> int:
    if module == "__future__":
        return 0
    if module.startswith("."):
        return 4
    top = module.partition(".")[0]
    return 3 if top in own else 1 if top in sys.stdlib_module_names else 2


def _rank(node: Statement) -> tuple[str, bool]:
    """Return the module that a statement names first, and whether it is a `from` statement."""
    if isinstance(node, ast.ImportFrom):
        return written(node), True
    return node.names[0].name, False


def _order(module: str) -> tuple[int, str]:
    return len(module.lstrip(".")) - len(module), module.lower()


def _line_edit(code: Code, wanted: Wanted, head: list[Statement], own: Sequence[str]) -> Edit:
    """Return the edit that puts a new statement where it belongs among those at the top."""
    section, is_from = _section(wanted.module, own), bool(wanted.name)
    sections = [(node, _section(_rank(node)[0], own)) for node in head]
    same = [node for node, its in sections if its == section]
    if same:
        kin = [node for node in same if _rank(node)[1] == is_from]
        if not kin:
            return _after(code, same[-1], wanted.line) if is_from else _before(code, same[0], wanted.line)
        smaller = [node for node in kin if _order(_rank(node)[0]) <= _order(wanted.module)]
        return _after(code, smaller[-1], wanted.line) if smaller else _before(code, kin[0], wanted.line)
    earlier = [node for node, its in sections if its < section]
    later = [node for node, its in sections if its > section]
    if earlier:
        return _after(code, earlier[-1], f"\n{wanted.line}")
    if later:
        return _before(code, later[0], f"{wanted.line}\n")
    return _first(code, wanted.line)


def _after(code: Code, node: ast.stmt, text: str) -> Edit:
    start = code.line_start((node.end_lineno or node.lineno) + 1)
    is_open = start == len(code.text) and not code.text.endswith("\n")
    return start, start, f"\n{text}" if is_open else f"{text}\n"


def _before(code: Code, node: ast.stmt, text: str) -> Edit:
    start = code.line_start(node.lineno)
    return start, start, f"{text}\n"


def _first(code: Code, text: str) -> Edit:
    """Return the edit that makes a statement the file's first import: behind its docstring or leading comments."""
    body = code.tree.body
    if (
        body
        and isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
        and isinstance(body[0].value.value, str)
    ):
        start = code.line_start((body[0].end_lineno or 1) + 1)
        tail = "" if code.text[start : start + 1] == "\n" else "\n"
        return start, start, f"\n{text}\n{tail}"
    row = 0
    while row < len(code.lines) and code.lines[row].startswith("#"):
        row += 1
    start = code.line_start(row + 1)
    if row and code.text[start : start + 1] == "\n":
        start += 1
    following = code.text[start:]
    gap = "" if not following.strip() else "\n\n" if following.startswith(("def ", "class ", "async ", "@")) else "\n"
    return start, start, f"{text}\n{gap}"
