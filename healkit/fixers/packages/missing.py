"""What a failure says is missing: a Python module, a distribution, a program, a pytest plugin; a Node package, a crate.

Names come from output: each must look like a name of its kind, everything else is dropped here.
"""

from __future__ import annotations

import re
import sys

from ...records import Record
from ...tables import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..case import Case

PYTHON_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?", re.ASCII)
MODULE = re.compile(r"[A-Za-z_]\w{0,80}(?:\.[A-Za-z_]\w{0,80}){0,8}", re.ASCII)
NODE_NAME = re.compile(r"(?:@[a-z0-9~-][a-z0-9._~-]{0,99}/)?[a-z0-9~][a-z0-9._~-]{0,99}", re.ASCII | re.IGNORECASE)
PROGRAM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}", re.ASCII)
_TAIL = 20_000


class Missing(Record):
    """One missing thing. `kind`: `module distribution program` (Python or Node), `package types` (Node).

    `spec` is a range that the output demands, `certain` False where the name is only a guess from its mention.
    """

    ecosystem: str
    kind: str
    name: str
    spec: str = ""


_MODULE = re.compile(r"No module named ['\"]?(?P<name>[A-Za-z_][\w.]*\w|[A-Za-z_])['\"]?(?!['\"]?; )")
_HUSK = re.compile(r"cannot import name '\w+' from '(?P<name>\w+)' \(unknown location\)")
"""A folder without an `__init__`, as an uninstalled package leaves one behind: Python takes it for a namespace."""
_STUBS = re.compile(r"Cannot find implementation or library stub for module named ['\"](?P<name>[\w.]+)['\"]")
_DISTRIBUTION = (
    re.compile(r"No package metadata was found for ['\"]?(?P<name>[\w.-]+\w)"),
    re.compile(r"PackageNotFoundError: (?P<name>[\w.-]+\w)\s*$", re.M),
    re.compile(r"The ['\"](?P<name>[A-Za-z0-9][\w.-]*)(?P<spec>[^'\"]*)['\"] distribution was not found"),
    re.compile(
        r"Library stubs not installed for .*?(?:pip install|note: Hint: .*install) (?P<name>types-[\w-]+)", re.S
    ),
    re.compile(r"[Hh]int: [\"'`]?(?:python3? -m )?pip install (?P<name>types-[\w-]+)"),
    re.compile(r"Missing optional dependency ['\"](?P<name>[\w.-]+)['\"]"),
    re.compile(
        r"['\"`](?P<name>[\w.-]+)['\"`] (?:package |library |module )?(?:is|was) not (?:installed|available|found)"
    ),
    re.compile(r"requires (?:the )?['\"`](?P<name>[\w.-]+)['\"`](?: package| library| module)? to be installed"),
    re.compile(r"(?:You need to|Please|[Mm]ust) (?:pip )?install (?:the )?['\"`]?(?P<name>[\w.-]+\w)['\"`]?"),
    re.compile(r"pip3? install ['\"`]?(?P<name>[A-Za-z][\w.-]*\w)"),
    re.compile(r"requires (?P<name>[A-Za-z][\w.-]*\w), which is not installed"),
    re.compile(r"Missing required plugins?: (?P<name>[\w.-]+\w)(?P<spec>[<>=!~][^,\s]*)?"),
)
_RANGE = (
    re.compile(
        r"Requirement\.parse\(['\"](?P<name>[A-Za-z0-9][\w.-]*?)(?:\[[^]]*\])?(?P<spec>[<>=!~][^'\";]*)?['\"]\)"
    ),
    re.compile(r"requires? (?P<name>[A-Za-z0-9][\w.-]*)(?P<spec>[<>=!~][^\s;]*?),? (?:but|which)"),
    re.compile(r"has requirement (?P<name>[A-Za-z0-9][\w.-]*)(?P<spec>[<>=!~][^\s;]*?),? but"),
    re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)(?P<spec>[<>=!~]=?[^\s;'\"]*?) is required for"),
)
_ATTRIBUTE = (
    re.compile(
        r"ImportError: cannot import name ['\"]\w+['\"] from (?:partially initialized module )?['\"](?P<name>[A-Za-z_][\w.]*)['\"]"
    ),
    re.compile(
        r"AttributeError: (?:partially initialized )?module ['\"](?P<name>[A-Za-z_][\w.]*)['\"] has no attribute"
    ),
)
_PROGRAM = (
    re.compile(r"(?:^|[:\s])(?P<name>[\w.-]+): (?:command )?not found\b", re.M),
    re.compile(r"[Cc]ommand not found: (?P<name>[\w.-]+)"),
    re.compile(r"[Nn]o such file or directory:? ['\"`](?P<name>[\w./-]+)['\"`]?"),
    re.compile(r"(?:^|[:\s])(?P<name>[\w./-]+): [Nn]o such file or directory", re.M),
    re.compile(r"Failed to spawn: [`'\"](?P<name>[\w.-]+)"),
    re.compile(r"spawn (?P<name>[\w.-]+) ENOENT"),
    re.compile(r"[Cc]ommand (?:not found: )?['\"`](?P<name>[\w.-]+)['\"`] (?:is )?(?:not found|could not be found)"),
    re.compile(r"^healkit: (?P<name>[\w./-]+): ", re.M),
)
_PYTEST = (
    (re.compile(r"unrecognized arguments: (?P<name>.+)"), "options"),
    (re.compile(r"fixture '(?P<name>\w+)' not found"), "fixtures"),
    (re.compile(r"(?:Unknown config option|PytestConfigWarning: Unknown config option): (?P<name>[\w-]+)"), "settings"),
    (re.compile(r"'(?P<name>\w+)' not found in `markers`|Unknown pytest\.mark\.(?P<other>\w+)"), "marks"),
)
_ASYNC = re.compile(r"async def functions are not natively supported")
_ASYNC_PLUGINS = ("pytest-asyncio", "anyio", "pytest-trio", "pytest-aiohttp", "pytest-tornasync", "pytest-twisted")


def python(case: Case) -> Iterator[Missing]:
    """Yield what a Python failure says is missing, the surest first."""
    for text in _texts(case):
        found = list(dict.fromkeys(_python(text, case)))
        if found:
            yield from found
            return


def _texts(case: Case) -> Iterator[str]:
    """Yield where to look: the decisive lines, then the end of the output."""
    yield f"{case.diagnosis.excerpt}\n{case.diagnosis.message}"
    yield case.output[-_TAIL:]


def _python(text: str, case: Case) -> Iterator[Missing]:
    for match in (found for one in (_MODULE, _STUBS, _HUSK) for found in one.finditer(text)):
        if MODULE.fullmatch(match["name"]) and match["name"].split(".")[0] not in sys.stdlib_module_names:
            yield Missing(ecosystem="python", kind="module", name=match["name"].removesuffix(".__main__"))
    yield from _pytest(text)
    for kind, expressions in (("distribution", _DISTRIBUTION), ("range", _RANGE), ("attribute", _ATTRIBUTE)):
        for match in (found for one in expressions for found in one.finditer(text)):
            spec = re.sub(r"[^\w.,<>=!~*+]", "", (match.groupdict().get("spec") or ""))
            if PYTHON_NAME.fullmatch(match["name"]):
                yield Missing(ecosystem="python", kind=kind, name=match["name"], spec=spec)
    for name in programs(text, case):
        yield Missing(ecosystem="python", kind="program", name=name)


def _pytest(text: str) -> Iterator[Missing]:
    """Yield the plugins whose option, fixture, setting or mark pytest does not know."""
    plugins = table("packages").get("pytest", {})
    for expression, kind in _PYTEST:
        for match in expression.finditer(text):
            given = match["name"] or match.groupdict().get("other") or ""
            for word in given.split() if kind == "options" else [given]:
                option = re.match(r"-n(?=\d|auto|$)|--[a-z-]+", word) if kind == "options" else None
                name = plugins.get(kind, {}).get(option[0] if option else word)
                if name:
                    yield Missing(ecosystem="python", kind="distribution", name=name)
    if _ASYNC.search(text):
        for name in _ASYNC_PLUGINS:
            yield Missing(ecosystem="python", kind="distribution", name=name)


def programs(text: str, case: Case) -> Iterator[str]:
    """Yield the programs that were not found; one with a folder in front only where the command itself names it."""
    for match in (found for one in _PROGRAM for found in one.finditer(text)):
        name = match["name"]
        if "/" in name:
            given = case.argv[0] if case.argv else ""
            name = name.rpartition("/")[2] if name == given or f"/{name}" in f"/{given}" else ""
        if PROGRAM.fullmatch(name):
            yield name
    if case.result.exit_code == 127 and case.argv and PROGRAM.fullmatch(case.argv[0].rpartition("/")[2]):
        yield case.argv[0].rpartition("/")[2]
