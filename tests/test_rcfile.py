"""Our lines in start files: put in once, renewed, taken out byte for byte; through the functions and the command."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from conftest import set_env
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from healkit import doctor, rcfile, shells
from healkit.records import HealkitError

CONTENTS = [
    b"",
    b"alias ll='ls -l'\n",
    b"no line end",
    b"\n\n",
    b"a\r\nb\r\n",
    b"\xff\xfe not text\n",
    b"if true; then\n:\nfi\n\n",
]
every = pytest.mark.parametrize("shell", shells.SHELLS)


@every
@pytest.mark.parametrize("content", [None, *CONTENTS])
def test_out_again_leaves_every_byte(isolated_home: Path, shell: str, content: bytes | None) -> None:
    path = Path(shells.start_file(shell))
    if content is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    first = rcfile.install(shell)
    once = path.read_bytes()
    assert first.changed
    assert once.count(rcfile.BEGIN) == once.count(rcfile.END) == 1
    assert content is None or once.startswith(content)
    again = rcfile.install(shell)
    assert (again.changed, again.diff, path.read_bytes()) == (False, "", once)
    assert Path(shells.script_path(shell)).read_text() == shells.script(shell)
    assert rcfile.uninstall(shell).changed
    assert (path.read_bytes() if path.exists() else None) == content
    assert not Path(shells.script_path(shell)).exists()
    assert not rcfile.uninstall(shell).changed


BYTES = st.binary(max_size=60).filter(lambda data: b"healkit" not in data)


@given(before=BYTES, after=BYTES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
def test_what_is_added_later_stays(isolated_home: Path, before: bytes, after: bytes) -> None:
    with_us = rcfile.with_us(before, "bash", "rc")
    without = rcfile.without_us(with_us + after, "rc")
    line_end = b"\n" if before and not before.endswith(b"\n") and after else b""
    assert without == before + line_end + after
    assert rcfile.with_us(with_us, "bash", "rc") == with_us


def test_lines_of_another_place_are_renewed_where_they_stand(isolated_home: Path) -> None:
    path = isolated_home / ".bashrc"
    path.write_text(
        "one\n# >>> healkit >>>\nold\n# <<< healkit <<<\ntwo\n# >>> healkit >>>\nold\n# <<< healkit <<<\nthree\n"
    )
    rcfile.install("bash")
    text = path.read_text()
    assert text.startswith("one\n# >>> healkit >>>\nif [ -r ")
    assert text.endswith("# <<< healkit <<<\ntwo\nthree\n")
    assert text.count(">>>") == 2
    rcfile.uninstall("bash")
    assert path.read_text() == "one\ntwo\nthree\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\n# >>> healkit >>>\nb\n", 2),
        ("a\n# <<< healkit <<<\nb\n", 2),
        ("# >>> healkit >>>\n# >>> healkit >>>\n# <<< healkit <<<\n", 2),
    ],
)
def test_a_mark_alone_is_named_and_nothing_changes(isolated_home: Path, text: str, line: int) -> None:
    path = isolated_home / ".bashrc"
    path.write_text(text)
    for act in (rcfile.install, rcfile.uninstall):
        with pytest.raises(HealkitError) as caught:
            act("bash")
        assert caught.value.where == f"{path}:{line}"
        assert caught.value.do
        assert path.read_text() == text


def test_a_link_stays_a_link_and_the_mode_stays(isolated_home: Path) -> None:
    real = isolated_home / "dotfiles"
    real.write_text("mine\n")
    real.chmod(0o640)
    (isolated_home / ".zshrc").symlink_to(real)
    rcfile.install("zsh")
    assert (isolated_home / ".zshrc").is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    rcfile.uninstall("zsh")
    assert real.read_text() == "mine\n"


def test_where_the_files_are(isolated_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shells.start_file("bash") == f"{isolated_home}/.bashrc"
    assert shells.start_file("zsh") == f"{isolated_home}/.zshrc"
    assert shells.start_file("fish") == f"{isolated_home}/.config/fish/conf.d/healkit.fish"
    set_env(monkeypatch, "ZDOTDIR", "/z/dot/")
    set_env(monkeypatch, "XDG_CONFIG_HOME", "/x")
    assert shells.start_file("zsh") == "/z/dot/.zshrc"
    assert shells.start_file("fish") == "/x/fish/conf.d/healkit.fish"


@pytest.mark.parametrize("name", ["bash", "/bin/bash", "-bash", "/usr/local/bin/fish"])
def test_a_shell_by_path(name: str) -> None:
    assert shells.known(name) in shells.SHELLS


@pytest.mark.parametrize("name", ["", "tcsh", "sh", "../x"])
def test_another_shell_is_refused(name: str) -> None:
    with pytest.raises(HealkitError):
        shells.script(name)


def test_a_hostile_home_is_quoted(isolated_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = isolated_home / 'it\'s "$(touch bad)" `x` \\'
    home.mkdir()
    set_env(monkeypatch, "HOME", str(home))
    set_env(monkeypatch, "HEALKIT_HOME", str(home / "h"))
    for shell in shells.SHELLS:
        rcfile.install(shell)
        script = Path(shells.script_path(shell))
        script.write_text("echo read it\n")
        alone = ["--no-config"] if shell == "fish" else []
        done = subprocess.run(
            [shell, *alone, "-c", f"source {shells.quote(shells.start_file(shell), shell)}"],
            capture_output=True,
            text=True,
            cwd=home,
        )
        assert (done.stdout, done.stderr) == ("read it\n", "")
    assert not (home / "bad").exists()


def run(argv: list[str], *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*argv, *words], capture_output=True, text=True, env={**os.environ, **env}, stdin=subprocess.DEVNULL
    )


def test_the_command(isolated_home: Path, healkit_argv: list[str]) -> None:
    path = isolated_home / ".zshrc"
    shown = run(healkit_argv, "install", "--shell", "--dry-run", SHELL="/bin/zsh")
    assert (shown.returncode, path.exists()) == (0, False)
    assert "+# >>> healkit >>>" in shown.stdout
    assert run(healkit_argv, "install", "--shell", SHELL="/bin/zsh").returncode == 0
    assert path.read_bytes().count(rcfile.BEGIN) == 1
    assert not (isolated_home / ".bashrc").exists()
    run(healkit_argv, "install", "--shell", "fish")
    gone = run(healkit_argv, "uninstall", "--shell")
    assert gone.returncode == 0
    assert not path.exists()
    assert not Path(shells.start_file("fish")).exists()


@pytest.mark.parametrize(
    "words", [["install", "--shell", "tcsh"], ["install", "--shell"], ["install", "zsh"], ["init", "tcsh"]]
)
def test_the_command_refuses(healkit_argv: list[str], words: list[str]) -> None:
    done = run(healkit_argv, *words, SHELL="/bin/tcsh")
    assert done.returncode in (1, 2)
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr


@every
def test_init_prints_the_script(healkit_argv: list[str], shell: str) -> None:
    done = run(healkit_argv, "init", shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == shells.script(shell)
    assert subprocess.run([shell, "-n"], input=done.stdout, text=True, capture_output=True).stderr == ""


def test_the_doctor_sees_lines_and_scripts(isolated_home: Path) -> None:
    def verdict() -> tuple[str, str]:
        check = doctor.examine("", ["shell"])[0]
        return check.state, check.what

    assert verdict()[0] == "ok"
    rcfile.install("bash")
    assert verdict() == ("ok", f"the prompt of bash ({isolated_home}/.bashrc) says what failed")
    script = Path(shells.script_path("bash"))
    script.write_text("# of another version\n")
    assert verdict() == ("warn", f"{script} is that of another version or place")
    script.unlink()
    assert verdict()[0] == "warn"
    (isolated_home / ".bashrc").write_text("# >>> healkit >>>\n")
    assert "without its partner" in verdict()[1]
