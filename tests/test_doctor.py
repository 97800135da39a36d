"""The doctor: each row of its table finds what it is there for, and says what to do."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import pytest

from healkit import doctor, install, launcher, paths
from healkit.doctor import Check, verdict

NAMES = [name for name, _ in doctor.CHECKS]


@pytest.fixture
def project(isolated_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in an empty home; the slow preparation of an install is left out."""
    monkeypatch.delenv("CLAUDE_CONFIG_DIR", raising=False)
    monkeypatch.setattr(install, "_prepare", lambda _root: [])
    folder = isolated_home / "it's a project"
    (folder / ".git").mkdir(parents=True)
    return folder


def look(project: Path, name: str) -> Check:
    (found,) = doctor.examine(str(project), [name])
    return found


def state(name: str = "") -> Path:
    folder = Path(paths.state_dir())
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / name if name else folder


def settings(project: Path, value: object, name: str = "settings.json") -> Path:
    path = project / ".claude" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def test_each_row_has_a_name_and_each_function_a_docstring() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert all(check.__doc__ for _, check in doctor.CHECKS)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("where", ["nothing installed", "installed", "no project", "no home"])
def test_every_check_answers_everywhere(project: Path, monkeypatch: pytest.MonkeyPatch, name: str, where: str) -> None:
    if where == "installed":
        install.install(str(project))
    if where == "no home":
        for variable in ("HOME", "HEALKIT_HOME"):
            monkeypatch.delenv(variable)
    root = "" if where in ("no project", "no home") else str(project)
    (found,) = doctor.examine(root, [name])
    assert found.name == name
    assert found.state in verdict.STATES
    assert "itself broke" not in found.what
    assert bool(found.do) == (found.state != "ok")


def test_a_check_that_breaks_is_a_row_of_its_own(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_root: str) -> Check:
        raise RuntimeError("oh\x1b[31m no")

    monkeypatch.setattr(doctor, "CHECKS", (("first", broken), ("second", lambda _root: verdict.ok("fine"))))
    first, second = doctor.examine(str(project))
    assert (first.state, second.state) == ("fail", "ok")
    assert "\x1b" not in first.what


def test_an_installation_that_works(project: Path) -> None:
    install.install(str(project))
    wanted = ["settings", "hooks", "once", "switch", "injection", "launcher", "python", "answer", "state", "runaways"]
    found = doctor.examine(str(project), wanted)
    assert [(check.name, check.what) for check in found if check.state != "ok"] == []
    answer = next(check.what for check in found if check.name == "answer")
    assert " ms (" in answer
    assert "times a bare Python" in answer


def test_not_registered(project: Path) -> None:
    assert look(project, "hooks").state == "fail"
    assert "healkit install" in look(project, "hooks").do


def test_registered_in_which_scopes(project: Path) -> None:
    install.install(str(project))
    install.install("", "user")
    found = look(project, "hooks")
    assert found.state == "ok"
    assert "for all projects" in found.what
    assert "for this project" in found.what
    assert look(project, "once").state == "warn"


def test_the_plugin_counts_as_registered_and_beside_the_settings_as_twice(project: Path) -> None:
    settings(project, {"enabledPlugins": {"healkit@healkit": True, "other@x": True}})
    assert look(project, "hooks").state == "ok"
    assert look(project, "once").state == "ok"
    assert look(project, "launcher").state == "ok"
    install.install(str(project))
    assert look(project, "once").state == "warn"


def test_hooks_of_another_version(project: Path) -> None:
    done = install.install(str(project))
    path = Path(done.path)
    path.write_text(path.read_text().replace("Edit|Write", "Edit"))
    assert look(project, "hooks").state == "warn"


@pytest.mark.parametrize("what", ["gone", "not executable", "writable by others", "of another version"])
def test_the_launcher(project: Path, what: str) -> None:
    path = Path(install.install(str(project)).launcher)
    if what == "gone":
        path.unlink()
    elif what == "not executable":
        path.chmod(0o644)
    elif what == "writable by others":
        path.chmod(0o777)
    else:
        path.write_text(path.read_text() + "# more\n")
    found = look(project, "launcher")
    assert found.state == ("warn" if what == "of another version" else "fail")
    assert found.do
    if what in ("gone", "of another version"):
        install.install(str(project))
        assert look(project, "launcher").state == "ok"


def with_python(launch: str, python: str) -> None:
    path = Path(launch)
    text = path.read_text()
    old = launcher.assigned(text)["HEALKIT_PYTHON"]
    path.write_text(text.replace(f"HEALKIT_PYTHON={old}\n", f"HEALKIT_PYTHON={python}\n", 1))


def test_the_interpreter(project: Path, tmp_path: Path) -> None:
    launch = install.install(str(project)).launcher
    assert look(project, "python").state == "ok"
    with_python(launch, str(tmp_path / "gone"))
    assert "is gone" in look(project, "python").what
    shim = tmp_path / "python3"
    shim.write_text(f'#!/bin/sh\nexec "{launcher.real_interpreter()}" "$@"\n')
    shim.chmod(0o755)
    install.install(str(project))
    with_python(launch, str(shim))
    assert look(project, "python").state == "warn"


