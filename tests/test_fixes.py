"""Every case of tests/cases/fixes, for real: the project is copied, the command fails, healkit heals it (or keeps its hands off).

A case is a folder: `case.json`, `before/`, and `after/` (absent: the tree must not change). The keys of `case.json` are in
CONTRIBUTING.md.
"""

from __future__ import annotations

import filecmp
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import set_env
from node_tools import node_tools

from healkit import __main__ as program

CASES = Path(__file__).parent / "cases" / "fixes"
CHECKOUT = Path(__file__).parent.parent
TOOLCHAINS = {
    name: os.environ.get(name) or os.path.expanduser(place)
    for name, place in {"RUSTUP_HOME": "~/.rustup", "CARGO_HOME": "~/.cargo"}.items()
}
"""Where rustup finds its toolchains, read at import, before a test moves HOME."""
LEFT_BY_TOOLS = {
    ".git", "__pycache__", ".pytest_cache", ".ruff_cache", ".mypy_cache", "node_modules", "target", ".venv", ".healkit-test",
    "Cargo.lock", "package-lock.json", "build", ".eslintcache", "wheels", "dist",
}  # fmt: skip
"""What the commands themselves write, unless a case's `before` or `after` holds it."""


def all_cases() -> list[Path]:
    return sorted(path.parent for path in CASES.glob("*/*/case.json"))


def name_of(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


def tree(folder: Path, known: set[str]) -> dict[str, tuple[bytes, int]]:
    """Return every file's bytes and whether it is executable, without what tools leave behind."""
    found = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        name = "/".join(parts)
        if path.is_symlink() or not path.is_file():
            continue
        if name in known or not (LEFT_BY_TOOLS & set(parts) or name.endswith((".pyc", ".o", ".tsbuildinfo"))):
            found[name] = (path.read_bytes(), path.stat().st_mode & 0o100)
    return found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = tmp_path / "project"
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    yield path
    shutil.rmtree(path, ignore_errors=True)


def fill(words: list[str], folder: Path) -> list[str]:
    filled = [word.replace("{project}", str(folder)).replace("{cases}", str(CASES)) for word in words]
    return [sys.executable, *filled[1:]] if filled and filled[0] == "python" else filled


def prepare(case: Path, spec: dict[str, Any], folder: Path, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Lay the project out, with its tools, its variables and the user's patterns; run its setup."""
    for tool in spec.get("needs", ()):
        if tool in ("typescript", "eslint", "prettier"):
            continue
        if shutil.which(tool) is None and not (Path(sys.executable).parent / tool).exists():
            pytest.skip(f"{tool} is not installed")
    shutil.copytree(case / "before", folder, symlinks=True)
    (folder / ".git").mkdir(exist_ok=True)
    if {"typescript", "eslint", "prettier"} & set(spec.get("needs", ())):
        (folder / "node_modules").symlink_to(node_tools() / "node_modules")
    set_env(monkeypatch, "PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    set_env(monkeypatch, "PYTHONPATH", None)
    for name, place in TOOLCHAINS.items():
        if os.path.isdir(place):
            set_env(monkeypatch, name, place)
    for name, value in spec.get("env", {}).items():
        set_env(monkeypatch, name, fill([value], folder)[0] if value is not None else None)
    if "user_patterns" in spec:
        layer = home / "healkit" / "data"
        layer.mkdir(parents=True, exist_ok=True)
        (layer / "error-patterns.json").write_text(json.dumps(spec["user_patterns"]))
    if "user_playbooks" in spec:
        (home / "healkit" / "data" / "recovery-playbook.json").write_text(json.dumps(spec["user_playbooks"]))
    if "config" in spec:
        path = home / "healkit" / "config" / "config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(spec["config"])
    for argv in spec.get("setup", ()):
        subprocess.run(fill(argv, folder), cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize("case", all_cases(), ids=name_of)
def test_case(
    case: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, isolated_home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    spec = json.loads((case / "case.json").read_text())
    prepare(case, spec, folder, monkeypatch, isolated_home)
    before = tree(folder, {str(p.relative_to(case / "before")) for p in (case / "before").rglob("*")})
    monkeypatch.chdir(folder)
    report_path = isolated_home / "report.json"
    argv = fill(spec["command"], folder)
    options = ["--fix", "--yes", *spec.get("options", ()), "--json-report", str(report_path)]
    code = program.main(["run", *options, "--", *argv])
    said = capfd.readouterr()
    report = json.loads(report_path.read_text())
    told = f"{spec['why']}\n{json.dumps(report, indent=1)}\n{said.out[-3000:]}\n{said.err[-3000:]}"
    assert report["outcome"] == spec["outcome"], told
    assert (code == 0) == (spec["outcome"] in ("healed", "passed")), told
    applied = [fix["kind"] for fix in report["fixes"] if fix["applied"]]
    if spec["outcome"] == "healed":
        assert all(fix["verified"] for fix in report["fixes"] if fix["applied"]), told
        if "kind" in spec:
            assert spec["kind"] in applied, told
    elif spec["outcome"] != "unresolved":
        assert not applied, told
    if spec.get("proven"):  # it passes in other words or another environment: shown, with what passed
        assert [fix["kind"] for fix in report["fixes"] if fix["verified"]][-1] == spec["kind"], told
        assert report["exit_codes"][-1] == 0, told
    if "suggests" in spec:
        assert spec["suggests"] in json.dumps(report["fixes"] + report["tried"], ensure_ascii=False), told
    after = case / "after"
    if after.exists():
        wanted = tree(after, {str(p.relative_to(after)) for p in after.rglob("*")})
        known = set(wanted) | set(before)
        got = tree(folder, known)
        added = {name: data for name, data in before.items() if name not in tree(case / "before", set(before))}
        assert {name: data[0] for name, data in got.items() if name not in added} == {
            name: data[0] for name, data in wanted.items()
        }, told
    else:
        assert tree(folder, set(before)) == before, told


def test_every_case_says_why() -> None:
    for case in all_cases():
        spec = json.loads((case / "case.json").read_text())
        assert spec["why"], case
        if (case / "after").exists():
            assert not filecmp.dircmp(case / "before", case / "after").left_list or spec["outcome"] in (
                "healed",
                "unresolved",
            )
