"""The pattern's own search and replace, at the place that the failure names.

A person wrote the entry, so what it says is done as it stands: `search` must match exactly once within `NEAR` lines of the
located line (exactly once in the file where no line is known), all edits of a list or none. Anything else is a suggestion.
"""

from __future__ import annotations

import ast
import itertools
import json
import re
import tomllib

from ..records import Fix
from ..templates import fill
from .proposal import Proposal, edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ..records import AutoFix
    from .case import Case
    from .source import Source

NEAR = 10
"""Lines above and below the located one in which `search` may match."""
_BUDGET_S = 0.5
_FRAME = re.compile(
    r'^\s*(?:File "(?P<file>[^"\n]+)", line (?P<line>\d+)|(?P<file2>[\w./-]+\.py):(?P<line2>\d+): )', re.M
)
_TEST = re.compile(
    r"(?:^|/)(?:tests?|specs?|__tests__)/|(?:^|/)(?:test_[^/]*|conftest\.py|[^/]*(?:_test|[._-]spec|\.test)\.\w+)$"
)
_NAMED = re.compile(r"<<([A-Za-z_]\w*)>>")
_IMPORT = re.compile(r"\s*(?:from\s+\S+\s+import\b|import\b|use\s|#include\b|export\s.*\bfrom\b|.*\brequire\()")


class _Edit:
    """One replacement in a file: from where to where in its text, and by what."""

    def __init__(self, start: int, end: int, new: str) -> None:
        self.start, self.end, self.new = start, end, new


def propose(case: Case) -> Iterable[Proposal]:
    """Yield the entry's edit where it fits in exactly one way; a suggestion where it does not."""
    fixes = case.diagnosis.auto_fix
    if not fixes or not case.diagnosis.trusted:
        return
    for path, line in _places(case):
        source = case.source(path)
        text = _edited(source, line, fixes, case.captures) if source is not None else None
        if source is None or text is None:
            continue
        risk = "medium" if case.diagnosis.origin == "learned" else "low"
        sure = not _TEST.search(path) or _touches_imports_only(source, text)
        where = f"{path}:{line}" if line else path
        yield edit("text", f"{_said(fixes, case.captures)} ({where})", [source.change(text)], risk=risk, sure=sure)
        return
    yield _suggestion(case)


def _said(fixes: Iterable[AutoFix], captures: Mapping[str, str]) -> str:
    first = next(iter(fixes))
    return f"replace `{_brief(first.search)}` by `{_brief(fill(first.replacement, captures))}`"


def _brief(text: str) -> str:
    line = " ".join(text.split()).replace("`", "'")
    return line if len(line) <= 60 else f"{line[:57]}..."


def _suggestion(case: Case) -> Proposal:
    """Return what the entry would replace, for a person to do: it does not fit the place, or fits more than once."""
    file = case.diagnosis.location.file or "the file that the failure names"
    steps = [
        f"In {file}, `{one.search}` becomes `{fill(one.replacement, case.captures)}`" for one in case.diagnosis.auto_fix
    ]
    title = f"{_said(case.diagnosis.auto_fix, case.captures)} by hand: it does not stand exactly once near the failure"
    return Proposal(fix=Fix(kind="text", title=title, risk="medium", steps=tuple(steps)), sure=False)


def _places(case: Case) -> Iterator[tuple[str, int]]:
    """Yield the one place that the failure names: the diagnosis's, else the traceback's innermost frame in the project."""
    if case.place:
        yield case.place, case.diagnosis.location.line
        return
    for match in reversed(list(_FRAME.finditer(case.output))):
        path = case.resolve(match["file"] or match["file2"])
        if path:
            yield path, int((match["line"] or match["line2"])[:8])
            return


