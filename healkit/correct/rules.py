"""One rule on one line: does its condition hold, and which lines do its templates make?

A capture of the output is quoted before it stands in a line; words of the command stay as they were typed.
"""

from __future__ import annotations

import difflib
import re
from typing import Any

from . import data, fields, functions
from .hints import Scene
from .line import Line, Word, quote, unquoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .hints import Surroundings

_SAME = {"other": "wrong", "option_wrong": "wrong", "name2": "name", "name3": "name"} | {
    f"name{number}": "wrong" for number in range(4, 10)
}
"""Groups that alternatives of one expression need other names for."""
_NAMED = re.compile(r"<<(\w+)>>")
_LONGEST = 200
_HEAD = re.compile(r"[:=]")
LIKENESS = 0.6
"""How alike two words are at least, 1.0 is the same, when one is looked up for the other."""


class Captures(dict[str, str]):
    """Captures by name as they go into a line (those of the output quoted); `plain` are the bare values."""

    def __init__(self) -> None:
        """Begin without any."""
        super().__init__()
        self.plain: dict[str, str] = {}
        self.said = ""


def holds(rule: Mapping[str, Any], line: Line, text: str, exit_code: int | None) -> Captures | None:
    """Return the captures of a rule whose condition holds for a line and its output; None where it does not."""
    blank = not text.strip()
    # A success is no failure, whatever might come next; without an exit code only an output can tell.
    if exit_code == 0 or (exit_code is None and ("output" not in rule or rule.get("success"))):
        return None
    if (rule.get("silent") and not blank) or not _line_fits(rule, line):
        return None
    captures = Captures()
    captures.plain["output"] = text
    if "line" in rule:
        found = data.expression(rule["line"]).search(line.text)
        if found is None:
            return None
        for name, value in found.groupdict().items():
            if value is not None:
                captures[name], captures.plain[name] = value, unquoted(value)
    if "output" in rule:
        found = data.expression(rule["output"]).search(text)
        if found is None or not _take(found, captures):
            return None
    if "unless" in rule and data.expression(rule["unless"]).search(text):
        return None
    return captures


def _take(found: re.Match[str], captures: Captures) -> bool:
    """Add the captures of the output, quoted; False where one is none that may stand in a command."""
    captures.said = found[0].strip()
    for group, value in found.groupdict().items():
        if value is None:
            continue
        name = _SAME.get(group, group)
        captures.plain[name] = value
        if name not in ("right", "choices"):
            if not _is_word(value, option=group.startswith("option")):
                return False
            captures[name] = quote(value)
    return True


def _is_word(value: str, option: bool = False) -> bool:
    return (
        0 < len(value) <= _LONGEST
        and value.isprintable()
        and (option or not value.startswith("-"))
        and not any("\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069" for char in value)
    )


def _line_fits(rule: Mapping[str, Any], line: Line) -> bool:
    """Tell whether the words of a line are what a rule asks for."""
    if "program" in rule and not re.fullmatch(rule["program"], line.program):
        return False
    if "lead" in rule and bool(line.lead) is (rule["lead"] == "none"):
        return False
    arguments = line.arguments(data.names(f"{line.program} options"))
    asked = rule.get("words", ())
    if len(arguments) < len(asked) or not all(
        re.fullmatch(one, word) for one, word in zip(asked, arguments, strict=False)
    ):
        return False
    values = [word.value for word in line.words[1:]]
    return all(any(re.fullmatch(one, word) for word in values) for one in rule.get("has", ())) and not any(
        re.fullmatch(one, word) for one in rule.get("lacks", ()) for word in values
    )


def results(rule: Mapping[str, Any], line: Line, captures: Captures, place: Surroundings | None) -> Iterator[str]:
    """Yield the new lines of a rule whose condition holds."""
    lead = "" if rule.get("lead") in ("drop", "none") else None
    if "right" not in rule:
        for template in rule["to"]:
            yield from _made(template, line, captures, place, lead, "program" in rule)
        return
    for right in meant(rule["right"], captures, line, place):
        captures.plain["right"], captures["right"] = right, quote(right)
        for template in rule["to"]:
            yield from _made(template, line, captures, place, lead, "program" in rule)


def meant(wish: Mapping[str, Any], captures: Captures, line: Line, place: Surroundings | None) -> Sequence[str]:
    """Return the words that may be meant: those that the output names, a list's, or a function's; the closest first."""
    if "of" in wish:
        values = data.expression(wish.get("inner", r"[\w@][\w@:.+/-]*")).findall(captures.plain.get(wish["of"], ""))
    elif "call" in wish:
        values = list(functions.TABLE[wish["call"]](Scene(line=line, captures=captures.plain, place=place)))
    else:
        values = list(data.names(functions.filled_name(wish["list"], line)))
    values = list(dict.fromkeys(value for value in values if _is_word(value, option=wish.get("options", False))))
    if "near" in wish:
        wrong = captures.plain.get(wish["near"], "")
        if not wrong:
            return []
        close = ranked(wrong, values, wish.get("least", LIKENESS))
        values = values if len(values) == 1 and wish.get("of") in ("choices", "right") else close
    return values[: wish.get("most", 3)]


