"""What installed packages and Node's own modules export, read from their files; nothing of them is run."""

from __future__ import annotations

import json
import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .project import Graph

_BUILTINS = (
    "const m=require('module'),n=process.argv[1];"
    "console.log(JSON.stringify(n?m.isBuiltin(n)?Object.keys(require('node:'+n)):[]:m.builtinModules))"
)
_EXPORTERS = (
    "const m=require('module'),n=process.argv[1];console.log(JSON.stringify(m.builtinModules.filter(b=>"
    "!/^_|[/]|^(?:sys|constants|punycode|process|module|test|sqlite|sea)$/.test(b)&&Object.hasOwn(require('node:'+b),n))))"
)
_CONDITIONS = ("import", "module", "node", "default", "require", "types")


def names(graph: Graph, importer: str, spec: str) -> list[str]:
    """Return the names that one of Node's modules or an installed package exports; empty when they are not known."""
    module = spec.removeprefix("node:")
    if re.fullmatch(r"[a-z_0-9]+(?:/[a-z_0-9]+)?", module):
        found = builtins(graph, module)
        if found or spec != module:
            return found
    entry = _entry(graph, importer, spec)
    return [name for name in graph.all_exports(entry)[0] if name != "default"] if entry else []


def builtins(graph: Graph, module: str = "") -> list[str]:
    """Return the names of Node's own modules, or what one of them exports."""
    return _asked(graph, _BUILTINS, module)


def builtin_exporters(graph: Graph, name: str) -> list[str]:
    """Return those of Node's own modules that export a name."""
    return _asked(graph, _EXPORTERS, name)


def _asked(graph: Graph, program: str, word: str) -> list[str]:
    """Return the list that a program of ours prints about Node itself; no file of the project is read by it."""
    node = graph.case.program("node")
    if not node:
        return []
    ran = graph.case.check([node, "-e", program, "--", word], NODE_OPTIONS="")
    try:
        found = json.loads(ran.stdout)
    except ValueError:
        return []
    return [str(one) for one in found] if isinstance(found, list) else []


def _entry(graph: Graph, importer: str, spec: str) -> str:
    """Return the file, relative to the root, that a package's name stands for."""
    found = re.fullmatch(r"(@[\w.-]+/[\w.-]+|[\w.-]+)(/[\w./-]+)?", spec)
    if not found or ".." in spec:
        return ""
    folder = os.path.dirname(importer)
    while True:
        package = os.path.join(folder, "node_modules", found[1])
        if graph.is_file(f"{package}/package.json"):
            break
        if not folder:
            return ""
        folder = os.path.dirname(folder)
    data = graph.json(f"{package}/package.json")
    exports = data.get("exports")
    key = f".{found[2] or ''}"
    if isinstance(exports, dict) and any(str(one).startswith(".") for one in exports):
        exports = exports.get(key)
    inside = (
        _first(exports) or (found[2] or "").lstrip("/") or str(data.get("module") or data.get("main") or "index.js")
    )
    return graph.file_at(os.path.normpath(os.path.join(package, inside)))


def _first(value: Any) -> str:
    """Return the file of an `exports` entry: of its conditions the one that an import takes."""
    if isinstance(value, dict):
        return next((found for key in _CONDITIONS if (found := _first(value.get(key)))), "")
    return value if isinstance(value, str) else ""
