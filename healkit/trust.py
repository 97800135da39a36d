"""Trust in the entries of a project, each on its own: until the user has read an entry, it may speak, but never act.

What is trusted is a hash of the entry, its playbook and the project, one line each in the state's file `trust`:
`<hash> <project key>`. An edit of the entry or of its playbook changes the hash, and the entry waits to be read again.
What an entry looked like when it was trusted is kept beside the project's state, so that the next reading is a diff.
"""

from __future__ import annotations

import difflib
import fcntl
import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from . import entries, index, indexer, memory, paths
from .records import HealkitError

FILE = "trust"
SEEN = "trusted-entries.json"
"""Per project: what each trusted entry looked like, for the next diff. Nothing is decided by it."""


class Claim(NamedTuple):
    """An entry of a project that waits for trust: its id, file, raw values, playbook and hash."""

    id: str
    file: str
    raw: Mapping[str, Any]
    playbook: Mapping[str, Any] | None
    hash: str


class Difference(NamedTuple):
    """What a person reads before trusting an entry: what it is compared to, and the harmless lines of the diff."""

    claim: Claim
    against: str
    lines: list[str]


def claims(root: str) -> list[Claim]:
    """Return all entries of a project's layer, trusted or not, as the loader reads them and with its hashes."""
    found: list[Claim] = []
    for origin, files, books in memory.layer_files(root):
        if origin == "project":
            layer = index.Index(indexer.compile_layer(files, books, origin, paths.project_key(root)), origin, files[0])
            found += _claims_of(layer, files, books)
    return found


def _claims_of(layer: index.Index, files: list[str], books: list[str]) -> Iterator[Claim]:
    raws = {raw["id"]: (path, raw) for path in reversed(files) for raw in _raw_entries(path)}
    playbooks = layer.playbooks()
    for name, number in layer.names().items():
        digest, values = layer.entry(number)
        book = playbooks.get(str(values["playbook"]))
        path, raw = raws.get(name, (books[0], {"id": name}))
        yield Claim(name, path, raw, book, digest)


def _raw_entries(path: str) -> list[Mapping[str, Any]]:
    """Return the raw entries of a file that the reader takes: what is shown is what is loaded."""
    text = paths.read_small(path, 64 << 20).decode("utf-8", "replace")
    return [raw for _, raw in entries.read_entries(text, "project", path)[0]]


def trusted_hashes(root: str) -> set[str]:
    """Return the hashes that are trusted in a project; none from a file that others may write to."""
    key = paths.project_key(root)
    return {digest for digest, owner in _lines() if owner == key}


def untrusted(root: str) -> list[Claim]:
    """Return the entries of a project that wait for trust, in the order of its files."""
    known = trusted_hashes(root) | allowed_by_base_branch(root)
    return [claim for claim in claims(root) if claim.hash not in known]


def allowed_by_base_branch(root: str) -> frozenset[str]:  # noqa: ARG001 - the signature is the promise
    """Return the hashes that are trusted because they stand on the base branch: none yet.

    In CI (environment variable `CI`) nobody can be asked. There, an entry will be trusted when the same entry, with the
    same playbook, stands on the branch that the change is to be merged into; a pull request cannot give itself trust.
    The CI commands will fill this in; it is asked wherever trust is decided in the slow half.
    """
    return frozenset()


def trust_entries(root: str, hashes: Collection[str]) -> int:
    """Trust entries of a project by their hashes; return how many were new.

    Raises:
        HealkitError: the state folder cannot be written; nothing was changed.
    """
    key = paths.project_key(root)

    def add(lines: list[tuple[str, str]]) -> tuple[list[tuple[str, str]], int]:
        new = [(digest, key) for digest in dict.fromkeys(hashes) if (digest, key) not in lines]
        return lines + new, len(new)

    count = _update(add)
    _remember(root, [claim for claim in claims(root) if claim.hash in hashes])
    return count


def forget(root: str) -> int:
    """Take back all trust in a project's entries; return how many had it.

    Raises:
        HealkitError: the state folder cannot be written; nothing was changed.
    """
    key = paths.project_key(root)

    def drop(lines: list[tuple[str, str]]) -> tuple[list[tuple[str, str]], int]:
        kept = [line for line in lines if line[1] != key]
        return kept, len(lines) - len(kept)

    return _update(drop)


def _lines() -> list[tuple[str, str]]:
    path = f"{paths.state_dir()}/{FILE}"
    if not paths.is_private(path):
        return []
    text = paths.read_small(path, 16 << 20).decode("utf-8", "replace")
    found = (line.partition(" ") for line in text.splitlines())
    return [(digest, key) for digest, _, key in found if digest and key]


