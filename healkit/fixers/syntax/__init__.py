"""Stub."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .case import Case
    from .proposal import Proposal


def propose(case: Case) -> Iterable[Proposal]:
    """Return nothing yet."""
    return ()
