"""What the project declares and its environment lacks is installed: that alone, with the project's own tool.

What no manifest declares is shown as a command. A name that is almost a better known one is never installed. Everything
else that a name could mean (a module of the project, a part of the standard library) comes first.
"""

from __future__ import annotations

import os

from . import missing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..case import Case
    from ..proposal import Proposal


def propose(case: Case) -> Iterable[Proposal]:
    """Yield installations of what is declared, suggestions for what is not."""
    # Each ecosystem is loaded when it may have a say: what they need takes longer to import than all the rest.
    if next(missing.python(case), None) is not None:
        from . import python

        yield from python.propose(case)
    if _has(case, "package.json"):
        from . import node

        yield from node.propose(case)
    if _has(case, "Cargo.toml") or _has(case, "go.mod"):
        from . import caches

        yield from caches.propose(case)


def _has(case: Case, manifest: str) -> bool:
    """Tell whether a manifest lies at the root, where the command ran, where the failure is, or on the way up from there."""
    here = os.path.relpath(case.cwd, case.root)
    for start in (os.path.dirname(case.place), "" if here == "." else here):
        folder = start
        while folder:
            if case.exists(f"{folder}/{manifest}"):
                return True
            folder = os.path.dirname(folder)
    return case.exists(manifest)
