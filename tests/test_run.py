"""`healkit run`: the command's own output and exit code, then what is known about its failure."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pytest

from healkit import __main__ as program
from healkit import process
from healkit.cli import failure, run

CHECKOUT = Path(__file__).parent.parent
PATTERNS = {
    "version": 1,
    "patterns": [
        {
            "id": "widget-missing",
            "error_regex": "WidgetError: no widget named '(?P<widget>\\w+)' at (?P<file>[\\w./]+):(?P<line>\\d+)",
            "category": "dependency_issue",
            "severity": "high",
            "message": "The widget {widget} is missing",
            "playbook": "get-widget",
            "examples": [
                {"output": "WidgetError: no widget named 'abc' at a/b.py:3", "captures": {"widget": "abc", "line": "3"}}
            ],
            "counterexamples": ["WidgetError: no widget named anything"],
        }
    ],
}
PLAYBOOKS = {
    "version": 1,
    "playbooks": {
        "get-widget": {
            "risk": "medium",
            "steps": [{"action": "install", "description": "Get the widget", "command": "widgets get {widget}"}],
        }
    },
}
SAID = "WidgetError: no widget named 'frob' at src/main.py:12"
FAIL = ["sh", "-c", f'echo before; echo "{SAID}" >&2; exit 3']


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, isolated_home: Path) -> Path:
    """A project; its pattern stands in the user's layer, where it needs no trust."""
    (tmp_path / ".git").mkdir()
    layer = isolated_home / "healkit" / "data"
    layer.mkdir(parents=True)
    (layer / "error-patterns.json").write_text(json.dumps(PATTERNS))
    (layer / "recovery-playbook.json").write_text(json.dumps(PLAYBOOKS))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    return tmp_path


def healkit(*args: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "healkit", *args], capture_output=True, text=True, timeout=60, check=False, **options
    )  # type: ignore[call-overload]


def state(home: Path) -> Path:
    (folder,) = (home / "healkit" / "state" / "projects").iterdir()
    return folder


def events(home: Path) -> list[dict[str, object]]:
    """Return what was recorded, whether or not the detached `ingest` has taken it in already."""
    from healkit import history, paths

    root = paths.project_root(os.getcwd())
    for _ in range(200):
        history.ingest(root)
        with history.open_history(root) as found:
            taken = [event.as_dict() for event in found.events()]
        if taken:
            return taken
        time.sleep(0.05)
    return []


# -- what it says


@pytest.mark.cold
def test_success_says_nothing_and_writes_nothing(isolated_home: Path) -> None:
    done = healkit("run", "--", "echo", SAID)
    assert (done.stdout, done.stderr, done.returncode) == (SAID + "\n", "", 0)
    assert not (isolated_home / "healkit" / "state").exists()


def test_a_failure_is_named_on_stderr() -> None:
    done = healkit("run", "--", *FAIL)
    assert (done.stdout, done.returncode) == ("before\n", 3)
    assert done.stderr.startswith(SAID + "\nhealkit: The widget frob is missing\n")
    assert "src/main.py:12" in done.stderr
    assert "Get the widget" in done.stderr
    assert "widgets get frob" in done.stderr
    assert "\x1b" not in done.stderr


