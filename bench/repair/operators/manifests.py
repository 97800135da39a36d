"""Mistakes in manifests and configuration: package.json, tsconfig.json, Cargo.toml, pyproject.toml, tools' own files."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from .. import checks
from ..fault import Fault, operator
from ..package import Package
from ..places import line_of, misspelt, replaced
from ..tree import Tree

NAME = "manifests"


def _fault(
    package: Package, path: str, start: int, end: int, new: str, command: list[str], says: str = "", **more: object
) -> Fault:
    text = package.text(path)
    shown = says or f"{text[start:end]} -> {new}"
    values = {
        "check": checks.data(path, text) if path.endswith((".json", ".toml")) else checks.exact(package, [path]),
        **more,
    }
    return Fault(f"{path}:{line_of(text, start)} {shown}", command, {path: replaced(text, start, end, new)}, **values)  # type: ignore[arg-type]


def _typos(
    package: Package,
    rng: random.Random,
    path: str,
    pattern: str,
    command: list[str],
    taken: frozenset[str] = frozenset(),
) -> Iterator[Fault]:
    if package.has(path):
        for found in re.finditer(pattern, package.text(path), re.MULTILINE):
            wrong = misspelt(rng, found[1].replace("-", "_"), taken).replace("_", "-" if "-" in found[1] else "_")
            if wrong and wrong != found[1]:
                yield _fault(package, path, found.start(1), found.end(1), wrong, command, f"{found[1]} -> {wrong}")


# ---------------------------------------------------------------- package.json


@operator(NAME, "auto", "npm", "ts-shop")
def npm_path_of_a_script(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`"test": "node test/smkoe.mjs"`: a letter of a file's name is wrong in a script."""
    yield from _typos(package, rng, "package.json", r'"test": "node [\w./]*?(\w+)\.mjs"', ["npm", "test"])
    yield from _typos(package, rng, "package.json", r'"build": "tsc -p (\w+)\.json', ["npm", "run", "build"])


