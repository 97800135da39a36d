"""What is registered: prepared, noted, the same in the plugin, and for any settings file whatever."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from healkit import facts, install, paths, wiring
from healkit import settings as settings_file

PREPARE = install._prepare


@pytest.fixture
def place(isolated_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a strange name in an empty home; the slow preparation is left out."""
    monkeypatch.delenv("CLAUDE_CONFIG_DIR", raising=False)
    monkeypatch.setattr(install, "_prepare", lambda _root: [])
    project = isolated_home / "it's a $HOME `project`"
    (project / ".git").mkdir(parents=True)
    return project


def test_the_first_failure_finds_everything_prepared(place: Path) -> None:
    (place / "pyproject.toml").write_text('[project]\nname = "x"\ndependencies = ["requests"]\n')
    prepared = PREPARE(str(place))
    assert prepared == []
    known = facts.load(str(place))
    assert known is not None
    assert known.declared_in("requests", "python") == "pyproject.toml"
    caches = Path(paths.state_dir(), "cache")
    assert any(entry.name.startswith("shipped-") for entry in caches.iterdir())


def test_a_project_that_cannot_be_looked_at_is_a_note(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_root: str) -> None:
        raise RuntimeError("strange project")

    monkeypatch.setattr(install, "_prepare", PREPARE)
    monkeypatch.setattr(install.project, "refresh", broken)
    done = install.install(str(place))
    assert done.changed
    assert any("strange project" in note for note in done.notes)


def test_local_settings_that_git_would_commit_are_noted(place: Path) -> None:
    subprocess.run(["git", "init", "-q", str(place)], check=True)
    assert any("Git does not ignore" in note for note in install.install(str(place)).notes)
    (place / ".gitignore").write_text(".claude/*.local.json\n")
    assert not any("Git does not ignore" in note for note in install.install(str(place)).notes)


SPEC_2 = """{
  "hooks": {
    "PostToolUse": [
      {
        "matcher": "^Bash$",
        "command": "source .claude/hooks/self-healing.sh && main '${tool.result.exitCode}' '${tool.result.output}'"
      }
    ]
  }
}
"""


def test_the_dangerous_wiring_is_named(place: Path) -> None:
    path = place / ".claude" / "settings.json"
    path.parent.mkdir()
    path.write_text(SPEC_2)
    done = install.install(str(place))
    assert any(note.startswith(f"{path}:6:20: ") for note in done.notes)
    assert path.read_text() == SPEC_2


def test_a_second_registration_a_plugin_and_a_switch_are_noted(place: Path) -> None:
    install.install("", "user")
    value = {"enabledPlugins": {"healkit@healkit": True}, "disableAllHooks": True}
    (place / ".claude").mkdir()
    (place / ".claude" / "settings.json").write_text(json.dumps(value))
    notes = "\n".join(install.install(str(place)).notes)
    assert "is registered in" in notes
    assert "plugin is on" in notes
    assert "disableAllHooks" in notes


def test_only_events_that_old_clients_know(place: Path) -> None:
    known = {"PreToolUse", "PostToolUse", "PostToolUseFailure", "SessionStart", "SessionEnd", "Stop"}
    assert {event for event, _, _ in (*wiring.HOOKS, wiring.BEFORE)} <= known


def test_the_plugin_registers_the_same_hooks() -> None:
    top = Path(__file__).parent.parent
    plugin = json.loads((top / "hooks" / "hooks.json").read_text())
    script = '"${CLAUDE_PLUGIN_ROOT}/hooks/self-healing.sh"'
    expected: dict[str, list[object]] = {}
    for event, group in wiring.wanted("X"):
        handlers = [{**hook, "command": f"[ -x {script} ] && {script} {event} || :"} for hook in group["hooks"]]
        expected.setdefault(event, []).append({**group, "hooks": handlers})
    assert plugin["hooks"] == expected
    manifest = json.loads((top / ".claude-plugin" / "plugin.json").read_text())
    assert "hooks" not in manifest  # naming the file here would load it twice
    from healkit import __version__

    assert manifest["version"] == __version__
    assert os.access(top / "hooks" / "self-healing.sh", os.X_OK)


_SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
_GROUPS = st.lists(
    st.fixed_dictionaries({"hooks": st.lists(st.fixed_dictionaries({"command": st.text(max_size=9)}), max_size=2)}),
    max_size=2,
)
_HOOKS = st.dictionaries(st.sampled_from(["PostToolUse", "SessionEnd", "Stop", "PreToolUse"]), _GROUPS, max_size=3)


@st.composite
def _files(draw: st.DrawFn) -> str:
    value = draw(st.dictionaries(st.text(max_size=6), _VALUES, max_size=4))
    if draw(st.booleans()):
        value["hooks"] = draw(_HOOKS)
    items = list(value.items())
    value = dict(draw(st.permutations(items)))
    indent = draw(st.sampled_from([None, 0, 1, 2, 4, "\t"]))
    text = json.dumps(value, indent=indent, ensure_ascii=draw(st.booleans()))
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return text + draw(st.sampled_from(["", "\n", "\n\n", " "]))


@given(text=_files(), auto=st.booleans(), before=st.booleans())
@hypothesis_settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_file_gets_ours_and_nothing_else_and_back(text: str, auto: bool, before: bool) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    value = json.loads(text)
    if not isinstance(value.get("hooks", {}), dict) or not isinstance(value.get("permissions", {}), dict):
        return
    after, edits, made = install._with_us(text, "s.json", "/x/healkit-launch.sh", auto, before)
    assert wiring.speaks_before(json.loads(after)) == before
    assert wiring.is_wired(json.loads(after), "/x/healkit-launch.sh")
    assert settings_file.revert(after, edits) == text
    assert json.loads(wiring.remove(after, "s.json", made, auto)) == value
