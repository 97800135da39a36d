"""Real shells on a real terminal: bash, zsh and fish with healkit sourced, by hand and by `healkit init`."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from healkit import shells

HOOKS = Path(__file__).parents[2] / "hooks"
INSTALLED = [name for name in ("bash", "zsh", "fish") if shutil.which(name)]
PYTHON = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
RC = {
    "bash": "PS1='P\\#> '\nbind 'set enable-bracketed-paste off'\nHISTCONTROL=ignoreboth\nHISTFILE=$HOME/history\n",
    "zsh": "unsetopt prompt_sp prompt_cr zle\nsetopt prompt_subst hist_ignore_space\nHISTSIZE=100\nN=-1\n"
    "counting() { N=$((N+1)) }\nautoload -Uz add-zsh-hook\nadd-zsh-hook precmd counting\nPROMPT='P$((N+1))> '\n",
    "fish": "set -g N 1\nfunction fish_greeting; end\nfunction counting --on-event fish_postexec; set -g N (math $N + 1); end\n"
    'function fish_prompt; echo -n "P$N> "; end\nfunction fish_right_prompt; end\n',
}
STATUS = {
    "bash": "echo s=$? p=${PIPESTATUS[*]}",
    "zsh": "echo s=$? p=$pipestatus",
    "fish": 'echo s=$status "p=$pipestatus"',
}
ONLY_STATUS = {"bash": "echo s=$?", "zsh": "echo s=$?", "fish": "echo s=$status"}
OURS = re.compile(r"healkit: [^\r\n]*")


class Shell:
    """An interactive shell on a terminal of its own, in a project of its own."""

    def __init__(self, name: str, home: Path, load: str, before: tuple[str, ...] = (), **env: str) -> None:
        self.name, self.home, self.number = name, home, 1
        self.project = home / "project"
        (self.project / ".git").mkdir(parents=True, exist_ok=True)
        (home / "bin").mkdir(exist_ok=True)
        config = home / ".config/fish/config.fish"
        config.parent.mkdir(parents=True, exist_ok=True)
        rc = {"bash": home / ".bashrc", "zsh": home / ".zshrc", "fish": config}[name]
        rc.write_text(RC[name] + load)
        argv = {"bash": ["--rcfile", str(rc), "-i"], "zsh": ["-d", "-i"], "fish": ["-i"]}[name]
        kept = {key: os.environ[key] for key in ("HOME", "HEALKIT_HOME")}
        more = {"PATH": f"{home}/bin:/usr/bin:/bin", "TERM": "dumb", "LANG": "C.UTF-8", "fish_features": ""}
        program = f"/usr/bin/{name}" if Path(f"/usr/bin/{name}").exists() else str(shutil.which(name))
        words = [*before, program, *argv]
        self.child = pexpect.spawn(
            words[0], words[1:], encoding="utf-8",
            env={**kept, **more, **env}, cwd=str(self.project), timeout=30, dimensions=(50, 300),
        )  # fmt: skip
        self.child.delaybeforesend = 0
        self.started = self._until_prompt()

    def _until_prompt(self) -> str:
        self.child.expect_exact(f"P{self.number}> ")
        said = str(self.child.before)
        time.sleep(0.02)  # fish draws its prompt more than once
        return said

    def run(self, line: str) -> str:
        """Run a command line; return what was printed until the next prompt (the line's echo included)."""
        self.number += 1
        self.child.sendline(line)
        return self._until_prompt()

    def said(self, line: str) -> list[str]:
        """Run a command line; return the lines that healkit printed."""
        return OURS.findall(self.run(line))

    def status(self) -> str:
        return found[1] if (found := re.search(r"s=(\d[^\r\n]*)\r", self.run(STATUS[self.name]))) else ""

    def close(self) -> None:
        self.child.sendline("exit")
        self.child.expect(pexpect.EOF)
        self.child.close(force=True)


def by_hand(name: str) -> str:
    return f"source {HOOKS}/self-healing.{'fish' if name == 'fish' else 'sh'}\n"


def by_init(name: str) -> str:
    return shells.script(name)


@pytest.fixture
def start(isolated_home: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., Shell]]:
    running: list[Shell] = []

    def starting(name: str, load: str = "", before: tuple[str, ...] = (), **env: str) -> Shell:
        running.append(Shell(name, isolated_home, load or by_hand(name), before, **env))
        return running[-1]

    yield starting
    for shell in running:
        shell.child.close(force=True)


