"""Mistakes in Rust that rustc finds."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

from .. import checks
from ..fault import Fault, operator
from ..package import Package
from ..places import line_of, misspelt, replaced

NAME = "rust"


def _code(text: str) -> str:
    """Return the text with comments, strings and test modules blanked out, offsets kept."""
    tests = text.find("#[cfg(test)]")
    body = text if tests < 0 else text[:tests] + re.sub(r"[^\n]", " ", text[tests:])
    pattern = r'//[^\n]*|/\*.*?\*/|b?"(?:\\.|[^"\\])*"|macro_rules!.*?\n\}'
    return re.sub(pattern, lambda found: re.sub(r"[^\n]", " ", found[0]), body, flags=re.DOTALL)


def _each(
    package: Package, rng: random.Random, pattern: str, most: int = 8
) -> Iterator[tuple[str, str, re.Match[str]]]:
    """Yield file, its code and some matches of an expression in it."""
    sources = [
        path
        for path in package.files(".rs", under="src")
        if package.text(path).isascii()
        and package.text(path).count("\n") < 4000
        and not re.search(r"\btests?(?:\.rs|/)", path)
    ]
    for path in rng.sample(sources, min(4, len(sources))):
        code = _code(package.text(path))
        found = list(re.finditer(pattern, code, re.MULTILINE))
        for match in rng.sample(found, min(most, len(found))):
            yield path, code, match


def _fault(package: Package, rng: random.Random, path: str, start: int, end: int, new: str, says: str = "") -> Fault:
    text = package.text(path)
    line = line_of(text, start)
    command = rng.choice((["cargo", "check"], ["cargo", "build"], ["cargo", "check"], ["cargo", "test", "-q", "--lib"]))
    shown = text.split("\n")[line - 1].strip()[:60]
    return Fault(
        f"{path}:{line} {says or shown}",
        command,
        {path: replaced(text, start, end, new)},
        checks.text(package, [path], checks.tests(package)),
    )


def _slip(
    package: Package, rng: random.Random, pattern: str, new: str | Callable[[re.Match[str]], str] = "", group: int = 1
) -> Iterator[Fault]:
    if not package.test_command:
        return
    for path, _, found in _each(package, rng, pattern):
        yield _fault(
            package, rng, path, found.start(group), found.end(group), new if isinstance(new, str) else new(found)
        )


def _typo(package: Package, rng: random.Random, pattern: str) -> Iterator[Fault]:
    if not package.test_command:
        return
    for path, code, found in _each(package, rng, pattern, 12):
        wrong = misspelt(rng, found[1], set(re.findall(r"\w+", code)))
        if wrong:
            yield _fault(package, rng, path, found.start(1), found.end(1), wrong, f"{found[1]} -> {wrong}")


@operator(NAME, "auto", "rust")
def semicolon_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`let x = f()` without its semicolon."""
    yield from _slip(package, rng, r"^ +let [^;\n{}]+[\w)](;)\n")


