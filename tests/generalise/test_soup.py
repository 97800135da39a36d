"""Whatever stands in examples: learning ends without an error, and what it gives holds its promises."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from healkit import generalise
from healkit.generalise import CommandExample, EditExample, InstallExample, danger

WORDS = [
    "git",
    "push",
    "a",
    "--x",
    "-f",
    "'",
    '"',
    "\\",
    "(",
    "[a",
    "*",
    "{line}",
    "{0}",
    "<<wrong>>",
    "$(x)",
    "&&",
    "|",
    ";",
    ">",
    "2>&1",
    "a.py",
    "/x/y",
    "http://h:1/",
    "é",
    "\u202e",
    "\x00",
    "error:",
    "not",
    "found",
    "'foo'",
    "`bar`",
    "x=1",
    "sudo",
    "--",
    "{}",
    "%",
    "?",
    "^",
    "$",
    "+",
    ".",
    "..",
    "~",
    "~/z",
    "1",
    "line",
    "[masked]",
    "one,two,three",
    "a|b|c",
]
words = st.lists(st.sampled_from([*WORDS, "\n", "\t", "Did you mean"]), max_size=12).map(" ".join)


@st.composite
def alike(draw: st.DrawFn) -> list[tuple[str, str, str]]:
    """Draw two or three examples that differ in a word of each text."""
    texts = [draw(words), draw(words), draw(words)]
    made = [tuple(texts)]
    for _ in range(draw(st.integers(1, 2))):
        changed = []
        for text in texts:
            parts = text.split(" ")
            parts[draw(st.integers(0, len(parts) - 1))] = draw(st.sampled_from(WORDS))
            changed.append(" ".join(parts))
        made.append(tuple(changed))
    return made


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(alike(), words, words)
def test_commands_of_any_shape(examples: list[tuple[str, str, str]], command: str, output: str) -> None:
    found = generalise.commands([CommandExample(command=c, output=o, fixed=f) for c, o, f in examples])
    for one in found:
        entry = json.loads(json.dumps(one.entry))
        assert entry == one.entry
        for example in entry["rerun"]["examples"]:
            made = generalise.corrected(entry, example["command"], example["output"])
            assert made[0].split() == example["corrected"].split()
        for made in generalise.corrected(entry, command, output):
            assert not danger.introduced(command, made)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(alike(), words, st.sampled_from(["pip install foo", "npm i bar", "pip install 'a b'", "'", ""]))
def test_edits_and_installations_of_any_shape(examples: list[tuple[str, str, str]], around: str, install: str) -> None:
    edits = [
        EditExample(command=a, output=b, file="a.py", old=a, new=c, before=f"{around}\n{a}\n{around}" if around else "")
        for a, b, c in examples
    ]
    installs = [InstallExample(command=a, output=b, install=install) for a, b, _ in examples]
    for one in (*generalise.edits(edits), *generalise.installs(installs)):
        assert json.loads(json.dumps(one.entry)) == one.entry
        assert one.entry["error_regex"]


def test_the_place_of_a_secret_is_never_a_word_of_a_fix() -> None:
    told = "error: no session for {0}\n"
    examples = [
        CommandExample(command=f"x get {n}", output=told.format(n), fixed=f"x get --token [masked] {n}")
        for n in ("a1", "b2")
    ]
    assert generalise.commands(examples) == []
    edits = [
        EditExample(command="x", output=told.format(n), file="a.py", old=f"get({n})", new=f'get({n}, "[masked]")')
        for n in ("a1", "b2")
    ]
    assert generalise.edits(edits) == []
