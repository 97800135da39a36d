"""A module that is used optionally: its import guarded, as a diff for a person to decide on."""

from __future__ import annotations

import ast

from ..proposal import Proposal, edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..case import Case
    from .missing import Missing


def propose(case: Case, one: Missing, where: str) -> Iterator[Proposal]:
    """Yield the try/except around the import that failed, as a suggestion.

    Args:
        case: the failure.
        one: the missing module.
        where: the manifest that declares it; only what an extra or nobody declares may be optional.
    """
    if one.ecosystem != "python" or one.kind != "module" or (where and "(extra" not in where):
        return
    source = case.source(case.place) if case.place.endswith(".py") else None
    if source is None:
        return
    try:
        tree = ast.parse(source.text)
    except (SyntaxError, ValueError, RecursionError):
        return
    line = case.diagnosis.location.line
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom) and node.lineno <= line <= (node.end_lineno or node.lineno):
            names = _bound(node, one.name)
            if not names:
                return
            lines = source.lines
            begin, end = node.lineno - 1, node.end_lineno or node.lineno
            guarded = ["try:", *(f"    {text}" for text in lines[begin:end]), "except ImportError:"]
            guarded.append(f"    {' = '.join(names)} = None")
            text = "\n".join([*lines[:begin], *guarded, *lines[end:]])
            title = f"make `{one.name}` optional, if the program can do without it ({case.place}:{node.lineno})"
            yield edit("install", title, [source.change(text)], risk="high", sure=False)
            return


def _bound(node: ast.Import | ast.ImportFrom, module: str) -> list[str]:
    """Return the names that an import binds, when it imports that module and nothing else; else none."""
    top = module.split(".")[0]
    if isinstance(node, ast.ImportFrom):
        whole = (node.module or "").split(".")[0] == top and not node.level
        names = [alias.asname or alias.name for alias in node.names]
        return names if whole and "*" not in names else []
    if len(node.names) != 1 or node.names[0].name.split(".")[0] != top:
        return []
    return [node.names[0].asname or top]
