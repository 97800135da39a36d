"""The compile lines behind a failed build: from the command itself, from its output, or from what make would run.

Output is hostile: of a line that it shows only flags from a list are kept, and the program is the compiler of that name.
"""

from __future__ import annotations

import os
import re
import shlex

from ...records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..case import Case
    from .copy import Copy

COMPILER = re.compile(r"(?:[\w.]+-)*(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+)(?:-\d+(?:\.\d+)*)?$")
SOURCES = (".c", ".cc", ".cpp", ".cxx", ".c++", ".C", ".m")
HEADERS = (".h", ".hh", ".hpp", ".hxx", ".inc", ".ipp", ".tcc", ".inl")
_WITH_VALUE = ("-I", "-D", "-U", "-isystem", "-iquote", "-idirafter", "-include", "-x", "-std")
_KEPT = re.compile(
    r"-(?:I|D|U|isystem|iquote|std=|W(?!l,|p,|a,|rapper)|f(?!plugin|dump|diagnostics|save)|O|g|m|pedantic|ansi|pthread|nostdinc|x)"
)
_ENTERED = re.compile(r"^make(?:\[\d+\])?: Entering directory ['`]([^']+)'")
_LEFT = re.compile(r"^make(?:\[\d+\])?: Leaving directory")
_CHANGED = re.compile(r"^cd (\S+) && ")


class Compile(Record):
    """One compile line: the compiler's name, the flags that matter, the sources and the folder, relative to the root."""

    compiler: str
    flags: Sequence[str]
    sources: Sequence[str]
    cwd: str


def commands(case: Case, copy: Copy, wanted: Sequence[str]) -> list[Compile]:
    """Return the compile lines of the wanted sources (paths relative to the root); guessed ones where none is seen.

    Args:
        case: the failure.
        copy: the project's copy, in which `make -n` says what it would run.
        wanted: the sources that failed; empty for all.
    """
    found = list(_of_lines([shlex.join(case.argv)], case.cwd, case))
    found += _of_lines(case.output.split("\n"), case.cwd, case)
    if not _covers(found, wanted) and "make" in (os.path.basename(word) for word in case.argv[:1]):
        ran = copy.run(
            [case.program("make"), "-n", "-i", *case.argv[1:]], copy.here(case.cwd), timeout=10.0, LC_ALL="C"
        )
        lines = ran.text.replace(copy.root, case.root).split("\n")
        found += _of_lines(lines, case.cwd, case)
    if not _covers(found, wanted):
        found += _of_cmake(case, wanted)
    missing = [source for source in wanted if not any(source in one.sources for one in found)]
    found += [_guessed(case, source) for source in missing if source.endswith(SOURCES)]
    out = {(one.compiler, tuple(one.flags), tuple(one.sources), one.cwd): one for one in found}
    return [one for one in out.values() if not wanted or set(one.sources) & set(wanted)]


def _covers(found: Sequence[Compile], wanted: Sequence[str]) -> bool:
    return bool(wanted) and set(wanted) <= {source for one in found for source in one.sources}


def _of_lines(lines: Sequence[str], cwd: str, case: Case) -> Iterator[Compile]:
    folders = [cwd]
    for line in lines:
        if entered := _ENTERED.match(line):
            folders.append(entered[1])
        elif _LEFT.match(line) and len(folders) > 1:
            folders.pop()
        elif any(name in line for name in ("cc", "clang", "c++", "g++")) and len(line) < 20_000:
            changed = _CHANGED.match(line)
            folder = os.path.join(folders[-1], changed[1]) if changed else folders[-1]
            for piece in re.split(r" && |; |\|\| ", line):
                one = _parsed(re.sub(r"^(?:libtool: compile: |\[\d+/\d+\] |\+ )\s*", "", piece.strip()), folder, case)
                if one is not None:
                    yield one


def _parsed(line: str, folder: str, case: Case) -> Compile | None:
    try:
        words = shlex.split(line)
    except ValueError:
        return None
    while words and (os.path.basename(words[0]) in ("ccache", "distcc", "env", "time") or re.match(r"\w+=", words[0])):
        words.pop(0)
    if not words or not COMPILER.fullmatch(os.path.basename(words[0])):
        return None
    cwd = os.path.normpath(folder)
    if cwd != case.root and not cwd.startswith(f"{case.root}/"):
        return None
    flags: list[str] = []
    sources: list[str] = []
    rest = iter(words[1:])
    for word in rest:
        if word in _WITH_VALUE:
            flags += [word, next(rest, "")]
        elif _KEPT.match(word):
            flags.append(word)
        elif word in ("-o", "-MF", "-MT", "-MQ", "-L", "-l"):
            next(rest, "")
        elif not word.startswith("-") and word.endswith(SOURCES):
            path = os.path.normpath(os.path.join(cwd, word))
            if path.startswith(f"{case.root}/") and case.read(path[len(case.root) + 1 :]) is not None:
                sources.append(path[len(case.root) + 1 :])
    inside = "" if cwd == case.root else cwd[len(case.root) + 1 :]
    return Compile(compiler=os.path.basename(words[0]), flags=flags, sources=sources, cwd=inside) if sources else None


def _of_cmake(case: Case, wanted: Sequence[str]) -> Iterator[Compile]:
    """Yield the flags that CMake wrote down for the targets that compile a wanted source."""
    for folder, names, files in os.walk(case.root):
        names[:] = [name for name in names if name not in (".git", "node_modules")]
        if "flags.make" not in files or "build.make" not in files:
            continue
        inside = folder[len(case.root) + 1 :]
        flags, build = (
            case.read(f"{inside}/flags.make") or b"",
            (case.read(f"{inside}/build.make") or b"").decode("utf-8", "replace"),
        )
        for source in wanted:
            if f"{os.path.join(case.root, source)}" not in build and f"/{os.path.basename(source)}.o" not in build:
                continue
            kind = "C" if source.endswith(".c") else "CXX"
            words = " ".join(
                re.findall(rf"^{kind}_(?:DEFINES|INCLUDES|FLAGS) = (.*)$", flags.decode("utf-8", "replace"), re.M)
            )
            compiler = "cc" if kind == "C" else "c++"
            one = _parsed(f"{compiler} {words} {shlex.quote(os.path.join(case.root, source))}", case.root, case)
            if one is not None:
                yield one


def _guessed(case: Case, source: str) -> Compile:
    """Return a line that finds every header of the project."""
    folders = dict.fromkeys(os.path.dirname(path) or "." for path in case.files(*HEADERS))
    compiler = "gcc" if source.endswith(".c") else "g++"
    return Compile(compiler=compiler, flags=[f"-I{folder}" for folder in list(folders)[:40]], sources=[source], cwd="")
