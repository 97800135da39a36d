"""What rustc suggests nothing for: an undeclared module file, a private item among public ones, a missing edition."""

from __future__ import annotations

import itertools
import os
import re

from .rust_messages import NAME_CODES
from .rust_names import quoted
from .search import EVIDENT, NEAR, Candidate, Edit
from .spelling import close

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .search import Problem

_MOD = re.compile(r"^(?P<vis>pub(?:\([^)]*\))? )?mod (?P<name>\w+);[^\n]*\n", re.M)
_ITEM = r"(?:(?:const|unsafe|async|extern(?: \"[^\"]*\")?) )*(?:fn|struct|enum|trait|type|const|static|mod|union|use)"


def modules(problem: Problem, texts: Mapping[str, str]) -> Iterator[Candidate]:
    """Yield `mod NAME;` for a file that is there and that no module declares, and the file's name for a misspelt `mod`."""
    if problem.code == "E0583":
        yield from _misnamed(problem, texts)
    if problem.code == "E0599" or problem.code in NAME_CODES:
        yield from _orphans(problem, texts)
    if problem.code not in ("E0432", "E0433", "E0425", "E0423", "E0603"):
        return
    for name in quoted(problem):
        for file in (path for path in texts if path.endswith((f"/{name}.rs", f"/{name}/mod.rs"))):
            parent = parent_of(file, name, texts)
            if parent is not None and not re.search(rf"\bmod {name}\b", texts[parent]):
                yield from _declared(name, parent, texts[parent])


def _orphans(problem: Problem, texts: Mapping[str, str]) -> Iterator[Candidate]:
    """Yield the declaration of a module that nobody declares and whose file defines the name that is not known."""
    names = [name for name in quoted(problem) if len(name) > 2][:2]
    for file, text in texts.items():
        name = os.path.basename(os.path.dirname(file)) if file.endswith("/mod.rs") else os.path.basename(file)[:-3]
        parent = parent_of(file, name, texts) if name not in ("lib", "main", "build") else None
        if parent is None or parent.startswith("tests/") or re.search(rf"\bmod {re.escape(name)}\b", texts[parent]):
            continue
        if any(re.search(rf"\b(?:{_ITEM}|macro_rules!) {other}\b", text) for other in names):
            yield from _declared(name, parent, texts[parent])


def parent_of(file: str, name: str, texts: Mapping[str, str]) -> str | None:
    """Return the file that should declare a module's file: `lib.rs`, `main.rs`, `mod.rs` or `FOLDER.rs` beside it."""
    folder = os.path.dirname(file)
    if file.endswith(f"/{name}/mod.rs"):
        folder = os.path.dirname(folder)
    names = [f"{folder}/mod.rs", f"{folder}.rs", f"{folder}/lib.rs", f"{folder}/main.rs"]
    return next((found for found in names if found in texts and found != file), None)


def _declared(name: str, parent: str, text: str) -> Iterator[Candidate]:
    """Yield the declaration in its place among the others: as they are, in their order."""
    others = list(_MOD.finditer(text))
    public = sum(bool(other["vis"]) for other in others)
    if others:
        after = [other for other in others if other["name"] < name]
        place = after[-1].end() if after else _with_attributes(text, others[0].start())
    else:
        head = re.match(
            r"(?:\s*(?:#!\[[^\n]*\]|//[^\n]*|/\*.*?\*/)[ \t]*\n|[ \t]*\n|\s*extern crate[^\n]*\n)*", text, re.S
        )
        place = head.end() if head else 0
    line = text.count("\n", 0, place) + 1
    for visibility in ("", "pub "):
        fits = (public * 2 > len(others)) == bool(visibility)
        edit = Edit(file=parent, start=place, end=place, text=f"{visibility}mod {name};\n{'' if others else chr(10)}")
        title = f"declare the module `{name}` ({parent}:{line})"
        yield Candidate(edits=[edit], title=title, rank=(EVIDENT, 0 if fits else 1))


def _with_attributes(text: str, place: int) -> int:
    """Return where an item begins with the attributes and comments above it."""
    while place and re.match(r"\s*(?:#\[|///|//)", text[text.rfind("\n", 0, place - 1) + 1 : place]):
        place = text.rfind("\n", 0, place - 1) + 1
    return place


