"""Linters and formatters mend what they reported: the same tool, the same options, only the files and rules it named.

Each tool prints the mended text and never writes; the changes of one run are one proposal, all or none. What a tool calls
unsafe, or offers as a suggestion, is only suggested. flake8, pycodestyle and pylint mend nothing; their everyday
findings are mended here (`slips`, `unused`), each edit held against the syntax tree.
"""

from __future__ import annotations

from functools import partial

from ..proposal import edit, guide
from . import formatters, linters, reports, slips

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ...records import Change
    from ..case import Case
    from ..proposal import Proposal
    from .reports import Report

_LAYOUT = ("E1", "E2", "E3", "W1", "W2", "W3", "I0", "Q0", "COM", "D2", "C03", "C0410", "UP03", "F401", "W0611")
"""Rules whose fixes cannot change what a program does, by the start of their code."""
_MOST_FILES = 200
_MODIFIED = "- files were modified by this hook"


class Work:
    """The texts while several tools mend them, one after the other; and what was done, for people."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.before: dict[str, bytes] = {}
        self.after: dict[str, bytes] = {}
        self.done: dict[str, list[str]] = {}
        self.layout_only = True

    def mend(self, path: str, by: str, make: Callable[[bytes], bytes | None], *, layout: bool = True) -> None:
        """Let one tool mend one file; `by` names it."""
        if path not in self.before:
            data = self.case.read(path)
            if data is None:
                return
            self.before[path] = self.after[path] = data
        text = make(self.after[path])
        if text is not None and text != self.after[path]:
            self.after[path] = text
            self.done.setdefault(by, []).append(path)
            self.layout_only = self.layout_only and layout

    def proposal(self, *, sure: bool = True) -> Iterator[Proposal]:
        """Yield the one proposal of everything that was mended."""
        from ...records import Change

        changes: list[Change] = [
            Change(path=path, before=text, after=self.after[path])
            for path, text in self.before.items()
            if text != self.after[path]
        ]
        if changes:
            titles = [f"{by} to {_count(paths)}" for by, paths in self.done.items()]
            risk = "low" if self.layout_only and sure else "medium"
            yield edit("tool", f"apply {', '.join(titles)}", changes, risk=risk, sure=sure)


def propose(case: Case) -> Iterable[Proposal]:
    """Return the linters' and formatters' own mending of what they reported."""
    if case.diagnosis.category != "linting_error" and any(one.category == "linting_error" for one in case.diagnoses):
        return
    work, more = Work(case), Work(case)
    for mend in (_python, _javascript, _shell, _formatters):
        mend(case, work, more)
    yield from work.proposal()
    if _MODIFIED in case.output and not work.done:
        steps = [
            "The hook has changed the files already: look at the changes, add them, and run the same command again."
        ]
        yield guide("a hook has mended its files itself", steps)
    yield from more.proposal(sure=False)


def _python(case: Case, work: Work, more: Work) -> None:
    found = reports.python(case)
    by_ruff = linters.is_ruff(case, found)
    for path, ours in _by_file(found):
        rules = [report.rule for report in ours]
        if by_ruff:
            name = f"ruff's fixes for {_names(rules)}"
            work.mend(path, name, partial(linters.ruff, case, path, rules), layout=_is_layout(rules))
            more.mend(path, f"ruff's unsafe fixes for {_names(rules)}", _unsafe(case, path, rules, work))
        else:
            name = f"the remedies of {_names(slips.healable(ours))}"
            work.mend(path, name, partial(slips.mended, ours), layout=True)


def _unsafe(case: Case, path: str, rules: list[str], work: Work) -> Callable[[bytes], bytes | None]:
    def make(text: bytes) -> bytes | None:
        mended = linters.ruff(case, path, rules, text, unsafe=True)
        return mended if mended != work.after.get(path, text) else None

    return make


def _javascript(case: Case, work: Work, more: Work) -> None:
    for path, ours in _by_file(reports.eslint(case)):
        rules = [report.rule for report in ours]
        data = case.read(path)
        if data is None:
            continue
        fixed, suggested = linters.eslint(case, path, data, rules)
        work.mend(path, f"ESLint's fixes for {_names(rules)}", partial(_given, fixed), layout=False)
        more.mend(path, f"ESLint's suggestions for {_names(rules)}", partial(_given, suggested))


def _given(made: bytes | None, _: bytes) -> bytes | None:
    return made


def _shell(case: Case, work: Work, _: Work) -> None:
    for path, ours in _by_file(reports.shell(case)):
        rules = [report.rule for report in ours]
        work.mend(
            path,
            f"shellcheck's fixes for {_names(rules)}",
            partial(linters.shellcheck, case, path, rules),
            layout=False,
        )


def _formatters(case: Case, work: Work, _: Work) -> None:
    for name, files in formatters.named(case):
        for path in files[:_MOST_FILES]:
            work.mend(path, f"{name}", partial(formatters.formatted, case, name, path))


def _by_file(found: Iterable[Report]) -> list[tuple[str, list[Report]]]:
    out: dict[str, list[Report]] = {}
    for report in found:
        out.setdefault(report.file, []).append(report)
    return list(out.items())[:_MOST_FILES]


def _is_layout(rules: Iterable[str]) -> bool:
    return all(rule.startswith(_LAYOUT) for rule in rules)


def _names(rules: Iterable[str]) -> str:
    names = list(dict.fromkeys(rule for rule in rules if rule))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more rules" if len(names) > 3 else "")


def _count(paths: list[str]) -> str:
    return paths[0] if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more"
