"""Who owns a value, and for how long: `&self` for `self`, a lifetime of the impl, the clone where a variable begins."""

from __future__ import annotations

import re

from .search import ADVISED, CERTAIN, EVIDENT, Candidate, Edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from .search import Problem

_TAKES = re.compile(r"takes ownership of the receiver `self`")
_GIVES = re.compile(r"\b(?:into_|build|finish|unwrap|take|consume)")
_SUFFIX = re.compile(r"\.(?:clone|to_string|to_owned|to_vec|cloned|copied|collect)\(\)$")
_VIEWS = (
    ("AsRef", ".as_ref()"),
    ("AsMut", ".as_mut()"),
    ("Into", ".into()"),
    ("IntoIterator", ".into_iter()"),
    ("Borrow", ".borrow()"),
)
_REFERENCE = re.compile(r"&(?=(?:mut |dyn |impl )?[A-Z\[(a-z])(?!'|mut ?self|self)")


def candidates(problem: Problem, text: str, start: int, end: int) -> Iterator[Candidate]:
    """Yield the edits at a problem's main span, which runs from `start` to `end` in the file's present text."""
    labels = " ".join(str(span.get("label") or "") for span in problem.data["spans"])
    yield from _signature(problem, text, start, end)
    yield from _parameter(problem, text, start)
    given = re.search(r"found type parameter `(\w+)`", labels) if problem.code == "E0308" else None
    for order, (trait, call) in enumerate(_VIEWS):
        if given and re.search(
            rf"\b{given[1]}: [^,>{{]*\b{trait}\b", text[max(0, text.rfind("fn ", 0, start) - 400) : start]
        ):
            edit = Edit(file=problem.file, start=end, end=end, text=call)
            title = f"look at it with `{call}` ({problem.file}:{problem.line})"
            yield Candidate(edits=[edit], title=title, rank=(EVIDENT, 3, order))
    yield from _borrowing(problem, text, start) if problem.code == "E0106" else ()
    yield from _bound(problem, text, start)
    wanted = re.search(r"expected `(&(?:mut )?)\w[^`]*`, found `\w", labels)
    if problem.code == "E0053" and wanted and text[start:end] == "self" and text[start - 4 : start] == "mut ":
        edit = Edit(file=problem.file, start=start - 4, end=end, text=f"{wanted[1]}self")
        title = f"borrow with `{edit.text}` as the trait does ({problem.file}:{problem.line})"
        yield Candidate(edits=[edit], title=title, rank=(ADVISED, 0, 0))
    if "differ in mutability" in labels and re.match(r"&(?!mut\b)", text[start:end]):
        edit = Edit(file=problem.file, start=start, end=start + 1, text="&mut ")
        yield Candidate(
            edits=[edit], title=f"borrow it as mutable ({problem.file}:{problem.line})", rank=(ADVISED, 0, 0)
        )
    if problem.code == "E0606" and "as `*mut" in problem.message and re.match(r"&(?!mut\b)", text[start:end]):
        edit = Edit(file=problem.file, start=start, end=start + 1, text="&mut ")
        title = f"borrow it as mutable ({problem.file}:{problem.line})"
        yield Candidate(edits=[edit], title=title, rank=(ADVISED, 0, 0))


def receivers(
    problem: Problem,
    texts: Mapping[str, str],
    place: Callable[[str], str],
    within: Callable[[str, Mapping[str, Any]], Any],
) -> Iterator[Candidate]:
    """Yield `&self` for the `self` of a method of the project, after whose call the value is used again.

    Args:
        problem: what the compiler said.
        texts: the project's Rust files, by path.
        place: gives a printed path relative to the root, empty for one that lies outside.
        within: gives a span of the compiler's as start and end in a text.
    """
    if problem.code not in ("E0382", "E0507", "E0505"):
        return
    for child in problem.data.get("children", ()):
        if not _TAKES.search(str(child.get("message"))):
            continue
        for span in child.get("spans", ()):
            file = place(str(span.get("file_name", "")))
            if file not in texts:
                continue
            start, _ = within(texts[file], span)
            here = re.search(r"\b(?:mut )?self\b", texts[file][max(0, start - 4) : start + 8])
            name = re.search(r"fn (\w+)[^(]*\([^(]*$", texts[file][:start])
            if not here or not name or _GIVES.match(name[1]):
                continue
            begin = max(0, start - 4) + here.start()
            for order, word in enumerate(("&mut self", "&self") if "mut" in here[0] else ("&self", "&mut self")):
                edit = Edit(file=file, start=begin, end=begin + len(here[0]), text=word)
                line = texts[file].count("\n", 0, begin) + 1
                title = f"borrow with `{word}` in `{name[1]}` ({file}:{line})"
                yield Candidate(edits=[edit], title=title, rank=(CERTAIN, -1, order))


