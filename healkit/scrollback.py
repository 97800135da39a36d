"""What stands on the terminal, from the program that draws it: tmux, zellij, WezTerm, kitty.

It is read only when a person asks (`healkit why`, `healkit fix`), kept nowhere, and cut to what the last command said.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile

from . import paths
from .records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LINES = 3_000
"""Lines of the scrollback that are asked for."""
UNCUT = 200
"""Lines that count where nobody can tell where the last command began."""
PATIENCE = 5.0
"""Seconds that a terminal may take to answer."""

_OWN = r"(?:\S*python[\d.]*\s+-m\s+|uvx\s+|uv\s+run\s+)?(?:\S*/)?healkit\s+(?:why|fix|patterns\s+add)\b"
"""How a person asks: the line of the screen that ends what the last command said."""
_MARK = re.compile(r"\x1b\]133;([ABCD])[^\x07\x1b]*(?:\x07|\x1b\\)")


class Screen(Record):
    """What a terminal holds. `whole` is False when it is one command's output already, without prompts."""

    source: str
    text: str
    whole: bool = True


class Said(Record):
    """What one command said: its line as it stands on the screen (empty when nobody can tell), its output."""

    command: str
    output: str


def read() -> Screen | None:
    """Return what the terminal around us holds, None when no program that can tell draws it."""
    for source, mark, take in SOURCES:
        if paths.env(mark) and shutil.which(source):
            screen = take(paths.env(mark))
            if screen is not None and screen.text.strip():
                return screen
    return None


def _ask(argv: Sequence[str]) -> str:
    """Return what a program printed, empty when it failed or took too long."""
    try:
        ran = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return ran.stdout.decode("utf-8", "replace") if ran.returncode == 0 else ""


def _tmux(pane: str) -> Screen | None:
    return Screen(source="tmux", text=_ask(["tmux", "capture-pane", "-p", "-J", "-S", f"-{LINES}", "-t", pane]))


def _zellij(_: str) -> Screen | None:
    """zellij writes into a file; older and newer ones name it differently."""
    with tempfile.TemporaryDirectory(prefix="healkit-") as folder:
        path = f"{folder}/screen"
        for named in ([path], ["--path", path]):
            _ask(["zellij", "action", "dump-screen", "--full", *named])
            text = paths.read_small(path, 8 << 20).decode("utf-8", "replace")
            if text:
                return Screen(source="zellij", text=text)
    return None


def _wezterm(pane: str) -> Screen | None:
    argv = ["wezterm", "cli", "get-text", "--start-line", f"-{LINES}", "--pane-id", pane]
    return Screen(source="wezterm", text=_ask(argv))


def _kitty(window: str) -> Screen | None:
    """kitty knows where an output begins and ends, where its shell integration is on; ours has said nothing yet."""
    for extent in ("last_non_empty_output", "last_cmd_output", "all"):
        text = _ask(["kitty", "@", "get-text", f"--match=id:{window}", f"--extent={extent}"])
        if text.strip():
            return Screen(source="kitty", text=text, whole=extent == "all")
    return None


SOURCES: tuple[tuple[str, str, Callable[[str], Screen | None]], ...] = (
    ("tmux", "TMUX_PANE", _tmux),
    ("zellij", "ZELLIJ", _zellij),
    ("wezterm", "WEZTERM_PANE", _wezterm),
    ("kitty", "KITTY_WINDOW_ID", _kitty),
)
"""Program, the variable that says that it draws this terminal, and how it is asked. The innermost comes first."""


def last_said(screen: Screen, command: str = "") -> Said:
    """Return what the last command before ours said.

    Args:
        screen: what the terminal holds.
        command: the last command where it is known, to find its line by.
    """
    if not screen.whole:
        return Said(command=command, output=screen.text)
    if "\x1b]133;" in screen.text:
        found = _between_marks(screen.text)
        if found is not None:
            return found
    lines = [line.rstrip() for line in _MARK.sub("", screen.text).rstrip().split("\n")]
    return _between_prompts(lines, command)


def _between_marks(text: str) -> Said | None:
    """Return the last finished command by the marks that a shell sets: A prompt, B command line, C output, D end."""
    blocks: list[Said] = []
    line = ""
    marks = list(_MARK.finditer(text))
    for mark, after in zip(marks, [*marks[1:], None], strict=True):
        piece = text[mark.end() : after.start() if after is not None else len(text)]
        if mark[1] == "B":
            line = piece.strip()
        elif mark[1] == "C" and not re.match(_OWN, line):
            blocks.append(Said(command=line, output=piece))
    return next((block for block in reversed(blocks) if block.output.strip()), None)


def _between_prompts(lines: list[str], command: str) -> Said:
    end, prompt = _own_line(lines)
    start, found = _last_prompt(lines[:end], prompt)
    if start < 0 and command:
        start, found = _line_of(lines[:end], command)
    if start < 0:
        return Said(command="", output="\n".join(lines[max(0, end - UNCUT) : end]))
    said = [line for line in lines[start + 1 : end] if not line.startswith("healkit: ")]
    while said and (not said[-1] or said[-1] == prompt.rstrip()):
        said.pop()
    return Said(command=found, output="\n".join(said))


def _own_line(lines: list[str]) -> tuple[int, str]:
    """Return the number of the line on which we were asked, and the prompt before it; else the end and no prompt."""
    for number in range(len(lines) - 1, -1, -1):
        found = re.search(_OWN, lines[number])
        if found:
            return number, lines[number][: found.start()]
    return len(lines), ""


def _last_prompt(lines: list[str], prompt: str) -> tuple[int, str]:
    """Return line number and command of the last prompt with a command: the same one, else one that looks alike."""
    if not prompt.strip():
        return -1, ""
    same = re.sub(r"\d+", r"\\d+", re.escape(prompt.rstrip()))  # a clock, a counter, an exit code
    first, symbol = prompt.lstrip()[0], prompt.rstrip()[-1]
    alike = rf"\s*{re.escape(first)}.{{0,160}}?" if first != symbol or len(prompt.strip()) > 1 else r"\s*"
    head = prompt.rstrip()[: len(prompt.rstrip()) - len(prompt.split()[-1])].rstrip()
    other_sign = [rf"{re.escape(head)}\s+[^\s\w]"] if head else []  # git's state, a red cross
    for shape in (same, *other_sign, f"{alike}{re.escape(symbol)}"):
        regex = re.compile(rf"{shape}\s+(\S.*)")
        for number in range(len(lines) - 1, -1, -1):
            found = regex.match(lines[number])
            if found and not re.match(_OWN, found[1]):
                return number, re.split(r"\s{6,}", found[1])[0]  # what stands far to the right is a right prompt
    return -1, ""


def _line_of(lines: list[str], command: str) -> tuple[int, str]:
    wanted = command.split("\n")[0].strip()
    for number in range(len(lines) - 1, -1, -1):
        if wanted and lines[number].endswith(wanted):
            return number, command
    return -1, ""


def is_asked_from_terminal() -> bool:
    """Tell whether a person sits before us: one of our streams is a terminal. An agent's pipe is not its screen."""
    return any(os.isatty(stream) for stream in (0, 1, 2))
