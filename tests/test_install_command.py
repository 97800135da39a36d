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


def test_the_options_to_speak_before_anything_fails(project: Path) -> None:
    config, registered = project.parent / "healkit/config/config.toml", project / ".claude/settings.local.json"
    config.parent.mkdir(parents=True)
    config.write_text("[hook] # mine\nmax_hints = 3\n")
    planned = healkit(project, "install", "--before", "--session-start", "--dry-run")
    assert "PreToolUse" in planned.stdout
    assert "hook.before_command, hook.session_start would be switched on" in planned.stdout
    assert config.read_text() == "[hook] # mine\nmax_hints = 3\n"
    healkit(project, "install", "--session-start")
    assert "PreToolUse" not in registered.read_text()
    assert sorted(config.read_text().split("\n")) == ["", "[hook] # mine", "max_hints = 3", "session_start = true"]
    assert "before_command switched on" in healkit(project, "install", "--before").stdout
    assert "PreToolUse" in registered.read_text()
    assert "switched on" not in healkit(project, "install", "--before").stdout
    (hooks,) = [
        row for row in json.loads(healkit(project, "doctor", "--json").stdout)["checks"] if row["name"] == "hooks"
    ]
    assert hooks["state"] == "ok"
    gone = healkit(project, "uninstall")
    assert "`hook.before_command` stays on" in gone.stderr
    assert not registered.exists()


def test_uninstall_all_goes_on_past_a_broken_file(project: Path, isolated_home: Path) -> None:
    healkit(project, "install")
    healkit(project, "install", "--user")
    settings(project, "{,}")
    gone = healkit(project, "uninstall", "--all")
    assert gone.returncode == 1
    assert "settings.local.json:1:2" in gone.stderr
    assert not (isolated_home / ".claude" / "settings.json").exists()
