#!/usr/bin/env python3
"""What `healkit run` costs on a command that passes, and on one that fails until the first fix.

As a ratio to F (`python -I -S -c pass`), in one interleaved run.

    bench/run_overhead.py [ROUNDS]

CPU is user plus system time of the process and everything that it waited for; the median over all rounds counts.
The overhead is healkit's cost minus that of the bare command. Targets: <= 6 F of CPU (better 3 F), <= 60 ms wall;
`healkit --help` <= 300 ms wall; a failing command, diagnosis included, before any fix: <= 400 ms wall. Exit code 1 when a target is missed.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import sysconfig
import tempfile
import time
from pathlib import Path


def once(argv: list[str], terminal: bool) -> tuple[float, float]:
    """Run a command; return CPU and wall time in milliseconds."""
    began = time.perf_counter()
    if terminal:
        pid, master = os.forkpty()
    else:
        pid, master = os.fork(), -1
    if pid == 0:
        if not terminal:
            null = os.open(os.devnull, os.O_RDWR)
            for fd in (0, 1, 2):
                os.dup2(null, fd)
        os.execv(argv[0], argv)
    if terminal:
        drain(master)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - began
    if terminal:
        os.close(master)
    assert os.waitstatus_to_exitcode(status) in (0, 1), argv
    return (usage.ru_utime + usage.ru_stime) * 1000, wall * 1000


def drain(master: int) -> None:
    try:
        while os.read(master, 65536):
            pass
    except OSError:
        pass


def measure(cases: dict[str, tuple[list[str], bool]], rounds: int) -> dict[str, tuple[float, float]]:
    """Return the median CPU and wall time of each case; the cases take turns."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in cases}
    for number in range(rounds + 2):
        for name, (argv, terminal) in cases.items():
            found = once(argv, terminal)
            if number >= 2:  # the first two rounds only warm the caches
                times[name].append(found)
    return {
        name: (statistics.median(c for c, _ in got), statistics.median(w for _, w in got))
        for name, got in times.items()
    }


FAILING = """\
import json


def total(rows):
    return sum(jsn.loads(row)["price"] for row in rows)


print(total(['{"price": 2}']))
"""


def failing(folder: Path) -> list[str]:
    """Make a project in which a script fails; return the command: what it printed, and its exit code, without its run."""
    (folder / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"\n')
    (folder / "shop.py").write_text(FAILING)
    trace = f"""Traceback (most recent call last):
  File "{folder}/shop.py", line 8, in <module>
    print(total(['{{"price": 2}}']))
  File "{folder}/shop.py", line 5, in total
    return sum(jsn.loads(row)["price"] for row in rows)
NameError: name 'jsn' is not defined. Did you mean: 'json'?
"""
    (folder / "said.txt").write_text("".join(f"line {number}\n" for number in range(400)) + trace)
    return [shutil.which("sh") or "/bin/sh", "-c", "cat said.txt; exit 1"]


def program() -> str:
    beside = Path(sysconfig.get_path("scripts")) / "healkit"
    found = str(beside) if beside.exists() else shutil.which("healkit")
    if not found:
        sys.exit("healkit is not installed beside this interpreter")
    return found


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 25
    healkit, true = program(), shutil.which("true") or "/bin/true"
    python = str(Path(sys.executable).resolve())
    os.environ["HEALKIT_HOME"] = tempfile.mkdtemp(prefix="healkit-bench-")
    cases = {
        "F": ([python, "-I", "-S", "-c", "pass"], False),
        "true": ([true], False),
        "true, terminal": ([true], True),
        "healkit run -- true": ([healkit, "run", "--", true], False),
        "healkit run -- true, terminal": ([healkit, "run", "--", true], True),
        "healkit run -- false": ([healkit, "run", "--", shutil.which("false") or "/bin/false"], False),
        "healkit --help": ([healkit, "--help"], False),
    }
    project = Path(tempfile.mkdtemp(prefix="healkit-bench-"))
    command = failing(project)
    cases |= {
        "failing": (command, False),
        "healkit run -- failing": ([healkit, "run", "--", *command], False),
        "healkit run --fix -- failing": ([healkit, "run", "--fix", "--yes", "--dry-run", "--", *command], False),
    }
    os.chdir(project)
    try:
        found = measure(cases, rounds)
    finally:
        shutil.rmtree(os.environ["HEALKIT_HOME"], ignore_errors=True)
        shutil.rmtree(project, ignore_errors=True)
    floor_cpu, floor_wall = found["F"]
    print(f"{'case':<32}{'CPU ms':>9}{'CPU / F':>9}{'wall ms':>9}{'wall / F':>10}")
    for name, (cpu, wall) in found.items():
        print(f"{name:<32}{cpu:>9.1f}{cpu / floor_cpu:>9.2f}{wall:>9.1f}{wall / floor_wall:>10.2f}")
    missed = 0
    for suffix in ("", ", terminal"):
        with_it, without = found[f"healkit run -- true{suffix}"], found[f"true{suffix}"]
        cpu, wall = (with_it[0] - without[0]) / floor_cpu, with_it[1] - without[1]
        good = cpu <= 6 and wall <= 60
        missed += not good
        verdict = "met" if good else "MISSED"
        print(f"overhead{suffix}: {cpu:.2f} F of CPU (target 6, better 3), {wall:.1f} ms wall (target 60): {verdict}")
    for name in ("healkit run -- failing", "healkit run --fix -- failing"):
        wall = found[name][1] - found["failing"][1]
        good = wall <= 400
        missed += not good
        print(f"{name}: {wall:.0f} ms wall before any fix (target 400): {'met' if good else 'MISSED'}")
    good = found["healkit --help"][1] <= 300
    missed += not good
    print(f"healkit --help: {found['healkit --help'][1]:.0f} ms wall (target 300): {'met' if good else 'MISSED'}")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
