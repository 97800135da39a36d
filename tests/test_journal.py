"""The journal: what it writes, what it refuses, what it puts back; as its callers use it, and as an attacker would."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from healkit import journal, paths
from healkit.journal import Refused, book, exchange, restore, seam, shelf
from healkit.records import Change, HealkitError, Run

AS_ROOT = os.geteuid() == 0


@pytest.fixture
def root(tmp_path: Path) -> Path:
    top = tmp_path / "project"
    (top / "src").mkdir(parents=True)
    (top / "a.py").write_bytes(b"x = 1\n")
    (top / "src/b.py").write_bytes(b"y = 1\n")
    return top


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the project that nothing may change."""
    top = tmp_path / "outside"
    top.mkdir()
    (top / "b.py").write_bytes(b"y = 1\n")
    return top


def edit(path: str, before: bytes | None, after: bytes | None, mode: int | None = None) -> Change:
    return Change(path=path, before=before, after=after, mode=mode)


def tree(root: Path) -> dict[str, tuple[bytes, int] | str]:
    found: dict[str, tuple[bytes, int] | str] = {}
    for folder, names, files in os.walk(root):
        for name in (*names, *files):
            path = Path(folder, name)
            status = path.lstat()
            key = str(path.relative_to(root))
            if stat.S_ISLNK(status.st_mode):
                found[key] = f"link to {os.readlink(path)}"
            elif stat.S_ISREG(status.st_mode):
                found[key] = (path.read_bytes(), stat.S_IMODE(status.st_mode))
            else:
                found[key] = oct(status.st_mode)
    return found


def at_checkpoint(monkeypatch: pytest.MonkeyPatch, wanted: str, act: Callable[[], None]) -> None:
    """Do something once, when the journal passes a checkpoint."""
    done: list[str] = []

    def checkpoint(name: str) -> None:
        if name == wanted and not done:
            done.append(name)
            act()

    monkeypatch.setattr(seam, "checkpoint", checkpoint)


def refused(root: Path, *changes: Change) -> HealkitError:
    """Apply changes that must be refused, and hold that nothing was changed."""
    was = tree(root)
    with journal.open_journal(str(root)) as opened:
        transaction = opened.begin("make")
        with pytest.raises(HealkitError) as caught:
            transaction.apply(changes, "an attack")
        assert transaction.standing == ()
    assert tree(root) == was
    return caught.value


# --- what it does ---


def test_changes_are_made_all_or_none_and_undone_later(root: Path) -> None:
    was = tree(root)
    with journal.open_journal(str(root)) as opened:
        transaction = opened.begin("pytest -q")
        number = transaction.apply(
            [
                edit("a.py", b"x = 1\n", b"x = 2\n"),
                edit("new/c.sh", None, b"c\n", 0o755),
                edit("src/b.py", b"y = 1\n", None),
            ],
            "three",
        )
        assert (number, transaction.standing) == (1, (1,))
        told = transaction.diff()
        transaction.keep()
    assert (root / "a.py").read_bytes() == b"x = 2\n"
    assert stat.S_IMODE((root / "new/c.sh").stat().st_mode) == 0o755
    assert not (root / "src/b.py").exists()
    assert "-x = 1\n+x = 2\n" in told
    assert "--- /dev/null\n+++ b/new/c.sh" in told
    entry = journal.entries(str(root))[0]
    assert (entry.id, entry.state, entry.command, entry.title) == (transaction.id, "kept", "pytest -q", "three")
    assert entry.steps[0].paths == ("new", "a.py", "new/c.sh", "src/b.py")
    undone = journal.undo(str(root), transaction.id[:8])
    assert (undone.id, undone.left) == (transaction.id, ())
    assert tree(root) == was
    with pytest.raises(HealkitError, match="undone already"):
        journal.undo(str(root), transaction.id)
    with pytest.raises(HealkitError, match="nothing here to undo"):
        journal.undo(str(root))


def test_without_a_decision_everything_is_taken_back(root: Path) -> None:
    was = tree(root)

    def interrupted() -> None:
        with journal.open_journal(str(root)) as opened:
            opened.begin("make").apply([edit("a.py", b"x = 1\n", b"x = 2\n")], "one")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert tree(root) == was
    assert journal.entries(str(root))[0].state == "restored"
    assert journal.settle(str(root)) == []


