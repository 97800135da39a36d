"""A broken JSON file: commas, quotes, brackets, comments where none may be, Python's literals, a byte order mark."""

from __future__ import annotations

import itertools
import json
import re

from ..proposal import edit as proposed
from ..proposal import guide
from .braces import brace_lines
from .habits import Habits
from .quotes import quote_edits
from .search import Edit, Found, Grammar, Wording, search
from .signs import plain_signs
from .slips import token_edits
from .tokens import Lines, script_tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..case import Case
    from ..proposal import Proposal
    from ..source import Source

GRAMMAR = Grammar(
    python=False,
    inserted={",": -0.5, ":": -0.5, "{": -1.0, "}": -1.0, "[": -1.0, "]": -1.0},
    replaced={
        ";": ((",", -0.5), (":", -1.5)), "=": ((":", -0.5),), "=>": ((":", -0.5),), ",": ((":", -2.5),), ":": ((",", -2.5),),
        ".": ((",", -1.5),), "]": (("}", -1.5),), "}": (("]", -1.5),), "(": (("[", -1.5), ("{", -2.0)), ")": (("]", -1.5), ("}", -2.0)),
        "[": (("{", -2.5),), "{": (("[", -2.5),), "True": (("true", 1.0),), "False": (("false", 1.0),), "None": (("null", 1.0),),
        "undefined": (("null", -1.0),), "NULL": (("null", 1.0),), "TRUE": (("true", 1.0),), "FALSE": (("false", 1.0),),
    },
    deleted={",": -0.5, ":": -2.5, ";": -1.0, "{": -12.0, "}": -5.0, "[": -12.0, "]": -5.0, "=": -3.0, ".": -3.0},
    keywords=frozenset(("true", "false", "null")),
)  # fmt: skip
_COMMENTED = re.compile(
    r"(?:^|/)(?:[jt]sconfig[^/]*\.json|devcontainer\.json|api-extractor[^/]*\.json|\.(?:babelrc|eslintrc|swcrc|jshintrc|hintrc)(?:\.json)?|"
    r"[^/]*\.(?:jsonc|code-workspace|json5)|deno\.json|biome\.json|renovate\.json)$|(?:^|/)\.vscode/[^/]+\.json$"
)
"""Files whose readers take comments."""
_LITERALS = {"True": "true", "False": "false", "None": "null"}
_NEAR = 3
_TRIED = 900


def heal(case: Case, source: Source) -> list[Found]:
    """Return the edits that make a JSON file parse, the likeliest first; empty when it does."""
    return heal_text(source.text, commented=bool(_COMMENTED.search(source.path)))


def heal_text(text: str, *, commented: bool) -> list[Found]:
    """Return the edits that make a text parse as JSON.

    Args:
        text: the file's text.
        commented: its readers take comments and a comma before a closing bracket.
    """
    fault = _fault(text, commented)
    if fault is None or not text.strip():
        return []
    lines = Lines(text)
    line = lines.number(min(fault.pos, len(text)))
    above = [number for number in range(line, 0, -1) if lines.line(number).strip()][:_NEAR]
    first, last = (above[-1] if above else 1), min(line + 1, len(lines))
    habits = Habits(False, text, (first, last))

    def check(tried: Sequence[Edit]) -> Sequence[object]:
        return [_meaning(each.apply(text), commented) for each in tried]

    edits = list(_edits(text, lines, first, last, fault, habits))
    return search(text, edits, check, Wording(text, habits, max(1, first - _NEAR), min(last + 3, len(lines))))[:6]


