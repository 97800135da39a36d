"""What only a person can change: a port that is taken, a full disk, too little memory, another version of a tool."""

from __future__ import annotations

import os
import re
import resource

from ... import tables
from ..proposal import guide
from . import processes, wording

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..case import Case
    from ..proposal import Proposal


_NUMBER = re.compile(r"(?<![\d.])(\d{2,5})(?![\d.])")
_SAID = re.compile(r"(?i)(?:port[ :=]+|\w:)(\d{2,5})(?![\d.:])")


def propose(case: Case) -> Iterator[Proposal]:
    """Yield guides that name the owner, the size, the version."""
    if wording.said(case, "port"):
        yield from _port(case)
    if wording.said(case, "watchers"):
        steps = ["Raise it: `sudo sysctl fs.inotify.max_user_watches=524288`, or watch fewer files."]
        yield guide("the system's limit of watched files is reached", steps, kind="environment")
    elif wording.said(case, "disk_full"):
        yield _disk(case)
    if wording.said(case, "open_files"):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        yield guide(
            f"a process may have {soft} files open, and that was not enough",
            [
                f"`ulimit -n {min(hard, 65536) if hard > 0 else 65536}` raises it for this shell.",
                "Look for files that are opened in a loop and never closed.",
            ],
            kind="environment",
        )
    if case.result.exit_code == 137 or wording.said(case, "memory"):
        yield _memory(case)
    elif case.result.exit_code == 139 or wording.said(case, "crash"):
        steps = [
            "A native module or the interpreter itself crashed.",
            "For Python: `python -X faulthandler`; else look for a core file, or run it in gdb.",
        ]
        yield guide("the program was ended by a segmentation fault", steps, kind="environment")
    if wording.said(case, "checksum"):
        steps = [
            "Clear the tool's cache (`pip cache purge`, `npm cache clean --force`, `go clean -modcache`) and run it again.",
            "If it stays, the published file was changed: do not take the new checksum unseen.",
        ]
        yield guide("a downloaded file does not have the checksum that was recorded", steps, kind="environment")
    yield from _versions(case)


def _port(case: Case) -> Iterator[Proposal]:
    """Yield the guide for the port that is taken: of the numbers that were said, the one on which somebody listens."""
    words = [*_NUMBER.findall(case.output[-20_000:]), *_NUMBER.findall(" ".join(case.argv)), os.environ.get("PORT", "")]
    numbers = [int(word) for word in dict.fromkeys(words) if word and 1 <= int(word) <= 65535]
    held = {number: processes.listening(number) for number in numbers[:20]}
    taken = next((number for number, owners in held.items() if owners), 0)
    said = _SAID.search(case.output)
    number = taken or (int(said[1]) if said else 0)
    if not number:
        return
    named = ", ".join(f"{processes.name_of(pid) or 'a process'} (pid {pid})" for pid in held.get(number, ())[:3])
    steps = [f"Port {number} is taken" + (f" by {named}." if named else "; `ss -ltnp` shows by whom.")]
    steps += ["End that program yourself if it is a forgotten one, or give this one another port."]
    yield guide(f"port {number} is in use" + (f" by {named}" if named else ""), steps, kind="environment")


def _disk(case: Case) -> Proposal:
    place = case.root
    found = re.search(r"(?:No space left on device|ENOSPC)[^\n]*?['\"](/[^'\"\n]+)['\"]", case.output)
    if found and os.path.isdir(os.path.dirname(found[1])):
        place = os.path.dirname(found[1])
    mount = place
    while not os.path.ismount(mount):
        mount = os.path.dirname(mount)
    room = os.statvfs(mount)
    size, free = room.f_blocks * room.f_frsize, room.f_bavail * room.f_frsize
    steps = [f"{mount} has {_size(free)} free of {_size(size)}; {room.f_favail} files may still be made."]
    steps += [f"{name} takes {_size(taken)}" for name, taken in _largest(case.root)]
    return guide(f"the disk {mount} is full ({_size(free)} of {_size(size)} free)", steps, kind="environment")


def _largest(root: str) -> list[tuple[str, int]]:
    """Return the project's three largest folders, counted up to a bound."""
    sizes: dict[str, int] = {}
    left = 100_000
    for folder, _, files in os.walk(root):
        top = os.path.relpath(folder, root).split("/")[0]
        for name in files:
            left -= 1
            if left < 0:
                break
            try:
                sizes[top] = sizes.get(top, 0) + os.lstat(os.path.join(folder, name)).st_size
            except OSError:
                continue
    sizes.pop(".", None)
    return sorted(sizes.items(), key=lambda item: -item[1])[:3]


def _size(number: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"


def _memory(case: Case) -> Proposal:
    text = ""
    try:
        with open("/proc/meminfo", encoding="ascii", errors="replace") as file:
            text = file.read()
    except OSError:
        pass
    facts = {name: int(value) * 1024 for name, value in re.findall(r"(MemTotal|MemAvailable):\s+(\d+) kB", text)}
    said = f": {_size(facts['MemAvailable'])} of {_size(facts['MemTotal'])} are free now" if len(facts) == 2 else ""
    steps = ["Run fewer jobs at a time (`-j1`, `--maxWorkers=1`, `-n 1`), or on less data."]
    if "heap" in case.output:
        steps.append("`NODE_OPTIONS=--max-old-space-size=4096` gives Node a larger heap.")
    return guide(f"the program ran out of memory{said}", steps, kind="environment")


def _versions(case: Case) -> Iterator[Proposal]:
    for known in tables.table("environment").get("versions", ()):
        tool, found = known["tool"], re.search(known["regex"], case.output)
        if found:
            wanted, got = found["wanted"].strip(), found["found"]
            steps = [
                f"Wanted: {tool} {wanted}; found: {got}.",
                *_declared(case),
                f"Run the command with another {tool}.",
            ]
            yield guide(f"{tool} {got} is here, and {wanted} is wanted", steps, kind="environment")


def _declared(case: Case) -> list[str]:
    found = []
    for name in (
        ".python-version",
        ".nvmrc",
        ".node-version",
        "rust-toolchain",
        "rust-toolchain.toml",
        ".tool-versions",
    ):
        text = (case.read(name) or b"").decode("utf-8", "replace").strip()
        if text and "\n" not in text:
            found.append(f"{name} says {text[:40]}.")
    return found