def test_steps_on_one_file_go_back_in_reverse(root: Path) -> None:
    with journal.open_journal(str(root)) as opened:
        transaction = opened.begin("make")
        for number in range(1, 4):
            transaction.apply([edit("a.py", b"x = %d\n" % number, b"x = %d\n" % (number + 1))], f"step {number}")
        assert transaction.take_back(3) == []
        assert (root / "a.py").read_bytes() == b"x = 3\n"
        assert transaction.apply([edit("a.py", b"x = 3\n", b"x = 9\n")], "another") == 4
        assert "-x = 1\n+x = 9\n" in transaction.diff()
        transaction.keep(upto=1)
    assert (root / "a.py").read_bytes() == b"x = 2\n"
    journal.undo(str(root))
    assert (root / "a.py").read_bytes() == b"x = 1\n"


def test_nothing_is_written_before_the_first_step(root: Path) -> None:
    with journal.open_journal(str(root)) as opened:
        transaction = opened.begin("make")
        assert len(transaction.id) == 9
        assert transaction.take_back() == []
        assert transaction.diff() == ""
        transaction.keep()
    assert journal.entries(str(root)) == []
    with pytest.raises(HealkitError, match="has ended"):
        transaction.apply([], "late")


@pytest.mark.parametrize("data", [b"\xef\xbb\xbfa\r\nb\r\n", b"no end", b"", b"\xff\xfe\x00", b"mixed\r\nends\n"])
def test_bytes_and_mode_are_kept(root: Path, data: bytes) -> None:
    (root / "f").write_bytes(data)
    (root / "f").chmod(0o2750)
    with journal.open_journal(str(root)) as opened:
        transaction = opened.begin("make")
        transaction.apply([edit("f", data, data + b"\r\nmore")], "one")
        assert (root / "f").read_bytes() == data + b"\r\nmore"
        assert stat.S_IMODE((root / "f").stat().st_mode) == 0o2750
        transaction.take_back()
    assert tree(root)["f"] == (data, 0o2750)


def test_a_mode_alone_is_changed_and_comes_back(root: Path) -> None:
    inode = (root / "a.py").stat().st_ino
    with journal.open_journal(str(root)) as opened:
        transaction = opened.begin("make")
        transaction.apply([edit("a.py", b"x = 1\n", b"x = 1\n", 0o4755)], "x")
        assert stat.S_IMODE((root / "a.py").stat().st_mode) == 0o755  # setuid is never added
        assert transaction.diff() == "mode of a.py: 644 becomes 755\n"
        transaction.take_back()
    assert ((root / "a.py").stat().st_ino, tree(root)["a.py"]) == (inode, (b"x = 1\n", 0o644))


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="extended attributes are read here on Linux only")
def test_group_and_attributes_are_kept(root: Path) -> None:
    try:
        os.setxattr(root / "a.py", "user.mark", b"kept")
    except OSError:
        pytest.skip("no extended attributes here, not even for root")
    if AS_ROOT:
        os.chown(root / "a.py", -1, 1234)
    with journal.open_journal(str(root)) as opened:
        transaction = opened.begin("make")
        transaction.apply([edit("a.py", b"x = 1\n", b"x = 22\n")], "one")
        for _ in range(2):
            assert os.getxattr(root / "a.py", "user.mark") == b"kept"
            assert not AS_ROOT or (root / "a.py").stat().st_gid == 1234
            transaction.take_back()


def test_a_folder_is_made_and_removed_only_when_empty(root: Path) -> None:
    with journal.open_journal(str(root)) as opened:
        transaction = opened.begin("make")
        transaction.apply([edit("out/logs/", None, None), edit("src/", None, None)], "folders")
        assert (root / "out/logs").is_dir()
        (root / "out/mine.txt").write_text("a person's")
        transaction.take_back()
    assert tree(root).keys() == {"a.py", "src", "src/b.py", "out", "out/mine.txt"}


def test_python_does_not_run_the_old_compiled_code(root: Path) -> None:
    """A fix of equal length within one second: Python knows compiled code by second and size."""
    (root / "m.py").write_bytes(b"VALUE = 1\n")
    code = [sys.executable, "-c", "import m; print(m.VALUE)"]

    def value() -> bytes:
        return subprocess.run(code, cwd=root, capture_output=True, check=True, env={"PYTHONPATH": "."}).stdout.strip()

    assert value() == b"1"
    with journal.open_journal(str(root)) as opened:
        transaction = opened.begin("make")
        transaction.apply([edit("m.py", b"VALUE = 1\n", b"VALUE = 2\n")], "one")
        assert value() == b"2"
        transaction.take_back()
        assert value() == b"1"