def _bound(problem: Problem, text: str, start: int) -> Iterator[Candidate]:
    """Yield the bound that a type parameter of this name has elsewhere in the file, for one that has none."""
    if problem.code not in ("E0277", "E0282", "E0283", "E0599", "E0369", "E0308"):
        return
    heads = list(
        re.finditer(
            r"^[ \t]*(?:pub(?:\([^)]*\))? )?(?:(?:const|async|unsafe) )*(?:fn \w+|impl)\s*<([^>(){}]*)>",
            text[:start],
            re.M,
        )
    )
    for head in heads[-2:]:
        for bare in re.finditer(r"(?<![\w:'])([A-Z]\w*)(?=\s*(?:,|$))", head[1]):
            others = re.findall(rf"[<,]\s*{bare[1]}: (\w[\w:+ ]*(?:<[\w&' ]+>)?)(?=[,>])", text)
            bounds = sorted(set(others), key=lambda one: -others.count(one))[:3]
            for order, bound in enumerate(bounds):
                place = head.start(1) + bare.end()
                edit = Edit(file=problem.file, start=place, end=place, text=f": {bound}")
                title = f"bind `{bare[1]}` to `{bound}` as its neighbours do ({problem.file}:{text.count(chr(10), 0, place) + 1})"
                yield Candidate(edits=[edit], title=title, rank=(EVIDENT, 6, order))


def _parameter(problem: Problem, text: str, start: int) -> Iterator[Candidate]:
    """Yield `.as_ref()` and its like where a method is called on a type parameter that gives only that view."""
    found = re.search(r"for type parameter `(\w+)`", problem.message)
    name = re.search(r"(?<![\w.])([a-z_]\w*)\.$", text[:start])
    if problem.code != "E0599" or not found or not name:
        return
    above = text[:start].rfind("fn ")
    for order, (trait, call) in enumerate(_VIEWS):
        if not re.search(rf"\b{found[1]}: [^,>{{]*\b{trait}\b", text[max(0, above - 400) : start]):
            continue
        places = [let.end() for let in re.finditer(rf"\blet (?:mut )?{name[1]} = {name[1]}(?=;)", text[above:start])]
        for place in [*(above + one for one in places[-1:]), start - 1]:
            edit = Edit(file=problem.file, start=place, end=place, text=call)
            title = f"look at it with `{call}` ({problem.file}:{text.count(chr(10), 0, place) + 1})"
            yield Candidate(edits=[edit], title=title, rank=(EVIDENT, 3, order, int(place == start - 1)))


def _borrowing(problem: Problem, text: str, start: int) -> Iterator[Candidate]:
    """Yield `&self` for `self` where a method returns a reference, which nothing else can be borrowed from."""
    head = text.rfind("fn ", 0, start)
    here = re.match(r"fn \w+(?:<[^>]*>)?\(\s*((?:mut )?self)\b", text[head:start])
    if head < 0 or not here:
        return
    words = (
        ("&mut self", "&self")
        if text.startswith(("&mut", "mut"), start) or "mut" in here[1]
        else ("&self", "&mut self")
    )
    for order, word in enumerate(words):
        edit = Edit(file=problem.file, start=head + here.start(1), end=head + here.end(1), text=word)
        yield Candidate(
            edits=[edit], title=f"borrow with `{word}` ({problem.file}:{problem.line})", rank=(CERTAIN, -1, order)
        )


