"""A fixture that pytest does not know, while a plain function of that name stands where fixtures do: its decorator is gone."""

from __future__ import annotations

import ast
import os
import re

from ..proposal import edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..proposal import Proposal
    from ..source import Source
    from .shelf import Shelf


def propose(shelf: Shelf, test: Source, name: str) -> Iterator[Proposal]:
    """Yield the edit that makes a fixture of the one plain function of that name, in the test's file or a conftest.py above.

    Args:
        shelf: the case.
        test: the file of the test that asks for the fixture.
        name: what it asks for.
    """
    folder, paths = os.path.dirname(test.path), [test.path]
    while True:
        paths.append(os.path.join(folder, "conftest.py"))
        if not folder:
            break
        folder = os.path.dirname(folder)
    found = []
    for path in dict.fromkeys(paths):
        source = shelf.case.source(path)
        place = _plain(source, name) if source is not None else None
        if source is not None and place is not None:
            found.append((source, *place))
    if len(found) != 1:
        return
    source, line, spelling = found[0]
    indent = re.match(r"\s*", source.lines[line - 1])
    lines = [*source.lines]
    lines.insert(line - 1, f"{indent[0] if indent else ''}@{spelling}")
    title = f"make `{name}` a fixture again ({source.path}:{line})"
    yield edit("manifest", title, [source.change("\n".join(lines))], risk="medium")


def _plain(source: Source, name: str) -> tuple[int, str] | None:
    """Return the line of the only function of that name, when it has no decorator and nothing calls it, and what it lacks."""
    try:
        tree = ast.parse(source.text)
    except (ValueError, SyntaxError, RecursionError):
        return None
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    same = [node for node in functions if node.name == name]
    if len(same) != 1 or same[0].decorator_list or _is_called(tree, functions, name) or name.startswith("test"):
        return None
    wanted = "pytest_asyncio.fixture" if isinstance(same[0], ast.AsyncFunctionDef) else "pytest.fixture"
    spellings = [
        ast.unparse(one)
        for node in functions
        for one in node.decorator_list
        if ast.unparse(one).endswith("fixture")
        and isinstance(node, ast.AsyncFunctionDef) == isinstance(same[0], ast.AsyncFunctionDef)
    ]
    top = wanted.partition(".")[0]
    imported = any(
        isinstance(node, ast.Import) and any(alias.name == top and not alias.asname for alias in node.names)
        for node in tree.body
    )
    if spellings:
        return same[0].lineno, max(set(spellings), key=spellings.count)
    return (same[0].lineno, wanted) if imported else None


def _is_called(tree: ast.AST, functions: list[ast.FunctionDef | ast.AsyncFunctionDef], name: str) -> bool:
    """Tell whether the function itself is called, not a parameter of that name."""
    taking = [node for node in functions if any(one.arg == name for one in [*node.args.args, *node.args.kwonlyargs])]
    own = {id(inner) for node in taking for inner in ast.walk(node)}
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name and id(node) not in own
        for node in ast.walk(tree)
    )
