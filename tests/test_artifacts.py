"""JUnit XML and SARIF, as real tools write them, are read like the output that they stand for."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from healkit import artifacts, intake
from healkit.cli.reading import what_matters
from healkit.detect import detect
from healkit.memory import open_memory
from healkit.records import Diagnosis


def named(text: bytes) -> list[Diagnosis]:
    return detect(intake.from_text(text, exit_code=None), open_memory(""))


def test_a_pytest_report_names_test_place_and_assertion(tmp_path: Path) -> None:
    (tmp_path / "test_shop.py").write_text(
        "class TestCart:\n    def test_sum(self):\n        assert sum([1, 2]) == 4, 'too little'\n\ndef test_ok():\n    pass\n"
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-c",
        "/dev/null",
        "--rootdir",
        ".",
        "--junitxml=r.xml",
    ]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    found = named(what_matters(str(tmp_path / "r.xml"), ""))[0]
    assert found.pattern_id == "pytest-assertion"
    assert (found.location.file, found.location.line) == ("test_shop.py", 3)
    assert found.captures["test"].endswith("TestCart.test_sum")


def test_a_report_whose_tests_passed_says_nothing() -> None:
    passed = b'<testsuite tests="1"><testcase name="error_handling" classname="a"/></testsuite>'
    assert artifacts.as_output(passed) == b""


JAVA = """<?xml version="1.0" encoding="UTF-8"?>
<!-- written by a runner -->
<testsuites><testsuite name="inner" tests="2">
  <testcase name="adds" classname="com.acme.CalcTest" file="src/CalcTest.java" line="14">
    <failure message="expected: &lt;4&gt; but was: &lt;5&gt;" type="AssertionFailedError">the stack</failure></testcase>
  <testcase name="subtracts" classname="com.acme.CalcTest"/>
</testsuite></testsuites>"""


def test_another_runners_report_names_test_message_and_place() -> None:
    found = named(artifacts.as_output(JAVA.encode()) or b"")[0]
    assert found.pattern_id == "junit-report-failure"
    assert found.captures["test"] == "com.acme.CalcTest.adds"
    assert found.message == "com.acme.CalcTest.adds failed: expected: <4> but was: <5>"
    assert (found.location.file, found.location.line) == ("src/CalcTest.java", 14)


def test_a_real_linters_sarif_names_rule_and_place(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("import os\n")
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--isolated",
        "--select",
        "F401",
        "--output-format",
        "sarif",
        "bad.py",
    ]
    report = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).stdout
    found = named(artifacts.as_output(report) or b"")[0]
    assert (found.pattern_id, found.captures["rule"], found.location.line) == ("sarif-result", "F401", 1)
    assert found.location.file.endswith("/bad.py")


def sarif(**more: object) -> bytes:
    result = {"ruleId": "B602", "level": "error", "message": {"text": "shell=True\nfound"}, **more}
    place = {
        "physicalLocation": {"artifactLocation": {"uri": "a%20b.py"}, "region": {"startLine": 7, "startColumn": 2}}
    }
    run = {"tool": {"driver": {"name": "Bandit"}}, "results": [{"locations": [place], **result}]}
    return json.dumps({"version": "2.1.0", "runs": [run]}).encode()


def test_a_scanners_result_is_a_security_finding() -> None:
    text = artifacts.as_output(sarif())
    assert text == b"a b.py:7:2: error: shell=True found [Bandit B602]\n"


@pytest.mark.parametrize(
    "more", [{"level": "none"}, {"kind": "pass"}, {"suppressions": [{"kind": "inSource"}]}, {"level": "note"}]
)
def test_what_is_suppressed_or_only_a_note_is_no_failure(more: dict[str, object]) -> None:
    assert named(artifacts.as_output(sarif(**more)) or b"") == []


@pytest.mark.parametrize(
    "data",
    [
        b"<testsuite><testcase></testsuite>",
        b'{"runs": [{"results": 3}]}',
        b'{"runs": [',
        b"<html><body>error</body></html>",
        b'{"name": "a package"}',
        b"",
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><testsuite><testcase name="&a;"/></testsuite>',
    ],
)
def test_what_is_neither_or_damaged_is_left_as_it_is(data: bytes, tmp_path: Path) -> None:
    assert artifacts.as_output(data) is None
    (tmp_path / "log").write_bytes(data)
    assert what_matters(str(tmp_path / "log"), "") == data
