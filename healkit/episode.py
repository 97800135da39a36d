"""What the hook writes down: events into the spool, one line a failure into `error-log.txt`; and what it reads back.

Every text is masked before it is written. Where the state cannot be written, nothing is recorded and nobody is told but
the doctor.
"""

from __future__ import annotations

import marshal
import posix
import sys
import time

from . import leases, mask, paths, session, spool
from .records import Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .records import CommandResult, Diagnosis

SPOOL_LARGE, SPOOL_OLD_S = 128 << 10, 600.0
STARTED = "ingest-started"
STARTED_LATELY_S = 20.0
TEXT_LIMIT = 2_000
UNKNOWN_LIMIT = 1_200
NAME_LIMIT = 120
_READ_ONLY = frozenset(
    ("cat", "ls", "head", "tail", "grep", "rg", "find", "pwd", "echo", "which", "file", "stat", "wc", "tree", "cd")
)


_folders: dict[tuple[str, str], tuple[str, bool]] = {}


def _folder(root: str) -> tuple[str, bool]:
    """Return a project's state folder, and whether it is there and writable; looked up once a process."""
    key = (root, paths.state_dir())
    if key not in _folders:
        folder = paths.project_state(root)
        _folders[key] = folder, bool(folder) and paths.make_private(folder)
    return _folders[key]


def _state(root: str) -> str:
    folder, usable = _folder(root)
    return folder if usable else ""


def _read_marshal(root: str, name: str) -> dict[str, Any]:
    path = f"{_folder(root)[0]}/{name}"
    if not paths.is_private(path):
        return {}
    try:
        found = marshal.loads(paths.read_small(path, 4 << 20))
    except (ValueError, EOFError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def policy(root: str) -> dict[str, Any]:
    """Return the compiled configuration of a project: `enabled`, `mode`, `ignore` ..."""
    found = _read_marshal(root, "policy")
    ignored = found.get("ignore")
    return {**found, "ignore": ignored if isinstance(ignored, list | tuple | set | frozenset) else ()}


def counts(root: str) -> dict[str, Any]:
    """Return what worked here: fingerprint to (fix, worked, tried)."""
    return _read_marshal(root, "counts")


def new_event(kind: str, result: CommandResult, **more: Any) -> Event:
    """Return a new event of a kind about a command, its secrets masked; `more` are further fields, masked already."""
    now = time.time()
    return Event(
        kind=kind,
        at=round(now, 3),
        id=f"{int(now * 1e6):x}-{posix.getpid():x}-{posix.urandom(3).hex()}",
        session=result.session[:NAME_LIMIT],
        source=result.source,
        command=mask.mask_secrets(result.command[:TEXT_LIMIT]),
        exit_code=result.exit_code,
        cwd=mask.mask_secrets(result.cwd),
        tool_use_id=result.tool_use_id[:NAME_LIMIT],
        duration_ms=result.duration_ms,
        **more,
    )


def record_failure(result: CommandResult, root: str, diagnosis: Diagnosis, streams: tuple[str, str] = ("", "")) -> None:
    """Record a failure: its event, and its line in `error-log.txt`; `streams` are the ends of stdout and stderr, apart."""
    state = _state(root)
    if not state:
        return
    event = new_event(
        "failure",
        result,
        pattern_id=diagnosis.pattern_id,
        category=diagnosis.category,
        fingerprint=diagnosis.fingerprint,
        file=mask.mask_secrets(diagnosis.location.file),
        text=mask.mask_secrets(diagnosis.excerpt)[:TEXT_LIMIT],
        stdout=mask.mask_secrets(streams[0]),
        stderr=mask.mask_secrets(streams[1]),
    )
    spool.append(state, event)
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(event.at))
    code = "?" if result.exit_code is None else result.exit_code
    line = f"{stamp} exit {code} {event.pattern_id or '-'} {mask.one_line(event.command, 200)}\n"
    try:
        fd = posix.open(
            f"{state}/error-log.txt",
            posix.O_WRONLY | posix.O_APPEND | posix.O_NONBLOCK | posix.O_CREAT | posix.O_CLOEXEC | posix.O_NOFOLLOW,
            0o600,
        )
        try:
            posix.write(fd, line.encode("utf-8", "backslashreplace"))
        finally:
            posix.close(fd)
    except OSError:
        return
    _ingest_when_due(root, state)


def unnamed(result: CommandResult) -> Diagnosis:
    """Return what stands for a failure that nothing is known about: its last lines, and a fingerprint of the last one.

    So that what heals it can be learned: without a name it would be another failure each time.
    """
    from . import fingerprint
    from .records import Diagnosis

    excerpt = _last_lines(mask.mask_secrets(result.output[-8_000:]))
    last = excerpt.strip().rpartition("\n")[2] or f"{result.exit_code} {result.command}"
    name = fingerprint.fingerprint("", last)
    return Diagnosis(
        pattern_id="", category="unknown", severity="low", confidence=0.0, message="", fingerprint=name, excerpt=excerpt
    )


def _last_lines(output: str) -> str:
    """Return the end of an output nobody could name, from a line's beginning on."""
    start = max(0, len(output) - UNKNOWN_LIMIT)
    line = output.find("\n", start) + 1 if start else 0
    return output[line:] if line < len(output) else output[start:]


def record_hint(result: CommandResult, root: str, diagnosis: Diagnosis, text: str) -> None:
    """Record what was said about a failure."""
    state = _state(root)
    if state:
        event = new_event(
            "hint",
            result,
            pattern_id=diagnosis.pattern_id,
            category=diagnosis.category,
            fingerprint=diagnosis.fingerprint,
        )
        spool.append(state, event.replace(text=mask.mask_secrets(text), command=""))