def _edited(source: Source, line: int, fixes: Iterable[AutoFix], captures: Mapping[str, str]) -> str | None:
    """Return the file's text with all edits done; None when one does not match exactly once, or the result is broken."""
    start, end = _window(source, line)
    edits = []
    for fix in fixes:
        found = _matches(source.text, start, end, fix, captures)
        if len(found) != 1:
            return None
        edits.append(found[0])
    edits.sort(key=lambda one: one.start)
    if any(one.end > after.start for one, after in itertools.pairwise(edits)):
        return None
    for indent in (False, True):
        text = source.text
        for one in reversed(edits):
            new = _indented(source.text, one) if indent else one.new
            text = text[: one.start] + new + text[one.end :]
        if text != source.text and _is_whole(source, text):
            return text
    return None


def _window(source: Source, line: int) -> tuple[int, int]:
    """Return from where to where in the text an edit may stand."""
    if not line:
        return 0, len(source.text)
    last = len(source.lines)
    return source.offset(max(1, line - NEAR), 1), min(len(source.text), source.offset(min(last, line + NEAR) + 1, 1))


def _matches(text: str, start: int, end: int, fix: AutoFix, captures: Mapping[str, str]) -> list[_Edit]:
    """Return where an edit matches between two places; of a literal that stands several times, whole words come first."""
    if fix.regex:
        return _expressions(text, start, end, fix, captures)
    new = fill(fix.replacement, captures)
    found = [_Edit(at, at + len(fix.search), new) for at in _literals(text, fix.search, start, end)]
    whole = [one for one in found if _is_whole_word(text, one)]
    return whole if len(found) > 1 and whole else found


def _literals(text: str, search: str, start: int, end: int) -> Iterator[int]:
    at = text.find(search, start, end)
    while at >= 0:
        yield at
        at = text.find(search, at + len(search), end)


def _is_whole_word(text: str, one: _Edit) -> bool:
    def is_word(place: int) -> bool:
        return 0 <= place < len(text) and (text[place].isalnum() or text[place] == "_")

    begins = is_word(one.start) and is_word(one.start - 1)
    ends = is_word(one.end - 1) and is_word(one.end)
    return not begins and not ends


def _expressions(text: str, start: int, end: int, fix: AutoFix, captures: Mapping[str, str]) -> list[_Edit]:
    """Return where an expression matches; its groups may stand in the replacement as in `re`, captures as `{name}`.

    In the expression a capture stands as `<<name>>`, letter by letter.
    """
    import regex

    search = _NAMED.sub(lambda one: re.escape(captures.get(one[1]) or one[0]), fix.search)
    template = fill(fix.replacement, {name: value.replace("\\", r"\\") for name, value in captures.items()})
    try:
        compiled = regex.compile(search, regex.MULTILINE)
        found = list(compiled.finditer(text, start, end, timeout=_BUDGET_S))
        return [_Edit(match.start(), match.end(), match.expand(template)) for match in found if match.group()]
    except (regex.error, TimeoutError, IndexError):
        return []


def _indented(text: str, one: _Edit) -> str:
    """Return the new text with its further lines indented as the line is that it begins."""
    begin = text.rfind("\n", 0, one.start) + 1
    before = text[begin : one.start]
    return one.new.replace("\n", f"\n{before}") if before and not before.strip() else one.new


def _is_whole(source: Source, text: str) -> bool:
    """Tell whether an edited text still parses, as far as the file did before."""
    parsers: Mapping[str, Callable[[str], object]] = {".py": ast.parse, ".json": json.loads, ".toml": tomllib.loads}
    parse = next((parse for suffix, parse in parsers.items() if source.path.endswith(suffix)), None)
    return parse is None or not _parses(parse, source.text) or _parses(parse, text)


def _parses(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return False
    return True


def _touches_imports_only(source: Source, text: str) -> bool:
    """Tell whether only lines that import something differ: what a test expects is nobody's to change."""
    old, new = source.lines, text.split("\n")
    gone = [line for line in old if line not in new]
    come = [line for line in new if line not in old]
    return len(old) == len(new) and all(_IMPORT.match(line) for line in (*gone, *come))
