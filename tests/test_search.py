"""`healkit search`: words in patterns, playbooks and history; the full text index through migration, purge and damage."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from healkit import history, paths, spool
from healkit.history import fulltext, store
from healkit.history.search import Document, find_documents, rank, words_of
from healkit.history.taking import forget
from healkit.records import Event

CHECKOUT = Path(__file__).parent.parent
NOW = time.time() - 5_000
ODD = [
    '"',
    '"unbalanced',
    "*",
    "NEAR(",
    "a AND",
    "OR",
    "-x",
    "-",
    "col:umn",
    "^",
    "()",
    "{id} :",
    "'",
    "%",
    "_",
    "!",
    "a*b",
    "\udce9",
    "é",
    "🔥",
]


class Place:
    """A project, its state folder, and events in it."""

    def __init__(self, root: Path) -> None:
        self.root, self.folder = str(root), paths.project_state(str(root))
        assert paths.make_private(self.folder)
        Path(self.folder, "ingest-started").touch()  # so that no detached ingest writes while a test looks
        self.count = 0

    def put(self, kind: str, at: float = 0.0, **fields: object) -> None:
        self.count += 1
        event = Event(
            kind=kind, at=NOW + at, **{"session": "s", "project": self.root, "id": f"e{self.count}", **fields}
        )
        assert spool.append(self.folder, event)

    def fail(
        self, at: float, text: str = "", command: str = "pytest", fingerprint: str = "F", **fields: object
    ) -> None:
        self.put("failure", at, text=text, command=command, fingerprint=fingerprint, exit_code=1, **fields)

    def heal(self, at: float, fix: str, **failure: object) -> None:
        """A failure, what fixed it, and the success."""
        self.fail(at, **failure)  # type: ignore[arg-type]
        self.put("command", at + 1, command=fix, exit_code=0)
        self.put("success", at + 2, command=failure.get("command", "pytest"), exit_code=0)

    def search(self, query: str) -> list[Document]:
        history.ingest(self.root)
        with history.open_history(self.root) as opened:
            return [hit for hit, _ in rank(find_documents(opened, words_of(query)), words_of(query))[0]]

    def titles(self, query: str) -> list[tuple[str, str]]:
        return [(hit.source, hit.title) for hit in self.search(query)]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    return Place(tmp_path)


@pytest.fixture(params=["fts5", "letters"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the full text search and without it."""
    if request.param == "letters":
        monkeypatch.setattr(fulltext, "has_fts5", lambda: False)


def healkit(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "healkit", *args], capture_output=True, text=True, timeout=60, check=False
    )


def hits(*args: str) -> list[dict[str, object]]:
    done = healkit("search", "--json", *args)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["version"] == 1
    return list(found["hits"])


# -- what is found


@pytest.mark.usefixtures("either")
def test_a_failure_comes_once_with_what_fixed_it_and_how_often(place: Place) -> None:
    for number in range(3):
        place.heal(number * 10, "uv sync", text="the broker is refused", pattern_id="broker")
    place.fail(100, text="another thing", fingerprint="G")
    (failure,) = [hit for hit in place.search("broker refused") if hit.source == "failure"]
    assert (failure.title, failure.count, failure.fix, failure.worked, failure.tried) == ("pytest", 3, "uv sync", 3, 3)
    assert ("fix", "uv sync") in place.titles("uv sync")
    assert ("command", "uv sync") not in place.titles("uv sync")


@pytest.mark.usefixtures("either")
def test_all_words_are_wanted_then_any(place: Place) -> None:
    place.fail(0, text="connection refused by db", fingerprint="A", command="one")
    place.fail(1, text="connection closed", fingerprint="B", command="two")
    assert place.titles("connection refused") == [("failure", "one")]
    assert sorted(place.titles("refused closed")) == [("failure", "one"), ("failure", "two")]
    assert len(place.titles("conn")) == 2
    assert place.titles("nothing-of-this") == []


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize("query", ODD)
def test_whatever_is_typed_is_text(place: Place, query: str) -> None:
    place.fail(0, text='said "unbalanced and col:umn a*b -x é', command="one")
    place.fail(1, text="quiet", fingerprint="G", command="two")
    found = place.titles(query)
    if query in ('"unbalanced', "col:umn", "a*b", "-x", "é"):
        assert found == [("failure", "one")]


