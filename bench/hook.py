"""What a hook call costs, from the spawn of self-healing.sh to its exit, as ratios to floors measured in the same run.

    python bench/hook.py [--rounds N] [--json]

Every row runs once a round, interleaved, with a socket as standard input as the real client has it, in a scratch
HEALKIT_HOME. CPU time (the child's own rusage) comes before wall time. Floors: F = `python -I -S -c pass`, R = `python -I
-c 'import re'`, B = `bash -c :`. Exit status 1 when a target is missed. Standard library only.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

CHECKOUT = Path(__file__).resolve().parents[1]
GATE = str(CHECKOUT / "hooks/self-healing.sh")
PYTHON = os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable)
BASH = "/bin/bash"
INGEST = "import sys; sys.path.insert(0, sys.argv.pop(1)); from healkit.__main__ import main; sys.exit(main())"
MEMORY_OF = """
import posix, sys
pid = posix.posix_spawn(sys.argv[1], sys.argv[1:], posix.environ)
print(posix.wait4(pid, 0)[2].ru_maxrss, file=sys.stderr)
"""
WALLS = """
import sys; sys.path.insert(0, sys.argv[1])
import marshal
from healkit import commands, mask, paths, project, walls
from healkit.history import walls as computing
root, line = sys.argv[2:]
project.refresh(root)
key = commands.command_key(line, mask.mask_secrets(root))
found = {"version": walls.VERSION, "commands": {key: ["F", 3, "It is not there", line, "uv sync", 2, ""]}, "frequent": []}
paths.write_private(f"{paths.project_state(root)}/{walls.NAME}", marshal.dumps(found))
paths.make_private(walls.gate_file(root).rpartition("/")[0])
paths.write_private(walls.gate_file(root), "\\n".join(computing.words(found["commands"])).encode() + b"\\n")
"""
FAILED_LINE = "ModuleNotFoundError: No module named 'requests'"


class Cost(NamedTuple):
    """What one call took, in milliseconds."""

    cpu: float
    wall: float


class Row:
    """One line of the table: a command, its payload, and the floor and ratio it is held against."""

    def __init__(
        self, name: str, argv: list[str], payload: bytes, floor: str, target: float, home: Home | None = None
    ) -> None:
        self.name, self.argv, self.payload, self.floor, self.target = name, argv, payload, floor, target
        self.home = home
        self.costs: list[Cost] = []
        self.said = ""

    def measure(self) -> None:
        env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/nowhere"}
        payload = self.payload
        if self.home:
            session = self.home.before_each()
            env |= {**self.home.env, "CLAUDE_CODE_SESSION_ID": session}
            payload = payload.replace(b"SESSION", session.encode())
        cost, self.said = call(self.argv, payload, env, self.home.project if self.home else None)
        self.costs.append(cost)

    def cpu(self) -> float:
        return median(cost.cpu for cost in self.costs)

    def wall(self) -> float:
        return median(cost.wall for cost in self.costs)


def call(argv: list[str], payload: bytes, env: dict[str, str], cwd: Path | None) -> tuple[Cost, str]:
    """Run a command with a payload on a socket; return what it cost and what it printed."""
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    ours.sendall(payload)
    ours.shutdown(socket.SHUT_WR)
    with tempfile.TemporaryFile() as out:
        began = time.perf_counter()
        child = subprocess.Popen(argv, stdin=theirs, stdout=out, stderr=subprocess.DEVNULL, env=env, cwd=cwd)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read().decode()
    ours.close()
    theirs.close()
    if child.returncode:
        raise SystemExit(f"{argv} ended with status {child.returncode}")
    return Cost((usage.ru_utime + usage.ru_stime) * 1000, wall * 1000), said


class Home:
    """A user's folders for one row: an own user layer of patterns, an own state, a small project."""

    def __init__(self, top: Path, name: str, patterns: list[dict[str, Any]], is_open: bool = False) -> None:
        self.top = top / name
        self.project, self.state, self.is_open = self.top / "project", self.top / "home/state", is_open
        (self.project / ".git").mkdir(parents=True)
        (self.project / "pyproject.toml").write_text('[project]\nname = "shop"\ndependencies = ["requests"]\n')
        self.env = {
            "HEALKIT_HOME": str(self.top / "home"),
            "HOME": str(self.top),
            "HEALKIT_PYTHON": PYTHON,
            "HEALKIT_ROOT": str(CHECKOUT),
        }
        if patterns:
            (self.top / "home/data").mkdir(parents=True, mode=0o700)
            text = json.dumps({"version": 1, "patterns": patterns}, indent=1)
            (self.top / "home/data/error-patterns.json").write_text(text)
        self.calls = 0
        self.marker = b""

    def before_each(self) -> str:
        """Return a fresh session's name (a failure that was said before is answered shorter), with what the row needs."""
        self.calls += 1
        for path in self.state.glob("projects/*/spool*"):
            path.unlink()
        (self.state / "set-aside").unlink(missing_ok=True)
        session = f"bench-{self.calls}"
        if self.is_open and self.marker:
            (self.state / "open" / session).write_bytes(self.marker)
        return session

    def fail(self, payload: bytes) -> tuple[Cost, str]:
        session = self.before_each()
        env = {"PATH": "/usr/bin:/bin", **self.env, "CLAUDE_CODE_SESSION_ID": session}
        data = payload.replace(b"SESSION", session.encode())
        return call([GATE, "PostToolUseFailure"], data, env, self.project)

    def warm(self, payload: bytes) -> float:
        """Let everything be compiled; return the CPU time of the very first call."""
        first, _ = self.fail(payload)
        time.sleep(1)  # for what the first call started, detached
        env = {"PATH": "/usr/bin:/bin", **self.env}
        subprocess.run(
            [PYTHON, "-I", "-S", "-c", INGEST, str(CHECKOUT), "ingest", str(self.project)],
            env=env, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(2):
            self.fail(payload)
        marker = self.state / f"open/bench-{self.calls}"
        self.marker = marker.read_bytes() if marker.exists() else b""
        return first.cpu

    def build_walls(self, command: str) -> None:
        """Write what `ingest` would for a project in which a command always failed, and the setting."""
        (self.top / "home/config").mkdir(parents=True, exist_ok=True)
        (self.top / "home/config/config.toml").write_text("[hook]\nbefore_command = true\n")
        words = [PYTHON, "-I", "-S", "-c", WALLS, str(CHECKOUT), str(self.project), command]
        subprocess.run(words, env={"PATH": "/usr/bin:/bin", **self.env}, check=True)

    def peak_mb(self, payload: bytes) -> float:
        """Return the most memory that a call held; seen from a small process, because a child inherits its parent's mark."""
        session = self.before_each()
        env = {"PATH": "/usr/bin:/bin", **self.env, "CLAUDE_CODE_SESSION_ID": session}
        words = [PYTHON, "-I", "-S", "-c", MEMORY_OF, GATE, "PostToolUseFailure"]
        data = payload.replace(b"SESSION", session.encode())
        done = subprocess.run(words, input=data, env=env, cwd=self.project, capture_output=True, check=True)
        return int(done.stderr.split()[-1]) / (1024 if sys.platform != "darwin" else 1024 * 1024)


def payload(event: str, text: str) -> bytes:
    """Return a hook's payload the way the client writes it, for the session SESSION."""
    values: dict[str, Any] = {
        "session_id": "SESSION",
        "transcript_path": "/home/user/.claude/projects/-home-user-shop/t.jsonl",
        "cwd": "",
        "permission_mode": "default",
        "hook_event_name": event,
        "tool_name": "Bash",
        "tool_input": {"command": "python -m pytest tests", "description": "Run the tests"},
        "tool_use_id": "toolu_0001",
    }
    if event == "PostToolUseFailure":
        values |= {"error": f"Exit code 1\n{text}", "is_interrupt": False, "duration_ms": 900}
    else:
        values |= {"tool_response": {"stdout": text, "stderr": "", "interrupted": False, "isImage": False}}
    return json.dumps(values, separators=(",", ":")).encode() + b"\n"


def before(command: str, cwd: Path) -> bytes:
    """Return the payload that comes before a command."""
    values = json.loads(payload("PreToolUse", ""))
    del values["tool_response"]
    values |= {"cwd": str(cwd), "tool_input": {"command": command, "description": "Run it"}}
    return json.dumps(values, separators=(",", ":")).encode() + b"\n"


def log(size: int, *lines: str) -> str:
    """Return about `size` characters of a plausible test run, with given lines spread over it, the last one at its end."""
    plain = [
        f"tests/unit/test_module_{i:03d}.py::test_behaviour_{i * 7 % 97} PASSED [{i % 100:3d}%]" for i in range(1_000)
    ]
    room = max(0, size - sum(len(line) + 1 for line in lines))
    plain = plain[: max(1, room // 62)]
    out, step = list(plain), max(1, len(plain) // max(1, len(lines)))
    for number, line in enumerate(lines[:-1]):
        out.insert(number * (step + 1), line)
    return "\n".join([*out, *lines[-1:]])


def generate(count: int) -> list[dict[str, Any]]:
    """Return patterns with long shared prefixes; every tenth has only a short literal."""
    found = []
    for i in range(count):
        regex = (
            rf"\bq{i % 90 + 10}z(?P<n>\d+)\b" if i % 10 == 9 else rf"{stem(i)} (?P<what>[a-z]+) at line (?P<line>\d+)"
        )
        found.append(
            {"id": f"generated-{i:05d}", "error_regex": regex, "category": "build_error", "message": f"case {i}"}
        )
    return found


def stem(i: int) -> str:
    return f"buildstep-{i % 7:02d}-check-{i:05d}: unresolved"


def hits(count: int) -> list[str]:
    """Return lines in which 200 literals occur and 5 patterns match."""
    usable = [i for i in range(count) if i % 10 != 9]
    chosen = usable[:: max(1, len(usable) // 200)][:200]
    lines = [f"{stem(i)} SKIPPED" for i in chosen[:195]]
    return [*lines, *[f"{stem(i)} widget at line 12" for i in chosen[195:]]]


def runaways(count: int) -> list[dict[str, Any]]:
    return [
        {"id": f"runaway-{i}", "error_regex": rf"runaway-{i}: (x+x+)+y", "category": "build_error", "message": "never"}
        for i in range(count)
    ]


def tell(say: Callable[[str], None], rows: list[Row], extra: list[dict[str, Any]], floors: dict[str, Row]) -> bool:
    """Print the table; tell whether every target is met."""
    say("floors (CPU ms, wall ms): " + ", ".join(f"{k} {r.cpu():.2f} {r.wall():.2f}" for k, r in floors.items()))
    say(f"{'row':<58}{'CPU ratio':>10}{'wall ratio':>12}{'target':>10}  ok")
    good = True
    for row in rows:
        base = floors[row.floor]
        ratio = row.cpu() / base.cpu()
        ok = ratio <= row.target
        good &= ok
        cells = ((ratio, 8.2), (row.wall() / base.wall(), 10.2), (row.target, 8.1))
        shown = "".join(f"{value:>{width}f} {row.floor}" for value, width in cells)
        say(f"{row.name:<58}{shown}  {'yes' if ok else 'NO'}")
    for one in extra:
        target, ok = one["target"], one["ok"]
        good &= ok
        shown = f"{target:>8.0f} {one['unit']}  {'yes' if ok else 'NO'}" if target else ""
        say(f"{one['row']:<58}{one['value']:>7.1f} {one['unit']:<3}{'':>11}{shown}")
    return good


def measure(rounds: int, top: Path) -> tuple[list[Row], list[dict[str, Any]], dict[str, Row]]:
    """Prepare every row, run them interleaved, and return rows, single numbers, and floors."""
    fail_10k = payload("PostToolUseFailure", log(10_000, "Traceback (most recent call last):", FAILED_LINE))
    many = {
        n: payload("PostToolUseFailure", log(30_000, *hits(n), "error: the build stopped")) for n in (1_000, 10_000)
    }
    wild = [f"runaway-{i}: {'x' * 40}" for i in range(10)]
    fail_wild = payload("PostToolUseFailure", log(10_000, *wild, FAILED_LINE))
    homes = {
        "shipped": Home(top, "shipped", []),
        "open": Home(top, "open", [], is_open=True),
        "1000": Home(top, "1000", generate(1_000)),
        "10000": Home(top, "10000", generate(10_000)),
        "runaway": Home(top, "runaway", runaways(10)),
        "walls": Home(top, "walls", []),
    }
    used = {"1000": many[1_000], "10000": many[10_000], "runaway": fail_wild}
    cold = {name: home.warm(used.get(name, fail_10k)) for name, home in homes.items()}
    homes["walls"].build_walls("pytest -q")
    small, ten = payload("PostToolUse", "ok"), payload("PostToolUse", log(9_600))
    floors = {
        "F": Row("F", [PYTHON, "-I", "-S", "-c", "pass"], small, "F", 1),
        "R": Row("R", [PYTHON, "-I", "-c", "import re"], small, "F", 9),
        "B": Row("B", [BASH, "-c", ":"], small, "B", 1),
    }
    ok, failed = [GATE, "PostToolUse"], [GATE, "PostToolUseFailure"]
    rows = [
        Row("success, nothing open, 0.3 kB", ok, small, "B", 1.5, homes["shipped"]),
        Row("success, nothing open, 10 kB", ok, ten, "B", 1.5, homes["shipped"]),
        Row("success, an episode open, 10 kB", ok, ten, "F", 1.6, homes["open"]),
        Row("failure, shipped patterns, 10 kB", failed, fail_10k, "F", 2.0, homes["shipped"]),
        Row("failure, 1,000 more patterns, 30 kB", failed, many[1_000], "F", 2.2, homes["1000"]),
        Row("failure, 10,000 more patterns, 30 kB", failed, many[10_000], "F", 3.0, homes["10000"]),
    ]
    asked, plain_home, walled = [GATE, "PreToolUse"], homes["shipped"], homes["walls"]
    rows += [
        Row("before a command, no file", asked, before("pytest -q", plain_home.project), "B", 1.5, plain_home),
        Row("before another command, the file is there", asked, before("cargo test", walled.project), "B", 1.5, walled),
        Row("before the command, and it is spoken of", asked, before("pytest -q", walled.project), "F", 2.0, walled),
    ]
    wild_row = Row("runaway", failed, fail_wild, "F", 99, homes["runaway"])
    for _ in range(rounds):
        for row in [*floors.values(), *rows]:
            row.measure()
    for _ in range(max(3, rounds // 5)):
        wild_row.measure()
    plain = next(row for row in rows if row.name.startswith("failure, shipped"))
    check(rows, homes)
    spent = wild_row.cpu() - plain.cpu()
    peaks = {
        name: max(homes[name].peak_mb(used.get(name, fail_10k)) for _ in range(3))
        for name in ("shipped", "1000", "10000")
    }
    extra = [single("10 runaway patterns, all in all", spent, "ms", 80)]
    extra += [single(f"peak memory, {name} patterns", value, "MB", 20) for name, value in peaks.items()]
    extra += [
        single(f"very first call, nothing compiled yet: {name}", cold[name], "ms", 0)
        for name in ("shipped", "1000", "10000")
    ]
    return rows, extra, floors


def check(rows: list[Row], homes: dict[str, Home]) -> None:
    """A row that does not do its work is no measurement: failures are answered, successes are not, the episode is known."""
    for row in rows:
        if (row.name.startswith("failure") or row.name.endswith("spoken of")) != bool(row.said):
            print(f"warning: `{row.name}` answered {row.said!r}", file=sys.stderr)
    if not homes["open"].marker:
        print(
            "warning: a failure opened no episode; the row `success, an episode open` measured nothing", file=sys.stderr
        )


def single(name: str, value: float, unit: str, target: float) -> dict[str, Any]:
    return {"row": name, "value": round(value, 2), "unit": unit, "target": target, "ok": not target or value <= target}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=40, help="calls of each row (default: 40)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    args = parser.parse_args()
    top = Path(tempfile.mkdtemp(prefix="healkit-bench-"))
    try:
        rows, extra, floors = measure(args.rounds, top)
    finally:
        shutil.rmtree(top, ignore_errors=True)
    lines: list[str] = []
    good = tell(lines.append, rows, extra, floors)
    if args.json:
        table = [
            {"row": r.name, "ratio": r.cpu() / floors[r.floor].cpu(), "wall": r.wall() / floors[r.floor].wall(),
             "floor": r.floor, "target": r.target, "cpu_ms": r.cpu(), "wall_ms": r.wall()} for r in rows
        ]  # fmt: skip
        named = {k: {"cpu_ms": r.cpu(), "wall_ms": r.wall()} for k, r in floors.items()}
        print(
            json.dumps(
                {"version": 1, "python": sys.version.split()[0], "floors": named, "rows": table, "single": extra}
            )
        )
    else:
        print("\n".join(lines))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
