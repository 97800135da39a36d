"""The hooks go into somebody else's settings file and come out again, and no other byte moves."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from healkit import install, launcher, receipts, wiring


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


NESTED = """{
  "permissions": {
    "allow": ["Bash(git status)"],
    "deny": []
  },
  "hooks": {
    "PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": "guard.sh"}]}],
    "PostToolUse": [
      {
        "matcher": "Write",
        "hooks": [
          { "type": "command", "command": "black ." }
        ]
      }
    ]
  },
  "model": "opus"
}
"""

FIXTURES = {
    "empty object": b"{}",
    "empty object, newline": b"{}\n",
    "empty object on two lines": b"{\n}\n",
    "empty file": b"",
    "blank file": b"\n\n",
    "byte order mark": b"\xef\xbb\xbf{}\n",
    "two spaces": b'{\n  "model": "opus"\n}\n',
    "four spaces": b'{\n    "model": "opus",\n    "env": {\n        "A": "1"\n    }\n}\n',
    "tabs": b'{\n\t"model": "opus",\n\t"hooks": {\n\t\t"Stop": []\n\t}\n}\n',
    "no newline at the end": b'{\n  "model": "opus"\n}',
    "CRLF": b'{\r\n  "model": "opus",\r\n  "hooks": {}\r\n}\r\n',
    "one line": b'{"model": "opus", "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "x"}]}]}}',
    "minified": b'{"hooks":{"PostToolUse":[]},"permissions":{"allow":["Bash(ls)"]}}\n',
    "nested hooks": NESTED.encode(),
    "unicode, escaped and not": '{\n  "café": "\\u2603 \U0001f600 \\ud83d\\ude00 \u2028",\n  "x": "a\\/b"\n}\n'.encode(),
    "odd spacing": b'\n {  "a" :1e3 ,\n\n\t"b":[ ]  , "hooks" : { } }\n\n',
    "numbers as they are": b'{"big": 123456789012345678901234567890, "tiny": 1.0e-400, "zero": -0.0}\n',
    "the same key twice": b'{\n  "hooks": {"Stop": []},\n  "hooks": {"SessionEnd": []}\n}\n',
    "empty lists for our events": b'{\n  "hooks": {\n    "PostToolUse": [],\n    "SessionEnd": [\n    ]\n  }\n}\n',
}


@pytest.mark.parametrize("auto", [False, True])
@pytest.mark.parametrize("name", FIXTURES)
def test_out_again_byte_for_byte(place: Path, name: str, auto: bool) -> None:
    path = put(place, FIXTURES[name])
    done = install.install(str(place), auto=auto)
    assert done.changed
    value = json.loads(path.read_bytes().decode("utf-8-sig"))
    assert wiring.is_wired(value, launcher.launcher_path())
    assert (wiring.RULE in value.get("permissions", {}).get("allow", [])) == auto
    install.uninstall(str(place))
    assert path.read_bytes() == FIXTURES[name]


@pytest.mark.parametrize("name", FIXTURES)
def test_every_foreign_byte_stays_in_its_order(place: Path, name: str) -> None:
    path = put(place, FIXTURES[name])
    install.install(str(place), auto=True)
    after = iter(path.read_bytes())
    assert all(byte in after for byte in FIXTURES[name])  # the old bytes are a subsequence of the new


@pytest.mark.parametrize("name", FIXTURES)
def test_twice_changes_nothing(place: Path, name: str) -> None:
    path = put(place, FIXTURES[name])
    install.install(str(place))
    once = path.read_bytes()
    again = install.install(str(place))
    assert (again.changed, again.diff, path.read_bytes()) == (False, "", once)


@pytest.mark.parametrize("name", FIXTURES)
def test_dry_run_shows_and_changes_nothing(place: Path, name: str) -> None:
    path = put(place, FIXTURES[name])
    planned = install.install(str(place), dry_run=True)
    assert path.read_bytes() == FIXTURES[name]
    assert not os.path.exists(launcher.launcher_path())
    added = [line for line in planned.diff.splitlines() if line.startswith("+") and "PostToolUseFailure" in line]
    assert added
    assert not planned.changed


@pytest.mark.parametrize("name", FIXTURES)
def test_the_users_later_edit_survives(place: Path, name: str) -> None:
    path = put(place, FIXTURES[name])
    install.install(str(place), auto=True)
    text = path.read_bytes().decode("utf-8-sig")
    edited = text.rstrip()[:-1] + ', "edited": [1]}'
    path.write_text(edited)
    install.uninstall(str(place))
    expected = json.loads(FIXTURES[name].decode("utf-8-sig") or "{}") if FIXTURES[name].strip() else {}
    assert json.loads(path.read_text()) == {**expected, "edited": [1]}


@pytest.mark.parametrize("name", FIXTURES)
def test_the_hook_before_commands_comes_only_when_asked_stays_and_goes(place: Path, name: str) -> None:
    path, launch = put(place, FIXTURES[name]), launcher.launcher_path()

    def value() -> object:
        return json.loads(path.read_bytes().decode("utf-8-sig"))

    install.install(str(place))
    assert not wiring.speaks_before(value())
    plain = path.read_bytes()
    assert install.install(str(place), before=True, dry_run=True).diff.count("PreToolUse") >= 1
    assert path.read_bytes() == plain
    assert install.install(str(place), before=True).changed
    assert wiring.speaks_before(value())
    assert wiring.is_wired(value(), launch)
    assert not wiring.is_wired(value(), "/another/healkit-launch.sh")
    once = path.read_bytes()
    for before in (True, False):
        again = install.install(str(place), before=before)
        assert (again.changed, path.read_bytes()) == (False, once)
    install.install(str(place), auto=True)  # written anew, and it is still there
    assert wiring.speaks_before(value())
    install.uninstall(str(place))
    assert path.read_bytes() == FIXTURES[name]


def test_without_a_receipt_only_ours_go(place: Path) -> None:
    path = put(place, NESTED.encode())
    install.install(str(place))
    receipts.forget(str(path))
    install.uninstall(str(place))
    assert path.read_bytes() == NESTED.encode()


def test_no_file_before_no_file_after(place: Path) -> None:
    install.install(str(place))
    assert settings_of(place).exists()
    install.uninstall(str(place))
    assert not (place / ".claude").exists()


def test_a_folder_that_was_there_stays(place: Path) -> None:
    (place / ".claude").mkdir()
    install.install(str(place))
    install.uninstall(str(place))
    assert list((place / ".claude").iterdir()) == []


def test_a_file_of_ours_that_the_user_filled_stays(place: Path) -> None:
    install.install(str(place))
    path = settings_of(place)
    path.write_text(path.read_text().replace("{", '{\n  "model": "opus",', 1))
    install.uninstall(str(place))
    assert json.loads(path.read_text()) == {"model": "opus"}


def test_hooks_of_another_place_or_version_are_replaced(place: Path) -> None:
    old = {"type": "command", "command": '[ -x "/old/healkit-launch.sh" ] && "/old/healkit-launch.sh" Stop || :'}
    mine = {"type": "command", "command": "mine.sh"}
    value = {"hooks": {"Stop": [{"hooks": [old]}], "PostToolUse": [{"matcher": "Bash", "hooks": [mine, old]}]}}
    path = put(place, json.dumps(value, indent=2).encode())
    install.install(str(place))
    after = json.loads(path.read_text())
    assert wiring.is_wired(after, launcher.launcher_path())
    assert "Stop" not in after["hooks"]
    assert after["hooks"]["PostToolUse"][0] == {"matcher": "Bash", "hooks": [mine]}
    install.uninstall(str(place))
    assert json.loads(path.read_text()) == {"hooks": {"PostToolUse": [{"matcher": "Bash", "hooks": [mine]}]}}


def test_install_after_the_users_edit_then_out(place: Path) -> None:
    path = put(place, b'{\n  "model": "opus"\n}\n')
    install.install(str(place))
    path.write_text(path.read_text().replace('"opus"', '"sonnet"').replace('"timeout": 5,', '"timeout": 5, "x": 1,'))
    path.write_text(path.read_text().replace("Edit|Write", "Edit"))  # now it is not what we want any more
    install.install(str(place))
    assert wiring.is_wired(json.loads(path.read_text()), launcher.launcher_path())
    install.uninstall(str(place))
    assert path.read_bytes() == b'{\n  "model": "sonnet"\n}\n'


def test_auto_later_and_the_users_own_rule_stays(place: Path) -> None:
    rule = b'{"permissions": {"allow": ["Bash(healkit fix:*)"]}}'
    path = put(place, rule)
    install.install(str(place), auto=True)
    assert json.loads(path.read_text())["permissions"]["allow"] == [wiring.RULE]
    path.write_text(path.read_text() + "\n")
    install.uninstall(str(place))
    assert path.read_bytes() == rule + b"\n"


def test_auto_after_plain_install(place: Path) -> None:
    path = put(place, b"{}\n")
    install.install(str(place))
    assert install.install(str(place), auto=True).changed
    assert not install.install(str(place)).changed
    install.uninstall(str(place))
    assert path.read_bytes() == b"{}\n"


def test_a_link_stays_a_link_and_mode_is_kept(place: Path) -> None:
    target = place / "dotfiles.json"
    target.write_bytes(b"{}\n")
    target.chmod(0o640)
    (place / ".claude").mkdir()
    settings_of(place).symlink_to("../dotfiles.json")
    install.install(str(place))
    assert settings_of(place).is_symlink()
    assert wiring.is_wired(json.loads(target.read_text()), launcher.launcher_path())
    assert target.stat().st_mode & 0o777 == 0o640
    install.uninstall(str(place))
    assert target.read_bytes() == b"{}\n"


def test_user_scope(place: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, isolated_home: Path) -> None:
    done = install.install("", "user")
    assert done.path == str(isolated_home / ".claude" / "settings.json")
    install.uninstall("", "user")
    assert not os.path.exists(done.path)
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "other"))
    assert install.install("", "user").path == str(tmp_path / "other" / "settings.json")


def test_everywhere_and_the_launcher_goes_with_the_last(place: Path) -> None:
    install.install(str(place))
    install.install("", "user")
    install.uninstall(str(place))
    assert os.path.exists(launcher.launcher_path())
    install.install(str(place))
    assert all(install.uninstall_from(path).changed for path in install.installed_paths())
    assert not os.path.exists(launcher.launcher_path())
    assert receipts.everywhere() == []
