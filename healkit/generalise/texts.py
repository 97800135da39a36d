"""From failures and the edits that healed them to entries whose `auto_fix` makes the edit again."""

from __future__ import annotations

import itertools
import re
from typing import Any

from .. import commands, draft, literals
from ..correct import learned
from ..templates import fill
from . import hunks, rewrite, triggers
from .examples import Learned
from .tokens import Piece

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .examples import EditExample
    from .rewrite import Rewrite
    from .triggers import Trigger

MOST, MOST_EXAMPLES, NEAR = 3, 6, 10
_IDENTIFIER, _DOTTED = re.compile(r"[A-Za-z_]\w*"), re.compile(r"[A-Za-z_][\w.]*")
_PLACE = ("file", "line", "column")
_NAMES = ("name", "other_name", "third_name", "fourth_name")


def learn(examples: Sequence[EditExample], against: Sequence[tuple[str, str]] = ()) -> list[Learned]:
    """Return the entries whose edit is that of every example and that are silent about what is `against` them, best first.

    Args:
        examples: two or more failures of one kind, each with its edit.
        against: commands and outputs that an entry must not recognise.
    """
    examples = list(dict.fromkeys(examples))[:MOST_EXAMPLES]
    cuts = [hunks.cut(one) for one in examples]
    if len(examples) < 2 or not all(cuts) or len({one.file.rpartition(".")[2] for one in examples}) > 1:
        return []
    whole = [[hunks.merged(cut)] for cut in cuts]
    shapes = [cuts, whole] if len({len(cut) for cut in cuts}) == 1 < len(cuts[0]) else [whole]
    kept: list[Learned] = []
    for trigger in triggers.found([one.output for one in examples]):
        split = trigger.replace(lines=[_split(_placed(trigger.lines[0], examples))])
        names = _names(split, examples)
        regex = split.regex(names)
        if any(re.search(regex, output, re.MULTILINE) for _, output in against):
            continue
        for shape in shapes:
            kept += _entries(examples, shape, split, names, against)
    kept.sort(key=lambda one: -one.score)
    return _distinct(kept)[:MOST]


def _distinct(found: Sequence[Learned]) -> list[Learned]:
    kept: dict[str, Learned] = {}
    for one in found:
        kept.setdefault(repr(one.entry["auto_fix"]), one)
    return list(kept.values())


def _split(line: Sequence[Piece]) -> list[Piece]:
    """Return a laid line with what differing words begin and end with alike as pieces of their own: `X.__init__`."""
    made: list[Piece] = []
    for piece in line:
        whole = piece.fixed or not piece.is_word or "/" in piece.texts[0]
        head, tail = ("", "") if whole else _alike(piece.texts)
        middle = [text[len(head) : len(text) - len(tail)] for text in piece.texts]
        if not (head or tail) or not all(middle):
            made.append(piece)
            continue
        count = len(piece.texts)
        parts = [(head and [head] * count, True), (middle, False), (tail and [tail] * count, True)]
        for number, (texts, fixed) in enumerate((texts, fixed) for texts, fixed in parts if texts):
            made.append(Piece(texts=texts, space="" if number else piece.space, fixed=fixed))
    return made


def _alike(texts: Sequence[str]) -> tuple[str, str]:
    """Return what words begin and end with alike, up to a mark."""
    head = re.match(r"(?:.*[^\w])?", _common(texts))
    rest = [text[len(head[0]) :] if head else text for text in texts]
    tail = re.search(r"(?:[^\w].*)?$", _common([text[::-1] for text in rest])[::-1])
    return head[0] if head else "", tail[0] if tail else ""


def _common(texts: Sequence[str]) -> str:
    shortest = min(texts, key=len)
    return "".join(
        itertools.takewhile(bool, (char if all(t[n] == char for t in texts) else "" for n, char in enumerate(shortest)))
    )


def _is_place(texts: Sequence[str], examples: Sequence[EditExample]) -> bool:
    """Tell whether a word of the outputs is the file that was edited."""
    return all(
        one.file and (text == one.file or text.endswith(f"/{one.file}"))
        for text, one in zip(texts, examples, strict=True)
    )


def _placed(line: Sequence[Piece], examples: Sequence[EditExample]) -> list[Piece]:
    """Return a laid line whose file, line and column are gaps, also where they are equal in all examples."""
    made: list[Piece] = []
    steps = 0
    for piece in line:
        if _is_place(piece.texts, examples):
            steps = 5
        is_number = 0 < steps < 5 and all(text.isdigit() for text in piece.texts)
        made.append(piece.replace(fixed=False) if steps == 5 or is_number else piece)
        steps = max(0, steps - 1)
    return made


def _names(trigger: Trigger, examples: Sequence[EditExample]) -> dict[tuple[int, int], str]:
    """Return names for the words that differ: where it is, and what an edit may use."""
    names: dict[tuple[int, int], str] = {}
    free, places = list(_NAMES), ["line", "column"]
    for spot in trigger.spots():
        if spot.is_fixed or not spot.is_word:
            continue
        if "file" not in names.values() and _is_place(spot.texts, examples):
            names[spot.line, spot.piece] = "file"
        elif "file" in names.values() and places and all(text.isdigit() for text in spot.texts):
            names[spot.line, spot.piece] = places.pop(0)
        elif free and all(_DOTTED.fullmatch(text) for text in spot.texts):
            names[spot.line, spot.piece] = free.pop(0)
    return names


