"""The same hunk of several edits becomes one search and replace: equal tokens stay, the others are captures or groups."""

from __future__ import annotations

import re

from ..records import Record
from .triggers import escaped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .hunks import Hunk

SKIP = r"(?:[^()]|\([^()]{0,200}\)){0,300}?"
"""What may stand between a call's parenthesis and one of its arguments: no other call's inside."""
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_FAR = 400


class Rewrite(Record):
    """A search and replace as a pattern file spells it, the captures that it needs, and whether a call ties it down."""

    search: str
    replacement: str
    used: frozenset[str]
    is_tied: bool = False


def rewrites(hunks: Sequence[Hunk], captures: Mapping[str, Sequence[str]]) -> Iterator[Rewrite]:
    """Yield expressions that find what went in every example and replacements that give what came, the safest first.

    Args:
        hunks: the same hunk of each example.
        captures: for each name, what it captures in the output of each example.
    """
    body = _body(hunks, captures)
    if body is None:
        return
    search, replacement, used = body
    tied = _tied(hunks, captures)
    if tied is not None and search:
        lead, name = tied
        edge = r"\b" if re.match(r"\w|<<", search) else ""
        yield Rewrite(
            search=f"(?P<head>{lead}){edge}{search}{_ahead(hunks)}",
            replacement=rf"\g<head>{replacement}",
            used=frozenset((*used, name) if name else used),
            is_tied=True,
        )
    yield from _untied(hunks, captures, body)


def joined(rows: Sequence[Sequence[Hunk]], captures: Mapping[str, Sequence[str]]) -> Iterator[Rewrite]:
    """Yield several hunks that stand in one call as one expression: two that begin at the same call would overlap.

    Args:
        rows: for each hunk, what it is in each example.
        captures: for each name, what it captures in the output of each example.
    """
    tied = [_tied(hunks, captures) for hunks in rows]
    bodies = [_body(hunks, captures, f"{number}") for number, hunks in enumerate(rows)]
    if len(set(tied)) != 1 or tied[0] is None or not all(body and body[0] for body in bodies):
        return
    lead, name = tied[0]
    search, replacement = f"(?P<head>{lead})", r"\g<head>"
    used = {name} - {""}
    for number, (body, hunks) in enumerate(zip(bodies, rows, strict=True)):
        if body is None:
            return
        edge = r"\b" if re.match(r"\w|<<", body[0]) else ""
        search += (f"(?P<between{number}>{SKIP})" if number else "") + f"{edge}{body[0]}{_ahead(hunks)}"
        replacement += (rf"\g<between{number}>" if number else "") + body[1]
        used |= set(body[2])
    yield Rewrite(search=search, replacement=replacement, used=frozenset(used), is_tied=True)


def _untied(
    hunks: Sequence[Hunk], captures: Mapping[str, Sequence[str]], body: tuple[str, str, tuple[str, ...]]
) -> Iterator[Rewrite]:
    """Yield expressions that know a place by what stands beside it, the fewer tokens the earlier."""
    search, replacement, used = body
    lines = not search and all(not one.left or one.left[-1].endswith("\n") for one in hunks)
    for size in (1, 2, 3):
        left, left_used = ("^", ()) if lines else _side([one.left[::-1] for one in hunks], captures, size, back=True)
        right, right_used = _side([one.right for one in hunks], captures, size, back=False)
        if not search and not (left and right):
            continue
        if not re.search(r"\w{3}", re.sub(r"\\.", "", left + search + right)):
            continue
        yield _beside(search, replacement, frozenset((*used, *left_used, *right_used)), left, right)


def _beside(search: str, replacement: str, used: frozenset[str], left: str, right: str) -> Rewrite:
    """Return an expression between what stands before and after it; whole words, and never an empty match."""
    if left == "^":
        return Rewrite(search=rf"^(?P<next>{right}{_edge(right)})", replacement=rf"{replacement}\g<next>", used=used)
    begins = r"(?<!\w)" if re.match(r"\w|<<", left or search) else ""
    head = f"(?P<head>{begins}{left})" if left else begins
    ahead = f"(?={right}{_edge(right)})" if right else _edge(search)
    return Rewrite(search=f"{head}{search}{ahead}", replacement=(r"\g<head>" if left else "") + replacement, used=used)


def _edge(text: str) -> str:
    return r"(?!\w)" if re.search(r"(?:\w|>>)$", text) else ""


