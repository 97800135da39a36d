"""The fast program as the client runs it: one payload in, one JSON object or nothing out, exit status 0, no traceback ever."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from healkit import history, paths

ROOT = Path(__file__).resolve().parent.parent
CODE = "import sys; sys.path.insert(0, sys.argv.pop(1)); from healkit.hook import main; main()"
TRACE = (
    "Exit code 1\nTraceback (most recent call last):\n  File \"/srv/app.py\", line 1, in <module>\n    import requests\n"
    "ModuleNotFoundError: No module named 'requests'"
)  # fmt: skip


def run(event: str, payload: object, env: dict[str, str] | None = None) -> tuple[str, str, int]:
    text = payload if isinstance(payload, str) else json.dumps(payload)
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", CODE, str(ROOT), event],
        input=text.encode(),
        capture_output=True,
        check=False,
        env={**os.environ, **(env or {})},
    )
    return ran.stdout.decode(), ran.stderr.decode(), ran.returncode


def failure(
    cwd: Path, error: str = TRACE, command: str = "python app.py", session: str = "s1", use: str = "t1"
) -> dict[str, Any]:
    return {
        "session_id": session, "cwd": str(cwd), "hook_event_name": "PostToolUseFailure", "tool_name": "Bash",
        "tool_input": {"command": command}, "tool_use_id": use, "error": error, "is_interrupt": False,
    }  # fmt: skip


def success(
    cwd: Path, command: str, stdout: str = "", session: str = "s1", use: str = "t2", **response: object
) -> dict[str, Any]:
    return {
        "session_id": session, "cwd": str(cwd), "hook_event_name": "PostToolUse", "tool_name": "Bash", "tool_input": {"command": command},
        "tool_use_id": use, "tool_response": {"stdout": stdout, "stderr": "", "interrupted": False, **response},
    }  # fmt: skip


def said(answer: tuple[str, str, int]) -> str:
    """Return the hint of an answer, after checking that it is exactly what a client accepts."""
    out, err, code = answer
    assert (err, code) == ("", 0)
    if not out:
        return ""
    value = json.loads(out)
    assert set(value) == {"hookSpecificOutput"}
    assert set(value["hookSpecificOutput"]) == {"hookEventName", "additionalContext"}
    text: str = value["hookSpecificOutput"]["additionalContext"]
    assert 0 < len(text) <= 1200
    return text


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "it's a project"
    (folder / ".git").mkdir(parents=True)
    return folder


def test_a_failure_is_named_then_shortened_then_silent(project: Path) -> None:
    first = said(run("PostToolUseFailure", failure(project)))
    assert "`requests`" in first or "requests" in first
    assert "app.py:1" in first
    second = said(run("PostToolUseFailure", failure(project, use="t2")))
    assert "again" in second
    assert len(second) < len(first) + 80
    assert said(run("PostToolUseFailure", failure(project, use="t3"))) == ""
    assert said(run("PostToolUseFailure", failure(project, session="s2"))).startswith(first[:60])


def test_compaction_makes_it_new_again(project: Path) -> None:
    first = said(run("PostToolUseFailure", failure(project)))
    run(
        "SessionStart",
        {"session_id": "s1", "cwd": str(project), "hook_event_name": "SessionStart", "source": "compact"},
    )
    assert said(run("PostToolUseFailure", failure(project))).startswith(first[:60])


def test_what_was_tried_since_is_told(project: Path) -> None:
    run("PostToolUseFailure", failure(project))
    run("PostToolUse", success(project, "pip install reqests"))
    run("PostToolUse", success(project, "cat app.py"))
    edit = {
        "session_id": "s1", "cwd": str(project), "hook_event_name": "PostToolUse", "tool_name": "Edit",
        "tool_input": {"file_path": f"{project}/src/app.py", "old_string": "a", "new_string": "b"}, "tool_use_id": "e1",
    }  # fmt: skip
    assert said(run("PostToolUse", edit)) == ""
    again = said(run("PostToolUseFailure", failure(project)))
    assert "pip install reqests" in again
    assert "src/app.py" in again
    assert "cat app.py" not in again


def test_a_masked_failure_is_named_under_its_own_event(project: Path) -> None:
    out, _, _ = run("PostToolUse", success(project, "python app.py || true", stdout=TRACE.partition("\n")[2]))
    assert json.loads(out)["hookSpecificOutput"]["hookEventName"] == "PostToolUse"


def test_a_success_and_a_grep_without_match_are_silent(project: Path) -> None:
    assert said(run("PostToolUse", success(project, "ls", stdout="a\nb"))) == ""
    assert said(run("PostToolUse", success(project, "grep x y", returnCodeInterpretation="No matches found"))) == ""


@pytest.mark.parametrize(
    "payload",
    ["", "{", "[]", "null", "\x00", '{"hook_event_name": 3}', '{"hook_event_name": "PostToolUseFailure"}', '{"a": ' * 5000,
     '{"hook_event_name":"PostToolUseFailure","tool_name":"Bash","tool_input":{"command":"x"},"error":5}',
     '{"hook_event_name":"PostToolUseFailure","tool_name":"Bash","tool_input":"x","error":"Exit code 1"}'],
)  # fmt: skip
def test_unreadable_input_is_silence(payload: str) -> None:
    assert said(run("PostToolUseFailure", payload)) == ""


def test_a_wrong_event_an_interrupt_and_switches_are_silence(project: Path) -> None:
    assert said(run("PostToolUse", failure(project))) == ""
    assert said(run("PostToolUseFailure", {**failure(project), "is_interrupt": True})) == ""
    assert said(run("PostToolUseFailure", failure(project), {"HEALKIT_OFF": "1"})) == ""
    assert said(run("PostToolUseFailure", failure(project), {"HEALKIT_ACTIVE": "1"})) == ""


def test_it_still_answers_where_nothing_can_be_written(project: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")
    text = said(run("PostToolUseFailure", failure(project), {"HEALKIT_HOME": str(blocked)}))
    assert "requests" in text
    no_home = {"HEALKIT_HOME": "", "HOME": "", "XDG_STATE_HOME": "", "XDG_DATA_HOME": "", "XDG_CONFIG_HOME": ""}
    assert "requests" in said(run("PostToolUseFailure", failure(project), no_home))


def test_the_early_scary_line_of_cut_output_is_not_the_cause(project: Path) -> None:
    noise = "\n".join(f"line {n} of a long and boring build" for n in range(300))
    head = f"Exit code 1\nerror: something looked odd\n{noise}"[:5000]
    text = head + "\n... [50000 characters truncated] ...\n" + noise[:5000]
    assert said(run("PostToolUseFailure", failure(project, text))) == ""
    named = TRACE + "\n" + noise
    text = named[:5000] + "\n... [50000 characters truncated] ...\n" + noise[:5000]
    assert "requests" in said(run("PostToolUseFailure", failure(project, text)))


def test_events_are_recorded_masked_and_once(project: Path) -> None:
    secret = "ghp_" + "A1" * 18
    run("PostToolUseFailure", failure(project, command=f"TOKEN={secret} python app.py"))
    run("PostToolUse", success(project, f"TOKEN={secret} python app.py"))
    state = Path(paths.project_state(str(project)))
    deadline, kinds = time.monotonic() + 30, []
    while (
        len(kinds) < 3 and time.monotonic() < deadline
    ):  # the first failure starts an ingest of its own, which may be at it
        history.ingest(str(project))
        with history.open_history(str(project)) as taken:
            kinds = sorted(event.kind for event in taken.events(10))
    assert kinds == ["failure", "hint", "success"]
    for file in state.iterdir():
        assert secret.encode() not in file.read_bytes(), file
    log = (state / "error-log.txt").read_text(encoding="utf-8")
    assert log.count("\n") == 1
    assert secret not in log
    for file in state.iterdir():
        assert file.stat().st_mode & 0o777 == 0o600, file
    assert state.stat().st_mode & 0o777 == 0o700


def test_the_open_marker_goes_when_the_command_succeeds_and_at_the_sessions_end(project: Path) -> None:
    marker = Path(paths.state_dir(), "open/s1")
    run("PostToolUseFailure", failure(project))
    assert marker.exists()
    run("PostToolUse", success(project, "python app.py"))
    assert not marker.exists()
    run("PostToolUseFailure", failure(project))
    run("SessionEnd", {"session_id": "s1", "cwd": str(project), "hook_event_name": "SessionEnd", "reason": "other"})
    assert not marker.exists()


def test_hostile_output_gives_no_order_no_mark_and_no_long_line(project: Path) -> None:
    name = "x`; rm -rf ~ #\u202e" + "A" * 500
    text = said(run("PostToolUseFailure", failure(project, TRACE.replace("requests'", name + "'"))))
    assert "A" * 100 not in text
    assert "\u202e" not in text


def test_every_call_leaves_its_reason_in_the_log(project: Path) -> None:
    run("PostToolUse", success(project, "ls"))
    run("PostToolUseFailure", "{")
    rows = [json.loads(line) for line in Path(paths.state_dir(), "hook-log").read_text().splitlines()]
    assert [bool(row["why"]) for row in rows] == [True, True]
    assert Path(paths.state_dir(), "hook-errors.txt").read_text().count("\n") == 1
