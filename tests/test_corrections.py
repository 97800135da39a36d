"""Corrected command lines: every example and counterexample of `memory/corrections.json`, and what must not be corrected."""

from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from healkit import correct
from healkit.correct import functions, rules
from healkit.correct.line import Line, quote, simple, unquoted
from healkit.fixers.rerun import corrected
from healkit.records import CATEGORIES

TABLE = json.loads((Path(__file__).parent.parent / "memory/corrections.json").read_text())
ENTRIES = TABLE["corrections"]
RULES = TABLE["rules"]
GOOD = [(rule, example) for rule in RULES for example in rule.get("examples", ())]
BAD = [(rule, example) for rule in RULES for example in rule.get("counterexamples", ())]
NEVER = (
    "reset --hard",
    "push --force ",
    "push -f",
    "rm -rf",
    "--no-verify",
    "--no-preserve-root",
    "StrictHostKeyChecking",
)
EXAMPLES = [(entry["id"], example) for entry in ENTRIES for example in entry.get("examples", ())]
OTHERS = [(entry, example) for entry in ENTRIES for example in entry.get("counterexamples", ())]
SEVERAL = "git: 'sta' is not a git command. See 'git --help'.\n\nThe most similar commands are\n\tstash\n\tstatus\n"


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> correct.Place | None:
    """Build the project that an example is about."""
    given = request.getfixturevalue("example").get("place")
    if given is None:
        return None
    root, programs = tmp_path / "project", tmp_path / "bin"
    root.mkdir()
    programs.mkdir()
    for path, text in {**given.get("files", {}), **dict.fromkeys(given.get("executables", ()), "")}.items():
        (root / path if path.endswith("/") else (root / path).parent).mkdir(parents=True, exist_ok=True)
        if not path.endswith("/"):
            (root / path).write_text(text)
    for path in given.get("executables", ()):
        (root / path).chmod(0o755)
    for name, text in given.get("programs", {}).items():
        (programs / name).write_text(f"#!/bin/sh\nprintf '%s' {shlex.quote(text)}\n")
        (programs / name).chmod(0o755)
    for name, folder in given.get("environ", {}).items():
        monkeypatch.setenv(name, str(root / folder))
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("HEALKIT_HOME", str(tmp_path / "home"))
    if "devices" in given:
        monkeypatch.setitem(functions.TABLE, "devices", lambda _: iter(given["devices"]))
    facts = {"scripts": given.get("scripts", ()), "targets": given.get("targets", ())}
    return correct.Place(cwd=str(root), root=str(root), facts=facts, asks_help=True)


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_an_example(name: str, example: dict[str, str], place: Any) -> None:
    found = list(corrected(tuple(shlex.split(example["command"])), example["output"], place))
    assert [shlex.join(words) for words in found] == [example["corrected"]]


def told(entry: dict[str, Any], command: str, output: str, place: Any) -> list[str]:
    """Return the lines that one hint alone makes, in `suggest`."""
    return [one.line for one in correct.suggest(command, output, 1, place) if one.rule == entry["id"]]


@pytest.mark.parametrize(("entry", "example"), OTHERS, ids=[entry["id"] for entry, _ in OTHERS])
def test_a_counterexample(entry: dict[str, Any], example: dict[str, str], place: Any) -> None:
    assert list(corrected(tuple(shlex.split(example["command"])), example["output"], place)) == []
    assert told(entry, example["command"], example["output"], place) == []


@pytest.mark.parametrize("entry", [*ENTRIES, *RULES], ids=[entry["id"] for entry in (*ENTRIES, *RULES)])
def test_an_entry_has_its_cases(entry: dict[str, Any]) -> None:
    assert entry.get("examples"), "an entry without an example"
    assert entry.get("counterexamples"), "an entry without a counterexample"
    for example in entry["examples"]:
        assert "version" in example or example.get("documented"), (
            "which version said so? or is it from its documentation?"
        )
    keys = ("error_regex", "output", "line", "program", "words", "has")
    asked = json.dumps([entry[key] for key in keys if key in entry])
    words = set(re.findall(r"[a-z]{2,}", asked.lower())) or {example["command"] for example in entry["examples"]}
    if asked != "[]" and re.search(r"[a-z]{2}", asked):
        said = " ".join(case["command"] + " " + case["output"] for case in entry["counterexamples"]).lower()
        assert [word for word in words if word in said], "a counterexample without a word of the entry says nothing"