def _misnamed(problem: Problem, texts: Mapping[str, str]) -> Iterator[Candidate]:
    """Yield the one close file name for a `mod` that has no file."""
    found = re.search(r"module `(\w+)`", problem.message)
    text = texts.get(problem.file)
    if not found or text is None:
        return
    place = re.search(rf"\bmod ({found[1]})\s*;", text)
    stem, folder = os.path.splitext(os.path.basename(problem.file))[0], os.path.dirname(problem.file)
    folder = folder if stem in ("lib", "main", "mod") else f"{folder}/{stem}"
    for path in texts:
        name = os.path.basename(path)[:-3]
        name = os.path.basename(os.path.dirname(path)) if name == "mod" else name
        beside = os.path.dirname(path) == folder or path == f"{folder}/{name}/mod.rs"
        if place and beside and close(found[1], name) and not re.search(rf"\bmod {name}\b", text):
            edit = Edit(file=problem.file, start=place.start(1), end=place.end(1), text=name)
            title = f"declare the module `{name}` instead of `{found[1]}` ({problem.file}:{problem.line})"
            yield Candidate(edits=[edit], title=title, rank=(NEAR, close(found[1], name), 0))


def visibility(problem: Problem, texts: Mapping[str, str], place: Callable[[str], str]) -> Iterator[Candidate]:
    """Yield `pub` for a private item of the project that another module uses; sure only among public neighbours."""
    notes = " ".join(str(child.get("message")) for child in problem.data.get("children", ()))
    if problem.code not in ("E0603", "E0616", "E0624", "E0451", "E0364", "E0365") and "is inaccessible" not in notes:
        return
    for name, file, line in _defined(problem, texts, place):
        rows = texts[file].split("\n")
        row = rows[line - 1]
        margin = len(row) - len(row.lstrip())
        if not re.match(rf"(?:{_ITEM} )?{re.escape(name)}\b|{_ITEM}\b.*\b{re.escape(name)}\b", row.strip()):
            continue
        for word in ("pub", "pub(crate)"):
            said = [r for r in rows if re.match(rf"\s{{{margin}}}{re.escape(word)} ", r)]
            start = sum(len(r) + 1 for r in rows[: line - 1]) + margin
            edit = Edit(file=file, start=start, end=start, text=f"{word} ")
            title = f"make `{name}` public with `{word}` ({file}:{line})"
            neighbours = len(said)
            if word == "pub" and (_exported(name, texts) or _announced(name, rows, line, texts)):
                yield Candidate(edits=[edit], title=title, rank=(EVIDENT, 2))
            elif neighbours and _alike(row, said):
                yield Candidate(edits=[edit], title=title, rank=(EVIDENT, 3, -neighbours))
            elif word == "pub(crate)":
                # named by a path from elsewhere, or used nowhere in its own file, it was meant for others
                alone = (
                    problem.code not in ("E0616", "E0451", "E0364", "E0365")
                    or len(re.findall(rf"\b{re.escape(name)}\b", re.sub(r"//[^\n]*", "", texts[file]))) == 1
                )
                yield Candidate(edits=[edit], title=title, rank=(EVIDENT, 4), sure=alone)


def _exported(name: str, texts: Mapping[str, str]) -> bool:
    """Tell whether a file exports the item again: that alone wants it public."""
    return any(re.search(rf"^[ \t]*pub use [^;]*\b{re.escape(name)}\b[^;]*;", text, re.M) for text in texts.values())


def _announced(name: str, rows: list[str], line: int, texts: Mapping[str, str]) -> bool:
    """Tell whether an item was meant for the crate's users: it is documented, has public fields or stands in their way."""
    above = next((row.strip() for row in reversed(rows[: line - 1]) if not row.strip().startswith("#[")), "")
    body = list(itertools.takewhile(lambda row: row.strip() != "}", rows[line : line + 60]))
    struct = re.match(r"\s*(?:struct|union)\b", rows[line - 1]) and any(re.match(r"\s+pub \w+:", row) for row in body)
    word = rf"\b{re.escape(name)}\b"
    used = re.compile(
        rf"^[ \t]*pub (?:(?:const|async|unsafe) )*fn [^{{;]*{word}|^[ \t]*pub \w+: [^,\n]*{word}|^[ \t]*//[/!].*{word}",
        re.M,
    )
    outside = any(
        re.search(word, text) for file, text in texts.items() if file.startswith(("tests/", "examples/", "benches/"))
    )
    return above.startswith("///") or bool(struct) or outside or any(used.search(text) for text in texts.values())


