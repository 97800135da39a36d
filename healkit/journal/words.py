"""The words of the journal: what it refuses, what it keeps of a step, and what it says about an entry."""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from ..records import HealkitError, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


class Refused(HealkitError):  # noqa: N818 - it reads as what it says
    """A change that may not be made; nothing of it was written."""


class Left(Record):
    """Something that was not put back, because it is no longer what we wrote.

    `path` is relative to the root, or `FOLDER: PACKAGE`. `kept` is the file that holds what stood there before we came,
    or the package as it was; empty when there was nothing.
    """

    path: str
    why: str
    kept: str = ""


class Step(Record):
    """One step of an entry as people see it; `kind` is `changes` or `run`."""

    number: int
    title: str
    kind: str
    paths: Sequence[str] = ()


class Entry(Record):
    """One transaction as people see it. `state`: `open`, `kept`, `undone` or `restored`; `steps` are those that stand."""

    id: str
    at: float
    command: str
    title: str
    state: str
    steps: Sequence[Step] = ()
    root: str = ""


class Settled(Record):
    """A half-done entry of a dead process that was put back; `saved` are copies of what an interrupted program had left."""

    id: str
    command: str
    title: str
    paths: Sequence[str] = ()
    left: Sequence[Left] = ()
    saved: Sequence[str] = ()


class Undone(Record):
    """A kept entry that was taken back: the paths that are as they were, and those that were left."""

    id: str
    at: float
    command: str
    title: str
    paths: Sequence[str] = ()
    left: Sequence[Left] = ()


class State(NamedTuple):
    """What a file is, for comparing: the SHA-256 of its bytes and its permission bits."""

    digest: str
    mode: int


class Item(NamedTuple):
    """One path of a step: what it was and what we made of it (None = not there); `image` is the file with its old bytes."""

    number: int
    path: str
    before: State | None
    after: State | None
    image: str = ""

    def as_list(self) -> list[Any]:
        """Return the item as a line of the log holds it."""
        return [self.number, self.path, self.before, self.after, self.image]

    @classmethod
    def of(cls, raw: Sequence[Any]) -> Item:
        """Return the item of a line of the log."""
        number, path, before, after, image = raw
        return cls(number, path, State(*before) if before else None, State(*after) if after else None, image)


class Noted(NamedTuple):
    """One step as the log holds it. `done` False: interrupted, of a run then nobody knows what it wrote.

    `run` is what a run needs to be taken back: argv, the package environment and its list before and after.
    """

    number: int
    title: str
    kind: str
    items: Sequence[Item]
    folders: Sequence[str]
    run: Mapping[str, Any]
    done: bool = False
    back: bool = False

    @property
    def shown(self) -> Step:
        """The step as people see it; of a run only the files that it changed."""
        changed = [item.path for item in self.items if item.before != item.after]
        return Step(number=self.number, title=self.title, kind=self.kind, paths=(*self.folders, *changed))


def state_of(data: bytes, mode: int) -> State:
    """Return what a file of these bytes and permission bits is."""
    return State(sha256(data).hexdigest(), mode)
