"""A draft from one failure: the decisive line, what varies as groups, no secret, and an expression that holds."""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patterns import FROB

from healkit import draft, literals, memory
from healkit.check import regexes

# -- the draft

LINES = [  # a line, its expression, what it captures, its category
    (
        FROB,
        r"""FrobError: gear '(?P<name>[^'\n]+)' jammed at tooth (?P<number>\d+) in (?P<file>[^\s:,'"]+)""",
        {"name": "g7", "number": "42", "file": "cfg/main.toml"},
        "unknown",
    ),
    (
        "src/a.c:3:5: error: 'x' undeclared (first use in this function)",
        r"(?m)^(?P<file>[^\s:]+):(?P<line>\d+):(?P<column>\d+): error: '(?P<symbol>[^'\n]+)' undeclared \(first use in this function\)",
        {"file": "src/a.c", "line": "3", "column": "5", "symbol": "x"},
        "build_error",
    ),
    (
        "acme: no module named `core.api` found",
        r"acme: no module named `(?P<module>[^`\n]+)` found",
        {"module": "core.api"},
        "dependency_issue",
    ),
    (
        "2026-01-02T10:11:12Z ERROR [db] connection refused by db.internal:5432 after 30s",
        r"ERROR \[db\] connection refused by (?P<host>[\w.-]+:\d+) after \d+(?:\.\d+)? ?\w+",
        {"host": "db.internal:5432"},
        "network_error",
    ),
    (
        "error: cannot open 'data/in.csv': permission denied (errno 13)",
        r"error: cannot open '(?P<file>[^'\n]+)': permission denied \(errno (?P<number>\d+)\)",
        {"file": "data/in.csv", "number": "13"},
        "permission_error",
    ),
    (
        "fatal: pull https://host.example/a/b failed with status 502, took 3.2 s",
        r"""fatal: pull (?P<url>[^\s'"`<>)]+) failed with status (?P<code>\d+), took \d+(?:\.\d+)? ?\w+""",
        {"url": "https://host.example/a/b", "code": "502"},
        "unknown",
    ),
    (
        "E0599 in gadget 1.2.3: missing trait (found 0xdeadbeef)",
        r"E0599 in gadget (?P<version>v?\d[\w.+-]*): missing trait \(found [0-9a-fx-]+\)",
        {"version": "1.2.3"},
        "unknown",
    ),
    (
        'Error: can\'t find "zork"',
        r"Error: can't find \"(?P<name>[^\"\n]+)\"".replace('\\"', '"'),
        {"name": "zork"},
        "unknown",
    ),
    ("'x' 'y' 'z' 5", r"'x' 'y' 'z' (?P<number>\d+)", {}, "unknown"),
]


@pytest.mark.parametrize(("line", "regex", "captures", "category"), LINES, ids=[line[:20] for line, *_ in LINES])
def test_what_varies_becomes_groups(line: str, regex: str, captures: dict[str, str], category: str) -> None:
    if not captures:
        assert draft.generalise(line) == (regex, "'x' 'y' 'z' {number}")
        return
    entry = draft.draft(f"building\n{line}\n", "make")
    assert entry["error_regex"] == regex
    assert entry["category"] == category
    assert entry["examples"] == [{"output": line, "captures": captures, "tool": "make", "version": ""}]
    found = re.search(regex, line)
    assert found is not None
    assert found.groupdict() == captures
    assert all(f"{{{name}}}" in entry["message"] or name in ("file", "line", "column") for name in captures)
    assert regexes.runaway(regex) == ("", "")
    assert max(map(len, literals.required_literals(regex))) >= 5
    assert re.fullmatch(r"[a-z0-9-]{3,60}", entry["id"])


