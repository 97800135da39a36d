"""What the hook says before anything fails: of a command that always failed here, and of a project's most frequent failures.

It reads one file that `ingest` writes; `history.walls` says how. Both are off unless the user's settings say otherwise.
"""

from __future__ import annotations

import marshal
import posix
import sys
import time

from . import mask, paths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

NAME, GATE, VERSION = "walls", "walls", 1
MAX_COMMAND = 2_000
MAX_NAME = 200
"""Bytes that a project's folder may have to have a file for the gate; most file systems allow 255 in a name."""


def gate_file(root: str) -> str:
    """Return the file that tells the shell gate of a project's walls, empty where there can be none."""
    top = paths.state_dir()
    name = root.replace("/", "%")
    fits = len(name.encode(sys.getfilesystemencoding(), "surrogateescape")) <= MAX_NAME
    return f"{top}/{GATE}/{name}" if top and root and fits else ""


def read(root: str) -> dict[str, Any]:
    """Return what `ingest` wrote for a project; nothing where that is not as it should be."""
    path = f"{paths.project_state(root)}/{NAME}"
    if not paths.is_private(path):
        return {}
    try:
        found = marshal.loads(paths.read_small(path, 1 << 20))
    except (ValueError, EOFError, TypeError):
        return {}
    return found if isinstance(found, dict) and found.get("version") == VERSION else {}


def has_cure(about: Sequence[Any]) -> bool:
    """Tell whether something is known to heal what is described: [what it is, command, fix, times it worked, other cure]."""
    return bool(about[2] or about[4])


def before_command(payload: Mapping[str, Any], policy: Mapping[str, Any], root: str) -> tuple[str, str]:
    """Return what to say before a command runs, and the reason where it is nothing.

    It is said once in a session, and never where the session has met the failure itself or another has just fixed it.
    """
    from . import hint, leases, session
    from .commands import command_key

    given = payload.get("tool_input")
    command = given.get("command") if isinstance(given, dict) else None
    if policy.get("before_command") is not True or payload.get("tool_name") != "Bash" or not isinstance(command, str):
        return "", "not asked to speak before this"
    commands = read(root).get("commands")
    if not isinstance(commands, dict) or not commands:
        _forget_gate(root)
        return "", "no command of this project always fails"
    masked = mask.mask_secrets(command[:MAX_COMMAND])
    row = commands.get(command_key(masked, mask.mask_secrets(str(payload.get("cwd", "")))))
    if row is None:
        return "", "not a command that always failed here"
    fingerprint, times, *about = row
    who = str(payload.get("session_id", ""))
    if session.has_met(who, fingerprint) or session.count(who, f"before {fingerprint}") > 1:
        return "", "known in this session already"
    if leases.fixed_lately(paths.project_state(root), fingerprint, time.time()):
        return "", "fixed just now in a session of this project"
    session.open_episode(who, fingerprint, command, root, time.time())  # so that its success is heard of
    return hint.before_command(times, about), ""


def _forget_gate(root: str) -> None:
    """Remove the gate's words: what they stand for is gone, and Python need not start for them again."""
    try:
        posix.unlink(gate_file(root))
    except OSError:
        pass


def at_start(payload: Mapping[str, Any], policy: Mapping[str, Any], root: str) -> str:
    """Return what to say when a session starts, empty where that is nothing or stands in the conversation already."""
    if policy.get("session_start") is not True or payload.get("source") == "resume":
        return ""
    from . import hint

    frequent = read(root).get("frequent")
    return hint.frequent(frequent) if isinstance(frequent, list) and frequent else ""
