"""What compilers refuse: their own suggestions and few near candidates, each compiled in a copy before it is proposed.

`rust`, `c` and `java` are benches for one `search`; `make` reads what make, ld and cmake say about their files.
"""

from __future__ import annotations

from importlib import import_module

from ..proposal import Proposal, edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ..case import Case
    from .search import Bench, Candidate

SECONDS = 60.0
"""Time for one search."""
_LANGUAGES = {
    "rust": (".rs",),
    "c": (".c", ".h", ".C", ".H", "undefined reference to"),
    "java": (".java",),
}
"""The languages and literals of which an output of theirs holds one: what they need is loaded only then."""
_BUILDS = ("make", "cmake", "links")


class _Answer:
    """Proposals that are looked for when they are asked for, and only once."""

    def __init__(self, proposals: Iterator[Proposal]) -> None:
        self.proposals, self.seen = proposals, list[Proposal]()

    def __iter__(self) -> Iterator[Proposal]:
        yield from self.seen
        for proposal in self.proposals:
            self.seen.append(proposal)
            yield proposal


_LAST: dict[tuple[str, ...], _Answer] = {}
"""The answer for the failure just seen: each of its diagnoses asks for it."""


def propose(case: Case) -> Iterable[Proposal]:
    """Return the edits after which the code compiles; suggestions where two do, or where only less is wrong."""
    key = (case.root, case.cwd, *case.argv, case.output)
    if key not in _LAST:
        _LAST.clear()
        _LAST[key] = _Answer(_all(case))
    return _LAST[key]


def _all(case: Case) -> Iterator[Proposal]:
    if _built(case):
        for name in _BUILDS:
            yield from import_module(f".{name}", __name__).propose(case)
    yield from _searched(case)


def _built(case: Case) -> bool:
    """Tell whether make, CMake or a linker had a say."""
    return any(
        word in case.output
        for word in ("***", "CMake Error", "undefined reference", "fatal error: ", "unrecognized command")
    )


def _searched(case: Case) -> Iterable[Proposal]:
    for name, signs in _LANGUAGES.items():
        if not any(sign in case.output for sign in signs):
            continue
        language = import_module(f".{name}", __name__)
        if not language.relevant(case):
            continue
        from .copy import Copy, TooLargeError

        try:
            with Copy(case.root) as copy:
                bench = language.bench(case, copy)
                found = list(_found(case, bench)) if bench is not None else []
        except (TooLargeError, OSError):
            continue
        yield from found  # the copy is gone before anybody looks at them


def _found(case: Case, bench: Bench) -> Iterable[Proposal]:
    from .search import Search

    outcome = Search(bench, SECONDS).run()
    if outcome is None:
        return
    ends: list[tuple[Mapping[str, str], Candidate]] = list(outcome.others) or [(outcome.texts, outcome.steps[-1])]
    for texts, last in ends:
        changes = []
        for path, text in sorted(texts.items()):
            source = case.source(path)
            if source is None:
                return
            changes.append(source.change(text))
        before = [step for step in outcome.steps if step is not last][: len(outcome.steps) - 1]
        titles = list(dict.fromkeys([*(step.title for step in before), last.title]))
        title = titles[0] if len(titles) == 1 else f"{titles[0]}, and {len(titles) - 1} more"
        risk = "low" if all(step.risk == "low" for step in outcome.steps) else "medium"
        yield edit("compiler", title, changes, risk=risk, sure=outcome.sure)
