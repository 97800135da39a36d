"""What the tests of `healkit patterns ...` share: a project, the command in this process, a failure under `healkit run`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import CHECKOUT, set_env

from healkit import cli, trust

FROB = "FrobError: gear 'g7' jammed at tooth 42 in cfg/main.toml"
FILE = ".healkit/error-patterns.json"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    top = tmp_path / "project"
    (top / ".git").mkdir(parents=True)
    monkeypatch.chdir(top)
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    for name in ("VISUAL", "EDITOR"):
        set_env(monkeypatch, name, None)
    return top


class Said:
    """What a command said and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def healkit(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*args: str) -> Said:
        capsys.readouterr()
        code = cli.main(list(args))
        found = capsys.readouterr()
        assert "Traceback" not in found.err
        return Said(code, found.out, found.err)

    return run


def fail(output: str, command: str = "", code: int = 1) -> None:
    """Let a command fail under `healkit run`, as a person would."""
    Path("output").write_text(output)
    argv = [command] if command else ["sh", "-c", f"cat output >&2; exit {code}"]
    done = subprocess.run([sys.executable, "-m", "healkit", "run", "--", *argv], capture_output=True, check=False)
    assert done.returncode == code


def entries(path: str | Path = FILE) -> dict[str, dict[str, Any]]:
    return {entry["id"]: entry for entry in json.loads(Path(path).read_text())["patterns"]}


def waiting(project: Path) -> list[str]:
    return [claim.id for claim in trust.untrusted(str(project))]


def write_project(regex: str, **more: Any) -> None:
    Path(".healkit").mkdir(exist_ok=True)
    entry = {"id": "a", "error_regex": regex, "category": "unknown", "message": "alpha", **more}
    other = {"id": "b", "error_regex": "Bravo \\d+", "category": "unknown", "message": "bravo"}
    Path(FILE).write_text(json.dumps({"patterns": [entry, other]}, indent=2))