def test_edits_and_commands_are_found_by_their_names(place: Place) -> None:
    place.put("edit", 0, file="/p/src/cart.py")
    place.put("edit", 1, file="/p/src/cart.py")
    place.put("command", 2, command="ls  src | tail -3", exit_code=0)
    (edit,) = place.search("cart.py")
    assert (edit.source, edit.title, edit.count) == ("edit", "edit of /p/src/cart.py", 2)
    assert place.titles("ls") == [("command", "ls src")]


@pytest.mark.usefixtures("either")
def test_a_word_in_the_name_weighs_more_than_one_in_the_text() -> None:
    one = Document(source="pattern", origin="user", id="x", title="says", text="lock " + "word " * 30)
    two = one.replace(id="lock-held", text="word " * 30)
    more = [one.replace(id=f"n{number}", text="other") for number in range(9)]
    found, every = rank([one, *more, two], ["lock"])
    assert [hit.id for hit, _ in found] == ["lock-held", "x"]
    assert every
    assert found[0][1] > found[1][1] > 0


# -- the index


def first_version(place: Place) -> None:
    """Turn the project's history into what the first version of the schema wrote."""
    with sqlite3.connect(f"{place.folder}/history.db") as db:
        db.execute("DROP TABLE IF EXISTS search")
        db.execute("DROP INDEX events_kind")
        db.execute("DELETE FROM tally WHERE name='indexed'")
        db.execute("PRAGMA user_version = 1")
    db.close()


def test_a_history_of_version_1_is_migrated_without_loss(place: Place) -> None:
    place.heal(0, "uv sync", text="a walrus")
    history.ingest(place.root)
    with history.open_history(place.root) as opened:
        before = opened.events(), opened.episodes()
    first_version(place)
    with history.open_history(place.root) as opened:
        assert opened.db.execute("PRAGMA user_version").fetchone() == (store.SCHEMA,)
        assert (opened.events(), opened.episodes()) == before
        assert opened.db.execute("SELECT 1 FROM sqlite_master WHERE name='events_kind'").fetchone()
    assert place.titles("walrus") == [("failure", "pytest")]


def test_what_is_forgotten_is_not_found_and_leaves_the_file(place: Place) -> None:
    place.fail(-100, text="walrusword", fingerprint="A")
    place.fail(0, text="herring", fingerprint="B")
    assert place.titles("walrusword") == [("failure", "pytest")]
    with history.open_history(place.root) as opened:
        forget(opened, NOW, 90, max_events=1)
        opened.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"walrusword" not in Path(place.folder, "history.db").read_bytes()
    assert place.titles("walrusword") == []
    assert place.titles("herring") == [("failure", "pytest")]


def test_a_number_that_is_given_again_is_indexed_again(place: Place) -> None:
    place.fail(-100, text="herring", fingerprint="A")
    place.fail(0, text="walrus", fingerprint="B")
    history.ingest(place.root)
    with history.open_history(place.root) as opened:
        fulltext.drop(opened.db, "text=?", "walrus")
        opened.db.execute("DELETE FROM events WHERE text='walrus'")
        fulltext.settle(opened.db, dropped=True)
    place.fail(1, text="otter", fingerprint="C")
    assert place.titles("otter") == [("failure", "pytest")]
    assert place.titles("walrus") == []


@pytest.mark.parametrize("with_fts5", [True, False])
def test_purge_empties_the_index(place: Place, monkeypatch: pytest.MonkeyPatch, with_fts5: bool) -> None:
    place.fail(0, text="walrusword")
    assert place.titles("walrusword")
    with monkeypatch.context() as patched, history.open_history(place.root) as opened:
        if not with_fts5:
            patched.setattr(fulltext, "has_fts5", lambda: False)
        opened.purge()
    assert b"walrusword" not in b"".join(path.read_bytes() for path in Path(place.folder).iterdir())
    place.fail(1, text="herring")
    assert place.titles("herring") == [("failure", "pytest")]


