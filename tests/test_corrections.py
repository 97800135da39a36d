"""Corrected command lines: every example of `memory/corrections.json`, and what must not be corrected."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from healkit.fixers.rerun import corrected

ENTRIES = json.loads((Path(__file__).parent.parent / "memory/corrections.json").read_text())["corrections"]
EXAMPLES = [(entry["id"], example) for entry in ENTRIES for example in entry.get("examples", ())]
SEVERAL = "git: 'sta' is not a git command. See 'git --help'.\n\nThe most similar commands are\n\tstash\n\tstatus\n"


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_an_example(name: str, example: dict[str, str]) -> None:
    found = list(corrected(tuple(shlex.split(example["command"])), example["output"]))
    assert [shlex.join(words) for words in found] == [example["corrected"]]


def test_several_candidates_are_several_lines() -> None:
    assert len(list(corrected(("git", "sta"), SEVERAL))) == 2


@pytest.mark.parametrize(
    ("argv", "output"),
    [
        (("git", "log", "stauts"), "git: 'comit' is not a git command.\n\nThe most similar command is\n\tcommit\n"),
        (("git", "comit"), "git: 'comit' is not a git command.\n\nThe most similar command is\n\t$(touch x)\n"),
        (("pip", "lsit"), 'ERROR: unknown command "lsit" - maybe you meant "--proxy"\n'),
        (("make", "x", "x"), 'unknown command "x" - maybe you meant "y"'),
    ],
)
def test_nothing_is_corrected(argv: tuple[str, ...], output: str) -> None:
    assert list(corrected(argv, output)) == []


def test_a_shell_line_keeps_its_other_words() -> None:
    output = "error: no such command: `biuld`\n\nhelp: a command with a similar name exists: `build`\n"
    found = list(corrected(("sh", "-c", "cd a && cargo biuld -p 'x y'"), output))
    assert found == [("sh", "-c", "cd a && cargo build -p 'x y'")]
