"""One healing as a transaction: steps that are applied, taken back, and at last kept or not."""

from __future__ import annotations

import os
from contextlib import suppress

from .. import child
from ..records import HealkitError
from . import difference, packages, restore, seam
from .act import Act
from .plan import plan, plan_run, text_of
from .tree import found
from .words import Left, Refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ..records import Change, Run
    from .book import Book
    from .plan import Planned, Text
    from .tree import Tree


class Transaction:
    """The steps of one healing, numbered from 1. Nothing is written, not even a folder of ours, before the first one."""

    def __init__(self, tree: Tree, name: str, open_book: Callable[[], Book]) -> None:
        """Begin; `name` is its id, and `open_book` makes its folder when it is needed."""
        self._tree, self.id, self._open_book = tree, name, open_book
        self._book: Book | None = None
        self._texts: dict[int, dict[str, tuple[Text, Text]]] = {}
        self._gone: set[int] = set()
        self._space = 0
        self._left = self.ended = False

    @property
    def standing(self) -> tuple[int, ...]:
        """The numbers of the steps that stand, in order."""
        return tuple(step.number for step in reversed(self._book.standing())) if self._book else ()

    def apply(self, changes: Sequence[Change], title: str, protected: Callable[[str], bool] = lambda _: False) -> int:
        """Make changes, all or none, and return the number of the step.

        Args:
            changes: what to write; each file must be exactly its `before`.
            title: what it does, for people.
            protected: tells of a path whether policy protects it.

        Raises:
            Refused: one of them may not be made, or a file was changed by somebody meanwhile; nothing of it stands.
            HealkitError: it cannot be written (the disk is full); nothing of it stands.
        """
        book = self._ready()
        number = max(book.steps, default=0) + 1
        planned, folders = plan(self._tree, changes, protected, number)
        self._intend(book, number, title, "changes", planned, folders, {})
        act = Act(self._tree, book, number)
        try:
            act.make(planned, folders)
            book.add({"done": number})
            act.clean(planned)
        except BaseException as error:
            left = restore.step_back(self._tree, book, book.steps[number], act.held).left
            if isinstance(error, OSError) or (isinstance(error, Refused) and left):
                raise _unwritten(error, left) from error
            raise
        finally:
            act.close()
        self._hold_space(book, sum(len(one.held.data) + 4096 for one in planned if one.held is not None))
        self._texts[number] = {one.item.path: one.texts for one in planned}
        return number

    def run(self, run: Run, title: str, timeout: float) -> tuple[int, child.Ran]:
        """Run a program that changes things, and return the number of the step and how it ended.

        Args:
            run: the program, the files that it may write, and its package environment.
            title: what it does, for people.
            timeout: seconds; then its whole process group is killed.

        Raises:
            Refused: its folder, a file of it or its environment is not the project's own; it was not started.
            HealkitError: what was there before cannot be kept; it was not started.
        """
        book = self._ready()
        number = max(book.steps, default=0) + 1
        cwd = f"{self._tree.root}/{self._tree.relative(run.cwd)}" if self._is_below(run.cwd) else self._tree.root
        environment = packages.find(self._tree, run)
        planned, folders = plan_run(self._tree, (*run.touches, *packages.files(self._tree, environment)), number)
        told = packages.notes(self._tree, environment, run.argv)
        self._intend(book, number, title, "run", planned, folders, told)
        seam.checkpoint("about to run")
        try:
            ran = child.run(run.argv, cwd, timeout=timeout, environ={"HEALKIT_STEP": f"{book.id}-{number}"})
            seam.checkpoint("run")
        finally:
            texts = found_after(self._tree, book, number)
        self._texts[number] = {one.item.path: (text_of(one.held), texts[one.item.path]) for one in planned}
        return number, ran

    def take_back(self, since: int = 0) -> list[Left]:
        """Take back the steps from a number on, newest first.

        Returns:
            What was not put back, since it is no longer what we wrote.
        """
        self._require_open()
        if self._book is None:
            return []
        self._gone.update(step.number for step in self._book.standing(since))
        left = restore.steps_back(self._tree, self._book, since).left
        self._left = self._left or bool(left)
        return list(left)

    def keep(self, upto: int | None = None) -> list[Left]:
        """End the transaction: what stands, stays, and can be undone later; steps after `upto` are taken back first.

        Returns:
            What of these later steps was not put back.

        Raises:
            HealkitError: the decision cannot be written down; everything was taken back.
        """
        left = self.take_back(upto + 1) if upto is not None else []
        self._require_open()
        if self._book is not None and (standing := [n for n in self.standing if n not in self._gone]):
            try:
                seam.checkpoint("about to keep")
                self._book.decide("keep", standing)
                seam.checkpoint("kept")
            except OSError as error:
                left += self.take_back()
                raise _unwritten(error, left) from error
        self.end()
        return left

    def diff(self) -> str:
        """Return what the standing steps changed, as a unified diff."""
        first: dict[str, Text] = {}
        last: dict[str, Text] = {}
        for number in self.standing:
            for path, (before, after) in self._texts.get(number, {}).items():
                first.setdefault(path, before)
                last[path] = after
        return "".join(difference.unified(path, first[path], last[path]) for path in first)

    def end(self) -> restore.Back:
        """End the transaction; what was not kept is taken back."""
        back = restore.Back()
        if self.ended:
            return back
        if self._book is not None and self._book.state != "kept":
            back = restore.steps_back(self._tree, self._book)
            if not back.again:
                with suppress(OSError):  # the next healkit finds it open, and everything as it was
                    close(self._book, "restored", kept=self._left or bool(back.left))
        elif self._book is not None:
            self._book.release_space()
        self.ended = True
        return back

    def _ready(self) -> Book:
        self._require_open()
        if self._book is None:
            try:
                self._book = self._open_book()
            except OSError as error:
                raise HealkitError(
                    f"healkit's state cannot be written: {error.strerror}", do="nothing was changed"
                ) from error
        return self._book

    def _require_open(self) -> None:
        if self.ended:
            raise HealkitError("this healing has ended already")

    def _hold_space(self, book: Book, size: int) -> None:
        """Keep space for the way back, if what we keep lies on the project's own disk."""
        self._space += size
        if os.stat(book.folder).st_dev == os.stat(self._tree.root).st_dev:
            book.hold_space(self._space)

    def _is_below(self, cwd: str) -> bool:
        whole = os.path.normpath(cwd) if cwd else self._tree.root
        if whole in (self._tree.root, self._tree.given):
            return False
        if os.path.realpath(whole) != f"{self._tree.root}/{self._tree.relative(whole)}":
            raise Refused("is reached through a link", where=cwd)
        return True

    def _intend(
        self,
        book: Book,
        number: int,
        title: str,
        kind: str,
        planned: Sequence[Planned],
        folders: Iterable[str],
        run: Mapping[str, object],
    ) -> None:
        """Keep the old bytes and write down what will be done, both on the disk."""
        saved: list[str] = []
        try:
            for one in planned:
                saved += [book.save(one.item.image, one.held.data)] if one.held is not None else []
            book.sync()
            items = [one.item.as_list() for one in planned]
            line = {"step": number, "title": title, "kind": kind, "items": items, "folders": list(folders), "run": run}
            book.add(line)
        except OSError as error:
            for path in saved:
                os.unlink(path)
            what = f"what is there now cannot be kept for an undo: {error.strerror}"
            raise HealkitError(what, where=book.folder, do="Nothing was changed.") from error
        seam.checkpoint("intent on the disk")


