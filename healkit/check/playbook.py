"""One playbook of a recovery file: its trigger, its words, and what its steps fill in."""

from __future__ import annotations

from .. import entries
from ..jsonpos import Member, Node
from . import regexes, words
from .house import House
from .pattern import KNOWN_NAMES, step_nodes, unknown_names
from .sheet import Sheet, did_you_mean, show


def check_playbook(sheet: Sheet, member: Member, house: House) -> None:
    """Note every issue of one playbook's meaning; its shape is the schema's affair."""
    node, name = member.node, member.key
    if not isinstance(node.value, dict):
        return
    before = len(sheet.issues)
    words.check_severity(sheet, node, name)
    words.check_category(sheet, node, name)
    groups = _check_trigger(sheet, node, name)
    captured = house.captures.get(name, groups)
    if captured is not None:
        whose = "no entry that names this playbook" if name in house.captures else "no group of the trigger"
        _check_steps(sheet, node, name, sorted(captured), whose)
    _check_use(sheet, member, house)
    if not sheet.has_errors(before) and not sheet.has_errors_within(node):
        try:
            entries.playbook_of(name, node.value, sheet.origin)
        except ValueError as error:
            sheet.say(node, str(error), "until then the playbook is left out", entry=name)


def _check_trigger(sheet: Sheet, node: Node, name: str) -> set[str] | None:
    """Return the trigger's groups, None when there is none that works."""
    member = node.member("trigger")
    if member is None or not isinstance(member.node.value, str) or not member.node.value:
        return None
    compiled, wrong, at, do = regexes.compile_regex(member.node.value)
    if compiled is None:
        offset = sheet.document.inside(member.node, at)
        sheet.say(offset, f"bad regular expression: {wrong} (character {at + 1} of it)", do, entry=name)
        return None
    how, level = regexes.runaway(member.node.value)
    if how:
        sheet.say(
            member.node,
            f"the expression runs away on `{show(how)}`",
            "repeat one thing at a time",
            level=level,
            entry=name,
        )
    return set(compiled.groupindex)


def _check_steps(sheet: Sheet, node: Node, name: str, groups: list[str], whose: str) -> None:
    """Note each {name} of a step that nothing captures which leads to this playbook."""
    for text in step_nodes(node):
        for at, word in unknown_names(text.value, [*groups, *KNOWN_NAMES], step=True):
            do = did_you_mean(word, groups, f"add a group (?P<{word}>...) to an expression that finds it")
            sheet.say(sheet.document.inside(text, at), f"{{{word}}} is captured by {whose}", do, entry=name)


def _check_use(sheet: Sheet, member: Member, house: House) -> None:
    """Note a playbook that nothing can find, and one that says nothing."""
    value = member.node.value
    if member.key not in house.captures and not value.get("trigger"):
        do = 'name it as "playbook" of an entry, or give it a "trigger"'
        sheet.say(
            member.start, f'nothing names the playbook "{show(member.key)}"', do, level="warning", entry=member.key
        )
    if not value.get("steps") and not value.get("description"):
        sheet.say(
            member.start,
            f'the playbook "{show(member.key)}" has no steps',
            'add "steps"',
            level="warning",
            entry=member.key,
        )
