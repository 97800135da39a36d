"""What a prompt costs in a shell that has healkit, as ratios to floors measured in the same run.

    python bench/prompt.py [--rounds N] [--json]

Success: a shell runs its prompt function 2,000 times, with and without healkit; the difference of a prompt is held against
B = `bash -c :`. Failure: what Python takes to answer, against F = `python -I -S -c pass`. Rows run once a round,
interleaved; the median over the rounds counts. Exit status 1 when a target is missed. Standard library only.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

CHECKOUT = Path(__file__).resolve().parents[1]
PYTHON = os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable)
PROMPTS = 2_000
START = (
    "import sys\nsys.path.insert(0, sys.argv.pop(1))\nmodule = __import__(sys.argv.pop(1), fromlist=['main'])\n"
    "sys.exit(module.main(sys.argv[1:]))"
)
LOOP = {
    # the count of command lines does not grow in a loop, so that one is forgotten; everything else is as at a prompt
    "bash": f"for ((i = 0; i < {PROMPTS}; i++)); do :; __healkit_prompt; __healkit_last=x:1; done",
    "zsh": f"for ((i = 0; i < {PROMPTS}; i++)); do __healkit_preexec :; :; __healkit_precmd; done",
    "fish": f"for i in (seq {PROMPTS}); emit fish_postexec true; end",
}
EMPTY = {
    "bash": f"for ((i = 0; i < {PROMPTS}; i++)); do :; done",
    "zsh": f"for ((i = 0; i < {PROMPTS}; i++)); do :; done",
    "fish": f"for i in (seq {PROMPTS}); true; end",
}
FAILURES = {
    "127 with a close name": ("gti status", "127"),
    "make failed": ("make all", "2"),
    "grep found nothing": ("grep a b", "1"),
}


def seconds(argv: list[str], env: dict[str, str], cwd: Path) -> float:
    """Run a command; return the CPU seconds that it and its children took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(argv, env=env, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def shell_rows(tmp: Path) -> dict[str, list[str]]:
    """Return the command lines of the success rows: each shell with healkit and without."""
    rows = {}
    for shell in ("bash", "zsh", "fish"):
        program = shutil.which(shell)
        if not program:
            print(f"{shell} is not installed: no row", file=sys.stderr)
            continue
        source = f"source {CHECKOUT}/hooks/self-healing.{'fish' if shell == 'fish' else 'sh'}"
        quiet = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
        for kind, text in (("with", LOOP[shell]), ("without", EMPTY[shell])):
            script = tmp / f"{shell}-{kind}"
            script.write_text(f"{source}\n{text}\n")
            rows[f"{shell} {kind}"] = [program, *quiet, "-i", "-c", f"source {script}"]
    return rows


def measure(rounds: int) -> dict[str, list[float]]:
    """Return the CPU seconds of every row, a number a round."""
    with tempfile.TemporaryDirectory() as folder:
        tmp = Path(folder)
        (tmp / "project/.git").mkdir(parents=True)
        (tmp / "home/state").mkdir(parents=True, mode=0o700)
        env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": folder, "HEALKIT_HOME": f"{folder}/home", "TERM": "dumb"}
        rows: dict[str, tuple[list[str], dict[str, str]]] = {
            "B": (["/bin/bash", "-c", ":"], env),
            "F": ([PYTHON, "-I", "-S", "-c", "pass"], env),
        }
        rows |= {name: (argv, env) for name, argv in shell_rows(tmp).items()}
        for name, (command, code) in FAILURES.items():
            argv = [PYTHON, "-I", "-S", "-c", START, str(CHECKOUT), "healkit.prompt", "failed", code, "bench", "1"]
            rows[name] = (argv, {**env, "_HEALKIT_COMMAND": command})
        taken: dict[str, list[float]] = {name: [] for name in rows}
        for _ in range(rounds):
            for name, (argv, own) in rows.items():
                taken[name].append(seconds(argv, own, tmp / "project"))
        return taken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    began = time.time()
    taken = {name: median(values) for name, values in measure(options.rounds).items()}
    result = []
    for shell in ("bash", "zsh", "fish"):
        if f"{shell} with" in taken:
            one = (taken[f"{shell} with"] - taken[f"{shell} without"]) / PROMPTS
            result.append((f"{shell}: a prompt after a success", one / taken["B"], 1.0, "B"))
    result += [(f"{name}: Python's answer", taken[name] / taken["F"], 2.0, "F") for name in FAILURES]
    if options.json:
        print(
            json.dumps(
                [
                    {"row": name, "ratio": ratio, "target": target, "floor": floor}
                    for name, ratio, target, floor in result
                ]
            )
        )
    else:
        print(f"B {taken['B'] * 1000:.2f} ms, F {taken['F'] * 1000:.2f} ms, {time.time() - began:.0f} s")
        for name, ratio, target, floor in result:
            print(f"{'ok  ' if ratio <= target else 'MISS'} {name:<40} {ratio:6.3f} {floor}  (<= {target})")
    return int(any(ratio > target for _, ratio, target, _ in result))


if __name__ == "__main__":
    sys.exit(main())
