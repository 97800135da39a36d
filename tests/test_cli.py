"""The command line: answers on stdout, talk on stderr, errors as sentences, exit codes that mean something."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from healkit import cli

CHECKOUT = Path(__file__).parent.parent
PATTERN = {
    "id": "widget-missing",
    "error_regex": "WidgetError: no widget named '(?P<widget>\\w+)'",
    "category": "dependency",
    "severity": "HIGH",
    "message": "The widget {widget} is missing",
    "examples": [{"output": "WidgetError: no widget named 'abc'", "captures": {"widget": "abc"}}],
    "counterexamples": ["WidgetError: no widget named anything"],
    "auto_fix": {"search": "frob", "replace": "abc"},
}
COMMANDS = ("run", "detect", "patterns", "trust", "install", "uninstall", "doctor", "log", "off", "on", "ingest")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    return tmp_path


def write_layer(folder: Path, *patterns: dict[str, object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "error-patterns.json").write_text(json.dumps({"version": 1, "patterns": list(patterns)}))


@pytest.fixture
def user_layer(isolated_home: Path) -> Path:
    folder = isolated_home / "healkit" / "data"
    write_layer(folder, PATTERN)
    return folder


def healkit(*args: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "healkit", *args], capture_output=True, text=True, timeout=60, check=False, **options
    )  # type: ignore[call-overload]


# -- help and version


def test_help_names_every_command_and_shows_examples_first() -> None:
    done = healkit("--help")
    assert done.returncode == 0
    for name in COMMANDS:
        assert f"\n  {name} " in done.stdout, name
    assert done.stdout.index("Examples:") < done.stdout.index("Options:") < done.stdout.index("Commands:")


@pytest.mark.parametrize("command", [*COMMANDS, "patterns list", "patterns show", "patterns test", "patterns check"])
def test_every_command_has_help(command: str) -> None:
    done = healkit(*command.split(), "--help")
    assert done.returncode == 0
    assert f"healkit {command}" in done.stdout
    assert done.stderr == ""


def test_version() -> None:
    from healkit import __version__

    assert healkit("--version").stdout == f"healkit {__version__}\n"


def test_version_verbose_says_what_it_stands_on(user_layer: Path, isolated_home: Path) -> None:
    done = healkit("--version", "--verbose")
    assert done.returncode == 0
    assert sys.executable in done.stdout
    assert f"layer    user: 1 patterns in {user_layer}/error-patterns.json" in done.stdout
    assert str(isolated_home / "healkit" / "state") in done.stdout


@pytest.mark.parametrize(
    "args", [[], ["nonsense"], ["detect", "--bogus"], ["log", "nonsense"], ["patterns", "list", "--layer", "x"], ["-v"]]
)
def test_usage_errors_are_2(args: list[str]) -> None:
    done = healkit(*args)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_help_does_not_load_what_it_does_not_need() -> None:
    code = (
        "import sys; from healkit.__main__ import main; main(['--help']); print({m.split('.')[0] for m in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"rich", "orjson", "regex", "jsonschema"} & set(re.findall(r"\w+", done.stdout.splitlines()[-1]))


# -- detect


def test_detect_from_standard_input(user_layer: Path) -> None:
    done = healkit(
        "detect", "--json", "--exit-code", "1", "--command", "make", input="WidgetError: no widget named 'frob'\n"
    )
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert found["version"] == 1
    first = found["diagnoses"][0]
    assert (first["pattern_id"], first["category"], first["severity"]) == ("widget-missing", "dependency_issue", "high")
    assert first["captures"] == {"widget": "frob"}
    assert set(first) == {
        "pattern_id",
        "category",
        "severity",
        "confidence",
        "message",
        "location",
        "captures",
        "excerpt",
        "fingerprint",
        "fixes",
    }


def test_detect_corrects_a_command_line() -> None:
    alone = json.loads(healkit("detect", "--json", "-e", "1", "-c", "ls 'a b'", input="").stdout)["diagnoses"]
    assert [(one["pattern_id"], one["category"]) for one in alone] == [("ls-all", "command_error")]
    assert [fix["command"] for fix in alone[0]["fixes"]] == ["ls -A 'a b'", "ls -lah 'a b'"]
    said = "git: 'stauts' is not a git command. See 'git --help'.\n\nThe most similar command is\n\tstatus\n"
    found = json.loads(healkit("detect", "--json", "-e", "1", "-c", "git stauts -s", input=said).stdout)["diagnoses"]
    first = found[0]["fixes"][0]
    assert (first["kind"], first["command"], first["risk"]) == ("rerun", "git status -s", "low")
    assert "git status -s" in healkit("detect", "-e", "1", "-c", "git stauts -s", input=said).stdout
    assert json.loads(healkit("detect", "--json", "-c", "ls", input="").stdout)["diagnoses"] == []


def test_a_guess_about_a_long_log_is_left_out() -> None:
    said = "collecting\n" * 60 + "Permission denied\n"
    text = healkit("detect", "--json", "-e", "1", "-c", "tool x", input=said).stdout
    assert "sudo tool" not in text
    assert "sudo tool x" in healkit("detect", "--json", "-e", "1", "-c", "tool x", input="Permission denied\n").stdout


def test_detect_a_file_for_people(user_layer: Path) -> None:
    Path("log").write_bytes(b"noise \xff\xfe\x00\nWidgetError: no widget named 'frob'\nmore noise\n")
    done = healkit("detect", "log")
    assert done.returncode == 0
    assert done.stdout.startswith("healkit: The widget frob is missing\n")
    assert done.stderr == ""


def test_detect_nothing() -> None:
    done = healkit("detect", "--json", "--exit-code", "0", "--command", "", input="")
    assert (json.loads(done.stdout), done.returncode) == ({"version": 1, "diagnoses": []}, 0)
    done = healkit("detect", input="all is well\n")
    assert (done.stdout, done.returncode) == ("", 0)
    assert "nothing known" in done.stderr


@pytest.mark.parametrize("name", ["absent.log", "."])
def test_detect_a_file_that_cannot_be_read(name: str) -> None:
    done = healkit("detect", name)
    assert (done.stdout, done.returncode) == ("", 1)
    assert done.stderr.startswith(f"healkit: {name}: cannot be read: ")
    assert "Traceback" not in done.stderr


def test_detect_and_run_agree(user_layer: Path) -> None:
    said = "WidgetError: no widget named 'frob'"
    healkit("run", "--json-report", "report", "--", "sh", "-c", f'echo "{said}"; exit 4')
    ran = json.loads(Path("report").read_text())
    asked = json.loads(healkit("detect", "--json", "-e", "4", "-c", ran["command"], input=said + "\n").stdout)
    assert ran["diagnoses"] == asked["diagnoses"]
    assert ran["diagnoses"][0]["fingerprint"]


# -- patterns


def test_list_is_tab_separated_for_programs(user_layer: Path) -> None:
    done = healkit("patterns", "list", "--layer", "user")
    assert done.stdout == "widget-missing\tdependency_issue\thigh\tuser\tThe widget {widget} is missing\n"
    assert healkit("patterns", "list", "--layer", "user", "--category", "async").stdout == ""
    assert healkit("patterns", "list", "--category", "dependency").stdout.count("widget-missing") == 1


def test_list_is_a_table_on_a_terminal(user_layer: Path) -> None:
    text = pexpect.run(
        f"{sys.executable} -m healkit patterns list --layer user", encoding="utf-8", dimensions=(24, 120)
    )
    assert "what it says" in text
    assert "The widget {widget} is missing" in text


def test_list_as_json(user_layer: Path) -> None:
    (row,) = json.loads(healkit("patterns", "list", "--layer", "user", "--json").stdout)["patterns"]
    assert (row["id"], row["origin"], row["trusted"], row["file"]) == (
        "widget-missing",
        "user",
        True,
        f"{user_layer}/error-patterns.json",
    )
    assert row["auto_fix"] == [{"search": "frob", "replace": "abc", "regex": False}]
    assert row["examples"][0]["captures"] == {"widget": "abc"}


def test_what_ships_is_listed_and_passes_its_examples() -> None:
    done = healkit("patterns", "list", "--layer", "shipped", "--json")
    rows = json.loads(done.stdout)["patterns"]
    assert len(rows) >= 60
    done = healkit("patterns", "test")
    assert done.returncode == 0, done.stdout


def test_show(user_layer: Path) -> None:
    done = healkit("patterns", "show", "widget-missing")
    for text in (
        "widget-missing",
        "dependency_issue, high",
        PATTERN["error_regex"],
        "frob  ->  abc",
        f"user: {user_layer}",
    ):
        assert str(text) in done.stdout
    assert json.loads(healkit("patterns", "show", "widget-missing", "--json").stdout)["id"] == "widget-missing"
    done = healkit("patterns", "show", "widget-mising")
    assert done.returncode == 1
    assert done.stderr.startswith("healkit: no pattern with the id widget-mising\n  Did you mean widget-missing")


def test_examples_that_fail_are_named(user_layer: Path) -> None:
    assert healkit("patterns", "test", "widget-missing").returncode == 0
    bad = {
        **PATTERN,
        "examples": [
            {"output": "WidgetError: no widget named 'abc'", "captures": {"widget": "xyz"}},
            {"output": "something else"},
        ],
        "counterexamples": ["WidgetError: no widget named 'b'"],
    }
    write_layer(user_layer, bad)
    done = healkit("patterns", "test", "widget-missing")
    assert done.returncode == 1
    for what in ("captures {'widget': 'abc'}", "does not match its example", "matches its counterexample"):
        assert what in done.stdout
    assert len(json.loads(healkit("patterns", "test", "widget-missing", "--json").stdout)["failures"]) == 3


def test_a_pattern_in_a_file(user_layer: Path) -> None:
    Path("log").write_text(
        "first\nWidgetError: no widget named 'frob'\n\x1b[31mWidgetError: no widget named 'nob'\x1b[0m\n"
    )
    done = healkit("patterns", "test", "widget-missing", "log")
    assert done.returncode == 0
    assert done.stdout == (
        "log:2: WidgetError: no widget named 'frob'\n  widget='frob'\nlog:3: WidgetError: no widget named 'nob'\n  widget='nob'\n"
    )
    Path("log").write_text("nothing\n")
    assert healkit("patterns", "test", "widget-missing", "log").returncode == 1


def test_check_reports_line_and_column() -> None:
    write_layer(Path(".healkit"), {"id": "x", "error_regex": "(unclosed", "category": "build"})
    done = healkit("patterns", "check")
    assert done.returncode == 1
    assert "error-patterns.json:1:" in done.stdout


# -- log, off, on


def test_log(user_layer: Path) -> None:
    done = healkit("log")
    assert (done.stdout, done.returncode) == ("", 0)
    for number in (3, 4):
        healkit("run", "--", "sh", "-c", f"echo \"WidgetError: no widget named 'frob'\"; exit {number}")
    lines = healkit("log").stdout.splitlines()
    assert [line.split()[1:4] for line in lines] == [["exit", "3", "widget-missing"], ["exit", "4", "widget-missing"]]
    (last,) = healkit("log", "-n", "1", "--json").stdout.splitlines()
    row = json.loads(last)
    assert (row["exit_code"], row["pattern_id"]) == (4, "widget-missing")
    assert row["command"].startswith("sh -c ")


def test_log_of_the_hook(isolated_home: Path) -> None:
    place = isolated_home / "healkit" / "state"
    place.mkdir(parents=True, mode=0o700, exist_ok=True)
    (place / "hook-log").write_text('{"event": "PostToolUse", "why": "\x1b[2Jnothing"}\n')
    done = healkit("log", "hook")
    assert "PostToolUse" in done.stdout
    assert "\x1b" not in done.stdout


def test_off_on_twice(isolated_home: Path) -> None:
    mark = isolated_home / "healkit" / "state" / "off"
    for _ in range(2):
        assert healkit("off").returncode == 0
        assert mark.exists()
    for _ in range(2):
        assert healkit("on").returncode == 0
        assert not mark.exists()


@pytest.mark.cold
def test_off_without_a_place_to_note_it(isolated_home: Path) -> None:
    (isolated_home / "healkit").write_text("in the way")
    done = healkit("off")
    assert done.returncode == 1
    assert "HEALKIT_OFF=1" in done.stderr


# -- ingest, in a bare checkout


def test_ingest_needs_nothing_installed(user_layer: Path) -> None:
    healkit("run", "--", "sh", "-c", "exit 9")
    code = "import sys; sys.path.insert(0, sys.argv.pop(1)); from healkit.__main__ import main; sys.exit(main())"
    argv = [sys.executable, "-I", "-S", "-c", code, str(CHECKOUT), "ingest", os.getcwd()]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert healkit("ingest", "a", "b").returncode == 2


def test_ingest_renews_what_the_hook_reads(isolated_home: Path) -> None:
    Path("pyproject.toml").write_text('[project]\nname = "x"\nversion = "1"\ndependencies = ["opencv-python"]\n')
    assert healkit("ingest").returncode == 0
    (state,) = (isolated_home / "healkit" / "state" / "projects").iterdir()
    assert (state / "facts").exists()
    assert (state / "policy").exists()
    assert list((isolated_home / "healkit" / "state" / "cache").iterdir())


def test_ingest_without_a_project() -> None:
    assert healkit("ingest", "").returncode == 0


# -- trouble


def test_a_bug_is_one_line_and_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], isolated_home: Path
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("secret=hunter22")

    monkeypatch.setattr(cli, "build", broken)
    assert cli.main(["log"]) == 3
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    place = Path(said.strip().rpartition(" ")[2])
    assert place.parent == isolated_home / "healkit" / "state"
    assert place.stat().st_mode & 0o777 == 0o600
    text = place.read_text()
    assert "Traceback" in text
    assert "hunter22" not in text


def test_a_reader_that_leaves_is_no_trouble() -> None:
    done = subprocess.run(
        [
            "bash",
            "-c",
            '"$@" | head -n 1 >/dev/null; echo ${PIPESTATUS[0]}',
            "_",
            sys.executable,
            "-m",
            "healkit",
            "patterns",
            "list",
            "--json",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout in ("0\n", "141\n")


def test_output_that_the_terminal_cannot_show_does_no_harm(user_layer: Path) -> None:
    write_layer(user_layer, {**PATTERN, "message": "caf\u00e9 \u2192 {widget}"})
    done = subprocess.run(
        [sys.executable, "-m", "healkit", "detect"],
        input=b"WidgetError: no widget named 'frob'",
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "POSIX"},
        check=False,
    )
    assert done.returncode == 0
    assert b"frob" in done.stdout


@pytest.mark.parametrize("command", ["detect --json", "patterns list --json", "log --json", "doctor --json"])
def test_json_is_nothing_but_json(command: str) -> None:
    done = healkit(*command.split(), input="")
    for line in done.stdout.splitlines() if command.startswith("log") else [done.stdout]:
        json.loads(line)


def test_closed_streams_are_no_trouble(user_layer: Path) -> None:
    for command in (
        "detect <&-",
        "detect --json <&- >&-",
        "patterns list >&-",
        "log 2>&-",
        "run -- sh -c 'exit 4' >&- 2>&-",
    ):
        line = f"{sys.executable} -m healkit {command}"
        done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
        assert done.returncode in (0, 4), (command, done.stderr)


def test_in_a_folder_that_is_gone(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    for command in (
        "run -- echo hi",
        "run -- sh -c 'exit 4'",
        "detect </dev/null",
        "log",
        "patterns list",
        "--version --verbose",
    ):
        line = f'cd "{gone}" && rmdir "{gone}" && {sys.executable} -m healkit {command}; code=$?; mkdir -p "{gone}"; exit $code'
        done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr, command
        assert done.returncode != 3, (command, done.stderr)
