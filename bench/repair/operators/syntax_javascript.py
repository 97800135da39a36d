"""Slips of the hand in JavaScript and TypeScript that no parser accepts."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from .. import checks
from ..fault import Fault, operator
from ..package import Package
from ..places import line_of, replaced
from .import_javascript import _sources

NAME = "syntax_javascript"
BLOCK = re.compile(r"(?m)^[ \t]*(?:export )?(?:async )?(?:if|for|while|function|switch|else if)\b[^\n]*\{[ \t]*$")


def _code(text: str) -> str:
    """Return the text with comments blanked out, so that nothing is broken inside of one."""
    return re.sub(
        r"/\*.*?\*/|(?m:^[ \t]*//[^\n]*)", lambda found: re.sub(r"[^\n]", " ", found[0]), text, flags=re.DOTALL
    )


def _each(package: Package, rng: random.Random, pattern: str, group: str | int = 0) -> Iterator[tuple[str, int, int]]:
    """Yield file, start and end of some matches of an expression."""
    sources = [path for path in _sources(package) if 10 < package.text(path).count("\n") < 3000]
    for path in rng.sample(sources, min(4, len(sources))):
        found = list(re.finditer(pattern, _code(package.text(path)), re.MULTILINE))
        for match in rng.sample(found, min(5, len(found))):
            yield path, match.start(group), match.end(group)


def _fault(package: Package, rng: random.Random, path: str, start: int, end: int, new: str) -> Fault:
    text = package.text(path)
    line = line_of(text, start)
    shown = text.split("\n")[line - 1].strip()[:60]
    check = ["node", "--check", path]
    command = package.command if path.endswith(".ts") else rng.choice((package.command, package.command, check))
    return Fault(
        f"{path}:{line} {shown}", command, {path: replaced(text, start, end, new)}, checks.javascript(package, [path])
    )


def _slip(package: Package, rng: random.Random, pattern: str, new: str = "", group: str | int = 0) -> Iterator[Fault]:
    for path, start, end in _each(package, rng, pattern, group):
        yield _fault(package, rng, path, start, end, new)


@operator(NAME, "auto", "npm", "typescript")
def closing_parenthesis_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`foo(a, b;`."""
    yield from _slip(package, rng, r"(\));[ \t]*$", "", 1)


@operator(NAME, "auto", "npm", "typescript")
def parenthesis_of_a_condition_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`if (a && b {`."""
    yield from _slip(package, rng, r"^[ \t]*(?:\} else )?(?:if|while|for) \([^\n]*(\)) \{[ \t]*$", "", 1)


@operator(NAME, "auto", "npm", "typescript")
def closing_brace_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """The brace that ends a function at the left margin is missing."""
    yield from _slip(package, rng, r"^\}\n", "")


@operator(NAME, "auto", "npm", "typescript")
def brace_too_many(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A function is closed twice."""
    yield from _slip(package, rng, r"^\}\n", "}\n}\n")


@operator(NAME, "auto", "npm", "typescript")
def opening_brace_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`if (x)` and its block follows without the brace that opens it."""
    yield from _slip(package, rng, r"^function [\w$]+ ?\([^)\n]*\)( \{)[ \t]*$", "", 1)


@operator(NAME, "auto", "npm", "typescript")
def comma_between_properties_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Two properties of an object on lines of their own, without the comma."""
    yield from _slip(package, rng, r"^[ \t]+[\w$]+: [\w$'\".]+(,)\n[ \t]+[\w$]+:", "", 1)


@operator(NAME, "auto", "npm", "typescript")
def comma_between_arguments_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`f(a b)`."""
    yield from _slip(package, rng, r"\w\([\w$]+(,) [\w$]+\)", "", 1)


@operator(NAME, "auto", "npm", "typescript")
def quote_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A string that does not end."""
    yield from _slip(package, rng, r"['\"][\w ./:-]{2,}(['\"])(?=[);,]*[ \t]*$)", "", 1)


@operator(NAME, "auto", "npm", "typescript")
def other_quote_at_the_end(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`'text"`: opened with one quote, closed with the other."""
    for path, start, end in _each(package, rng, r"(['\"])[\w ./:-]{2,}(\1)(?=[);,]*[ \t]*$)", 2):
        yield _fault(package, rng, path, start, end, '"' if package.text(path)[start] == "'" else "'")


@operator(NAME, "auto", "npm", "typescript")
def backtick_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A template that does not end."""
    yield from _slip(package, rng, r"`[^`\n]{2,}(`)(?=\)?;?[ \t]*$)", "", 1)


@operator(NAME, "auto", "npm", "typescript")
def misspelt_keyword(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`cosnt x = 1`, `fucntion f()`, `retrun x`."""
    for word, wrong in (("const", "cosnt"), ("function", "fucntion"), ("export", "exprot"), ("import", "improt")):
        yield from _slip(package, rng, rf"^(?:[ \t]*|export )({word}) [\w${{*]", wrong, 1)


@operator(NAME, "auto", "npm", "typescript")
def arrow_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`(a, b) {` for `(a, b) => {`."""
    yield from _slip(package, rng, r"= (?:async )?\([\w$, ]*\)( =>) \{[ \t]*$", "", 1)


@operator(NAME, "auto", "npm", "typescript")
def bracket_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`list[0;`."""
    yield from _slip(package, rng, r"[\w$)]\[[\w$.]+(\])(?=;?[ \t]*$)", "", 1)


@operator(NAME, "auto", "npm", "typescript")
def parenthesis_too_many(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`f(a));`."""
    yield from _slip(package, rng, r"\w\([\w$, ]*\)(;)[ \t]*$", ");", 1)


@operator(NAME, "auto", "npm", "typescript")
def colon_of_a_case_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`case 'x'` without its colon."""
    yield from _slip(package, rng, r"^[ \t]*(?:case [\w$'\".]+|default)(:)[ \t]*$", "", 1)


@operator(NAME, "auto", "npm", "typescript")
def colon_of_a_property_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`{ name 'x' }`."""
    yield from _slip(package, rng, r"^[ \t]+[\w$]+(:) ['\"\d]", "", 1)


@operator(NAME, "auto", "npm", "typescript")
def elif_for_else_if(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`elif (x) {`, as in another language."""
    yield from _slip(package, rng, r"\} (else if) \(", "elif", 1)


@operator(NAME, "must_not", "npm")
def conflict_markers(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A merge left its markers."""
    for path, start, end in _each(package, rng, r"^[ \t]*(?:const|return|let) [^\n]*;\n"):
        own = package.text(path)[start:end]
        block = f"<<<<<<< HEAD\n{own}=======\n{own.rstrip()} // as it was\n>>>>>>> other\n"
        fault = _fault(package, rng, path, start, end, block)
        fault.check = None
        yield fault


@operator(NAME, "must_not", "npm")
def half_a_file(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A file ends in the middle of a statement; git's version is older than the work."""
    for path, start, _ in _each(package, rng, r"\([\w$]+, "):
        text = package.text(path)
        if len(text) // 3 < start < len(text) * 2 // 3:
            fault = _fault(package, rng, path, start + 1, len(text), "")
            fault.check = None
            yield fault
