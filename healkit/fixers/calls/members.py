"""`'Foo' object has no attribute 'nmae'`: the one close member of the class, at the place of use or where it is bound."""

from __future__ import annotations

import ast
import builtins

from ...nearness import distance
from ..python import definitions, near, scopes
from ..python.code import Code, Functions, load, own_spots
from ..python.codebase import is_test
from ..python.remedy import Remedy, only_one

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from ..python.codebase import Codebase
    from ..python.faults import Fault
    from ..python.remedy import Edit

KIND = "calls"
_NOT_MEANT = frozenset(("NoneType", "coroutine", "async_generator", "module", "function", "method"))


def remedies(code: Codebase, fault: Fault, said: re.Match[str]) -> Sequence[Remedy]:
    """Return what may be done about an attribute that an object does not have."""
    name, kind = said["name"], said["type"].rpartition(".")[2]
    if kind in _NOT_MEANT:
        return ()
    for path, spot in own_spots(code, fault.spots):
        file = load(code, path)
        nodes = (
            [
                one
                for one in file.on_line(spot.line, ast.Attribute)
                if isinstance(one, ast.Attribute) and one.attr == name
            ]
            if file
            else []
        )
        nodes = [one for one in file.marked(nodes, spot) if isinstance(one, ast.Attribute)] if file else []
        if file is None or not nodes:
            continue
        hinted = fault.message.partition("Did you mean: '")[2].partition("'")[0]
        return _weighed(code, file, nodes, kind, hinted)
    return ()


def _weighed(code: Codebase, file: Code, nodes: list[ast.Attribute], kind: str, hinted: str) -> Sequence[Remedy]:
    name = nodes[0].attr
    owners = definitions.classes(code, kind)
    known: dict[str, ast.AST | None] = {}
    complete = bool(owners)
    for owner_file, owner in owners:
        found, whole = definitions.attributes(code, owner_file, owner)
        known.update(found)
        complete &= whole
    if not owners and isinstance(getattr(builtins, kind, None), type):
        known, complete = dict.fromkeys(dir(getattr(builtins, kind))), True
    if name in known:
        return ()
    alike = near.close(name, known)
    if hinted and not complete and near.close(name, [hinted]):
        alike = list(dict.fromkeys([*alike, hinted]))
    elif not complete and not hinted and not owners:
        return ()
    close = dict.fromkeys([*near.close(name, set(known)), *(one for one in known if distance(name, one) <= 2)])
    turned = [one for right in close if (one := _binding(code, file, owners, name, right)) is not None]
    if turned or is_test(file.path):
        return only_one(turned)
    return only_one(_use(code, file, nodes, right) for right in alike)


def _use(code: Codebase, file: Code, nodes: list[ast.Attribute], right: str) -> Remedy:
    """Return the remedy at the place of use; where the wrong name is all over the project it may be the right one."""
    name = nodes[0].attr
    edits = [(end - len(name), end, right) for one in nodes for end in [file.span(one)[1]]]
    sure = code.count(name) <= max(len(nodes), 1) or code.count(right) > code.count(name)
    title = f"write `.{right}` instead of `.{name}` ({file.path}:{nodes[0].end_lineno})"
    return Remedy(kind=KIND, title=title, edits={file.path: edits}, risk="medium", sure=sure)


def _binding(
    code: Codebase, file: Code, owners: Sequence[tuple[Code, ast.ClassDef]], name: str, right: str
) -> Remedy | None:
    """Return the remedy where the class misspells what everybody else asks for: nobody but its own bindings has that name."""
    if len(owners) != 1:
        return None
    owner_file, owner = owners[0]
    wanted, have = code.counts(name), code.counts(right)
    if set(have) != {owner_file.path} or is_test(owner_file.path):
        return None
    bound = [one for one in ast.walk(owner) if _binds(one, right)]
    asked = sum(wanted.values())
    if not bound or have[owner_file.path] != len(bound):
        return None
    if asked < 2 and not is_test(file.path):
        return None
    edits: list[Edit] = []
    for one in bound:
        if isinstance(one, ast.Attribute):
            end = owner_file.span(one)[1]
            edits.append((end - len(right), end, name))
        elif isinstance(one, ast.Name):
            edits.append((*owner_file.span(one), name))
        elif isinstance(one, Functions):
            at = owner_file.text.index(right, owner_file.text.index("def", owner_file.span(one)[0]) + 3)
            edits.append((at, at + len(right), name))
    title = f"call it `{name}` in `{owner.name}`, where it is bound as `{right}` ({owner_file.path}:{bound[0].lineno})"  # type: ignore[attr-defined]
    return Remedy(kind=KIND, title=title, edits={owner_file.path: edits}, risk="medium")


def _binds(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == name and isinstance(node.ctx, ast.Store)
    if isinstance(node, ast.Name):
        return node.id == name and isinstance(node.ctx, ast.Store)
    return isinstance(node, Functions) and node.name == name


def without_self(code: Codebase, fault: Fault, said: re.Match[str]) -> Sequence[Remedy]:
    """Return the remedy for a member that a method reads without `self.`."""
    spots = own_spots(code, fault.spots)
    if not spots or is_test(spots[0][0]):
        return ()
    path, spot = spots[0]
    file = load(code, path)
    name = said["name"]
    uses = scopes.unbound(file, name) if file is not None else []
    here = [one for one in uses if one.lineno == spot.line]
    first = definitions.own_member(code, file, here[0], name) if file is not None and here else ""
    if file is None or not first:
        return ()
    same = [one for one in uses if file.function_of(one) is file.function_of(here[0])]
    edits = [(file.span(one)[0], file.span(one)[0], f"{first}.") for one in same]
    title = f"write `{first}.{name}` instead of `{name}` ({path}:{spot.line})"
    return [Remedy(kind=KIND, title=title, edits={path: edits}, risk="medium")]