@pytest.fixture
def state(isolated_home: Path) -> Path:
    """healkit's state folder, which a person who uses healkit has."""
    folder = isolated_home / "healkit/state"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def events(state: Path) -> list[dict[str, object]]:
    """Return what was recorded, whether it still waits in the spool or was taken in."""
    found = []
    for spool in sorted(state.glob("projects/*/spool*")):
        found += [json.loads(line) for line in spool.read_text().splitlines() if line]
    return found


@pytest.fixture
def no_ingest(state: Path, isolated_home: Path) -> None:
    """The spool stays where it is: an ingest was started a moment ago, for this project."""
    from healkit import paths

    (isolated_home / "project/.git").mkdir(parents=True)
    folder = Path(paths.project_state(str(isolated_home / "project")))
    assert paths.make_private(str(folder))
    (folder / "ingest-started").touch(mode=0o600)


every = pytest.mark.parametrize("name", INSTALLED)
both = pytest.mark.parametrize("load", [by_hand, by_init], ids=["source", "init"])


def program(home: Path, name: str, text: str = "exit 1") -> None:
    path = home / "bin" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@every
@both
def test_loading_prints_nothing_and_a_success_says_nothing(
    start: Callable[..., Shell], name: str, load: Callable[[str], str]
) -> None:
    shell = start(name, load(name))
    assert "healkit" not in shell.started
    assert "not found" not in shell.started
    assert shell.said("true") == []
    assert shell.status() == "0 p=0"


@every
@both
def test_a_misspelt_program(
    start: Callable[..., Shell], isolated_home: Path, name: str, load: Callable[[str], str]
) -> None:
    program(isolated_home, "frobnicate")
    shell = start(name, load(name))
    assert shell.said("frobnicaet --all") == ["healkit: `frobnicaet` is not on PATH; `frobnicate` is"]
    assert shell.status() == "127 p=127"


@every
def test_it_is_said_on_stderr_and_once_an_empty_line_says_nothing(
    start: Callable[..., Shell], isolated_home: Path, name: str
) -> None:
    program(isolated_home, "frobnicate")
    shell = start(name)
    assert len(shell.said("frobnicaet")) == 1
    if name == "bash":  # an empty line does not count
        shell.child.sendline("")
        shell.child.expect_exact(f"P{shell.number}> ")
        assert "healkit:" not in str(shell.child.before)
    shell.child.sendline("")
    assert shell.said("true") == []


@every
def test_sourced_twice_it_speaks_once(start: Callable[..., Shell], isolated_home: Path, name: str) -> None:
    program(isolated_home, "frobnicate")
    shell = start(name, by_hand(name) * 2 + by_init(name))
    assert len(shell.said("frobnicaet")) == 1


@every
def test_status_and_pipe_statuses_are_what_they_were(start: Callable[..., Shell], name: str) -> None:
    shell = start(name)
    shell.run("false | true")
    assert shell.status() == "0 p=1 0"
    shell.run("sh -c 'exit 3' | sh -c 'exit 4'")
    assert shell.status() == "4 p=3 4"
    shell.run("sh -c 'exit 7'")
    assert "s=7" in shell.run(ONLY_STATUS[name])


