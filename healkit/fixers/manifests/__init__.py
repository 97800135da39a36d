"""Manifests and configuration that parse but mean something wrong: a key, value, path, member or feature with one close name."""

from __future__ import annotations

from . import aliases, audit, cargo, fixtures, headers, markers, parametrized, places, versions, words
from .shelf import Shelf

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..case import Case
    from ..proposal import Proposal

PARTS = (headers, words, cargo, fixtures, markers, parametrized, versions, aliases, places, audit)
"""The parts in the order in which they are asked: what the output says by name comes first."""


def propose(case: Case) -> Iterable[Proposal]:
    """Return what would put the project's manifests right.

    The output as a whole is read, so only the best diagnosis is answered; the others of the same run would say the same.
    """
    first = case.diagnoses[0] if case.diagnoses else case.diagnosis
    return _proposals(case) if case.diagnosis.fingerprint == first.fingerprint else ()


def _proposals(case: Case) -> Iterator[Proposal]:
    shelf = Shelf(case)
    seen: set[str] = set()
    for part in PARTS:
        for proposal in part.propose(shelf):
            if proposal.key not in seen:
                seen.add(proposal.key)
                yield proposal
