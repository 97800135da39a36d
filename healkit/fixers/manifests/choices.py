"""The words that would be right where a tool does not say them: read from the project and its tools, never run."""

from __future__ import annotations

import ast
import json
import os
import re

from ... import tables as shared_tables
from . import near
from .documents import read_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from .documents import Document
    from .shelf import Shelf

_SITE = re.compile(r"(/[^\"'\n:]*?/site-packages)/")
_CLASSIFIER = re.compile(r"\"([A-Z][^\"\n]+ :: [^\"\n]+)\"")
_DEPENDENCIES = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")


def choices(shelf: Shelf, document: Document, raw: Mapping[str, Any], groups: Mapping[str, str]) -> list[str]:
    """Return the words of a report's sources (its `from`), in order."""
    found: list[str] = []
    for source in raw.get("from", ()):
        kind, _, argument = source.partition(":")
        for name, text in groups.items():
            argument = argument.replace(f"{{{name}}}", text)
        found += SOURCES[kind](shelf, document, groups.get(argument, argument), groups)
    return found


def _keys(_shelf: Shelf, document: Document, argument: str, _groups: Mapping[str, str]) -> Iterable[str]:
    table = document.at(tuple(argument.split("."))) if document.data else None
    return [str(key) for key in table] if isinstance(table, dict) else ()


def _features(shelf: Shelf, _document: Document, package: str, _groups: Mapping[str, str]) -> Iterable[str]:
    for other in shelf.documents(["Cargo.toml"]):
        if other.data and other.at(("package", "name")) == package:
            table = other.at(("features",))
            return list(table) if isinstance(table, dict) else ()
    return ()


def _ruff_rules(shelf: Shelf, *_: object) -> Iterable[str]:
    ruff = shelf.case.program("ruff") if "ruff" in shelf.programs else ""
    if not ruff:
        return ()
    ran = shelf.case.check([ruff, "rule", "--all", "--output-format", "json"])
    try:
        codes = [str(rule["code"]) for rule in json.loads(ran.stdout)]
    except (ValueError, TypeError, KeyError):
        return ()
    return [*codes, *{code.rstrip("0123456789") for code in codes}]


def modules(shelf: Shelf) -> dict[str, str]:
    """Return the project's Python modules by dotted name, with their files; a `src` folder in front counts as none."""
    found: dict[str, str] = {}
    for path in shelf.all_files:
        if not path.endswith(".py"):
            continue
        parts = path[:-3].split("/")
        if parts[-1] == "__init__":
            parts.pop()
        if parts and parts[0] in ("src", "lib"):
            found.setdefault(".".join(parts[1:]), path)
        found.setdefault(".".join(parts), path)
    found.pop("", None)
    return found


def _python_modules(shelf: Shelf, *_: object) -> Iterable[str]:
    return modules(shelf)


def _python_names(shelf: Shelf, _document: Document, module: str, _groups: Mapping[str, str]) -> Iterable[str]:
    path = modules(shelf).get(module, "")
    data = shelf.case.read(path) if path else None
    if data is None:
        return ()
    try:
        tree = ast.parse(data)
    except (ValueError, SyntaxError, RecursionError):
        return ()
    return list(_defined(tree.body))


def _defined(body: Iterable[ast.stmt]) -> Iterable[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        elif isinstance(node, ast.ImportFrom | ast.Import):
            yield from (alias.asname or alias.name for alias in node.names)


def _classifiers(shelf: Shelf, *_: object) -> Iterable[str]:
    """Return the classifiers that the failing tool's own environment knows, read from the file beside the tool."""
    for site in dict.fromkeys(_SITE.findall(shelf.output)):
        try:
            with open(f"{site}/trove_classifiers/__init__.py", encoding="utf-8") as file:
                found = _CLASSIFIER.findall(file.read(1 << 20))
        except (OSError, ValueError):
            continue
        if found:
            return found
    return ()


def _upwards(shelf: Shelf, document: Document) -> Iterable[str]:
    here = os.path.dirname(os.path.join(shelf.case.root, document.path))
    while here.startswith(shelf.case.root):
        yield here
        here = os.path.dirname(here)


def _programs(shelf: Shelf, document: Document, *_: object) -> Iterable[str]:
    """Return the programs that a script of this document can start: the project's own ones; PATH where there are none.

    What the project declares is among them, installed or not: its name is no slip of another's.
    """
    found = [name for folder in _upwards(shelf, document) for name in near.entries(f"{folder}/node_modules/.bin")]
    env = str(shelf.case.facts.get("env") or "")
    found += near.entries(f"{env}/bin") if env else []
    found = found or [name for folder in os.environ.get("PATH", "").split(":") for name in near.entries(folder)]
    packages = declared(shelf, document)
    brought = shared_tables.table("packages").get("node", {}).get("programs", {})
    return [*found, *packages, *(program for program, package in brought.items() if package in packages)]


def _types(shelf: Shelf, document: Document, *_: object) -> Iterable[str]:
    return [name for folder in _upwards(shelf, document) for name in near.entries(f"{folder}/node_modules/@types")]


def declared(shelf: Shelf, document: Document) -> set[str]:
    """Return the npm packages that the manifests above a file declare."""
    found: set[str] = set()
    for folder in _upwards(shelf, document):
        data = shelf.case.read(os.path.relpath(f"{folder}/package.json", shelf.case.root))
        try:
            manifest = read_json((data or b"{}").decode("utf-8", "replace"))
        except ValueError:
            continue
        if isinstance(manifest, dict):
            tables = [manifest.get(kind) for kind in _DEPENDENCIES]
            found.update(str(name) for table in tables if isinstance(table, dict) for name in table)
    return found


def _declared(shelf: Shelf, document: Document, *_: object) -> Iterable[str]:
    return sorted(declared(shelf, document))


def _eslint_rules(shelf: Shelf, document: Document, _argument: str, groups: Mapping[str, str]) -> Iterable[str]:
    """Return the rules of the plugin that a rule's name begins with, ESLint's own for a bare name; read from their files."""
    name, plugin = groups.get("name", ""), groups.get("plugin", "@")
    prefix, _, _ = name.rpartition("/")
    package = plugin if plugin != "@" else prefix
    for folder in _upwards(shelf, document):
        for place in _rule_folders(package):
            names = [entry[:-3] for entry in near.entries(f"{folder}/node_modules/{place}") if entry.endswith(".js")]
            if names:
                return [f"{prefix}/{rule}" if prefix else rule for rule in names if rule != "index"]
    return ()


def _rule_folders(package: str) -> list[str]:
    if not package or package == "@":
        return ["eslint/lib/rules"]
    scope, slash, rest = package.partition("/")
    base = f"eslint-plugin-{package}"
    if scope.startswith("@"):
        base = f"{scope}/eslint-plugin-{rest}" if slash else f"{scope}/eslint-plugin"
    return [f"{base}/{folder}" for folder in ("lib/rules", "dist/rules", "rules", "build/rules")]


SOURCES: Mapping[str, Callable[..., Iterable[str]]] = {
    "keys": _keys,
    "classifiers": _classifiers,
    "features": _features,
    "ruff-rules": _ruff_rules,
    "python-modules": _python_modules,
    "python-names": _python_names,
    "programs": _programs,
    "types": _types,
    "declared": _declared,
    "eslint-rules": _eslint_rules,
}
"""Where right words come from, by the name that a report's `from` uses."""