# --- what it refuses ---


@pytest.mark.parametrize(
    "path",
    [
        "../outside/b.py",
        "/etc/hosts",
        "src/../../outside/b.py",
        "",
        ".",
        "./a.py",
        "src//b.py",
        "a\0b",
        "/",
        "..",
        "\ud800x",
    ],
)
def test_a_path_that_leads_outside_is_refused(root: Path, path: str) -> None:
    assert isinstance(refused(root, edit(path, None, b"evil")), Refused)


@pytest.mark.parametrize(
    "path",
    [".git/config", ".git/hooks/pre-commit", "sub/.git/config", ".GIT/config", ".gi\u200ct/config", ".git", ".hg/hgrc"],
)
def test_version_control_is_refused(root: Path, path: str) -> None:
    (root / ".git/hooks").mkdir(parents=True)
    (root / ".git/config").write_bytes(b"[core]\n")
    assert "version control" in refused(root, edit(path, None, b"evil")).what
    assert "version control" in refused(root, edit(".git/config", b"[core]\n", None)).what


def test_a_lock_of_git_may_be_removed_and_comes_back(root: Path) -> None:
    (root / ".git").mkdir()
    (root / ".git/index.lock").write_bytes(b"")
    assert "version control" in refused(root, edit(".git/index.lock", b"", b"x")).what
    with journal.open_journal(str(root)) as opened:
        transaction = opened.begin("git add .")
        transaction.apply([edit(".git/index.lock", b"", None)], "remove the lock")
        assert not (root / ".git/index.lock").exists()
        transaction.take_back()
    assert (root / ".git/index.lock").exists()


def test_links_are_refused(root: Path, outside: Path) -> None:
    (root / "file.py").symlink_to(outside / "b.py")
    (root / "folder").symlink_to(outside)
    (root / "inner.py").symlink_to("a.py")
    (root / "dangling").symlink_to(outside / "none")
    assert "link" in refused(root, edit("file.py", b"y = 1\n", b"evil")).what
    assert "link" in refused(root, edit("folder/b.py", b"y = 1\n", b"evil")).what
    assert "link" in refused(root, edit("folder/new/c.py", None, b"evil")).what
    assert "link" in refused(root, edit("inner.py", b"x = 1\n", b"evil")).what
    assert "link" in refused(root, edit("dangling", None, b"evil")).what
    assert tree(outside) == {"b.py": (b"y = 1\n", 0o644)}


def test_what_is_no_plain_file_of_ours_is_refused(root: Path) -> None:
    os.link(root / "a.py", root / "second.py")
    os.mkfifo(root / "pipe")
    (root / "folder.py").mkdir()
    assert "second name" in refused(root, edit("a.py", b"x = 1\n", b"evil")).what
    assert "regular" in refused(root, edit("pipe", b"", b"evil")).what
    assert "regular" in refused(root, edit("folder.py", None, b"evil")).what
    assert "no folder" in refused(root, edit("src/b.py/deeper", None, b"evil")).what


@pytest.mark.skipif(not AS_ROOT, reason="only root can give a file away")
def test_another_users_file_is_refused(root: Path) -> None:
    os.chown(root / "a.py", 1234, -1)
    (root / "theirs").mkdir()
    os.chown(root / "theirs", 1234, -1)
    assert "another user" in refused(root, edit("a.py", b"x = 1\n", b"evil")).what
    assert "another user" in refused(root, edit("theirs/new.py", None, b"evil")).what
    assert "another user" in refused(root, edit("theirs/deep/new.py", None, b"evil")).what


def test_what_is_not_as_it_was_read_is_refused(root: Path) -> None:
    assert "changed since" in refused(root, edit("a.py", b"x = 0\n", b"evil")).what
    assert "there already" in refused(root, edit("a.py", None, b"evil")).what
    assert "not there" in refused(root, edit("none.py", b"", b"evil")).what
    assert "not there" in refused(root, edit("none/none.py", b"", b"evil")).what
    assert "twice" in refused(root, edit("a.py", b"x = 1\n", b"1"), edit("a.py", b"x = 1\n", b"2")).what


def test_one_bad_change_refuses_the_whole_step(root: Path) -> None:
    refused(root, edit("a.py", b"x = 1\n", b"x = 2\n"), edit("new/c.py", None, b"c"), edit("src/b.py", b"other", b"z"))


