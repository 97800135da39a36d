"""What rustc and cargo say as JSON: problems with the compiler's own suggestions.

https://doc.rust-lang.org/rustc/json.html describes the records; alternatives of one help stand in it one after the other,
each a run of spans that do not overlap.
"""

from __future__ import annotations

import json
import re

from .search import LINTS, NAMES, SYNTAX, TYPES, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

NAME_CODES = frozenset(
    ("E0432", "E0433", "E0425", "E0412", "E0405", "E0404", "E0407", "E0437", "E0438", "E0423", "E0424", "E0426", "E0261", "E0583",
     "E0463", "E0434", "E0408", "E0573", "E0574", "E0531", "E0532", "E0603", "E0576", "E0411", "E0428", "E0252", "E0429", "E0430",
     "E0431", "E0364", "E0365", "E0106")
)  # fmt: skip
"""Codes of name resolution: types are looked at only when none is left."""


def messages(output: bytes) -> Iterator[dict[str, Any]]:
    """Yield the compiler's messages from the output of `cargo --message-format=json` or `rustc --error-format=json`."""
    for line in output.split(b"\n"):
        if not line.startswith(b"{"):
            continue
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if record.get("reason") == "compiler-message":
            record = record.get("message") or {}
        elif "reason" in record:
            continue
        if isinstance(record, dict) and record.get("message") and "spans" in record:
            yield record


DOUBTFUL = frozenset(
    ("unused_must_use", "unused_variables", "unused_assignments", "unreachable_code", "unused_imports", "dead_code",
     "path_statements", "unused_comparisons", "unused_mut", "unused_parens", "unconditional_recursion")
)  # fmt: skip
"""Warnings that say of a new line that it is not what was meant: an ignored error, a value nobody reads."""


def problems(output: bytes, place: Callable[[str], str], *, doubtful: bool = False) -> list[Problem]:
    """Return the errors, each once; `place` gives a file's path relative to the root, empty for one that lies outside.

    With `doubtful`, return the warnings that a new line should not cause instead.
    """
    out: dict[str, Problem] = {}
    for message in messages(output):
        said = str(message["message"])
        level, code = str(message.get("level", "")), str((message.get("code") or {}).get("code") or "")
        if not (level == "warning" and code in DOUBTFUL if doubtful else level.startswith("error")) or said.startswith(
            ("aborting due to", "could not compile")
        ):
            continue
        spans = message["spans"]
        main = next((span for span in spans if span.get("is_primary")), spans[0] if spans else {})
        main = outermost(main, place)
        problem = Problem(
            file=place(str(main.get("file_name", ""))),
            line=int(main.get("line_start", 0)),
            column=int(main.get("column_start", 0)),
            message=said,
            code=code,
            phase=_phase(code, said),
            data=message,
        )
        out.setdefault(f"{problem.key}{problem.line}:{problem.column}", problem)
    return list(out.values())


def outermost(span: dict[str, Any], place: Callable[[str], str]) -> dict[str, Any]:
    """Return the span itself, or where the macro that it stands in is called when it lies outside the project."""
    while span.get("expansion") and not place(str(span.get("file_name", ""))):
        span = span["expansion"]["span"]
    return span


def _phase(code: str, said: str) -> int:
    if not code:
        named = re.match(r"cannot find|unresolved|no `", said)
        return NAMES if named else SYNTAX
    if not re.fullmatch(r"E\d{4}", code):
        return LINTS
    if code in ("E0765", "E0758", "E0766", "E0762", "E0763", "E0768", "E0585", "E0586", "E0584"):
        return SYNTAX
    return NAMES if code in NAME_CODES else TYPES


def suggestions(message: dict[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield each way that the compiler suggests, as what it says about it and the spans that it replaces."""
    for child in (message, *message.get("children", ())):
        spans = [span for span in child.get("spans", ()) if span.get("suggested_replacement") is not None]
        if not spans:
            continue
        groups: list[list[dict[str, Any]]] = [[]]
        for span in spans:
            if any(_overlap(span, other) for other in groups[-1]):
                groups.append([])
            groups[-1].append(span)
        for group in groups:
            yield str(child["message"]), group
        if (
            len(groups) == 1
            and len(spans) > 1
            and all(s.get("suggestion_applicability") != "MachineApplicable" for s in spans)
        ):
            for span in spans:
                yield str(child["message"]), [span]


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    if one["file_name"] != other["file_name"]:
        return False
    a, b = (one["byte_start"], one["byte_end"]), (other["byte_start"], other["byte_end"])
    return a == b or (a[0] < b[1] and b[0] < a[1])
