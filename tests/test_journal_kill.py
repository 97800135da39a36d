"""A kill (-9) at every step of the journal, and at random times: the next healkit finds the tree old or healed, never a mix."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parent / "journal_deaths.py"
SCENES = (
    "three_files", "two_steps", "one_of_two", "taken_back", "not_kept", "program", "program_back", "full_disk", "undo",
    "undo_program",
)  # fmt: skip


def deaths(folder: Path, *words: str) -> dict[str, Any]:
    environ = {**os.environ, "HEALKIT_HOME": str(folder / "healkit")}
    ran = subprocess.run(
        [sys.executable, str(SCRIPT), str(folder), *words], capture_output=True, text=True, env=environ, check=False
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    told: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return told


@pytest.mark.parametrize("scene", SCENES)
def test_a_kill_at_every_step_leaves_the_old_or_the_healed_tree(scene: str, tmp_path: Path) -> None:
    told = deaths(tmp_path, "every", scene)
    assert told["faults"] == []
    assert told["points"] > 15


@pytest.mark.parametrize("scene", ["two_steps", "taken_back", "undo"])
def test_so_it_does_where_two_files_cannot_be_exchanged_in_one_step(scene: str, tmp_path: Path) -> None:
    assert deaths(tmp_path, "every", scene, "--no-exchange")["faults"] == []


@pytest.mark.parametrize(
    ("scene", "step"), [("two_steps", 9), ("taken_back", 20), ("full_disk", 7), ("program_back", 12), ("undo", 10)]
)
def test_a_kill_while_the_first_one_is_settled(scene: str, step: int, tmp_path: Path) -> None:
    told = deaths(tmp_path, "twice", scene, str(step))
    assert told["faults"] == []
    assert told["points"] > 20


@pytest.mark.slow
def test_three_hundred_kills_at_random_times(tmp_path: Path) -> None:
    told = deaths(tmp_path, "random", "300", "20")
    assert told["faults"] == []
    assert told["killed"] > 30
