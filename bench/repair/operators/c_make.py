"""Mistakes in C that gcc finds, in links, and in Makefiles."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Iterator

from .. import checks
from ..fault import Fault, operator
from ..package import Package
from ..places import line_of, misspelt, replaced

NAME = "c_make"


def _code(text: str) -> str:
    """Return the text with comments, strings and directives blanked out, offsets kept."""
    pattern = r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?m:^[ \t]*#(?:\\\n|[^\n])*)'
    return re.sub(pattern, lambda found: re.sub(r"[^\n]", " ", found[0]), text, flags=re.DOTALL)


def _sources(package: Package, *suffixes: str) -> list[str]:
    found = [
        path
        for path in package.files(*suffixes)
        if package.text(path).isascii() and 8 < package.text(path).count("\n") < 5000
    ]
    return [
        path
        for path in found
        if not re.match(r"(?:tests?|examples?|fuzzing|bench|contrib|adapters|win|data|library_config)/", path)
    ]


def _fault(package: Package, path: str, start: int, end: int, new: str, says: str = "") -> Fault:
    text = package.text(path)
    line = line_of(text, start)
    shown = text.split("\n")[line - 1].strip()[:60]
    check = (checks.objects if path.endswith((".c", ".h")) else checks.built)(package, [path])
    return Fault(f"{path}:{line} {says or shown}", package.command, {path: replaced(text, start, end, new)}, check)


def _each(
    package: Package, rng: random.Random, pattern: str, most: int = 8, *suffixes: str, raw: bool = False
) -> Iterator[tuple[str, str, re.Match[str]]]:
    sources = _sources(package, *(suffixes or (".c",)))
    for path in rng.sample(sources, min(4, len(sources))):
        code = package.text(path) if raw else _code(package.text(path))
        found = list(re.finditer(pattern, code, re.MULTILINE))
        for match in rng.sample(found, min(most, len(found))):
            yield path, code, match


def _slip(
    package: Package,
    rng: random.Random,
    pattern: str,
    new: str | Callable[[re.Match[str]], str] = "",
    group: int = 1,
    *,
    raw: bool = False,
) -> Iterator[Fault]:
    for path, _, found in _each(package, rng, pattern, raw=raw):
        yield _fault(package, path, found.start(group), found.end(group), new if isinstance(new, str) else new(found))


def _typo(package: Package, rng: random.Random, pattern: str) -> Iterator[Fault]:
    for path, code, found in _each(package, rng, pattern, 12):
        wrong = misspelt(rng, found[1], set(re.findall(r"\w+", code)))
        if wrong:
            yield _fault(package, path, found.start(1), found.end(1), wrong, f"{found[1]} -> {wrong}")


@operator(NAME, "auto", "c")
def semicolon_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A statement without its semicolon."""
    yield from _slip(package, rng, r"^[ \t]+[\w>*. -]+ ?[+-]?= ?[^;\n{}]*[\w)\]](;)[ \t]*\n")


@operator(NAME, "auto", "c")
def closing_brace_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A block inside of a function is not closed."""
    yield from _slip(package, rng, r"^[ \t]+(\})[ \t]*\n[ \t]*(?:return|\})")


@operator(NAME, "auto", "c")
def closing_parenthesis_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`f(x;`."""
    yield from _slip(package, rng, r"\w(\));[ \t]*\n")


@operator(NAME, "auto", "c")
def parenthesis_of_a_condition_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`if (x {`."""
    yield from _slip(package, rng, r"^[ \t]+(?:if|while) ?\([^\n;]*(\)) ?\{[ \t]*\n")


@operator(NAME, "auto", "c")
def misspelt_variable(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`lenght` undeclared: a letter of a variable is wrong where it is used."""
    yield from _typo(package, rng, r"(?:[=+<>(] |[(])([a-z_]\w{4,})(?=[;),\[ ] ?)")


