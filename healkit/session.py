"""What one client session has seen and said: open episodes, what was tried since, how often each failure came.

`open/<session>` is what the shell gate tests for; it goes when its episodes are closed, too old or too long.
Both files are small, locked while they change, and of no worth after the session.
"""

from __future__ import annotations

import posix

from . import mask, paths, wire
from .spool import take_lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MAX_AGE_S = 7_200.0
MAX_CALLS = 50
MAX_TRIED = 12


def is_name(session: str) -> bool:
    """Tell whether a session's name can be a file's name."""
    return 0 < len(session) <= 100 and all(c.isascii() and (c.isalnum() or c in "-_") for c in session)


def of_terminal() -> str:
    """Return the name of this terminal's session: HEALKIT_SESSION where a shell set it, else the login's number."""
    given = paths.env("HEALKIT_SESSION")
    return given if is_name(given) else f"terminal-{posix.getsid(0)}"


def _update(folder: str, session: str, change: Callable[[dict[str, Any]], Any]) -> Any:
    """Change a session's file; without a writable state nothing is remembered."""
    top = paths.state_dir()
    if not is_name(session) or not top or not paths.make_private(f"{top}/{folder}"):
        return change({})
    return update(f"{top}/{folder}/{session}", change)


def update(path: str, change: Callable[[dict[str, Any]], Any]) -> Any:
    """Read a small file of our state, let `change` alter its dict, write it back, all under a lock.

    An empty dict afterwards removes the file; a damaged file is begun anew. Where it cannot be locked or written, `change`
    gets an empty dict that is forgotten.

    Returns:
        What `change` returned.
    """
    flags = posix.O_RDWR | posix.O_CREAT | posix.O_CLOEXEC | posix.O_NOFOLLOW | posix.O_NONBLOCK
    for _ in range(8):
        try:
            fd = posix.open(path, flags, 0o600)
        except OSError:
            break
        try:
            if posix.fstat(fd).st_mode & 0o170000 != 0o100000 or not take_lock(fd, exclusive=True):
                break
            if _is_there(fd, path):
                return _change(fd, path, change)
        except OSError:
            break
        finally:
            posix.close(fd)
    return change({})


def _is_there(fd: int, path: str) -> bool:
    """Tell whether an open file is still the one at its path: whoever held the lock before may have removed it."""
    mine = posix.fstat(fd)
    try:
        there = posix.stat(path)
    except FileNotFoundError:
        return False
    return (mine.st_dev, mine.st_ino) == (there.st_dev, there.st_ino)


def _change(fd: int, path: str, change: Callable[[dict[str, Any]], Any]) -> Any:
    try:
        values = wire.loads(posix.read(fd, 1 << 18))
        answer = change(values if isinstance(values, dict) else (values := {}))
    except (
        ValueError,
        TypeError,
        AttributeError,
        KeyError,
        IndexError,
        OverflowError,
    ):  # not as we write it: begin anew
        values = {}
        answer = change(values)
    if not values:
        posix.unlink(path)
        return answer
    posix.lseek(fd, 0, 0)
    # Cut after writing: a file that was cut to nothing first is flushed to the disk by some file systems when it is closed.
    posix.ftruncate(fd, posix.write(fd, wire.dumps(values).encode("utf-8", "backslashreplace")))
    return answer


def count(session: str, fingerprint: str) -> int:
    """Count one more sight of a failure in this session; return how often it was seen, this time included."""

    def change(values: dict[str, Any]) -> int:
        values[fingerprint] = int(values.get(fingerprint, 0)) + 1
        while len(values) > 400:
            values.pop(next(iter(values)))
        return int(values[fingerprint])

    return int(_update("sessions", session, change))


def has_met(session: str, fingerprint: str) -> bool:
    """Tell whether a session has met a failure, as far as it remembers."""
    path = f"{paths.state_dir()}/sessions/{session}"
    try:
        return is_name(session) and paths.exists(path) and fingerprint in wire.loads(paths.read_small(path))
    except (ValueError, TypeError):
        return False


def open_episode(session: str, fingerprint: str, command: str, root: str, at: float) -> list[str]:
    """Open an episode for a failure; return what was tried since the same failure last came."""

    def change(values: dict[str, Any]) -> list[str]:
        episodes = values.setdefault("open", {})
        before = episodes.get(fingerprint, {})
        tried = list(before.get("tried", ())) if isinstance(before, dict) else []
        episodes[fingerprint] = {"command": _key(command), "root": root, "at": at, "tried": []}
        values["calls"] = 0
        while len(episodes) > 20:
            episodes.pop(next(iter(episodes)))
        return tried

    found: list[str] = _update("open", session, change)
    return found


def _key(command: str) -> str:
    """Return a command line as it is written down: masked, on one line."""
    return " ".join(mask.mask_secrets(command[:4_000]).split())[:500]


def note(session: str, what: str, at: float, succeeded: str = "") -> list[str]:
    """Note a step in the session's open episodes; return the fingerprints of those that it closed.

    Args:
        session: the session.
        what: the step as a person would name it, empty for none worth naming.
        at: now, in seconds.
        succeeded: the command line that just succeeded, empty for an edit.
    """

    def change(values: dict[str, Any]) -> list[str]:
        episodes = values.get("open") or {}
        calls = int(values.get("calls", 0)) + 1
        closed = [name for name, one in episodes.items() if succeeded and one.get("command") == _key(succeeded)]
        for name, one in list(episodes.items()):
            if name in closed or at - float(one.get("at", 0)) > MAX_AGE_S:
                del episodes[name]
            elif what:
                one["tried"] = [*one.get("tried", ()), what][-MAX_TRIED:]
        values.clear()
        if episodes and calls <= MAX_CALLS:
            values.update(open=episodes, calls=calls)
        return closed

    found: list[str] = _update("open", session, change)
    return found


def roots(session: str) -> set[str]:
    """Return the roots of the projects in which a session has an episode open."""
    path = f"{paths.state_dir()}/open/{session}"
    if not is_name(session) or not paths.exists(path):
        return set()
    try:
        return {str(one["root"]) for one in wire.loads(paths.read_small(path))["open"].values()}
    except (ValueError, TypeError, AttributeError, KeyError):
        return set()


def forget(session: str, ended: bool) -> None:
    """Forget what was said (the client compacted its context), or everything (the session ended)."""
    top = paths.state_dir()
    if not top or not is_name(session):
        return
    for folder in ("sessions", "open") if ended else ("sessions",):
        try:
            posix.unlink(f"{top}/{folder}/{session}")
        except OSError:
            pass
