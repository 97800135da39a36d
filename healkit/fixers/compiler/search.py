"""A verified search: candidates for what a compiler says, each compiled, the best one kept, until nothing is left.

A candidate's rank is a tuple, the smallest first: who says so (the compiler with certainty, evidence of the project, the
compiler's guess, a close name), then how near it is. Two different candidates of the same rank that both compile are a
choice for a person.
"""

from __future__ import annotations

import time

from ...records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, Protocol

CERTAIN, EVIDENT, ADVISED, NEAR, GUESSED = range(5)
"""First number of a rank: a machine-applicable suggestion, evidence of the project, the compiler's guess, a close name,
a character put where it compiles."""
SYNTAX, NAMES, TYPES, LINTS = range(4)
"""Phases of a compiler: an error of a later one may show up when one of an earlier one is gone."""
MOST_STEPS = 12
MOST_CANDIDATES = 120
PATIENCE = 25.0
"""Seconds for one problem."""


class Problem(Record):
    """One error of a compiler. `file` relative to the root; `data` is the compiler's own record of it."""

    file: str
    line: int
    column: int
    message: str
    code: str = ""
    phase: int = TYPES
    data: Any = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two problems the same one, wherever lines have moved to."""
        return (self.file, self.code, self.message)


class Edit(Record):
    """Text from `start` to `end` (characters of the file's present text) becomes `text`."""

    file: str
    start: int
    end: int
    text: str


class Candidate(Record):
    """Edits that may heal a problem. `sure` False: shown even when it compiles, never applied by itself."""

    edits: Sequence[Edit]
    title: str
    rank: tuple[int, ...]
    sure: bool = True
    risk: str = "medium"


class Outcome(Record):
    """How a search ended: the files' texts, the candidates taken, what is left; other equally good ends."""

    texts: Mapping[str, str]
    steps: Sequence[Candidate]
    left: int
    sure: bool
    others: Sequence[tuple[Mapping[str, str], Candidate]] = ()


if TYPE_CHECKING:

    class Bench(Protocol):
        """What a language gives to the search."""

        def problems(self, texts: Mapping[str, str]) -> list[Problem] | None:
            """Compile with these files' texts; None when the compiler could not be run."""

        def candidates(self, problem: Problem, texts: Mapping[str, str]) -> Iterable[Candidate]:
            """Return what may heal a problem."""

        def text(self, file: str, texts: Mapping[str, str]) -> str:
            """Return a file's present text."""


def applied(candidate: Candidate, texts: Mapping[str, str], text: Callable[[str], str]) -> dict[str, str] | None:
    """Return the texts after a candidate; None when its edits overlap or change nothing."""
    out = dict(texts)
    for file in {edit.file for edit in candidate.edits}:
        now = text(file)
        last = len(now) + 1
        new = now
        for edit in sorted(
            (e for e in candidate.edits if e.file == file), key=lambda e: (e.start, e.end), reverse=True
        ):
            if not 0 <= edit.start <= edit.end <= last or edit.end > len(now):
                return None
            new = new[: edit.start] + edit.text + new[edit.end :]
            last = edit.start
        if new == now:
            return None
        out[file] = new
    return out


class Search:
    """One search on one bench, bounded in time."""

    def __init__(self, bench: Bench, seconds: float = 60.0) -> None:
        """Take a bench and the time there is."""
        self.bench, self.end = bench, time.monotonic() + seconds
        self.ambiguous: list[tuple[dict[str, str], Candidate]] = []

    def run(self) -> Outcome | None:
        """Return where the search ended; None when there was nothing to find or nothing found."""
        texts: dict[str, str] = {}
        problems = self.bench.problems(texts)
        steps: list[Candidate] = []
        while problems and len(steps) < MOST_STEPS and time.monotonic() < self.end:
            together = self._together(problems, texts)
            whole = together is not None and (not together[2] or all(p.phase == LINTS for p in problems))
            found = together if whole else self._step(problems, texts) or together
            if found is None:
                break
            step, texts, problems = found
            steps.extend(step)
            if self.ambiguous:
                break
        if problems is None or not steps:
            return None
        left = len(problems)
        sure = all(step.sure for step in steps) and not self.ambiguous
        if left and any(step.rank[0] not in (CERTAIN, EVIDENT) and step.rank[:2] != (NEAR, 1) for step in steps):
            sure = False
        return Outcome(texts=texts, steps=steps, left=left, sure=sure, others=self.ambiguous)

    def _after(self, candidate: Candidate, texts: dict[str, str]) -> tuple[dict[str, str], list[Problem]] | None:
        new = applied(candidate, texts, lambda file: self.bench.text(file, texts))
        if new is None:
            return None
        problems = self.bench.problems(new)
        return None if problems is None else (new, problems)

    def _together(
        self, problems: list[Problem], texts: dict[str, str]
    ) -> tuple[list[Candidate], dict[str, str], list[Problem]] | None:
        """Apply what the compiler is certain of for all problems at once; it counts when only that makes fewer."""
        if len(problems) < 2:
            return None
        certain: list[Candidate] = []
        taken: list[Edit] = []
        for problem in problems[:20]:
            if time.monotonic() > self.end:
                return None
            best = min(self.bench.candidates(problem, texts), key=lambda c: c.rank, default=None)
            if best is None or best.rank[0] != CERTAIN or not best.sure or problem.phase == SYNTAX:
                continue
            if all(_apart(edit, other) for edit in best.edits for other in taken):
                certain.append(best)
                taken.extend(best.edits)
        if len(certain) < 2:
            return None
        whole = Candidate(edits=taken, title=certain[0].title, rank=(CERTAIN,))
        after = self._after(whole, texts)
        if after is None or len(after[1]) > len(problems) - len(certain):
            return None
        return certain, *after

    def _step(
        self, problems: list[Problem], texts: dict[str, str]
    ) -> tuple[list[Candidate], dict[str, str], list[Problem]] | None:
        for problem in sorted(problems, key=lambda problem: problem.phase == LINTS)[:4]:
            found = self._best(problem, problems, texts)
            if found is not None:
                return found
        return None

    def _best(
        self, problem: Problem, problems: list[Problem], texts: dict[str, str]
    ) -> tuple[list[Candidate], dict[str, str], list[Problem]] | None:
        good: list[tuple[int, Candidate, dict[str, str], list[Problem]]] = []
        seen: set[str] = set()
        candidates = sorted(self.bench.candidates(problem, texts), key=lambda c: c.rank)
        end = min(self.end, time.monotonic() + PATIENCE)
        for candidate in candidates[:MOST_CANDIDATES]:
            best = min((g[0], g[1].rank) for g in good) if good else None
            if time.monotonic() > end or (best and best[0] == 0 and candidate.rank > best[1]):
                break
            new = applied(candidate, texts, lambda file: self.bench.text(file, texts))
            if new is None or repr(sorted(new.items())) in seen:
                continue
            seen.add(repr(sorted(new.items())))
            after = self.bench.problems(new)
            if after is not None and better(problem, problems, after, candidate):
                good.append((len(after), candidate, new, after))
        if not good:
            return None
        good.sort(key=lambda g: (g[0], g[1].rank))
        first = good[0]
        equal = [g for g in good[1:] if (g[0], g[1].rank) == (first[0], first[1].rank)]
        if equal:
            self.ambiguous = [(g[2], g[1]) for g in (first, *equal)]
        return [first[1]], first[2], first[3]


def better(problem: Problem, before: list[Problem], after: list[Problem], candidate: Candidate) -> bool:
    """Tell whether a candidate helped: its problem is gone and what is left is less, or of a later phase."""
    if not after:
        return True
    count = sum(p.key == problem.key for p in before)
    if sum(p.key == problem.key for p in after) >= count:
        return False
    if len(after) < len(before) and {p.key for p in after} <= {p.key for p in before}:
        return True
    touched = {edit.file for edit in candidate.edits}
    new = [p for p in after if p.key not in {b.key for b in before}]
    if any(p.phase <= problem.phase and p.file in touched for p in new):
        return False
    return problem.phase < TYPES and (problem.phase == SYNTAX or len(new) <= 8)


def _apart(one: Edit, other: Edit) -> bool:
    return one.file != other.file or one.end < other.start or other.end < one.start
