"""`healkit patterns add, test, coverage`: a person is led from a failure to an entry."""

# ruff: noqa: F811 - a fixture's name is imported, and then a parameter's
from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pexpect
import pytest
from patterns import FILE, FROB, entries, fail, healkit, project, waiting, write_project  # noqa: F401

COMMANDS = ("add", "edit", "coverage", "test", "check", "list", "show")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(healkit: Any, command: str) -> None:
    done = healkit("patterns", command, "--help")
    assert done.code == 0
    assert f"\n    healkit patterns {command}" in done.out
    assert done.out.index("Examples:") < done.out.index("Options:")


# -- add --from-last


def test_from_last_writes_checks_and_trusts(healkit: Any, project: Path) -> None:
    fail(f"starting\n{FROB}\n")
    done = healkit("patterns", "add", "--from-last", "--id", "gear", "--advice", "oil {name}", "-c", "build", "--yes")
    assert done.code == 0
    assert done.err.startswith("healkit: from `sh -c 'cat output >&2; exit 1'`\n")
    assert f"gear stands in {FILE}:5:5" in done.err
    found = entries()["gear"]
    assert (found["category"], found["fix_template"]) == ("build", "oil {name}")
    assert json.loads(done.out) == found
    assert waiting(project) == []
    assert healkit("patterns", "check").code == 0
    assert healkit("patterns", "test", "gear").code == 0
    assert healkit("patterns", "test", "gear", "output").code == 0


def test_nobody_can_be_asked_so_nothing_is_written(healkit: Any) -> None:
    fail(FROB)
    done = healkit("patterns", "add", "--from-last")
    assert done.code == 1
    assert "add --yes" in done.err
    assert not Path(".healkit").exists()


def test_a_second_entry_keeps_the_first_and_only_the_new_one_is_trusted(healkit: Any, project: Path) -> None:
    Path(".healkit").mkdir()
    foreign = {"id": "foreign", "error_regex": "Foreign (?P<x>\\d+)", "category": "unknown", "message": "x"}
    before = json.dumps({"patterns": [foreign]}, indent=4)
    Path(FILE).write_text(before)
    fail(FROB)
    assert healkit("patterns", "add", "--from-last", "--yes").code == 0
    assert Path(FILE).read_text().startswith(before.rpartition("}\n    ]")[0])
    assert list(entries()) == ["foreign", "frob-error-gear-jammed-at-tooth"]
    assert waiting(project) == ["foreign"]


def test_the_users_layer(healkit: Any, isolated_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user = isolated_home / "healkit/data/error-patterns.json"
    fail(FROB)
    assert healkit("patterns", "add", "--from-last", "--user", "--yes").code == 0
    assert list(entries(user)) == ["frob-error-gear-jammed-at-tooth"]
    assert not Path(".healkit").exists()
    monkeypatch.chdir(isolated_home)  # no project here
    Path("log").write_text("OtherError: thing 9 broke")
    assert healkit("patterns", "add", "--example", "log", "--yes").code == 0
    assert list(entries(user))[1] == "other-error-thing-broke"
    assert healkit("patterns", "add", "--example", "log", "--project").code == 1


def test_without_a_failure_on_record(healkit: Any) -> None:
    done = healkit("patterns", "add", "--from-last", "--yes")
    assert done.code == 1
    assert "no failure is on record here" in done.err
    assert "healkit run -- COMMAND" in done.err


def test_a_known_failure_says_so(healkit: Any) -> None:
    fail("ModuleNotFoundError: No module named 'cv2'\n")
    done = healkit("patterns", "add", "--from-last", "--yes")
    assert done.code == 0
    assert "known already as python-module-not-found" in done.err
    assert next(iter(entries().values()))["category"] == "dependency_issue"


def test_an_id_that_exists_is_refused(healkit: Any) -> None:
    fail(FROB)
    done = healkit("patterns", "add", "--from-last", "--id", "python-module-not-found", "--yes")
    assert done.code == 1
    assert "healkit patterns edit python-module-not-found" in done.err
    assert not Path(".healkit").exists()


def test_secrets_of_the_output_are_not_written(healkit: Any) -> None:
    key = "ghp_" + "x9Y8" * 9
    Path("log").write_text(f"DeployError: key {key} expired at stage 4\n")
    assert healkit("patterns", "add", "--example", "log", "--yes").code == 0
    assert key not in Path(FILE).read_text()
    assert healkit("patterns", "test", next(iter(entries())), "log").code == 0  # and still it is recognised


def test_a_broken_file_is_left_alone(healkit: Any) -> None:
    fail(FROB)
    Path(".healkit").mkdir()
    Path(FILE).write_text('{"patterns": [\n  {"id": "x"},\n]}\n')
    done = healkit("patterns", "add", "--from-last", "--yes")
    assert done.code == 1
    assert f"{FILE}:2:14: trailing comma before ]; the file is left as it is" in done.err
    assert Path(FILE).read_text() == '{"patterns": [\n  {"id": "x"},\n]}\n'


# -- add with options


def test_an_expression_of_ones_own(healkit: Any, project: Path) -> None:
    Path("log").write_text("one\nLOCK-17 held by bob\nLOCK-18 held by al\n")
    done = healkit(
        "patterns",
        "add",
        "--regex",
        r"LOCK-(?P<code>\d+) held",
        "--message",
        "The lock {code} is held",
        "--example",
        "log",
        "-y",
    )
    assert done.code == 0
    found = entries()["lock-is-held"] if "lock-is-held" in entries() else next(iter(entries().values()))
    assert found["examples"] == [
        {"output": "LOCK-17 held by bob", "captures": {"code": "17"}, "tool": "", "version": ""}
    ]
    assert waiting(project) == []


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["--regex", "LOCK-(", "-y"], 1, "bad regular expression: missing ), unterminated subpattern (character 6)"),
        (
            ["--regex", "LOCK-x", "--example", "log", "-y"],
            1,
            "the expression never matches the example: it matches up to `LOCK-`",
        ),
        (["--regex", "LOCK", "--severity", "awful"], 2, "unknown severity awful"),
        (["--regex", "LOCK", "--user", "--project"], 2, "give one"),
        (["--from-last", "--example", "log"], 2, "leave out --example"),
        ([], 2, "nobody can be asked here"),
        (["--example", "absent"], 1, "cannot be read"),
    ],
)
def test_options_that_make_no_entry(healkit: Any, args: list[str], code: int, said: str) -> None:
    Path("log").write_text("LOCK-17 held\n")
    done = healkit("patterns", "add", *args)
    assert done.code == code
    assert said in " ".join(re.sub(r"[│╭╮╰╯─]", " ", done.err).split())
    assert not Path(".healkit").exists()


