"""Two sessions of the real client heal the same kind of failure; the third one is told, and `run --fix` heals it.

An edit, a corrected command and an installation, each in a project of its own.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import client
import pytest
from test_client import Place

pytestmark = pytest.mark.e2e

EVENTS = """class Event:
    def __init__(self, topic, ident=0):
        self.topic = topic


class Order:
    def __init__(self, topic, note=""):
        self.topic = topic


class Ticket:
    def __init__(self, topic, body=""):
        self.topic = topic


class Legacy:
    def __init__(self, event_type):
        self.event_type = event_type
"""
FILES = {
    "shop_a.py": 'from events import Event\n\nfirst = Event(event_type="made", ident=3)\nprint(first.topic)\n',
    "shop_b.py": "from events import Order\n\norder = Order(event_type=len('paid'))\nprint(order.topic)\n",
    "shop_c.py": (
        "from events import Legacy, Ticket\n\nold = Legacy(event_type='kept')\n"
        "ticket = Ticket(\n    event_type=('sold', 7),\n    body='b',\n)\nprint(ticket.topic, old.event_type)\n"
    ),
}
TOOL = """#!/usr/bin/env python3
import sys
TASKS = {"biuld": "build", "tset": "test", "dpeloy-docs": "deploy-docs"}
word = sys.argv[2]
if word in TASKS:
    sys.exit(f"shopctl: '{word}' is not a task. The closest one is '{TASKS[word]}'.")
print("done", word)
"""
PLUGINS = """import importlib.util, sys
name = sys.argv[1]
if importlib.util.find_spec(f"shop_plugin_{name}") is None:
    sys.exit(f"PluginMissing: the payment plugin {name} is not there, install shop-plugin-{name}")
print("paid by", name)
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    client.require()
    return Place(tmp_path_factory.mktemp("learning"), "installed")


def edit(path: Path, old: str, new: str) -> list[list[Any]]:
    """Return the two turns of an edit: the client wants a file read first."""
    read = {"name": "Read", "input": {"file_path": str(path)}}
    change = {"name": "Edit", "input": {"file_path": str(path), "old_string": old, "new_string": new}}
    return [[read], [change]]


def entries(place: Place) -> list[dict[str, Any]]:
    path = place.project / ".healkit/error-patterns.json"
    return json.loads(path.read_text())["patterns"] if path.exists() else []


def wait_for(what: Callable[[], Any]) -> Any:
    """Return what comes of a detached ingest, which nobody waits for otherwise."""
    until = time.monotonic() + 30
    while not (found := what()) and time.monotonic() < until:
        time.sleep(0.2)
    return found


def test_an_edit_is_learned_told_and_applied(place: Place) -> None:
    for name, text in {**FILES, "events.py": EVENTS}.items():
        (place.project / name).write_text(text)
    for name, old in (
        ("shop_a.py", 'Event(event_type="made", ident=3)'),
        ("shop_b.py", "Order(event_type=len('paid'))"),
    ):
        new = old.replace("event_type", "topic")
        command = f"python3 {name}"
        place.run(client.bash(command), *edit(place.project / name, old, new), client.bash(command))
    learned = wait_for(lambda: [one for one in entries(place) if one["origin"] == "learned"])
    assert len(learned) == 1
    assert learned[0]["occurrences"] == 2
    assert "event_type" in learned[0]["error_regex"]

    third = place.run(client.bash("python3 shop_c.py"))
    ((_, text),) = third.said(0)
    assert "event_type -> topic" in text
    assert "fixed this 2 of 2 times here" in text

    before = (place.project / "shop_c.py").read_text()
    place.healkit("run", "--fix", "--yes", "--", "python3", "shop_c.py")
    assert (place.project / "shop_c.py").read_text() == before.replace("event_type=('sold', 7)", "topic=('sold', 7)"), (
        "the class that takes the keyword rightly is left alone"
    )


def test_the_class_that_takes_the_keyword_rightly_gets_no_hint(place: Place) -> None:
    (place.project / "fine.py").write_text("from events import Legacy\n\nprint(Legacy(event_type=3).event_type)\n")
    done = place.run(client.bash("python3 fine.py"))
    assert done.said(0) == []


def test_a_corrected_command_is_learned_and_shown(place: Place) -> None:
    tool = place.project / "shopctl"
    tool.write_text(TOOL)
    tool.chmod(0o755)
    for wrong, right in (("biuld", "build"), ("tset", "test")):
        place.run(client.bash(f"./shopctl run {wrong}"), client.bash(f"./shopctl run {right}"))
    learned = wait_for(lambda: [one for one in entries(place) if "rerun" in one])
    assert len(learned) == 1
    third = place.run(client.bash("./shopctl run dpeloy-docs"))
    ((_, text),) = third.said(0)
    assert "fixed this 2 of 2 times here" in text
    said = "shopctl: 'dpeloy-docs' is not a task. The closest one is 'deploy-docs'."
    (place.tmp / "said").write_text(said)
    found = json.loads(
        place.healkit(
            "detect", "--json", "--command", "./shopctl run dpeloy-docs", "--exit-code", "1", str(place.tmp / "said")
        )
    )
    assert "./shopctl run deploy-docs" in [fix.get("command") for fix in found["diagnoses"][0]["fixes"]]


def test_an_installation_is_learned_and_told(place: Place, tmp_path: Path) -> None:
    (place.project / "pay.py").write_text(PLUGINS)
    site = tmp_path / "site"
    site.mkdir()
    pip = tmp_path / "bin/pip"
    pip.parent.mkdir()
    # The network is the one thing that is made up here: an index that holds every plugin.
    pip.write_text(
        f'#!/bin/sh\nname=$(echo "$2" | tr - _)\necho "x = 1" > "{site}/$name.py"\necho Successfully installed "$2"\n'
    )
    pip.chmod(0o755)
    more = {"PYTHONPATH": str(site), "PATH": f"{pip.parent}:{client.PATH}"}
    for name in ("stripe", "paypal"):
        command = f"python3 pay.py {name}"
        place.run(client.bash(command), client.bash(f"pip install shop-plugin-{name}"), client.bash(command), **more)
    learned = wait_for(lambda: [one for one in entries(place) if one.get("playbook") == "install-python-module"])
    assert len(learned) == 1
    third = place.run(client.bash("python3 pay.py klarna"), **more)
    ((_, text),) = third.said(0)
    assert "klarna" in text
    assert "fixed this 2 of 2 times here" in text


def test_the_file_is_readable_and_passes_the_check(place: Place) -> None:
    assert len(entries(place)) == 3
    done = subprocess.run(
        [f"{place.venv}/bin/python", "-m", "healkit", "patterns", "check"],
        cwd=place.project, env={"PATH": client.PATH, "HOME": str(place.home), "LANG": "C.UTF-8"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    text = (place.project / ".healkit/error-patterns.json").read_text()
    edited = text.replace('"severity": "medium"', '"severity": "low"', 1)
    (place.project / ".healkit/error-patterns.json").write_text(edited)
    place.healkit("learn", "status")
    assert '"severity": "low"' in (place.project / ".healkit/error-patterns.json").read_text()
