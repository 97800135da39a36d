"""Sixteen at once on one project: hooks, learners that are killed, people adding entries, an editor saving the file.

Nothing that was acknowledged is lost, no file is torn, the editor's change stands. HEALKIT_STRESS_S says for how many
seconds (6; the claim is a minute).
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from healkit import history, paths

SECONDS = float(os.environ.get("HEALKIT_STRESS_S", "6"))
HOOK = """
import sys, time
sys.path.insert(0, sys.argv[1])
from healkit import paths, spool
from healkit.records import Event
root, who, until = sys.argv[2], sys.argv[3], float(sys.argv[4])
state, n = paths.project_state(root), 0
while time.time() < until:
    n += 1
    name = f"Thing{who}x{n % 7}"
    said = f"TypeError: {name}.__init__() got an unexpected keyword argument 'old_{who}'"
    more = dict(session=f"{who}-{n}", cwd=root, source="claude")
    rows = [
        Event(kind="failure", at=time.time(), id=f"{who}-{n}-a", command=f"python {who}.py", exit_code=1, text=said,
              pattern_id="python-unexpected-keyword", fingerprint=f"1:{name}", file=f"{who}.py", **more),
        Event(kind="edit", at=time.time(), id=f"{who}-{n}-b", file=f"{who}.py", old=f"{name}(old_{who}={n})",
              new=f"{name}(new_{who}={n})", **more),
        Event(kind="success", at=time.time(), id=f"{who}-{n}-c", command=f"python {who}.py", exit_code=0, **more),
    ]
    for row in rows:
        if spool.append(state, row):
            print(row.id, flush=True)
    time.sleep(0.03)
"""
EDITOR = """
import json, os, sys, time
path, until, n = sys.argv[1], float(sys.argv[2]), 0
while time.time() < until:
    before = open(path, "rb").read()
    value = json.loads(before)
    mine = next(one for one in value["patterns"] if one["id"] == "mine")
    n += 1
    mine["x-saved"] = n
    with open(path + ".swp", "w") as file:
        json.dump(value, file, indent=2)
    if open(path, "rb").read() == before:
        os.replace(path + ".swp", path)
        print(n, flush=True)
    else:
        n -= 1
    time.sleep(0.05)
"""
PERSON = """
import subprocess, sys, time
root, who, until, n = sys.argv[1], sys.argv[2], float(sys.argv[3]), 0
while time.time() < until or not n:
    n += 1
    words = ["patterns", "add", "--id", f"{who}-{n}", "--regex", f"failure {who} {n}: (?P<x>\\\\w+)", "--yes", "--project"]
    more = ["--message", f"number {n}", "--category", "runtime_error"]
    if subprocess.run([sys.executable, "-m", "healkit", *words, *more], cwd=root, capture_output=True).returncode == 0:
        print(f"{who}-{n}", flush=True)
"""
MINE = {"id": "mine", "error_regex": "my own failure (?P<what>\\w+)", "category": "runtime_error", "x-saved": 0}


@pytest.mark.slow
def test_nothing_is_lost_with_sixteen_at_once(tmp_path: Path, isolated_home: Path) -> None:
    root = tmp_path / "shop"
    (root / ".git").mkdir(parents=True)
    file = root / ".healkit/error-patterns.json"
    file.parent.mkdir()
    file.write_text(json.dumps({"version": 1, "patterns": [MINE]}, indent=2))
    assert paths.make_private(paths.project_state(str(root)))
    until = time.time() + SECONDS
    package = str(Path(history.__file__).parents[2])
    python = [sys.executable, "-c"]
    hooks = [
        subprocess.Popen([*python, HOOK, package, str(root), f"h{n}", str(until)], stdout=subprocess.PIPE, text=True)
        for n in range(8)
    ]
    editor = subprocess.Popen([*python, EDITOR, str(file), str(until)], stdout=subprocess.PIPE, text=True)
    people = [
        subprocess.Popen([*python, PERSON, str(root), f"p{n}", str(until)], stdout=subprocess.PIPE, text=True)
        for n in range(2)
    ]
    kills = _learn(root, until)
    added = [line for person in people for line in person.communicate()[0].split()]
    noted = [line for hook in hooks for line in hook.communicate()[0].split()]
    saves = editor.communicate()[0].split()
    assert editor.returncode == 0, "the editor never read a torn file"
    subprocess.run([sys.executable, "-m", "healkit", "ingest", str(root)], check=True)
    entries = {one["id"]: one for one in json.loads(file.read_text())["patterns"]}
    with history.open_history(str(root)) as past:
        known = {row[0] for row in past.db.execute("SELECT id FROM events")}
    assert set(noted) <= known
    assert len(noted) > 50
    assert kills > 0
    assert added
    assert set(added) <= entries.keys()
    assert saves
    assert entries["mine"]["x-saved"] == int(saves[-1])
    assert [one for one in entries.values() if one.get("origin") == "learned"]


def _learn(root: Path, until: float) -> int:
    """Start five learners at a time until the time is up, and kill every other one; return how many were killed."""
    rng, kills = random.Random(3), 0
    while time.time() < until:
        running = [subprocess.Popen([sys.executable, "-m", "healkit", "ingest", str(root)]) for _ in range(5)]
        time.sleep(rng.uniform(0.1, 0.6))
        for learner in running[::2]:
            if learner.poll() is None:
                learner.send_signal(signal.SIGKILL)
                kills += 1
        for learner in running:
            learner.wait()
    return kills
