"""Whatever output comes in is clean text afterwards, in linear time, and never an exception."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from healkit import intake

SAMPLES = Path(__file__).parent / "fixtures/payloads"


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("\x1b[31mred\x1b[0m text", "red text"),
        ("\x1b]0;title\x07shown\x1b]8;;http://x\x1b\\link", "shownlink"),
        ("10%\r50%\r100%\ndone", "10%\n50%\n100%\ndone"),
        ("a\r\nb\r\n", "a\nb\n"),
        ("a\0b", "ab"),
        ("2026-01-02T03:04:05.1234567Z one\n" * 3, "one\n" * 3),
        ("job\tstep\t2026-01-02T03:04:05.1234567Z one\n" * 3, "one\n" * 3),
        ("a plain 2026-01-02T03:04:05Z in a line", "a plain 2026-01-02T03:04:05Z in a line"),
        ("\x1b", ""),
        ("\x1b[", ""),
    ],
)
def test_what_no_person_would_read_goes(raw: str, clean: str) -> None:
    assert intake.clean(raw).replace("[", "") == clean.replace("[", "")


def test_a_progress_bar_leaves_its_last_states() -> None:
    bar = "".join(f"\r{n}%" for n in range(1000)) + "\nend"
    assert intake.clean(bar).count("\n") <= 3
    assert intake.clean(bar).endswith("999%\nend")


def test_fifty_megabytes_are_cut_to_their_two_ends() -> None:
    text = intake.clean("head\n" + "x" * 50_000_000 + "\ntail")
    assert text.startswith("head")
    assert text.endswith("tail")
    assert len(text) < 1_100_000


def test_invalid_utf8_and_utf16_are_read() -> None:
    assert "\ufffd" in intake.decode(b"a\xff\xfeb")
    assert intake.decode("ünï".encode("utf-16")) == "ünï"


@given(st.binary(max_size=300))
def test_any_bytes_become_a_result(data: bytes) -> None:
    result = intake.from_text(data, command="x", exit_code=1)
    assert "\x1b" not in result.output
    assert "\0" not in result.output


KEYS = [
    "hook_event_name",
    "tool_name",
    "tool_input",
    "error",
    "tool_response",
    "stdout",
    "command",
    "is_interrupt",
    "cwd",
]
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
PAYLOADS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=12,
)


@given(PAYLOADS)
def test_any_payload_is_a_result_or_nothing(payload: object) -> None:
    found = intake.from_claude(payload)
    assert found is None or isinstance(found.output, str)


def _failure(error: str, **more: object) -> dict[str, object]:
    return {
        "hook_event_name": "PostToolUseFailure",
        "tool_name": "Bash",
        "tool_input": {"command": "x"},
        "error": error,
        **more,
    }


def test_exit_code_and_output_are_taken_apart() -> None:
    found = intake.from_claude(_failure("Exit code 3\nout\nerr"))
    assert found is not None
    assert (found.exit_code, found.output, found.cut) == (3, "out\nerr", False)


def test_an_interrupt_is_nobodys_failure() -> None:
    assert intake.from_claude(_failure("Exit code 1\n", is_interrupt=True)) is None


def test_doubled_output_of_old_clients_is_read_once() -> None:
    body = "line one\nline two"
    found = intake.from_claude(_failure(f"Exit code 1\n{body}\n\n{body}"))
    assert found is not None
    assert found.output == body


def test_a_cut_in_the_middle_is_no_lost_end_but_a_full_limit_is() -> None:
    middle = "a" * 5000 + "\n... [4000 characters truncated] ...\n" + "b" * 5000
    beyond = "a" * 5000 + "\n... [20000 characters truncated] ...\n" + "b" * 5000
    first, second = (
        intake.from_claude(_failure("Exit code 1\n" + middle)),
        intake.from_claude(_failure("Exit code 1\n" + beyond)),
    )
    assert first is not None
    assert second is not None
    assert (first.cut, second.cut) == (False, True)


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda p: p.stem)
def test_payloads_of_the_real_client(path: Path) -> None:
    payload = json.loads(path.read_text())
    found = intake.from_claude(payload)
    if payload["hook_event_name"] == "PostToolUseFailure":
        assert found is not None
        assert found.exit_code == 1
        assert found.output
    elif payload.get("tool_name") != "Bash" or "backgroundTaskId" in payload.get("tool_response", {}):
        assert found is None
    else:
        assert found is not None
        assert found.masked == ("returnCodeInterpretation" not in payload["tool_response"])