def guides(source: Source) -> Iterator[Proposal]:
    """Yield what a person must decide: what is to become of a second value behind the first."""
    try:
        _, end = json.JSONDecoder().raw_decode(source.text.lstrip())
    except (ValueError, RecursionError):
        return
    rest = source.text.lstrip()[end:]
    if rest.strip()[:1] in ("{", "[", '"') and _meaning(rest.strip().split("\n")[0], False) is not None:
        line = source.text.count("\n", 0, len(source.text) - len(rest.lstrip())) + 1
        steps = (
            f"look at line {line} of {source.path}: the first JSON value is complete there, and another one follows",
            "keep one of them, or put both into a list",
            "or let what reads the file read one value a line (JSON Lines)",
        )
        yield guide(f"{source.path} holds more than one JSON value ({source.path}:{line})", steps)


def without_mark(case: Case, source: Source) -> Iterator[Proposal]:
    """Yield the removal of a byte order mark, where the failed command's reader refuses it."""
    if source.bom and re.search(r"BOM|\ufeff|byte order|Unexpected token|line 1 column 1", case.output):
        change = source.change(source.text)
        change = change.replace(after=(change.after or b"").removeprefix(source.bom))
        yield proposed("syntax", f"remove the byte order mark ({source.path}:1)", [change])


def _fault(text: str, commented: bool) -> json.JSONDecodeError | None:
    try:
        json.loads(_plain(text) if commented else text)
    except json.JSONDecodeError as error:
        return error
    except (ValueError, RecursionError):
        return None
    return None


def _meaning(text: str, commented: bool) -> str | None:
    try:
        return repr(json.loads(_plain(text) if commented else text, object_pairs_hook=list))
    except (ValueError, RecursionError):
        return None


def _plain(text: str) -> str:
    """Return JSON with comments as JSON without them, of the same length: blanks where they and last commas stood."""
    out = list(text)
    tokens = [token for token in script_tokens(text) if token.kind != "l"]
    for token in tokens:
        if token.kind == "c":
            out[token.start : token.end] = [char if char == "\n" else " " for char in token.text]
    spoken = [token for token in tokens if token.kind != "c"]
    for one, two in itertools.pairwise(spoken):
        if one.text == "," and two.text in "]}":
            out[one.start] = " "
    return "".join(out)


def _edits(
    text: str, lines: Lines, first: int, last: int, fault: json.JSONDecodeError, habits: Habits
) -> Iterator[Edit]:
    yield from plain_signs(text, first, last, python=False)
    yield from _everywhere(text)
    for number in range(first, last + 1):
        yield from quote_edits(text, number, "", python=False)
    yield from _escapes(text, lines, fault)
    yield from _words(text, first, last, lines)
    yield from brace_lines(text, lines)
    yield from token_edits(text, first, last, GRAMMAR, habits, [fault.pos], _TRIED)


def _everywhere(text: str) -> Iterator[Edit]:
    """Yield the edits that write a whole file's quotes, keys, literals, commas or comments as JSON has them."""
    tokens = script_tokens(text)
    what = {
        "single": "write strings in double quotes",
        "keys": "put the keys into double quotes",
        "literals": "write `true`, `false`, `null`",
        "comments": "remove the comments",
        "commas": "remove the last commas",
    }
    changes: dict[str, list[tuple[int, int, str]]] = {name: [] for name in what}
    spoken = [token for token in tokens if token.kind not in "cl"]
    for number, token in enumerate(spoken):
        following = spoken[number + 1].text if number + 1 < len(spoken) else ""
        if token.kind == "s" and token.text[0] == "'":
            inner = token.text[1:-1].replace("\\'", "'")
            changes["single"].append((token.start, token.end, '"' + re.sub(r'(?<!\\)"', '\\"', inner) + '"'))
        if token.kind in "nk0" and following == ":" and number and spoken[number - 1].text in "{,":
            changes["keys"].append((token.start, token.end, f'"{token.text}"'))
        if token.text in _LITERALS:
            changes["literals"].append((token.start, token.end, _LITERALS[token.text]))
        if token.text == "," and following and following in "]}":
            changes["commas"].append((token.start, token.end, ""))
    for token in tokens:
        if token.kind == "c" and not token.text.startswith("#"):
            changes["comments"].append(_comment(text, token.start, token.end))
    every: list[tuple[int, int, str]] = []
    for name, found in changes.items():
        if found:
            every += found
            yield from _one_edit(text, found, what[name])
    if len([found for found in changes.values() if found]) > 1:
        yield from _one_edit(text, every, "write it as JSON")


