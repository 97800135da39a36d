"""Programs that put one wrong word right: by the word that the output names, or by the nearest of those that it lists."""

from __future__ import annotations

import re
from typing import Any

from ..correct import data
from ..correct.likeness import LIKENESS, likeness
from ..correct.line import unquoted
from ..records import Record
from . import failures
from .sketch import Sketch
from .tokens import Piece

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .failures import Failure
    from .triggers import Spot, Trigger

LEAST = 0.3
_SURE = 0.5
"""How alike the words are at least where the output lists none and the tool's own list is asked."""
_INNER = re.compile(r"[\w@][\w@:.+/-]*")
_SEPARATORS = (",", "|", ";")
_LIST = 3


class Swap(Record):
    """One word of a line became another: which word it was, counted from both ends, and both as the shell takes them."""

    program: str
    at: int
    back: int
    old: str
    new: str


def sketches(found: Sequence[Failure], trigger: Trigger) -> Iterator[Sketch]:
    """Yield the swaps that a trigger's captures may explain."""
    swaps = [_swap(one) for one in found]
    known = [one for one in swaps if one is not None]
    if len(known) < len(swaps):
        return
    for shape in (trigger, *_with_lists(trigger)):
        spots = list(shape.spots())
        wrongs = [spot for spot in spots if spot.is_word and _all(spot, known, _is_wrong)]
        yield from _named(shape, spots, wrongs, known)
        yield from _listed(shape, spots, wrongs, known)


def _swap(one: Failure) -> Swap | None:
    """Return the one word that changed, None where more did."""
    found = failures.changes(one)
    if len(found) != 1 or len(found[0].old) != 1 or len(found[0].new) != 1:
        return None
    at = found[0].at
    return Swap(
        program=one.line.program,
        at=at,
        back=at - len(one.line.words),
        old=unquoted(found[0].old[0]),
        new=unquoted(found[0].new[0]),
    )


def _all(spot: Spot, swaps: Sequence[Swap], holds: Any) -> bool:
    return all(holds(text, swap) for text, swap in zip(spot.texts, swaps, strict=True))


def _is_wrong(text: str, swap: Swap) -> bool:
    return text in (swap.old, swap.old.lstrip("-"), re.split("[:=]", swap.old, maxsplit=1)[0])


def _is_right(text: str, swap: Swap) -> bool:
    return len(text) > 1 and text in (swap.new, swap.new.lstrip("-"), re.split("[:=]", swap.new, maxsplit=1)[0])


def _has_right(text: str, swap: Swap) -> bool:
    head = re.split("[:=]", swap.new, maxsplit=1)[0].lstrip("-")
    return len(head) > 1 and re.search(rf"(?<![\w-]){re.escape(head)}(?![\w-])", text) is not None


def _named(shape: Trigger, spots: Sequence[Spot], wrongs: Sequence[Spot], swaps: Sequence[Swap]) -> Iterator[Sketch]:
    """Yield swaps to the one word that the output names."""
    for right in (spot for spot in spots if spot.is_word and _all(spot, swaps, _is_right)):
        dashed = any(text.startswith("-") for text in right.texts)
        plain = all(_INNER.fullmatch(text) for text in right.texts)
        wish: dict[str, Any] = {"of": "right"}
        if not plain:
            wish["inner"] = r"\S+"
        if dashed:
            wish["options"] = True
        others: Sequence[Spot | None] = [spot for spot in wrongs if _place(spot) != _place(right)][:2]
        for wrong in others or [None]:
            names = {_place(right): "right"} | ({_place(wrong): _wrong_name(wrong)} if wrong else {})
            swap = _wrong_name(wrong) if wrong else "wrong"
            cost = 2.0 + (0 if wrong else 2.0) + 0.3 * (len(shape.lines) - 1) + 0.4 * right.is_fixed
            cost += 0.6 * _begins_list(shape, right)
            rerun = {"right": wish, "to": [{"swap": swap}]}
            yield Sketch(rerun=rerun, cost=cost, trigger=shape, names=names)


def _begins_list(shape: Trigger, spot: Spot) -> bool:
    """Tell whether a mark stands after a word that separates it from another one: the output names several."""
    after = shape.lines[spot.line][spot.piece + 1 : spot.piece + 2]
    return bool(after) and after[0].fixed and after[0].texts[0] in _SEPARATORS


def _wrong_name(spot: Spot) -> str:
    return "option" if any(text.startswith("-") for text in spot.texts) else "wrong"


def _place(spot: Spot) -> tuple[int, int]:
    return spot.line, spot.piece


