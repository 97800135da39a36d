"""What a linker missed: a library of the system, a source of the project that the build file leaves out, a header's folder."""

from __future__ import annotations

import os
import re

from ...tables import table
from ..proposal import edit
from . import cmake, make
from .make import manifest, word_in
from .spelling import close

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..case import Case
    from ..proposal import Proposal
    from ..source import Source

_UNDEFINED = re.compile(r"undefined reference to [`']([\w:~]+)[('<]")
_LINKING = re.compile(r"Linking (?:C|CXX) (?:executable|shared library|shared module) (\S+)")
_COMPILING = re.compile(r"(?:\*\*\* \[|FAILED: )(?:\S*/)?CMakeFiles/([\w.+-]+)\.dir/")
_NO_HEADER = re.compile(r"fatal error: ([\w./+-]+): No such file or directory")
_NO_OBJECT = re.compile(r"(?:cannot find |error: )([\w./-]+\.o): No such file or directory")
_LIBRARIES = re.compile(r"^(LDLIBS|LIBS|LDADD|LIBRARIES)[ \t]*[:+?]*=[^\n]*", re.M)
_SOURCES = (".c", ".cc", ".cpp", ".cxx")


def propose(case: Case) -> Iterable[Proposal]:
    """Yield the edits of a makefile or CMakeLists.txt that give the linker what it missed."""
    missing = list(dict.fromkeys(_UNDEFINED.findall(case.output)))
    if missing:
        libraries = _libraries(case, missing)
        for library in libraries:
            yield from _library(case, library)
        if not libraries:
            yield from _left_out(case, missing)
            yield from _misnamed(case, missing)
    for name in dict.fromkeys(_NO_OBJECT.findall(case.output)):
        yield from _prerequisite(case, name)
    for header in dict.fromkeys(_NO_HEADER.findall(case.output)):
        yield from _folder(case, header)


def _libraries(case: Case, missing: list[str]) -> list[str]:
    """Return the libraries that define what is missing, where nothing of the project defines any of it."""
    libraries = {lib: words.split() for lib, words in table("c-headers").get("libraries", {}).items()}
    if any(_defining(case, name) for name in missing):
        return []
    found = {name: next((lib for lib, words in libraries.items() if name in words), "") for name in missing}
    kin = {_kin(word) for lib in found.values() for word in libraries.get(lib, ())}
    if any(not lib and _kin(name) not in kin for name, lib in found.items()):
        return []
    return list(dict.fromkeys(lib for lib in found.values() if lib))


def _kin(name: str) -> str:
    """Return the prefix that a library's functions share (`png_`), the name itself where it has none."""
    head, sign, _ = name.partition("_")
    return head + sign if sign else name


def _defining(case: Case, name: str) -> list[str]:
    """Return the project's sources that define a function that others may call."""
    out = []
    defined = re.compile(rf"^(?!static\b)[A-Za-z_][\w \t*]*[ \t*]{re.escape(name)}\s*\([^;{{}}]*\)\s*\{{", re.M)
    if "::" in name:  # a member of a class, or a function in a namespace
        defined = re.compile(
            rf"^(?!static\b)(?:[\w:<>,&* \t]*[ \t*&])?{re.escape(name)}\s*\([^;{{}}]*\)[^;{{}}]*\{{", re.M
        )
    for path in case.files(*_SOURCES):
        source = case.source(path)
        if source is not None and name.split("::")[-1] in source.text and defined.search(source.text):
            out.append(path)
    return out


def _prerequisite(case: Case, name: str) -> Iterator[Proposal]:
    """Yield an object that is linked and has a rule as a prerequisite of the target that failed."""
    for source in make.makefiles(case)[:1]:
        ruled = re.search(rf"^{re.escape(name)}\s*:", source.text, re.M)
        for file, _, target in make._FAILED.findall(case.output):
            head = re.search(rf"^{re.escape(target)}[ \t]*:(?!=)[^\n\\]*$", source.text, re.M)
            if ruled and head and file == os.path.basename(source.path) and not word_in(head[0], name):
                place = head.end() - (len(head[0]) - len(head[0].rstrip()))
                text = f"{source.text[:place]} {name}{source.text[place:]}"
                yield manifest(source, text, f"build `{name}` before `{target}`", _line(source.text, place))


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _library(case: Case, library: str) -> Iterator[Proposal]:
    linked = _LINKING.findall(case.output)
    if linked:
        yield from _cmake_library(case, library, os.path.basename(linked[-1]).split(".")[0])
        return
    what = f"link with `-l{library}`"
    for source in make.makefiles(case)[:1]:
        failed = [
            int(line) for file, line, _ in make._FAILED.findall(case.output) if file == os.path.basename(source.path)
        ]
        row = source.lines[failed[0] - 1] if failed and failed[0] <= len(source.lines) else ""
        variable = _LIBRARIES.search(source.text)
        if f"-l{library}" in row:
            yield from _reordered(source, failed[0], row, f"-l{library}")
        elif variable and (not row.startswith("\t") or f"$({variable[1]})" in row or f"${{{variable[1]}}}" in row):
            place = variable.end() - (len(variable[0]) - len(variable[0].rstrip()))
            text = f"{source.text[:place]} -l{library}{source.text[place:]}"
            yield manifest(source, text, what, _line(source.text, place))
        elif row.startswith("\t") and not row.rstrip().endswith("\\"):
            yield manifest(source, source.with_line(failed[0], f"{row.rstrip()} -l{library}"), what, failed[0])
        elif "<builtin>" in case.output:
            assigned = list(re.finditer(r"^\w+[ \t]*[:+?]*=[^\n]*\n", source.text, re.M))
            place = assigned[-1].end() if assigned else 0
            text = f"{source.text[:place]}LDLIBS = -l{library}\n{source.text[place:]}"
            yield manifest(source, text, what, _line(source.text, place))


