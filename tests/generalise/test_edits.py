"""Failures and the edits that healed them: what is learned heals a third file for real, and nothing else in it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from healkit import __main__ as program
from healkit import check, generalise
from healkit.check.house import House
from healkit.generalise import EditExample

KEYWORD = """Traceback (most recent call last):
  File "{file}", line {line}, in <module>
    {code}
TypeError: {name}.__init__() got an unexpected keyword argument 'event_type'
"""
MOVED = "ImportError: cannot import name '{name}' from 'collections' (/usr/lib/python3.11/collections/__init__.py)\n"


def keyword(name: str, old: str, new: str, file: str = "app/one.py", **texts: str) -> EditExample:
    output = KEYWORD.format(file=f"/p/{file}", line=3, code=old.split("\n")[0], name=name)
    return EditExample(command="python -m app", output=output, file=file, old=old, new=new, **texts)


SAME = (
    keyword("Event", 'Event(event_type="created", id=1)', 'Event(type="created", id=1)'),
    keyword(
        "AuditEvent", "x = AuditEvent(event_type=Kind.X)\ny = 2\n", "x = AuditEvent(type=Kind.X)\ny = 2\n", "app/two.py"
    ),
)
INSIDE = (  # only the argument was edited: the call is known from the file
    keyword(
        "Event",
        "event_type",
        "type",
        before="import x\n\ne = Event(1, event_type=2)\n",
        after="import x\n\ne = Event(1, type=2)\n",
    ),
    keyword(
        "Log", "event_type", "type", before="q = Log(\n    event_type='a',\n)\n", after="q = Log(\n    type='a',\n)\n"
    ),
)
THIRD = """from shop.events import Order, Ticket

first = Order(event_type="kept")
ticket = Ticket(
    "t-1",
    event_type=len("created"),
)
second = Order(event_type="kept", note=Ticket("t-2", type=0).name)
print(first.event_type, ticket.type)
"""
EVENTS = """class Order:
    def __init__(self, event_type, note=""):
        self.event_type = event_type


class Ticket:
    def __init__(self, name, type, body=None):
        self.name, self.type = name, type
