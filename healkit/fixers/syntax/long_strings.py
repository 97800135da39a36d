"""A triple quote that is missing: the parser stops far away, in the words of some other docstring.

With one mark too few, every string below becomes code and all code string. The places where the mark may stand are
tried on the whole file, and the one that leaves the least code inside a string is meant.
"""

from __future__ import annotations

import re

from .search import Edit, Found
from .tokens import Lines, Token, indent_of, python_tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from . import python_check

    Ask = Callable[[str, int, int, Sequence[str]], tuple[python_check.Fault | None, list[str | None]]]

_MARKS = ('"""', "'''")
_MOST = 400
_CODE = re.compile(
    r"(?:def|class|return|import|from|if|for|while|with|try|raise|@|async|else|elif|except|self\.)\b|[\w.]+ = |[\w.]+\(|\)|\}|\]"
)


def long_strings(text: str, ask: Ask) -> list[Found]:
    """Return where a triple quote is missing in a Python text, the best place first; empty when that is not the fault."""
    for mark in _MARKS:
        if sum(token.text.count(mark) for token in python_tokens(text) if token.kind in "su") % 2 or _shortened(
            text, mark
        ):
            closed, opened = _closed(text, mark, ask), _opened(text, mark, ask)
            if closed and opened:
                doubt = closed[0].edit.prior < 1.5
                closed = [each._replace(share=min(each.share, 0.6)) for each in closed] if doubt else closed
                return [*closed[:2], *(each._replace(share=0.02) for each in opened[:2])]
            if closed or opened:
                return [*closed, *opened][:5]
    return []


def _shortened(text: str, mark: str) -> bool:
    return bool(re.search(rf"^[ \t]*{mark[0] * 2}[ \t]*$|\w\.?{mark[0] * 2}[ \t]*$", text, re.M))


def _tried(text: str, edits: list[Edit], ask: Ask) -> list[Found]:
    texts = [edit.apply(text) for edit in edits]
    size = text.count("\n") + 1
    meanings = ask("", 1, size, texts)[1]
    return [Found(edit, done, 1.0) for edit, done, meaning in zip(edits, texts, meanings, strict=True) if meaning]


def _closed(text: str, mark: str, ask: Ask) -> list[Found]:
    """Return the closing marks that make the text compile: in the first string where one does, the earliest place first."""
    lines = Lines(text)
    strings = [
        token for token in python_tokens(text) if token.kind in "su" and token.text.lstrip("rbufRBUF").startswith(mark)
    ]
    many = [token for token in strings if "\n" in token.text and token.kind == "s"]
    own_lines = 2 * sum(token.text[:-3].rstrip(" \t").endswith("\n") for token in many) > len(many)
    left = _MOST
    for token in sorted(strings, key=lambda token: _innocence(text, lines, token)):
        edits = list(_endings(lines, token, mark, own_lines))[:left]
        left -= len(edits)
        alive = _tried(text, edits, ask)
        if alive:
            return _ranked(text, lines, alive)
        if left <= 0:
            break
    return []


def _innocence(text: str, lines: Lines, token: Token) -> int:
    """Return how little a string looks as if it had swallowed code: 0 it ends in front of words, or holds lines less deep."""
    first, last = lines.number(token.start), lines.number(token.end - 1)
    deep = indent_of(lines.line(first))
    body = [lines.line(number) for number in range(first + 1, last)]
    shallow = any(line.strip() and indent_of(line) < deep for line in body)
    code = any(indent_of(line) <= deep and _CODE.match(line.strip()) for line in body if line.strip())
    after = lines.line(last)[token.end - lines.start(last) :].strip()
    return 0 if shallow and code else 1 if code or re.match(r"\w", after) else 2


def _endings(lines: Lines, token: Token, mark: str, own_lines: bool) -> Iterator[Edit]:
    """Yield the places inside a string where it may end; the prior says how well the layout fits."""
    first, last = lines.number(token.start), lines.number(token.end - 1)
    deep = indent_of(lines.line(first))
    for number in range(first, min(last, first + _MOST) + 1):
        line = lines.line(number)
        shown = line.rstrip()
        end = lines.start(number) + len(shown)
        order = -0.01 * (number - first)
        if not shown:
            if (line and indent_of(line) == deep) or (not line and not deep and number > first):
                yield Edit(
                    lines.end(number), lines.end(number), mark, 3.0 + order if line else order, f"insert `{mark}`"
                )
            continue
        short = len(shown) - len(shown.rstrip(mark[0]))
        if end - short <= token.start + 3:
            continue
        if short in (1, 2) and (shown.count(mark[0]) - short) % 2 == 0:
            yield Edit(end - short, end, mark, 2.5 + order, f"write `{mark}`")
        yield Edit(end, end, mark, order, f"insert `{mark}`")


def _ranked(text: str, lines: Lines, alive: list[Found]) -> list[Found]:
    """Return the places in order: what the layout marks before the earliest; sure when what follows is code."""
    alive.sort(key=lambda found: -found.edit.prior)
    best = alive[0]
    line = lines.number(best.edit.start)
    below = next((lines.line(number) for number in range(line + 1, len(lines) + 1) if lines.line(number).strip()), "")
    clear = best.edit.prior > 1.5 or not below or _CODE.match(below.strip()) is not None or len(alive) == 1
    same = [found for found in alive[1:] if found.edit.prior > 1.5]
    shares = [0.97 if clear and not same else 0.6] + [0.03] * (len(alive) - 1)
    return [Found(found.edit, found.text, share) for found, share in zip(alive, shares, strict=True)]


def _opened(text: str, mark: str, ask: Ask) -> list[Found]:
    """Return the opening marks that make the text compile: at the first line of a block or a file, or behind a `=`."""
    lines = Lines(text)
    edits = []
    size = len(lines)
    fault = ask(text, 1, 1, ())[0]
    near = fault[0] if fault else size
    for number in range(1, size + 1):
        line = lines.line(number)
        above = next((lines.line(up) for up in range(number - 1, 0, -1) if lines.line(up).strip()), "")
        start = above.rstrip().endswith(":") or not above.strip() or above.lstrip().startswith("#")
        prior = 3.5 if start else -1.0
        if line.strip():
            at = lines.start(number) + len(line) - len(line.lstrip())
            if start or abs(number - near) < 8:
                short = re.match(rf"[rRbBuUfF]?({mark[0]}{{1,2}})(?!{mark[0]})", line.lstrip())
                if short:
                    edits.append(Edit(at + short.start(1), at + short.end(1), mark, prior + 0.5, f"write `{mark}`"))
                if not line.lstrip().startswith(mark[0]):
                    edits.append(Edit(at, at, mark, prior, f"insert `{mark}`"))
            equals = re.search(r"(?:=|\(|return|,)[ \t]*(?=\S|$)", line)
            if equals and abs(number - near) < 30:
                spot = lines.start(number) + equals.end()
                edits.append(Edit(spot, spot, mark, 1.0, f"insert `{mark}`"))
        elif start and (line or number == 1):
            edits.append(Edit(lines.end(number), lines.end(number), mark, 4.0, f"insert `{mark}`"))
    edits.sort(key=lambda edit: abs(lines.number(edit.start) - near))
    alive = _tried(text, edits[:_MOST], ask)
    alive.sort(key=lambda found: (-found.edit.prior, -found.edit.start))
    if not alive:
        return []
    clear = alive[0].edit.prior >= 3 and sum(found.edit.prior >= 3 for found in alive) == 1
    return [
        Found(found.edit, found.text, (0.95 if clear else 0.6) if not number else 0.04)
        for number, found in enumerate(alive)
    ]
