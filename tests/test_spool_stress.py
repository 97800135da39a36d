"""Sixteen writers, ingests at work all the time, some of both killed: nothing is lost, nothing comes twice."""

from __future__ import annotations

import fcntl
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from healkit import history, paths, spool
from healkit.history import files
from healkit.records import Event

ROOT = str(Path(__file__).resolve().parents[1])
WRITERS, EVENTS, KILLED = 16, 200, 3

WRITE = f"""
import sys; sys.path.insert(0, {ROOT!r})
import posix, time
from healkit import spool
from healkit.records import Event
folder, name, doomed, acks = sys.argv[1], sys.argv[2], sys.argv[3] == "doomed", posix.open(sys.argv[4], posix.O_WRONLY)
kinds = ("failure", "edit", "command", "success")
for n in range(10**9 if doomed else {EVENTS}):
    event = Event(kind=kinds[n % 4], at=time.time(), id=name + "-" + str(n), session=name, command="pytest", fingerprint="F",
                  tool_use_id="t" + str(n), text="x" * (n % 200 * 15), file="a.py", exit_code=int(n % 4 == 0))
    if not spool.append(folder, event):
        sys.exit(3)
    posix.write(acks, b".")
    if doomed:
        time.sleep(0.001)
"""
INGEST = f"""
import sys; sys.path.insert(0, {ROOT!r})
import os
from healkit import history
while not os.path.exists(sys.argv[2]):
    history.ingest(sys.argv[1])
"""
TEAR = f"""
import sys; sys.path.insert(0, {ROOT!r})
import fcntl, os, signal
from healkit import spool
from healkit.records import Event
line = spool.encode(Event(kind="failure", at=1.0, id="torn", text="y" * 900))
while True:
    fd = os.open(sys.argv[1] + "/" + spool.NAME, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    fcntl.flock(fd, fcntl.LOCK_SH)
    try:
        if os.fstat(fd).st_ino == os.stat(sys.argv[1] + "/" + spool.NAME).st_ino:
            break
    except FileNotFoundError:
        pass
    os.close(fd)
os.write(fd, line[:500])
os.kill(os.getpid(), signal.SIGKILL)
"""


class Crowd:
    """The processes of one run; every one is ended with the test, by its own handle."""

    def __init__(self, top: Path) -> None:
        self.top, self.root = top, str(top / "project")
        self.folder, self.stop = paths.project_state(self.root), top / "stop"
        assert paths.make_private(self.folder)
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, code: str, *arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-I", "-S", "-c", code, *arguments], stdin=subprocess.DEVNULL)
        self.processes.append(process)
        return process

    def acks(self, number: int) -> int:
        return (self.top / f"acks{number}").stat().st_size

    def writer(self, number: int) -> subprocess.Popen[bytes]:
        (self.top / f"acks{number}").touch()
        return self.start(
            WRITE, self.folder, f"w{number}", "doomed" if number < KILLED else "", str(self.top / f"acks{number}")
        )

    def ingester(self) -> subprocess.Popen[bytes]:
        return self.start(INGEST, self.root, str(self.stop))

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()


@pytest.fixture
def crowd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Crowd:
    monkeypatch.setenv("HEALKIT_HOME", str(tmp_path / "healkit"))
    monkeypatch.setenv("HOME", str(tmp_path))
    made = Crowd(tmp_path)
    yield made
    made.end()


