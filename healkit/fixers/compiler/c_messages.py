"""What gcc and clang print: errors with their notes and fix-its (`-fdiagnostics-parseable-fixits`)."""

from __future__ import annotations

import re

from .search import LINTS, NAMES, SYNTAX, TYPES, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_HEAD = re.compile(
    r"^(?P<file>[^\s:][^:\n]*):(?P<line>\d+):(?:(?P<column>\d+):)? (?P<level>fatal error|error|warning|note): (?P<said>.*)$"
)
_FIX = re.compile(r'^fix-it:"(?P<file>[^"]+)":\{(?P<a>\d+):(?P<b>\d+)-(?P<c>\d+):(?P<d>\d+)\}:"(?P<text>.*)"$')
_OPTION = re.compile(r" \[-W(?:error=)?([\w+=-]+)\]$")
_SYNTAX = re.compile(
    r"expected|missing terminating|stray|unterminated|before .* token|#(?:if|else|end|inc)|invalid preprocessing|extraneous"
)
_NAMES = re.compile(
    r"undeclared|unknown type name|No such file|file not found|was not declared|has no member|no member named|does not name"
    r"|implicit declaration|not a member"
)


DOUBTFUL = frozenset(
    ("format", "format=", "format-extra-args", "unused-value", "int-conversion", "incompatible-pointer-types", "return-type",
     "implicit-int", "implicit-function-declaration", "misleading-indentation", "empty-body", "parentheses", "uninitialized",
     "int-to-pointer-cast", "pointer-to-int-cast", "return-mismatch", "comment", "overflow", "format-zero-length")
)  # fmt: skip


class Said(Problem):
    """A problem with its fix-its, as (file, first line, column, last line, column, text), columns in bytes, and its notes."""

    fixes: tuple[tuple[str, int, int, int, int, str], ...] = ()
    notes: tuple[str, ...] = ()
    option: str = ""


Said._fields = (*Problem._fields, "fixes", "notes", "option")


def problems(text: str, place: Callable[[str], str], also: frozenset[str], *, doubtful: bool = False) -> list[Said]:
    """Return the errors that a compiler printed, each once.

    Args:
        text: its output, in the C locale.
        place: gives a printed path relative to the root, empty when it lies outside.
        also: names whose implicit declaration, only warned of, is what the linker failed on.
        doubtful: return instead the warnings that say of a new line that it is not what was meant.
    """
    out: list[Said] = []
    for line in text.split("\n"):
        head = _HEAD.match(line)
        if head:
            _take(out, head, place, also)
        elif (fix := _FIX.match(line)) and out:
            file = place(fix["file"])
            new = re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1]), fix["text"])
            edit = (file, int(fix["a"]), int(fix["b"]), int(fix["c"]), int(fix["d"]), new)
            out[-1] = out[-1].replace(fixes=(*out[-1].fixes, edit))
    kept = [
        one
        for one in out
        if (one.code == "warning" and (one.option in DOUBTFUL or one.message.startswith("useless "))) == doubtful
        and (doubtful or not one.code)
    ]
    return list({(one.key, one.line, one.column): one for one in kept}.values())


def _take(out: list[Said], head: re.Match[str], place: Callable[[str], str], also: frozenset[str]) -> None:
    said = head["said"].strip()
    if head["level"] == "note":
        if out:
            out[-1] = out[-1].replace(notes=(*out[-1].notes, said))
        return
    option = _OPTION.search(said)
    said = said[: option.start()] if option else said
    implicit = re.match(r"implicit declaration of function '(\w+)'|call to undeclared function '(\w+)'", said)
    counts = head["level"] != "warning" or bool(implicit and (implicit[1] or implicit[2]) in also)
    out.append(
        Said(
            file=place(head["file"]),
            line=int(head["line"]),
            column=int(head["column"] or 1),
            message=said,
            code="" if counts else "warning",
            phase=SYNTAX
            if _SYNTAX.search(said)
            else NAMES
            if _NAMES.search(said)
            else LINTS
            if option and not implicit
            else TYPES,
            option=option[1] if option else "",
        )
    )


def _phase(said: str, lint: bool) -> int:
    if _SYNTAX.search(said):
        return SYNTAX
    if _NAMES.search(said):
        return NAMES
    return LINTS if lint else TYPES