def test_several_candidates_are_several_lines() -> None:
    assert len(list(corrected(("git", "sta"), SEVERAL))) == 2


@pytest.mark.parametrize(
    ("argv", "output"),
    [
        (("git", "log", "stauts"), "git: 'comit' is not a git command.\n\nThe most similar command is\n\tcommit\n"),
        (("git", "comit"), "git: 'comit' is not a git command.\n\nThe most similar command is\n\t$(touch x)\n"),
        (("pip", "lsit"), 'ERROR: unknown command "lsit" - maybe you meant "--proxy"\n'),
        (("make", "x", "x"), 'unknown command "x" - maybe you meant "y"'),
    ],
)
def test_nothing_is_corrected(argv: tuple[str, ...], output: str) -> None:
    assert list(corrected(argv, output)) == []


def test_a_shell_line_keeps_its_other_words() -> None:
    output = "error: no such command: `biuld`\n\nhelp: a command with a similar name exists: `build`\n"
    found = list(corrected(("sh", "-c", "cd a && cargo biuld -p 'x y'"), output))
    assert found == [("sh", "-c", "cd a && cargo build -p 'x y'")]


def lines_of(rule: dict[str, Any], command: str, output: str, place: Any, code: int = 1) -> list[str]:
    """Return the lines that one rule alone makes."""
    found: list[str] = []
    for line in simple(command):
        captures = rules.holds(rule, line, output, code)
        if captures is not None:
            found += rules.results(rule, line, captures, place)
    return found


@pytest.mark.parametrize(("rule", "example"), GOOD, ids=[rule["id"] for rule, _ in GOOD])
def test_an_example_of_a_rule(rule: dict[str, Any], example: dict[str, str], place: Any) -> None:
    assert lines_of(rule, example["command"], example["output"], place)[:1] == [example["corrected"]]
    found = correct.suggest(example["command"], example["output"], 1, place)
    assert example["corrected"] in [one.line for one in found][:3]


@pytest.mark.parametrize(("rule", "example"), BAD, ids=[rule["id"] for rule, _ in BAD])
def test_a_counterexample_of_a_rule(rule: dict[str, Any], example: dict[str, str], place: Any) -> None:
    assert lines_of(rule, example["command"], example["output"], place) == []


@pytest.mark.parametrize("rule", RULES, ids=[rule["id"] for rule in RULES])
def test_a_rule_is_sound(rule: dict[str, Any]) -> None:
    text = json.dumps([rule["to"], rule.get("right", {})])
    assert rule.get("category", "command_error") in CATEGORIES
    assert not [word for word in NEVER if word in text]
    calls = [step["call"] for step in (*rule["to"], rule.get("right", {})) if isinstance(step, dict) and "call" in step]
    assert all(name in functions.TABLE for name in calls)
    assert "output" in rule or rule.get("silent") or "line" in rule or "program" in rule


def test_ids_are_unique() -> None:
    names = [rule["id"] for rule in (*RULES, *ENTRIES)]
    assert len(names) == len(set(names))


HOSTILE = ("$(touch x)", "`touch x`", "a;touch x", "a\u202eb", "a&&touch x", "a|sh", "'; touch x; '", '"; touch x; "')


@pytest.mark.parametrize("word", HOSTILE)
def test_a_hostile_word_stays_one_word(word: str) -> None:
    output = (
        f"    git push --set-upstream origin {word.replace(' ', '${IFS}')}\nA branch named '{word}' already exists.\n"
    )
    for command in ("git push", "git checkout -b x"):
        for one in correct.suggest(command, output, 128):
            assert {"touch", "sh"}.isdisjoint(shlex.shlex(one.line, posix=True, punctuation_chars=True))
            assert word.replace(" ", "${IFS}") in shlex.split(one.line) or word in shlex.split(one.line)


@pytest.mark.parametrize("word", ["it's", "a b", "$x", "-x", "", "~/a", "a'b c", "é", "\\", '"'])
def test_a_quoted_word_is_read_back(word: str) -> None:
    assert shlex.split(quote(word)) == [word]
    assert unquoted(quote(word)) == word


