"""Mistakes in Python imports: modules and names misspelt, moved, forgotten; and the ones that nobody can decide."""

from __future__ import annotations

import ast
import random
import re
import sys
from collections.abc import Iterator

from .. import checks
from ..fault import Fault, operator
from ..package import Package
from ..places import Lines, defined_in, imports_of, misspelt, names_in, replaced, run_tests, runs_it, target_of

NAME = "import_python"
STANDARD = sys.stdlib_module_names


def _edit(
    package: Package, path: str, start: int, end: int, new: str, rng: random.Random, says: str, **more: object
) -> Fault:
    text = package.text(path)
    line = text.count("\n", 0, start) + 1
    return Fault(
        f"{path}:{line} {says}", runs_it(package, path, line, rng), {path: replaced(text, start, end, new)},
        checks.python(package, [path]), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def _project_imports(package: Package) -> Iterator[tuple[str, ast.ImportFrom, str]]:
    """Yield file, import and the project file that it names."""
    for path in package.modules():
        for node in imports_of(package, path):
            if isinstance(node, ast.ImportFrom) and (target := target_of(package, path, node)):
                yield path, node, target


def _module_span(package: Package, path: str, node: ast.ImportFrom) -> tuple[int, int]:
    """Return where dots and name of the module stand after `from`."""
    text = package.text(path)
    start, end = Lines(text).span(node)
    found = re.compile(r"from\s*([.\w]+(?:\s*\.\s*\w+)*)\s*import\b").match(text, start, end)
    assert found, ast.unparse(node)
    return found.span(1)


def _used(package: Package, path: str, name: str, node: ast.AST) -> list[int]:
    """Return the lines where a name is used outside functions' annotations, its import left out."""
    return [
        used.lineno
        for used in ast.walk(package.parsed(path))
        if isinstance(used, ast.Name) and used.id == name and isinstance(used.ctx, ast.Load)
    ]


@operator(NAME, "auto", "python")
def misspelt_module(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`from .exceptons import X`: a letter of one of the project's modules is wrong."""
    for path, node, _ in _project_imports(package):
        _start, end = _module_span(package, path, node)
        last = (node.module or "").split(".")[-1]
        wrong = misspelt(rng, last, {package.module_name(other).split(".")[-1] for other in package.modules()})
        if wrong:
            yield _edit(package, path, end - len(last), end, wrong, rng, f"{last} -> {wrong}")


@operator(NAME, "auto", "python")
def misspelt_name(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`from .net import parse_ulr`: a letter of an imported name is wrong, at its import alone."""
    for path, node, target in _project_imports(package):
        names, lines = defined_in(package, target), Lines(package.text(path))
        for alias in node.names:
            wrong = misspelt(rng, alias.name, names)
            if wrong and alias.name in names and not alias.asname:
                start, _ = lines.span(alias)
                yield _edit(package, path, start, start + len(alias.name), wrong, rng, f"{alias.name} -> {wrong}")


@operator(NAME, "auto", "python")
def misspelt_name_in_test(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A test imports a name of the package with a letter wrong."""
    modules = {package.module_name(path): path for path in package.modules()}
    for test in package.tests:
        lines = Lines(package.text(test))
        for node in imports_of(package, test):
            if not isinstance(node, ast.ImportFrom) or node.level or node.module not in modules:
                continue
            names = defined_in(package, modules[node.module])
            for alias in node.names:
                wrong = misspelt(rng, alias.name, names_in(package.text(modules[node.module])))
                if wrong and alias.name in names and not alias.asname:
                    start, end = lines.span(alias)
                    text = replaced(package.text(test), start, end, wrong)
                    command = ["python", "-m", "pytest", "-q", test]
                    yield Fault(
                        f"{test}:{node.lineno} {alias.name} -> {wrong}",
                        command,
                        {test: text},
                        checks.same_python(package, [test]),
                    )


@operator(NAME, "auto", "python")
def wrong_module(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A name is imported from a neighbouring module that does not have it; exactly one other module defines it."""
    modules = [path for path in package.modules() if not path.endswith("__init__.py")]
    holders: dict[str, set[str]] = {}
    for path in package.modules():
        for name in defined_in(package, path):
            holders.setdefault(name, set()).add(path)
    for path, node, target in _project_imports(package):
        if (
            len(node.names) > 1
            or not node.module
            or target.endswith("__init__.py")
            or holders.get(node.names[0].name) != {target}
        ):
            continue
        others = [
            other
            for other in modules
            if other not in (path, target) and node.names[0].name not in names_in(package.text(other))
        ]
        others = [other for other in others if other.rpartition("/")[0] == target.rpartition("/")[0]]
        if others:
            _start, end = _module_span(package, path, node)
            last, wrong = node.module.split(".")[-1], rng.choice(others).rsplit("/", 1)[-1].removesuffix(".py")
            yield _edit(
                package, path, end - len(last), end, wrong, rng, f"{node.names[0].name} from {wrong} instead of {last}"
            )


@operator(NAME, "auto", "python")
def forgotten_standard_import(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`import os` is missing where `os.` is used."""
    for path in package.modules():
        for node in imports_of(package, path):
            if (
                isinstance(node, ast.Import)
                and len(node.names) == 1
                and not node.names[0].asname
                and node.names[0].name in STANDARD
            ):
                yield from _forgotten(package, path, node, node.names[0].name, rng)


def _forgotten(package: Package, path: str, node: ast.AST, name: str, rng: random.Random) -> Iterator[Fault]:
    text, lines = package.text(path), Lines(package.text(path))
    start, end = lines.span(node)
    if text[end : end + 1] != "\n" or (start and text[start - 1] != "\n"):
        return
    for line in _used(package, path, name, node):
        command = run_tests(package, path, line, rng)
        if command:
            yield Fault(f"{path}:{line} without its import of {name}", command, {path: replaced(text, start, end + 1, "")},
                        checks.python(package, [path]))  # fmt: skip
            return


@operator(NAME, "auto", "python")
def forgotten_project_import(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`from .x import y` is missing where `y` is used, and one module of the project defines it."""
    holders: dict[str, set[str]] = {}
    for path in package.modules():
        for name in defined_in(package, path):
            holders.setdefault(name, set()).add(path)
    for path, node, target in _project_imports(package):
        if len(node.names) == 1 and not node.names[0].asname and holders.get(node.names[0].name) == {target}:
            if not path.endswith("__init__.py"):
                yield from _forgotten(package, path, node, node.names[0].name, rng)


@operator(NAME, "auto", "python")
def forgotten_name_of_a_list(package: Package, rng: random.Random) -> Iterator[Fault]:
    """One name is missing in `from typing import Any, Optional`, a list of names of the standard library."""
    for path in package.modules():
        text, lines = package.text(path), Lines(package.text(path))
        for node in imports_of(package, path):
            if not isinstance(node, ast.ImportFrom) or node.level or node.module not in STANDARD or len(node.names) < 2:
                continue
            for number, alias in enumerate(node.names[:-1]):
                start, end = lines.at(alias.lineno, alias.col_offset), lines.span(node.names[number + 1])[0]
                used = next(
                    (line for line in _used(package, path, alias.name, node) if run_tests(package, path, line, rng)), 0
                )
                if used and not alias.asname:
                    yield Fault(f"{path}:{node.lineno} without {alias.name} of {node.module}", run_tests(package, path, used, rng),
                                {path: replaced(text, start, end, "")}, checks.python(package, [path]))  # fmt: skip


@operator(NAME, "auto", "python")
def forgotten_reexport(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`__init__.py` no longer hands on a name that the package's users import from it."""
    for path, node, _ in _project_imports(package):
        if not path.endswith("__init__.py") or len(node.names) != 1 or node.names[0].asname:
            continue
        name, text = node.names[0].name, package.text(path)
        owner = package.module_name(path)
        users = [
            test
            for test in package.tests
            if re.search(rf"from {re.escape(owner)} import [^#]*?\b{re.escape(name)}\b", package.text(test))
        ]
        start, end = Lines(text).span(node)
        if users and text[end : end + 1] == "\n":
            command = ["python", "-m", "pytest", "-q", rng.choice(users)]
            yield Fault(
                f"{path}:{node.lineno} without {name}",
                command,
                {path: replaced(text, start, end + 1, "")},
                checks.tests(package),
            )


@operator(NAME, "auto", "python")
def relative_made_absolute(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`from x import y` where `from .x import y` was meant."""
    for path, node, _ in _project_imports(package):
        if node.level == 1 and node.module and node.module.split(".")[0] not in STANDARD:
            start, _ = _module_span(package, path, node)
            yield _edit(package, path, start, start + 1, "", rng, f".{node.module} -> {node.module}")


@operator(NAME, "auto", "python")
def a_dot_too_many(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`from ..x import y` where `from .x import y` was meant."""
    for path, node, _ in _project_imports(package):
        if node.level == 1 and node.module:
            start, _ = _module_span(package, path, node)
            yield _edit(package, path, start, start, ".", rng, f".{node.module} -> ..{node.module}")


@operator(NAME, "auto", "python")
def misspelt_standard_name(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`from collections import OrderedDcit`."""
    for path in package.modules():
        lines = Lines(package.text(path))
        for node in imports_of(package, path):
            if (
                isinstance(node, ast.ImportFrom)
                and not node.level
                and node.module in STANDARD
                and node.module != "typing"
            ):
                for alias in node.names:
                    wrong = misspelt(rng, alias.name)
                    if wrong and not alias.asname:
                        start, end = lines.span(alias)
                        yield _edit(package, path, start, end, wrong, rng, f"{node.module}: {alias.name} -> {wrong}")


@operator(NAME, "auto", "python")
def misspelt_standard_module(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`import functolls`, of the standard library."""
    for path in package.modules():
        lines = Lines(package.text(path))
        for node in imports_of(package, path):
            if (
                isinstance(node, ast.ImportFrom)
                and not node.level
                and node.module in STANDARD
                and "." not in (node.module or ".")
            ):
                wrong = misspelt(rng, node.module or "", STANDARD)
                start, _ = lines.span(node)
                at = package.text(path).index(node.module or "", start + 4)
                if wrong:
                    yield _edit(package, path, at, at + len(node.module or ""), wrong, rng, f"{node.module} -> {wrong}")


@operator(NAME, "auto", "python")
def abc_from_collections(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`from collections import Mapping`, which moved to `collections.abc` long ago."""
    for path in package.modules():
        for node in imports_of(package, path):
            if isinstance(node, ast.ImportFrom) and not node.level and node.module == "collections.abc":
                start, end = _module_span(package, path, node)
                yield _edit(
                    package,
                    path,
                    start,
                    end,
                    "collections",
                    rng,
                    f"{', '.join(a.name for a in node.names)} from collections",
                )


@operator(NAME, "auto", "python")
def misspelt_attribute_of_a_module(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`functools.warps`: a letter of a standard function is wrong where it is used."""
    for path in package.modules():
        lines = Lines(package.text(path))
        known = {
            a.name for n in imports_of(package, path) if isinstance(n, ast.Import) for a in n.names if not a.asname
        } & STANDARD
        for node in ast.walk(package.parsed(path)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in known:
                wrong = misspelt(rng, node.attr, frozenset(dir(sys.modules.get(node.value.id, ast))))
                command = run_tests(package, path, node.lineno, rng)
                if wrong and command:
                    _, end = lines.span(node)
                    text = replaced(package.text(path), end - len(node.attr), end, wrong)
                    yield Fault(
                        f"{path}:{node.lineno} {node.value.id}.{node.attr} -> {wrong}",
                        command,
                        {path: text},
                        checks.python(package, [path]),
                    )


@operator(NAME, "auto", "python")
def wrong_letter_case(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`from .Utils import x`, written where the file system did not care."""
    for path, node, _ in _project_imports(package):
        last = (node.module or "").split(".")[-1]
        if last and last.islower() and last[0].isalpha():
            _, end = _module_span(package, path, node)
            yield _edit(package, path, end - len(last), end, last.capitalize(), rng, f"{last} -> {last.capitalize()}")


@operator(NAME, "suggest", "python")
def circular_import(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A module imports a name of a module that imports it in turn: which way to go is a person's choice."""
    for path, node, target in _project_imports(package):
        if target.endswith("__init__.py") or path.endswith("__init__.py") or not node.module:
            continue
        names = sorted(defined_in(package, path) - names_in(package.text(target)))
        text, own = package.text(target), package.module_name(path)
        first = next((n for n in imports_of(package, target)), None)
        if names and first:
            start, _ = Lines(text).span(first)
            edit = f"from {own} import {rng.choice(names)}\n"
            yield Fault(f"{target} <-> {path}", ["python", "-c", f"import {package.module_name(target)}"], {target: replaced(text, start, start, edit)},
                        suggests=("circular|cycle",))  # fmt: skip


@operator(NAME, "must_not", "python")
def two_homes_for_a_name(package: Package, rng: random.Random) -> Iterator[Fault]:
    """The module of an import is gone and two modules define the name, equally well."""
    for path, node, target in _project_imports(package):
        if len(node.names) != 1 or not node.module or target.endswith("__init__.py") or path.endswith("__init__.py"):
            continue
        name = node.names[0].name
        source = next(
            (
                n
                for n in package.parsed(target).body
                if isinstance(n, (ast.FunctionDef, ast.ClassDef)) and n.name == name
            ),
            None,
        )
        if not source:
            continue
        folder = target.rsplit("/", 1)[0]
        body = (
            f"def {name}(*args, **options):\n    return (args, options)\n"
            if isinstance(source, ast.FunctionDef)
            else f"class {name}(Exception):\n    pass\n"
        )
        _start, end = _module_span(package, path, node)
        last = node.module.split(".")[-1]
        text = replaced(package.text(path), end - len(last), end, "elsewhere_now")
        edits: dict[str, str | bytes | None] = {
            path: text,
            f"{folder}/first_home.py": body,
            f"{folder}/second_home.py": body,
            target: None,
        }
        yield Fault(
            f"{path}:{node.lineno} {name} from a module that is gone",
            ["python", "-c", f"import {package.module_name(path)}"],
            edits,
        )


@operator(NAME, "must_not", "python")
def name_that_is_gone(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A function that others import was deleted: nothing resembles it, and nobody may invent it."""
    for path, node, target in _project_imports(package):
        text, lines = package.text(target), Lines(package.text(target))
        for alias in node.names:
            source = next(
                (n for n in package.parsed(target).body if isinstance(n, ast.FunctionDef) and n.name == alias.name),
                None,
            )
            others = defined_in(package, target) - {alias.name}
            if (
                source
                and not source.decorator_list
                and len(alias.name) > 5
                and not any(_alike(alias.name, other) for other in others)
            ):
                start, end = lines.starts[source.lineno - 1], lines.starts[source.end_lineno or source.lineno]
                left = replaced(text, start, end, "")
                if alias.name not in names_in(left):
                    yield Fault(
                        f"{target} without {alias.name}",
                        ["python", "-c", f"import {package.module_name(path)}"],
                        {target: left},
                    )


def _alike(one: str, other: str) -> bool:
    import difflib

    return difflib.SequenceMatcher(None, one.lower(), other.lower()).ratio() > 0.55
