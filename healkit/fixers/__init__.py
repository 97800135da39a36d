"""What can be done about a failure: each fixer proposes changes or a command, none of them writes.

A fixer is a module with `propose(case) -> Iterable[Proposal]`: nothing for what is not its business, a proposal that is
`sure` where exactly one remedy is left after a cheap check, a suggestion where a person must choose. The table names
them in the order in which they are asked; the first sure proposal is tried first.
"""

from __future__ import annotations

from importlib import import_module

from .case import Case, words_of
from .proposal import Proposal, alternatives, edit, guide
from .source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["TABLE", "Case", "Proposal", "Source", "alternatives", "edit", "guide", "propose", "words_of"]

TABLE = (
    "text",
    "rerun",
    "environment",
    "manifests",
    "syntax",
    "tools",
    "compiler",
    "packages",
    "imports",
    "calls",
    "modules",
    "retry",
    "steps",
)
"""The fixers, by module name, in the order in which they are asked."""


def propose(case: Case, on_fault: Callable[[str, Exception], None] | None = None) -> Iterator[Proposal]:
    """Yield every fixer's proposals for a failure, in the table's order.

    Args:
        case: the failure.
        on_fault: told of a fixer that stumbles (its name, what it raised); the others are asked all the same. None raises.
    """
    for name in TABLE:
        try:
            yield from import_module(f".{name}", __name__).propose(case)
        except Exception as error:
            if on_fault is None:
                raise
            on_fault(name, error)
