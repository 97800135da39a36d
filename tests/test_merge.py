"""`healkit patterns merge`: entries and keys three ways, our bytes kept, nothing lost; and the same through real git."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healkit import merge, mergedriver
from healkit.merge import Conflict
from healkit.records import HealkitError

CHECKOUT = Path(__file__).parent.parent
BY_HAND = """{
    "note":  "spaced as I like",
    "patterns": [

        {"id": "one",   "error_regex": "One (?P<x>\\\\d+)",
           "category":"build_error", "occurrences":   5 , "last_seen": "2026-03-01", "x-mine": [1,2,
              3],
           "examples": [ "One 1",
                         {"output":   "One 2"} ]},

        {
            "id": "two", "category": "unknown",
            "error_regex": "Two\\u0041 é"
        }
    ],
    "learning": { "store_new_patterns" : false, "min_occurrences_to_save": 2 }
}

"""
NEW = {"id": "new", "error_regex": "New", "category": "unknown"}


def changed(text: str, name: str = "", **keys: Any) -> str:
    """Return a file's text, written out anew, with keys of an entry (of the file) set, or removed for None."""
    value = json.loads(text)
    place = next(entry for entry in value["patterns"] if entry["id"] == name) if name else value
    for key, item in keys.items():
        place.pop(key, None) if item is None else place.update({key: item})
    return json.dumps(value)


def with_entries(text: str, *entries: dict[str, Any], without: str = "") -> str:
    value = json.loads(text)
    value["patterns"] = [entry for entry in value["patterns"] if entry["id"] != without] + list(entries)
    return json.dumps(value)


def merged(base: str, ours: str, theirs: str) -> merge.Merged:
    return merge.merge(*(merge.read(text.encode(), "file.json", empty=True) for text in (base, ours, theirs)))


def clean(base: str, ours: str, theirs: str) -> str:
    found = merged(base, ours, theirs)
    assert found.conflicts == ()
    return found.text


def entry(text: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in json.loads(text)["patterns"] if one["id"] == name)
    return found


# -- what stays, byte for byte


def test_nothing_of_theirs_leaves_every_byte() -> None:
    assert clean(BY_HAND, BY_HAND, json.dumps(json.loads(BY_HAND))) == BY_HAND
    ours = BY_HAND.replace("spaced as I like", "spaced otherwise")
    assert clean(BY_HAND, ours, BY_HAND) == ours


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_only_what_they_changed_is_touched(newline: str) -> None:
    base = BY_HAND.replace("\n", newline)
    found = clean(base, base, changed(changed(base, "one", category="test_failure"), "two", severity="high"))
    expected = base.replace('"category":"build_error"', '"category":"test_failure"').replace(
        '"Two\\u0041 é"', f'"Two\\u0041 é",{newline}            "severity": "high"'
    )
    assert found == expected


def test_entries_of_both_sides_come_together() -> None:
    ours = with_entries(BY_HAND, {**NEW, "id": "ours"})
    found = clean(BY_HAND, ours, with_entries(BY_HAND, {**NEW, "id": "theirs"}))
    assert [one["id"] for one in json.loads(found)["patterns"]] == ["one", "two", "ours", "theirs"]
    assert found.startswith(ours[: ours.index('"id": "ours"')])
    assert clean(BY_HAND, BY_HAND, with_entries(BY_HAND, NEW)).startswith(BY_HAND[: BY_HAND.index("\n    ],\n")])


# -- keys


def test_counts_add_up_the_later_date_stays_examples_unite() -> None:
    ours = changed(
        BY_HAND, "one", occurrences=8, last_seen="2026-05-01", examples=["One 1", {"output": "One 2"}, "One 3"]
    )
    theirs = changed(
        BY_HAND,
        "one",
        occurrences=7,
        last_seen="2026-04-30T12:00:00+02:00",
        examples=["One 1", {"output": "One 2"}, "One 4"],
    )
    found = entry(clean(BY_HAND, ours, theirs), "one")
    assert (found["occurrences"], found["last_seen"]) == (10, "2026-05-01")
    assert found["examples"] == ["One 1", {"output": "One 2"}, "One 3", "One 4"]
    assert (
        entry(clean(BY_HAND, changed(BY_HAND, "one", occurrences=6), changed(BY_HAND, "one", occurrences=6)), "one")[
            "occurrences"
        ]
        == 7
    )
    assert entry(clean(BY_HAND, ours, BY_HAND), "one")["occurrences"] == 8


