"""Rust names that nothing is called: the close name that was meant, in the use or in the definition."""

from __future__ import annotations

import re

from .lexis import RUST, tokens
from .search import EVIDENT, NEAR, Candidate, Edit
from .spelling import NAME, Words, close, numbered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from .search import Problem

KEYWORDS = (
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern", "fn", "for", "if", "impl",
    "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "self", "Self", "static", "struct", "super",
    "trait", "type", "unsafe", "use", "where", "while",
)  # fmt: skip
COMMON = (
    "i8", "i16", "i32", "i64", "i128", "u8", "u16", "u32", "u64", "u128", "usize", "isize", "f32", "f64", "bool", "char", "str",
    "String", "Vec", "Option", "Some", "None", "Result", "Ok", "Err", "Box", "Iterator", "IntoIterator", "Default", "Clone",
    "Debug", "Display", "From", "Into", "PartialEq", "PartialOrd", "Hash", "Ord", "Copy", "derive", "inline", "println", "format",
    "vec", "panic", "assert_eq", "assert", "write", "writeln", "eprintln", "matches", "std", "core", "alloc", "collections",
    "HashMap", "HashSet", "BTreeMap", "fmt", "iter", "unwrap", "expect", "clone", "len", "push", "insert", "to_string", "as_str",
    "as_bytes", "is_empty", "collect", "to_owned", "into_iter", "iter_mut", "as_ref", "contains",
)  # fmt: skip
_DEFINED = r"\b(?:as|extern\s+crate|fn|struct|enum|union|trait|type|const|static(?:\s+mut)?|mod|macro_rules!|let(?:\s+mut)?)\s+"
_DEFINED_C = (
    r"^[ \t]*[A-Za-z_][\w \t*]*[ \t*](?P<it>{name})[ \t]*[(;=\[,:]|[(,]\s*[A-Za-z_][\w \t*]*[ \t*]({name})\s*[,)]"
    r"|^[ \t]*#[ \t]*define[ \t]+({name})\b"
)
_VALID = re.compile(r"valid (?:argument|value|name|form)s?\b|expected one of|must be one of|possible values|supported")
_PUB = r"(?:pub(?:\([^)]*\))?\s+)?"
UNKNOWN = frozenset(
    ("E0425", "E0412", "E0405", "E0404", "E0432", "E0433", "E0599", "E0609", "E0560", "E0026", "E0407", "E0437", "E0438", "E0576",
     "E0423", "E0424", "E0426", "E0261", "E0531", "E0532", "E0573", "E0574", "E0220", "E0554", "E0583", "E0222", "E0229",
     "E0559", "E0635", "E0463", "E0786", "E0277", "E0046")
)  # fmt: skip
"""Codes that say that a name is not known."""


def quoted(problem: Problem) -> list[str]:
    """Return the names that a problem's message and labels quote, paths by their pieces."""
    said = [
        problem.message,
        *(str(span.get("label") or "") for span in problem.data["spans"] if span.get("is_primary")),
    ]
    out: dict[str, None] = {}
    for text in said:
        for path in re.findall(r"`'?([^`]+)`", text):
            out.update(dict.fromkeys(NAME.findall(path)))
    return list(out)


def misspelt(problem: Problem, file: str, text: str, start: int, end: int, words: Words) -> Iterator[Candidate]:
    """Yield the close names of the project and of the language in place of each unknown name at a problem's main span.

    Args:
        problem: what the compiler said.
        file: its file.
        text: the file's present text.
        start: where the problem's main span begins in it.
        end: where it ends.
        words: the project's names.
    """
    if problem.code not in UNKNOWN and not problem.message.startswith("cannot find"):
        return
    names = quoted(problem)
    for word in tokens(text[start:end], RUST):
        name = word.text.lstrip("'") if word.kind == "text" and "'" in word.text else word.text
        if word.kind not in ("name", "text") or name not in names or name in KEYWORDS:
            continue
        shift = len(word.text) - len(name)
        place = start + word.start + shift
        near = dict.fromkeys(words.near(name))
        near.update(dict.fromkeys((close(name, other), other) for other in COMMON if close(name, other)))
        for steps, other in sorted(near)[:10]:
            edit = Edit(file=file, start=place, end=start + word.end, text=other)
            yield Candidate(
                edits=[edit],
                title=f"write `{other}` for `{name}` ({file}:{problem.line})",
                rank=(NEAR, steps, 1),
                sure=not numbered(name, other),
            )


