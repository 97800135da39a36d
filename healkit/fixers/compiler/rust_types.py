"""Small edits where types do not fit and rustc has no word for them: `self.`, `?`, a cast that loses nothing."""

from __future__ import annotations

import re
from collections import Counter

from .search import ADVISED, EVIDENT, Candidate, Edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

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
_NUMBERS = frozenset(name for name in _WIDER if name not in ("bool", "char")) | {"u128", "i128", "isize", "f64"}
_EXPECTED = re.compile(r"expected `([a-z]\w+)`, found `([a-z]\w+)`")
_NO_OPERATOR = re.compile(r"cannot (?:\w+) `([a-z]\w+)` (?:to|from|by|and|with) `([a-z]\w+)`")


def casts_of(texts: Iterable[str]) -> dict[str, int]:
    """Return how often the project's files cast to each type of a number."""
    found = Counter(name for text in texts for name in re.findall(r" as ([iuf]\w+)\b", text))
    return dict(found)


def candidates(problem: Problem, text: str, start: int, end: int, casts: Mapping[str, int]) -> Iterator[Candidate]:
    """Yield the edits at a problem's main span, which runs from `start` to `end` in the file's present text.

    `casts` tells how often the project casts to a type: where it does so, a cast that may lose something is its way.
    """
    yield from _pointer(problem, text, start)
    if problem.code == "E0618":
        name = re.match(r"[a-z_]\w*", text[start:end])
        yield from _receiver(problem, name[0], start) if name else ()
    unready = problem.code == "E0599" and any("is not an iterator" in said for said in _said(problem))
    if unready and text[start - 1 : start] == ".":
        edit = Edit(file=problem.file, start=start - 1, end=start - 1, text=".iter()")
        title = f"iterate with `.iter()` ({problem.file}:{problem.line})"
        yield Candidate(edits=[edit], title=title, rank=(ADVISED, 0, 5))
    looped = re.fullmatch(r"\*([a-z_]\w*)", text[start:end]) if problem.code == "E0614" else None
    for loop in list(re.finditer(rf"\bfor {looped[1]} in ([\w.]+)(?= \{{)", text[:start]))[-1:] if looped else ():
        edit = Edit(file=problem.file, start=loop.end(), end=loop.end(), text=".iter()")
        title = f"iterate with `.iter()` ({problem.file}:{text.count(chr(10), 0, loop.end()) + 1})"
        yield Candidate(edits=[edit], title=title, rank=(ADVISED, 0, 5))
    if problem.code in ("E0425", "E0423") and re.match(r"[a-z_]\w*$", text[start:end]):
        yield from _receiver(problem, text[start:end], start)
    yield from _collected(problem, text, start) if problem.code == "E0277" else ()
    yield from _number_of(problem, text, start) if problem.code in ("E0369", "E0277") else ()
    if problem.code in ("E0308", "E0277", "E0599", "E0369", "E0609", "E0614", "E0631"):
        yield from _propagated(problem, start, end, text)
        yield from _cast(problem, start, end, text, casts)


def _number_of(problem: Problem, text: str, start: int) -> Iterator[Candidate]:
    """Yield the number of a character or truth value where the variable that is counted with gets its value."""
    if not re.search(
        r"no implementation for `(?:char|bool) \S+ |cannot (?:add|subtract|multiply) .*`(?:char|bool)`", problem.message
    ):
        return
    name = re.search(r"([a-z_]\w*) $", text[:start])
    for let in list(re.finditer(rf"\blet (?:mut )?{name[1]} = ([\w.*]+);", text[:start]))[-1:] if name else ():
        for order, kind in enumerate(("u32", "usize")):
            edit = Edit(file=problem.file, start=let.end(1), end=let.end(1), text=f" as {kind}")
            yield _convert(problem, [edit], ("char", kind), {}, text.count("\n", 0, let.end()) + 1, 12 + order)
    if name:
        edit = Edit(file=problem.file, start=name.end(1), end=name.end(1), text=" as u32")
        yield _convert(problem, [edit], ("char", "u32"), {}, 0, 14)


def _collected(problem: Problem, text: str, start: int) -> Iterator[Candidate]:
    """Yield `.to_string()` in the closure before a `collect` that wants texts of its own."""
    if not re.search(r"iterator over elements of type `&(?:'\w+ )?str`", problem.message):
        return
    above = max(0, start - 300)
    for found in list(re.finditer(r"\.map\(\|\w+\| \w+(?:\.\w+\([^()]*\))*()\)", text[above:start]))[-1:]:
        place = above + found.start(1)
        edit = Edit(file=problem.file, start=place, end=place, text=".to_string()")
        title = f"make it a text of its own with `.to_string()` ({problem.file}:{problem.line})"
        yield Candidate(edits=[edit], title=title, rank=(ADVISED, 1, 5))


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


