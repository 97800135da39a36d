"""One entry of a pattern file: does it mean what its examples say, and can everything that it names be found?"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .. import entries, literals
from ..index import MIN_LITERAL
from ..jsonpos import Node
from . import examples, regexes, rerun, words
from .entry import Entry
from .house import House
from .sheet import Sheet, close, did_you_mean, show

KNOWN_NAMES = (
    "file", "line", "column", "declared_in", "manager", "install_command", "add_command", "distribution",
)  # fmt: skip
"""Names that healkit fills in for fixes and playbooks, whatever the entry captures."""

_STEP_NAME = re.compile(r"(?<![$@{])\{([a-z]\w*)\}")
_NAME = re.compile(r"(?<![\w$\\{])\{([a-z_][a-z0-9_]*)\}(?!\})")


def check_entry(sheet: Sheet, node: Node, house: House, key: str = "") -> None:
    """Note every issue of one entry's meaning; its shape is the schema's affair.

    Args:
        sheet: the file.
        node: the entry.
        house: what it may refer to.
        key: the id under which it stands, in a file whose entries are an object.
    """
    if not isinstance(node.value, dict):
        return
    raw = {"id": key, **node.value} if key else node.value
    name = raw.get("id")
    entry = Entry(sheet, node, raw, name if isinstance(name, str) else "", house)
    before = len(sheet.issues)
    for check in (_check_regexes, _check_words, _check_names, _check_playbook, _check_fixes, _check_contains):
        check(entry)
    if not entry.broken and not entry.runs_away:
        examples.check_examples(entry)
        examples.check_counterexamples(entry)
        rerun.check_rerun(entry)
    _check_disabled(entry)
    # The loader has the last word: what it refuses is never passed over in silence, whatever the checks above think.
    _ask_loader(entry, known=sheet.has_errors(before) or sheet.has_errors_within(node))


def _ask_loader(entry: Entry, known: bool) -> None:
    if known or entry.raw.get("disabled") is True:
        return
    try:
        entries.pattern_of(entry.raw, entry.sheet.origin)
    except ValueError as error:
        entry.say(entry.node, str(error), "until then the entry is left out")


def _check_regexes(entry: Entry) -> None:
    for node in entry.texts("error_regex") or entry.texts("patterns"):
        compiled, wrong, at, do = regexes.compile_regex(node.value)
        if compiled is None:
            entry.broken = True
            offset = entry.sheet.document.inside(node, at)
            entry.say(offset, f"bad regular expression: {wrong} (character {at + 1} of it)", do)
            continue
        entry.regexes.append((node, compiled))
        _doubt_regex(entry, node, compiled)


def _doubt_regex(entry: Entry, node: Node, compiled: re.Pattern[str]) -> None:
    text = node.value
    if "\b" in text:
        at = entry.sheet.document.inside(node, text.index("\b"))
        entry.say(at, r"\b is a backspace in JSON", r"for the edge of a word write \\b", "warning")
    _, refused = regexes.compile_other(text)
    if refused:
        entry.say(node, f"re and regex disagree: regex refuses it ({refused})", "write it more plainly")
    if compiled.search(""):
        entry.say(node, "the expression matches empty output", "make something in it required")
        return
    how, level = regexes.runaway(text)
    if how:
        do = "repeat one thing at a time: [^\\n]* in place of .* in a repeat, and no repeat of a repeat"
        entry.runs_away = entry.runs_away or level == "error"
        entry.say(node, f"the expression runs away on `{show(how)}`", do, level)
    contained = [member.value for member in entry.texts("contains")]
    shortest = min(map(len, required(text)), default=0)
    if shortest < MIN_LITERAL and len(max(contained, key=len, default="")) < MIN_LITERAL:
        do = 'let it require a literal, or add one as "contains"; words that must occur make it fast'
        entry.say(
            node,
            f"no literal of {MIN_LITERAL} characters must occur: it sees only the tail of the output",
            do,
            "warning",
        )


def required(text: str) -> list[str]:
    """Return literals of which one must occur in every match of an expression; none when nothing is known."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return literals.required_literals(text)
    except (re.error, OverflowError, RecursionError):
        return []


def _check_words(entry: Entry) -> None:
    for check in (words.check_severity, words.check_category, words.check_date):
        check(entry.sheet, entry.node, entry.id)


def unknown_names(text: str, known: Iterable[str], step: bool = False) -> Iterator[tuple[int, str]]:
    """Yield each {name} of a template that is not known, and where it stands in the text.

    Args:
        text: the template.
        known: the names that are filled in.
        step: the text is of a playbook's step, which is left out when anything of this form stays in it.
    """
    names = set(known)
    for found in (_STEP_NAME if step else _NAME).finditer(text):
        if found.group(1) not in names:
            yield found.start(), found.group(1)


def _check_names(entry: Entry) -> None:
    if entry.broken:
        return
    own = entry.names()
    for key, known in (("message", own), ("fix_template", [*own, *KNOWN_NAMES])):
        for node in entry.texts(key):
            _say_names(entry, node, known)
    member = entry.node.member("auto_fix")
    for fix in (member.node.items or (member.node,)) if member else ():
        replace = fix.member("replace")
        if replace is not None and isinstance(replace.node.value, str):
            # Code is full of braces: only one that looks like a slip of a group's name is more than a doubt.
            _say_names(entry, replace.node, [*own, *KNOWN_NAMES], code=True)


