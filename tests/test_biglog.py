"""A large log becomes an output of at most a megabyte in which the decisive stretch still stands, wherever it stood."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from healkit import biglog, intake
from healkit.cli.reading import what_matters
from healkit.detect import detect
from healkit.memory import open_memory
from healkit.records import HealkitError

TRACE = """Traceback (most recent call last):
  File "src/app/main.py", line 12, in <module>
    import cv2
ModuleNotFoundError: No module named 'cv2'
"""
NOISE = (
    "tests/unit/test_x.py::test_error_handling PASSED\n[INFO] Building module errors 3 FAILED 0\nwarning: unused `x`\n"
)
LARGE = 3 * biglog.CHUNK


def log(text: str, before: int = LARGE // 2, after: int = LARGE // 2) -> bytes:
    """Return a log with a text inside so many bytes of lines that mean nothing."""
    return (NOISE * (before // len(NOISE)) + text + NOISE * (after // len(NOISE))).encode()


def condensed(path: Path, data: bytes) -> bytes:
    path.write_bytes(data)
    with path.open("rb") as file:
        return biglog.condensed(file, open_memory(""))


def named(data: bytes) -> list[str]:
    return [found.pattern_id for found in detect(intake.from_text(data, exit_code=1), open_memory(""))]


@pytest.mark.parametrize("before", [200_000, LARGE // 2, biglog.CHUNK - 60, LARGE - 500_000])
def test_the_decisive_stretch_is_kept_wherever_it_stands(tmp_path: Path, before: int) -> None:
    text = condensed(tmp_path / "log", log(TRACE, before, LARGE - before))
    assert TRACE in text.decode()
    assert len(text) < biglog.LARGE
    assert named(text)[0] == "python-module-not-found"


def test_what_is_left_out_is_marked_and_counted(tmp_path: Path) -> None:
    data = log(TRACE)
    text = condensed(tmp_path / "log", data)
    gaps = re.findall(rb"\n\.\.\. \[(\d+) characters left out\] \.\.\.\n", text)
    assert len(gaps) >= 2
    marks = sum(len(b"\n... [%s characters left out] ...\n" % gap) for gap in gaps)
    assert sum(map(int, gaps)) + len(text) - marks == len(data)


def test_a_colour_inside_the_words_hides_nothing(tmp_path: Path) -> None:
    painted = TRACE.replace(
        "ModuleNotFoundError: No module", "\x1b[1;31mModuleNotFoundError\x1b[0m: \x1b[1mNo\x1b[0m module"
    )
    assert named(condensed(tmp_path / "log", log(painted)))[0] == "python-module-not-found"


def test_words_across_two_chunks_of_one_endless_line_are_seen(tmp_path: Path) -> None:
    said = "error: could not find native static library `nosuch`, perhaps an -L flag is missing?"
    seen: list[int] = []
    path = tmp_path / "log"
    for shift in (5, 40):
        path.write_bytes(b"x" * (biglog.CHUNK - shift) + said.encode() + b"x" * biglog.CHUNK * 2)
        with path.open("rb") as file:
            literals = [biglog.Literal(said[:50].encode())]
            biglog._scan(file, path.stat().st_size, literals, seen.append)
        assert literals[0].first == [biglog.CHUNK - shift]
    assert seen[-1] == path.stat().st_size


def test_a_literal_that_stands_everywhere_is_given_up_and_the_rare_one_found(tmp_path: Path) -> None:
    lines = "error: \n" * (biglog.FREQUENT * 2)
    text = condensed(tmp_path / "log", (lines * 40 + TRACE + lines * 40).encode())
    assert TRACE in text.decode()


def test_the_surest_of_many_failures_are_kept_within_the_room(tmp_path: Path) -> None:
    doubtful = "".join(f"HTTP/1.1 503 Service Unavailable for {n}\n" + NOISE * 60 for n in range(400))
    text = condensed(tmp_path / "log", log(doubtful + TRACE + doubtful))
    assert TRACE in text.decode()
    assert len(text) < biglog.LARGE


def test_a_small_log_is_read_whole(tmp_path: Path) -> None:
    assert condensed(tmp_path / "log", TRACE.encode()) == TRACE.encode()


def test_a_log_through_a_pipe_or_in_utf_16_is_condensed_too(tmp_path: Path) -> None:
    data = log(TRACE)
    path = tmp_path / "log"
    path.write_bytes(data.decode().encode("utf-16"))
    assert TRACE in what_matters(str(path), "").decode()
    program = [sys.executable, "-m", "healkit", "detect", "--json"]
    piped = subprocess.run(program, input=data, capture_output=True, check=True, cwd=tmp_path)
    path.write_bytes(data)
    assert piped.stdout == subprocess.run([*program, str(path)], capture_output=True, check=True, cwd=tmp_path).stdout
    assert b'"python-module-not-found"' in piped.stdout
    assert piped.stderr == b"", "no bar where nobody looks at a terminal"


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(HealkitError, match="cannot be read"):
        what_matters(str(tmp_path / "nothing"), "")


def test_an_answer_in_a_pattern_of_the_project_counts(tmp_path: Path) -> None:
    (tmp_path / ".healkit").mkdir()
    (tmp_path / ".healkit/error-patterns.json").write_text(
        '{"version": 1, "patterns": [{"id": "broker", "error_regex": "broker (?P<host>\\\\w+) fell over",'
        ' "category": "runtime_error", "message": "{host} fell"}]}'
    )
    path = tmp_path / "log"
    path.write_bytes(log("broker rabbit fell over\n"))
    with path.open("rb") as file:
        assert b"broker rabbit fell over" in biglog.condensed(file, open_memory(str(tmp_path)))


def test_memory_stays_bounded(tmp_path: Path) -> None:
    """Peak memory of a log of 30 MB and of one of 6 MB differ by less than what was read more."""

    def peak(size: int) -> int:
        path = tmp_path / f"log-{size}"
        path.write_bytes(log(TRACE, size // 2, size // 2))
        code = (
            "import resource, sys\nfrom healkit import biglog\nfrom healkit.memory import open_memory\n"
            "biglog.condensed(open(sys.argv[1], 'rb'), open_memory(''))\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        out = subprocess.run(
            [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True, env=os.environ
        )
        return int(out.stdout)

    assert peak(30_000_000) - peak(6_000_000) < 8_000


def test_progress_is_shown_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    from healkit import console

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for stream, shown in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        with console.progress("reading the log", 100) as seen:
            seen(50)
        assert ("reading the log" in stream.getvalue()) is shown
