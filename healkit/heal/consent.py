"""What may be applied: by risk, by mode, by what the project protects, by trust. Deciding, never doing."""

from __future__ import annotations

import fnmatch

from .. import verify
from ..records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..fixers import Proposal
    from ..records import Diagnosis

DOUBTFUL = 0.4
"""Confidence of a diagnosis below which what its entry says to do is only a suggestion."""
_BY_ENTRY = ("text", "rerun", "command")
"""Kinds of fixes that rest on the diagnosis alone, without a check of their own."""


class Consent(Record):
    """What a person allowed.

    `risks` may be applied; `named` are kinds, or numbers of the suggestions as shown, that may be applied whatever their
    risk but `critical`. `ask` is called before each fix and returns whether it is wanted; None asks nothing.
    `protect` are globs of the policy. `dry` shows and applies nothing.
    """

    risks: Sequence[str] = ("low", "medium")
    named: Sequence[str] = ()
    protect: Sequence[str] = ()
    ask: Callable[[Proposal], bool] | None = None
    dry: bool = False

    def protects(self, path: str) -> bool:
        """Tell whether policy protects a path (relative to the root): a glob of it, of its name, or of a folder above."""
        name = path.rstrip("/").rpartition("/")[2]
        return any(
            fnmatch.fnmatchcase(path, glob)
            or fnmatch.fnmatchcase(name, glob)
            or path.startswith(f"{glob.rstrip('/')}/")
            for glob in self.protect
        )

    def refusal(self, proposal: Proposal, diagnosis: Diagnosis) -> tuple[str, bool]:
        """Return why a sure proposal is only shown, empty when it may be applied; and whether that is a refusal.

        What is too risky or too doubtful is a suggestion; what policy forbids or what would only silence is refused.
        """
        touched = [change.path for change in proposal.changes]
        touched += proposal.run.touches if proposal.run is not None else ()
        protected = next((path for path in touched if self.protects(path)), "")
        if protected:
            return f"{protected} is protected by policy", True
        if verify.is_placeholder(proposal.changes):
            return "it would only silence the failure", True
        return self._doubt(proposal, diagnosis), False

    def _doubt(self, proposal: Proposal, diagnosis: Diagnosis) -> str:
        fix = proposal.fix
        if not diagnosis.trusted:
            return "the entry comes from a project that is not trusted"
        if fix.risk == "critical":
            return "its risk is critical: it is never applied"
        if fix.risk not in self.risks and fix.kind not in self.named:
            return f"its risk is {fix.risk}"
        if fix.kind in _BY_ENTRY and diagnosis.confidence < DOUBTFUL and fix.kind not in self.named:
            return f"the diagnosis is doubtful (confidence {diagnosis.confidence:.2f})"
        return ""
