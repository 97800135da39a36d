"""CMake: a command, source, folder or target of CMakeLists.txt with one close name, and a call that is not closed."""

from __future__ import annotations

import os
import re

from ...nearness import closest
from .make import manifest
from .spelling import close

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..case import Case
    from ..proposal import Proposal
    from ..source import Source

_ERROR = re.compile(
    r"^CMake Error at (?P<file>[^\s:]+):(?P<line>\d+)(?: \((?P<call>\w+)\))?:\n(?P<said>(?:[ \t]+[^\n]*\n|\n)*)", re.M
)
_NO_TARGET = re.compile(
    r'target "([\w.+-]+)" which is not built|dependency target "([\w.+-]+)" of target|non-existent target "([\w.+-]+)"'
    r"|[Cc]an ?not find target to add properties to: ([\w.+-]+)"
)
_ENDS = ("endif", "endforeach", "endwhile", "endfunction", "endmacro", "endblock", "else", "elseif")
_SOURCES = (".c", ".cc", ".cpp", ".cxx")
_DECLARED = re.compile(r"\badd_(?:executable|library|custom_target)\s*\(\s*([\w.+-]+)", re.I)


def propose(case: Case) -> Iterable[Proposal]:
    """Yield the edits of a CMakeLists.txt that what CMake said asks for."""
    if "CMake Error" not in case.output:
        return
    for found in _ERROR.finditer(f"{case.output}\n"):
        path = case.resolve(found["file"])
        source = case.source(path) if path else None
        said = " ".join(found["said"].split())
        if source is not None and int(found["line"]) <= len(source.lines):
            yield from _said(case, source, int(found["line"]), said)


def _said(case: Case, source: Source, line: int, said: str) -> Iterator[Proposal]:
    folder = os.path.dirname(source.path)
    if unknown := re.search(r'Unknown CMake command "(\w+)"', said):
        listed = (
            case.check([case.program("cmake"), "--help-command-list"]).text.split() if case.program("cmake") else []
        )
        own = re.findall(r"^\s*(?:function|macro)\s*\(\s*(\w+)", source.text, re.M | re.I)
        own += [name.lower() for name in re.findall(r"^\s*(\w+)\s*\(", source.text, re.M) if name != unknown[1]]
        yield from _replaced(source, line, unknown[1], _one(unknown[1].lower(), [*listed, *own]))
    elif missing := re.search(r"Cannot find source file: (\S+)", said):
        files = [os.path.relpath(path, folder or ".") for path in case.files()]
        yield from _replaced(source, line, missing[1], _path(missing[1], files))
    elif given := re.search(r'add_subdirectory given source "([^"]+)" which is not', said):
        folders = sorted(
            {os.path.dirname(os.path.relpath(path, folder or ".")) for path in case.files("CMakeLists.txt")} - {""}
        )
        yield from _replaced(source, line, given[1], _one(given[1], folders))
    elif target := _NO_TARGET.search(said):
        name = next(found for found in target.groups() if found)
        texts = [found.text for path in case.files("CMakeLists.txt") if (found := case.source(path)) is not None]
        yield from _replaced(source, line, name, _one(name, {one for text in texts for one in _DECLARED.findall(text)}))
    elif "is not closed" in said or "not properly nested" in said:
        yield from _block_end(source)
    elif 'missing ending ")"' in said:
        yield from _unclosed(source, line)


def _unclosed(source: Source, line: int) -> Iterator[Proposal]:
    """Yield the `)` of a call where its arguments end: before the next call, an empty line or the file's end."""
    rows = source.lines
    end = line
    while end < len(rows) and rows[end].strip() and not re.match(r"\s*\w+\s*\(", rows[end]):
        end += 1
    row = rows[end - 1].rstrip()
    if sum(one.count("(") - one.count(")") for one in rows[line - 1 : end]) == 1:
        yield manifest(source, source.with_line(end, f"{row})"), "add the missing `)`", end, risk="low")


