"""The scrollback: asked of the program that draws the terminal, cut to what the last command said."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import set_env

from healkit import outputs, paths, scrollback
from healkit.records import CommandResult
from healkit.scrollback import Screen, last_said

CHECKOUT = Path(__file__).parent.parent
DRAWN_BY = ("TMUX_PANE", "TMUX", "ZELLIJ", "WEZTERM_PANE", "KITTY_WINDOW_ID")
SAID = "make: *** No rule to make target 'all'.  Stop."


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in DRAWN_BY:
        set_env(monkeypatch, name, None)


def screen(text: str) -> Screen:
    return Screen(source="tmux", text=text)


PROMPTS = {
    "bash": ("bash-5.2$ ", "bash-5.2$ "),
    "user and folder": ("me@host:~/src/shop$ ", "me@host:~/src/shop$ "),
    "zsh": ("host% ", "host% "),
    "root": ("root@box:/# ", "root@box:/# "),
    "one sign": ("❯ ", "❯ "),
    "a clock": ("[12:04:11] ~/shop $ ", "[12:05:09] ~/shop $ "),
    "an exit code": ("~/shop $ ", "~/shop [2] $ "),
    "a mark for trouble": ("➜  shop git:(main) ✔ ", "➜  shop git:(main) ✗ "),
}


@pytest.mark.parametrize("name", PROMPTS)
def test_the_last_command_is_found_by_the_prompt_that_we_were_asked_at(name: str) -> None:
    before, ours = PROMPTS[name]
    text = f"{before}ls\nMakefile  src\n{before}make all\n{SAID}\n\n{ours}healkit why\n\n\n"
    found = last_said(screen(text))
    assert found.output == SAID
    assert found.command.endswith("make all")


@pytest.mark.parametrize(
    "ours", ["healkit why --json", "/opt/x/bin/healkit why", "python3 -m healkit why", "uvx healkit why"]
)
def test_however_we_were_asked(ours: str) -> None:
    found = last_said(screen(f"$ ls\na\n$ make all\n{SAID}\n$ {ours}\n"))
    assert (found.command, found.output) == ("make all", SAID)


def test_asking_twice_still_finds_the_failure() -> None:
    text = f"host$ make all\n{SAID}\nhost$ healkit why\n"
    again = f"{text}make: nothing\nhost$ healkit why\n"
    assert last_said(screen(again)).command == "make all"


def test_a_right_prompt_is_no_part_of_the_command() -> None:
    text = f"host% make all                    12:04:11\n{SAID}\nhost% healkit why                 12:04:20\n"
    assert last_said(screen(text)).command == "make all"


def test_without_a_prompt_the_known_command_tells_where_it_began() -> None:
    text = f"ls\nMakefile\nmake all\n{SAID}\n"
    assert last_said(screen(text), "make all").output == SAID


def test_when_nobody_can_tell_the_end_of_the_screen_counts() -> None:
    lines = [f"line {number}" for number in range(500)]
    found = last_said(screen("\n".join(lines)))
    assert found.command == ""
    assert found.output.split("\n") == lines[-scrollback.UNCUT :]


def test_marks_of_the_shell_are_believed_before_any_prompt() -> None:
    def block(command: str, said: str) -> str:
        return f"\x1b]133;A\x07$ \x1b]133;B\x07{command}\n\x1b]133;C\x07{said}\x1b]133;D;1\x07"

    text = block("ls", "a\n") + block("make all", f"$ not a prompt\n{SAID}\n") + block("true", "")
    text += "\x1b]133;A\x1b\\$ \x1b]133;B\x1b\\healkit why\n\x1b]133;C\x1b\\"
    found = last_said(screen(text))
    assert (found.command, found.output.strip()) == ("make all", f"$ not a prompt\n{SAID}")


def test_an_output_alone_is_taken_as_it_is() -> None:
    assert last_said(Screen(source="kitty", text=SAID, whole=False), "make").output == SAID


def test_hostile_text_costs_no_time() -> None:
    text = ("$ " * 3000 + "\n") * 200 + "$ healkit why"
    assert last_said(screen(text)).output == ""


# -- the programs


def program(folder: Path, name: str, body: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    set_env(monkeypatch, "PATH", f"{folder}:/usr/bin:/bin")
    return folder


@pytest.mark.parametrize(
    ("name", "mark", "value", "body"),
    [
        (
            "kitty",
            "KITTY_WINDOW_ID",
            "7",
            '[ "$*" = "@ get-text --match=id:7 --extent=last_non_empty_output" ] && echo BOOM',
        ),
        ("kitty", "KITTY_WINDOW_ID", "7", 'case "$*" in *=last_cmd_output) echo BOOM ;; *) exit 1 ;; esac'),
        (
            "wezterm",
            "WEZTERM_PANE",
            "3",
            'case "$*" in "cli get-text --start-line -"*" --pane-id 3") echo BOOM ;; esac',
        ),
        (
            "zellij",
            "ZELLIJ",
            "0",
            '[ "$1 $2 $3" = "action dump-screen --full" ] && [ "$4" != --path ] && echo BOOM >"$4"',
        ),
        ("zellij", "ZELLIJ", "0", '[ "$4" = --path ] || exit 2; echo BOOM >"$5"'),
    ],
)
def test_each_terminal_is_asked_in_its_own_words(
    name: str, mark: str, value: str, body: str, bin_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(bin_folder, name, body)
    assert scrollback.read() is None  # it is installed, but this is not its terminal
    set_env(monkeypatch, mark, value)
    found = scrollback.read()
    assert found is not None
    assert (found.source, found.text.strip()) == (name, "BOOM")


@pytest.mark.parametrize("body", ["exit 1", "true", "echo '   '"])
def test_a_terminal_that_does_not_answer_is_no_trouble(
    body: str, bin_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, mark, _ in scrollback.SOURCES:
        program(bin_folder, name, body)
        set_env(monkeypatch, mark, "1")
    assert scrollback.read() is None


def test_a_terminal_that_hangs_is_left(bin_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(bin_folder, "wezterm", "exec sleep 60")
    set_env(monkeypatch, "WEZTERM_PANE", "1")
    monkeypatch.setattr(scrollback, "PATIENCE", 0.2)
    assert scrollback.read() is None


# -- a real tmux


@pytest.fixture
def pane(tmp_path: Path, isolated_home: Path) -> Iterator[Pane]:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    pane = Pane(tmp_path, isolated_home)
    yield pane
    pane.tmux("kill-server")
    Path(pane.socket).unlink(missing_ok=True)


class Pane:
    """A shell in a tmux of its own."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.project = folder / "p"
        self.socket = f"/tmp/hk-{os.getpid()}-{time.monotonic_ns() % 10**6}"
        (self.project / ".git").mkdir(parents=True)
        launcher = folder / "bin" / "healkit"
        launcher.parent.mkdir()
        launcher.write_text(f'#!/bin/sh\nPYTHONPATH={CHECKOUT} exec {sys.executable} -m healkit "$@"\n')
        launcher.chmod(0o755)
        shell = (
            f"env -i HOME={home} HEALKIT_HOME={home}/healkit PATH={launcher.parent}:/usr/bin:/bin TERM=screen "
            f"LANG=C.UTF-8 SHELL=/bin/bash TMUX=$TMUX TMUX_PANE=$TMUX_PANE bash --norc --noprofile -i"
        )
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", "150", "-y", "50", "-c", str(self.project), shell)
        self.wait_for("bash-")

    def tmux(self, *args: str) -> str:
        env = {name: value for name, value in os.environ.items() if not name.startswith("TMUX")}
        done = subprocess.run(["tmux", "-S", self.socket, *args], capture_output=True, text=True, check=False, env=env)
        return done.stdout

    def screen(self) -> str:
        return self.tmux("capture-pane", "-p", "-J", "-S", "-500")

    def wait_for(self, text: str) -> str:
        for _ in range(300):
            shown = self.screen()
            if text in shown:
                return shown
            time.sleep(0.05)
        raise AssertionError(f"{text!r} did not come: {self.screen()!r}")

    def type(self, line: str) -> None:
        """Type a line at the prompt: typed ahead of it, the terminal would echo it twice, in pieces."""
        for _ in range(300):
            last = self.screen().rstrip().rpartition("\n")[2]
            if re.fullmatch(r"\S+[#$>]", last):
                break
            time.sleep(0.05)
        else:
            raise AssertionError(f"no prompt came: {self.screen()!r}")
        self.tmux("send-keys", "-l", line)
        self.tmux("send-keys", "Enter")


