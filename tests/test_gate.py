"""The shell gate, hooks/self-healing.sh, run by a real bash; a stand-in package tells when Python was started."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

GATE = Path(__file__).parents[1] / "hooks" / "self-healing.sh"
PYTHON = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
BUILT_IN = (
    "Traceback (most recent call last)",
    "error[E",
    "error TS",
    "npm ERR!",
    "npm error",
    "command not found",
    "ModuleNotFoundError",
    "FAILED",
    "panicked at",
    "fatal: ",
    "No such file or directory",
    "Cannot find module",
)
STAND_IN = """
import posix, sys

def main():
    parts = []
    while part := posix.read(0, 65536):
        parts.append(part)
    with open(posix.environ[b"SEEN"].decode() + ".stdin", "wb") as out:
        out.write(b"".join(parts))
    with open(posix.environ[b"SEEN"].decode(), "a") as out:
        out.write(sys.argv[1] + "\\n")
    sys.stdout.write("answer")
"""


class Gate:
    """A scratch HOME, a stand-in package, and the gate run in them."""

    def __init__(self, tmp: Path) -> None:
        self.tmp, self.script = tmp, GATE
        self.state, self.root, self.home = tmp / "state", tmp / "root", tmp / "home"
        for folder in (self.state / "open", self.root / "healkit", self.home):
            folder.mkdir(parents=True)
        (self.root / "healkit/__init__.py").touch()
        (self.root / "healkit/bundle.py").write_text("def load():\n    return False\n")
        self.package(STAND_IN)
        self.seen = tmp / "seen"
        self.env = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.home),
            "HEALKIT_STATE_DIR": str(self.state),
            "HEALKIT_PYTHON": PYTHON,
            "HEALKIT_ROOT": str(self.root),
            "SEEN": str(self.seen),
        }

    def package(self, text: str) -> None:
        (self.root / "healkit/hook.py").write_text(text)

    def run(self, event: str, payload: bytes | object = b"", argv: tuple[str, ...] = (), **env: str | None) -> str:
        """Run the gate with a payload; check that it exits 0 without a word on stderr; return its stdout."""
        data = payload if isinstance(payload, bytes) else dump(payload)
        merged = {k: v for k, v in {**self.env, **env}.items() if v is not None}
        words = argv or (str(self.script),)
        done = subprocess.run([*words, event], input=data, env=merged, cwd=self.tmp, capture_output=True, timeout=60)
        assert done.returncode == 0, (done.returncode, done.stderr)
        assert done.stderr == b""
        return done.stdout.decode()

    def started(self) -> list[str]:
        """Return the events that Python was started for, and forget them."""
        lines = self.seen.read_text().split() if self.seen.exists() else []
        self.seen.unlink(missing_ok=True)
        return lines

    def got(self) -> bytes:
        return Path(f"{self.seen}.stdin").read_bytes()


def dump(payload: object) -> bytes:
    """Return a payload the way the client writes it: no spaces, one line, UTF-8."""
    return json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogateescape") + b"\n"


def success(stdout: str = "ok", tool: str = "Bash", session: str = "s-1") -> dict[str, object]:
    return {
        "session_id": session,
        "transcript_path": "/home/user/t.jsonl",
        "cwd": "/home/user/p",
        "hook_event_name": "PostToolUse",
        "tool_name": tool,
        "tool_input": {"command": "make"},
        "tool_response": {"stdout": stdout, "stderr": "", "interrupted": False},
    }


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path)


@pytest.mark.parametrize("event", ["PostToolUseFailure", "SessionStart", "SessionEnd"])
def test_these_events_start_python_with_stdin_untouched(gate: Gate, event: str) -> None:
    payload = b'{"session_id":"x","error":"\xff\x00\xc3 \\u0000"}' + b"x" * 200_000
    assert gate.run(event, payload) == "answer"
    assert gate.started() == [event]
    assert gate.got() == payload


def words(gate: Gate, folder: Path, *lines: str) -> Path:
    """Write the words that commands of a project with walls hold."""
    (gate.state / "walls").mkdir(exist_ok=True)
    path = gate.state / "walls" / str(folder).replace("/", "%")
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def before(command: str, tool: str = "Bash") -> dict[str, object]:
    values = {"session_id": "s-1", "cwd": "/p", "hook_event_name": "PreToolUse", "tool_name": tool}
    return {**values, "tool_input": {"command": command, "description": "step"}}


def test_before_a_command_python_starts_only_for_a_word_of_the_projects_walls(gate: Gate) -> None:
    assert gate.run("PreToolUse", before("pytest -q")) == ""
    words(gate, gate.tmp / "other", "pytest")
    assert gate.run("PreToolUse", before("pytest -q")) == ""
    assert gate.started() == []
    path = words(gate, gate.tmp, "npm", *(f"w[{n}]*" for n in range(30)), "pytest")
    assert gate.run("PreToolUse", before("ls; w5 | cargo test")) == ""
    assert gate.started() == []
    payload = dump(before("cd x && pytest -q # \u00e4"))
    assert gate.run("PreToolUse", payload) == "answer"
    assert gate.started() == ["PreToolUse"]
    assert gate.got() == payload
    for event in ("PostToolUse", "Stop"):
        assert gate.run(event, before("pytest -q")) == ""
    path.unlink()
    path.symlink_to("/nowhere")
    assert gate.run("PreToolUse", before("pytest -q")) == ""
    assert gate.started() == []


def test_a_projects_walls_hold_below_its_folder_and_through_a_link(gate: Gate) -> None:
    deep, link = gate.tmp / "it's a/de ep\u00e9 $(x)", gate.tmp / "link"
    deep.mkdir(parents=True)
    link.symlink_to(deep)

    def answered(folder: Path) -> bool:
        env = {**gate.env, "PWD": str(folder)}
        done = subprocess.run(
            [str(GATE), "PreToolUse"], input=dump(before("pytest")), env=env, cwd=folder, capture_output=True
        )
        assert (done.returncode, done.stderr) == (0, b"")
        return done.stdout == b"answer"

    above = words(gate, gate.tmp, "pytest")
    assert answered(deep)
    above.unlink()
    words(gate, deep, "pytest")
    assert answered(link)
    assert not answered(gate.tmp)


def test_the_walls_of_a_project_are_where_python_writes_them(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    from healkit import walls

    monkeypatch.setattr(walls.paths, "state_dir", lambda: str(gate.state))
    for folder in (gate.tmp, gate.tmp / "it's a%b \u00e9"):
        folder.mkdir(exist_ok=True)
        assert walls.gate_file(str(folder)) == str(words(gate, folder, "x"))
    assert walls.gate_file("/" + "x" * 250) == walls.gate_file("") == ""


def test_walls_of_somebody_else_are_ignored(gate: Gate) -> None:
    path = words(gate, gate.tmp)
    path.unlink()
    line = give_away(path, "pytest")
    assert gate.run("PreToolUse", before(line)) == ""
    assert gate.started() == []


def test_switched_off_nothing_is_said_before_a_command(gate: Gate) -> None:
    words(gate, gate.tmp, "pytest")
    assert gate.run("PreToolUse", before("pytest"), HEALKIT_OFF="1") == ""
    assert gate.started() == []


@pytest.mark.parametrize("event", ["PreToolUse", "Stop", "", "PostToolUseFailure;id", "$(id)"])
def test_other_events_are_drained_in_silence(gate: Gate, event: str) -> None:
    assert gate.run(event, success(BUILT_IN[0])) == ""
    assert gate.started() == []


@pytest.mark.parametrize("tool", ["Bash", "PowerShell", "Edit", "Write"])
def test_a_plain_success_starts_nothing(gate: Gate, tool: str) -> None:
    assert gate.run("PostToolUse", success("all is well\n" * 500, tool)) == ""
    assert gate.started() == []


@pytest.mark.parametrize("literal", BUILT_IN)
def test_a_masked_failure_starts_python_with_the_whole_payload(gate: Gate, literal: str) -> None:
    payload = dump(success(f"\u00e4 before {literal} after\n"))
    assert gate.run("PostToolUse", payload) == "answer"
    assert gate.started() == ["PostToolUse"]
    assert gate.got() == payload


def test_a_masked_failure_in_a_payload_above_the_buffer_loses_nothing(gate: Gate) -> None:
    payload = dump(success(BUILT_IN[0] + "\u00fc" * 300_000 + "the end"))
    assert gate.run("PostToolUse", payload) == "answer"
    assert gate.got() == payload


@pytest.mark.parametrize("tool", ["Edit", "Write", "MultiEdit", "NotebookEdit"])
def test_an_edit_that_contains_a_literal_starts_nothing(gate: Gate, tool: str) -> None:
    gate.run("PostToolUse", success(BUILT_IN[0], tool))
    assert gate.started() == []


@pytest.mark.parametrize("position", [1, 12, 13, 24, 30])
def test_the_gate_file_replaces_the_built_in_literals(gate: Gate, position: int) -> None:
    lines = [f"literal [{i}] * ? $(id) \\" for i in range(1, 31)]
    (gate.state / "gate").write_text("\n".join(lines) + "\n")
    raw = dump(success("PLACE")).replace(b"PLACE", lines[position - 1].encode())
    gate.run("PostToolUse", raw)
    assert gate.started() == ["PostToolUse"]
    gate.run("PostToolUse", success(BUILT_IN[0]))
    gate.run("PostToolUse", success("literal 3 x y"))
    assert gate.started() == []


def test_an_empty_gate_file_means_no_literals(gate: Gate) -> None:
    (gate.state / "gate").touch()
    gate.run("PostToolUse", success(BUILT_IN[0]))
    assert gate.started() == []


def test_a_gate_that_is_no_regular_file_is_ignored(gate: Gate) -> None:
    os.mkfifo(gate.state / "gate")
    gate.run("PostToolUse", success(BUILT_IN[0]))
    assert gate.started() == ["PostToolUse"]


def give_away(path: Path, text: str) -> str:
    """Make a file that is not ours: root gives one away, others link to root's; return its first line."""
    if os.geteuid() == 0:
        path.write_text(f"{text}\n")
        os.chown(path, 12345, 12345)
    else:
        path.symlink_to("/etc/passwd")
    return path.read_text().splitlines()[0]