def open_failure(result: CommandResult, root: str, fingerprint: str) -> tuple[list[str], leases.Others]:
    """Open an episode for a failure; return what was tried since it last came, and what other sessions have to do with it."""
    now, state = time.time(), _state(root)
    tried = session.open_episode(result.session, fingerprint, result.command, root, now)
    others = leases.take(state, result.session, fingerprint, root, now) if state else leases.Others()
    return tried, others


def _proves(command: str) -> bool:
    """Tell whether the exit status 0 of a command line is its program's own: not another's behind a pipe, `||` or `; true`."""
    from .commands import split

    if "|" in command and "pipefail" not in command:
        return False
    simple = split(command)
    return not (";" in command and simple and simple[-1][0] in ("true", "echo", ":"))


def end_session(who: str, root: str, ended: bool) -> None:
    """Forget what was said in a session; when it ended, also what it had open and leased."""
    if ended:
        for place in {root, *session.roots(who)}:
            if state := _state(place):
                leases.release(state, who)
    session.forget(who, ended)


def record_success(result: CommandResult, root: str) -> str:
    """Record a command that went well while an episode is open in its session; return why nothing is said."""
    top = paths.state_dir()
    if not session.is_name(result.session) or not paths.exists(f"{top}/open/{result.session}"):
        return "no failure hidden in this success"
    from .commands import is_harmless, programs

    ran, now = programs(result.command), time.time()
    quiet = bool(ran) and all(name in _READ_ONLY for name in ran)
    what = "" if quiet else f"ran `{mask.one_line(mask.mask_secrets(result.command), 80)}`"
    closed = session.note(result.session, what, now, succeeded=result.command)
    state = _state(root)
    if state:
        idle = quiet or is_harmless(("sh", "-c", result.command))
        did = [] if idle else leases.step("ran", result.command)
        leases.note(state, result.session, did, now, closed, _proves(result.command))
    if state and (closed or not quiet):
        spool.append(state, new_event("success" if closed else "command", result))
    return "the command went well" if closed else "noted in an open episode"


def record_edit(payload: Mapping[str, Any]) -> str:
    """Record an edit (old and new text) while an episode is open in its session; return why nothing is said."""
    who = str(payload.get("session_id", ""))
    if not session.is_name(who) or not paths.exists(f"{paths.state_dir()}/open/{who}"):
        return "an edit outside any open episode"
    given = payload.get("tool_input")
    values: dict[str, Any] = given if isinstance(given, dict) else {}
    file, cwd = str(values.get("file_path", "")), str(payload.get("cwd", ""))
    root = paths.project_root(cwd or posix.getcwd())
    shown = file[len(root) + 1 :] if root and file.startswith(f"{root}/") else file
    now = time.time()
    session.note(who, f"edited {mask.one_line(shown, 80)}", now)
    state = _state(root)
    if state:
        leases.note(state, who, leases.step("edited", shown), now)
        event = Event(
            kind="edit",
            at=round(now, 3),
            id=f"{int(now * 1e6):x}-{posix.getpid():x}-{posix.urandom(3).hex()}",
            session=who,
            cwd=mask.mask_secrets(cwd),
            tool_use_id=str(payload.get("tool_use_id", "")),
            file=mask.mask_secrets(shown),
            old=mask.mask_secrets(str(values.get("old_string", ""))[:TEXT_LIMIT]),
            new=mask.mask_secrets(str(values.get("new_string", values.get("content", "")))[:TEXT_LIMIT]),
        )
        spool.append(state, event)
    return "an edit, noted in an open episode"


def _ingest_when_due(root: str, state: str) -> None:
    """Start an ingest when the spool is large or the last start is long ago."""
    try:
        size = posix.stat(f"{state}/{spool.NAME}").st_size
        last = posix.stat(f"{state}/{STARTED}").st_mtime
    except OSError:
        size, last = 0, 0.0
    if size > SPOOL_LARGE or not 0 <= time.time() - last <= SPOOL_OLD_S:  # a clock may have been set back
        start_ingest(root)


def start_ingest(root: str, urgent: bool = False) -> None:
    """Start `healkit ingest` for a project, detached, its three streams closed; silent when it cannot be started.

    One that was started a few seconds ago is enough, unless it is `urgent`.
    """
    state = _state(root)
    if state:
        try:
            if 0 <= time.time() - posix.stat(f"{state}/{STARTED}").st_mtime < STARTED_LATELY_S and not urgent:
                return
        except OSError:
            pass
        paths.write_private(f"{state}/{STARTED}", b"")
    package = __file__.rpartition("/")[0]
    top = package.rpartition("/")[0]
    code = "import sys; sys.path.insert(0, sys.argv.pop(1)); from healkit.__main__ import main; sys.exit(main())"
    argv = [sys.executable, "-I", "-S", "-c", code, top, "ingest", root]
    files = [(posix.POSIX_SPAWN_OPEN, fd, "/dev/null", posix.O_RDWR, 0) for fd in (0, 1, 2)]
    environment = {**posix.environ, b"HEALKIT_ACTIVE": b"1"}
    try:
        posix.posix_spawn(sys.executable, argv, environment, file_actions=files, setsid=True)
    except NotImplementedError:
        posix.posix_spawn(sys.executable, argv, environment, file_actions=files, setpgroup=0)
    except (OSError, ValueError):  # ValueError: a folder's name that no program can be given
        pass
