"""What was healed twice is written once: readable, trusted, counted; what a person edited or rejected stays theirs."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from healkit import history, learn, memory, paths, spool
from healkit.learn import ledger
from healkit.records import Event

NOW = time.time() - 5_000
FAILED = """Traceback (most recent call last):
  File "{root}/{file}", line 3, in <module>
    {code}
TypeError: {name}.__init__() got an unexpected keyword argument 'event_type'"""


class Project:
    """A project with a state folder; sessions are played into its spool."""

    def __init__(self, top: Path) -> None:
        self.root = str(top / "shop")
        os.makedirs(f"{self.root}/.git")
        self.state = paths.project_state(self.root)
        assert paths.make_private(self.state)
        self.count, self.at = 0, NOW

    def put(self, kind: str, session: str, **fields: Any) -> None:
        self.count += 1
        self.at += 5
        event = Event(kind=kind, at=self.at, id=f"e{self.count}", session=session, cwd=self.root, **fields)
        assert spool.append(self.state, event)

    def heal_edit(self, session: str, file: str, name: str, old: str, new: str, command: str = "") -> None:
        command = command or f"python {file}"
        said = FAILED.format(root=self.root, file=file, code=old, name=name)
        known = {"pattern_id": "python-unexpected-keyword", "fingerprint": f"1:{name}", "category": "runtime_error"}
        self.put("failure", session, command=command, exit_code=1, text=said, file=file, **known)
        self.put("command", session, command="git diff", exit_code=0)
        self.put("edit", session, file="README.md", old="a", new="b")
        self.put("edit", session, file=file, old=old, new=new)
        self.put("success", session, command=command, exit_code=0)

    def heal_command(self, session: str, wrong: str, right: str, said: str) -> None:
        self.put("failure", session, command=wrong, exit_code=2, text=said, fingerprint="1:shop")
        self.put("command", session, command=right, exit_code=0)

    def learn(self) -> list[str]:
        history.ingest(self.root)
        return learn.learn(self.root, self.at + 1)

    def file(self) -> Path:
        return Path(self.root, ".healkit/error-patterns.json")

    def entries(self) -> list[dict[str, Any]]:
        return json.loads(self.file().read_text())["patterns"] if self.file().exists() else []


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def twice(project: Project) -> None:
    project.heal_edit("one", "app/a.py", "Event", 'Event(event_type="made", id=1)', 'Event(type="made", id=1)')
    project.heal_edit("two", "app/b.py", "AuditEvent", "AuditEvent(event_type=Kind.X)", "AuditEvent(type=Kind.X)")


def test_an_edit_that_healed_twice_becomes_a_readable_trusted_entry(project: Project) -> None:
    project.heal_edit("one", "app/a.py", "Event", 'Event(event_type="made")', 'Event(type="made")')
    assert project.learn() == []
    assert not project.file().exists(), "once is no lesson"
    project.heal_edit("two", "app/b.py", "AuditEvent", "AuditEvent(event_type=Kind.X)", "AuditEvent(type=Kind.X)")
    written = project.learn()
    entry = project.entries()[0]
    assert written == [entry["id"]]
    assert (entry["origin"], entry["occurrences"], entry["confidence"]) == ("learned", 2, 0.75)
    assert "event_type" in entry["error_regex"]
    assert len(entry["examples"]) == 2, "one from each healing"
    known = {pattern.id: trusted for pattern, _, trusted in memory.open_memory(project.root).patterns()}
    assert known[entry["id"]] is True
    assert project.learn() == [], "and once only"
    assert len(project.entries()) == 1


def test_nothing_is_learned_where_learning_is_off(project: Project) -> None:
    Path(project.root, ".healkit").mkdir()
    Path(project.root, ".healkit/config.toml").write_text("[learning]\nstore_new_patterns = false\n")
    twice(project)
    assert project.learn() == []
    assert project.entries() == []


def test_the_threshold_is_the_projects(project: Project) -> None:
    Path(project.root, ".healkit").mkdir()
    Path(project.root, ".healkit/config.toml").write_text("[learning]\nmin_occurrences_to_save = 3\n")
    twice(project)
    assert project.learn() == []
    project.heal_edit("three", "app/c.py", "Log", "Log(event_type=1)", "Log(type=1)")
    assert len(project.learn()) == 1
    assert project.entries()[0]["occurrences"] == 3


def test_a_corrected_command_is_learned(project: Project) -> None:
    said = "shop: '{}' is not a task. The closest one is '{}'."
    project.heal_command("one", "shop run biuld", "shop run build", said.format("biuld", "build"))
    project.heal_command("two", "shop run tset -v", "shop run test -v", said.format("tset", "test"))
    assert len(project.learn()) == 1
    from healkit import generalise

    entry = project.entries()[0]
    assert generalise.corrected(entry, "shop run dpeloy-docs", said.format("dpeloy-docs", "deploy-docs")) == [
        "shop run deploy-docs"
    ]


def test_an_installation_is_learned(project: Project) -> None:
    for session, name in (("one", "stripe"), ("two", "paypal")):
        said = f"shop.plugins.PluginMissing: the payment plugin {name} is not there, install shop-plugin-{name}"
        project.put("failure", session, command="python -m shop", exit_code=1, text=said, fingerprint=f"1:{name}")
        project.put("command", session, command=f"pip install shop-plugin-{name}", exit_code=0)
        project.put("success", session, command="python -m shop", exit_code=0)
    assert len(project.learn()) == 1
    entry = project.entries()[0]
    assert entry["playbook"] == "install-python-module"


def test_looking_about_and_a_failure_that_comes_back_teach_nothing(project: Project) -> None:
    for session in ("one", "two"):
        project.put("failure", session, command="make", exit_code=2, text="odd thing 7", fingerprint="1:odd")
        project.put("command", session, command="cat Makefile", exit_code=0)
        project.put("success", session, command="make", exit_code=0)
    for session, file in (("three", "a.py"), ("four", "b.py")):
        project.heal_edit(session, file, "Event", "Event(event_type=1)", "Event(type=1)", command="make run")
        said = FAILED.format(root=project.root, file=file, code="x", name="Event")
        project.put("failure", session, command="make run", exit_code=1, text=said, file=file,
                    pattern_id="python-unexpected-keyword", fingerprint="1:Event")  # fmt: skip
    assert project.learn() == []


def test_an_entry_that_a_person_edited_is_never_overwritten(project: Project) -> None:
    twice(project)
    name = project.learn()[0]
    text = project.file().read_text().replace('"severity": ', '"x-note": "mine", "severity": ')
    project.file().write_text(text)
    for number in range(3):
        project.put(
            "failure", f"s{number}", command="python c.py", exit_code=1, text="x", pattern_id=name, fingerprint="1:c"
        )
        project.put(
            "failure", f"s{number}", command="python c.py", exit_code=1, text="x", pattern_id=name, fingerprint="1:c"
        )
    project.learn()
    entry = project.entries()[0]
    assert entry["x-note"] == "mine"
    assert entry["confidence"] == 0.75, "the person's entry keeps its confidence"
    assert entry["occurrences"] > 2


def test_failures_of_what_was_learned_lower_it_until_it_is_switched_off(project: Project) -> None:
    twice(project)
    name = project.learn()[0]
    for number in range(8):
        for _ in range(2):
            project.put(
                "failure",
                f"s{number}",
                command="python c.py",
                exit_code=1,
                text="x",
                pattern_id=name,
                fingerprint="1:c",
            )
    project.learn()
    entry = project.entries()[0]
    assert entry["confidence"] < 0.3
    assert entry["disabled"] is True
    assert ledger.read(project.root).lessons[name].failed == 8


def test_a_pattern_file_that_does_not_parse_is_left_alone_and_the_lesson_waits(project: Project) -> None:
    project.file().parent.mkdir()
    project.file().write_text('{"patterns": [')
    twice(project)
    assert project.learn() == []
    assert project.file().read_text() == '{"patterns": ['
    waiting = list(ledger.read(project.root).proposals.values())
    assert len(waiting) == 1
    assert "cannot take it" in waiting[0].why


def test_secrets_never_reach_the_file(project: Project) -> None:
    for session, file, name in (("one", "app/a.py", "Event"), ("two", "app/b.py", "Log")):
        project.heal_edit(
            session, file, name, f'{name}(event_type="x")', f'{name}(type="x")', command="TOKEN=[masked] python x.py"
        )
    project.learn()
    assert "TOKEN=[masked]" not in json.dumps(project.entries()[0]["error_regex"])
    assert os.path.expanduser("~") not in project.file().read_text()


def test_the_configured_pattern_file_is_written_and_read(project: Project) -> None:
    from healkit import project as facts

    Path(project.root, ".healkit").mkdir()
    Path(project.root, ".healkit/config.toml").write_text('[learning]\npattern_file = "ops/failures.json"\n')
    Path(project.root, "ops").mkdir()
    trusted(project)
    twice(project)
    facts.refresh(project.root)
    name = project.learn()[0]
    assert not project.file().exists()
    stood = json.loads(Path(project.root, "ops/failures.json").read_text())["patterns"]
    assert [raw["id"] for raw in stood] == [name]
    known = {pattern.id: trusted for pattern, _, trusted in memory.open_memory(project.root).patterns()}
    assert known[name] is True


def trusted(project: Project) -> None:
    from healkit import trust

    trust.trust_entries(project.root, [])


def test_a_learned_line_is_shown_and_a_dangerous_one_waits_for_a_person(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from healkit import __main__ as program

    monkeypatch.chdir(project.root)
    said = "shop: the index is locked, cannot add {}"
    project.heal_command("one", "shop add a", "sudo shop add a", said.format("a"))
    project.heal_command("two", "shop add b", "sudo shop add b", said.format("b"))
    assert project.learn() == []
    waiting = list(ledger.read(project.root).proposals.values())
    assert "sudo" in waiting[0].why
    assert program.main(["learn", "accept", waiting[0].id]) == 0
    from healkit.generalise import standing

    shown = standing.known(project.root, "shop add c", said.format("c"))
    assert [(one.line, one.dangerous) for one in shown] == [("sudo shop add c", "sudo")]
    assert program.main(["learn", "reject", waiting[0].id]) == 0
    assert project.entries() == []
    project.heal_command("three", "shop add d", "sudo shop add d", said.format("d"))
    assert project.learn() == []
    assert ledger.read(project.root).proposals == {}, "what was rejected does not come again"


def test_a_failure_much_like_one_that_was_healed_is_told_with_how_sure_that_is(project: Project) -> None:
    from healkit import choose, episode
    from healkit.records import CommandResult

    said = "shopd: the price table of region {} is out of date, cannot start the {} worker"

    def heal(session: str, region: str, worker: str, healed: bool = True) -> None:
        text = said.format(region, worker)
        project.put("failure", session, command="shopd start", exit_code=1, text=text, fingerprint="1:prices")
        project.put("command", session, command="make -C prices update && touch prices.ok", exit_code=0)
        last = {"kind": "success", "exit_code": 0} if healed else {"kind": "failure", "exit_code": 1}
        more = {} if healed else {"text": text, "fingerprint": "1:prices"}
        project.put(last["kind"], session, command="shopd start", exit_code=last["exit_code"], **more)

    def told(region: str) -> str:
        result = CommandResult(command="shopd start", exit_code=1, output=said.format(region, "mail"), cwd=project.root)
        return choose.worked(episode.unnamed(result), episode.counts(project.root))

    heal("one", "north", "billing")
    project.learn()
    first = told("south")
    assert "much like this was healed here by" in first
    sure = int(first.rpartition("(")[2].partition("%")[0])
    heal("two", "north", "billing", healed=False)
    project.learn()
    assert int(told("south").rpartition("(")[2].partition("%")[0]) < sure, "it falls after a fix that did not help"
    assert "much like this" not in choose.worked(
        episode.unnamed(
            CommandResult(command="x", exit_code=1, output="another thing altogether, nothing like it", cwd="/")
        ),
        episode.counts(project.root),
    )


def test_what_a_person_broke_in_the_file_stops_no_learning(project: Project) -> None:
    project.file().parent.mkdir()
    broken = {"id": "mine", "error_regex": "zzz", "category": "unknown", "occurrences": "many"}
    project.file().write_text(json.dumps({"patterns": ["no entry", 7, broken]}))
    project.put("failure", "zero", command="x", exit_code=1, text="zzz", pattern_id="mine", fingerprint="1:z")
    twice(project)
    (name,) = project.learn()
    stood = project.entries()
    assert stood[:2] == ["no entry", 7]
    assert stood[-1]["id"] == name


def test_a_fix_for_another_name_or_file_is_not_told_of_a_failure_much_like_it(project: Project) -> None:
    from healkit import choose, episode
    from healkit.records import CommandResult

    said = "shopd: cannot begin, the plugin '{}' is not installed on this machine at all"
    for name, fix in (("stripe", "pip install stripe"), ("paypal", "")):
        text = said.format(name)
        project.put("failure", name, command="shopd start", exit_code=1, text=text, fingerprint=f"1:{name}")
        if fix:
            project.put("command", name, command=fix, exit_code=0)
        else:
            project.put("edit", name, file="shop.toml", old="a", new="b")
        project.put("success", name, command="shopd start", exit_code=0)
    project.learn()

    def told(name: str) -> str:
        result = CommandResult(command="shopd start", exit_code=1, output=said.format(name), cwd=project.root)
        best = episode.unnamed(result)
        return choose.alike(best.excerpt, episode.counts(project.root))

    assert "pip install stripe" in told("stripe")
    assert told("klarna") == ""
