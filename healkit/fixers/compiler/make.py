"""Makefiles: a tab that became spaces, a name in them with one close neighbour, a parenthesis that is not closed.

GNU make names file and line (`Makefile:12: *** missing separator`); https://www.gnu.org/software/make/manual/make.html
has the messages. Nothing is run for a check here: the failed command itself decides.
"""

from __future__ import annotations

import os
import re

from ...nearness import closest
from ..proposal import Proposal, edit
from . import make_rules
from .spelling import close

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..case import Case
    from ..source import Source

NAMES = ("GNUmakefile", "makefile", "Makefile")
_PARSE = re.compile(r"^(?P<file>[^\s:]+):(?P<line>\d+): \*\*\* (?P<said>.*?)\.?(?:\s+Stop\.)?$", re.M)
_NO_RULE = re.compile(r"\*\*\* No rule to make target ['`]([^']+)', needed by ['`]([^']+)'")
_NOT_FOUND = re.compile(
    r"^(?:make(?:\[\d+\])?: |/bin/sh: \d+: |/bin/sh: line \d+: |sh: \d+: )([\w.+-]+): (?:No such file or directory|(?:command )?not found)",
    re.M,
)
_OPTION = re.compile(
    r"unrecognized command[- ]line option [`'‘\"](-[\w+=-]+)[`'’\"]; did you mean [`'‘\"](-[\w+=-]+)[`'’\"]"
)
_FAILED = re.compile(r"^g?make(?:\[\d+\])?: \*\*\* \[([^\s:]+):(\d+): ([^\]]+)\] Error", re.M)
_ENTERED = re.compile(r"^g?make(?:\[\d+\])?: Entering directory ['`]([^']+)'", re.M)
_ASSIGNED = re.compile(r"^[ ]*(?:export[ ]+|override[ ]+)*([A-Za-z_][\w.-]*)[ \t]*[:+?!]*=", re.M)
_USED = re.compile(r"\$[({]([A-Za-z_]\w*)[)}:]")
BUILTIN = frozenset(
    (
        "CC", "CXX", "CPP", "AR", "AS", "LD", "LEX", "YACC", "RM", "MAKE", "MAKEFLAGS", "MAKECMDGOALS", "MAKEFILE_LIST", "CURDIR",
        "SHELL", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "LDLIBS", "ARFLAGS", "ASFLAGS", "FFLAGS", "FC", "TARGET_ARCH",
        "LOADLIBES", "OUTPUT_OPTION", "MAKELEVEL", "VPATH", "DESTDIR", "PREFIX", "prefix", "V", "HOME", "PATH", "USER", "PWD", "OS",
    )
)  # fmt: skip
"""Variables that are set, or rightly empty, without a line in the file."""
USUAL = frozenset(
    ("OBJS", "OBJECTS", "OBJ", "SRCS", "SOURCES", "SRC", "TARGET", "LIBS", "HEADERS", "INCLUDES", "BUILD", "BIN")
)
DIRECTIVES = ("endif", "else", "ifeq", "ifneq", "ifdef", "ifndef", "include", "define", "endef", "export", "vpath")
PROGRAMS = (
    "gcc", "g++", "cc", "c++", "clang", "clang++", "ar", "ranlib", "ld", "strip", "install", "mkdir", "rm", "cp", "mv", "ln", "cat",
    "echo", "touch", "sed", "awk", "grep", "find", "tar", "python3", "python", "pkg-config", "cmake", "ninja", "javac", "cargo",
)  # fmt: skip


