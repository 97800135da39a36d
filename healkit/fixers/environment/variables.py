"""A variable of the environment that breaks the tool: the command is tried without it.

Which variables a tool reads, and what it says when it does not like one, is data (`variables` of `memory/environment.json`).
"""

from __future__ import annotations

import os
import re

from ... import mask, tables
from ...records import Fix
from ..manifests.shelf import programs_of
from ..proposal import Proposal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ..case import Case

_UTF8 = {"PYTHONUTF8": "1", "PYTHONIOENCODING": None}


def propose(case: Case) -> Iterator[Proposal]:
    """Yield a run without each variable that is set, belongs to a tool that ran, and is blamed by the output."""
    programs = programs_of(case)
    for name, known in tables.table("environment").get("variables", {}).items():
        value = os.environ.get(name, "")
        tools = known["tools"]
        if value and (not tools or programs & {*tools, "sh", "bash"}) and _is_blamed(case, name, value, known):
            shown = mask.one_line(value, 60)
            title = f"run without {name}={shown}, which the tool stumbles over"
            command = f"env -u {name} {case.result.command}"
            fix = Fix(kind="environment", title=title, risk="medium", command=command)
            yield Proposal(fix=fix, environ={name: None})
    yield from _encoding(case)


def _is_blamed(case: Case, name: str, value: str, known: Mapping[str, Any]) -> bool:
    """Tell whether the output speaks of a variable: by its name, or by a sign of its tool together with a word of its value."""
    output = case.output
    signs = [sign.replace("{value}", re.escape(value)) for sign in known["signs"]]
    if not any(re.search(sign, output) for sign in signs):
        return re.search(rf"(?<![\w$]){re.escape(name)}(?!\w)", output) is not None and value in output
    if name in output:
        return True
    words = [word for word in re.split(r"[\s=,:'\"]+", value) if len(word) > 1]
    bare = [word.lstrip("-") for word in words]
    return any(
        len(word) > 1 and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", output) for word in (*words, *bare)
    ) or _is_global(name)


def _is_global(name: str) -> bool:
    """Tell whether a variable acts without its value being quoted: what Python starts from, and the locale."""
    return name in (
        "PYTHONHOME",
        "LC_ALL",
        "LANG",
        "PYTHONIOENCODING",
        "PYTHONWARNINGS",
        "PIP_REQUIRE_VIRTUALENV",
        "PYTHONOPTIMIZE",
    )


def _encoding(case: Case) -> Iterator[Proposal]:
    """Yield a run in UTF-8 mode where Python cannot write a character because the locale says ASCII."""
    if not re.search(r"UnicodeEncodeError: '(?:ascii|latin-1)' codec can't encode", case.output):
        return
    said = {
        name: os.environ[name]
        for name in ("LC_ALL", "LC_CTYPE", "LANG", "PYTHONIOENCODING", "PYTHONUTF8")
        if os.environ.get(name)
    }
    if any(
        value.lower().split(".")[0] in ("c", "posix", "ascii", "us-ascii", "latin-1", "0") for value in said.values()
    ):
        title = "run with PYTHONUTF8=1: the locale of this environment knows no such characters"
        fix = Fix(kind="environment", title=title, risk="medium", command=f"PYTHONUTF8=1 {case.result.command}")
        yield Proposal(fix=fix, environ=_UTF8)
