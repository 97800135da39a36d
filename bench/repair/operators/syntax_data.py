"""Slips of the hand in JSON, TOML and YAML."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator

from .. import checks
from ..fault import Fault, operator
from ..package import Package
from ..places import line_of, replaced

NAME = "syntax_data"
READ_TOML = "import tomllib; tomllib.load(open({!r}, 'rb'))"
READ_YAML = "import yaml; yaml.safe_load(open({!r}))"
WORKFLOW = """name: checks of {name}
on:
  push:
    branches: [main]
  pull_request:
env:
  FORCE_COLOR: "1"
  LEVEL: high
jobs:
  test:
    name: Tests
    runs-on: ubuntu-latest
    strategy:
      fail-fast: false
      matrix:
        python: ["3.11", "3.12"]
    steps:
      - uses: actions/checkout@v4
      - name: Set up Python
        uses: actions/setup-python@v5
        with:
          python-version: "3.12"
          cache: pip
      - name: Install
        run: |
          python -m pip install --upgrade pip
          pip install {name}
      - name: Test
        run: pytest -q
"""


def _refused(path: str, text: str) -> bool:
    try:
        checks.parse(path, text)
    except ValueError:
        return True
    return False


def _fault(
    package: Package, path: str, good: str, bad: str, start: int, command: list[str], says: str, prepare: bool
) -> Iterator[Fault]:
    if bad != good and _refused(path, bad):
        line = line_of(good, start)
        fault = Fault(
            f"{path}:{line} {says or good.split(chr(10))[line - 1].strip()[:50]}",
            command,
            {path: bad},
            checks.data(path, good),
        )
        if prepare:
            fault.prepare = lambda tree: tree.put(path, good)
        yield fault


def _json(package: Package) -> tuple[str, str, list[list[str]]]:
    """Return the JSON file of a package, its text, and commands that read it."""
    text = package.text("package.json")
    return (
        "package.json",
        text,
        [[*package.command], ["node", "-p", "require('./package.json').name"], ["npm", "pkg", "get", "name"]],
    )


def _json_slips(
    package: Package, rng: random.Random, pattern: str, new: str | Callable[[re.Match[str]], str], group: int = 0
) -> Iterator[Fault]:
    path, text, commands = _json(package)
    found = list(re.finditer(pattern, text, re.MULTILINE))
    for match in rng.sample(found, min(6, len(found))):
        bad = replaced(text, match.start(group), match.end(group), new if isinstance(new, str) else new(match))
        yield from _fault(package, path, text, bad, match.start(group), rng.choice(commands), "", prepare=False)


@operator(NAME, "auto", "npm")
def json_comma_too_many(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A comma after the last entry of an object or list."""
    yield from _json_slips(package, rng, r"[\w\"\]}](?=\n\s*[\]}])", lambda found: f"{found[0]},")


@operator(NAME, "auto", "npm")
def json_comma_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Two entries without the comma between them."""
    yield from _json_slips(package, rng, r",(?=\n)", "")


@operator(NAME, "auto", "npm")
def json_single_quotes(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A value between single quotes."""
    yield from _json_slips(package, rng, r": \"([\w .]+)\"", lambda found: f": '{found[1]}'")


@operator(NAME, "auto", "npm")
def json_quote_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A value whose closing quote is missing."""
    yield from _json_slips(package, rng, r": \"[\w .]+(\"),?$", "", 1)


@operator(NAME, "auto", "npm")
def json_key_without_quotes(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`name: "x"`, as JavaScript has it."""
    yield from _json_slips(package, rng, r"^ +\"(\w+)\": ", lambda found: found[0].replace('"', ""))