def test_a_gate_file_of_somebody_else_is_ignored(gate: Gate) -> None:
    line = give_away(gate.state / "gate", "a literal")
    gate.run("PostToolUse", success(line))
    assert gate.started() == []
    gate.run("PostToolUse", success(BUILT_IN[0]))
    assert gate.started() == ["PostToolUse"]


@pytest.mark.parametrize("tool", ["Bash", "Edit"])
def test_an_open_episode_named_by_the_environment(gate: Gate, tool: str) -> None:
    (gate.state / "open/s-1").touch()
    payload = dump(success("x" * 100_000, tool))
    assert gate.run("PostToolUse", payload, CLAUDE_CODE_SESSION_ID="s-1") == "answer"
    assert gate.started() == ["PostToolUse"]
    assert gate.got() == payload
    gate.run("PostToolUse", payload, CLAUDE_CODE_SESSION_ID="s-2")
    assert gate.started() == []


def test_an_open_episode_named_by_the_payload(gate: Gate) -> None:
    (gate.state / "open/s-1").touch()
    payload = dump(success("x" * 100_000, "Edit"))
    gate.run("PostToolUse", payload)
    assert gate.started() == ["PostToolUse"]
    assert gate.got() == payload
    gate.run("PostToolUse", success(session="s-2"))
    gate.run("PreToolUse", success(session="s-1"))
    assert gate.started() == []


