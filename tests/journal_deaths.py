"""A script that dies: scenes of the journal, each killed (-9) at every checkpoint, then settled; run by test_journal_kill.

It forks, so it is a process of its own with one thread. Its last line is a JSON object: what was run, and what was wrong.

    python journal_deaths.py FOLDER every SCENE | twice SCENE STEP | random COUNT SEED
"""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from healkit import journal
from healkit.journal import exchange, restore, seam
from healkit.records import Change, HealkitError, Run

OLD = {
    "a.py": (b"\xef\xbb\xbfimport x\r\n", 0o644),
    "src/b.py": (b"old b, no line end", 0o755),
    "src/gone.txt": (b"will be removed\n", 0o600),
    "src/same.sh": (b"#!/bin/sh\n", 0o644),
    "src/big.txt": (b"0123456789abcdef" * 4_000, 0o640),
}
Snapshot = dict[str, tuple[bytes, int]]


def build(root: Path) -> None:
    shutil.rmtree(root, ignore_errors=True)
    for path, (data, mode) in OLD.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
        (root / path).chmod(mode)


def snapshot(root: Path) -> Snapshot:
    found: Snapshot = {}
    for folder, names, files in os.walk(root):
        for name in names:
            found[os.path.relpath(os.path.join(folder, name), root) + "/"] = (b"", 0)
        for name in files:
            path = Path(folder, name)
            found[str(path.relative_to(root))] = (path.read_bytes(), path.stat().st_mode & 0o7777)
    return found


def old(path: str) -> bytes:
    return OLD[path][0]


STEP_1 = [
    Change(path="a.py", before=old("a.py"), after=old("a.py").replace(b"x", b"y")),
    Change(path="src/b.py", before=old("src/b.py"), after=b"new b\n"),
    Change(path="new/deep/c.txt", before=None, after=b"c\n"),
    Change(path="src/gone.txt", before=old("src/gone.txt"), after=None),
    Change(path="src/same.sh", before=old("src/same.sh"), after=old("src/same.sh"), mode=0o755),
]
STEP_2 = [
    Change(path="a.py", before=STEP_1[0].after, after=b"a third text\n"),
    Change(path="src/gone.txt", before=None, after=b"is there again\n"),
    Change(path="made/", before=None, after=None),
]
STEP_3 = [Change(path="a.py", before=STEP_2[0].after, after=STEP_1[0].after)]
THREE_FILES = [*STEP_1[:2], Change(path="src/big.txt", before=old("src/big.txt"), after=b"x" * 80_000)]
PROGRAM = Run(
    argv=(
        "sh",
        "-c",
        "printf one > a.py; mkdir -p made/up; printf two > made/up/b; rm src/gone.txt; chmod 700 src/b.py",
    ),
    touches=("a.py", "made/up/b", "src/gone.txt", "src/b.py"),
)


def three_files(root: str) -> None:
    with journal.open_journal(root) as opened:
        transaction = opened.begin("make")
        transaction.apply(THREE_FILES, "three files")
        transaction.keep()


def two_steps(root: str) -> None:
    with journal.open_journal(root) as opened:
        transaction = opened.begin("make")
        transaction.apply(STEP_1, "one")
        transaction.apply(STEP_2, "two")
        transaction.keep()


def one_of_two(root: str) -> None:
    with journal.open_journal(root) as opened:
        transaction = opened.begin("make")
        transaction.apply(STEP_1, "one")
        transaction.apply(STEP_2, "two")
        transaction.keep(upto=1)


def taken_back(root: str) -> None:
    with journal.open_journal(root) as opened:
        transaction = opened.begin("make")
        transaction.apply(STEP_1, "one")
        transaction.apply(STEP_2, "two")
        transaction.apply(STEP_3, "three: back to what step one wrote")
        transaction.take_back(2)
        transaction.take_back()


def not_kept(root: str) -> None:
    with journal.open_journal(root) as opened:
        opened.begin("make").apply(STEP_1, "one")


def program(root: str) -> None:
    with journal.open_journal(root) as opened:
        transaction = opened.begin("make")
        transaction.run(PROGRAM, "a program", 20)
        transaction.keep()


def program_back(root: str) -> None:
    with journal.open_journal(root) as opened:
        transaction = opened.begin("make")
        transaction.apply(STEP_1[1:2], "one")
        transaction.run(PROGRAM, "a program", 20)
        transaction.take_back()


def undo(root: str) -> None:
    journal.undo(root)


def settle(root: str) -> None:
    journal.settle(root)


def full_disk(root: str) -> None:
    with journal.open_journal(root) as opened:
        transaction = opened.begin("make")
        transaction.apply(STEP_1[:2], "one")
        full()
        transaction.take_back()


def full() -> None:
    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    restore.prepare = no_room


def no_exchange() -> None:
    exchange._rename = lambda *_: False


SCENES: dict[str, tuple[Callable[[str], None] | None, Callable[[str], None]]] = {
    "three_files": (None, three_files),
    "two_steps": (None, two_steps),
    "one_of_two": (None, one_of_two),
    "taken_back": (None, taken_back),
    "not_kept": (None, not_kept),
    "program": (None, program),
    "program_back": (None, program_back),
    "full_disk": (None, full_disk),
    "undo": (two_steps, undo),
    "undo_program": (program, undo),
}


