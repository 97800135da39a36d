"""`healkit-hook EVENT`: one client event on standard input, at most one JSON object on standard output, always exit 0.

It names what failed and says what is known here to fix it. It edits nothing and runs nothing but, detached, healkit's own
`ingest`. Why it was silent, and what went wrong inside, stands in the state folder, where `healkit doctor` reads it.
"""

from __future__ import annotations

import posix
import sys
import time

from . import paths, wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .records import CommandResult, Diagnosis

MAX_PAYLOAD = 64 << 20
LOG_LIMIT = 64 << 10
GATE = (
    "Traceback (most recent call last)", "error[E", "error TS", "npm ERR!", "npm error", "command not found", "ModuleNotFoundError",
    "FAILED", "panicked at", "fatal: ", "No such file or directory", "Cannot find module",
)  # fmt: skip
"""What a success must say to be read as a failure in disguise; the shell gate has the same words."""


def main() -> None:
    """Answer one event and leave at once, with exit status 0 whatever happened."""
    try:
        serve(sys.argv[1] if len(sys.argv) > 1 else "")
    finally:
        posix._exit(0)  # nothing is left to be tidied up, and tidying up costs as much as matching


def serve(event: str) -> None:
    """Read the payload, write the answer, note the call."""
    began = time.perf_counter()
    said = why = ""
    payload: Any = {}
    try:
        payload = wire.loads(_stdin())
        said, why = answer(event, payload if isinstance(payload, dict) else {})
    except Exception as error:  # whatever it is, the caller is not hurt; the doctor tells
        why = _note_error(event, error)
    try:
        if said:
            posix.write(1, said.encode("utf-8", "replace"))
        _log_call(event, payload, bool(said), why, began)
        from . import compiled

        compiled.save()
    except Exception as error:
        _note_error(event, error)


def _stdin() -> bytes:
    parts, left = [], MAX_PAYLOAD
    while part := posix.read(0, 1 << 16):
        left -= len(part)
        if left > 0:
            parts.append(part)
    return b"".join(parts)


def answer(event: str, payload: Mapping[str, Any]) -> tuple[str, str]:
    """Return what to print for an event, and the reason where it is nothing."""
    if paths.env("HEALKIT_ACTIVE") or paths.is_switched_off():
        return "", "healkit is off"
    name = payload.get("hook_event_name")
    if not isinstance(name, str) or (event and event != name):
        return "", "wrong or missing event"
    if name in ("SessionStart", "SessionEnd"):
        return _turn_of_session(name, payload)
    if name == "PreToolUse":
        return _before(name, payload)
    if name not in ("PostToolUse", "PostToolUseFailure"):
        return "", "an event that healkit does not handle"
    if payload.get("is_interrupt"):
        return "", "interrupted by the user"
    if payload.get("tool_name") in ("Edit", "Write", "MultiEdit", "NotebookEdit"):
        from .episode import record_edit

        return "", record_edit(payload) if name == "PostToolUse" else "a failed edit"
    from .intake import from_claude

    result = from_claude(payload)
    if result is None:
        return "", "not a finished Bash command"
    return _after_command(name, result)


def _may_hide_failure(result: CommandResult) -> bool:
    """Tell whether a success is worth reading: it says one of the gate's words."""
    return result.masked and any(word in result.output for word in GATE)


def _after_command(event: str, result: CommandResult) -> tuple[str, str]:
    from . import episode

    root = paths.project_root(result.cwd or posix.getcwd())
    policy = episode.policy(root)
    if not policy.get("enabled", True):
        return "", "switched off by the configuration"
    if result.exit_code == 0 and not _may_hide_failure(result):
        return "", episode.record_success(result, root)
    from . import bundle

    bundle.load_rest()
    from .commands import is_quiet_exit
    from .detect import detect
    from .memory import open_memory

    memory = open_memory(root, build=False)
    diagnoses = detect(result, memory, limit=1, ignored=policy.get("ignore", ()), notes=False)
    if not diagnoses and result.exit_code == 0:
        return "", episode.record_success(result, root)
    best = diagnoses[0] if diagnoses else episode.unnamed(result)
    episode.record_failure(result, root, best)
    if memory.pending:
        episode.start_ingest(root)
    if not diagnoses:
        if not is_quiet_exit(result.command, result.exit_code or 0):
            episode.open_failure(result, root, best.fingerprint)
            return _seen_before(event, result, root, best)
        return "", "nothing known about this output"
    return _hint(event, result, root, diagnoses, memory)


def _seen_before(event: str, result: CommandResult, root: str, best: Diagnosis) -> tuple[str, str]:
    """Answer a failure that no pattern names by what healed one here that said nearly the same."""
    from . import choose, episode, mask, session

    said = choose.worked(best, episode.counts(root))
    if not said or session.count(result.session, best.fingerprint) > 1:
        return "", "nothing known about this output"
    text = mask.mask_secrets(f"healkit: {said}.")
    episode.record_hint(result, root, best, text)
    return _say(event, text)