@pytest.mark.parametrize("session", ["../../x", "..", ".", "*", "a b", "$(touch x)", "s\n1", "", "a/../s-1", "\u00e9"])
@pytest.mark.parametrize("by_environment", [True, False])
def test_a_hostile_session_id_opens_nothing(gate: Gate, session: str, by_environment: bool) -> None:
    (gate.tmp / "x").touch()
    (gate.state / "open/s-1").touch()
    (gate.state / "open/\u00e9").touch()
    env = {"CLAUDE_CODE_SESSION_ID": session} if by_environment else {}
    gate.run("PostToolUse", success(session=session), **env)
    # an empty variable counts as unset: the payload then says the same
    assert gate.started() == []


@pytest.mark.parametrize("how", ["HEALKIT_OFF", "HEALKIT_ACTIVE", "off"])
def test_switched_off_is_silent_and_drains(gate: Gate, how: str) -> None:
    env = {how: "1"} if how.isupper() else {}
    if not env:
        (gate.state / "off").touch()
    for event in ("PostToolUseFailure", "PostToolUse", "SessionStart"):
        assert gate.run(event, success(BUILT_IN[0] + "x" * 1_000_000), **env) == ""
    assert gate.started() == []


@pytest.mark.parametrize(
    ("env", "where"),
    [
        ({"HEALKIT_STATE_DIR": "{tmp}/a///"}, "a"),
        ({"HEALKIT_STATE_DIR": "rel", "HEALKIT_HOME": "{tmp}/b/"}, "b/state"),
        ({"HEALKIT_STATE_DIR": "", "HEALKIT_HOME": "rel", "XDG_STATE_HOME": "{tmp}/c"}, "c/healkit"),
        ({"HEALKIT_STATE_DIR": None, "XDG_STATE_HOME": "rel", "HOME": "{tmp}/d/"}, "d/.local/state/healkit"),
        ({"HEALKIT_STATE_DIR": "/", "HEALKIT_HOME": "{tmp}/b"}, ""),
        ({"HEALKIT_STATE_DIR": None, "HOME": "/"}, ""),
        ({"HEALKIT_STATE_DIR": None, "HOME": "rel"}, ""),
    ],
)
def test_the_state_folder_is_the_one_that_paths_finds(gate: Gate, env: dict[str, str | None], where: str) -> None:
    filled = {k: v and v.format(tmp=gate.tmp) for k, v in env.items()}
    merged = {k: v for k, v in {**gate.env, **filled}.items() if v is not None}
    code = "from healkit import paths; print(paths.state_dir())"
    root = str(GATE.parents[1])
    said = subprocess.run(
        [sys.executable, "-c", code], env={**merged, "PYTHONPATH": root}, capture_output=True, text=True
    )
    assert said.stdout.strip() == (str(gate.tmp / where) if where else "")
    for name in ("a", "b/state", "c/healkit", "d/.local/state/healkit", "rel", "rel/state"):
        (gate.tmp / name / "open").mkdir(parents=True)
        marker = gate.tmp / name / "open/s-1"
        marker.touch()
        gate.run("PostToolUse", success(), **filled)
        assert gate.started() == (["PostToolUse"] if name == where else [])
        marker.unlink()


