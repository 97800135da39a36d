"""C and C++ names that nothing is called: the header that has them, or the close name that was meant."""

from __future__ import annotations

import os
import re

from ...tables import table
from .search import ADVISED, CERTAIN, EVIDENT, NEAR, Candidate, Edit
from .spelling import Words, close, numbered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .c_messages import Said

KEYWORDS = (
    "return", "while", "for", "switch", "case", "break", "continue", "default", "struct", "union", "enum", "typedef", "static",
    "const", "extern", "inline", "sizeof", "void", "int", "char", "long", "short", "float", "double", "unsigned", "signed", "else",
    "goto", "volatile", "NULL", "namespace", "template", "typename", "class", "public", "private", "protected", "virtual",
    "override", "operator", "using", "auto", "nullptr", "include", "define", "ifdef", "ifndef", "endif", "elif",
)  # fmt: skip
_UNKNOWN = re.compile(
    r"'(?P<a>[A-Za-z_]\w*)' (?:undeclared|was not declared|does not name a type|has not been declared|is not a member of)"
    r"|unknown type name '(?P<b>\w+)'|implicit declaration of function '(?P<c>\w+)'|has no member named '(?P<d>\w+)'"
    r"|use of undeclared identifier '(?P<e>\w+)'|no member named '(?P<f>\w+)'|call to undeclared (?:library )?function '(?P<g>\w+)'"
    r"|'(?P<h>\w+)' has no member|no type named '(?P<i>\w+)'|label '(?P<j>\w+)' used but not defined"
    r"|(?:undefined|incomplete) type '(?:struct |union |enum |class )?(?P<k>\w+)|aggregate '(?:struct |class )(?P<l>\w+)"
)
_INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*[<\"]([^>\"]+)[>\"][^\n]*\n", re.M)


def unknown(problem: Said) -> str:
    """Return the name that a problem says is not known; empty when it says something else."""
    found = _UNKNOWN.search(problem.message)
    return next((name for name in found.groups() if name), "") if found else ""


def include(file: str, text: str, header: str, rank: tuple[int, ...], *, own: bool) -> Candidate:
    """Return the candidate that includes a header below the file's other includes of its kind."""
    line = f'#include "{header}"\n' if own else f"#include <{header}>\n"
    others = [found for found in _INCLUDE.finditer(text) if _unconditional(text, found.start())]
    same = [found for found in others if ('"' in found[0]) == own]
    if same:
        place = same[-1].end()
    elif others:
        place = others[-1].end() if own else others[0].start()
    else:
        head = re.match(
            r"(?:\s*(?://[^\n]*|/\*.*?\*/)[ \t]*\n)*(?:\s*#ifndef[^\n]*\n\s*#define[^\n]*\n|\s*#pragma once\n)?\n*",
            text,
            re.S,
        )
        place = head.end() if head else 0
        line += "" if others else "\n"
    number = text.count("\n", 0, place) + 1
    title = f"include `{header}` ({file}:{number})"
    return Candidate(edits=[Edit(file=file, start=place, end=place, text=line)], title=title, rank=rank, risk="low")


def _unconditional(text: str, place: int) -> bool:
    """Tell whether a place is compiled whatever is defined, but for the guard of a header."""
    above = text[:place]
    opened = len(re.findall(r"^[ \t]*#[ \t]*if", above, re.M)) - len(re.findall(r"^[ \t]*#[ \t]*endif", above, re.M))
    guard = re.search(r"^[ \t]*#[ \t]*ifndef[ \t]+(\w+)[^\n]*\n[ \t]*#[ \t]*define[ \t]+\1\b", above, re.M)
    return opened <= (1 if guard else 0)


