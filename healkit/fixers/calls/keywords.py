"""`f() got an unexpected keyword argument 'x'`: the one parameter of the real signature that was meant."""

from __future__ import annotations

import ast

from ..python import calling, definitions, near, scopes
from ..python.code import Code, own_spots
from ..python.code import load as load_code
from ..python.definitions import Found, Signature
from ..python.files import Module, is_test
from ..python.remedy import Remedy, only_one

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from ..python.codebase import Codebase
    from ..python.faults import Fault
    from ..python.remedy import Edit

KIND = "calls"


class Asked:
    """The call that failed, and the keyword that the function does not take."""

    def __init__(self, file: Code, call: ast.Call, name: str, line: int, direct: bool = False) -> None:
        self.direct = direct  # the call itself was refused, not one that it hands its keywords on to
        self.file, self.call, self.name, self.line = file, call, name, line
        self.place = f"{file.path}:{line}"
        self.given = {one.arg for one in call.keywords if one.arg}


def remedies(code: Codebase, fault: Fault, said: re.Match[str]) -> Sequence[Remedy]:
    """Return what may be done about a keyword that a function does not take."""
    asked = _asked(code, fault, said["name"])
    if asked is None:
        return ()
    qualname = said["function"] or ast.unparse(asked.call.func)
    owners = _own(code, asked, qualname)
    turned = [remedy for one in owners if (remedy := _misspelt_parameter(code, asked, one)) is not None]
    if turned:
        return only_one(turned)
    found: list[Remedy] = []
    for signature in _signatures(code, fault, asked, qualname, owners):
        if not signature.takes_any and asked.name not in signature.names:
            found += _renamed(code, asked, qualname, signature, owners)
    return only_one(found)


def lacking(code: Codebase, fault: Fault, said: re.Match[str]) -> Sequence[Remedy]:
    """Return the remedy for a required argument that is there under a misspelt name, which `**kwargs` swallowed."""
    for path, spot in own_spots(code, fault.spots):
        file = load_code(code, path)
        if file is None or is_test(path) or spot is not fault.spots[-1]:
            return ()
        calls = [one for one in file.on_line(spot.line, ast.Call) if isinstance(one, ast.Call)]
        given = [(keyword, one) for one in calls for keyword in one.keywords if keyword.arg]
        found = [keyword for keyword, _ in given if near.close(keyword.arg or "", [said["name"]])]
        if len(found) == 1:
            edit = _keyword_edit(file, found[0], {found[0].arg or "": said["name"]})
            title = f"pass `{said['name']}` instead of `{found[0].arg}` to `{said['function']}` ({path}:{spot.line})"
            return [Remedy(kind=KIND, title=title, edits={path: (edit,)})]
        return ()
    return ()


def _asked(code: Codebase, fault: Fault, name: str) -> Asked | None:
    """Return the innermost call in the project that spells the keyword out: `**kwargs` only hand it on."""
    for path, spot in own_spots(code, fault.spots):
        file = load_code(code, path)
        if file is None:
            continue
        found = [one for one in file.on_line(spot.line, ast.Call) if isinstance(one, ast.Call) and _has(one, name)]
        marked = [one for one in file.marked(found, spot) if isinstance(one, ast.Call)]
        if marked:
            return Asked(file, marked[-1], name, spot.line, direct=spot is fault.spots[-1])
    return _handed_on(code, name)


def _handed_on(code: Codebase, name: str) -> Asked | None:
    """Return the one call in the project that passes a keyword which `functools.partial` or the like only kept."""
    found: list[Asked] = []
    for path in code.holding(f"{name}="):
        file = load_code(code, path)
        if file is not None:
            calls = [one for one in ast.walk(file.tree) if isinstance(one, ast.Call) and _has(one, name)]
            found += [Asked(file, one, name, one.lineno) for one in calls]
    return found[0] if len(found) == 1 and not is_test(found[0].file.path) else None


def _has(call: ast.Call, name: str) -> bool:
    return any(one.arg == name for one in call.keywords)


