"""Before it fails, in the real client: what is said of a command that always failed here, and at a session's start."""

from __future__ import annotations

import json
import marshal
import time
from pathlib import Path
from typing import Any

import client
import pytest
from test_client import Place

pytestmark = pytest.mark.e2e

FAILING, FIX = "python3 -I -B main.py", "cp spare.py libs/requests.py"
MAIN = "import sys\nsys.path.insert(0, 'libs')\nimport requests\nprint('went well')\n"


def walls(place: Place, failures: int) -> dict[str, Any]:
    """Take in what the hooks noted, until that many failures are there; return what stands compiled for them."""
    for _ in range(200):
        place.healkit("ingest")
        files = list(place.state.glob("projects/*/walls"))
        found = marshal.loads(files[0].read_bytes()) if files else {}
        if sum(kind == "failure" for kind, _ in place.events()) >= failures and not list(
            place.state.glob("projects/*/spool*")
        ):
            return found
        time.sleep(0.05)
    raise AssertionError("the failures were never taken in")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A project whose command failed in three sessions, and was healed in the first."""
    client.require()
    made = Place(tmp_path_factory.mktemp("machine"), "installed")
    made.healkit("install", "--before", "--session-start")
    (made.project / "libs").mkdir()
    (made.project / "main.py").write_text(MAIN)
    (made.project / "spare.py").write_text("")
    first = made.run(client.bash(FAILING), client.bash(FIX), client.bash(FAILING))
    assert "went well" in first.result(2)
    (made.project / "libs/requests.py").unlink()
    second = made.run(client.bash(FAILING))
    assert f"ago in another session by `{FIX}`." in str(second.said(0))
    made.run(client.bash(FAILING))
    walls(made, 3)
    for leases in made.state.glob("projects/*/leases"):
        leases.unlink()  # as if an hour had passed
    return made


def texts(run: client.Run, turn: int, event: str) -> list[str]:
    """Return what the hooks of an event have added to a request, in order."""
    blocks = list(client._texts(run.requests[turn]["messages"]))
    marks = [f"{event} hook additional context: ", f"{event}:Bash hook additional context: "]
    return [part.partition("\n\n")[0] for text in blocks for mark in marks for part in text.split(mark)[1:]]


def test_the_model_hears_of_it_beside_the_result_and_nothing_else_changes(place: Place) -> None:
    done = place.run(client.bash("echo fine"), client.bash(FAILING), client.bash(f"echo {FAILING}"))
    (start,) = set(texts(done, 0, "SessionStart"))
    assert "1. `python3 -I -B main.py` failed 3 times in 3 sessions" in start
    assert f"`{FIX}` fixed it once." in start
    assert texts(done, 1, "PreToolUse") == []
    (said,) = texts(done, 2, "PreToolUse")
    assert "this command failed the last 2 times here" in said
    assert f"`{FIX}` fixed it once." in said
    assert "No module named 'requests'" in done.result(1)  # it ran all the same
    assert len(texts(done, 2, "PostToolUseFailure")) == 1
    assert texts(done, 3, "PreToolUse") == [said]  # the same words, and another command


def test_its_success_ends_it(place: Place) -> None:
    (place.project / "libs/requests.py").write_text("")
    done = place.run(client.bash(FAILING))
    assert len(texts(done, 1, "PreToolUse")) == 1
    assert "went well" in done.result(0)
    count = sum(kind == "failure" for kind, _ in place.events())
    assert walls(place, count)["commands"] == {}
    assert list((place.state / "walls").iterdir()) == []
    again = place.run(client.bash(FAILING))
    assert texts(again, 1, "PreToolUse") == []


def test_switched_off_by_the_user_it_is_silent(place: Place) -> None:
    config = place.home / ".config/healkit/config.toml"
    config.write_text(config.read_text().replace("true", "false"))
    place.healkit("ingest")
    done = place.run(client.bash(FAILING))
    assert (texts(done, 0, "SessionStart"), texts(done, 1, "PreToolUse")) == ([], [])


def test_a_plain_install_registers_nothing_of_it(place: Place) -> None:
    settings = Path(place.project, ".claude/settings.local.json")
    place.healkit("uninstall")
    assert not settings.exists()
    place.healkit("install")
    assert "PreToolUse" not in json.loads(settings.read_text())["hooks"]
