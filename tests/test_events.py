"""The event schema, version 1: lines that were once written must be read for ever, and mean the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from healkit import history, paths, spool
from healkit.records import EVENT_VERSION, EVENTS, Event

FIXTURES = Path(__file__).parent / "fixtures" / "events"
FILES = sorted(FIXTURES.glob("*.jsonl"))
FIELDS_V1 = {
    "kind", "at", "id", "project", "session", "source", "command", "exit_code", "cwd", "tool_use_id", "duration_ms",
    "pattern_id", "category", "fingerprint", "text", "file", "old", "new", "outcome", "version",
}  # fmt: skip


def lines(file: Path) -> list[bytes]:
    return file.read_bytes().splitlines(keepends=True)


def test_every_kind_has_a_fixture() -> None:
    assert {file.stem for file in FILES} == set(EVENTS)


def test_version_1_loses_no_field() -> None:
    """A field may be added with a default; taking one away needs a new version and a way to read the old one."""
    assert EVENT_VERSION == 1
    assert set(Event._fields) >= FIELDS_V1


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_lines_are_read_whole(file: Path) -> None:
    events = list(spool.parse(file.read_bytes()))
    assert len(events) == len(lines(file))
    for event, line in zip(events, lines(file), strict=True):
        raw = json.loads(line)
        assert raw["version"] == 1
        assert event.kind == file.stem
        assert {name: getattr(event, name) for name in raw} == raw
        left_out = set(Event._fields) - set(raw)
        assert all(getattr(event, name) in ("", None) for name in left_out)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_writing_gives_the_same_bytes(file: Path) -> None:
    for event, line in zip(spool.parse(file.read_bytes()), lines(file), strict=True):
        assert spool.encode(event) == line


def test_a_later_writers_new_field_is_passed_over() -> None:
    line = lines(FIXTURES / "failure.jsonl")[0].replace(b'"version": 1', b'"version": 2, "mood": "grim"')
    assert [event.id for event in spool.parse(line)] == ["f-0001"]


def test_history_keeps_every_field(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEALKIT_HOME", str(tmp_path / "healkit"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HEALKIT_HISTORY_KEEP_DAYS", "100000")
    root = str(tmp_path / "shop")
    folder = paths.project_state(root)
    assert paths.make_private(folder)
    written = {event.id: event for file in FILES for event in spool.parse(file.read_bytes())}
    monkeypatch.setattr("time.time", lambda: 1795190000.0)
    assert all(spool.append(folder, event) for event in written.values())
    assert history.ingest(root) == len(written)
    with history.open_history(root) as opened:
        assert {event.id: event for event in opened.events()} == written
        (episode,) = opened.episodes(key="v1:5d0c9f0a1b2c3d4e")
        assert (episode.outcome, episode.fix, list(episode.steps)) == ("worked", "uv sync", ["e-0001", "c-0001"])