def test_why_reads_the_scrollback_of_a_real_tmux(pane: Pane) -> None:
    pane.type("echo ModuleNotFoundError: No module named \\'older\\'; echo first-is-over")
    pane.wait_for("\nfirst-is-over")
    pane.type(f"{sys.executable} -S -c 'import frobnicate_it'")
    pane.wait_for("No module named 'frobnicate_it'")
    pane.type("healkit why; echo why-is-over-$?")
    shown = pane.wait_for("why-is-over-0")
    told = shown.rpartition("healkit why")[2]
    assert "from the scrollback of tmux" in told
    assert "Python module frobnicate_it is not installed" in told
    assert "older" not in told


def test_a_recorded_failure_is_told_from_its_whole_output(pane: Pane) -> None:
    pane.type(f"healkit run -- {sys.executable} -S -c 'import frobnicate_it'; echo run-is-over-$?")
    pane.wait_for("run-is-over-1")
    pane.type("clear")
    pane.type("healkit why; echo why-is-over-$?")
    assert "seen by healkit run" in pane.wait_for("why-is-over-0")


def test_a_screen_that_does_not_say_where_a_command_began_does_not_hide_the_record(pane: Pane) -> None:
    pane.type(f"healkit run -- {sys.executable} -S -c 'import frobnicate_it'; echo run-is-over-$?")
    pane.wait_for("run-is-over-1")
    pane.type("PS1='other> '")  # no line above looks like the prompt at which we are asked
    pane.type("healkit why; echo why-is-over-$?")
    assert "seen by healkit run" in pane.wait_for("why-is-over-0")


