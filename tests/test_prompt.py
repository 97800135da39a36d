"""What the plain prompt says: only what command and exit code prove. The shells themselves are in tests/hooks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import set_env
from test_floors import ALLOWED

from healkit import prompt
from healkit.nearness import closest, distance

CHECKOUT = Path(__file__).parents[1]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of ours, and a PATH with a few programs."""
    for name in ("git", "python3", "frobnicate", "terraform", "cargo", "cargs", "ls", "env"):
        program(tmp_path / "bin" / name)
    (tmp_path / "bin/notes.txt").touch()
    (tmp_path / "project/.git").mkdir(parents=True)
    set_env(monkeypatch, "PATH", f"{tmp_path}/bin:relative:{tmp_path}/missing")
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path / "project"


def program(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("gti status", "`gti` is not on PATH; `git` is"),
        ("A=1 env B=2 gti status", "`gti` is not on PATH; `git` is") ,
        ("python x.py", "`python` is not on PATH; `python3` is"),
        ("ls | frobnicaet | git", "`frobnicaet` is not on PATH; `frobnicate` is"),
        ("terrafrom", "`terraform`"),
        ("teraforn plan", "`terraform`"),
        ("carg build", ""),  # cargo, cargs
        ("gti && frobnicaet", ""),  # which of the two?
        ("notes.tx", ""),  # not executable
        ("zz", ""),
        ("$cmd", ""),
        ("ls", ""),  # it is there: 127 came from inside
        ("", ""),
        ("'", ""),
        ("gti\x1b]0;x\x07", ""),
    ],
)  # fmt: skip
def test_127(place: Path, command: str, said: str) -> None:
    assert said in prompt.explain(command, 127)
    assert said or not prompt.explain(command, 127)


def test_127_in_the_projects_own_environment(place: Path) -> None:
    program(place / ".venv/bin/pytest")
    program(place / "node_modules/.bin/tsc")
    assert prompt.explain("pytest -q", 127) == "`pytest` is not on PATH; this project has `.venv/bin/pytest`"
    assert prompt.explain("tsc", 127) == "`tsc` is not on PATH; this project has `node_modules/.bin/tsc`"


def test_127_with_a_path(place: Path) -> None:
    program(place / "scripts/build.sh")
    (place / "scripts/built.txt").touch()
    assert prompt.explain("scripts/biuld.sh", 127) == "there is no `scripts/biuld.sh`; there is `scripts/build.sh`"
    assert prompt.explain("./nothing/biuld.sh", 127) == ""


def test_126(place: Path) -> None:
    (place / "a.sh").touch()
    assert prompt.explain("./a.sh x", 126) == "`./a.sh` is not executable; `chmod +x` makes it so"
    assert prompt.explain("cat x | ../project", 126) == "`../project` is a folder"
    program(place / "b.sh")
    assert prompt.explain("./b.sh", 126) == ""
    assert prompt.explain("./a.sh; ../project", 126) == ""


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("cd sourec", "there is no folder `sourec`; there is `source`"),
        ("cd -- sourec/", "there is `source`"),
        ("cd sourec/deep", "there is `source/deep`"),
        ("cd sourec/deeper", ""),  # only half of it can be known
        ("cd source", ""),
        ("cd sourec && ls", ""),  # the folder may be another one by now
        ("cd -", ""),
        ("cd", ""),
        ("cd a b", ""),
        ("cd $HOME/sourec", ""),
        ("cd sourec*", ""),
        ("cd reader", ""),  # readers, read-er
    ],
)
def test_cd(place: Path, command: str, said: str) -> None:
    for name in ("source/deep", "readers", "read-er"):
        (place / name).mkdir(parents=True)
    assert said in prompt.explain(command, 1)
    assert said or not prompt.explain(command, 1)


def test_cd_is_silent_with_cdpath(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "source").mkdir()
    set_env(monkeypatch, "CDPATH", "/tmp")
    assert prompt.explain("cd sourec", 1) == ""


def test_the_home_folder_is_known(place: Path, isolated_home: Path) -> None:
    (isolated_home / "Downloads").mkdir()
    assert prompt.explain("cd ~/Downlaods", 1).endswith("Downloads`")


@pytest.mark.parametrize(
    ("one", "other", "steps"),
    [
        ("git", "gti", 1),
        ("git", "git", 0),
        ("git", "gits", 1),
        ("git", "it", 1),
        ("abcd", "badc", 2),
        ("abcdef", "xbcdey", 2),
        ("a", "abcd", 3),
        ("abc", "xyz", 3),
    ],
)
def test_distance(one: str, other: str, steps: int) -> None:
    assert distance(one, other) == distance(other, one) == steps


def test_the_closest_is_one_or_none() -> None:
    assert closest("gti", ["git", "gtk", "gtx"]) == "git"  # two swapped letters are likelier than a wrong one
    assert closest("gtz", ["gta", "gtb"]) == ""
    assert closest("pip", ["pip3", "zip", "tip"]) == "pip3"
    assert closest("ab", ["abc", "ac"]) == ""
    assert closest("x" * 300, ["x" * 299]) == "x" * 299


def test_steps_since() -> None:
    bash = "   12  \x1e1700000000 make a\n   13* \x1e1700000001 for x in 1; do\necho $x\ndone\n   14  \x1e?? true"
    assert prompt.steps_since(bash) == ["make a", "for x in 1; do\necho $x\ndone", "true"]
    assert prompt.steps_since("\x1e0 make\x1e0  secret\x1e0 x") == ["make", "x"]
    assert prompt.steps_since("") == []


@pytest.mark.parametrize(
    "args", [[], ["failed"], ["failed", "x", "s", "0"], ["other", "1", "s", "0"], ["failed", "1", "s", "0", "more"]]
)
def test_wrong_arguments_disturb_nobody(args: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert prompt.main(args) in (0, prompt.WORTH_AN_EPISODE)
    assert capfd.readouterr() == ("", "")


def test_a_removed_folder_disturbs_nobody(
    place: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    gone = place / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    set_env(monkeypatch, "_HEALKIT_COMMAND", "gti")
    assert prompt.main(["failed", "127", "s", "0"]) in (0, prompt.WORTH_AN_EPISODE)
    assert capfd.readouterr().err in ("", "healkit: `gti` is not on PATH; `git` is\n")


def test_it_loads_nothing_but_its_own_modules(place: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); from healkit import prompt; prompt.main(['failed', '127', 's', '0']);"
        "print('\\n'.join(sys.modules))"
    )
    for _ in range(2):  # the first time compiles the expressions that find secrets
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", code, str(CHECKOUT)], capture_output=True, text=True, check=True,
            env={**os.environ, "_HEALKIT_COMMAND": "gti --token=abcdefgh"}, cwd=place,
        )  # fmt: skip
    assert done.stderr == "healkit: `gti` is not on PATH; `git` is\n"
    assert {name for name in done.stdout.split() if not name.startswith("healkit")} <= ALLOWED
