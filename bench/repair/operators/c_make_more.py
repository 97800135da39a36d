"""More mistakes in C and its build files: definitions, directives, commas, and a build with CMake."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from ..fault import Fault, operator
from ..package import Package
from ..places import misspelt
from .c_make import NAME, _code, _each, _fault, _makefiles, _slip, _sources


@operator(NAME, "auto", "c")
def comma_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`f(a b)`."""
    yield from _slip(package, rng, r"^[ \t]+\w+\([\w>.&*-]+(,) ?\w+\);[ \t]*\n", " ")


@operator(NAME, "auto", "c")
def quote_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A text without its closing quote."""
    for path, _, found in _each(package, rng, r'^[ \t]+\w+\([^"\n]*"[^"\\\n%]+(")\);[ \t]*\n', raw=True):
        yield _fault(package, path, found.start(1), found.end(1), "")


@operator(NAME, "auto", "c")
def misspelt_keyword(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`retrun x;`: a letter of a keyword is wrong."""
    for path, _, found in _each(
        package, rng, r"(?:^|(?<=[ \t]))(return|static|struct|while|const|unsigned)(?=[ (])", 12
    ):
        wrong = misspelt(rng, found[1])
        if wrong:
            yield _fault(package, path, found.start(1), found.end(1), wrong, f"{found[1]} -> {wrong}")


