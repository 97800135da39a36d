"""What a run after a fix proves: passed, further, or neither."""

from __future__ import annotations

import pytest

from healkit import verify
from healkit.records import Change, CommandResult, Diagnosis, Location


def ran(code: int, output: str = "") -> CommandResult:
    return CommandResult(command="x", exit_code=code, output=output)


def found(print_: str, category: str = "import_error", file: str = "", line: int = 0) -> Diagnosis:
    return Diagnosis(
        pattern_id=print_,
        category=category,
        severity="high",
        confidence=0.9,
        message=print_,
        fingerprint=print_,
        location=Location(file=file, line=line),
    )


@pytest.mark.parametrize(
    ("output", "count"),
    [
        ("collected 12 items\n\ntests/a.py ....", 12),
        ("collected 12 items / 2 errors", 12),
        ("....\n4 passed, 2 failed, 1 skipped in 0.1s", 7),
        ("=== 1 failed, 3 passed in 0.20s ===", 4),
        ("Ran 9 tests in 0.001s\n\nOK", 9),
        ("Tests:       1 failed, 5 passed, 6 total\nTime: 1 s", 6),
        ("running 3 tests\nrunning 0 tests\nrunning 4 tests", 7),
        ("# tests 5\n# pass 5", 5),
        ("FAILED t.py::a - x\nSUBFAILED(n=1) t.py::b - x\nSUBFAILED(n=2) t.py::b - x\n4 failed, 1 passed in 0.4s", 3),
        ("3 passed, 2 subtests passed in 0.3s", 3),
        ("make: nothing", -1),
    ],
)
def test_tests_are_counted(output: str, count: int) -> None:
    assert verify.count_tests(output) == count


def test_the_exit_code_decides() -> None:
    assert verify.judge(ran(1), ran(0)).passed
    assert not verify.judge(ran(1), ran(2, "12 passed")).passed


def test_one_of_the_indicators_must_be_said() -> None:
    assert verify.judge(ran(1), ran(0, "3 passed"), ("passed", "ok")).passed
    verdict = verify.judge(ran(1), ran(0, "nothing"), ("passed", "ok"))
    assert not verdict.passed
    assert "passed, ok" in verdict.why


def test_the_set_of_tests_does_not_shrink() -> None:
    assert not verify.judge(ran(1, "collected 5 items"), ran(0, "collected 4 items")).passed
    assert verify.judge(ran(1, "collected 4 items / 1 error"), ran(0, "collected 9 items")).passed
    assert verify.judge(ran(1, "collected 5 items"), ran(0, "collected 4 items"), same=False).passed
    was, now = "collected 5 items\n1 failed, 4 passed", "collected 5 items\n4 passed, 1 skipped"
    assert not verify.judge(ran(1, was), ran(0, now)).passed


@pytest.mark.parametrize(
    ("before", "after", "is_one"),
    [
        ("fn f() {}", "fn f() { todo!() }", True),
        ("def test(): ...", "import pytest\n@pytest.mark.skip\ndef test(): ...", True),
        ("x = y", "x = y  # type: ignore", True),
        ("x = y  # noqa\nz = q", "x = y  # noqa\nz = w", False),
        ("a", "// eslint-disable-next-line\na", True),
        ("let x = 1;", "#[allow(unused)]\nlet x = 1;", True),
        ("a", "b", False),
    ],
)
def test_a_placeholder_is_no_fix(before: str, after: str, is_one: bool) -> None:
    assert verify.is_placeholder([Change(path="x", before=before.encode(), after=after.encode())]) is is_one


def further(
    was: list[Diagnosis], now: list[Diagnosis], before: CommandResult | None = None, after: CommandResult | None = None
) -> bool:
    return verify.got_further(before or ran(1), after or ran(1), was[0], was, now)


def test_what_gets_further() -> None:
    one, two, three = found("a"), found("b"), found("c", "test_failure")
    assert further([one, two], [two])  # one of two is gone
    assert not further([one, two], [one, two])
    assert further([one], [three])  # a later phase
    assert not further([three], [one])
    assert not further([one], [])  # still failing, and nobody knows why
    assert not further([one], [two])  # another failure of the same phase, nobody knows where
    assert further([found("a", "syntax_error", "m.py", 3)], [found("b", "syntax_error", "m.py", 9)])
    assert not further([found("a", "syntax_error", "m.py", 9)], [found("b", "syntax_error", "m.py", 3)])
    assert further([one], [two], ran(1, "collected 2 items / 1 error"), ran(1, "collected 8 items"))
    assert further([one], [one], ran(1, "Found 5 errors in 2 files."), ran(1, "Found 3 errors in 1 file."))
    assert not further([one, two], [two], after=ran(124))
    assert further([one], [two], ran(1, "2 errors in 0.3s"), ran(1, "1 error in 0.3s"))
    early = "tests/test_a.py:1: in <module>\n    import a\na.py:1: in <module>\n    import x\nE   no x"
    late = "tests/test_a.py:1: in <module>\n    import a\na.py:4: in <module>\n    import y\nE   no y"
    assert further([one], [two], ran(1, early), ran(1, late))
    assert not further([one], [two], ran(1, late), ran(1, early))


def test_further_down_the_callers() -> None:
    early = '  File "main.py", line 1, in <module>\n  File "a.py", line 2, in <module>'
    late = '  File "main.py", line 2, in <module>\n  File "b.py", line 1, in <module>'
    one, two = found("a", file="a.py", line=2), found("b", file="b.py", line=1)
    assert further([one], [two], ran(1, early), ran(1, late))
    assert not further([two], [one], ran(1, late), ran(1, early))
