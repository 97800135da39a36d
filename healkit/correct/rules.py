"""One rule on one line: does its condition hold, and which lines do its templates make?

A capture of the output is quoted before it stands in a line; words of the command stay as they were typed.
"""

from __future__ import annotations

import re
from typing import Any

from . import data, fields, functions
from .hints import Scene
from .likeness import LIKENESS, ranked
from .line import Line, joined, quote, unquoted
from .swap import swapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .hints import Whereabouts

_SAME = {"other": "wrong", "option_wrong": "wrong", "name2": "name", "name3": "name", "container2": "container"} | {
    f"name{number}": "wrong" for number in range(4, 11)
}
"""Groups that alternatives of one expression need other names for."""
_NAMED = re.compile(r"<<(\w+)>>")
_LONGEST = 200


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


def results(rule: Mapping[str, Any], line: Line, captures: Captures, place: Whereabouts | None) -> Iterator[str]:
    """Yield the new lines of a rule whose condition holds."""
    lead = "" if rule.get("lead") in ("drop", "none") else None
    if "right" not in rule:
        for template in rule["to"]:
            yield from _made(template, line, captures, place, lead, "program" in rule)
        return
    for right in meant(rule["right"], captures, line, place):
        captures.plain["right"] = right
        captures["right"] = joined(right.split()) if "synonym" in rule["right"] else quote(right)
        for template in rule["to"]:
            yield from _made(template, line, captures, place, lead, "program" in rule)


def meant(wish: Mapping[str, Any], captures: Captures, line: Line, place: Whereabouts | None) -> Sequence[str]:
    """Return the words that may be meant: those that the output names, a list's, or a function's; the closest first."""
    if "of" in wish:
        values = data.expression(wish.get("inner", r"[\w@][\w@:.+/-]*")).findall(captures.plain.get(wish["of"], ""))
    elif "synonym" in wish:
        wrong = captures.plain.get(wish["synonym"], "")
        first = line.arguments(data.names(f"{line.program} options"))[:1] == [wrong]
        values = [*data.synonyms(line.program, wrong)] if first else []
    elif "call" in wish:
        values = list(functions.TABLE[wish["call"]](Scene(line=line, captures=captures.plain, place=place)))
    else:
        values = list(data.names(functions.filled_name(wish["list"], line)))
        if captures.plain.get(wish.get("near", "")) in values:
            return []  # it is one of them: something else is wrong with it
    values = list(dict.fromkeys(value for value in values if _is_word(value, option=wish.get("options", False))))
    if "near" in wish:
        wrong = captures.plain.get(wish["near"], "")
        if not wrong:
            return []
        close = ranked(wrong, values, wish.get("least", LIKENESS))
        values = values if len(values) == 1 and wish.get("of") in ("choices", "right") else close
    return values[: wish.get("most", 3)]


def _made(
    template: str | Mapping[str, Any],
    line: Line,
    captures: Captures,
    place: Whereabouts | None,
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