def propose(case: Case) -> Iterable[Proposal]:
    """Yield the edits of a makefile that what make said asks for."""
    if "***" not in case.output and "unrecognized command" not in case.output:
        return
    for found in _PARSE.finditer(case.output):
        source = _source(case, os.path.join(folder(case), found["file"])) or _source(case, found["file"])
        if source is not None and 0 < int(found["line"]) <= len(source.lines):
            yield from _parsed(source, int(found["line"]), found["said"])
    for missing, _ in _NO_RULE.findall(case.output):
        yield from _no_rule(case, missing)
    for name in dict.fromkeys(_NOT_FOUND.findall(case.output)):
        yield from _program(case, name)
    for wrong, right in dict.fromkeys(_OPTION.findall(case.output)):
        yield from _option(case, wrong, right)
    if re.search(r"^g?make(?:\[\d+\])?: \*\*\* ", case.output, re.M):
        refused = bool(re.search(r"^\S+:\d+(?::\d+)?: (?:fatal )?error: ", case.output, re.M))
        for source in makefiles(case):
            yield from _variables(source, strict=refused)


def folder(case: Case) -> str:
    """Return the folder, relative to the root, where the make that failed first ran."""
    entered = _ENTERED.findall(case.output)
    path = os.path.normpath(entered[-1]) if entered else case.cwd
    for number, word in enumerate(case.argv[:-1]):
        if word == "-C" and not entered:
            path = os.path.normpath(os.path.join(case.cwd, case.argv[number + 1]))
    return os.path.relpath(path, case.root).removeprefix(".") if f"{path}/".startswith(f"{case.root}/") else ""


def makefiles(case: Case) -> list[Source]:
    """Return the makefile that failed first, then the one of its folder."""
    names = [found[0] for found in _FAILED.findall(case.output)] + [os.path.join(folder(case), name) for name in NAMES]
    out: dict[str, Source] = {}
    for name in names:
        source = _source(case, os.path.join(folder(case), name)) or _source(case, name)
        if source is not None:
            out.setdefault(source.path, source)
    return list(out.values())[:2]


def _source(case: Case, name: str) -> Source | None:
    path = case.resolve(name)
    return case.source(path) if path else None


def manifest(source: Source, text: str, what: str, line: int, *, sure: bool = True, risk: str = "medium") -> Proposal:
    """Return the edit of a build file as a proposal."""
    return edit("manifest", f"{what} ({source.path}:{line})", [source.change(text)], sure=sure, risk=risk)


def _parsed(source: Source, line: int, said: str) -> Iterator[Proposal]:
    row = source.lines[line - 1]
    if said.startswith("missing separator"):
        yield from _separator(source, line, row)
    elif said.startswith(("recipe commences before", "commands commence before")) and row[:1] == "\t":
        if _ASSIGNED.match(row.strip()) or re.match(r"[\w.%/$(){} -]+:", row.strip()):
            text = source.with_line(line, row.lstrip())
            yield manifest(source, text, "remove the tab before the first target", line, risk="low")
    elif re.match(r"unterminated (?:call to function|variable reference)", said):
        yield from _unclosed(source, line, row)


def _separator(source: Source, line: int, row: str) -> Iterator[Proposal]:
    """Yield a tab for the spaces of a recipe's lines, or the corrected directive."""
    directive = re.match(r"\s*(ifeq|ifneq)\(", row)
    if directive:
        text = source.with_line(line, row.replace(f"{directive[1]}(", f"{directive[1]} (", 1))
        yield manifest(source, text, f"put a space behind `{directive[1]}`", line, risk="low")
        return
    word = re.match(r"(\w+)\b(?!\s*[:=?+])", row)
    known = (
        closest(
            word[1],
            ("endif", "else", "ifeq", "ifneq", "ifdef", "ifndef", "include", "define", "endef", "export", "vpath"),
        )
        if word
        else ""
    )
    if word and known:
        yield manifest(
            source, source.with_line(line, known + row[word.end() :]), f"write `{known}` for `{word[1]}`", line
        )
        return
    above = line - 2
    while above >= 0 and (
        source.lines[above][:1] == "\t" or not source.lines[above].strip() or source.lines[above][:1] == " "
    ):
        above -= 1
    if above < 0 or not re.match(r"[^\t=#]+:(?!=)", source.lines[above]) or not row.strip():
        return
    rows = source.lines
    number = line - 1
    while number < len(rows) and rows[number].strip() and (rows[number][:1] == " " or number == line - 1):
        rows[number] = f"\t{rows[number].lstrip(' ')}"
        number += 1
    yield manifest(source, "\n".join(rows), "begin the recipe's lines with a tab", line, risk="low")


