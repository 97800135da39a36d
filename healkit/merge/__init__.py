"""Three versions of a pattern or playbook file become one: entry by entry, key by key, in the text of our side.

Git merges lines, so two branches that each add an entry, or count a failure, conflict for nothing. Here entries are told apart
by their ids. Whatever did not change keeps its bytes. Where both sides changed a key in different ways ours stays, and theirs stands
beside it as `x-conflict-KEY`: the file still loads, and nothing is lost.
"""

from __future__ import annotations

from .draft import CONFLICT, DELETED, Conflict
from .threeway import Merged, merge
from .versions import read

__all__ = ["CONFLICT", "DELETED", "Conflict", "Merged", "merge", "read"]
