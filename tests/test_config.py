"""Settings: every source, their order, who may say what, and what a bad file gets."""

from __future__ import annotations

import json
import marshal
import os
import subprocess
import sys
from pathlib import Path

import pytest

from healkit import config, paths
from healkit.records import HealkitError

ROOT = str(Path(__file__).resolve().parents[1])


class Place:
    def __init__(self, top: Path) -> None:
        self.root = str(top / "project")
        self.top = top
        self.project = top / "project" / ".healkit" / "config.toml"
        self.user = top / "healkit" / "config" / "config.toml"
        self.patterns = top / "project" / ".healkit" / "error-patterns.json"
        self.hooks = top / "project" / "scripts" / "self-healing" / "hooks.json"
        for file in (self.project, self.user, self.hooks):
            file.parent.mkdir(parents=True)

    def load(self, trusted: bool = True, **more: object) -> config.Config:
        return config.load(self.root, trusted, environ=more.pop("environ", {}), **more)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("HEALKIT_HOME", str(tmp_path / "healkit"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return Place(tmp_path)


def test_defaults(place: Place) -> None:
    found = place.load()
    assert found["policy.mode"] == "suggest"
    assert found["recovery.max_attempts"] == 2
    assert found["recovery.timeout_seconds"] == 300
    assert found["learning.min_occurrences_to_save"] == 2
    assert found["history.keep_days"] == 90
    assert set(found.origins.values()) == {"default"}
    assert found.problems == ()
    assert config.load("", environ={}).values == found.values


def test_the_order_of_sources(place: Place) -> None:
    """Each source in turn, strongest last, beats all before it, and says where it stands."""
    key = "recovery.max_attempts"
    place.hooks.write_text(json.dumps({"fallback": {"enabled": True, "maxRetries": 11}}))
    assert (place.load()[key], place.load().origins[key]) == (11, f"spec/3 JSON ({place.hooks})")
    place.user.write_text("\n[recovery]\nmax_attempts = 12\n")
    assert (place.load()[key], place.load().origins[key]) == (12, f"user ({place.user}:3)")
    place.project.write_text("[recovery]\n# how often\nmax_attempts = 13\n")
    assert (place.load()[key], place.load().origins[key]) == (13, f"project ({place.project}:3)")
    environ = {"HEALKIT_RECOVERY_MAX_ATTEMPTS": "14"}
    found = place.load(environ=environ)
    assert (found[key], found.origins[key]) == (14, "environment (HEALKIT_RECOVERY_MAX_ATTEMPTS)")
    found = place.load(environ=environ, flags={key: 15})
    assert (found[key], found.origins[key]) == (15, "flag")
    assert found.problems == ()


def test_the_learning_block_of_spec_2(place: Place) -> None:
    block = {"store_new_patterns": False, "pattern_file": ".healkit/error-patterns.json", "min_occurrences_to_save": 4}
    place.patterns.write_text(json.dumps({"patterns": [], "learning": block}, indent=2))
    found = place.load()
    assert {key: found[f"learning.{key}"] for key in block} == block
    assert found.origins["learning.min_occurrences_to_save"] == f"spec/2 JSON ({place.patterns}:6)"
    place.user.write_text("[learning]\nmin_occurrences_to_save = 5\n")
    assert place.load()["learning.min_occurrences_to_save"] == 5


def test_the_learning_block_where_claude_flow_keeps_it(place: Place) -> None:
    """The document's own block, in the document's own place; the file need not be there when settings are compiled."""
    policy = marshal.loads(config.compile_policy(place.root))
    file = Path(place.root, ".claude-flow/memory/error-patterns.json")
    assert [str(file), -1, 0, 0] in policy["sources"]
    file.parent.mkdir(parents=True)
    block = {"store_new_patterns": True, "pattern_file": ".claude-flow/memory/error-patterns.json"}
    file.write_text(json.dumps({"patterns": [], "learning": {**block, "min_occurrences_to_save": 3}}))
    found = place.load(trusted=False)
    assert found["learning.pattern_file"] == ".claude-flow/memory/error-patterns.json"
    assert found["learning.min_occurrences_to_save"] == 3
    assert found.problems == ()


@pytest.mark.parametrize(
    ("recovery", "mode"),
    [
        ({"autoFix": True, "requireConfirmation": False}, "auto"),
        ({"autoFix": True, "requireConfirmation": True}, "ask"),
        ({"autoFix": True}, "ask"),
        ({"autoFix": False, "requireConfirmation": False}, "suggest"),
    ],
)
def test_the_settings_of_spec_3(place: Place, recovery: dict[str, bool], mode: str) -> None:
    monitoring = {"commands": ["npm"], "logErrors": True}
    place.hooks.write_text(json.dumps({"monitoring": monitoring, "recovery": recovery}))
    assert place.load()["policy.mode"] == mode
    assert place.load().problems == ()
    assert place.load(trusted=False)["policy.mode"] == "suggest"


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("HOOK_ENABLED", "no", False),
        ("HOOK_ENABLED", "TRUE", True),
        ("HOOK_IGNORE", "a, b,", ("a", "b")),
        ("AI_MODEL", "some-model", "some-model"),
        ("HISTORY_KEEP_DAYS", " 7 ", 7),
    ],
)
def test_the_environment_is_typed(place: Place, key: str, text: str, value: object) -> None:
    found = place.load(environ={f"HEALKIT_{key}": text})
    table, _, name = key.lower().partition("_")
    assert found[f"{table}.{name}"] == value
    assert found.problems == ()


