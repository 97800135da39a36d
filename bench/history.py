"""What `healkit search`, `healkit stats` and learning from one more healing cost in a history of 100,000 events.

A synthetic history is written into a temporary state folder (failures, hints, commands, edits, successes, outcomes; episodes are
worked out by healkit itself), then each question is asked in a process of its own. A row is the question alone: a
command's own start (Python, imports) is measured beside it and has no target here. Standard library only.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

CHECKOUT = str(Path(__file__).resolve().parents[1])
TARGET_MS = 300.0
PATTERNS = (
    "python-module-not-found",
    "tsc-cannot-find-name",
    "rust-borrow",
    "npm-missing-script",
    "pytest-assertion",
    "",
)
CATEGORIES = ("dependency_issue", "type_error", "build_error", "command_error", "test_failure", "unknown")
PROGRAMS = (
    "pytest -q tests/test_{}.py",
    "npm test -- {}",
    "cargo test {}",
    "uv run python -m app.{}",
    "tsc -p packages/{}",
)
FIXES = ("uv sync", "npm install", "cargo update", "pip install part{}", "ruff check --fix src/part{}.py")
WORDS = (
    "module",
    "cannot",
    "find",
    "name",
    "expected",
    "value",
    "failed",
    "assertion",
    "connection",
    "refused",
    "timeout",
)
QUESTIONS = {
    "search, one rare word": ["search", "part4711"],
    "search, two words": ["search", "connection refused"],
    "search, in every event": ["search", "part"],
    "search, nothing": ["search", "xyzzy"],
    "stats": ["stats"],
    "stats, 30 days": ["stats", "30"],
    "learning, one healing more": ["learn"],
}
ASK = """
import sys, time; sys.path.insert(0, sys.argv[1])
root, what, text = sys.argv[2], sys.argv[3], sys.argv[4]
from healkit import history
from healkit.cli import search
from healkit.history import figures
from healkit.history.search import words_of
history.ingest(root)
if what == "learn":
    from healkit import learn
    from healkit.learn import ledger, source
    with history.open_history(root) as opened, ledger.opened(root) as book:
        last = source.episodes(opened, "outcome='worked' ORDER BY closed DESC LIMIT 2")
        book.since = last[1].closed
wall, cpu = time.perf_counter(), time.process_time()
if what == "learn":
    learn.learn(root)
    found = 1
elif what == "search":
    found = len(search.answer(root, words_of(text), 20)[0])
else:
    with history.open_history(root) as opened:
        found = figures.count(opened, time.time() - int(text) * 86400 if text else 0.0).failures
