"""install.sh, driven as a person drives it: empty homes, real virtual environments, real pip."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from healkit import launcher

TOP = Path(__file__).parent.parent
SCRIPT = TOP / "install.sh"
TOOLS = ("cat", "cp", "dirname", "env", "grep", "ln", "mkdir", "mktemp", "readlink", "rm", "rmdir", "sh")
PASSED_ON = ("PIP_", "SSL_", "REQUESTS_", "HTTP", "http", "NO_PROXY", "no_proxy")
"""What pip may need to reach its index on this machine."""


def environment(home: Path, path: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
    return {**kept, "HOME": str(home), "PATH": path, "TMPDIR": str(home.parent)}


def run(home: Path, path: str, *arguments: str, shell: str = "/bin/sh") -> subprocess.CompletedProcess[str]:
    home.mkdir(exist_ok=True)
    return subprocess.run(
        [shell, str(SCRIPT), *arguments], env=environment(home, path), cwd=home, capture_output=True, text=True,
        check=False, stdin=subprocess.DEVNULL, timeout=280,
    )  # fmt: skip


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A PATH with the few programs that every system has, and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in TOOLS:
        (folder / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    return folder


def program(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def shim(folder: Path, name: str) -> None:
    """What a version manager puts on PATH: a script that starts the real Python."""
    program(folder, name, f'exec "{launcher.real_interpreter()}" "$@"')


def test_shellcheck_and_shfmt_are_content() -> None:
    for tool, arguments in (("shellcheck", []), ("shfmt", ["-d", "-i", "2"])):
        found = Path(sys.executable).parent / tool
        argv = [str(found) if found.exists() else tool, *arguments, str(SCRIPT)]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert os.access(SCRIPT, os.X_OK)


@pytest.mark.parametrize("arguments", [["--nonsense"], ["extra"]])
def test_wrong_usage(tmp_path: Path, bare: Path, arguments: list[str]) -> None:
    done = run(tmp_path / "home", str(bare), *arguments)
    assert done.returncode == 2
    assert "usage:" in done.stderr


def test_help(tmp_path: Path, bare: Path) -> None:
    done = run(tmp_path / "home", str(bare), "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "--uninstall" in done.stdout


@pytest.mark.parametrize("arguments", [["--with"], ["--with", "conda"], ["--with=conda"]])
def test_an_unknown_way_is_one_line(tmp_path: Path, bare: Path, arguments: list[str]) -> None:
    done = run(tmp_path / "home", str(bare), *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("install.sh: --with needs uv, pipx or venv")
    assert done.stderr.count("\n") == 1


def test_no_home(tmp_path: Path, bare: Path) -> None:
    done = subprocess.run(
        ["/bin/sh", str(SCRIPT)], env={"PATH": str(bare)}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "install.sh: HOME is not set to a folder\n")


def test_outside_a_clone(tmp_path: Path, bare: Path) -> None:
    copy = tmp_path / "install.sh"
    shutil.copy(SCRIPT, copy)
    done = subprocess.run(
        ["/bin/sh", str(copy)],
        env={"PATH": str(bare), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "install.sh: this file must lie in a clone of healkit\n")


def test_no_python_is_one_line_and_leaves_nothing(tmp_path: Path, bare: Path) -> None:
    program(bare, "python3", "case $* in *version_info*) exit 0 ;; esac; exit 1  # too old: prints nothing")
    program(bare, "python3.12", "echo 'pyenv: python3.12: command not found' >&2; exit 127")
    done = run(tmp_path / "home", str(bare))
    assert done.returncode == 1
    assert done.stderr.startswith("install.sh: no Python 3.11 or newer")
    assert done.stderr.count("\n") == 1
    assert list((tmp_path / "home").iterdir()) == []


def test_a_python_without_ensurepip_names_the_package(tmp_path: Path, bare: Path) -> None:
    program(bare, "python3.11", 'case $* in *ensurepip*) exit 1 ;; *version_info*) echo "$0" ;; esac')
    done = run(tmp_path / "home", str(bare))
    assert done.returncode == 1
    assert done.stderr.endswith("sudo apt install python3.11-venv\n")
    assert done.stderr.count("\n") == 1


def test_the_way_that_was_asked_for_and_is_not_there(tmp_path: Path, bare: Path) -> None:
    shim(bare, "python3")
    done = run(tmp_path / "home", str(bare), "--with", "pipx")
    assert done.returncode == 1
    assert done.stderr.startswith("install.sh: installing with pipx did not work")


def test_somebodys_own_healkit_is_not_replaced(tmp_path: Path, bare: Path) -> None:
    shim(bare, "python3")
    own = tmp_path / "home" / ".local" / "bin"
    own.mkdir(parents=True)
    (own / "healkit").write_text("mine")
    done = run(tmp_path / "home", str(bare), "--with", "venv")
    assert done.returncode == 1
    assert "is there and is no link" in done.stderr
    assert (own / "healkit").read_text() == "mine"


@pytest.mark.slow
def test_install_demo_twice_and_out_again(tmp_path: Path, bare: Path) -> None:
    """A shim on PATH, a uv that fails, a home with a space: the whole life of an installation."""
    home = tmp_path / "a home"
    shim(bare, "python3.11")
    program(bare, "uv", "echo 'uv: the index is not reachable' >&2; exit 2")
    path = f"{bare}:/usr/bin:/bin"
    first = run(home, path, "--demo")
    assert first.returncode == 0, first.stdout + first.stderr
    healkit = home / ".local" / "bin" / "healkit"
    assert f"healkit is installed (with venv): {healkit}" in first.stdout
    assert "uv could not install healkit" in first.stdout
    assert "Not on your PATH yet" in first.stdout
    assert "No settings of Claude Code were changed" in first.stdout
    assert "ModuleNotFoundError: No module named 'shop.prices'" in first.stdout
    assert "[import_error" in first.stdout
    assert "+from shop.pricing import total_price" in first.stdout
    assert "to pay: 10" in first.stdout
    assert "healkit: healed: import `shop.pricing` instead of `shop.prices`" in first.stdout
    assert not (home / ".claude").exists()
    assert [entry.name for entry in tmp_path.iterdir() if "demo" in entry.name] == []

    base = os.path.dirname(launcher.real_interpreter())
    configuration = (home / ".local" / "share" / "healkit" / "venv" / "pyvenv.cfg").read_text()
    assert f"home = {base}\n" in configuration

    second = run(home, f"{home / '.local' / 'bin'}:{path}")
    assert second.returncode == 0, second.stderr
    assert "Not on your PATH" not in second.stdout

    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    hooks = subprocess.run(
        [str(healkit), "install"], cwd=project, env=environment(home, path), capture_output=True, text=True, check=False
    )
    assert hooks.returncode == 0, hooks.stderr
    assert (project / ".claude" / "settings.local.json").exists()
    mine = home / ".local" / "share" / "healkit" / "error-patterns.json"
    mine.write_text('{"version": 1, "patterns": []}\n')

    gone = run(home, path, "--uninstall")
    assert gone.returncode == 0, gone.stderr
    assert not (project / ".claude").exists()
    assert list((home / ".local" / "bin").iterdir()) == []
    assert [entry.name for entry in mine.parent.iterdir()] == [mine.name]
    again = run(home, path, "--uninstall")
    assert (again.returncode, again.stderr) == (0, "")