def test_healkits_other_variables_are_no_settings(place: Place) -> None:
    environ = dict.fromkeys(("HEALKIT_HOME", "HEALKIT_STATE_DIR", "HEALKIT_OFF", "HEALKIT_ACTIVE", "PATH"), "1")
    assert place.load(environ=environ).problems == ()
    (problem,) = place.load(environ={"HEALKIT_HOOK_ENABELD": "1"}).problems
    assert "did you mean `HEALKIT_HOOK_ENABLED`?" in problem.do


# --- an untrusted project -------------------------------------------------------------------------------------------

LOOSER = """
[recovery]
enabled = true
max_attempts = 99
timeout_seconds = 9999
command = "rm -rf /"
[learning]
min_occurrences_to_save = 1
store_new_patterns = true
[policy]
mode = "auto"
[hook]
enabled = true
max_hints = 1000
[history]
keep_days = 10000
"""
STRICTER = """
[recovery]
enabled = false
max_attempts = 1
timeout_seconds = 10
[learning]
store_new_patterns = false
min_occurrences_to_save = 9
[policy]
mode = "suggest"
protect = ["tests/**"]
[hook]
enabled = false
ignore = ["noise"]
[history]
keep_days = 1
"""


def test_an_untrusted_project_cannot_loosen(place: Place) -> None:
    place.user.write_text('[recovery]\nenabled = false\n[hook]\nenabled = false\n[policy]\nmode = "ask"\n')
    before = place.load(trusted=False)
    place.project.write_text(LOOSER)
    after = place.load(trusted=False)
    assert after.values == before.values
    assert "`policy.mode` is ignored: the project is not trusted" in [problem.what for problem in after.problems]
    assert {problem.level for problem in after.problems} == {"warning"}
    assert place.load(trusted=True)["policy.mode"] == "auto"
    assert place.load(trusted=True)["recovery.command"] == "rm -rf /"


def test_an_untrusted_project_can_be_stricter(place: Place) -> None:
    place.user.write_text('[policy]\nmode = "auto"\nprotect = ["docs/**"]\n')
    place.project.write_text(STRICTER)
    found = place.load(trusted=False)
    assert found.problems == ()
    assert found["policy.protect"] == ("docs/**", "tests/**")
    assert found["hook.ignore"] == ("noise",)
    assert [found[key] for key in ("recovery.enabled", "hook.enabled", "learning.store_new_patterns")] == [False] * 3
    assert (found["policy.mode"], found["recovery.max_attempts"], found["history.keep_days"]) == ("suggest", 1, 1)
    assert found["learning.min_occurrences_to_save"] == 9


def test_an_untrusted_project_cannot_take_a_guard_away(place: Place) -> None:
    place.user.write_text('[policy]\nprotect = ["docs/**"]\n')
    place.project.write_text("[policy]\nprotect = []\n")
    assert place.load(trusted=False)["policy.protect"] == ("docs/**",)
    assert place.load(trusted=True)["policy.protect"] == ()


@pytest.mark.parametrize("trusted", [False, True])
def test_ai_never_comes_from_a_project(place: Place, trusted: bool) -> None:
    place.user.write_text('[ai]\nprovider = "mine"\n')
    place.project.write_text('[ai]\nprovider = "theirs"\nendpoint = "http://evil.example"\napi_key_env = "AWS_KEY"\n')
    found = place.load(trusted=trusted)
    assert (found["ai.provider"], found["ai.endpoint"], found["ai.api_key_env"]) == ("mine", "", "")
    assert len(found.problems) == 3


@pytest.mark.parametrize(
    ("name", "content", "good"),
    [
        ("memory/new.json", None, True),
        ("memory/there.json", '{"patterns": []}', True),
        ("memory/broken.json", "{", False),
        ("package.json", '{"name": "x"}', False),
        ("patterns.txt", None, False),
        ("../outside.json", None, False),
        ("link/x.json", None, False),
        ("/etc/x.json", None, False),
    ],
)
@pytest.mark.parametrize("trusted", [False, True])
def test_the_pattern_file(place: Place, name: str, content: str | None, good: bool, trusted: bool) -> None:
    os.symlink(place.top, f"{place.root}/link")
    if content is not None:
        file = Path(place.root, name)
        file.parent.mkdir(exist_ok=True)
        file.write_text(content)
    place.project.write_text(f'[learning]\npattern_file = "{name}"\n')
    found = place.load(trusted)
    assert found["learning.pattern_file"] == (name if good else "")
    assert bool(found.problems) is not good


