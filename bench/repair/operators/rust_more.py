"""More mistakes in Rust: definitions, traits, conversions, signs."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from ..fault import Fault, operator
from ..package import Package
from ..places import misspelt
from .rust import NAME, _each, _fault, _slip


@operator(NAME, "auto", "rust")
def misspelt_definition(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0425, E0599: a letter of a function is wrong where it is defined; several call it by its right name."""
    if not package.test_command:
        return
    code = "\n".join(package.text(path) for path in package.files(".rs"))
    for path, _, found in _each(package, rng, r"^ *(?:pub(?:\(\w+\))? )?(?:const )?fn ([a-z_]{5,})(?=[(<])", 16):
        uses = len(re.findall(rf"\b{found[1]}\b", code))
        wrong = misspelt(rng, found[1], set(re.findall(r"\w+", code)))
        if uses >= 3 and len(re.findall(rf"\bfn {found[1]}\b", code)) == 1 and wrong:
            yield _fault(package, rng, path, found.start(1), found.end(1), wrong, f"fn {found[1]} -> fn {wrong}")


@operator(NAME, "auto", "rust")
def own_import_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0433, E0425, E0599: a `use` of the crate's own is missing."""
    yield from _slip(package, rng, r"^(use (?:crate|super)(?:::\w+)+;\n)")


@operator(NAME, "auto", "rust")
def name_of_an_import_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0433, E0425: one name is missing in `use std::io::{Read, Write}`."""
    yield from _slip(package, rng, r"^use (?:\w+::)+\{[\w, ]*?(\w+, )[\w, ]*\};")


@operator(NAME, "auto", "rust")
def module_not_declared(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0432, E0433: the `mod x;` of a file is missing."""
    yield from _slip(package, rng, r"^((?:pub )?mod \w+;\n)")


@operator(NAME, "auto", "rust")
def star_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0308, E0277, E0614: a reference is used as if it were its value."""
    yield from _slip(package, rng, r"(?:[=(,+<>-] |\()(\*)[a-z]\w*\b")


@operator(NAME, "auto", "rust")
def conversion_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0308, E0277: `.into()`, `.as_bytes()` and their like are missing."""
    yield from _slip(package, rng, r"\w(\.(?:into|as_str|as_bytes|as_ref|as_mut|iter|to_vec|into_iter)\(\))")


@operator(NAME, "auto", "rust")
def semicolon_too_many(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0308: a semicolon behind the value that a function returns."""
    yield from _slip(package, rng, r"-> [\w<>&: ]+ \{\n +[\w.:]+\([^;{}\n]*\)()\n +\}", ";")


@operator(NAME, "auto", "rust")
def comma_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A comma is missing between two arms, fields or arguments."""
    yield from _slip(package, rng, r"^ +[\w.:]+(?:: [^\n,;{}]+| => [^\n,;{}]+)(,)\n")


@operator(NAME, "auto", "rust")
def mutable_borrow_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0308, E0596: `&x` where `&mut x` is wanted."""
    yield from _slip(package, rng, r"[(= ]&(mut )(?!self\b)[a-z]\w*[,;).]")


@operator(NAME, "auto", "rust")
def bound_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0277, E0599, E0369: a type parameter has lost the trait that its use needs."""
    yield from _slip(package, rng, r"(?:fn \w+|impl)<[A-Z](: \w+(?:<\w+>)?)>")


@operator(NAME, "auto", "rust")
def one_sign_for_two(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`=` for `==` in a condition, `:` for `::` in a path, `=` for `=>` in an arm."""
    yield from _slip(
        package, rng, r"\bif [\w.()]+ =(=) |\b[A-Z]\w+:(:)[a-z_]\w+\(|^ +[\w:()&]+ =(>) ", group=0, new=_single
    )


def _single(found: re.Match[str]) -> str:
    place = next(number for number in (1, 2, 3) if found[number])
    start = found.start(place) - found.start()
    return found[0][:start] + found[0][start + 1 :]


@operator(NAME, "auto", "rust")
def misspelt_keyword(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`retrun x`, `pub strcut`: a letter of a keyword is wrong."""
    if not package.test_command:
        return
    for path, _, found in _each(package, rng, r"(?:^|(?<=[ (]))(return|struct|match|while|impl|const|trait)(?= )", 12):
        wrong = misspelt(rng, found[1]) if len(found[1]) > 4 else found[1][0] + found[1][2] + found[1][1] + found[1][3:]
        yield _fault(package, rng, path, found.start(1), found.end(1), wrong, f"{found[1]} -> {wrong}")


@operator(NAME, "auto", "rust")
def misspelt_macro(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`cannot find macro`: a letter of a macro is wrong, or its `!` is missing."""
    if not package.test_command:
        return
    pattern = r"(?<![\w:.])((?:format|vec|write|writeln|matches|println|assert|debug_assert)!)(?=[(\[])"
    for path, _, found in _each(package, rng, pattern, 12):
        wrong = rng.choice((found[1][:-1], (misspelt(rng, found[1][:-1]) or found[1][:-2]) + "!"))
        yield _fault(package, rng, path, found.start(1), found.end(1), wrong, f"{found[1]} -> {wrong}")


@operator(NAME, "auto", "own-rust")
def unused_variable_mut(package: Package, rng: random.Random) -> Iterator[Fault]:
    """With warnings denied: a `mut` that nothing needs."""
    for path, code, found in _each(package, rng, r"\blet ()([a-z_]\w*) = "):
        if not re.search(rf"\blet mut {found[2]}\b", code):
            fault = _fault(package, rng, path, found.start(1), found.end(1), "mut ")
            fault.command, fault.environ = ["cargo", "check"], {"RUSTFLAGS": "-D warnings"}
            yield fault


@operator(NAME, "suggest", "own-rust")
def field_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """E0063: a struct is made without one of its fields: which value it gets is a person's to say."""
    for path, _, found in _each(package, rng, r"\b[A-Z]\w+ \{ (?:\w+(?:: [\w.()]+)?, )*?(\w+: [\w.():]+)(?:, | \})"):
        end = found.end(1) + (2 if found[0].endswith(", ") else 0)
        fault = _fault(package, rng, path, found.start(1), end, "")
        fault.check, fault.suggests = None, ("field|E0063",)
        yield fault
