"""Examples and counterexamples of an entry: each is a test, and each that fails says why."""

from __future__ import annotations

from ..jsonpos import Node
from . import regexes
from .entry import Entry
from .sheet import did_you_mean, show


def check_examples(entry: Entry) -> None:
    """Note examples that the entry does not recognise as they say."""
    member = entry.node.member("examples")
    for node in member.node.items if member else ():
        output = node if isinstance(node.value, str) else node.at("output")
        if isinstance(output.value, str) and entry.regexes:
            _check_example(entry, node, output)


def _check_example(entry: Entry, node: Node, output: Node) -> None:
    text = output.value
    matches = [found for _, compiled in entry.regexes if (found := compiled.search(text))]
    if not matches:
        why = regexes.nearest(entry.regexes[0][1].pattern, text)
        entry.say(output, f"the expression never matches this example: {why}", "correct the one or the other")
        return
    for literal in entry.texts("contains"):
        if literal.value not in text:
            do = "remove it from contains: the entry is silent wherever it does not occur"
            entry.say(
                literal, f'"{show(literal.value)}" does not occur in the example on line {entry.sheet.line(output)}', do
            )
    _compare(entry, output)
    captures = node.member("captures")
    if captures is not None:
        _check_captures(entry, captures.node, text)


def _compare(entry: Entry, output: Node) -> None:
    for _, compiled in entry.regexes:
        differs = "" if regexes.compile_other(compiled.pattern)[1] else regexes.disagreement(compiled, output.value)
        if differs:
            entry.say(output, f"re and regex disagree: {show(differs, 120)}", "write the expression more plainly")


def _check_captures(entry: Entry, captures: Node, text: str) -> None:
    """Note captures that differ; an example holds when one match of one expression gives all of them."""
    wanted = {m.key: str(m.node.value) for m in captures.members}
    found = [match.groupdict() for _, compiled in entry.regexes for match in compiled.finditer(text)]
    if any(all(groups.get(key) == value for key, value in wanted.items()) for groups in found):
        return
    best = max(found, key=lambda groups: sum(groups.get(key) == value for key, value in wanted.items()))
    for member in captures.members:
        if member.key not in entry.names():
            do = did_you_mean(member.key, entry.names(), f"add a group (?P<{member.key}>...) to the expression")
            entry.say(member.start, f'no group is called "{show(member.key)}"', do)
        elif best.get(member.key) != str(member.node.value):
            got = best.get(member.key)
            said = "nothing" if got is None else f'"{show(got)}"'
            what = f'{member.key} captures {said} here, not "{show(str(member.node.value))}"'
            entry.say(member.node, what, "correct the expression or the example")


def check_counterexamples(entry: Entry) -> None:
    """Note counterexamples that the entry recognises all the same."""
    for node in entry.texts("counterexamples"):
        for _, compiled in entry.regexes:
            found = compiled.search(node.value)
            if found and all(literal.value in node.value for literal in entry.texts("contains")):
                what = f"the expression matches this counterexample, in `{show(found.group())}`"
                entry.say(node, what, "narrow the expression, or move the text to the examples")
                break
