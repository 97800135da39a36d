"""What the playbook says: steps that may run as argv, and everything else as a suggestion with its captures filled in."""

from __future__ import annotations

import shlex

from ..records import Fix, Run
from .proposal import Proposal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .case import Case


def propose(case: Case) -> Iterable[Proposal]:
    """Yield the plan's own fixes: those with an argv can run, the rest is shown."""
    for fix in case.plan.fixes:
        argv = [str(word) for word in fix.arguments.get("argv", ())]
        touches = tuple(str(path) for path in fix.arguments.get("touches", ()))
        if not argv:
            if fix.kind != "text":  # an entry's own search and replace is the text fixer's
                yield Proposal(fix=fix, sure=False)
            continue
        # A command that does not say what it writes cannot be taken back: it runs only when it is named.
        risk = fix.risk if touches or fix.risk in ("high", "critical") else "high"
        shown = Fix(kind=fix.kind, title=fix.title, risk=risk, command=shlex.join(argv), arguments=fix.arguments)
        yield Proposal(fix=shown, run=Run(argv=tuple(argv), cwd=case.root, touches=touches))
