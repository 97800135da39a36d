"""Trust is per entry: what is not read speaks and never acts; an edit takes trust away; the diff hides nothing."""

import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pexpect
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from healkit import memory, paths, trust
from healkit.cli import build
from healkit.records import HealkitError

ONE = {"id": "one", "error_regex": "Frobnicator one", "category": "build_error", "message": "first"}
TWO = {"id": "two", "error_regex": "Frobnicator two", "category": "build_error", "playbook": "mend"}
BOOKS = {"mend": {"steps": [{"command": "frob --mend"}]}, "alone": {"trigger": "Frobnicator alone", "steps": ["look"]}}


def write(root: Path, patterns: list[dict[str, object]], books: dict[str, object] | None = None) -> None:
    folder = root / ".healkit"
    folder.mkdir(exist_ok=True)
    (folder / "error-patterns.json").write_text(json.dumps({"patterns": patterns}))
    if books is not None:
        (folder / "recovery-playbook.json").write_text(json.dumps({"playbooks": books}))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    write(root, [ONE, TWO], BOOKS)
    monkeypatch.chdir(root)
    return root


def waiting(root: Path) -> list[str]:
    return [claim.id for claim in trust.untrusted(str(root))]


def trust_all(root: Path) -> int:
    return trust.trust_entries(str(root), [claim.hash for claim in trust.untrusted(str(root))])


