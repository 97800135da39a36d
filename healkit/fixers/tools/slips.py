"""Everyday findings of flake8, pycodestyle, pyflakes and pylint, mended where there is one remedy.

These tools mend nothing themselves. Each edit is kept only if the syntax tree stays the same, but for the import that
was to go; what would need a decision (an unused variable, a long line) is left alone.
"""

from __future__ import annotations

import re

from ..source import Source
from . import spacing, trees
from .page import Page
from .unused import without_import

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .reports import Report

_PYLINT = {
    "C0303": "W291", "C0304": "W292", "C0305": "W391", "C0410": "E401", "W0611": "F401", "W0301": "E703", "W1309": "F541",
    "W1401": "W605", "C0325": "C0325", "W0107": "W0107",
}  # fmt: skip
"""pylint's codes by the code of the same remedy; its columns count from 0."""
_ONE_BY_ONE = 400


def healable(reports: Iterable[Report]) -> list[str]:
    """Return the codes of those reports that have a remedy here."""
    return [report.rule for report in reports if _PYLINT.get(report.rule, report.rule) in REMEDIES]


def mended(reports: Sequence[Report], text: bytes) -> bytes | None:
    """Return a Python file with every remedy that keeps the program; None when there is none."""
    try:
        source = Source("", text)
    except (ValueError, LookupError):
        return None
    if trees.tree(source.text) is None:
        return None
    # imports first, while the text's own tree still says where they stand; then from the end, so that columns hold
    ours = sorted(_with_remedy(reports), key=lambda one: (one.rule == "F401", one.line, one.column), reverse=True)[
        :_ONE_BY_ONE
    ]
    page = _all(source.text, ours) or _single(source.text, ours)
    return source.bytes_of(page) if page != source.text else None


def _with_remedy(reports: Iterable[Report]) -> Iterable[Report]:
    for report in reports:
        code = _PYLINT.get(report.rule)
        ours = report.replace(rule=code, column=report.column + 1) if code else report
        if ours.rule in REMEDIES and ours.line:
            yield ours


def _all(text: str, reports: Sequence[Report]) -> str:
    """Return the text with all edits at once; empty when the program is another then."""
    page = Page(text)
    for report in reports:
        REMEDIES[report.rule](page, report)
    return page.text if trees.same(text, page.text, _unused(reports)) else ""


def _single(text: str, reports: Sequence[Report]) -> str:
    """Return the text with those edits that each keep the program."""
    page, now = Page(text), text
    for report in reports:
        tried = page.copy()
        REMEDIES[report.rule](tried, report)
        if trees.same(now, tried.text, _unused([report])):
            page, now = tried, tried.text
    return now


def _unused(reports: Iterable[Report]) -> bool:
    return any(report.rule == "F401" for report in reports)


def _strip(page: Page, report: Report) -> None:
    page[report.line] = page[report.line].rstrip()


def _final_newline(page: Page, _: Report) -> None:
    if page[len(page)]:
        page[len(page)] = f"{page[len(page)]}\n"


def _blank_end(page: Page, _: Report) -> None:
    last = len(page)
    while last > 1 and not page[last - 1].strip():
        last -= 1
    for number in range(last, len(page)):
        del page[number]
    if not page[len(page)].strip():
        page[len(page)] = ""


def _blank_before(page: Page, report: Report) -> None:
    """Put the missing blank lines before a line, above the comments that belong to it."""
    found = re.search(r"expected (\d+) blank lines?[^,]*, found (\d+)", report.message)
    wanted = int(found[1]) if found else 1
    number = report.line
    while number > 1 and page[number - 1].lstrip().startswith("#"):
        number -= 1
    there = 0
    while page.is_blank(number - 1 - there):
        there += 1
    if there < wanted and number > 1:
        page.space(number, wanted - there)


