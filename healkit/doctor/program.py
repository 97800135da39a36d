"""The doctor's look at the hook program: found, whole, its Python still there, and does it answer?"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from typing import Any

from .. import episode, launcher, paths, wiring
from .verdict import Check, fail, ok, plain, warn

ROUNDS = 5
SLOW_RATIO = 8.0
_AGAIN = "Run `healkit install` (with --user where that is how it was installed)."


def on_path(_root: str) -> Check:
    """`healkit` is found, so that a hint may name its commands."""
    found = shutil.which("healkit")
    if not found:
        return warn("`healkit` is not on PATH, so hints cannot name its commands", "Add its folder to PATH.")
    return ok(found)


def _wants_launcher(root: str) -> bool:
    files = wiring.settings_files(root)
    return any(wiring.ours(wiring.value_of(wiring.text_of(path), path)) for _, path in files)


def launcher_current(root: str) -> Check:
    """The launcher is there, executable, nobody else's, and what this healkit would write."""
    path = launcher.launcher_path()
    if not os.path.exists(path):
        if _wants_launcher(root):
            return fail(f"{path} is missing, so the hooks are silent", _AGAIN)
        return ok("not needed: nothing in the settings uses it")
    if not os.access(path, os.X_OK):
        return fail(f"{path} cannot be executed, so the hooks are silent", _AGAIN)
    if not (paths.is_private(path) and paths.is_private(os.path.dirname(path))):
        return fail(f"others can change {path}", f"chmod go-w '{path}' '{os.path.dirname(path)}', then look at it.")
    text = _launcher_text()
    if text != launcher.render(launcher.assigned(text).get("HEALKIT_PYTHON", "")):
        return warn(f"{path} is of another version or place of healkit", _AGAIN)
    return ok(path)


def _launcher_text() -> str:
    return paths.read_small(launcher.launcher_path()).decode("utf-8", "surrogateescape")


def _interpreter() -> str:
    return launcher.assigned(_launcher_text()).get("HEALKIT_PYTHON", "") or launcher.real_interpreter()


def interpreter(_root: str) -> Check:
    """The Python that the hook starts is there, real, and new enough."""
    path = _interpreter()
    if not os.path.exists(path):
        return fail(f"the Python of the hook is gone: {path}", _AGAIN)
    if launcher.is_script(path):
        return warn(f"the Python of the hook is a script ({path}), which costs time at every call", _AGAIN)
    version = launcher.version_of(path)
    if version is None:
        return fail(f"the Python of the hook does not run: {path}", _AGAIN)
    shown = ".".join(map(str, version))
    if version < launcher.OLDEST:
        return fail(f"the Python of the hook is too old: {path} ({shown})", _AGAIN)
    return ok(f"{path} ({shown})")


def answers(_root: str) -> Check:
    """A failing command in a scratch project is answered; how long that takes, and how often a bare Python's time."""
    program = launcher.launcher_path() if os.path.exists(launcher.launcher_path()) else launcher.gate_path()
    python = _interpreter()
    hook, floor = [], []
    with tempfile.TemporaryDirectory(prefix="healkit-doctor-", ignore_cleanup_errors=True) as scratch:
        environment = _environment(scratch)
        try:
            _prepare(scratch, python, environment)
            for number in range(ROUNDS + 1):
                taken, output = _call([program, "PostToolUseFailure"], _payload(scratch, number), environment)
                if not _has_answer(output):
                    return _no_answer(scratch, output)
                hook.append(taken)
                floor.append(_call([python, "-I", "-S", "-c", "pass"], b"", environment)[0])
        except (OSError, subprocess.SubprocessError) as error:
            return fail(f"the hook cannot be run: {plain(error)}", _AGAIN)
    best, ratio = min(hook[1:]), min(hook[1:]) / min(floor[1:])  # the first call warms the disk's cache
    what = f"a failing command is answered in {best * 1000:.0f} ms ({ratio:.1f} times a bare Python)"
    if ratio > SLOW_RATIO:
        return warn(what, "That is slow: look at the interpreter above, and at the pattern files' size.")
    return ok(what)


def _prepare(scratch: str, python: str, environment: dict[str, str]) -> None:
    """Make the scratch folder a project whose facts are known and whose indexes are compiled.

    Else the first call would be slow, and the hook would start a process that lives longer than the folder.
    """
    os.mkdir(f"{scratch}/{paths.PROJECT_MARKS[0]}")
    kept = f"{environment['HEALKIT_STATE_DIR']}/projects/{paths.project_key(scratch)}"
    os.makedirs(kept, mode=0o700)
    with open(f"{kept}/{episode.STARTED}", "wb"):
        pass
    top = os.path.dirname(os.path.dirname(os.path.abspath(launcher.__file__)))
    code = "import sys; sys.path.insert(0, sys.argv[1]); from healkit import memory, project\n"
    code += "memory.open_memory(sys.argv[2]); project.refresh(sys.argv[2])"
    subprocess.run(
        [python, "-I", "-S", "-c", code, top, scratch], env=environment, timeout=20, check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _no_answer(scratch: str, output: str) -> Check:
    """Tell why the hook said nothing: it ran and knew nothing, or it did not get that far."""
    errors = paths.read_small(f"{scratch}/state/hook-errors.txt").decode("utf-8", "replace").splitlines()
    calls = paths.read_small(f"{scratch}/state/hook-log").decode("utf-8", "replace").splitlines()
    try:
        why = plain(json.loads(calls[-1])["why"])
    except (IndexError, ValueError, KeyError, TypeError):
        why = ""
    if why and not errors and not output:
        return warn(f"the hook runs, but is silent about a missing Python module: {why}", "See the patterns below.")
    said = f"it said {plain(output)!r}" if output else "it said nothing"
    details = tuple(plain(line) for line in errors[-8:] if line.strip())
    return fail(f"the hook does not answer a failing command: {said}", _AGAIN, details)


def _environment(scratch: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CLAUDE")}
    for name in ("HEALKIT_OFF", "HEALKIT_ACTIVE"):
        kept.pop(name, None)
    return {**kept, "HEALKIT_STATE_DIR": f"{scratch}/state"}


def _payload(scratch: str, number: int) -> bytes:
    message = "ModuleNotFoundError: No module named 'healkit_probe'"
    lines = ["Exit code 1", "Traceback (most recent call last):", '  File "app.py", line 1, in <module>', message]
    values: dict[str, Any] = {
        "session_id": f"healkit-doctor-{number}", "cwd": scratch, "hook_event_name": "PostToolUseFailure",
        "tool_name": "Bash", "tool_input": {"command": "python3 app.py"}, "tool_use_id": f"toolu_doctor{number}",
        "error": "\n".join(lines), "is_interrupt": False,
    }  # fmt: skip
    return json.dumps(values).encode() + b"\n"


def _call(argv: list[str], stdin: bytes, environment: dict[str, str]) -> tuple[float, str]:
    started = time.perf_counter()
    done = subprocess.run(
        argv, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, timeout=20, check=True,
        cwd=environment["HEALKIT_STATE_DIR"].rpartition("/")[0],
    )  # fmt: skip
    return time.perf_counter() - started, done.stdout.decode("utf-8", "replace")


def _has_answer(output: str) -> bool:
    try:
        return bool(json.loads(output)["hookSpecificOutput"]["additionalContext"])
    except (ValueError, KeyError, TypeError):
        return False