def _unclosed(source: Source, line: int, row: str) -> Iterator[Proposal]:
    for opener, closer in (("(", ")"), ("{", "}")):
        if row.count(f"${opener}") > row.count(closer) - (row.count(opener) - row.count(f"${opener}")):
            bare = row.split("#")[0].rstrip()
            own = set(_ASSIGNED.findall(source.text)) | BUILTIN
            names = re.finditer(rf"\$\{opener}([A-Za-z_]\w*)(?=[^\w{closer}:=,]|$)", bare)
            # a variable ends behind its name, a call of make's own where the line does
            place = next((name.end() for name in names if name[1] in own), len(bare))
            yield manifest(
                source, source.with_line(line, row[:place] + closer + row[place:]), f"add the missing `{closer}`", line
            )


def word_in(text: str, word: str) -> list[re.Match[str]]:
    """Return where a word stands alone in a text."""
    return list(re.finditer(rf"(?<![\w./%+-]){re.escape(word)}(?![\w/%+-]|\.\w)", text))


def _no_rule(case: Case, missing: str) -> Iterator[Proposal]:
    base = folder(case)
    stem, suffix = os.path.splitext(missing)
    here = [os.path.relpath(path, base or ".") for path in case.files()]
    for source in makefiles(case):
        targets = set(re.findall(r"^([\w./-]+)\s*:(?!=)", source.text, re.M))
        for ending in dict.fromkeys((suffix, ".c", ".cpp", ".cc", ".o")):
            places = word_in(source.text, stem + ending)
            if len(places) != 1:
                continue
            right = _meant(stem, suffix, ending, here, targets)
            if right:
                start, end = places[0].span()
                line = source.text.count("\n", 0, start) + 1
                text = source.text[:start] + right + source.text[end:]
                yield manifest(source, text, f"write `{right}` for `{places[0][0]}`", line)
                return
        yield from _moved(source, missing, here)
        yield from make_rules.pattern(source, missing, here, targets)


def _meant(stem: str, suffix: str, ending: str, here: list[str], targets: set[str]) -> str:
    """Return the one close name of a file or a target, with the ending that the makefile wrote."""
    sources = (".c", ".cpp", ".cc", ".cxx", ".S")
    if suffix == ".o" or ending == ".o":
        stems = {os.path.splitext(path)[0] for path in here if path.endswith(sources)}
        stems |= {name.removesuffix(".o") for name in targets if name.endswith(".o")}
    else:
        stems = {path.removesuffix(suffix) for path in here if path.endswith(suffix) and suffix} | {
            name.removesuffix(suffix) for name in targets if name.endswith(suffix)
        }
    folder, name = os.path.split(stem)
    beside = {os.path.basename(one) for one in stems if os.path.dirname(one) == folder}
    found = closest(name, beside) or next((one for one in sorted(beside) if close(name, one)), "")
    if found and sum(bool(close(name, one)) for one in beside) == 1:
        return os.path.join(folder, found) + ending
    same = [one for one in stems if os.path.basename(one) == name and one != stem]
    return same[0] + ending if len(same) == 1 and ending != ".o" else ""


def _moved(source: Source, missing: str, here: list[str]) -> Iterator[Proposal]:
    """Yield the right folder where one piece of a path is written wrong in an assignment."""
    pieces = missing.split("/")
    for path in here:
        parts = path.split("/")
        wrong = [number for number, piece in enumerate(pieces) if len(parts) == len(pieces) and parts[number] != piece]
        if len(wrong) == 1 and wrong[0] < len(pieces) - 1 and close(pieces[wrong[0]], parts[wrong[0]]):
            old, new = pieces[wrong[0]], parts[wrong[0]]
            places = word_in(source.text, old) or list(re.finditer(rf"(?<![\w.-]){re.escape(old)}(?=/)", source.text))
            if len(places) == 1:
                start, end = places[0].span()
                line = source.text.count("\n", 0, start) + 1
                yield manifest(
                    source, source.text[:start] + new + source.text[end:], f"write `{new}` for `{old}`", line
                )
            return


