"""Python imports: a wrong module or name, a name that nobody imported, a re-export that is missing.

A fault is read from the output in Python's words (`python.faults`), the project's and the installed modules are read as
text and never imported, and an edit is sure only where exactly one module, name or place is left.
"""

from __future__ import annotations

import re

from ..python import codebase, faults
from ..python.remedy import proposals
from . import attributes, lost, missing, relative, symbols

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..case import Case
    from ..proposal import Proposal
    from ..python.codebase import Codebase
    from ..python.faults import Fault
    from ..python.remedy import Remedy

    Handler = Callable[[Codebase, Fault, re.Match[str]], Sequence[Remedy]]

_HANDLERS: tuple[tuple[re.Pattern[str], Handler], ...] = (
    (re.compile(r"No module named '(?P<module>[\w.]+)'"), lost.remedies),
    (
        re.compile(
            r"cannot import name '(?P<name>\w+)' from (?P<part>partially initialized module )?'(?P<module>[\w.]*)'"
            r"(?: \((?P<path>[^()\n]*\.\w+)\))?"
        ),
        symbols.remedies,
    ),
    (
        re.compile(
            r"cannot import name '(?P<name>\w+)' from (?P<part>partially initialized module )?'(?P<module>[\w.]*)' \(?(?P<path>)"
        ),
        symbols.remedies,
    ),
    (
        re.compile(r"attempted relative import (?P<how>with no known parent package|beyond top-level package)"),
        relative.remedies,
    ),
    (re.compile(r"name '(?P<name>\w+)' is not defined"), missing.remedies),
    (
        re.compile(r"(?P<part>partially initialized )?module '(?P<module>[\w.]*)' has no attribute '(?P<name>\w+)'"),
        attributes.remedies,
    ),
    (re.compile(r"^(?P<part>)module (?P<module>[\w.]+) has no attribute (?P<name>\w+)"), attributes.refused),
    (re.compile(r"^(?P<part>)(?P<module>)(?P<name>\w+)(?:$|\. Did you mean: )"), attributes.refused),
    (re.compile(r"(?P<part>)module has no attribute '(?P<name>\w+)' of __all__(?P<module>)"), attributes.of_all),
)


def propose(case: Case) -> Iterable[Proposal]:
    """Yield what can be done about a failed import or an unknown name."""
    found = faults.read(case)
    if not any(regex.search(fault.message) for fault in found for regex, _ in _HANDLERS):
        return
    code = codebase.of(case)
    remedies: list[Remedy] = []
    for fault in found:
        for regex, handler in _HANDLERS:
            matched = regex.search(fault.message)
            if matched:
                remedies += handler(code, fault, matched)
                break
    yield from proposals(remedies, code, together=any(fault.static for fault in found))
