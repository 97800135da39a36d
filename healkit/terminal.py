"""The terminal side of running a command: raw keys, window size, a pty, and the small process that watches over it.

The command gets a session of its own on the pty. A monitor leads that session, as `sudo` does it: without a parent
in its session the command's group would be an orphan, and the kernel would ignore Ctrl-Z.
Only C modules that cost nothing are imported: `healkit run` wraps every command of some people's day.
"""

from __future__ import annotations

import errno
import fcntl
import posix
import termios

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from collections.abc import Mapping, Sequence
    from typing import Any, NoReturn
else:
    import _signal

_WINSIZE = b"\0" * 8


def open_keyboard() -> int:
    """Return a descriptor of the controlling terminal (0 when standard input is a terminal), -1 without one."""
    if posix.isatty(0):
        return 0
    try:
        return posix.open("/dev/tty", posix.O_RDWR | posix.O_CLOEXEC | posix.O_NOCTTY)
    except OSError:
        return -1


class Keyboard:
    """The user's terminal while a command owns the pty: raw, and put back whatever happens."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.saved: list[Any] | None = None
        self.typed = b""

    def close(self) -> None:
        """Put the terminal back as it was and close what was opened for it."""
        self.give_back()
        if self.fd > 2:
            posix.close(self.fd)
        self.fd = -1

    def in_foreground(self) -> bool:
        """Tell whether our process group may touch the terminal now; outside it a touch would stop us."""
        try:
            return self.fd >= 0 and posix.tcgetpgrp(self.fd) == posix.getpgrp()
        except OSError:
            return False

    def take(self) -> bool:
        """Switch to raw mode when we are in the foreground (again, if need be); tell whether keys may be read now."""
        if not self.in_foreground():
            return self.saved is not None
        try:
            self.saved = self.saved or termios.tcgetattr(self.fd)
            termios.tcsetattr(self.fd, termios.TCSADRAIN, _raw(self.saved))
        except termios.error:
            self.saved = None
            return False
        return True

    def give_back(self) -> None:
        """Restore the mode that the terminal had before; safe to call twice."""
        saved, self.saved = self.saved, None
        if saved is not None:
            try:
                termios.tcsetattr(self.fd, termios.TCSADRAIN, saved)
            except termios.error:
                pass  # the terminal is gone, and its mode with it

    def read(self) -> None:
        """Read the keys that were typed, to be written to the pty; a terminal that is gone is read no more."""
        try:
            self.typed += posix.read(self.fd, 4096)
        except OSError:
            self.typed = b""
        if not self.typed:
            self.give_back()
            self.fd = -1

    def write(self, master: int) -> None:
        """Hand the keys on to the pty, as many as it takes now."""
        try:
            self.typed = self.typed[posix.write(master, self.typed) :]
        except BlockingIOError:
            pass
        except OSError:
            self.typed = b""


def owner(terminal: int) -> int:
    """Return the process group in the foreground of a terminal, 0 when there is none."""
    try:
        return posix.tcgetpgrp(terminal)
    except OSError:
        return 0


def stop(target: int) -> None:
    """Stop a process (0 = our group) as Ctrl-Z does; returns when it goes on."""
    old = _signal.signal(_signal.SIGTSTP, _signal.SIG_DFL)
    posix.kill(target, _signal.SIGTSTP)
    _signal.signal(_signal.SIGTSTP, old)


def _raw(mode: list[Any]) -> list[Any]:
    t = termios
    iflag, oflag, cflag, lflag, ispeed, ospeed, chars = mode
    iflag &= ~(t.IGNBRK | t.BRKINT | t.PARMRK | t.ISTRIP | t.INLCR | t.IGNCR | t.ICRNL | t.IXON)
    lflag &= ~(t.ECHO | t.ECHONL | t.ICANON | t.ISIG | t.IEXTEN)
    chars = list(chars)
    chars[t.VMIN], chars[t.VTIME] = 1, 0
    return [iflag, oflag & ~t.OPOST, (cflag & ~(t.CSIZE | t.PARENB)) | t.CS8, lflag, ispeed, ospeed, chars]


def copy_size(source: int, target: int) -> None:
    """Give one terminal the window size of another; nothing happens when one of them has none."""
    try:
        fcntl.ioctl(target, termios.TIOCSWINSZ, fcntl.ioctl(source, termios.TIOCGWINSZ, _WINSIZE))
    except OSError:
        pass


def open_pty(like: int) -> tuple[int, int]:
    """Return master and slave of a new pty with the mode and window size of the terminal `like`."""
    master, slave = posix.openpty()
    try:
        termios.tcsetattr(slave, termios.TCSANOW, termios.tcgetattr(like))
    except termios.error:
        pass
    copy_size(like, slave)
    posix.set_blocking(master, False)
    return master, slave


class Monitored:
    """A command under a monitor: the command's group, and the two pipes on which its monitor talks to us.

    What the monitor says, a line each: `P<pid>` started, `S<signal>` stopped, `E<errno>` not started, `X<status>`
    over, with a wait status. Any byte that it hears lets a stopped command go on.
    """

    def __init__(
        self, pty: tuple[int, int], program: str, argv: Sequence[str], env: Mapping[bytes, bytes], stdio: list[int]
    ) -> None:
        master, slave = pty
        self.news, say = posix.pipe()
        hear, self.orders = posix.pipe()
        self.pid = posix.fork()
        if not self.pid:
            for fd in (master, self.news, self.orders):  # the hang-up when we die depends on it
                posix.close(fd)
            _lead(slave, say, hear, lambda: _become(program, argv, env, stdio))
        for fd in (say, hear, slave):
            posix.close(fd)
        self.heard = b""

    def listen(self) -> list[bytes]:
        """Return what the monitor said since the last call, whole lines only; an early end of it counts as killed."""
        news = posix.read(self.news, 4096)
        lines = (self.heard + news).split(b"\n")
        self.heard = lines.pop()
        return lines if news else [*lines, b"X9"]

    def resume(self) -> None:
        """Let a stopped command go on."""
        try:
            posix.write(self.orders, b"C")
        except OSError:
            pass

    def close(self) -> None:
        """Reap the monitor and close its pipes."""
        posix.close(self.news)
        posix.close(self.orders)
        try:
            posix.waitpid(self.pid, 0)
        except ChildProcessError:
            pass


def _lead(slave: int, say: int, hear: int, become: Any) -> NoReturn:
    """Be the monitor: lead the pty's session, start the command in the foreground of it, report until it is over."""
    try:
        _signal.set_wakeup_fd(-1)
        ignored = _listen_no_more()
        posix.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        _signal.signal(_signal.SIGTTOU, _signal.SIG_IGN)
        pid = posix.fork()
        if not pid:
            for number in ignored:
                _signal.signal(number, _signal.SIG_IGN)
            _enter_foreground(slave, say, become)
        _join_group(pid)
        posix.write(say, b"P%d\n" % pid)
        _watch(pid, slave, say, hear)
    finally:
        posix._exit(0)


