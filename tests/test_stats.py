"""`healkit stats`: every figure worked out by hand on a small history; the command's three forms."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from healkit import history, paths, spool
from healkit.history import figures
from healkit.history.figures import Figures, Healing, count, program_of, time_saved, way_of
from healkit.records import Event

CHECKOUT = Path(__file__).parent.parent
NOW = time.time() - 6_500


class Place:
    """A project, its state folder, and turns of failure, work and success in it."""

    def __init__(self, root: Path) -> None:
        self.root, self.folder = str(root), paths.project_state(str(root))
        assert paths.make_private(self.folder)
        Path(self.folder, "ingest-started").touch()
        self.count = 0

    def put(self, kind: str, at: float, **fields: object) -> None:
        self.count += 1
        values = {"session": "s", "project": self.root, "id": f"e{self.count}", **fields}
        assert spool.append(self.folder, Event(kind=kind, at=NOW + at, **values))

    def heal(self, at: float, fix: str, seconds: float, *, hinted: bool = False, **failure: object) -> None:
        """A failure, a hint where there was one, the fix, the success after so many seconds."""
        values = {"command": "pytest", "fingerprint": "F", "pattern_id": "python-module-not-found", **failure}
        self.put("failure", at, exit_code=1, category="dependency_issue", **values)
        if hinted:
            self.put("hint", at + 0.1, fingerprint=values["fingerprint"], pattern_id=values["pattern_id"])
        if fix.startswith("edit of "):
            self.put("edit", at + 1, file=f"{self.root}/{fix.removeprefix('edit of ')}")
        elif fix:
            self.put("command", at + 1, command=fix, exit_code=0)
        self.put("success", at + seconds, command=values["command"], exit_code=0)

    def figures(self, since: float = 0.0) -> Figures:
        history.ingest(self.root)
        with history.open_history(self.root) as opened:
            return count(opened, since)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    return Place(tmp_path)


def healkit(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "healkit", *args], capture_output=True, text=True, timeout=60, check=False
    )


def test_failures_by_category_pattern_program(place: Place) -> None:
    place.heal(0, "uv sync", 30)
    place.heal(100, "uv sync", 50, command="uv run python -m pytest -q")
    place.put(
        "failure", 200, command="cargo build", fingerprint="G", pattern_id="", category="", exit_code=101, session="t"
    )
    found = place.figures()
    assert (found.failures, found.sessions) == (3, 2)
    assert found.categories == {"dependency_issue": 2, "unknown": 1}
    assert found.patterns == {"python-module-not-found": 2, "unknown": 1}
    assert found.programs == {"pytest": 2, "cargo": 1}
    assert (found.healed, found.open, found.median_seconds) == (2, 1, 40.0)


def test_only_what_is_young_enough_counts(place: Place) -> None:
    place.heal(0, "uv sync", 30)
    place.heal(1000, "uv sync", 30)
    assert place.figures(NOW + 500).failures == 1
    assert place.figures(NOW + 500).healed == 1
    assert place.figures(NOW + 5_000) == Figures()


def test_rates_have_a_beta_posterior_mean(place: Place) -> None:
    place.heal(0, "uv sync", 30)
    place.heal(100, "uv sync", 30)
    place.put("failure", 200, command="pytest", fingerprint="F", pattern_id="python-module-not-found", exit_code=1)
    place.put("command", 201, command="npm install", exit_code=0)
    place.heal(300, "edit of a.py", 30)
    found = place.figures()
    assert [(rate.pattern_id, rate.worked, rate.tried, rate.confidence) for rate in found.rates] == [
        ("python-module-not-found", 3, 4, 0.667)
    ]
    assert [(rate.fix, rate.worked, rate.tried, rate.confidence) for rate in found.fixes] == [
        ("uv sync", 2, 2, 0.75), ("edit of a.py", 1, 1, 0.667),
    ]  # fmt: skip
    assert found.again == 1


def test_ways_of_healing(place: Place) -> None:
    place.heal(0, "uv sync", 30)
    place.heal(100, "edit of src/a.py", 30)
    place.heal(200, "git pull", 30)
    place.heal(300, "", 30)
    place.heal(400, "", 30, fingerprint="H")
    place.put("outcome", 420, outcome="healed", fingerprint="H", text="import `b`", command="pytest")
    place.put(
        "outcome", 900, outcome="healed", fingerprint="K", text="sort imports", command="ruff check", duration_ms=4_000
    )
    place.put("outcome", 901, outcome="rolled_back", fingerprint="K", text="nothing", command="ruff check")
    found = place.figures()
    assert found.ways == {"edit": 1, "command": 1, "install": 1, "correction": 0, "healkit": 2}
    assert (found.healed, found.passed) == (5, 1)


def test_what_healkit_healed_counts_once(place: Place) -> None:
    place.heal(0, "edit of a.py", 30, command="make check", fingerprint="first")
    place.put("outcome", 29, outcome="healed", fingerprint="second", text="import `b`", command="make check")
    found = place.figures()
    assert (found.healed, found.ways["healkit"], found.ways["edit"]) == (1, 1, 0)


def test_a_run_that_heals_is_counted(place: Place) -> None:
    Path("shop").mkdir()
    Path("shop/__init__.py").touch()
    Path("shop/pricing.py").write_text("def total():\n    return 10\n")
    Path("app.py").write_text("from shop.prices import total\n\nprint(total())\n")
    done = healkit("run", "--fix", "--yes", "--", sys.executable, "-B", "app.py")
    assert done.returncode == 0, done.stderr
    values = json.loads(healkit("stats", "--json").stdout)
    assert (values["failures"], values["healed"], values["ways"]["healkit"]) == (1, 1, 1)
    assert values["programs"] == {Path(sys.executable).name: 1}


@pytest.mark.parametrize(
    ("fix", "command", "way"),
    [
        ("edit of a b.py", "", "edit"),
        ("python -m pip install requests", "pytest", "install"),
        ("npm ci", "npm test", "install"),
        ("yarn", "yarn test", "install"),
        ("cargo add serde", "cargo build", "install"),
        ("uv add requests", "uv add reqests", "correction"),
        ("git push origin main", "git psuh origin main", "correction"),
        ("ruff check --fix src", "ruff check src", "command"),
        ("docker compose up", "pytest", "command"),
    ],
)
def test_way_of_a_fix(fix: str, command: str, way: str) -> None:
    assert way_of(fix, command) == way


def test_program_of_a_command() -> None:
    assert program_of("/p\nsudo make -j4 2>&1 | tee x") == "make"
    assert program_of("/p\n.venv/bin/pytest -q") == "pytest"
    assert program_of("\n") == "unknown"


def healing(seconds: float, *, hinted: bool, way: str = "edit") -> Healing:
    return Healing(pattern_id="p", fix="f", way=way, seconds=seconds, hinted=hinted, at=0.0)


def test_time_saved_is_an_estimate_that_is_never_negative() -> None:
    slow = [healing(100, hinted=False), healing(300, hinted=False), healing(200, hinted=False)]
    quick = [healing(20, hinted=True), healing(40, hinted=True)]
    assert time_saved([*slow, *quick]) == (200 - 30) * 2
    assert time_saved(slow) == 0
    assert time_saved(quick) == 0
    assert time_saved([]) == 0
    assert time_saved([healing(10, hinted=False), healing(90, hinted=True)]) == 0
    assert time_saved([*slow, healing(1, hinted=False, way="healkit"), *quick]) == (200 - 30) * 2


def test_a_hint_of_the_same_failure_counts_and_no_other(place: Place) -> None:
    place.heal(0, "uv sync", 100)
    place.heal(200, "uv sync", 40, hinted=True)
    place.put("hint", 400, fingerprint="other")
    place.heal(401, "uv sync", 100)
    found = place.figures()
    assert (found.hinted, found.saved_seconds) == (1, 60.0)


def test_weeks_begin_on_monday_and_leave_none_out(place: Place) -> None:
    week = 7 * 86_400
    place.heal(-2 * week, "uv sync", 30)
    place.heal(0, "", 30)
    place.heal(40, "uv sync", 30)
    weeks = place.figures().weeks
    assert [(failed, healed) for _, failed, healed in weeks] == [(1, 1), (0, 0), (2, 1)]
    shown = [time.strftime("%a", time.localtime(at + 43_200)) for at, _, _ in weeks]
    assert shown == ["Mon"] * 3
    assert weeks[-1][0] <= NOW + 40 < weeks[-1][0] + week + 3600


# -- the command


def test_an_empty_history_is_one_friendly_line(place: Place) -> None:
    done = healkit("stats")
    assert (done.returncode, done.stdout) == (0, "")
    assert len(done.stderr.splitlines()) == 1
    assert healkit("stats", "--days", "0").returncode == 2
    values = json.loads(healkit("stats", "--json").stdout)
    assert (values["version"], values["failures"], values["learned"]["count"]) == (1, 0, 0)


def test_json_is_whole_and_lines_are_tab_separated(place: Place) -> None:
    os.makedirs(".healkit")
    learned = {"id": "learned-one", "error_regex": "Zorkmid overflow", "category": "runtime_error", "origin": "learned"}
    Path(".healkit/error-patterns.json").write_text(
        json.dumps({"patterns": [learned, {**learned, "id": "own", "origin": "x"}]})
    )
    place.heal(0, "uv sync", 30)
    place.put("failure", 90, command="make", fingerprint="G", exit_code=2)
    values = json.loads(healkit("stats", "--json", "--days", "2").stdout)
    assert (values["days"], values["failures"], values["healed"]) == (2, 2, 1)
    assert values["severities"] == {"high": 1, "unknown": 1}
    assert values["fixes"] == [
        {"pattern_id": "python-module-not-found", "fix": "uv sync", "worked": 1, "tried": 1, "confidence": 0.667}
    ]
    assert values["learned"] == {"count": 1, "project": ["learned-one"]}
    assert {key: values["weeks"][-1][key] for key in ("failures", "healed")} == {"failures": 2, "healed": 1}
    rows = [line.split("\t") for line in healkit("stats").stdout.splitlines()]
    assert {len(row) for row in rows} == {4}
    assert ["healed by", "install", "1", ""] in rows
    assert ["fix", "uv sync", "1 of 1", "python-module-not-found, confidence 0.67"] in rows
    assert ["all", "learned", "1", "learned-one"] in rows


def test_figures_of_nothing_are_the_defaults() -> None:
    assert Figures() == figures.NONE
    assert figures.NONE.ways == dict.fromkeys(figures.WAYS, 0)