def _update(change: Callable[[list[tuple[str, str]]], tuple[list[tuple[str, str]], int]]) -> int:
    with _locked() as path:
        lines, count = change(_lines())
        if count and not paths.write_private(path, "".join(f"{digest} {key}\n" for digest, key in lines).encode()):
            raise _not_writable()
    return count


@contextmanager
def _locked() -> Iterator[str]:
    """Hold the lock of the trust file, so that two who trust at once lose nothing; give the file's path."""
    top = paths.state_dir()
    if not top or not paths.make_private(top):
        raise _not_writable()
    try:
        fd = os.open(f"{top}/{FILE}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError:
        raise _not_writable() from None
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield f"{top}/{FILE}"
    finally:
        os.close(fd)


def require_writable() -> None:
    """Make sure that trust can be kept.

    Raises:
        HealkitError: it cannot; the reason is in it.
    """
    top = paths.state_dir()
    if not top or not paths.make_private(top):
        raise _not_writable()


def _not_writable() -> HealkitError:
    where = paths.state_dir()
    if not where:
        return HealkitError("trust cannot be kept: there is no state folder", do="set HOME or HEALKIT_HOME")
    return HealkitError(
        "trust cannot be kept: the state folder is not ours to write", where=where, do="make it yours, mode 0700"
    )


def _remember(root: str, trusted: Iterable[Claim]) -> None:
    """Keep what trusted entries look like; that this fails costs no more than a poorer diff."""
    folder = paths.project_state(root)
    if folder and paths.make_private(folder):
        seen = _seen(root) | {claim.id: shown(claim) for claim in trusted}
        paths.write_private(f"{folder}/{SEEN}", json.dumps(seen).encode())


def _seen(root: str) -> dict[str, Any]:
    path = f"{paths.project_state(root)}/{SEEN}"
    try:
        value = json.loads(paths.read_small(path, 64 << 20)) if paths.is_private(path) else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def shown(claim: Claim) -> dict[str, Any]:
    """Return what a person reads of an entry before trusting it: all of it, and its playbook."""
    whole: dict[str, Any] = {"entry": dict(claim.raw)}
    return {**whole, "playbook": dict(claim.playbook)} if claim.playbook is not None else whole


def differences(root: str, waiting: Iterable[Claim]) -> list[Difference]:
    """Return each entry with what it is compared to and the lines of a diff, made harmless for a terminal.

    It is compared to what was trusted before under its id, else to the entry that it would replace (the user's or the
    shipped one), else to nothing.
    """
    seen, lower = _seen(root), _lower(root)
    out = []
    for claim in waiting:
        if claim.id in seen:
            before, against = seen[claim.id], "trusted before"
        elif claim.id in lower:
            before, against = shown(lower[claim.id]), f"replaces the one in {lower[claim.id].file}"
        else:
            before, against = {}, "new"
        out.append(Difference(claim, against, _diff(before, shown(claim))))
    return out


def _lower(root: str) -> dict[str, Claim]:
    found: dict[str, Claim] = {}
    for origin, files, books in memory.layer_files(root):
        if origin == "project":
            continue
        playbooks: dict[str, Any] = {}
        for path in books:
            value, _ = entries.parse_json(paths.read_small(path, 64 << 20).decode("utf-8", "replace"), path)
            inside = value.get("playbooks") if isinstance(value, dict) else None
            playbooks |= inside if isinstance(inside, dict) else {}
        for path in files:
            for raw in _raw_entries(path):
                book = playbooks.get(str(raw.get("playbook")))
                found[raw["id"]] = Claim(raw["id"], path, raw, book if isinstance(book, dict) else None, "")
    return found


def _diff(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    old, new = (_print(value) if value else [] for value in (before, after))
    lines = difflib.unified_diff(old, new, lineterm="", n=2)
    return [harmless(line) for line in list(lines)[2:] if not line.startswith("@@")]


def _print(value: Any) -> list[str]:
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=False).splitlines()


_INVISIBLE = {
    0x34F,
    0x115F,
    0x1160,
    0x17B4,
    0x17B5,
    0x2800,
    0x3164,
    0xFFA0,
    *range(0xFE00, 0xFE10),
    *range(0xE0100, 0xE01F0),
}


def harmless(text: str) -> str:
    """Return a text with everything that a terminal obeys, reorders or hides spelled out; nothing is cut away."""
    return "".join(c if c.isprintable() and ord(c) not in _INVISIBLE else _spelled(c) for c in text)


def _spelled(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