def headers(problem: Said, text: str, texts: Mapping[str, str]) -> Iterator[Candidate]:
    """Yield the project's header that declares an unknown name, else the system's."""
    name = unknown(problem)
    if "storage size of" in problem.message:
        rows = text.split("\n")
        tag = re.search(
            r"\b(?:struct|union|class)\s+(\w+)", rows[problem.line - 1] if problem.line <= len(rows) else ""
        )
        name = tag[1] if tag else ""
    if not name or ("member" in problem.message and "'std'" not in problem.message):
        return
    included = {os.path.basename(found[1]) for found in _INCLUDE.finditer(text)}
    declared = [path for path, other in texts.items() if _declares(path, other, name)]
    for path in declared:
        if path != problem.file and os.path.basename(path) not in included:
            yield include(
                problem.file, text, _spelled(path, problem.file, texts), (EVIDENT, 0, len(declared)), own=True
            )
    if declared:
        return
    cxx = not problem.file.endswith((".c", ".h")) or "std" in problem.message
    for key, order in (("cxx_headers", 0 if cxx else 9), ("headers", 1 if cxx else 0)):
        if order == 9:
            continue
        for header, words in table("c-headers").get(key, {}).items():
            if name in words.split() and header not in included:
                shared = _shared(name, header, texts) if problem.file.endswith((".c", ".cc", ".cpp")) else ""
                if shared:
                    yield include(shared, texts[shared], header, (EVIDENT, 0, 9), own=False)
                yield include(problem.file, text, header, (EVIDENT, 1, order), own=False)


def _shared(name: str, header: str, texts: Mapping[str, str]) -> str:
    """Return the one project header that all sources include which use a name and do not include its header themselves."""
    users = [
        text
        for path, text in texts.items()
        if path.endswith((".c", ".cc", ".cpp"))
        and re.search(rf"\b{re.escape(name)}\b", text)
        and not re.search(rf"#\s*include\s*<{re.escape(header)}>", text)
    ]
    if len(users) < 2:
        return ""
    common = set.intersection(*({os.path.basename(found[1]) for found in _INCLUDE.finditer(text)} for text in users))
    found = [path for path in texts if os.path.basename(path) in common]
    return found[0] if len(found) == 1 else ""


def _declares(path: str, text: str, name: str) -> bool:
    if not path.endswith((".h", ".hh", ".hpp", ".hxx")) or name not in text:
        return False
    bare = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S)
    word = re.escape(name)
    return bool(
        re.search(rf"^[ \t]*#[ \t]*define[ \t]+{word}\b", bare, re.M)
        or re.search(rf"^[A-Za-z_][\w \t*]*[ *]{word}\s*\([^;{{]*\)[^;{{]*[;{{]", bare, re.M)
        or re.search(
            rf"\btypedef\b[^;]*\b{word}\s*;|\}}\s*\**{word}\s*;|^(?:class|struct|enum|union)\s+{word}\b\s*[:{{]",
            bare,
            re.M,
        )
        or re.search(rf"^extern\b[^;]*\b{word}\b[^;]*;", bare, re.M)
        or re.search(rf"\benum\b[^{{;]*\{{[^}}]*\b{word}\b", bare)
    )


def _spelled(path: str, file: str, texts: Mapping[str, str]) -> str:
    """Return how other files include a header; else its path from the file's folder."""
    name = os.path.basename(path)
    used: dict[str, int] = {}
    for other, text in texts.items():
        for found in _INCLUDE.finditer(text):
            if os.path.basename(found[1]) == name and '"' in found[0] and path.endswith(found[1].lstrip("./")):
                here = os.path.dirname(other)
                beside = os.path.normpath(os.path.join(here, found[1])) == path  # as seen from that file
                word = os.path.relpath(path, os.path.dirname(file) or ".") if beside else found[1]
                used[word] = used.get(word, 0) + (2 if here == os.path.dirname(file) else 1)
    if used:
        return os.path.normpath(max(used, key=lambda spelling: used[spelling]))
    return os.path.relpath(path, os.path.dirname(file) or ".")


def usual(problem: Said, text: str, texts: Mapping[str, str]) -> Iterator[Candidate]:
    """Yield the header that most sources of the folder include and this one does not, and the one with its own name."""
    folder, name = os.path.split(problem.file)
    if name.endswith((".h", ".hh", ".hpp", ".hxx")):
        return
    included = {os.path.basename(found[1]) for found in _INCLUDE.finditer(text)}
    beside = [
        other
        for path, other in texts.items()
        if os.path.dirname(path) == folder and path.endswith((".c", ".cc", ".cpp"))
    ]
    counts: dict[str, int] = {}
    for other in beside:
        for header in {found[1] for found in _INCLUDE.finditer(other) if '"' in found[0]}:
            counts[header] = counts.get(header, 0) + 1
    own = f"{name.rpartition('.')[0]}.h"
    for path in texts:
        if os.path.basename(path) == own and own not in included:
            yield include(problem.file, text, _spelled(path, problem.file, texts), (EVIDENT, 0, 5), own=True)
    for header, count in counts.items():
        if os.path.basename(header) not in included and count * 2 >= len(beside) - 1 and count > 1:
            yield include(problem.file, text, header, (EVIDENT, 0, 6), own=True)


