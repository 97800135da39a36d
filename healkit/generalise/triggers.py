"""The decisive lines that several outputs have in common, and the expression that recognises them."""

from __future__ import annotations

import re

from .. import draft
from ..correct import hints
from ..records import Record
from . import tokens
from .tokens import Piece

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

MOST_LINES, MOST_CHARS, MOST_TRIGGERS, MOST_GAPS = 80, 1_500, 5, 6
_FEW = 2
"""Words that a line has at least in common, or nothing else may stand in it."""
NEXT = 3
"""Lines below a decisive one in which what is meant may stand."""
BLOCK = r"(?P<{name}>(?:\n{{1,3}}[ \t]*\S[^\n]{{0,200}}){{1,80}})"
_SPECIAL = re.compile(r"[.^$*+?{}\[\]\\|()]")
_MARGIN = ("E", ">", "|", "!", "*", "-", "\u25b8", "\u2570\u2500>", "\u00d7")
"""What tools put in front of a line: it says nothing of the failure."""
_USAGE = re.compile(r"\busage: |\[options?\]|--help\b", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]{2,}")


class Spot(Record):
    """A place in a trigger that may be captured: which piece of which of its lines, and its text in each example."""

    line: int
    piece: int
    texts: Sequence[str]
    is_word: bool = True
    is_fixed: bool = False


class Trigger(Record):
    """One decisive line, laid over all examples, and perhaps a line or a block of lines below it.

    `lines` are the laid lines, `apart` how many others stand between; `block` the text of the lines below, per example.
    """

    lines: Sequence[Sequence[Piece]]
    rate: float
    apart: int = 0
    block: Sequence[str] = ()

    def spots(self) -> Iterator[Spot]:
        """Yield what may be captured."""
        for at, line in enumerate(self.lines):
            for number, piece in enumerate(line):
                if all(piece.texts):
                    word = piece.is_word and all(re.search(r"\w", text) for text in piece.texts)
                    if word or not piece.fixed:
                        yield Spot(line=at, piece=number, texts=piece.texts, is_word=word, is_fixed=piece.fixed)

    @property
    def is_telling(self) -> bool:
        """Tell whether the first line speaks of a failure."""
        return draft.telling("".join((" " if piece.space else "") + piece.texts[0] for piece in self.lines[0])) > 0

    def names_one_of(self, words: Sequence[Collection[str]]) -> bool:
        """Tell whether the lines name, in every example, one of its words."""
        texts = [piece.texts for line in self.lines for piece in line]
        return any(all(text in some for text, some in zip(row, words, strict=True)) for row in texts)

    def regex(self, names: Mapping[tuple[int, int], str], block: str = "") -> str:
        """Return the expression, with names for the spots that are wanted (by line and piece) and for the block."""
        whole = _said(self.lines[0]) < _FEW and len(self.lines) == 1 and not block
        parts = [_line_regex(line, at, names, whole) for at, line in enumerate(self.lines)]
        if len(parts) > 1:
            between = (
                rf"[^\n]{{0,400}}\n\s*(?:[^\n]{{0,400}}\n\s*){{{self.apart}}}" if self.apart else r"[^\n]{0,400}\n\s*"
            )
            return parts[0] + between + parts[1]
        return parts[0] + (r"[^\n]{0,400}" + BLOCK.format(name=block) if block else "")

    def message(self, names: Mapping[tuple[int, int], str]) -> str:
        """Return the decisive line with its captures in braces, for people."""
        shown: list[str] = []
        for number, piece in enumerate(self.lines[0]):
            name = names.get((0, number))
            same = piece.texts[0].replace("{", "(").replace("}", ")") if piece.fixed else "..."
            text = f"{{{name}}}" if name and not piece.is_list else same
            shown.append(f" {text}" if piece.space and shown else text)
        return re.sub(r"(?:\.{3}\s*){2,}", "... ", "".join(shown))[:200].strip()

    def specificity(self) -> float:
        """Return how much of the lines is said in letters, from 0 to 1."""
        said = sum(len(piece.texts[0]) for line in self.lines for piece in line if piece.fixed)
        gaps = sum(max(4, *map(len, piece.texts)) for line in self.lines for piece in line if not piece.fixed)
        return said / max(1, said + gaps)


def escaped(text: str) -> str:
    """Return a text as an expression that matches it, as a person would write it."""
    return _SPECIAL.sub(lambda found: "\\" + found[0], text)


def word_regex(texts: Sequence[str]) -> str:
    """Return the expression of one word: bounded, without blanks; digits or an extension stay where all have them."""
    if all(text.isascii() and text.isdigit() for text in texts):
        return r"\d{1,20}"
    quoted = any(re.search(r"['\"`]", text) for text in texts)
    word = r"\S{1,120}" if quoted else r"""[^\s'"`]{1,120}"""
    ends = {match[0] if (match := re.search(r"(?<=[\w\]])\.[A-Za-z]\w{0,5}$", text)) else "" for text in texts}
    return word + (escaped(end) if len(ends) == 1 and (end := ends.pop()) else "")


def _said(line: Sequence[Piece]) -> int:
    """Return how many words all lines have in common."""
    return sum(len(_WORDS.findall(piece.texts[0])) for piece in line if piece.fixed)


