"""What the project declares and its environment lacks is installed: that alone, with the project's own tool.

What no manifest declares is shown as a command. A name that is almost a better known one is never installed. Everything
else that a name could mean (a module of the project, a part of the standard library) comes first.
"""

from __future__ import annotations

from . import caches, node, python

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..case import Case
    from ..proposal import Proposal


def propose(case: Case) -> Iterable[Proposal]:
    """Yield installations of what is declared, suggestions for what is not."""
    for ecosystem in (python, node, caches):
        yield from ecosystem.propose(case)
