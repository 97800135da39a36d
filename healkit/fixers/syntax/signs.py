"""Characters that look like code and are none: curly quotes, no-break and invisible blanks, full-width punctuation."""

from __future__ import annotations

from .search import Edit
from .tokens import Lines, python_tokens, script_tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN = {
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u201f": '"', "\u2033": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u2032": "'", "\u00b4": "'",
    "\u00a0": " ", "\u2000": " ", "\u2001": " ", "\u2002": " ", "\u2003": " ", "\u2007": " ", "\u2009": " ", "\u202f": " ", "\u3000": " ",
    "\u200b": "", "\u200c": "", "\u200d": "", "\u2060": "", "\ufeff": "", "\u00ad": "", "\u200e": "", "\u200f": "",
    "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u2010": "-", "\u2011": "-", "\u2026": "...",
    "\uff08": "(", "\uff09": ")", "\uff0c": ",", "\uff1a": ":", "\uff1b": ";", "\uff1d": "=", "\uff3b": "[", "\uff3d": "]",
    "\uff5b": "{", "\uff5d": "}", "\u3001": ",", "\u00d7": "*", "\u2260": "!=", "\u2264": "<=", "\u2265": ">=",
}  # fmt: skip
"""What a look-alike stands for in code."""
_TABLE = str.maketrans(dict(PLAIN.items()))
_QUOTES = frozenset(key for key, value in PLAIN.items() if value in "\"'" and value)


def plain_signs(text: str, first: int, last: int, *, python: bool) -> Iterator[Edit]:
    """Yield the edits that write look-alikes between two lines as plain characters, outside of strings and comments."""
    lines = Lines(text)
    start, end = lines.start(first), lines.end(last)
    region = text[start:end]
    if region.isascii():
        return
    quoted = "".join(f"{PLAIN[char]}" if char in _QUOTES else char for char in region)
    spots = [
        token
        for token in (python_tokens if python else script_tokens)(region)
        if token.kind == "x" and token.text in PLAIN
    ]
    if not spots:
        return
    if any(token.text in _QUOTES for token in spots):
        yield Edit(start, end, quoted, 0.0, "write plain quotation marks")
        yield Edit(start, end, _each(region, quoted, python), 0.0, "write plain quotation marks and signs")
    done = region
    for token in reversed(spots):
        done = done[: token.start] + PLAIN[token.text] + done[token.end :]
    yield Edit(start, end, done, 0.0, "write plain characters instead of look-alikes")
    everywhere = text.translate(_TABLE) if len(spots) > 1 else ""
    if everywhere:
        yield Edit(0, len(text), _each(text, text, python), -1.0, "write plain characters instead of look-alikes")


def _each(text: str, quoted: str, python: bool) -> str:
    """Return a text whose look-alikes outside of strings and comments are plain, its quotes taken from another version."""
    done = quoted
    tokens = (python_tokens if python else script_tokens)(done)
    for token in reversed([token for token in tokens if token.kind == "x" and token.text in PLAIN]):
        done = done[: token.start] + PLAIN[token.text] + done[token.end :]
    return done
