"""The only writer of pattern files: people's own files, so every byte that is not meant stays as it was.

A file is read, one entry of its text is changed, and the result takes its place in one step, provided that the file is
still what was read: an edit that somebody saves meanwhile is never overwritten. A lock keeps two healkits apart. A file
that is not sound JSON is left alone. What is written must be sound itself, or nothing is.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from . import layout, memory, paths
from .jsonpos import Document, Node, parse
from .records import HealkitError

PATIENCE_S = 10.0
"""Seconds that one healkit waits for another one's write."""
MOST_BYTES = 64 << 20
_TRIES = 5
_SCHEMA = "schema/error-patterns.schema.json"
_NEW = f'{{\n  "$schema": "./{_SCHEMA}",\n  "version": 1,\n  "patterns": []\n}}\n'


class Written(NamedTuple):
    """What became of a file: its path, its bytes before (None = it is new) and after."""

    path: str
    before: bytes | None
    after: bytes


def layer_file(root: str, user: bool = False) -> str:
    """Return the pattern file that a new entry belongs in: the project's, or the user's; it need not be there yet.

    Args:
        root: the project's root; empty means the user's layer.
        user: the user's layer all the same.

    Raises:
        HealkitError: there is no home folder for the user's layer.
    """
    if root and not user:
        return f"{paths.project_memory(root) or f'{root}/{paths.PROJECT_MARKS[0]}'}/{memory.PATTERN_FILE}"
    if not paths.data_dir():
        raise HealkitError("there is no folder for patterns of your own", do="set HOME or HEALKIT_HOME")
    return f"{paths.data_dir()}/{memory.PATTERN_FILE}"


def place_of(path: str, name: str) -> tuple[int, int] | None:
    """Return line and column of the entry of an id in a file, None when it has none; a broken file is read as far as it goes."""
    document = parse(paths.read_small(path, MOST_BYTES).decode("utf-8", "replace"))
    found = next((node for own, node, _ in layout.entry_nodes(document.root) if own == name), None)
    return document.place(found.start) if found is not None else None


def add(path: str, entry: Mapping[str, Any], inside: str = "") -> Written:
    """Write one more entry at the end of a file, which is made when it is not there.

    Args:
        path: the pattern file.
        entry: the entry as it shall stand there, keys in this order; it has an `id`.
        inside: a folder that the file must really lie in, links followed: the project, whose links are not to be believed.

    Raises:
        HealkitError: an entry of this id stands there already; or as `replace`.
    """

    def change(document: Document) -> str:
        if entry_node(document, str(entry["id"])) is not None:
            do = f"give another id, or change it with `healkit patterns edit {entry['id']}`"
            raise HealkitError(f"an entry with the id {entry['id']} stands there already", where=path, do=do)
        try:
            return layout.insert_entry(document, entry)
        except ValueError as error:
            do = 'write it as {"version": 1, "patterns": [...]}'
            raise HealkitError(f"an entry cannot be added: {error}", where=path, do=do) from None

    return _edit(path, inside, change, create=True)


def update(path: str, name: str, changes: Mapping[str, Any], inside: str = "") -> Written:
    """Set some keys of an entry (None removes one); its other keys and every other entry keep their bytes.

    Raises:
        HealkitError: no such entry; or as `replace`.
    """

    def change(document: Document) -> str:
        for key, value in changes.items():
            node = entry_node(document, name)
            if node is None:
                raise HealkitError(f"no entry with the id {name}", where=path, do="see `healkit patterns list`")
            document = parse(layout.change_member(document, node, key, value))
        return document.text

    return _edit(path, inside, change)


def remove(path: str, name: str, inside: str = "") -> Written:
    """Remove an entry from a file; a file without it stays as it is.

    Raises:
        HealkitError: as `replace`.
    """
    return _edit(path, inside, lambda document: layout.remove_entry(document, name))


def entry_node(document: Document, name: str) -> Node | None:
    """Return the entry of an id in a parsed file."""
    return next((node for own, node, _ in layout.entry_nodes(document.root) if own == name), None)


def replace(path: str, before: bytes | None, after: bytes | None, inside: str = "") -> None:
    """Put new bytes in a file's place, if it still holds what was read; its mode stays, and a link stays a link.

    Args:
        path: the file.
        before: what was read, None when it was not there.
        after: what shall stand there; None removes a file.
        inside: a folder that the file must really lie in.

    Raises:
        HealkitError: somebody changed it meanwhile; it is no regular file, leads out of `inside`, or cannot be written;
            another healkit keeps it locked. Nothing was changed.
    """
    real = _real(path, inside)
    with _locked(real, path):
        if _read(real, path) != before:
            raise _changed(path)
        _put(real, path, before, after)


def _edit(path: str, inside: str, change: Callable[[Document], str], create: bool = False) -> Written:
    real = _real(path, inside)
    with _locked(real, path):
        for _ in range(_TRIES):
            before = _read(real, path)
            if before is None and not create:
                raise HealkitError("no such file", where=path, do="see `healkit patterns list`")
            document = _document(before, path)
            after = change(document).encode()
            _require_sound(after, path)
            if after == before or _put(real, path, before, after, last=False):
                if before is None:
                    _copy_schema(os.path.dirname(real))
                return Written(path, before, after)
        raise _changed(path)


