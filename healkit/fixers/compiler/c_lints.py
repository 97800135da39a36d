"""What has one plain remedy: a variable that nothing uses and whose value costs nothing, a guard that is not closed."""

from __future__ import annotations

import re

from .lexis import C, tokens
from .search import ADVISED, EVIDENT, Candidate, Edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .c_messages import Said

_TYPE = r"[ \t]*(?:(?:const|static|register|volatile|unsigned|signed|long|short|struct|union|enum|auto)\s+)*[A-Za-z_][\w:]*(?:<[\w:, *]*>)?"
_VALUE = r"(?:[-+~!]?(?:\d[\w.]*|'(?:\\.|[^'\\])'|\"(?:\\.|[^\"\\])*\"|NULL|nullptr|true|false)|\{\s*0?\s*\})"
"""What may be left out without changing what happens."""


def unused(problem: Said, text: str) -> Iterator[Candidate]:
    """Yield the text without the declaration of a variable that nothing uses: its line, or its place in a list."""
    name = re.match(r"unused variable '(\w+)'", problem.message)
    rows = text.split("\n")
    if not name or not 0 < problem.line <= len(rows):
        return
    row = rows[problem.line - 1]
    begin = sum(len(other) + 1 for other in rows[: problem.line - 1])
    bare = rf"\b{name[1]}\b(?:\[\w*\])*(?:\s*=\s*{_VALUE})?"
    one = rf"[*& \t]*{bare}"
    title = f"remove `{name[1]}`, which nothing uses ({problem.file}:{problem.line})"
    if re.fullmatch(rf"{_TYPE}[*& \t]+{bare}\s*;[ \t]*(?://.*|/\*.*\*/[ \t]*)?", row):
        edit = Edit(file=problem.file, start=begin, end=begin + len(row) + 1, text="")
        yield Candidate(edits=[edit], title=title, rank=(ADVISED, 0))
        return
    for pattern in (rf",{one}(?=\s*[,;])", rf"(?<=[\w*])(?P<kept>\s+){one}\s*,\s*"):
        found = re.search(pattern, row)
        if found and re.fullmatch(rf"{_TYPE}[*& \t]+[^()]*;[ \t]*(?://.*)?", row):
            new = found.groupdict().get("kept") or ""
            edit = Edit(file=problem.file, start=begin + found.start(), end=begin + found.end(), text=new)
            yield Candidate(edits=[edit], title=title, rank=(ADVISED, 0))
            return


def unterminated(problem: Said, text: str) -> Iterator[Candidate]:
    """Yield the `#endif` of a header's guard at the end of the file."""
    rows = text.split("\n")
    if not re.match(r"unterminated (?:#|conditional)", problem.message) or not 0 < problem.line < len(rows):
        return
    guard = re.match(r"[ \t]*#[ \t]*ifndef[ \t]+(\w+)", rows[problem.line - 1])
    whole = guard and re.match(rf"[ \t]*#[ \t]*define[ \t]+{guard[1]}\b", rows[problem.line])
    if not whole and re.search(r"^[ \t]*#[ \t]*(?:el|endif)", "\n".join(rows[problem.line :]), re.M):
        return  # where it ends is not to be seen
    body = text.rstrip()
    gap = "" if re.search(r"#[ \t]*endif[^\n]*$", body) else "\n"
    edit = Edit(file=problem.file, start=len(body), end=len(text), text=f"\n{gap}#endif\n")
    title = f"close the guard with `#endif` ({problem.file}:{body.count(chr(10)) + 2})"
    yield Candidate(edits=[edit], title=title, rank=(ADVISED, 0), risk="low")


def type_end(problem: Said, text: str) -> Iterator[Candidate]:
    """Yield the `;` behind a struct, union, enum or class that ends just above an error; directives are blanked in `text`."""
    words = tokens(text, C)
    number = next((n for n, word in enumerate(words) if word.line >= problem.line), len(words))
    while number and words[number - 1].text not in ("}", ";", "{", ")"):
        number -= 1
    closer = words[number - 1] if number else None
    if closer is None or closer.text != "}" or closer.line < problem.line - 60:
        return
    depth, place = 0, number - 1
    for place in range(number - 1, -1, -1):
        depth += (words[place].text == "}") - (words[place].text == "{")
        if depth == 0:
            break
    head = [word.text for word in words[max(0, place - 8) : place]]
    since = max((n for n, word in enumerate(head) if word in (";", "}", "{", ")")), default=-1)
    if {"struct", "union", "enum", "class"} & set(head[since + 1 :]):
        last = words[number] if "typedef" in head[since + 1 :] and number < len(words) else closer
        edit = Edit(file=problem.file, start=last.end, end=last.end, text=";")
        title = f"add the missing `;` ({problem.file}:{last.line})"
        yield Candidate(edits=[edit], title=title, rank=(EVIDENT, 0), risk="low")


def constness(problem: Said, texts: Mapping[str, str]) -> Iterator[Candidate]:
    """Yield the `const` of a method on that side, class or definition, where it lacks."""
    here = re.search(
        r"no declaration matches '(?P<all>[^']*?(?P<name>\w+::~?\w+)\([^']*\))(?P<const> const)?'", problem.message
    )
    there = [
        found for note in problem.notes if (found := re.match(r"candidates? (?:is|are): '([^']*\))( const)?'", note))
    ]
    if not here or not there or bool(here["const"]) == bool(there[0][2]):
        return
    owner, _, name = here["name"].partition("::")
    pattern = rf"^[^\n;]*\b{owner}::{name}\s*\([^;{{)]*\)(?=\s*(?::|\{{))"
    if here["const"]:
        pattern = rf"\b(?:class|struct)\s+{owner}\b[^;{{]*\{{.*?\b{name}\s*\([^;{{)]*\)(?=\s*;)"
    for file, text in texts.items():
        found = re.search(pattern, text, re.M | re.S)
        if found:
            edit = Edit(file=file, start=found.end(), end=found.end(), text=" const")
            title = f"make `{name}` `const` here too ({file}:{text.count(chr(10), 0, found.end()) + 1})"
            yield Candidate(edits=[edit], title=title, rank=(EVIDENT, 0))
