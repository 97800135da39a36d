"""`healkit patterns check`: each slip of a hand has its own message; exit codes; the pre-commit hook."""

# ruff: noqa: F811 - a fixture's name is imported, and then a parameter's
from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import CHECKOUT
from patterns import FILE, healkit, project, write_project  # noqa: F401

SLIPS = [  # a name, an entry's text (in a file from line 2 on), line:column of the message, what is said
    (
        "trailing comma",
        '{"id": "a", "error_regex": "Alpha 1", "category": "unknown",}',
        "2:60",
        "trailing comma before }",
    ),
    ("missing quote, end", '{"id": "a, "error_regex": "Alpha 1", "category": "unknown"}', "2:8", "missing quote"),
    (
        "missing quote, key",
        '{id": "a", "error_regex": "Alpha 1", "category": "unknown"}',
        "2:2",
        "missing opening quote before id",
    ),
    ("missing comma", '{"id": "a" "error_regex": "Alpha 1", "category": "unknown"}', "2:11", 'missing comma after "a"'),
    (
        "single backslash",
        r'{"id": "a", "error_regex": "Alpha \d", "category": "unknown"}',
        "2:35",
        r"\d is no JSON escape; double the backslash",
    ),
    (
        "raw string",
        r'{"id": "a", "error_regex": r"Alpha 1", "category": "unknown"}',
        "2:28",
        "r before the quote, as in Python",
    ),
    (
        "merge conflict",
        '<<<<<<< HEAD\n{"id": "a"}\n=======\n{"id": "b"}\n>>>>>>> other',
        "2:1",
        "a merge conflict that is not resolved; keep one side",
    ),
    (
        "capture name in the message",
        r'{"id": "a", "error_regex": "Alpha (?P<name>\\w+)", "category": "unknown", "message": "no {nmae}"}',
        "2:90",
        '{nmae} is captured by no group; did you mean "name"?',
    ),
    (
        "capture name in an example",
        r'{"id": "a", "error_regex": "Alpha (?P<n>\\w+)", "category": "x:y", "examples": [{"output": "Alpha x", "captures": {"nn": "x"}}]}',
        "2:116",
        'no group is called "nn"',
    ),
    (
        "group of another engine",
        '{"id": "a", "error_regex": "Alpha (?<n>x)", "category": "unknown"}',
        "2:36",
        "a named group is written (?P<name>...)",
    ),
    (
        "group name",
        '{"id": "a", "error_regex": "Alpha (?P<1n>x)", "category": "unknown"}',
        "2:39",
        "a name has letters, digits and _, no digit first",
    ),
    (
        "never matches",
        r'{"id": "a", "error_regex": "Alpha (?P<n>\\d+) of", "category": "unknown", "examples": ["Alpha 3\tof"]}',
        "2:88",
        r"the expression never matches this example: it matches up to `Alpha 3`, then wants ` of` and finds `\tof`",
    ),
    (
        "never matches for its case",
        '{"id": "a", "error_regex": "Alpha 1", "category": "unknown", "examples": ["alpha 1"]}',
        "2:75",
        "only upper and lower case differ",
    ),
    (
        "never matches over lines",
        r'{"id": "a", "error_regex": "Alpha.*beta", "category": "unknown", "examples": ["Alpha\nbeta"]}',
        "2:79",
        "a . does not reach the next line",
    ),
    (
        "runs away",
        r'{"id": "a", "error_regex": "Alpha (\\w+\\s?)+!", "category": "unknown"}',
        "2:28",
        "the expression runs away on",
    ),
]


@pytest.mark.parametrize(("name", "entry", "place", "said"), SLIPS, ids=[slip[0] for slip in SLIPS])
def test_every_slip_has_its_own_message(healkit: Any, name: str, entry: str, place: str, said: str) -> None:
    Path(".healkit").mkdir()
    Path(FILE).write_text(f'{{"patterns": [\n{entry}\n]}}\n' if name != "merge conflict" else f"\n{entry}\n")
    done = healkit("patterns", "check")
    assert done.code == 1
    first = done.out.splitlines()[0]
    assert first.startswith(f"{FILE}:{place}: {said}") or (first.startswith(f"{FILE}:{place}: ") and said in first)
    others = [row for row in SLIPS if row[0] != name and row[3] in first]
    assert not others