def test_an_example_is_added_beside_ours_as_they_stand() -> None:
    found = clean(BY_HAND, BY_HAND, changed(BY_HAND, "one", examples=["One 1", {"output": "One 2"}, "One 9"]))
    assert found == BY_HAND.replace(
        '{"output":   "One 2"} ]', '{"output":   "One 2"},\n                         "One 9" ]'
    )
    gone = clean(BY_HAND, BY_HAND, changed(BY_HAND, "one", examples=["One 1"]))
    assert entry(gone, "one")["examples"] == ["One 1"]


def test_a_conflict_keeps_ours_and_loses_nothing() -> None:
    ours = BY_HAND.replace('"build_error"', '"test_failure"')
    found = merged(BY_HAND, ours, changed(changed(BY_HAND, "one", category="lint"), "two", category="timeout"))
    assert found.conflicts == (Conflict("one", "category"),)
    one = entry(found.text, "one")
    assert (one["category"], one["x-conflict-category"]) == ("test_failure", "lint")
    assert entry(found.text, "two")["category"] == "timeout"
    again = merged(BY_HAND, found.text, changed(BY_HAND, "one", category="build"))
    assert entry(again.text, "one")["x-conflict-category-2"] == "build"
    assert entry(again.text, "one")["x-conflict-category"] == "lint"


def test_a_key_that_one_side_removed() -> None:
    assert "x-mine" not in entry(clean(BY_HAND, BY_HAND, changed(BY_HAND, "one", **{"x-mine": None})), "one")
    both = merged(BY_HAND, changed(BY_HAND, "one", category="lint"), changed(BY_HAND, "one", category=None))
    assert both.conflicts == (Conflict("one", "category"),)
    assert entry(both.text, "one")["x-conflict-category"] == "deleted"
    other = merged(BY_HAND, changed(BY_HAND, "one", category=None), changed(BY_HAND, "one", category="lint"))
    assert "category" not in entry(other.text, "one")
    assert entry(other.text, "one")["x-conflict-category"] == "lint"


def test_an_entry_that_one_side_removed() -> None:
    counted = changed(BY_HAND, "one", occurrences=9)
    for ours, theirs in (
        (with_entries(BY_HAND, without="one"), counted),
        (counted, with_entries(BY_HAND, without="one")),
    ):
        assert [one["id"] for one in json.loads(clean(BY_HAND, ours, theirs))["patterns"]] == ["two"]
    edited = changed(BY_HAND, "one", category="lint")
    for ours, theirs, who in (
        (with_entries(BY_HAND, without="one"), edited, "ours"),
        (edited, with_entries(BY_HAND, without="one"), "theirs"),
    ):
        found = merged(BY_HAND, ours, theirs)
        assert found.conflicts == (Conflict("one", "deleted"),)
        assert (entry(found.text, "one")["category"], entry(found.text, "one")["x-conflict-deleted"]) == ("lint", who)


def test_what_stands_beside_the_entries() -> None:
    ours = changed(BY_HAND, learning={"store_new_patterns": True, "min_occurrences_to_save": 2})
    theirs = changed(BY_HAND, learning={"store_new_patterns": False, "min_occurrences_to_save": 5}, note="theirs")
    found = json.loads(clean(BY_HAND, ours, theirs))
    assert (found["learning"], found["note"]) == ({"store_new_patterns": True, "min_occurrences_to_save": 5}, "theirs")
    both = merged(BY_HAND, ours, changed(BY_HAND, learning={"store_new_patterns": 1, "min_occurrences_to_save": 2}))
    assert both.conflicts == (Conflict("", "learning.store_new_patterns"),)
    assert json.loads(both.text)["learning"]["x-conflict-store_new_patterns"] == 1