def _one_edit(text: str, changes: list[tuple[int, int, str]], what: str) -> Iterator[Edit]:
    changes = sorted(changes)
    start, end = changes[0][0], changes[-1][1]
    done = text[start:end]
    for low, high, new in reversed(changes):
        done = done[: low - start] + new + done[high - start :]
    yield Edit(start, end, done, 4.0, what)


def _comment(text: str, start: int, end: int) -> tuple[int, int, str]:
    """Return the removal of a comment, its line with it when it stands alone."""
    head = text.rfind("\n", 0, start) + 1
    tail = text.find("\n", end)
    tail = len(text) if tail < 0 else tail
    if not text[head:start].strip() and not text[end:tail].strip():
        return head, min(tail + 1, len(text)), ""
    if not text[end:tail].strip():
        return head + len(text[head:start].rstrip()), tail, ""
    return start, end, ""


def _escapes(text: str, lines: Lines, fault: json.JSONDecodeError) -> Iterator[Edit]:
    """Yield what a control character or a lone backslash in a string may be meant to be."""
    at = fault.pos
    if "control character" in fault.msg and at < len(text):
        new = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}.get(text[at], "")
        if new:
            yield Edit(at, at + 1, new, 1.0 if new == "\\t" else -8.0, f"write `{new}`")
        number = lines.number(at)
        if text[at] == "\n" and number < len(lines):
            below = lines.line(number + 1)
            end = lines.start(number + 1) + len(below) - len(below.lstrip())
            yield Edit(at, end, "\\n", -8.0, "write `\\n`")
            yield Edit(at, end, " ", -8.0, "join the two lines")
    if "escape" in fault.msg.lower():
        line = lines.number(min(at, len(text)))
        shown = lines.line(line)
        doubled = re.sub(r'\\(?![\\"/bfnrtu])|\\(?=u(?![\da-fA-F]{4}))', r"\\\\", re.sub(r"\\\\", "\0", shown)).replace(
            "\0", r"\\"
        )
        yield Edit(lines.start(line), lines.end(line), doubled, 1.0, "double the backslashes")


def _words(text: str, first: int, last: int, lines: Lines) -> Iterator[Edit]:
    """Yield bare words put into quotes: a key, a value."""
    for number in range(first, last + 1):
        line, start = lines.line(number), lines.start(number)
        value = re.match(r'\s*"[^"]*"\s*:\s*([A-Za-z_@~^./*][^",{}\[\]]*?)\s*(,?)\s*$', line)
        if value and value[1] not in ("true", "false", "null"):
            yield Edit(start + value.start(1), start + value.end(1), f'"{value[1]}"', 0.5, "put the value into quotes")
        key = re.match(r"\s*([A-Za-z_$@][\w$@./ -]*?)\s*:", line)
        if key:
            yield Edit(start + key.start(1), start + key.end(1), f'"{key[1]}"', 0.5, "put the key into quotes")
        item = re.match(r'\s*([A-Za-z_][^",:{}\[\]]*?)\s*,?\s*$', line)
        if item and item[1] not in ("true", "false", "null"):
            yield Edit(start + item.start(1), start + item.end(1), f'"{item[1]}"', 0.0, "put the value into quotes")
        number_ = re.search(r":\s*(\+?(\.\d+|\d+\.(?!\d)|0\d+))\s*[,}\]]?\s*$", line)
        if number_:
            bare = number_[1].lstrip("+")
            new = f"0{bare}" if bare.startswith(".") else f"{bare}0" if bare.endswith(".") else bare.lstrip("0") or "0"
            yield Edit(start + number_.start(1), start + number_.end(1), new, -1.0, f"write `{new}`")
