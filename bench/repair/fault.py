"""The words of the benchmark: an operator is one kind of mistake, a fault is that mistake at one place of one project."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .package import Package
    from .tree import Tree

CATEGORIES = (
    "dependency", "lint", "import_python", "import_javascript", "async_calls", "syntax_python", "syntax_javascript",
    "syntax_data", "manifests", "environment", "rust", "c_make", "test",
)  # fmt: skip
EXPECTED = ("auto", "suggest", "must_not")

Check = Callable[["Tree"], str]
"""Look at a tree after healing: empty when it is right, else what is wrong with it."""


@dataclass
class Fault:
    """One mistake at one place, with everything that is needed to make it and to judge what was done about it.

    `edits` are the new contents of files (None: the file goes away). `prepare` shapes the project before the baseline
    run, as part of what is committed; `inject` does what edits cannot. `allowed` are the files that may be changed
    (None: those of `edits`), `installs` the distributions that may appear in the project's environment. `suggests` are
    expressions that must all be found in what the report proposes. With `may_heal`, an operator that expects a
    suggestion accepts a healed tree that passes `check`. `around` is entered while healkit runs.
    """

    where: str
    command: list[str]
    edits: dict[str, str | bytes | None] = field(default_factory=dict)
    check: Check | None = None
    allowed: tuple[str, ...] | None = None
    prepare: Callable[[Tree], None] | None = None
    inject: Callable[[Tree], None] | None = None
    around: Callable[[Tree], AbstractContextManager[None]] | None = None
    installs: tuple[str, ...] = ()
    suggests: tuple[str, ...] = ()
    environ: dict[str, str] = field(default_factory=dict)
    may_heal: bool = False
    tools: bool = False
    """Are the JavaScript tools (eslint, prettier, typescript) among the project's dependencies?"""
    own_edit: bool = True
    """May the user's own unsaved-to-git line stand in the faulty file too? Not where it would break the command."""
    history: str = ""
    """`uncommitted` when the fault must not become part of a commit."""
    baseline: bool = True
    """Does the command pass before the fault? Not when the command line itself is the mistake."""

    @property
    def files(self) -> tuple[str, ...]:
        """The files that may be changed."""
        return tuple(self.edits) if self.allowed is None else self.allowed


@dataclass(frozen=True)
class Operator:
    """One kind of mistake. `expected` is fixed here, before anything has been healed."""

    name: str
    category: str
    expected: str
    tags: tuple[str, ...]
    generate: Callable[[Package, random.Random], Iterator[Fault]]

    def fits(self, package: Package) -> bool:
        """Tell whether a package is of a kind that this operator works on."""
        return any(tag in package.tags for tag in self.tags)

    def sites(self, package: Package, rng: random.Random) -> list[Fault]:
        """Return every place of a package where this mistake can be made."""
        return list(self.generate(package, rng))

    @staticmethod
    def inject(tree: Tree, fault: Fault) -> None:
        """Make the mistake."""
        for path, content in fault.edits.items():
            tree.put(path, content)
        if fault.inject:
            fault.inject(tree)


OPERATORS: list[Operator] = []


def operator(category: str, expected: str, *tags: str) -> Callable[..., Callable[..., Iterator[Fault]]]:
    """Register a generator of faults; its name is the operator's, its docstring says what the mistake is.

    Args:
        category: one of CATEGORIES.
        expected: `auto` (must be healed), `suggest` (must be proposed, not done), `must_not` (nothing may change).
        tags: the kinds of packages that it works on.
    """
    assert category in CATEGORIES, category
    assert expected in EXPECTED, expected

    def register(generate: Callable[..., Iterator[Fault]]) -> Callable[..., Iterator[Fault]]:
        OPERATORS.append(Operator(generate.__name__, category, expected, tags, generate))
        return generate

    return register
