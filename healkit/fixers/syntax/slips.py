"""The one-token edits of a stretch of code: a token left out, one too many, one for another; the likeliest first."""

from __future__ import annotations

from .choices import shape_of
from .search import MOST_CHECKED, Edit
from .tokens import CLOSERS, Lines, Token, python_tokens, script_tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .habits import Habits
    from .search import Grammar


def token_edits(
    text: str, first: int, last: int, grammar: Grammar, habits: Habits, focus: Sequence[int], most: int = MOST_CHECKED
) -> list[Edit]:
    """Return the likeliest one-token edits between two lines; see `weighed_edits`."""
    return [edit for _, edit in weighed_edits(text, first, last, grammar, habits, focus, most)]


def weighed_edits(
    text: str, first: int, last: int, grammar: Grammar, habits: Habits, focus: Sequence[int], most: int = MOST_CHECKED
) -> list[tuple[float, Edit]]:
    """Return the likeliest one-token edits between two lines (from 1, both included), each with roughly how likely it is.

    Args:
        text: the whole text.
        first: the first line to change.
        last: the last line to change.
        grammar: the language.
        habits: how likely text is.
        focus: offsets that the parser complained about; nearer edits come first.
        most: how many to return.
    """
    lines = Lines(text)
    start, end = lines.start(first), lines.end(last)
    every = [
        token for token in (python_tokens if grammar.python else script_tokens)(text[:end]) if token.kind not in "cl"
    ]
    early = next((number for number, token in enumerate(every) if token.end > start), len(every))
    outer = every[early - 1] if early else None
    spoken = every[early:]
    edits: list[tuple[float, Edit]] = []
    places = [next((number for number, token in enumerate(spoken) if token.end >= at), len(spoken)) for at in focus]
    for number in range(len(spoken) + 1):
        before = spoken[number - 1] if number else outer
        after = spoken[number] if number < len(spoken) else None
        far = min(abs(number - place) for place in places)
        for edit in _insertions(text, before, after, start if before else 0, end, grammar):
            new = edit.new.strip()
            value = -2.0 if new in CLOSERS else _quick(habits, before, new, after)
            edits.append((value + edit.prior - 0.05 * far, edit))
        if after is not None:
            following = spoken[number + 1] if number + 1 < len(spoken) else None
            edits += [(edit.prior + 2.0, edit) for edit in _splits(after, grammar, habits)]
            for edit in _changes(text, before, after, following, grammar):
                old = _quick(habits, before, after.text, following)
                value = _quick(habits, before, edit.new.strip(), following) - old
                edits.append((value + edit.prior - 0.05 * far, edit))
    edits.sort(key=lambda item: -item[0])
    return edits[:most]


def _quick(habits: Habits, before: Token | None, new: str, after: Token | None) -> float:
    """Return roughly how likely a token is between two others."""
    one = shape_of(before) if before else "NL"
    two = shape_of(after) if after else "NL"
    if not new:
        return 0.0
    middle = (python_tokens if habits.python else script_tokens)(new)
    shapes = [shape_of(token) for token in middle] or [new]
    return (
        habits.likelihood((("t", one),), shapes[0])
        + habits.likelihood((("t", shapes[-1]),), two)
        - habits.likelihood((("t", one),), two)
    )


def _insertions(
    text: str, before: Token | None, after: Token | None, start: int, end: int, grammar: Grammar
) -> Iterable[Edit]:
    """Yield the insertions between two tokens, in the ways in which they may be spaced."""
    left = before.end if before else start
    right = after.start if after else end
    gap = text[left:right]
    for new, common in grammar.inserted.items():
        if new == "/" and (text[left - 1 : left] in "/*" or text[right : right + 1] in ("/", "*")):
            continue  # that would begin a comment
        prior = _common(text, before, after, new, common)
        word = new[0].isalpha()
        what = f"insert `{new}`"
        if gap == "":
            if word:
                continue
            yield Edit(left, left, new, prior, what)
            if before and after and new in SPACED:
                yield Edit(left, left, f" {new} ", prior - 1, what)
        elif "\n" not in gap:
            if not word or (after and not after.text[0].isalnum()):
                yield Edit(right, right, new, prior, what)
            if not word:
                yield Edit(left, left, new, prior, what)
                if after is None and before is not None:
                    continue
            if len(gap) >= 2 and before:
                yield Edit(left + 1, left + 1, new, prior + 0.5, what)
            elif (word or new in SPACED) and len(gap) == 1:
                yield Edit(left, right, f" {new} ", prior - (0.0 if word else 1.5), what)
        else:
            yield from _at_line_ends(
                text,
                left,
                right,
                gap,
                new,
                prior + _AFTER_ITS_LIKE * (new in CLOSERS and before is not None and before.text in CLOSERS),
                what,
                before is not None,
                word,
            )


