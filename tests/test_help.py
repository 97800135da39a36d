"""Every command of the tree says in one line what it does, shows examples, and stands in the documents."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from healkit import cli
from healkit.cli.version import HELP

CHECKOUT = Path(__file__).parent.parent
DOCUMENT = CHECKOUT / "docs/commands.md"
WIDEST = 60
SLOW = ("sqlite3", "rich", "orjson", "regex", "jsonschema", "filelock", "tomllib")


def _walk(command: Any, name: str = "") -> list[tuple[str, Any]]:
    found = [(name, command)] if name else []
    for own, child in getattr(command, "commands", {}).items():
        found += _walk(child, f"{name} {own}".strip())
    return found


TREE = {name: command for name, command in _walk(typer.main.get_command(cli.build())) if not command.hidden}


def _shown(*args: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "healkit", *args, "--help"], capture_output=True, text=True, check=True, cwd=CHECKOUT
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("name", TREE)
def test_help_begins_with_one_line_and_examples(name: str) -> None:
    text = TREE[name].help or ""
    summary = re.split(r"\n\s*\n", text.strip())[0]
    assert len(summary) <= WIDEST, summary
    assert "\n" not in summary
    assert summary.endswith(".")
    assert "Examples:" in text
    assert re.search(rf"Examples:\n(?:.*\n)*?\s+.*healkit {name}\b", text), "no example of the command itself"


@pytest.mark.parametrize("name", TREE)
def test_help_of_every_command_is_printed_with_its_examples(name: str) -> None:
    shown = _shown(*name.split())
    assert "healkit" in shown.partition("Examples:")[2]
    assert "Options:" not in shown or shown.index("Examples:") < shown.index("Options:")


def test_no_summary_is_cut_in_the_list_of_commands() -> None:
    for group in ("", *{name.rpartition(" ")[0] for name in TREE if " " in name}):
        listing = _shown(*group.split()).partition("Commands:\n")[2]
        assert listing
        assert "..." not in listing, listing
        for name, command in TREE.items():
            if name.rpartition(" ")[0] == group:
                summary = re.split(r"\n\s*\n", command.help.strip())[0]
                assert re.search(rf"^  {re.escape(name.rpartition(' ')[2])}\s+{re.escape(summary)}$", listing, re.M), (
                    name
                )


@pytest.mark.parametrize("name", TREE)
def test_every_command_stands_in_the_documents_with_an_example(name: str) -> None:
    text = DOCUMENT.read_text()
    section = re.search(rf"^## `healkit {name}`.*?(?=^## |\Z)", text, re.M | re.S)
    assert section is not None, f"docs/commands.md has no section about `healkit {name}`"
    assert re.search(rf"^\$ .*healkit {name}\b", section[0], re.M), "no example in its section"


def test_the_document_describes_no_command_that_is_gone() -> None:
    assert set(re.findall(r"^## `healkit ([^`]+)`", DOCUMENT.read_text(), re.M)) == set(TREE)


def _words(line: str) -> list[str]:
    import shlex

    command = next(part for part in line.split(" | ") if "healkit" in part)
    return shlex.split(command.partition("  ")[0].partition(" #")[0].partition("<")[0])


@pytest.mark.parametrize("line", [m[1] for m in re.finditer(r"^\$ (.*healkit .*)$", DOCUMENT.read_text(), re.M)])
def test_the_documents_examples_use_options_that_there_are(line: str) -> None:
    words = _words(line)
    words = words[words.index("healkit") + 1 :]
    name = max((n for n in TREE if words[: len(n.split())] == n.split()), key=len, default="")
    if not name:
        assert set(words) <= {"--version", "--verbose", "--help"}
        return
    if words[0] == "config" and name == "config":
        name = "config show"
    known = {option for param in TREE[name].params for option in (*param.opts, *param.secondary_opts)} | {"--help"}
    given = words[: words.index("--")] if "--" in words else words
    assert {word.partition("=")[0] for word in given if word.startswith("-") and word != "-"} <= known, line


READING = [name for name, command in TREE.items() if any("--json" in param.opts for param in command.params)]


def test_every_reading_command_has_json() -> None:
    for name in ("why", "detect", "history", "log", "doctor", "modules", "trust", "ignore", "config show", "playbooks list",
                 "playbooks show", "patterns list", "patterns show", "patterns check", "patterns test"):  # fmt: skip
        assert name in READING


@pytest.mark.parametrize(
    "args",
    [
        ["why"],
        ["history"],
        ["modules"],
        ["config"],
        ["playbooks", "list"],
        ["ignore", "--list"],
        ["doctor"],
        ["trust", "--list"],
    ],
)
def test_json_is_one_object_with_a_version(args: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "healkit", *args, "--json"], capture_output=True, text=True, check=False, cwd=tmp_path,
        env={**__import__("os").environ, "PYTHONPATH": str(CHECKOUT)},
    )  # fmt: skip
    assert json.loads(done.stdout)["version"] == 1


def test_help_loads_nothing_slow() -> None:
    code = "import sys; from healkit.__main__ import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=CHECKOUT)
    assert not set(SLOW) & set(done.stderr.split())


def test_the_first_help_names_the_commands_that_matter_most() -> None:
    for word in ("healkit run", "healkit why", "healkit install", "healkit detect"):
        assert word in HELP
