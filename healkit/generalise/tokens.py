"""A line cut into words and marks, and several lines laid over each other: what is equal stays, the rest is a gap."""

from __future__ import annotations

import difflib
import re

from .. import mask
from ..records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_MARKS = r"\s'\"`\u2018\u2019\u201c\u201d\u00ab\u00bb,;:()\[\]{}<>=|!?"
_TOKEN = re.compile(rf"(\s*)({re.escape(mask.HIDDEN)}|[^{_MARKS}]*[^{_MARKS}.]|\S)")
_PASSING = re.compile(r"~/.*|/[^/]+/.*|(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}|0x[0-9a-f]+", re.IGNORECASE)
"""Words that another run would not say again although two runs did: absolute paths, hashes, addresses.

A secret that was masked before it was kept is one of them too: the next output is read before it is masked."""
_COUNTED = ("line", "char", "character", "column", "col", "pid", "port", "offset", "position", "after")
"""Words after which a number is of this run only."""
MOST_TOKENS = 300


class Token(Record):
    """A word or mark, and the expression of the white space before it: none, one blank, or any."""

    text: str
    space: str


class Piece(Record):
    """A piece of lines laid over each other: its text in each of them; one text in all, or a gap.

    `space` is the expression of the white space before it; `is_list` is said of several words that were made one gap.
    """

    texts: Sequence[str]
    space: str
    fixed: bool = False
    is_list: bool = False

    @property
    def is_word(self) -> bool:
        """Tell whether it is one word in every line."""
        return not self.is_list and all(text and not re.search(r"\s", text) for text in self.texts)


def tokens(line: str) -> list[Token]:
    """Return the words and marks of a line."""
    found = [
        Token(text=one[2], space=one[1] if one[1] in ("", " ") else r"\s+") for one in _TOKEN.finditer(line.strip())
    ]
    return found[:MOST_TOKENS]


def laid(lines: Sequence[str]) -> list[Piece]:
    """Return several lines laid over each other."""
    first, *others = [tokens(line) for line in lines]
    pieces = [Piece(texts=(one.text,), space=one.space, fixed=True) for one in first]
    for count, other in enumerate(others, 1):
        pieces = _added(pieces, other, count)
    return [_loosened(piece, pieces[at - 1] if at else None) for at, piece in enumerate(pieces)]


def _loosened(piece: Piece, before: Piece | None) -> Piece:
    """Return a piece as a gap, where its text is equal in all lines by chance only."""
    text = piece.texts[0]
    counted = text.isdigit() and before is not None and before.texts[0].lower() in _COUNTED
    loose = counted or text == mask.HIDDEN or _PASSING.fullmatch(text)
    return piece.replace(fixed=False) if piece.fixed and loose else piece


def _added(pieces: Sequence[Piece], line: Sequence[Token], count: int) -> list[Piece]:
    """Return pieces of so many lines with one more line laid over them."""
    ours = [piece.texts[0] if piece.fixed else None for piece in pieces]
    matcher = difflib.SequenceMatcher(None, ours, [one.text for one in line], autojunk=False)
    made: list[Piece] = []
    at = there = 0
    for start, begin, size in matcher.get_matching_blocks():
        if start > at or begin > there:
            made += _gap(pieces[at:start], line[there:begin], count)
        for piece, one in zip(pieces[start : start + size], line[begin : begin + size], strict=True):
            space = _either(piece.space, one.space)
            made.append(Piece(texts=(*piece.texts, one.text), space=space, fixed=True))
        at, there = start + size, begin + size
    return made


def _gap(pieces: Sequence[Piece], line: Sequence[Token], count: int) -> list[Piece]:
    """Return what differs: piece by piece where there are as many on both sides, else as one."""
    if len(pieces) == len(line) and len(line) <= 4:
        return [
            Piece(texts=(*piece.texts, one.text), space=_either(piece.space, one.space))
            for piece, one in zip(pieces, line, strict=True)
        ]
    olds = [_text([(piece.texts[n], piece.space) for piece in pieces]) for n in range(count)]
    new = _text([(one.text, one.space) for one in line])
    space = _either(pieces[0].space, line[0].space) if pieces and line else r"\s*"
    return [Piece(texts=(*olds, new), space=space)]


def _either(one: str, other: str) -> str:
    """Return the expression of the white space that stands before a piece in one line or another."""
    if one == other:
        return one
    return r"\s+" if one in (" ", r"\s+") and other in (" ", r"\s+") else r"\s*"


def _text(parts: Sequence[tuple[str, str]]) -> str:
    return "".join((" " if space and number else "") + text for number, (text, space) in enumerate(parts))