def missing_header(problem: Said, text: str, texts: Mapping[str, str]) -> Iterator[Candidate]:
    """Yield the right spelling of an `#include` whose file is not there."""
    found = re.match(r"'?([^':]+)'?(?:: No such file| file not found)", problem.message)
    if not found:
        return
    rows = text.split("\n")
    row = rows[problem.line - 1] if problem.line <= len(rows) else ""
    here = re.match(r"(\s*#\s*include\s*)([<\"])([^>\"]+)[>\"]", row)
    if not here or here[3] != found[1]:
        return
    start = sum(len(r) + 1 for r in rows[: problem.line - 1]) + here.end(2)
    folder, name = os.path.dirname(problem.file), os.path.basename(found[1])
    options: dict[tuple[str, bool], tuple[int, ...]] = {}
    for path in texts:
        base = os.path.basename(path)
        steps = 0 if base == name else close(name.rpartition(".")[0], base.rpartition(".")[0])
        if name.rpartition(".")[2] != base.rpartition(".")[2]:
            steps = (
                1 if name.rpartition(".")[0] == base.rpartition(".")[0] and base.endswith((".h", ".hpp", ".hh")) else 0
            )
            if not steps:
                continue
        if (base == name or steps) and base.endswith((".h", ".hh", ".hpp", ".hxx", ".inc")):
            options[(os.path.join(os.path.dirname(found[1]), base), here[2] == '"')] = (NEAR, steps, 0)
            options.setdefault((_spelled(path, problem.file, texts), True), (NEAR, steps, 1))
            options.setdefault((os.path.relpath(path, folder or "."), True), (NEAR, steps, 2))
    for key in ("headers", "cxx_headers"):
        for header in table("c-headers").get(key, {}):
            if close(found[1], header) or (found[1].rpartition(".")[0] == header and key == "cxx_headers"):
                options[(header, False)] = (NEAR, close(found[1], header) or 1, 0)
            elif found[1] == header and here[2] == '"':
                options[(header, False)] = (NEAR, 1, 0)
    users = sum(f'"{found[1]}"' in other for other in texts.values())
    unique: dict[tuple[str, bool], tuple[int, ...]] = {}
    for (name, own), rank in options.items():
        place = (os.path.normpath(name), own)
        unique[place] = min(rank, unique.get(place, rank))
    for (spelling, own), rank in unique.items():
        quoted = f'"{spelling}"' if own else f"<{spelling}>"
        edit = Edit(file=problem.file, start=start - 1, end=start + len(here[3]) + 1, text=quoted)
        title = f"include `{spelling}` instead of `{here[3]}` ({problem.file}:{problem.line})"
        # where several sources name it like this, the folder lacks and not the name
        yield Candidate(edits=[edit], title=title, rank=rank, risk="low", sure=rank[1] > 0 or users < 2)


def misspelt(problem: Said, text: str, place: int, words: Words) -> Iterator[Candidate]:
    """Yield close names of the project and keywords for the unknown name near a place of the text."""
    name = unknown(problem)
    spots = []
    rows_start = text.rfind("\n", 0, place) + 1
    rows_end = (text + "\n").index("\n", place)
    if name:
        spots = [m.span() for m in re.finditer(rf"\b{re.escape(name)}\b", text[rows_start:rows_end])]
        spots = [span for span in spots if rows_start + span[0] >= place - 1] or spots
        spots = spots[:1]
    elif problem.phase == 0:
        words_here = list(re.finditer(r"[A-Za-z_]\w*", text[rows_start:rows_end]))
        spots = [m.span() for m in words_here]
    for start, end in spots:
        old = text[rows_start + start : rows_start + end]
        near = [(close(old, word), word) for word in KEYWORDS if close(old, word) and old not in KEYWORDS]
        if name:
            near += words.near(old)
            near += [(close(old, word), word) for word in _library() if close(old, word)]
        for steps, other in sorted(dict.fromkeys(near))[:10]:
            edit = Edit(file=problem.file, start=rows_start + start, end=rows_start + end, text=other)
            title = f"write `{other}` for `{old}` ({problem.file}:{problem.line})"
            yield Candidate(edits=[edit], title=title, rank=(NEAR, steps, 1), sure=not numbered(old, other))