@pytest.mark.parametrize("code", [130, 141, 143, 148])
@every
def test_ended_by_a_person_or_a_pipe(
    start: Callable[..., Shell], name: str, code: int, state: Path, no_ingest: None
) -> None:
    shell = start(name)
    assert shell.said(f"sh -c 'exit {code}'") == []
    assert shell.said("grep -q nosuchword /dev/null") == []
    assert shell.said("test 1 = 2") == []
    assert events(state) == []


@every
def test_a_missing_folder(start: Callable[..., Shell], name: str) -> None:
    shell = start(name)
    (shell.project / "source").mkdir()
    assert shell.said("cd sourec") == ["healkit: there is no folder `sourec`; there is `source`"]
    (shell.project / "sourer").mkdir()
    (shell.project / "sourep").mkdir()
    assert shell.said("cd soure") == []
    assert shell.said("cd source") == []


@every
def test_not_executable_and_a_folder(start: Callable[..., Shell], name: str) -> None:
    shell = start(name)
    (shell.project / "go.sh").touch()
    (shell.project / "place").mkdir()
    assert shell.said("./go.sh") == ["healkit: `./go.sh` is not executable; `chmod +x` makes it so"]
    if name == "bash":  # zsh and fish say so in words of their own, or go there
        assert shell.said("./place") == ["healkit: `./place` is a folder"]


@every
def test_the_command_is_recorded_without_secrets_and_private_ones_not_at_all(
    start: Callable[..., Shell], name: str, state: Path, no_ingest: None
) -> None:
    shell = start(name)
    shell.run("ls --password=hunter22222 /nowhere")
    shell.run(" ls /nowhere/secret")
    shell.run("ls /nowhere/b")
    failures = [event for event in events(state) if event["kind"] == "failure"]
    assert [event["command"] for event in failures] == ["ls --password=[masked] /nowhere", "ls /nowhere/b"]
    assert {event["source"] for event in failures} == {"shell"}
    assert "hunter" not in "".join(path.read_text("utf-8", "replace") for path in state.rglob("*") if path.is_file())


@every
def test_what_healed_it_is_recorded(start: Callable[..., Shell], name: str, state: Path, no_ingest: None) -> None:
    shell = start(name)
    shell.run("cat needed.txt")
    shell.run("true nothing")
    shell.run("echo x > needed.txt")
    shell.run("cat needed.txt")
    deadline = time.time() + 20
    while time.time() < deadline and not any(event["kind"] == "success" for event in events(state)):
        time.sleep(0.05)
    found = [(event["kind"], event["command"]) for event in events(state)]
    assert found == [
        ("failure", "cat needed.txt"),
        ("command", "true nothing"),
        ("command", "echo x > needed.txt"),
        ("success", "cat needed.txt"),
    ]


@every
def test_the_same_failure_again_is_seen(start: Callable[..., Shell], name: str, state: Path, no_ingest: None) -> None:
    """bash with HISTCONTROL=ignoreboth does not put the second one into the history."""
    shell = start(name)
    shell.run("ls /nowhere")
    shell.run("ls /nowhere")
    assert [event["command"] for event in events(state) if event["kind"] == "failure"] == ["ls /nowhere"] * 2


@every
def test_without_a_state_folder_nothing_is_recorded(
    start: Callable[..., Shell], isolated_home: Path, name: str
) -> None:
    shutil.rmtree(isolated_home / "healkit")
    shell = start(name)
    shell.run("ls /nowhere")
    assert not (isolated_home / "healkit").exists()


@every
@pytest.mark.parametrize("how", ["HEALKIT_OFF", "HEALKIT_ACTIVE", "file"])
def test_off_starts_no_python(
    start: Callable[..., Shell], isolated_home: Path, name: str, state: Path, how: str
) -> None:
    for version in ("python3.13", "python3.12", "python3.11", "python3"):
        program(
            isolated_home,
            version,
            f'case "$*" in *healkit* | *base_executable*) touch {isolated_home}/started ;; esac; exec {PYTHON} "$@"',
        )
    if how == "file":
        (state / "off").touch()
    shell = start(name, **({} if how == "file" else {how: "1"}))
    shell.run("nosuchprogramanywhere")
    shell.run("true")
    assert not (isolated_home / "started").exists()
    if how == "file":
        (state / "off").unlink()
        shell.run("nosuchprogramanywhere")
        assert (isolated_home / "started").exists()  # the probe works


