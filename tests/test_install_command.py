"""`healkit install`, `uninstall` and `doctor`, as a person types them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from healkit import doctor


@pytest.fixture
def project(isolated_home: Path) -> Path:
    """A project in an empty home."""
    folder = isolated_home / "it's a project"
    (folder / ".git").mkdir(parents=True)
    return folder


def settings(project: Path, text: str) -> Path:
    path = project / ".claude" / "settings.local.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def healkit(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "healkit", *arguments], cwd=project, capture_output=True, text=True, check=False
    )


def test_the_command(project: Path) -> None:
    before = healkit(project, "doctor")
    assert before.returncode == 1
    assert "fail  hooks" in before.stdout
    installed = healkit(project, "install")
    assert installed.returncode == 0, installed.stderr
    shown = json.loads(healkit(project, "doctor", "--json").stdout)
    assert shown["version"] == 1
    assert [row["name"] for row in shown["checks"]] == [name for name, _ in doctor.CHECKS]
    hooks = next(row for row in shown["checks"] if row["name"] == "hooks")
    assert hooks["state"] == "ok"
    after = healkit(project, "doctor")
    assert after.returncode == int(any(row["state"] == "fail" for row in shown["checks"]))
    assert "\x1b" not in after.stdout


def test_install_from_the_command_line(project: Path) -> None:
    planned = healkit(project, "install", "--dry-run")
    assert "+" in planned.stdout
    assert not (project / ".claude").exists()
    assert "hooks registered" in healkit(project, "install").stdout
    assert "nothing to change" in healkit(project, "install").stdout
    assert healkit(project, "install", "--user", "--project").returncode == 2
    assert "hooks removed" in healkit(project, "uninstall").stdout
    assert not (project / ".claude").exists()
    broken = settings(project, "{,}")
    refused = healkit(project, "install")
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"healkit: {broken}:1:2: ")
    assert "Traceback" not in refused.stderr


def test_uninstall_all_goes_on_past_a_broken_file(project: Path, isolated_home: Path) -> None:
    healkit(project, "install")
    healkit(project, "install", "--user")
    settings(project, "{,}")
    gone = healkit(project, "uninstall", "--all")
    assert gone.returncode == 1
    assert "settings.local.json:1:2" in gone.stderr
    assert not (isolated_home / ".claude" / "settings.json").exists()