"""


BOTH = (  # two arguments of one call: one search, so that they do not overlap
    keyword("Event", 'Event(event_type="t", data={"k": (1, 2)})', 'Event(type="t", body={"k": (1, 2)})'),
    keyword("Log", "e = Log(1, event_type=x, data=y)", "e = Log(1, type=x, body=y)"),
)


def entries(examples: tuple[EditExample, ...], against: tuple[tuple[str, str], ...] = ()) -> list[dict]:
    return [json.loads(json.dumps(one.entry)) for one in generalise.edits(examples, against)]


@pytest.mark.parametrize(
    ("examples", "more", "healed"),
    [(SAME, "", ""), (INSIDE, "", ""), (BOTH, "\n    data=3,", "\n    body=3,")],
    ids=["the call", "the argument alone", "two arguments"],
)
def test_a_third_file_is_healed_and_another_class_left_alone(
    examples: tuple[EditExample, ...],
    more: str,
    healed: str,
    tmp_path: Path,
    isolated_home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    best = entries(examples)[0]
    layer = isolated_home / "healkit" / "data" / "error-patterns.json"
    layer.parent.mkdir(parents=True, exist_ok=True)
    layer.write_text(json.dumps({"patterns": [{"id": "event-type", **best}]}))
    project = tmp_path / "project"
    (project / "shop").mkdir(parents=True)
    (project / ".git").mkdir()
    (project / "shop" / "events.py").write_text(EVENTS)
    (project / "shop" / "__init__.py").write_text("")
    before = THIRD.replace('len("created"),', f'len("created"),{more}')
    (project / "main.py").write_text(before)
    monkeypatch.chdir(project)
    assert (
        program.main(["run", "--fix", "--yes", "--json-report", "../report.json", "--", sys.executable, "main.py"]) == 0
    )
    fixes = json.loads((tmp_path / "report.json").read_text())["fixes"]
    assert [fix["kind"] for fix in fixes if fix["applied"]] == ["text"]
    assert (project / "main.py").read_text() == before.replace(
        f'event_type=len("created"),{more}', f'type=len("created"),{healed}'
    )


def test_the_pattern_names_the_class_and_keeps_the_keyword() -> None:
    best = entries(SAME)[0]
    assert best["error_regex"].endswith("got an unexpected keyword argument 'event_type'")
    assert best["examples"][1]["captures"] == {"name": "AuditEvent"}
    assert best["auto_fix"]["replace"] == r"\g<head>type"


def test_quoted_context_does_not_make_the_search_narrow() -> None:
    lines = [
        ("Mapping", "import os\nfrom collections import Mapping\n", "import os\nfrom collections.abc import Mapping\n"),
        ("Iterable", "x = 1\n\nfrom collections import Iterable", "x = 1\n\nfrom collections.abc import Iterable"),
    ]
    found = entries(
        tuple(
            EditExample(command="python a.py", output=MOVED.format(name=name), file=f"{name}.py", old=old, new=new)
            for name, old, new in lines
        )
    )
    assert "import os" not in found[0]["auto_fix"]["search"]
    assert "<<name>>" in found[0]["auto_fix"]["search"]
    assert "/usr" not in found[0]["error_regex"]


def test_the_place_is_captured_where_the_line_names_it() -> None:
    told = "{file}:{line}: RuntimeWarning: coroutine '{name}' was never awaited\n"
    examples = (
        EditExample(
            command="python a.py",
            output=told.format(file="/p/a.py", line=3, name="fetch"),
            file="a.py",
            old="x = fetch(u)",
            new="x = await fetch(u)",
        ),
        EditExample(
            command="python b.py",
            output=told.format(file="/p/b.py", line=3, name="load"),
            file="b.py",
            old="  rows = load(1)\n",
            new="  rows = await load(1)\n",
        ),
    )
    best = entries(examples)[0]
    assert best["examples"][0]["captures"] == {"file": "/p/a.py", "line": "3", "name": "fetch"}
    assert "<<name>>" in best["auto_fix"]["search"]


def test_a_mark_in_the_margin_is_no_part_of_the_pattern() -> None:
    told = "E   AttributeError: 'Client' object has no attribute 'get_json'\n"
    examples = tuple(
        EditExample(command="pytest", output=told, file=f"{name}.py", old=f"{name}.get_json(1)", new=f"{name}.get(1)")
        for name in ("ab", "cd")
    )
    assert entries(examples)[0]["error_regex"].startswith("AttributeError")


def test_what_is_against_it_is_not_recognised() -> None:
    assert entries(SAME, (("python -m app", SAME[0].output),)) == []


def test_edits_that_have_nothing_in_common_teach_nothing() -> None:
    other = SAME[1].replace(new="x = AuditEvent(kind=Kind.X)\ny = 2\n")
    assert entries((SAME[0], other)) == []
    assert entries(SAME[:1]) == []
    assert entries((SAME[0], SAME[1].replace(file="app/two.js"))) == []


def test_what_a_capture_puts_into_code_is_a_name() -> None:
    """A word of the output that comes into the file is typed: no parenthesis, no blank."""
    told = "NameError: name '{old}' is not defined. Did you mean: '{new}'?\n"
    examples = tuple(
        EditExample(
            command="python a.py", output=told.format(old=old, new=new), file="a.py", old=f"{old}(1)", new=f"{new}(1)"
        )
        for old, new in (("pritn", "print"), ("lenn", "len"))
    )
    best = entries(examples)[0]
    assert best["auto_fix"]["replace"].endswith("{other_name}")
    assert r"(?P<other_name>[A-Za-z_]\w{0,80})" in best["error_regex"]


@pytest.mark.parametrize("examples", [SAME, INSIDE, BOTH], ids=["the call", "the argument alone", "two arguments"])
def test_every_entry_passes_the_check(examples: tuple[EditExample, ...]) -> None:
    for entry in entries(examples):
        text = json.dumps({"patterns": [{"id": "learned-entry", **entry}]})
        sheet, _ = check.check_text("x.json", "project", text.encode(), House())
        assert [issue.what for issue in sheet.issues if issue.level in ("error", "warning")] == []
