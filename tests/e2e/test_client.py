"""healkit in the real Claude Code client: after `healkit install`, and as a plugin with nothing installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import client
import pytest

pytestmark = pytest.mark.e2e

CHECKOUT = Path(__file__).parents[2]
PLUGIN = (".claude-plugin", "hooks", "memory", "healkit")
MISSING = 'python3 -I -S -c "import requests"'
WAIT = "sleep 3; echo ready"


class Place:
    """One machine of a user: a HOME, a project, and healkit in one of its two forms."""

    def __init__(self, tmp: Path, form: str) -> None:
        self.tmp, self.form = tmp, form
        self.home, self.project = tmp / "home", tmp / "it's my project"
        self.state, self.data = self.home / ".local/state/healkit", self.home / ".local/share/healkit"
        self.venv, self.plugin = tmp / "venv", tmp / "a plug-in's folder"
        self.runs = 0
        self.home.mkdir()
        make_project(self.project)
        self.args: tuple[str, ...] = ()
        if form == "plugin":
            for name in PLUGIN:
                shutil.copytree(CHECKOUT / name, self.plugin / name, ignore=shutil.ignore_patterns("__pycache__"))
            self.args = ("--plugin-dir", str(self.plugin))
        else:
            make_venv(self.venv, tmp / "wheel")
            self.healkit("install", "--project")

    def healkit(self, *words: str) -> str:
        env = {"PATH": client.PATH, "HOME": str(self.home), "LANG": "C.UTF-8"}
        argv = [f"{self.venv}/bin/python", "-m", "healkit", *words]
        done = subprocess.run(argv, cwd=self.project, env=env, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run(self, *turns: list[object], **env: str) -> client.Run:
        """Run the client in the project; check that it ended well and had nothing to say against a hook."""
        self.runs += 1
        done = client.run(self.project, self.home, self.tmp / f"run-{self.runs}", list(turns), self.args, **env)
        assert done.status == 0, done.errors + done.stream[-2000:]
        assert len(done.requests) == len(turns) + 1, done.errors + done.stream[-2000:]
        assert done.complaints() == []
        return done

    def events(self) -> list[tuple[str, str]]:
        """Return (kind, tool_use_id) of every event in the project's spool and history."""
        found: list[tuple[str, str]] = []
        for spool in self.state.glob("projects/*/spool*"):
            rows = [json.loads(line) for line in spool.read_text().splitlines()]
            found += [(row["kind"], row.get("tool_use_id", "")) for row in rows]
        for path in self.state.glob("projects/*/history.db"):
            base = sqlite3.connect(path)
            found += base.execute("select kind, tool_use_id from events").fetchall()
            base.close()
        return found