def _own(code: Codebase, asked: Asked, qualname: str) -> list[Found]:
    """Return the project's functions that were called."""
    if qualname.endswith((".__init__", ".__new__")):
        return definitions.of_qualname(code, qualname)
    resolved = definitions.resolve(code, asked.file, asked.call.func)
    found = definitions.of_qualname(code, qualname)
    if resolved is not None and isinstance(resolved[1], (ast.FunctionDef, ast.AsyncFunctionDef)):
        exact = [one for one in found if one.file.path == resolved[0].path and one.node.lineno == resolved[1].lineno]
        return exact or found
    return found


def _signatures(code: Codebase, fault: Fault, asked: Asked, qualname: str, owners: Sequence[Found]) -> list[Signature]:
    """Return the signatures that the called function may have."""
    found = [definitions.signature(one.node, one.owner is not None) for one in owners]
    parts = qualname.split(".")
    if not found:
        name = parts[-2] if parts[-1] in ("__init__", "__new__") and len(parts) > 1 else parts[-1]
        for file, node in definitions.classes(code, name):
            signature = definitions.fields(code, file, node)
            found += [signature] if signature is not None else []
    if not found:
        found = _in_frame(code, fault, parts) or _foreign(code, asked, qualname)
    if not found and isinstance(asked.call.func, ast.Name):
        signature = definitions.builtin(asked.call.func.id)
        found = [signature] if signature is not None else []
    return found


def _in_frame(code: Codebase, fault: Fault, parts: list[str]) -> list[Signature]:
    """Return the signature of a class or function of the library in whose file the call failed."""
    path = fault.spots[-1].file if fault.spots else ""
    folders = (*code.interpreter.site, code.interpreter.stdlib)
    base = next((folder for folder in folders if folder and path.startswith(f"{folder}/")), "")
    if not base or not path.endswith(".py"):
        return []
    name = path[len(base) + 1 : -3].replace("/", ".").removesuffix(".__init__")
    file = definitions.outside(code, Module(name=name, file=path, own=False))
    names = parts[:-1] if parts[-1] in ("__init__", "__new__") else parts
    if file is None or not names:
        return []
    there = definitions.resolve(code, file, ast.Name(id=".".join(names), ctx=ast.Load()))
    if there is not None and isinstance(there[1], ast.ClassDef):
        signature = definitions.fields(code, there[0], there[1])
        return [signature] if signature is not None else []
    if there is not None and isinstance(there[1], (ast.FunctionDef, ast.AsyncFunctionDef)):
        return [definitions.signature(there[1], len(names) > 1)]
    return []


def _foreign(code: Codebase, asked: Asked, qualname: str) -> list[Signature]:
    """Return the signature of a function or class of the standard library or an installed distribution."""
    resolved = definitions.resolve(code, asked.file, asked.call.func)
    if resolved is not None and isinstance(resolved[1], ast.ClassDef):
        signature = definitions.fields(code, resolved[0], resolved[1])
        return [signature] if signature is not None else []
    if resolved is not None and isinstance(resolved[1], (ast.FunctionDef, ast.AsyncFunctionDef)):
        return [definitions.signature(resolved[1], isinstance(resolved[0].parents.get(resolved[1]), ast.ClassDef))]
    parts = qualname.split(".")
    if len(parts) != 2:
        return []
    found = []
    tops = {one.module.partition(".")[0] for one in asked.file.bindings.imported.values() if one.module}
    for top in sorted(tops):
        for module in code.installed_modules(top, f"class {parts[0]}"):
            tree = code.tree(module.file)
            for node in ast.walk(tree) if tree is not None else ():
                if isinstance(node, ast.ClassDef) and node.name == parts[0]:
                    found += [
                        definitions.signature(one, True)
                        for one in node.body
                        if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)) and one.name == parts[1]
                    ]
    return found