@pytest.fixture
def old(gate: Gate) -> Gate:
    """The gate as it takes bash 3.2: the branch for it, chosen by a version that is set by hand."""
    text = GATE.read_text()
    gate.script = gate.tmp / "old.sh"
    gate.script.write_text(
        text.replace("exec 2>/dev/null\n", "exec 2>/dev/null\nBASH_VERSION='3.2.57(1)-release'\n", 1)
    )
    gate.script.chmod(0o755)
    assert gate.script.read_text() != text
    return gate


@pytest.mark.parametrize("size", [0, 300, 70_000, 1_000_000])
def test_without_read_n_the_answers_are_the_same(old: Gate, size: int) -> None:
    assert old.run("PostToolUse", success("x" * size)) == ""
    payload = dump(success(BUILT_IN[0] + "x" * size))
    assert old.run("PostToolUse", payload) == "answer"
    assert old.got() == payload.rstrip(b"\n")
    (old.state / "open/s-1").touch()
    assert old.run("PostToolUse", success("x" * size, "Edit")) == "answer"


def feed(writer: socket.socket, data: bytes, errors: list[OSError]) -> None:
    try:
        writer.sendall(data)
        writer.shutdown(socket.SHUT_WR)
    except OSError as error:
        errors.append(error)


@pytest.mark.parametrize("size", [0, 300, 65_535, 65_536, 65_537, 1_000_000])
@pytest.mark.parametrize("literal", ["", BUILT_IN[0]])
@pytest.mark.parametrize("event", ["PostToolUse", "PostToolUseFailure", "Other"])
def test_a_socket_is_drained_without_epipe(gate: Gate, size: int, literal: str, event: str) -> None:
    """The real client gives its hooks a socket; a writer that meets EPIPE shows a hook error."""
    data = dump(success(literal + "x" * size))
    ours, theirs = socket.socketpair()
    with ours, theirs:
        errors: list[OSError] = []
        with subprocess.Popen([str(GATE), event], stdin=theirs, env=gate.env, stdout=subprocess.PIPE) as hook:
            theirs.close()
            thread = threading.Thread(target=feed, args=(ours, data, errors))
            thread.start()
            out, _ = hook.communicate(timeout=60)
            thread.join(60)
    expected = event == "PostToolUseFailure" or (event == "PostToolUse" and bool(literal))
    assert (hook.returncode, errors, out) == (0, [], b"answer" if expected else b"")
    assert not expected or gate.got() == data