def library_of(case: Case, sources: Sequence[str]) -> str:
    """Return the library of the project that all of some sources are in; empty when there is none."""
    for path in case.files("CMakeLists.txt"):
        found = case.source(path)
        for made in (
            re.finditer(r"^[ \t]*add_library\s*\(\s*([\w.+-]+)([^)]*)", found.text, re.M | re.I) if found else ()
        ):
            inside = {os.path.normpath(os.path.join(os.path.dirname(path), word)) for word in made[2].split()}
            if set(sources) <= inside:
                return made[1]
    return ""


def include_folder(case: Case, folder: str) -> Iterator[Proposal]:
    """Yield the folder of a header that is not found in place of the close one that is not there."""
    for path in case.files("CMakeLists.txt"):
        source, base = case.source(path), os.path.dirname(path)
        wanted = os.path.relpath(folder, base or ".")
        for call in re.finditer(r"include_directories\s*\(([^)]*)", source.text, re.I) if source else ():
            for word in re.finditer(r"(?:\$\{\w+\}/)?([\w./-]+)", call[1]):
                there = os.path.join(base, word[1])
                if source is not None and close(word[1], wanted) and not case.exists(there):
                    start = call.start(1) + word.start(1)
                    text = source.text[:start] + wanted + source.text[start + len(word[1]) :]
                    what = f"look for headers in `{wanted}`"
                    yield manifest(source, text, what, source.text.count("\n", 0, start) + 1)


def library_with(case: Case, folder: str) -> str:
    """Return the library of the project that gives a folder of headers to those who link it; empty without one."""
    for path in case.files("CMakeLists.txt"):
        source, base = case.source(path), os.path.dirname(path)
        calls = re.finditer(
            r"^[ \t]*target_include_directories\s*\(\s*([\w.+-]+)([^)]*)", source.text if source else "", re.M | re.I
        )
        for call in calls:
            words = [re.sub(r"\$\{\w+\}/?", "", word) for word in call[2].split()]
            inside = {os.path.normpath(os.path.join(base, word)) for word in words}
            if os.path.normpath(folder) in inside and {"PUBLIC", "INTERFACE"} & set(words):
                return call[1]
    return ""


def _block_end(source: Source) -> Iterator[Proposal]:
    """Yield the end of a block in place of the one command that is close to it."""
    for number, row in enumerate(source.lines, 1):
        name = re.match(r"\s*(\w+)\s*\(", row)
        near = (
            [end for end in _ENDS if name and close(name[1].lower(), end)]
            if name and name[1].lower() not in _ENDS
            else []
        )
        if name and len(near) == 1 and name[1].lower() not in ("else", "elseif", "if"):
            text = source.with_line(number, row.replace(name[1], near[0], 1))
            yield manifest(source, text, f"write `{near[0]}` for `{name[1]}`", number)


def _one(name: str, names: Iterable[str]) -> str:
    near = sorted({other for other in names if close(name, other)})
    return near[0] if len(near) == 1 else closest(name, near)


def _path(name: str, files: Iterable[str]) -> str:
    folder, base = os.path.split(name)
    stem, ending = os.path.splitext(base)
    files = list(files)
    beside = [path for path in files if os.path.dirname(path) == folder]
    stems = {os.path.splitext(os.path.basename(path))[0] for path in beside if path.endswith(ending)}
    found = _one(stem, stems)
    if found:
        return os.path.join(folder, found + ending)
    other = [path for path in beside if os.path.splitext(os.path.basename(path))[0] == stem and path.endswith(_SOURCES)]
    moved = [path for path in files if os.path.basename(path) == base]
    return other[0] if len(other) == 1 else moved[0] if len(moved) == 1 else ""


def _replaced(source: Source, line: int, old: str, new: str) -> Iterator[Proposal]:
    """Yield the first word at or below a line written right; nothing without a name or a place."""
    start = source.offset(line, 1)
    found = re.compile(rf"(?<![\w./-]){re.escape(old)}(?![\w/-]|\.\w)").search(source.text, start) if new else None
    if found is None:
        found = re.search(rf"(?<![\w./-]){re.escape(old)}(?![\w/-]|\.\w)", source.text) if new else None
    if found is not None:
        text = source.text[: found.start()] + new + source.text[found.end() :]
        yield manifest(source, text, f"write `{new}` for `{old}`", source.text.count("\n", 0, found.start()) + 1)
