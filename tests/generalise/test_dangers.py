"""Outputs and examples made up to do harm: nothing dangerous is learned, and nothing dangerous comes out of what was."""

from __future__ import annotations

import json
import shlex

import pytest

from healkit import generalise
from healkit.check import regexes
from healkit.generalise import CommandExample

NO_COMMAND = "tool: '{0}' is not a tool command.\n\nThe most similar command is\n\t{1}\n"
TAG = "error: tag {0} is wanted: tool build --tag {0}\n"


def learned(*examples: tuple[str, str, str]) -> list[dict]:
    found = generalise.commands([CommandExample(command=c, output=o, fixed=f) for c, o, f in examples])
    return [json.loads(json.dumps(one.entry)) for one in found]


SWAP = (
    ("tool psuh a", NO_COMMAND.format("psuh", "push"), "tool push a"),
    ("tool lst", NO_COMMAND.format("lst", "list"), "tool list"),
)
PUT_IN = (
    ("tool build", TAG.format("one"), "tool build --tag one"),
    ("tool build", TAG.format("two"), "tool build --tag two"),
)


@pytest.mark.parametrize("word", ["three", "$(id)", ";id", "a;rm", "|sh", "&&id", ">x", "*", "~root", "a\\b", "{line}"])
def test_a_capture_is_one_quoted_word(word: str) -> None:
    (made,) = generalise.corrected(learned(*PUT_IN)[0], "tool build", TAG.format(word))
    assert shlex.split(made) == ["tool", "build", "--tag", word]


@pytest.mark.parametrize("word", ["--exec=id", "-rf", "a\u202eb", "x" * 300, "'", "\x1b[31m", "`id`", "rm", "sudo", ""])
def test_a_capture_that_is_no_plain_word_is_none(word: str) -> None:
    assert generalise.corrected(learned(*PUT_IN)[0], "tool build", TAG.format(word)) == []


@pytest.mark.parametrize("right", ["rm", "--force", "sudo", "sh", "deploy", "$(id)", "push;id", "\t-rf"])
def test_no_output_names_what_is_dangerous(right: str) -> None:
    made = generalise.corrected(learned(*SWAP)[0], "tool xyz a", NO_COMMAND.format("xyz", right))
    assert all(right not in line or f"'{right}'" in line for line in made)


def test_a_slip_in_a_risky_word_is_still_put_right() -> None:
    assert generalise.corrected(learned(*SWAP)[0], "tool depoly x", NO_COMMAND.format("depoly", "deploy")) == [
        "tool deploy x"
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x build {0}", "sudo x build {0}"),
        ("x build {0}", "mkdir {0} && x build {0}"),
        ("x build {0}", "x build {0} | tee log"),
        ("x build {0}", "x build {0} > log"),
        ("x build {0}", "x build {0}; rm -rf {0}"),
        ("x build {0}", "rm {0}"),
        ("x build {0}", "x build --force {0}"),
        ("git reset {0}", "git reset --hard {0}"),
        ("git push {0}", "git push --force-with-lease {0}"),
        ("git branch -d {0}", "git branch -D {0}"),
        ("rm {0}", "rm -rf {0}"),
        ("x build {0}", "x deploy {0}"),
        ("x build {0}", "x build $(cat {0})"),
        ("x build {0}", "sh -c 'x build {0}'"),
    ],
)
def test_what_is_dangerous_is_marked_and_never_comes_out_unasked(old: str, new: str) -> None:
    pairs = [(old.format(one), f"error: cannot build {one}\n", new.format(one)) for one in ("one", "two")]
    for one in generalise.commands([CommandExample(command=c, output=o, fixed=f) for c, o, f in pairs]):
        assert one.danger
        for command, output, _ in pairs:
            assert generalise.corrected(one.entry, command, output) == []


def test_an_operator_that_the_failed_line_had_is_no_harm() -> None:
    examples = (
        (f"cd {one} && x buidl | tee log", "error: no command buidl\n", f"cd {one} && x build | tee log")
        for one in "ab"
    )
    assert generalise.corrected(learned(*examples)[0], "cd c && x buidl | tee log", "error: no command buidl\n")


def test_no_output_names_a_program() -> None:
    told = "sh: {0}: not found, use {1}\n"
    examples = (
        ("gitt status", told.format("gitt", "git"), "git status"),
        ("gitx status", told.format("gitx", "git"), "git status"),
    )
    for entry in learned(*examples):
        assert all(
            "evil" not in line for line in generalise.corrected(entry, "gity status", told.format("gity", "evil"))
        )


def test_an_entry_edited_by_hand_to_nonsense_says_nothing() -> None:
    entry = learned(*PUT_IN)[0]
    for rerun in (
        {},
        {"to": "x"},
        {"to": [{"sub": [["("]]}]},
        {"to": [{"call": "none"}]},
        {"to": ["{nobody}"]},
        {"line": "(", "to": ["x"]},
        3,
    ):
        assert generalise.corrected({**entry, "rerun": rerun}, "tool build", TAG.format("one")) == []
    assert generalise.corrected({"rerun": {"to": ["id"]}}, "tool build", "") == []


HUGE = "".join(f"warning: {n} of {n * 7} files in /p/{n % 13}/x differ: a, b, c, d\n" for n in range(4_000))
LONG = "error: " + "ab 'c' (d) " * 4_000 + "\n"


@pytest.mark.timeout(60)  # a stuck search, not a slow machine
@pytest.mark.parametrize(
    "noise",
    [HUGE, LONG, "\n" * 50_000, " " * 100_000, "'" * 20_000, "a.b/" * 20_000],
    ids=["lines", "a line", "line ends", "blanks", "quotes", "paths"],
)
def test_learning_ends_whatever_was_said(noise: str) -> None:
    told = f"{noise}\nerror: cannot build {{0}}\n"
    found = learned(*((f"x build {one} --all", told.format(one), f"x build {one}") for one in ("one", "two")))
    assert found
    assert generalise.corrected(found[0], "x build three --all", told.format("three")) == ["x build three"]


@pytest.mark.parametrize("examples", [SWAP, PUT_IN], ids=["swap", "put in"])
def test_what_is_built_cannot_run_away(examples: tuple[tuple[str, str, str], ...]) -> None:
    found = learned(*examples)
    assert found
    for entry in found:
        assert regexes.compile_regex(entry["error_regex"])[0] is not None
        assert regexes.runaway(entry["error_regex"]) == ("", "")