def _line_regex(line: Sequence[Piece], at: int, names: Mapping[tuple[int, int], str], whole: bool) -> str:
    """Return the expression of one laid line; gaps at its ends are left out unless they are wanted, or all of it is."""
    wanted = {piece for where, piece in names if where == at}
    kept = [number for number, piece in enumerate(line) if piece.fixed or whole or number in wanted]
    if not kept:
        return r"\S[^\n]{0,400}"
    made = ""
    for number in range(kept[0], kept[-1] + 1):
        piece = line[number]
        space = piece.space if number > kept[0] else ""
        body = escaped(piece.texts[0]) if piece.fixed else _gap_regex(piece)
        name = names.get((at, number))
        if name:
            body = f"(?P<{name}>{word_regex(piece.texts) if piece.is_word else _gap_regex(piece, lazy=False)})"
        made += space + body
    if whole:
        return rf"(?m)^\s*{made}\s*$"
    last = line[-1]
    if kept[-1] == len(line) - 1 and not last.fixed:
        made += r"(?=\s|$)" if last.is_word else ""
    return made


def _gap_regex(piece: Piece, lazy: bool = True) -> str:
    if piece.is_word:
        return word_regex(piece.texts)
    longest = 2_000 if piece.is_list or max(map(len, piece.texts)) > 100 else 200
    return rf"[^\n]{{0,{longest}}}" + ("?" if lazy else "")


def found(outputs: Sequence[str]) -> list[Trigger]:
    """Return the lines that all outputs have in common, the most telling first."""
    texts = [_lines(output) for output in outputs]
    if not all(texts):
        return []
    best: list[Trigger] = []
    words = [[_rated(line) for line in text] for text in texts]
    for number, line in enumerate(texts[0]):
        places = [number]
        places += [_likest(line, words[0][number], *more) for more in zip(texts[1:], words[1:], strict=True)]
        if min(places) >= 0:
            best += _made(texts, places)
    best.sort(key=lambda one: -one.rate)
    return _distinct(best)[:MOST_TRIGGERS]


def _distinct(triggers: Sequence[Trigger]) -> list[Trigger]:
    kept: dict[str, Trigger] = {}
    for one in triggers:
        kept.setdefault(one.regex({}), one)
    return list(kept.values())


def _lines(output: str) -> list[str]:
    """Return the lines of an output's end that are looked at: of many the first, the last, and those that tell most."""
    text = output[-hints.TAIL :].replace("\r", "")
    lines = [line[:MOST_CHARS] for line in text.split("\n") if line.strip() and line.expandtabs().isprintable()]
    if len(lines) <= MOST_LINES:
        return lines
    telling = sorted(range(len(lines)), key=lambda at: (-draft.telling(lines[at][: draft.MAX_RATED]), -at))
    kept = {*telling[: MOST_LINES // 2], *range(MOST_LINES // 8), *range(len(lines) - MOST_LINES // 4, len(lines))}
    return [line for at, line in enumerate(lines) if at in kept]


def _rated(line: str) -> dict[str, float]:
    """Return the words and marks of a line with what each weighs where another line has it too."""
    return {one.text: 1.0 if _WORDS.search(one.text) else 0.1 for one in tokens.tokens(line)}


def _likest(line: str, ours: Mapping[str, float], others: Sequence[str], words: Sequence[Mapping[str, float]]) -> int:
    """Return the number of the line that is most like a line; -1 where none has a word in common with it."""
    if line in others:
        return others.index(line)
    best, at = 0.9, -1
    for number, theirs in enumerate(words):
        rate = sum(weight for text, weight in ours.items() if text in theirs)
        if rate > best:
            best, at = rate, number
    return at


def _made(texts: Sequence[Sequence[str]], places: Sequence[int]) -> Iterator[Trigger]:
    """Yield the trigger of lines that are alike: nothing where too little is equal."""
    lines = [text[place] for text, place in zip(texts, places, strict=True)]
    pieces = tokens.laid(lines)
    if len(pieces) > 1 and pieces[0].fixed and pieces[0].texts[0] in _MARGIN and pieces[1].space:
        pieces = pieces[1:]
    telling = _said(pieces)
    wide = sum(not piece.fixed and not piece.is_word for piece in pieces)
    gaps = sum(not piece.fixed for piece in pieces)
    if not telling or wide > 2 or gaps > MOST_GAPS:
        return
    rate = min(telling, 6) - 0.4 * gaps - 0.6 * wide + 1.5 * draft.telling(lines[0])
    rate -= 4 * bool(_USAGE.search(lines[0]))
    yield Trigger(lines=[pieces], rate=rate)


def widened(trigger: Trigger, outputs: Sequence[str]) -> Iterator[Trigger]:
    """Yield a trigger of one line together with what stands below it: each of the next lines, and all of them as a block."""
    texts = [_lines(output) for output in outputs]
    wanted = [_source(trigger.lines[0], number) for number in range(len(texts))]
    places = [
        next((at for at, line in enumerate(text) if _source(tokens.laid([line]), 0) == want), -1)
        for text, want in zip(texts, wanted, strict=True)
    ]
    if min(places) < 0:
        return
    for apart in range(NEXT):
        below = [text[at + 1 + apart] for text, at in zip(texts, places, strict=True) if at + 1 + apart < len(text)]
        if len(below) == len(texts):
            yield trigger.replace(lines=[trigger.lines[0], tokens.laid(below)], apart=apart, rate=trigger.rate - 0.5)
    blocks = ["\n".join(text[at + 1 : at + 81]) for text, at in zip(texts, places, strict=True)]
    if all(blocks):
        yield trigger.replace(block=blocks, rate=trigger.rate - 0.5)


def _source(line: Sequence[Piece], number: int) -> str:
    return "".join(re.sub(r"\s", "", piece.texts[number]) for piece in line)
