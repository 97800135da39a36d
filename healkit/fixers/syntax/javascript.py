"""JavaScript and TypeScript that do not parse: which small edits could be meant, and which of them is."""

from __future__ import annotations

import re

from .awaits import await_edits
from .braces import askew, brace_lines, left_open, opening_lines
from .habits import Habits
from .parsers import Parser
from .quotes import quote_edits
from .search import Edit, Found, Grammar, Wording, affordable, search
from .signs import plain_signs
from .slips import weighed_edits
from .tags import tag_edits
from .tokens import CLOSERS, OPENERS, SCRIPT_KEYWORDS, Lines, indent_of, script_tokens, spoken

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GRAMMAR = Grammar(
    python=False,
    inserted={
        ")": -1.0, "(": -1.2, "]": -1.2, "[": -1.4, "}": -1.0, "{": -1.2, ",": -1.0, ":": -1.5, ".": -2.5, "=": -2.5, "=>": -1.5,
        "===": -3.5, "==": -4.5, "in": -4.5, "of": -3.5, "import": -3.5, "from": -3.5, "as": -4.5, "if": -4.5, "else": -4.5,
        "&&": -4.0, "||": -4.0, "??": -5.0, "+": -4.0, "-": -4.0, "*": -4.0, "/": -4.5, "!==": -4.5, "function": -3.5, "const": -4.0,
        "let": -4.5, "var": -4.5, "return": -5.0, "new": -5.0, "?": -3.5, "<": -4.0, ">": -4.0, "|": -4.5, "...": -5.0, "class": -5.0,
        ";": -2.5, "extends": -5.0, "catch": -5.0, "try": -5.0, "while": -5.0, "+=": -5.0, "<=": -5.0, ">=": -5.0, "instanceof": -5.0,
    },
    replaced={
        "=": (("==", -3.5), ("===", -2.5), (":", -1.5), ("=>", -2.0)), "==": (("=", -3.0),), "->": (("=>", -0.5),),
        "(": (("[", -2.5), ("{", -2.5)), "[": (("(", -2.5), ("{", -2.5)), "{": (("(", -2.5), ("[", -2.5)),
        ")": (("]", -1.5), ("}", -1.5)), "]": ((")", -1.5), ("}", -1.5)), "}": ((")", -1.5), ("]", -1.5)),
        ";": ((",", -1.5), (":", -2.0)), ",": ((";", -2.5), (".", -3.0), (":", -4.5)), ":": (("=", -2.0), (",", -2.5), (";", -3.0)),
        ".": ((",", -2.0),), ">=": (("=>", -2.0),), "<>": (("!==", -1.5),), "=>": ((":", -4.0), ("=", -4.0)), "elif": (("else if", -0.5),),
        "elseif": (("else if", -0.5),), "elsif": (("else if", -0.5),), "def": (("function", -1.0),), "not": (("!", -2.0),),
        "and": (("&&", -1.0),), "or": (("||", -1.0),), "None": (("null", -2.0),), "in": (("of", -4.0),), "fn": (("function", -1.0),),
        "func": (("function", -1.0),), "===": (("=", -4.5),),
    },
    deleted={
        ")": -8.0, "(": -12.0, "]": -8.0, "[": -12.0, "}": -8.0, "{": -12.0, ",": -4.0, ":": -4.5, ";": -3.0, ".": -4.5, "=": -4.5,
        "+": -5.0, "-": -5.0, "*": -5.0, "/": -5.0, "%": -5.0, ">": -5.0, "<": -5.0, "|": -5.0, "&": -5.0, "@": -5.0, "^": -4.5,
        "~": -5.0, "==": -6.0, "===": -6.0, "=>": -5.0, "?": -5.0, "!": -5.0, "??": -6.0, "&&": -6.0, "||": -6.0,
    },
    keywords=SCRIPT_KEYWORDS,
)  # fmt: skip
_NEAR = 4
"""Lines above the fault that an edit may change."""
_MOST_PLACES = 10
MOST_TRIED = 1600


