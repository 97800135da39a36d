"""Poetry's way of writing versions (`^1.2`, `~1.2`, `1.*`), which pipenv shares in part, as PEP 440 ranges."""

from __future__ import annotations

import re

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from ...project.declaring import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any


def sections(data: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield name (empty for the main one) and content of each table of dependencies of poetry in a pyproject.toml."""
    poetry = table(data, "tool", "poetry")
    yield "", table(poetry, "dependencies")
    yield "dev", table(poetry, "dev-dependencies")
    for name, content in table(poetry, "group").items():
        yield name, table(content, "dependencies")


def specifier(text: str) -> str | None:
    """Return a range of poetry's as a PEP 440 one, empty for any version; None when it cannot be said (`||`)."""
    if "|" in text:
        return None
    parts = [part for raw in text.split(",") if (part := raw.strip())]
    found = [_part(part) for part in parts]
    if any(one is None for one in found):
        return None
    joined = ",".join(one for one in found if one)
    try:
        return str(SpecifierSet(joined))
    except InvalidSpecifier:
        return None


def _part(text: str) -> str | None:
    if text == "*":
        return ""
    version = text.lstrip("^~=").strip()
    if text.startswith("~="):
        return text
    if text[0] in "^~":
        numbers = re.fullmatch(r"(\d+(?:\.\d+){0,3})\S*", version)
        return f">={version},<{_next(numbers[1].split('.'), text[0])}" if numbers else None
    if text[0].isdigit():
        return f"=={version}"
    return text.replace(" ", "")


def _next(numbers: list[str], kind: str) -> str:
    """Return the first version that `^` (the leftmost number that is not 0 stays) or `~` (the minor one stays) shuts out."""
    first = next((at for at, number in enumerate(numbers) if int(number)), len(numbers) - 1)
    place = min(1, len(numbers) - 1) if kind == "~" else first
    return ".".join([*numbers[:place], str(int(numbers[place]) + 1)])
