"""Formatters: the files that one would change, as it would print them. Which and how is `memory/formatters.json`."""

from __future__ import annotations

import ast
import os
import re
from functools import cache

from ... import child, paths, wire
from .launch import launch, name_of, printed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from ..case import Case
    from .launch import Launch

_NAMES = re.compile(r"[\w./@+ -]+\.\w+")


@cache
def table() -> Mapping[str, Mapping[str, Any]]:
    """Return the shipped formatters by name."""
    found: Mapping[str, Mapping[str, Any]] = wire.loads(
        paths.read_small(f"{paths.share_dir()}/memory/formatters.json")
    )["formatters"]
    return found


def named(case: Case) -> Iterator[tuple[str, list[str]]]:
    """Yield each formatter that said which files it would change, with those files."""
    for name, entry in table().items():
        files = [match["file"] for form in entry["reports"] for match in re.finditer(form, case.output, re.M)]
        files = files or _listed(case, entry)
        found = dict.fromkeys(path for file in files if (path := case.resolve(file.strip())))
        if found and _fits(case, name, entry):
            yield name, list(found)


def _fits(case: Case, name: str, entry: Mapping[str, Any]) -> bool:
    """Tell whether the failed command can have been this formatter: two of them may print alike."""
    program = entry["program"]
    others = {other["program"] for other in table().values()} - {program}
    started = [name_of(word) for word in case.argv[:6]]
    if program in started:
        wanted = entry.get("subcommand")
        return not wanted or wanted in case.argv
    if name == "standard":  # its lines look like anybody's
        return "standard: " in case.output
    return not others.intersection(started)


def _listed(case: Case, entry: Mapping[str, Any]) -> list[str]:
    """Return the files of an output that is a plain list of names, which the command's own words ask for."""
    program = entry["program"]
    ran = program in [name_of(word) for word in case.argv[:6]] or case.runs(*entry.get("started_by", ()))
    if not ran or not set(entry.get("lists", ())).intersection(case.argv):
        return []
    suffixes = tuple(entry.get("suffixes", ()))
    lines = [line.strip() for line in case.output.split("\n")]
    return [line for line in lines if _NAMES.fullmatch(line) and line.endswith(suffixes or "")]


def formatted(case: Case, name: str, path: str, text: bytes) -> bytes | None:
    """Return a file's bytes as a formatter would have them; None when it cannot say, or the program would differ.

    Args:
        case: the failure.
        name: a key of the table.
        path: the file, relative to the root.
        text: its bytes.
    """
    entry = table()[name]
    program = launch(case, entry["program"])
    if program is None:
        return None
    argv = [*program.argv, *_arguments(case, entry, program, path)]
    if "in_copy" in entry:
        out = _mended_copy(case, argv, entry["in_copy"], path, text)
    else:
        folder = os.path.dirname(os.path.join(case.root, path)) if entry.get("in_folder") else ""
        out = printed(case, argv, text, folder)
    if out is None or out == text:
        return None
    return out if _same(str(entry.get("check", "")), text, out) else None


def _arguments(case: Case, entry: Mapping[str, Any], program: Launch, path: str) -> list[str]:
    full = path if "in_copy" in entry else os.path.join(case.root, path)
    asked = next((word for word in program.words if word in entry.get("subcommands", ())), "check")
    filled = {
        "{file}": full,
        "{edition}": _edition(case, path),
        "{subcommand}": entry.get("renames", {}).get(asked, asked),
    }
    argv = [_filled(word, filled) for word in entry["argv"]]
    head = 1 if entry.get("subcommand") or entry.get("subcommands") else 0
    return [*argv[:head], *program.options(entry["keeps"]), *argv[head:]]


def _mended_copy(case: Case, argv: Sequence[str], configs: Sequence[str], path: str, text: bytes) -> bytes | None:
    """Return what a tool that can only write makes of a copy, which lies in a folder of its own under the same path."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="healkit-") as folder:
        copies = {name: data for name in configs if (data := case.read(name)) is not None}
        for name, data in {**copies, path: text}.items():
            os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)
        child.run(argv, folder, timeout=60.0)
        with open(os.path.join(folder, path), "rb") as file:
            return file.read(child.LIMIT) or None


def _filled(word: str, values: Mapping[str, str]) -> str:
    for key, value in values.items():
        word = word.replace(key, value)
    return word


def _edition(case: Case, path: str) -> str:
    """Return the Rust edition of the package that a file belongs to."""
    folder = os.path.dirname(path)
    while True:
        data = (case.read(os.path.join(folder, "Cargo.toml")) or b"").decode("utf-8", "replace")
        found = re.search(r'^edition *= *"(\d{4})"', data, re.M)
        if found:
            return found[1]
        if not folder:
            return "2021" if data else "2015"
        folder = os.path.dirname(folder)


def _same(check: str, before: bytes, after: bytes) -> bool:
    """Tell whether a program means the same before and after; true where only the tool can tell."""
    if check == "toml":
        import tomllib

        try:
            return tomllib.loads(before.decode()) == tomllib.loads(after.decode())
        except (ValueError, UnicodeDecodeError):
            return False
    if check in ("python", "imports"):
        return same_python(before, after, only_imports=check == "imports")
    return True


def same_python(before: bytes, after: bytes, *, only_imports: bool = False) -> bool:
    """Tell whether two Python texts are one program: equal trees, but for the white space in docstrings.

    With `only_imports` the import statements may stand in another order. A text that this Python cannot read is left to
    the tool that printed it.
    """
    try:
        old = ast.parse(before)
    except (SyntaxError, ValueError):
        return True
    try:
        new = ast.parse(after)
    except (SyntaxError, ValueError):
        return False
    return _dump(old, only_imports) == _dump(new, only_imports)


def _dump(tree: ast.Module, only_imports: bool) -> str:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            node.value.value = " ".join(node.value.value.split())
        elif isinstance(node, ast.Delete):
            node.targets = _flat(node.targets)  # black takes the brackets of `del (a, b)` away
    if not only_imports:
        return ast.dump(tree)
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            head = "." * getattr(node, "level", 0) + str(getattr(node, "module", ""))
            names += [f"{head}:{alias.name}:{alias.asname}" for alias in node.names]
    rest = _without_imports(tree)
    return f"{sorted(set(names))}{rest}"


def _flat(targets: Sequence[ast.expr]) -> list[ast.expr]:
    return [one for target in targets for one in (target.elts if isinstance(target, ast.Tuple) else [target])]


def _without_imports(tree: ast.Module) -> str:
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            body = getattr(node, field, None)
            if isinstance(body, list):
                setattr(node, field, [one for one in body if not isinstance(one, (ast.Import, ast.ImportFrom))])
    return ast.dump(tree)