@operator(NAME, "auto", "ts-shop", "npm-space", "npm")
def npm_script_of_a_script(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`"all": "npm run chekc"`: a script runs another one by a name with a letter wrong."""
    if package.name == "ts-shop":
        yield from _typos(package, rng, "package.json", r'"all": "npm run (\w+) ', ["npm", "run", "all"])
    elif "npm" in package.tags:
        text = package.text("package.json")
        good = text.replace(
            '"scripts": {', '"scripts": {\n    "verify": "npm run smoke",\n    "smoke": "node test/smoke.mjs",'
        )
        wrong = misspelt(rng, "smoke")
        bad = good.replace("npm run smoke", f"npm run {wrong}")
        yield Fault(f"package.json smoke -> {wrong}", ["npm", "run", "verify"], {"package.json": bad}, checks.data("package.json", good),
                    prepare=lambda tree: tree.put("package.json", good))  # fmt: skip


@operator(NAME, "auto", "npm", "npm-space")
def npm_main(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A letter of the file that `main` names is wrong."""
    for path in ("package.json", "packages/core/package.json"):
        if package.has(path) and "npm-space" not in package.tags and '"exports"' not in package.text(path):
            yield from _typos(package, rng, path, r'"main": "[\w./-]*?(\w+)\.[cm]?js"', ["node", "-e", "require('.')"])
            yield from _typos(package, rng, path, r'"main": "\.?/?(\w+)/', ["node", "-e", "require('.')"])


@operator(NAME, "auto", "npm-space", "npm")
def npm_exports(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A letter of a file under `exports` is wrong."""
    if package.name == "npm-space":
        yield from _typos(package, rng, "packages/core/package.json", r'"\./?\w*": "\./src/(\w+)\.js"', ["npm", "test"])
    elif package.meta.get("esm"):
        text = package.text("package.json")
        name = re.search(r'"name": "([^"]+)"', text)
        for found in re.finditer(r'(?m)^ +"(?:exports|default|import|\.)": "\./[\w./-]*?(\w{4,})\.js"', text):
            if name:
                wrong = misspelt(rng, found[1])
                yield _fault(
                    package,
                    "package.json",
                    found.start(1),
                    found.end(1),
                    wrong,
                    ["node", "--input-type=module", "-e", f"import '{name[1]}'"],
                )


@operator(NAME, "auto", "npm-space")
def npm_imports(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A letter of a key or file under `imports` is wrong."""
    yield from _typos(package, rng, "packages/app/package.json", r'"#(\w+)":', ["npm", "test"])
    yield from _typos(package, rng, "packages/app/package.json", r'"#words": "\./src/(\w+)\.js"', ["npm", "test"])


@operator(NAME, "auto", "cjs")
def npm_type_module(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`"type": "module"` in a package whose files call `require`."""
    text = package.text("package.json")
    found = re.search(r'(?m)^  "version": "[^"]+",\n', text)
    if found and '"type"' not in text:
        yield _fault(
            package,
            "package.json",
            found.end(),
            found.end(),
            '  "type": "module",\n',
            ["node", "test/smoke.mjs"],
            "type: module",
        )


@operator(NAME, "auto", "npm-space")
def npm_workspace(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A letter of a workspace's path is wrong: npm finds no such workspace."""
    command = ["npm", "run", "test", "-w", "packages/core"]
    yield from _typos(package, rng, "package.json", r'"workspaces": \["packages/(\w+)"', command)
    yield from _typos(package, rng, "package.json", r'"workspaces": \["(packages)/core"', command)


# ---------------------------------------------------------------- tsconfig.json and other tools


@operator(NAME, "auto", "typescript", "ts-shop")
def tsconfig_option(package: Package, rng: random.Random) -> Iterator[Fault]:
    """TS5025: a letter of a compiler option is wrong."""
    for path in ("tsconfig.json", "tsconfig.base.json"):
        yield from _typos(package, rng, path, r'^    "(\w{6,})": ', ["npx", "tsc", "-p", "."])


@operator(NAME, "auto", "typescript", "ts-shop")
def tsconfig_value(package: Package, rng: random.Random) -> Iterator[Fault]:
    """TS6046: a letter of an option's value is wrong."""
    for path in ("tsconfig.json", "tsconfig.base.json"):
        yield from _typos(
            package, rng, path, r'^    "(?:target|module|moduleResolution)": "(\w+)"', ["npx", "tsc", "-p", "."]
        )


@operator(NAME, "auto", "ts-shop")
def tsconfig_extends(package: Package, rng: random.Random) -> Iterator[Fault]:
    """TS5083: a letter of the configuration that is extended is wrong."""
    for wrong in (
        "./tsconfig.bsae.json",
        "./tsconfig.bas.json",
        "./tsconfg.base.json",
        "./tsconfig-base.json",
        "../tsconfig.base.json",
    ):
        start = package.text("tsconfig.json").index("./tsconfig.base.json")
        yield _fault(
            package, "tsconfig.json", start, start + len("./tsconfig.base.json"), wrong, ["npm", "run", "check"], wrong
        )


@operator(NAME, "auto", "typescript", "ts-shop")
def tsconfig_include(package: Package, rng: random.Random) -> Iterator[Fault]:
    """TS18003: no inputs were found, as a letter of `include` is wrong."""
    if package.name == "ts-shop":
        for wrong in ("srcs", "scr", "sorce", "sr"):
            start = package.text("tsconfig.json").index("src/**")
            yield _fault(package, "tsconfig.json", start, start + 3, wrong, ["npm", "run", "check"], f"src -> {wrong}")
    elif package.has("tsconfig.json"):
        found = re.search(r'"include": \[\s*"(src)"', package.text("tsconfig.json"))
        if found:
            yield _fault(
                package,
                "tsconfig.json",
                found.start(1),
                found.end(1),
                rng.choice(("srcs", "scr")),
                ["npx", "tsc", "-p", "."],
            )


@operator(NAME, "auto", "ts-shop")
def eslint_rule(package: Package, rng: random.Random) -> Iterator[Fault]:
    """ESLint knows no such rule: a letter of it is wrong in eslint.config.js."""
    yield from _typos(package, rng, "eslint.config.js", r"'(no-unused-vars|prefer-const)'", ["npm", "run", "lint"])
    yield from _typos(package, rng, "eslint.config.js", r"^      (eqeqeq): ", ["npm", "run", "lint"])


# ---------------------------------------------------------------- Cargo.toml


@operator(NAME, "auto", "rust-workspace")
def cargo_member(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A letter of a workspace member is wrong."""
    yield from _typos(package, rng, "Cargo.toml", r'^members = \[.*?"(store|report)"', ["cargo", "check"])
    yield from _typos(package, rng, "Cargo.toml", r'^members = \[.*?"(?:store|cli)", "(report)"', ["cargo", "build"])


@operator(NAME, "auto", "rust-workspace")
def cargo_path_dependency(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A letter of the path of a dependency is wrong, or its depth."""
    yield from _typos(package, rng, "Cargo.toml", r'= \{ path = "(\w+)"', ["cargo", "check"])
    yield from _typos(package, rng, "cli/Cargo.toml", r'path = "\.\./(\w+)"', ["cargo", "check"])
    start = package.text("cli/Cargo.toml").index('"../store"')
    yield _fault(package, "cli/Cargo.toml", start, start + 10, '"store"', ["cargo", "check"])


@operator(NAME, "auto", "rust-workspace")
def cargo_feature(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A letter of a feature is wrong: of a dependency, or among the crate's own."""
    yield from _typos(package, rng, "cli/Cargo.toml", r'features = \["(\w+)"', ["cargo", "check"])
    yield from _typos(package, rng, "cli/Cargo.toml", r'features = \["totals", "(\w+)"', ["cargo", "check"])
    yield from _typos(package, rng, "report/Cargo.toml", r'colours = \["(\w+)"\]', ["cargo", "check"])
    yield from _typos(package, rng, "store/Cargo.toml", r'default = \["(\w+)"\]', ["cargo", "check"])


@operator(NAME, "auto", "rust-workspace", "own-rust")
def cargo_target_path(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A letter of the path of a binary or library is wrong."""
    yield from (
        _typos(package, rng, "cli/Cargo.toml", r'^path = "src/(\w+)\.rs"', ["cargo", "check"])
        if package.has("cli/Cargo.toml")
        else _library(package, rng)
    )


def _library(package: Package, rng: random.Random) -> Iterator[Fault]:
    good = package.text("Cargo.toml").replace("[dependencies]", '[lib]\npath = "src/lib.rs"\n\n[dependencies]')
    for wrong in ("src/libb.rs", "scr/lib.rs", "src/lib.r"):
        yield Fault(f"Cargo.toml {wrong}", ["cargo", "check"], {"Cargo.toml": good.replace("src/lib.rs", wrong)}, checks.data("Cargo.toml", good),
                    prepare=lambda tree: tree.put("Cargo.toml", good))  # fmt: skip


@operator(NAME, "auto", "rust-workspace")
def cargo_workspace_dependency(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`workspace = true` of a dependency whose name has a letter wrong."""
    yield from _typos(package, rng, "Cargo.toml", r"^(shop-\w+) = ", ["cargo", "check"])
    yield from _typos(package, rng, "report/Cargo.toml", r"^(shop-store) = ", ["cargo", "check"])


@operator(NAME, "auto", "rust-workspace")
def cargo_lock_out_of_date(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`--locked`, and a version was raised without Cargo.lock."""
    text = package.text("Cargo.toml")
    for version in ("0.2.1", "0.3.0", "1.0.0"):
        bad = text.replace('version = "0.2.0"', f'version = "{version}"')

        def check(tree: Tree, bad: str = bad) -> str:
            if checks.parse("Cargo.toml", tree.text("Cargo.toml")) != checks.parse("Cargo.toml", bad):
                return "Cargo.toml is not as the user wrote it"
            return checks.passes(["cargo", "metadata", "--locked", "--offline", "--format-version", "1"])(tree)

        yield Fault(f"version {version}", ["cargo", "check", "--locked"], {"Cargo.toml": bad}, check, ("Cargo.lock",))


@operator(NAME, "auto", "own-rust", "rust-workspace")
def cargo_key(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A key or value that cargo refuses: `edition = "2201"`, `versoin`, `editoin.workspace`."""
    for path in ("Cargo.toml", "store/Cargo.toml"):
        if package.has(path):
            yield from _typos(package, rng, path, r"^(version|edition)(?:\.workspace)? = ", ["cargo", "check"])
            yield from _typos(package, rng, path, r"^\[(package|workspace)\]", ["cargo", "check"])


# ---------------------------------------------------------------- pyproject.toml and friends


def _python_config(
    package: Package, path: str, good: str, bad: str, command: list[str], says: str, **more: object
) -> Fault:
    def prepare(tree: Tree) -> None:
        tree.put(path, good)

    check = (
        checks.data(path, good)
        if path.endswith(".toml")
        else (lambda tree: "" if tree.text(path).replace("# more to come\n", "") == good else f"{path} differs")
    )
    return Fault(f"{path} {says}", command, {path: bad}, check, prepare=prepare, own_edit=False, **more)  # type: ignore[arg-type]


RUFF = 'line-length = 120\ntarget-version = "py311"\n\n[lint]\nselect = ["E9"]\nignore = ["E501"]\n\n[format]\nquote-style = "double"\n'


@operator(NAME, "auto", "plain")
def ruff_key(package: Package, rng: random.Random) -> Iterator[Fault]:
    """ruff: unknown field, with a letter wrong."""
    for key in ("line-length", "target-version", "select", "ignore", "quote-style", "format"):
        wrong = misspelt(rng, key.replace("-", "_")).replace("_", "-")
        bad = re.sub(rf"(?m)^(\[?){key}\b", rf"\g<1>{wrong}", RUFF)
        yield _python_config(
            package,
            "ruff.toml",
            RUFF,
            bad,
            ["python", "-m", "ruff", "check", package.modules()[0]],
            f"{key} -> {wrong}",
        )


@operator(NAME, "auto", "plain")
def ruff_value(package: Package, rng: random.Random) -> Iterator[Fault]:
    """ruff: unknown variant, with a letter wrong."""
    for old, new in (('"double"', '"duoble"'), ('"double"', '"doubel"'), ('"py311"', '"py3.11"')):
        yield _python_config(
            package,
            "ruff.toml",
            RUFF,
            RUFF.replace(old, new),
            ["python", "-m", "ruff", "check", package.modules()[0]],
            f"{old} -> {new}",
        )


@operator(NAME, "auto", "plain")
def pytest_option(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Unrecognized arguments: a letter of an option in `addopts` is wrong."""
    test = min(package.tests, key=lambda name: package.tests[name]["seconds"])
    for option in ("--strict-markers", "--maxfail=3", "--import-mode=prepend", "--tb=short", "--durations=2"):
        name, _, _value = option[2:].partition("=")
        wrong = misspelt(rng, name.replace("-", "_")).replace("_", "-")
        good = f"[pytest]\naddopts = -q {option}\n"
        if wrong:
            yield _python_config(
                package,
                "pytest.ini",
                good,
                good.replace(name, wrong),
                ["python", "-m", "pytest", test],
                f"{option} -> --{wrong}",
            )


@operator(NAME, "suggest", "npm", "ts-shop")
def npm_script_on_the_line(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`npm run tset`: the command line itself is wrong; the right one is shown or run."""
    for name in ("build", "check", "verify"):
        wrong = misspelt(rng, name)

        def prepare(tree: Tree, name: str = name) -> None:
            tree.put(
                "package.json",
                re.sub(
                    r'"scripts": \{[^}]*\}',
                    f'"scripts": {{\n    "{name}": "node --version"\n  }}',
                    tree.text("package.json"),
                ),
            )

        yield Fault(
            f"npm run {wrong}",
            ["npm", "run", wrong],
            {},
            None,
            (),
            prepare,
            suggests=(rf"npm run {name}\b",),
            baseline=False,
            may_heal=True,
        )


@operator(NAME, "suggest", "own-rust")
def cargo_edition(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`edition = "2012"`: which of four editions was meant is a person's choice."""
    text = package.text("Cargo.toml")
    yield Fault(
        "edition 2012",
        ["cargo", "check"],
        {"Cargo.toml": text.replace('"2021"', '"2012"')},
        None,
        (),
        suggests=("edition",),
    )


@operator(NAME, "must_not", "npm")
def npm_two_near_files(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A script names a file that is gone; two others are equally near."""
    manifest = package.text("package.json")

    def prepare(tree: Tree) -> None:
        for name in ("runa", "runb", "runx"):
            tree.put(f"tools/{name}.mjs", "console.log('ok');\n")
        tree.put("package.json", manifest.replace("node test/smoke.mjs", "node tools/runx.mjs"))

    yield Fault("tools/runx.mjs between runa and runb", ["npm", "test"], {"tools/runx.mjs": None}, prepare=prepare)


@operator(NAME, "must_not", "rust-workspace")
def cargo_two_near_members(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A path dependency names a folder that is gone; two others are equally near."""

    def prepare(tree: Tree) -> None:
        for name in ("storea", "storeb"):
            tree.put(f"{name}/Cargo.toml", tree.text("store/Cargo.toml"))
            tree.put(f"{name}/src/lib.rs", tree.text("store/src/lib.rs"))
        tree.put("Cargo.toml", tree.text("Cargo.toml").replace("resolver", 'exclude = ["storea", "storeb"]\nresolver'))

    text = (
        package.text("Cargo.toml")
        .replace("resolver", 'exclude = ["storea", "storeb"]\nresolver')
        .replace('"store"', '"storex"')
    )
    yield Fault("storex between storea and storeb", ["cargo", "check"], {"Cargo.toml": text}, prepare=prepare)


@operator(NAME, "must_not", "npm")
def generated_manifest(package: Package, rng: random.Random) -> Iterator[Fault]:
    """package-lock.json is broken: it changes through npm alone, not by hand, and the user's version is not in git."""
    good = '{\n  "name": "x",\n  "version": "1.0.0",\n  "lockfileVersion": 3,\n  "packages": {}\n}\n'
    command = ["node", "-p", "require('./package-lock.json').name"]
    yield Fault(
        "package-lock.json cut off",
        command,
        {"package-lock.json": good[: len(good) // 2]},
        prepare=lambda tree: tree.put("package-lock.json", good),
    )
