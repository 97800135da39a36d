"""The doctor's look at what healkit knows: pattern files of every layer, trust, entries that ran away."""

from __future__ import annotations

import os

from .. import memory, mergedriver, paths, trust
from .verdict import Check, count, fail, ok, plain, warn


def pattern_files(root: str) -> Check:
    """The pattern files of every layer load; a broken entry or file is named."""
    known = memory.open_memory(root)
    layers = [layer.origin for layer in known.layers if layer.index is not None]
    problems = known.problems()
    lines = tuple(f"{plain(p.where)}: {plain(p.what)}" for p in problems)
    if any(problem.level == "error" for problem in problems) or "shipped" not in layers:
        what = lines[0] if lines else "the patterns that ship with healkit are missing"
        do = "`healkit patterns check` names each fault and what to do; the other entries are in use."
        return fail(what, do if lines else "Install healkit again.", lines[1:10])
    if problems:
        return warn(lines[0], "`healkit patterns check` says what to do.", lines[1:10])
    return ok(f"the pattern files of {count(len(layers), 'layer')} load ({', '.join(layers)})")


def trusted(root: str) -> Check:
    """The project's own entries are trusted, or are named as such that may only speak."""
    waiting = trust.untrusted(root) if root else []
    if not waiting:
        return ok("no entry of this project waits for your trust")
    names = ", ".join(plain(entry[0], 40) for entry in waiting[:5])
    what = f"{count(len(waiting), 'entry')} of this project may speak but not act ({names})"
    return warn(what, "`healkit trust` shows them and asks.")


def runaways(_root: str) -> Check:
    """No entry is set aside because its expression took too long."""
    path = f"{paths.state_dir()}/set-aside"
    lines = [line.split(" ", 2) for line in paths.read_small(path).decode("utf-8", "replace").splitlines()]
    found = [f"{plain(parts[1], 60)} in {plain(parts[2])}" for parts in lines if len(parts) == 3]
    if not found:
        return ok("no entry is set aside")
    what = f"{count(len(found), 'entry')} set aside, too slow to match: {found[0]}"
    return warn(what, "Make its error_regex simpler; once edited, it is used again.", tuple(found[1:10]))


def merges(root: str) -> Check:
    """git can call the merge driver for pattern files where the repository names it."""
    fault = mergedriver.fault(root or os.getcwd())
    if fault:
        return warn(plain(fault), "Run `healkit install --merge-driver` in this clone.")
    if fault is None:
        return ok("git merges pattern files line by line; `healkit install --merge-driver` lets it go by entries")
    return ok("git merges pattern files by their entries")
