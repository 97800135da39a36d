"""One word of a command line becomes another; what stands around it stays byte for byte."""

from __future__ import annotations

import re

from .likeness import LIKENESS, likeness
from .line import Line, Word, unquoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD = re.compile(r"[:=]")


def swapped(line: Line, wrong: str, right: str, guess: bool = False) -> Iterator[str]:
    """Yield the text of a line with its wrong word replaced.

    Args:
        line: the line.
        wrong: the word; empty where the tool does not say which it was: then the one nearest to the right one is meant.
        right: what takes its place, quoted.
        guess: whether the nearest is also meant where the wrong word is not in the line.
    """
    word = _find(line, wrong) if wrong else None
    if word is None and wrong and _is_within(line, wrong):
        place = re.search(rf"(?<![\w./@-]){re.escape(wrong)}(?![\w./@-])", line.text)
        if place is not None and _HEAD.sub("", right) == _HEAD.sub("", unquoted(right)):
            yield line.text[: place.start()] + right + line.text[place.end() :]
        return
    if word is None and (guess or not wrong):
        likest = [(likeness(one.value.lstrip("-"), unquoted(right).lstrip("-")), one) for one in line.words[1:]]
        likest = sorted((one for one in likest if one[0] >= LIKENESS), key=lambda one: -one[0])
        word = likest[0][1] if likest else None
    if word is not None:
        yield line.replaced(word, _dressed(word, wrong, right))


def once(line: Line, wrong: str, right: str) -> str:
    """Return the text of a line with its wrong word replaced; empty where it does not stand there exactly once.

    Args:
        line: the line.
        wrong: the word.
        right: what takes its place, quoted.
    """
    if sum(_is_word(word, wrong) for word in line.words) > 1:
        return ""
    return next(swapped(line, wrong, right), "")


def _is_within(line: Line, wrong: str) -> bool:
    return len(re.findall(rf"(?<![\w./@-]){re.escape(wrong)}(?![\w./@-])", line.text)) == 1


def _find(line: Line, wrong: str) -> Word | None:
    """Return the word of a line that is the wrong one, or begins with it before a `=` or `:`."""
    order = [*line.words[1:], *line.words[:1]]
    for word in order:
        if word.value == wrong:
            return word
    return next((word for word in order if _is_word(word, wrong)), None)


def _is_word(word: Word, wrong: str) -> bool:
    """Tell whether a word is the wrong one: with its dashes or without, with a value or without."""
    head = word.value.partition("=")[0]
    bare = head.lstrip("-") if head.startswith("-") else head
    if wrong in (word.value, _HEAD.split(word.value, maxsplit=1)[0], bare):
        return True
    return bare != head and bare == wrong.lstrip("-")


def _dressed(word: Word, wrong: str, right: str) -> str:
    """Return the right word with the dashes and the value (`=x`, `:x`) that the wrong one had."""
    dashes = word.value[: len(word.value) - len(word.value.lstrip("-"))]
    new = right if right.startswith("-") else dashes + right
    tail = _HEAD.search(word.raw, len(dashes))
    keeps = tail is not None and not _HEAD.search(wrong or right) and not _HEAD.search(right)
    return new + word.raw[tail.start() :] if keeps and tail is not None else new