def listed(
    problem: Problem,
    text: str,
    within: Callable[[str, Mapping[str, Any]], tuple[int, int]],
    place: Callable[[str], str],
) -> Iterator[Candidate]:
    """Yield the one close word of those that the compiler lists as the valid ones, in place of the one it points at."""
    for span in problem.data["spans"]:
        label = f"{span.get('label') or ''} {problem.message}"
        if not _VALID.search(label) or place(str(span["file_name"])) != problem.file:
            continue
        start, end = within(text, span)
        old = text[start:end].strip('"')
        near = [word for word in dict.fromkeys(re.findall(r"`\"?(\w+)\"?`", label)) if close(old, word)]
        if NAME.fullmatch(old) and len(near) == 1:
            begin = start + text[start:end].index(old)
            edit = Edit(file=problem.file, start=begin, end=begin + len(old), text=near[0])
            title = f"write `{near[0]}` for `{old}` ({problem.file}:{problem.line})"
            yield Candidate(edits=[edit], title=title, rank=(NEAR, close(old, near[0]), 0))


def slips(file: str, text: str, place: int) -> Iterator[Candidate]:
    """Yield a keyword in place of a word close to it, at an error of the syntax or just before it."""
    words = tokens(text, RUST)
    number = next((n for n, word in enumerate(words) if word.end > place), len(words))
    for word, after in zip(words[max(0, number - 8) : number], words[max(0, number - 7) :], strict=False):
        if word.text == "vec" and after.text == "[" and after.start == word.end:
            edit = Edit(file=file, start=word.end, end=word.end, text="!")
            title = f"call the macro with `vec!` ({file}:{word.line})"
            yield Candidate(edits=[edit], title=title, rank=(EVIDENT, 0), risk="low")
    for word in words[max(0, number - 2) : number + 2]:
        for keyword in KEYWORDS if word.kind == "name" else ():
            if word.text not in KEYWORDS and close(word.text, keyword):
                edit = Edit(file=file, start=word.start, end=word.end, text=keyword)
                title = f"write `{keyword}` for `{word.text}` ({file}:{word.line})"
                yield Candidate(edits=[edit], title=title, rank=(NEAR, close(word.text, keyword), 0), risk="low")


def in_definition(
    name: str, other: str, texts: Mapping[str, str], sites: int, words: Words, *, c: bool = False
) -> tuple[str, Candidate | None]:
    """Decide between a misspelt use and a misspelt definition.

    Args:
        name: the unknown name.
        other: a close name that exists.
        texts: the project's Rust files, by path.
        sites: errors about the unknown name.
        words: the project's names.
        c: the files are C.

    Returns:
        `use`, `definition` or empty when nobody can say; with the candidate that corrects the definition.
    """
    name_of = re.escape(other)
    definition = (
        re.compile(_DEFINED_C.format(name=name_of), re.M)
        if c
        else re.compile(rf"(?:{_DEFINED}|[{{,(<]\s*{_PUB}|^\s+{_PUB})({name_of})\b(?!\s*::)", re.M)
    )
    places = [
        (file, found.start(found.lastindex or 0), found.end(found.lastindex or 0))
        for file, text in texts.items()
        for found in definition.finditer(text)
    ]
    count = words.names[other]
    if not places or count > 1:
        plain = sites == 1 or not places or count > sites + 1 or words.misspelt(name, other) == name
        return ("use" if plain else ""), None
    file, start, end = places[0]
    title = f"write `{name}` for `{other}` in its definition ({file}:{texts[file].count(chr(10), 0, start) + 1})"
    edit = Edit(file=file, start=start, end=end, text=name)
    candidate = Candidate(edits=[edit], title=title, rank=(EVIDENT, 2))
    if sites > 1 or words.names[name] > sites:
        return "definition", candidate
    wrong = words.misspelt(name, other)
    if wrong == other:
        return "definition", candidate
    row = texts[file][texts[file].rfind("\n", 0, start) + 1 : start]
    if wrong == name or not (c or re.search(r"\bpub\s", row)):
        return "use", None  # a private name may be called anything
    return "", candidate.replace(sure=False, rank=(NEAR, 1, 0))


def decided(
    candidates: Sequence[tuple[str, str, Candidate]], texts: Mapping[str, str], sites: Mapping[str, int], words: Words
) -> Iterator[Candidate]:
    """Yield typo candidates (unknown name, close name, edit of the use) as the evidence has it: use or definition."""
    for name, other, candidate in candidates:
        if (other in sites and other not in words.names) or (sites.get(other, 0) and name not in sites):
            continue  # that one is not known either
        where, definition = in_definition(name, other, texts, max(1, sites.get(name, 1)), words)
        if definition is not None:
            yield definition
        if where == "use":
            yield candidate
        elif where == "":
            yield candidate.replace(sure=False)
