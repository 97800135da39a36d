"""`parametrize` names an argument that its test does not take: the one close parameter is meant, or the test's is misspelt."""

from __future__ import annotations

import ast
import re

from ..proposal import edit, guide
from . import near

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..proposal import Proposal
    from .shelf import Shelf

_UNUSED = re.compile(
    r"In (?P<file>[^\s:]+\.py)::(?:\w+::)*(?P<test>\w+): function uses no (?:argument|fixture) '(?P<name>\w+)'"
)


def propose(shelf: Shelf) -> Iterator[Proposal]:
    """Yield suggestions alone: a test's own words are its author's."""
    for found in list(_UNUSED.finditer(shelf.output))[:4]:
        path = shelf.case.resolve(found["file"])
        source = shelf.case.source(path) if path else None
        try:
            tree = ast.parse(source.text) if source is not None else None
        except (ValueError, SyntaxError, RecursionError):
            tree = None
        if source is None or tree is None:
            continue
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.name != found["test"]:
                continue
            names = [one.arg for one in [*node.args.args, *node.args.kwonlyargs] if one.arg != "self"]
            meant = near.closest(found["name"], names)
            spots = [
                one.lineno
                for mark in node.decorator_list
                for one in ast.walk(mark)
                if isinstance(one, ast.Constant) and _says(one, found["name"])
            ]
            if meant and len(spots) == 1:
                number = spots[0]
                line = re.sub(rf"\b{found['name']}\b", meant, source.lines[number - 1], count=1)
                title = f"parametrize `{meant}`, which the test takes, instead of `{found['name']}` ({path}:{number})"
                yield edit(
                    "manifest", title, [source.change(source.with_line(number, line))], risk="medium", sure=False
                )
            else:
                taken = ", ".join(f"`{name}`" for name in names) or "nothing"
                steps = [
                    f"`{found['test']}` takes {taken}: give it a parameter `{found['name']}`, or parametrize another name"
                ]
                yield guide(f"the test takes no `{found['name']}` ({path}:{node.lineno})", steps)
            break


def _says(node: ast.Constant, name: str) -> bool:
    return isinstance(node.value, str) and name in re.split(r"[\s,]+", node.value)
