"""`parametrize` names an argument that its test does not take: the one close parameter is meant, or the test's is misspelt."""

from __future__ import annotations

import ast
import re

from ..proposal import edit, guide
from . import near
from .fixtures import functions_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeGuard

    from ..proposal import Proposal
    from ..source import Source
    from .shelf import Shelf

_UNUSED = re.compile(
    r"In (?P<file>[^\s:]+\.py)::(?:\w+::)*(?P<test>\w+): function uses no (?:argument|fixture) '(?P<name>\w+)'"
)
_MOST = 4


def propose(shelf: Shelf) -> Iterator[Proposal]:
    """Yield suggestions alone: a test's own words are its author's."""
    for found in list(_UNUSED.finditer(shelf.output))[:_MOST]:
        path = shelf.case.resolve(found["file"])
        source = shelf.case.source(path) if path else None
        node = next((one for one in functions_of(source) if one.name == found["test"]), None)
        if source is not None and node is not None:
            yield _suggested(source, node, found["name"])


def _suggested(source: Source, node: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> Proposal:
    """Return the edit of the decorator where one parameter is close; else what the test takes."""
    names = [one.arg for one in [*node.args.args, *node.args.kwonlyargs] if one.arg != "self"]
    meant = near.closest(name, names)
    spots = [one.lineno for mark in node.decorator_list for one in ast.walk(mark) if _says(one, name)]
    if meant and len(spots) == 1:
        line = re.sub(rf"\b{name}\b", meant, source.lines[spots[0] - 1], count=1)
        title = f"parametrize `{meant}`, which the test takes, instead of `{name}` ({source.path}:{spots[0]})"
        text = source.with_line(spots[0], line)
        return edit("manifest", title, [source.change(text)], risk="medium", sure=False)
    taken = ", ".join(f"`{one}`" for one in names) or "nothing"
    steps = [f"`{node.name}` takes {taken}: give it a parameter `{name}`, or parametrize another name"]
    return guide(f"the test takes no `{name}` ({source.path}:{node.lineno})", steps)


def _says(node: ast.AST, name: str) -> TypeGuard[ast.Constant]:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return False
    return name in re.split(r"[\s,]+", node.value)