@operator(NAME, "auto", "c")
def misspelt_constant(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A letter of a macro or an enumerator is wrong where it is used."""
    for path, code, found in _each(package, rng, r"(?<=[ (=|])([A-Z][A-Z0-9]*_[A-Z0-9_]{2,})(?=[ );,|])", 12):
        wrong = misspelt(rng, found[1], set(re.findall(r"\w+", code)))
        if wrong:
            yield _fault(package, path, found.start(1), found.end(1), wrong, f"{found[1]} -> {wrong}")


@operator(NAME, "auto", "c")
def misspelt_definition(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Undefined reference: a letter of a function is wrong where it is defined; its header and its users know better."""
    texts = "\n".join(_code(package.text(path)) for path in _sources(package, ".c", ".h"))
    for path, _, found in _each(package, rng, r"^(?!static\b)[a-z][\w *]*?\b\*?([a-z]\w{4,})\([^;{()]*\)\s*\{", 12):
        wrong = misspelt(rng, found[1], set(re.findall(r"\w+", texts)))
        if wrong and len(re.findall(rf"\b{found[1]}\b", texts)) >= 3:
            yield _fault(package, path, found.start(1), found.end(1), wrong, f"{found[1]}() -> {wrong}()")


@operator(NAME, "auto", "c")
def endif_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Unterminated #ifndef: the guard of a header is not closed."""
    for path, _, found in _each(package, rng, r"^(#endif[^\n]*\n)\s*\Z", 4, ".h", raw=True):
        yield _fault(package, path, found.start(1), found.end(1), "")


@operator(NAME, "auto", "c")
def struct_semicolon_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`struct x { ... }` without its semicolon."""
    for path, _, found in _each(package, rng, r"^\}(?: ?\w+)?(;)[ \t]*\n", 8, ".h", ".c"):
        yield _fault(package, path, found.start(1), found.end(1), "")


@operator(NAME, "auto", "c")
def parenthesis_of_make_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`$(CC -o x`: a variable of a Makefile is not closed."""
    for path in _makefiles(package):
        for found in re.finditer(r"(?m)^[^#\n]*\$\(\w+(\))", package.text(path)):
            yield _fault(package, path, found.start(1), found.end(1), "")


@operator(NAME, "auto", "c")
def misspelt_compiler(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`gc: not found`: a letter of the compiler is wrong in a Makefile."""
    for path in _makefiles(package):
        for found in re.finditer(r"(?m)^CC ?[?:]?= ?(gcc|cc|clang)\b", package.text(path)):
            wrong = {"gcc": rng.choice(("gc", "gccc", "cgc")), "cc": "ccc", "clang": "clnag"}[found[1]]
            yield _fault(package, path, found.start(1), found.end(1), wrong, f"{found[1]} -> {wrong}")


@operator(NAME, "auto", "c")
def misspelt_option(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Unrecognized command-line option: a letter of a compiler's option is wrong."""
    for path in _makefiles(package):
        for found in re.finditer(
            r"(?m)^\w*FLAGS\w* ?[?:+]?=.*?\s-(Wall|Wextra|Werror|pedantic|std|fPIC)\b", package.text(path)
        ):
            wrong = misspelt(rng, found[1]) or f"{found[1]}{found[1][-1]}"
            yield _fault(package, path, found.start(1), found.end(1), wrong, f"-{found[1]} -> -{wrong}")


@operator(NAME, "auto", "cmake")
def cmake_source_misspelt(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Cannot find source file: a letter of a source is wrong in CMakeLists.txt."""
    yield from _cmake(package, rng, r"\b(\w{4,})\.(?:cpp|c)\b", misspell=True)


@operator(NAME, "auto", "cmake")
def cmake_source_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Undefined reference: a source of the project is not in CMakeLists.txt."""
    yield from _cmake(package, rng, r"(?<=\w)(\s+[\w/]+\.(?:cpp|c))(?=[\s)])")


@operator(NAME, "auto", "cmake")
def cmake_library_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Undefined reference: a library is not linked."""
    yield from _cmake(package, rng, r"target_link_libraries\(\w+(?: PRIVATE| PUBLIC)?(?: \w+)*( \w+)\)")


@operator(NAME, "auto", "cmake")
def cmake_target_misspelt(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A letter of a target is wrong where CMakeLists.txt links it, includes for it or sets its properties."""
    yield from _cmake(package, rng, r"target_\w+\((\w{4,})", misspell=True)


@operator(NAME, "auto", "cmake")
def cmake_command_misspelt(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Unknown CMake command: a letter of a command is wrong."""
    yield from _cmake(package, rng, r"^(\w{8,})\(", misspell=True)


@operator(NAME, "auto", "cmake")
def cmake_folder_misspelt(package: Package, rng: random.Random) -> Iterator[Fault]:
    """No such file, or given source is not a directory: a letter of a folder is wrong."""
    yield from _cmake(package, rng, r"(?:include_directories\(\w+ \w+ |add_subdirectory\()(\w{3,})", misspell=True)


@operator(NAME, "auto", "cmake")
def cmake_parenthesis_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A call in CMakeLists.txt is not closed."""
    yield from _cmake(package, rng, r"^\w+\([^()]*(\))\n")


def _cmake(package: Package, rng: random.Random, pattern: str, *, misspell: bool = False) -> Iterator[Fault]:
    for path in package.files("CMakeLists.txt"):
        for found in re.finditer(pattern, package.text(path), re.MULTILINE):
            new = (misspelt(rng, found[1]) or f"{found[1]}{found[1][-1]}") if misspell else ""
            says = f"{found[1]} -> {new}" if new else f"without {found[1].strip()}"
            yield _fault(package, path, found.start(1), found.end(1), new, says)


@operator(NAME, "auto", "cxx")
def cxx_include_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`std::vector` without `#include <vector>`."""
    yield from _cxx(package, rng, r"^(#include <\w+>\n)")


@operator(NAME, "auto", "cxx")
def cxx_std_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`string` for `std::string`."""
    yield from _cxx(package, rng, r"\b(std::)(?:string|vector|map|cout|ostream|optional|move|sort|runtime_error)\b")


@operator(NAME, "auto", "cxx")
def cxx_misspelt_member(package: Package, rng: random.Random) -> Iterator[Fault]:
    """No member named: a letter of a member is wrong."""
    yield from _cxx(package, rng, r"(?:\.|->)([a-z_]{4,})\(", misspell=True)


@operator(NAME, "auto", "cxx")
def cxx_class_semicolon_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`class X { ... }` without its semicolon."""
    yield from _cxx(package, rng, r"^\}(;)\n")


@operator(NAME, "auto", "cxx")
def cxx_const_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A method is `const` in its class and not where it is defined, or the other way round."""
    yield from _cxx(package, rng, r"^[\w:<> &]*::\w+\([^()]*\)( const) \{|^ +[\w:<> &]+ \w+\([^()]*\)( const);")


@operator(NAME, "auto", "cxx")
def cxx_qualifier_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`add(...) {` for `Class::add(...) {`."""
    yield from _cxx(package, rng, r"^[\w:<>&]+ ([A-Z]\w+::)\w+\([^()]*\)(?: const)? \{")


def _cxx(package: Package, rng: random.Random, pattern: str, *, misspell: bool = False) -> Iterator[Fault]:
    for path, code, found in _each(package, rng, pattern, 8, ".cpp", ".hpp", raw=True):
        group = next(number for number in range(1, len(found.groups()) + 1) if found[number])
        new = misspelt(rng, found[1], set(re.findall(r"\w+", code))) if misspell else ""
        if new or not misspell:
            says = f"{found[group]} -> {new}" if new else ""
            yield _fault(package, path, found.start(group), found.end(group), new, says)
