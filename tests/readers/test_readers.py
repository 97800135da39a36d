"""Every reader against what real tools print (tests/cases/readers/*), and against hostile text."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healkit import readers
from healkit.readers import READERS, Reader, page
from healkit.records import Finding

CASES = Path(__file__).parents[1] / "cases" / "readers"
NAMES = sorted({path.stem for path in CASES.iterdir()})
TEXTS = [path.read_text(encoding="utf-8") for path in sorted(CASES.glob("*.txt"))]


def as_json(one: Finding) -> dict[str, object]:
    """Return the part of a finding that a case file states."""
    return {
        "reader": one.reader,
        "weight": one.weight,
        "location": [one.location.file, one.location.line, one.location.column],
        "captures": dict(one.captures),
        "excerpt": one.excerpt.splitlines(),
    }


@pytest.mark.parametrize("name", NAMES)
def test_case(name: str) -> None:
    text = (CASES / f"{name}.txt").read_text(encoding="utf-8")
    wanted = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    assert [as_json(one) for one in readers.read(text)] == wanted["findings"]


@pytest.mark.parametrize("row", READERS, ids=lambda row: row.name)
def test_each_reader_has_a_case(row: Reader) -> None:
    wanted = [json.loads(path.read_text(encoding="utf-8")) for path in CASES.glob("*.json")]
    assert any(one["reader"] == row.name for case in wanted for one in case["findings"])


def assert_sound(text: str) -> None:
    found = readers.read(text)
    assert found == sorted(found, key=lambda one: (one.start, one.end))
    lines = {line[: page.EXCERPT_WIDTH] for line in text.split("\n")}
    for one in found:
        assert 0 <= one.start <= one.end <= len(text)
        assert 0 <= one.weight <= 1
        assert one.location.line >= 0
        assert one.location.column >= 0
        assert one.excerpt.count("\n") < page.EXCERPT_LINES
        assert set(one.excerpt.split("\n")) <= lines
        assert all(isinstance(value, str) and value for value in one.captures.values())
    for row in READERS:
        row.read(page.Page(text))  # `readers.read` would hide an exception


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_spliced_outputs_are_read_soundly(data: st.DataObject) -> None:
    lines = data.draw(st.sampled_from(TEXTS)).split("\n") + data.draw(st.sampled_from(TEXTS)).split("\n")
    cuts = data.draw(st.lists(st.integers(0, len(lines)), max_size=6))
    for cut in cuts:
        lines = lines[cut:] + lines[: cut // 2]
    assert_sound("\n".join(lines[:400]))


@given(
    st.lists(
        st.sampled_from([line for text in TEXTS for line in text.split("\n")]).flatmap(
            lambda line: st.one_of(st.just(line), st.integers(0, 30).map(lambda n: line[n:]), st.just(line[::-1]))
        ),
        max_size=60,
    )
)
@settings(max_examples=150, deadline=None)
def test_shuffled_lines_are_read_soundly(lines: list[str]) -> None:
    assert_sound("\n".join(lines))


@given(st.text(max_size=300), st.sampled_from([literal for row in READERS for literal in row.literals]))
@settings(max_examples=100, deadline=None)
def test_any_text_is_read_soundly(text: str, literal: str) -> None:
    assert_sound(text[:100] + literal + text[100:])


def test_every_prefix_of_a_case_is_read_soundly() -> None:
    for text in TEXTS:
        for cut in range(0, len(text), max(1, len(text) // 25)):
            assert_sound(text[:cut])


HOSTILE = {
    "headers": "Traceback (most recent call last):\n",
    "frames": 'Traceback (most recent call last):\n  File "a.py", line 1, in f\n',
    "chains": 'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    f()\nE: x\n\nDuring handling of the'
    " above exception, another exception occurred:\n\n",
    "groups": '  | Traceback (most recent call last):\n  |   File "a.py", line 1, in f\n  | ExceptionGroup: x (1)\n'
    "  +-+---------------- 1 ----------------\n",
    "unclosed syntax": '  File "a.py", line 1\n    x = (\n',
    "syntax": "  File \"a.py\", line 1\n    x = (\n        ^\nSyntaxError: '(' was never closed\n",
    "warnings sections": "=== warnings summary ===\nwarning: x\n",
    "blocks": "=== FAILURES ===\n___ t ___\nE   assert 0\na.py:1: AssertionError\n",
    "block in one section": "_ t _\n> x\nE   assert 0\nDuring handling of the above exception, another exception occurred:\n",
    "captured": "=== FAILURES ===\n--- Captured stdout call ---\n",
    "summary": "FAILED a.py::t - assert 0\n",
    "rust": "error[E0308]: x\n --> a.rs:1:1\n  |\n1 | x\n  | ^\n\nwarning: y\n --> a.rs:1:1\n",
    "arrows": "error[E0308]: x\n" + " --> /rustc/a.rs:1:1\n" * 30,
    "panics": "thread 'main' panicked at /rustc/a.rs:1:1:\nx\nstack backtrace:\n  at /rustc/b.rs:1:1\n",
    "rust json": '{"level":"error","message":"x","spans":[' + "[" * 50 + "\n",
    "tsc": "a.ts(1,1): error TS1: x\n  y\n",
    "TS": "TS TS TS TS",
    "stacks": "Error: x\n    at f (/a.js:1:1)\n",
    "frames only": "    at f (/node_modules/a.js:1:1)\n",
    "go": "panic: x\n\ngoroutine 1 [running]:\nmain.f()\n\t/usr/local/go/src/a.go:1 +0x1\n--- FAIL: TestX (0.0s)\n",
    "java": "Caused by: java.lang.Error: x\n\tat a.B.c(B.java:1)\n",
    "gcc": "In file included from a.h:1,\n                 from b.h:2:\n/usr/include/c.h:1:1: error: x\n",
    "jest": "FAIL a.test.js\n  ● t\n\n    x\n\n      at f (a.js:1:1)\n",
    "mocha": "  1 failing\n  1) a\n",
    "colons": ":1:1:1",
    "spaces": " ",
    "blank lines": "\n",
    "dots": "................",
}


def steps(text: str) -> int:
    """Return how many lines of Python run while a text is read: a count, which no busy machine changes."""
    count = 0

    def trace(frame: object, event: str, arg: object) -> object:
        nonlocal count
        count += 1
        return trace

    for row in READERS:
        row.read  # noqa: B018 - imports the module, so that its import is not counted
    sys.settrace(trace)
    try:
        readers.read(text)
    finally:
        sys.settrace(None)
    return count


@pytest.mark.parametrize("name", HOSTILE)
def test_work_grows_no_faster_than_the_text(name: str) -> None:
    small = steps(HOSTILE[name] * 100)
    large = steps(HOSTILE[name] * 800)
    assert large <= 8 * small * 1.15 + 2000


@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_is_read_soundly(name: str) -> None:
    unit = HOSTILE[name]
    assert_sound(unit * (1_000_000 // len(unit)))


def test_deep_nesting_of_margins() -> None:
    text = "".join(
        f'{"  | " * n}Traceback (most recent call last):\n{"  | " * n}  File "a.py", line 1, in f\n' for n in range(300)
    )
    assert_sound(text)


def test_a_reader_that_raises_costs_only_itself() -> None:
    class Broken(Reader):
        name: str
        literals: tuple[str, ...]

        @property
        def read(self):  # type: ignore[no-untyped-def]
            raise RuntimeError

    rows = (Broken(name="broken", literals=("Traceback",)), *READERS)
    text = 'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    x\nNameError: x\n'
    assert [one.reader for one in readers.read(text, readers=rows)] == ["python"]


def test_a_text_without_literals_imports_no_reader() -> None:
    code = (
        "import sys; from healkit import readers; readers.read('all is well\\n'); "
        "print([m for m in sys.modules if m.startswith('healkit.readers.') or m in ('re', 'os', 'typing', 'json')])"
    )
    root = Path(readers.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(root)!r}); {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_readers_import_nothing_slow() -> None:
    code = (
        "from healkit.readers import READERS\n"
        "for row in READERS: row.read\n"
        "print(sorted({'re', 'os', 'typing', 'json', 'enum', 'functools', 'collections', 'dataclasses'} & set(sys.modules)))"
    )
    root = Path(readers.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(root)!r})\n{code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_tests_that_passed_with_error_in_their_names_are_no_failure() -> None:
    text = (
        "============================= test session starts ==============================\n"
        "test_a.py::test_timeout_error PASSED                                     [ 50%]\n"
        "test_a.py::test_failed_import PASSED                                     [100%]\n\n"
        "============================== 2 passed in 0.01s ===============================\n"
    )
    assert [one for one in readers.read(text) if one.weight] == []
