"""What linters and formatters find: what their own tool repairs, and what a person must."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator

from .. import checks
from ..fault import Check, Fault, operator
from ..package import Package
from ..places import imports_of, line_of, replaced
from ..tree import Tree

NAME = "lint"
ESLINT = """import js from '@eslint/js';

export default [
  { languageOptions: { ecmaVersion: 2022, sourceType: '%s' } },
  { rules: { %s } },
];
"""


def _drawn(package: Package, rng: random.Random) -> list[str]:
    modules = [
        path for path in package.modules() if 15 < package.text(path).count("\n") < 900 and package.text(path).isascii()
    ]
    return rng.sample(modules, min(4, len(modules)))


def _ruff(
    package: Package,
    path: str,
    rules: str,
    breaks: str,
    new: str,
    rng: random.Random,
    group: int = 0,
    *,
    form: bool = False,
) -> Iterator[Fault]:
    """Yield the fault of a rule in a file that ruff has made content first."""
    run = ["python", "-m", "ruff", *(("format",) if form else ("check",))]
    config = {"ruff.toml": f"line-length = 120\n\n[lint]\nselect = {json.dumps(rules.split())}\n"}
    shape, command = [*run, *(() if form else ("--fix", "-q")), path], [*run, *(("--check",) if form else ()), path]
    fault = _tool(package, path, shape, command, breaks, new, rng, group, config, strict=False)
    fault.where = f"{path} {'format' if form else rules}"
    yield fault


def _as_before(path: str, *, strict: bool = False) -> Check:
    """The file means what it meant in the shaped tree; written to the letter, when `strict`."""

    def check(tree: Tree) -> str:
        good = (tree.case / "home" / ".config" / "good").read_text()
        found = tree.text(path)
        if strict:
            return "" if found == good else f"{path} differs from what it was"
        if path.endswith(".py"):
            return "" if checks._same_python(good, found) else f"{path} is another program"
        return "" if checks._same_javascript(path, good, found) else f"{path} is another program"

    return check


@operator(NAME, "auto", "python")
def unused_import(package: Package, rng: random.Random) -> Iterator[Fault]:
    """ruff F401: an import that nothing uses."""
    for path in _drawn(package, rng):
        if not path.endswith("__init__.py") and any(True for _ in imports_of(package, path)):
            unused = rng.choice(("import fractions\n", "from decimal import Decimal\n", "import wave as sound\n"))
            yield from _ruff(package, path, "F401", r"^(?=(?:import|from) (?!__future__)[^\n(]+\n)", unused, rng)


@operator(NAME, "auto", "python")
def unsorted_imports(package: Package, rng: random.Random) -> Iterator[Fault]:
    """ruff I001: two imports have changed places."""
    for path in _drawn(package, rng):
        yield from _ruff(package, path, "I", r"^(import [a-z]\w*\n)(import [a-z]\w*\n)", r"\2\1", rng)


@operator(NAME, "auto", "python")
def fstring_without_places(package: Package, rng: random.Random) -> Iterator[Fault]:
    """ruff F541: an f-string in which nothing is filled in."""
    for path in _drawn(package, rng):
        yield from _ruff(package, path, "F541", r"(?<=[(=] )(?=\"[\w ]+\"\n)|(?<=\()(?=\"[\w ]+\"\))", "f", rng)


@operator(NAME, "auto", "python")
def blanks_at_the_end(package: Package, rng: random.Random) -> Iterator[Fault]:
    """ruff W291: blanks at the end of a line of code."""
    for path in _drawn(package, rng):
        yield from _ruff(package, path, "W291", r"^ +(?:return|if|for) [^\n#\"']*[\w):]()$", "   ", rng, 1)


@operator(NAME, "auto", "python")
def no_newline_at_the_end(package: Package, rng: random.Random) -> Iterator[Fault]:
    """ruff W292: the last line has no end."""
    for path in _drawn(package, rng):
        for fault in _ruff(package, path, "W292", r"(?<=[^\n])\n\Z", "", rng):
            fault.own_edit = False
            yield fault


@operator(NAME, "auto", "python")
def useless_noqa(package: Package, rng: random.Random) -> Iterator[Fault]:
    """ruff RUF100: a directive that no rule needs any more."""
    for path in _drawn(package, rng):
        yield from _ruff(package, path, "RUF100 F401", r"^ +return \w+()$", "  # noqa: F401", rng, 1)


@operator(NAME, "auto", "python")
def old_style_class(package: Package, rng: random.Random) -> Iterator[Fault]:
    """ruff UP004: `class X(object):`."""
    for path in _drawn(package, rng):
        if re.search(r"(?m)^class \w+:", package.text(path)):
            yield from _ruff(package, path, "UP004", r"^class \w+():", "(object)", rng, 1)


@operator(NAME, "auto", "python")
def double_quotes_wanted(package: Package, rng: random.Random) -> Iterator[Fault]:
    """ruff Q000: a string between the other quotes."""
    for path in _drawn(package, rng):
        yield from _ruff(package, path, "Q000", r"(?<=[(\[= ])\"([\w ]+)\"(?=[)\],\n])", r"'\1'", rng)


@operator(NAME, "auto", "python")
def ruff_layout(package: Package, rng: random.Random) -> Iterator[Fault]:
    """ruff format: blanks, quotes and line breaks as somebody typed them."""
    slips = (
        (r"^ +\w+( = )\w", "="),
        (r"(?<=\w), (?=\w+[,)])", ","),
        (r"^\n\n(?=def |class )", "\n"),
        (r"^( +)return (?=\w)", r"\1return  "),
    )
    for path in _drawn(package, rng):
        pattern, new = rng.choice(slips)
        yield from _ruff(package, path, "E4", pattern, new, rng, 1 if new == "=" else 0, form=True)


def _tool(
    package: Package,
    path: str,
    shape: list[str],
    command: list[str],
    breaks: str,
    new: str,
    rng: random.Random,
    group: int = 0,
    before: dict[str, str] | None = None,
    *,
    strict: bool = True,
    tools: bool = False,
) -> Fault:
    chosen = rng.random()

    def prepare(tree: Tree) -> None:
        for name, text in (before or {}).items():
            tree.put(name, text)
        tree.run(shape)
        tree.put(path, tree.text(path))

    def inject(tree: Tree) -> None:
        text = tree.text(path)
        found = list(re.finditer(breaks, text, re.MULTILINE))
        if found:
            match = found[int(chosen * len(found))]
            (tree.case / "home" / ".config").mkdir(exist_ok=True)
            (tree.case / "home" / ".config" / "good").write_text(text)
            tree.put(path, replaced(text, match.start(group), match.end(group), match.expand(new)))

    return Fault(
        f"{path} {' '.join(command[:4])}",
        command,
        {},
        _as_before(path, strict=strict),
        (path,),
        prepare,
        inject,
        tools=tools,
    )


@operator(NAME, "auto", "plain")
def black_layout(package: Package, rng: random.Random) -> Iterator[Fault]:
    """black --check: a file that was not formatted before the commit."""
    slips = (
        (r"(?<=\w), (?=\w+[,)])", ","),
        (r"^\n\n(?=def |class )", "\n"),
        (r"(?<=\w) = (?=\w)", "="),
        (r"(?<=\()\"(\w+)\"(?=\))", r"'\1'"),
    )
    for path in _drawn(package, rng):
        black = ["python", "-m", "black", "-q"]
        yield _tool(package, path, [*black, path], ["python", "-m", "black", "--check", path], *rng.choice(slips), rng)


@operator(NAME, "auto", "plain")
def isort_order(package: Package, rng: random.Random) -> Iterator[Fault]:
    """isort --check-only: two imports have changed places."""
    for path in _drawn(package, rng):
        isort = ["python", "-m", "isort"]
        yield _tool(
            package,
            path,
            [*isort, "-q", path],
            [*isort, "--check-only", path],
            r"^(import [a-z]\w*\n)(import [a-z]\w*\n)",
            r"\2\1",
            rng,
        )


def _javascript(package: Package, rng: random.Random) -> list[str]:
    found = [
        path
        for path in package.files(".js")
        if not path.startswith(("test/", "dist", "bin/")) and 10 < package.text(path).count("\n") < 700
    ]
    return rng.sample(found, min(3, len(found)))


def _eslint(
    package: Package, path: str, rules: str, breaks: str, new: str, rng: random.Random, group: int = 0
) -> Fault:
    config = {"eslint.config.mjs": ESLINT % ("module" if package.meta.get("esm") else "commonjs", rules)}
    shape = ["npx", "eslint", "--fix", path]
    return _tool(
        package, path, shape, ["npx", "eslint", path], breaks, new, rng, group, config, strict=False, tools=True
    )


@operator(NAME, "auto", "npm")
def eslint_semicolon(package: Package, rng: random.Random) -> Iterator[Fault]:
    """eslint no-extra-semi: `;;`."""
    for path in _javascript(package, rng):
        yield _eslint(package, path, "'no-extra-semi': 'error'", r"(?<=\w\));$|(?<=\w);$", ";;", rng)


@operator(NAME, "auto", "npm")
def eslint_var(package: Package, rng: random.Random) -> Iterator[Fault]:
    """eslint no-var: `var` where the project writes `let`."""
    for path in _javascript(package, rng):
        if not re.search(r"(?m)^\s*var ", package.text(path)):
            yield _eslint(package, path, "'no-var': 'error'", r"(?<=[\t ])let(?= \w+ = )", "var", rng)


@operator(NAME, "auto", "npm")
def eslint_prefer_const(package: Package, rng: random.Random) -> Iterator[Fault]:
    """eslint prefer-const: `let` of what never changes."""
    for path in _javascript(package, rng):
        yield _eslint(package, path, "'prefer-const': 'error'", r"(?<=[\t ])const(?= \w+ = )", "let", rng)


@operator(NAME, "auto", "npm")
def eslint_double_negation(package: Package, rng: random.Random) -> Iterator[Fault]:
    """eslint no-extra-boolean-cast: `if (!!x)`."""
    for path in _javascript(package, rng):
        yield _eslint(package, path, "'no-extra-boolean-cast': 'error'", r"(?<=[^\w]if \()(?=\w+\) \{)", "!!", rng)


@operator(NAME, "auto", "npm")
def prettier_layout(package: Package, rng: random.Random) -> Iterator[Fault]:
    """prettier --check: a file that was not formatted before the commit."""
    slips = ((r"(?<=\w), (?=\w+[,)])", ","), (r"(?<=[\w)]);$", " ;"), (r"\) \{$", "){"), (r"^( +)(?=return)", r"\1  "))
    for path in _javascript(package, rng):
        yield _tool(
            package,
            path,
            ["npx", "prettier", "--write", path],
            ["npx", "prettier", "--check", path],
            *rng.choice(slips),
            rng,
            tools=True,
        )


@operator(NAME, "auto", "npm")
def prettier_of_data(package: Package, rng: random.Random) -> Iterator[Fault]:
    """prettier --check: package.json as another tool wrote it."""
    slips = ((r"^  (?=\")", "\t"), (r"\": \"", '":"'), (r"^\}\n", "}\n\n"))
    path = "package.json"
    yield _tool(
        package,
        path,
        ["npx", "prettier", "--write", path],
        ["npx", "prettier", "--check", path],
        *rng.choice(slips),
        rng,
        tools=True,
    )


@operator(NAME, "auto", "rust")
def rustfmt_layout(package: Package, rng: random.Random) -> Iterator[Fault]:
    """cargo fmt --check: a file that was not formatted before the commit."""
    slips = (
        (r"^( +)let (\w+) = ", r"\1let \2="),
        (r"(?<=\w), (?=\w+[,)])", ","),
        (r"\) \{$", "){"),
        (r"^    (?=[a-z]\w+\()", "  "),
    )
    sources = [path for path in package.files(".rs", under="src") if package.text(path).count("\n") < 1500]
    for path in rng.sample(sources, min(3, len(sources))):
        yield _tool(package, path, ["cargo", "fmt"], ["cargo", "fmt", "--check"], *rng.choice(slips), rng)


@operator(NAME, "auto", "own-rust")
def clippy_needless_return(package: Package, rng: random.Random) -> Iterator[Fault]:
    """cargo clippy: `return x;` as the last expression of a function."""
    for path in package.files(".rs", under="src"):
        text = package.text(path)
        for found in re.finditer(r"(?m)^    (?:Ok\(\w+\)|\w+(?:\.\w+)?)()\n\}", text):
            new = replaced(
                text, found.start() + 4, found.end() - 2, f"return {text[found.start() + 4 : found.end() - 2]};"
            )
            yield Fault(
                f"{path}:{line_of(text, found.start())}",
                ["cargo", "clippy", "--", "-D", "warnings"],
                {path: new},
                checks.text(package, [path], checks.tests(package)),
            )


@operator(NAME, "auto", "own-rust")
def clippy_redundant_clone(package: Package, rng: random.Random) -> Iterator[Fault]:
    """cargo clippy: `&x.to_string()[..]`-like detours, `x.len() == 0`, `x == false`."""
    slips = (
        (r"(\w+(?:\.\w+)*)\.is_empty\(\)", r"\1.len() == 0"),
        (r"(?<=if )!(\w+(?:\.\w+\(\))?)(?= \{)", r"\1 == false"),
    )
    for path in package.files(".rs", under="src"):
        text = package.text(path)
        for pattern, new in slips:
            for found in re.finditer(pattern, text):
                if text[found.start() - 1] in " (" and text[max(0, found.start() - 2)] != "!":
                    bad = replaced(text, found.start(), found.end(), found.expand(new))
                    yield Fault(
                        f"{path}:{line_of(text, found.start())} {found[0]}",
                        ["cargo", "clippy", "--", "-D", "warnings"],
                        {path: bad},
                        checks.text(package, [path], checks.tests(package)),
                    )


@operator(NAME, "suggest", "python")
def unused_variable(package: Package, rng: random.Random) -> Iterator[Fault]:
    """ruff F841: a variable that nothing reads; the repair is unsafe, its right side may matter."""
    for path in _drawn(package, rng):
        for fault in _ruff(
            package, path, "F841", r"^( +)(?=return \w+\()", r"\1leftover = list(map(str, range(3)))\n\1", rng
        ):
            fault.suggests = ("F841|leftover",)
            yield fault


@operator(NAME, "suggest", "python")
def bare_except(package: Package, rng: random.Random) -> Iterator[Fault]:
    """ruff E722: which exception was meant is the author's to say."""
    for path in _drawn(package, rng):
        for fault in _ruff(package, path, "E722", r"except (?:\([^)]*\)|[\w.]+):", "except:", rng):
            fault.suggests = ("E722|except",)
            yield fault


