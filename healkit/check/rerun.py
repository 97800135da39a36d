"""An entry's `rerun`: are its expressions sound, is what it names captured, and do its examples come out?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..correct import fields, learned
from ..jsonpos import Node
from . import regexes
from .entry import Entry
from .sheet import did_you_mean, show


def check_rerun(entry: Entry) -> None:
    """Note what is wrong in an entry's `rerun`; its shape is the schema's affair."""
    member = entry.node.member("rerun")
    if member is None or not isinstance(member.node.value, dict):
        return
    before = len(entry.sheet.issues)
    for node in _expressions(member.node):
        _check_expression(entry, node)
    _check_names(entry, member.node)
    if not entry.broken and len(entry.sheet.issues) == before:
        for node in member.node.at("examples").items if member.node.member("examples") else ():
            _check_example(entry, node)


def _texts(node: Node) -> Iterator[Node]:
    """Yield a text, or the texts of a list."""
    yield from (one for one in (node, *node.items) if isinstance(one.value, str))


def _expressions(rerun: Node) -> Iterator[Node]:
    """Yield every regular expression of a `rerun`."""
    for key in ("line", "words", "has", "lacks", "unless"):
        if found := rerun.member(key):
            yield from _texts(found.node)
    for template in _templates(rerun):
        if sub := template.member("sub"):
            yield from (pair.items[0] for pair in sub.node.items if pair.items and isinstance(pair.items[0].value, str))


def _templates(rerun: Node) -> list[Node]:
    found = rerun.member("to")
    return list(found.node.items) if found else []


def _check_expression(entry: Entry, node: Node) -> None:
    text = re.sub(r"<<\w+>>", "x", node.value)
    compiled, wrong, at, do = regexes.compile_regex(text)
    if compiled is None:
        place = entry.sheet.document.inside(node, at if text == node.value else 0)
        entry.say(place, f"bad regular expression: {wrong} (character {at + 1} of it)", do)
        return
    how, level = regexes.runaway(text)
    if how:
        entry.say(node, f"the expression runs away on `{show(how)}`", "repeat one thing at a time", level)


def _check_names(entry: Entry, rerun: Node) -> None:
    """Note each field of a template that nothing captures."""
    line = rerun.value.get("line")
    groups = re.findall(r"\(\?P<(\w+)>", line) if isinstance(line, str) else []
    known = [*entry.names(), *groups, "line", *(["right"] if "right" in rerun.value else [])]
    for template in _templates(rerun):
        for found in fields.FIELD.finditer(template.value) if isinstance(template.value, str) else ():
            if not found[3].lstrip("-").isdigit() and found[3] not in known:
                place = entry.sheet.document.inside(template, found.start())
                do = did_you_mean(found[3], known, f"add a group (?P<{found[3]}>...)")
                entry.say(place, f"{{{found[3]}}} is captured by no group", do)
            elif found[5] and found[5] not in fields.FILTERS:
                place = entry.sheet.document.inside(template, found.start())
                entry.say(
                    place, f"there is no filter |{found[5]}", did_you_mean(found[5], fields.FILTERS, "leave it out")
                )


def _check_example(entry: Entry, node: Node) -> None:
    given: Any = node.value
    if not isinstance(given, dict) or not all(
        isinstance(given.get(key), str) for key in ("command", "output", "corrected")
    ):
        return  # the schema has said it
    made = learned.results(entry.raw, given["command"], given["output"])
    if given["corrected"].split() not in [one.split() for one in made]:
        says = f"it gives `{show(made[0])}`" if made else "it gives nothing"
        entry.say(
            node, f"the command does not become `{show(given['corrected'])}`: {says}", "correct the rule or the example"
        )
