"""Learning: what healed the same kind of failure often enough is written, readable, into the project's pattern file.

Evidence are the episodes of the history; `generalise` makes entries of them, `scribe` writes them. A ledger in the state
folder remembers what was written from which evidence, what was rejected, and what waits for a person.
"""

from __future__ import annotations

from .evidence import Evidence
from .ledger import Ledger, Lesson, Proposal
from .lessons import learn
from .review import accept, exported, forget, promote_one, prune, record, reject, take, waiting

__all__ = [
    "Evidence", "Ledger", "Lesson", "Proposal", "accept", "exported", "forget", "learn", "promote_one", "prune", "record",
    "reject", "take", "waiting",
]  # fmt: skip
