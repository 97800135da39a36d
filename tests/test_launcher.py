"""The launcher: any path, any environment, whatever is gone; the client never sees an error."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest

from healkit import install, launcher, wiring
from healkit.records import HealkitError


@pytest.fixture
def place(isolated_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a strange name in an empty home; the slow preparation is left out."""
    monkeypatch.delenv("CLAUDE_CONFIG_DIR", raising=False)
    monkeypatch.setattr(install, "_prepare", lambda _root: [])
    project = isolated_home / "it's a $HOME `project`"
    (project / ".git").mkdir(parents=True)
    return project


@pytest.mark.parametrize("shell", ["/bin/sh", "/bin/bash"])
@pytest.mark.parametrize("folder", ["plain", "it's here", 'a "b" $HOME `id` \\ ü\n!x'])
def test_the_command_survives_any_path_in_a_shell(tmp_path: Path, folder: str, shell: str) -> None:
    program = tmp_path / folder / launcher.NAME
    program.parent.mkdir()
    command = wiring.command_for(str(program), "PostToolUse")
    gone = subprocess.run([shell, "-c", command], capture_output=True, text=True, check=False)
    assert (gone.returncode, gone.stdout, gone.stderr) == (0, "", "")
    program.write_text('#!/bin/sh\necho "got $1"\nexit 3\n')
    program.chmod(0o755)
    there = subprocess.run([shell, "-c", command], capture_output=True, text=True, check=False)
    assert (there.returncode, there.stdout, there.stderr) == (0, "got PostToolUse\n", "")
    assert wiring.ours({"hooks": {"X": [{"hooks": [{"type": "command", "command": command}]}]}})


def test_the_launcher_is_private_executable_and_names_a_real_python(place: Path) -> None:
    done = install.install(str(place))
    status = os.stat(done.launcher)
    assert status.st_mode & 0o777 == 0o755
    assert os.stat(os.path.dirname(done.launcher)).st_mode & 0o077 == 0
    text = Path(done.launcher).read_text()
    assert text.startswith("#!/bin/bash -p\n")
    assert launcher.assigned(text)["HEALKIT_PYTHON"] == done.interpreter
    assert "shims" not in done.interpreter
    assert not os.path.islink(done.interpreter)
    assert Path(launcher.assigned(text)["HEALKIT_ROOT"], "healkit", "__init__.py").exists()
    assert subprocess.run(["/bin/bash", "-n", done.launcher], check=False).returncode == 0


@pytest.mark.parametrize("python", ["/usr/bin/it's python", "/opt/a b/$x/python3", '/p`id`/"q"/py'])
def test_a_strange_interpreter_is_quoted(python: str) -> None:
    head = launcher.render(python).split("\n")
    line = next(line for line in head if line.startswith("HEALKIT_PYTHON="))
    shown = subprocess.run(
        ["/bin/bash", "-c", f'{line}; printf %s "$HEALKIT_PYTHON"'], capture_output=True, text=True, check=True
    )
    assert shown.stdout == python
    assert launcher.assigned("\n".join(head))["HEALKIT_PYTHON"] == python


def test_a_shim_is_seen_through(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = launcher.real_interpreter()
    shim = tmp_path / "shims" / "python3"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec {shlex.quote(real)} "$@"\n')
    shim.chmod(0o755)
    monkeypatch.setattr(launcher.sys, "_base_executable", str(shim))
    assert launcher.real_interpreter() == os.path.realpath(launcher.sys.executable)
    monkeypatch.setattr(launcher.sys, "executable", str(shim))
    with pytest.raises(HealkitError, match="no real Python"):
        launcher.real_interpreter()


def test_mischief_in_the_environment_is_not_run(place: Path, tmp_path: Path) -> None:
    done = install.install(str(place))
    mark = tmp_path / "mark"
    evil = tmp_path / "evil.sh"
    evil.write_text(f"touch {shlex.quote(str(mark))}\n")
    environment = {
        "PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "BASH_ENV": str(evil), "ENV": str(evil),
        "HEALKIT_PYTHON": str(evil), "HEALKIT_STATE_DIR": str(tmp_path / "state"),
    }  # fmt: skip
    for name in ("exec", "exit", "case", "read", "printf", "set", "shopt", "cd", "["):
        environment[f"BASH_FUNC_{name}%%"] = f"() {{ /usr/bin/touch {shlex.quote(str(mark))}; }}"
    ran = subprocess.run(
        [done.launcher, "PostToolUse"], input=b'{"hook_event_name":"PostToolUse","tool_name":"Bash"}',
        env=environment, capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")
    assert not mark.exists()


FAILURE = {
    "session_id": "s", "hook_event_name": "PostToolUseFailure", "tool_name": "Bash", "tool_use_id": "toolu_1",
    "tool_input": {"command": "python3 app.py"}, "is_interrupt": False,
    "error": "Exit code 1\nModuleNotFoundError: No module named 'nope_mod'",
}  # fmt: skip


@pytest.mark.parametrize(
    "gone", ["nothing", "launcher", "python", "package", "state", "state is a file", "home", "path", "session's folder"]
)
@pytest.mark.parametrize("event", ["PostToolUse", "PostToolUseFailure", "SessionStart", "SessionEnd"])
def test_whatever_is_gone_the_client_sees_no_error(place: Path, tmp_path: Path, gone: str, event: str) -> None:
    done = install.install(str(place))
    launch = Path(done.launcher)
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "HEALKIT_STATE_DIR": str(tmp_path / "state")}
    cwd = place
    if gone == "launcher":
        launch.unlink()
    elif gone in ("python", "package"):
        name = "HEALKIT_PYTHON" if gone == "python" else "HEALKIT_ROOT"
        launch.write_text(launch.read_text().replace(f"{name}=", f"{name}=/nowhere/at/all #", 1))
    elif gone == "state is a file":
        (tmp_path / "state").write_text("")
    elif gone == "home":
        environment = {"PATH": "/usr/bin:/bin"}
    elif gone == "path":
        environment.pop("PATH")
    elif gone == "session's folder":
        cwd = tmp_path / "gone"
    payload = json.dumps({**FAILURE, "cwd": str(cwd), "hook_event_name": event}).encode() + b"\n"
    ran = subprocess.run(
        ["/bin/sh", "-c", wiring.command_for(done.launcher, event)], input=payload, env=environment, cwd=place,
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, b"")
    if ran.stdout:
        assert json.loads(ran.stdout)["hookSpecificOutput"]["hookEventName"] == event
