"""What keeps tests from running, and tests that are right to fail."""

from __future__ import annotations

import ast
import configparser
import contextlib
import json
import random
import re
import tomllib
from collections.abc import Callable, Iterator
from typing import Any

from .. import checks
from ..fault import Check, Fault, operator
from ..judge import Discarded
from ..package import Package
from ..places import PYTEST, Lines, defined_in, imports_of, line_of, misspelt, names_in, replaced, run_tests
from ..tree import Tree
from .dependency import uninstall

NAME = "test"
BUILT_IN = frozenset(
    (
        "tmp_path",
        "monkeypatch",
        "capsys",
        "request",
        "tmpdir",
        "recwarn",
        "caplog",
        "capfd",
        "tmp_path_factory",
        "pytester",
    )
)
"""Fixtures of pytest itself that real tests ask for."""


def _folder(package: Package) -> str:
    """Return the folder of the package's first test; empty for the root."""
    return min(package.tests).rpartition("/")[0]


def _inside(package: Package, name: str) -> str:
    folder = _folder(package)
    return f"{folder}/{name}" if folder else name


def _run(*tests: str) -> list[str]:
    return [*PYTEST, *tests]


def _in_test(
    package: Package, test: str, start: int, end: int, new: str, says: str, *, strict: bool = True, **more: Any
) -> Fault:
    """Return a slip in one of the package's own test files; `strict`: only the same program will do."""
    text = package.text(test)
    edited = replaced(text, start, end, new)
    check = (checks.same_python if strict else checks.python)(package, [test])
    return Fault(f"{test}:{line_of(text, start)} {says}", _run(test), {test: edited}, check, **more)


# ---------------------------------------------------------------- fixtures


def _fixtures(package: Package, path: str) -> dict[str, ast.FunctionDef]:
    """Return the fixtures that a file defines at its top level."""
    return {
        node.name: node
        for node in package.parsed(path).body
        if isinstance(node, ast.FunctionDef)
        and any("pytest.fixture" in ast.unparse(mark) for mark in node.decorator_list)
    }


def _conftests(package: Package, test: str) -> list[str]:
    """Return the conftest files that a test sees."""
    return [path for path in package.files("conftest.py") if test.startswith(path.removesuffix("conftest.py"))]


