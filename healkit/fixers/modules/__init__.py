"""Imports and exports of JavaScript and TypeScript that do not fit together: names, paths, module systems, directives.

The messages are read by `faults`, the files by `scan` and `exports`, the graph of them by `project`; each kind of fault has
its remedies in a module of its own. Nothing of the project is run.
"""

from __future__ import annotations

from . import awaiting, calls, directives, faults, hints, interop, missing, paths, undefined
from .project import Graph

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..case import Case
    from ..proposal import Proposal
    from .faults import Fault

_MOST = 40
_SIGNS = (
    "TS", "Cannot find", "export", "is not defined", "is not a ", "resolve", "ERR_", "import", "class", "built-in",
)  # fmt: skip
"""Literals of which an output of ours holds at least one."""


_CONSEQUENCES = ("export", "default", "member", "undefined", "near")
"""What may be wrong only because a file that passes on others names one that is not there."""


def propose(case: Case) -> Iterable[Proposal]:
    """Return the remedies for what a diagnosis names, or for all that the output tells when it names no place."""
    if not any(sign in case.output for sign in _SIGNS):
        return
    found = faults.faults(case)[: _MOST * 5]
    if not found:
        return
    graph, seen = Graph(case), set[str]()
    for fault in _first_of_all(case, found)[:_MOST]:
        for proposal in _remedies(graph, fault, found):
            if proposal.key not in seen and not any(
                change.path.startswith("node_modules/") for change in proposal.changes
            ):
                seen.add(proposal.key)
                yield proposal


def _first_of_all(case: Case, found: list[Fault]) -> list[Fault]:
    """Return the faults with those first that stand where the diagnosis does; only those, when there are any."""
    line = case.diagnosis.location.line
    file = case.place if line else ""
    here = [fault for fault in found if fault.file == file and fault.line == line] if file else []
    if not here or any(fault.kind not in _CONSEQUENCES for fault in here):
        return here or found
    causes = [fault for fault in found if fault.kind in ("module", "empty") and fault.file]
    return [*causes, *here]


def _remedies(graph: Graph, fault: Fault, found: list[Fault]) -> Iterator[Proposal]:
    match fault.kind:
        case "export":
            yield from missing.remedies(graph, fault)
        case "default":
            yield from hints.default(graph, fault)
        case "call":
            yield from calls.remedies(graph, fault) or awaiting.remedies(graph, fault)
        case "module":
            yield from interop.stray_import(graph, fault.file) or paths.remedies(graph, fault)
        case "undefined":
            yield from undefined.remedies(graph, fault, found)
        case "near":
            yield from hints.near(graph, fault, found)
        case _:
            yield from _OTHERS[fault.kind](graph, fault)


_OTHERS = {
    "await": awaiting.remedies,
    "member": hints.member,
    "type": hints.types,
    "empty": hints.emptied,
    "ending": hints.ending,
    "esm": interop.in_module,
    "cjs": interop.in_commonjs,
    "client": directives.client,
    "attribute": directives.attribute,
    "utility": directives.utility,
}
"""The remedies of the other kinds of faults."""
