"""A script of the project that cannot be started: its permission bits, its line ends, or the interpreter of its first line."""

from __future__ import annotations

import os
import re
import stat

from ...records import Change
from ..manifests.near import closest
from ..proposal import edit, guide
from . import wording

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..case import Case
    from ..proposal import Proposal

_WORD = re.compile(r"[^\s\"'`‘’“”(){}\[\],;<>|&]+")
_SAID_BY_ENV = re.compile(r"env: ['‘](?P<name>[^'’\n]+)['’]: No such file")
_SHELLS = (".sh", ".bash", ".zsh", ".ksh", ".bats")
_SHELL_NAMES = ("sh", "bash", "dash", "zsh", "ksh")
_ALMOST = re.compile(rb"^(?:# !|#|!|#!! ?|#1|\$!|#\?) ?(?=/(?:usr/)?(?:local/)?bin/)")
_MOST = 600


def propose(case: Case) -> Iterator[Proposal]:
    """Yield what makes a script start again."""
    denied, broken = wording.said(case, "denied"), wording.said(case, "broken")
    if not denied and not broken and case.result.exit_code not in (126, 127):
        return
    for path in _scripts(case):
        data = case.read(path) or b""
        if denied:
            yield from _permission(case, path, data)
        if broken or case.result.exit_code in (126, 127):
            yield from _line_ends(path, data)
            yield from _interpreter(path, data)
    if denied:
        yield from _foreign(case)


def _scripts(case: Case) -> list[str]:
    """Return the project's files that the output or the command names in a line about a program that does not start."""
    found: dict[str, None] = {}
    words = [*case.argv[:3], *reversed(_WORD.findall(case.output[-20_000:])[-_MOST:])]
    for word in words:
        for form in (word, word.rstrip(":.,"), *re.split(r":(?=\s|$|\d)", word)[:1]):
            path = case.resolve(form) if "/" in form or "." in form else _plain(case, form)
            if path:
                found[path] = None
    for said in _SAID_BY_ENV.finditer(case.output):
        found.update(dict.fromkeys(_beginning(case, said[1])))
    return list(found)


def _beginning(case: Case, name: str) -> list[str]:
    """Return the project's scripts whose first line has `env` start a program of this name."""
    ends = re.compile(rb"^#![^\n]*[ /]" + re.escape(name.removesuffix("\\r").encode()) + rb"(?=[ \r\n])")
    return [path for path in case.files() if _is_small(case, path) and ends.match(case.read(path) or b"")][:3]


def _is_small(case: Case, path: str) -> bool:
    try:
        return os.lstat(os.path.join(case.root, path)).st_size < 200_000
    except OSError:
        return False


def _plain(case: Case, name: str) -> str:
    """Return the file of a bare name in the command's own folder; a bare word of a message is no path of a file elsewhere."""
    path = os.path.relpath(os.path.join(case.cwd, name), case.root)
    return path if not path.startswith("..") and case.read(path) is not None else ""


def _permission(case: Case, path: str, data: bytes) -> Iterator[Proposal]:
    full = os.path.join(case.root, path)
    mode = stat.S_IMODE(os.stat(full).st_mode)
    if mode & 0o111:
        return
    if not data.startswith((b"#!", b"\x7fELF")) and not path.endswith(_SHELLS):
        yield from _unwritable(case, path, mode)
        return
    wanted = mode | 0o100 | (mode & 0o444) >> 2
    title = f"make {path} executable"
    yield edit(
        "environment",
        title,
        [Change(path=path, before=data, after=data, mode=wanted)],
        risk="low",
        sure=data[:2] == b"#!",
    )


def _unwritable(case: Case, path: str, mode: int) -> Iterator[Proposal]:
    if not mode & 0o200 and re.search(r"(?i)errno 13|EACCES|permission denied|read-only", case.output):
        data = case.read(path) or b""
        change = Change(path=path, before=data, after=data, mode=mode | 0o200)
        yield edit("environment", f"make {path} writable for its owner", [change], risk="medium", sure=False)


