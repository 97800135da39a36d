"""Mistakes in calls: await too many or too few, misspelt arguments and methods, a forgotten self."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator

from .. import checks
from ..fault import Fault, operator
from ..package import Package
from ..places import Lines, line_of, misspelt, names_in, replaced, run_tests
from .import_javascript import _sources as javascript_sources

NAME = "async_calls"


def _python(
    package: Package, path: str, start: int, end: int, new: str, rng: random.Random, says: str, at: int = 0
) -> Iterator[Fault]:
    """Yield the fault when some test runs the line (`at`, else that of the edit)."""
    text = package.text(path)
    line = line_of(text, start)
    command = run_tests(package, path, at or line, rng)
    if command:
        yield Fault(
            f"{path}:{line} {says}", command, {path: replaced(text, start, end, new)}, checks.python(package, [path])
        )


def _nodes(package: Package, *kinds: type[ast.AST]) -> Iterator[tuple[str, Lines, ast.AST]]:
    for path in package.modules():
        lines = Lines(package.text(path))
        for node in ast.walk(package.parsed(path)):
            if isinstance(node, kinds):
                yield path, lines, node


def _word(package: Package, path: str, start: int, word: str) -> tuple[int, int] | None:
    """Return where a word and the space after it stand at an offset."""
    found = re.compile(rf"{word}\s+").match(package.text(path), start)
    return found.span() if found else None


@operator(NAME, "auto", "async")
def await_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`x = fetch()` for `x = await fetch()`, and the coroutine is used as if it were its result."""
    for path, lines, node in _nodes(package, ast.Await):
        start, _ = lines.span(node)
        span = _word(package, path, start, "await")
        if span and isinstance(node, ast.Await) and isinstance(node.value, ast.Call):
            yield from _python(package, path, *span, "", rng, f"no await: {ast.unparse(node)[:50]}", node.lineno)