def _listen_no_more() -> list[int]:
    """Put signals back to what they do by default; return those that our caller ignores, for the command's sake."""
    ignored: list[int] = []
    for number in (_signal.SIGTERM, _signal.SIGHUP, _signal.SIGTSTP, _signal.SIGCONT):
        if _signal.getsignal(number) is _signal.SIG_IGN:
            ignored.append(number)
        _signal.signal(number, _signal.SIG_DFL)
    _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL)
    return ignored


def _watch(pid: int, slave: int, say: int, hear: int) -> None:
    while True:
        _, status = posix.waitpid(pid, posix.WUNTRACED)
        if not posix.WIFSTOPPED(status):
            # The end of a session hangs up on its foreground group, which may hold a server that is meant to live on.
            posix.tcsetpgrp(slave, posix.getpgrp())
            posix.write(say, b"X%d\n" % status)
            return
        group = posix.tcgetpgrp(slave)
        posix.write(say, b"S%d\n" % posix.WSTOPSIG(status))
        if not posix.read(hear, 1):
            return
        for target in {group, pid}:
            try:
                posix.killpg(target, _signal.SIGCONT)
            except OSError:
                pass


def _join_group(pid: int) -> None:
    try:
        posix.setpgid(pid, pid)
    except OSError:
        pass  # the command did it itself already


def _enter_foreground(slave: int, say: int, become: Any) -> NoReturn:
    code = 126
    try:
        posix.setpgid(0, 0)
        posix.tcsetpgrp(slave, posix.getpid())
        _signal.signal(_signal.SIGTTOU, _signal.SIG_DFL)
        become()
    except OSError as error:
        posix.write(say, b"E%d\n" % (error.errno or 0))
    finally:
        posix._exit(code)


def _become(program: str, argv: Sequence[str], env: Mapping[bytes, bytes], stdio: list[int]) -> None:
    """Turn this process into the command, with the given descriptors as its 0, 1 and 2."""
    _signal.signal(_signal.SIGPIPE, _signal.SIG_DFL)
    _signal.signal(_signal.SIGXFSZ, _signal.SIG_DFL)
    kept = [fd if fd == target else posix.dup(fd) for target, fd in enumerate(stdio)]
    for target, fd in enumerate(kept):
        posix.dup2(fd, target)
    try:
        posix.execve(program, list(argv), env)
    except OSError as error:
        if error.errno != errno.ENOEXEC:
            raise
        posix.execve("/bin/sh", ["sh", program, *argv[1:]], env)