print((time.perf_counter() - wall) * 1e3, (time.process_time() - cpu) * 1e3, found)
"""


def events(number: int, project: str, seed: int) -> list[dict[str, object]]:
    """Return so many events of the last 80 days: turns of a failure, a hint for half of them, work, and an end."""
    chance, found = random.Random(seed), []
    at, turn = time.time() - 80 * 86_400, 0
    step = 80 * 86_400 / (number / 6)
    while len(found) < number:
        turn, at = turn + 1, at + step
        kind = chance.randrange(len(PATTERNS))
        part = chance.randrange(5_000)
        command = PROGRAMS[part % len(PROGRAMS)].format(f"part{part % 400}")
        fix = FIXES[part % len(FIXES)].format(part % 40)
        text = "\n".join(" ".join(chance.choices(WORDS, k=12)) for _ in range(6)) + f"\nin part{part}"
        common = {"project": project, "session": f"s{turn // 20}", "cwd": project, "source": "claude", "version": 1}
        name = {"pattern_id": PATTERNS[kind], "fingerprint": f"v1:{part % 900:04x}{kind}"}
        turns = [
            {"kind": "failure", "command": command, "exit_code": 1, "category": CATEGORIES[kind], "text": text, **name},
            {"kind": "hint", "text": f"part{part} is declared but not installed", **name} if turn % 2 else {},
            {"kind": "command", "command": f"cat src/part{part}.py", "exit_code": 0},
            {"kind": "edit", "file": f"{project}/src/part{part}.py", "old": "x = 1", "new": "x = 2"}
            if turn % 3
            else {},
            {"kind": "command", "command": fix, "exit_code": 0},
            {"kind": "success", "command": command, "exit_code": 0} if turn % 5 else {},
            {"kind": "outcome", "command": command, "outcome": "healed", "text": fix, **name} if not turn % 50 else {},
        ]
        for place, values in enumerate(filter(None, turns)):
            found.append({**common, **values, "at": round(at + place * 20.0, 3), "id": f"e{turn}-{place}"})
    return found[:number]


def prepare(number: int, top: str) -> tuple[str, float]:
    """Write the history; return the project, and the seconds that healkit took to take everything in."""
    project = f"{top}/project"
    os.makedirs(f"{project}/.git")
    os.environ.update({"HOME": top, "HEALKIT_HOME": f"{top}/home"})
    sys.path.insert(0, CHECKOUT)
    from healkit import history, paths, spool
    from healkit.records import Event

    folder = paths.project_state(project)
    if not paths.make_private(folder):
        raise SystemExit("no state folder")
    lines = [spool.encode(Event(**values)) for values in events(number, project, 7)]
    handle = os.open(f"{folder}/{spool.NAME}", os.O_WRONLY | os.O_CREAT, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.writelines(lines)
    began = time.perf_counter()
    taken = history.ingest(project)
    if taken != number:
        raise SystemExit(f"{taken} of {number} events were taken in")
    return project, time.perf_counter() - began


def ask(project: str, words: list[str]) -> tuple[float, float, int]:
    """Return wall and CPU milliseconds of one question, and how much it found."""
    argv = [sys.executable, "-c", ASK, CHECKOUT, project, words[0], words[1] if len(words) > 1 else ""]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    wall, cpu, found = done.stdout.split()
    return float(wall), float(cpu), int(found)


def started(project: str, *words: str) -> tuple[float, float]:
    """Return wall and CPU milliseconds of a whole command, in a new process."""
    wall, before = time.perf_counter(), os.times()
    env = {**os.environ, "PYTHONPATH": CHECKOUT}
    subprocess.run(
        [sys.executable, "-m", "healkit", *words], cwd=project, env=env, stdout=subprocess.DEVNULL, check=True
    )
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return (time.perf_counter() - wall) * 1e3, cpu * 1e3


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    rows: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="healkit-bench-") as top:
        project, taken = prepare(given.events, top)
        times: dict[str, list[tuple[float, float, int]]] = {name: [] for name in QUESTIONS}
        whole: dict[str, list[tuple[float, float]]] = {"--version": [], "search": [], "stats": []}
        ask(project, ["search", "warm"])  # compiles the patterns; not counted
        for _ in range(given.rounds):
            for name, words in QUESTIONS.items():
                times[name].append(ask(project, words))
            for name, words in (("--version", []), ("search", ["connection", "refused"]), ("stats", [])):
                whole[name].append(started(project, name, *words))
        size = sum(path.stat().st_size for path in Path(top, "home").rglob("history.db*"))
    for name, found in times.items():
        rows[name] = {
            "cpu_ms": median(f[1] for f in found),
            "wall_ms": median(f[0] for f in found),
            "found": found[0][2],
        }
    met = all(row["cpu_ms"] <= TARGET_MS for row in rows.values())
    commands = {
        name: {"cpu_ms": median(f[1] for f in found), "wall_ms": median(f[0] for f in found)}
        for name, found in whole.items()
    }
    if given.json:
        print(
            json.dumps({"events": given.events, "taken_in_s": taken, "bytes": size, "rows": rows, "commands": commands})
        )
        return 0 if met else 1
    print(f"{given.events} events, taken in and indexed in {taken:.1f} s, {size / 1e6:.0f} MB")
    for name, row in rows.items():
        state = "met" if row["cpu_ms"] <= TARGET_MS else "MISSED"
        print(
            f"{name:28}{row['cpu_ms']:8.0f} ms CPU{row['wall_ms']:8.0f} ms wall   target {TARGET_MS:.0f} ms CPU: {state}"
        )
    for name, row in commands.items():
        print(f"{'healkit ' + name:28}{row['cpu_ms']:8.0f} ms CPU{row['wall_ms']:8.0f} ms wall   the whole command")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
