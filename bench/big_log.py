#!/usr/bin/env python3
"""How fast a log of 100 MB is read, and in how much memory: `healkit detect` as its own process, start included.

    bench/big_log.py [MEGABYTES]

The log is made up: build and test lines that pass and say `error` a lot; at three fifths the one failure that counts.
Rows: plain; with colours and time stamps; through a pipe; with 10,000 patterns more. Each must name the failure.
MB/s are of CPU time (user and system), beside `grep -c -F` for one word and a copy of bytes in the same run.
Targets: >= 100 MB/s plain, <= 150 MB of memory. Exit code 1 when one is missed or the failure is not named.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

WANTED = "python-module-not-found"
FAILURE = """Traceback (most recent call last):
  File "src/app/main.py", line 12, in <module>
    import cv2
ModuleNotFoundError: No module named 'cv2'
"""
WORDS = (
    "error", "warning", "test_error_handling", "PASSED", "src/app/module.py", "node_modules/lodash", "Downloading", "package",
    "cached", "built", "in", "0", "errors", "deprecated", "compiling", "module.rs", "ok", "FAILED",
)  # fmt: skip


def noise(rng: random.Random, lines: int, is_fancy: bool) -> str:
    """Return lines that a passing build prints; fancy ones with time stamps and colours."""
    made = []
    for number in range(lines):
        word = rng.choice(WORDS)
        line = rng.choice(
            (
                f"tests/unit/test_{number}.py::test_error_{number} PASSED [ {number % 100}%]",
                f"npm http fetch GET 200 https://packages.example.com/{word} 23ms",
                f"[INFO] Building module {word} {number}",
                f"warning: unused variable `{word}`",
                f"   Compiling serde v1.0.{number}",
                " ".join(rng.choice(WORDS) for _ in range(8)),
            )
        )
        if is_fancy:
            stamp = f"2026-01-01T00:{number // 60 % 60:02d}:{number % 60:02d}.1234567Z "
            line = stamp + (f"\x1b[33m{line}\x1b[0m" if number % 5 == 0 else line)
        made.append(line)
    return "\n".join(made) + "\n"


def write_log(path: Path, size: int, is_fancy: bool) -> None:
    block = noise(random.Random(7), 100_000, is_fancy)
    failure = FAILURE.replace("Error:", "Error\x1b[0m:") if is_fancy else FAILURE
    with path.open("w") as file:
        while file.tell() < size * 3 // 5:
            file.write(block)
        file.write(failure)
        while file.tell() < size:
            file.write(block)


def many_patterns(count: int) -> str:
    entries = [
        {
            "id": f"made-{n}",
            "error_regex": f"service-{n % 97} refused request number {n}: (?P<why>[^\\n]+)",
            "category": "runtime_error",
            "message": "refused",
        }
        for n in range(count)
    ]
    return json.dumps({"version": 1, "patterns": entries})


def run(argv: list[str], home: Path, feed: Path | None = None) -> tuple[float, int, str]:
    """Run `healkit detect`; return CPU seconds, peak memory in kB, and the id of the first diagnosis."""
    env = {**os.environ, "HEALKIT_HOME": str(home)}
    with tempfile.TemporaryFile() as answer:
        pipe = subprocess.Popen(["cat", str(feed)], stdout=subprocess.PIPE) if feed else None
        child = subprocess.Popen(
            argv, stdout=answer, stderr=subprocess.DEVNULL, stdin=pipe.stdout if pipe else None, env=env, cwd=home
        )
        _, _, usage = os.wait4(child.pid, 0)
        child.returncode = 0
        if pipe and pipe.stdout:
            pipe.stdout.close()
            pipe.wait()
        answer.seek(0)
        found = json.loads(answer.read() or b"{}").get("diagnoses", [])
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss, found[0]["pattern_id"] if found else ""


def grep_speed(path: Path, size: float) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(["grep", "-c", "-F", "No module named", str(path)], stdout=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return size / max(0.001, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def copy_speed() -> float:
    data = bytes(range(256)) * 16_384
    began = time.process_time()
    for _ in range(25):
        bytearray(data)  # 4 MB: a child's peak memory begins at its parent's
    return len(data) * 25 / 1e6 / max(0.001, time.process_time() - began)


def main() -> int:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    top = Path(tempfile.mkdtemp(prefix="healkit-bench-"))
    try:
        return measure(top, megabytes)
    finally:
        shutil.rmtree(top, ignore_errors=True)


def measure(top: Path, megabytes: int) -> int:
    program = shutil.which("healkit", path=sysconfig.get_path("scripts")) or "healkit"
    plain, fancy = top / "plain.log", top / "fancy.log"
    write_log(plain, megabytes * 1_000_000, is_fancy=False)
    write_log(fancy, megabytes * 1_000_000, is_fancy=True)
    few, many = top / "few", top / "many"
    few.mkdir()
    (many / "data").mkdir(parents=True, mode=0o700)
    (many / "data/error-patterns.json").write_text(many_patterns(10_000))
    detect = [program, "detect", "--json"]
    rows = {
        "plain": ([*detect, str(plain)], few, None, plain),
        "colours and time stamps": ([*detect, str(fancy)], few, None, fancy),
        "plain, through a pipe": (detect, few, plain, plain),
        "plain, 10,000 patterns more": ([*detect, str(plain)], many, None, plain),
    }
    size = plain.stat().st_size / 1e6
    print(f"grep -c -F: {grep_speed(plain, size):.0f} MB/s; a copy in memory: {copy_speed():.0f} MB/s")
    missed = False
    for name, (argv, home, feed, path) in rows.items():
        run([program, "detect", os.devnull], home)  # compiles the patterns once, which is not what is measured
        seconds, memory, found = min(run(argv, home, feed) for _ in range(3))
        speed, peak = path.stat().st_size / 1e6 / seconds, memory / 1024
        missed |= found != WANTED or peak > 150 or (name == "plain" and speed < 100)
        print(f"{name:28} {speed:6.0f} MB/s  {peak:5.0f} MB  {found or 'nothing'}")
    print("targets: >= 100 MB/s plain, <= 150 MB, the failure named:", "missed" if missed else "met")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