@operator(NAME, "auto", "c")
def misspelt_member(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`struct x has no member named`: a letter is wrong."""
    yield from _typo(package, rng, r"->(\w{5,})\b(?!\()")


@operator(NAME, "auto", "c")
def misspelt_type(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Unknown type name: a letter of a type of the project is wrong."""
    yield from _typo(package, rng, r"^(?:static |const |extern )*(?:struct )?(\w{5,}) \*?\w+\(")


@operator(NAME, "auto", "c")
def misspelt_function(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Undefined reference or implicit declaration: a letter of a function is wrong where it is called."""
    names = {
        name
        for path in _sources(package, ".c", ".h")
        for name in re.findall(r"(?m)^[\w *]+?\b(\w{5,})\([^;{]*\)\s*[{;]", _code(package.text(path)))
    }
    if names:
        yield from _typo(package, rng, rf"^[ \t]+.*?\b({'|'.join(sorted(names)[:200])})\(")


@operator(NAME, "auto", "c")
def arrow_for_dot(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`pointer.member`, where gcc knows better."""
    yield from _slip(package, rng, r"\b[a-z]\w*(->)\w+", ".")


@operator(NAME, "auto", "c")
def dot_for_arrow(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`value->member` of what is no pointer."""
    yield from _slip(package, rng, r"\b[a-z]\w*(\.)[a-z]\w+(?! ?=[^=].*[,}])", "->")


@operator(NAME, "auto", "c")
def misspelt_header(package: Package, rng: random.Random) -> Iterator[Fault]:
    """No such file: a letter of a header of the project is wrong."""
    for path, _, found in _each(package, rng, r'^[ \t]*#[ \t]*include[ \t]+"(?:[\w.]+/)*(\w{3,})\.h"', raw=True):
        wrong = misspelt(rng, found[1]) or found[1] + found[1][-1]
        yield _fault(package, path, found.start(1), found.end(1), wrong, f"{found[1]}.h -> {wrong}.h")


@operator(NAME, "auto", "c")
def misspelt_system_header(package: Package, rng: random.Random) -> Iterator[Fault]:
    """No such file: `#include <stido.h>`."""
    for path, _, found in _each(
        package, rng, r"^#[ \t]*include[ \t]+<(stdio|stdlib|string|stdint|assert|ctype|errno|stddef)\.h>", raw=True
    ):
        wrong = misspelt(rng, found[1])
        yield _fault(package, path, found.start(1), found.end(1), wrong, f"<{found[1]}.h> -> <{wrong}.h>")


@operator(NAME, "auto", "own-c", "c")
def system_header_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Implicit declaration, with warnings as errors: a standard header is not included."""
    yield from _slip(
        package, rng, r"^(#[ \t]*include[ \t]+<(?:stdio|stdlib|string|ctype|math|stdbool)\.h>[^\n]*\n)", raw=True
    )


@operator(NAME, "auto", "own-c", "c")
def own_header_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Implicit declaration or unknown type: a header of the project is not included."""
    yield from _slip(package, rng, r'^(#[ \t]*include[ \t]+"[\w./]+\.h"[^\n]*\n)', raw=True)


@operator(NAME, "auto", "own-c")
def wrong_format(package: Package, rng: random.Random) -> Iterator[Fault]:
    """-Werror=format: `%d` for a string, `%s` for a number; not where `%f`, `%g` and others would all do."""
    for path in _sources(package, ".c"):
        text = package.text(path)
        for found in re.finditer(r'printf\([^"\n]*"[^"\n]*?(%(?:s|u|zu|d))', text):
            other = "%d" if found[1] in ("%s", "%zu") else "%s"
            yield _fault(package, path, found.start(1), found.end(1), other, f"{found[1]} -> {other}")


@operator(NAME, "auto", "own-c")
def unused_variable(package: Package, rng: random.Random) -> Iterator[Fault]:
    """-Werror=unused-variable: a declaration that nothing uses any more."""
    for path in _sources(package, ".c"):
        text = package.text(path)
        for found in re.finditer(r"(?m)^\{\n(?=    )", text):
            yield _fault(package, path, found.end(), found.end(), "    int leftover;\n", "int leftover;")


def _makefiles(package: Package) -> list[str]:
    return [
        path
        for path in package.files("Makefile", "makefile", "GNUmakefile")
        if os.path.basename(path).endswith(("Makefile", "makefile")) and _is_used(package, path)
    ]


def _is_used(package: Package, path: str) -> bool:
    folder = package.command[2] if package.command[1:2] == ["-C"] else ""
    return os.path.dirname(path) == folder


@operator(NAME, "auto", "c")
def blanks_for_a_tab(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Missing separator: a recipe is indented with blanks."""
    for path in _makefiles(package):
        text = package.text(path)
        for found in re.finditer(r"(?m)^\t(?=[$@\w-])", text):
            yield _fault(package, path, found.start(), found.end(), rng.choice(("    ", "        ")))


@operator(NAME, "auto", "own-c")
def library_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Undefined reference to `sqrt`: `-lm` is missing."""
    for path in _makefiles(package):
        text = package.text(path)
        for found in re.finditer(r"(?m)^(?:LD)?LIBS ?:?\+?= ?(-lm)\b", text):
            yield _fault(package, path, found.start(1), found.end(1), "")


@operator(NAME, "auto", "own-c", "c")
def misspelt_prerequisite(package: Package, rng: random.Random) -> Iterator[Fault]:
    """No rule to make target: a letter of an object, source or target is wrong."""
    for path in _makefiles(package):
        text = package.text(path)
        for found in re.finditer(
            r"(?m)^[\w$().%/-]+ ?: ?[^=\n]*?\b(\w{3,})(?=\.[och]\b)|^all ?: ?(?:\S+ )*?(\w{4,})\b", text
        ):
            group = 1 if found[1] else 2
            wrong = misspelt(rng, found[group]) or found[group][:-1]
            yield _fault(package, path, found.start(group), found.end(group), wrong, f"{found[group]} -> {wrong}")


@operator(NAME, "auto", "own-c", "c")
def object_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Undefined reference to a function of the project: its object file is not linked."""
    for path in _makefiles(package):
        text = package.text(path)
        for found in re.finditer(
            r"(?m)^(?:OBJ\w*|SOURCES|SRCS?|objs?|LIBOBJ\w*) ?:?\+?= ?[^\n]*?( [\w/$()]+\.[oc])(?=[ \n])", text
        ):
            yield _fault(package, path, found.start(1), found.end(1), "", f"without{found[1]}")


@operator(NAME, "auto", "own-c", "c")
def misspelt_variable_of_make(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A letter of a variable is wrong where a Makefile uses it: the list is empty."""
    for path in _makefiles(package):
        text = package.text(path)
        known = set(re.findall(r"(?m)^(\w+) ?[:?+]?=", text))
        for found in re.finditer(r"\$\((\w{4,})\)", text):
            wrong = misspelt(rng, found[1], known)
            if found[1] in known and wrong and re.search(r"OBJ|SRC|SOURCES|LIB|PROG", found[1]):
                yield _fault(package, path, found.start(1), found.end(1), wrong, f"$({found[1]}) -> $({wrong})")


@operator(NAME, "auto", "own-c", "c")
def include_path_wrong(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`-Iinclud`: a letter of a folder of headers is wrong."""
    for path in _makefiles(package):
        text = package.text(path)
        for found in re.finditer(r"-I ?(?:\.\.?/)?(\w{4,})\b", text):
            if (package.root / os.path.dirname(path) / found[1]).is_dir() or (package.root / found[1]).is_dir():
                wrong = misspelt(rng, found[1])
                yield _fault(package, path, found.start(1), found.end(1), wrong, f"-I{found[1]} -> -I{wrong}")


@operator(NAME, "suggest", "own-c", "c")
def misspelt_target_on_the_line(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`make chekc`: the command line itself is wrong; the right one is shown or run."""
    for path in _makefiles(package):
        if package.command[1:2] == ["-C"]:
            continue
        for target in re.findall(r"(?m)^(check|clean|install|test)\s*:", package.text(path)):
            wrong = misspelt(rng, target)
            quiet = target == "clean" or "own-c" in package.tags  # others leave files that their projects do not ignore
            if wrong and quiet and target != "install":
                yield Fault(
                    f"make {wrong}",
                    ["make", wrong],
                    {},
                    None,
                    (),
                    suggests=(rf"make {target}\b",),
                    baseline=False,
                    may_heal=True,
                )


@operator(NAME, "must_not", "own-c")
def test_of_the_program_fails(package: Package, rng: random.Random) -> Iterator[Fault]:
    """The test is right and the code wrong: neither is edited."""
    for path, _, found in _each(package, rng, r"(?<=[\w)] )(==|!=|<=|<|\+=)(?= [\w(&])", 20):
        other = {"==": "!=", "!=": "==", "<=": ">", "<": ">", "+=": "-="}[found[1]]
        fault = _fault(package, path, found.start(1), found.end(1), other)
        fault.command, fault.check = package.test_command, None
        yield fault


@operator(NAME, "must_not", "own-c", "c")
def function_that_is_gone(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Undefined reference: a function was deleted, nothing resembles it, and nobody may invent it."""
    for path, code, found in _each(
        package, rng, r"^[a-z][\w *]*?\b\*?(\w{6,})\([^;{]*\)\n\{\n(?:(?:[ \t].*)?\n)*?\}\n", 10
    ):
        near = [
            name
            for name in re.findall(r"(?m)^[a-z][\w *]*?\b(\w+)\(", code)
            if name != found[1] and (name[:4] == found[1][:4] or name in found[1])
        ]
        if not near and found[1] != "main":
            fault = _fault(package, path, found.start(), found.end(), "", f"without {found[1]}")
            fault.check = None
            yield fault


@operator(NAME, "must_not", "own-c")
def static_assertion_fails(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A static assertion does not hold: it is no mistake of writing."""
    for path in _sources(package, ".c"):
        text = package.text(path)
        last = list(re.finditer(r"(?m)^#include [^\n]*\n", text))
        if last:
            good = replaced(
                text, last[-1].end(), last[-1].end(), '\n_Static_assert(sizeof(int) >= 4, "int is too small here");\n'
            )
            bad = good.replace(">= 4", ">= 64")
            yield Fault(
                f"{path} _Static_assert",
                package.command,
                {path: bad},
                prepare=lambda tree, path=path, good=good: tree.put(path, good),
            )  # type: ignore[misc]
