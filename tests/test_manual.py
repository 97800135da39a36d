"""A tool's own help: who may be asked, with what, how often, and what is read from the answer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from healkit import correct
from healkit.cli.corrections import with_corrections
from healkit.correct import manual
from healkit.records import CommandResult

HELP = """Usage:  docker [OPTIONS] COMMAND

Commands:
  frobnicate  Make it so
  ps          List them

Options:
      --wibble string   What it says
"""
SUB_HELP = "Usage:  docker frobnicate [OPTIONS]\n\n      --wobble   Another\n"
UNKNOWN = "unknown command: frobnicat\n"
SCRIPT = """#!/bin/sh
echo "$* in $(ls -A . | wc -l | tr -d ' ') files, input $(cat | wc -c | tr -d ' ')" >> '{log}'
case "$1" in frobnicate) cat '{log}.sub' ;; *) cat '{log}.help' ;; esac
"""


class Bench:
    """A tool of that name on PATH, outside the project, and what it was asked."""

    def __init__(self, top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.log, self.bin, self.root = top / "log", top / "bin", top / "project"
        self.bin.mkdir()
        self.root.mkdir()
        (top / "log.help").write_text(HELP)
        (top / "log.sub").write_text(SUB_HELP)
        self.install(self.bin)
        monkeypatch.setenv("HEALKIT_HOME", str(top / "home"))
        monkeypatch.setenv("PATH", f"{self.bin}:/usr/bin:/bin")

    def install(self, folder: Path, name: str = "docker", script: str = SCRIPT) -> None:
        (folder / name).write_text(script.format(log=self.log))
        (folder / name).chmod(0o755)

    def lines(self, command: str, output: str, asks: bool = True) -> list[str]:
        place = correct.Place(cwd=str(self.root), root=str(self.root), asks_help=asks)
        return [one.line for one in correct.suggest(command, output, 1, place)]

    @property
    def asked(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path, monkeypatch)


def test_a_sub_command_that_only_the_tool_knows(bench: Bench) -> None:
    assert bench.lines("docker frobnicat x", UNKNOWN) == ["docker frobnicate x"]
    assert bench.asked == ["--help in 0 files, input 0"]  # never the words that were typed


def test_an_option_of_the_program_and_of_a_sub_command(bench: Bench) -> None:
    assert bench.lines("docker --wible a", "unknown flag: --wible\n") == ["docker --wibble a"]
    assert bench.lines("docker frobnicate --woble", "unknown flag: --woble\n") == ["docker frobnicate --wobble"]
    assert [line.partition(" in ")[0] for line in bench.asked] == ["--help", "frobnicate --help"]


def test_it_is_asked_once_and_again_when_it_changed(bench: Bench) -> None:
    for _ in range(3):
        assert bench.lines("docker frobnicat", UNKNOWN) == ["docker frobnicate"]
    assert len(bench.asked) == 1
    os.utime(bench.bin / "docker", (1, 1))
    assert bench.lines("docker frobnicat", UNKNOWN) == ["docker frobnicate"]
    assert len(bench.asked) == 2


def test_nobody_is_asked_where_the_answer_is_known(bench: Bench) -> None:
    assert bench.lines("docker imagse", "unknown command: imagse\n")
    assert bench.lines("docker ps", "Cannot connect to the Docker daemon\n")
    assert bench.lines("docker ps", "some other failure\n") == []
    assert bench.asked == []


@pytest.mark.parametrize("command", ["strange frobnicat", "./docker frobnicat", "/tmp/docker frobnicat"])
def test_an_unknown_program_or_a_path_is_never_started(bench: Bench, command: str) -> None:
    bench.install(bench.bin, "strange")
    bench.install(bench.root)
    assert bench.lines(command, UNKNOWN) == []
    assert bench.asked == []


def test_nobody_is_asked_unless_the_caller_says_so(bench: Bench) -> None:
    assert bench.lines("docker frobnicat", UNKNOWN, asks=False) == []
    assert correct.suggest("docker frobnicat", UNKNOWN, 1) == []
    assert bench.asked == []


@pytest.mark.parametrize("entry", ["{root}", "{root}/bin", ".", "", "bin"])
def test_a_program_of_the_project_is_never_started(bench: Bench, monkeypatch: pytest.MonkeyPatch, entry: str) -> None:
    (bench.root / "bin").mkdir()
    bench.install(bench.root)
    bench.install(bench.root / "bin")
    monkeypatch.chdir(bench.root)
    monkeypatch.setenv("PATH", f"{entry.format(root=bench.root)}:{bench.bin}:/usr/bin:/bin")
    assert "docker frobnicate" not in bench.lines("docker frobnicat", UNKNOWN)
    assert bench.asked == []


def test_a_link_into_the_project_is_never_followed(bench: Bench) -> None:
    bench.install(bench.root)
    (bench.bin / "docker").unlink()
    (bench.bin / "docker").symlink_to(bench.root / "docker")
    assert "docker frobnicate" not in bench.lines("docker frobnicat", UNKNOWN)
    assert bench.asked == []


def test_a_tool_that_does_not_end_says_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manual, "_SECONDS", 0.2)
    bench.install(bench.bin, script="#!/bin/sh\ncat '{log}.help'\nexec sleep 60\n")
    assert bench.lines("docker frobnicat", UNKNOWN) == []


def test_only_harmless_programs_are_listed() -> None:
    from healkit.correct import data

    listed = data.table()["help"]
    assert {"shutdown", "reboot", "kill", "sudo", "env", "xargs", "npx", "yarn", "ssh", "make-kpkg"} & set(listed) <= {
        "xargs"
    }
    assert listed["git"] == 0  # `git SUB --help` opens a manual page


@pytest.mark.parametrize(
    ("tool", "text", "commands"),
    [
        ("git", "   clone     Clone a repository\n   init      Create one\n", {"clone", "init"}),
        ("apt", "Most used commands:\n  list - list packages\n  search - search in them\n", {"list", "search"}),
        (
            "npm",
            "All commands:\n\n    access, adduser, audit, bugs, cache,\n    ci, completion, config, dedupe\n",
            {"audit", "ci"},
        ),
        ("tool", "usage: tool [-h] {run,stop} ...\n", {"run", "stop"}),
        ("systemctl", "  list-units [PATTERN...]   List units\n", {"list-units"}),
        ("brew", "  brew install FORMULA|CASK...\n", {"install"}),
        ("gh", "  auth:   Authenticate\n", {"auth"}),
    ],
)
def test_how_tools_list_their_commands(tool: str, text: str, commands: set[str]) -> None:
    listed = dict(line.split("\t") for line in manual._listed(tool, text).splitlines())
    assert commands <= set(listed["commands"].split())


def result(bench: Bench, command: str, output: str) -> CommandResult:
    return CommandResult(command=command, output=output, exit_code=1, cwd=str(bench.root))


def test_the_answer_of_detect_and_why_asks(bench: Bench) -> None:
    _, plans = with_corrections(result(bench, "docker frobnicat", UNKNOWN), str(bench.root), [], [])
    assert [fix.command for fix in plans[0].fixes] == ["docker frobnicate"]


@pytest.mark.parametrize(("name", "count"), [("requests", 1), ("reqeusts", 0)])
def test_no_look_alike_is_installed(bench: Bench, name: str, count: int) -> None:
    output = (
        f"Traceback (most recent call last):\n  File \"a.py\", line 1\nModuleNotFoundError: No module named '{name}'\n"
    )
    _, plans = with_corrections(result(bench, "python a.py", output), str(bench.root), [], [])
    shown = [fix.command for plan in plans for fix in plan.fixes]
    assert shown == [f"pip install {name} && python a.py"] * count
