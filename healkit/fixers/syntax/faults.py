"""Which files a failed command may have stumbled over: those that it names, and those that a named format is kept in."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..case import Case

_SPEECH = re.compile(
    r"syntax|indent|\btab(?:s|error)\b|pars(?:e|ing)|unexpected|expect(?:ed|ing)|untermin|unclosed|never closed|unmatched|does not match"
    r"|invalid|illegal|malformed|missing|(?-i:JSON|T(?:OML|oml)|Y(?:AML|aml))|\btoken\b|E999|TS1\d{3}|TS17\d{3}|decod"
    r"|mapping values|duplicate"
    r"|f-string|await|bad character|stray|cannot assign|merge conflict|SyntaxError|could not (?:read|load)|not a valid",
    re.I,
)
_PATHS = (
    re.compile(r'File "([^"\n]+)"'),
    re.compile(
        r"(?<![\w/.@-])((?:file://)?(?:[\w@.+~/\\ -]*/)?[\w@.+-]+\.(?:pyi?|[mc]?[jt]sx?|jsonc?|json5|ipynb|toml|ya?ml|webmanifest))\b"
    ),
    re.compile(
        r"(?<![\w/.@-])((?:file://)?[\w@.+~/-]+\.(?:pyi?|[mc]?[jt]sx?|jsonc?|json5|ipynb|toml|ya?ml|webmanifest))\b"
    ),
    re.compile(r"([\w@.+~/-]*\.(?:babelrc|eslintrc|prettierrc|swcrc|jshintrc|stylelintrc))\b"),
)
_FORMATS = (
    (re.compile(r"JSON|\bjq: (?:parse )?error", re.I), (".json", ".jsonc", "rc")),
    (re.compile(r"TOML", re.I), (".toml",)),
    (
        re.compile(
            r"YAML|mapping values|block (?:mapping|sequence|collection|end)|found character|flow (?:mapping|sequence)",
            re.I,
        ),
        (".yml", ".yaml"),
    ),
)
_SAMPLES = frozenset(
    ("fixtures", "__fixtures__", "testdata", "test-data", "test_data", "snapshots", "__snapshots__", "golden")
)
"""Folders whose files may be broken on purpose: only looked at when the failure names one."""
_MOST_NAMED = 60
_MOST_SCANNED = 200


def suspects(case: Case) -> Iterator[str]:
    """Yield the project's files that may be broken, relative to the root: the named ones first, each once.

    Args:
        case: the failure; nothing is yielded when its output does not speak of syntax.
    """
    said = case.output + case.diagnosis.message
    if case.diagnosis.category != "syntax_error" and not _SPEECH.search(said):
        return
    seen: set[str] = set()
    for named in _named(case):
        path = case.resolve(named)
        if path and path not in seen:
            seen.add(path)
            yield path
    for speech, suffixes in _FORMATS:
        if speech.search(said):
            for number, path in enumerate(case.files(*suffixes)):
                if number >= _MOST_SCANNED:
                    break
                if path in seen or _SAMPLES.intersection(path.split("/")[:-1]):
                    continue
                if not path.endswith("rc") or path.rpartition("/")[2].startswith("."):
                    seen.add(path)
                    yield path


def _named(case: Case) -> Iterator[str]:
    """Yield the paths that are named: by the diagnosis, in the output from its end, in the command."""
    yield case.diagnosis.location.file
    found: dict[str, int] = {}
    for expression in _PATHS:
        for match in expression.finditer(case.output):
            found[match[1].strip()] = match.start()
    named = sorted(found, key=lambda name: -found[name])
    yield from named[:_MOST_NAMED]
    for word in case.argv:
        yield from (part for part in re.split(r"[='\"(), ]", word) if "." in part)