def found_after(tree: Tree, book: Book, number: int) -> dict[str, Text]:
    """Write down what a program left behind, and return it: files as they are now, the list of packages.

    Raises:
        HealkitError: it cannot be written down.
    """
    items, texts = [], {}
    for item in book.steps[number].items:
        held = found(tree, item.path)
        texts[item.path] = text_of(held)
        items.append(item._replace(after=held.state if held is not None else None).as_list())
    told = packages.noted_after(tree, book.steps[number].run)
    try:
        book.add({"done": number, "items": items, "run": {"after": told}})
    except OSError as error:
        raise _unwritten(error, ()) from error
    seam.checkpoint("what it did is on the disk")
    return texts


def close(book: Book, state: str, kept: bool) -> None:
    """Say what became of a transaction; its old bytes go unless something was left and they are to be kept."""
    book.decide(state)
    book.release_space()
    if not kept:
        book.forget_images()


def _unwritten(error: OSError | Refused, left: Sequence[Left]) -> HealkitError:
    what = error.what if isinstance(error, Refused) else f"cannot be written: {error.strerror}"
    where = error.where if isinstance(error, Refused) else str(error.filename or "")
    if left:
        told = "; ".join(
            f"{one.path}: {one.why}" + (f", its old bytes are in {one.kept}" if one.kept else "") for one in left
        )
        return HealkitError(what, where=where, do=f"Put back, but for {told}.")
    return HealkitError(what, where=where, do="Everything is as it was.")
