"""`await` in a function that is not async: which function must become one."""

from __future__ import annotations

import re

from .search import Edit, Found
from .tokens import Lines, Token, script_tokens, spoken

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .parsers import Parser

_PLAIN_CALLBACKS = frozenset(
    ("forEach", "map", "filter", "reduce", "some", "every", "find", "findIndex", "sort", "flatMap", "replace")
)
"""Callers that do not wait for what their callback promises."""
_NO_METHODS = frozenset(("if", "for", "while", "switch", "catch", "with", "return"))


def await_edits(text: str, number: int, parser: Parser) -> Iterator[Found]:
    """Yield `async` put in front of the function around an `await`; a suggestion where its caller would not wait for it.

    Args:
        text: the script.
        number: the line of the `await`.
        parser: what tells whether it parses then.
    """
    lines = Lines(text)
    tokens = list(spoken(script_tokens(text)))
    at = next(
        (index for index, token in enumerate(tokens) if token.text == "await" and lines.number(token.start) == number),
        None,
    )
    if at is None:
        return
    found = around(tokens, at)
    if found is None:
        return
    start, waits = found
    edit = Edit(start, start, "async ", 0.0, "make the function async")
    answer = parser.ask(text, [edit])
    if answer is not None and answer[1] == [True]:
        name = _name(text, start)
        yield Found(edit, edit.apply(text), 0.95 if waits and not (name and _used_at_once(text, name)) else 0.5)


def around(tokens: list[Token], at: int) -> tuple[int, bool] | None:
    """Return where the function around a token begins, and whether whoever calls it waits; None when it is in none."""
    depth = 0
    index = at - 1
    while index >= 0:
        text = tokens[index].text
        if text in (")", "]", "}"):
            depth += 1
        elif text in ("(", "[", "{"):
            if depth == 0 and text == "{":
                head = _head(tokens, index)
                if head is not None:
                    return tokens[head].start, _waits(tokens, head)
            depth = max(depth - 1, 0)
        elif text == "=>" and depth == 0 and not any(token.text in (";", ",") for token in tokens[index + 1 : at]):
            head = _arrow(tokens, index)
            return tokens[head].start, _waits(tokens, head)
        index -= 1
    return None


def _head(tokens: list[Token], brace: int) -> int | None:
    """Return the first token of the function whose body a brace opens; None when it opens something else."""
    before = brace - 1
    if before >= 0 and tokens[before].text == "=>":
        return _arrow(tokens, before)
    if before < 0 or tokens[before].text != ")":
        return None
    opening = _opening(tokens, before)
    name = opening - 1
    if name >= 0 and tokens[name].text == "function":
        return name
    if name >= 1 and tokens[name - 1].text == "function":
        return name - 1
    if name >= 0 and tokens[name].kind in "nk" and tokens[name].text not in _NO_METHODS:
        return (
            name - 1
            if name >= 1 and tokens[name - 1].text in ("static", "get", "set") and tokens[name - 1].text != "static"
            else name
        )
    return None


def _arrow(tokens: list[Token], arrow: int) -> int:
    if tokens[arrow - 1].text == ")":
        return _opening(tokens, arrow - 1)
    return arrow - 1


def _opening(tokens: list[Token], closing: int) -> int:
    depth = 0
    for index in range(closing, -1, -1):
        depth += (tokens[index].text in ")]}") - (tokens[index].text in "([{")
        if depth == 0:
            return index
    return 0


def _waits(tokens: list[Token], head: int) -> bool:
    """Tell whether what receives a function may wait for it: not an array's `forEach` or `map`."""
    before = head - 1
    if before >= 1 and tokens[before].text == "(":
        return tokens[before - 1].text not in _PLAIN_CALLBACKS
    return not (before >= 0 and tokens[before].text == "new")


def _used_at_once(text: str, name: str) -> bool:
    """Tell whether someone in a text uses what a function returns without waiting for it."""
    for found in re.finditer(rf"(?<![\w$.])((?:[\w$]+\.)*){re.escape(name)}\(", text):
        head = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
        alone = not head.strip() or re.search(
            r"(?:[;{}]|=>|\bawait|\breturn|\bvoid|\bfunction|\basync|\bstatic|[(,\[]|\))\s*$", head
        )
        waited = re.search(r"(?:Promise\.\w+\(\[?|\.then\(|\.push\()[^\n]*$", head) or not re.search(
            r"[(,\[]\s*$", head
        )
        if not (alone and waited) and not _then(text, found.end() - 1):
            return True
    return False


def _then(text: str, opening: int) -> bool:
    """Tell whether `.then`, `.catch` or `.finally` follows on a call whose bracket opens at an offset."""
    depth = 0
    for token in spoken(script_tokens(text[opening : opening + 4000])):
        depth += (token.text in "([{") - (token.text in ")]}")
        if depth == 0:
            return bool(re.match(r"\s*\.(?:then|catch|finally)\b", text[opening + token.end :]))
    return False


def _name(text: str, start: int) -> str:
    """Return the name by which the function that begins at an offset is called; empty when it has none."""
    found = re.match(r"(?:function\s*\*?\s*)?([\w$]+)\s*\(", text[start : start + 200])
    if found and found[1] != "function":
        return found[1]
    given = re.search(r"([\w$]+)\s*[:=]\s*$", text[max(0, start - 100) : start])
    return given[1] if given else ""