@pytest.mark.parametrize("name", [name for name in INSTALLED if name != "fish"])  # fish's threads have numbers, too
def test_a_success_starts_no_process(start: Callable[..., Shell], isolated_home: Path, name: str) -> None:
    """The numbers of processes go up by one each; between two children of the shell there is none.

    In a space of numbers of its own, where that can be had: elsewhere the machine's other processes take numbers, too.
    """
    alone = ("unshare", "--pid", "--fork", "--kill-child")
    usable = shutil.which(alone[0]) and not subprocess.run([*alone, "true"], capture_output=True).returncode
    shell = start(name, before=alone if usable else ())
    told = [re.search(r"pid=(\d+)", shell.run("sh -c 'echo pid=$$'").partition("\r\n")[2]) for _ in range(12)]
    pids = [int(found[1]) for found in told if found]
    steps = [after - before for before, after in itertools.pairwise(pids)]
    assert set(steps) == {1} if usable else min(steps) == 1


@every
def test_the_pointer_to_why_comes_once(start: Callable[..., Shell], isolated_home: Path, name: str) -> None:
    program(isolated_home, "healkit")
    program(isolated_home, "make")
    shell = start(name)
    assert shell.said("make x") == ["healkit: exit code 1; `healkit why` reads what was printed and says what is known"]
    assert shell.said("make y") == []
    assert shell.said("ls /nowhere") == []


@every
def test_without_healkit_on_path_it_is_not_named(start: Callable[..., Shell], isolated_home: Path, name: str) -> None:
    program(isolated_home, "make")
    shell = start(name)
    assert shell.said("make x") == []


@every
def test_functions_and_aliases_of_the_user_are_known(start: Callable[..., Shell], name: str) -> None:
    function = "function deploythis; true; end\n" if name == "fish" else "deploythis() { true; }\n"
    shell = start(name, function + by_hand(name))
    assert shell.said("deploythsi") == ["healkit: `deploythsi` is not on PATH; `deploythis` is"]


@every
def test_the_functions_of_the_documentation(start: Callable[..., Shell], name: str) -> None:
    shell = start(name)
    error = "ModuleNotFoundError: No module named 'requests'"
    assignment = f'set output "{error}"' if name == "fish" else f'output="{error}"'
    shell.run(assignment)
    assert "dependency_issue" in shell.run('detect_error_type "$output"')
    assert "requests" in shell.run('suggest_fix "$error_type"').partition("\r\n")[2]
    assert "requests" in shell.run('main 1 "$output"').partition("\r\n")[2]
    assert "requests" not in shell.run('main 0 "$output"').partition("\r\n")[2]


@every
def test_a_function_of_the_user_is_not_replaced(start: Callable[..., Shell], name: str) -> None:
    mine = "function main; echo it is mine; end\n" if name == "fish" else "main() { echo it is mine; }\n"
    shell = start(name, mine + by_hand(name))
    assert "it is mine" in shell.run("main").partition("\r\n")[2]