def _entries(
    examples: Sequence[EditExample],
    cuts: Sequence[Sequence[hunks.Hunk]],
    trigger: Trigger,
    names: Mapping[tuple[int, int], str],
    against: Sequence[tuple[str, str]],
) -> Iterator[Learned]:
    """Yield the entries of one trigger: for each hunk its ways to be said, all safe ones together first."""
    captures = {name: trigger.lines[at][piece].texts for (at, piece), name in names.items()}
    rows = list(zip(*cuts, strict=True))
    ways = [list(rewrite.rewrites(row, captures)) for row in rows]
    together = [(one,) for one in rewrite.joined(rows, captures)] if len(rows) > 1 else []
    for number, chosen in enumerate(itertools.islice((*together, *itertools.product(*ways)), 12)):
        used = set().union(*(one.used for one in chosen)) if chosen else set()
        kept = {place: name for place, name in names.items() if name in used or name in _PLACE}
        regex = _typed(trigger, kept)
        if not chosen or any("[masked" in one.search + one.replacement for one in chosen):
            continue
        if not _explains(examples, regex, chosen):
            continue
        if any(re.search(regex, output, re.MULTILINE) for _, output in against):
            continue
        tied = all(one.is_tied for one in chosen)
        score = trigger.rate + 3 * tied + 0.5 * len(used) - 0.2 * number
        entry = _entry(examples, trigger, kept, regex, chosen)
        yield Learned(entry=entry, score=round(score, 2), specificity=round(trigger.specificity(), 2))


def _typed(trigger: Trigger, names: Mapping[tuple[int, int], str]) -> str:
    """Return the expression of a trigger; what it captures is a name in code and nothing else."""
    regex = trigger.regex(names)
    for (at, piece), name in names.items():
        if name in _PLACE:
            continue
        plain = all(_IDENTIFIER.fullmatch(text) for text in trigger.lines[at][piece].texts)
        kind = r"[A-Za-z_]\w{0,80}" if plain else r"[A-Za-z_][\w.]{0,120}"
        regex = re.sub(rf"\(\?P<{name}>[^)]*\)", f"(?P<{name}>{kind})".replace("\\", r"\\"), regex, count=1)
    return regex


def _explains(examples: Sequence[EditExample], regex: str, chosen: Sequence[Rewrite]) -> bool:
    return all(_heals(one, regex, chosen) for one in examples)


def _heals(one: EditExample, regex: str, chosen: Sequence[Rewrite]) -> bool:
    """Tell whether an entry makes the edit of an example: as the fixer would, in one way only."""
    found = re.search(regex, one.output, re.MULTILINE)
    if found is None:
        return False
    known = one.before.count(one.old) == 1
    text, start, end = _window(one) if known else (one.old, 0, len(one.old))
    want = one.after or one.before.replace(one.old, one.new) if known else one.new
    captures = found.groupdict()
    edits = []
    for way in chosen:
        compiled = re.compile(_with(way.search, captures), re.MULTILINE)
        matches = [match for match in compiled.finditer(text, start, end) if match[0]]
        if len(matches) != 1:
            return False
        edits.append((matches[0].start(), matches[0].end(), matches[0].expand(fill(way.replacement, captures))))
    edits.sort()
    if any(one[1] > after[0] for one, after in itertools.pairwise(edits)):
        return False
    for begin, stop, new in reversed(edits):
        text = text[:begin] + new + text[stop:]
    return text == want


def _with(search: str, captures: Mapping[str, str | None]) -> str:
    """Return an expression with its captures in it, letter by letter."""
    return re.sub(r"<<(\w+)>>", lambda one: re.escape(captures.get(one[1]) or one[0]), search)


def _window(one: EditExample) -> tuple[str, int, int]:
    """Return the file before the edit, and from where to where the fixer would look."""
    at = one.before.index(one.old)
    lines = one.before.splitlines(keepends=True)
    number = one.before.count("\n", 0, at)
    last = one.before.count("\n", 0, at + len(one.old))
    return one.before, sum(map(len, lines[: max(0, number - NEAR)])), sum(map(len, lines[: last + NEAR + 1]))


def _entry(
    examples: Sequence[EditExample],
    trigger: Trigger,
    names: Mapping[tuple[int, int], str],
    regex: str,
    chosen: Sequence[Rewrite],
) -> dict[str, Any]:
    fixes = [{"search": one.search, "replace": one.replacement, "regex": True} for one in chosen]
    needed = literals.required_literals(regex)
    message = trigger.message(names)
    programs = [commands.programs(learned.parts(one.command)[0].text) for one in examples]
    tools = [name for name in dict.fromkeys(programs[0]) if name and all(name in some for some in programs)]
    return {
        "error_regex": regex,
        **({"contains": needed[:1]} if len(needed) == 1 else {}),
        "category": draft.category_of(message) or "runtime_error",
        "severity": "medium",
        **({"tools": tools} if tools else {}),
        "message": message,
        "auto_fix": fixes[0] if len(fixes) == 1 else fixes,
        "examples": [_example(one, regex) for one in examples],
    }


def _example(one: EditExample, regex: str) -> dict[str, Any]:
    match = re.search(regex, one.output, re.MULTILINE)
    groups = {name: value for name, value in (match.groupdict() if match else {}).items() if value}
    start = one.output.rfind("\n", 0, match.start() if match else 0) + 1
    end = one.output.find("\n", match.end() if match else 0)
    shown = one.output[start : end if end >= 0 else len(one.output)]
    return {"output": shown, **({"captures": groups} if groups else {}), "tool": draft.tool_of(one.command)}