def heal(text: str, parser: Parser) -> list[Found]:
    """Return the edits that make a script parse, the likeliest meaning first; empty when it parses or none does."""
    asked = parser.ask(text, ())
    if asked is None or asked[0] is None:
        return []
    line, column, message = asked[0]
    lines = Lines(text)
    line = min(max(line, 1), len(lines))
    at = min(lines.start(line) + column - 1, len(text))
    if "await" in message or ("reserved word" in message and text.startswith("await", at)):
        return list(await_edits(text, line, parser))
    places = _places(text, lines, line, at, message)
    first, last = min(low for low, _ in places), max(high for _, high in places)
    habits = Habits(False, text, *places)
    edits = list(_edits(text, lines, line, at, message, places, habits))

    def check(tried: Sequence[Edit]) -> Sequence[object]:
        answer = parser.ask(text, tried)
        good = answer[1] if answer else [False] * len(tried)
        fine = [each for each, right in zip(tried, good, strict=True) if right]
        start = lines.start(lines.number(min((each.start for each in fine), default=0)))
        end = lines.end(lines.number(max((each.end for each in fine), default=0)))
        return [
            _meaning(each.within(text, start, end)) if right else None for each, right in zip(tried, good, strict=True)
        ]

    start = _outside(text, lines, max(first - _NEAR, 1))
    return search(text, edits, check, Wording(text, habits, start, min(last + 3, len(lines))))[:6]


def _edits(
    text: str, lines: Lines, line: int, at: int, message: str, places: list[tuple[int, int]], habits: Habits
) -> Iterator[Edit]:
    low = max(1, line - _NEAR)
    yield from plain_signs(text, low, line, python=False)
    for number in range(max(1, line - 2), line + 1):
        yield from quote_edits(text, number, message if number == line else "", python=False)
    yield from brace_lines(text, lines)
    for first, last in places:
        yield from opening_lines(text, lines, max(1, first - 1), last)
    yield from tag_edits(text, lines, line, message)
    most = affordable(len(text), MOST_TRIED)
    edits: list[tuple[float, Edit]] = []
    for first, last in places:
        focus = [at] if first <= line <= last else [lines.start(last) + len(lines.line(last))]
        edits += weighed_edits(text, first, last, GRAMMAR, habits, focus, most)
    yield from (edit for _, edit in sorted(edits, key=lambda item: -item[0])[:most])


def _places(text: str, lines: Lines, line: int, at: int, message: str) -> list[tuple[int, int]]:
    """Return the stretches of lines that an edit may change: around the fault, open brackets, and braces that stand askew."""
    above = [number for number in range(line, 0, -1) if lines.line(number).strip()][:_NEAR]
    more = 3 if re.search("Invalid|Malformed", message) and "token" not in message else 0
    places = [(above[-1] if above else 1, min(line + more, len(lines)))]
    stack: list[int] = []
    for token in spoken(script_tokens(text[:at])):
        if token.text in OPENERS:
            stack.append(lines.number(token.start))
        elif token.text in CLOSERS and stack:
            stack.pop()
    opened = list(dict.fromkeys(number for number in reversed(stack[-4:]) if number < places[0][0]))
    places += [(number, number) for number in opened]
    deep = indent_of(lines.line(line))
    head = next(
        (up for up in range(line - 1, 0, -1) if lines.line(up).strip() and indent_of(lines.line(up)) <= deep), line
    )
    places.append((head, head))
    places += [(max(1, number - 1), min(number + 1, len(lines))) for number in askew(text, lines)[:3]]
    places += [(number, number) for number in left_open(lines, 1, line)[-2:]]
    merged: list[tuple[int, int]] = []
    for low, high in sorted(places):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged[:_MOST_PLACES]


def _outside(text: str, lines: Lines, number: int) -> int:
    """Return the first line from one on that does not begin inside a comment or a template."""
    at = lines.start(number)
    for token in script_tokens(text):
        if token.start < at <= token.end and token.kind in "cs":
            return lines.number(token.end) + 1
        if token.start >= at:
            break
    return number


def _meaning(text: str) -> str:
    """Return what tells meanings of scripts apart: the tokens, without those that layout alone decides."""
    said: list[str] = []
    tokens = [token for token in script_tokens(text) if token.kind != "c"]
    for number, token in enumerate(tokens):
        following = tokens[number + 1] if number + 1 < len(tokens) else None
        if token.kind == "l":
            continue
        if token.text == ";" and (following is None or following.kind == "l" or following.text == "}"):
            continue
        after = next((later for later in tokens[number + 1 : number + 4] if later.kind != "l"), None)
        if token.text == "," and after is not None and after.text in CLOSERS:
            continue
        body = token.text[1:-1]
        if token.kind == "s" and token.text[0] in "'\"" and not re.search(r"['\"\\]", body):
            said.append(f"'{body}'")
        else:
            said.append(token.text)
    return "\0".join(said)