# -- forms


BOOKS = '{"playbooks": {"p": {"risk": "low"}}}'
TWICE = [{"id": "a"}, {"id": "a", "n": 2}]


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        ("", '{"patterns": [{"id": "a"}]}', '{"patterns": [{"id": "b"}]}', {"patterns": [{"id": "a"}, {"id": "b"}]}),
        ("[]", '[{"id": "a"}]', '[{"id": "b"}]', [{"id": "a"}, {"id": "b"}]),
        ('{"patterns": {}}', '{"patterns": {"a": {}}}', '{"patterns": {"b": {}}}', {"patterns": {"a": {}, "b": {}}}),
        ("{}", '{"patterns": {"a": {}}}', '{"patterns": [{"id": "b"}]}', {"patterns": {"a": {}, "b": {}}}),
        ("{}", '{"patterns": [{"id": "a"}]}', '{"patterns": {"b": {}}}', {"patterns": [{"id": "a"}, {"id": "b"}]}),
        ('{"boom": "x"}', '{"boom": "x", "a": "y"}', '{"boom": "x", "b": "z"}', {"boom": "x", "a": "y", "b": "z"}),
        ("{}", "{}", BOOKS, json.loads(BOOKS)),
        ("{}", BOOKS, '{"playbooks": {"q": {}}}', {"playbooks": {"p": {"risk": "low"}, "q": {}}}),
        ("[]", '[{"note": "a"}]', '[{"note": "a"}, {"note": "b"}]', [{"note": "a"}, {"note": "b"}]),
        ('[{"id": "a"}, {"id": "a"}]', '[{"id": "a"}, {"id": "a"}]', json.dumps(TWICE), TWICE),
    ],
)
def test_every_form_of_file(base: str, ours: str, theirs: str, expected: object) -> None:
    assert json.loads(clean(base, ours, theirs)) == expected


def test_forms_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(HealkitError, match="go together"):
        merged("{}", '{"boom": "fix"}', '{"patterns": [{"id": "b"}]}')
    for text in ("3", '{"patterns": ["x"]}', "", "{"):
        with pytest.raises(HealkitError):
            merge.read(text.encode(), "f")


_KEYS = st.sampled_from(["category", "severity", "note", "occurrences", "last_seen", "examples", "x-a"])
_VALUES = st.one_of(
    st.integers(0, 9),
    st.sampled_from(["a", "é", "2026-01-02", 'quote "']),
    st.lists(st.sampled_from(["a", "b", "c"]), max_size=3, unique=True),
)
_ENTRY = st.dictionaries(_KEYS, _VALUES, max_size=4)
_FILE = st.dictionaries(st.sampled_from("abcd"), _ENTRY, max_size=4)


def _text(entries: dict[str, dict[str, Any]], indent: int | None) -> str:
    return json.dumps(
        {"version": 1, "patterns": [{"id": name, **copy.deepcopy(value)} for name, value in entries.items()]},
        indent=indent,
    )


def _values(text: str) -> dict[str, Any]:
    return {one["id"]: one for one in json.loads(text)["patterns"]}


@settings(max_examples=300, deadline=None)
@given(_FILE, _FILE, _FILE, st.sampled_from([None, 2, 4]))
def test_any_three_versions(
    base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any], indent: int | None
) -> None:
    b, o, t = (_text(one, indent) for one in (base, ours, theirs))
    assert clean(b, o, b) == o
    assert _values(clean(b, b, t)) == _values(t)
    assert clean(o, o, o) == o
    found = merged(b, o, t)
    values = _values(found.text)
    told = {(conflict.entry, conflict.key) for conflict in found.conflicts}
    for name in {*ours, *theirs}:
        for key in {*ours.get(name, {}), *theirs.get(name, {})} - {"occurrences", "last_seen", "examples"}:
            mine, new, old = (side.get(name, {}).get(key) for side in (ours, theirs, base))
            if (name, key) in told:
                assert values[name][key] == mine if mine is not None else key not in values[name]
                assert values[name][f"x-conflict-{key}"] == ("deleted" if new is None else new)
            elif name in values and name in ours and name in theirs:
                assert values[name].get(key) == (new if mine == old else mine)


