"""The loop: rounds, the prefix rule, limits, refusals; real files and a real journal, fixers and commands written here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from healkit import fixers, heal, journal
from healkit.fixers import Proposal, edit
from healkit.records import Change, CommandResult, Diagnosis, Fix, Plan, Run

Files = dict[str, str]


class World:
    """A project of small files, a command that looks at them, and what is proposed for each failure it can have.

    `command(files)` returns the failures that are there, in order; the first is the one that is told first.
    """

    def __init__(self, root: Path, files: Files, command: Callable[[Files], list[str]]) -> None:
        self.root, self.command = root, command
        (root / ".git").mkdir()
        for name, text in files.items():
            (root / name).write_text(text)
        self.proposals: dict[str, list[Proposal]] = {}
        self.output = ""
        self.runs = 0

    def files(self) -> Files:
        return {path.name: path.read_text() for path in self.root.iterdir() if path.is_file()}

    def run(self) -> CommandResult:
        failures = self.command(self.files())
        output = "\n".join([*failures, self.output])
        return CommandResult(command="check", exit_code=int(bool(failures)), output=output, cwd=str(self.root))

    def diagnose(self, result: CommandResult) -> tuple[list[Diagnosis], list[Plan]]:
        names = [line for line in result.output.split("\n") if line.startswith("fault")]
        found = [
            Diagnosis(
                pattern_id=name,
                category="import_error",
                severity="high",
                confidence=0.9,
                message=name,
                fingerprint=name,
            )
            for name in names
        ]
        return found, [Plan(diagnosis=one) for one in found]

    def change(self, name: str, text: str | None, title: str = "", **more: object) -> Proposal:
        path = self.root / name
        before = path.read_bytes() if path.exists() else None
        change = Change(path=name, before=before, after=text.encode() if text is not None else None)
        return edit("text", title or f"{name} becomes {text}", [change], **more)  # type: ignore[arg-type]

    def heal(self, **more: object) -> heal.Healing:
        first = self.run()
        diagnoses, plans = self.diagnose(first)

        def repeat(argv: object, environ: object, timeout: float) -> CommandResult:
            self.runs += 1
            return self.run()

        values = {
            "result": first, "diagnoses": diagnoses, "plans": plans, "argv": ("check",), "root": str(self.root),
            "cwd": str(self.root), "repeat": repeat, "diagnose": self.diagnose, "indicators": lambda _: (),
            "tell": lambda *_: None,
        }  # fmt: skip
        return heal.heal(heal.Scene(**{**values, **more}))


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., World]:
    def make(files: Files, command: Callable[[Files], list[str]]) -> World:
        root = tmp_path / "p"
        root.mkdir()
        found = World(root, files, command)

        def propose(case: fixers.Case, on_fault: object = None) -> Iterable[Proposal]:
            return found.proposals.get(case.diagnosis.fingerprint, [])

        monkeypatch.setattr(fixers, "propose", propose)
        return found

    return make


def wants(**wanted: str) -> Callable[[Files], list[str]]:
    """Return a command that fails at the first file that is not as wanted."""

    def command(files: Files) -> list[str]:
        return [f"fault {name}" for name, text in wanted.items() if files.get(name) != text][:1]

    return command


def all_of(**wanted: str) -> Callable[[Files], list[str]]:
    """Return a command that tells of every file that is not as wanted."""
    return lambda files: [f"fault {name}" for name, text in wanted.items() if files.get(name) != text]


def test_one_fix_heals(world: Callable[..., World]) -> None:
    here = world({"a": "bad"}, wants(a="good"))
    here.proposals["fault a"] = [here.change("a", "good")]
    found = here.heal()
    assert (found.outcome, found.exit_codes) == ("healed", (1, 0))
    assert here.files() == {"a": "good"}
    assert [(one.applied, one.verified) for one in found.tried] == [(True, True)]
    assert journal.undo(str(here.root), found.undo).paths == ("a",) or here.files() == {"a": "bad"}
    assert here.files() == {"a": "bad"}


def test_what_does_not_help_is_taken_back_and_the_next_is_tried(world: Callable[..., World]) -> None:
    here = world({"a": "bad"}, wants(a="good"))
    here.proposals["fault a"] = [here.change("a", "worse"), here.change("a", "good")]
    found = here.heal()
    assert found.outcome == "healed"
    assert found.exit_codes == (1, 1, 0)


def test_nothing_helped(world: Callable[..., World]) -> None:
    here = world({"a": "bad"}, wants(a="good"))
    here.proposals["fault a"] = [here.change("a", "b"), here.change("a", "c"), here.change("a", "good")]
    found = here.heal()
    assert found.outcome == "rolled_back"  # two fixes for one fingerprint, no more
    assert here.files() == {"a": "bad"}
    assert here.runs == 2
    assert found.undo == ""


def test_rounds_go_on_where_each_gets_further(world: Callable[..., World]) -> None:
    here = world({"a": "bad", "b": "bad"}, all_of(a="good", b="good"))
    here.proposals = {"fault a": [here.change("a", "good")], "fault b": [here.change("b", "good")]}
    found = here.heal()
    assert found.outcome == "healed"
    assert len(found.tried) == 2
    assert here.files() == {"a": "good", "b": "good"}
    journal.undo(str(here.root))
    assert here.files() == {"a": "bad", "b": "bad"}


def test_the_longest_good_prefix_stays(world: Callable[..., World]) -> None:
    here = world({"a": "bad", "b": "bad"}, all_of(a="good", b="good"))
    here.proposals = {"fault a": [here.change("a", "good")], "fault b": [here.change("b", "worse")]}
    found = here.heal()
    assert found.outcome == "unresolved"
    assert here.files() == {"a": "good", "b": "bad"}
    assert found.undo
    assert [one.applied for one in found.tried] == [True, False]


def test_a_new_failure_that_lies_nowhere_later_is_no_progress(world: Callable[..., World]) -> None:
    here = world({"a": "bad", "b": "bad"}, wants(a="good", b="good"))
    here.proposals = {"fault a": [here.change("a", "good")]}
    found = here.heal()
    assert found.outcome == "rolled_back"
    assert here.files() == {"a": "bad", "b": "bad"}


def test_a_suggestion_is_not_applied(world: Callable[..., World]) -> None:
    here = world({"a": "bad"}, wants(a="good"))
    here.proposals["fault a"] = [here.change("a", "good", sure=False)]
    found = here.heal()
    assert (found.outcome, found.exit_codes, here.runs) == ("suggested", (1,), 0)
    assert here.files() == {"a": "bad"}


@pytest.mark.parametrize("risk", ["high", "critical"])
def test_risk_gates(world: Callable[..., World], risk: str) -> None:
    here = world({"a": "bad"}, wants(a="good"))
    here.proposals["fault a"] = [here.change("a", "good", risk=risk)]
    assert here.heal().outcome == "suggested"
    assert here.files() == {"a": "bad"}
    named = here.heal(consent=heal.Consent(named=("text",)))
    assert named.outcome == ("healed" if risk == "high" else "suggested")


def test_policy_protects(world: Callable[..., World]) -> None:
    here = world({"a": "bad"}, wants(a="good"))
    here.proposals["fault a"] = [here.change("a", "good")]
    found = here.heal(consent=heal.Consent(protect=("a*",)))
    assert found.outcome == "refused"
    assert "protected" in found.message
    assert here.files() == {"a": "bad"}


def test_silencing_is_refused(world: Callable[..., World]) -> None:
    here = world({"a": "bad"}, wants(a="bad  # type: ignore"))
    here.proposals["fault a"] = [here.change("a", "bad  # type: ignore")]
    assert here.heal().outcome == "refused"


def test_an_untrusted_entry_proposes_nothing(world: Callable[..., World]) -> None:
    here = world({"a": "bad"}, wants(a="good"))
    here.proposals["fault a"] = [here.change("a", "good")]
    diagnoses, plans = here.diagnose(here.run())
    found = here.heal(diagnoses=[one.replace(trusted=False) for one in diagnoses], plans=plans)
    assert found.outcome == "unresolved"
    assert here.files() == {"a": "bad"}


def test_dry_run_and_what_is_never_repeated(world: Callable[..., World]) -> None:
    here = world({"a": "bad"}, wants(a="good"))
    here.proposals["fault a"] = [here.change("a", "good")]
    for more in ({"consent": heal.Consent(dry=True)}, {"may_repeat": False}):
        found = here.heal(**more)
        assert (found.outcome, here.runs) == ("suggested", 0)
        assert found.tried[0].proposal.fix.diff
    assert here.files() == {"a": "bad"}


def test_a_no_is_a_no(world: Callable[..., World]) -> None:
    here = world({"a": "bad"}, wants(a="good"))
    here.proposals["fault a"] = [here.change("a", "good")]
    assert here.heal(consent=heal.Consent(ask=lambda _: False)).outcome == "suggested"
    assert here.files() == {"a": "bad"}


def test_a_file_that_changed_meanwhile_is_not_touched(world: Callable[..., World]) -> None:
    here = world({"a": "bad"}, wants(a="good"))
    here.proposals["fault a"] = [here.change("a", "good")]
    (here.root / "a").write_text("mine")
    found = here.heal()
    assert found.outcome == "refused"
    assert here.files() == {"a": "mine"}


def test_what_an_editor_saved_meanwhile_survives_the_rollback(world: Callable[..., World]) -> None:
    here = world({"a": "bad"}, wants(a="good"))
    here.proposals["fault a"] = [here.change("a", "worse")]
    plain = here.run

    def run() -> CommandResult:
        if (here.root / "a").read_text() == "worse":
            (here.root / "a").write_text("saved by an editor")
        return plain()

    here.run = run  # type: ignore[method-assign]
    found = here.heal()
    assert found.outcome == "rolled_back"
    assert here.files() == {"a": "saved by an editor"}
    assert [one.path for one in found.left] == ["a"]
    assert Path(found.left[0].kept).read_text() == "bad"


def test_interrupted_between_two_rounds(world: Callable[..., World]) -> None:
    here = world({"a": "bad"}, wants(a="good"))
    here.proposals["fault a"] = [here.change("a", "worse")]

    def repeat(*_: object) -> CommandResult:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        here.heal(repeat=repeat)
    assert here.files() == {"a": "bad"}


def test_a_command_that_failed_to_install_is_no_fix(world: Callable[..., World]) -> None:
    here = world({"a": "bad"}, wants(a="good"))
    run = Run(argv=("sh", "-c", "echo half >b; echo no such package >&2; exit 1"), touches=("b",))
    here.proposals["fault a"] = [Proposal(fix=Fix(kind="install", title="install"), run=run)]
    found = here.heal()
    assert found.outcome == "rolled_back"
    assert here.runs == 0
    assert "no such package" in found.tried[0].note
    assert here.files() == {"a": "bad"}


def test_out_of_time(world: Callable[..., World]) -> None:
    here = world({"a": "bad"}, wants(a="good"))
    here.proposals["fault a"] = [here.change("a", "b"), here.change("a", "good")]
    found = here.heal(limits=heal.Limits(seconds=0.0))
    assert found.outcome == "rolled_back"
    assert "out of time" in found.message
    assert here.runs == 1