def test_every_shipped_example_can_be_drafted_and_recognises_itself() -> None:
    """The drafts of a thousand real outputs: each compiles in both engines, matches its line, and does not run away."""
    count = 0
    for layer in memory.open_memory("").layers:
        for file in layer.files:
            for raw in json.loads(Path(file).read_text())["patterns"][::3]:
                for example in raw.get("examples", [])[:1]:
                    output = example if isinstance(example, str) else example["output"]
                    try:
                        entry = draft.draft(output)
                    except ValueError:
                        continue
                    count += 1
                    line = entry["examples"][0]["output"]
                    assert re.search(entry["error_regex"], line), line
                    assert regexes.compile_other(entry["error_regex"])[0] is not None
                    assert not regexes.disagreement(re.compile(entry["error_regex"]), line)
                    assert set(re.findall(r"\{(\w+)\}", entry["message"])) <= set(
                        re.findall(r"\(\?P<(\w+)>", entry["error_regex"])
                    )
    assert count > 200


def test_the_decisive_line_is_found_among_others() -> None:
    text = (
        "$ acme build\n"
        "compiling a\nwarning: unused b\nacme: link step failed: no space in segment\n\n3 errors\nmake: *** [all] Error 2\n"
    )
    assert draft.decisive_line(text) == "acme: link step failed: no space in segment"
    text = (
        'Traceback (most recent call last):\n  File "a.py", line 3, in <module>\n    main()\nacme.Odd: not this way\n'
    )
    assert draft.decisive_line(text) == "acme.Odd: not this way"


def test_secrets_and_odd_characters_stay_out_of_a_draft() -> None:
    key = "ghp_" + "a1B2" * 9
    entry = draft.draft(f"AcmeError: token {key} of bob@acme.example was refused \x07\u202e by host 7\n")
    assert key not in json.dumps(entry)
    assert "bob@" not in json.dumps(entry)
    assert "[masked]" not in entry["error_regex"]
    assert "masked" not in entry["message"] + entry["id"]
    assert (entry["error_regex"] + entry["message"] + entry["id"]).isprintable()
    assert re.search(entry["error_regex"], f"AcmeError: token {key} of x was refused \x07\u202e by host 8")


@pytest.mark.parametrize("text", ["", "\n\n", "[masked]", "---\n==="])
def test_nothing_to_recognise(text: str) -> None:
    with pytest.raises(ValueError, match="nothing in the output names the failure"):
        draft.draft(text)


def test_ids_that_are_taken_get_a_number() -> None:
    taken = {"frob-error-gear-jammed-at-tooth", "frob-error-gear-jammed-at-tooth-2"}
    assert draft.draft(FROB, taken=taken)["id"] == "frob-error-gear-jammed-at-tooth-3"


WORDS = st.sampled_from(
    [
        "error:",
        "FooError",
        "'a b'",
        '"',
        "'",
        "`x`",
        "a/b/c.py:3:4",
        "/" * 9,
        "10.0.0.1:80",
        "https://u:p@h/x",
        "0xff",
        "1.2.3",
        "7",
        "12ms",
        "{x}",
        "missing ",
        "expected ",
        "aaaa.",
        "....",
        "\t\t",
        "\u202e",
        "\x07",
        "\n",
        "(",
        "[",
        "\\",
        "*+?",
        "ghp_" + "a1" * 18,
        "me@host.example",
        "é",
        "–",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS | st.text(max_size=6), max_size=30).map(" ".join))
def test_whatever_the_output_holds_the_draft_recognises_its_line(output: str) -> None:
    try:
        entry = draft.draft(output, "make")
    except ValueError:
        return
    line = entry["examples"][0]["output"]
    assert re.search(entry["error_regex"], line)
    assert "ghp_" not in json.dumps(entry)
    assert re.fullmatch(r"[a-z0-9-]{1,60}", entry["id"])
    assert set(re.findall(r"\{(\w+)\}", entry["message"])) <= set(entry["examples"][0].get("captures", {}))


@pytest.mark.parametrize("piece", ["a", "missing ", "expected ", "a/", "'", ".a", "1.", "(", "- ", "a:", "x error "])
def test_a_huge_line_ends(piece: str) -> None:
    assert len(draft.decisive_line(piece * 200_000 + "failed: no luck")) <= draft.MAX_LINE
    with contextlib.suppress(ValueError):
        draft.draft(piece * 200_000 + "failed: no luck", "make")