def _document(data: bytes | None, path: str) -> Document:
    """Return a file's text with places; an empty one counts as new.

    Raises:
        HealkitError: it is no JSON, or not UTF-8; it names the place.
    """
    try:
        document = parse(data.decode() if data and data.strip() else _NEW)
    except UnicodeDecodeError:
        raise HealkitError("not UTF-8; left as it is", where=path, do="save the file as UTF-8") from None
    if document.faults or document.root is None:
        fault = document.faults[0]
        line, column = document.place(fault.offset)
        do = f"{fault.do}; `healkit patterns check` tells all of it"
        raise HealkitError(f"{fault.what}; the file is left as it is", where=f"{path}:{line}:{column}", do=do)
    return document


def _require_sound(data: bytes, path: str) -> None:
    document = parse(data.decode())
    if document.faults or document.root is None:
        raise AssertionError(f"would write broken JSON to {path}: {document.faults[:1]}")


def _real(path: str, inside: str) -> str:
    """Return the file behind a path; HealkitError where it is none that may be written."""
    real = os.path.realpath(path)
    if inside and not real.startswith(os.path.realpath(inside).rstrip("/") + "/"):
        do = "put a file in the place of the link"
        raise HealkitError("leads out of the project through a link", where=path, do=do)
    with contextlib.suppress(OSError):
        if not stat.S_ISREG(os.stat(real).st_mode):
            raise HealkitError("is no regular file", where=path, do="move it away")
    return real


def _lock_file(place: str) -> contextlib.AbstractContextManager[Any]:
    """Return what holds a lock file alone; TimeoutError when somebody else keeps it."""
    try:
        from filelock import FileLock  # dear to import, and only a writer needs it
    except ImportError:  # a bare checkout, as the plugin has it: the same lock of the system by hand
        return _flocked(place)
    return FileLock(place, timeout=PATIENCE_S, mode=0o600)


@contextmanager
def _flocked(place: str) -> Iterator[None]:
    until = time.monotonic() + PATIENCE_S
    fd = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise TimeoutError(place) from None
                time.sleep(0.02)
        yield
    finally:
        os.close(fd)


@contextmanager
def _locked(real: str, path: str) -> Iterator[None]:
    """Hold the lock of a file: in the state folder, so that nothing is left beside people's files; without one, beside it."""
    top = paths.state_dir()
    ours = bool(top) and paths.make_private(top) and paths.make_private(f"{top}/locks")
    place = f"{top}/locks/{paths.short_hash(real)}" if ours else f"{os.path.dirname(real)}/.healkit-lock"
    try:
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with _lock_file(place):
            try:
                yield
            finally:
                if not ours:
                    os.unlink(place)
    except TimeoutError:
        raise HealkitError("another healkit is writing it", where=path, do="try again in a moment") from None
    except OSError as error:
        raise _not_writable(path, error) from None


def _read(real: str, path: str) -> bytes | None:
    try:
        with open(real, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise HealkitError(f"cannot be read: {error.strerror}", where=path, do="check its owner and mode") from None
    if len(data) > MOST_BYTES:
        raise HealkitError("larger than 64 MB", where=path, do="split it")
    return data


def _put(real: str, path: str, before: bytes | None, after: bytes | None, last: bool = True) -> bool:
    """Replace a file if it still holds `before`; False, or for the `last` time HealkitError, when it does not."""
    folder = os.path.dirname(real)
    try:
        if after is None:
            if _read(real, path) == before:
                os.unlink(real)
                _remove_schema(folder)
                return True
        else:
            os.makedirs(folder, exist_ok=True)
            mode = stat.S_IMODE(os.stat(real).st_mode) if before is not None else 0o666 & ~_umask()
            if _swap(real, path, before, after, mode):
                return True
    except OSError as error:
        raise _not_writable(path, error) from None
    if last:
        raise _changed(path)
    return False


def _swap(real: str, path: str, before: bytes | None, after: bytes, mode: int) -> bool:
    handle, temporary = tempfile.mkstemp(prefix=".healkit-", dir=os.path.dirname(real))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        if _read(real, path) != before:  # read again as late as can be: an editor does not know our lock
            return False
        os.replace(temporary, real)
        return True
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _copy_schema(folder: str) -> None:
    """Put the schema beside a new file, for the editor of whoever opens it; that this fails costs no more than that."""
    target = f"{folder}/{_SCHEMA}"
    data = paths.read_small(f"{paths.share_dir()}/memory/{_SCHEMA}")
    with contextlib.suppress(OSError, HealkitError):
        if data and not os.path.lexists(target) and not os.path.islink(os.path.dirname(target)):
            _put(target, target, None, data)


def _remove_schema(folder: str) -> None:
    """Take back what was put beside a file that is gone, and the folders if nothing else is in them."""
    target = f"{folder}/{_SCHEMA}"
    with contextlib.suppress(OSError):
        if paths.read_small(target) == paths.read_small(f"{paths.share_dir()}/memory/{_SCHEMA}"):
            os.unlink(target)
            os.rmdir(os.path.dirname(target))
            os.rmdir(folder)


def _not_writable(path: str, error: OSError) -> HealkitError:
    return HealkitError(f"cannot be written: {error.strerror}", where=path, do="nothing was changed")


def _changed(path: str) -> HealkitError:
    do = "nothing was changed; look at it and try again"
    return HealkitError("somebody changed the file meanwhile", where=path, do=do)
