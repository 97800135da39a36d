"""Packages that are missing from the project's environment: declared ones, undeclared ones, and ones that nobody should install."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from .. import store
from ..fault import Check, Fault, operator
from ..package import Package
from ..tree import Tree

NAME = "dependency"
IMPORTED = {
    "pyyaml": "yaml", "python-dateutil": "dateutil", "beautifulsoup4": "bs4", "attrs": "attr", "markdown-it-py": "markdown_it",
    "text-unidecode": "text_unidecode", "charset-normalizer": "charset_normalizer", "markupsafe": "markupsafe", "rpds-py": "rpds",
    "jsonschema-specifications": "jsonschema_specifications", "typing-extensions": "typing_extensions", "pygments": "pygments",
}  # fmt: skip
"""Import names that differ from the distribution's, as the benchmark knows them."""


def _import_name(name: str) -> str:
    return IMPORTED.get(_plain(name), _plain(name).replace("-", "_"))


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _site(tree: Tree) -> Path:
    return next((tree.root / ".venv" / "lib").glob("python*")) / "site-packages"


def uninstall(tree: Tree, name: str) -> None:
    """Take a distribution out of the project's environment, file by file as its RECORD says."""
    site = _site(tree)
    for info in site.glob("*.dist-info"):
        if _plain(info.name.split("-")[0]) == _plain(name):
            for line in (info / "RECORD").read_text().splitlines():
                file = (site / line.split(",")[0]).resolve()
                if file.is_file() and str(file).startswith(str(tree.root)):
                    file.unlink()
            shutil.rmtree(info, ignore_errors=True)
            package = site / _import_name(name)
            if package.is_dir() and not [
                path for path in package.rglob("*") if path.is_file() and path.suffix != ".pyc"
            ]:
                shutil.rmtree(package)


def _has(name: str) -> Check:
    """The distribution is in the project's environment, and works."""

    def check(tree: Tree) -> str:
        ran = tree.run([".venv/bin/python", "-c", f"import importlib.metadata as m; print(m.version({name!r}))"])
        return "" if ran.code == 0 else f"{name} is not in the environment"

    return check


def _declares(tree: Tree, kind: str, name: str, specifier: str) -> None:
    """Make the project declare a requirement in one way; other declarations stay."""
    line = f"{name}{specifier}"
    if kind == "requirements.txt":
        tree.put("requirements.txt", f"# what it needs\n{line}\n")
    elif kind == "nested":
        tree.put("requirements/base.txt", f"{line}\n")
        tree.put("requirements/dev.txt", "-r base.txt\n")
        tree.put("requirements.txt", "-r requirements/base.txt\n")
    elif kind == "setup.cfg":
        tree.put(
            "setup.cfg",
            f"[metadata]\nname = sample\nversion = 1.0\n\n[options]\npy_modules = sample\ninstall_requires =\n    {line}\n",
        )
    elif kind == "setup.py":
        tree.put(
            "setup.py",
            f'from setuptools import setup\n\nsetup(name="sample", version="1.0", py_modules=["sample"], install_requires=["{line}"])\n',
        )
    else:
        table = {"project": f'dependencies = ["{line}"]\n', "extra": f'[project.optional-dependencies]\nextras = ["{line}"]\n',
                 "group": f'[dependency-groups]\ndev = [\n  "{line}",\n]\n'}[kind]  # fmt: skip
        tree.put("pyproject.toml", f'[project]\nname = "sample"\nversion = "1.0"\nrequires-python = ">=3.9"\n{table}')


def _clear(tree: Tree) -> None:
    for name in (
        "setup.py",
        "setup.cfg",
        "pyproject.toml",
        "requirements.txt",
        "requirements-dev.txt",
        "tox.ini",
        "Pipfile",
        "uv.lock",
        "poetry.lock",
    ):
        if tree.path(name).exists():
            tree.path(name).unlink()
    for name in ("requirements",):
        shutil.rmtree(tree.path(name), ignore_errors=True)


def _declared(package: Package, rng: random.Random, kind: str) -> Iterator[Fault]:
    """Yield: a requirement of a real package, declared in one way, is not installed."""
    for name, specifier in package.meta["requires"]:
        module = package.meta["module"]

        def prepare(tree: Tree, name: str = name, specifier: str = specifier) -> None:
            _clear(tree)
            _declares(tree, kind, name, specifier)

        yield Fault(f"{name} of {package.name} in {kind}", ["python", "-c", f"import {module}"], {}, _has(name), (), prepare,
                    lambda tree, name=name: uninstall(tree, name), installs=("*",))  # type: ignore[misc]  # fmt: skip