def _hint(event: str, result: CommandResult, root: str, diagnoses: list[Diagnosis], memory: Any) -> tuple[str, str]:
    from . import episode, hint, mask, session

    best = diagnoses[0]
    times = session.count(result.session, best.fingerprint)
    tried, others = episode.open_failure(result, root, best.fingerprint)
    if times > 2:
        return "", "said twice in this session already"
    beside = hint.elsewhere(others, time.time())
    text = hint.again(best, tried, beside) if times == 2 else _first_hint(best, memory, root, result.cut, beside)
    text = mask.mask_secrets(text)
    episode.record_hint(result, root, best, text)
    return _say(event, text)


def _first_hint(best: Diagnosis, memory: Any, root: str, cut: bool, beside: str) -> str:
    """Return the hint for a new failure; what healkit compiled for the project may be damaged, the failure is named all the same."""
    from . import choose, episode, facts, hint
    from .records import Plan

    try:
        found = facts.load(root)
        if found is None or found.stale:
            episode.start_ingest(root)
        here = choose.situation(best, memory, found)
        plan = choose.plan(best, memory, found, episode.counts(root), here)
        auto = best.trusted and episode.policy(root).get("mode") == "auto" and _is_installed()
        return hint.first_time(best, plan, here, cut, auto, beside)
    except Exception as error:
        _note_error("hint", error)
        here = choose.Situation(best, None, None)
        return hint.first_time(best, Plan(diagnosis=best), here, cut, beside=beside)


def _is_installed() -> bool:
    """Tell whether the program `healkit` is on PATH: only then is a command of it named."""
    return any(
        posix.access(f"{folder}/healkit", posix.X_OK)
        for folder in paths.env("PATH").split(":")
        if folder.startswith("/")
    )


def _root_of(payload: Mapping[str, Any]) -> str:
    cwd = payload.get("cwd")
    return paths.project_root(cwd if isinstance(cwd, str) else posix.getcwd())


def _turn_of_session(name: str, payload: Mapping[str, Any]) -> tuple[str, str]:
    from . import bundle

    bundle.load_before()
    from . import episode, walls

    who, root = str(payload.get("session_id", "")), _root_of(payload)
    if name == "SessionEnd" or payload.get("source") == "compact":
        episode.end_session(who, root, ended=name == "SessionEnd")
    episode.start_ingest(root, urgent=True)
    policy = episode.policy(root)
    text = walls.at_start(payload, policy, root) if name == "SessionStart" and policy.get("enabled", True) else ""
    return _say(name, text) if text else ("", "a session began or ended")


def _before(name: str, payload: Mapping[str, Any]) -> tuple[str, str]:
    from . import bundle

    bundle.load_before()
    from . import episode, walls

    root = _root_of(payload)
    policy = episode.policy(root)
    if not policy.get("enabled", True):
        return "", "switched off by the configuration"
    text, why = walls.before_command(payload, policy, root)
    return _say(name, text) if text else ("", why)


def _say(event: str, text: str) -> tuple[str, str]:
    from .mask import mask_secrets

    return wire.dumps({"hookSpecificOutput": {"hookEventName": event, "additionalContext": mask_secrets(text)}}), ""


def _append_bounded(name: str, line: str) -> None:
    """Append a line to a log of the state folder; past its limit the older half goes."""
    top = paths.state_dir()
    if not top or not paths.make_private(top):
        return
    path = f"{top}/{name}"
    try:
        fd = posix.open(
            path,
            posix.O_WRONLY | posix.O_APPEND | posix.O_NONBLOCK | posix.O_CREAT | posix.O_CLOEXEC | posix.O_NOFOLLOW,
            0o600,
        )
        try:
            posix.write(fd, line.encode("utf-8", "backslashreplace") + b"\n")
            size = posix.fstat(fd).st_size
        finally:
            posix.close(fd)
    except OSError:
        return
    if size > LOG_LIMIT:
        paths.write_private(path, paths.read_small(path)[-LOG_LIMIT // 2 :].partition(b"\n")[2])


def _log_call(event: str, payload: Any, said: bool, why: str, began: float) -> None:
    values = payload if isinstance(payload, dict) else {}
    row = {
        "at": round(time.time(), 3),
        "event": event or str(values.get("hook_event_name", "")),
        "tool": str(values.get("tool_name", ""))[:40],
        "session": str(values.get("session_id", ""))[:40],
        "said": said,
        "why": why,
        "ms": round((time.perf_counter() - began) * 1000, 1),
    }
    _append_bounded("hook-log", wire.dumps(row))


def _note_error(event: str, error: Exception) -> str:
    trace, places = error.__traceback__, []
    while trace is not None:
        places.append(f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}")
        trace = trace.tb_next
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S")
    try:
        from .mask import mask_secrets, one_line

        shown = one_line(mask_secrets(str(error)), 300)
        _append_bounded(
            "hook-errors.txt", f"{stamp} {event} {type(error).__name__}: {shown} ({' > '.join(places[-4:])})"
        )
    except Exception:  # nothing is left to be said
        pass
    return f"an error inside healkit: {type(error).__name__}"


if __name__ == "__main__":
    main()