def test_a_large_success_through_a_pipe_is_drained(gate: Gate) -> None:
    with subprocess.Popen([str(GATE), "PostToolUse"], stdin=subprocess.PIPE, env=gate.env) as hook:
        assert hook.stdin
        hook.stdin.write(dump(success("x" * 1_000_000)))  # would raise BrokenPipeError
        hook.stdin.close()
        assert hook.wait(60) == 0


@pytest.mark.parametrize("kind", ["/dev/null", "file", "closed", "folder"])
@pytest.mark.parametrize("event", ["PostToolUse", "Other"])
def test_other_kinds_of_stdin(gate: Gate, kind: str, event: str) -> None:
    (gate.tmp / "file").write_bytes(dump(success("x" * 100_000)))
    source = {"/dev/null": "</dev/null", "file": "<file", "closed": "<&-", "folder": "<home"}[kind]
    line = f'"$0" "$1" {source}'
    words = ["/bin/sh", "-c", line, str(GATE), event]
    done = subprocess.run(words, env=gate.env, cwd=gate.tmp, capture_output=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.parametrize("data", [b"\0" * 1000, b"\xff\xfe\xc3(" * 20_000, b'{"session_id":"', b"[" * 70_000, b"\n"])
def test_bytes_that_are_no_payload(gate: Gate, data: bytes) -> None:
    for event in ("PostToolUse", "PreToolUse"):
        assert gate.run(event, data, LC_ALL="C.UTF-8") == ""
    assert gate.started() == []


def test_a_literal_behind_invalid_bytes_is_seen(gate: Gate) -> None:
    gate.run("PostToolUse", b'{"tool_name":"Bash","x":"\xff\xc3 ' + BUILT_IN[0].encode() + b'\xe2"}', LANG="C.UTF-8")
    assert gate.started() == ["PostToolUse"]


MISCHIEF = ("read", "printf", "cat", "exec", "[", "set", "shopt", "exit", "type", "/bin/cat")


@pytest.mark.parametrize("argv", [(), ("/bin/bash", "-p", str(GATE))], ids=["executed", "bash -p"])
@pytest.mark.parametrize("event", ["PostToolUse", "PostToolUseFailure"])
def test_bash_env_and_exported_functions_are_ignored(gate: Gate, argv: tuple[str, ...], event: str) -> None:
    trap = gate.tmp / "trap.sh"
    trap.write_text(f"touch {gate.tmp}/caught; exit 3\n")
    functions = {f"BASH_FUNC_{name}%%": f"() {{ /usr/bin/touch {gate.tmp}/caught; return 1; }}" for name in MISCHIEF}
    env = {"BASH_ENV": str(trap), "ENV": str(trap), "SHELLOPTS": "noexec", "BASHOPTS": "expand_aliases", **functions}
    expected = "answer" if event == "PostToolUseFailure" else ""
    assert gate.run(event, success("x" * 70_000), argv, **env) == expected
    assert not (gate.tmp / "caught").exists()


def test_no_home(gate: Gate) -> None:
    env = {"HOME": None, "HEALKIT_STATE_DIR": None}
    assert gate.run("PostToolUseFailure", b"{}", **env) == "answer"
    assert gate.run("PostToolUse", success(BUILT_IN[0]), **env) == "answer"
    assert gate.run("PostToolUse", success(), **env) == ""


def test_an_empty_path(gate: Gate) -> None:
    assert gate.run("PostToolUseFailure", b"{}", PATH="") == "answer"
    assert gate.run("PostToolUse", success(BUILT_IN[0] + "x" * 200_000), PATH="") == "answer"
    assert gate.run("PostToolUse", success("x" * 200_000), PATH="") == ""


def test_a_deleted_package(gate: Gate) -> None:
    shutil.rmtree(gate.root)
    assert gate.run("PostToolUseFailure", b"{}" * 1000) == ""
    assert gate.run("PostToolUse", success(BUILT_IN[0] + "x" * 200_000)) == ""


@pytest.mark.parametrize(
    "body", ["raise ValueError('x')", "raise SystemExit(3)", "import sys; sys.exit('no')", "1/0", "import nope_mod"]
)
def test_a_hook_that_breaks_ends_in_silence(gate: Gate, body: str) -> None:
    gate.package(f"def main():\n    {body}\n")
    assert gate.run("PostToolUseFailure", b"{}") == ""
    gate.package("def main(:\n")
    assert gate.run("PostToolUseFailure", b"{}") == ""


def test_an_answer_survives_a_late_exception(gate: Gate) -> None:
    gate.package("import posix\ndef main():\n    posix.write(1, b'kept')\n    raise SystemExit(0)\n")
    assert gate.run("PostToolUseFailure", b"{}") == "kept"


@pytest.fixture
def plugin(gate: Gate) -> Iterator[Gate]:
    """The gate as a plugin has it: nothing filled in, its own folder's parent is the root."""
    (gate.root / "hooks").mkdir()
    gate.script = gate.root / "hooks/self-healing.sh"
    shutil.copy(GATE, gate.script)
    for name in ("HEALKIT_PYTHON", "HEALKIT_ROOT"):
        del gate.env[name]
    return gate


def shim(folder: Path, name: str, target: str = PYTHON) -> Path:
    """Write a version manager's shim: a script that counts its calls and runs a Python."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f'#!/bin/sh\necho {name} >> "{folder}/calls"\nexec "{target}" "$@"\n')
    path.chmod(0o755)
    return path


def test_the_plugin_finds_the_real_python_behind_a_shim_once(plugin: Gate) -> None:
    shim(plugin.tmp / "bin", "python3.13")
    env = {"PATH": f"{plugin.tmp}/bin:/usr/bin:/bin"}
    for _ in range(3):
        assert plugin.run("PostToolUseFailure", b"{}", **env) == "answer"
    cached = plugin.state / "python"
    assert os.path.realpath(cached.read_text().strip()) == os.path.realpath(PYTHON)
    assert cached.stat().st_mode & 0o077 == 0
    assert (plugin.tmp / "bin/calls").read_text().split() == ["python3.13"]


def test_the_plugin_keeps_the_interpreter_in_its_data_folder(plugin: Gate) -> None:
    shim(plugin.tmp / "bin", "python3")
    env = {"PATH": f"{plugin.tmp}/bin", "CLAUDE_PLUGIN_DATA": f"{plugin.tmp}/data/healkit-inline"}
    assert plugin.run("PostToolUseFailure", b"{}", **env) == "answer"
    assert (plugin.tmp / "data/healkit-inline/python").exists()
    assert not (plugin.state / "python").exists()


def test_a_relative_plugin_data_folder_is_not_read(plugin: Gate) -> None:
    evil = shim(plugin.tmp / "rel", "evil")
    (plugin.tmp / "rel/python").write_text(f"{evil}\n")
    plugin.run("PostToolUseFailure", b"{}", CLAUDE_PLUGIN_DATA="rel")
    assert not (plugin.tmp / "rel/calls").exists()


def test_an_interpreter_noted_by_somebody_else_is_ignored(plugin: Gate) -> None:
    evil = shim(plugin.tmp / "evil", "evil")
    give_away(plugin.state / "python", str(evil))
    shim(plugin.tmp / "bin", "python3")
    assert plugin.run("PostToolUseFailure", b"{}", PATH=f"{plugin.tmp}/bin:/bin") == "answer"
    assert not (plugin.tmp / "evil/calls").exists()


@pytest.mark.parametrize("noted", ["/nowhere/python3", "relative", "", "/", "/etc/passwd"])
def test_a_stale_note_is_replaced(plugin: Gate, noted: str) -> None:
    (plugin.state / "python").write_text(f"{noted}\n")
    shim(plugin.tmp / "bin", "python3.11")
    assert plugin.run("PostToolUseFailure", b"{}", PATH=f"{plugin.tmp}/bin:/bin") == "answer"
    assert os.path.realpath((plugin.state / "python").read_text().strip()) == os.path.realpath(PYTHON)


def test_a_python_that_is_too_old_or_broken_is_passed_over(plugin: Gate) -> None:
    broken = shim(plugin.tmp / "bin", "python3.13")
    broken.write_text("#!/bin/sh\necho 'pyenv: python3.13: command not found' >&2\nexit 127\n")
    old = shim(plugin.tmp / "bin", "python3.12")
    old.write_text(f"#!{PYTHON}\nimport sys\nsys.version_info = (3, 8)\nexec(sys.argv[4])\n")
    shim(plugin.tmp / "bin", "python3.11")
    assert plugin.run("PostToolUseFailure", b"{}", PATH=f"{plugin.tmp}/bin:/bin") == "answer"


def test_a_deleted_interpreter_is_searched_for_again(gate: Gate) -> None:
    shim(gate.tmp / "bin", "python3")
    env = {"HEALKIT_PYTHON": f"{gate.tmp}/gone/python3", "PATH": f"{gate.tmp}/bin:/bin"}
    assert gate.run("PostToolUseFailure", b"{}", **env) == "answer"


def test_no_python_at_all_is_silence(plugin: Gate) -> None:
    text = plugin.script.read_text()
    assert text.count(":/opt/homebrew/bin:/usr/local/bin:/usr/bin") == 1
    plugin.script.write_text(text.replace(":/opt/homebrew/bin:/usr/local/bin:/usr/bin", ""))
    assert plugin.run("PostToolUseFailure", b"x" * 200_000, PATH=f"{plugin.tmp}") == ""
    assert plugin.run("PostToolUse", success(BUILT_IN[0] + "x" * 200_000), PATH=f"{plugin.tmp}") == ""


def test_a_home_that_cannot_be_written_to(plugin: Gate) -> None:
    """A file where the state folder should be refuses every write, also root's."""
    blocked = plugin.tmp / "blocked"
    blocked.write_text("")
    env = {"HEALKIT_STATE_DIR": None, "HOME": str(blocked)}
    assert plugin.run("PostToolUseFailure", b"{}", **env) == "answer"
    assert plugin.run("PostToolUse", success(), **env) == ""


@pytest.mark.parametrize("name", ["with space", "it's", 'a"b', "$(id)", "a\\b", "*"])
def test_any_folder_name(plugin: Gate, name: str) -> None:
    moved = plugin.tmp / name
    plugin.root.rename(moved)
    plugin.script = moved / "hooks/self-healing.sh"
    env = {"HEALKIT_STATE_DIR": f"{moved}/state"}
    assert plugin.run("PostToolUseFailure", b"{}", **env) == "answer"
    (moved / "state/open").mkdir(parents=True)
    (moved / "state/open/s-1").touch()
    assert plugin.run("PostToolUse", success(), **env) == "answer"


@pytest.mark.parametrize(
    "line", ["root/hooks/self-healing.sh", "./root/hooks/self-healing.sh", "cd root; hooks/self-healing.sh"]
)
def test_a_relative_call(plugin: Gate, line: str) -> None:
    assert plugin.run("PostToolUseFailure", b"{}", ("/bin/sh", "-c", f'{line} "$1"', "sh")) == "answer"


def test_settings_filled_in_by_the_installer(gate: Gate) -> None:
    """A launcher is the gate with two assignments behind its marker line; the environment does not overrule them."""
    lines = GATE.read_text().splitlines(keepends=True)
    assert lines[:2] == ["#!/bin/bash -p\n", "# healkit: settings below are filled in by 'healkit install'\n"]
    settings = [f"HEALKIT_PYTHON='{PYTHON}'\n", f"HEALKIT_ROOT='{gate.root}'\n"]
    for text in ([*lines[:2], *settings, *lines[2:]], [lines[0], *settings, *lines[1:]]):
        gate.script = gate.tmp / "launcher"
        gate.script.write_text("".join(text))
        gate.script.chmod(0o755)
        assert gate.run("PostToolUseFailure", b"{}", HEALKIT_PYTHON="/bin/false", HEALKIT_ROOT="/nowhere") == "answer"


@pytest.mark.parametrize("status", [0, 1, 7])
@pytest.mark.parametrize("options", ["", "set -u; ", "set -o posix; "])
def test_sourced_it_is_silent_and_keeps_the_status(gate: Gate, status: int, options: str) -> None:
    line = f'{options}end() {{ return {status}; }}; end; . "{GATE}"; echo $?; if . "{GATE}"; then echo yes; fi'
    done = subprocess.run(["/bin/bash", "-c", line], env=gate.env, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == (f"{status}\nyes\n", "")


def test_sourced_it_defines_its_own_names_only_and_changes_no_option(gate: Gate) -> None:
    line = f"""a=; b=; shopt >a; set +o >>a; ls -l /proc/self/fd/2 | cut -d'>' -f2 >>a; {{ compgen -A function; compgen -v; }} >n
        . "{GATE}"; shopt >b; set +o >>b; ls -l /proc/self/fd/2 | cut -d'>' -f2 >>b
        cmp a b || exit 9; {{ compgen -A function; compgen -v; }} | grep -vxFf n"""
    done = subprocess.run(
        ["/bin/bash", "-c", line], env=gate.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=gate.tmp
    )
    named = {name for name in done.stdout.split() if not name.startswith("__healkit_")}
    assert (named, done.stderr) == ({"main", "detect_error_type", "suggest_fix"}, "")


@pytest.mark.parametrize("shell", [name for name in ("sh", "dash", "zsh", "ksh") if shutil.which(name)])
def test_sourced_by_another_shell(gate: Gate, shell: str) -> None:
    done = subprocess.run([shell, "-c", f'false; . "{GATE}"; echo $?'], env=gate.env, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_a_timeout_kills_it_at_once(gate: Gate) -> None:
    """A client that gives up leaves nothing behind: the gate has become Python, there is one process."""
    gate.package("import time, posix\ndef main():\n    posix.write(1, b'up')\n    time.sleep(60)\n")
    hook = subprocess.Popen(
        [str(GATE), "PostToolUseFailure"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=gate.env
    )
    assert hook.stdout
    assert hook.stdout.read(2) == b"up"
    hook.kill()
    assert hook.wait(10) == -signal.SIGKILL
    assert hook.stdout.read() == b""
    hook.stdout.close()
