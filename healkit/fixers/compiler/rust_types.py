"""Small edits where types do not fit and rustc has no word for them: `self.`, `?`, a cast that loses nothing."""

from __future__ import annotations

import re

from .search import ADVISED, EVIDENT, Candidate, Edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .search import Problem

_WIDER = {
    "u8": ("u16", "u32", "u64", "u128", "usize", "i16", "i32", "i64", "i128", "isize", "f32", "f64", "char"),
    "u16": ("u32", "u64", "u128", "usize", "i32", "i64", "i128", "f32", "f64"),
    "u32": ("u64", "u128", "i64", "i128", "f64", "usize"),
    "u64": ("u128", "i128"),
    "i8": ("i16", "i32", "i64", "i128", "isize", "f32", "f64"),
    "i16": ("i32", "i64", "i128", "isize", "f32", "f64"),
    "i32": ("i64", "i128", "f64"),
    "i64": ("i128",),
    "usize": ("u64", "u128"),
    "f32": ("f64",),
    "bool": ("u8", "u16", "u32", "u64", "usize", "i32", "i64"),
    "char": ("u32", "u64", "i64", "usize"),
}  # fmt: skip
"""What holds every value of a type; `usize` has 32 or 64 bits where Rust's std runs on a desktop or server."""
_EXPECTED = re.compile(r"expected `([a-z]\w+)`, found `([a-z]\w+)`")
_NO_OPERATOR = re.compile(r"cannot (?:\w+) `([a-z]\w+)` (?:to|from|by|and|with) `([a-z]\w+)`")


def candidates(problem: Problem, text: str, start: int, end: int) -> Iterator[Candidate]:
    """Yield the edits at a problem's main span, which runs from `start` to `end` in the file's present text."""
    yield from _pointer(problem, text, start)
    if problem.code == "E0618":
        name = re.match(r"[a-z_]\w*", text[start:end])
        yield from _receiver(problem, name[0], start) if name else ()
    if problem.code == "E0599" and "is not an iterator" in problem.message and text[start - 1 : start] == ".":
        edit = Edit(file=problem.file, start=start - 1, end=start - 1, text=".iter()")
        title = f"iterate with `.iter()` ({problem.file}:{problem.line})"
        yield Candidate(edits=[edit], title=title, rank=(ADVISED, 0, 5))
    if problem.code in ("E0425", "E0423") and re.match(r"[a-z_]\w*$", text[start:end]):
        yield from _receiver(problem, text[start:end], start)
    if problem.code in ("E0308", "E0277", "E0599", "E0369", "E0609", "E0614", "E0631"):
        yield from _propagated(problem, start, end, text)
        yield from _cast(problem, start, end, text)


def _said(problem: Problem) -> list[str]:
    children = problem.data.get("children", ())
    labels = [str(span.get("label") or "") for span in problem.data["spans"]]
    return [problem.message, *labels, *(str(child.get("message") or "") for child in children)]


def _pointer(problem: Problem, text: str, start: int) -> Iterator[Candidate]:
    """Yield the `&` or `*` that lacks before `mut` or `const`."""
    said = problem.message
    if "found keyword `mut`" not in said and "found keyword `const`" not in said and "const trait bounds" not in said:
        return
    for order, sign in enumerate(("&", "*")):
        if text.startswith(("mut",) if sign == "&" else ("mut", "const"), start):
            edit = Edit(file=problem.file, start=start, end=start, text=sign)
            title = f"add the missing `{sign}` ({problem.file}:{problem.line})"
            yield Candidate(edits=[edit], title=title, rank=(ADVISED, 0, order))


def _receiver(problem: Problem, name: str, start: int) -> Iterator[Candidate]:
    for order, word in enumerate(("self.", "Self::")):
        edit = Edit(file=problem.file, start=start, end=start, text=word)
        title = f"write `{word}{name}` for `{name}` ({problem.file}:{problem.line})"
        yield Candidate(edits=[edit], title=title, rank=(ADVISED, 0, 10 + order))