def _fewer_blank(page: Page, report: Report) -> None:
    allowed = 0 if report.rule == "E304" else 1 if page[report.line][:1] in (" ", "\t") else 2
    number, there = report.line - 1, 0
    while page.is_blank(number):
        there += 1
        if there > allowed:
            del page[number]
        number -= 1


def _one_import_a_line(page: Page, report: Report) -> None:
    found = re.fullmatch(r"(\s*)import ([\w., ]+?)\s*", page[report.line])
    if found:
        page[report.line] = "\n".join(
            f"{found[1]}import {name.strip()}" for name in found[2].split(",") if name.strip()
        )


def _semicolon(page: Page, report: Report) -> None:
    line = page[report.line].rstrip()
    if line.endswith(";"):
        page[report.line] = line.rstrip("; \t")


def _split(page: Page, report: Report) -> None:
    line, at = page[report.line], report.column - 1
    indent = line[: len(line) - len(line.lstrip())]
    if line[at : at + 1] == ";":
        page[report.line] = f"{line[:at].rstrip()}\n{indent}{line[at + 1 :].lstrip()}"
    elif line[at : at + 1] == ":" and report.rule == "E701":
        page[report.line] = f"{line[: at + 1]}\n{indent}    {line[at + 1 :].lstrip()}"


def _split_def(page: Page, report: Report) -> None:
    found = re.match(r"(\s*)((?:async )?def [^#]*?\)(?:\s*->[^:#]+)?:)[ \t]+(\S.*)$", page[report.line])
    if found:
        page[report.line] = f"{found[1]}{found[2]}\n{found[1]}    {found[3]}"


def _plain_string(page: Page, report: Report) -> None:
    line, at = page[report.line], report.column - 1
    for place in (at, at + 1, at - 1):
        found = re.compile(r"(?:[fF]([rR]?)|([rR])[fF])(?=[\"'])").match(line, max(place, 0))
        if found:
            page[report.line] = line[: found.start()] + (found[1] or found[2] or "") + line[found.end() :]
            return


def _backslash(page: Page, report: Report) -> None:
    line = page[report.line]
    found = re.search(r"'(\\.)'", report.message)
    for place in (report.column - 1, report.column, report.column - 2):
        if found and line[place : place + 2] == found[1]:
            page[report.line] = f"{line[:place]}\\{line[place:]}"
            return


def _not_in(page: Page, report: Report) -> None:
    edited = trees.membership(page[report.line])
    if edited:
        page[report.line] = edited


def _no_brackets(page: Page, report: Report) -> None:
    word = re.search(r"after '(\w+)'", report.message)
    line = page[report.line]
    start = re.search(rf"\b{re.escape(word[1])}\s*\(", line) if word else None
    if start is None or word is None:
        return
    depth = 0
    for at in range(start.end() - 1, len(line)):
        depth += {"(": 1, ")": -1}.get(line[at], 0)
        if not depth:
            page[report.line] = f"{line[: start.start()]}{word[1]} {line[start.end() : at].strip()}{line[at + 1 :]}"
            return


def _no_pass(page: Page, report: Report) -> None:
    if page[report.line].strip() == "pass":
        del page[report.line]


REMEDIES: dict[str, Callable[[Page, Report], None]] = {
    "W291": _strip, "W293": _strip, "W292": _final_newline, "W391": _blank_end,
    "E301": _blank_before, "E302": _blank_before, "E305": _blank_before, "E306": _blank_before,
    "E303": _fewer_blank, "E304": _fewer_blank,
    "E401": _one_import_a_line, "E701": _split, "E702": _split, "E703": _semicolon, "E704": _split_def,
    "E713": _not_in, "E714": _not_in, "F401": without_import, "F541": _plain_string, "W605": _backslash,
    "C0325": _no_brackets, "W0107": _no_pass,
    **spacing.REMEDIES,
}  # fmt: skip
"""What mends a finding, by pycodestyle's, pyflakes' or pylint's code."""
