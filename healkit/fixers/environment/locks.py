"""A lock that its owner left behind: taken away when nobody holds it, its living owner named otherwise."""

from __future__ import annotations

import os
import re
import stat

from ...records import Change
from ..proposal import edit, guide
from . import processes, wording

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..case import Case
    from ..proposal import Proposal

_PATH = re.compile(r"[\"'`‘“(]?([\w./@~+-]*(?:\.lock|/lock|\.pid|\.lck|LOCK|lockfile|\.lockfile|lock\.json|\.LOCK))\b")
_NUMBER = re.compile(rb"\b(\d{1,10})\b")
_SMALL = 4096


def propose(case: Case) -> Iterator[Proposal]:
    """Yield what can be done about each lock that the output names."""
    if not wording.said(case, "held"):
        return
    kept = wording.names("lock_files_kept")
    found: dict[str, None] = {}
    for line in case.output.split("\n"):
        for word in _PATH.findall(line):
            path = _lock(case, word)
            if path and os.path.basename(path) not in kept:
                found[path] = None
    for path in list(found)[:4]:
        yield from _lock_fix(case, path)


def _lock(case: Case, word: str) -> str:
    """Return a lock file of the project, relative to the root; also one below `.git`."""
    full = os.path.normpath(os.path.join(case.cwd, word))
    if not full.startswith(f"{case.root}/"):
        return ""
    path = os.path.relpath(full, case.root)
    return path if case.read(path) is not None else ""


def _lock_fix(case: Case, path: str) -> Iterator[Proposal]:
    full = os.path.join(case.root, path)
    data = case.read(path)
    if data is None or (len(data) > _SMALL and not path.startswith(".git/")):
        return
    owners = _owners(case, path, data)
    if owners:
        named = ", ".join(f"{processes.name_of(pid) or 'a process'} (pid {pid})" for pid in owners[:3])
        steps = [
            f"{named} holds {path} and is running.",
            "Wait for it, or end it yourself if it hangs; then run the command again.",
        ]
        yield guide(f"{path} is held by {named}", steps, kind="environment")
        return
    sure = processes.can_look() and stat.S_ISREG(os.lstat(full).st_mode) and _is_certain(path, data)
    title = f"remove the lock {path}, whose owner is gone"
    yield edit("environment", title, [Change(path=path, before=data, after=None)], risk="medium", sure=sure)


def _owners(case: Case, path: str, data: bytes) -> list[int]:
    """Return the living processes that may own a lock: who has it open, whose number stands in it, who works here with git."""
    own = processes.family()
    found = [pid for pid in processes.holders(os.path.join(case.root, path)) if pid not in own]
    found += [pid for pid in _written(data) if processes.is_alive(pid)]
    if path.startswith(".git/"):
        found += processes.working_in(case.root, "git")
    return list(dict.fromkeys(found))


def _written(data: bytes) -> list[int]:
    return [int(number) for number in _NUMBER.findall(data[:200])] if len(data) <= 200 else []


def _is_certain(path: str, data: bytes) -> bool:
    """Tell whether a lock without a living owner is certainly dead: git's own, an empty one, or one that names its process."""
    return path.startswith(".git/") or not data.strip() or bool(_written(data))
