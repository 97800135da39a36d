"""Python 2's words as Python 3 spells them: print and exec statements, `except A, e`, `raise A, x`, `<>`, backticks, numbers."""

from __future__ import annotations

import re

from .search import Edit
from .tokens import Lines, Token, python_tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_EXCEPT = re.compile(r"^([ \t]*except[ \t]+)([\w.]+|\([^()\n]*\))[ \t]*,[ \t]*([A-Za-z_]\w*)[ \t]*(?=:)", re.M)
_EXCEPT_MANY = re.compile(r"^([ \t]*except[ \t]+)([\w.]+(?:[ \t]*,[ \t]*[\w.]+)+)[ \t]*(?=:)", re.M)
_RAISE = re.compile(r"^([ \t]*raise[ \t]+)([\w.]+)[ \t]*,[ \t]*([^\n#;]+?)[ \t]*(?=#|$)", re.M)
_PRINT = re.compile(r"^([ \t]*|[^\n#'\"]*[:;][ \t]*)(print|exec)\b(?![ \t]*[=.:\[])([^\n]*)$", re.M)
_PREFIX = re.compile(r"\b(?:ur|UR|uR|Ur)(?=[\"'])")
_BACKTICKS = re.compile(r"`([^`\n]+)`")
_OCTAL = re.compile(r"(?<![\w.])0(\d+)(?![\w.])")
_NAMED = 10.0
"""How much likelier Python 2 is when the parser names it."""
_LONG_NUMBER = re.compile(r"(?<![\w.])(0[xX][\da-fA-F]+|\d+)[lL]\b")


def older_edits(text: str, first: int, last: int, *, named: bool) -> Iterator[Edit]:
    """Yield the edits that write Python 2 as Python 3, for a few lines and for the whole file.

    Args:
        text: the source.
        first: the first line that an edit of a few lines may change.
        last: the last one.
        named: the parser itself said that the brackets of a call are missing.
    """
    sure = _NAMED if named else 0.0
    lines = Lines(text)
    start, end = lines.start(first), lines.end(last)
    region = text[start:end]
    near = modern(region)
    if near != region:
        yield Edit(start, end, near, 4.0 + sure, "write Python 3 instead of Python 2")
    many = _many_exceptions(region)
    if many != region:
        yield Edit(start, end, many, 4.0, "put the exceptions into brackets")
    whole = modern(text)
    if whole != text:
        yield Edit(0, len(text), whole, 4.5 + sure, "write Python 3 instead of Python 2")


def modern(text: str) -> str:
    """Return a text with Python 2's statements written as Python 3's, strings and comments left alone."""
    quoted = [(token.start, token.end) for token in python_tokens(text) if token.kind in "suc"]

    def inside(at: int) -> bool:
        return any(start < at < end for start, end in quoted)

    changes: list[tuple[int, int, str]] = []
    for expression, replace in (
        (_EXCEPT, _except), (_RAISE, lambda found: f"{found[1]}{found[2]}({found[3]})"), (_PRINT, _print), (_PREFIX, lambda _: "r"),
        (_BACKTICKS, lambda found: f"repr({found[1]})"), (_OCTAL, lambda found: f"0o{found[1]}" if found[1].strip("0") else found[0]),
        (_LONG_NUMBER, lambda found: found[1]), (re.compile("<>"), lambda _: "!="),
    ):  # fmt: skip
        for found in expression.finditer(text):
            if not inside(found.start()) and found.start() not in {begin for begin, _ in quoted if text[begin] == "#"}:
                new = replace(found)
                if new != found[0]:
                    changes.append((found.start(), found.end(), new))
    done, limit = text, len(text) + 1
    for begin, finish, new in sorted(changes, reverse=True):
        if finish <= limit:
            done = done[:begin] + new + done[finish:]
            limit = begin
    return done


def _except(found: re.Match[str]) -> str:
    return found[0] if found[3][:1].isupper() else f"{found[1]}{found[2]} as {found[3]}"


def _many_exceptions(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        names = [name.strip() for name in found[2].split(",")]
        return f"{found[1]}({', '.join(names)})" if names[-1].rpartition(".")[2][:1].isupper() else found[0]

    return _EXCEPT_MANY.sub(one, text)


def _print(found: re.Match[str]) -> str:
    """Return a print or exec statement as a call; unchanged when it is one already or goes on on the next line."""
    head, word, rest = found[1], found[2], found[3]
    tokens = [token for token in python_tokens(rest) if token.kind not in "l"]
    comment = tokens.pop() if tokens and tokens[-1].kind == "c" else None
    body = rest[: comment.start] if comment else rest
    tail = body[len(body.rstrip()) :] + (comment.text if comment else "")
    body = body.strip()
    if body.endswith(";"):
        body, tail = body[:-1].rstrip(), ";" + tail
    if _is_call(tokens) or body.endswith("\\") or body[:1] in ("=", ".", ")", ","):
        return found[0]
    if word == "exec":
        parts = re.match(r"(.+?)[ \t]+in[ \t]+(.+)$", body)
        return f"{head}exec({f'{parts[1]}, {parts[2]}' if parts else body}){tail}" if body else found[0]
    into = re.match(r">>[ \t]*([\w.]+(?:\([^()]*\))?)[ \t]*(?:,[ \t]*(.*))?$", body)
    if into:
        body = into[2] or ""
    more = body.endswith(",")
    arguments = [
        part for part in (body.rstrip(", \t"), 'end=" "' if more else "", f"file={into[1]}" if into else "") if part
    ]
    return f"{head}print({', '.join(arguments)}){tail}"


def _is_call(tokens: list[Token]) -> bool:
    """Tell whether what follows `print` is one pair of brackets around everything."""
    if not tokens or tokens[0].text != "(":
        return False
    depth = 0
    for number, token in enumerate(tokens):
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0:
            return number == len(tokens) - 1 or tokens[number + 1].text in (";", "if", ")")
    return True