def conflicting(problem: Said, text: str, words: Words) -> Iterator[Candidate]:
    """Yield the close name of the declaration for the one in a definition whose type differs from it in that name alone."""
    here = re.search(r"conflicting types for '\w+'; have '([^']+)'", problem.message)
    notes = [
        found[1] for note in problem.notes if (found := re.search(r"previous declaration .* with type '([^']+)'", note))
    ]
    rows = text.split("\n")
    if not here or not notes or not 0 < problem.line <= len(rows):
        return
    old, new = re.findall(r"\w+", here[1]), re.findall(r"\w+", notes[0])
    wrong = [(a, b) for a, b in zip(old, new, strict=False) if a != b]
    if len(old) != len(new) or len(wrong) != 1 or words.names[wrong[0][0]] >= words.names[wrong[0][1]]:
        return
    name, other = wrong[0]
    found = re.search(rf"\b{re.escape(name)}\b", rows[problem.line - 1])
    if found and close(name, other):
        begin = sum(len(row) + 1 for row in rows[: problem.line - 1])
        edit = Edit(file=problem.file, start=begin + found.start(), end=begin + found.end(), text=other)
        title = f"write `{other}` for `{name}` ({problem.file}:{problem.line})"
        yield Candidate(edits=[edit], title=title, rank=(NEAR, close(name, other), 0))


def _library() -> set[str]:
    return {word for words in table("c-headers").get("headers", {}).values() for word in words.split()}


def qualified(problem: Said, text: str, place: int) -> Iterator[Candidate]:
    """Yield `std::` before a name of the C++ library, alone or together with its header."""
    name = unknown(problem)
    if problem.file.endswith(".c") or not name or text[max(0, place - 2) : place] == "::":
        return
    for header, words in table("c-headers").get("cxx_headers", {}).items():
        if name in words.split() and text.startswith(name, place):
            edit = Edit(file=problem.file, start=place, end=place, text="std::")
            title = f"write `std::{name}` for `{name}` ({problem.file}:{problem.line})"
            yield Candidate(edits=[edit], title=title, rank=(ADVISED, 0))
            both = include(problem.file, text, header, (ADVISED, 1), own=False)
            yield both.replace(edits=[edit, *both.edits], title=title)


def tagged(problem: Said, place: int, texts: Mapping[str, str]) -> Iterator[Candidate]:
    """Yield `struct`, `union` or `enum` before a type's name that is only known with it."""
    name = unknown(problem)
    if not problem.message.startswith("unknown type name") or not name:
        return
    for word in ("struct", "union", "enum"):
        if any(re.search(rf"\b{word}\s+{re.escape(name)}\b", text) for text in texts.values()):
            edit = Edit(file=problem.file, start=place, end=place, text=f"{word} ")
            title = f"write `{word} {name}` for `{name}` ({problem.file}:{problem.line})"
            yield Candidate(edits=[edit], title=title, rank=(EVIDENT, 0))


def member(problem: Said, text: str, place: int) -> Iterator[Candidate]:
    """Yield `.` for `->` where what stands before it is no pointer, and `->` for `.` where it is one."""
    if "which is of pointer type" in problem.message and text[place - 1 : place] == ".":
        edit = Edit(file=problem.file, start=place - 1, end=place, text="->")
        yield Candidate(
            edits=[edit], title=f"write `->` for `.` ({problem.file}:{problem.line})", rank=(EVIDENT, 0), risk="low"
        )
    if not re.search(
        r"invalid type argument of '->' \(have '[^*]+'|base operand of '->' (?:has|is not)", problem.message
    ):
        return
    found = text.find("->", place)
    if 0 <= found <= place + 2:
        edit = Edit(file=problem.file, start=found, end=found + 2, text=".")
        yield Candidate(
            edits=[edit], title=f"write `.` for `->` ({problem.file}:{problem.line})", rank=(EVIDENT, 0), risk="low"
        )


__all__ = ["CERTAIN", "headers", "missing_header", "misspelt", "qualified", "unknown"]
