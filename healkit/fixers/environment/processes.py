"""Who holds a file or a port, and who is alive: read from /proc, nothing is signalled."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_LISTENING = "0A"


def can_look() -> bool:
    """Tell whether this system shows its processes as files."""
    return os.path.isdir("/proc/self/fd")


def pids() -> Iterator[int]:
    """Yield the running processes' numbers."""
    try:
        names = os.listdir("/proc")
    except OSError:
        return
    yield from (int(name) for name in names if name.isdigit())


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and is not yet collected does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return _state(pid) != "Z"


def _state(pid: int) -> str:
    text = _read(f"/proc/{pid}/stat")
    return text[text.rfind(")") + 2 :][:1]


def name_of(pid: int) -> str:
    """Return what a process is called, as `ps` shows it; empty when nobody knows."""
    return "".join(char for char in _read(f"/proc/{pid}/comm").strip() if char.isprintable())[:40]


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(1 << 20)
    except OSError:
        return ""


def family() -> set[int]:
    """Return our own process and those above it."""
    found, pid = set(), os.getpid()
    while pid > 1 and pid not in found:
        found.add(pid)
        text = _read(f"/proc/{pid}/stat")
        rest = text[text.rfind(")") + 2 :].split()
        pid = int(rest[1]) if len(rest) > 1 and rest[1].isdigit() else 0
    return found


def holders(path: str) -> list[int]:
    """Return the processes that have a file open."""
    real = os.path.realpath(path)
    return [pid for pid in pids() if any(target == real for target in _targets(pid))]


def _targets(pid: int) -> Iterator[str]:
    try:
        names = os.listdir(f"/proc/{pid}/fd")
    except OSError:
        return
    for name in names:
        try:
            yield os.readlink(f"/proc/{pid}/fd/{name}")
        except OSError:
            continue


def working_in(folder: str, name: str = "") -> list[int]:
    """Return the processes, but for our own family, that run in a folder or below it; only those called `name` if given."""
    own, found = family(), []
    for pid in pids():
        if pid in own or (name and name_of(pid) != name):
            continue
        try:
            here = os.readlink(f"/proc/{pid}/cwd")
        except OSError:
            continue
        if here == folder or here.startswith(f"{folder}/"):
            found.append(pid)
    return found


def listening(port: int) -> list[int]:
    """Return the processes that listen on a TCP port."""
    wanted = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in _read(table).splitlines()[1:]:
            fields = line.split()
            if len(fields) > 9 and fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                wanted.add(f"socket:[{fields[9]}]")
    return [pid for pid in pids() if wanted and any(target in wanted for target in _targets(pid))]
