"""Mistakes in JavaScript and TypeScript imports and exports."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator

from .. import checks
from ..fault import Fault, operator
from ..package import Package
from ..places import line_of, misspelt, replaced

NAME = "import_javascript"
FROM = re.compile(
    r"""(?m)^(?P<head>import\s+(?P<what>[^'";]*?)\s+from\s+)(?P<quote>['"])(?P<path>\.{1,2}/[^'"\n]+)(?P=quote)"""
)
REQUIRE = re.compile(
    r"""(?m)^(?:const|var|let)\s+(?P<what>[^=;]+?)\s*=\s*(?:/\*.*?\*/)?\s*require\((?P<quote>['"])(?P<path>\.{1,2}/[^'"\n]+)(?P=quote)\)"""
)
SUFFIXES = (".js", ".mjs", ".cjs", ".ts")


def _sources(package: Package) -> tuple[str, ...]:
    return tuple(
        path
        for path in package.files(*SUFFIXES)
        if not path.startswith(("test/", "dist", "bin/")) and not path.endswith((".d.ts", ".min.js"))
    )


def _fault(package: Package, path: str, start: int, end: int, new: str, says: str, **more: object) -> Fault:
    text = package.text(path)
    return Fault(f"{path}:{line_of(text, start)} {says}", package.command, {path: replaced(text, start, end, new)},
                 checks.javascript(package, [path]), **more)  # type: ignore[arg-type]  # fmt: skip


def _imports(package: Package, pattern: re.Pattern[str]) -> Iterator[tuple[str, re.Match[str], str]]:
    """Yield file, match and the project file that it names."""
    for path in _sources(package):
        for found in pattern.finditer(package.text(path)):
            target = _resolved(package, path, found["path"])
            if target:
                yield path, found, target


def _resolved(package: Package, path: str, relative: str) -> str:
    base = os.path.normpath(os.path.join(os.path.dirname(path), relative))
    bases = [base, *(base + suffix for suffix in SUFFIXES), f"{base}/index.js", f"{base}/index.ts"]
    if base.endswith(".js"):
        bases.append(f"{base[:-3]}.ts")
    return next((name for name in bases if package.has(name)), "")


def _stems(package: Package, target: str) -> set[str]:
    return {
        os.path.basename(name).split(".")[0]
        for name in _sources(package)
        if os.path.dirname(name) == os.path.dirname(target)
    }


def _misspelt_path(package: Package, rng: random.Random, pattern: re.Pattern[str]) -> Iterator[Fault]:
    for path, found, target in _imports(package, pattern):
        last = found["path"].rsplit("/", 1)[-1]
        stem = last.split(".")[0]
        wrong = misspelt(rng, stem.replace("-", "_"), _stems(package, target))
        if wrong and "-" not in stem:
            start = found.start("path") + len(found["path"]) - len(last)
            yield _fault(package, path, start, start + len(stem), wrong, f"{stem} -> {wrong}")


@operator(NAME, "auto", "esm")
def misspelt_path(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`import x from './utlis.js'`: a letter of a path is wrong."""
    yield from _misspelt_path(package, rng, FROM)


@operator(NAME, "auto", "cjs")
def misspelt_required_path(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`require('./utlis')`: a letter of a path is wrong."""
    yield from _misspelt_path(package, rng, REQUIRE)


@operator(NAME, "auto", "typescript")
def misspelt_path_typescript(package: Package, rng: random.Random) -> Iterator[Fault]:
    """TS2307: a letter of a path is wrong, and the name is defined in that file alone."""
    yield from _misspelt_path(package, rng, FROM)


@operator(NAME, "auto", "esm")
def extension_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`from './utils'` without `.js`, which ES modules in Node need."""
    for path, found, target in _imports(package, FROM):
        if found["path"].endswith(".js") and target.endswith(".js"):
            yield _fault(package, path, found.end("path") - 3, found.end("path"), "", f"{found['path']} without .js")


@operator(NAME, "auto", "esm", "cjs")
def wrong_depth(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`'./x.js'` for `'../x.js'`, or the other way round."""
    for pattern in (FROM, REQUIRE):
        for path, found, _ in _imports(package, pattern):
            here = found["path"]
            new = (
                here[1:]
                if here.startswith("../") and not here.startswith("../../")
                else f".{here}"
                if here.startswith("./")
                else ""
            )
            if new and not _resolved(package, path, new):
                yield _fault(package, path, found.start("path"), found.end("path"), new, f"{here} -> {new}")


def _named(found: re.Match[str]) -> Iterator[tuple[int, str]]:
    """Yield offset and name of each plainly imported name of an import's braces."""
    braces = re.search(r"\{([^}]*)\}", found["what"])
    if braces:
        base = found.start("what") + braces.start(1)
        for name in re.finditer(r"(?:^|,)\s*(?P<name>[A-Za-z_$][\w$]*)\s*(?=,|$)", braces[1]):
            yield base + name.start("name"), name["name"]


def _exports(text: str, name: str) -> re.Match[str] | None:
    return re.search(
        rf"(?m)^export (?P<kind>(?:async )?function\*?|const|let|class|abstract class|interface|type|enum) {re.escape(name)}\b",
        text,
    )


def _misspelt_name(package: Package, rng: random.Random, *, keep: bool) -> Iterator[Fault]:
    for path, found, target in _imports(package, FROM):
        for start, name in _named(found):
            wrong = misspelt(rng, name)
            if wrong and _exports(package.text(target), name) and wrong not in package.text(target):
                yield _fault(package, path, start, start + len(name), wrong, f"{name} -> {wrong}")


@operator(NAME, "auto", "esm")
def misspelt_name(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`import { parseUlr }`: a letter of a name is wrong, at its import alone."""
    yield from _misspelt_name(package, rng, keep=True)


@operator(NAME, "auto", "typescript")
def misspelt_name_typescript(package: Package, rng: random.Random) -> Iterator[Fault]:
    """TS2724: a letter of a name is wrong, at its import alone."""
    yield from _misspelt_name(package, rng, keep=True)


@operator(NAME, "auto", "esm")
def named_for_default(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`import { x }` of what the module exports as its default."""
    for path, found, target in _imports(package, FROM):
        if re.fullmatch(r"[A-Za-z_$][\w$]*", found["what"]) and "export default" in package.text(target):
            yield _fault(
                package,
                path,
                found.start("what"),
                found.end("what"),
                f"{{ {found['what']} }}",
                f"{{ {found['what']} }} of a default",
            )


@operator(NAME, "auto", "esm")
def default_for_named(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`import x` of what the module exports by name, having no default."""
    for path, found, target in _imports(package, FROM):
        names = list(_named(found))
        text = package.text(target)
        if len(names) == 1 and "default" not in text and _exports(text, names[0][1]) and found["what"].startswith("{"):
            yield _fault(
                package, path, found.start("what"), found.end("what"), names[0][1], f"{names[0][1]} without braces"
            )


def _unexported(package: Package) -> Iterator[Fault]:
    for path, found, target in _imports(package, FROM):
        for _, name in _named(found):
            at = _exports(package.text(target), name)
            if at:
                says = f"{name} for {path}"
                yield _fault(package, target, at.start(), at.start() + len("export "), "", says)


@operator(NAME, "auto", "esm")
def export_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A function that others import has lost its `export`."""
    yield from _unexported(package)


@operator(NAME, "auto", "typescript")
def export_left_out_typescript(package: Package, rng: random.Random) -> Iterator[Fault]:
    """TS2459: a declaration that others import has lost its `export`."""
    yield from _unexported(package)


def _import_removed(package: Package, names: int) -> Iterator[Fault]:
    everything = {path: package.text(path) for path in _sources(package)}
    for path, found, target in _imports(package, FROM):
        listed = [name for _, name in _named(found)]
        if (
            not found["what"].startswith("{")
            or len(listed) != names
            or any(not _exports(package.text(target), name) for name in listed)
        ):
            continue
        if any(sum(bool(_exports(text, name)) for text in everything.values()) != 1 for name in listed):
            continue
        text = package.text(path)
        end = text.find("\n", found.end()) + 1
        yield _fault(package, path, found.start(), end, "", f"without the import of {', '.join(listed)}")


@operator(NAME, "auto", "esm")
def import_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """ReferenceError: a name is used that exactly one module of the project exports, and is not imported."""
    yield from _import_removed(package, 1)


@operator(NAME, "auto", "typescript")
def import_left_out_typescript(package: Package, rng: random.Random) -> Iterator[Fault]:
    """TS2304: a name is used that exactly one module of the project exports, and is not imported."""
    yield from _import_removed(package, 1)


@operator(NAME, "auto", "esm", "cjs")
def wrong_letter_case(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`'./Utils.js'`, written where the file system did not care."""
    for pattern in (FROM, REQUIRE):
        for path, found, target in _imports(package, pattern):
            last = found["path"].rsplit("/", 1)[-1]
            other = last[0].lower() + last[1:] if last[0].isupper() else last[0].upper() + last[1:]
            if other != last and os.path.basename(target).startswith(last.split(".")[0]):
                start = found.end("path") - len(last)
                yield _fault(package, path, start, start + len(last), other, f"{last} -> {other}")


@operator(NAME, "auto", "esm")
def require_in_a_module(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`const { x } = require('./x.js')` in an ES module."""
    for path, found, _ in _imports(package, FROM):
        what = found["what"]
        if what.startswith("{") and " as " not in what:
            new = f"const {what} = require({found['quote']}{found['path']}{found['quote']})"
            yield _fault(package, path, found.start(), found.end(), new, f"require of {found['path']}")


@operator(NAME, "auto", "esm", "cjs")
def misspelt_builtin(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`import { x } from 'node:proces'`, or `require('evnets')`: a module of Node itself with a letter wrong."""
    pattern = re.compile(
        r"""(?:from\s+|require\()['"](?:node:)?(?P<name>process|events|buffer|stream|crypto|timers|string_decoder|child_process)['"]"""
    )
    for path in _sources(package):
        for found in pattern.finditer(package.text(path)):
            wrong = misspelt(rng, found["name"])
            if "node:" in found[0] and wrong:
                yield _fault(
                    package, path, found.start("name"), found.end("name"), wrong, f"{found['name']} -> {wrong}"
                )


@operator(NAME, "must_not", "esm")
def two_homes_for_a_name(package: Package, rng: random.Random) -> Iterator[Fault]:
    """The module of an import is gone and two modules export the name, equally well."""
    for path, found, target in _imports(package, FROM):
        names = [name for _, name in _named(found)]
        if len(names) == 1 and target.endswith(".js") and found["what"].startswith("{"):
            folder = os.path.dirname(target)
            text = replaced(
                package.text(path),
                found.start("path"),
                found.end("path"),
                found["path"].rsplit("/", 1)[0] + "/elsewhere-now.js",
            )
            body = f"export function {names[0]}(...all) {{\n  return all;\n}}\n"
            edits: dict[str, str | bytes | None] = {
                path: text,
                f"{folder}/home-one.js": body,
                f"{folder}/home-two.js": body,
                target: None,
            }
            yield Fault(f"{path} {names[0]} from a module that is gone", package.command, edits)


@operator(NAME, "must_not", "esm")
def export_that_is_gone(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A function that others import was deleted: nobody may invent it."""
    for path, found, target in _imports(package, FROM):
        for _, name in _named(found):
            text = package.text(target)
            at = re.search(rf"(?m)^export (?:async )?function {re.escape(name)}\b.*?^\}}\n", text, re.DOTALL)
            others = re.findall(r"(?m)^export (?:async )?(?:function|const|class) (\w+)", text)
            if (
                at
                and len(re.findall(rf"\b{re.escape(name)}\b", text)) == 1
                and not any(_alike(name, other) for other in others if other != name)
            ):
                yield Fault(
                    f"{target} without {name}, which {path} needs",
                    package.command,
                    {target: replaced(text, at.start(), at.end(), "")},
                )


def _alike(one: str, other: str) -> bool:
    import difflib

    return difflib.SequenceMatcher(None, one.lower(), other.lower()).ratio() > 0.55


@operator(NAME, "suggest", "esm")
def undeclared_package(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A package that is well known but not declared is imported: the command is shown, nothing is installed."""
    for path in _sources(package)[:6]:
        found = FROM.search(package.text(path))
        if found:
            name = rng.choice(("lodash", "express", "react", "axios"))
            text = replaced(package.text(path), found.start(), found.start(), f"import {name} from '{name}';\n")
            yield Fault(
                f"{path} imports {name}",
                package.command,
                {path: text},
                suggests=(rf"npm (?:install|i|add) .*\b{name}\b",),
            )