@pytest.mark.parametrize(
    ("text", "args", "code"),
    [
        ('{"patterns": []}', [], 0),
        ('{"patterns": [{"id": "a", "error_regex": "Alpha 1", "category": "custom"}]}', [], 0),
        ('{"patterns": [,]}', [], 1),
        ('{"patterns": []}', ["absent.json"], 1),
        ('{"patterns": []}', ["--nonsense"], 2),
        ('{"patterns": []}', ["--trust", "--json"], 2),
        (None, [], 0),
    ],
    ids=[
        "fine",
        "a warning",
        "an error",
        "no such file",
        "no such option",
        "options that do not go together",
        "no files",
    ],
)
def test_exit_codes_are_as_documented(healkit: Any, text: str | None, args: list[str], code: int) -> None:
    if text is not None:
        Path(".healkit").mkdir()
        Path(FILE).write_text(text)
    assert healkit("patterns", "check", *args).code == code


def test_fix_goes_through_no_link_out_of_the_project(healkit: Any, project: Path) -> None:
    outside = project.parent / "settings.json"
    outside.write_text('{"patterns": [],}')
    Path(".healkit").mkdir()
    Path(FILE).symlink_to(outside)
    done = healkit("patterns", "check", "--fix")
    assert done.code == 1
    assert "leads out of the project" in done.err
    assert outside.read_text() == '{"patterns": [],}'


# -- as a pre-commit hook


def run_hook(project: Path, entry: str, *files: str) -> subprocess.CompletedProcess[str]:
    """Run a hook's entry line as pre-commit does: split into words, the staged files added."""
    words = [sys.executable, "-m", *entry.split(), *files]
    return subprocess.run(words, cwd=project, capture_output=True, text=True, check=False)


def test_as_a_pre_commit_hook(project: Path) -> None:
    hooks = re.findall(r"(?m)^  entry: (.*)$", (CHECKOUT / ".pre-commit-hooks.yaml").read_text())
    (project / ".git").rmdir()
    subprocess.run(["git", "init", "-q"], check=True)
    write_project("Alpha (?P<x>\\d+)")
    subprocess.run(["git", "add", FILE], check=True)
    staged = subprocess.run(
        ["git", "diff", "--cached", "--name-only"], capture_output=True, text=True, check=True
    ).stdout.split()
    assert staged == [FILE]
    assert run_hook(project, hooks[0], *staged).returncode == 0
    Path(FILE).write_text(
        Path(FILE).read_text().replace('"category": "unknown"', '"category": "Unknown",', 1).replace(",,", ",")
    )
    broken = Path(FILE).read_text().replace("\n  ]", ",\n  ]")
    Path(FILE).write_text(broken)
    done = run_hook(project, hooks[0], *staged)
    assert done.returncode == 1
    assert done.stdout.startswith(f"{FILE}:")
    assert "trailing comma before ]" in done.stdout
    assert Path(FILE).read_text() == broken
    mended = run_hook(project, hooks[1], *staged)
    assert mended.returncode == 0, mended.stdout  # pre-commit itself fails a run that changed a file
    assert Path(FILE).read_text() != broken
    assert run_hook(project, hooks[0], *staged).returncode == 0
    assert sorted(os.listdir(".healkit")) == ["error-patterns.json"]


@pytest.mark.parametrize("page", ["README.md", "docs/patterns.md"])
def test_the_examples_of_the_documentation_are_fine(healkit: Any, page: str) -> None:
    blocks = [json.loads(text) for text in re.findall(r"(?s)```json\n(.*?)```", (CHECKOUT / page).read_text())]
    assert blocks
    Path(".healkit").mkdir()
    for block in blocks:
        books = "playbooks" in block
        value = block if books or "patterns" in block else {"patterns": [block]}
        Path(".healkit/recovery-playbook.json" if books else FILE).write_text(json.dumps(value))
        done = healkit("patterns", "check", *([] if not books else [FILE]))
        assert done.code == 0, done.out
        assert "warning" not in done.err + done.out
