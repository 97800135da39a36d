"""Two shell sessions put a line right; the third one is told at its prompt, and `healkit why` shows the line."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from test_shells import INSTALLED, Shell, by_hand, program, start, state  # noqa: F401 - fixtures

from healkit import history

pytestmark = pytest.mark.slow
TOOL = """for word in "$@"; do
  [ "$word" != --al ] || { echo "shopctl: no option --al" >&2; exit 2; }
done
echo done"""


@pytest.mark.parametrize("name", INSTALLED)
def test_a_line_put_right_twice_is_told_the_third_time(
    start: Callable[..., Shell],  # noqa: F811
    state: Path,  # noqa: F811
    isolated_home: Path,
    name: str,
) -> None:
    program(isolated_home, "shopctl", TOOL)
    for wrong in ("shopctl build --al x", "shopctl test --al -v"):
        shell = start(name)
        assert shell.said(wrong) == []
        shell.run(wrong.replace("--al", "--all"))
        shell.close()
        entries = shell.project / ".healkit/error-patterns.json"
    until = time.monotonic() + 30
    while not list(state.glob("projects/*/corrected")) and time.monotonic() < until:
        time.sleep(0.1)
    (entry,) = json.loads(entries.read_text())["patterns"]
    assert (entry["origin"], entry["tools"]) == ("learned", ["shopctl"])
    third = start(name)
    assert third.said("shopctl deploy --al now") == [
        "healkit: a line like this was put right here as `shopctl deploy --all now`"
    ]
    assert third.said("shopctl deploy --other") == []


@pytest.mark.parametrize("name", INSTALLED)
def test_another_program_right_after_a_failure_is_no_correction(
    start: Callable[..., Shell],  # noqa: F811
    state: Path,  # noqa: F811
    isolated_home: Path,
    name: str,
) -> None:
    program(isolated_home, "shopctl", TOOL)
    program(isolated_home, "other", "exit 0")
    shell = start(name, by_hand(name))
    shell.run("shopctl build --al x")
    shell.run("other build --all x")
    shell.run("shopctl build --all x")
    shell.close()
    time.sleep(1)
    root = str(shell.project)
    history.ingest(root)
    with history.open_history(root) as past:
        kinds = [(event.kind, event.command) for event in past.events()]
    assert ("failure", "shopctl build --al x") in kinds
    assert "success" not in [kind for kind, _ in kinds]
