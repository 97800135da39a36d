"""The scribe: what a person wrote stays byte for byte; nothing is lost under concurrency, links and faults are refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from healkit import layout, scribe
from healkit.jsonpos import parse
from healkit.records import HealkitError

NEW = {
    "id": "new",
    "error_regex": "New (?P<n>\\d+)",
    "category": "unknown",
    "examples": [{"output": "New 1", "captures": {"n": "1"}}],
}
BY_HAND = """{
    "note":  "written by hand,   spaced as I like",
    "patterns": [

        {"id": "one",   "error_regex": "One (?P<x>\\\\d+)",
           "category":"build_error", "note": "keep   me" , "x-mine": [1,2,
              3]},

        {
            "id": "two", "category": "unknown",
            "error_regex": "Two\\u0041 é"
        }
    ],
    "learning": { "store_new_patterns" : false }
}

"""


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "project/.healkit/error-patterns.json")


def put(path: str, text: str | bytes) -> bytes:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    data = text.encode() if isinstance(text, str) else text
    Path(path).write_bytes(data)
    return data


def ids(path: str) -> list[str]:
    return [name for name, _, _ in layout.entry_nodes(parse(Path(path).read_text()).root)]


def test_a_new_file_has_its_schema_beside_it(path: str) -> None:
    written = scribe.add(path, NEW)
    assert written.before is None
    found = json.loads(Path(path).read_text())
    assert found["patterns"] == [NEW]
    assert found["version"] == 1
    assert (Path(path).parent / found["$schema"]).is_file()
    assert Path(path).read_text().endswith("}\n")


def test_a_new_file_that_is_taken_back_leaves_nothing(path: str) -> None:
    written = scribe.add(path, NEW)
    scribe.replace(path, written.after, None)
    assert not Path(path).parent.exists()


def test_an_empty_file_counts_as_new(path: str) -> None:
    put(path, " \n")
    scribe.add(path, NEW)
    assert ids(path) == ["new"]


def test_adding_keeps_every_byte_by_hand(path: str) -> None:
    before = put(path, BY_HAND).decode()
    scribe.add(path, NEW)
    after = Path(path).read_text()
    at = before.index("\n    ],\n")
    assert after.startswith(before[:at])
    assert after.endswith(before[at:])
    assert json.loads(after)["patterns"][2] == NEW
    added = after[at : len(after) - len(before) + at]
    assert added.startswith(
        ',\n\n        {\n            "id": "new",\n'
    )  # the blank line between entries, four spaces, are theirs


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('{"patterns": []}', '{"patterns": [{ "id": "a", "error_regex": "x" }]}'),
        ('{"patterns": [{"id": "z"}]}', '{"patterns": [{"id": "z"}, { "id": "a", "error_regex": "x" }]}'),
        ("[]", '[{ "id": "a", "error_regex": "x" }]'),
        ('{"version": 1}', '{"version": 1, "patterns": [{ "id": "a", "error_regex": "x" }]}'),
        ('{"patterns": {"z": {}}}', '{"patterns": {"z": {}, "a": { "error_regex": "x" }}}'),
        (
            '{\n\t"patterns": [\n\t]\n}\n',
            '{\n\t"patterns": [\n\t\t{\n\t\t\t"id": "a",\n\t\t\t"error_regex": "x"\n\t\t}\n\t]\n}\n',
        ),
        (
            '{"patterns": [{\n  "id": "z"\n}]}',
            '{"patterns": [{\n  "id": "z"\n}, {\n  "id": "a",\n  "error_regex": "x"\n}]}',
        ),
        (
            '{\r\n  "patterns": [\r\n    {"id": "z"}\r\n  ]\r\n}\r\n',
            '{\r\n  "patterns": [\r\n    {"id": "z"},\r\n    {\r\n      "id": "a",\r\n      "error_regex": "x"\r\n    }\r\n  ]\r\n}\r\n',
        ),
        (
            '{\n  "learning": {}\n}',
            '{\n  "learning": {},\n  "patterns": [\n    {\n      "id": "a",\n      "error_regex": "x"\n    }\n  ]\n}',
        ),
        ('\ufeff{"patterns": []}', '\ufeff{"patterns": [{ "id": "a", "error_regex": "x" }]}'),
    ],
    ids=[
        "empty",
        "one line",
        "a list",
        "no patterns",
        "an object",
        "tabs",
        "glued",
        "crlf",
        "no patterns, lines",
        "bom",
    ],
)
def test_an_entry_fits_in(path: str, text: str, wanted: str) -> None:
    put(path, text)
    scribe.add(path, {"id": "a", "error_regex": "x"})
    assert Path(path).read_bytes().decode() == wanted


@pytest.mark.parametrize("text", ['{"message": "advice", "other": "x"}', '{"patterns": 3}', "3", '"x"'])
def test_a_form_without_entries_is_refused(path: str, text: str) -> None:
    before = put(path, text)
    with pytest.raises(HealkitError, match="cannot be added"):
        scribe.add(path, NEW)
    assert Path(path).read_bytes() == before


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b'{"patterns": [\n  {"id": "a"},\n]}', ":2:14"),
        (b'{"patterns": [\n  {"id": "a}\n]}', ":2:10"),
        (b'{"patterns": [\xff]}', ""),
        (b"<<<<<<< HEAD\n{}\n", ":1:1"),
    ],
)
def test_a_file_that_is_broken_is_left_alone(path: str, data: bytes, where: str) -> None:
    put(path, data)
    for work in (
        lambda: scribe.add(path, NEW),
        lambda: scribe.update(path, "a", {"note": "x"}),
        lambda: scribe.remove(path, "a"),
    ):
        with pytest.raises(HealkitError, match="left as it is") as error:
            work()
        assert error.value.where == path + where
    assert Path(path).read_bytes() == data


def test_an_id_that_stands_there_is_refused(path: str) -> None:
    put(path, BY_HAND)
    with pytest.raises(HealkitError, match="stands there already"):
        scribe.add(path, {**NEW, "id": "two"})


# -- update, remove


def test_an_update_touches_nothing_but_its_keys(path: str) -> None:
    before = put(path, BY_HAND).decode()
    scribe.update(path, "one", {"category": "timeout", "occurrences": 3, "id": "one"})
    wanted = before.replace('"category":"build_error"', '"category":"timeout"').replace(
        "              3]}", '              3], "occurrences": 3}'
    )
    assert Path(path).read_text() == wanted
    scribe.update(path, "one", {"category": "build_error", "occurrences": None})
    assert Path(path).read_text() == before


def test_an_update_with_the_same_values_writes_nothing(path: str) -> None:
    before = put(path, BY_HAND)
    os.utime(path, (1, 1))
    scribe.update(path, "two", {"category": "unknown", "error_regex": "TwoA é"})
    assert Path(path).read_bytes() == before


@pytest.mark.parametrize("key", ["id", "error_regex", "category", "note", "x-mine"])
def test_removing_a_key(path: str, key: str) -> None:
    put(path, BY_HAND)
    was = json.loads(BY_HAND)["patterns"][0]
    if key == "id":
        return
    scribe.update(path, "one", {key: None})
    assert json.loads(Path(path).read_text())["patterns"][0] == {k: v for k, v in was.items() if k != key}


def test_removing_entries_leaves_the_others(path: str) -> None:
    before = put(path, BY_HAND)
    scribe.add(path, NEW)
    scribe.remove(path, "new")
    assert Path(path).read_bytes() == before
    scribe.remove(path, "one")
    assert ids(path) == ["two"]
    scribe.remove(path, "two")
    assert json.loads(Path(path).read_text())["patterns"] == []
    scribe.remove(path, "absent")


def test_an_update_of_an_unknown_entry_or_file(path: str) -> None:
    with pytest.raises(HealkitError, match="no such file"):
        scribe.update(path, "one", {"note": "x"})
    put(path, BY_HAND)
    with pytest.raises(HealkitError, match="no entry with the id three"):
        scribe.update(path, "three", {"note": "x"})


# -- properties

json_text = st.text(st.characters(codec="utf-8"), max_size=8)
scalars = st.none() | st.booleans() | st.integers(-5, 5) | json_text
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(json_text, inner, max_size=3), max_leaves=6
)
entries_ = st.dictionaries(json_text.filter(lambda key: key != "id"), values, max_size=4)
layouts = st.sampled_from([(None, "\n"), (2, "\n"), (4, "\n"), ("\t", "\r\n"), (1, "\r\n")])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(entries_, max_size=4), entries_, layouts, st.data())
def test_any_layout_keeps_its_bytes_and_means_the_same(
    there: list[dict[str, Any]], new: dict[str, Any], style: tuple[Any, str], data: st.DataObject
) -> None:
    old = [{"id": f"e{number}", **entry} for number, entry in enumerate(there)]
    text = json.dumps({"version": 1, "patterns": old, "note": "x"}, indent=style[0], ensure_ascii=False)
    text = text.replace("\n", style[1])
    added = layout.insert_entry(parse(text), {"id": "new", **new})
    assert json.loads(added) == {"version": 1, "patterns": [*old, {"id": "new", **new}], "note": "x"}
    assert layout.remove_entry(parse(added), "new").split() == text.split()
    key = data.draw(st.sampled_from([*new, "fresh"]))
    value = data.draw(values)
    node = scribe.entry_node(parse(added), "new")
    assert node is not None
    changed = layout.change_member(parse(added), node, key, value)
    wanted = {"id": "new", **new, key: value}
    assert json.loads(changed)["patterns"][-1] == (
        wanted if value is not None else {k: v for k, v in wanted.items() if k != key}
    )
    assert json.loads(changed)["patterns"][:-1] == old


@given(values)
def test_what_is_spelled_is_printable_json(value: Any) -> None:
    assert json.loads(layout.spell(value)) == value
    assert layout.spell(value).isprintable()


# -- the file


def test_mode_and_link_stay(path: str, tmp_path: Path) -> None:
    put(path, BY_HAND)
    os.chmod(path, 0o640)
    link = tmp_path / "link.json"
    link.symlink_to(path)
    scribe.add(str(link), NEW)
    assert link.is_symlink()
    assert ids(path) == ["one", "two", "new"]
    assert os.stat(path).st_mode & 0o777 == 0o640
    assert [name for name in os.listdir(os.path.dirname(path)) if name != "error-patterns.json"] == []


@pytest.mark.parametrize("what", ["file", "folder", "dangling"])
def test_a_link_out_of_the_project_is_refused(tmp_path: Path, what: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    target = outside / "error-patterns.json"
    project = tmp_path / "project"
    if what != "dangling":
        target.write_text('{"patterns": []}')
    if what == "folder":
        project.mkdir()
        (project / ".healkit").symlink_to(outside)
    else:
        (project / ".healkit").mkdir(parents=True)
        (project / ".healkit/error-patterns.json").symlink_to(target)
    with pytest.raises(HealkitError, match="leads out of the project"):
        scribe.add(scribe.layer_file(str(project)), NEW, inside=str(project))
    assert target.exists() == (what != "dangling")
    assert what == "dangling" or target.read_text() == '{"patterns": []}'


def test_what_is_no_regular_file_is_refused(path: str) -> None:
    os.makedirs(os.path.dirname(path))
    os.mkfifo(path)
    with pytest.raises(HealkitError, match="no regular file"):
        scribe.add(path, NEW)


def test_replace_compares_with_what_was_read(path: str) -> None:
    before = put(path, BY_HAND)
    put(path, "{}")
    with pytest.raises(HealkitError, match="somebody changed the file meanwhile"):
        scribe.replace(path, before, b"[]")
    assert Path(path).read_text() == "{}"


def test_an_edit_that_is_saved_meanwhile_is_kept(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put(path, '{"patterns": []}')
    insert, calls = layout.insert_entry, []

    def slow(document: Any, entry: Any) -> str:
        if not calls:
            put(path, '{"patterns": [{"id": "by-hand"}]}')  # saved by an editor between our reading and our writing
        calls.append(entry)
        return insert(document, entry)

    monkeypatch.setattr(layout, "insert_entry", slow)
    scribe.add(path, NEW)
    assert ids(path) == ["by-hand", "new"]
    assert len(calls) == 2


def test_a_file_that_never_stands_still_is_left_to_the_other(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put(path, '{"patterns": []}')
    insert, count = layout.insert_entry, [0]

    def slow(document: Any, entry: Any) -> str:
        count[0] += 1
        put(path, json.dumps({"patterns": [], "note": str(count[0])}))
        return insert(document, entry)

    monkeypatch.setattr(layout, "insert_entry", slow)
    with pytest.raises(HealkitError, match="somebody changed the file meanwhile"):
        scribe.add(path, NEW)
    assert json.loads(Path(path).read_text()) == {"patterns": [], "note": str(count[0])}


def test_many_at_once_lose_nothing(path: str) -> None:
    code = (
        "import sys; from healkit import scribe\n"
        "for n in range(8): scribe.add(sys.argv[1], {'id': f'{sys.argv[2]}-{n}', 'error_regex': 'x'})"
    )
    started = [subprocess.Popen([sys.executable, "-c", code, path, str(n)]) for n in range(4)]
    assert [one.wait(timeout=60) for one in started] == [0, 0, 0, 0]
    assert sorted(ids(path)) == sorted(f"{a}-{b}" for a in range(4) for b in range(8))


def test_without_a_state_folder_the_lock_lies_beside_the_file_for_a_moment(path: str, isolated_home: Path) -> None:
    put(path, BY_HAND)
    (isolated_home / "healkit/state").chmod(0o777)
    scribe.add(path, NEW)
    assert ids(path) == ["one", "two", "new"]
    assert os.listdir(os.path.dirname(path)) == ["error-patterns.json"]
    assert not (isolated_home / "healkit/state/locks").exists()


def test_one_who_waits_too_long_says_so(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put(path, BY_HAND)
    monkeypatch.setattr(scribe, "PATIENCE_S", 0.05)
    with scribe._locked(os.path.realpath(path), path):
        code = (
            "import sys; from healkit import scribe; scribe.PATIENCE_S = 0.05; from healkit.records import HealkitError\n"
            "try: scribe.remove(sys.argv[1], 'one')\nexcept HealkitError as error: print(error.what)"
        )
        done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert done.stdout == "another healkit is writing it\n"
    assert ids(path) == ["one", "two"]


def test_a_folder_that_is_none_is_said(path: str) -> None:
    folder = Path(path).parent
    folder.parent.mkdir()
    folder.write_text("a file where the folder should be")
    with pytest.raises(HealkitError, match="cannot be"):
        scribe.add(path, NEW)
    assert folder.read_text() == "a file where the folder should be"