@operator(NAME, "auto", "async", "python")
def await_of_a_plain_call(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`await self.close()` of a method that is not a coroutine."""
    plain = {
        n.name
        for _, _, n in _nodes(package, ast.FunctionDef)
        if isinstance(n, ast.FunctionDef) and not n.decorator_list
    }
    coroutines = {n.name for _, _, n in _nodes(package, ast.AsyncFunctionDef) if isinstance(n, ast.AsyncFunctionDef)}
    for path, lines, function in _nodes(package, ast.AsyncFunctionDef):
        for node in ast.walk(function):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                name = (
                    node.value.func.attr
                    if isinstance(node.value.func, ast.Attribute)
                    else getattr(node.value.func, "id", "")
                )
                if name in plain - coroutines and isinstance(node.value.func, (ast.Attribute, ast.Name)):
                    start, _ = lines.span(node)
                    yield from _python(package, path, start, start, "await ", rng, f"await {ast.unparse(node)[:50]}")


@operator(NAME, "auto", "async")
def async_of_a_function_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`def f()` that awaits: the `async` is missing."""
    for path, lines, node in _nodes(package, ast.AsyncFunctionDef):
        start, _ = lines.span(node)
        awaits = any(isinstance(inner, (ast.Await, ast.AsyncFor, ast.AsyncWith)) for inner in ast.walk(node))
        span = _word(package, path, start, "async")
        if span and awaits:
            yield from _python(package, path, *span, "", rng, f"def {node.name}", node.lineno)  # type: ignore[attr-defined]


@operator(NAME, "auto", "async")
def with_for_async_with(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`with session:` of an asynchronous context manager."""
    for path, lines, node in _nodes(package, ast.AsyncWith):
        start, _ = lines.span(node)
        span = _word(package, path, start, "async")
        if span:
            yield from _python(package, path, *span, "", rng, ast.unparse(node).split("\n")[0][6:60], node.lineno)  # type: ignore[attr-defined]


@operator(NAME, "auto", "async")
def for_for_async_for(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`for item in stream:` of an asynchronous iterator."""
    for path, lines, node in _nodes(package, ast.AsyncFor):
        start, _ = lines.span(node)
        span = _word(package, path, start, "async")
        if span:
            yield from _python(package, path, *span, "", rng, ast.unparse(node).split("\n")[0][6:60], node.lineno)  # type: ignore[attr-defined]


@operator(NAME, "auto", "async", "python")
def async_with_for_with(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`async with lock:` of an ordinary context manager, in a coroutine."""
    for path, lines, function in _nodes(package, ast.AsyncFunctionDef):
        for node in ast.walk(function):
            if isinstance(node, ast.With):
                start, _ = lines.span(node)
                yield from _python(package, path, start, start, "async ", rng, ast.unparse(node).split("\n")[0][:50])


@operator(NAME, "auto", "async", "python")
def async_for_for_for(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`async for` over an ordinary list, in a coroutine."""
    for path, lines, function in _nodes(package, ast.AsyncFunctionDef):
        for node in ast.walk(function):
            if isinstance(node, ast.For):
                start, _ = lines.span(node)
                yield from _python(package, path, start, start, "async ", rng, ast.unparse(node).split("\n")[0][:50])


@operator(NAME, "auto", "python")
def misspelt_keyword(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`connect(timout=3)` of one of the project's own functions."""
    signatures: dict[str, set[str]] = {}
    for _, _, node in _nodes(package, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
        functions = (
            [node]
            if not isinstance(node, ast.ClassDef)
            else [n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"]
        )
        for function in functions:
            if function.args.kwarg is None:  # type: ignore[union-attr]
                signatures.setdefault(node.name, set()).update(
                    a.arg for a in [*function.args.args, *function.args.kwonlyargs]
                )  # type: ignore
    for path, lines, node in _nodes(package, ast.Call):
        assert isinstance(node, ast.Call)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        for keyword in node.keywords:
            wrong = misspelt(rng, keyword.arg or "", signatures.get(name, set()))
            if wrong and keyword.arg in signatures.get(name, ()):
                start, _ = lines.span(keyword)
                yield from _python(
                    package,
                    path,
                    start,
                    start + len(keyword.arg or ""),
                    wrong,
                    rng,
                    f"{name}({keyword.arg} -> {wrong})",
                )


@operator(NAME, "auto", "python")
def self_left_out_of_a_method(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`def close():` inside a class: `self` is missing."""
    for path, lines, owner in _nodes(package, ast.ClassDef):
        for node in owner.body:  # type: ignore[attr-defined]
            if (
                isinstance(node, ast.FunctionDef)
                and not node.decorator_list
                and node.args.args
                and node.args.args[0].arg == "self"
            ):
                start, end = lines.span(node.args.args[0])
                after = re.compile(r"\s*,\s*").match(package.text(path), end)
                uses = [n.lineno for n in ast.walk(node) if isinstance(n, ast.Name) and n.id == "self"]
                if uses and not (node.name.startswith("__") and node.name != "__init__"):
                    yield from _python(
                        package,
                        path,
                        start,
                        after.end() if after else end,
                        "",
                        rng,
                        f"{owner.name}.{node.name}",
                        node.body[-1].lineno,
                    )  # type: ignore[attr-defined]


@operator(NAME, "auto", "python")
def self_left_out_of_a_call(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`_reset()` for `self._reset()`: NameError, and the class has exactly that method."""
    for path, lines, owner in _nodes(package, ast.ClassDef):
        methods = {n.name for n in owner.body if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))}  # type: ignore[attr-defined]
        top = {getattr(n, "name", "") for n in package.parsed(path).body}
        for node in ast.walk(owner):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
            ):
                if node.func.value.id == "self" and node.func.attr in methods - top and len(node.func.attr) > 4:
                    start, _ = lines.span(node.func)
                    yield from _python(package, path, start, start + 5, "", rng, f"{node.func.attr}() without self")


@operator(NAME, "auto", "python")
def misspelt_method(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`self.conect()`: a letter of one of the project's own methods is wrong where it is called."""
    for path, lines, owner in _nodes(package, ast.ClassDef):
        methods = {n.name for n in owner.body if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))}  # type: ignore[attr-defined]
        for node in ast.walk(owner):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
            ):
                wrong = misspelt(rng, node.func.attr, names_in(package.text(path)))
                if node.func.value.id == "self" and node.func.attr in methods and wrong:
                    _, end = lines.span(node.func)
                    yield from _python(
                        package,
                        path,
                        end - len(node.func.attr),
                        end,
                        wrong,
                        rng,
                        f"{node.func.attr} -> {wrong}",
                        node.lineno,
                    )


@operator(NAME, "auto", "python")
def misspelt_method_of_a_builtin(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`line.stirp()`: AttributeError with the right name at hand."""
    known = set(dir(str)) | set(dir(list)) | set(dir(dict))
    for path, lines, node in _nodes(package, ast.Call):
        assert isinstance(node, ast.Call)
        if isinstance(node.func, ast.Attribute) and node.func.attr in known:
            wrong = misspelt(rng, node.func.attr, known | names_in(package.text(path)))
            if wrong:
                _, end = lines.span(node.func)
                yield from _python(
                    package,
                    path,
                    end - len(node.func.attr),
                    end,
                    wrong,
                    rng,
                    f".{node.func.attr} -> {wrong}",
                    node.lineno,
                )


@operator(NAME, "auto", "esm", "cjs")
def async_left_out_javascript(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`await` in a function that has lost its `async`."""
    pattern = re.compile(r"(?m)^(?P<before>.*?)\b(?P<word>async )(?P<rest>(?:function\b|\w+\s*\(|\().*\{\s*$)")
    for path in javascript_sources(package):
        text = package.text(path)
        for found in pattern.finditer(text):
            body = text[found.end() : found.end() + 400]
            if (
                re.match(r"[^}]*\bawait ", body)
                and "function" not in body.split("await ")[0]
                and "=>" not in body.split("await ")[0]
            ):
                says = f"{path}:{line_of(text, found.start())} {found['word']}{found['rest'][:40]}"
                yield Fault(
                    says,
                    package.command,
                    {path: replaced(text, *found.span("word"), "")},
                    checks.javascript(package, [path]),
                )


@operator(NAME, "auto", "npm")
def await_left_out_javascript(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`const x = f()` for `const x = await f()` of the project's own coroutine, and a method of the result is called."""
    body = (
        "async function load(names) {\n  return names.map((name) => name.trim());\n}\n\n"
        "export async function listing(names) {\n  const loaded = await load(names);\n  return loaded.join(', ');\n}\n"
    )
    use = "import assert from 'node:assert/strict';\nimport { listing } from '../listing.mjs';\n\nassert.equal(await listing([' a', 'b ']), 'a, b');\n"

    def prepare(tree: object) -> None:
        tree.put("listing.mjs", body)  # type: ignore[attr-defined]
        tree.put("test/listing.mjs", use)  # type: ignore[attr-defined]

    yield Fault("listing.mjs load() without await", ["node", "test/listing.mjs"], {"listing.mjs": body.replace("await load", "load")},
                lambda tree: "" if "await load(names)" in tree.text("listing.mjs") else "no await", prepare=prepare)  # type: ignore[arg-type]  # fmt: skip


@operator(NAME, "suggest", "async", "python")
def await_where_none_can_be(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A plain function uses a coroutine's result: whoever calls it would have to change, which a person decides."""
    module = package.module_name(package.modules()[0]).split(".")[0]
    body = (
        "import asyncio\n\n\nasync def fetch(name):\n    await asyncio.sleep(0)\n    return name.upper()\n\n\n"
        "def title(name):\n    return {}.center(9)\n\n\nif __name__ == '__main__':\n    print(title('{}'))\n"
    )
    good, bad = body.format("asyncio.run(fetch(name))", module), body.format("fetch(name)", module)
    yield Fault(f"report_{module}.py", ["python", "report.py"], {"report.py": bad}, prepare=lambda tree: tree.put("report.py", good),
                suggests=("await|coroutine|asyncio",), own_edit=False)  # fmt: skip


@operator(NAME, "must_not", "python")
def keyword_between_two(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`f(colum=1)` where the function takes `column` and `colums`: both are as near."""
    module = package.module_name(package.modules()[0]).split(".")[0]
    good = "def place(columa=0, columb=0):\n    return columa - columb\n\n\nprint(place(columa=3))\n"
    yield Fault(f"{module}: columx for columa or columb", ["python", "place.py"], {"place.py": good.replace("place(columa=3)", "place(columx=3)")},
                prepare=lambda tree: tree.put("place.py", good))  # fmt: skip


@operator(NAME, "must_not", "python")
def argument_that_is_missing(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A call lacks an argument that only its author knows."""
    for path, lines, node in _nodes(package, ast.Call):
        assert isinstance(node, ast.Call)
        if (
            isinstance(node.func, ast.Name)
            and len(node.args) == 1
            and not node.keywords
            and isinstance(node.args[0], ast.Name)
        ):
            own = [
                n
                for n in package.parsed(path).body
                if isinstance(n, ast.FunctionDef) and n.name == node.func.id and not n.decorator_list
            ]
            if own and not own[0].args.defaults and not own[0].args.vararg and len(own[0].args.args) == 1:
                start, end = lines.span(node.args[0])
                for fault in _python(package, path, start, end, "", rng, f"{node.func.id}() without its argument"):
                    fault.check = None
                    yield fault
