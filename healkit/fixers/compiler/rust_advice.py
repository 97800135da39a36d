"""The compiler's own suggestions as candidates: which are refused, and which of several is the better one."""

from __future__ import annotations

import re

from .search import ADVISED, CERTAIN, EVIDENT, NEAR, Candidate, Edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PLACEHOLDER = re.compile(
    r"todo!|unimplemented!|unreachable!|/\*.*?\*/|\b_ =>|<[a-z]+>|\bREASON\b|#!?\[(?:allow|expect|rustfmt|cfg|feature)|\bunsafe\b|"
    r"\.unwrap\(\)|\.expect\(|\blet _ =|\bif let .*= |\bprintln!|\btransmute\b|\bmem::forget\b|\.ok\(\)|unwrap_or|\bstd::process\b|\bloop\b"
)
"""What compiles and is no healing: placeholders, a lint switched off, a panic or an ignored value put in."""
_SIGNS = r"[\s;,&*.?()\[\]{}<>:=|'\"!-]*"
_SIGNS_ONLY = re.compile(rf"{_SIGNS}(?:mut|pub|ref|dyn|move|await|async|return|let|as|const)?{_SIGNS}")
_MARKS = (
    r"&mut |&|\*|mut |ref |move |async |dyn |impl |;|,|use [^;]+;\s*|self\.|Self::|\.await|\?|pub(?:\(\w+\))? |\(|\)|\{|\}"
    r"|#\[derive[^\]]*\]\s*|<'?\w+>|'\w+ ?|\s"
)
_COSTS = (
    (re.compile(_MARKS), 0),
    (re.compile(r"\.(?:to_string|into|as_str|as_ref|as_mut|to_owned|iter|to_vec|as_bytes|chars|copied)\(\)"), 1),
    (re.compile(r"\.(?:clone|cloned)\(\)"), 2),
)
_BORROWED = frozenset(
    ("fmt", "io", "collections", "mem", "ops", "str", "iter", "cmp", "slice", "borrow", "hash", "error")
)
_IMPORT = re.compile(r"\s*(?:pub(?:\([^)]*\))? )?use ((?:::)?[\w:]+(?: as \w+)?);\s*")


def cost(text: str) -> int:
    """Return how much a suggestion changes what happens: 0 a reference or a mark, 1 a view, 2 a copy, 3 other code."""
    worst = 0
    while text:
        for pattern, price in _COSTS:
            found = pattern.match(text)
            if found and found.end():
                text, worst = text[found.end() :], max(worst, price)
                break
        else:
            return 3
    return worst


def refused(edits: Sequence[tuple[str, str]], code: str, certain: bool) -> bool:
    """Tell whether a suggestion is none: a placeholder, or code taken away that the compiler is not certain of.

    Args:
        edits: old and new text of each place.
        code: the error's code or the lint's name.
        certain: the suggestion is machine-applicable.
    """
    lint = bool(code) and not re.fullmatch(r"E\d{4}", code)
    for old, new in edits:
        if PLACEHOLDER.search(new) and not PLACEHOLDER.search(old):
            return True
        if not new.strip() and not _SIGNS_ONLY.fullmatch(old):
            imported = code == "unused_imports" or old.lstrip().startswith(("use ", "pub use "))
            if not (certain and lint) and not imported:
                return True
    return code in ("dead_code", "unused_must_use", "unused_results", "unreachable_code", "unused_assignments")


def rank_of(
    edits: Sequence[tuple[str, str]], applicability: str, order: int, imports: Mapping[str, int]
) -> tuple[tuple[int, ...], str]:
    """Return a suggestion's rank, and the path that it imports, empty when it does something else.

    Args:
        edits: old and new text of each place.
        applicability: the compiler's word for how certain it is.
        order: its place among the compiler's suggestions.
        imports: how often the project's other files import each path.
    """
    whole = "".join(new for _, new in edits)
    imported = _IMPORT.fullmatch(whole)
    if imported and applicability != "MachineApplicable":
        path = imported[1].removeprefix("::")
        pieces = path.split("::")
        core = imports.get("core", 0) > imports.get("std", 0)
        family = {"std": int(core), "core": int(not core), "alloc": 2}.get(pieces[0], 0)
        own = pieces[0] in ("crate", "self", "super")
        if own and (pieces[-1] in _BORROWED or (len(pieces) > 3 and pieces[-2] in _BORROWED)):
            family = 5  # through what another module imports
        return (ADVISED, 0, -imports.get(path, 0), family), path
    if "?" in whole:
        return (ADVISED, 2, order), ""  # it leaves the function early
    if applicability == "MachineApplicable":
        return (CERTAIN, order), ""
    return (ADVISED, cost(whole), order), ""


def imports_of(texts: Iterable[str]) -> dict[str, int]:
    """Return how many files import each path; `{a, b}` is taken apart, and the first piece counted by itself."""
    out: dict[str, int] = {}
    for text in texts:
        paths: set[str] = set()
        for found in re.finditer(r"\buse\s+([^;]+);", text):
            paths.update(_leaves(re.sub(r"\s+", " ", found[1])))
        for path in paths:
            out[path] = out.get(path, 0) + 1
            head = path.split("::")[0]
            out[head] = out.get(head, 0) + 1
    return out


def _leaves(tree: str, depth: int = 0) -> list[str]:
    """Return the paths of a `use` tree."""
    tree = tree.strip()
    if depth > 8:
        return []
    if tree.endswith("}") and "{" in tree:
        head, _, inner = tree[:-1].partition("{")
        out: list[str] = []
        level, piece = 0, ""
        for sign in f"{inner},":
            if sign == "," and level == 0:
                out.extend(f"{head.strip()}{leaf}" for leaf in _leaves(piece, depth + 1) if leaf)
                piece = ""
                continue
            level += (sign == "{") - (sign == "}")
            piece += sign
        return out
    return [tree.split(" as ")[0].strip().removeprefix("::")]


def merged_derive(edit: Edit, text: str) -> Edit:
    """Return a new `#[derive(X)]` line as one more name in the item's own derive line, where it has one."""
    found = re.fullmatch(r"#\[derive\((\w+)\)\]\s*", edit.text)
    if not found or edit.start != edit.end:
        return edit
    head = text[: edit.start]
    above = re.search(r"#\[derive\(([^)]*)\)\](?:\s*(?:#\[[^\n]*\]|//[^\n]*))*\s*\Z", head)
    if not above:
        return edit
    place = above.end(1)
    names = above[1].rstrip()
    return edit.replace(
        start=place, end=place, text=f" {found[1]}" if names.endswith(",") else f"{', ' if names else ''}{found[1]}"
    )


def candidate_of(
    edits: list[Edit], pairs: list[tuple[str, str]], said: str, rank: tuple[int, ...], where: str, syntax: bool
) -> Candidate:
    """Return a suggestion as a candidate, its title made of what the compiler says."""
    new = " ".join("".join(new for _, new in pairs).split())
    what = f"{said.rstrip(':.')}: `{new}`" if new and new not in said and len(new) < 60 else said.rstrip(":.")
    risk = "low" if rank[0] == CERTAIN and (syntax or cost(new) == 0) else "medium"
    sure = "alternative better way" not in said
    return Candidate(edits=edits, sure=sure, title=f"{what.splitlines()[0][:110]} ({where})", rank=rank, risk=risk)


__all__ = ["EVIDENT", "NEAR", "candidate_of", "imports_of", "merged_derive", "rank_of", "refused"]