def test_an_entry_with_errors_is_written_said_and_not_trusted(healkit: Any, project: Path) -> None:
    done = healkit("patterns", "add", "--regex", "Lock (?P<code>\\d+)", "--message", "no {cod}", "--id", "lock", "-y")
    assert done.code == 1
    assert '{cod} is captured by no group; did you mean "code"?' in done.err
    assert "patterns edit lock" in done.err
    assert waiting(project) == ["lock"]


def test_on_a_terminal_it_asks_for_the_line_and_for_a_yes(project: Path, healkit_argv: list[str]) -> None:
    child = pexpect.spawn(healkit_argv[0], [*healkit_argv[1:], "patterns", "add"], encoding="utf-8", timeout=30)
    child.expect("The line that names the failure")
    child.sendline(FROB)
    child.expect("Write it to .healkit/error-patterns.json")
    child.sendline("n")
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 1
    assert not (project / ".healkit").exists()


# -- test and coverage


def test_a_file_shows_captures_and_rivals(healkit: Any) -> None:
    write_project("Alpha (?P<x>\\d+)")
    Path(FILE).write_text(Path(FILE).read_text().replace("Bravo \\\\d+", "(?m)Alpha 7 of"))
    Path("log").write_text("start\nAlpha 7 of 9\nModuleNotFoundError: No module named 'cv2'\n")
    done = healkit("patterns", "test", "a", "log")
    assert done.code == 0
    assert done.out == "log:2: Alpha 7 of 9\n  x='7'\n"
    assert "b matches the same text (line 2)" in done.err
    assert "python-module-not-found matches elsewhere (line 3)" in done.err
    assert "of this output healkit would name python-module-not-found (" in done.err
    found = json.loads(healkit("patterns", "test", "a", "log", "--json").out)
    assert found["rivals"][0] == {"id": "b", "lines": [2], "same": True}
    assert found["ranking"][0]["pattern_id"] == "python-module-not-found"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "it matches up to `Alpha `, then wants `(?P<x>"),
        ({"contains": ["zebra-word"]}, 'it wants "zebra-word" somewhere (contains)'),
    ],
)
def test_a_file_without_a_match_says_why(healkit: Any, more: dict[str, Any], said: str) -> None:
    write_project("Alpha (?P<x>\\d+)", **more)
    Path("log").write_text("Alpha seven\n")
    done = healkit("patterns", "test", "a", "log")
    assert done.code == 1
    assert said in done.err


def test_coverage_counts_by_tool_and_category(healkit: Any, isolated_home: Path) -> None:
    user = isolated_home / "healkit/data/error-patterns.json"
    user.parent.mkdir()
    one = {
        "id": "f1",
        "error_regex": "Frob one",
        "category": "build",
        "tools": ["frobctl", "gearctl"],
        "examples": [{"output": "Frob one", "documented": True}, "Frob one x"],
    }
    two = {
        "id": "f2",
        "error_regex": "Frob two",
        "category": "timeout",
        "examples": [{"output": "Frob two", "tool": "frobctl"}],
    }
    off = {"id": "f3", "error_regex": "Frob 333", "category": "timeout", "tools": ["frobctl"], "disabled": True}
    before = json.loads(healkit("patterns", "coverage", "--json").out)
    user.write_text(json.dumps({"patterns": [one, two, off]}))
    found = json.loads(healkit("patterns", "coverage", "--json").out)
    assert found["tools"]["frobctl"] == {
        "build_error": {"patterns": 1, "examples": 2, "documented": 1, "documented_share": 0.5},
        "timeout": {"patterns": 1, "examples": 1, "documented": 0, "documented_share": 0.0},
    }
    assert found["tools"]["gearctl"]["build_error"]["patterns"] == 1
    assert found["total"]["patterns"] == before["total"]["patterns"] + 2
    assert sum(tally["patterns"] for tally in found["categories"].values()) == found["total"]["patterns"]
    assert "frobctl\t2\t3\t33%\tbuild_error 1, timeout 1\n" in healkit("patterns", "coverage").out
    assert healkit("patterns", "coverage", "--tool", "frobctl").out == "build_error\t1\t2\t50%\ntimeout\t1\t1\t0%\n"
    done = healkit("patterns", "coverage", "--tool", "frobctll")
    assert done.code == 2
    assert "did you mean frobctl?" in done.err