def test_it_knows_the_project(project: Path) -> None:
    (project / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1"\ndependencies = ["opencv-python"]\n')
    (project / "app.py").write_text("import cv2\n")
    done = healkit("run", "--", sys.executable, "-I", "-S", "app.py")
    assert done.returncode == 1
    assert "`opencv-python` is declared in pyproject.toml but not installed" in done.stderr


def test_an_unknown_failure_adds_nothing() -> None:
    done = healkit("run", "--", "sh", "-c", "echo nothing that anybody knows >&2; exit 9")
    assert (done.stderr, done.returncode) == ("nothing that anybody knows\n", 9)


def test_an_exit_code_that_is_an_answer_is_no_failure() -> None:
    assert healkit("run", "--", "grep", "-c", "absent", "/dev/null").stderr == ""


def test_a_missing_command_says_so_once() -> None:
    done = healkit("run", "--", "no-such-program-here")
    assert done.returncode == 127
    assert done.stderr.startswith("healkit: no-such-program-here: command not found\n")


def test_colours_on_a_terminal_only() -> None:
    Path("fail").write_text(f'#!/bin/sh\necho "{SAID}"\nexit 3\n')
    Path("fail").chmod(0o755)
    argv = ["-m", "healkit", "run", "--", "./fail"]
    text, code = pexpect.run(f"{sys.executable} {' '.join(argv)}", encoding="utf-8", withexitstatus=True)
    assert code == 3
    assert "\x1b[1mThe widget frob is missing\x1b[0m" in text
    text = pexpect.run(f"{sys.executable} {' '.join(argv)}", encoding="utf-8", env={**os.environ, "NO_COLOR": "1"})
    assert "healkit: The widget frob is missing" in text
    assert "\x1b" not in text


def test_hostile_output_cannot_move_the_cursor() -> None:
    Path("evil").write_text("WidgetError: no widget named 'abc' at a.py:1 \x1b[2J\x1b]0;owned\x07 \u202etxt\r\n")
    done = healkit("run", "--", "sh", "-c", "cat evil; exit 1")
    assert "healkit: The widget abc is missing" in done.stderr
    assert not any(c in done.stderr for c in "\x1b\x07\u202e\r")


@pytest.mark.parametrize("options", [["--fix"], ["--fix", "--yes"], ["--fix", "--dry-run", "--verify", "true"]])
def test_what_is_not_sure_is_suggested(options: list[str]) -> None:
    done = healkit("run", *options, "--", *FAIL)
    assert done.returncode == 3
    assert "widgets get frob" in done.stderr


# -- what it remembers


def test_a_failure_is_recorded(isolated_home: Path, project: Path) -> None:
    healkit("run", "--", *FAIL)
    line = (state(isolated_home) / "error-log.txt").read_text()
    assert line.count("\n") == 1
    assert " 3 widget-missing sh -c " in line
    (event,) = events(isolated_home)
    assert (event["kind"], event["source"], event["exit_code"], event["pattern_id"]) == (
        "failure",
        "run",
        3,
        "widget-missing",
    )
    assert SAID in str(event["text"])


def test_an_unknown_failure_is_recorded_too(isolated_home: Path) -> None:
    healkit("run", "--", "sh", "-c", "echo strange; exit 9")
    (event,) = events(isolated_home)
    assert (event["pattern_id"], event["exit_code"]) == ("", 9)
    assert "strange" in str(event["text"])


def test_secrets_are_masked(isolated_home: Path) -> None:
    token = "ghp_" + "a1B2" * 9
    healkit("run", "--", "sh", "-c", f'echo "{SAID} {token}"; : --password={token}; exit 3')
    for file in (isolated_home / "healkit").rglob("*"):
        if file.is_file():
            assert token.encode() not in file.read_bytes(), file


@pytest.mark.cold
@pytest.mark.parametrize("trouble", ["file", "readonly"])
def test_a_state_that_cannot_be_written_does_not_matter(isolated_home: Path, trouble: str) -> None:
    place = isolated_home / "healkit" / "state"
    if trouble == "file":
        place.write_text("")
    else:
        place.mkdir(mode=0o777)
        place.chmod(0o777)  # others may write to it, so it is not ours to trust
    done = healkit("run", "--", *FAIL)
    assert done.returncode == 3
    assert "The widget frob is missing" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_home_it_still_runs() -> None:
    env = {name: value for name, value in os.environ.items() if name not in ("HOME", "HEALKIT_HOME")}
    done = healkit("run", "--", "sh", "-c", "echo ModuleNotFoundError; exit 3", env=env)
    assert (done.stdout, done.returncode) == ("ModuleNotFoundError\n", 3)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("env", [{"HEALKIT_OFF": "1"}, {"HEALKIT_ACTIVE": "1"}])
def test_switched_off_it_only_runs(env: dict[str, str], isolated_home: Path) -> None:
    done = healkit("run", "--", *FAIL, env={**os.environ, **env})
    assert (done.stderr, done.returncode) == (SAID + "\n", 3)
    assert not (isolated_home / "healkit" / "state" / "projects").exists()


def test_off_and_on() -> None:
    assert healkit("off").returncode == 0
    assert healkit("run", "--", *FAIL).stderr == SAID + "\n"
    assert healkit("on").returncode == 0
    assert "The widget frob is missing" in healkit("run", "--", *FAIL).stderr


def test_a_run_inside_a_run_speaks_once() -> None:
    done = healkit("run", "--", sys.executable, "-m", "healkit", "run", "--", *FAIL)
    assert done.stderr.count("healkit: The widget frob is missing") == 1
    assert done.returncode == 3


# -- the report


def report(*args: str) -> tuple[dict[str, object], subprocess.CompletedProcess[str]]:
    done = healkit("run", "--json-report", "report.json", "--", *args)
    return json.loads(Path("report.json").read_text()), done


def test_report_of_a_success() -> None:
    found, done = report("true")
    assert done.returncode == 0
    assert isinstance(found.pop("duration_ms"), int)
    assert found == {
        "version": 1,
        "outcome": "passed",
        "command": "true",
        "exit_codes": [0],
        "diagnoses": [],
        "fixes": [],
        "attempts": 0,
    }


def test_report_of_a_failure_with_a_suggestion() -> None:
    found, done = report(*FAIL)
    assert done.returncode == 3
    assert (found["outcome"], found["exit_codes"]) == ("suggested", [3])
    (first, *_) = found["diagnoses"]  # type: ignore[misc]
    assert first["pattern_id"] == "widget-missing"
    assert first["location"] == {"file": "src/main.py", "line": 12}
    (fix, *_) = found["fixes"]  # type: ignore[misc]
    assert (fix["command"], fix["applied"], fix["verified"]) == ("widgets get frob", False, False)


def test_report_of_a_failure_that_nobody_knows() -> None:
    found, done = report("sh", "-c", "exit 9")
    assert (found["outcome"], found["exit_codes"], done.returncode) == ("unresolved", [9], 9)
    assert found["command"] == "sh -c 'exit 9'"


def test_a_report_replaces_the_last_one_in_one_step(project: Path) -> None:
    Path("report.json").write_text("x" * 100_000)
    report("true")
    assert sorted(path.name for path in project.iterdir()) == [".git", "report.json"]


def test_a_report_that_cannot_be_written_is_refused_before_the_command() -> None:
    done = healkit("run", "--json-report", "/no/such/folder/report.json", "--", "touch", "ran")
    assert done.returncode == 125
    assert done.stderr == "healkit: the report cannot be written: /no/such/folder/report.json\n"
    assert not Path("ran").exists()


# -- the parser


@pytest.mark.parametrize(
    ("args", "options", "argv"),
    [
        (["--", "a", "--fix"], {}, ["a", "--fix"]),
        (["a", "--json-report", "x"], {}, ["a", "--json-report", "x"]),
        (["--fix", "--yes", "a"], {"--fix": "", "--yes": ""}, ["a"]),
        (["--json-report", "r", "--", "--", "b"], {"--json-report": "r"}, ["--", "b"]),
        (["--json-report=r", "--verify=a b", "-", "b"], {"--json-report": "r", "--verify": "a b"}, ["-", "b"]),
        (["-h"], {"--help": ""}, []),
        ([], {}, []),
    ],
)
def test_parse(args: list[str], options: dict[str, str], argv: list[str]) -> None:
    found = run.parse(args)
    assert (found.options, found.argv) == (options, argv)


@pytest.mark.parametrize(
    "args", [["--bogus", "--", "true"], ["--json-report"], ["--fix=yes", "--", "true"], ["--"], [], ["-x"]]
)
def test_usage_errors_are_125_in_one_line(args: list[str]) -> None:
    done = healkit("run", *args)
    assert done.returncode == 125
    assert done.stderr.startswith("healkit: ")
    assert done.stderr.count("\n") == 1


def test_both_parsers_offer_the_same() -> None:
    from typer.main import get_command

    from healkit import cli

    command = get_command(cli.build()).commands["run"]  # type: ignore[attr-defined]
    offered = {}
    for parameter in command.params:
        if parameter.param_type_name == "option":
            offered[parameter.opts[0]] = (parameter.metavar or "", parameter.help)
    offered["--help"] = run.OPTIONS["--help"]
    assert offered == run.OPTIONS
    plain, other = healkit("run", "--help").stdout, command.help
    assert run.SUMMARY in plain
    assert run.SUMMARY in other
    for text in (*run.OPTIONS, *run.EXAMPLES):
        assert text in plain
    for text in run.EXAMPLES:
        assert text in other
    assert plain.index("Examples:") < plain.index("Options:")


# -- healkit's own trouble


def test_trouble_before_the_command_is_125(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(process, "run", broken)
    assert program.main(["run", "--", "true"]) == 125
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "ZeroDivisionError" in said
    place = Path(said.strip().rpartition(" ")[2])
    assert "Traceback" in place.read_text()


def test_trouble_after_the_command_keeps_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(failure, "diagnose", broken)
    assert program.main(["run", "--", "sh", "-c", "exit 6"]) == 6
    said = capfd.readouterr().err
    assert "a bug in healkit itself (ZeroDivisionError)" in said
    assert "Traceback" not in said


def test_a_success_imports_nothing_that_is_not_needed() -> None:
    code = """
import sys
before = set(sys.modules)
from healkit.__main__ import main
code = main(["run", "--", "true"])
print(sorted(set(sys.modules) - before))
"""
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout.replace("'", '"')))
    own = {name for name in loaded if name.partition(".")[0] == "healkit"}
    assert own <= {
        "healkit",
        *(
            f"healkit.{name}"
            for name in ("__main__", "cli", "cli.run", "paths", "process", "relay", "streams", "terminal")
        ),
    }
    assert loaded - own <= {"__future__", "errno", "fcntl", "select", "termios"}
