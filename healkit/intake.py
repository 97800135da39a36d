r"""Whatever comes in (a client's payload, a shell, a pipe, a log) becomes a `CommandResult` with clean text. It never raises.

Clean text has no escape sequences, no carriage returns, no NUL, only `\n` as line end, progress bars as they last stood,
and no time stamps that a CI put in front of every line. Output is hostile: the work is linear and the size bounded.
"""

from __future__ import annotations

from .compiled import get
from .records import CommandResult

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

HEAD, LAST = 300_000, 700_000
"""Characters kept of a larger output: its beginning, and its end."""

CLIENT_LIMIT = 30_000
"""Characters of output that the Claude Code client keeps before it cuts the middle; what came later is gone."""

_ESCAPES = r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])"
_STAMP = r"(?m)^\ufeff?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z ?"
_GH_COLUMNS = r"(?m)^[^\t\n]{1,200}\t[^\t\n]{1,200}\t\ufeff?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z ?"
_CUT = r"\.\.\. \[(\d+) characters truncated\] \.\.\."
_EXIT = r"Exit code (\d{1,3})(?:\n|$)"

PATTERNS = ((_ESCAPES, 0), (_STAMP, 0), (_GH_COLUMNS, 0), (_CUT, 0), (_EXIT, 0))


def clean(text: str) -> str:
    """Return output as a person would have read it on the screen, as plain lines."""
    if len(text) > HEAD + LAST:
        text = f"{text[:HEAD]}\n... [{len(text) - HEAD - LAST} characters left out] ...\n{text[-LAST:]}"
    if "\x1b" in text:
        text = get(_ESCAPES).sub("", text)
    if "\r" in text:
        text = _settle(text.replace("\r\n", "\n"))
    if "\0" in text:
        text = text.replace("\0", "")
    if "\b" in text:
        text = text.replace("\b", "")
    text = text.replace("\x1b", "")
    return _without_stamps(text)


def _settle(text: str) -> str:
    """Return lines as they last stood where carriage returns wrote over them."""
    if "\r" not in text:
        return text
    return "\n".join(_last_state(line) if "\r" in line else line for line in text.split("\n"))


def _last_state(line: str) -> str:
    states = [state for state in line.split("\r") if state.strip()]
    # A line that ends in a carriage return shows its last state; keep every state that is no progress bar.
    return "\n".join(dict.fromkeys(states[-3:])) if states else ""


def _without_stamps(text: str) -> str:
    head = text[:4_000]
    if "Z " in head or "Z\n" in head:
        if "\t" in head and len(get(_GH_COLUMNS).findall(head)) > 2:
            return get(_GH_COLUMNS).sub("", text)
        if len(get(_STAMP).findall(head)) > 2:
            return get(_STAMP).sub("", text)
    return text.removeprefix("\ufeff")


def decode(data: bytes) -> str:
    """Return bytes as text; what is no UTF-8 becomes replacement marks, UTF-16 with a mark is read as such."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8", "replace")


def from_text(
    output: bytes | str,
    command: str = "",
    exit_code: int | None = None,
    cwd: str = "",
    source: str = "run",
    **more: Any,
) -> CommandResult:
    """Return the record of a command whose output is at hand.

    Args:
        output: both streams as they came.
        command: the command line, may be empty.
        exit_code: None when nobody knows it.
        cwd: the folder that it ran in.
        source: one of `records.SOURCES`.
        more: other fields of `CommandResult`.
    """
    text = decode(output) if isinstance(output, bytes) else output
    return CommandResult(command=command, exit_code=exit_code, output=clean(text), cwd=cwd, source=source, **more)


def _undoubled(text: str) -> str:
    """Return output once where an old client gave it twice with an empty line between."""
    half, odd = divmod(len(text) - 2, 2)
    if half > 0 and not odd and text[half : half + 2] == "\n\n" and text[:half] == text[half + 2 :]:
        return text[:half]
    return text


def _is_cut(text: str) -> bool:
    """Tell whether the end of a client's output is missing, not only its middle."""
    if "characters truncated]" not in text:
        return False
    found = get(_CUT).search(text)
    return found is not None and len(text) + int(found[1]) >= CLIENT_LIMIT - 100


def _bash(payload: Mapping[str, Any]) -> tuple[int | None, str, bool] | None:
    """Return exit code, output and whether a success may hide a failure; None when the payload is no finished command."""
    if payload.get("hook_event_name") == "PostToolUseFailure":
        error = payload.get("error")
        if not isinstance(error, str):
            return None
        found = get(_EXIT).match(error)
        return (int(found[1]), error[found.end() :], False) if found else (None, error, False)
    response = payload.get("tool_response")
    if not isinstance(response, dict) or response.get("interrupted") or response.get("backgroundTaskId"):
        return None
    parts = [part for key in ("stdout", "stderr") if isinstance(part := response.get(key), str) and part]
    return 0, "\n".join(parts), not response.get("returnCodeInterpretation")


def from_claude(payload: Any) -> CommandResult | None:
    """Return the record of a Bash call from a Claude Code hook payload, None for anything else or an interrupt."""
    if not isinstance(payload, dict) or payload.get("tool_name") != "Bash" or payload.get("is_interrupt"):
        return None
    given = payload.get("tool_input")
    command = given.get("command") if isinstance(given, dict) else None
    ran = _bash(payload)
    if ran is None or not isinstance(command, str):
        return None
    exit_code, output, masked = ran

    def text(key: str) -> str:
        value = payload.get(key)
        return value if isinstance(value, str) else ""

    took = payload.get("duration_ms")
    return from_text(
        _undoubled(output),
        command=command,
        exit_code=exit_code,
        cwd=text("cwd"),
        source="claude",
        session=text("session_id"),
        tool_use_id=text("tool_use_id"),
        duration_ms=took if isinstance(took, int) else None,
        cut=_is_cut(output) or (exit_code == 0 and len(output) >= CLIENT_LIMIT),
        masked=masked,
    )
