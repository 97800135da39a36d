"""The real Claude Code client: where it comes from, and one headless run of it against our scripted model.

The version is pinned here and nowhere else. HEALKIT_CLIENT_VERSION names another one (`tests/e2e/newest` sets
`latest`), HEALKIT_CLIENT_DIR the folder that downloads are kept in.
"""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PINNED = "2.1.329"
PACKAGE = "@anthropic-ai/claude-code"
MODEL = Path(__file__).with_name("model.py")
PATH = "/usr/local/bin:/usr/bin:/bin"
_SAID = re.compile(
    r"(?P<event>\w+):(?P<tool>\w+) hook additional context: (?P<text>.*?)(?:\n\n|</system-reminder>|\Z)", re.S
)


class Unobtainable(Exception):
    """The client cannot be had here, and why."""


def version() -> str:
    return os.environ.get("HEALKIT_CLIENT_VERSION") or PINNED


def cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or f"{os.environ.get('HOME', '/tmp')}/.cache"
    return Path(os.environ.get("HEALKIT_CLIENT_DIR") or f"{base}/healkit-tests/claude-client")


@functools.cache
def obtain(wanted: str) -> str:
    """Return the client's program, fetched with npm when it is not in the cache.

    Raises:
        Unobtainable: npm is missing or failed, or the package holds no program for this machine.
    """
    folder = cache() / wanted
    found = _program(folder)
    if found and wanted != "latest":
        return found
    if not shutil.which("npm"):
        raise Unobtainable("npm is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"name":"scratch","private":true}')
    line = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", f"{PACKAGE}@{wanted}"]
    done = subprocess.run(line, cwd=folder, capture_output=True, text=True, timeout=600)
    found = _program(folder)
    if done.returncode or not found:
        raise Unobtainable(f"npm could not install {PACKAGE}@{wanted}: {done.stderr[-300:]}")
    return found


def _program(folder: Path) -> str:
    for path in sorted(folder.glob(f"node_modules/{PACKAGE}-*/claude")):  # the native program of newer versions
        if os.access(path, os.X_OK) and "musl" not in path.parent.name:
            return str(path)
    script = folder / "node_modules/.bin/claude"
    return os.path.realpath(script) if script.exists() else ""


def require() -> str:
    """Return the client's program; without it the test is skipped, in CI it fails."""
    try:
        return obtain(version())
    except (Unobtainable, subprocess.SubprocessError, OSError) as error:
        reason = f"the real client {version()} cannot be had: {error}"
        if os.environ.get("CI", "").lower() in ("true", "1") or os.environ.get("HEALKIT_NO_SKIPS") == "1":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


@functools.cache
def isolation() -> tuple[str, ...]:
    """Return the words that start a program where there is no network but loopback; nothing where that cannot be had."""
    for words in (("unshare", "-n"), ("unshare", "-rn")):
        if shutil.which("unshare") and subprocess.run([*words, "true"], capture_output=True).returncode == 0:
            return words
    return ()


class Run:
    """What one run of the client left: the requests, the printed stream, the debug log."""

    def __init__(self, out: Path) -> None:
        self.status = int((out / "status").read_text())
        self.stream = (out / "stdout").read_text(errors="replace")
        self.errors = (out / "stderr").read_text(errors="replace")
        self.debug = (out / "debug").read_text(errors="replace") if (out / "debug").exists() else ""
        self.requests: list[Any] = []
        while (path := out / f"turn-{len(self.requests)}.json").exists():
            self.requests.append(json.loads(path.read_text()))

    def said(self, turn: int) -> list[tuple[str, str]]:
        """Return (event, text) of what hooks added to the conversation because of a turn's tools."""
        assert turn + 1 < len(self.requests), (turn, len(self.requests), self.errors, self.stream[-2000:])
        before = len(list(_texts(self.requests[turn]["messages"])))
        found = [_SAID.search(text) for text in list(_texts(self.requests[turn + 1]["messages"]))[before:]]
        return [(m["event"], m["text"].strip()) for m in found if m]

    def result(self, turn: int, index: int = 0) -> str:
        """Return what the model got as the result of a turn's tool."""
        wanted = f"toolu_{turn:03d}_{index:02d}"
        for message in self.requests[turn + 1]["messages"]:
            for block in message["content"] if isinstance(message["content"], list) else []:
                if block.get("type") == "tool_result" and block["tool_use_id"] == wanted:
                    return json.dumps(block["content"])
        raise AssertionError(f"no result for {wanted}")

    def hooks(self) -> list[str]:
        """Return what the client's log says about each hook that ran."""
        return re.findall(r"Hooks: (\w+.*? finished with status \d+)", self.debug)

    def complaints(self) -> list[str]:
        """Return every line in which the client complains about a hook."""
        bad = re.findall(r".*\[(?:ERROR|WARN)\][^\n]*[Hh]ook[^\n]*|.*finished with status [1-9][^\n]*", self.debug)
        for line in self.stream.splitlines():
            row = json.loads(line)
            if row.get("type") == "system" and "hook" in line and row.get("subtype") != "hook_started":
                bad += [] if row.get("outcome") == "success" else [line]
        return bad


def _texts(messages: list[Any]) -> Any:
    for message in messages:
        if message["role"] == "assistant":
            continue
        content = message["content"]
        for block in [{"type": "text", "text": content}] if isinstance(content, str) else content:
            if block.get("type") == "text":
                yield block["text"]


def bash(*lines: str) -> list[Any]:
    """Return a turn that runs command lines, all at once when there is more than one."""
    return [{"name": "Bash", "input": {"command": line, "description": "step"}} for line in lines]


def run(project: Path, home: Path, out: Path, turns: list[list[Any]], args: tuple[str, ...] = (), **env: str) -> Run:
    """Run the client in a project until the model has said everything.

    Args:
        project: the client's working folder, whose settings it reads.
        home: a scratch HOME.
        out: a folder for what the run leaves, which must not exist.
        turns: what the model says, one list of blocks a turn.
        args: more arguments of the client.
        env: more environment; PATH replaces the plain one.
    """
    program = require()
    out.mkdir(parents=True)
    (out / "tmp").mkdir()
    argv = [program, "-p", "go on", "--output-format", "stream-json", "--verbose", "--debug-file", f"{out}/debug"]
    argv += ["--allowedTools", "Bash Edit Write Read", *args]
    quiet = (
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
        "DISABLE_TELEMETRY",
        "DISABLE_ERROR_REPORTING",
        "DISABLE_AUTOUPDATER",
    )
    clean = {
        "PATH": PATH,
        "HOME": str(home),
        "TMPDIR": f"{out}/tmp",
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "ANTHROPIC_API_KEY": "dummy-not-a-key",
        **dict.fromkeys(quiet, "1"),
        **env,
    }
    spec = {"argv": argv, "env": clean, "cwd": str(project), "out": str(out), "timeout": 40, "turns": turns}
    (out / "spec.json").write_text(json.dumps(spec))
    words = [*isolation(), sys.executable, str(MODEL), f"{out}/spec.json"]
    subprocess.run(words, check=True, timeout=80, env={"PATH": PATH})
    return Run(out)