def _cast(problem: Problem, start: int, end: int, text: str, used: Mapping[str, int]) -> Iterator[Candidate]:
    indexed = re.search(r"cannot be indexed by `([iu]\w+)`", problem.message)
    if indexed and indexed[1] in _NUMBERS:
        yield from _casts(problem, start, end, text, (indexed[1], "usize"), used)
    for said in _said(problem):
        yield from _tuple(problem, said, start, end, text, used)
        found = _EXPECTED.search(said)
        if found and (found[1] in _WIDER.get(found[2], ()) or {found[1], found[2]} <= _NUMBERS):
            yield from _casts(problem, start, end, text, (found[2], found[1]), used)
            yield from _begun(problem, start, end, text, (found[2], found[1]), used)
        operator = _NO_OPERATOR.search(said)
        if operator:
            one, other = operator.groups()
            for narrow, wide in ((one, other), (other, one)):
                if wide in _WIDER.get(narrow, ()) or {narrow, wide} <= _NUMBERS:
                    yield from _operands(problem, start, end, text, (narrow, wide), used)


def _tuple(
    problem: Problem, said: str, start: int, end: int, text: str, used: Mapping[str, int]
) -> Iterator[Candidate]:
    """Yield the casts of those parts of a tuple whose types differ."""
    types = re.search(r"expected `\(([\w, ]+)\)`, found `\(([\w, ]+)\)`", said)
    parts = re.fullmatch(r"\(([\w. ]+(?:, [\w. ]+)*)\)", text[start:end]) if types else None
    if not types or not parts:
        return
    wanted, found, names = types[1].split(", "), types[2].split(", "), parts[1].split(", ")
    if len(wanted) != len(found) or len(found) != len(names):
        return
    place, last = start + 1, ("", "")
    edits: list[Edit] = []
    for want, have, name in zip(wanted, found, names, strict=True):
        place += len(name)
        if want != have:
            if not {want, have} <= _NUMBERS:
                return
            edits.append(Edit(file=problem.file, start=place, end=place, text=f" as {want}"))
            last = (have, want)
        place += 2
    if edits:
        yield _convert(problem, edits, last, used)


def _convert(
    problem: Problem,
    edits: Sequence[Edit],
    types: tuple[str, str],
    used: Mapping[str, int],
    line: int = 0,
    order: int = 9,
) -> Candidate:
    """Return a cast as a candidate: certain where it holds every value, or where the project casts so elsewhere."""
    old, new = types
    whole = new in _WIDER.get(old, ())
    what = f"convert to `{new}`, which holds every value" if whole else f"convert from `{old}` to `{new}`"
    rank = (EVIDENT, order) if whole else (ADVISED, 3, order)
    title = f"{what} ({problem.file}:{line or problem.line})"
    return Candidate(edits=edits, title=title, rank=rank, sure=whole or used.get(new, 0) > 0)


def _casts(
    problem: Problem, start: int, end: int, text: str, types: tuple[str, str], used: Mapping[str, int]
) -> Iterator[Candidate]:
    whole = text[start:end]
    simple = re.fullmatch(r"[\w.]+(?:\([^()]*\))?(?:\[[^\[\]]*\])?", whole)
    edits = [Edit(file=problem.file, start=end, end=end, text=f" as {types[1]}" if simple else f") as {types[1]}")]
    if not simple:
        edits.insert(0, Edit(file=problem.file, start=start, end=start, text="("))
    yield _convert(problem, edits, types, used)


def _begun(
    problem: Problem, start: int, end: int, text: str, types: tuple[str, str], used: Mapping[str, int]
) -> Iterator[Candidate]:
    """Yield the cast of the last operand where the variable at fault gets its value: sums do not overflow there."""
    name = text[start:end]
    if not re.fullmatch(r"[a-z_]\w*", name):
        return
    for let in list(re.finditer(rf"\blet (?:mut )?{name} = ([^;]*);", text[:start]))[-1:]:
        sums = re.search(r"[\w)\]}] [-+*/] ", let[1])
        operand = r"(?<![^\s(])([a-z_][\w.]*(?:\([^()]*\))?)(?= [-+*/]\s|\s+[-+*/] |\s*$)"
        for found in list(re.finditer(operand, let[1]))[-4:]:
            place = let.start(1) + found.end()
            edit = Edit(file=problem.file, start=place, end=place, text=f" as {types[1]}")
            yield _convert(problem, [edit], types, used, text.count("\n", 0, place) + 1, 8 if sums else 11)


def _operands(
    problem: Problem, start: int, end: int, text: str, types: tuple[str, str], used: Mapping[str, int]
) -> Iterator[Candidate]:
    """Yield a cast of the operand on either side of an operator."""
    after = re.match(r"\s*[\w.]+(?:\([^()]*\))?(?:\[[^\[\]]*\])?", text[end:])
    if after:
        edit = Edit(file=problem.file, start=end + after.end(), end=end + after.end(), text=f" as {types[1]}")
        yield _convert(problem, [edit], types, used)
    before = re.search(r"[\w.]+(?:\([^()]*\))?(?:\[[^\[\]]*\])?\s*$", text[:start])
    if before:
        place = start - (len(before[0]) - len(before[0].rstrip()))
        edit = Edit(file=problem.file, start=place, end=place, text=f" as {types[1]}")
        yield _convert(problem, [edit], types, used)
