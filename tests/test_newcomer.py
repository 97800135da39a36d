"""A newcomer: from a failing command to a checked, tested, trusted entry in five commands, as they are typed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

CHECKOUT = Path(__file__).parent.parent
SCRIPT = "echo 'deploying 3 services'\necho \"frobctl: shard 'eu-7' is out of quorum (2 of 5 nodes)\" >&2\nexit 4\n"
NAME = "frobctl-shard-out-quorum-nodes"


@pytest.fixture
def project(tmp_path: Path, isolated_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    top = tmp_path / "shop"
    top.mkdir()
    subprocess.run(["git", "init", "-q", str(top)], check=True)
    (top / "deploy.sh").write_text(SCRIPT)
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "healkit").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m healkit "$@"\n')
    (bin_ / "healkit").chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    return top


def typed(project: Path, line: str) -> subprocess.CompletedProcess[str]:
    """Run a line as a person types it into a shell in the project."""
    return subprocess.run(["sh", "-c", line], cwd=project, capture_output=True, text=True, check=False, timeout=60)


def test_five_commands(project: Path) -> None:
    first = typed(project, "healkit run -- sh deploy.sh")
    assert first.returncode == 4
    assert "healkit:" not in first.stderr  # nobody knows it yet

    added = typed(project, "healkit patterns add --from-last --advice 'frobctl repair {name}' --yes")
    assert added.returncode == 0, added.stderr
    file = project / ".healkit/error-patterns.json"
    entry = json.loads(file.read_text())["patterns"][0]
    assert entry["id"] == NAME
    assert entry["examples"][0]["captures"] == {"name": "eu-7", "number": "2", "count": "5"}

    checked = typed(project, "healkit patterns check")
    assert checked.returncode == 0
    assert checked.stdout == ""
    assert "1 entry in 1 file: all fine" in checked.stderr

    tested = typed(project, f"healkit patterns test {NAME}")
    assert tested.returncode == 0
    assert "1 example of 1 pattern, 0 failed" in tested.stderr

    (project / "deploy.sh").write_text(SCRIPT.replace("eu-7", "us-1").replace("2 of 5", "1 of 3"))
    again = typed(project, "healkit run -- sh deploy.sh")
    assert again.returncode == 4
    assert "healkit: frobctl: shard 'us-1' is out of quorum (1 of 3 nodes)" in again.stderr
    assert f"{NAME}]" in again.stderr
    assert "frobctl repair us-1" in again.stderr
    assert "not trusted" not in again.stderr
    assert typed(project, "healkit trust --list").stdout == "Nothing waits for trust in this project.\n"


def test_a_clone_of_it_has_to_trust_first(project: Path, tmp_path: Path) -> None:
    typed(project, "healkit run -- sh deploy.sh")
    assert typed(project, "healkit patterns add --from-last --yes").returncode == 0
    subprocess.run(["git", "-C", str(project), "add", "."], check=True)
    me = ["-c", "user.name=a", "-c", "user.email=a@b.invalid"]
    subprocess.run(["git", *me, "-C", str(project), "commit", "-qm", "x"], check=True)
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(project), str(clone)], check=True)
    seen = typed(clone, "healkit run -- sh deploy.sh")
    assert "is out of quorum" in seen.stderr.partition("healkit:")[2]
    assert "not trusted yet: see `healkit trust`" in seen.stderr
    assert typed(clone, "healkit trust --yes").returncode == 0
    assert "not trusted" not in typed(clone, "healkit run -- sh deploy.sh").stderr


def test_on_a_terminal_it_is_one_enter(project: Path) -> None:
    typed(project, "healkit run -- sh deploy.sh")
    child = pexpect.spawn(
        "sh", ["-c", "healkit patterns add --from-last"], cwd=str(project), encoding="utf-8", timeout=60
    )
    child.expect("Write it to .healkit/error-patterns.json")
    child.sendline("")
    child.expect("stands in")
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 0
    assert json.loads((project / ".healkit/error-patterns.json").read_text())["patterns"][0]["id"] == NAME
