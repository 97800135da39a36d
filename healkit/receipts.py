"""Receipts: what an install did to a settings file, kept so that an uninstall takes exactly that back.

A receipt holds our own insertions and two digests, never a copy of the file: settings may hold secrets.
"""

from __future__ import annotations

import hashlib
import json
import os

from . import launcher, paths
from .records import HealkitError, Record
from .settings import Edit

_VERSION = 1


class Receipt(Record):
    """What an install did to one settings file.

    `created`, `folder_created`: the file, its folder were not there. `after`, `before`: digests of its bytes with and
    without us. `edits`: our insertions, in order. `made`: dotted names of the objects and lists that are ours. `rule`:
    our permission rule is among the insertions.
    """

    path: str = ""
    created: bool = False
    folder_created: bool = False
    after: str = ""
    before: str = ""
    edits: tuple[Edit, ...] = ()
    made: tuple[str, ...] = ()
    rule: bool = False


def digest(data: bytes) -> str:
    """Return a digest of a file's bytes."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _folder() -> str:
    return f"{os.path.dirname(launcher.launcher_path())}/installed"


def _file(path: str) -> str:
    return f"{_folder()}/{paths.short_hash(os.path.realpath(path))}.json"


def _read(file: str) -> Receipt | None:
    try:
        raw = json.loads(paths.read_small(file))
        edits = tuple(Edit(at=int(at), text=str(text)) for at, text in raw.pop("edits"))
        if raw.pop("version") != _VERSION:
            return None
        return Receipt(**{**raw, "made": tuple(raw["made"]), "edits": edits})
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def find(path: str) -> Receipt | None:
    """Return the receipt of a settings file, None when there is none that can be read."""
    return _read(_file(path))


def keep(receipt: Receipt) -> None:
    """Write a receipt down.

    Raises:
        HealkitError: it cannot be written.
    """
    values = receipt.as_dict() | {"version": _VERSION, "edits": [[e.at, e.text] for e in receipt.edits]}
    file = _file(receipt.path)
    if not (paths.make_private(_folder()) and paths.write_private(file, json.dumps(values).encode())):
        raise HealkitError("cannot write this file", where=file, do="Check the disk and the folder's permissions.")


def forget(path: str) -> None:
    """Drop the receipt of a settings file, and the folder of receipts with the last one."""
    for act, name in ((os.unlink, _file(path)), (os.rmdir, _folder())):
        try:
            act(name)
        except OSError:
            pass


def everywhere() -> list[Receipt]:
    """Return every receipt: the settings files that healkit was installed in and not taken out of."""
    try:
        names = sorted(os.listdir(_folder()))
    except (OSError, HealkitError):
        return []
    found = [_read(f"{_folder()}/{name}") for name in names]
    return [receipt for receipt in found if receipt]