def run_and_kill(crowd: Crowd) -> list[subprocess.Popen[bytes]]:
    """Start everybody, kill three writers and one ingest on the way; return the writers when all have ended."""
    ingesters = [crowd.ingester(), crowd.ingester()]
    writers = [crowd.writer(number) for number in range(WRITERS)]
    limits = [random.randrange(1, EVENTS) for _ in range(KILLED)]
    ingest_limit = random.randrange(1, EVENTS // 2)
    torn = seen = 0
    while any(writer.poll() is None for writer in writers):
        for number, limit in enumerate(limits):
            if writers[number].poll() is None and crowd.acks(number) >= limit:
                writers[number].send_signal(signal.SIGKILL)
        if len(ingesters) == 2 and crowd.acks(0) >= min(ingest_limit, limits[0]):
            ingesters[0].send_signal(signal.SIGKILL)
            ingesters.append(crowd.ingester())
        if torn < 2:
            torn += 1
            crowd.start(TEAR, crowd.folder).wait()
        with history.open_history(crowd.root) as opened:  # somebody looks meanwhile
            now = len(opened.events(limit=100_000))
        assert now >= seen
        seen = now
        time.sleep(0.005)
    assert len(ingesters) == 3
    return writers


def test_nothing_is_lost_and_nothing_comes_twice(crowd: Crowd) -> None:
    writers = run_and_kill(crowd)
    crowd.stop.touch()
    for process in crowd.processes:
        process.wait()
    while history.ingest(crowd.root):
        pass
    assert [writer.returncode for writer in writers] == [-signal.SIGKILL] * KILLED + [0] * (WRITERS - KILLED)
    with history.open_history(crowd.root) as opened:
        found = Counter(event.id for event in opened.events(limit=100_000))
        torn, episodes = opened.torn(), opened.episodes(limit=100_000)
    assert set(found.values()) == {1}
    survivors = {f"w{w}-{n}" for w in range(KILLED, WRITERS) for n in range(EVENTS)}
    assert survivors <= set(found)
    for number in range(KILLED):
        kept = sorted(int(name.partition("-")[2]) for name in found if name.startswith(f"w{number}-"))
        acked = crowd.acks(number)
        assert kept == list(range(len(kept)))
        assert acked <= len(kept) <= acked + 1  # it may have died between writing and saying so
    assert torn == 2
    worked = [episode for episode in episodes if episode.outcome == "worked" and int(episode.session[1:]) >= KILLED]
    assert len(worked) == (WRITERS - KILLED) * EVENTS // 4
    assert not os.path.lexists(f"{crowd.folder}/spool.taking")


def test_a_torn_line_swallows_no_neighbour(crowd: Crowd) -> None:
    assert spool.append(crowd.folder, Event(kind="edit", at=time.time(), id="before"))
    assert crowd.start(TEAR, crowd.folder).wait() == -signal.SIGKILL
    assert spool.append(crowd.folder, Event(kind="edit", at=time.time(), id="after"))
    assert history.ingest(crowd.root) == 2
    with history.open_history(crowd.root) as opened:
        assert {event.id for event in opened.events()} == {"before", "after"}
        assert opened.torn() == 1


@pytest.mark.parametrize("refill", [False, True], ids=["gone", "another in its place"])
def test_a_writer_never_appends_to_a_spool_that_was_taken(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch, refill: bool
) -> None:
    """The rename comes exactly between a writer's open and its lock: the rarest moment, which a crowd seldom meets."""
    assert spool.append(crowd.folder, Event(kind="edit", at=time.time(), id="first"))
    flock, done = fcntl.flock, []

    def take_first(fd: int, how: int) -> None:
        if not done:
            done.append(True)
            os.rename(f"{crowd.folder}/{spool.NAME}", f"{crowd.folder}/spool.taking")
            if refill:
                assert spool.append(crowd.folder, Event(kind="edit", at=time.time(), id="other"))
        flock(fd, how)

    with monkeypatch.context() as patched:
        patched.setattr(fcntl, "flock", take_first)
        assert spool.append(crowd.folder, Event(kind="edit", at=time.time(), id="late"))
    taken = Path(crowd.folder, "spool.taking").read_bytes()
    assert [event.id for event in spool.parse(taken)] == ["first"]
    assert history.ingest(crowd.root) == 2 + refill


def test_a_spool_is_not_taken_while_a_writer_holds_it(crowd: Crowd) -> None:
    assert spool.append(crowd.folder, Event(kind="edit", at=time.time(), id="first"))
    fd = os.open(f"{crowd.folder}/{spool.NAME}", os.O_RDWR)
    fcntl.flock(fd, fcntl.LOCK_SH)
    with files.lock(crowd.folder):
        assert not files.take_spool(crowd.folder, patience=0.05)
    os.close(fd)
    assert history.ingest(crowd.root) == 1
