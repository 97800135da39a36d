"""The reading and tidying commands: history, playbooks, modules, config, ignore, purge, bug-report, version."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pexpect
import pytest

from healkit import paths
from healkit.cli.modules import known_names, search
from healkit.config import writing
from healkit.records import HealkitError

CHECKOUT = Path(__file__).parent.parent
SECRET = "sk-abcdefghijklmnopqrstuvwx"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    state = paths.project_state(str(tmp_path))
    assert paths.make_private(state)
    Path(state, "ingest-started").touch()  # so that no detached ingest writes while a test looks
    return tmp_path


def healkit(*args: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "healkit", *args], capture_output=True, text=True, timeout=60, check=False, **options
    )  # type: ignore[call-overload]


def fail(module: str = "frobnicate_it") -> None:
    healkit("run", "--", sys.executable, "-S", "-c", f"import {module}")


def read(*args: str) -> dict[str, object]:
    done = healkit(*args)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    assert found["version"] == 1
    return found


# -- history


def test_history_takes_in_what_is_new(project: Path) -> None:
    done = healkit("history")
    assert (done.returncode, done.stdout) == (0, "")
    fail()
    (event,) = read("history", "--json")["events"]
    assert (event["kind"], event["pattern_id"], event["source"]) == ("failure", "python-module-not-found", "run")
    (row,) = healkit("history").stdout.splitlines()
    assert row.split("\t")[1:5] == ["failure", "1", "run", "python-module-not-found"]


def test_history_is_filtered_and_newest_last(project: Path) -> None:
    for name in ("aaa", "bbb", "ccc"):
        fail(name)
    rows = healkit("history", "--limit", "2").stdout.splitlines()
    assert [row.rpartition(" ")[2].strip("'\"") for row in rows] == ["bbb", "ccc"]
    assert healkit("history", "--kind", "edit").stdout == ""
    assert healkit("history", "--kind", "nonsense").returncode == 2
    session = read("history", "--json")["events"][0]["session"]
    assert len(healkit("history", "--session", session[:-1]).stdout.splitlines()) == 3
    assert healkit("history", "--session", "nobody").stdout == ""
    assert [row["outcome"] for row in read("history", "--episodes", "--json")["episodes"]] == ["", "", ""]


def test_any_reading_command_starts_an_ingest(project: Path) -> None:
    fail()
    state = Path(paths.project_state(str(project)))
    assert (state / "spool.jsonl").exists()
    (state / "ingest-started").unlink()
    assert healkit("log").returncode == 0
    for _ in range(200):
        if not (state / "spool.jsonl").exists() and (state / "counts").exists():
            break
        time.sleep(0.05)
    assert not (state / "spool.jsonl").exists()


# -- playbooks and modules


def test_playbooks_are_listed_and_shown() -> None:
    rows = {row["id"]: row for row in read("playbooks", "list", "--json")["playbooks"]}
    assert "python-module-not-found" in rows["install-python-module"]["used_by"]
    shown = healkit("playbooks", "show", "install-python-module").stdout
    assert "(when declared)" in shown
    assert "$ {install_command}" in shown
    assert read("playbooks", "show", "rust-compilation-failure", "--json")["verify"] == "cargo check"
    done = healkit("playbooks", "show", "instal-python-module")
    assert done.returncode == 1
    assert "Did you mean install-python-module" in done.stderr


def test_modules_find_the_package_of_an_import(project: Path) -> None:
    (project / "pyproject.toml").write_text('[project]\nname = "p"\nversion = "0"\ndependencies = ["opencv-python"]\n')
    assert healkit("modules", "cv2").stdout.split("\t") == ["cv2", "opencv-python", "pyproject.toml\n"]
    (row,) = read("modules", "cv2.aruco", "--json")["modules"]
    assert (row["module"], row["package"]) == ("cv2", "opencv-python")
    assert "cv2" in healkit("modules", "opencv").stdout
    done = healkit("modules", "frobnicate")
    assert (done.returncode, done.stdout) == (0, "")
    assert search(known_names(), "") == sorted(known_names().items())


# -- config


def test_config_says_where_a_value_comes_from(project: Path, isolated_home: Path) -> None:
    user = isolated_home / "healkit/config/config.toml"
    user.parent.mkdir(parents=True)
    user.write_text("[hook]\n# less talk\nmax_hints = 7\n")
    assert healkit("config", "hook.max_hints").stdout == "7\n"
    assert f"user ({user}:3)" in healkit("config", "hook", "--explain").stdout
    found = read("config", "hook.max_hints", "--json")["settings"]
    assert found == {"hook.max_hints": {"value": 7, "origin": f"user ({user}:3)"}}
    assert tomllib.loads(healkit("config").stdout)["hook"]["max_hints"] == 7
    env = {**os.environ, "HEALKIT_HOOK_MAX_HINTS": "3"}
    assert "environment (HEALKIT_HOOK_MAX_HINTS)" in healkit("config", "show", "hook", "-e", env=env).stdout
    done = healkit("config", "hook.max_hint")
    assert done.returncode == 1
    assert "hook.max_hints" in done.stderr


def test_config_complains_of_a_bad_file(isolated_home: Path) -> None:
    user = isolated_home / "healkit/config/config.toml"
    user.parent.mkdir(parents=True)
    user.write_text("[hook]\nmax_hints = \n")
    done = healkit("config")
    assert done.returncode == 0
    assert f"{user}:2:13: not valid TOML" in done.stderr


LEARNING = {
    "patterns": [],
    "learning": {
        "store_new_patterns": False,
        "pattern_file": ".claude-flow/memory/error-patterns.json",
        "min_occurrences_to_save": 3,
    },
}
HOOKS = {
    "fallback": {"enabled": True, "maxRetries": 3, "backoffMultiplier": 2},
    "recovery": {"autoFix": True, "requireConfirmation": False, "strategies": ["install"]},
}


def test_older_settings_are_converted(project: Path) -> None:
    old = project / ".claude-flow/memory/error-patterns.json"
    old.parent.mkdir(parents=True)
    old.write_text(json.dumps(LEARNING))
    done = healkit("config", "import", str(old))
    assert done.returncode == 0
    assert tomllib.loads(done.stdout) == {"learning": LEARNING["learning"]}
    assert not (project / ".healkit").exists()
    hooks = project / "hooks.json"
    hooks.write_text(json.dumps(HOOKS))
    expected = {"recovery": {"enabled": True, "max_attempts": 3}, "policy": {"mode": "auto"}}
    assert tomllib.loads(healkit("config", "import", str(hooks)).stdout) == expected


def test_an_import_keeps_what_stands_in_the_file(project: Path) -> None:
    (project / "hooks.json").write_text(json.dumps(HOOKS))
    target = project / ".healkit/config.toml"
    target.parent.mkdir()
    before = "# ours\n[recovery]\nmax_attempts = 1 # enough\n\n[hook]\nignore = [\n  'a', # noisy\n]\n"
    target.write_text(before)
    target.chmod(0o640)
    done = healkit("config", "import", "hooks.json", "--write")
    assert done.returncode == 0
    assert "recovery.max_attempts stands there already and stays 1" in done.stderr
    text = target.read_text()
    assert tomllib.loads(text) == {
        "recovery": {"max_attempts": 1, "enabled": True},
        "hook": {"ignore": ["a"]},
        "policy": {"mode": "auto"},
    }
    assert [line for line in before.splitlines() if line not in text.splitlines()] == []
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert "nothing to write" in healkit("config", "import", "hooks.json", "--write").stderr


@pytest.mark.parametrize(
    ("content", "word"), [("{}", "no setting in it"), ("[1]", "no setting in it"), (None, "no such file")]
)
def test_an_import_of_nothing_is_an_error(content: str | None, word: str, project: Path) -> None:
    if content is not None:
        (project / "x.json").write_text(content)
    done = healkit("config", "import", "x.json", "--write")
    assert done.returncode == 1
    assert word in done.stderr
    assert "Traceback" not in done.stderr


PUT = {
    "an empty file": ("", '[hook]\nignore = ["x"]\n'),
    "another table": ("[ai]\nmodel = 'm'\n", "[ai]\nmodel = 'm'\n\n[hook]\nignore = [\"x\"]\n"),
    "the table": ("[hook] # h\nenabled = true\n[ai]\n", '[hook] # h\nignore = ["x"]\nenabled = true\n[ai]\n'),
    "the key": ("[hook]\nignore = ['a'] # was\nenabled = true\n", '[hook]\nignore = ["x"]\nenabled = true\n'),
    "a list of lines": ("[hook]\nignore = [\n 'a',\n 'b', # ]\n]\n[ai]\n", '[hook]\nignore = ["x"]\n[ai]\n'),
}


@pytest.mark.parametrize("name", PUT)
def test_one_key_is_put_and_the_rest_stays(name: str) -> None:
    before, after = PUT[name]
    assert writing.put(before, "hook.ignore", ["x"]) == after


@pytest.mark.parametrize(
    "text", ["hook.ignore = []\n", "hook = {ignore = []}\n", "hook = 3\n", "[hook\n", "[[hook]]\na = 1\n"]
)
def test_what_cannot_be_put_safely_is_refused(text: str) -> None:
    with pytest.raises(HealkitError):
        writing.put(text, "hook.ignore", ["x"], "config.toml")


def test_texts_are_spelled_so_that_toml_reads_them() -> None:
    for text in ('a"b\\c', "tab\tnew\nline", "\x7f", "ü☃"):
        assert tomllib.loads(f"x = {writing.spell([text])}") == {"x": [text]}


# -- ignore


def test_an_ignored_pattern_is_silent_at_once_and_speaks_again(project: Path, isolated_home: Path) -> None:
    missing = [sys.executable, "-S", "-c", "import frobnicate_it"]
    assert "Python module frobnicate_it" in healkit("run", "--", *missing).stderr
    done = healkit("ignore", "python-module-not-found")
    assert done.returncode == 0
    user = isolated_home / "healkit/config/config.toml"
    assert tomllib.loads(user.read_text()) == {"hook": {"ignore": ["python-module-not-found"]}}
    assert "Python module frobnicate_it" not in healkit("run", "--", *missing).stderr
    assert read("ignore", "--list", "--json")["ignored"] == [{"id": "python-module-not-found", "from": str(user)}]
    assert healkit("ignore", "python-module-not-found").returncode == 0
    assert user.read_text().count("python-module-not-found") == 1
    assert healkit("ignore", "--remove", "python-module-not-found").returncode == 0
    assert "Python module frobnicate_it" in healkit("run", "--", *missing).stderr


def test_a_project_ignores_for_everybody(project: Path, isolated_home: Path) -> None:
    assert healkit("ignore", "--project", "python-traceback").returncode == 0
    assert tomllib.loads((project / ".healkit/config.toml").read_text()) == {"hook": {"ignore": ["python-traceback"]}}
    assert not (isolated_home / "healkit/config/config.toml").exists()
    assert "python-traceback" in healkit("ignore", "--list").stdout
    done = healkit("ignore", "--remove", "python-traceback")
    assert done.returncode == 1
    assert str(project / ".healkit/config.toml") in done.stderr


@pytest.mark.parametrize(
    ("args", "code", "word"),
    [
        (["python-tracebak"], 1, "Did you mean python-traceback"),
        (["qqqqqqqqqqqq"], 1, "no pattern with the id"),
        ([], 2, "give the id"),
        (["--remove"], 2, "give the id"),
        (["--list", "python-traceback"], 2, "takes no id"),
    ],
)
def test_ignore_answers_mistakes(args: list[str], code: int, word: str) -> None:
    done = healkit("ignore", *args)
    assert done.returncode == code
    assert word in done.stderr


def test_ignore_leaves_a_broken_file_alone(isolated_home: Path) -> None:
    user = isolated_home / "healkit/config/config.toml"
    user.parent.mkdir(parents=True)
    user.write_text("[hook\n")
    done = healkit("ignore", "python-traceback")
    assert done.returncode == 1
    assert f"{user}:1:6: not valid TOML" in done.stderr
    assert user.read_text() == "[hook\n"


# -- purge


def remembered(home: Path) -> list[str]:
    state = home / "healkit/state"
    return sorted(
        str(path.relative_to(state)) for path in state.rglob("*") if path.is_file() and path.name != "ingest.lock"
    )


def test_purge_without_a_yes_removes_nothing(project: Path, isolated_home: Path) -> None:
    fail()
    healkit("history")
    before = remembered(isolated_home)
    done = healkit("purge")
    assert done.returncode == 1
    assert "/history.db" in done.stdout
    assert "/last-output" in done.stdout
    assert remembered(isolated_home) == before


def test_purge_forgets_one_project(project: Path, isolated_home: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / ".git").mkdir(parents=True)
    healkit("run", "--", "sh", "-c", "echo kept; exit 1", cwd=other)
    fail("a_word_to_forget")
    healkit("history")
    assert healkit("purge", "--yes").returncode == 0
    left = [path for path in (isolated_home / "healkit/state/projects").rglob("*") if path.is_file()]
    assert not any(b"a_word_to_forget" in path.read_bytes() for path in left)
    assert any(path.name == "last-output" for path in left)
    assert json.loads(healkit("why", "--json").stdout)["source"] == ""


def test_purge_all_keeps_trust_switch_and_settings(project: Path, isolated_home: Path) -> None:
    fail()
    healkit("off")
    state = isolated_home / "healkit/state"
    (state / "trust").write_text("0123 key\n")
    assert healkit("purge", "--all", "--yes").returncode == 0
    assert remembered(isolated_home) == ["off", "trust"]


def test_purge_asks_a_person(project: Path, isolated_home: Path) -> None:
    fail()
    child = pexpect.spawn(sys.executable, ["-m", "healkit", "purge"], encoding="utf-8", timeout=30)
    child.expect("Forget all this")
    child.sendline("y")
    child.expect("forgotten")
    child.expect(pexpect.EOF)
    assert not [name for name in remembered(isolated_home) if name.startswith("projects")]


# -- bug-report and version


def test_a_bug_report_holds_no_secret_and_no_output(project: Path, isolated_home: Path) -> None:
    (project / "out").write_text("a private sentence\n")
    healkit("run", "--", "sh", "-c", f"cat out; exit 1 # token={SECRET}")
    (isolated_home / "healkit/state/hook-errors.txt").write_text(f"boom {isolated_home}/x password=hunter22\n")
    done = healkit("bug-report")
    assert done.returncode == 0
    for title in (
        "Versions",
        "Knowledge",
        "Doctor",
        "Settings",
        "Last hook calls",
        "Errors inside the hook",
        "Last failures",
    ):
        assert f"## {title}" in done.stdout
    assert "python-module-not-found" not in done.stdout
    assert "cat out; exit 1" in done.stdout
    assert not [word for word in (SECRET, "hunter22", "private sentence", str(isolated_home)) if word in done.stdout]
    assert "this part broke" not in done.stdout


def test_a_bug_report_is_written_once_and_for_the_user_alone(project: Path) -> None:
    assert healkit("bug-report", "report.txt").returncode == 0
    path = project / "report.txt"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_text()
    done = healkit("bug-report", "report.txt")
    assert done.returncode == 1
    assert "such a file already" in done.stderr
    assert path.read_text() == before


def test_version_verbose_names_interpreter_index_and_layers() -> None:
    text = healkit("--version", "--verbose").stdout
    assert sys.executable in text
    assert "\nlayer    shipped: " in text
    assert "\nindex    " in text


# -- tables


@pytest.mark.parametrize("args", [["history"], ["playbooks", "list"], ["modules"], ["patterns", "list"]])
def test_tables_are_plain_when_piped_and_drawn_on_a_terminal(args: list[str], project: Path) -> None:
    fail()
    piped = healkit(*args).stdout
    assert "\t" in piped
    assert "─" not in piped
    assert "\x1b" not in piped
    for colour, env in ((True, {}), (False, {"NO_COLOR": "1"})):
        child = pexpect.spawn(
            sys.executable, ["-m", "healkit", *args], encoding="utf-8", timeout=30, dimensions=(50, 150),
            env={**os.environ, "TERM": "xterm-256color", **env},
        )  # fmt: skip
        shown = child.read()
        assert "─" in shown
        assert colour or "\x1b[3" not in shown
