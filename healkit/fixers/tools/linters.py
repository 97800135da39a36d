"""Linters that can mend what they report: ruff, ESLint, shellcheck, each held to the files and rules that it named."""

from __future__ import annotations

import json
import os
import re

from .launch import launch, name_of, printed
from .patch import patched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from ..case import Case
    from .launch import Launch
    from .reports import Report

_RUFF_KEEPS = {
    "--config": 1, "--line-length": 1, "--target-version": 1, "--preview": 0, "--no-preview": 0, "--isolated": 0, "--per-file-ignores": 1,
    "--extend-per-file-ignores": 1, "--unsafe-fixes": 0, "--dummy-variable-rgx": 1, "--fixable": 1, "--unfixable": 1,
}  # fmt: skip
_ESLINT_KEEPS = {
    "-c": 1, "--config": 1, "--rule": 1, "--ext": 1, "--no-eslintrc": 0, "--no-config-lookup": 0, "--rulesdir": 1, "--plugin": 1,
    "--env": 1, "--parser": 1, "--parser-options": 1, "--resolve-plugins-relative-to": 1, "--global": 1, "--no-inline-config": 0,
    "--report-unused-disable-directives": 0, "--flag": 1, "--ignore-path": 1,
}  # fmt: skip
_SHELLCHECK_KEEPS = {"-s": 1, "--shell": 1, "-x": 0, "--external-sources": 0, "-P": 1, "--source-path": 1, "--norc": 0}
_PASSES = 10
_WORDS = ("fixable with", "ruff check", "hook id: ruff", "uff (", "No fixes available (")


def is_ruff(case: Case, reports: Iterable[Report]) -> bool:
    """Tell whether ruff printed the reports: flake8's and pylint's lines look alike."""
    if any(name_of(word) == "ruff" for word in case.argv[:6]):
        return True
    if case.runs("flake8", "pycodestyle", "pylint", "pyflakes"):
        return False
    return any(word in case.output for word in _WORDS) or any(report.fixable for report in reports)


def ruff(case: Case, path: str, rules: Sequence[str], text: bytes, *, unsafe: bool = False) -> bytes | None:
    """Return a file with ruff's own fixes for some rules; None when there are none.

    Args:
        case: the failure.
        path: the file, relative to the root.
        rules: codes, or names as preview prints them.
        text: its bytes.
        unsafe: whether the fixes that may change behaviour are asked for too.
    """
    program = launch(case, "ruff")
    chosen = [rule for rule in dict.fromkeys(rules) if re.fullmatch(r"[A-Z]{1,6}\d{2,4}|[a-z]+(?:-[a-z]+)+", rule)]
    if program is None or not chosen:
        return None
    options = program.options(_RUFF_KEEPS)
    if any(rule[0].islower() for rule in chosen) and "--preview" not in options:
        options.append("--preview")
    if unsafe and "--unsafe-fixes" not in options:
        options.append("--unsafe-fixes")
    file = os.path.join(case.root, path)
    argv = [
        "check",
        "--fix",
        "--exit-zero",
        "--quiet",
        *options,
        "--select",
        ",".join(chosen),
        "--stdin-filename",
        file,
        "-",
    ]
    out = printed(case, [*program.argv, *argv], text)
    return out if out is not None and out != text and _reads(out, text) else None


def _reads(after: bytes, before: bytes) -> bool:
    """Tell whether a Python text still can be read, if it could before."""
    import ast

    for text in (before, after):
        try:
            ast.parse(text)
        except (SyntaxError, ValueError):
            return text is before
    return True


def eslint(case: Case, path: str, text: bytes, rules: Iterable[str]) -> tuple[bytes | None, bytes | None]:
    """Return a file with ESLint's fixes for some rules, and with its suggestions for them; each None when there are none.

    ESLint's own `--fix` knows no choice of rules, so the fixes are taken from its report, round by round.
    """
    program = launch(case, "eslint")
    if program is None:
        return None, None
    try:
        mended = start = text.decode("utf-8")
    except UnicodeDecodeError:
        return None, None
    wanted, suggested = frozenset(rule for rule in rules if rule), ""
    for _ in range(_PASSES):
        messages = _messages(case, program, path, mended)
        if messages is None:
            return None, None
        ours = [one for one in messages if one.get("ruleId") in wanted]
        after = _with_fixes(mended, [one["fix"] for one in ours if isinstance(one.get("fix"), dict)])
        if after == mended:
            offered = [one["suggestions"] for one in ours if one.get("suggestions") and "fix" not in one]
            single = [found[0]["fix"] for found in offered if len(found) == 1]
            suggested = _with_fixes(mended, single)
            break
        mended = after
    return (
        mended.encode() if mended != start else None,
        suggested.encode() if suggested and suggested != mended else None,
    )


def _messages(case: Case, program: Launch, path: str, text: str) -> list[dict[str, Any]] | None:
    """Return what ESLint says of a text; None when it says nothing usable, or cannot read the text."""
    argv = [*program.argv, *program.options(_ESLINT_KEEPS)]
    argv += ["--format", "json", "--stdin", "--stdin-filename", os.path.join(case.root, path)]
    ran = case.check(argv, stdin=text.encode(), timeout=60.0)
    try:
        rows = json.loads(ran.stdout)
        found = rows[0]["messages"]
    except (ValueError, LookupError, TypeError):
        return None
    if not isinstance(found, list) or any(one.get("fatal") for one in found):
        return None
    return found


def _with_fixes(text: str, fixes: Sequence[Mapping[str, Any]]) -> str:
    """Return a text with those fixes applied that do not touch each other; places count UTF-16 units, as ESLint does."""
    units = text.removeprefix("\ufeff").encode("utf-16-le")
    out, last = [], 0
    for fix in sorted(fixes, key=lambda one: tuple(one["range"])):
        start, end = (2 * int(place) for place in fix["range"])
        if start < last or (start == last and last and start == end) or end > len(units) or start > end:
            continue  # the next round sees it again
        out += [units[last:start], str(fix["text"]).encode("utf-16-le")]
        last = end
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    return mark + b"".join([*out, units[last:]]).decode("utf-16-le", "replace")


def shellcheck(case: Case, path: str, rules: Sequence[str], text: bytes) -> bytes | None:
    """Return a shell script with shellcheck's own fixes for some codes; None when there are none."""
    program = launch(case, "shellcheck")
    codes = ",".join(dict.fromkeys(rule for rule in rules if re.fullmatch(r"SC\d{4}", rule)))
    if program is None or not codes:
        return None
    argv = [
        *program.argv,
        *program.options(_SHELLCHECK_KEEPS),
        "--format=diff",
        f"--include={codes}",
        os.path.join(case.root, path),
    ]
    ran = case.check(argv)
    return patched(text, ran.stdout) if ran.stdout else None
