"""A broken JavaScript or TypeScript file of a failure."""

from __future__ import annotations

from .javascript import heal as heal_text
from .parsers import Parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..case import Case
    from ..source import Source
    from .search import Found


def heal(case: Case, source: Source) -> list[Found]:
    """Return the edits that make a file parse, the likeliest first; empty when it does, or when nothing can tell."""
    return heal_text(source.text, Parser(case, source.path, source.text))