def _foreign(case: Case) -> Iterator[Proposal]:
    found = re.search(r"(\S*node_modules/\.bin/[\w.-]+): (?:line \d+: )?[Pp]ermission denied", case.output)
    if found:
        steps = [
            "`npm rebuild` sets the permission bits of the installed programs again.",
            "If that does not help: `npm ci`.",
        ]
        yield guide(f"the installed program {found[1][:80]} is not executable", steps)
    env = str(case.facts.get("env") or "")
    python = f"{env}/bin/python"
    if env and os.path.islink(python) and not os.path.exists(python):
        yield guide(f"{env} leads to a Python that is gone: {os.readlink(python)[:80]}", ["Make the environment anew."])


def _line_ends(path: str, data: bytes) -> Iterator[Proposal]:
    """Yield the edit that gives a shell script, or one whose first line the system reads, plain line ends."""
    first = data.split(b"\n", 1)[0]
    if b"\r\n" not in data or not (first.startswith(b"#!") or path.endswith(_SHELLS)):
        return
    if not first.endswith(b"\r") and not _is_shell(first):
        return
    after = data.replace(b"\r\n", b"\n")
    yield edit(
        "environment",
        f"write {path} with plain line ends (LF)",
        [Change(path=path, before=data, after=after)],
        risk="low",
    )


def _is_shell(first: bytes) -> bool:
    words = first.removeprefix(b"#!").decode("utf-8", "replace").split()
    return any(os.path.basename(word) in _SHELL_NAMES for word in words[:2])


def _interpreter(path: str, data: bytes) -> Iterator[Proposal]:
    """Yield the edit of a first line that names no program that is here, while one of that or a close name is."""
    first, newline, rest = data.partition(b"\n")
    line = first.rstrip(b"\r")
    almost = _ALMOST.match(line)
    if not line.startswith(b"#!"):
        if almost is not None:
            fixed = b"#!" + line[almost.end() :]
            yield _first_line(path, data, fixed + newline + rest, fixed)
        return
    try:
        text = line[2:].decode("ascii")
    except UnicodeDecodeError:
        return
    new = _repaired(text)
    if new and new != text:
        fixed = f"#!{new}".encode()
        yield _first_line(path, data, fixed + first[len(line) :].replace(b"\r", b"") + newline + rest, fixed)


def _first_line(path: str, before: bytes, after: bytes, line: bytes) -> Proposal:
    title = f"begin {path} with `{line.decode('ascii', 'replace')}`"
    return edit("environment", title, [Change(path=path, before=before, after=after)], risk="medium")


def _repaired(text: str) -> str:
    """Return what stands behind `#!` with a program that exists; empty when it is right, or nobody knows what was meant."""
    program, *arguments = text.split()[:8] or [""]
    if not program.startswith("/"):
        return _absolute(text, program, arguments)
    if not os.path.exists(program):
        name = os.path.basename(program)
        meant = name if _which(name) else closest(name, _known())
        beside = f"{os.path.dirname(program)}/{meant}"
        if not meant:
            return ""
        if os.path.exists(beside):
            return text.replace(program, beside, 1)
        if meant == "env":
            return text.replace(program, "/usr/bin/env", 1)
        if arguments or not os.path.exists("/usr/bin/env"):
            return text.replace(program, _which(meant), 1)
        return text.replace(program, f"/usr/bin/env {meant}", 1)
    if os.path.basename(program) == "env":
        return _environment(text, arguments)
    return ""


def _absolute(text: str, program: str, arguments: list[str]) -> str:
    """Return a first line whose program has no leading slash (`usr/bin/env`, `bash`) as it was meant."""
    if os.path.exists(f"/{program}"):
        return text.replace(program, f"/{program}", 1)
    return f"/usr/bin/env {program}" if not arguments and "/" not in program and _which(program) else ""


def _environment(text: str, arguments: list[str]) -> str:
    name = next((word for word in arguments if not word.startswith("-") and "=" not in word), "")
    if not name or _which(name):
        return ""
    meant = closest(name, _known())
    return re.sub(rf"(?<=\s){re.escape(name)}(?=\s|$)", meant, text, count=1) if meant else ""


def _known() -> list[str]:
    names = wording.names("interpreters")
    return [name for name in names if _which(name)]


def _which(name: str) -> str:
    for folder in ("/usr/bin", "/bin", *os.environ.get("PATH", "").split(":")):
        path = f"{folder}/{name}"
        if folder and "/" not in name and os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return ""
