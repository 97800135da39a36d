"""The doctor's look at what healkit keeps: the state folder, the last hook calls, errors, history."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from urllib.parse import quote

from .. import paths
from .verdict import Check, fail, ok, plain, warn

CALLS = 10


def state_folder(root: str) -> Check:
    """The state folder is ours, private and writable; without it healkit answers but remembers nothing."""
    folder = paths.state_dir()
    if not folder:
        return fail("there is no home folder, so nothing is remembered", "Set HOME, or HEALKIT_STATE_DIR.")
    for path in (folder, f"{folder}/projects", paths.project_state(root)):
        if not os.path.exists(path):
            continue
        if not paths.is_private(path):
            return fail(f"{path} is not yours alone, so healkit ignores it", f"chmod go-w '{path}' (and chown it).")
        if not os.access(path, os.W_OK | os.X_OK):
            return fail(f"{path} is not writable, so nothing is remembered", f"chmod u+rwx '{path}'")
    if os.path.exists(folder):
        return ok(f"{folder} is private and writable")
    there = next((up for up in paths.ancestors(folder) if os.path.exists(up)), "/")
    if not os.access(there, os.W_OK | os.X_OK):
        return fail(f"{folder} cannot be created, so nothing is remembered", f"Make {there} writable.")
    return ok(f"{folder} is made at the first failure")


def _lines(name: str) -> list[str]:
    folder = paths.state_dir()
    return paths.read_small(f"{folder}/{name}").decode("utf-8", "replace").splitlines() if folder else []


def recent_calls(_root: str) -> Check:
    """The last hook calls, and why each was silent."""
    shown = [line for line in (_call_line(raw) for raw in _lines("hook-log")[-CALLS:]) if line]
    if not shown:
        return ok("no hook call is on record yet")
    return ok(f"the last {len(shown)} hook calls, newest last", tuple(shown))


def _call_line(raw: str) -> str:
    try:
        call = json.loads(raw)
        at = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(float(call.get("at") or 0)))
        end = "said something" if call.get("said") else f"silent: {plain(call.get('why') or 'no reason given', 100)}"
        tool = f" {plain(call['tool'], 20)}" if call.get("tool") else ""
        took = f" ({float(call['ms']):.0f} ms)" if call.get("ms") is not None else ""
        return f"{at} {plain(call.get('event') or '?', 30)}{tool}{took} {end}"
    except (ValueError, TypeError, AttributeError, OverflowError, OSError):
        return ""


def hook_errors(_root: str) -> Check:
    """The hook met no error of its own."""
    lines = [line for line in _lines("hook-errors.txt") if line.strip()]
    if not lines:
        return ok("the hook met no error of its own")
    path = f"{paths.state_dir()}/hook-errors.txt"
    return warn(f"the hook met errors of its own; the last: {plain(lines[-1])}", f"Report {path}, then delete it.")


def history(root: str) -> Check:
    """The project's history can be read."""
    path = f"{paths.project_state(root)}/history.db"
    if not os.path.exists(path):
        return ok("there is no history of this project yet")
    try:
        db = sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True, timeout=5)
        try:
            found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        finally:
            db.close()
    except sqlite3.Error as error:
        found = str(error)
    if found != "ok":
        return fail(f"{path} cannot be read: {plain(found)}", "Move it away; healkit starts a new one.")
    return ok(f"{path} is sound")
