"""The modules that a failing program can see: the project's own, the installed ones, the standard library's.

Files are read and parsed, never imported; each at most once. Bytes are searched for a name before anything is parsed, so
that a project of thousands of files stays cheap.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from functools import cached_property

from . import bindings, interpreter
from .bindings import Bindings
from .files import UNSAFE, Module, is_dotted, names_of_builtin, parse, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..case import Case

_MOST = 4_000
_STAR_DEPTH = 4


class Codebase:
    """The project of a case as Python sees it."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._bytes: dict[str, bytes | None] = {}
        self._trees: dict[str, ast.Module | None] = {}
        self._bindings: dict[tuple[str, str], Bindings | None] = {}
        self.opened: dict[str, object] = {}

    @cached_property
    def files(self) -> list[str]:
        """The project's Python files, relative to the root."""
        return list(self.case.files(".py"))

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.files)

    @cached_property
    def interpreter(self) -> interpreter.Interpreter:
        """Where the failed command's Python looks for what is not the project's."""
        return interpreter.of(self.case)

    @cached_property
    def roots(self) -> list[str]:
        """The folders (relative, `` = the root) from which the project's modules are named, the likeliest first."""
        case = self.case
        here = os.path.relpath(case.cwd, case.root) if case.cwd.startswith(case.root) else "."
        found = ["" if here == "." else here, "", "src", "lib", "python"]
        found += [
            os.path.dirname(path) for word in case.argv[:4] if word.endswith(".py") and (path := case.resolve(word))
        ]
        packages = {path[: -len("/__init__.py")] for path in self.files if path.endswith("/__init__.py")}
        tops = [os.path.dirname(path) for path in packages if os.path.dirname(path) not in packages]
        found += sorted(tops, key=lambda path: (path.count("/"), path))
        return [path for path in dict.fromkeys(found) if not path or os.path.isdir(f"{case.root}/{path}")]

    # --- names of modules ---

    def name_of(self, path: str) -> str:
        """Return the dotted name under which a project file is imported: up through every folder with `__init__.py`."""
        folder, stem = os.path.split(path.removesuffix(".py"))
        parts = [] if stem == "__init__" else [stem]
        while folder and f"{folder}/__init__.py" in self._known:
            folder, name = os.path.split(folder)
            parts.insert(0, name)
        if len(parts) == 1 and stem != "__init__" and folder not in self.roots[:3]:
            for root in self.roots[:5]:  # a folder without __init__.py is a package all the same
                if not root or folder.startswith(f"{root}/"):
                    rest = folder[len(root) :].strip("/")
                    return ".".join([*rest.split("/"), stem]) if is_dotted(rest.replace("/", ".")) else stem
        return ".".join(parts)

    def names_of(self, path: str) -> list[str]:
        """Return every dotted name under which one of the roots makes a project file importable."""
        stem = path.removesuffix(".py").removesuffix("/__init__")
        found = [self.name_of(path)]
        roots = [root for root in self.roots if not root or stem.startswith(f"{root}/")]
        found += [stem[len(root) :].strip("/").replace("/", ".") for root in roots]
        return [name for name in dict.fromkeys(found) if is_dotted(name)]

    def find(self, name: str, beside: str = "") -> Module | None:
        """Return a module by its absolute dotted name, the project's first; None when nothing has that name.

        Args:
            name: the dotted name.
            beside: folder of a script or test, from which plain names are found too.
        """
        if not is_dotted(name):
            return None
        way = name.replace(".", "/")
        for root in dict.fromkeys([*([beside] if beside else []), *self.roots]):
            place = f"{root}/{way}" if root else way
            if f"{place}/__init__.py" in self._known:
                return Module(name=name, file=f"{place}/__init__.py", is_package=True)
            if f"{place}.py" in self._known:
                return Module(name=name, file=f"{place}.py")
        for root in self.roots:
            place = f"{root}/{way}" if root else way
            if any(path.startswith(f"{place}/") for path in self.files):
                return Module(name=name, is_package=True)
        return self._find_outside(name, way)

    def _find_outside(self, name: str, way: str) -> Module | None:
        stdlib = self.interpreter.stdlib
        folders = [*self.interpreter.site]
        if name.partition(".")[0] in sys.stdlib_module_names:
            folders.insert(0, stdlib)
        for folder in folders:
            for file, is_package in ((f"{folder}/{way}/__init__.py", True), (f"{folder}/{way}.py", False)):
                if os.path.isfile(file):
                    return Module(name=name, file=file, own=False, is_package=is_package)
            if os.path.isdir(f"{folder}/{way}"):
                return Module(name=name, own=False, is_package=True)
        if name in sys.builtin_module_names or (name in sys.stdlib_module_names and name not in UNSAFE):
            return Module(name=name, own=False)
        return None

    def submodules(self, module: Module) -> set[str]:
        """Return the names of the modules directly inside a package."""
        if not module.is_package:
            return set()
        if module.own:
            way = module.name.replace(".", "/")
            folders = (
                [os.path.dirname(module.file)] if module.file else [f"{r}/{way}" if r else way for r in self.roots]
            )
            found = set()
            for folder in folders:
                cut = len(folder) + 1 if folder else 0
                for path in self.files:
                    if path.startswith(f"{folder}/" if folder else ""):
                        head, slash, _ = path[cut:].partition("/")
                        found.add(head if slash else head.removesuffix(".py"))
            return {name for name in found if name.isidentifier() and name != "__init__"}
        if not module.file:
            return set()
        try:
            names = os.listdir(os.path.dirname(module.file))
        except OSError:
            return set()
        return {stem for name in names if (stem := name.partition(".")[0]).isidentifier() and stem != "__init__"}

    # --- content ---

    def data(self, path: str) -> bytes:
        """Return a file's bytes (relative: the project's; absolute: installed), empty when it cannot be read."""
        if path not in self._bytes:
            self._bytes[path] = read(path) if os.path.isabs(path) else self._own(path)
        return self._bytes[path] or b""

    def _own(self, path: str) -> bytes | None:
        return read(f"{self.case.root}/{path}", os.O_NOFOLLOW) if path in self._known else self.case.read(path)

    def tree(self, path: str) -> ast.Module | None:
        """Return a file's tree, None when it cannot be parsed."""
        if path not in self._trees:
            self._trees[path] = parse(self.data(path))
        return self._trees[path]

    def bindings(self, module: Module) -> Bindings | None:
        """Return what a module binds, None when that cannot be read."""
        key = (module.name, module.file)
        if key not in self._bindings:
            self._bindings[key] = self._read_bindings(module)
        return self._bindings[key]

    def _read_bindings(self, module: Module) -> Bindings | None:
        if not module.file:
            if module.is_package:
                return Bindings(defined={}, imported={})
            names = names_of_builtin(module.name)
            return Bindings(defined=dict.fromkeys(names, "def"), imported={}) if names else None
        tree = self.tree(module.file)
        return None if tree is None else bindings.read(tree, module.name, module.is_package)

    def names(self, module: Module, depth: int = 0) -> tuple[set[str], bool]:
        """Return the names that can be imported from a module, and whether that is all of them."""
        bound = self.bindings(module)
        if bound is None:
            return set(), False
        found = {*bound.defined, *bound.imported, *self.submodules(module)}
        complete = not bound.is_dynamic
        for star in bound.stars:
            other = self.find(star) if depth < _STAR_DEPTH else None
            if other is None:
                complete = False
                continue
            names, whole = self.names(other, depth + 1)
            exported = (self.bindings(other) or bound).exported
            found |= set(exported) if exported is not None else {name for name in names if not name.startswith("_")}
            complete &= whole or exported is not None
        if module.name.partition(".")[0] in sys.stdlib_module_names and not module.own:
            found |= set(names_of_builtin(module.name))
        return found, complete

    def provides(self, module: Module | None, names: Iterable[str]) -> bool:
        """Tell whether every one of these names can be imported from a module."""
        if module is None:
            return False
        found, _ = self.names(module)
        return all(name == "*" or name in found for name in names)

    # --- search ---

    def holding(self, *words: str, files: Iterable[str] | None = None) -> Iterator[str]:
        """Yield the files that hold every one of these words, in any place."""
        needles = [word.encode() for word in words]
        for path in self.files if files is None else files:
            data = self.data(path)
            if all(needle in data for needle in needles):
                yield path

    def count(self, word: str, files: Iterable[str] | None = None) -> int:
        """Return how often a word stands in the project's Python files (or in these)."""
        regex = re.compile(rb"(?<![\w])" + re.escape(word.encode()) + rb"(?![\w])")
        return sum(len(regex.findall(self.data(path))) for path in self.holding(word, files=files))

    def counts(self, word: str) -> dict[str, int]:
        """Return how often a word stands in each of the project's Python files that holds it."""
        regex = re.compile(rb"(?<![\w])" + re.escape(word.encode()) + rb"(?![\w])")
        found = {path: len(regex.findall(self.data(path))) for path in self.holding(word)}
        return {path: number for path, number in found.items() if number}

    def definers(self, name: str, modules: Iterable[Module] | None = None) -> list[Module]:
        """Return the project's modules (or those of these) that define a name at their top level."""
        found = []
        for module in self.own_modules(name) if modules is None else modules:
            bound = self.bindings(module)
            if bound is not None and name in bound.defined:
                found.append(module)
        return found

    def own_modules(self, word: str = "") -> Iterator[Module]:
        """Yield the project's modules, only those that hold a word when one is given."""
        for path in self.holding(word) if word else self.files:
            name = self.name_of(path)
            if name:
                yield Module(name=name, file=path, is_package=path.endswith("__init__.py"))

    def installed_modules(self, top: str, word: str) -> Iterator[Module]:
        """Yield the modules of an installed top-level package that hold a word."""
        module = self._find_outside(top, top)
        if module is None or module.own or not module.is_package or not module.file:
            return
        base = os.path.dirname(module.file)
        left = _MOST
        for folder, names, files in os.walk(base):
            names[:] = sorted(
                name for name in names if name not in ("tests", "test", "__pycache__") and name.isidentifier()
            )
            for file in sorted(files):
                left -= 1
                if left < 0:
                    return
                path = f"{folder}/{file}"
                if file.endswith(".py") and word.encode() in self.data(path):
                    way = os.path.relpath(path, os.path.dirname(base)).removesuffix(".py").removesuffix("/__init__")
                    yield Module(name=way.replace("/", "."), file=path, own=False, is_package=file == "__init__.py")

    def importers(self, module: str, name: str) -> list[tuple[str, ast.ImportFrom]]:
        """Return the project's statements that import a name from a module, with their files."""
        found: list[tuple[str, ast.ImportFrom]] = []
        for path in self.holding(name, "import"):
            tree, here, is_package = self.tree(path), self.name_of(path), path.endswith("__init__.py")
            nodes = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)] if tree is not None else []
            nodes = [node for node in nodes if any(alias.name == name for alias in node.names)]
            found += [(path, node) for node in nodes if bindings.absolute(node, here, is_package) == module]
        return found


_latest: list[Codebase] = []


def of(case: Case) -> Codebase:
    """Return the codebase of a case; the one of the same output is used again, because nothing was written meanwhile."""
    if not _latest or _latest[0].case.result is not case.result or _latest[0].case.root != case.root:
        _latest[:] = [Codebase(case)]
    return _latest[0]
