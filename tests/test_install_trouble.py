"""What cannot be edited or written is refused in one line, and nothing is changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from healkit import install, launcher, receipts
from healkit import settings as settings_file
from healkit.records import HealkitError


@pytest.fixture
def place(isolated_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a strange name in an empty home; the slow preparation is left out."""
    monkeypatch.delenv("CLAUDE_CONFIG_DIR", raising=False)
    monkeypatch.setattr(install, "_prepare", lambda _root: [])
    project = isolated_home / "it's a $HOME `project`"
    (project / ".git").mkdir(parents=True)
    return project


def settings_of(project: Path) -> Path:
    return project / ".claude" / "settings.local.json"


def put(project: Path, data: bytes) -> Path:
    path = settings_of(project)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


REFUSED = {
    "a comment": (b'{\n  // mine\n  "a": 1\n}\n', "2:3"),
    "a comma too many": (b'{\n  "a": 1,\n}\n', "2:9"),
    "cut off": (b'{\n  "a": [1,', None),
    "not an object": (b"[1]\n", "1:1"),
    "two values": (b"{} {}\n", None),
    "not UTF-8": (b'{\n "a": "\xff"}\n', "2:8"),
    "hooks is a list": (b'{\n  "hooks": []\n}\n', "2:12"),
    "an event is an object": (b'{"hooks": {"PostToolUse": {}}}\n', "1:27"),
    "UTF-16": ("\ufeff{}".encode("utf-16-le"), None),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_the_place_and_nothing_changed(place: Path, name: str) -> None:
    data, where = REFUSED[name]
    path = put(place, data)
    with pytest.raises(HealkitError) as caught:
        install.install(str(place))
    assert caught.value.do
    assert caught.value.where.startswith(f"{path}:")
    if where:
        assert caught.value.where == f"{path}:{where}"
    assert path.read_bytes() == data
    assert not os.path.exists(launcher.launcher_path())


def test_permissions_of_the_wrong_kind_are_refused_for_auto_only(place: Path) -> None:
    path = put(place, b'{"permissions": {"allow": "all"}}')
    with pytest.raises(HealkitError, match=r"permissions\.allow"):
        install.install(str(place), auto=True)
    assert path.read_bytes() == b'{"permissions": {"allow": "all"}}'
    assert install.install(str(place)).changed


def test_no_project_no_home(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(HealkitError, match="no project"):
        install.install("")
    monkeypatch.delenv("HOME")
    monkeypatch.delenv("HEALKIT_HOME")
    with pytest.raises(HealkitError, match="no home"):
        install.install(str(place))
    with pytest.raises(HealkitError, match="no home"):
        install.install("", "user")


def test_a_data_folder_that_others_may_write_to_is_refused(place: Path, isolated_home: Path) -> None:
    folder = isolated_home / "healkit" / "data"
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    with pytest.raises(HealkitError, match="data folder"):
        install.install(str(place))
    assert not settings_of(place).exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(place: Path) -> None:
    path = put(place, b"{}")
    path.parent.chmod(0o500)
    try:
        with pytest.raises(HealkitError, match="permission denied"):
            install.install(str(place))
    finally:
        path.parent.chmod(0o700)
    assert path.read_bytes() == b"{}"


@pytest.mark.parametrize(("number", "says"), [(28, "space"), (13, "permission"), (30, "read-only")])
def test_what_the_disk_refuses_is_one_line(
    place: Path, monkeypatch: pytest.MonkeyPatch, number: int, says: str
) -> None:
    path = put(place, b"{}")

    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(settings_file.os, "fsync", refuse)
    with pytest.raises(HealkitError, match=f"(?i){says}") as caught:
        install.install(str(place))
    assert "\n" not in caught.value.what
    assert path.read_bytes() == b"{}"
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    assert not os.path.exists(launcher.launcher_path())
    assert receipts.everywhere() == []


def test_an_edit_at_the_same_moment_is_not_overwritten(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(place, b"{}")
    real_fsync = os.fsync

    def interfere(fd: int) -> None:
        real_fsync(fd)
        path.write_bytes(b'{"mine": 1}')

    monkeypatch.setattr(settings_file.os, "fsync", interfere)
    with pytest.raises(HealkitError, match="changed by somebody else"):
        install.install(str(place))
    assert path.read_bytes() == b'{"mine": 1}'