def test_what_policy_protects_is_refused(root: Path) -> None:
    with journal.open_journal(str(root)) as opened:
        transaction = opened.begin("make")
        with pytest.raises(Refused, match="protected"):
            transaction.apply([edit("src/b.py", b"y = 1\n", b"z")], "x", lambda path: path.startswith("src/"))


# --- what somebody does meanwhile ---


@pytest.mark.parametrize(
    "moment", ["intent on the disk", "temporary file complete", "before the exchange", "put in its place"]
)
def test_a_folder_swapped_for_a_link_during_the_write(
    root: Path, outside: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    def swap() -> None:
        (root / "src").rename(root / "moved")
        (root / "src").symlink_to(outside)

    at_checkpoint(monkeypatch, moment, swap)
    with journal.open_journal(str(root)) as opened:
        transaction = opened.begin("make")
        with pytest.raises(HealkitError):
            transaction.apply(
                [
                    edit("src/b.py", b"y = 1\n", b"evil"),
                    edit("src/n.py", None, b"evil"),
                    edit("a.py", b"x = 1\n", b"2"),
                ],
                "x",
            )
    assert tree(outside) == {"b.py": (b"y = 1\n", 0o644)}
    found = tree(root)
    assert found.pop("moved")
    assert found == {"a.py": (b"x = 1\n", 0o644), "src": f"link to {outside}", "moved/b.py": (b"y = 1\n", 0o644)}


@pytest.mark.parametrize("moment", ["intent on the disk", "temporary file complete", "before the exchange"])
@pytest.mark.parametrize("what", ["save", "replace", "remove", "link", "pipe", "append"])
def test_what_a_person_saves_during_the_write_stands(
    root: Path, outside: Path, monkeypatch: pytest.MonkeyPatch, moment: str, what: str
) -> None:
    place = root / "a.py"

    def save() -> None:
        if what == "replace":
            (root / ".a.swp").write_bytes(b"mine\n")
            (root / ".a.swp").rename(place)
        elif what == "append":
            with place.open("ab") as file:
                file.write(b"mine\n")
        else:
            place.unlink()
            if what == "save":
                place.write_bytes(b"mine\n")
            elif what == "link":
                place.symlink_to(outside / "b.py")
            elif what == "pipe":
                os.mkfifo(place)
        saved.update(tree(root))

    saved: dict[str, object] = {}
    at_checkpoint(monkeypatch, moment, save)
    with journal.open_journal(str(root)) as opened, pytest.raises(HealkitError):
        opened.begin("make").apply([edit("a.py", b"x = 1\n", b"ours\n"), edit("src/b.py", b"y = 1\n", b"ours\n")], "x")
    found = tree(root)
    assert found.pop("src/b.py") == (b"y = 1\n", 0o644)
    assert found == {path: state for path, state in saved.items() if path != "src/b.py" and ".healkit-" not in path}
    assert tree(outside) == {"b.py": (b"y = 1\n", 0o644)}


@pytest.mark.parametrize("kept", [False, True])
def test_an_editor_saves_between_apply_and_rollback(root: Path, kept: bool) -> None:
    with journal.open_journal(str(root)) as opened:
        transaction = opened.begin("make")
        transaction.apply([edit("a.py", b"x = 1\n", b"x = 2\n"), edit("src/b.py", b"y = 1\n", b"y = 2\n")], "one")
        (root / "src/b.py").write_bytes(b"mine\n")
        if kept:
            transaction.keep()
        else:
            left = transaction.take_back()
    if kept:
        left = list(journal.undo(str(root)).left)
    assert [(one.path, one.why) for one in left] == [("src/b.py", "it was changed since")]
    assert Path(left[0].kept).read_bytes() == b"y = 1\n"
    assert (tree(root)["a.py"], tree(root)["src/b.py"]) == ((b"x = 1\n", 0o644), (b"mine\n", 0o644))


def test_undo_looks_at_the_mode_too(root: Path) -> None:
    with journal.open_journal(str(root)) as opened:
        transaction = opened.begin("make")
        transaction.apply([edit("a.py", b"x = 1\n", b"x = 2\n")], "one")
        (root / "a.py").chmod(0o755)
        assert [one.path for one in transaction.take_back()] == ["a.py"]
    assert tree(root)["a.py"] == (b"x = 2\n", 0o755)


def test_an_undo_that_can_put_nothing_back_can_be_tried_again(root: Path) -> None:
    with journal.open_journal(str(root)) as opened:
        transaction = opened.begin("make")
        transaction.apply([edit("a.py", b"x = 1\n", b"x = 2\n")], "one")
        transaction.keep()
    (root / "a.py").write_bytes(b"mine\n")
    undone = journal.undo(str(root))
    assert (undone.paths, [one.path for one in undone.left]) == ((), ["a.py"])
    assert journal.entries(str(root))[0].state == "kept"
    (root / "a.py").write_bytes(b"x = 2\n")
    assert journal.undo(str(root)).paths == ("a.py",)
    assert (root / "a.py").read_bytes() == b"x = 1\n"


def test_a_link_put_in_a_places_way_before_the_undo(root: Path, outside: Path) -> None:
    with journal.open_journal(str(root)) as opened:
        transaction = opened.begin("make")
        transaction.apply([edit("src/b.py", b"y = 1\n", b"y = 2\n"), edit("new/c.py", None, b"c\n")], "one")
        transaction.keep()
    (outside / "b.py").write_bytes(b"y = 2\n")
    (root / "src").rename(root / "moved")
    (root / "src").symlink_to(outside)
    undone = journal.undo(str(root))
    assert (undone.paths, [one.path for one in undone.left]) == (("new/c.py",), ["src/b.py"])
    assert (outside / "b.py").read_bytes() == b"y = 2\n"
    assert not (root / "new").exists()


def can_exchange(root: Path) -> bool:
    fd = os.open(root / "src", os.O_RDONLY)
    try:
        (root / "src/other").write_bytes(b"")
        return exchange._rename(fd, "b.py", "other", exchange._SWAP)
    finally:
        os.close(fd)


def test_an_editor_that_never_stops_saving_loses_nothing(root: Path) -> None:
    """Each save is another text; after every round the file is what was saved last, or ours where no save came between."""
    if not can_exchange(root):
        pytest.skip("not even root can exchange two names on this file system")
    place, done, saves = root / "a.py", threading.Event(), [b"x = 1\n"]
    place.write_bytes(saves[0])

    def editor() -> None:
        while not done.is_set():
            saves.append(b"save %d\n" % len(saves))
            (root / ".editor").write_bytes(saves[-1])
            (root / ".editor").rename(place)
            time.sleep(0.003)

    thread = threading.Thread(target=editor)
    thread.start()
    try:
        with journal.open_journal(str(root)) as opened:
            transaction = opened.begin("make")
            for number in range(60):
                try:
                    transaction.apply([edit("a.py", place.read_bytes(), b"ours %d\n" % number)], "x")
                    transaction.take_back()
                except HealkitError:
                    pass
    finally:
        done.set()
        thread.join()
    assert place.read_bytes() == saves[-1]
    assert {name for name in os.listdir(root) if name.startswith(".healkit")} == set()


# --- when the disk says no ---


def full_after(monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """Let os.write fail for lack of space once so many bytes were written into temporary files of the tree."""
    real, left = os.write, [room]

    def write(fd: int, data: bytes) -> int:
        if ".healkit-" in os.readlink(f"/proc/self/fd/{fd}") and "/project/" in os.readlink(f"/proc/self/fd/{fd}"):
            if left[0] <= 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            left[0] -= len(data)
        return real(fd, data)

    monkeypatch.setattr(os, "write", write)


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")
def test_a_disk_that_is_full_in_the_middle_changes_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full_after(monkeypatch, 5)
    error = refused(
        root, edit("a.py", b"x = 1\n", b"x = 2\n"), edit("new/c", None, b"c"), edit("src/b.py", b"y = 1\n", b"z")
    )
    assert "No space left" in error.what
    assert error.do == "Everything is as it was."


SMALL_DISK = """
import os, sys
sys.path.insert(0, sys.argv[2])
from healkit import journal
from healkit.records import Change, HealkitError
root = sys.argv[1]
def fill():
    with open(root + "/filler", "wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)): pass
        except OSError: pass
old = {"a": b"a" * 60_000, "b": b"b" * 60_000, "c": b"c" * 60_000}
for name, data in old.items(): open(f"{root}/{name}", "wb").write(data)
def now(): return {name: open(f"{root}/{name}", "rb").read() for name in old}
with journal.open_journal(root) as opened:
    one = opened.begin("make")
    try:
        one.apply([Change(path=name, before=data, after=data.upper() * 2) for name, data in old.items()], "too much")
        print("not refused")
    except HealkitError as error: print(error.what)
    assert now() == old and sorted(os.listdir(root)) == ["a", "b", "c"], os.listdir(root)
    one.apply([Change(path=name, before=data, after=data.upper() + b"longer") for name, data in old.items() if name != "c"], "fits")
    fill()
    print([left.as_dict() for left in one.take_back()])
    assert now() == old, {name: data[:9] for name, data in now().items()}
    os.unlink(root + "/filler")
    one.apply([Change(path="a", before=old["a"], after=b"A" * 1000)], "shorter")
    fill()
    left = one.take_back()
    print([(one.path, one.why) for one in left])
    assert open(left[0].kept, "rb").read() == old["a"] and open(root + "/a", "rb").read() == b"A" * 1000
os.unlink(root + "/filler")
print([entry.state for entry in journal.entries(root)], len(journal.settle(root)))
assert now() == old and sorted(os.listdir(root)) == ["a", "b", "c"]
print([entry.state for entry in journal.entries(root)])
"""


def test_a_real_disk_that_is_full(tmp_path: Path) -> None:
    if shutil.which("unshare") is None:
        pytest.skip("only root may mount a small disk here")
    disk = tmp_path / "disk"
    disk.mkdir()
    script = tmp_path / "script.py"
    script.write_text(SMALL_DISK)
    checkout = Path(__file__).parent.parent
    line = f"mount -t tmpfs -o size=400k,mode=700 none '{disk}' && exec '{sys.executable}' '{script}' '{disk}' '{checkout}'"
    ran = subprocess.run(["unshare", "-rm", "sh", "-c", line], capture_output=True, text=True, check=False)
    if "unshare" in ran.stderr or "mount" in ran.stderr:
        pytest.skip("only root may mount a small disk here")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == [
        "cannot be written: No space left on device",
        "[]",
        "[('a', 'it cannot be written: No space left on device')]",
        "['open'] 1",
        "['restored']",
    ]


def test_a_decision_that_cannot_be_written_takes_all_back(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    was = tree(root)
    real = book.Book.add

    def add(self: book.Book, line: dict[str, object]) -> None:
        if line.get("decision") == "keep":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(self, line)

    monkeypatch.setattr(book.Book, "add", add)
    with journal.open_journal(str(root)) as opened:
        transaction = opened.begin("make")
        transaction.apply([edit("a.py", b"x = 1\n", b"x = 2\n")], "one")
        with pytest.raises(HealkitError, match="No space left"):
            transaction.keep()
    assert tree(root) == was


def test_space_for_the_way_back_is_kept_on_the_same_disk(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with journal.open_journal(str(root)) as opened:
        transaction = opened.begin("make")
        transaction.apply([edit("a.py", b"x = 1\n", b"")], "emptied: in place there is no room for the old text")
        reserve = Path(journal._folder(str(root)), transaction.id, book.RESERVE)
        assert reserve.stat().st_size > 4000
        real = restore.prepare

        def prepare(*words: object) -> None:
            if reserve.exists():
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            real(*words)  # type: ignore[arg-type]

        monkeypatch.setattr(restore, "prepare", prepare)
        assert transaction.take_back() == []
    assert (root / "a.py").read_bytes() == b"x = 1\n"


@pytest.mark.skipif(AS_ROOT, reason="root may write in a read-only folder")
def test_a_read_only_folder_as_a_user(root: Path) -> None:
    (root / "src").chmod(0o555)
    try:
        assert (
            "Permission denied"
            in refused(root, edit("a.py", b"x = 1\n", b"z"), edit("src/b.py", b"y = 1\n", b"z")).what
        )
    finally:
        (root / "src").chmod(0o755)


def test_a_read_only_disk_changes_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def denied(path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if ".healkit-" in str(path) and "-1.new" in str(path):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return real(path, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", denied)
    error = refused(root, edit("a.py", b"x = 1\n", b"z"), edit("src/b.py", b"y = 1\n", b"z"))
    assert "Permission denied" in error.what


# --- two at once, and what lies where ---


def test_a_second_healkit_is_told_who_is_at_work(root: Path) -> None:
    code = "import sys; from healkit import journal; journal.open_journal(sys.argv[1], float(sys.argv[2]))"

    def second(wait: str) -> subprocess.CompletedProcess[str]:
        environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
        words = [sys.executable, "-c", code, str(root), wait]
        return subprocess.run(words, capture_output=True, text=True, env=environ, check=False)

    opened = journal.open_journal(str(root))
    with pytest.raises(HealkitError, match=f"process {os.getpid()}"):
        journal.open_journal(str(root))
    assert journal.settle(str(root)) == []
    refusal = second("0")
    assert f"another healkit is at work in this project (process {os.getpid()})" in refusal.stderr
    threading.Timer(0.7, opened.close).start()
    assert second("20").returncode == 0


def test_a_dead_owner_is_no_obstacle_and_its_work_is_put_back(root: Path) -> None:
    was = tree(root)
    code = (
        "import os, sys, signal; from healkit import journal; from healkit.records import Change\n"
        "t = journal.open_journal(sys.argv[1]).begin('make --token=abc')\n"
        "t.apply([Change(path='a.py', before=b'x = 1\\n', after=b'evil')], 'one'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    assert subprocess.run([sys.executable, "-c", code, str(root)], env=environ, check=False).returncode == -9
    assert tree(root) != was
    assert journal.entries(str(root))[0].state == "open"
    settled = journal.settle(str(root))
    assert [(one.title, one.paths, one.left) for one in settled] == [("one", ("a.py",), ())]
    assert tree(root) == was
    assert journal.settle(str(root)) == []


def test_worktrees_of_one_repository_have_journals_of_their_own(tmp_path: Path) -> None:
    main = tmp_path / "main"
    environ = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null"}
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for words in (["init", "-q", str(main)], ["-C", str(main), *author, "commit", "-q", "--allow-empty", "-m", "x"],
                  ["-C", str(main), "worktree", "add", "-q", str(tmp_path / "other")]):  # fmt: skip
        subprocess.run(["git", *words], check=True, env=environ)
    roots = [str(main), str(tmp_path / "other")]
    assert paths.project_state(roots[0]) == paths.project_state(roots[1])
    with journal.open_journal(roots[0]) as one, journal.open_journal(roots[1]) as two:
        for number, opened in enumerate((one, two)):
            transaction = opened.begin("make")
            transaction.apply([edit("f", None, b"%d" % number)], f"in {number}")
            transaction.keep()
    assert [entry.title for root in roots for entry in journal.entries(root)] == ["in 0", "in 1"]
    assert journal.undo(roots[0]).title == "in 0"
    assert (tmp_path / "other/f").read_bytes() == b"1"


def test_a_root_behind_a_link_has_the_same_journal(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root)
    with journal.open_journal(str(tmp_path / "link")) as opened:
        transaction = opened.begin("make")
        transaction.apply([edit("a.py", b"x = 1\n", b"x = 2\n")], "one")
        transaction.keep()
    assert journal.undo(str(root)).paths == ("a.py",)


def test_what_is_kept_is_for_our_eyes_only(root: Path) -> None:
    with journal.open_journal(str(root)) as opened:
        transaction = opened.begin("curl -H 'Authorization: Bearer abcdefghijklmnopqrstuvwxyz123456'")
        transaction.apply([edit("a.py", b"x = 1\n", b"x = 2\n")], "one")
        transaction.keep()
    top = Path(paths.state_dir())
    for path in (top / "projects").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
        assert path.is_dir() or b"abcdefghijklmnop" not in path.read_bytes()


def test_without_a_place_for_the_journal_nothing_is_begun(root: Path) -> None:
    top = Path(paths.state_dir())
    top.mkdir(parents=True, exist_ok=True)
    top.chmod(0o777)
    with pytest.raises(HealkitError, match="without it nothing could be undone"):
        journal.open_journal(str(root))


def test_old_entries_are_forgotten(root: Path) -> None:
    with journal.open_journal(str(root)) as opened:
        for number in range(5):
            transaction = opened.begin(f"make {number}")
            transaction.apply([edit(f"f{number}", None, b"x")], f"file {number}")
            transaction.keep()
    folder = journal._folder(str(root))
    shelf.prune(folder, most=3)
    assert [entry.title for entry in journal.entries(str(root))] == ["file 4", "file 3", "file 2"]
    shelf.prune(folder, size=1)
    assert journal.entries(str(root)) == []


def test_a_torn_log_is_read_as_far_as_it_goes(root: Path) -> None:
    with journal.open_journal(str(root)) as opened:
        transaction = opened.begin("make")
        transaction.apply([edit("a.py", b"x = 1\n", b"x = 2\n")], "one")
        transaction.keep()
    log = Path(journal._folder(str(root)), transaction.id, book.LOG)
    log.write_bytes(log.read_bytes() + b'{"decision": "undone", "at": 1\n\0\0\0[]\n{"done": 77}\n{"step": []}')
    assert journal.entries(str(root))[0].state == "kept"
    assert journal.undo(str(root)).paths == ("a.py",)


def test_damaged_old_bytes_are_never_written(root: Path) -> None:
    with journal.open_journal(str(root)) as opened:
        transaction = opened.begin("make")
        transaction.apply([edit("a.py", b"x = 1\n", b"x = 2\n")], "one")
        image = Path(journal._folder(str(root)), transaction.id, "1-0-a.py")
        image.write_bytes(b"garbage")
        assert [one.why for one in transaction.take_back()] == ["its old bytes are damaged"]
    assert (root / "a.py").read_bytes() == b"x = 2\n"


# --- programs ---


def test_a_program_is_taken_back_by_its_files(root: Path) -> None:
    was = tree(root)
    shell = "printf z >> a.py; rm src/b.py; mkdir out; echo hi > out/new; echo $HEALKIT_ACTIVE > seen"
    with journal.open_journal(str(root)) as opened:
        transaction = opened.begin("make")
        number, ran = transaction.run(
            Run(argv=("sh", "-c", shell), touches=("a.py", "src/b.py", "out/new", "seen")), "x", 20
        )
        assert (number, ran.exit_code) == (1, 0)
        assert (root / "seen").read_bytes() == b"1\n"
        assert "+hi" in transaction.diff()
        assert transaction.take_back() == []
    assert tree(root) == was


def test_a_program_that_does_not_end_is_killed_with_its_group(root: Path) -> None:
    shell = "(while :; do date >> log; sleep 0.05; done) & sleep 60"
    with journal.open_journal(str(root)) as opened:
        transaction = opened.begin("make")
        assert transaction.run(Run(argv=("sh", "-c", shell), touches=("log",)), "x", 0.5)[1].exit_code == 124
        assert transaction.take_back() == []
        time.sleep(0.2)
    assert not (root / "log").exists()


def test_a_program_outside_the_project_is_refused(root: Path, outside: Path) -> None:
    (root / "away").symlink_to(outside)
    (root / "pipe.lock").symlink_to(outside / "b.py")
    started = ("touch", str(outside / "started"))
    with journal.open_journal(str(root)) as opened:
        transaction = opened.begin("make")
        for run in (
            Run(argv=started, cwd=str(outside)), Run(argv=started, cwd=str(root / "away")), Run(argv=started, cwd="../outside"),
            Run(argv=started, touches=("../outside/b.py",)), Run(argv=started, touches=("away/b.py",)),
            Run(argv=started, touches=("pipe.lock",)), Run(argv=started, touches=(".git/config",)),
            Run(argv=started, manager="pip", environment=sys.executable), Run(argv=started, manager="apt", environment=""),
            Run(argv=started, manager="npm", environment=str(outside)), Run(argv=started, manager="npm", environment="away"),
            Run(argv=started, manager="pip", environment="src/bin/python"), Run(argv=started, manager="pip", environment=""),
        ):  # fmt: skip
            with pytest.raises(Refused):
                transaction.run(run, "x", 5)
    assert tree(outside) == {"b.py": (b"y = 1\n", 0o644)}


def test_a_program_whose_healkit_was_killed_is_ended_before_its_files_come_back(root: Path) -> None:
    code = (
        "import sys; from healkit import journal; from healkit.records import Run\n"
        "t = journal.open_journal(sys.argv[1]).begin('make')\n"
        "t.run(Run(argv=('sh', '-c', 'while :; do date >> a.py; sleep 0.02; done'), touches=('a.py',)), 'endless', 60)"
    )
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    process = subprocess.Popen([sys.executable, "-c", code, str(root)], env=environ)
    until = time.monotonic() + 20
    while (root / "a.py").stat().st_size < 100 and time.monotonic() < until:
        time.sleep(0.02)
    process.kill()
    process.wait()
    settled = journal.settle(str(root))
    if sys.platform == "linux":
        assert (root / "a.py").read_bytes() == b"x = 1\n"
        time.sleep(0.2)
        assert (root / "a.py").read_bytes() == b"x = 1\n"
    assert Path(settled[0].saved[0]).read_bytes().startswith(b"x = 1\n")
