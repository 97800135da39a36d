"""The words of an entry that come from closed lists: category, severity, date, id."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable

from .. import entries
from ..jsonpos import Node
from ..records import CATEGORIES, CATEGORY_ALIASES, SEVERITIES
from .sheet import Sheet, did_you_mean, show

_OWN_CATEGORY = re.compile(r"[a-z][a-z0-9_-]*(:[a-z0-9_.-]+)?")


def check_severity(sheet: Sheet, node: Node, name: str) -> None:
    """Note a severity that is a template's choice, and one that `--fix` would spell in the usual way."""
    member = node.member("severity")
    if member is None or not isinstance(member.node.value, str):
        return
    word = member.node.value
    if "|" in word and all(part.strip().lower() in SEVERITIES for part in word.split("|")):
        sheet.say(
            member.node,
            f'"{show(word)}" is a choice, as in a template',
            "keep the one that fits",
            level="warning",
            entry=name,
        )
    elif word.strip().lower() in SEVERITIES and word not in SEVERITIES:
        _respell(sheet, member.node, word.strip().lower(), name)


def _respell(sheet: Sheet, node: Node, spelled: str, name: str) -> None:
    fix = (node.start, node.end, json.dumps(spelled))
    sheet.say(node, f'"{show(str(node.value))}" is usually spelled "{spelled}"', level="hint", entry=name, fix=fix)


def check_category(sheet: Sheet, node: Node, name: str) -> None:
    """Note an unknown category: an error in what ships, at most a warning in a user's or a project's file."""
    member = node.member("category")
    if member is None or not isinstance(member.node.value, str):
        return
    word = member.node.value
    known = (*CATEGORIES, *CATEGORY_ALIASES)
    if "|" in word and all(entries.canonical_category(part) in CATEGORIES for part in word.split("|")):
        sheet.say(
            member.node,
            f'"{show(word)}" is a choice, as in a template',
            "keep the one that fits",
            level="warning",
            entry=name,
        )
        return
    canonical = entries.canonical_category(word)
    if canonical in CATEGORIES:
        if canonical != word:
            _respell(sheet, member.node, canonical, name)
        return
    own = _OWN_CATEGORY.fullmatch(word) is not None and sheet.origin != "shipped"
    if own and ":" in word:
        return
    listed = 'a category of your own is best written "custom:..."' if own else f"one of {', '.join(CATEGORIES)}"
    what = f'unknown category "{show(word)}"'
    level = "warning" if own else "error"
    sheet.say(member.node, what, did_you_mean(word, known, listed, cutoff=0.75), level=level, entry=name)


def check_date(sheet: Sheet, node: Node, name: str) -> None:
    """Note a `last_seen` that is no date."""
    member = node.member("last_seen")
    if member is None or not isinstance(member.node.value, str) or not member.node.value:
        return
    try:
        datetime.datetime.fromisoformat(member.node.value)
    except ValueError as error:
        said = "" if "isoformat" in str(error) else f" ({error})"
        sheet.say(member.node, f'"{show(member.node.value)}" is no date{said}', "write it as 2026-02-04", entry=name)


def check_ids(sheet: Sheet, nodes: Iterable[Node], seen: dict[str, str]) -> None:
    """Note ids that stand twice in a layer; `seen` maps ids to the places of their first use, and grows."""
    for node in nodes:
        member = node.member("id")
        if member is None or not isinstance(member.node.value, str) or not member.node.value:
            continue
        name = member.node.value
        line, column = sheet.document.place(member.node.start)
        if name in seen:
            what = f'the id "{show(name)}" stands twice, first in {seen[name]}'
            sheet.say(member.node, what, "rename or remove one; as it stands the first one counts", entry=name)
        seen.setdefault(name, f"{sheet.path}:{line}:{column}")