def _signature(problem: Problem, text: str, start: int, end: int) -> Iterator[Candidate]:
    """Yield a lifetime of the impl for a reference of a method's result, as the trait wants it."""
    if re.match(r"associated type `|`&` without an explicit lifetime name", problem.message) and text[start] == "&":
        header = re.findall(r"^[ \t]*(?:unsafe )?impl\b[^{;]*", text[:start], re.M)
        for order, name in enumerate(dict.fromkeys(re.findall(r"'[a-z]\w*", header[-1] if header else ""))):
            edit = Edit(file=problem.file, start=start + 1, end=start + 1, text=f"{name} ")
            title = f"name the lifetime `{name}` ({problem.file}:{problem.line})"
            yield Candidate(edits=[edit], title=title, rank=(EVIDENT, 1, order))
        return
    if not re.match(r"`impl` item signature|method not compatible with trait|lifetime may not live", problem.message):
        return
    head = text[start : text.find("{", start) + 1] if "{" in text[start : start + 400] else text[start:end]
    if not head.lstrip().startswith(("fn ", "pub ", "async ", "unsafe ", "const ")):
        begin = text.rfind("fn ", 0, start)
        start, head = begin, text[begin : text.find("{", begin) + 1]
    arrow = head.find("->")
    above = re.findall(r"^[ \t]*(?:unsafe )?impl\b[^{;]*", text[:start], re.M)
    lifetimes = list(dict.fromkeys(re.findall(r"'[a-z]\w*", above[-1] if above else "")))
    if arrow < 0 or not lifetimes:
        return
    places = [start + arrow + found.end() for found in _REFERENCE.finditer(head[arrow:])]
    for order, name in enumerate(lifetimes):
        groups = [places, *([one] for one in places)] if len(places) > 1 else [places] if places else []
        for group in groups:
            edits = [Edit(file=problem.file, start=one, end=one, text=f"{name} ") for one in group]
            title = f"give the result the lifetime `{name}` ({problem.file}:{problem.line})"
            yield Candidate(edits=edits, title=title, rank=(EVIDENT, 1, order))


def begun(problem: Problem, text: str, start: int, pairs: Sequence[tuple[str, str]]) -> Iterator[Candidate]:
    """Yield the compiler's `.clone()` of a variable where the variable gets its value instead.

    Args:
        problem: what the compiler said.
        text: its file's present text.
        start: where the suggestion's edit begins in it.
        pairs: old and new text of the suggestion's edits.
    """
    if len(pairs) != 1 or pairs[0][0] or not _SUFFIX.fullmatch(pairs[0][1]):
        return
    name = re.search(r"(?<![\w.])[a-z_]\w*$", text[:start])
    if not name:
        return
    lets = list(re.finditer(rf"\blet (?:mut )?{name[0]}(?:\s*:[^=;]+)? = &?([\w.]+)(?=;)", text[:start]))
    for let in lets[-1:]:
        edits = [Edit(file=problem.file, start=let.end(), end=let.end(), text=pairs[0][1])]
        if text[let.start(1) - 1] == "&":
            edits.insert(0, Edit(file=problem.file, start=let.start(1) - 1, end=let.start(1), text=""))
        line = text.count("\n", 0, let.end()) + 1
        title = f"let `{name[0]}` begin with `{let[1]}{pairs[0][1]}` ({problem.file}:{line})"
        yield Candidate(edits=edits, title=title, rank=(ADVISED, 2, 9))


def announced(problem: Problem, others: Sequence[Problem], edit: Edit) -> Iterator[Candidate]:
    """Yield the return type that the callers want where the compiler can only guess at a number's type.

    Args:
        problem: what the compiler said of the function.
        others: everything that it said.
        edit: the suggested `-> i32` or `-> f64`.
    """
    wanted: dict[str, int] = {}
    for other in others:
        labels = [str(span.get("label") or "") for span in other.data["spans"] if span.get("is_primary")]
        for found in re.findall(r"expected `([^`]+)`, found `\(\)`", " ".join([other.message, *labels])):
            wanted[found] = wanted.get(found, 0) + 1
        for found in re.findall(
            r"no implementation for `(\w+) \S+ \(\)`|no implementation for `\(\) \S+ (\w+)`", " ".join(labels)
        ):
            name = found[0] or found[1]
            wanted[name] = wanted.get(name, 0) + 1
    guess = re.search(r"-> (i32|f64)\b", edit.text)
    for name, count in wanted.items():
        if (
            guess
            and re.fullmatch(r"[iu](?:8|16|32|64|128|size)|f32|f64", name)
            and (name[0] == "f") == (guess[1] == "f64")
        ):
            new = edit.text.replace(guess[0], f"-> {name}")
            title = f"announce the result with `-> {name}` ({problem.file}:{problem.line})"
            yield Candidate(edits=[edit.replace(text=new)], title=title, rank=(EVIDENT, 2, -count))