def in_child(scene: Callable[[str], None], root: Path, at: int = -1, delay: float = 0.0) -> tuple[list[str], bool]:
    """Run a scene in a process of its own; killed at a checkpoint, or after a delay, or not at all.

    Returns the checkpoints that it passed and whether it was killed.
    """
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.close(read)
            passed = 0

            def checkpoint(name: str) -> None:
                nonlocal passed
                if passed == at:
                    os.kill(os.getpid(), signal.SIGKILL)
                passed += 1
                os.write(write, name.encode() + b"\n")

            seam.checkpoint = checkpoint
            scene(str(root))
            code = 0
        except HealkitError as error:
            print(error, file=sys.stderr)
            code = 3
        finally:
            os._exit(code)
    os.close(write)
    if delay:
        time.sleep(delay)
        os.kill(pid, signal.SIGKILL)
    with os.fdopen(read) as file:
        names = file.read().split("\n")[:-1]
    status = os.waitpid(pid, 0)[1]
    killed = os.WIFSIGNALED(status)
    if not killed and os.waitstatus_to_exitcode(status):
        raise SystemExit(f"the scene failed: {os.waitstatus_to_exitcode(status)}")
    return names, killed


def prepare(name: str, root: Path) -> None:
    shutil.rmtree(os.environ["HEALKIT_HOME"], ignore_errors=True)
    build(root)
    before = SCENES[name][0]
    if before is not None:
        in_child(before, root)


def judge(root: Path, healed: Snapshot, was: Snapshot) -> str:
    """Return what is wrong with a settled tree; it must be the old one, or if it was decided the healed one."""
    found = snapshot(root)
    states = [entry.state for entry in journal.entries(str(root))]
    wanted = healed if states[:1] == ["kept"] else was
    if found == wanted:
        return "the journal still says open" if "open" in states else ""
    return f"{states}: " + ", ".join(sorted(p for p in {*found, *wanted} if found.get(p) != wanted.get(p)))


def ends(name: str, root: Path) -> tuple[list[str], Snapshot, Snapshot]:
    """Return a scene's checkpoints, the old tree, and the tree when it runs to its end (of an undo: before it)."""
    build(root)
    was = snapshot(root)
    prepare(name, root)
    healed = snapshot(root)
    names, _ = in_child(SCENES[name][1], root)
    if SCENES[name][0] is None:
        healed = snapshot(root)
    return names, was, healed


def every(root: Path, name: str) -> dict[str, object]:
    names, was, healed = ends(name, root)
    faults = []
    for at in range(len(names)):
        prepare(name, root)
        in_child(SCENES[name][1], root, at)
        journal.settle(str(root))
        fault = judge(root, healed, was)
        if fault:
            faults.append(f"{name} killed at {at} ({names[at]}): {fault}")
    return {"points": len(names), "names": sorted(set(names)), "faults": faults}


def twice(root: Path, name: str, step: int) -> dict[str, object]:
    """Kill a scene at every `step`th checkpoint, then settle at every one of its own, then settle in peace."""
    names, was, healed = ends(name, root)
    faults, points = [], 0
    for at in range(step // 2, len(names), step):
        second = 0
        while True:
            prepare(name, root)
            in_child(SCENES[name][1], root, at)
            killed = in_child(settle, root, second)[1]
            journal.settle(str(root))
            fault = judge(root, healed, was)
            if fault:
                faults.append(f"{name} killed at {at} ({names[at]}), settling at {second}: {fault}")
            if not killed:
                break
            second, points = second + 1, points + 1
    return {"points": points, "faults": faults}


def at_random(root: Path, count: int, seed: int) -> dict[str, object]:
    chance = random.Random(seed)
    ended = {name: ends(name, root)[1:] for name in ("three_files", "taken_back", "undo")}
    longest = {}
    for name in ended:
        prepare(name, root)
        start = time.monotonic()
        in_child(SCENES[name][1], root)
        longest[name] = time.monotonic() - start
    faults, killed = [], 0
    for number in range(count):
        name = chance.choice(["three_files", "three_files", "taken_back", "undo"])
        prepare(name, root)
        killed += in_child(SCENES[name][1], root, delay=chance.random() * longest[name] * 1.1 + 1e-6)[1]
        if chance.random() < 0.3:
            in_child(settle, root, delay=chance.random() * 0.02 + 1e-6)
        journal.settle(str(root))
        was, healed = ended[name]
        fault = judge(root, healed, was)
        if fault:
            faults.append(f"run {number} of seed {seed}, {name}: {fault}")
    return {"points": count, "killed": killed, "faults": faults}


def main() -> None:
    root = Path(sys.argv[1]) / "project"
    how, *words = sys.argv[2:]
    os.fsync = lambda fd: None  # what a killed process wrote is not lost; waiting for the disk would only cost time
    if "--no-exchange" in words:
        words.remove("--no-exchange")
        no_exchange()
    if how == "every":
        told = every(root, *words)
    elif how == "twice":
        told = twice(root, words[0], int(words[1]))
    else:
        told = at_random(root, int(words[0]), int(words[1]))
    print(json.dumps(told))


if __name__ == "__main__":
    main()
