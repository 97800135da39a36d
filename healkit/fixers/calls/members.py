"""`'Foo' object has no attribute 'nmae'`: the one close member of the class, at the place of use or where it is bound."""

from __future__ import annotations

import ast
import builtins

from ...nearness import distance
from ..python import definitions, near, scopes
from ..python import members as class_members
from ..python.code import Code, Functions, load, own_spots
from ..python.files import is_test
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
        found, whole = class_members.attributes(code, owner_file, owner)
        known.update(found)
        complete &= whole
    if name.startswith("__"):
        known.update(dict.fromkeys({*dir(type), *dir(object), "__dict__", "__class__"} - known.keys()))
    if not owners and isinstance(getattr(builtins, kind, None), type):
        known, complete = dict.fromkeys(dir(getattr(builtins, kind))), True
    if name in known and known[name] in nodes:
        del known[name]  # the place that failed is the only one that would make it
    close = dict.fromkeys([*near.close(name, set(known)), *(one for one in known if distance(name, one) <= 2)])
    turned = [one for right in close if right != name and (one := _binding(code, file, name, right)) is not None]
    if turned or name in known or is_test(file.path):
        return only_one(turned)
    alike = near.close(name, known)
    if hinted and not complete and near.close(name, [hinted]):
        alike = list(dict.fromkeys([*alike, hinted]))
    elif not complete and not hinted and not owners:
        return ()
    return only_one(_use(code, file, nodes, right) for right in alike)


def _use(code: Codebase, file: Code, nodes: list[ast.Attribute], right: str) -> Remedy:
    """Return the remedy at the place of use; a name that stands elsewhere too is no slip, what bound it may be gone."""
    name = nodes[0].attr
    edits = [(end - len(name), end, right) for one in nodes for end in [file.span(one)[1]]]
    sure = code.count(name) <= len(nodes)
    title = f"write `.{right}` instead of `.{name}` ({file.path}:{nodes[0].end_lineno})"
    return Remedy(kind=KIND, title=title, edits={file.path: edits}, risk="medium", sure=sure)


def _binding(code: Codebase, file: Code, name: str, right: str) -> Remedy | None:
    """Return the remedy where a class misspells what everybody else asks for: nobody but its own bindings has that name."""
    wanted, have = code.counts(name), code.counts(right)
    owner_file = load(code, next(iter(have))) if len(have) == 1 else None
    if owner_file is None or is_test(owner_file.path):
        return None
    bound = [one for one in ast.walk(owner_file.tree) if _binds(one, right)]
    if not bound or sum(have.values()) != len(bound) or (sum(wanted.values()) < 2 and not is_test(file.path)):
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
    place = f"{owner_file.path}:{getattr(bound[0], 'lineno', 0)}"
    title = f"call it `{name}` where it is bound as `{right}`, which nothing reads ({place})"
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
    early = "cannot access local variable" in fault.message and file is not None
    uses = (
        []
        if file is None
        else [one for one in file.names(name) if isinstance(one.ctx, ast.Load)]
        if early
        else scopes.unbound(file, name)
    )
    here = [one for one in uses if one.lineno == spot.line]
    first = class_members.own_member(code, file, here[0], name) if file is not None and here else ""
    if file is None or not first:
        return ()
    same = here if early else [one for one in uses if file.function_of(one) is file.function_of(here[0])]
    edits = [(file.span(one)[0], file.span(one)[0], f"{first}.") for one in same]
    title = f"write `{first}.{name}` instead of `{name}` ({path}:{spot.line})"
    return [Remedy(kind=KIND, title=title, edits={path: edits}, risk="medium")]
