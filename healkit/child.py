"""A program started quietly for a check or a fix: by argv, in a process group of its own, bounded in time and output.

`process` runs the user's command; this runs what healkit needs to know something (`node --check`, `rustc`, a package
manager's list). Its input is ours or empty, its output is returned, nothing of it reaches the terminal.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile

from .records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LIMIT = 16 << 20
"""Bytes of each stream that are returned."""
NOT_STARTED = 127
TIMED_OUT = 124
_QUIET = {
    "HEALKIT_ACTIVE": "1",
    "GIT_CONFIG_COUNT": "3",
    "GIT_CONFIG_KEY_0": "core.hooksPath",
    "GIT_CONFIG_VALUE_0": "/dev/null",
    "GIT_CONFIG_KEY_1": "core.fsmonitor",
    "GIT_CONFIG_VALUE_1": "false",
    "GIT_CONFIG_KEY_2": "core.pager",
    "GIT_CONFIG_VALUE_2": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "NO_COLOR": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}
"""git runs without the project's hooks, file monitor and pager; tools draw no colours and leave no files behind."""


class Ran(Record):
    """How a program ended: exit code (124 out of time, 127 not started, 128+N by signal N) and its two streams."""

    exit_code: int
    stdout: bytes = b""
    stderr: bytes = b""

    @property
    def text(self) -> str:
        """Both streams as text, stdout first."""
        return (self.stdout + self.stderr).decode("utf-8", "replace")


def run(
    argv: Sequence[str],
    cwd: str = "",
    *,
    stdin: bytes = b"",
    timeout: float = 20.0,
    environ: Mapping[str, str] | None = None,
    limit: int = LIMIT,
) -> Ran:
    """Run a program to its end, or to the end of its time; its whole process group ends with it.

    Args:
        argv: program and arguments; no shell sees them.
        cwd: the folder to run in, ours when empty.
        stdin: what it reads.
        timeout: seconds.
        environ: variables that are added to ours.
        limit: bytes of each stream that are returned.
    """
    env = {**os.environ, **_QUIET, **(environ or {})}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.TemporaryFile() as given:
        given.write(stdin)
        given.seek(0)
        try:
            child = subprocess.Popen(
                list(argv), cwd=cwd or None, stdin=given, stdout=out, stderr=err, env=env, start_new_session=True
            )
        except (OSError, ValueError) as error:
            return Ran(exit_code=NOT_STARTED, stderr=str(error).encode("utf-8", "replace"))
        try:
            code = child.wait(timeout)
            code = 128 - code if code < 0 else code
        except subprocess.TimeoutExpired:
            code = TIMED_OUT
        finally:
            _end(child)
        return Ran(exit_code=code, stdout=_head(out, limit), stderr=_head(err, limit))


def _end(child: subprocess.Popen[bytes]) -> None:
    """End whatever is left of the group: a program that forks must not outlive its check."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    child.wait()


def _head(file: object, limit: int) -> bytes:
    file.seek(0)  # type: ignore[attr-defined]
    found: bytes = file.read(limit)  # type: ignore[attr-defined]
    return found