@operator(NAME, "suggest", "npm")
def eslint_unused_variable(package: Package, rng: random.Random) -> Iterator[Fault]:
    """eslint no-unused-vars: eslint has no repair for it."""
    for path in _javascript(package, rng):
        for fault in [
            _eslint(
                package,
                path,
                "'no-unused-vars': ['error', {args: 'none', caughtErrors: 'none'}]",
                r"^(?=(?:export )?(?:const|function|class) )",
                "const leftover = 3;\n",
                rng,
            )
        ]:
            fault.suggests = ("no-unused-vars|leftover",)
            yield fault


@operator(NAME, "must_not", "python")
def too_complex(package: Package, rng: random.Random) -> Iterator[Fault]:
    """ruff C901: a function got too complex; raising the limit or a noqa is no repair."""
    for path in _drawn(package, rng):
        body = (
            "\n\ndef decide(value):\n"
            + "".join(f"    if value == {n}:\n        return {n * n}\n" for n in range(14))
            + "    return None\n"
        )
        text = package.text(path)
        command = ["python", "-m", "ruff", "check", "--select", "C901", path]
        if not re.search("if ", text) or text.count("\n") < 120:
            yield Fault(f"{path} decide()", command, {path: text.rstrip("\n") + "\n" + body})


@operator(NAME, "must_not", "python")
def undefined_name(package: Package, rng: random.Random) -> Iterator[Fault]:
    """ruff F821: a name that nobody defines and that resembles nothing."""
    for path in _drawn(package, rng):
        text = package.text(path)
        found = list(re.finditer(r"(?m)^ {4,8}(?=return \w)", text))
        if found:
            match = rng.choice(found)
            bad = replaced(text, match.start(), match.start(), f"{match[0]}zygomorph(quux)\n")
            yield Fault(
                f"{path}:{line_of(text, match.start())}",
                ["python", "-m", "ruff", "check", "--select", "F821", path],
                {path: bad},
            )
