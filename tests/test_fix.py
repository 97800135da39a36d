"""`run --fix`, `fix` and `undo` as a person uses them: what is shown, asked, written, recorded, and taken back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pexpect
import pytest
from conftest import set_env

from healkit import __main__ as program

CHECKOUT = Path(__file__).parent.parent
FILES = {
    "shop/__init__.py": "",
    "shop/pricing.py": "def total_price(items):\n    return sum(price * count for price, count in items)\n",
    "shop/__main__.py": "from shop.prices import total_price\n\nprint('to pay', total_price([(3, 2)]))\n",
}
HEALED = "from shop.pricing import total_price\n\nprint('to pay', total_price([(3, 2)]))\n"
CMD = [sys.executable, "-B", "-m", "shop"]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    return tmp_path


def healkit(*args: str, code: int = 0) -> None:
    assert program.main(list(args)) == code


def main_text(project: Path) -> str:
    return (project / "shop/__main__.py").read_text()


def outcome(tmp_path: Path) -> dict[str, Any]:
    return json.loads((tmp_path / "report.json").read_text())


def as_program(*args: str) -> list[str]:
    code = f"import sys; sys.path.insert(0, {str(CHECKOUT)!r}); from healkit.__main__ import main; sys.exit(main(sys.argv[1:]))"
    return [sys.executable, "-c", code, *args]


def test_run_fix_heals_and_says_how(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    healkit("run", "--fix", "--json-report", "report.json", "--", *CMD)
    said = capfd.readouterr()
    assert main_text(project) == HEALED
    assert "to pay 6" in said.out
    assert "trying: import `shop.pricing` instead of `shop.prices`" in said.err
    assert "+from shop.pricing import total_price" in said.err
    assert "healed: import" in said.err
    assert "healkit undo " in said.err
    report = outcome(project)
    assert (report["outcome"], report["exit_codes"], report["attempts"]) == ("healed", [1, 0], 1)
    assert [(fix["kind"], fix["applied"], fix["verified"]) for fix in report["fixes"]] == [("imports", True, True)]
    assert report["undo"]


def test_undo_gives_every_byte_back(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    healkit("run", "--fix", "--", *CMD)
    capfd.readouterr()
    healkit("undo", "--list", "--json")
    (entry,) = json.loads(capfd.readouterr().out)["fixes"]
    assert entry["state"] == "kept"
    healkit("undo", entry["id"])
    assert "restored shop/__main__.py" in capfd.readouterr().out
    assert main_text(project) == FILES["shop/__main__.py"]
    healkit("undo", code=1)


def test_undo_leaves_what_was_changed_since(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    healkit("run", "--fix", "--", *CMD)
    (project / "shop/__main__.py").write_text("mine\n")
    capfd.readouterr()
    healkit("undo", "--json", code=1)
    found = json.loads(capfd.readouterr().out)
    assert [one["path"] for one in found["left"]] == ["shop/__main__.py"]
    assert Path(found["left"][0]["kept"]).read_text() == FILES["shop/__main__.py"]
    assert main_text(project) == "mine\n"


def test_dry_run_shows_the_diff_and_writes_nothing(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    before = sorted(project.rglob("*"))
    healkit("run", "--fix", "--dry-run", "--json-report", "/dev/null", "--", *CMD, code=1)
    assert "+from shop.pricing import total_price" in capfd.readouterr().err
    assert main_text(project) == FILES["shop/__main__.py"]
    assert sorted(project.rglob("*")) == before


def test_fix_takes_the_last_failure(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    healkit("run", "--", *CMD, code=1)
    healkit("fix", "--dry-run", code=1)
    assert "+from shop.pricing import total_price" in capfd.readouterr().err
    healkit("fix", code=1)  # nobody can be asked here
    assert "--yes applies it" in capfd.readouterr().err
    assert main_text(project) == FILES["shop/__main__.py"]
    healkit("fix", "--yes")
    assert main_text(project) == HEALED
    healkit("fix", "--yes")
    assert "passes now" in capfd.readouterr().err


def test_fix_by_fingerprint(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    healkit("run", "--json-report", "report.json", "--", *CMD, code=1)
    name = outcome(project)["diagnoses"][0]["fingerprint"].rpartition(":")[2]
    healkit("run", "--", "sh", "-c", "echo something else >&2; exit 3", code=3)
    healkit("fix", "ffffffff", "--yes", code=1)
    assert "begins with ffffffff" in capfd.readouterr().err
    healkit("fix", name[:6], "--yes")
    assert main_text(project) == HEALED


def test_fix_from_a_text(project: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "package.json").write_text('{"dependencies": {}}')
    healkit("fix", "--message", "Error: Cannot find module 'express'", "--json", code=1)
    report = json.loads(capfd.readouterr().out)
    assert report["outcome"] == "suggested"
    assert any("express" in json.dumps(fix) for fix in report["fixes"])
    failed = subprocess.run(CMD, capture_output=True, check=False, cwd=project)
    line = " ".join(CMD)
    done = subprocess.run(
        as_program("fix", "--json", "--command", line), input=failed.stderr, capture_output=True, check=False
    )
    assert json.loads(done.stdout.split(b"\n")[-2])["outcome"] == "healed", done
    assert main_text(project) == HEALED


def test_a_command_that_must_not_be_repeated_is_not(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (project / "bin").mkdir()
    for name in ("git", "kubectl"):
        path = project / "bin" / name
        path.write_text(f"#!/bin/sh\necho ran >>ran\nexec {' '.join(CMD)}\n")
        path.chmod(0o755)
    for argv in (["./bin/git", "push", "origin", "main"], ["./bin/kubectl", "apply", "-f", "x.yaml"]):
        healkit("run", "--fix", "--yes", "--json-report", "report.json", "--", *argv, code=1)
        assert outcome(project)["outcome"] == "suggested"
        assert "never repeated" in capfd.readouterr().err
    assert (project / "ran").read_text() == "ran\nran\n"
    assert main_text(project) == FILES["shop/__main__.py"]
    proof = " ".join(CMD)
    healkit("run", "--fix", "--yes", "--verify", proof, "--", "./bin/git", "push")
    assert (project / "ran").read_text() == "ran\nran\nran\n"
    assert main_text(project) == HEALED


def test_policy_protects_a_file(project: Path, isolated_home: Path) -> None:
    config = isolated_home / "healkit/config/config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text('[policy]\nprotect = ["shop/*"]\n')
    healkit("run", "--fix", "--yes", "--json-report", "report.json", "--", *CMD, code=1)
    assert outcome(project)["outcome"] == "refused"
    assert main_text(project) == FILES["shop/__main__.py"]


def test_mode_auto_applies_what_is_of_low_risk(project: Path, isolated_home: Path) -> None:
    config = isolated_home / "healkit/config/config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text('[policy]\nmode = "auto"\n')
    code = program.main(["run", "--json-report", "report.json", "--", *CMD])
    risks = [fix["risk"] for fix in outcome(project)["fixes"] if fix["kind"] == "imports"]
    assert (code == 0) == (risks == ["low"])


def test_a_healing_takes_no_longer_than_it_may(project: Path) -> None:
    sleeper = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import time; time.sleep(999)'])\ntotal_price = 1\n"
    (project / "shop/pricing.py").write_text(sleeper)
    began = time.monotonic()
    healkit("run", "--fix", "--yes", "--timeout", "2", "--json-report", "report.json", "--", *CMD, code=1)
    assert time.monotonic() - began < 60
    assert main_text(project) == FILES["shop/__main__.py"]
    assert outcome(project)["outcome"] == "rolled_back"
    assert "out of time" in outcome(project)["message"]
    left = subprocess.run(["pgrep", "-f", "time.sleep(999)"], capture_output=True, text=True, check=False).stdout
    assert left == ""  # its children went with it


def test_a_command_runs_no_longer_than_it_may(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    healkit("run", "--timeout", "1", "--", "sh", "-c", "sleep 986 & sleep 986", code=124)
    assert time.monotonic() - began < 60
    assert subprocess.run(["pgrep", "-f", "sleep 986"], capture_output=True, check=False).stdout == b""
    healkit("run", "--timeout", "no", "--", "true", code=125)
    assert "--timeout needs a number above 0" in capfd.readouterr().err


def test_the_history_has_the_whole_story(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (project / "shop/__main__.py").write_text("print('on stdout', flush=True)\n" + FILES["shop/__main__.py"])
    healkit("run", "--fix", "--", *CMD)
    capfd.readouterr()
    healkit("history", "--json")
    events = {event["kind"]: event for event in json.loads(capfd.readouterr().out)["events"]}
    failure = events["failure"]
    assert "on stdout" in failure["stdout"]
    assert "No module named" in failure["stderr"]
    assert "on stdout" not in failure["stderr"]
    assert failure["exit_code"] == 1
    done = events["outcome"]
    assert (done["outcome"], done["cwd"]) == ("healed", str(project))
    assert done["text"].startswith("attempt 1: import")
    assert done["duration_ms"] > 0
    assert (events["edit"]["old"], events["edit"]["new"]) == (
        "from shop.prices import total_price",
        "from shop.pricing import total_price",
    )
    healkit("history", "--episodes", "--json")
    (episode,) = json.loads(capfd.readouterr().out)["episodes"]
    assert (episode["outcome"], episode["fix"]) == ("worked", "edit of shop/__main__.py")


def test_its_input_starts_over(project: Path) -> None:
    (project / "shop/__main__.py").write_text(
        "import sys\ntext = sys.stdin.read()\n" + FILES["shop/__main__.py"] + "print(text)\n"
    )
    (project / "in.txt").write_text("what was typed")
    with open(project / "in.txt") as given:
        done = subprocess.run(
            as_program("run", "--fix", "--yes", "--", *CMD), stdin=given, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    assert "what was typed" in done.stdout


@pytest.mark.parametrize("answer", ["y", "n"])
def test_on_a_terminal_it_asks(answer: str, project: Path) -> None:
    (project / "run.sh").write_text("#!/bin/sh\nexec sh -c 'exit 1'\n")
    args = as_program("run", "--fix", "--", *CMD)
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "120", "HEALKIT_POLICY_MODE": "ask"}
    child = pexpect.spawn(args[0], args[1:], env=env, timeout=30, encoding="utf-8", cwd=str(project))
    asked = child.expect(["apply this", pexpect.EOF])
    if asked == 0:
        child.sendline(answer)
        child.expect(pexpect.EOF)
    child.close()
    assert asked == 0, child.before
    assert main_text(project) == (HEALED if answer == "y" else FILES["shop/__main__.py"])
    assert child.exitstatus == (0 if answer == "y" else 1)


def test_killed_in_the_middle_the_next_command_puts_it_back(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (project / "shop/pricing.py").write_text(
        "import time, pathlib\npathlib.Path('there').touch()\ntime.sleep(60)\ntotal_price = 1\n"
    )
    child = subprocess.Popen(as_program("run", "--fix", "--yes", "--", *CMD), start_new_session=True)
    for _ in range(600):
        if (project / "there").exists():
            break
        time.sleep(0.05)
    assert "shop.pricing" in main_text(project)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    healkit("why", "--json")
    assert main_text(project) == FILES["shop/__main__.py"]
    assert "was taken back" in capfd.readouterr().err


def test_two_at_once_the_second_is_refused(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from healkit import journal

    with journal.open_journal(str(project)):
        done = subprocess.run(
            as_program("run", "--fix", "--yes", "--json-report", "report.json", "--", *CMD),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert "another healkit is at work" in done.stderr
    assert outcome(project)["outcome"] == "refused"
    assert main_text(project) == FILES["shop/__main__.py"]


def test_a_state_that_cannot_be_written_refuses_and_says_so(project: Path) -> None:
    set_env(pytest.MonkeyPatch(), "HEALKIT_STATE_DIR", None)
    env = {**os.environ, "HEALKIT_STATE_DIR": "/proc/nowhere"}
    done = subprocess.run(
        as_program("run", "--fix", "--yes", "--json-report", "report.json", "--", *CMD),
        capture_output=True, text=True, check=False, env=env,
    )  # fmt: skip
    assert done.returncode == 1
    assert outcome(project)["outcome"] == "refused"
    assert "state" in outcome(project)["message"]
    assert main_text(project) == FILES["shop/__main__.py"]


@pytest.mark.parametrize("option", [["--timeout", "soon"], ["--max-attempts", "-1"], ["--timeout"]])
def test_nonsense_is_said(option: list[str], project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert program.main(["run", "--fix", *option, "--", *CMD]) in (1, 125)
    assert "needs a" in capfd.readouterr().err
    assert main_text(project) == FILES["shop/__main__.py"]