def _reordered(source: Source, line: int, row: str, flag: str) -> Iterator[Proposal]:
    """Yield the library behind the objects, where a linker looks for what they miss."""
    bare = row.replace(f" {flag}", "", 1).rstrip()
    yield manifest(source, source.with_line(line, f"{bare} {flag}"), f"name `{flag}` behind the objects", line)


def _cmake_library(case: Case, library: str, target: str) -> Iterator[Proposal]:
    for path in case.files("CMakeLists.txt"):
        source = case.source(path)
        if source is None:
            continue
        linked = re.search(rf"target_link_libraries\s*\(\s*{re.escape(target)}\b[^)]*", source.text)
        made = re.search(
            rf"^[ \t]*add_(?:executable|library)\s*\(\s*{re.escape(target)}\b[^)]*\)[^\n]*\n?", source.text, re.M
        )
        what = f"link `{target}` with `{library}`"
        if linked:
            place = linked.end() - (len(linked[0]) - len(linked[0].rstrip()))
            yield manifest(
                source, f"{source.text[:place]} {library}{source.text[place:]}", what, _line(source.text, place)
            )
            return
        if made:
            gap = "" if made[0].endswith("\n") else "\n"
            text = f"{source.text[: made.end()]}{gap}target_link_libraries({target} {library})\n{source.text[made.end() :]}"
            yield manifest(source, text, what, _line(source.text, made.end()))
            return


def _left_out(case: Case, missing: list[str]) -> Iterator[Proposal]:
    """Yield the one source that defines what is missing, put beside its neighbours in the build file."""
    files = {tuple(_defining(case, name)) for name in missing[:8]}
    linked = _LINKING.findall(case.output)
    if linked and files and all(len(found) == 1 for found in files):
        owner = cmake.library_of(case, [found[0] for found in files])
        if owner:
            yield from _cmake_library(case, owner, os.path.basename(linked[-1]).split(".")[0])
            return
    if len(files) != 1 or len(next(iter(files))) != 1:
        return
    path = next(iter(files))[0]
    sources = [case.source(one) for one in case.files("CMakeLists.txt")] if linked else make.makefiles(case)
    for source in sources:
        if source is None:
            continue
        base = os.path.dirname(source.path)
        inside = os.path.relpath(path, base or ".")
        if not inside.startswith(".."):
            yield from _listed(case, source, os.path.splitext(inside)[0], os.path.splitext(inside)[1], base)


def _misnamed(case: Case, missing: list[str]) -> Iterator[Proposal]:
    """Yield the declared name for the one function with a close name that is defined and that nothing else names."""
    texts = {
        path: found.text for path in case.files(*_SOURCES, ".h", ".hpp") if (found := case.source(path)) is not None
    }
    whole = "\n".join(texts.values())
    defined = re.compile(r"^(?!static\b|return\b|else\b)[A-Za-z_][\w \t*]*[ \t*](\w+)\s*\([^;{}]*\)\s*\{", re.M)
    for name in missing[:4]:
        if _defining(case, name):
            continue
        near = [
            (path, found)
            for path, text in texts.items()
            for found in defined.finditer(text)
            if close(name, found[1]) and len(re.findall(rf"\b{re.escape(found[1])}\b", whole)) == 1
        ]
        source = case.source(near[0][0]) if len(near) == 1 else None
        if source is not None and len(re.findall(rf"\b{re.escape(name)}\b", whole)) > 1:
            start, end = near[0][1].span(1)
            text = source.text[:start] + name + source.text[end:]
            what = f"write `{name}` for `{near[0][1][1]}` in its definition ({source.path}:{_line(source.text, start)})"
            yield edit("compiler", what, [source.change(text)], risk="medium")


def _listed(case: Case, source: Source, stem: str, ending: str, base: str) -> Iterator[Proposal]:
    """Yield the build file with a source put behind its neighbours, in each list that holds them."""
    beside = {
        os.path.splitext(os.path.relpath(path, base or "."))[0]
        for path in case.files(*_SOURCES)
        if os.path.dirname(os.path.relpath(path, base or ".")) == os.path.dirname(stem)
    } - {stem}
    rows = source.text.split("\n")
    lines: list[int] = []
    failed = {int(line) for file, line, _ in make._FAILED.findall(case.output) if file == os.path.basename(source.path)}
    known = any(word_in(source.text, name + kind) for name in _names(stem) for kind in (".o", ending))
    for number, row in enumerate(rows):
        if row.lstrip().startswith("#") or re.match(r"\s*[\w./-]+\.o\s*:", row) or re.search(r"\s-c\s", row):
            continue
        if known and number + 1 not in failed:
            continue  # it is listed, only the line that links leaves it out
        done = _behind(row, beside, stem, ending)
        if done:
            rows[number] = done
            lines.append(number + 1)
    if lines:
        yield manifest(source, "\n".join(rows), f"build `{stem}{ending}` too", lines[0])