def _asked(package: Package, test: str) -> Iterator[ast.arg]:
    """Yield the arguments of tests that are fixtures."""
    known = set(BUILT_IN)
    for path in (test, *_conftests(package, test)):
        known |= set(_fixtures(package, path))
    for node in ast.walk(package.parsed(test)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            marks = " ".join(ast.unparse(mark) for mark in node.decorator_list)
            yield from (arg for arg in node.args.args if arg.arg in known and not re.search(rf"\b{arg.arg}\b", marks))


@operator(NAME, "auto", "python")
def misspelt_fixture(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`def test_x(tmp_pth)`: fixture not found; the test's body has the name right."""
    for test in package.tests:
        for arg in _asked(package, test):
            wrong = misspelt(rng, arg.arg, names_in(package.text(test)))
            if wrong:
                start, _ = Lines(package.text(test)).span(arg)
                yield _in_test(package, test, start, start + len(arg.arg), wrong, f"{arg.arg} -> {wrong}")


@operator(NAME, "auto", "python")
def misspelt_fixture_of_conftest(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A fixture that several tests ask for is misspelt where conftest.py defines it."""
    for path in package.files("conftest.py"):
        text = package.text(path)
        for name, node in _fixtures(package, path).items():
            users = {
                test: sum(arg.arg == name for arg in _asked(package, test))
                for test in package.tests
                if path in _conftests(package, test)
            }
            wrong = misspelt(rng, name, names_in(text))
            best = max(users, key=lambda test: users[test], default="")
            if best and users[best] > 1 and wrong:
                start = text.index(f"def {name}", Lines(text).at(node.lineno, 0)) + 4
                edited = replaced(text, start, start + len(name), wrong)
                yield Fault(
                    f"{path}:{node.lineno} {name} -> {wrong}",
                    _run(best),
                    {path: edited},
                    checks.same_python(package, [path]),
                )


@operator(NAME, "auto", "python")
def fixture_without_its_decorator(package: Package, rng: random.Random) -> Iterator[Fault]:
    """The function is there, its `@pytest.fixture` is not: fixture not found."""
    for test in package.tests:
        asked = {arg.arg for arg in _asked(package, test)}
        for path in (test, *_conftests(package, test)):
            text = package.text(path)
            for name, node in _fixtures(package, path).items():
                mark = node.decorator_list[0]
                if (
                    name in asked
                    and len(node.decorator_list) == 1
                    and ast.unparse(mark) in ("pytest.fixture", "pytest.fixture()")
                ):
                    start = Lines(text).at(mark.lineno, 0)
                    edited = replaced(text, start, text.index("\n", start) + 1, "")
                    yield Fault(
                        f"{path}:{mark.lineno} {name} for {test}", _run(test), {path: edited}, checks.tests(package)
                    )


@operator(NAME, "must_not", "python")
def two_fixtures_as_near(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`sample_c` is asked for; `sample_a` and `sample_b` exist: which one was meant?"""
    test = _inside(package, "test_of_samples.py")
    for name in ("sample", "account", "table"):
        fixtures = "".join(f"@pytest.fixture\ndef {name}_{letter}():\n    return {letter!r}\n\n\n" for letter in "ab")
        text = f"import pytest\n\n\n{fixtures}def test_it({name}_b):\n    assert True\n"
        yield Fault(
            f"{name}_c",
            _run(test),
            {test: text.replace(f"test_it({name}_b)", f"test_it({name}_c)")},
            prepare=_puts({test: text}),
        )


# ---------------------------------------------------------------- imports and syntax of test files


@operator(NAME, "auto", "python")
def misspelt_module_in_test(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`import tabulte` in a test: a letter of the package's own module is wrong."""
    modules = {package.module_name(path) for path in package.modules()}
    for test in package.tests:
        text, lines = package.text(test), Lines(package.text(test))
        for node in imports_of(package, test):
            name = (
                node.module
                if isinstance(node, ast.ImportFrom) and not node.level
                else node.names[0].name
                if isinstance(node, ast.Import)
                else ""
            )
            last = (name or "").rpartition(".")[2]
            wrong = misspelt(rng, last, {part for module in modules for part in module.split(".")})
            plain = isinstance(node, ast.ImportFrom) or node.names[0].asname  # else the name is used by other lines too
            if name in modules and wrong and plain:
                start = text.index(name, lines.span(node)[0] + 5) + len(name) - len(last)
                yield _in_test(package, test, start, start + len(last), wrong, f"{last} -> {wrong}")


@operator(NAME, "auto", "python")
def pytest_not_imported(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`pytest.raises` or `pytest.mark` in a test file that has lost its `import pytest`."""
    for test in package.tests:
        text = package.text(test)
        found = re.search(r"(?m)^import pytest\n", text)
        if found and "pytest." in text[found.end() :]:
            yield _in_test(package, test, found.start(), found.end(), "", "without import pytest", strict=False)


@operator(NAME, "auto", "python")
def project_import_left_out_of_test(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A test uses a function of the package and no longer imports it; one module defines it."""
    homes: dict[str, int] = {}
    for path in package.modules():
        for name in defined_in(package, path):
            homes[name] = homes.get(name, 0) + 1
    for test in package.tests:
        text, lines = package.text(test), Lines(package.text(test))
        for node in imports_of(package, test):
            if (
                not isinstance(node, ast.ImportFrom)
                or len(node.names) > 1
                or node.names[0].asname
                or homes.get(node.names[0].name) != 1
            ):
                continue
            start, end = lines.span(node)
            top = (node.module or "").partition(".")[0]
            if top == package.meta["module"] and text[end : end + 1] == "\n":
                yield _in_test(package, test, start, end + 1, "", f"without {node.names[0].name}", strict=False)


@operator(NAME, "auto", "python")
def colon_left_out_of_test(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A test file cannot be collected: `def test_x()` without its colon."""
    for test in package.tests:
        found = list(
            re.finditer(
                r"(?m)^ *(?:def test_\w+\([^()\n]*\)|with pytest\.raises\([^()\n]*\)|for \w+ in \w+)(:)$",
                package.text(test),
            )
        )
        for match in rng.sample(found, min(4, len(found))):
            yield _in_test(package, test, match.start(1), match.end(1), "", match[0].strip()[:50])


@operator(NAME, "auto", "python")
def misspelt_import_in_conftest(package: Package, rng: random.Random) -> Iterator[Fault]:
    """ImportError while loading conftest: a letter of a name of the package is wrong."""
    path = _inside(package, "conftest.py")
    if package.has(path):
        return
    test = min(package.tests)
    for module in rng.sample(list(package.modules()), min(6, len(package.modules()))):
        public = sorted(name for name in defined_in(package, module) if len(name) > 5 and not name.startswith("_"))
        for name in rng.sample(public, min(2, len(public))):
            text = f"import pytest\n\nfrom {package.module_name(module)} import {name}\n\n\n@pytest.fixture\ndef subject():\n    return {name}\n"
            wrong = misspelt(rng, name, names_in(package.text(module)))
            if wrong and not module.endswith("__main__.py"):
                edited = text.replace(f"import {name}\n", f"import {wrong}\n")
                yield Fault(
                    f"{path} {name} -> {wrong}",
                    _run(test),
                    {path: edited},
                    _holds(path, text),
                    prepare=_puts({path: text}),
                )


def _holds(path: str, text: str) -> Check:
    """A Python file that the case itself brought means what it meant."""
    return lambda tree: (
        "" if ast.dump(ast.parse(tree.text(path))) == ast.dump(ast.parse(text)) else f"{path} is another program"
    )


@operator(NAME, "suggest", "python")
def misspelt_argument_of_parametrize(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`parametrize("vlaue, expected", ...)`: the function has no such argument, but one close to it."""
    for test in package.tests:
        text, lines = package.text(test), Lines(package.text(test))
        for node in ast.walk(package.parsed(test)):
            for mark in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
                first = (
                    mark.args[0]
                    if isinstance(mark, ast.Call) and "parametrize" in ast.unparse(mark.func) and mark.args
                    else None
                )
                if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
                    continue
                name = rng.choice(re.findall(r"\w+", first.value))
                wrong = misspelt(rng, name, names_in(text))
                start, end = lines.span(first)
                if wrong:
                    edited = re.sub(rf"\b{name}\b", wrong, text[start:end])
                    yield _in_test(
                        package,
                        test,
                        start,
                        end,
                        edited,
                        f"{name} -> {wrong}",
                        suggests=(rf"\b{name}\b",),
                        may_heal=True,
                    )


# ---------------------------------------------------------------- configuration


def _puts(files: dict[str, str | None]) -> Callable[[Tree], None]:
    def prepare(tree: Tree) -> None:
        for path, text in files.items():
            if text is not None or tree.path(path).exists():
                tree.put(path, text)

    return prepare


def _configured(
    package: Package, rng: random.Random, options: dict[str, Any]
) -> tuple[str, str, dict[str, str | None]]:
    """Return path and text of a configuration of pytest, and all files that shape the project so: an INI file or pyproject.toml."""
    own = dict(re.findall(r"(?m)^(\w+) = (.*)$", package.text("pytest.ini")))
    manifest = package.text("pyproject.toml") if package.has("pyproject.toml") else ""
    rest = re.sub(r"(?ms)^\[tool\.pytest[^\]]*\]\n.*?(?=^\[|\Z)", "", manifest)
    if manifest and rng.random() < 0.5:
        lines = [f"{key} = {json.dumps(value)}" for key, value in {**own, **options}.items()]
        text = rest.rstrip("\n") + "\n\n[tool.pytest.ini_options]\n" + "\n".join(lines) + "\n"
        return "pyproject.toml", text, {"pyproject.toml": text, "pytest.ini": None}
    shown = {
        key: "".join(f"\n    {line}" for line in value) if isinstance(value, list) else f" {value}"
        for key, value in {**own, **options}.items()
    }
    text = "[pytest]\n" + "".join(f"{key} ={value}\n" for key, value in shown.items())
    return "pytest.ini", text, {"pytest.ini": text}


def _settings(path: str, text: str) -> Any:
    """Return what a configuration file of pytest says."""
    if path.endswith(".toml"):
        return tomllib.loads(text)
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    return {section: dict(parser[section]) for section in parser.sections()}


def _configures(path: str, text: str) -> Check:
    """The configuration says what it said."""

    def check(tree: Tree) -> str:
        try:
            return "" if _settings(path, tree.text(path)) == _settings(path, text) else f"{path} says something else"
        except (ValueError, configparser.Error) as error:
            return f"{path} cannot be read: {error}"

    return check


def _slip(
    package: Package, path: str, text: str, files: dict[str, str | None], old: str, new: str, *tests: str, **more: Any
) -> Fault:
    before, _, after = text.rpartition(old)  # in pyproject.toml pytest's table is the last one
    command = _run(*(tests or (min(package.tests),)))
    says, edits = f"{path} {old.strip()} -> {new.strip()}", {path: f"{before}{new}{after}"}
    return Fault(says, command, edits, _configures(path, text), prepare=_puts(files), **more)


@operator(NAME, "auto", "python")
def misspelt_option_in_addopts(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`addopts = --strict-markres`: pytest does not know the argument, or the choice."""
    path, text, files = _configured(
        package, rng, {"addopts": "--strict-markers --durations=3 --tb=short --import-mode=prepend"}
    )
    for word in ("markers", "durations", "short", "prepend", "import"):
        wrong = misspelt(rng, word)
        yield _slip(package, path, text, files, word, wrong)


@operator(NAME, "auto", "python")
def misspelt_key_of_configuration(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Under --strict-config: `makers` for `markers`."""
    options = {
        "addopts": "--strict-config",
        "markers": ["slow: takes long", "network: asks a server"],
        "xfail_strict": "true",
        "norecursedirs": "build dist",
    }
    path, text, files = _configured(package, rng, options)
    for key in ("markers", "xfail_strict", "norecursedirs"):
        wrong = misspelt(rng, key, set(options))
        yield _slip(package, path, text, files, f"\n{key} =", f"\n{wrong} =")


@operator(NAME, "auto", "python")
def broken_ini_file(package: Package, rng: random.Random) -> Iterator[Fault]:
    """pytest.ini cannot be read: a bracket of its section is missing, or a line has lost its `=`."""
    own = package.text("pytest.ini").removeprefix("[pytest]\n")
    text = f"[pytest]\naddopts = -ra --tb=short\n{own}minversion = 6.0\n"
    for old, new in (
        ("[pytest]\n", "[pytest\n"),
        ("[pytest]\n", "pytest]\n"),
        ("addopts = -ra", "addopts -ra"),
        ("minversion = 6.0", "minversion 6.0"),
    ):
        yield _slip(package, "pytest.ini", text, {"pytest.ini": text}, old, new)


@operator(NAME, "auto", "python")
def wrong_folder_in_pythonpath(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`pythonpath = tests/suport`: the tests' own helpers are not found."""
    for folder, module in (("support", "builders"), ("helpers", "fake_clock"), ("tooling", "sample_data")):
        path, text, files = _configured(package, rng, {"pythonpath": _inside(package, folder)})
        helper, test = _inside(package, f"{folder}/{module}.py"), _inside(package, f"test_{module}.py")
        files |= {
            helper: "def make(size):\n    return list(range(size))\n",
            test: f"from {module} import make\n\n\ndef test_make():\n    assert make(2) == [0, 1]\n",
        }
        wrong = misspelt(rng, folder)
        old = f'/{folder}"' if path.endswith("toml") and "/" in _inside(package, folder) else f"{folder}\n"
        if text.count(old) == 1:
            yield _slip(package, path, text, files, old, old.replace(folder, wrong), test)


def _marked(package: Package, rng: random.Random, marker: str) -> tuple[str, str, int]:
    """Return a test file, its text with two tests marked, and where the first mark's name stands."""
    for test in rng.sample(sorted(package.tests), len(package.tests)):
        text = package.text(test)
        whole = [
            node
            for node in package.parsed(test).body
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test")
        ]
        first = next(imports_of(package, test), None)
        if len(whole) < 2 or not first or not text.isascii():
            continue
        for node in sorted(rng.sample(whole, 2), key=lambda node: -node.lineno):
            line = min([node.lineno, *(mark.lineno for mark in node.decorator_list)])
            at = Lines(text).at(line, 0)
            text = replaced(text, at, at, f"@pytest.mark.{marker}\n")
        if not re.search(r"(?m)^import pytest$", text):
            at = Lines(text).at(first.lineno, 0)
            text = replaced(text, at, at, "import pytest\n")
        return test, text, text.index(f"pytest.mark.{marker}") + len("pytest.mark.")
    return "", "", 0


MARKERS = {
    "slow": "takes long",
    "network": "asks a server",
    "regression": "came back once",
    "integration": "needs all parts",
}


def _strict(package: Package, rng: random.Random) -> tuple[str, str, dict[str, str | None]]:
    return _configured(
        package, rng, {"addopts": "--strict-markers", "markers": [f"{name}: {says}" for name, says in MARKERS.items()]}
    )


@operator(NAME, "auto", "python")
def unregistered_marker(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Under --strict-markers: the tests use a marker that the configuration does not name, and none like it."""
    for marker, says in MARKERS.items():
        path, text, files = _strict(package, rng)
        test, marked, _ = _marked(package, rng, marker)
        old = next(
            (
                line
                for line in (f"    {marker}: {says}\n", f'"{marker}: {says}", ', f', "{marker}: {says}"')
                if line in text
            ),
            "",
        )
        if test and old:
            fault = _slip(package, path, text, {**files, test: marked}, old, "", test)
            fault.check = _registers(path, text, marker)
            yield fault


def _registers(path: str, text: str, marker: str) -> Check:
    """The marker is registered, every other setting is what it was."""

    def plain(found: str) -> Any:
        said = _settings(path, found)
        options = said["tool"]["pytest"]["ini_options"] if path.endswith(".toml") else said["pytest"]
        lines = options.pop("markers")
        lines = lines if isinstance(lines, list) else lines.split("\n")
        return said, {line.partition(":")[0].strip(): line for line in lines if line.strip()}

    def check(tree: Tree) -> str:
        (old, before), (new, after) = plain(text), plain(tree.text(path))
        before.pop(marker)
        if marker not in after:
            return f"{marker} is not registered"
        after.pop(marker)
        return "" if (old, before) == (new, after) else "other settings were changed"

    return check


@operator(NAME, "suggest", "python")
def misspelt_marker(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Under --strict-markers: `@pytest.mark.integraton`; registering the slip would be no repair."""
    for marker in ("network", "regression", "integration"):
        _, _, files = _strict(package, rng)
        test, marked, at = _marked(package, rng, marker)
        wrong = misspelt(rng, marker)
        if test and wrong:
            edited = replaced(marked, at, at + len(marker), wrong)
            yield Fault(f"{test} {marker} -> {wrong}", _run(test), {test: edited}, _holds(test, marked), prepare=_puts({**files, test: marked}),
                        suggests=(rf"\b{marker}\b",), may_heal=True)  # fmt: skip


@operator(NAME, "auto", "python")
def misspelt_plugin(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`pytest_plugins = ["shared_fixtrues"]`: the project's own plugin is not found."""
    if package.has("conftest.py"):
        return
    test = min(package.tests)
    for name in ("shared_fixtures", "testing_plugin", "common_fixtures"):
        plugin = "import pytest\n\n\n@pytest.fixture\ndef answer():\n    return 42\n"
        wrong = misspelt(rng, name)
        text = f'pytest_plugins = ["{name}"]\n'
        yield Fault(f"conftest.py {name} -> {wrong}", _run(test), {"conftest.py": text.replace(name, wrong)}, _holds("conftest.py", text),
                    prepare=_puts({f"{name}.py": plugin, "conftest.py": text}))  # fmt: skip
        path, configured, files = _configured(package, rng, {"addopts": f"-p {name}"})
        yield _slip(package, path, configured, {**files, f"{name}.py": plugin}, f"-p {name}", f"-p {wrong}")


@operator(NAME, "suggest", "python")
def pytest_too_old(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`minversion` asks for a pytest that is not here: neither lowered nor upgraded unasked."""
    path, text, files = _configured(package, rng, {"minversion": "7.0"})
    for version in ("99.0", "42.1"):
        yield _slip(package, path, text, files, "7.0", version, suggests=("minversion|upgrade|newer|install",))


# ---------------------------------------------------------------- plugins that are declared and not installed


def _has(name: str) -> Check:
    def check(tree: Tree) -> str:
        ran = tree.run([".venv/bin/python", "-c", f"import importlib.metadata as m; m.version({name!r})"])
        return "" if ran.code == 0 else f"{name} is not in the environment"

    return check


def _declaring(*names: str) -> Iterator[tuple[str, str]]:
    """Yield the file that declares what the tests need, and its text."""
    lines = "".join(f"{name}\n" for name in names)
    for path in ("requirements-dev.txt", "requirements/test.txt", "test-requirements.txt"):
        yield path, lines


@operator(NAME, "auto", "plain")
def plugin_of_an_option_missing(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`unrecognized arguments: --timeout=60`: pytest-timeout is declared for the tests and not installed."""
    path, _, files = _configured(package, rng, {"addopts": "--timeout=60"})
    for declares, lines in _declaring("pytest", "pytest-timeout"):
        yield Fault(f"pytest-timeout in {declares}, used in {path}", _run(min(package.tests)), {}, _has("pytest-timeout"), (), _puts({**files, declares: lines}),
                    lambda tree: uninstall(tree, "pytest-timeout"), installs=("pytest_timeout",))  # fmt: skip


@operator(NAME, "auto", "plain")
def plugin_of_a_fixture_missing(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`fixture 'mocker' not found`: pytest-mock is declared for the tests and not installed."""
    test = _inside(package, "test_with_mocker.py")
    text = 'import os\n\n\ndef test_folder(mocker):\n    mocker.patch("os.getcwd", return_value="/nowhere")\n    assert os.getcwd() == "/nowhere"\n'
    for declares, lines in _declaring("pytest", "pytest-mock"):
        yield Fault(
            f"pytest-mock in {declares}",
            _run(test),
            {test: text},
            _has("pytest-mock"),
            (),
            _puts({declares: lines}),
            installs=("pytest_mock",),
            baseline=False,
        )


# ---------------------------------------------------------------- flaky tests, services, names that clash


def _flaky_is_said(tree: Tree) -> str:
    """The report calls the test flaky: it is never silently green."""
    report = (tree.case / "report.json").read_text()
    return (
        ""
        if re.search(r"flaky|flakiness|passed (?:on|the) (?:a )?(?:second|retry|re-run)", report, re.IGNORECASE)
        else "flaky, and the report does not say so"
    )


def _first_time_only(name: str, command: list[str]) -> Callable[[Tree], contextlib.AbstractContextManager[None]]:
    """See that the command fails once and then passes; what the first run leaves in the temporary folder is gone when healkit begins."""

    @contextlib.contextmanager
    def around(tree: Tree) -> Iterator[None]:
        codes = [tree.run(command).code for _ in range(2)]
        if not codes[0] or codes[1] != 0:
            raise Discarded(f"it does not fail the first time alone: {codes}")
        (tree.case / "tmp" / name).unlink()
        yield

    return around


WORKER = """import subprocess
import sys
import tempfile
from pathlib import Path

ANSWER = Path(tempfile.gettempdir()) / "answer.txt"


def test_worker_has_answered():
    if not ANSWER.exists():
        subprocess.run([sys.executable, "-c", f"open({str(ANSWER)!r}, 'w').write('42')"], check=True)
        FIRST
    assert ANSWER.read_text() == "42"
"""
NODE_WORKER = """import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import test from 'node:test';

test('the worker has answered', () => {
  const late = !existsSync(`${tmpdir()}/answer.txt`);
  writeFileSync(`${tmpdir()}/answer.txt`, '42');
  assert.equal(late, false);
});
"""


@operator(NAME, "auto", "python")
def flaky_test(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A test fails the first time and passes the next, nothing being changed: it is named as flaky."""
    test = _inside(package, "test_worker.py")
    for says in (
        'assert not "answered in time"',
        'raise TimeoutError("the worker is still busy")',
        "assert 0.31 < 0.25",
    ):
        around = _first_time_only("answer.txt", _run(test))
        yield Fault(
            f"{test} {says}",
            _run(test),
            {},
            _flaky_is_said,
            (),
            _puts({test: WORKER.replace("FIRST", says)}),
            None,
            around,
            baseline=False,
        )


@operator(NAME, "auto", "npm")
def flaky_node_test(package: Package, rng: random.Random) -> Iterator[Fault]:
    """The same under node's own test runner."""
    command = ["node", "--test", "test/worker.test.mjs"]
    around = _first_time_only("answer.txt", command)
    yield Fault(
        "test/worker.test.mjs",
        command,
        {},
        _flaky_is_said,
        (),
        _puts({"test/worker.test.mjs": NODE_WORKER}),
        None,
        around,
        baseline=False,
    )


@operator(NAME, "suggest", "python")
def service_of_a_test_missing(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A test asks a database that does not run here: it has to be started, by a person."""
    port, test = rng.randrange(20000, 50000), _inside(package, "test_store.py")
    text = (
        "import socket\n\nimport pytest\n\n\n@pytest.fixture\ndef store():\n"
        f"    with socket.create_connection(('127.0.0.1', {port}), timeout=5) as connection:\n        yield connection\n\n\n"
        "def test_store_answers(store):\n    store.sendall(b'PING\\r\\n')\n"
    )
    yield Fault(f"{test} port {port}", _run(test), {test: text}, prepare=_puts({test: "def test_nothing():\n    assert True\n"}),
                suggests=(f"{port}|running|start|service|server|listen",))  # fmt: skip


@operator(NAME, "suggest", "python")
def two_tests_of_one_name(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`import file mismatch`: two test files of one name in folders that have lost their `__init__.py`."""
    folders = [_inside(package, name) for name in ("unit", "integration")]
    inits = [f"{folder}/__init__.py" for folder in folders]
    files = {f"{folder}/test_shapes.py": f"def test_shape():\n    assert {folder[-4:]!r}\n" for folder in folders}
    command = _run(*folders)
    yield Fault(", ".join(inits), command, dict.fromkeys(inits), checks.passes(command), prepare=_puts({**files, **dict.fromkeys(inits, "# tests\n")}),
                suggests=("__init__|importlib|unique|rename|basename",), may_heal=True)  # fmt: skip


# ---------------------------------------------------------------- the test is right to fail


@operator(NAME, "must_not", "python")
def code_is_wrong(package: Package, rng: random.Random) -> Iterator[Fault]:
    """The code says the opposite of what its test wants: neither is edited."""
    flips = {
        ast.Eq: ("==", "!="),
        ast.NotEq: ("!=", "=="),
        ast.In: ("in", "not in"),
        ast.Is: ("is", "is not"),
        ast.IsNot: ("is not", "is"),
    }
    for path in rng.sample(list(package.modules()), min(5, len(package.modules()))):
        lines = Lines(package.text(path))
        nodes = [
            node
            for node in ast.walk(package.parsed(path))
            if isinstance(node, ast.Compare) and type(node.ops[0]) in flips and len(node.ops) == 1
        ]
        for node in rng.sample(nodes, min(6, len(nodes))):
            old, new = flips[type(node.ops[0])]
            start, end = lines.span(node.left)[1], lines.span(node.comparators[0])[0]
            between, command = package.text(path)[start:end], run_tests(package, path, node.lineno, rng)
            if command and between.strip() == old:
                yield Fault(
                    f"{path}:{node.lineno} {old} -> {new}",
                    command,
                    {path: replaced(package.text(path), start, end, between.replace(old, new))},
                )


@operator(NAME, "must_not", "python")
def exception_is_not_raised(package: Package, rng: random.Random) -> Iterator[Fault]:
    """DID NOT RAISE: the code has lost a `raise` that its test wants."""
    for path in package.modules():
        lines = Lines(package.text(path))
        for node in ast.walk(package.parsed(path)):
            command = run_tests(package, path, node.lineno, rng) if isinstance(node, ast.Raise) and node.exc else []
            if command:
                start, end = lines.span(node)
                yield Fault(
                    f"{path}:{getattr(node, 'lineno', 0)} without its raise",
                    command,
                    {path: replaced(package.text(path), start, end, "pass")},
                )


@operator(NAME, "must_not", "python")
def expected_value_is_wrong(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A test expects another value than the code gives: which of them is right, only a person knows."""
    for test in package.tests:
        text, lines = package.text(test), Lines(package.text(test))
        for node in ast.walk(package.parsed(test)):
            if (
                not isinstance(node, ast.Assert)
                or not isinstance(node.test, ast.Compare)
                or not isinstance(node.test.ops[0], ast.Eq)
            ):
                continue
            value = node.test.comparators[0]
            if isinstance(value, ast.Constant) and type(value.value) in (int, str) and value.value:
                start, end = lines.span(value)
                new = str(value.value + 1) if isinstance(value.value, int) else repr(value.value[1:])
                yield Fault(
                    f"{test}:{value.lineno} {text[start:end][:30]} -> {new[:30]}",
                    _run(test),
                    {test: replaced(text, start, end, new)},
                )


@operator(NAME, "must_not", "python")
def data_of_a_test_missing(package: Package, rng: random.Random) -> Iterator[Fault]:
    """FileNotFoundError: a test's data were never committed; nobody may make them up."""
    test, data = _inside(package, "test_of_data.py"), _inside(package, "data/expected.json")
    text = (
        "import json\nfrom pathlib import Path\n\n\ndef test_data():\n"
        '    expected = json.loads((Path(__file__).parent / "data" / "expected.json").read_text())\n    assert expected["total"] == 3\n'
    )
    yield Fault(data, _run(test), {data: None}, None, (), _puts({test: text, data: '{"total": 3}\n'}))


@operator(NAME, "must_not", "plain")
def code_that_never_ends(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A test runs into its timeout, every time: neither the limit nor the test is changed."""
    path, _, files = _configured(package, rng, {"addopts": "--timeout=2"})
    test, module = _inside(package, "test_of_waiting.py"), _inside(package, "waiting_room.py")
    code = "import time\n\n\ndef wait(done):\n    while not done():\n        time.sleep(0.01)\n    return True\n"
    body = (
        "from pathlib import Path\n\nimport importlib.util\n\n\ndef test_wait():\n"
        '    spec = importlib.util.spec_from_file_location("waiting_room", Path(__file__).with_name("waiting_room.py"))\n'
        "    room = importlib.util.module_from_spec(spec)\n    spec.loader.exec_module(room)\n    assert room.wait(lambda: True)\n"
    )
    yield Fault(
        f"{module} under {path}",
        _run(test),
        {module: code.replace("not done()", "done()")},
        prepare=_puts({**files, test: body, module: code}),
    )


# ---------------------------------------------------------------- other test runners


@operator(NAME, "auto", "npm")
def misspelt_import_in_node_test(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A test imports a file or a name of the package with a letter wrong."""
    test = "test/smoke.mjs"
    text = package.text(test)
    names = {
        word
        for found in re.finditer(r"(?m)^import \{([^}]*)\} from '\.\./[^']*'", text)
        for word in re.findall(r"\b\w{5,}\b", found[1])
        if f"{word} as" not in found[1]
    }
    places = [
        found.span(1) for found in re.finditer(r"(?m)^import [^'\n]*'\.\./(?:[^'\n]*/)?([\w-]{5,})(?:\.\w+)?'", text)
    ]
    places += [
        (found.start(), found.end()) for name in sorted(names) for found in [re.search(rf"\b{name}\b", text)] if found
    ]
    for start, end in places:
        wrong = misspelt(rng, text[start:end].replace("-", "_"), names_in(text)).replace(
            "_", "-" if "-" in text[start:end] else "_"
        )
        if wrong:
            check = checks.javascript(package, [test], strict=True)
            yield Fault(
                f"{test}:{line_of(text, start)} {text[start:end]} -> {wrong}",
                ["node", test],
                {test: replaced(text, start, end, wrong)},
                check,
            )


@operator(NAME, "auto", "rust")
def misspelt_name_in_rust_test(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0425, E0599: a letter of a function of the crate is wrong in its tests; the crate itself builds."""
    if not package.test_command:
        return
    sources = [path for path in package.files(".rs") if package.text(path).isascii()]
    known = {
        name for path in sources for name in re.findall(r"\bfn (\w{5,})", package.text(path)) if path.startswith("src/")
    }
    for path in sources:
        text = package.text(path)
        begin = 0 if path.startswith("tests/") else text.find("#[cfg(test)]\nmod ")
        calls = list(re.finditer(r"(?<!fn )\b([a-z]\w{4,})\(", text[begin:])) if begin >= 0 else []
        found = [
            match
            for match in calls
            if match[1] in known and not re.search(r'//|"', text[: begin + match.start()].rpartition("\n")[2])
        ]
        for match in rng.sample(found, min(4, len(found))):
            wrong = misspelt(rng, match[1], names_in(text))
            start = begin + match.start(1)
            if wrong:
                edits: dict[str, str | bytes | None] = {path: replaced(text, start, start + len(match[1]), wrong)}
                says, check = (
                    f"{path}:{line_of(text, start)} {match[1]} -> {wrong}",
                    checks.text(package, [path], checks.tests(package)),
                )
                yield Fault(says, package.test_command, edits, check)


@operator(NAME, "must_not", "npm")
def node_assertion_fails(package: Package, rng: random.Random) -> Iterator[Fault]:
    """ERR_ASSERTION: the test and the code disagree about a value; neither is edited."""
    test = "test/smoke.mjs"
    text = package.text(test)
    for found in re.finditer(r"(?m)^ *assert\.equal\(.*, ('[^'\n]+'|\d+)\);$", text):
        new = str(int(found[1]) + 1) if found[1].isdigit() else f"'{found[1][2:]}"
        yield Fault(
            f"{test}:{line_of(text, found.start())} {found[1]} -> {new}",
            ["node", test],
            {test: replaced(text, *found.span(1), new)},
        )