def _common(text: str, before: Token | None, after: Token | None, new: str, common: float) -> float:
    """Return how common it is that a sign is missing between two tokens."""
    if new == "=>":
        head = (after is not None and after.text == "{") or (before is not None and before.text == ")")
        both = head and before is not None and before.text == ")" and after is not None and after.text == "{"
        return common + 1.0 * both if head else common - 2.0
    if new in CLOSERS and before and after and before.text in CLOSERS and after.text in (";", ",", ":"):
        ends = before.end == after.start and text[after.start + 1 : after.start + 2] == "\n"
        return common + _AFTER_ITS_LIKE * ends
    return common


_AFTER_ITS_LIKE = 1.5
"""A closing bracket behind another one, at the end of a line, is lost more often than one between two words."""
SPACED = frozenset(
    "= == != < > <= >= + - * / % and or in is not as if else for from import => && || ? : === !== -> := += -=".split()
)
OPEN_OR_SHUT = frozenset("()[]{},")


def _at_line_ends(
    text: str, left: int, right: int, gap: str, new: str, prior: float, what: str, before: bool, word: bool
) -> Iterable[Edit]:
    """Yield the insertions between two tokens on different lines: behind the one, in front of the other, or between."""
    if before:
        first_end = text.find("\n", left)
        space = text[left:first_end]
        if space.strip(" \t") == "" and space:  # the line ends in a blank: something stood there
            yield Edit(left, first_end, f"{space}{new}", prior + 2, what)
        elif new in SPACED:
            yield Edit(left, left, f" {new}", prior, what)
        if not word:
            yield Edit(left, left, new, prior + (0.7 if new in CLOSERS else 0.0), what)
    if word or new in SPACED:
        yield Edit(right, right, f"{new} ", prior, what)
    if not word:
        yield Edit(right, right, new, prior, what)
    if new in CLOSERS and text[right - 1 : right] == " " and right - 1 > left:
        yield Edit(right - 1, right - 1, new, prior, what)
    if new in ")]}":
        at = left
        for line in gap.split("\n")[1:-1]:
            at = text.find("\n", at) + 1
            if line and not line.strip(" \t"):  # a line of blanks alone: the bracket stood there by itself
                yield Edit(at + len(line), at + len(line), new, prior + 3, what)


def _changes(text: str, before: Token | None, token: Token, after: Token | None, grammar: Grammar) -> Iterable[Edit]:
    """Yield the removals and replacements of one token."""
    if token.text in grammar.deleted:
        prior = grammar.deleted[token.text]
        yield from _removals(text, token, prior)
    elif token.kind == "x":
        yield from _removals(text, token, -1.0)
    if before is not None and before.text == token.text and token.kind in "kn":
        yield from _removals(text, token, -2.0 if token.kind == "k" else -14.0)
    for new, prior in grammar.replaced.get(token.text, ()):
        spaced = new in (":", ",") and before is not None and text[before.end : token.start] == " "
        yield Edit(token.start - spaced, token.end, new, prior, f"write `{new}` instead of `{token.text}`")
    if token.kind == "r":
        flags = token.start + token.text.rfind("/") + 1
        for at in range(flags, token.end):
            yield Edit(at, at, ".", -1.0, "insert `.`")
    if token.kind == "n":
        yield from _keyword_edits(token, grammar)
        if after is not None and after.kind in "nk":
            joined = token.text + after.text
            if joined in grammar.keywords and text[token.end : after.start].isspace():
                yield Edit(token.start, after.end, joined, -2.0, f"write `{joined}` as one word")
    if after is not None and token.kind == after.kind == "o" and text[token.end : after.start] == " ":
        joined = token.text + after.text
        if joined in JOINED:
            yield Edit(token.start, after.end, joined, -1.5, f"write `{joined}` as one sign")