def _propagated(problem: Problem, start: int, end: int, text: str) -> Iterator[Candidate]:
    said = " ".join(_said(problem))
    if not re.search(r"\b(?:Result|Option)<|enum `(?:\w+::)*(?:Result|Option)\b", said):
        return
    yield from _initialised(problem, start, end, text)
    while end > start:
        if text[end - 1] not in ")}];, \n":
            break
        if text[end - 1] == ")":
            yield from propagated(problem, end)
        end -= 1
    if problem.code in ("E0599", "E0609") and text[start - 1 : start] == "." and text[start - 2 : start - 1] == ")":
        yield from propagated(problem, start - 1)


def propagated(problem: Problem, place: int) -> Iterator[Candidate]:
    """Yield a `?` at a place of the problem's file."""
    edit = Edit(file=problem.file, start=place, end=place, text="?")
    title = f"pass the error on with `?` ({problem.file}:{problem.line})"
    yield Candidate(edits=[edit], title=title, rank=(ADVISED, 2, 20))


def _initialised(problem: Problem, start: int, end: int, text: str) -> Iterator[Candidate]:
    """Yield the `?` where the variable at fault gets its value."""
    found = re.search(r"(\w+)\.$", text[:start])
    name = found[1] if found else text[start:end].strip().lstrip("&*")
    if not re.fullmatch(r"[a-z_]\w*", name):
        return
    for let in list(re.finditer(rf"\blet (?:mut )?{name}\b[^=;{{}}]*=[^=][^;{{}}]*\)(?=;)", text[:start]))[-1:]:
        edit = Edit(file=problem.file, start=let.end(), end=let.end(), text="?")
        line = text.count("\n", 0, let.end()) + 1
        title = f"pass the error on with `?` ({problem.file}:{line})"
        yield Candidate(edits=[edit], title=title, rank=(ADVISED, 2, -1))


def _cast(problem: Problem, start: int, end: int, text: str) -> Iterator[Candidate]:
    indexed = re.search(r"cannot be indexed by `(u8|u16|u32)`", problem.message)
    if indexed:
        yield from _casts(problem, start, end, text, "usize")
    for said in _said(problem):
        found = _EXPECTED.search(said)
        if found and found[1] in _WIDER.get(found[2], ()):
            yield from _casts(problem, start, end, text, found[1])
        operator = _NO_OPERATOR.search(said)
        if operator:
            for wide, narrow in (operator.groups(), operator.groups()[::-1]):
                if wide in _WIDER.get(narrow, ()):
                    yield from _operands(problem, start, end, text, wide)


def _casts(problem: Problem, start: int, end: int, text: str, wide: str) -> Iterator[Candidate]:
    whole = text[start:end]
    simple = re.fullmatch(r"[\w.]+(?:\([^()]*\))?(?:\[[^\[\]]*\])?", whole)
    edits = [Edit(file=problem.file, start=end, end=end, text=f" as {wide}" if simple else f") as {wide}")]
    if not simple:
        edits.insert(0, Edit(file=problem.file, start=start, end=start, text="("))
    title = f"convert to `{wide}`, which holds every value ({problem.file}:{problem.line})"
    yield Candidate(edits=edits, title=title, rank=(EVIDENT, 9))


def _operands(problem: Problem, start: int, end: int, text: str, wide: str) -> Iterator[Candidate]:
    """Yield a cast of the operand on either side of an operator."""
    after = re.match(r"\s*[\w.]+(?:\([^()]*\))?(?:\[[^\[\]]*\])?", text[end:])
    if after:
        edit = Edit(file=problem.file, start=end + after.end(), end=end + after.end(), text=f" as {wide}")
        title = f"convert to `{wide}`, which holds every value ({problem.file}:{problem.line})"
        yield Candidate(edits=[edit], title=title, rank=(EVIDENT, 9))
    before = re.search(r"[\w.]+(?:\([^()]*\))?(?:\[[^\[\]]*\])?\s*$", text[:start])
    if before:
        place = start - (len(before[0]) - len(before[0].rstrip()))
        edit = Edit(file=problem.file, start=place, end=place, text=f" as {wide}")
        title = f"convert to `{wide}`, which holds every value ({problem.file}:{problem.line})"
        yield Candidate(edits=[edit], title=title, rank=(EVIDENT, 9))
