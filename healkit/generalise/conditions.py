"""On which command lines a learned entry is asked at all: program, sub-commands, words that must or must not be there."""

from __future__ import annotations

import re

from ..correct import fields
from ..correct.line import Line
from . import failures, search
from .triggers import escaped, word_regex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from .failures import Failure

_SUBCOMMAND = re.compile(r"[A-Za-z][\w-]*")
_MOST_TOOLS = 3


def tools(found: Sequence[Failure]) -> list[str]:
    """Return the programs of the failures; none where it is the program that changes, or they have too little in common."""
    names = list(dict.fromkeys(one.line.program for one in found))
    stays = any(one.line.words[0].value in {word.value for word in Line(f" {one.fixed}").words} for one in found)
    if (len(names) > 1 and not stays) or any(re.search(r"[:@=]", one.line.words[0].value) for one in found):
        return []
    if _script(found):
        return []
    return (
        names
        if len(names) <= _MOST_TOOLS and all(re.fullmatch(r"[\w.+-]{1,60}|[$#%>]", name) for name in names)
        else []
    )


def _script(found: Sequence[Failure]) -> str:
    """Return the expression of a line that begins with a script, where the scripts differ and their extension does not."""
    first = [one.line.words[0].value for one in found]
    regex = word_regex(first)
    plain = len(set(first)) > 1 and all(re.fullmatch(r"[\w./-]+", word) for word in first)
    return f"^{regex}(?!\\S)" if plain and "\\." in regex else ""


def of(found: Sequence[Failure], rerun: Mapping[str, Any], strict: bool = False) -> dict[str, Any]:
    """Return the conditions on the line, as keys of `rerun`.

    Args:
        found: the failures.
        rerun: what makes the new line.
        strict: whether all words that the lines share must be there.
    """
    made: dict[str, Any] = {"lead": "drop"} if found[0].drops else {}
    same = len({one.line.program for one in found}) == 1
    words = _leading(found) if same else []
    if script := _script(found):
        made["line"] = script
    places = any(isinstance(template, str) for template in rerun["to"])
    has = [word for word in (*_lost(found), *_moved(found, rerun)) if word not in words] if places else []
    if not same or strict:
        has += [word for word in _shared(found) if word not in (*has, *words)]
    ends = _extension(found, rerun)
    if words:
        made["words"] = [escaped(word) for word in words]
    if has or ends:
        made["has"] = [*(escaped(word) for word in has), *ends]
    if lacks := _gained(found, rerun):
        made["lacks"] = lacks
    return made


def _leading(found: Sequence[Failure]) -> list[str]:
    """Return the sub-commands that all lines begin with; a word that changes is none."""
    kept: list[str] = []
    new = [{word for change in failures.changes(one) for word in change.old} for one in found]
    for words in zip(*([word.value for word in one.line.words[1:]] for one in found), strict=False):
        if len(set(words)) > 1 or not _SUBCOMMAND.fullmatch(words[0]):
            break
        if all(words[0] in gone for gone in new) and kept:
            break
        kept.append(words[0])
    return kept[:3]


def _lost(found: Sequence[Failure]) -> list[str]:
    """Return the words that all old lines have and no new one has: the entry is about them."""
    gone = [{word for change in failures.changes(one) for word in change.old} for one in found]
    lost = set.intersection(*gone)
    order = [word.value for word in found[0].line.words[1:] if word.raw in lost]
    return [word for word in dict.fromkeys(order) if word.isprintable() and len(word) < 60]


def _moved(found: Sequence[Failure], rerun: Mapping[str, Any]) -> list[str]:
    """Return the words that a template names although they stand in all old lines: it is right only where they do."""
    named = [word for template in rerun["to"] if isinstance(template, str) for word in search.constants(template)]
    values = [{word.value for word in one.line.words[1:]} for one in found]
    return [word for word in dict.fromkeys(named) if all(word in some for some in values)]


def _shared(found: Sequence[Failure]) -> list[str]:
    """Return the words that all lines have, of different programs."""
    values = [{word.value for word in one.line.words[1:]} for one in found]
    return [word.value for word in found[0].line.words[1:] if all(word.value in some for some in values)][:3]


def _extension(found: Sequence[Failure], rerun: Mapping[str, Any]) -> list[str]:
    """Return what a word must end in that a template takes apart."""
    made = []
    for template in rerun["to"]:
        for match in fields.FIELD.finditer(template if isinstance(template, str) else ""):
            if match[5] == "stem" and match[3].lstrip("-").isdigit():
                at = int(match[3])
                words = [one.line.words[at].value for one in found]
                regex = word_regex(words)
                if "\\." in regex:
                    made.append(".*" + regex[regex.rindex("\\.") :])
    return made


def _gained(found: Sequence[Failure], rerun: Mapping[str, Any]) -> list[str]:
    """Return what must not stand in the line, since the new line gets it: options, and what is glued to a word."""
    made = []
    old = {word.value for one in found for word in one.line.words}
    for template in rerun["to"]:
        text = template if isinstance(template, str) else template["sub"][0][1] if "sub" in template else ""
        options = [word for word in search.constants(text) if word.startswith("-") and word not in old]
        made += [escaped(word) for word in options]
        made += ["--"] * bool(options)  # what comes after it are no options
        if isinstance(template, str):
            made += [f".*{escaped(end)}" for end in re.findall(r"\}([^\s{}]{2,})(?=\s|$)", text)]
            made += [f"{escaped(start)}.*" for start in re.findall(r"(?<!\S)([^\s{}]{2,})\{", text)]
    return [one for one in dict.fromkeys(made) if not any(re.fullmatch(one, word) for word in old)]


def shape(found: Sequence[Failure], rerun: Mapping[str, Any]) -> str:
    """Return an expression of whole lines that are alike word by word; empty where they differ in number.

    More words may follow where the new line keeps whatever follows.
    """
    rows = [[word.raw for word in one.line.words] for one in found]
    if len({len(row) for row in rows}) > 1:
        return ""
    parts = []
    for texts in zip(*rows, strict=True):
        if len(set(texts)) == 1:
            parts.append(escaped(texts[0]))
        else:
            parts.append(_word(texts))
    keeps = all(not isinstance(one, str) or re.search(r"\{\d+:\}$", one) for one in rerun["to"])
    return "^" + r"\s+".join(parts) + (r"(?!\S)" if keeps else "$")


def _word(texts: Sequence[str]) -> str:
    for mark, regex in (('"', r'"[^"]{0,200}"'), ("'", r"'[^']{0,200}'")):
        if all(len(text) > 1 and text[0] == text[-1] == mark for text in texts):
            return regex
    if any(re.search(r"\s", text) for text in texts):
        return r"\S[^\n]{0,200}"
    if all(re.fullmatch(r"\w[\w-]*", text) for text in texts):
        return r"\w[\w-]{0,120}"
    dash = "" if any(text.startswith("-") for text in texts) else "(?!-)"
    return dash + word_regex(texts)