def make_project(folder: Path) -> None:
    """Make a project that declares `requests`, uses uv, and has an empty environment."""
    (folder / ".git").mkdir(parents=True)
    (folder / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"\ndependencies = ["requests>=2"]\n')
    (folder / "uv.lock").write_text("version = 1\n")
    (folder / ".venv/lib/python3.11/site-packages").mkdir(parents=True)
    (folder / ".venv/pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.0\n")


def make_venv(folder: Path, wheels: Path) -> None:
    """Make an environment with healkit's wheel in it; its dependencies are borrowed from the one that runs the tests."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)]
    done = subprocess.run(build, cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    with zipfile.ZipFile(next(wheels.glob("*.whl"))) as wheel:
        wheel.extractall(site)
    for hook in site.glob("healkit/share/hooks/*.sh"):
        hook.chmod(0o755)
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")


@pytest.fixture(scope="module", params=["installed", "plugin"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    client.require()
    return Place(tmp_path_factory.mktemp("machine"), request.param)


TALK = (
    client.bash(WAIT),
    client.bash(MISSING),
    client.bash("echo fine"),
    client.bash("grep nothing-like-this pyproject.toml"),
    client.bash(MISSING),
    client.bash(MISSING),
    client.bash("cat missing-one.txt", "cat missing-two.txt"),
    client.bash('python3 -I -S -c "import early_module"; seq 1 12000; exit 1'),
    client.bash('seq 1 4000; python3 -I -S -c "import middle_module"; seq 1 12000; exit 1'),
    client.bash('python3 -I -S -c "import masked_module"; true'),
)


@pytest.fixture(scope="module")
def talk(place: Place) -> client.Run:
    """One long session that most tests look at."""
    return place.run(*TALK)


def test_the_hooks_ran(talk: client.Run) -> None:
    ran = " ".join(talk.hooks())
    assert "PostToolUseFailure:Bash" in ran
    assert "PostToolUse:Bash" in ran


def test_a_failure_is_answered_with_the_projects_own_facts(talk: client.Run) -> None:
    ((event, text),) = talk.said(1)
    assert event == "PostToolUseFailure"
    assert "requests" in text
    assert "pyproject.toml" in text
    assert "not installed" in text
    assert "uv sync" in text
    assert len(text) <= 1200


def test_a_failure_in_a_plain_folder_name_is_what_the_model_was_told(talk: client.Run) -> None:
    assert "No module named 'requests'" in talk.result(1)


@pytest.mark.parametrize("turn", [0, 2, 3], ids=["success", "success with an open episode", "grep without a match"])
def test_nothing_is_said_where_nothing_failed(talk: client.Run, turn: int) -> None:
    assert talk.said(turn) == []


def test_the_second_time_gets_one_short_line_and_the_third_nothing(talk: client.Run) -> None:
    ((_, first),) = talk.said(1)
    ((_, second),) = talk.said(4)
    assert "requests" in second
    assert "\n" not in second
    assert len(second) < len(first)
    assert talk.said(5) == []


def test_a_parallel_pair_of_failures_loses_no_event(talk: client.Run, place: Place) -> None:
    for index in (0, 1):
        assert "No such file" in talk.result(6, index)
    recorded = [tool_use for kind, tool_use in place.events() if kind == "failure"]
    for turn in (1, 4, 5):
        assert f"toolu_{turn:03d}_00" in recorded
    for index in (0, 1):
        assert recorded.count(f"toolu_006_{index:02d}") == 1


def test_an_early_error_in_long_output_is_named(talk: client.Run) -> None:
    assert "truncated" in talk.result(7)
    assert "early_module" in str(talk.said(7))


def test_an_error_in_the_cut_middle_is_not_misnamed(talk: client.Run) -> None:
    assert "middle_module" not in talk.result(8)
    assert talk.said(8) == []


def test_a_masked_failure_is_named(talk: client.Run) -> None:
    ((event, text),) = talk.said(9)
    assert event == "PostToolUse"
    assert "masked_module" in text


def test_no_hint_has_a_hole(talk: client.Run) -> None:
    """Every `{name}` of a template was filled in."""
    texts = [text for turn in range(len(TALK)) for _, text in talk.said(turn)]
    assert len(texts) >= 5
    assert [text for text in texts if re.search(r"\{\w*\}", text)] == []


def test_nothing_of_healkit_lies_in_the_project(talk: client.Run, place: Place) -> None:
    assert not list(place.project.rglob("*.db"))
    assert not list(place.project.rglob("spool*"))
    assert (place.state.stat().st_mode & 0o777) == 0o700


def delete_code(place: Place) -> None:
    shutil.rmtree(place.venv if place.form == "installed" else place.plugin / "healkit")


def delete_launcher(place: Place) -> None:
    if place.form == "installed":
        shutil.rmtree(place.data)
    else:
        (place.plugin / "hooks/self-healing.sh").unlink()


def delete_state(place: Place) -> None:
    shutil.rmtree(place.state)


def block_state(place: Place) -> None:
    """A file where the folder should be: nothing can be written, not even by root."""
    shutil.rmtree(place.state)
    place.state.write_text("")


def forget_python(place: Place) -> None:
    """The interpreter that was noted at install is gone."""
    if place.form == "installed":
        launcher = place.data / "healkit-launch.sh"
        lines = launcher.read_text().splitlines(keepends=True)
        changed = [
            "HEALKIT_PYTHON=/nowhere/python3\n" if line.startswith("HEALKIT_PYTHON=") else line for line in lines
        ]
        assert changed != lines
        launcher.write_text("".join(changed))
    for note in place.tmp.rglob("python"):
        if note.is_file() and note.stat().st_size < 300 and note.parent.name.startswith("healkit"):
            note.write_text("/nowhere/python3\n")


SILENT, ANSWERS = False, True


def copy_settled(source: Path, target: Path) -> None:
    """Copy a tree in which a detached ingest may still be at work: once nothing vanishes while it is copied."""
    for left in range(40, -1, -1):
        try:
            shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("run-*", "*.tmp"))
        except shutil.Error:
            if not left:
                raise
            shutil.rmtree(target, ignore_errors=True)
            time.sleep(0.25)
        else:
            return


@pytest.mark.parametrize(
    ("damage", "answers"),
    [
        (delete_state, ANSWERS),
        (block_state, ANSWERS),
        (forget_python, ANSWERS),
        (delete_code, SILENT),
        (delete_launcher, SILENT),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_damage_is_silence_or_an_answer(
    talk: client.Run, place: Place, damage: Callable[[Place], None], answers: bool, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    copy_settled(place.tmp, kept)
    try:
        damage(place)
        done = place.run(client.bash(MISSING), client.bash("echo fine"))
        assert ["requests" in str(done.said(0)), done.said(1) != []] == [answers, False]
    finally:
        for name in os.listdir(kept):
            shutil.rmtree(place.tmp / name, ignore_errors=True)
            shutil.copytree(
                kept / name, place.tmp / name, symlinks=True, dirs_exist_ok=True
            )  # an ingest may still write


def test_mischief_in_the_environment(place: Place, tmp_path: Path) -> None:
    """BASH_ENV and exported functions that break every script of ours, and no other."""
    trap = tmp_path / "trap.sh"
    trap.write_text(f'case $0 in *heal*) touch "{tmp_path}/caught"; exit 3 ;; esac\n')
    names = ("read", "exec", "printf", "shopt", "set")
    body = f'() {{ case $0 in *heal*) /bin/touch "{tmp_path}/caught"; exit 3 ;; esac; builtin "$FUNCNAME" "$@"; }}'
    env = {"BASH_ENV": str(trap), **{f"BASH_FUNC_{name}%%": body for name in names}}
    done = place.run(client.bash(MISSING), client.bash("echo fine"), **env)
    assert "requests" in str(done.said(0))
    assert not (tmp_path / "caught").exists()


def test_switched_off_is_silent(place: Place) -> None:
    assert place.run(client.bash(MISSING), HEALKIT_OFF="1").said(0) == []


def test_in_mode_auto_the_agent_heals_it_with_the_command_from_the_fact(tmp_path: Path) -> None:
    client.require()
    place = Place(tmp_path, "installed")
    config = place.home / ".config/healkit/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[policy]\nmode = "auto"\n')
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "healkit").write_text(f'#!/bin/sh\nexec "{place.venv}/bin/python" -m healkit "$@"\n')
    (programs / "healkit").chmod(0o755)
    package = place.project / "till"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "pricing.py").write_text("def total_price(items):\n    return sum(items)\n")
    (package / "__main__.py").write_text(
        "from till.prices import total_price\n\nprint('to pay', total_price([3, 4]))\n"
    )
    path = f"{programs}:{client.PATH}"
    failing = "python3 -B -m till"
    place.healkit("ingest")
    before = sorted(place.project.rglob("*"))
    first = place.run(client.bash(failing), PATH=path)
    ((_, text),) = first.said(0)
    assert sorted(place.project.rglob("*")) == before, "the hook itself edits nothing"
    command = re.search(r"`(healkit fix [0-9a-f]+ --yes)`$", text)
    assert command, text
    second = place.run(client.bash(failing), client.bash(command[1]), client.bash(failing), PATH=path)
    assert "healed: import" in second.result(1)
    assert "to pay 7" in second.result(2)
    assert "from till.pricing import total_price" in (package / "__main__.py").read_text()