@operator(NAME, "auto", "rust")
def misspelt_variable(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0425: a letter of a local variable is wrong where it is used."""
    yield from _typo(package, rng, r"(?:[(=+&] |[(&])([a-z_]{5,})(?=[,);.])")


@operator(NAME, "auto", "rust")
def misspelt_function(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0425: a letter of a function of the crate is wrong where it is called."""
    names = {
        name
        for path in package.files(".rs", under="src")
        for name in re.findall(r"(?m)^(?:pub(?:\(\w+\))? )?(?:const )?fn (\w{5,})", _code(package.text(path)))
    }
    if names:
        yield from _typo(package, rng, rf"(?<![.\w:])(?<!fn )({'|'.join(sorted(names))})(?=\()")


@operator(NAME, "auto", "rust")
def misspelt_method(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0599: a letter of a method is wrong where it is called."""
    yield from _typo(package, rng, r"\.([a-z_]{5,})\(")


@operator(NAME, "auto", "rust")
def misspelt_type(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0425 (E0412): a letter of a type is wrong in a signature."""
    yield from _typo(package, rng, r"(?:: &?|-> |<)([A-Z]\w{4,})(?=[<,>)\s])")


@operator(NAME, "auto", "rust")
def misspelt_field(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0609: a letter of a field is wrong where it is read."""
    yield from _typo(package, rng, r"self\.([a-z_]{5,})(?=[.;,)\s\[])")


@operator(NAME, "auto", "rust")
def misspelt_variant(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0599: a letter of a variant of one of the crate's enums is wrong."""
    enums = {
        name
        for path in package.files(".rs", under="src")
        for name in re.findall(r"\benum (\w+)", _code(package.text(path)))
    }
    if enums:
        yield from _typo(package, rng, rf"\b(?:{'|'.join(sorted(enums))})::([A-Z]\w{{4,}})")


@operator(NAME, "auto", "rust")
def misspelt_import(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0432: a letter of an imported name is wrong."""
    yield from _typo(package, rng, r"^use (?:std|core|alloc|crate|super)(?:::\w+)*::(\w{5,});")


@operator(NAME, "auto", "rust")
def import_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0433, E0425, E0599: a `use` of the standard library is missing."""
    yield from _slip(package, rng, r"^(use (?:std|core|alloc)(?:::\w+)+;\n)")


@operator(NAME, "auto", "rust")
def mut_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0596, E0384: `let x` of what is changed later."""
    yield from _slip(package, rng, r"\blet (mut )\w+")


@operator(NAME, "auto", "rust")
def mut_of_self_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0596, E0594: `&self` of a method that changes something."""
    yield from _slip(package, rng, r"\(&(mut )self\b")


@operator(NAME, "auto", "rust")
def borrow_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0308: `f(x)` where `f(&x)` is wanted."""
    yield from _slip(package, rng, r"\w\((&)(?:mut )?[a-z]\w*(?:\.\w+)*[,)]")


@operator(NAME, "auto", "rust")
def question_mark_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0308, E0599: a Result is used as if it were its value."""
    yield from _slip(package, rng, r"\)(\?)[;.]")


@operator(NAME, "auto", "rust")
def pub_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0603, E0624, E0616: what another module uses is private."""
    yield from _slip(package, rng, r"^ *(pub (?:\(crate\) )?)(?:fn|struct|enum|const|mod|\w+:)")


@operator(NAME, "auto", "rust")
def lifetime_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0106, E0726: a lifetime is missing in a signature or a field."""
    yield from _slip(package, rng, r"&('\w+ )(?!static)")


@operator(NAME, "auto", "rust")
def some_or_ok_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0308: the value itself is returned where `Some` or `Ok` of it is wanted."""
    yield from _slip(package, rng, r"^ +((?:Ok|Some)\(\w+\))\n +\}", lambda found: found[1].split("(", 1)[1][:-1])


@operator(NAME, "auto", "rust")
def clone_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0308, E0382, E0507: a value is moved that was to be cloned."""
    yield from _slip(package, rng, r"\w(\.(?:clone|to_string|to_owned)\(\))")


@operator(NAME, "auto", "rust")
def derive_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0277, E0369, E0599: one of the derived traits is missing."""
    yield from _slip(package, rng, r"#\[derive\(\w+(, (?:Debug|Clone|Copy|PartialEq|Eq|Hash|Default|PartialOrd|Ord))\b")


@operator(NAME, "auto", "rust")
def closing_brace_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A function inside of an `impl` is not closed."""
    yield from _slip(package, rng, r"^    (\})\n(?=\n? +(?:pub )?fn |\})")


@operator(NAME, "auto", "rust")
def closing_parenthesis_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`f(x;`."""
    yield from _slip(package, rng, r"\w(\));\n")


@operator(NAME, "auto", "rust")
def return_type_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0308: a function returns something, and its signature says nothing."""
    if not package.test_command:
        return
    whole = "\n".join(_code(package.text(path)) for path in package.files(".rs", under="src"))
    for path, _, found in _each(package, rng, r"fn (\w+)\([^()\n]*\)( -> ([\w:&]+)) \{\n"):
        number = re.fullmatch(r"[iuf]\d+|[iu]size", found[3])
        if not number or len(re.findall(rf"\b{found[1]}\(", whole)) > 1:  # else nobody can tell which number
            yield _fault(package, rng, path, found.start(2), found.end(2), "")


@operator(NAME, "auto", "rust")
def cast_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0308, E0277: a number of one type where another is wanted."""
    yield from _slip(package, rng, r"\w( as (?:usize|u8|u16|u32|u64|i32|i64))\b")


@operator(NAME, "auto", "own-rust")
def unused_import(package: Package, rng: random.Random) -> Iterator[Fault]:
    """With warnings denied: an import that nothing uses."""
    for path in package.files(".rs", under="src"):
        found = re.search(r"(?m)^use ", package.text(path))
        if found:
            text = replaced(package.text(path), found.start(), found.start(), "use std::collections::VecDeque;\n")
            yield Fault(
                f"{path} VecDeque",
                ["cargo", "check"],
                {path: text},
                checks.text(package, [path], checks.tests(package)),
                environ={"RUSTFLAGS": "-D warnings"},
            )


@operator(NAME, "suggest", "own-rust")
def match_arm_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0004: a variant is not handled; what to do with it is a person's to say, and `todo!()` is no answer."""
    for path, _, found in _each(package, rng, r"^ +(?:\w+::)?[A-Z]\w+(?: \{[^}\n]*\}|\([^)\n]*\))? =>[^{\n]*,\n"):
        fault = _fault(package, rng, path, found.start(), found.end(), "")
        fault.check, fault.suggests = None, ("arm|pattern|match|not covered|E0004",)
        yield fault


@operator(NAME, "must_not", "rust")
def assertion_fails(package: Package, rng: random.Random) -> Iterator[Fault]:
    """The test is right and the code wrong: neither is edited."""
    if not package.test_command:
        return
    for path, _, found in _each(package, rng, r"(?<=[\w)] )(==|<=|>=|\+|-)(?= [\w(&])"):
        other = {"==": "!=", "<=": ">", ">=": "<", "+": "-", "-": "+"}[found[1]]
        fault = _fault(package, rng, path, found.start(1), found.end(1), other)
        fault.command, fault.check = package.test_command, None
        yield fault


@operator(NAME, "must_not", "rust")
def function_that_is_gone(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A function that others call was deleted: nobody may invent it."""
    for path, code, found in _each(package, rng, r"^(?:pub(?:\(\w+\))? )?fn (\w{6,})\([^{]*\{\n(?:(?: .*)?\n)*?\}\n"):
        rest = re.sub(r"\W", " ", replaced(code, found.start(), found.end(), ""))
        near = [
            name
            for name in re.findall(r"\bfn (\w+)", code)
            if name != found[1] and (found[1] in name or name in found[1] or name[:4] == found[1][:4])
        ]
        if f" {found[1]} " in rest and not near:
            fault = _fault(package, rng, path, found.start(), found.end(), "", f"without {found[1]}")
            fault.check = None
            yield fault