@operator(NAME, "auto", "npm")
def json_comment(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A comment in plain JSON: `// why` at the end of a line."""
    yield from _json_slips(package, rng, r",$", ", // see the notes")


@operator(NAME, "auto", "npm")
def json_colon_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`"name" "x"`."""
    yield from _json_slips(package, rng, r"^ +\"\w+\"(:) \"", "", 1)


@operator(NAME, "auto", "npm")
def json_brace_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """The last brace is missing."""
    yield from _json_slips(package, rng, r"\n\}\s*\Z", "\n")


@operator(NAME, "must_not", "npm")
def json_conflict_markers(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A merge left its markers in package.json: which version it was to be, nobody knows."""
    path, text, commands = _json(package)
    found = re.search(r'(?m)^ +"version": "[^"]+",\n', text)
    if found:
        block = f'<<<<<<< HEAD\n{found[0]}=======\n  "version": "9.9.9",\n>>>>>>> release\n'
        yield Fault(f"{path}: version", rng.choice(commands), {path: replaced(text, found.start(), found.end(), block)})


def _toml_slips(
    package: Package, rng: random.Random, pattern: str, new: str | Callable[[re.Match[str]], str], group: int = 0
) -> Iterator[Fault]:
    path = "pyproject.toml"
    if not package.has(path):
        return
    text = package.text(path)
    lint = ["python", "-m", "ruff", "check", "--no-cache", "--select", "E9", package.modules()[0]]
    commands = [["python", "-c", READ_TOML.format(path)], lint]
    found = list(re.finditer(pattern, text, re.MULTILINE))
    for match in rng.sample(found, min(6, len(found))):
        bad = replaced(text, match.start(group), match.end(group), new if isinstance(new, str) else new(match))
        yield from _fault(package, path, text, bad, match.start(group), rng.choice(commands), "", prepare=False)


@operator(NAME, "auto", "python")
def toml_value_without_quotes(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`name = toolz`."""
    yield from _toml_slips(package, rng, r"^(?:name|version|description|readme|license|build-backend|requires-python) = \"([^\"\n]+)\"$",
                           lambda found: found[0].replace('"', ""))  # fmt: skip


@operator(NAME, "auto", "python")
def toml_quote_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`name = "toolz`."""
    yield from _toml_slips(package, rng, r"^[\w-]+ = \"[^\"\n]+(\")$", "", 1)


@operator(NAME, "auto", "python")
def toml_bracket_of_a_table_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`[project` without its closing bracket."""
    yield from _toml_slips(package, rng, r"^\[[\w.-]+(\])$", "", 1)


@operator(NAME, "auto", "python")
def toml_comma_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Two elements of a list, each on its line, without the comma."""
    yield from _toml_slips(package, rng, r"^\s+\"[^\"\n]*\"(,)\n\s+\"", "", 1)


@operator(NAME, "auto", "python")
def toml_colon_for_equals(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`name: "toolz"`, as YAML has it."""
    yield from _toml_slips(package, rng, r"^([\w-]+) = (?=\")", lambda found: f"{found[1]}: ")


@operator(NAME, "auto", "python")
def toml_bracket_of_a_list_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A list on one line is not closed."""
    yield from _toml_slips(package, rng, r"^[\w-]+ = \[[^\[\]\n]+(\])$", "", 1)


@operator(NAME, "must_not", "python")
def toml_key_twice(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A key stands twice with different values: which one was meant?"""
    yield from _without_check(
        _toml_slips(
            package,
            rng,
            r"^(?:name|version|requires-python) = \"([^\"\n]+)\"\n",
            lambda f: f[0] + f[0].replace(f[1], "0.0.1"),
        )
    )


def _without_check(faults: Iterator[Fault]) -> Iterator[Fault]:
    for fault in faults:
        fault.check = None
        yield fault


def _yaml_slips(
    package: Package, rng: random.Random, pattern: str, new: str | Callable[[re.Match[str]], str], group: int = 0
) -> Iterator[Fault]:
    path, text = ".github/workflows/checks.yml", WORKFLOW.format(name=package.name)
    found = list(re.finditer(pattern, text, re.MULTILINE))
    for match in rng.sample(found, min(4, len(found))):
        bad = replaced(text, match.start(group), match.end(group), new if isinstance(new, str) else new(match))
        yield from _fault(
            package, path, text, bad, match.start(group), ["python", "-c", READ_YAML.format(path)], "", prepare=True
        )


@operator(NAME, "auto", "python")
def yaml_tab(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A line is indented with a tab."""
    yield from _yaml_slips(
        package, rng, r"^( {4,})(?:name|runs-on|uses|with|run|strategy)", lambda found: "\t" * (len(found[1]) // 2), 1
    )


@operator(NAME, "auto", "python")
def yaml_indentation(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A key stands one blank to the right or left of its neighbours."""
    yield from _yaml_slips(
        package, rng, r"^( {4,8})(?=(?:runs-on|fail-fast|cache|uses): )", lambda found: found[1] + " ", 1
    )


@operator(NAME, "auto", "python")
def yaml_quote_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`python-version: "3.12`."""
    yield from _yaml_slips(package, rng, r": \"[\d.]+(\")$", "", 1)


@operator(NAME, "auto", "python")
def yaml_bracket_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`branches: [main`."""
    yield from _yaml_slips(package, rng, r": \[[^\]\n]+(\])$", "", 1)


@operator(NAME, "auto", "python")
def yaml_blank_after_a_colon_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`runs-on:ubuntu-latest` between other keys."""
    yield from _yaml_slips(package, rng, r"^ +[\w-]+:( )(?=[a-z])", "", 1)


@operator(NAME, "auto", "python")
def yaml_colon_in_a_value(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`name: Install: all of it`, which wants quotes."""
    path, bad = (
        ".github/workflows/checks.yml",
        WORKFLOW.format(name=package.name).replace("name: Install\n", "name: Install: all of it\n"),
    )
    good = bad.replace("Install: all of it", '"Install: all of it"')
    yield from _fault(
        package, path, good, bad, good.index("Install: all"), ["python", "-c", READ_YAML.format(path)], "", prepare=True
    )


@operator(NAME, "suggest", "npm")
def json_second_value(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A data file holds two documents: one of them must go, or it is to be a list; a person decides."""
    text = json.dumps({"name": package.name, "kind": "a"}) + "\n"
    both = text + json.dumps({"name": package.name, "kind": "b"}) + "\n"
    command = ["node", "-e", "JSON.parse(require('fs').readFileSync('data/entry.json', 'utf8'))"]
    yield Fault("data/entry.json", command, {"data/entry.json": both}, prepare=lambda tree: tree.put("data/entry.json", text),
                suggests=("entry\\.json|JSON",), own_edit=False)  # fmt: skip