def ranked(wrong: str, values: Sequence[str], least: float = LIKENESS) -> list[str]:
    """Return the values that are like a word, the closest first; as close ones in their order."""
    low = wrong.lower().lstrip("-")
    scores = [(likeness(low, value.lower().lstrip("-")), value) for value in values if value != wrong]
    return [value for score, value in sorted(scores, key=lambda one: -one[0]) if score >= least]


def likeness(one: str, other: str) -> float:
    """Return how alike two words are, from 0 to 1; the same letters in another order are nearly the same."""
    if one == other:
        return 1.0
    ratio = difflib.SequenceMatcher(None, one, other).ratio()
    return max(ratio, 0.9) if len(one) == len(other) and sorted(one) == sorted(other) else ratio


def _made(
    template: str | Mapping[str, Any],
    line: Line,
    captures: Captures,
    place: Surroundings | None,
    lead: str | None,
    guess: bool,
) -> Iterator[str]:
    """Yield what one template makes of a line; `lead` None keeps its `sudo`; `guess` is for `swapped`."""
    if isinstance(template, str):
        made = _filled(template, line, captures, line.lead if lead is None else lead)
        if made is not None:
            yield line.whole(made, "")
    elif "sub" in template:
        text = line.text
        for expression, new, *optional in template["sub"]:
            made = _substituted(text, expression, new, captures)
            if made is None and not optional:
                return
            text = text if made is None else made
        yield line.whole(text, lead)
    elif "swap" in template:
        wrong = captures.plain.get(template["swap"], "")
        if captures.get("right"):
            yield from (line.whole(new, lead) for new in swapped(line, wrong, captures["right"], guess))
    elif "call" in template:
        for new in functions.TABLE[template["call"]](Scene(line=line, captures=captures.plain, place=place)):
            yield line.whole(new, lead)


def _filled(template: str, line: Line, captures: Captures, lead: str) -> str | None:
    """Return a template filled in; None where it asks for what is not there. `sudo` goes before each of its commands."""
    missing = False

    def value(found: re.Match[str]) -> str:
        nonlocal missing
        text = fields.value(found, line, captures, captures.plain)
        missing = missing or text is None
        return text or ""

    parts = [fields.FIELD.sub(value, part).strip() for part in template.split(" && ")]
    return None if missing else " && ".join(part if part.startswith("cd ") else lead + part for part in parts)


def _substituted(text: str, expression: str, new: str, captures: Captures) -> str | None:
    """Return a text with the first match of an expression replaced by a template; None where nothing matches.

    `<<name>>` in the expression stands for a capture, letter by letter.
    """
    found = re.search(_NAMED.sub(lambda one: re.escape(captures.plain.get(one[1], "\0")), expression), text)
    if found is None:
        return None
    groups = {name: value or "" for name, value in found.groupdict().items()}
    groups |= {str(number): value or "" for number, value in enumerate(found.groups(), 1)}
    known = {**captures, **groups}
    made = fields.FIELD.sub(lambda field: known.get(field[3], ""), new)
    return (text[: found.start()] + made + text[found.end() :]).strip()


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


def _is_within(line: Line, wrong: str) -> bool:
    return len(re.findall(rf"(?<![\w./@-]){re.escape(wrong)}(?![\w./@-])", line.text)) == 1


def _find(line: Line, wrong: str) -> Word | None:
    """Return the word of a line that is the wrong one, or begins with it before a `=` or `:`."""
    order = [*line.words[1:], *line.words[:1]]
    for word in order:
        if word.value == wrong:
            return word
    for word in order:
        if _HEAD.split(word.value, maxsplit=1)[0] == wrong or word.value.partition("=")[0].lstrip("-") == wrong:
            return word
    return None


def _dressed(word: Word, wrong: str, right: str) -> str:
    """Return the right word with the dashes and the value (`=x`, `:x`) that the wrong one had."""
    dashes = word.value[: len(word.value) - len(word.value.lstrip("-"))]
    new = right if right.startswith("-") else dashes + right
    tail = _HEAD.search(word.raw, len(dashes))
    keeps = tail is not None and not _HEAD.search(wrong or right) and not _HEAD.search(right)
    return new + word.raw[tail.start() :] if keeps and tail is not None else new