def _say_names(entry: Entry, node: Node, known: list[str], code: bool = False) -> None:
    for at, name in unknown_names(node.value, known):
        spare = "it stays as it is" if code else f"add a group (?P<{name}>...) to the expression"
        level = "warning" if code and not close(name, entry.names()) else "error"
        what = f"{{{name}}} is captured by no group"
        entry.say(entry.sheet.document.inside(node, at), what, did_you_mean(name, known, spare), level)


def _check_playbook(entry: Entry) -> None:
    for node in entry.texts("playbook"):
        book = entry.house.playbooks.get(node.value)
        if not node.value:
            continue
        if book is None:
            known = entry.house.playbooks
            do = did_you_mean(node.value, known, "add it to recovery-playbook.json")
            entry.say(node, f'the playbook "{show(node.value)}" does not exist', do)
        elif not entry.broken:
            _check_steps(entry, node, book)


def _check_steps(entry: Entry, node: Node, book: Mapping[str, Any]) -> None:
    """Note a playbook of which nothing is left here: a step that uses a name nobody captured is left out."""
    steps = book.get("steps")
    texts = [text for step in (steps if isinstance(steps, list) else ()) for text in _step_texts(step)]
    known = [*entry.names(), *KNOWN_NAMES]
    missing = [[name for _, name in unknown_names(text, known, step=True)] for text in texts]
    if missing and all(missing):
        names = ", ".join(dict.fromkeys(f"{{{name}}}" for some in missing for name in some))
        what = f'nothing of the playbook "{show(node.value)}" can be said here: no group captures {names}'
        entry.say(node, what, "add such a group (?P<name>...) to the expression, or name another playbook")


def _step_texts(step: Any) -> list[str]:
    """Return the texts of a raw step in which captures are filled in."""
    if isinstance(step, str):
        return [step]
    if not isinstance(step, dict):
        return []
    argv = step.get("argv")
    texts = [step.get("description"), step.get("command"), " ".join(map(str, argv)) if isinstance(argv, list) else argv]
    return [text for text in texts if isinstance(text, str) and text]


def step_nodes(book: Node) -> Iterator[Node]:
    """Yield the texts of a playbook's steps in which captures are filled in, with their places."""
    for step in book.at("steps").items:
        nodes = (
            [step]
            if isinstance(step.value, str)
            else [m.node for m in step.members if m.key in ("description", "command", "argv")]
        )
        for node in nodes:
            yield from (text for text in (node, *node.items) if isinstance(text.value, str))


def _check_fixes(entry: Entry) -> None:
    member = entry.node.member("auto_fix")
    for fix in (member.node.items or (member.node,)) if member else ():
        search, replace = fix.member("search"), fix.member("replace")
        if search is None or not isinstance(search.node.value, str) or not search.node.value:
            continue  # the schema has said it
        if isinstance(fix.value, dict) and fix.value.get("regex") is True:
            compiled, wrong, at, do = regexes.compile_regex(search.node.value)
            if compiled is None:
                offset = entry.sheet.document.inside(search.node, at)
                entry.say(offset, f"bad regular expression in search: {wrong} (character {at + 1} of it)", do)
        elif replace is not None and replace.node.value == search.node.value:
            entry.say(replace.node, "search and replace are the same text", "it would change nothing", "warning")


def _check_contains(entry: Entry) -> None:
    member = entry.node.member("contains")
    if not entry.broken and (member is None or member.node.value in ([], "")):
        _fill_contains(entry, member.node if member else None)


def _fill_contains(entry: Entry, there: Node | None) -> None:
    """Offer the literals that every one of the entry's expressions requires."""
    found = [required(compiled.pattern) for _, compiled in entry.regexes]
    folded = any(compiled.flags & re.IGNORECASE for _, compiled in entry.regexes)
    single = {options[0] for options in found if len(options) == 1}
    if folded or not found or len(single) != 1 or not all(len(options) == 1 for options in found):
        return
    literal = single.pop()
    if len(literal) < MIN_LITERAL:
        return
    spelled = json.dumps([literal], ensure_ascii=False)
    key = entry.node.member("error_regex") or entry.node.member("patterns")
    if there is not None:
        fix = (there.start, there.end, spelled)
    elif key is not None:
        text = entry.sheet.document.text
        lead = text[len(text[: key.start].rstrip(" \t\r\n")) : key.start] or " "
        fix = (key.node.end, key.node.end, f',{lead}"contains": {spelled}')
    else:
        return
    entry.say(fix[0], f'"contains" can be filled in: {show(literal)}', level="hint", fix=fix)


def _check_disabled(entry: Entry) -> None:
    if entry.raw.get("disabled") is True and entry.id and not entry.regexes and entry.id not in entry.house.lower_ids:
        do = did_you_mean(entry.id, entry.house.lower_ids, "`healkit patterns list` shows the ids")
        entry.say(entry.node.at("id"), f'no layer below has an entry "{show(entry.id)}" to switch off', do, "warning")
