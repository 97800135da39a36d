"""The project's JavaScript files as a graph: which file a specifier means, what a file exports with all that it passes on."""

from __future__ import annotations

import json
import os
import re

from . import exports
from .scan import Script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..case import Case
    from ..source import Source
    from .exports import Exports
    from .scan import Link

SUFFIXES = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".vue", ".svelte")
"""The ends of files that may hold imports."""
_TYPED = {".js": (".ts", ".tsx", ".jsx"), ".mjs": (".mts",), ".cjs": (".cts",), ".jsx": (".tsx",)}
_GUESSED = (".ts", ".tsx", ".js", ".mjs", ".cjs", ".jsx", ".mts", ".cts", ".json", ".vue", ".svelte", ".d.ts")
_MOST = 3000
_BUNDLERS = frozenset({"webpack", "vite", "rollup", "esbuild", "next", "parcel"})


class Graph:
    """The files of one project while a failure is looked at; everything is read once."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._scripts: dict[str, Script | None] = {}
        self._sources: dict[str, Source | None] = {}
        self._exports: dict[str, Exports] = {}
        self._json: dict[str, Any] = {}
        self._files: list[str] | None = None

    @property
    def files(self) -> list[str]:
        """The project's own source files."""
        if self._files is None:
            found = (path for path in self.case.files(*SUFFIXES) if not path.endswith((".min.js", ".d.ts")))
            self._files = [path for _, path in zip(range(_MOST), found, strict=False)]
        return self._files

    def source(self, path: str) -> Source | None:
        """Return a file for editing."""
        if path not in self._sources:
            self._sources[path] = self.case.source(path)
        return self._sources[path]

    def script(self, path: str) -> Script | None:
        """Return a file as it was scanned."""
        if path not in self._scripts:
            source = self.source(path)
            self._scripts[path] = Script(source.text) if source is not None else None
        return self._scripts[path]

    def holding(self, *words: str) -> Iterator[tuple[str, Script]]:
        """Yield the scripts whose text holds all words."""
        for path in self.files:
            source = self.source(path)
            if source is not None and all(word in source.text for word in words):
                script = self.script(path)
                if script is not None:
                    yield path, script

    def exports(self, path: str) -> Exports:
        """Return what a file exports by itself."""
        if path not in self._exports:
            script = self.script(path)
            self._exports[path] = exports.read(script) if script is not None else exports.Exports(complete=False)
        return self._exports[path]

    def all_exports(self, path: str, seen: tuple[str, ...] = ()) -> tuple[dict[str, tuple[str, str]], bool]:
        """Return every name that a file exports, with the file and local name where it comes from, and whether that is all.

        The default export is the name `default`.
        """
        own = self.exports(path)
        out = {name: (path, local) for name, local in own.names.items()}
        if own.default is not None:
            out["default"] = (path, own.default)
        complete = own.complete
        for name, (spec, imported) in own.passed.items():
            target = self.resolve(path, spec)
            known = self.all_exports(target, (*seen, path))[0] if target and target not in seen else {}
            out[name] = known.get(imported, (path, name))
        for spec in own.stars:
            target = self.resolve(path, spec)
            if not target:
                complete = False
            elif target not in seen and target != path:
                more, all_of_it = self.all_exports(target, (*seen, path))
                out = {**{name: place for name, place in more.items() if name != "default"}, **out}
                complete = complete and all_of_it
        return out, complete

    def resolve(self, importer: str, spec: str) -> str:
        """Return the project's file that a specifier in a file means, relative to the root; empty when there is none."""
        for base in self.bases(importer, spec):
            found = self.file_at(base)
            if found:
                return found
        return ""

    def bases(self, importer: str, spec: str) -> list[str]:
        """Return the paths, relative to the root, that a specifier may mean before an ending is added."""
        spec = spec.split("?")[0]
        if spec.startswith("."):
            path = os.path.normpath(os.path.join(os.path.dirname(importer), spec))
            return [] if path.startswith("..") else [path]
        return list(self._aliased(importer, spec))

    def file_at(self, base: str) -> str:
        """Return the file of a path whose ending may be missing, or `.js` for what is TypeScript."""
        if self.is_file(base):
            return base
        stem, end = os.path.splitext(base)
        for other in _TYPED.get(end, ()):
            if self.is_file(stem + other):
                return stem + other
        for more in (*_GUESSED, *(f"/index{end}" for end in _GUESSED)):
            if self.is_file(base + more):
                return base + more
        return ""

    def is_file(self, path: str) -> bool:
        """Tell whether a path relative to the root is a file."""
        return bool(path) and os.path.isfile(os.path.join(self.case.root, path))

    def _aliased(self, importer: str, spec: str) -> Iterator[str]:
        config, data = self.nearest(importer, "tsconfig.json", "jsconfig.json")
        options = _table(data, "compilerOptions")
        folder = os.path.dirname(config)
        base = os.path.normpath(os.path.join(folder, str(options.get("baseUrl") or ".")))
        paths = options.get("paths")
        for pattern, targets in paths.items() if isinstance(paths, dict) else ():
            head, star, tail = str(pattern).partition("*")
            if spec == pattern or (star and spec.startswith(head) and spec.endswith(tail)):
                middle = spec[len(head) : len(spec) - len(tail)] if star else ""
                for target in targets if isinstance(targets, list) else ():
                    yield os.path.normpath(os.path.join(base, str(target).replace("*", middle)))
        if options.get("baseUrl"):
            yield os.path.normpath(os.path.join(base, spec))
        if spec[:2] in ("@/", "~/") and not isinstance(paths, dict):
            package = os.path.dirname(self.nearest(importer, "package.json")[0])
            yield os.path.normpath(os.path.join(package, "src", spec[2:]))

    def nearest(self, importer: str, *names: str) -> tuple[str, dict[str, Any]]:
        """Return the path and content of the nearest JSON file of some names above a file; empty when there is none."""
        folder = os.path.dirname(importer)
        while True:
            for name in names:
                path = os.path.join(folder, name)
                if self.is_file(path):
                    return path, self.json(path)
            if not folder:
                return "", {}
            folder = os.path.dirname(folder)

    def json(self, path: str) -> dict[str, Any]:
        """Return a JSON file's object, comments and last commas allowed; empty when it is none."""
        if path not in self._json:
            text = (self.case.read(path) or b"").decode("utf-8-sig", "replace")
            try:
                found = json.loads(text)
            except ValueError:
                plain = re.sub(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', lambda one: one[1] or "", text, flags=re.S)
                try:
                    found = json.loads(re.sub(r",(\s*[}\]])", r"\1", plain))
                except ValueError:
                    found = {}
            self._json[path] = found if isinstance(found, dict) else {}
        found = self._json[path]
        return found if isinstance(found, dict) else {}

    def is_esm(self, path: str) -> bool:
        """Tell whether Node reads a file as an ES module, by its ending and its package's `type`."""
        if path.endswith((".mjs", ".mts")):
            return True
        if path.endswith((".cjs", ".cts")):
            return False
        return bool(self.nearest(path, "package.json")[1].get("type") == "module")

    def dependencies(self, importer: str) -> set[str]:
        """Return the packages that a file's package declares."""
        data = self.nearest(importer, "package.json")[1]
        keys = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
        return {str(name) for key in keys for name in _table(data, key)}

    def importers(self, target: str) -> Iterator[tuple[str, Script, Link]]:
        """Yield every link of the project to a file."""
        stem = os.path.basename(target).split(".")[0]
        word = os.path.basename(os.path.dirname(target)) if stem == "index" else stem
        for path, script in self.holding(word or stem):
            for link in script.links:
                if path != target and self.resolve(path, link.spec) == target:
                    yield path, script, link

    def specifier(self, importer: str, target: str, like: str = "") -> str:
        """Return the relative specifier of a file, with or without its ending as `like` or the importer's others have it."""
        path = os.path.relpath(target, os.path.dirname(importer) or ".")
        path = path if path.startswith(".") else f"./{path}"
        stem, end = os.path.splitext(path)
        if path.endswith((".json", ".vue", ".svelte")):
            return path
        if self._writes_endings(importer, like):
            swapped = {".ts": ".js", ".tsx": ".js", ".mts": ".mjs", ".cts": ".cjs"}.get(end, end)
            return stem + (end if like.endswith(end) and end in (".ts", ".tsx") else swapped)
        index = stem.removesuffix("/index")
        return index if index != stem and index not in (".", "..") and not like.endswith("/index") else stem

    def _writes_endings(self, importer: str, like: str) -> bool:
        if like.startswith("."):
            return bool(re.search(r"\.[cm]?[jt]sx?$", like)) or self._needs_endings(importer)
        script = self.script(importer)
        specs = [link.spec for link in script.links if link.spec.startswith(".")] if script else []
        if specs:
            return any(re.search(r"\.[cm]?[jt]sx?$", spec) for spec in specs)
        return self._needs_endings(importer)

    def _needs_endings(self, importer: str) -> bool:
        """Tell whether Node itself would need them: an ES module that no bundler reads."""
        if not self.is_esm(importer) or importer.endswith((".jsx", ".tsx", ".vue", ".svelte")):
            return False
        if importer.endswith((".ts", ".mts", ".cts")):
            options = _table(self.nearest(importer, "tsconfig.json")[1], "compilerOptions")
            names = [str(options.get(key, "")).lower() for key in ("module", "moduleResolution")]
            return any(name.startswith("node") and name not in ("node", "node10") for name in names)
        return self.case.runs("node", "mocha", "ava") or not _BUNDLERS & self.dependencies(importer)


def _table(data: dict[str, Any], key: str) -> dict[str, Any]:
    found = data.get(key)
    return found if isinstance(found, dict) else {}