def _program(case: Case, name: str) -> Iterator[Proposal]:
    right = closest(name, [other for other in PROGRAMS if case.program(other)]) if len(name) > 2 else ""
    if not right and len(name) == 2:
        right = {"gc": "gcc", "c+": "c++", "g+": "g++"}.get(name, "")
    for source in makefiles(case) if right else ():
        places = word_in(source.text, name)
        if len(places) == 1:
            start, end = places[0].span()
            line = source.text.count("\n", 0, start) + 1
            yield manifest(
                source, source.text[:start] + right + source.text[end:], f"write `{right}` for `{name}`", line
            )


def _option(case: Case, wrong: str, right: str) -> Iterator[Proposal]:
    files = [source.path for source in makefiles(case)]
    files += [
        path for path in case.files("CMakeLists.txt", ".mk", "setup.py", "meson.build", ".cmake") if path not in files
    ]
    for path in files:
        source = case.source(path)
        places = list(re.finditer(rf"(?<![\w-]){re.escape(wrong)}(?![\w-])", source.text)) if source else []
        if source is not None and len(places) == 1 and close(wrong[1:], right[1:]):
            start, end = places[0].span()
            line = source.text.count("\n", 0, start) + 1
            yield manifest(
                source, source.text[:start] + right + source.text[end:], f"write `{right}` for `{wrong}`", line
            )
            return


def _variables(source: Source, *, strict: bool) -> Iterator[Proposal]:
    """Yield the one close variable for one that nothing sets, or the right name where it is set.

    With `strict` only where the one is used and never set and the other set and never used.
    """
    bare = re.sub(r"(?m)^[ ]*#.*$", "", source.text)
    defined = set(_ASSIGNED.findall(bare)) | set(re.findall(r"^define\s+(\w+)", bare, re.M))
    used = [found[1] for found in _USED.finditer(bare)]
    for name in dict.fromkeys(used):
        if name in defined or name in BUILTIN or name in os.environ:
            continue
        near = [other for other in sorted(defined | (BUILTIN & set(used))) if close(name, other)]
        if len(near) != 1:
            continue
        other = near[0]
        uses, settings = used.count(name), len(re.findall(rf"^{re.escape(other)}[ \t]*[:+?!]*=", bare, re.M))
        if used.count(other) == 0 and (uses >= 2 or name in USUAL) and settings == 1:
            yield from _renamed(source, rf"^({re.escape(other)})(?=[ \t]*[:+?!]*=)", other, name)
        elif uses == 1 and not strict:
            yield from _renamed(source, rf"(?<=\$[({{])({re.escape(name)})(?=[)}}:])", name, other)
    for found in re.finditer(r"\$\(([A-Za-z_]\w*)(?= )", bare):
        if found[1] in defined | BUILTIN and not strict:
            line = bare.count("\n", 0, found.end()) + 1
            row = source.lines[line - 1]
            if row.count("(") > row.count(")"):
                place = source.offset(line, 1) + row.index(found[0]) + len(found[0])
                text = f"{source.text[:place]}){source.text[place:]}"
                yield manifest(source, text, "add the missing `)`", line)
    for name in sorted(defined - set(used) - BUILTIN):
        near = [other for other in sorted(BUILTIN & set(used)) if close(name, other) and other not in defined]
        if len(near) == 1:
            yield from _renamed(source, rf"^({re.escape(name)})(?=[ \t]*[:+?!]*=)", name, near[0])


def _renamed(source: Source, place: str, old: str, new: str) -> Iterator[Proposal]:
    found = re.search(place, source.text, re.M)
    if found:
        line = source.text.count("\n", 0, found.start()) + 1
        text = source.text[: found.start()] + new + source.text[found.end() :]
        yield manifest(source, text, f"write `{new}` for the variable `{old}`", line)