# -- the command


@pytest.fixture
def three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    for name in ("base", "ours", "theirs"):
        (tmp_path / name).write_text(BY_HAND)
    return tmp_path


def healkit(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "healkit", *args], capture_output=True, text=True, timeout=60, check=False
    )


def test_the_result_goes_to_ours_or_where_it_is_wanted(three: Path) -> None:
    (three / "theirs").write_text(with_entries(BY_HAND, NEW))
    assert healkit("patterns", "merge", "base", "ours", "theirs", "-o", "out").returncode == 0
    assert (three / "ours").read_text() == BY_HAND
    assert healkit("patterns", "merge", "base", "ours", "theirs", "-o", "-").stdout == (three / "out").read_text()
    assert healkit("patterns", "merge", "base", "ours", "theirs").returncode == 0
    assert (three / "ours").read_text() == (three / "out").read_text()
    assert entry((three / "ours").read_text(), "new") == NEW


@pytest.mark.parametrize("broken", ["base", "ours", "theirs"])
def test_what_does_not_parse_is_told_and_nothing_is_written(three: Path, broken: str) -> None:
    (three / "theirs").write_text(with_entries(BY_HAND, NEW))
    (three / broken).write_text('{\n  "patterns": [\n    {"id": "a",}\n  ]\n}\n')
    before = (three / "ours").read_bytes()
    done = healkit("patterns", "merge", "base", "ours", "theirs")
    assert done.returncode == 2
    assert f"{broken}:3:15: trailing comma" in done.stderr
    assert (three / "ours").read_bytes() == before
    assert healkit("patterns", "merge", "base", "ours", "nowhere").returncode == 2


# -- git


def git(*args: str, fail: bool = False) -> str:
    env = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    argv = ["git", "-c", "user.name=k", "-c", "user.email=k@localhost", *args]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False, env=env)
    assert (done.returncode != 0) == fail, done.stdout + done.stderr
    return done.stdout + done.stderr


FILE = ".healkit/error-patterns.json"