def _alike(row: str, others: list[str]) -> bool:
    """Tell whether an item of the same kind is public among the neighbours (a field among fields, `fn` among `fn`)."""
    kind = re.match(rf"\s*({_ITEM})\b", row)
    for other in others:
        bare = re.sub(r"^\s*pub(?:\([^)]*\))? ", "", other)
        found = re.match(rf"({_ITEM})\b", bare)
        if (kind is None and found is None) or (kind and found and kind[1].split()[-1] == found[1].split()[-1]):
            return True
    return False


def _defined(problem: Problem, texts: Mapping[str, str], place: Callable[[str], str]) -> Iterator[tuple[str, str, int]]:
    """Yield name, file and line of the private item: where the compiler's notes point, else its only definition."""
    names = re.findall(r"`(\w+)`", problem.message)[:1]
    for name in names:
        for child in problem.data.get("children", ()):
            for span in child.get("spans", ()):
                file = place(str(span.get("file_name", "")))
                row = texts[file].split("\n")[span["line_start"] - 1] if file in texts else ""
                if re.search(rf"\b{name}\b", row) and " use " not in f" {row}":
                    yield name, file, int(span["line_start"])
                    return
        found = [
            (file, text.count("\n", 0, match.start()) + 1)
            for file, text in texts.items()
            for match in re.finditer(rf"^[ \t]+(?:{_ITEM} )?{name}\s*[:(<]", text, re.M)
            if problem.code in ("E0616", "E0624", "E0451")
            and re.match(rf"[ \t]+(?:{_ITEM} {name}|{name}\s*:)", match[0])
        ]
        owner = re.search(r"of struct `(?:\w+::)*(\w+)", problem.message)
        if len(found) > 1 and owner:
            found = [place for place in found if _inside(texts[place[0]], owner[1], place[1])]
        if len(found) == 1:
            yield name, *found[0]


def _inside(text: str, owner: str, line: int) -> bool:
    """Tell whether a line stands in the definition of a struct."""
    found = re.search(rf"^[ \t]*(?:pub(?:\([^)]*\))? )?struct {re.escape(owner)}\b[^;{{]*\{{[^}}]*\}}", text, re.M)
    return bool(found and text.count("\n", 0, found.start()) < line <= text.count("\n", 0, found.end()) + 1)


def main_function(problem: Problem, texts: Mapping[str, str]) -> Iterator[Candidate]:
    """Yield `main` for the one function of the crate's root with a close name."""
    text = texts.get(problem.file, "")
    if problem.code != "E0601":
        return
    for found in re.finditer(r"^(?:pub )?(?:async )?fn (\w+)\s*\(\s*\)", text, re.M):
        if close(found[1], "main"):
            edit = Edit(file=problem.file, start=found.start(1), end=found.end(1), text="main")
            line = text.count("\n", 0, found.start()) + 1
            title = f"name the function `main` instead of `{found[1]}` ({problem.file}:{line})"
            yield Candidate(edits=[edit], title=title, rank=(EVIDENT, 0))


def edition(manifest: str, text: str, siblings: Mapping[str, str]) -> Iterator[Candidate]:
    """Yield an edition for a manifest that names none: the one of the workspace's other packages, else 2021."""
    package = re.search(r"^\[package\][^\n]*\n", text, re.M)
    if not package or re.search(r"^edition\b", text, re.M):
        return
    used = [found for other in siblings.values() for found in re.findall(r'^edition\s*=\s*"(\d+)"', other, re.M)]
    year = max(set(used), key=used.count) if used else "2021"
    version = re.search(r"^version\b[^\n]*\n", text, re.M)
    place = version.end() if version and version.start() > package.end() - 1 else package.end()
    edit = Edit(file=manifest, start=place, end=place, text=f'edition = "{year}"\n')
    line = text.count("\n", 0, place) + 1
    yield Candidate(edits=[edit], title=f"set the edition {year} ({manifest}:{line})", rank=(EVIDENT, 5))
