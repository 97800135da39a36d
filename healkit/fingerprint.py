"""One name for the same failure seen twice: the decisive lines with everything that varies masked, hashed."""

from __future__ import annotations

from . import paths
from .compiled import get

VERSION = 1

_QUOTED = r"'[^'\n]{0,300}'|\"[^\"\n]{0,300}\"|`[^`\n]{0,300}`"
_WHEN = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?|\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b"
_SUFFIXES = "py|js|jsx|ts|tsx|mjs|cjs|rs|go|java|kt|c|h|cc|cpp|hpp|rb|php|cs|sh|json|toml|ya?ml"
_PATH = r"(?:[A-Za-z]:)?(?:[\w.@~+-]*[/\\])+[\w.@+-]+|\b[\w-]+\.(?:" + _SUFFIXES + r")\b"
_HEX = r"\b0x[0-9a-fA-F]+\b|\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}\b"
_NUMBER = r"(?<![A-Za-z_0-9])\d+(?:\.\d+)*"

PATTERNS = ((_QUOTED, 0), (_WHEN, 0), (_PATH, 0), (_HEX, 0), (_NUMBER, 0))


def mask_variable(text: str) -> str:
    """Return a text with quoted names, times, paths, hexadecimal and decimal numbers replaced by placeholders.

    A code such as E0308 or TS2304 stays: the letter before its digits makes it a name.
    """
    text = get(_QUOTED).sub("<q>", text)
    text = get(_WHEN).sub("<t>", text)
    text = get(_PATH).sub("<p>", text)
    text = get(_HEX).sub("<x>", text)
    return " ".join(get(_NUMBER).sub("<n>", text).split())


def fingerprint(pattern_id: str, decisive: str, key: str = "") -> str:
    """Return the fingerprint of a failure, `1:` and 16 hex digits; the number in front is the version of the rule.

    Args:
        pattern_id: the pattern that named it.
        decisive: the text that the pattern matched.
        key: what makes two failures of one pattern different ones, such as the captured module; may be empty.
    """
    return f"{VERSION}:{paths.short_hash(chr(0).join((pattern_id, mask_variable(decisive[:600]), key)))}"