@pytest.fixture
def repository(three: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the driver, and a pattern file on its first commit."""
    monkeypatch.setattr("shutil.which", lambda _: None)
    git("init", "-q", "-b", "main")
    assert mergedriver.install(str(three)).changed
    (three / ".healkit").mkdir()
    (three / FILE).write_text(BY_HAND)
    git("add", FILE, ".gitattributes")
    git("commit", "-qm", "first")
    return three


def branches(repository: Path, ours: str, theirs: str) -> None:
    git("switch", "-qc", "other")
    (repository / FILE).write_text(theirs)
    git("commit", "-qam", "theirs")
    git("switch", "-q", "main")
    (repository / FILE).write_text(ours)
    git("commit", "-qam", "ours")


def test_git_merges_two_branches_that_add_and_count(repository: Path) -> None:
    ours = BY_HAND.replace('"occurrences":   5', '"occurrences":   7')
    ours = ours.replace('"Two\\u0041 é"\n        }', '"Two\\u0041 é"\n        },\n        {"id": "ours"}')
    branches(repository, ours, with_entries(changed(BY_HAND, "one", occurrences=6), NEW))
    git("merge", "other", "-m", "merged")
    found = (repository / FILE).read_text()
    assert "<<<<" not in found
    assert entry(found, "one")["occurrences"] == 8
    assert [one["id"] for one in json.loads(found)["patterns"]] == ["one", "two", "ours", "new"]
    assert BY_HAND[: BY_HAND.index('"occurrences"')] in found
    assert git("status", "--porcelain", FILE) == ""


def test_git_stops_at_a_conflict_and_the_file_parses(repository: Path) -> None:
    branches(repository, changed(BY_HAND, "one", category="lint"), changed(BY_HAND, "one", category="timeout"))
    said = git("merge", "other", fail=True)
    assert f"{FILE}: one: both sides changed category; ours stays, theirs is in x-conflict-category" in said
    assert "CONFLICT" in said
    one = entry((repository / FILE).read_text(), "one")
    assert (one["category"], one["x-conflict-category"]) == ("lint", "timeout")
    assert git("status", "--porcelain", FILE).startswith("UU")


def test_git_without_a_common_version(repository: Path) -> None:
    git("switch", "-q", "--orphan", "other")
    (repository / FILE).parent.mkdir(exist_ok=True)
    (repository / FILE).write_text(json.dumps({"patterns": [NEW]}))
    git("add", FILE)
    git("commit", "-qm", "theirs")
    git("switch", "-q", "main")
    git("merge", "other", "--allow-unrelated-histories", "-m", "merged")
    assert [one["id"] for one in json.loads((repository / FILE).read_text())["patterns"]] == ["one", "two", "new"]


# -- the driver in a repository


@pytest.mark.parametrize("before", [None, b"", b"*.png binary\n", b"*.png binary", b"*.png binary\r\n"])
def test_the_driver_is_put_in_once_and_taken_out_whole(three: Path, before: bytes | None) -> None:
    git("init", "-q")
    config, attributes = (three / ".git/config").read_bytes(), three / ".gitattributes"
    if before is not None:
        attributes.write_bytes(before)
    done = healkit("install", "--merge-driver", "--dry-run")
    assert "+error-patterns.json merge=healkit" in done.stdout
    assert "$ git config --local merge.healkit.driver" in done.stdout
    assert (three / ".git/config").read_bytes() == config
    for _ in range(2):
        assert healkit("install", "--merge-driver").returncode == 0
    assert attributes.read_bytes().count(b"merge=healkit") == 2
    assert "merge: healkit" in git("check-attr", "merge", "sub/.healkit/error-patterns.json")
    assert "patterns merge --name %P %O %A %B" in git("config", "merge.healkit.driver")
    assert "nothing to change" in healkit("install", "--merge-driver", "--dry-run").stdout
    assert not (three / ".claude").exists()
    assert healkit("uninstall", "--merge-driver").returncode == 0
    assert (attributes.read_bytes() if attributes.exists() else None) == before
    assert "healkit" not in (three / ".git/config").read_text()
    assert "nothing to change" in healkit("uninstall", "--merge-driver").stdout


def test_no_repository_is_one_clear_error(three: Path) -> None:
    done = healkit("install", "--merge-driver")
    assert done.returncode == 1
    assert "no git repository" in done.stderr


def test_the_doctor_says_when_a_clone_does_not_know_the_driver(three: Path) -> None:
    assert mergedriver.fault(str(three)) is None
    git("init", "-q")
    assert mergedriver.fault(str(three)) is None
    mergedriver.install(str(three))
    assert mergedriver.fault(str(three)) == ""
    git("config", "merge.healkit.driver", "/nowhere/healkit patterns merge --name %P %O %A %B")
    assert "/nowhere/healkit, which is not there" in str(mergedriver.fault(str(three)))
    git("config", "--remove-section", "merge.healkit")
    assert "does not know" in str(mergedriver.fault(str(three)))
    row = next(row for row in healkit("doctor").stdout.splitlines() if " merges " in row)
    assert row.startswith("warn")


def test_check_names_what_a_merge_left_open(three: Path) -> None:
    (three / ".healkit").mkdir()
    (three / FILE).write_text(
        merged(BY_HAND, changed(BY_HAND, "two", category="lint"), changed(BY_HAND, "two", category="timeout")).text
    )
    said = healkit("patterns", "check", FILE).stdout
    assert 'warning: a merge left this open: the other side\'s value of "category"' in said