def test_a_python_without_fts5_leaves_an_index_that_is_made_anew(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.fail(-100, text="walrus", fingerprint="A")
    place.fail(0, text="herring", fingerprint="B")
    assert place.titles("walrus")
    with monkeypatch.context() as patched:
        patched.setattr(fulltext, "has_fts5", lambda: False)
        with history.open_history(place.root) as opened:
            forget(opened, NOW, 90, max_events=1)
        place.fail(1, text="otter", fingerprint="C")
        assert place.titles("otter") == [("failure", "pytest")]
    assert place.titles("walrus") == []
    assert place.titles("otter") == [("failure", "pytest")]


@pytest.mark.parametrize("damage", ["UPDATE search_data SET block = x'00' WHERE id > 10", "DELETE FROM search_data"])
def test_a_damaged_index_is_made_anew_and_the_history_stays(place: Place, damage: str) -> None:
    place.fail(0, text="walrus")
    assert place.titles("walrus")
    with history.open_history(place.root) as opened:
        opened.db.execute(damage)
    assert place.titles("walrus") == [("failure", "pytest")]
    with history.open_history(place.root) as opened:
        opened.db.execute(damage)
    with history.open_history(place.root) as opened:
        with pytest.raises(sqlite3.DatabaseError):
            opened.db.execute("SELECT rowid FROM search WHERE search MATCH 'walrus'").fetchall()
        forget(opened, NOW + 10, 90, max_events=0)
    place.fail(1, text="herring", fingerprint="G")
    assert place.titles("herring") == [("failure", "pytest")]
    assert not list(Path(place.folder).glob("history.db.damaged-*"))


# -- the command


def test_all_three_layers_and_playbooks_are_searched(place: Place) -> None:
    def entry(name: str) -> str:
        values = {"error_regex": "Zorkmid over", "category": "runtime_error", "examples": ["Zorkmid overflow"]}
        return json.dumps({"patterns": [{"id": name, **values}]})

    os.makedirs(".healkit")
    Path(".healkit/error-patterns.json").write_text(entry("ours"))
    user = Path(paths.data_dir())
    user.mkdir(parents=True, exist_ok=True)
    (user / "error-patterns.json").write_text(entry("mine"))
    assert {(hit["source"], hit["origin"], hit["id"]) for hit in hits("zorkmid")} == {
        ("pattern", "project", "ours"), ("pattern", "user", "mine"),
    }  # fmt: skip
    assert ("playbook", "install-python-module") in {
        (hit["source"], hit["id"]) for hit in hits("install python module")
    }
    assert hits("python-module-not-found", "--limit", "1")[0]["id"] == "python-module-not-found"


def test_a_pattern_says_what_fixed_it_here(place: Place) -> None:
    place.heal(0, "uv sync", text="x", pattern_id="python-module-not-found")
    place.heal(10, "uv sync", text="x", pattern_id="python-module-not-found")
    found = {(hit["source"], hit["id"]): hit for hit in hits("python-module-not-found")}
    hit = found["pattern", "python-module-not-found"]
    assert (hit["count"], hit["fix"], hit["worked"], hit["tried"]) == (2, "uv sync", 2, 2)
    rows = [line.split("\t") for line in healkit("search", "python-module-not-found").stdout.splitlines()]
    assert next(row for row in rows if row[:2] == ["pattern", "shipped"])[4:] == ["2x", "2 of 2: uv sync"]


@pytest.mark.parametrize("query", ['"', "NEAR(a, b", "* OR", "--"])
def test_no_query_is_an_error(place: Place, query: str) -> None:
    done = healkit("search", "--", query)
    assert done.returncode == 0, done.stderr
    assert "syntax" not in done.stderr
    assert healkit("search", " ").returncode == 2


def test_without_fts5_it_says_so_in_one_line(place: Place) -> None:
    code = (
        "import sys; from healkit.history import fulltext; fulltext.has_fts5 = lambda: False; "
        "from healkit import cli; sys.exit(cli.main(['search', 'merge conflict']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0
    assert [line for line in done.stderr.splitlines() if "FTS5" in line]
    assert "git-merge-conflict" in done.stdout