@operator(NAME, "auto", "depends")
def of_its_own_manifest(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A real package as it is: a requirement that its own manifest declares is not installed."""
    text = "".join(package.text(path) for path in ("pyproject.toml", "setup.cfg", "setup.py") if package.has(path))
    for name, _ in package.meta["requires"]:
        if re.search(rf"(?i)\b{re.escape(name)}\b", text):
            yield Fault(f"{name} of {package.name}", ["python", "-c", f"import {package.meta['module']}"], {}, _has(name), (),
                        inject=lambda tree, name=name: uninstall(tree, name), installs=("*",))  # type: ignore[misc]  # fmt: skip


@operator(NAME, "auto", "depends")
def of_requirements_file(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Declared in requirements.txt, not installed."""
    yield from _declared(package, rng, "requirements.txt")


@operator(NAME, "auto", "depends")
def of_nested_requirements(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Declared in a file that requirements.txt includes."""
    yield from _declared(package, rng, "nested")


@operator(NAME, "auto", "depends")
def of_setup_cfg(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Declared in setup.cfg."""
    yield from _declared(package, rng, "setup.cfg")


@operator(NAME, "auto", "depends")
def of_setup_py(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Declared in setup.py, which is not run to find that out."""
    yield from _declared(package, rng, "setup.py")


@operator(NAME, "auto", "depends")
def of_an_extra(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Declared as an extra in pyproject.toml."""
    yield from _declared(package, rng, "extra")


@operator(NAME, "auto", "depends")
def of_a_group(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Declared in a dependency group."""
    yield from _declared(package, rng, "group")


def _used(
    package: Package, name: str, module: str, declare: str, rng: random.Random, installs: tuple[str, ...] = ("*",)
) -> Fault:
    """Return: a program beside a real package uses a distribution that is declared under another name than it is imported by."""

    def prepare(tree: Tree) -> None:
        _clear(tree)
        _declares(tree, declare, name, "")
        tree.put("report.py", "print('nothing yet')\n")

    text = f"import {module}\n\nprint({module}.__name__)\n"
    return Fault(
        f"{module} of {name} in {declare}",
        ["python", "report.py"],
        {"report.py": text},
        _has(name),
        (),
        prepare,
        installs=installs,
    )


@operator(NAME, "auto", "plain")
def imported_by_another_name(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`import dateutil`, declared as python-dateutil."""
    for name, module in (("python-dateutil", "dateutil"), ("beautifulsoup4", "bs4"), ("attrs", "attr")):
        yield _used(package, name, module, rng.choice(("project", "requirements.txt", "group")), rng)


@operator(NAME, "auto", "plain")
def test_tool_of_a_group(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`No module named pytest`, declared in a group or extra."""
    for kind in ("group", "extra", "requirements.txt"):

        def prepare(tree: Tree, kind: str = kind) -> None:
            _clear(tree)
            _declares(tree, kind, "pytest", "")

        test = min(package.tests, key=lambda name: package.tests[name]["seconds"])
        yield Fault(f"pytest in {kind}", ["python", "-m", "pytest", "-q", test], {}, _has("pytest"), (), prepare,
                    lambda tree: uninstall(tree, "pytest"), installs=("*",))  # fmt: skip


@operator(NAME, "auto", "plain")
def pytest_plugin_not_installed(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`fixture 'mocker' not found`: pytest-mock is declared, not installed."""
    body = "def test_it(mocker):\n    double = mocker.Mock(return_value=3)\n    assert double() == 3\n"

    def prepare(tree: Tree) -> None:
        _clear(tree)
        _declares(tree, "group", "pytest-mock", "")
        tree.put("tests/test_double.py", "def test_it():\n    assert True\n")

    yield Fault("pytest-mock in a group", ["python", "-m", "pytest", "-q", "tests/test_double.py"], {"tests/test_double.py": body}, _has("pytest-mock"), (),
                prepare, installs=("*",))  # fmt: skip


# ---------------------------------------------------------------- npm

SMALL_NPM = (("ms", "^2.1.3"), ("escape-string-regexp", "^5.0.0"), ("balanced-match", "^4.0.0"), ("is-number", "^7.0.0"), ("picocolors", "^1.1.0"),
             ("@sindresorhus/is", "^7.0.0"), ("@types/ms", "^2.1.0"), ("semver", "^7.7.0"), ("json5", "^2.2.3"), ("mkdirp", "^3.0.1"))  # fmt: skip


def _stock() -> None:
    """Fill npm's cache once with what the cases install offline."""
    with store.LOCK:
        mark = store.cache() / "npm-cache" / "stocked"
        if mark.exists():
            return
        where = store.cache() / "npm-stock"
        where.mkdir(exist_ok=True)
        manifest = {"name": "stock", "version": "1.0.0", "dependencies": dict(SMALL_NPM)}
        (where / "package.json").write_text(json.dumps(manifest))
        done = store.call(
            ["npm", "install", "--silent", "--no-audit", "--no-fund"],
            cwd=where,
            npm_config_cache=str(store.cache() / "npm-cache"),
        )
        if done.returncode:
            raise store.Unavailable(f"npm: {done.stderr[-200:]}")
        mark.touch()


def _installed_npm(
    tree: Tree,
    declared: dict[str, str],
    field: str,
    files: dict[str, str],
    lock: bool,
    scripts: dict[str, str] | None = None,
) -> None:
    _stock()
    manifest = json.loads(tree.text("package.json"))
    for old in ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies"):
        manifest.pop(old, None)
    manifest[field] = declared
    manifest["scripts"] = {**manifest.get("scripts", {}), **(scripts or {})}
    tree.put("package.json", json.dumps(manifest, indent=2) + "\n")
    for name, text in files.items():
        tree.put(name, text)
    shutil.rmtree(tree.path("node_modules"), ignore_errors=True)
    tree.run(["npm", "install", "--no-audit", "--no-fund", *([] if lock else ["--package-lock=false"])])


def _npm_has(name: str) -> Check:
    return lambda tree: (
        "" if (tree.root / "node_modules" / name / "package.json").is_file() else f"{name} is not installed"
    )


def _gone(name: str):  # type: ignore[no-untyped-def]
    def inject(tree: Tree) -> None:
        if name:
            shutil.rmtree(tree.root / "node_modules" / name)
            for link in (tree.root / "node_modules" / ".bin").glob("*"):
                if not link.exists():
                    link.unlink()
            hidden = tree.root / "node_modules" / ".package-lock.json"
            hidden.unlink(missing_ok=True)
        else:
            shutil.rmtree(tree.root / "node_modules")

    return inject


def _npm(
    name: str, version: str, field: str, rng: random.Random, whole: bool = False, command: list[str] | None = None
) -> Fault:
    lock = rng.random() < 0.5
    program = f"import '{name}';\n\nconsole.log('ready');\n" if command is None else "console.log('ready');\n"
    files = {"use.mjs": program}
    declared = {name: version}

    def prepare(tree: Tree) -> None:
        _installed_npm(tree, declared, field, files, lock)

    return Fault(f"{name} in {field}{', lock' if lock else ''}{', all gone' if whole else ''}", command or ["node", "use.mjs"], {}, _npm_has(name),
                 ("package-lock.json",), prepare, _gone("" if whole else name), installs=("*",))  # fmt: skip


@operator(NAME, "auto", "npm")
def npm_dependency(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A package that package.json declares is not in node_modules."""
    for name, version in SMALL_NPM[:5]:
        yield _npm(name, version, "dependencies", rng)


@operator(NAME, "auto", "npm")
def npm_dev_dependency(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A package among devDependencies is not in node_modules."""
    for name, version in SMALL_NPM[:5]:
        yield _npm(name, version, "devDependencies", rng)


@operator(NAME, "auto", "npm")
def npm_scoped(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A scoped package is not in node_modules."""
    yield _npm(*SMALL_NPM[5], rng.choice(("dependencies", "devDependencies")), rng)


@operator(NAME, "auto", "npm")
def npm_nothing_installed(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A fresh clone: there is no node_modules at all."""
    for name, version in SMALL_NPM[:4]:
        yield _npm(name, version, "dependencies", rng, whole=True)


@operator(NAME, "auto", "npm")
def npm_tool_of_a_script(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`sh: 1: semver: not found`: the tool of a script is declared and not installed."""
    for name, version, line in (
        ("semver", "^7.7.0", "semver 1.2.3"),
        ("json5", "^2.2.3", "json5 --version"),
        ("mkdirp", "^3.0.1", "mkdirp --version"),
    ):
        fault = _npm(name, version, "devDependencies", rng, command=["npm", "run", "tool"])

        def prepare(tree: Tree, name: str = name, version: str = version, line: str = line) -> None:
            _installed_npm(tree, {name: version}, "devDependencies", {}, True, {"tool": line})

        fault.prepare = prepare
        yield fault


# ---------------------------------------------------------------- what is not declared


def _command_for(name: str) -> tuple[str, ...]:
    return (rf"(?:pip3? install|uv add|uv pip install|poetry add)\b[^\n]*{re.escape(name)}",)


@operator(NAME, "suggest", "plain")
def undeclared(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A well-known package is imported and nowhere declared: the command is shown, nothing is installed."""
    for module, name in (
        ("requests", "requests"),
        ("bs4", "beautifulsoup4"),
        ("dateutil", "python-dateutil"),
        ("numpy", "numpy"),
        ("flask", "flask"),
    ):
        fault = _used(package, "pytest", module, "requirements.txt", rng, ())
        fault.where, fault.check, fault.suggests = f"{module}, undeclared", None, _command_for(name)
        yield fault


@operator(NAME, "suggest", "npm")
def undeclared_npm(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A well-known npm package is imported and not declared: the command is shown, nothing is installed."""
    for name in ("express", "lodash", "react", "axios"):
        yield Fault(f"{name}, undeclared", ["node", "use.mjs"], {"use.mjs": f"import '{name}';\n"}, None, (), lambda tree: tree.put("use.mjs", "console.log(1);\n"),
                    suggests=(rf"(?:npm|pnpm|yarn) (?:install|i|add) [^\n]*\b{name}\b",), own_edit=False)  # fmt: skip


@operator(NAME, "must_not", "plain")
def lookalike(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`import reqeusts`, not declared: a name like a famous one is never installed."""
    for module in ("reqeusts", "urllib4", "beautifulsoup", "djanga", "panads", "python_dateutils", "crypt0graphy"):
        fault = _used(package, "pytest", module, "requirements.txt", rng, ())
        fault.where, fault.check = f"{module}, undeclared", None
        yield fault


@operator(NAME, "must_not", "plain")
def declared_lookalike(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`reqeusts`, even declared: a name like a famous one is never installed."""
    for module in ("reqeusts", "panads", "djanga", "numpyy"):
        fault = _used(package, module, module, rng.choice(("requirements.txt", "project")), rng, ())
        fault.where, fault.check = f"{module}, declared", None
        yield fault


@operator(NAME, "must_not", "npm")
def lookalike_npm(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`import 'expresss'`: a name like a famous one is never installed, declared or not."""
    for name in ("expresss", "lodahs", "reacct", "cross-env.js", "axois"):
        declared = rng.random() < 0.5

        def prepare(tree: Tree, name: str = name, declared: bool = declared) -> None:
            tree.put("use.mjs", "console.log(1);\n")
            if declared:
                manifest = json.loads(tree.text("package.json"))
                manifest["dependencies"] = {**manifest.get("dependencies", {}), name: "^1.0.0"}
                tree.put("package.json", json.dumps(manifest, indent=2) + "\n")

        yield Fault(
            f"{name}, {'declared' if declared else 'undeclared'}",
            ["node", "use.mjs"],
            {"use.mjs": f"import '{name}';\n"},
            None,
            (),
            prepare,
            own_edit=False,
        )


@operator(NAME, "must_not", "plain")
def hostile_name(package: Package, rng: random.Random) -> Iterator[Fault]:
    """The program says that a module with shell text, options or a URL for a name is missing."""
    for name in (
        "x; touch pwned",
        "$(touch pwned)",
        "--index-url=http://localhost:1/ evil",
        "evil @ http://localhost:1/evil.tar.gz",
        "../../evil",
    ):
        text = f"raise ModuleNotFoundError({f'No module named {name!r}'!r}, name={name!r})\n"

        def prepare(tree: Tree, name: str = name) -> None:
            tree.put("report.py", "print('nothing yet')\n")
            tree.put("requirements.txt", f"{name.split('=')[0]}\npytest\n")

        yield Fault(
            f"No module named {name!r}", ["python", "report.py"], {"report.py": text}, None, (), prepare, own_edit=False
        )
