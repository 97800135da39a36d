"""Every way to say how old lines become new ones: a template, a word put in or replaced, a function of the language."""

from __future__ import annotations

import re
from typing import Any

from . import failures, search, swaps, triggers
from .sketch import Sketch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .failures import Failure
    from .triggers import Spot, Trigger

CALLS = ("quotes", "keyboard", "upper_option", "sed_ends", "spaced", "file_last", "spaces")
"""Functions of the correction language that look at nothing but the line."""
_CALL = 4.0
_NAMES = ("wrong", "named", "other_name", "third_name", "fourth_name", "fifth_name")


def sketches(found: Sequence[Failure], trigger: Trigger | None) -> Iterator[Sketch]:
    """Yield the programs that may explain all failures, with what a trigger captures (None: the output is empty)."""
    if trigger is not None:
        yield from swaps.sketches(found, trigger)
    if trigger is None or (len(trigger.lines) == 1 and not trigger.block):
        yield from _constant(found, trigger)
        yield from _inside(found, trigger)
        yield from _called(trigger)
    if trigger is None or not trigger.block:
        yield from _templates(found, trigger)


def _constant(found: Sequence[Failure], trigger: Trigger | None) -> Iterator[Sketch]:
    """Yield one run of words put in or replaced, where it is the same in all lines."""
    runs = [failures.changes(one) for one in found]
    if any(len(run) != 1 for run in runs):
        return
    olds, news = {tuple(run[0].old) for run in runs}, {tuple(run[0].new) for run in runs}
    if len(olds) > 1 or len(news) > 1:
        return
    old, new = olds.pop(), " ".join(news.pop())
    cost = 1.5 + 0.45 * len(new)
    if re.search(r"[{}]|<<", " ".join([*old, new])):
        return
    if old:
        body = r"\s+".join(triggers.escaped(word) for word in old)
        sub = [rf"(?<!\S){body}(?!\S)", new] if new else [rf"\s+{body}(?!\S)", ""]
        yield Sketch(rerun={"to": [{"sub": [sub]}]}, cost=cost, trigger=trigger)
        return
    anchors = {one.line.words[run[0].at - 1].raw if run[0].at else "" for one, run in zip(found, runs, strict=True)}
    ends = all(run[0].at == len(one.line.words) for one, run in zip(found, runs, strict=True))
    anchor = anchors.pop() if len(anchors) == 1 else ""
    if anchor and not ends and not re.search(r"[{}]|<<", anchor):
        first = all(run[0].at == 1 for run in runs)
        sub = [r"^(\S+)", f"{{1}} {new}"] if first else [rf"(?<!\S){triggers.escaped(anchor)}(?!\S)", f"{anchor} {new}"]
        yield Sketch(rerun={"to": [{"sub": [sub]}]}, cost=cost, trigger=trigger)


def _inside(found: Sequence[Failure], trigger: Trigger | None) -> Iterator[Sketch]:
    """Yield one part of a word replaced, where it is the same in all lines: a port, a folder, a tag."""
    parts = set()
    for one in found:
        changed = [change for change in failures.changes(one) if len(change.old) == len(change.new) == 1]
        if len(changed) != 1 or len(failures.changes(one)) != 1:
            return
        if changed[0].old[0].lstrip("-") == _parted(changed[0].old[0], changed[0].new[0])[0]:
            return  # the whole option: said as one word
        parts.add(_parted(changed[0].old[0], changed[0].new[0]))
    old, new = parts.pop()
    if not parts and old and new and not re.search(r"[{}]|<<|['\"$`]", old + new):
        sub = [rf"(?<![A-Za-z0-9]){triggers.escaped(old)}(?![A-Za-z0-9])", new]
        yield Sketch(rerun={"to": [{"sub": [sub]}]}, cost=1.8 + 0.45 * len(new), trigger=trigger)


def _parted(old: str, new: str) -> tuple[str, str]:
    """Return in what two words differ, without the parts that they begin and end with alike."""
    ours, theirs = re.findall(r"[A-Za-z0-9]+|.", old), re.findall(r"[A-Za-z0-9]+|.", new)
    while ours and theirs and ours[0] == theirs[0]:
        ours, theirs = ours[1:], theirs[1:]
    while ours and theirs and ours[-1] == theirs[-1]:
        ours, theirs = ours[:-1], theirs[:-1]
    return "".join(ours), "".join(theirs)


def _called(trigger: Trigger | None) -> Iterator[Sketch]:
    """Yield the functions of the language that look at nothing but the line, and at the option that an output names."""
    for name in CALLS:
        yield Sketch(rerun={"to": [{"call": name}]}, cost=_CALL, trigger=trigger)
    for spot in trigger.spots() if trigger is not None else ():
        if all(text.startswith("-") for text in spot.texts):
            names = {(spot.line, spot.piece): "option"}
            yield Sketch(rerun={"to": [{"call": "flag_first"}]}, cost=_CALL, trigger=trigger, names=names)


def _templates(found: Sequence[Failure], trigger: Trigger | None) -> Iterator[Sketch]:
    """Yield the templates of whole lines."""
    spots = _useful(found, trigger) if trigger is not None else {}
    captures = {name: spot.texts for name, spot in spots.items()}
    for cost, template in _placed(found, search.templates(found, captures)):
        used = [name for name in search.fields_of(template) if name in spots]
        if search.begins_with(template, used):
            continue
        wide = trigger is not None and len(trigger.lines) > 1
        if wide and not any(spots[name].line for name in used):
            continue
        names = {(spots[name].line, spots[name].piece): name for name in used}
        rerun: dict[str, Any] = {"to": [template]}
        yield Sketch(rerun=rerun, cost=cost + 0.3 * wide, trigger=trigger, names=names)


def _placed(found: Sequence[Failure], made: Sequence[tuple[float, str]]) -> Iterator[tuple[float, str]]:
    """Yield templates; one that glues letters to the end of a line glues them to the word that stands last there."""
    counts = {len(one.line.words) for one in found}
    for cost, template in made:
        if len(counts) == 1 and re.match(r"\{line\}[^\s{]+$", template):
            last = max(counts) - 1
            yield cost, f"{{:{last}}} {{{last}}}{template[6:]} {{{last + 1}:}}"
        else:
            yield cost, template


def _useful(found: Sequence[Failure], trigger: Trigger) -> Mapping[str, Spot]:
    """Return the spots, by name, that stand in the old lines or in the new ones."""
    kept: dict[str, Spot] = {}
    for spot in trigger.spots():
        if spot.is_fixed or not spot.is_word:
            continue
        goes = all(_has(one.line.text, text) for one, text in zip(found, spot.texts, strict=True))
        comes = all(text in one.fixed for one, text in zip(found, spot.texts, strict=True))
        if (goes or comes) and len(kept) < len(_NAMES):
            name = "option" if any(text.startswith("-") for text in spot.texts) else ""
            free = [one for one in (name, *(_NAMES if goes and not comes else _NAMES[1:])) if one and one not in kept]
            kept[free[0]] = spot
    return kept


def _has(line: str, word: str) -> bool:
    return re.search(rf"(?<!\S){re.escape(word)}(?!\S)", line) is not None
