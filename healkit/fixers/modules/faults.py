"""What Node, the TypeScript compiler, bundlers, test runners and linters say when files do not fit together, as one record."""

from __future__ import annotations

import re
from functools import cache

from ... import paths, wire
from ...records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..case import Case


class Fault(Record):
    """One such message.

    `kind`: `export` (module has no `symbol`), `module` (module not found), `undefined` (name), `call` (`symbol` is no
    function), `await` (`symbol` is a promise), `near` (tsc says what was meant), `esm` / `cjs` (a word of the other module
    system), `type` (an `import type` too many or too few), `empty` (a file without exports), `client`, `utility`, `attribute`.
    `file` is relative to the root, empty when the tool did not name it.
    """

    kind: str
    file: str = ""
    line: int = 0
    column: int = 0
    module: str = ""
    symbol: str = ""
    hint: str = ""
    code: str = ""
    message: str = ""


_LIMIT = 200_000
_ESLINT = re.compile(
    r"^(?P<file>[^\s][^\n]*\.[cm]?[jt]sx?)\n(?P<rows>(?: +\d+:\d+ +(?:error|warning) [^\n]*\n?)+)", re.M
)


@cache
def _table() -> dict[str, Any]:
    """Return the shipped wordings, `memory/module-faults.json`, with their expressions compiled."""
    data = wire.loads(paths.read_small(f"{paths.share_dir()}/memory/module-faults.json"))
    for key in ("wordings", "eslint", "typescript"):
        for row in data[key]:
            row["form"] = re.compile(row["wording"], re.M)
    data["places"] = [re.compile(form, re.M) for form in data["places"]]
    return data  # type: ignore[no-any-return]


def faults(case: Case) -> list[Fault]:
    """Return every such message of the output, in the order in which they stand, tsc's first."""
    text = case.output if len(case.output) <= 2 * _LIMIT else case.output[:_LIMIT] + case.output[-_LIMIT:]
    found = list(_typescript(case, text))
    for row in _table()["wordings"]:
        found += (_fault(case, row["kind"], match.groupdict()) for match in row["form"].finditer(text))
    for group in _ESLINT.finditer(text):
        for row in _table()["eslint"]:
            rows = row["form"].finditer(group["rows"])
            found += (_fault(case, row["kind"], {**one.groupdict(), "file": group["file"]}) for one in rows)
    return list({(one.kind, one.file, one.line, one.column, one.symbol, one.module): one for one in found}.values())


def _fault(case: Case, kind: str, named: dict[str, str | None]) -> Fault:
    file = str(named.get("file") or "").strip()
    return Fault(
        kind=kind,
        file=case.resolve(file) if file else "",
        line=int(named.get("line") or 0),
        column=int(named.get("column") or 0),
        module=str(named.get("module") or ""),
        symbol=str(named.get("symbol") or ""),
        hint=str(named.get("hint") or ""),
    )


def _typescript(case: Case, text: str) -> Iterator[Fault]:
    for form in _table()["places"]:
        for match in form.finditer(text):
            named = match.groupdict()
            message, code = " ".join(match["message"].split()), match["code"]
            place = {
                "file": named["file"],
                "line": named["line"] or named["line2"],
                "column": named["column"] or named["column2"],
            }
            for row in _table()["typescript"]:
                found = row["form"].match(message) if code in row["codes"] else None
                if found and (row["kind"] != "near" or found["hint"]):
                    yield _fault(case, row["kind"], {**found.groupdict(), **place}).replace(code=code, message=message)
                    break