def _names(stem: str) -> list[str]:
    return list(dict.fromkeys((stem, os.path.basename(stem))))


def _behind(row: str, beside: set[str], stem: str, ending: str) -> str:
    """Return a line with a source or its object behind the last of its neighbours; empty where none stands in it."""
    for short in (False, True):
        name = os.path.basename(stem) if short else stem
        others = {os.path.basename(other) if short else other for other in beside}
        words = [found for other in others for kind in (".o", ending) for found in word_in(row, other + kind)]
        if any(word_in(row, name + kind) for kind in (".o", ending)):
            return ""
        if words:
            last = max(words, key=lambda found: found.end())
            return f"{row[: last.end()]} {name}{os.path.splitext(last[0])[1]}{row[last.end() :]}"
    return _behind_objects(row, {os.path.basename(other) for other in beside}, os.path.basename(stem))


def _behind_objects(row: str, beside: set[str], name: str) -> str:
    """Return a line with an object behind the last of its neighbours, in the folder of objects that they stand in."""
    prefix = r"(?<![\w.%+-])((?:[\w.-]+|\$[({]\w+[)}])/(?:[\w./-]+/)?)"
    found = [one for other in beside for one in re.finditer(rf"{prefix}{re.escape(other)}\.o(?![\w.])", row)]
    folders = {one[1] for one in found}
    if len(folders) != 1 or any(f"{folder}{name}.o" in row for folder in folders):
        return ""
    last = max(found, key=lambda one: one.end())
    return f"{row[: last.end()]} {last[1]}{name}.o{row[last.end() :]}"


def _folder(case: Case, header: str) -> Iterator[Proposal]:
    """Yield the include folder for a header that stands once in the project and that its users name as if it were given."""
    found = [
        path
        for path in case.files(os.path.splitext(header)[1] or header)
        if path == header or path.endswith(f"/{header}")
    ]
    if len(found) != 1:
        return
    folder = found[0].removesuffix(header).rstrip("/") or "."
    failed = _COMPILING.findall(case.output)
    library = cmake.library_with(case, folder) if failed else ""
    if library and library != failed[-1]:
        yield from _cmake_library(case, library, failed[-1])
    yield from cmake.include_folder(case, folder)
    for source in make.makefiles(case)[:1]:
        folder = os.path.relpath(found[0].removesuffix(header).rstrip("/") or ".", os.path.dirname(source.path) or ".")
        for flag in re.finditer(r"-I[ ]?([\w./-]+)", source.text):
            if close(flag[1].rstrip("/"), folder) and not case.exists(
                os.path.join(os.path.dirname(source.path), flag[1])
            ):
                text = source.text[: flag.start(1)] + folder + source.text[flag.end(1) :]
                yield manifest(source, text, f"look for headers in `{folder}`", _line(source.text, flag.start()))
                return
        yield from _recipe(case, source, folder)
        flags = re.search(r"^(CPPFLAGS|CFLAGS|CXXFLAGS|INCLUDES?)[ \t]*[:+?]*=[^\n\\]*", source.text, re.M)
        users = _users(case, header)
        if flags and f"-I{folder}" not in source.text and users:
            place = flags.end() - (len(flags[0]) - len(flags[0].rstrip()))
            text = f"{source.text[:place]} -I{folder}{source.text[place:]}"
            named = os.path.basename(folder) in ("include", "inc", "includes", "headers") or users > 1
            yield manifest(source, text, f"look for headers in `{folder}`", _line(source.text, place), sure=named)


def _recipe(case: Case, source: Source, folder: str) -> Iterator[Proposal]:
    """Yield the include folder for the recipe that failed, where the others name it."""
    for file, line, _ in make._FAILED.findall(case.output):
        row = source.lines[int(line) - 1] if int(line) <= len(source.lines) else ""
        compiles = re.search(r"\s-c\s", row)
        if file == os.path.basename(source.path) and compiles and "$(" not in row and f"-I{folder}" in source.text:
            text = source.with_line(int(line), f"{row[: compiles.start()]} -I{folder}{row[compiles.start() :]}")
            if f"-I{folder}" not in row:
                yield manifest(source, text, f"look for headers in `{folder}`", int(line))


def _users(case: Case, header: str) -> int:
    """Return how many sources include a header under this very name."""
    wanted = re.compile(rf'#\s*include\s*["<]{re.escape(header)}[">]')
    count = 0
    for path in case.files(*_SOURCES, ".h", ".hpp"):
        source = case.source(path)
        count += bool(source is not None and wanted.search(source.text))
    return count
