"""One transaction on disk: a folder with the old bytes of what is changed, and a log that says how far it came.

A line of the log counts once it is on the disk; a torn last line is as if it had not been written. The log is only
added to: `step` what will be done, `done`, `back` (that step was taken back), `keep` (the decision), `undo`, `undone`,
`restored`.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from hashlib import sha256

from . import seam
from .words import Entry, Item, Noted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

LOG, RESERVE = "log", "reserve"


class Book:
    """A transaction's folder, read and added to; the project's lock is held by whoever adds."""

    def __init__(self, folder: str) -> None:
        """Read a transaction's folder; one without a log is an empty transaction.

        Args:
            folder: its path.
        """
        self.folder = folder
        self.id = os.path.basename(folder)
        self.head: dict[str, Any] = {}
        self.steps: dict[int, Noted] = {}
        self.in_place: set[tuple[int, int]] = set()
        self.state = "open"
        self.undoing = False
        self.stood: list[int] = []
        for line in _lines(f"{folder}/{LOG}"):
            with suppress(KeyError, TypeError, ValueError):
                self._take(line)

    def _take(self, line: Mapping[str, Any]) -> None:
        if "root" in line:
            self.head = dict(line)
        elif "step" in line:
            items = tuple(Item.of(raw) for raw in line["items"])
            self.steps[line["step"]] = Noted(
                line["step"], line["title"], line["kind"], items, tuple(line["folders"]), line.get("run") or {}
            )
        elif "done" in line:
            step = self.steps[line["done"]]
            items = tuple(Item.of(raw) for raw in line["items"]) if "items" in line else tuple(step.items)
            self.steps[step.number] = step._replace(done=True, items=items, run={**step.run, **line.get("run", {})})
        elif "back" in line:
            self.steps[line["back"]] = self.steps[line["back"]]._replace(back=True)
        elif "in_place" in line:
            self.in_place.add((line["in_place"][0], line["in_place"][1]))
        elif "not_in_place" in line:
            self.in_place.discard((line["not_in_place"][0], line["not_in_place"][1]))
        elif "decision" in line:
            self._take_decision(line)

    def _take_decision(self, line: Mapping[str, Any]) -> None:
        decision = line["decision"]
        self.state = {"keep": "kept", "undo": "open"}.get(decision, decision)
        self.undoing = decision == "undo"
        if decision == "keep":
            self.stood = list(line["standing"])
            self.steps = {n: step._replace(back=n not in self.stood) for n, step in self.steps.items()}

    def add(self, line: Mapping[str, Any]) -> None:
        """Add a line to the log and wait until it is on the disk; when that fails, it is as if it had not been tried.

        Raises:
            OSError: it cannot be written.
        """
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        fd = os.open(f"{self.folder}/{LOG}", flags, 0o600)
        try:
            size = os.fstat(fd).st_size
            try:
                view = memoryview(f"\n{json.dumps(line)}\n".encode())  # the break before it ends what a crash tore
                while view:
                    view = view[os.write(fd, view) :]
                seam.checkpoint("log line written")
                os.fsync(fd)
            except OSError:
                os.ftruncate(fd, size)
                raise
        finally:
            os.close(fd)
        self._take(line)
        seam.checkpoint("log line on the disk")

    def decide(self, decision: str, standing: Sequence[int] = ()) -> None:
        """Write down what becomes of the transaction.

        Args:
            decision: `keep`, `undo`, `undone` or `restored`.
            standing: of `keep` the steps that are kept.

        Raises:
            OSError: it cannot be written.
        """
        self.add({"decision": decision, "at": time.time(), "standing": list(standing)})

    def save(self, name: str, data: bytes) -> str:
        """Keep bytes in the folder, on the disk, and return the file's path.

        Raises:
            OSError: they cannot be written; nothing is left of them.
        """
        path = f"{self.folder}/{name}"
        with suppress(FileNotFoundError):
            os.unlink(path)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(fd, view) :]
            os.fsync(fd)
        except BaseException:
            os.unlink(path)
            raise
        finally:
            os.close(fd)
        seam.checkpoint("old bytes kept")
        return path

    def image(self, item: Item) -> bytes | None:
        """Return the old bytes of an item, None when they are damaged or gone."""
        try:
            with open(f"{self.folder}/{item.image}", "rb") as file:
                data = file.read()
        except OSError:
            return None
        return data if item.before is not None and sha256(data).hexdigest() == item.before.digest else None

    def kept(self, item: Item) -> str:
        """Return the path of the file with an item's old bytes, empty when it had none."""
        return f"{self.folder}/{item.image}" if item.image else ""

    def sync(self) -> None:
        """Wait until the names in the folder are on the disk."""
        sync_folder(self.folder)

    def temps(self, step: int, item: Item) -> tuple[str, str]:
        """Return the temporary names of an item beside its place: of what it becomes, and of what it was."""
        stem = f".healkit-{self.id}-{step}-{item.number}"
        return f"{stem}.new", f"{stem}.old"

    def standing(self, since: int = 0) -> list[Noted]:
        """Return the steps from a number on that were not taken back, newest first."""
        return [step for number, step in sorted(self.steps.items(), reverse=True) if number >= since and not step.back]

    def forget_images(self) -> None:
        """Remove the old bytes, which nobody needs any more; the log stays."""
        for name in os.listdir(self.folder):
            if name != LOG:
                with suppress(OSError):
                    os.unlink(f"{self.folder}/{name}")

    def hold_space(self, size: int) -> None:
        """Keep space on this disk for what a return to the old state would need; without any it is tried without."""
        if size <= 0 or not hasattr(os, "posix_fallocate"):
            return
        with suppress(OSError):
            fd = os.open(f"{self.folder}/{RESERVE}", os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            try:
                os.posix_fallocate(fd, 0, size)
            finally:
                os.close(fd)

    def release_space(self) -> bool:
        """Give the kept space back; False when there was none."""
        try:
            os.unlink(f"{self.folder}/{RESERVE}")
        except OSError:
            return False
        return True

    @property
    def entry(self) -> Entry:
        """The transaction as people see it."""
        standing = [step.shown for step in reversed(self.standing())]
        all_of_it = [self.steps[n].shown for n in sorted(self.stood or self.steps)]
        steps = standing if self.state == "kept" else all_of_it
        return Entry(
            id=self.id,
            at=float(self.head.get("at") or 0.0),
            command=str(self.head.get("command") or ""),
            title="; ".join(step.title for step in steps),
            state=self.state,
            steps=tuple(steps),
            root=str(self.head.get("root") or ""),
        )


def _lines(path: str) -> Iterator[dict[str, Any]]:
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return
    for raw in data.split(b"\n"):
        with suppress(ValueError):
            line = json.loads(raw) if raw else None
            if isinstance(line, dict):
                yield line


def sync_folder(path: str) -> None:
    """Wait until the names in a folder are on the disk."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