JOINED = frozenset("== != <= >= += -= *= /= -> => ** // && || := ?. ?? === !== >> <<".split())


def _removals(text: str, token: Token, prior: float) -> Iterable[Edit]:
    """Yield the removal of a token; never one that makes a single word of its neighbours."""
    what = f"remove `{token.text}`"
    around = text[token.start - 1 : token.start] if token.start else "", text[token.end : token.end + 1]
    if token.text in around:
        prior = -0.8 if token.text in OPEN_OR_SHUT else prior + 2.5
    if _is_word(around[0]) and _is_word(around[1]):
        return
    yield Edit(token.start, token.end, "", prior, what)
    if around[1] == " " and not (_is_word(around[0]) and _is_word(text[token.end + 1 : token.end + 2])):
        yield Edit(token.start, token.end + 1, "", prior, what)
    if around[0] == " " and not (_is_word(around[1]) and _is_word(text[token.start - 2 : token.start - 1])):
        yield Edit(token.start - 1, token.end, "", prior, what)
    line_start = text.rfind("\n", 0, token.start) + 1
    line_end = text.find("\n", token.end)
    if line_end >= 0 and not text[line_start : token.start].strip() and not text[token.end : line_end].strip():
        above = text[:line_start].rstrip()
        deep = token.start - line_start
        same = above[above.rfind("\n") + 1 :]
        doubled = token.text not in OPEN_OR_SHUT or (
            same.strip() == token.text and len(same) - len(same.lstrip()) == deep
        )
        yield Edit(line_start, line_end + 1, "", -2.0 if doubled else prior, what)


def _is_word(char: str) -> bool:
    return char.isalnum() or char in ("_", "$") if char else False


def _splits(token: Token, grammar: Grammar, habits: Habits) -> Iterable[Edit]:
    """Yield what may have stood inside a name that is said nowhere else, between two that are: `isinstanceother`."""
    text = token.text
    if token.kind != "n" or text in habits.names or len(text) < 3:
        return
    for at in range(1, len(text)):
        left, right = text[:at], text[at:]
        known = (left in habits.names or left in grammar.keywords) + (
            right in habits.names or right in grammar.keywords
        )
        if known:
            for new in "[" if right[0].isdigit() else "([.{,=":
                prior = grammar.inserted.get(new, -3.0) + (2.0 if known == 2 else -3.0)
                yield Edit(token.start + at, token.start + at, new, prior, f"insert `{new}`")
                if new in ",=":
                    yield Edit(token.start + at, token.start + at, f"{new} ", prior, f"insert `{new}`")


def _keyword_edits(token: Token, grammar: Grammar) -> Iterable[Edit]:
    """Yield the keywords that a name was meant to be: one letter wrong, missing, too much or swapped, or a lost blank."""
    from ...nearness import distance

    if (len(token.text) < 2 or len(token.text) > 14) and len(token.text) < 2:
        return
    lower = token.text.lower()
    for word in grammar.keywords:
        if token.text != word and abs(len(word) - len(token.text)) <= 1:
            if (len(word) > 2 or len(token.text) > 1) and (lower == word or distance(token.text, word) == 1):
                yield Edit(
                    token.start,
                    token.end,
                    word,
                    -1.0 if len(word) > 2 else -3.0,
                    f"write `{word}` instead of `{token.text}`",
                )
        if len(token.text) > len(word) + 0 and token.text.startswith(word) and len(word) > 1:
            rest = token.text[len(word) :]
            yield Edit(token.start, token.end, f"{word} {rest}", -0.5, f"put a blank behind `{word}`")
        if len(token.text) > len(word) and token.text.endswith(word) and len(word) > 1:
            head = token.text[: -len(word)]
            yield Edit(token.start, token.end, f"{head} {word}", -0.5, f"put a blank before `{word}`")
