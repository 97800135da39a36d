"""`rerun` of a pattern entry: its fields, its check, and what it says when it is edited by hand."""

from __future__ import annotations

import json
import re

import pytest

from healkit import check
from healkit.check.house import House
from healkit.correct import fields, learned
from healkit.correct.line import Line

ENTRY = {
    "id": "tool-near",
    "error_regex": r"no command '(?P<wrong>[^\s']{1,120})', one of: (?P<choices>[^\n]{0,2000})",
    "category": "command_error",
    "severity": "medium",
    "tools": ["tool"],
    "message": "there is no {wrong}",
    "rerun": {
        "right": {"of": "choices", "near": "wrong"},
        "to": [{"swap": "wrong"}],
        "examples": [
            {
                "command": "tool biuld -v",
                "output": "no command 'biuld', one of: build, test",
                "corrected": "tool build -v",
            }
        ],
    },
    "examples": [{"output": "no command 'biuld', one of: build, test", "captures": {"wrong": "biuld"}, "tool": "tool"}],
}


def issues(**rerun: object) -> list[str]:
    entry = {**ENTRY, "rerun": {**ENTRY["rerun"], **rerun}}
    text = json.dumps({"patterns": [{key: value for key, value in entry.items() if value is not None}]})
    sheet, _ = check.check_text("x.json", "project", text.encode(), House())
    return [issue.what for issue in sheet.issues if issue.level in ("error", "warning")]


def test_a_good_entry_has_no_issue() -> None:
    assert issues() == []


@pytest.mark.parametrize(
    ("rerun", "said"),
    [
        ({"line": "("}, "bad regular expression"),
        ({"has": ["["]}, "bad regular expression"),
        ({"to": [{"sub": [["(", "x"]]}]}, "bad regular expression"),
        ({"line": "(a+)+$"}, "runs away"),
        ({"to": ["tool {wrnog}"]}, "{wrnog} is captured by no group"),
        ({"to": ["tool {wrong|steam}"]}, "there is no filter |steam"),
        ({"to": []}, ""),
        ({"too": ["x"]}, ""),
        ({"to": [{"call": "as_root"}]}, ""),
        ({"to": ["tool never"]}, "does not become `tool build -v`: it gives `tool never`"),
        ({"lacks": ["-v"]}, "it gives nothing"),
    ],
)
def test_what_is_wrong_is_said(rerun: dict[str, object], said: str) -> None:
    found = issues(**rerun)
    assert found
    assert any(said in what for what in found)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("{line}", "tool run 'a b.c' -x dir/f.py"),
        ("{0}", "tool"),
        ("{-1}", "dir/f.py"),
        ("{3:}", "-x dir/f.py"),
        ("{:2}", "tool run"),
        ("{:-1}", "tool run 'a b.c' -x"),
        ("{-2:}", "-x dir/f.py"),
        ("{9:}", ""),
        ("{9}", None),
        ("{:9}", None),
        ("{2|stem}", "'a b'"),
        ("{-1|stem}", "dir/f"),
        ("{-1|dir}", "dir"),
        ("{-1|base}", "f.py"),
        ("{3|bare}", "x"),
        ("{0|upper}", "TOOL"),
        ("{0|none}", None),
        ("{name}", "'b; c'"),
        ("{name|upper}", "'B; C'"),
        ("{nobody}", None),
        ("{before flag}", "tool run 'a b.c' "),
        ("{after flag}", " dir/f.py"),
        ("{before name}", None),
    ],
)
def test_a_field_is_a_piece_of_the_line_or_a_quoted_capture(field: str, value: str | None) -> None:
    found = fields.FIELD.fullmatch(field)
    assert found is not None
    plain = {"name": "b; c", "flag": "-x"}
    captures = {"name": "'b; c'", "flag": "-x"}
    assert fields.value(found, Line("tool run 'a b.c' -x dir/f.py"), captures, plain) == value


def test_what_is_no_field_stays() -> None:
    assert not any(fields.FIELD.search(text) for text in ("{}", "{print $1}", "{a b}", "{1..3}", "{ line }", "${A}"))
    assert re.sub(fields.FIELD, "", "{1}{name}") == ""


@pytest.mark.parametrize(
    ("command", "made"),
    [
        ("tool biuld", ["tool build"]),
        ("cd a && tool biuld | tail -3", ["cd a && tool build | tail -3"]),
        ("A=1 tool biuld 2>&1 > log", ["A=1 tool build 2>&1 > log"]),
        ("sudo tool biuld", ["sudo tool build"]),
        ("other biuld", []),
        ("tool test", []),
        ("", []),
    ],
)
def test_the_simple_command_that_failed_is_corrected_and_the_rest_stays(command: str, made: list[str]) -> None:
    assert learned.results(ENTRY, command, "no command 'biuld', one of: build, test\n") == made


def test_several_expressions_are_asked_one_after_another() -> None:
    entry = {**ENTRY, "error_regex": ["never said", ENTRY["error_regex"]]}
    assert learned.results(entry, "tool biuld", "no command 'biuld', one of: build, test\n") == ["tool build"]


def test_without_an_expression_only_silence_counts() -> None:
    entry = {"tools": ["java"], "rerun": {"line": r"^java\s+\w+\.java$", "to": ["java {1|stem}"]}}
    assert learned.results(entry, "java Main.java", "\n") == ["java Main"]
    assert learned.results(entry, "java Main.java", "Exception") == []
    assert learned.results({"rerun": entry["rerun"]}, "java Main.java", "") == []
