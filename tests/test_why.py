"""`healkit why`: the last failure, wherever it was seen, explained; a command runs again only on a person's yes."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest
from conftest import set_env

from healkit import __main__ as program
from healkit import detect, intake, memory, session

CHECKOUT = Path(__file__).parent.parent
MISSING = [sys.executable, "-S", "-c", "import frobnicate_it"]
RUST = "error[E0382]: borrow of moved value: `s`\n --> src/main.rs:4:20\n\nerror: aborting due to 1 previous error\n"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    for name in ("TMUX_PANE", "ZELLIJ", "WEZTERM_PANE", "KITTY_WINDOW_ID"):
        set_env(monkeypatch, name, None)
    return tmp_path


def healkit(*args: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "healkit", *args], capture_output=True, text=True, timeout=60, check=False, **options
    )  # type: ignore[call-overload]


def hook(event: dict[str, object]) -> None:
    subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            f"import sys; sys.path.insert(0, {str(CHECKOUT)!r}); import healkit.hook as h; h.main()",
        ],
        input=json.dumps(event),
        text=True,
        check=True,
        capture_output=True,
    )


def claude_failure(project: Path, error: str) -> dict[str, object]:
    return {
        "hook_event_name": "PostToolUseFailure",
        "session_id": "s1",
        "tool_name": "Bash",
        "tool_use_id": f"t{hash(error)}",
        "tool_input": {"command": "python app.py"},
        "error": f"Exit code 1\n{error}",
        "cwd": str(project),
    }


def test_nothing_on_record(project: Path) -> None:
    done = healkit("why")
    assert (done.returncode, done.stdout) == (0, "")
    assert "healkit run -- COMMAND" in done.stderr
    found = json.loads(healkit("why", "--json").stdout)
    assert (found["version"], found["source"], found["diagnoses"], found["steps"]) == (1, "", [], [])


def test_a_failure_under_run_is_explained_in_full(project: Path) -> None:
    (project / "pyproject.toml").write_text('[project]\nname = "p"\nversion = "0"\ndependencies = ["frobnicate-it"]\n')
    (project / "uv.lock").write_text("")
    assert healkit("run", "--", *MISSING).returncode == 1
    done = healkit("why")
    assert done.returncode == 0
    text = done.stdout
    assert "ended with exit code 1, just now; seen by healkit run" in text
    assert "Python module frobnicate_it is not installed" in text
    assert "| ModuleNotFoundError: No module named 'frobnicate_it'" in text
    assert "`frobnicate-it` is declared in pyproject.toml but not installed" in text
    assert "$ uv sync" in text
    assert text.count("uv sync") == 1
    assert "\nStep by step\n  1. " in text
    assert "\x1b" not in text


def test_the_newest_failure_counts(project: Path) -> None:
    healkit("run", "--", *MISSING)
    healkit(
        "run", "--", "sh", "-c", "echo 'fatal: not a git repository (or any of the parent directories): .git'; exit 128"
    )
    assert json.loads(healkit("why", "--json").stdout)["exit_code"] == 128


def test_what_a_hook_saw_is_explained_and_named_so(project: Path) -> None:
    hook(claude_failure(project, "Traceback (most recent call last):\nModuleNotFoundError: No module named 'requests'"))
    found = json.loads(healkit("why", "--json").stdout)
    assert (found["source"], found["command"]) == ("claude", "python app.py")
    assert found["diagnoses"][0]["pattern_id"] == "python-module-not-found"
    assert "seen by Claude Code" in healkit("why").stdout


def test_this_terminals_own_failure_comes_before_a_newer_one_elsewhere(project: Path) -> None:
    healkit("run", "--", *MISSING)
    hook(claude_failure(project, "Traceback (most recent call last):\nModuleNotFoundError: No module named 'requests'"))
    mine = {**os.environ, "HEALKIT_SESSION": "mine"}
    healkit("run", "--", "sh", "-c", "echo one; exit 3", env=mine)
    hook(claude_failure(project, "Traceback (most recent call last):\nModuleNotFoundError: No module named 'numpy'"))
    assert json.loads(healkit("why", "--json", env=mine).stdout)["exit_code"] == 3
    assert json.loads(healkit("why", "--json", env={**mine, "HEALKIT_SESSION": "other"}).stdout)["source"] == "claude"


def test_rust_codes_are_a_table_and_the_code_at_hand_is_marked(project: Path) -> None:
    (project / "out").write_text(RUST)
    healkit("run", "--", "sh", "-c", "cat out; exit 101")
    text = healkit("why").stdout
    assert "What the error codes mean" in text
    (marked,) = [line for line in text.splitlines() if line.strip().startswith(">")]
    assert "E0382 (use after move)" in marked
    assert "E0502" in text
    assert "$ rustc --explain E0382" in text


def test_the_decision_about_a_missing_module_is_a_tree(project: Path) -> None:
    (project / "pyproject.toml").write_text('[project]\nname = "p"\nversion = "0"\n')
    (project / "uv.lock").write_text("")
    (project / ".venv/lib/python3.11/site-packages").mkdir(parents=True)
    (project / ".venv/pyvenv.cfg").write_text("")
    healkit("run", "--", sys.executable, "-S", "-c", "import cv2")
    lines = healkit("why").stdout.splitlines()
    yes = next(number for number, line in enumerate(lines) if "├─ If the program needs it" in line)
    assert "opencv-python" in lines[yes + 1]
    assert any("└─ If it is optional" in line for line in lines)


def test_what_worked_before_is_told(project: Path) -> None:
    env = {**os.environ, "HEALKIT_SESSION": "s9"}
    script = project / "job.sh"
    script.write_text("#!/bin/sh\n[ -e ready ] || { echo 'cat: ready: No such file or directory'; exit 1; }\n")
    for _ in range(2):
        assert healkit("run", "--", "sh", "job.sh", env=env).returncode == 1
        healkit("run", "--", "touch", "ready", env=env)
        assert healkit("run", "--", "sh", "job.sh", env=env).returncode == 0
        (project / "ready").unlink()
    healkit("run", "--", "sh", "job.sh", env=env)
    found = json.loads(healkit("why", "--json", env=env).stdout)
    assert found["tried"] == [{"fix": "touch ready", "worked": 2, "tried": 2}]
    assert "2 of 2  touch ready" in healkit("why", env=env).stdout


def test_an_unknown_output_is_shown_not_invented(project: Path) -> None:
    healkit("run", "--", "sh", "-c", "echo zzz qqq; exit 9")
    done = healkit("why")
    assert "| zzz qqq" in done.stdout
    assert "nothing known" in done.stderr


def test_a_history_that_cannot_be_used_takes_nothing_away(project: Path, isolated_home: Path) -> None:
    healkit("run", "--", *MISSING)
    healkit("history")
    (database,) = (isolated_home / "healkit/state/projects").glob("*/history.db")
    with sqlite3.connect(database) as db:
        db.execute("PRAGMA user_version = 99")
    assert json.loads(healkit("why", "--json").stdout)["source"] == "run"


def test_hostile_output_moves_no_cursor(project: Path) -> None:
    (project / "out").write_text("ModuleNotFoundError: No module named 'a\x1b]0;x\x07\x1b[31m\u202eb'\n")
    healkit("run", "--", "sh", "-c", "cat out; exit 1")
    done = healkit("why")
    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout


# -- again


def test_again_is_never_done_without_a_terminal(project: Path) -> None:
    healkit("run", "--", "sh", "-c", "echo x >>ran; exit 1")
    done = healkit("why", "--again", input="y\n")
    assert done.returncode == 1
    assert "nobody can be asked here" in done.stderr
    assert (project / "ran").read_text() == "x\n"


@pytest.mark.parametrize(("reply", "times"), [("y", 2), ("n", 1), ("", 1)])
def test_again_runs_on_a_yes_only(reply: str, times: int, project: Path) -> None:
    healkit("run", "--", "sh", "-c", "echo x >>ran; exit 1")
    child = pexpect.spawn(sys.executable, ["-m", "healkit", "why", "--again"], encoding="utf-8", timeout=30)
    child.expect(r"again in .*\? \[y/N\]: ")
    child.sendline(reply)
    child.expect(pexpect.EOF)
    child.close()
    assert (project / "ran").read_text() == "x\n" * times
    assert child.exitstatus == (1 if reply == "y" else 0)


def test_a_masked_command_is_not_run_again(project: Path) -> None:
    healkit("run", "--", "sh", "-c", "echo x >>ran; exit 1 # --token=abcdefgh12345")
    child = pexpect.spawn(sys.executable, ["-m", "healkit", "why", "--again"], encoding="utf-8", timeout=30)
    child.expect("holds a secret")
    child.expect(pexpect.EOF)
    assert (project / "ran").read_text() == "x\n"


# -- episodes in a terminal


def test_a_success_is_noted_only_while_an_episode_is_open(project: Path) -> None:
    env = {**os.environ, "HEALKIT_SESSION": "s5"}

    def kinds() -> list[str]:
        return [event["kind"] for event in json.loads(healkit("history", "--json", env=env).stdout)["events"]]

    assert healkit("run", "--", "touch", "a", env=env).returncode == 0
    assert kinds() == []
    healkit("run", "--", "sh", "-c", "test -e b || { echo 'fatal: not a git repository'; exit 128; }", env=env)
    healkit("run", "--", "touch", "b", env=env)
    healkit("run", "--", "sh", "-c", "test -e b || { echo 'fatal: not a git repository'; exit 128; }", env=env)
    assert kinds() == ["failure", "command", "success"]
    healkit("run", "--", "touch", "c", env=env)
    assert len(kinds()) == 3


def test_a_terminal_has_one_name_and_a_foreign_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    own = session.of_terminal()
    assert own == session.of_terminal()
    assert session.is_name(own)
    set_env(monkeypatch, "HEALKIT_SESSION", "../../etc")
    assert session.of_terminal() == own


# -- one meaning of HEALKIT_OFF, and no message with a hole


@pytest.mark.parametrize(("value", "is_off"), [("", False), ("0", False), ("1", True), ("yes", True)])
def test_off_means_the_same_for_hook_gate_and_run(value: str, is_off: bool, project: Path) -> None:
    env = {**os.environ, "HEALKIT_OFF": value}
    done = healkit("run", "--", *MISSING, env=env)
    assert ("healkit:" not in done.stderr) is is_off
    payload = json.dumps(claude_failure(project, "ModuleNotFoundError: No module named 'requests'"))
    gate = subprocess.run(
        [str(CHECKOUT / "hooks/self-healing.sh"), "PostToolUseFailure"],
        input=payload, text=True, capture_output=True, env={**env, "HEALKIT_PYTHON": sys.executable}, check=True,
    )  # fmt: skip
    assert (gate.stdout == "") is is_off


def test_a_message_with_a_hole_is_never_shown(project: Path, isolated_home: Path) -> None:
    layer = isolated_home / "healkit/data"
    layer.mkdir(parents=True)
    entry = {
        "id": "holes",
        "error_regex": "WidgetError: (?P<what>\\w+)(?: at (?P<host>\\S+))?",
        "category": "runtime_error",
        "message": "{what} does not answer on {host}",
        "fix_template": "restart {host}",
    }
    (layer / "error-patterns.json").write_text(json.dumps({"patterns": [entry]}))
    known = memory.open_memory(str(project))
    whole = detect.detect(intake.from_text("WidgetError: frob at box\n", exit_code=1), known)[0]
    assert whole.message == "frob does not answer on box"
    holed = detect.detect(intake.from_text("WidgetError: frob\n", exit_code=1), known)[0]
    assert holed.message == "WidgetError: frob"
    healkit("run", "--", "sh", "-c", "echo 'WidgetError: frob'; exit 1")
    assert "{host}" not in healkit("why").stdout


def test_run_imports_nothing_slow_for_a_success() -> None:
    assert program.main(["run", "--", "true"]) == 0