def _body(
    hunks: Sequence[Hunk], captures: Mapping[str, Sequence[str]], mark: str = ""
) -> tuple[str, str, tuple[str, ...]] | None:
    """Return the expression of what went, the replacement, and the captures in both; None where they have no common form."""
    if len({len(one.old) for one in hunks}) > 1 or len({len(one.new) for one in hunks}) > 1:
        return None
    groups: dict[tuple[str, ...], str] = {}
    used: list[str] = []
    search = []
    for texts in zip(*(one.old for one in hunks), strict=True):
        name = _named(texts, captures)
        if len(set(texts)) == 1:
            search.append(_token(texts[0]))
        elif name:
            used.append(name)
            search.append(f"<<{name}>>")
        elif texts in groups:
            search.append(f"(?P={groups[texts]})")
        else:
            groups[texts] = f"part{mark}_{len(groups)}"
            kind = r"\w{1,120}" if all(re.fullmatch(r"\w+", text) for text in texts) else r"\s{1,80}"
            if not all(re.fullmatch(r"\w+|\s+", text) for text in texts):
                return None
            search.append(f"(?P<{groups[texts]}>{kind})")
    made = []
    for texts in zip(*(one.new for one in hunks), strict=True):
        name = _named(texts, captures)
        if len(set(texts)) == 1:
            made.append(texts[0].replace("\\", "\\\\"))
        elif texts in groups:
            made.append(rf"\g<{groups[texts]}>")
        elif name and all(_IDENTIFIER.fullmatch(text) for text in texts):
            used.append(name)
            made.append(f"{{{name}}}")
        else:
            return None
    return "".join(search), "".join(made), tuple(used)


def _token(text: str) -> str:
    if text.isspace():
        return r"\s+" if "\n" in text or len(text) > 1 else " "
    return escaped(text)


def _named(texts: Sequence[str], captures: Mapping[str, Sequence[str]]) -> str:
    """Return the capture that has these texts; empty for none."""
    return next((name for name, values in captures.items() if tuple(values) == tuple(texts)), "")


def _tied(hunks: Sequence[Hunk], captures: Mapping[str, Sequence[str]]) -> tuple[str, str] | None:
    """Return the expression of the call that the hunks stand in, and the capture that names it.

    It ties a hunk down only where the output names what is called: a capture, or the same word in all examples.
    """
    calls = [_call("".join(one.left)) for one in hunks]
    if not all(calls):
        return None
    name = _named(calls, captures)
    if name:
        return rf"(?<!\w)<<{name}>>\({SKIP}", name
    if len(set(calls)) == 1:
        return rf"(?<!\w){escaped(calls[0])}\({SKIP}", ""
    return None


def _call(left: str) -> str:
    """Return the name of the call in whose parentheses a text ends; empty outside of one."""
    depth = 0
    for at in range(len(left) - 1, max(-1, len(left) - _FAR), -1):
        depth += (left[at] == ")") - (left[at] == "(")
        if depth < 0:
            found = re.search(r"(\w+)$", left[:at])
            return found[1] if found else ""
    return ""


def _ahead(hunks: Sequence[Hunk]) -> str:
    """Return a look-ahead for the mark that follows in all examples, such as the `=` of an argument."""
    words = all(re.search(r"\w$", "".join(one.old)) for one in hunks)
    marks = {next((token for token in one.right if token.strip()), "") for one in hunks}
    mark = marks.pop() if len(marks) == 1 else ""
    if mark and not re.match(r"\w", mark):
        return rf"(?=\s*{escaped(mark)})"
    return r"\b" if words else ""


def _side(
    rows: Sequence[Sequence[str]], captures: Mapping[str, Sequence[str]], size: int, back: bool
) -> tuple[str, tuple[str, ...]]:
    """Return the expression of the nearest tokens on one side that all examples share, on the same line."""
    parts: list[str] = []
    used: list[str] = []
    words = 0
    for texts in zip(*rows, strict=False):
        name = _named(texts, captures)
        if "\n" in texts[0] or words >= size:
            break
        if all(text.isspace() for text in texts):
            parts.append(r"[ \t]+")
            continue
        if len(set(texts)) == 1:
            parts.append(escaped(texts[0]))
        elif name:
            parts.append(f"<<{name}>>")
            used.append(name)
        else:
            break
        words += 1
    while parts and parts[-1] == r"[ \t]+":
        parts.pop()
    return "".join(parts[::-1] if back else parts), tuple(used)
