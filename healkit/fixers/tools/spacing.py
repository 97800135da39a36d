"""pycodestyle's findings about white space within a line, each mended at the place that was named."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .page import Page
    from .reports import Report

_OPERATOR = re.compile(
    r"\*\*=|//=|>>=|<<=|!=|==|<=|>=|->|:=|[-+*/%&|^@]=|\*\*|//|<<|>>|[-=<>+*/%&|^@]|(?:in|is|and|or|not)\b"
)


def _after_sign(page: Page, report: Report) -> None:
    """E231: a space after the `,`, `;` or `:` that was named."""
    found = re.search(r"after ['\"](.)['\"]", report.message)
    line = page[report.line]
    for at in (report.column - 1, report.column - 2, report.column):
        if found and 0 <= at < len(line) and line[at] == found[1] and line[at + 1 : at + 2].strip():
            page[report.line] = f"{line[: at + 1]} {line[at + 1 :]}"
            return


def _around_operator(page: Page, report: Report) -> None:
    line, at = page[report.line], report.column - 1
    found = _OPERATOR.match(line, at) or next((one for one in _OPERATOR.finditer(line) if one.end() == at), None)
    if found:
        before, after = line[: found.start()], line[found.end() :]
        left = "" if not before.strip() else f"{before.rstrip()} "
        right = f" {after}" if after[:1].strip() else after
        page[report.line] = f"{left or before}{found[0]}{right}"


def _run(page: Page, report: Report, instead: str) -> None:
    """Replace the run of blanks at, or right behind, the named column."""
    line = page[report.line]
    for at in (report.column - 1, report.column):
        if 0 < at < len(line) and line[at] in " \t" and line[:at].strip():
            end = at + len(line[at:]) - len(line[at:].lstrip(" \t"))
            page[report.line] = f"{line[:at].rstrip()}{instead}{line[end:]}"
            return


def _no_blank(page: Page, report: Report) -> None:
    _run(page, report, "")


def _one_blank(page: Page, report: Report) -> None:
    _run(page, report, " ")


def _before_comment(page: Page, report: Report) -> None:
    line = page[report.line]
    at = line.find("#", max(report.column - 1, 0))
    if at > 0 and line[:at].strip() and not line[report.column - 1 : at].strip():
        page[report.line] = f"{line[:at].rstrip()}  {line[at:]}"


def _comment_start(page: Page, report: Report) -> None:
    line, at = page[report.line], report.column - 1
    if line[at : at + 1] == "#":
        words = (
            line[at:]
            .lstrip(
                "#" if report.rule == "E266" else "#:" if line[at : at + 2] == "#:" else "#",
            )
            .strip()
        )
        page[report.line] = f"{line[:at]}# {words}".rstrip()


def _after_keyword(page: Page, report: Report) -> None:
    line, at = page[report.line], report.column - 1
    if 0 < at < len(line) and line[at].strip() and line[at - 1].isalpha():
        page[report.line] = f"{line[:at]} {line[at:]}"


def _visual_indent(page: Page, report: Report) -> None:
    """E127, E128: a continuation line under what follows the bracket that it stands in."""
    depth: list[int] = []
    for number in range(max(1, report.line - 60), report.line):
        line = page[number]
        code = re.sub(r"(['\"])(?:\\.|(?!\1).)*\1", lambda text: "_" * len(text[0]), line).partition("#")[0]
        for at, sign in enumerate(code):
            if sign in "([{":
                depth.append(at + 1 if code[at + 1 :].strip() else -1)
            elif sign in ")]}" and depth:
                depth.pop()
    if depth and depth[-1] > 0:
        page[report.line] = " " * depth[-1] + page[report.line].lstrip()


def _other_quotes(page: Page, report: Report) -> None:
    line, at = page[report.line], report.column - 1
    found = re.compile(r"[rbuRBU]{0,2}(['\"])((?:(?!\1)[^\\'\"])*)\1").match(line, max(at, 0))
    if found:
        mark = "'" if found[1] == '"' else '"'
        head = line[: found.start(1)]
        page[report.line] = f"{head}{mark}{found[2]}{mark}{line[found.end() :]}"


def _comma(page: Page, report: Report) -> None:
    line, at = page[report.line], report.column - 1
    if 0 < at <= len(line) and line[at - 1].strip() and line[at - 1] not in ",([{":
        page[report.line] = f"{line[:at]},{line[at:]}"


REMEDIES: dict[str, Callable[[Page, Report], None]] = {
    **dict.fromkeys(("E225", "E226", "E227", "E228", "E252"), _around_operator),
    **dict.fromkeys(("E201", "E202", "E203", "E204", "E211", "E251"), _no_blank),
    **dict.fromkeys(("E221", "E222", "E223", "E224", "E241", "E242", "E271", "E272", "E273", "E274"), _one_blank),
    **dict.fromkeys(("E262", "E265", "E266"), _comment_start),
    **dict.fromkeys(("E127", "E128"), _visual_indent),
    **dict.fromkeys(("C812", "C813", "C814", "C815", "C816"), _comma),
    "E231": _after_sign, "E261": _before_comment, "E275": _after_keyword, "Q000": _other_quotes,
}  # fmt: skip
"""What mends a finding within a line, by code."""
