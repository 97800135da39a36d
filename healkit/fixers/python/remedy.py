"""A remedy while it is being weighed: edits by file, so that several can be joined before they become one proposal."""

from __future__ import annotations

from types import MappingProxyType

from ...records import Record
from ..proposal import Proposal, edit, guide
from .code import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .codebase import Codebase

    Edit = tuple[int, int, str]
    Edits = Mapping[str, Sequence[Edit]]


class Remedy(Record):
    """One way to heal a fault: a title, the edits by file, or steps for a person where nothing is to be edited."""

    kind: str
    title: str
    edits: Edits = MappingProxyType({})
    risk: str = "low"
    sure: bool = True
    steps: Sequence[str] = ()


def joined(one: Edits, other: Edits) -> dict[str, tuple[Edit, ...]]:
    """Return the edits of two remedies together, each once."""
    files = {**one, **other}
    return {path: tuple(dict.fromkeys((*one.get(path, ()), *other.get(path, ())))) for path in files}


def only_one(remedies: Iterable[Remedy]) -> list[Remedy]:
    """Return remedies of which at most one may be right: with two different ones left, none is sure."""
    found = list({repr(sorted(one.edits.items())): one for one in remedies}.values())
    return found if len(found) < 2 else [one.replace(sure=False) for one in found]


def proposals(remedies: Sequence[Remedy], code: Codebase, together: bool = False) -> Iterator[Proposal]:
    """Yield the proposals of some remedies, sure ones first, each once.

    Args:
        remedies: what was found.
        code: the project.
        together: whether the sure ones are first proposed as a single edit (a checker lists every fault at once).
    """
    ordered = sorted(remedies, key=lambda one: not one.sure)
    sure = list({repr(sorted(one.edits.items())): one for one in ordered if one.sure and one.edits}.values())
    if together and len(sure) > 1:
        edits: Edits = {}
        for one in sure:
            edits = joined(edits, one.edits)
        risk = "medium" if any(one.risk != "low" for one in sure) else "low"
        ordered.insert(
            0, sure[0].replace(title=f"{sure[0].title}, and {len(sure) - 1} more of its kind", edits=edits, risk=risk)
        )
    seen: set[str] = set()
    for one in ordered:
        proposal = _proposal(one, code)
        if proposal is not None and proposal.key + one.title * (not one.edits) not in seen:
            seen.add(proposal.key + one.title * (not one.edits))
            yield proposal


def _proposal(remedy: Remedy, code: Codebase) -> Proposal | None:
    """Return the proposal of a remedy; None when an edit of it leaves something that is no Python."""
    if not remedy.edits:
        return guide(remedy.title, remedy.steps) if remedy.steps else None
    changes = []
    for path, edits in remedy.edits.items():
        file = load(code, path)
        change = file.change(edits) if file is not None else None
        if change is None:
            return None
        changes.append(change)
    return edit(remedy.kind, remedy.title, changes, risk=remedy.risk, sure=remedy.sure)
