"""Which problems a linter named: tool, file, rule and place, out of every form in which the linters print them."""

from __future__ import annotations

import json
import re

from ...records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..case import Case

MOST = 5000
"""Problems that are looked at."""


class Report(Record):
    """One problem that a linter reported. `file` is relative to the root, `rule` a code (`F401`) or a name (`no-var`)."""

    file: str
    rule: str
    line: int = 0
    column: int = 0
    message: str = ""
    fixable: bool = False


_FULL = re.compile(
    r"^(?P<rule>[A-Z]{1,6}\d{2,4}|[a-z]+(?:-[a-z]+)+:) (?P<fixable>\[\*\] )?(?P<message>[^\n]+)"
    r"\n *--> (?P<file>[^:\n]+):(?P<line>\d+):(?P<column>\d+)",
    re.M,
)
_CONCISE = re.compile(
    r"^(?P<file>[^\s:][^:\n]*\.\w+):(?P<line>\d+)(?::(?P<column>\d+))?: \[?(?P<rule>[A-Z]{1,6}\d{2,4}|[a-z]+(?:-[a-z]+)+:)"
    r"(?:\((?P<name>[\w-]+)\)[^\]\n]*)?\]?:? (?P<fixable>\[\*\] )?(?P<message>[^\n]+)$",
    re.M,
)
_PYFLAKES = re.compile(
    r"^(?P<file>[^\s:][^:\n]*\.py):(?P<line>\d+):(?P<column>\d+):? (?P<message>'[^'\n]+' imported but unused)$", re.M
)
_GITHUB = re.compile(
    r"^::(?:error|warning) title=[Rr]uff \((?P<rule>[\w-]+)\),file=(?P<file>[^,\n]+),"
    r"line=(?P<line>\d+)(?:,col=(?P<column>\d+))?[^\n]*?::(?P<message>[^\n]*)",
    re.M,
)
_GROUP = re.compile(r"^(?P<file>[^\s:][^:\n]*\.\w+):\n(?P<rows>(?: +\d+:\d+ +[A-Z]{1,6}\d{2,4} [^\n]*\n?)+)", re.M)
_GROUP_ROW = re.compile(
    r"^ +(?P<line>\d+):(?P<column>\d+) +(?P<rule>[A-Z]{1,6}\d{2,4}) (?P<fixable>\[\*\] )?(?P<message>[^\n]+)", re.M
)
_PYTHON = (_FULL, _CONCISE, _PYFLAKES, _GITHUB)

_STYLISH = re.compile(r"^(?P<file>[^\s][^\n]*\.\w+)\n(?P<rows>(?: +\d+:\d+ +(?:error|warning) [^\n]*\n?)+)", re.M)
_STYLISH_ROW = re.compile(
    r"^ +(?P<line>\d+):(?P<column>\d+) +(?P<level>error|warning) +(?P<message>[^\n]*?)(?:  +(?P<rule>[@\w/-]+))?$", re.M
)
_UNIX = re.compile(
    r"^(?P<file>[^\n:]+):(?P<line>\d+):(?P<column>\d+): (?P<message>[^\n]+?) \[(?:Error|Warning)/(?P<rule>[@\w/-]+)\]$",
    re.M,
)
_COMPACT = re.compile(
    r"^(?P<file>[^\n:]+): line (?P<line>\d+), col (?P<column>\d+), (?:Error|Warning) - (?P<message>[^\n]+?) \((?P<rule>[@\w/-]+)\)$",
    re.M,
)
_SHELL = re.compile(
    r"^In (?P<file>[^\n]+) line (?P<line>\d+):\n(?P<body>(?:[^\n]*\n)*?)(?=^In [^\n]+ line \d+:$|^For more information:|\Z)",
    re.M,
)
_SHELL_GCC = re.compile(
    r"^(?P<file>[^\n:]+):(?P<line>\d+):(?P<column>\d+): (?:note|warning|error): (?P<message>[^\n]+?) \[(?P<rule>SC\d+)\]$",
    re.M,
)


def python(case: Case) -> list[Report]:
    """Return what ruff, flake8, pycodestyle, pyflakes or pylint reported."""
    found = [report for form in _PYTHON for report in _of(case, form.finditer(case.output))]
    for group in _GROUP.finditer(case.output):
        found += _of(case, _GROUP_ROW.finditer(group["rows"]), group["file"])
    return _once(found) or list(_json(case, "filename", _ruff_row))


def eslint(case: Case) -> list[Report]:
    """Return what ESLint reported."""
    text = case.output
    found = [report for form in (_UNIX, _COMPACT) for report in _of(case, form.finditer(text))]
    for group in _STYLISH.finditer(text):
        found += _of(case, _STYLISH_ROW.finditer(group["rows"]), group["file"])
    return _once(found) or [report for rows in _json(case, "filePath", _eslint_rows) for report in rows]


def shell(case: Case) -> list[Report]:
    """Return what shellcheck reported, one for each code and file."""
    found = list(_of(case, _SHELL_GCC.finditer(case.output)))
    for part in _SHELL.finditer(case.output):
        file = case.resolve(part["file"])
        found += [
            Report(file=file, rule=code, line=int(part["line"]))
            for code in re.findall(r"\bSC\d{4}\b", part["body"])
            if file
        ]
    return _once(found)


def _of(case: Case, matches: Iterator[re.Match[str]], file: str = "") -> Iterator[Report]:
    for match in matches:
        named = match.groupdict()
        path = case.resolve(file or str(named.get("file") or ""))
        if path:
            yield Report(
                file=path,
                rule=str(named.get("rule") or "F401").rstrip(":"),
                line=int(named.get("line") or 0),
                column=int(named.get("column") or 0),
                message=str(named.get("message") or ""),
                fixable=bool(named.get("fixable")),
            )


def _once(found: Iterator[Report] | list[Report]) -> list[Report]:
    out = {(one.file, one.line, one.column, one.rule, one.message): one for one in found}
    return list(out.values())[:MOST]


def _json(case: Case, key: str, make: Any) -> Iterator[Any]:
    """Yield what `make` returns for each item of the first JSON list in the output whose items have a key."""
    if f'"{key}"' not in case.output:
        return
    start = case.output.find("[")
    while start >= 0:
        try:
            rows, _ = json.JSONDecoder().raw_decode(case.output, start)
        except (ValueError, RecursionError):
            rows = None
        if (
            isinstance(rows, list)
            and rows
            and all(isinstance(row, dict) and isinstance(row.get(key), str) for row in rows)
        ):
            yield from (one for row in rows[:MOST] if (one := make(case, row)))
            return
        start = case.output.find("[", start + 1) if start < 20_000 else -1


def _ruff_row(case: Case, row: dict[str, Any]) -> Report | None:
    file, place = case.resolve(row["filename"]), row.get("location")
    if not file or not isinstance(place, dict):
        return None
    return Report(
        file=file,
        rule=str(row.get("code") or ""),
        line=int(place.get("row") or 0),
        column=int(place.get("column") or 0),
        message=str(row.get("message") or ""),
    )


def _eslint_rows(case: Case, row: dict[str, Any]) -> list[Report]:
    file, messages = case.resolve(row["filePath"]), row.get("messages")
    if not file or not isinstance(messages, list):
        return []
    return [
        Report(
            file=file,
            rule=str(one.get("ruleId") or ""),
            line=int(one.get("line") or 0),
            column=int(one.get("column") or 0),
            message=str(one.get("message") or ""),
        )
        for one in messages
        if isinstance(one, dict)
    ]
