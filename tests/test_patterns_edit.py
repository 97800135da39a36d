"""`healkit patterns edit`: the right file at the right line, checked, shown and trusted on the way back."""

# ruff: noqa: F811 - a fixture's name is imported, and then a parameter's
from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pexpect
import pytest
from conftest import set_env
from patterns import FILE, entries, healkit, project, waiting, write_project  # noqa: F401

from healkit import trust
from healkit.cli.edit import at_line

# -- edit


def editor(project: Path, monkeypatch: pytest.MonkeyPatch, script: str, name: str = "plain-editor") -> Path:
    """Put an editor in place: a Python program that changes `text` of the file; what it was called with goes to `called`."""
    called = project.parent / "called"
    program = project.parent / name
    program.write_text(
        f"#!{sys.executable}\nimport sys, json\nopen({str(called)!r}, 'a').write(json.dumps(sys.argv[1:]) + '\\n')\n"
        f"path = sys.argv[-1].partition(':')[0]\ntext = open(path).read()\n{script}\nopen(path, 'w').write(text)\n"
    )
    program.chmod(0o755)
    set_env(monkeypatch, "EDITOR", str(program))
    return called


def test_a_shipped_entry_is_copied_and_replaced(healkit: Any, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called = editor(project, monkeypatch, "text = text.replace('Python module {module}', 'Our module {module}')", "vim")
    done = healkit("patterns", "edit", "python-module-not-found")
    assert done.code == 0
    assert f"was copied to {FILE}, where it replaces that one" in done.err
    assert json.loads(called.read_text()) == ["+5", str(project / FILE)]
    assert '+      "message": "Our module {module} is not installed' in done.out
    assert "healkit: trusted: python-module-not-found" in done.err
    assert waiting(project) == []
    shown = healkit("patterns", "show", "python-module-not-found").out
    assert "Our module {module} is not installed" in shown
    assert FILE in shown
    assert healkit("patterns", "test", "python-module-not-found").code == 0  # its examples came with it


def test_a_copy_that_nobody_changed_goes_away_again(
    healkit: Any, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(project, monkeypatch, "")
    done = healkit("patterns", "edit", "python-module-not-found")
    assert done.code == 0
    assert "nothing was changed" in done.err
    assert not (project / ".healkit").exists()


def test_the_users_layer_is_edited_in_place(
    healkit: Any, project: Path, isolated_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = isolated_home / "healkit/data/error-patterns.json"
    user.parent.mkdir()
    user.write_text(
        '{"patterns": [\n {"id": "a", "error_regex": "Alpha 1", "category": "unknown"},\n'
        ' {"id": "b", "error_regex": "Beta 22", "category": "unknown"}]}'
    )
    called = editor(project, monkeypatch, "text = text.replace('Beta 22', 'Beta 23')", "nano")
    assert healkit("patterns", "edit", "b").code == 0
    assert json.loads(called.read_text()) == ["+3", str(user)]
    assert entries(user)["b"]["error_regex"] == "Beta 23"
    assert not (project / ".healkit").exists()


def test_faults_are_told_and_kept_when_nobody_can_be_asked(
    healkit: Any, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_project("Alpha (?P<x>\\d+)")
    editor(project, monkeypatch, "text = text.replace('\"category\"', '\"categroy\"')")
    done = healkit("patterns", "edit", "a")
    assert done.code == 1
    assert 'unknown key "categroy"; did you mean "category"?' in done.out
    assert waiting(project) == ["a", "b"]
    assert "categroy" in Path(FILE).read_text()


def test_only_what_was_trusted_before_is_trusted_again(
    healkit: Any, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_project("Alpha (?P<x>\\d+)")
    editor(project, monkeypatch, "text = text.replace('alpha', 'ALPHA')")
    done = healkit("patterns", "edit", "a")
    assert done.code == 0
    assert "not trusted before you edited it: a" in done.err
    assert waiting(project) == ["a", "b"]
    claims = {claim.id: claim.hash for claim in trust.claims(str(project))}
    trust.trust_entries(str(project), [claims["a"]])
    editor(project, monkeypatch, "text = text.replace('ALPHA', 'alfa').replace('bravo', 'BRAVO')")
    done = healkit("patterns", "edit", "a")
    assert "healkit: trusted: a\n" in done.err
    assert "not trusted before you edited it: b" in done.err
    assert waiting(project) == ["b"]


def test_on_a_terminal_it_offers_to_correct(
    project: Path, healkit_argv: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_project("Alpha (?P<x>\\d+)")
    editor(
        project,
        monkeypatch,
        "text = text.replace('Alpha (', 'Alpha ((') if '((' not in text else text.replace('((', '(')",
    )
    child = pexpect.spawn(healkit_argv[0], [*healkit_argv[1:], "patterns", "edit", "a"], encoding="utf-8", timeout=30)
    child.expect("bad regular expression")
    child.expect("Open it again to correct that")
    child.sendline("y")
    child.expect("nothing was changed")
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 0


def test_hostile_text_is_spelled_out_in_the_diff(healkit: Any, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_project("Alpha (?P<x>\\d+)")
    Path(FILE).write_text(Path(FILE).read_text().replace("bravo", "\u202eovarb \x9b31m"))
    editor(project, monkeypatch, "text = text.replace('Bravo', 'BRAVO')")
    done = healkit("patterns", "edit", "a")
    assert "\u202e" not in done.out + done.err
    assert "\x9b" not in done.out + done.err
    assert "\\u202eovarb \\u009b31m" in done.out


@pytest.mark.parametrize(
    ("argv", "wanted"),
    [
        (["vim", "-u", "NONE"], ["vim", "-u", "NONE", "+7", "f"]),
        (["/usr/bin/nano"], ["/usr/bin/nano", "+7", "f"]),
        (["code"], ["code", "--wait", "-g", "f:7"]),
        (["code", "-w"], ["code", "-w", "-g", "f:7"]),
        (["hx"], ["hx", "f:7"]),
        (["subl"], ["subl", "--wait", "f:7"]),
        (["emacsclient", "-t"], ["emacsclient", "-t", "+7", "f"]),
        (["ed"], ["ed", "f"]),
    ],
)
def test_editors_open_at_the_line(argv: list[str], wanted: list[str]) -> None:
    assert at_line(argv, "f", 7) == wanted


@pytest.mark.parametrize(
    ("value", "said"), [("no-such-editor", "there is no editor no-such-editor"), ("'vim", "not a command line")]
)
def test_an_editor_that_is_none(healkit: Any, monkeypatch: pytest.MonkeyPatch, value: str, said: str) -> None:
    set_env(monkeypatch, "VISUAL", value)
    done = healkit("patterns", "edit", "python-module-not-found")
    assert done.code == 1
    assert said in done.err
    assert not Path(".healkit").exists()


def test_where_an_entry_stands(healkit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    set_env(monkeypatch, "EDITOR", "false")
    file, _, line = healkit("patterns", "edit", "python-module-not-found", "--where").out.strip().rpartition(":")
    assert Path(file).read_text().splitlines()[int(line)].strip().startswith('"id": "python-module-not-found"')
    done = healkit("patterns", "edit", "python-modul-not-found", "--where")
    assert done.code == 1
    assert "Did you mean python-module-not-found" in done.err