def _misspelt_parameter(code: Codebase, asked: Asked, one: Found) -> Remedy | None:
    """Return the remedy for a parameter that its own function calls otherwise (the body reads the keyword's name)."""
    name, node, file = asked.name, one.node, one.file
    args = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    inside = set(ast.walk(node))
    wanted = [use for use in scopes.unbound(file, name) if use in inside]
    alike = near.close(name, [arg.arg for arg in args])
    read = {use.id for use in ast.walk(node) if isinstance(use, ast.Name) and isinstance(use.ctx, ast.Load)}
    if len(alike) != 1 or is_test(file.path):
        return None
    right = alike[0]
    arg = next(arg for arg in args if arg.arg == right)
    edits: list[Edit] = []
    start = file.span(arg)[0]
    if wanted and right not in read:
        edits = [(start, start + len(right), name)]
    elif is_test(asked.file.path) and not _is_passed(code, node.name, right) and not wanted:
        uses = [use for use in file.names(right) if use in inside]
        edits = [(start, start + len(right), name), *((*file.span(use), name) for use in uses)]
    if not edits or any(arg.arg == name for arg in args):
        return None
    title = f"call the parameter of `{node.name}` `{name}`, as its callers do ({file.path}:{node.lineno})"
    return Remedy(kind=KIND, title=title, edits={file.path: edits}, risk="medium")


def _is_passed(code: Codebase, function: str, keyword: str) -> bool:
    """Tell whether some call of a function passes a keyword."""
    return any(_has(call, keyword) for _, call in _all_calls(code, function))


def _all_calls(code: Codebase, function: str) -> list[tuple[Code, ast.Call]]:
    uses = calling.calls(code, function)
    return [*uses.plain, *uses.awaited, *uses.handed]


def _renamed(
    code: Codebase, asked: Asked, qualname: str, signature: Signature, owners: Sequence[Found]
) -> Sequence[Remedy]:
    """Return the remedy that gives each unknown keyword of the call the name of a parameter that is still free."""
    call, file = asked.call, asked.file
    unknown = [one for one in call.keywords if one.arg and one.arg not in signature.names]
    unknown = unknown if asked.direct else [one for one in unknown if one.arg == asked.name]
    chosen, sure = _chosen(asked, signature, [one.arg or "" for one in unknown])
    if asked.name not in chosen:
        return ()
    edits = {file.path: [_keyword_edit(file, one, chosen) for one in unknown if one.arg in chosen]}
    sure = sure and not is_test(file.path)
    for other_file, other in _all_calls(code, owners[0].node.name) if sure and len(owners) == 1 else ():
        same = other_file.path == file.path and other.lineno == call.lineno
        if not same and not is_test(other_file.path) and _has(other, asked.name):
            more = [_keyword_edit(other_file, one, chosen) for one in other.keywords if one.arg == asked.name]
            edits[other_file.path] = [*edits.get(other_file.path, ()), *more]
    said = " and ".join(f"`{new}` instead of `{old}`" for old, new in chosen.items())
    title = f"pass {said} to `{qualname.removesuffix('.__init__')}` ({asked.place})"
    return [Remedy(kind=KIND, title=title, edits=edits, risk="low" if sure else "medium", sure=sure)]


def _chosen(asked: Asked, signature: Signature, unknown: Sequence[str]) -> tuple[dict[str, str], bool]:
    """Return a free parameter for each keyword that is not one, and whether every one of them is sure.

    Sure is what is spelled alike. What is only left over (as many required parameters as unknown keywords) is a guess.
    """
    filled = {*asked.given, *signature.order[: len(asked.call.args)]}
    free = [name for name in signature.names if name not in filled]
    chosen: dict[str, str] = {}
    for name in unknown:
        alike = near.close(name, free) or near.related(name, free)
        if len(alike) == 1 and alike[0] not in chosen.values():
            chosen[name] = alike[0]
    open_ = [name for name in unknown if name not in chosen]
    left = [name for name in signature.required if name in free and name not in chosen.values()]
    if open_ and len(open_) == len(left):
        chosen.update(zip(open_, left, strict=True))
    return chosen, not open_


def _keyword_edit(file: Code, keyword: ast.keyword, chosen: dict[str, str]) -> Edit:
    start = file.span(keyword)[0]
    return start, start + len(keyword.arg or ""), chosen[keyword.arg or ""]
