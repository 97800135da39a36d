"""Sixteen hooks at once with an ingest at work: nothing is lost, and the slowest are not slower than they must be.

    python bench/spool.py [--rounds N] [--calls N] [--json]

Rounds of hook processes (a failure that is named and spooled) and of bare `python -I -S -c pass` alternate; in each,
sixteen lanes start one process after the other, with a socket as standard input. An ingest runs all the time, beside both.
Shown are p99/median of each and their ratio (target 1.5 at most), and how many events are in history. Exit status 1 when
the target is missed or an event is. Standard library only.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median, quantiles

CHECKOUT = str(Path(__file__).resolve().parents[1])
PYTHON = os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable)
LANES, TARGET = 16, 1.5
BARE = [PYTHON, "-I", "-S", "-c", "pass"]
HOOK = [
    PYTHON,
    "-I",
    "-S",
    "-c",
    f"import sys; sys.path.insert(0, {CHECKOUT!r}); from healkit import bundle; bundle.load(); from healkit.hook import main; main()",
]
INGEST = f"""
import sys; sys.path.insert(0, {CHECKOUT!r})
import os, time
from healkit import history
while not os.path.exists(sys.argv[2]):
    history.ingest(sys.argv[1])
    time.sleep(0.02)
"""
OUTPUT = """Exit code 1
Traceback (most recent call last):
  File "/srv/shop/app/cart.py", line 3, in <module>
    import requests
ModuleNotFoundError: No module named 'requests'
"""


def payload(project: str, number: int) -> bytes:
    values = {
        "session_id": f"bench-{number}",
        "cwd": project,
        "hook_event_name": "PostToolUseFailure",
        "tool_name": "Bash",
        "tool_input": {"command": "python app/cart.py"},
        "tool_use_id": f"toolu_{number}",
        "error": OUTPUT,
    }
    return json.dumps(values).encode()


def call(argv: list[str], data: bytes, env: dict[str, str]) -> float:
    """Run one process with a payload on a socket; return its wall time in seconds."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(data)
        ours.shutdown(socket.SHUT_WR)
        began = time.perf_counter()
        subprocess.run(argv, stdin=theirs, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env, check=True)
        return time.perf_counter() - began


def run_round(argv: list[str], project: str, env: dict[str, str], first: int, calls: int) -> list[float]:
    """Let sixteen lanes make their calls at the same time; return every call's wall time."""
    times: list[float] = []
    start = threading.Barrier(LANES)

    def lane(number: int) -> None:
        start.wait()
        for n in range(calls):
            times.append(call(argv, payload(project, first + number * calls + n), env))  # noqa: PERF401 - as they come

    threads = [threading.Thread(target=lane, args=(number,)) for number in range(LANES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(times) != LANES * calls:
        raise SystemExit("a process failed")
    return times


def spread(times: list[float]) -> float:
    """Return p99 / median."""
    return quantiles(times, n=100)[98] / median(times)


def measure(rounds: int, calls: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="healkit-bench-") as top:
        project = f"{top}/project"
        os.makedirs(f"{project}/.git")
        env = {"PATH": "/usr/bin:/bin", "HOME": top, "HEALKIT_HOME": f"{top}/home"}
        os.environ.update(env)
        sys.path.insert(0, CHECKOUT)
        from healkit import history

        ingest = subprocess.Popen([PYTHON, "-I", "-S", "-c", INGEST, project, f"{top}/stop"], env=env)
        times: dict[str, list[float]] = {"hook": [], "bare": []}
        try:
            call(HOOK, payload(project, 0), env)  # compiles the patterns; not counted
            time.sleep(1)
            for number in range(rounds):
                first = 1 + number * LANES * calls
                times["hook"] += run_round(HOOK, project, env, first, calls)
                times["bare"] += run_round(BARE, project, env, first, calls)
        finally:
            Path(top, "stop").touch()
            ingest.wait()
        time.sleep(0.5)  # for an ingest that a hook started, detached
        while history.ingest(project):
            pass
        with history.open_history(project) as opened:
            found = [event.tool_use_id for event in opened.events(limit=1 << 30, kind="failure")]
            torn = opened.torn()
        errors = Path(top, "home/state/hook-errors.txt")
        inside = len(errors.read_text().splitlines()) if errors.exists() else 0
    written = 1 + len(times["hook"])
    return {
        "calls": written,
        "in history": len(found),
        "different": len(set(found)),
        "torn lines": torn,
        "errors inside hooks": inside,
        "hook p99/median": spread(times["hook"]),
        "bare p99/median": spread(times["bare"]),
        "ratio": spread(times["hook"]) / spread(times["bare"]),
        "hook median / bare median": median(times["hook"]) / median(times["bare"]),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=20, help="rounds of each kind (20)")
    parser.add_argument(
        "--calls", type=int, default=10, help="calls of a lane in a round (10): 20 x 10 = 200 events a lane"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    found = measure(given.rounds, given.calls)
    whole = found["calls"] == found["in history"] == found["different"]
    if given.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:28}{value:>10.2f}" if isinstance(value, float) else f"{name:28}{value:>10}")
        print(f"target: ratio <= {TARGET}, nothing lost: {'met' if whole and found['ratio'] <= TARGET else 'MISSED'}")
    return 0 if whole and found["ratio"] <= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
