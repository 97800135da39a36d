"""A command under healkit behaves as it does without: on pipes and on a real terminal."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pexpect
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healkit import streams

CHECKOUT = Path(__file__).parent.parent
RUN = [sys.executable, "-m", "healkit", "run", "--"]
DRIVER = """
import sys
sys.path.insert(0, sys.argv[1])
before = set(sys.modules)
from healkit import process
finished = process.run(sys.argv[3:], timeout=float(sys.argv[2]) or None)
loaded = sorted(set(sys.modules) - before)
import json, resource
try:  # ru_maxrss remembers the process that we were before exec
    peak = int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0])
except OSError:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
kept = finished.output
facts = {"exit_code": finished.exit_code, "timed_out": finished.timed_out, "size": len(kept), "head": kept[:40].decode(),
         "tail": kept[-40:].decode(), "marks": kept.count(b"bytes left out here"), "loaded": loaded, "peak": peak}
open(3, "w").write(json.dumps(facts))
"""


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))


def run(*argv: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*RUN, *argv], capture_output=True, timeout=60, start_new_session=True, **options)  # type: ignore[call-overload]


def drive(*argv: str, timeout: float = 0) -> dict[str, object]:
    """Run a command through `process.run` alone; return what came out and which modules it took."""
    read, write = os.pipe()
    script = [sys.executable, "-I", "-S", "-c", DRIVER, str(CHECKOUT), str(timeout), *argv]
    command = ["bash", "-c", f'exec 3>&{write} {write}>&-; exec "$@"', "_", *script]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, pass_fds=[write], start_new_session=True)
    os.close(write)
    with os.fdopen(read) as file:
        facts = json.load(file)
    assert child.wait(60) == 0
    return dict(facts)


# -- on pipes


def test_streams_stay_apart_and_the_exit_code_is_kept() -> None:
    done = run("sh", "-c", "echo out; echo err >&2; exit 7")
    assert (done.stdout, done.stderr, done.returncode) == (b"out\n", b"err\n", 7)


def test_one_file_for_both_streams_keeps_the_order(tmp_path: Path) -> None:
    script = "i=0; while [ $i -lt 200 ]; do echo o$i; echo e$i >&2; i=$((i+1)); done"
    with (tmp_path / "both").open("wb") as file:
        subprocess.run([*RUN, "sh", "-c", script], stdout=file, stderr=subprocess.STDOUT, check=True)
    lines = (tmp_path / "both").read_text().split()
    assert lines == [f"{kind}{i}" for i in range(200) for kind in "oe"]


def test_input_is_inherited() -> None:
    assert run("cat", input=b"typed\n").stdout == b"typed\n"


def test_words_are_not_expanded() -> None:
    assert run("printf", "%s\n", "$HOME *", "a b", "").stdout == b"$HOME *\na b\n\n"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM, signal.SIGINT])
def test_ended_by_a_signal(number: signal.Signals) -> None:
    assert run("sh", "-c", f"ulimit -c 0; kill -{int(number)} $$").returncode == 128 + number


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1])
def test_signals_are_passed_on(number: signal.Signals) -> None:
    script = f"trap 'echo caught; exit 9' {int(number)}; echo ready; while :; do sleep 0.05; done"
    with subprocess.Popen([*RUN, "sh", "-c", script], stdout=subprocess.PIPE, start_new_session=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        child.send_signal(number)
        assert child.stdout.read() == b"caught\n"
        assert child.wait(20) == 9


def test_interrupt_without_a_handler_is_130() -> None:
    with subprocess.Popen(
        [*RUN, "sh", "-c", "echo ready; exec sleep 60"], stdout=subprocess.PIPE, start_new_session=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        child.send_signal(signal.SIGINT)
        assert child.wait(20) == 130


def test_what_the_caller_ignores_stays_ignored() -> None:
    done = subprocess.run(
        ["sh", "-c", 'trap "" HUP; exec "$@"', "_", *RUN, "sh", "-c", "kill -HUP $$; echo alive"],
        capture_output=True,
        check=False,
    )
    assert done.stdout == b"alive\n"


def test_a_broken_pipe_is_the_commands_own() -> None:
    assert run("sh", "-c", "yes | head -n 1; exit 3").stderr == b""
    done = subprocess.run(
        ["bash", "-c", '"$@" | head -n 1; echo ${PIPESTATUS[0]}', "_", *RUN, "yes"], capture_output=True, check=False
    )
    assert (done.stdout, done.stderr) == (b"y\n141\n", b"")


def test_not_found() -> None:
    done = run("no-such-program-here")
    assert done.returncode == 127
    assert done.stderr.startswith(b"healkit: no-such-program-here: command not found\n")
    assert b"sh -c" in run("echo hi").stderr


@pytest.mark.parametrize("name", ["./absent", "./absent/inner"])
def test_no_such_file(name: str) -> None:
    done = run(name)
    assert done.returncode == 127
    assert done.stderr.startswith(f"healkit: {name}: No such file or directory\n".encode())


def test_not_executable(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("echo hi")
    assert run("./plain").returncode == 126
    assert run("./").returncode == 126
    (tmp_path / "bad").write_text("#!/no/such/interpreter\n")
    (tmp_path / "bad").chmod(0o755)
    done = run("./bad")
    assert done.returncode == 126
    assert b"bad interpreter" in done.stderr


def test_a_script_without_a_first_line_runs_in_sh(tmp_path: Path) -> None:
    (tmp_path / "script").write_text('echo "$0 $1"; exit 4')
    (tmp_path / "script").chmod(0o755)
    done = run("./script", "x")
    assert (done.stdout, done.returncode) == (b"./script x\n", 4)


def test_path_is_searched_in_order(tmp_path: Path) -> None:
    for number, mode in enumerate((0o644, 0o755, 0o755)):
        (tmp_path / f"bin{number}").mkdir()
        (tmp_path / f"bin{number}" / "tool").write_text(f"#!/bin/sh\necho {number}")
        (tmp_path / f"bin{number}" / "tool").chmod(mode)
    path = ":".join([*(str(tmp_path / f"bin{number}") for number in range(3)), os.environ["PATH"]])
    assert run("tool", env={**os.environ, "PATH": path}).stdout == b"1\n"
    assert run("tool", env={**os.environ, "PATH": str(tmp_path / "bin0")}).returncode == 126


def test_children_know_that_healkit_is_at_work() -> None:
    assert run("sh", "-c", "echo $HEALKIT_ACTIVE").stdout == b"1\n"


def test_closed_standard_streams_do_no_harm() -> None:
    for closed in ("<&-", "2>&-", "<&- 2>&-"):
        done = subprocess.run(
            ["bash", "-c", f'"$@" {closed}', "_", *RUN, "echo", "hi"], capture_output=True, check=False
        )
        assert (done.stdout, done.returncode) == (b"hi\n", 0), closed
    assert subprocess.run(["bash", "-c", '"$@" >&- 2>&-', "_", *RUN, "sh", "-c", "exit 6"], check=False).returncode == 6


def test_an_output_that_does_not_block_loses_nothing() -> None:
    read, write = os.pipe()
    os.set_blocking(write, False)
    child = subprocess.Popen([*RUN, "head", "-c", "1000000", "/dev/zero"], stdout=write)
    os.close(write)
    time.sleep(0.3)
    with os.fdopen(read, "rb") as file:
        assert len(file.read()) == 1_000_000
    assert child.wait(20) == 0


def test_fifty_megabytes_come_through_and_little_is_kept() -> None:
    script = "echo first; head -c 50000000 /dev/zero | tr '\\0' x; echo; echo last; exit 5"
    assert len(run("sh", "-c", script.replace("exit 5", "exit 0")).stdout) == 50_000_000 + len("first\n\nlast\n")
    facts = drive("sh", "-c", script)
    assert facts["exit_code"] == 5
    assert str(facts["head"]).startswith("first\nxxx")
    assert str(facts["tail"]).endswith("x\nlast\n")
    assert facts["marks"] == 1
    assert int(str(facts["size"])) < streams.HEAD + streams.TAIL + 100
    assert int(str(facts["peak"])) < 30_000  # kB


def test_a_timeout_ends_the_whole_group(tmp_path: Path) -> None:
    facts = drive("sh", "-c", f"trap '' TERM; sleep 300 & echo $! > {tmp_path}/pid; wait; sleep 300", timeout=0.4)
    assert (facts["exit_code"], facts["timed_out"]) == (124, True)
    pid = int((tmp_path / "pid").read_text())
    assert _is_over(pid)


def _is_over(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
            if "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text():
                return True
        except (OSError, ValueError):
            return True
        time.sleep(0.05)
    return False


def test_a_server_in_the_background_neither_holds_us_up_nor_dies(tmp_path: Path) -> None:
    script = "(while ! test -e go; do sleep 0.05; done; echo late; echo alive > mark) & echo now; exit 3"
    with (tmp_path / "out").open("wb") as out:
        child = subprocess.Popen([*RUN, "sh", "-c", script], stdout=out, stderr=subprocess.DEVNULL)
    assert child.wait(20) == 3
    assert (tmp_path / "out").read_bytes() == b"now\n"
    (tmp_path / "go").touch()
    for _ in range(100):
        if (tmp_path / "mark").exists():
            break
        time.sleep(0.05)
    assert (tmp_path / "out").read_bytes() == b"now\nlate\n"


def test_only_light_modules_are_loaded() -> None:
    loaded = drive("true")["loaded"]
    own = {"healkit", "healkit.process", "healkit.relay", "healkit.streams", "healkit.terminal"}
    assert set(loaded) - own <= {"__future__", "errno", "fcntl", "select", "termios", "time"}, loaded  # type: ignore[call-overload]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 700_000), max_size=12))
def test_capture_keeps_both_ends(sizes: list[int]) -> None:
    whole, capture = bytearray(), streams.Capture()
    for number, size in enumerate(sizes):
        piece = bytes([65 + number]) * size
        whole += piece
        capture.add(piece)
    kept = capture.kept()
    if len(whole) <= streams.HEAD + streams.TAIL:
        assert kept == whole
        return
    mark = re.search(rb"\n\[healkit: (\d+) bytes left out here\]\n", kept)
    assert mark is not None
    assert kept[: mark.start()] == whole[: streams.HEAD]
    assert kept[mark.end() :] == whole[-streams.TAIL :]
    assert int(mark[1]) == len(whole) - streams.HEAD - streams.TAIL


# -- on a terminal


def on_terminal(*argv: str, **options: object) -> pexpect.spawn:  # type: ignore[type-arg]
    child = pexpect.spawn(RUN[0], [*RUN[1:], *argv], encoding="utf-8", timeout=20, dimensions=(33, 77), **options)
    child.delaybeforesend = None
    return child


def finish(child: pexpect.spawn) -> tuple[str, int | None]:  # type: ignore[type-arg]
    text = child.read()
    child.close()
    return text, child.exitstatus


def shell() -> pexpect.spawn:  # type: ignore[type-arg]
    env = {**os.environ, "PS1": "READY> ", "TERM": "xterm", "PROMPT_COMMAND": ""}
    child = pexpect.spawn("bash", ["--norc", "--noprofile"], encoding="utf-8", timeout=20, dimensions=(33, 77), env=env)  # type: ignore[arg-type]
    child.sendline("bind 'set enable-bracketed-paste off' 2>/dev/null; PS1='>''>> '")
    child.expect(">>> ")
    return child


LINE = " ".join(RUN)


def test_the_command_sees_a_terminal_of_our_size() -> None:
    code = "import os; print([os.isatty(fd) for fd in (0, 1, 2, os.open('/dev/tty', 2))], os.get_terminal_size())"
    text, code_ = finish(on_terminal(sys.executable, "-c", code))
    assert text == "[True, True, True, True] os.terminal_size(columns=77, lines=33)\r\n"
    assert code_ == 0


def test_colours_come_through() -> None:
    script = "test -t 1 && printf '\\033[31mred\\033[0m\\n'; exit 2"
    text, code = finish(on_terminal("sh", "-c", script))
    assert text.startswith("\x1b[31mred\x1b[0m\r\n")
    assert code == 2


def test_the_window_may_change() -> None:
    code = """
        import os, signal, sys, time
        signal.signal(signal.SIGWINCH, lambda *_: (print("now", os.get_terminal_size().columns, flush=True), sys.exit(0)))
        print("ready", flush=True)
        time.sleep(20)
    """
    child = on_terminal(sys.executable, "-c", textwrap.dedent(code))
    child.expect("ready")
    child.setwinsize(40, 111)
    child.expect("now 111")
    assert finish(child)[1] == 0


def test_ctrl_c_ends_the_command() -> None:
    child = on_terminal("sh", "-c", "echo ready; exec sleep 60")
    child.expect("ready")
    child.send("\x03")
    assert finish(child)[1] == 130


def test_ctrl_c_that_is_handled_is_not_the_end() -> None:
    child = on_terminal("sh", "-c", "trap 'echo caught; exit 4' INT; echo ready; while :; do sleep 0.05; done")
    child.expect("ready")
    child.send("\x03")
    child.expect("caught")
    assert finish(child)[1] == 4


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signals_are_passed_on_to_the_terminal_session(number: signal.Signals) -> None:
    child = on_terminal(
        "sh", "-c", f"trap 'echo caught; exit 9' {int(number)}; echo ready; while :; do sleep 0.05; done"
    )
    child.expect("ready")
    child.kill(number)
    child.expect("caught")
    assert finish(child)[1] == 9


def test_ended_by_a_signal_on_a_terminal() -> None:
    assert finish(on_terminal("sh", "-c", "kill -KILL $$"))[1] == 137


def test_not_startable_on_a_terminal(tmp_path: Path) -> None:
    assert finish(on_terminal("no-such-program-here"))[1] == 127
    (tmp_path / "bad").write_text("#!/no/such/interpreter\n")
    (tmp_path / "bad").chmod(0o755)
    text, code = finish(on_terminal("./bad"))
    assert "bad interpreter" in text
    assert code == 126
    (tmp_path / "script").write_text('echo "got $1"; exit 4')
    (tmp_path / "script").chmod(0o755)
    text, code = finish(on_terminal("./script", "x"))
    assert (text.splitlines()[0], code) == ("got x", 4)


def test_no_output_is_lost_at_the_end() -> None:
    text, _ = finish(on_terminal("sh", "-c", "seq 1 20000"))
    assert text.split() == [str(i) for i in range(1, 20_001)]


def test_streams_that_are_no_terminal_stay_what_they_are(tmp_path: Path) -> None:
    child = pexpect.spawn(
        "bash",
        [
            "-c",
            f"echo typed | {LINE} sh -c 'read x; echo \"$x\"; test -t 0; echo $?; echo problem >&2' 2> {tmp_path}/err",
        ],
        encoding="utf-8",
        timeout=20,
    )
    assert child.read() == "typed\r\n1\r\n"
    assert (tmp_path / "err").read_text() == "problem\n"


def test_a_dialogue_in_python() -> None:
    child = on_terminal(sys.executable, "-q", "-I", env={**os.environ, "TERM": "dumb"})
    child.expect(">>> ")
    child.sendline("6 * 7")
    child.expect("42\r\n>>> ")
    child.sendline("input('name? ')")
    child.expect("name. ")
    child.sendline("ada")
    child.expect("'ada'\r\n>>> ")
    child.send("\x04")
    assert finish(child)[1] == 0


def test_a_password_is_not_echoed() -> None:
    child = on_terminal(sys.executable, "-c", "import getpass; print(len(getpass.getpass()))")
    child.expect("Password: ")
    child.sendline("hidden")
    text, code = finish(child)
    assert (text.split(), code) == (["6"], 0)


def test_a_pager_owns_the_whole_screen(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("".join(f"line {i}\n" for i in range(500)))
    child = on_terminal("less", "text", env={**os.environ, "TERM": "xterm", "LESS": ""})
    child.expect("line 20")
    child.send("G")
    child.expect("line 499")
    child.send("q")
    assert finish(child)[1] == 0


def test_ctrl_z_and_back() -> None:
    bash = shell()
    bash.sendline(f"{LINE} {sys.executable} -q -I")
    bash.expect(">>> ")
    bash.sendline("x = 41")
    bash.expect("41\r\n>>> ")
    bash.send("\x1a")
    bash.expect("Stopped")
    bash.expect(">>> ")
    bash.sendline("echo shell $((20+1))")
    bash.expect("shell 21\r\n>>> ")
    bash.sendline("fg")
    bash.expect("healkit run")
    bash.sendline("x + 1000")
    bash.expect("1041")
    bash.send("\x04")
    bash.expect(">>> ")
    bash.sendline("echo code $?")
    bash.expect("code 0\r\n")
    bash.close(force=True)


def test_ctrl_z_where_nobody_could_wake_us_is_no_end() -> None:
    child = on_terminal(sys.executable, "-q", "-I", env={**os.environ, "TERM": "dumb"})
    child.expect(">>> ")
    child.send("\x1a")
    time.sleep(0.2)
    child.sendline("6 * 7")
    child.expect("42\r\n")
    child.send("\x04")
    assert finish(child)[1] == 0


def test_in_a_pipeline_the_terminal_still_rules() -> None:
    bash = shell()
    bash.sendline(f"{LINE} sh -c 'echo started; exec sleep 60' | cat; echo code ${{PIPESTATUS[0]}}")
    bash.expect("started\r\n")
    bash.send("\x1a")
    bash.expect("Stopped")
    bash.sendline("fg")
    bash.expect("cat")
    time.sleep(0.3)
    bash.send("\x03")
    bash.expect(">>> ")
    bash.sendline(f"{LINE} sh -c 'echo started; exec sleep 60' | cat; echo code ${{PIPESTATUS[0]}}")
    bash.expect("started\r\n")
    bash.send("\x03")
    bash.expect(">>> ")
    bash.sendline(f"echo asks | {LINE} sh -c 'read a; read b < /dev/tty; echo $a-$b' | cat")
    time.sleep(0.5)
    bash.sendline("answered")
    bash.expect("asks-answered\r\n")
    bash.close(force=True)


def test_in_the_background_and_to_the_front() -> None:
    bash = shell()
    bash.sendline(f"{LINE} sh -c 'echo started; read x; echo got-$x; exit 6' &")
    bash.expect("started")
    bash.sendline("echo front $((20+1))")
    bash.expect("front 21\r\n")
    bash.sendline("fg")
    bash.expect("healkit run")
    time.sleep(1.0)  # it looks twice a second whether it may read the keys
    bash.sendline("word")
    bash.expect("got-word")
    bash.expect(">>> ")
    bash.sendline("echo code $?")
    bash.expect("code 6\r\n")
    bash.close(force=True)


@pytest.mark.parametrize("ending", ["kill -KILL $$", "kill -TERM $PPID; sleep 5", "stty raw -echo; exit 1", "exit 0"])
def test_the_terminal_is_put_back(ending: str) -> None:
    bash = shell()
    bash.sendline("stty -a > before; echo done $((20+1))")
    bash.expect("done 21\r\n>>> ")
    bash.sendline(f"{LINE} sh -c '{ending}'; stty -a > after; echo done $((20+2))")
    bash.expect("done 22\r\n>>> ")
    assert Path("before").read_text() == Path("after").read_text()
    bash.close(force=True)


def test_a_server_started_on_a_terminal_lives_on(tmp_path: Path) -> None:
    bash = shell()
    bash.sendline(f"{LINE} sh -c '(while ! test -e go; do sleep 0.05; done; echo alive > mark) & exit 3'; echo code $?")
    bash.expect("code 3\r\n")
    (tmp_path / "go").touch()
    for _ in range(100):
        if (tmp_path / "mark").exists():
            break
        time.sleep(0.05)
    assert (tmp_path / "mark").exists()
    bash.close(force=True)


def test_killed_without_a_chance_it_takes_the_command_with_it(tmp_path: Path) -> None:
    child = on_terminal("sh", "-c", f"echo $$ > {tmp_path}/pid; echo ready; exec sleep 300")
    child.expect("ready")
    child.kill(signal.SIGKILL)
    child.close()
    assert _is_over(int((tmp_path / "pid").read_text()))