def test_an_old_interpreter(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install.install(str(project))
    monkeypatch.setattr(launcher, "version_of", lambda _path: (3, 10))
    assert "too old" in look(project, "python").what
    monkeypatch.setattr(launcher, "version_of", lambda _path: None)
    assert "does not run" in look(project, "python").what


def test_a_hook_that_says_nothing(project: Path) -> None:
    path = Path(install.install(str(project)).launcher)
    path.write_text("#!/bin/sh\ncat >/dev/null\n")
    found = look(project, "answer")
    assert found.state == "fail"
    assert "said nothing" in found.what
    path.write_text("#!/bin/sh\ncat >/dev/null\necho nonsense\n")
    assert "nonsense" in look(project, "answer").what
    path.write_text("#!/bin/sh\ncat >/dev/null\nexit 7\n")
    assert look(project, "answer").state == "fail"


def test_the_answer_check_leaves_the_state_alone(project: Path) -> None:
    install.install(str(project))
    before = sorted(state().rglob("*"))
    look(project, "answer")
    assert sorted(state().rglob("*")) == before


def test_broken_settings(project: Path) -> None:
    path = settings(project, '{\n  "hooks": {},\n}\n')
    found = look(project, "settings")
    assert found.state == "fail"
    assert f"{path}:2:" in found.what


def test_the_injection_wiring(project: Path) -> None:
    command = "source x.sh && main '${tool.result.exitCode}' '${tool.result.output}'"
    path = settings(project, {"hooks": {"PostToolUse": [{"matcher": "^Bash$", "command": command}]}})
    found = look(project, "injection")
    assert found.state == "fail"
    assert f"{path}:1:" in found.what
    settings(project, {"hooks": {}, "env": {"X": "${tool.result.output}"}})
    assert look(project, "injection").state == "ok"


def test_switched_off(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state("off").touch()
    assert look(project, "switch").state == "warn"
    state("off").unlink()
    monkeypatch.setenv("HEALKIT_OFF", "1")
    assert look(project, "switch").state == "warn"
    monkeypatch.delenv("HEALKIT_OFF")
    settings(project, {"disableAllHooks": True})
    assert look(project, "switch").state == "fail"


@pytest.mark.parametrize(
    ("script", "expected", "says"),
    [
        ("echo '2.1.329 (Claude Code)'", "ok", "2.1.329"),
        ("echo '2.1.68 (Claude Code)'", "warn", "older"),
        ("echo hello", "warn", "does not tell"),
        ("exit 1", "warn", "does not tell"),
        ("", "warn", "not on PATH"),
    ],
)
def test_the_client(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, expected: str, says: str
) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    if script:
        (folder / "claude").write_text(f"#!/bin/sh\n{script}\n")
        (folder / "claude").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    found = look(project, "client")
    assert (found.state, says in found.what) == (expected, True)


def test_the_state_folder(project: Path) -> None:
    assert look(project, "state").state == "ok"
    state().chmod(0o777)
    assert look(project, "state").state == "fail"
    state().chmod(0o700)
    kept = Path(paths.project_state(str(project)))
    kept.mkdir(parents=True)
    kept.chmod(0o770)
    assert str(kept) in look(project, "state").what


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_state_folder_that_cannot_be_written(project: Path) -> None:
    state().chmod(0o500)
    assert look(project, "state").state == "fail"


def test_a_broken_pattern_file_is_named(project: Path) -> None:
    folder = project / ".healkit"
    folder.mkdir()
    (folder / "error-patterns.json").write_text('{"patterns": [\n  {"id": "x", "error_regex": "("}\n]}\n')
    found = look(project, "patterns")
    assert found.state == "fail"
    assert "error-patterns.json" in found.what
    assert "patterns check" in found.do


def test_untrusted_entries_are_counted(project: Path) -> None:
    folder = project / ".healkit"
    folder.mkdir()
    entry = {"id": "my-own", "error_regex": "my own failure", "category": "unknown", "severity": "low"}
    (folder / "error-patterns.json").write_text(json.dumps({"version": 1, "patterns": [entry]}))
    found = look(project, "trust")
    assert (found.state, "1 entry" in found.what, "my-own" in found.what) == ("warn", True, True)
    assert "healkit trust" in found.do


def test_runaways_are_named(project: Path) -> None:
    state("set-aside").write_text("abc slow-one /p/error-patterns.json\ndef other /p/with space/x.json\nbroken\n")
    found = look(project, "runaways")
    assert found.state == "warn"
    assert "2 entries" in found.what
    assert "slow-one in /p/error-patterns.json" in found.what
    assert found.details == ("other in /p/with space/x.json",)


def test_the_last_calls_and_why_they_were_silent(project: Path) -> None:
    assert look(project, "calls").details == ()
    call = {"event": "PostToolUseFailure", "tool": "Bash", "session": "s", "ms": 21.4}
    lines = [json.dumps({**call, "at": 1_700_000_000 + n, "said": False, "why": f"reason {n}"}) for n in range(12)]
    lines += [json.dumps({**call, "at": 1_700_000_100, "said": True, "why": "evil\x1b[2J"}), "torn {", "[]"]
    state("hook-log").write_text("\n".join(lines) + "\n")
    found = look(project, "calls")
    assert found.state == "ok"
    assert [line.partition(") ")[2] for line in found.details][:2] == ["silent: reason 5", "silent: reason 6"]
    assert found.details[-1].endswith("said something")
    assert not any("\x1b" in line for line in found.details)


def test_errors_of_the_hook(project: Path) -> None:
    state("hook-errors.txt").write_text("old\nValueError: the last\x1b[0m one\n")
    found = look(project, "errors")
    assert found.state == "warn"
    assert "the last" in found.what
    assert "\x1b" not in found.what


def test_history(project: Path) -> None:
    assert look(project, "history").state == "ok"
    folder = Path(paths.project_state(str(project)))
    folder.mkdir(parents=True, mode=0o700)
    db = sqlite3.connect(folder / "history.db")
    db.execute("CREATE TABLE t (x)")
    db.commit()
    db.close()
    assert look(project, "history").state == "ok"
    (folder / "history.db").write_bytes(b"this is no database" * 100)
    found = look(project, "history")
    assert found.state == "fail"
    assert "history.db" in found.what
