"""What stands between a command and our own streams while it runs: copies its output, passes signals on.

On a terminal the command gets a pty (`terminal`), else pipes. One loop waits for output, keys, signals (through the
wake-up pipe, so that nothing happens inside a handler) and the end; there are no threads. Only C modules are imported.
"""

from __future__ import annotations

import errno
import posix
import select
import time

from .streams import Capture, leave_behind, same_file, write_all
from .terminal import Keyboard, Monitored, copy_size, open_keyboard, open_pty, owner, stop

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from collections.abc import Mapping
    from typing import Any
else:
    import _signal  # `signal` itself builds enums, which costs more than a fork

_CHUNK = 1 << 16
_ERRORS = 1 << 14  # bytes of stderr alone that are kept, its end
_QUIET = 0.05  # seconds without output after the end, with the stream still open: then somebody else holds it
_MERCY = 2.0  # seconds between SIGTERM and SIGKILL at a timeout
_PASSED_ON = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")


def _ignore(_number: int, _frame: object) -> None:
    """Be there: a signal with a handler wakes the loop through the wake-up pipe, and the loop knows what to do."""


class Relay:
    """A command that runs: its process, the streams that are copied, the signals that are passed on."""

    def __init__(self, timeout: float | None) -> None:
        self.capture = Capture()
        self.errors = bytearray()
        self.copies: dict[int, int] = {}
        self.pid = self.group = 0
        self.status = -1
        self.over = self.timed_out = False
        self.master = -1
        self.keyboard = Keyboard(-1)
        self.early: list[int] = []
        self.monitor: Monitored | None = None
        self.timeout = timeout
        self.deadline = None if timeout is None else time.monotonic() + timeout
        self.wake, self.waker = posix.pipe()
        posix.set_blocking(self.wake, False)
        posix.set_blocking(self.waker, False)
        self.handlers: dict[int, Any] = {}

    # -- starting and ending

    def start(self, program: str, argv: list[str], env: Mapping[bytes, bytes]) -> None:
        """Start the command; OSError when the kernel refuses it (on a pty that comes later, while copying)."""
        on_terminal = posix.isatty(1)
        self._listen_to_signals(on_terminal)
        if on_terminal and self._start_on_pty(program, argv, env):
            return
        try:
            self._start_on_pipes(program, argv, env)
        except OSError as error:
            if error.errno != errno.ENOEXEC:
                raise
            # A script without a first line for the kernel: every shell hands it to sh.
            self._start_on_pipes("/bin/sh", ["sh", program, *argv[1:]], env)

    def close(self) -> None:
        """Put terminal, signal handlers and descriptors back as they were."""
        self.keyboard.close()
        if self.monitor is not None:
            self.monitor.close()
        for number, handler in self.handlers.items():
            _signal.signal(number, handler)
        _signal.set_wakeup_fd(-1)
        for fd in {self.wake, self.waker, *self.copies}:
            posix.close(fd)

    def _listen_to_signals(self, on_terminal: bool) -> None:
        _signal.set_wakeup_fd(self.waker, warn_on_full_buffer=False)
        for name in (*_PASSED_ON, "SIGCHLD", "SIGCONT", "SIGWINCH" if on_terminal else "SIGTSTP"):
            number = getattr(_signal, name)
            old = _signal.getsignal(number)
            if old is not _signal.SIG_IGN or name == "SIGCHLD":  # what our caller ignores (nohup) stays ignored
                self.handlers[number] = old
                _signal.signal(number, _ignore)

    def _start_on_pipes(self, program: str, argv: list[str], env: Mapping[bytes, bytes]) -> None:
        out, out_end = posix.pipe()
        err, err_end = (out, out_end) if same_file(1, 2) else posix.pipe()
        actions = [(posix.POSIX_SPAWN_DUP2, out_end, 1), (posix.POSIX_SPAWN_DUP2, err_end, 2)]
        own_group: dict[str, Any] = {} if self._shares_terminal() else {"setpgroup": 0}
        default = [_signal.SIGPIPE, _signal.SIGXFSZ]  # Python ignores these two; its children should not
        try:
            self.pid = posix.posix_spawn(program, argv, env, file_actions=actions, setsigdef=default, **own_group)
        except OSError:
            for fd in {out, err}:
                posix.close(fd)
            raise
        finally:
            for fd in {out_end, err_end}:
                posix.close(fd)
        self.copies = {err: 2, out: 1}
        self.group = self.pid if own_group else 0

    def _shares_terminal(self) -> bool:
        """Tell whether the command must stay in our group: a terminal is there that it may want to ask something,
        and a group in the background would be stopped for that. The terminal then signals us both."""
        if self.timeout is not None:
            return False
        keyboard = Keyboard(open_keyboard())
        try:
            return keyboard.in_foreground()
        finally:
            keyboard.close()

    def _start_on_pty(self, program: str, argv: list[str], env: Mapping[bytes, bytes]) -> bool:
        """Start on a pty; False when the machine has none to give, as in some sandboxes."""
        try:
            master, slave = open_pty(1)
        except OSError:
            return False
        self.keyboard = Keyboard(open_keyboard())
        stdio = [slave if posix.isatty(0) else 0, slave, slave]
        self.copies = {master: 1}
        self.master = master
        err_end = -1
        if not posix.isatty(2):
            err, err_end = posix.pipe()
            self.copies[err] = 2
            stdio[2] = err_end
        self.monitor = Monitored((master, slave), program, argv, env, stdio)
        if err_end >= 0:
            posix.close(err_end)
        self.keyboard.take()
        return True

    # -- the loop

    def copy_until_over(self) -> int:
        """Copy until the command is over and its output drained; return its wait status."""
        while not self.over or self.copies:
            ready = self._wait()
            if self.over and not ready:
                leave_behind(self.copies)
                break
            self._react(ready)
        return self.status

    def _wait(self) -> list[int]:
        sources = [self.wake, *self.copies]
        if self.monitor is not None and not self.over:
            sources.append(self.monitor.news)
        targets = []
        if self.keyboard.saved is not None and not self.over:
            if self.keyboard.typed and self.master >= 0:
                targets.append(self.master)
            else:
                sources.append(self.keyboard.fd)
        ready, writable, _ = select.select(sources, targets, [], self._patience())
        if writable:
            self.keyboard.write(self.master)
        return ready

    def _patience(self) -> float | None:
        """Return how long to wait for news, in seconds: until the deadline, or until we may be in the foreground."""
        if self.over:
            return _QUIET
        limits = [] if self.deadline is None else [max(0.0, self.deadline - time.monotonic())]
        if self.keyboard.fd >= 0 and self.keyboard.saved is None:
            limits.append(0.5)
        return min(limits, default=None)

    def _react(self, ready: list[int]) -> None:
        for fd in [fd for fd in self.copies if fd in ready]:
            self._copy(fd)
        if self.wake in ready:
            for number in posix.read(self.wake, 512):
                self._take_signal(number)
        if self.monitor is not None:
            if self.monitor.news in ready:
                for line in self.monitor.listen():
                    self._hear(line)
            self._handle_keys(ready)
        if self.deadline is not None and not self.over and time.monotonic() >= self.deadline:
            self._end_it()

    def _copy(self, source: int) -> None:
        try:
            data = posix.read(source, _CHUNK)
        except BlockingIOError:
            return
        except OSError:  # how a pty says that nobody holds its other side any more
            data = b""
        if data:
            self.capture.add(data)
            if self.copies[source] == 2:
                self.errors += data
                del self.errors[:-_ERRORS]
        if not data or not write_all(self.copies[source], data):
            self._drop(source)

    def _drop(self, source: int) -> None:
        """Stop reading a stream: it ended, or nobody reads what we write; the command then learns it as usual."""
        del self.copies[source]
        if source == self.master:
            self.master = -1
        posix.close(source)

    # -- the end

    def _hear(self, line: bytes) -> None:
        """Take in what the monitor said."""
        kind, value = line[:1], int(line[1:])
        if kind == b"P":
            self.pid = self.group = value
            while self.early:
                self._send(self.early.pop(0))
        elif kind == b"E":
            raise OSError(value, posix.strerror(value))
        elif kind == b"X" and not self.over:
            self.status, self.over = value, True
        elif kind == b"S":
            self._rest()

    def _reap(self) -> None:
        if self.monitor is None and not self.over:
            pid, status = posix.waitpid(self.pid, posix.WNOHANG)
            if pid:
                self.status, self.over = status, True

    def _end_it(self) -> None:
        """End the whole group: politely first, for sure two seconds later."""
        self._send(_signal.SIGKILL if self.timed_out else _signal.SIGTERM)
        self._send(_signal.SIGCONT)
        self.deadline = time.monotonic() + _MERCY
        self.timed_out = True

    # -- signals and keys

    def _take_signal(self, number: int) -> None:
        if number == _signal.SIGCHLD:
            self._reap()
        elif number == _signal.SIGTSTP:
            self._stop_together()
        elif number in (_signal.SIGCONT, _signal.SIGWINCH):
            self._refresh_terminal()
        elif self.group or self.monitor is not None or number not in (_signal.SIGINT, _signal.SIGQUIT):
            self._send(number)  # in a shared group the terminal has told the command already

    def _send(self, number: int) -> None:
        """Send a signal to the command's group; Ctrl-C's kind goes to whoever owns the pty now."""
        try:
            if self.over:
                return  # its number may be somebody else's by now
            if not self.pid:
                self.early.append(number)  # the monitor has not told us yet whom to send it to
            elif not self.group:
                posix.kill(self.pid, number)
            elif self.master >= 0 and number in (_signal.SIGINT, _signal.SIGQUIT):
                posix.killpg(owner(self.master) or self.group, number)
            else:
                posix.killpg(self.group, number)
        except OSError:
            pass  # it is over already

    def _stop_together(self) -> None:
        """Ctrl-Z reached us and not the command's own group: stop it, then ourselves; go on together."""
        if self.group:
            self._send(_signal.SIGTSTP)
        stop(posix.getpid())
        if self.group:
            self._send(_signal.SIGCONT)

    def _rest(self) -> None:
        """The command was stopped: give the terminal back, stop as it would have stopped us, go on with it."""
        self.keyboard.give_back()
        stop(0)
        self._refresh_terminal()
        if self.monitor is not None:
            self.monitor.resume()

    def _refresh_terminal(self) -> None:
        self.keyboard.take()
        if self.master >= 0:
            copy_size(1, self.master)

    def _handle_keys(self, ready: list[int]) -> None:
        if self.over:
            return
        if self.keyboard.saved is None:
            self.keyboard.take()
        elif self.keyboard.fd in ready:
            self.keyboard.read()
