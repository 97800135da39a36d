"""What is around the code: permissions, line ends, folders, locks, variables - and what only a person can change, guided."""

from __future__ import annotations

from . import folders, limits, locks, scripts, variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..case import Case
    from ..proposal import Proposal

PARTS = (scripts, locks, variables, folders, limits)
"""The parts in the order in which they are asked."""


def propose(case: Case) -> Iterable[Proposal]:
    """Return what would put the surroundings right; the output as a whole is read, for the best diagnosis only."""
    first = case.diagnoses[0] if case.diagnoses else case.diagnosis
    return _proposals(case) if case.diagnosis.fingerprint == first.fingerprint else ()


def _proposals(case: Case) -> Iterator[Proposal]:
    seen: set[str] = set()
    for part in PARTS:
        for proposal in part.propose(case):
            key = f"{proposal.key}{proposal.fix.title if not proposal.changes else ''}"
            if key not in seen:
                seen.add(key)
                yield proposal