# --- bad input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "what", "do"),
    [
        ("[hook]\n\nenabeld = true\n", 3, "unknown key `hook.enabeld`", "did you mean `enabled`?"),
        ("[polcy]\nmode = 'ask'\n", 1, "unknown table `polcy`", "did you mean `policy`?"),
        ("[zzz]\n", 1, "unknown table `zzz`", "known are"),
        (
            "[policy]\nmode = 'autoo'\n",
            2,
            "`policy.mode` must be one of suggest, ask, auto (did you mean auto?)",
            "used",
        ),
        ("[recovery]\nmax_attempts = true\n", 2, "`recovery.max_attempts` must be a whole number", "2 is used instead"),
        ("[recovery]\nmax_attempts = -1\n", 2, "`recovery.max_attempts` must be 0 or more", "2 is used instead"),
        ("[history]\nkeep_days = 10000000000000000000\n", 2, "`history.keep_days` is too large", "90 is used"),
        ("[policy]\nprotect = 'x'\n", 2, "`policy.protect` must be a list of texts", "is used instead"),
        ("hook = 3\n", 1, "`hook` must be a table", "[hook]"),
        ("hook.enabled = 'yes'\n", 1, "`hook.enabled` must be true or false", "True is used instead"),
        ("[hook]\nenabled = \n", 2, "not valid TOML", "correct it"),
        ("[hook\n", 1, "not valid TOML", "correct it"),
    ],
)
def test_a_mistake_is_named_with_its_place(place: Place, text: str, line: int, what: str, do: str) -> None:
    place.project.write_text(text)
    found = place.load()
    (problem,) = found.problems
    assert problem.where.startswith(f"{place.project}:{line}")
    assert what in problem.what
    assert do in problem.do
    assert problem.level == ("warning" if "unknown" in what else "error")
    assert found.values == config.load("", environ={}).values


def test_one_mistake_does_not_spoil_the_rest(place: Place) -> None:
    place.project.write_text("[recovery]\nmax_attempts = 'x'\ntimeout_seconds = 7\n")
    assert place.load()["recovery.timeout_seconds"] == 7


@pytest.mark.parametrize(
    "content", [b"\xff\xfe[hook]", b"\xef\xbb\xbf[hook]\nmax_hints = 4\n", b"x" * (1 << 20 | 1), b"a=" + b"[" * 9999]
)
def test_strange_bytes_do_no_harm(place: Place, content: bytes) -> None:
    for file in (place.project, place.user, place.patterns, place.hooks):
        file.write_bytes(content)
    found = place.load()
    assert found["hook.max_hints"] == (4 if b"max_hints" in content else 50)


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(place: Place) -> None:
    for file in (place.project, place.patterns, place.hooks):
        os.mkfifo(file)
    assert [problem.what for problem in place.load().problems] == ["cannot be read"]


@pytest.mark.parametrize("value", [[], "x", {"learning": [], "fallback": 3, "recovery": []}, {"learning": {"zzz": 1}}])
def test_json_of_another_shape(place: Place, value: object) -> None:
    for file in (place.patterns, place.hooks):
        file.write_text(json.dumps(value))
    assert place.load().values == config.load("", environ={}).values


def test_an_unknown_flag_is_the_callers_mistake(place: Place) -> None:
    with pytest.raises(HealkitError, match="unknown setting"):
        place.load(flags={"hook.enabeld": True})


@pytest.mark.parametrize("key", ["before_command", "session_start"])
def test_a_project_cannot_make_the_hook_speak_before_anything_fails(place: Place, key: str) -> None:
    place.project.write_text(f"[hook]\n{key} = true\n")
    assert marshal.loads(config.compile_policy(place.root))[key] is False
    place.user.write_text(f"[hook]\n{key} = true\n")
    assert marshal.loads(config.compile_policy(place.root))[key] is True
    place.project.write_text(f"[hook]\n{key} = false\n")
    assert marshal.loads(config.compile_policy(place.root))[key] is False


# --- the compiled form ----------------------------------------------------------------------------------------------


def test_the_policy_of_the_hook(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEALKIT_POLICY_MODE", "auto")  # one shell's variable is not every hook's
    place.user.write_text('[policy]\nmode = "ask"\n[hook]\nignore = ["x"]\nmax_hints = 3\n')
    policy = marshal.loads(config.compile_policy(place.root))
    sources = {source[0]: source[1:] for source in policy.pop("sources")}
    assert policy == {
        "version": 1, "mode": "ask", "enabled": True, "ignore": ["x"], "max_hints": 3, "max_repeats": 2, "slow_ms": 500,
        "before_command": False, "session_start": False,
    }  # fmt: skip
    facts = place.user.stat()
    assert sources[str(place.user)] == [facts.st_size, facts.st_mtime_ns, facts.st_ino]
    assert sources[str(place.project)] == [-1, 0, 0]
    assert f"{paths.state_dir()}/trust" in sources


def test_runs_in_a_bare_checkout_without_slow_imports(place: Place) -> None:
    place.project.write_text("[hook]\nmax_hints = 3\n")
    code = (
        f"import sys; sys.path.insert(0, {ROOT!r}); from healkit import config; "
        f"print(config.load({place.root!r})['hook.max_hints'], *({{'dataclasses', 'orjson'}} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "3\n"
