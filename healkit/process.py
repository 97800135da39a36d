"""Run one command as if healkit were not there, and keep what it said.

The command runs by argv, without a shell. On a terminal it gets a pty, else pipes, with stdout and stderr apart;
`relay` copies its output as it comes and keeps the first 256 kB and the last 1 MB. Only `posix` and C modules are
imported: the price of `healkit run` on a command that passes is a promise.
"""

from __future__ import annotations

import errno
import posix
import time

from . import relay

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ACTIVE = b"HEALKIT_ACTIVE"
"""Set for every child; hooks are silent under it."""

TIMED_OUT = 124


class StartError(Exception):
    """A command that could not be started: what a shell would say about it, and the shell's exit code for it."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.message, self.exit_code = message, exit_code


class Finished:
    """How a command ended.

    `exit_code` is 128+N after signal N, 124 after a timeout. `output` holds both streams in the order in which they
    came, with a mark where the middle was left out; `errors` is what came on stderr alone, where the two were apart (on a
    terminal, or where both go to one file, they are not). `at` is the Unix time of the start.
    """

    __slots__ = ("at", "duration_ms", "errors", "exit_code", "output", "timed_out")

    def __init__(
        self, exit_code: int, output: bytes, at: float, duration_ms: int, timed_out: bool = False, errors: bytes = b""
    ) -> None:
        self.exit_code, self.output, self.at = exit_code, output, at
        self.duration_ms, self.timed_out, self.errors = duration_ms, timed_out, errors


def find(name: str) -> str:
    """Return the path of the program that a shell would start for a name.

    Raises:
        StartError: there is none (127), or it is not executable (126); the message is like a shell's.
    """
    if "/" in name:
        fault = _fault(name)
        if fault:
            raise StartError(f"{name}: {posix.strerror(fault)}", 127 if fault == errno.ENOENT else 126)
        return name
    path = posix.environ.get(b"PATH", b"/usr/local/bin:/usr/bin:/bin").decode("utf-8", "surrogateescape")
    denied = ""
    for folder in path.split(":") if name else ():
        candidate = f"{folder or '.'}/{name}"
        fault = _fault(candidate)
        if not fault:
            return candidate
        if fault == errno.EACCES:
            denied = denied or candidate
    if denied:
        raise StartError(f"{denied}: Permission denied", 126)
    hint = " (words are separate arguments; for a shell line use: sh -c '...')" if " " in name else ""
    raise StartError(f"{name}: command not found{hint}", 127)


def _fault(path: str) -> int:
    try:
        mode = posix.stat(path).st_mode
    except OSError as error:
        return errno.ENOENT if error.errno == errno.ENOTDIR else error.errno or errno.ENOENT
    except ValueError:
        return errno.ENOENT
    if mode & 0o170000 == 0o040000:
        return errno.EISDIR
    return 0 if posix.access(path, posix.X_OK) else errno.EACCES


def run(
    argv: Sequence[str], *, timeout: float | None = None, environ: Mapping[str, str | None] | None = None
) -> Finished:
    """Run a command, its output live on our own stdout and stderr, its input ours.

    Args:
        argv: the program (looked up in PATH) and its arguments.
        timeout: seconds after which its process group is ended; None = never.
        environ: variables that are set for it, None = unset.

    Raises:
        StartError: the command could not be started.
    """
    _fill_standard_streams()
    program = find(argv[0])
    at, clock = time.time(), time.monotonic()
    running = relay.Relay(timeout)
    try:
        running.start(program, list(argv), _environment(environ or {}))
        status = running.copy_until_over()
    except OSError as error:
        raise _refused(argv[0], error) from None
    finally:
        running.close()
    code = posix.waitstatus_to_exitcode(status)
    code = TIMED_OUT if running.timed_out else 128 - code if code < 0 else code
    duration = int((time.monotonic() - clock) * 1000)
    return Finished(code, running.capture.kept(), at, duration, running.timed_out, bytes(running.errors))


def _environment(changes: Mapping[str, str | None]) -> dict[bytes, bytes]:
    found = {**posix.environ, ACTIVE: b"1"}
    for name, value in changes.items():
        key = name.encode("utf-8", "surrogateescape")
        if value is None:
            found.pop(key, None)
        else:
            found[key] = value.encode("utf-8", "surrogateescape")
    return found


def _refused(name: str, error: OSError) -> StartError:
    if error.errno == errno.ENOENT:  # the file is there, so it is the interpreter of its first line that is not
        return StartError(f"{name}: bad interpreter: No such file or directory", 126)
    return StartError(f"{name}: {posix.strerror(error.errno or 0)}", 126)


def _fill_standard_streams() -> None:
    """Make sure that 0, 1 and 2 are open, so that no pipe of ours is taken for one of them."""
    while (fd := posix.open("/dev/null", posix.O_RDWR | posix.O_CLOEXEC)) <= 2:
        posix.set_inheritable(fd, True)
    posix.close(fd)
