"""Texts of entries with `{name}` in them: filled in once, with every other brace left as it is."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def has_names(template: str) -> bool:
    """Tell whether a `{name}` is left in a text; `${HOME}` and `@{u}` are the shell's and git's own."""
    at = template.find("{")
    while at >= 0:
        end = template.find("}", at)
        name = template[at + 1 : end]
        if end > at and name.isidentifier() and name[0].islower() and template[at - 1 : at] not in ("$", "@", "{"):
            return True
        at = template.find("{", at + 1)
    return False


def fill(template: str, captures: Mapping[str, Any]) -> str:
    """Return a template with each `{name}` of the captures filled in, once; every other brace stays as it is."""
    at = template.find("{")
    if at < 0:
        return template
    parts, done = [], 0
    while at >= 0:
        end = template.find("}", at)
        name = template[at + 1 : end] if end > at else ""
        if name in captures:
            parts += [template[done:at], str(captures[name])]
            done = end + 1
            at = template.find("{", done)
        else:
            at = template.find("{", at + 1)
    return "".join(parts) + template[done:]