@pytest.mark.parametrize("command", ["", " ", "git", "sudo ", "'", '"', "a && ", "|| b", "\\", "ls 'a", "x" * 5_000])
def test_odd_lines_are_read(command: str) -> None:
    for output in ("", "command not found: git\n", "Permission denied\n"):
        correct.suggest(command, output, 1)


def test_a_longer_line_keeps_its_other_commands() -> None:
    found = correct.suggest("cd web && git push -u | tee log", "    git push --set-upstream origin main\n", 128)
    assert found[0].line == "cd web && git push --set-upstream origin main | tee log"


def test_a_success_is_left_alone() -> None:
    assert correct.suggest("ls", "", 0) == []
    assert correct.suggest("ls", "", None) == []
    for code, count in ((0, 0), (None, 0), (100, 1)):  # what a success says as well is no failure
        assert len(correct.suggest("apt update", "Run 'apt list --upgradable' to see them.", code)) == count


def test_folders_are_real_ones(tmp_path: Path) -> None:
    (tmp_path / "projects" / "web site").mkdir(parents=True)
    place = correct.Place(cwd=str(tmp_path), root=str(tmp_path))
    found = correct.suggest("cd project/websit", "cd: project/websit: No such file or directory", 1, place)
    assert [one.line for one in found] == ["cd 'projects/web site'", "mkdir -p project/websit && cd project/websit"]


def test_a_script_becomes_executable(tmp_path: Path) -> None:
    (tmp_path / "run.sh").write_text("#!/bin/sh\n")
    place = correct.Place(cwd=str(tmp_path), root=str(tmp_path))
    assert (
        correct.suggest("./run.sh a", "./run.sh: Permission denied", 126, place)[0].line
        == "chmod +x run.sh && ./run.sh a"
    )
    os.chmod(tmp_path / "run.sh", 0o755)
    assert correct.suggest("./run.sh a", "./run.sh: Permission denied", 126, place)[0].line == "sudo ./run.sh a"


def test_a_branch_of_the_repository(tmp_path: Path) -> None:
    heads = tmp_path / ".git/refs/heads"
    heads.mkdir(parents=True)
    (heads / "develop").write_text("")
    (tmp_path / ".git/packed-refs").write_text("# pack-refs\n" + "0" * 40 + " refs/heads/topic-one\n")
    place = correct.Place(cwd=str(tmp_path), root=str(tmp_path))
    output = "error: pathspec 'devlop' did not match any file(s) known to git"
    assert correct.suggest("git checkout devlop", output, 1, place)[0].line == "git checkout develop"
    output = "error: pathspec 'topic-on' did not match any file(s) known to git"
    assert correct.suggest("git checkout topic-on", output, 1, place)[0].line == "git checkout topic-one"


def test_words_keep_their_places() -> None:
    line = Line('sudo  git  commit -m \'a b\' "c\\"d"')
    assert (line.lead, line.program) == ("sudo  ", "git")
    assert [word.value for word in line.words] == ["git", "commit", "-m", "a b", 'c"d']
    assert line.replaced(line.words[1], "push") == 'git  push -m \'a b\' "c\\"d"'


def test_the_folder_has_another_repository(tmp_path: Path) -> None:
    (tmp_path / ".hg").mkdir()
    (tmp_path / "src").mkdir()
    place = correct.Place(cwd=str(tmp_path / "src"), root=str(tmp_path))
    output = "fatal: not a git repository (or any of the parent directories): .git"
    assert correct.suggest("git log -p", output, 128, place)[0].line == "hg log -p"


def test_a_task_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "gulpfile.js").write_text("gulp.task('styles', fn);\ngulp.task('serve', fn);\n")
    place = correct.Place(cwd=str(tmp_path), root=str(tmp_path))
    found = correct.suggest("gulp srve", "Task 'srve' is not in your gulpfile", 1, place)
    assert found[0].line == "gulp serve"


def test_sudo_with_options_stays_in_front() -> None:
    found = correct.suggest("sudo -u app tool x", "sudo: tool: command not found", 1)
    assert found[0].line == 'sudo -u app env "PATH=$PATH" tool x'