def _listed(shape: Trigger, spots: Sequence[Spot], wrongs: Sequence[Spot], swaps: Sequence[Swap]) -> Iterator[Sketch]:
    """Yield swaps to the nearest of the words that the output lists."""
    places: list[tuple[dict[tuple[int, int], str], str]] = [
        ({_place(spot): "choices"}, "") for spot in spots if not spot.is_word and _all(spot, swaps, _has_right)
    ]
    if shape.block and all(_has_right(text, swap) for text, swap in zip(shape.block, swaps, strict=True)):
        places.append(({}, "choices"))
    least = min(likeness(swap.old.lower().lstrip("-"), swap.new.lower().lstrip("-")) for swap in swaps) - 0.05
    wishes: list[tuple[dict[tuple[int, int], str], str, dict[str, Any]]]
    wishes = [(names, block, {"of": "choices"}) for names, block in places]
    if wrongs and not shape.block and len(shape.lines) == 1 and least >= _SURE and _are_known(swaps):
        wishes.append(({}, "", {"list": "{0}"}))
    for names, block, wish in wishes:
        if any(swap.new.startswith("-") for swap in swaps):
            wish |= {"inner": r"--?[\w-]+", "options": True}
        for wrong, line in _bad_words(wrongs, swaps):
            near = _wrong_name(wrong) if wrong else "wrong"
            full = {**wish, "near": near} | ({"least": max(LEAST, round(least, 2))} if least < LIKENESS else {})
            taken = names | ({_place(wrong): near} if wrong else {})
            rerun: dict[str, Any] = {**line, "right": full, "to": [{"swap": near}]}
            below = any(line for line, _ in names)
            cost = 2.2 + (0 if wrong else 2.0) + 0.3 * bool(block) + 0.4 * below + 0.8 * ("list" in wish)
            yield Sketch(rerun=rerun, cost=cost, trigger=shape, names=taken, block=block)


def _are_known(swaps: Sequence[Swap]) -> bool:
    """Tell whether all right words are sub-commands that healkit has a list of."""
    return all(swap.at == 1 and swap.new in data.names(swap.program) for swap in swaps)


def _bad_words(wrongs: Sequence[Spot], swaps: Sequence[Swap]) -> Iterator[tuple[Spot | None, dict[str, str]]]:
    """Yield what the right word must be near to: a capture of the output, or a word of the line by its place."""
    for wrong in wrongs[:2]:
        yield wrong, {}
    if len({swap.at for swap in swaps}) == 1 and swaps[0].at:
        lead = r"\S+\s+" if swaps[0].at == 1 else rf"(?:\S+\s+){{{swaps[0].at}}}"
        yield None, {"line": rf"^{lead}(?P<wrong>[^\s:=]+)"}
    elif swaps and {swap.back for swap in swaps} == {-1}:
        yield None, {"line": r"(?<!\S)(?P<wrong>[^\s:=]+)\S*$"}


def _with_lists(trigger: Trigger) -> Iterator[Trigger]:
    """Yield a trigger with each list of its lines (`a, b or c`, `a|b|c`) as one gap."""
    for at, line in enumerate(trigger.lines):
        for start, end in (*_lists(line), *_gaps(line)):
            texts = [
                "".join((" " if piece.space else "") + piece.texts[number] for piece in line[start:end]).strip()
                for number in range(len(line[0].texts))
            ]
            gap = Piece(texts=texts, space=line[start].space, is_list=True)
            lines = [*trigger.lines]
            lines[at] = [*line[:start], gap, *line[end:]]
            if any(piece.fixed and re.search(r"[^\W\d_]{3}", piece.texts[0]) for piece in lines[0]):
                yield trigger.replace(lines=lines)


def _lists(line: Sequence[Piece]) -> Iterator[tuple[int, int]]:
    """Yield from which piece to which one a list stands: single words with the same mark between them."""
    for mark in _SEPARATORS:
        marks = [at for at, piece in enumerate(line) if piece.fixed and piece.texts[0] == mark]
        run = [at for at in marks if at + 2 in marks or at - 2 in marks]
        if len(run) >= _LIST - 1:
            end = run[-1] + 2
            while end < len(line) and line[end].texts[0] in ("or", "and"):
                end += 2
            yield run[0] - 1, min(end, len(line))


def _gaps(line: Sequence[Piece]) -> Iterator[tuple[int, int]]:
    """Yield each gap that is empty in some line together with the piece after it, or before it: `gist`, `git or gist`."""
    for at, piece in enumerate(line):
        if not piece.fixed and not all(piece.texts):
            if at + 1 < len(line):
                yield at, at + 2
            if at:
                yield at - 1, at + 1