def healkit(*arguments: str) -> Result:
    result = CliRunner().invoke(build(), ["trust", *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def trusted_by_the_loader(root: Path) -> dict[str, bool]:
    found = memory.open_memory(str(root)).patterns()
    return {pattern.id: trusted for pattern, _, trusted in found if pattern.origin == "project"}


def test_entries_wait_until_they_are_trusted(project: Path) -> None:
    assert waiting(project) == ["one", "two", "alone"]
    claim = trust.untrusted(str(project))[0]
    assert (claim[0], claim[1], claim[2]) == ("one", str(project / ".healkit/error-patterns.json"), ONE)
    assert trust_all(project) == 3
    assert waiting(project) == []


def test_loader_and_trust_mean_the_same_entries(project: Path) -> None:
    assert trusted_by_the_loader(project) == {"one": False, "two": False, "alone": False}
    hashes = {claim.id: claim.hash for claim in trust.untrusted(str(project))}
    assert trust.trust_entries(str(project), [hashes["two"]]) == 1
    assert trusted_by_the_loader(project) == {"one": False, "two": True, "alone": False}
    assert waiting(project) == ["one", "alone"]


def test_the_file_holds_hash_and_project_key(project: Path) -> None:
    trust_all(project)
    path = Path(paths.state_dir(), "trust")
    lines = [line.split(" ") for line in path.read_text().splitlines()]
    assert [len(line) for line in lines] == [2, 2, 2]
    assert {key for _, key in lines} == {paths.project_key(str(project))}
    assert path.stat().st_mode & 0o777 == 0o600


def test_trusting_twice_changes_nothing(project: Path) -> None:
    hashes = [claim.hash for claim in trust.untrusted(str(project))]
    trust_all(project)
    before = Path(paths.state_dir(), "trust").read_bytes()
    assert trust.trust_entries(str(project), hashes) == 0
    assert Path(paths.state_dir(), "trust").read_bytes() == before


@pytest.mark.parametrize(("edit", "left"), [
    ({**ONE, "message": "other"}, ["one"]),
    ({**ONE, "error_regex": "Frobnicator One"}, ["one"]),
    ({**ONE, "occurrences": 7, "last_seen": "2026-02-04"}, []),
    ({**ONE, "disabled": True}, ["one"]),
])  # fmt: skip
def test_an_edit_takes_the_trust_of_that_entry_alone(project: Path, edit: dict[str, object], left: list[str]) -> None:
    trust_all(project)
    write(project, [edit, TWO])
    assert waiting(project) == left


def test_an_edited_playbook_takes_the_trust_of_its_entry(project: Path) -> None:
    trust_all(project)
    write(project, [ONE, TWO], {**BOOKS, "mend": {"steps": [{"command": "rm -rf ."}]}})
    assert waiting(project) == ["two"]


def test_a_playbook_that_appears_later_takes_the_trust_of_its_entry(project: Path) -> None:
    write(project, [ONE, {**TWO, "playbook": "later"}], {})
    trust_all(project)
    write(project, [ONE, {**TWO, "playbook": "later"}], {"later": {"steps": [{"command": "rm -rf ."}]}})
    assert waiting(project) == ["two"]


def test_the_same_entry_in_another_project_waits(project: Path, tmp_path: Path) -> None:
    trust_all(project)
    other = tmp_path / "other"
    other.mkdir()
    write(other, [ONE, TWO], BOOKS)
    assert waiting(other) == ["one", "two", "alone"]
    trust_all(other)
    assert trust.forget(str(other)) == 3
    assert waiting(other) == ["one", "two", "alone"]
    assert waiting(project) == []


def test_a_broken_entry_or_file_does_not_stop_the_others(project: Path) -> None:
    write(project, [{"id": "bad", "error_regex": "("}, ONE])
    (project / ".healkit/recovery-playbook.json").write_text("{")
    assert waiting(project) == ["one"]


def test_a_file_that_others_may_write_to_gives_no_trust(project: Path) -> None:
    trust_all(project)
    Path(paths.state_dir(), "trust").chmod(0o666)
    assert waiting(project) == ["one", "two", "alone"]


def test_an_existing_claude_flow_memory_counts(tmp_path: Path) -> None:
    folder = tmp_path / ".claude-flow/memory"
    folder.mkdir(parents=True)
    (folder / "error-patterns.json").write_text(json.dumps({"patterns": [ONE]}))
    assert waiting(tmp_path) == ["one"]


def test_ci_has_no_trust_of_its_own_yet(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    assert trust.allowed_by_base_branch(str(project)) == frozenset()
    assert waiting(project) == ["one", "two", "alone"]


def test_two_who_trust_at_once_lose_nothing(project: Path) -> None:
    hashes = [f"{number:016x}" for number in range(40)]
    code = "import sys; from healkit import trust; [trust.trust_entries(sys.argv[1], [h]) for h in sys.argv[2:]]"
    children = [
        subprocess.Popen([sys.executable, "-c", code, str(project), *hashes[start::4]], env=os.environ)
        for start in range(4)
    ]
    assert [child.wait() for child in children] == [0, 0, 0, 0]
    assert trust.trusted_hashes(str(project)) == set(hashes)


# The command


def test_it_shows_new_entries_whole_and_trusts_with_yes(project: Path) -> None:
    result = healkit("--yes")
    assert result.exit_code == 0
    assert "one (.healkit/error-patterns.json; new)" in result.stdout
    assert '+    "error_regex": "Frobnicator one",' in result.stdout
    assert '+        "command": "frob --mend"' in result.stdout
    assert "alone (.healkit/recovery-playbook.json; new)" in result.stdout
    assert "3 entries trusted, as they stand now." in result.stdout
    again = healkit()
    assert (again.exit_code, again.stdout) == (0, "Nothing waits for trust in this project.\n")


def test_without_a_terminal_it_asks_nobody_and_trusts_nothing(project: Path) -> None:
    result = healkit()
    assert result.exit_code == 1
    assert "healkit trust --yes" in result.stderr
    assert waiting(project) == ["one", "two", "alone"]


def test_list_trusts_nothing(project: Path) -> None:
    result = healkit("--list", "--yes")
    assert result.exit_code == 0
    assert "Frobnicator one" in result.stdout
    assert waiting(project) == ["one", "two", "alone"]


def test_an_edit_is_shown_against_what_was_trusted(project: Path) -> None:
    healkit("--yes")
    write(project, [{**ONE, "message": "second"}, TWO])
    out = healkit("--list").stdout
    assert "one (.healkit/error-patterns.json; trusted before)" in out
    assert '-    "message": "first"' in out
    assert '+    "message": "second"' in out
    assert "Frobnicator two" not in out


def test_an_override_is_shown_against_the_entry_that_it_replaces(project: Path) -> None:
    user = Path(paths.data_dir())
    user.mkdir(parents=True)
    (user / "error-patterns.json").write_text(json.dumps({"patterns": [{**ONE, "message": "of the user"}]}))
    out = healkit("--list").stdout
    assert f"one (.healkit/error-patterns.json; replaces the one in {user}/error-patterns.json)" in out
    assert '-    "message": "of the user"' in out
    assert '+    "message": "first"' in out
    assert '+    "id": "one"' not in out


def test_json(project: Path) -> None:
    found = json.loads(healkit("--json", "--list").stdout)
    assert next((e["id"], e["against"], e["trusted"]) for e in found["entries"]) == ("one", "new", False)
    assert healkit("--json").exit_code == 1
    assert waiting(project) == ["one", "two", "alone"]
    assert {e["trusted"] for e in json.loads(healkit("--json", "--yes").stdout)["entries"]} == {True}
    assert waiting(project) == []
    assert json.loads(healkit("--json").stdout) == {"version": 1, "root": str(project), "entries": []}
    assert json.loads(healkit("--forget", "--json").stdout) == {"version": 1, "forgotten": 3}
    assert waiting(project) == ["one", "two", "alone"]


@pytest.mark.parametrize(("answer", "left"), [("y", []), ("n", ["one", "two", "alone"]), ("", ["one", "two", "alone"])])
def test_it_asks_on_a_terminal(project: Path, healkit_argv: list[str], answer: str, left: list[str]) -> None:
    child = pexpect.spawn(healkit_argv[0], [*healkit_argv[1:], "trust"], encoding="utf-8", timeout=60, env=os.environ)
    child.expect_exact("Trust these 3 entries? [y/N]")
    child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == (1 if left else 0)
    assert waiting(project) == left


@pytest.mark.cold
def test_a_state_folder_that_is_not_ours_refuses_before_anything_is_shown(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = Path(paths.state_dir())
    state.mkdir(parents=True)
    state.chmod(0o777)
    with pytest.raises(HealkitError, match="trust cannot be kept") as caught:
        trust.trust_entries(str(project), ["0" * 16])
    assert caught.value.where == str(state)
    with pytest.raises(HealkitError, match="trust cannot be kept"):
        healkit("--yes")
    assert list(state.iterdir()) == []


@pytest.mark.cold
def test_a_state_folder_that_is_a_file_refuses(project: Path) -> None:
    state = Path(paths.state_dir())
    state.parent.mkdir(parents=True)
    state.write_text("")
    with pytest.raises(HealkitError, match="trust cannot be kept"):
        healkit("--yes")


# What it prints of a hostile project


HOSTILE = "\x1b[31m \u202e \u2066 \u200b \u00ad \ufeff \x00 \x7f \x9b \r \u3164 \U000e0041 \ufe0f \u2028"


def test_hostile_entries_are_spelled_out_and_nothing_is_hidden(project: Path) -> None:
    write(
        project, [{"id": "x\u202ey", "error_regex": "Frobnicator", "category": "unknown", "note": HOSTILE + "z" * 5000}]
    )
    out = healkit("--list").stdout
    assert "x\\u202ey" in out
    for char in HOSTILE.replace(" ", "").replace("[", "").replace("3", "").replace("1", "").replace("m", ""):
        assert char not in out.replace("\n", ""), f"U+{ord(char):04X}"
    assert "\\u202e" in out
    assert "\\U000e0041" in out
    assert "z" * 5000 in out


@given(st.text())
def test_harmless_keeps_plain_text_and_lets_no_control_through(text: str) -> None:
    shown = trust.harmless(text)
    assert all(unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for char in shown)
    if text.isascii() and text.isprintable():
        assert shown == text


def test_a_hash_is_the_same_in_every_worktree(tmp_path: Path) -> None:
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org"]
    main, tree = tmp_path / "main", tmp_path / "tree"
    subprocess.run([*git, "init", "-q", str(main)], check=True)
    write(main, [ONE])
    subprocess.run([*git, "-C", str(main), "add", "."], check=True)
    subprocess.run([*git, "-C", str(main), "commit", "-qm", "x"], check=True)
    subprocess.run([*git, "-C", str(main), "worktree", "add", "-q", str(tree)], check=True)
    trust_all(main)
    assert waiting(tree) == []
