"""The history: taking the spool in once and whole, episodes, counts, retention, damage."""

from __future__ import annotations

import fcntl
import marshal
import os
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from healkit import history, paths, spool
from healkit.history import command_key, files, taking
from healkit.history.steps import changes
from healkit.records import Event, HealkitError

ROOT = str(Path(__file__).resolve().parents[1])
NOW = time.time() - 1000


class Place:
    """A project with a state folder of its own, and a quick way to write events."""

    def __init__(self, top: Path) -> None:
        self.root, self.state = str(top / "project"), top / "healkit" / "state"
        os.makedirs(f"{self.root}/.healkit")
        self.folder = paths.project_state(self.root)
        assert paths.make_private(self.folder)
        self.count = 0

    def put(self, kind: str, at: float = 0.0, **fields: object) -> Event:
        self.count += 1
        values = {"session": "s", "project": self.root, "id": f"e{self.count}", **fields}
        event = Event(kind=kind, at=NOW + at, **values)
        assert spool.append(self.folder, event)
        return event

    def fail(self, at: float, fingerprint: str = "F", command: str = "pytest", **fields: object) -> Event:
        return self.put("failure", at, fingerprint=fingerprint, command=command, exit_code=1, **fields)

    def ingest(self) -> int:
        return history.ingest(self.root)

    def episodes(self, key: str = "") -> list[tuple[str, str]]:
        self.ingest()
        with history.open_history(self.root) as opened:
            return [(episode.outcome, episode.fix) for episode in reversed(opened.episodes(key=key))]

    def ids(self) -> list[str]:
        with history.open_history(self.root) as opened:
            return sorted(event.id for event in opened.events(limit=10_000))

    def counts(self) -> dict[str, list[object]]:
        counts: dict[str, list[object]] = marshal.loads(Path(self.folder, "counts").read_bytes())
        return counts

    def file(self, name: str) -> Path:
        return Path(self.folder, name)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("HEALKIT_HOME", str(tmp_path / "healkit"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("HEALKIT_STATE_DIR", raising=False)
    return Place(tmp_path)


# --- taking in ------------------------------------------------------------------------------------------------------


def test_takes_in_once_and_removes_the_spool(place: Place) -> None:
    place.fail(0)
    place.put("success", 1, command="pytest")
    assert place.ingest() == 2
    assert place.ingest() == 0
    assert not place.file(spool.NAME).exists()
    assert not place.file(files.TAKING).exists()
    assert place.ids() == ["e1", "e2"]


def test_nothing_there_is_zero_and_creates_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEALKIT_HOME", str(tmp_path / "healkit"))
    assert history.ingest(str(tmp_path)) == 0
    assert not (tmp_path / "healkit").exists()


def test_the_same_event_twice_is_kept_once(place: Place) -> None:
    place.fail(0, id="same")
    place.fail(0, id="same")
    place.fail(1, id="other", tool_use_id="t1")
    place.fail(2, id="third", tool_use_id="t1")
    place.put("edit", 2, id="fourth", tool_use_id="t1")
    place.fail(3, id="fifth", tool_use_id="t1", session="another")
    assert place.ingest() == 4
    assert place.ids() == ["fifth", "fourth", "other", "same"]


def test_torn_and_foreign_lines_are_passed_over_and_counted(place: Place) -> None:
    place.fail(0)
    whole = spool.encode(Event(kind="success", at=NOW, id="after-torn"))
    with open(f"{place.folder}/{spool.NAME}", "ab") as file:
        file.write(b'{"kind": "failure", "at": 1, "id": "tor' + whole)  # a writer died, the next one came
        file.write(b"\0" * 700 + b"\n")
        file.write(b"not json\n[1]\n{}\n\xff\xfe\n")
        file.write(b'{"kind": "nonsense", "at": 1, "id": "x"}\n{"kind": "edit", "at": "x", "id": "y"}\n')
        file.write(b'{"kind": "edit", "at": NaN, "id": "z"}\n{"kind": "edit", "at": 1, "id": ["z"]}\n')
        file.write(b'{"kind": "edit", "at": 1, "id": "w", "exit_code": 99999999999999999999999}\n')
        file.write(b'{"kind": "edit", "at": 1, "id": "deep", "text": ' + b"[" * 20_000 + b"\n")
    place.fail(5)
    assert place.ingest() == 3
    assert place.ids() == ["after-torn", "e1", "e2"]
    with history.open_history(place.root) as opened:
        assert opened.torn() == 12


def test_lone_surrogates_do_not_stop_the_others(place: Place) -> None:
    place.fail(0, text="caf\udce9")
    place.fail(1, "G")
    assert place.ingest() == 2
    with history.open_history(place.root) as opened:
        assert opened.events()[-1].text == "caf\\udce9"


def test_a_clock_that_was_wrong_is_set_to_now(place: Place) -> None:
    place.put("edit", 1e12)
    place.put("edit", -1e12)
    assert place.ingest() == 2
    with history.open_history(place.root) as opened:
        assert all(abs(event.at - time.time()) < 600 for event in opened.events())


def test_another_ingest_at_work_means_zero(place: Place) -> None:
    place.fail(0)
    fd = os.open(f"{place.folder}/{files.LOCK}", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(fd, fcntl.LOCK_EX)
    assert place.ingest() == 0
    assert place.file(spool.NAME).exists()
    os.close(fd)
    assert place.ingest() == 1


def test_a_writer_that_holds_the_spool_is_waited_for_and_then_left(place: Place) -> None:
    place.fail(0)
    fd = os.open(f"{place.folder}/{spool.NAME}", os.O_RDWR)
    fcntl.flock(fd, fcntl.LOCK_SH)
    with files.lock(place.folder):
        assert not files.take_spool(place.folder, patience=0.01)
    os.close(fd)
    assert place.ingest() == 1


class Crash(BaseException):
    pass


def crash(*_: object, **__: object) -> None:
    raise Crash


@pytest.mark.parametrize("where", ["_insert_all", "_rebuild", "remove", "connect", "forget"])
def test_a_crash_anywhere_loses_and_doubles_nothing(place: Place, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    place.fail(0)
    place.put("command", 1, command="uv sync")
    place.put("success", 2, command="pytest")
    with monkeypatch.context() as patched:
        patched.setattr(taking, where, crash)
        with pytest.raises(Crash):
            place.ingest()
    place.put("edit", 3)  # a new spool beside the file that was being taken in
    place.ingest()
    assert place.ids() == ["e1", "e2", "e3", "e4"]
    assert place.episodes() == [("worked", "uv sync")]
    assert not place.file(files.TAKING).exists()


def test_runs_in_a_bare_checkout(place: Place) -> None:
    place.fail(0)
    code = (
        f"import sys; sys.path.insert(0, {ROOT!r}); from healkit import history; print(history.ingest({place.root!r}))"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


# --- episodes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "same"),
    [
        ("pytest -q", "pytest  -q 2>&1 | tail -20"),
        ("pytest -q", "CI=1 PYTHONPATH='a b' .venv/bin/pytest -q; echo $?"),
        ("cd /p/web && npm test", "cd '/p/web'; npm test 2>&1 | tee out.log | head -5"),
        ("npm test || true", "npm test 2>/dev/null; true"),
    ],
)
def test_the_same_command(command: str, same: str) -> None:
    assert command_key(command, "/p") == command_key(same, "/p") != ""


@pytest.mark.parametrize(
    ("command", "other"),
    [
        ("pytest -q", "pytest -q tests"),
        ("pytest", "pytest | grep x"),
        ("npm test", "cd web && npm test"),
        ("git commit -m '2>&1'x", "git commit -m"),
    ],
)
def test_another_command(command: str, other: str) -> None:
    assert command_key(command, "/p") != command_key(other, "/p")


def test_no_command_has_no_key() -> None:
    assert command_key("") == command_key("  ") == ""


def test_a_folder_is_part_of_the_key() -> None:
    assert command_key("npm test", "/p/web") == command_key("cd web && npm test", "/p")


def test_worked_by_the_last_command_in_between(place: Place) -> None:
    place.fail(0, pattern_id="p")
    place.put("edit", 1, file=f"{place.root}/a.py")
    place.put("command", 2, command="pip install x")
    place.put("command", 3, command="uv sync 2>&1 | tail -1")
    place.put("edit", 4, file="b.py")
    place.put("success", 5, command="pytest")
    assert place.episodes() == [("worked", "uv sync")]
    assert place.counts() == {"F": ["uv sync", 1, 1], "p": ["uv sync", 1, 1]}


def test_worked_by_the_last_edit_when_no_command_ran(place: Place) -> None:
    place.fail(0)
    place.put("edit", 1, file="b.py")
    place.put("edit", 2, file=f"{place.root}/src/a.py")
    place.put("success", 3, command="pytest")
    assert place.episodes() == [("worked", "edit of src/a.py")]


@pytest.mark.parametrize(
    "command",
    ["uv sync", "uv pip install x", "python3 -m pip install x", ".venv/bin/pip3.11 install -U x", "cd web && npm ci | tail -3",
     "sudo apt-get install -y x", "uv run ruff check --fix .", "yarn", "chmod +x run.sh", "X=1 poetry add x", "go mod tidy",
     "python -m venv .venv && .venv/bin/pip install x"],
)  # fmt: skip
def test_what_can_be_a_fix(command: str) -> None:
    assert changes(command)


@pytest.mark.parametrize(
    "command",
    ["git status", "git diff | head", "pip list", "uv pip list", "npm ls", "npm test", "pytest", "python -c 'pip install x'",
     "echo pip install x", "ruff check .", "sed -n 1,5p x", "cargo test", "cat x", "rm -rf x", "git reset --hard", "", "'"],
)  # fmt: skip
def test_what_cannot_be_a_fix(place: Place, command: str) -> None:
    assert not changes(command)
    place.fail(0, command="make")
    place.put("edit", 1, file="a.py")
    place.put("command", 2, command=command)
    place.put("success", 3, command="make")
    assert place.episodes() == [("worked", "edit of a.py")]


def test_the_fix_is_one_printable_line(place: Place) -> None:
    place.fail(0)
    place.put("command", 1, command="pip install \u202ex\n  y " + "z" * 300)
    place.put("success", 2, command="pytest")
    ((_, fix),) = place.episodes()
    assert fix.startswith("pip install x y zzz")
    assert len(fix) == 120


def test_a_recurrence_counts_as_tried(place: Place) -> None:
    place.fail(0)
    place.put("command", 1, command="uv sync")
    place.fail(2)
    place.put("command", 3, command="pip install x")
    place.put("success", 4, command="pytest")
    assert place.episodes() == [("failed", "uv sync"), ("worked", "pip install x")]
    with history.open_history(place.root) as opened:
        assert opened.worked("F") == (1, 2)
        assert opened.worked("F", "uv sync") == (0, 1)
        assert opened.worked("F", "pip install x") == (1, 1)
        assert opened.worked("unknown") == (0, 0)
    assert place.counts()["F"] == ["pip install x", 1, 1]


def test_the_same_fix_counts_over_sessions(place: Place) -> None:
    for session, works in (("a", True), ("b", True), ("c", False)):
        place.fail(0, session=session)
        place.put("command", 1, session=session, command="uv sync")
        if works:
            place.put("success", 2, session=session, command="pytest")
        else:
            place.fail(2, session=session)
    place.ingest()
    assert place.counts()["F"] == ["uv sync", 2, 3]


@pytest.mark.parametrize(
    "event",
    [
        {"kind": "success", "command": "pytest tests/test_other.py"},
        {"kind": "success", "command": "pytest", "session": "another"},
        {"kind": "success", "command": "pytest", "cwd": "/elsewhere"},
        {"kind": "success", "command": "pytest | tail"},
        {"kind": "success", "command": "pytest; true"},
        {"kind": "success", "command": "pytest || echo no"},
        {"kind": "success", "command": "pytest", "exit_code": 1},
        {"kind": "command", "command": "uv sync"},
        {"kind": "edit", "file": "a.py"},
    ],
    ids=str,
)
def test_what_closes_no_episode(place: Place, event: dict[str, object]) -> None:
    place.fail(0)
    kind = str(event.pop("kind"))
    place.put(kind, 1, **event)
    assert place.episodes() == [("", "")]


def test_pipefail_and_quoted_bars_do_not_hide_a_status(place: Place) -> None:
    place.fail(0, command="set -o pipefail; pytest -k 'a|b'")
    place.put("success", 1, command="set -o pipefail; pytest -k 'a|b' | tail")
    place.fail(2, "G", command="grep -E 'a|b' x")
    place.put("success", 3, command="grep -E 'a|b' x")
    assert [outcome for outcome, _ in place.episodes()] == ["worked", "worked"]


def test_a_masked_failure_is_closed_by_the_plain_command(place: Place) -> None:
    place.fail(0, command="pytest 2>&1 | tail -20; true")
    place.put("success", 1, command="pytest")
    assert place.episodes() == [("worked", "")]


def test_too_late_is_abandoned(place: Place) -> None:
    place.fail(-3 * 3600)
    place.put("success", 0, command="pytest")
    assert place.episodes() == [("abandoned", "")]


def test_open_after_two_hours_is_abandoned(place: Place) -> None:
    place.fail(-3 * 3600)
    place.fail(0, "G")
    assert place.episodes() == [("abandoned", ""), ("", "")]


def test_what_came_after_the_next_failure_is_not_the_fix_of_the_first(place: Place) -> None:
    place.fail(0, "F")
    place.put("command", 1, command="uv sync")
    place.fail(2, "G")
    place.put("edit", 3, file="a.py")
    place.put("success", 4, command="pytest")
    assert place.episodes("F") == [("worked", "uv sync")]
    assert place.episodes("G") == [("worked", "edit of a.py")]


def test_a_failed_install_that_then_succeeds_closes_its_own_episode(place: Place) -> None:
    place.fail(0, command="uv sync")
    place.put("edit", 1, file="pyproject.toml")
    place.put("command", 2, command="uv sync", exit_code=0)
    assert place.episodes() == [("worked", "edit of pyproject.toml")]


@pytest.mark.parametrize("cut", range(1, 7))
def test_episodes_are_the_same_however_the_spool_was_cut(place: Place, cut: int) -> None:
    steps: list[Callable[[], Event]] = [
        lambda: place.fail(0, "F"),
        lambda: place.put("command", 1, command="uv sync"),
        lambda: place.fail(2, "F"),
        lambda: place.put("edit", 3, file="a.py"),
        lambda: place.put("success", 4, command="pytest"),
        lambda: place.fail(5, "F"),
    ]
    for number, step in enumerate(steps, 1):
        step()
        if number % cut == 0:
            place.ingest()
    assert place.episodes() == [("failed", "uv sync"), ("worked", "edit of a.py"), ("", "")]


def test_events_that_arrive_late_still_count(place: Place) -> None:
    place.fail(0)
    place.put("success", 9, command="pytest")
    place.ingest()
    place.put("command", 5, command="uv sync")
    assert place.episodes() == [("worked", "uv sync")]


# --- keeping bounded ------------------------------------------------------------------------------------------------


def test_old_events_go(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEALKIT_HISTORY_KEEP_DAYS", "5")
    place.fail(-6 * 86_400)
    place.fail(-4 * 86_400)
    place.ingest()
    assert place.ids() == ["e2"]
    assert len(place.episodes()) == 1


def test_too_many_events_go_oldest_first(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEALKIT_HISTORY_MAX_EVENTS", "3")
    for at in (5, 1, 4, 2, 3):
        place.put("edit", at)
    place.ingest()
    assert place.ids() == ["e1", "e3", "e5"]


def test_only_the_newest_keys_are_counted(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("healkit.history.store.MAX_COUNTS", 3)
    for number in range(6):
        place.fail(number, f"F{number}", command=f"make {number}")
        place.put("success", number + 0.5, command=f"make {number}")
    place.ingest()
    assert list(place.counts()) == ["F5", "F4", "F3"]


def test_logs_are_turned_over_at_1_mb(place: Place) -> None:
    place.file("error-log.txt").write_bytes(b"x" * (files.MAX_LOG + 1))
    place.file("error-log.txt.1").write_bytes(b"old")
    place.file("test-history.log").write_bytes(b"x" * files.MAX_LOG)
    place.ingest()
    assert not place.file("error-log.txt").exists()
    assert place.file("error-log.txt.1").stat().st_size == files.MAX_LOG + 1
    assert place.file("test-history.log").exists()


@pytest.mark.parametrize("kind", ["open", "sessions"])
def test_stale_markers_go(place: Place, kind: str) -> None:
    folder = place.state / kind
    folder.mkdir(mode=0o700)
    for name, age in (("old", 7_300), ("new", 7_000)):
        (folder / name).touch()
        os.utime(folder / name, (time.time() - age,) * 2)
    (folder / "folder").mkdir()
    os.utime(folder / "folder", (0, 0))
    place.ingest()
    assert sorted(path.name for path in folder.iterdir()) == ["folder", "new"]


def test_halves_of_a_dead_writer_go(place: Place) -> None:
    for name, age in (("counts.123.tmp", 7_300), ("facts.124.tmp", 10), ("facts", 7_300)):
        place.file(name).touch()
        os.utime(place.file(name), (time.time() - age,) * 2)
    place.ingest()
    left = {path.name for path in Path(place.folder).iterdir()}
    assert left >= {"facts.124.tmp", "facts"}
    assert "counts.123.tmp" not in left


def test_everything_written_is_private(place: Place) -> None:
    place.fail(0)
    with history.open_history(place.root):
        place.ingest()
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in Path(place.folder).iterdir()}
    assert {"history.db", "history.db-wal", "counts", "ingest.lock"} <= set(modes)
    assert set(modes.values()) == {0o600}


def test_purge_forgets_everything(place: Place) -> None:
    place.fail(0, text="a-very-private-word")
    place.ingest()
    place.fail(1, text="a-very-private-word")
    for name in ("error-log.txt", "test-history.log.1", "history.db.damaged-20260101T000000"):
        place.file(name).write_text("a-very-private-word")
    with history.open_history(place.root) as opened:
        assert opened.purge() == 1
        assert opened.events() == []
        assert opened.episodes() == []
    left = b"".join(path.read_bytes() for path in Path(place.folder).iterdir())
    assert b"a-very-private-word" not in left
    assert not place.file("counts").exists()
    assert place.ingest() == 0


def test_purge_beside_an_ingest_says_so(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("healkit.history.store.PATIENCE", 0.01)
    with history.open_history(place.root) as opened, files.lock(place.folder), pytest.raises(HealkitError):
        opened.purge()


# --- trouble --------------------------------------------------------------------------------------------------------


def damage_header(path: Path) -> None:
    path.write_bytes(b"this is no database" * 100)


def damage_inside(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for start in range(4096, len(data), 4096):
        data[start : start + 2048] = b"\xa5" * 2048
    path.write_bytes(data)


def damage_tables(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE events")
    db.close()


@pytest.mark.parametrize("damage", [damage_header, damage_inside, damage_tables])
def test_a_damaged_history_is_set_aside(place: Place, damage: Callable[[Path], None]) -> None:
    for number in range(60):
        place.fail(number, f"F{number}", text="x" * 500)
    place.ingest()
    damage(place.file("history.db"))
    place.fail(100, "new", id="after")
    assert place.ingest() == 1
    assert place.ids() == ["after"]
    aside = [path.name for path in Path(place.folder).iterdir() if path.name.startswith("history.db.damaged-")]
    assert len([name for name in aside if not name.endswith(("-wal", "-shm"))]) == 1
    (line,) = (place.state / "hook-errors.txt").read_text().splitlines()
    assert "damaged" in line
    assert aside[0].partition("-wal")[0] in line


def test_a_damaged_history_is_set_aside_when_it_is_asked(place: Place) -> None:
    place.file("history.db").write_bytes(b"rubbish" * 1000)
    with history.open_history(place.root) as opened:
        assert opened.events() == []
    assert list(Path(place.folder).glob("history.db.damaged-*"))


def test_damage_found_by_a_question_is_one_clear_error(place: Place) -> None:
    for number in range(60):
        place.fail(number, f"F{number}", text="x" * 500)
    place.ingest()
    damage_inside(place.file("history.db"))
    with pytest.raises(HealkitError, match="damaged"), history.open_history(place.root) as opened:
        opened.events()


def test_a_newer_history_is_left_alone(place: Place) -> None:
    with history.open_history(place.root) as opened:
        opened.db.execute("PRAGMA user_version = 99")
    place.fail(0)
    assert place.ingest() == 0
    assert place.file(files.TAKING).exists() or place.file(spool.NAME).exists()
    with pytest.raises(HealkitError, match="newer"):
        history.open_history(place.root)


def test_no_state_folder(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEALKIT_HOME", "/proc/nowhere")
    assert history.ingest(place.root) == 0
    with pytest.raises(HealkitError, match="cannot be written"):
        history.open_history(place.root)


def test_a_folder_that_others_may_write_to_is_not_used(place: Place) -> None:
    place.fail(0)
    os.chmod(place.folder, 0o777)
    assert place.ingest() == 0
    with pytest.raises(HealkitError):
        history.open_history(place.root)


def test_a_history_that_is_a_link_or_a_folder_is_refused(place: Place) -> None:
    place.file("history.db").symlink_to(place.file("elsewhere"))
    place.fail(0)
    assert place.ingest() == 0
    assert not place.file("elsewhere").exists()
    with pytest.raises(HealkitError, match="regular"):
        history.open_history(place.root)


def test_questions_by_kind_session_and_limit(place: Place) -> None:
    for number in range(5):
        place.put("edit", number, session=f"s{number % 2}")
    place.fail(9)
    place.ingest()
    with history.open_history(place.root) as opened:
        assert [event.id for event in opened.events(2)] == ["e6", "e5"]
        assert [event.id for event in opened.events(kind="edit", session="s1")] == ["e4", "e2"]
        assert opened.events(0) == []


@pytest.mark.parametrize(
    ("failed", "passed", "closes"),
    [
        ("pytest tests/test_a.py::test_x", "pytest -q", True),
        ("pytest tests/test_a.py", "pytest ./tests//", True),
        ("pytest -x", "pytest tests/test_a.py", True),  # the file that the failure names
        ("pytest tests/test_b.py", "pytest tests/test_a.py", False),
        ("make -j4 all", "make all -j4", True),
        ("make all", "make test", False),
        ("python a.py", "python b.py", False),
        ("cargo test one", "cargo test", True),
        ("cargo build", "cargo test", False),
    ],
)
def test_a_run_in_other_words_proves_what_it_covers(place: Place, failed: str, passed: str, closes: bool) -> None:
    place.fail(0, command=failed, file="tests/test_a.py")
    place.put("edit", 1, file="src/a.py", old="x", new="y")
    place.put("success", 2, command=passed)
    assert place.episodes() == [("worked", "edit of src/a.py")] if closes else [("", "")]


@pytest.mark.parametrize(
    ("failed", "said", "passed", "fix"),
    [
        ("git pussh", "", "git push", "git push"),
        ("gti status", "", "git status", "git status"),
        ("git push", "no upstream", "git push -u origin topic", "git push -u origin topic"),
        ("git checkout master", "pathspec 'master' did not match", "git checkout main", "git checkout main"),
        ("git checkout master", "", "git checkout other-branch", ""),
        ("git status", "", "ls", ""),
        ("cat a.txt", "", "cat b.txt", ""),
    ],
)
def test_a_corrected_line_of_the_same_program_heals(
    place: Place, failed: str, said: str, passed: str, fix: str
) -> None:
    place.fail(0, command=failed, text=said)
    place.put("command", 2, command=passed, exit_code=0)
    assert place.episodes() == [("worked", fix) if fix else ("", "")]


def test_a_line_long_after_or_after_an_edit_is_no_correction(place: Place) -> None:
    place.fail(0, command="git pussh")
    place.put("command", 700, command="git push", exit_code=0)
    place.fail(800, "G", command="git comit")
    place.put("edit", 801, file="a", old="x", new="y")
    place.put("command", 802, command="git commit", exit_code=0)
    assert place.episodes() == [("", ""), ("", "")]