@every
def test_init_defines_its_own_names_only(start: Callable[..., Shell], name: str) -> None:
    text = shells.script(name)
    look = {
        "bash": "compgen -A function; compgen -v",
        "zsh": "print -rl -- ${(k)functions} ${(k)parameters}",
        "fish": "for f in (functions -an | string split ', '); test (functions -D $f) = $HOME/init; and echo $f; end; set -n",
    }[name]
    script = isolated = Path(os.environ["HOME"]) / "init"
    script.write_text(text)
    # `_` and what the look itself makes change on their own
    line = f"{look} | sort >$HOME/a; {look} | sort >$HOME/a; source {isolated}; {look} | sort >$HOME/b; comm -13 $HOME/a $HOME/b"
    done = subprocess.run([name, "-c", line], capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    assert done.stderr == ""
    names = set(done.stdout.split())
    assert "__healkit_start" in names
    assert {one for one in names if not one.startswith("__healkit_")} <= {"PIPESTATUS", "pipestatus", "_", "?"}


@every
def test_completion(start: Callable[..., Shell], isolated_home: Path, name: str) -> None:
    program(isolated_home, "healkit", f'exec {sys.executable} -m healkit "$@"')
    rc = "autoload -Uz compinit; compinit -u\nsetopt zle\n" if name == "zsh" else ""
    shell = start(name, rc + by_init(name), PYTHONPATH=str(HOOKS.parent), TERM="xterm")
    shell.child.send("healkit unin\t")
    shell.child.expect_exact("stall")


# bash alone


@pytest.fixture
def bash(start: Callable[..., Shell]) -> Callable[..., Shell]:
    if "bash" not in INSTALLED:
        pytest.skip("bash is not installed")
    return lambda load, **env: start("bash", load, **env)


@pytest.mark.parametrize(
    "before",
    [
        "PROMPT_COMMAND='one=${one}x'",
        "PROMPT_COMMAND='one=${one}x; '",
        "PROMPT_COMMAND=('one=${one}x' 'two=${PIPESTATUS[*]}')",
        "export PROMPT_COMMAND='one=${one}x'",
        "set -u; one=",
        "alias local=false builtin=false return=false printf=false command=false",
        "one() { :; }; PROMPT_COMMAND=one; shopt -s promptvars",
    ],
)
def test_prompt_command_of_the_user_stays(bash: Callable[..., Shell], isolated_home: Path, before: str) -> None:
    program(isolated_home, "frobnicate")
    shell = bash(f"{before}\n{by_hand('bash')}")
    assert shell.started.count("\n") == 0
    assert len(shell.said("frobnicaet")) == 1
    if "two=" in before:
        shell.run("false | true")
        assert shell.run("true").count("healkit") == 0
        shell.run("false | true")
        assert "two:1 0" in shell.run("echo two:$two")
    elif "one=${one}x" in before:
        assert re.search(r"one:xx+\r", shell.run("echo one:$one"))


def test_prompt_command_set_afterwards(bash: Callable[..., Shell], isolated_home: Path) -> None:
    program(isolated_home, "frobnicate")
    shell = bash(by_hand("bash") + 'PROMPT_COMMAND="one=1; $PROMPT_COMMAND"\n')
    assert len(shell.said("frobnicaet")) == 1


def test_history_and_last_argument_are_untouched(bash: Callable[..., Shell]) -> None:
    shell = bash(by_hand("bash"))
    shell.run("echo one two")
    assert "last:two" in shell.run("echo last:$_")
    shell.run("ls /nowhere")
    listed = re.findall(r"^ +\d+ +(.*?)\r?$", shell.run("history"), re.M)
    assert listed == ["echo one two", "echo last:$_", "ls /nowhere", "history"]


def test_a_space_in_front_is_private_whatever_the_history_settings(
    bash: Callable[..., Shell], state: Path, no_ingest: None
) -> None:
    shell = bash("HISTCONTROL=\n" + by_hand("bash"))
    shell.run("true")
    shell.run(" ls /nowhere/secret")
    shell.run("ls /nowhere")
    assert [event["command"] for event in events(state)] == ["ls /nowhere"]


def test_a_hidden_command_is_not_taken_for_the_one_before(
    bash: Callable[..., Shell], state: Path, no_ingest: None
) -> None:
    shell = bash(by_hand("bash"))
    shell.run("ls /")
    shell.run(" ls /nowhere/secret")
    assert events(state) == []


def test_lines_of_other_shells_are_not_taken_for_ours(bash: Callable[..., Shell], state: Path, no_ingest: None) -> None:
    shell = bash(by_hand("bash") + "PROMPT_COMMAND='history -a; history -n'\n")
    shell.run("true")
    with open(Path(os.environ["HOME"]) / "history", "a") as file:
        file.write("make elsewhere\n")
    shell.run("ls /nowhere")
    shell.run("ls /nowhere/b")
    commands = [event["command"] for event in events(state)]
    assert "ls /nowhere/b" in commands
    assert "make elsewhere" not in commands


def test_a_shell_in_a_shell_that_exports_everything(bash: Callable[..., Shell], isolated_home: Path) -> None:
    program(isolated_home, "frobnicate")
    shell = bash("set -a\n" + by_hand("bash"))
    shell.number = 0
    shell.run(f"exec bash --rcfile {isolated_home}/.bashrc -i")
    assert len(shell.said("frobnicaet")) == 1


PREEXEC = """
__bp_imported=defined; bash_preexec_imported=defined
trap '__bp_last=$BASH_COMMAND' DEBUG
invoke() { local s=$? f; for f in "${precmd_functions[@]}"; do (exit $s); $f; done; }
PROMPT_COMMAND=invoke
"""


def test_bash_preexec_is_used_where_it_is(bash: Callable[..., Shell], isolated_home: Path) -> None:
    """The interface of bash-preexec: two lists of functions, called with $? set and the command line as argument."""
    program(isolated_home, "frobnicate")
    shell = bash(f"{PREEXEC}precmd_functions=()\n{by_hand('bash') * 2}")
    assert "[__healkit_preexec][__healkit_precmd]" in shell.run(
        "printf '[%s]' ${preexec_functions[*]} ${precmd_functions[*]} $(trap - DEBUG)"
    )
    assert "PC:invoke" in shell.run("echo PC:${PROMPT_COMMAND[*]}")
    assert len(shell.said("__healkit_preexec frobnicaet; (exit 127)")) == 1


def test_an_old_bash(bash: Callable[..., Shell], isolated_home: Path, state: Path, no_ingest: None) -> None:
    """bash before 4.4 has no @P: the way that it goes, taken by a newer one that believes to be 3.2."""
    program(isolated_home, "frobnicate")
    shell = bash("BASH_VERSION='3.2.57(1)-release'\n" + by_hand("bash"))
    time.sleep(2.1)
    assert len(shell.said("frobnicaet")) == 1
    assert "s=127" in shell.run("echo s=$?")
    time.sleep(2.1)
    shell.run(" ls /nowhere/private")
    time.sleep(2.1)
    shell.run("ls /nowhere")
    assert [event["command"] for event in events(state)] == ["frobnicaet", "ls /nowhere"]


# zsh alone


@pytest.mark.parametrize(
    "options", ["", "setopt ksh_arrays sh_word_split", "setopt no_unset", "setopt posix_argzero", "emulate sh"]
)
def test_zsh_options_and_hooks_of_the_user(start: Callable[..., Shell], isolated_home: Path, options: str) -> None:
    if "zsh" not in INSTALLED:
        pytest.skip("zsh is not installed")
    program(isolated_home, "frobnicate")
    mine = 'mine() { seen=$? ; seen2="$pipestatus" }\nadd-zsh-hook precmd mine\nprecmd() { own=$? }\n'
    load = by_init("zsh") if options in ("setopt posix_argzero", "emulate sh") else by_hand("zsh")
    shell = start("zsh", f"{load}{mine}{options}\n")
    assert len(shell.said("frobnicaet")) == 1
    if options not in ("setopt ksh_arrays sh_word_split", "emulate sh"):  # there, $pipestatus is its first
        shell.run("false | sh -c 'exit 3'")
        assert "seen:3 1 3 3" in shell.run("echo seen:$seen $seen2 $own")