def test_a_newer_plain_failure_wins_over_the_record(pane: Pane) -> None:
    pane.type(f"healkit run -- {sys.executable} -S -c 'import older_one'; echo run-is-over-$?")
    pane.wait_for("run-is-over-1")
    pane.type(f"{sys.executable} -S -c 'import newer_one'")
    pane.wait_for("No module named 'newer_one'")
    pane.type("healkit why; echo why-is-over-$?")
    told = pane.wait_for("why-is-over-0").rpartition("healkit why")[2]
    assert "Python module newer_one" in told
    assert "older_one" not in told


def test_a_shell_that_tells_adds_the_exit_code(pane: Pane) -> None:
    pane.type('eval "$(healkit init bash)"; echo ready-$?')
    pane.wait_for("ready-0")
    pane.type(f"{sys.executable} -S -c 'import frobnicate_it'")
    pane.wait_for("No module named 'frobnicate_it'")
    pane.type("healkit why; echo why-is-over-$?")
    told = pane.wait_for("why-is-over-0").rpartition("healkit why;")[2]
    assert "ended with exit code 1" in told
    assert "from the scrollback of tmux" in told
    assert "Python module frobnicate_it is not installed" in told


# -- what `healkit run` keeps


def test_kept_outputs_are_masked_bounded_and_private(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    root = str(tmp_path)
    long = "x" * 200_000
    for number in range(8):
        result = CommandResult(
            command=f"curl --token sk-{'a' * 30} {number}",
            output=f"password=hunter22\n{long}\nend {number}",
            exit_code=number + 1,
        )
        assert outputs.keep(root, result)
    found = outputs.last(root)
    assert [row.exit_code for row in found] == [8, 7, 6, 5, 4]
    path = Path(paths.project_state(root)) / outputs.NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text()
    assert "hunter22" not in text
    assert "sk-aaaa" not in text
    assert found[0].output.endswith("end 7")
    assert len(found[0].output) < outputs.HEAD + outputs.TAIL + 100


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[1]\n", b'{"command": 3, "output": "x"}\n', b"\xff\xfe\n", b'{"output": "x"}\n']
)
def test_a_damaged_file_is_passed_over(damage: bytes, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    root = str(tmp_path)
    assert outputs.keep(root, CommandResult(command="make", output="no", exit_code=2))
    path = Path(paths.project_state(root)) / outputs.NAME
    path.write_bytes(damage + path.read_bytes())
    assert [row.command for row in outputs.last(root)] in (["make"], [])
    assert outputs.keep(root, CommandResult(command="again", output="no", exit_code=2))
    assert outputs.last(root)[0].command == "again"
