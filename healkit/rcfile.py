"""A few lines of ours in a shell's start file, between two marks: put in, renewed, and taken out byte for byte.

The opening mark says what else was done (a line end added, the file made), so taking out needs no other record.
"""

from __future__ import annotations

import difflib
import os

from . import paths, settings, shells
from .records import HealkitError, Record

BEGIN, END = b"# >>> healkit >>>", b"# <<< healkit <<<"
ADDED_LINE_END, MADE_FILE = b" (the line end above is part of this)", b" (this file is part of this)"


class Change(Record):
    """What was or would be done to one start file: its path, its diff ("" = nothing to do), notes."""

    shell: str
    path: str
    diff: str
    changed: bool = False
    notes: tuple[str, ...] = ()


class Block(Record):
    """Our lines in a file: their first byte, the byte after them, and the whole opening mark."""

    start: int
    end: int
    mark: bytes


def blocks(data: bytes, path: str) -> list[Block]:
    """Return our blocks in a start file's bytes, in order.

    Raises:
        HealkitError: a mark without its partner; `where` is file:line.
    """
    found: list[Block] = []
    at, opened, mark = 0, -1, b""
    for number, line in enumerate(data.splitlines(keepends=True), 1):
        bare = line.rstrip(b"\r\n")
        if bare.startswith(BEGIN) or bare == END:
            if (bare == END) == (opened < 0):
                what = "a mark of healkit stands here without its partner"
                do = f"Remove the lines from `{BEGIN.decode()}` to `{END.decode()}` by hand; nothing was changed."
                raise HealkitError(what, where=f"{path}:{number}", do=do)
            if bare == END:
                found.append(Block(start=opened, end=at + len(line), mark=mark))
                opened = -1
            else:
                opened, mark = at, bare
        at += len(line)
    if opened >= 0:
        line_number = data.count(b"\n", 0, opened) + 1
        raise HealkitError(
            "a mark of healkit stands here without its partner", where=f"{path}:{line_number}",
            do=f"Put `{END.decode()}` below healkit's lines, or remove them; nothing was changed.",
        )  # fmt: skip
    return found


def lines(shell: str) -> bytes:
    """Return what stands between the marks: the script is read where it is there, so that removing it leaves silence."""
    place = shells.quote(shells.script_path(shell), shell)
    if shell == "fish":
        return f"if test -r {place}\n    source {place}\nend\n".encode("utf-8", "surrogateescape")
    return f"if [ -r {place} ]; then . {place}; fi\n".encode("utf-8", "surrogateescape")


def with_us(data: bytes | None, shell: str, path: str) -> bytes:
    """Return a start file's bytes with our block in it, once; None stands for no file."""
    return with_block(data, lines(shell), path)


def with_block(data: bytes | None, inside: bytes, path: str) -> bytes:
    """Return a file's bytes with these lines of ours in it, between our marks, once; None stands for no file."""
    before = data or b""
    ours = blocks(before, path)
    if ours:  # where it stands, it stays: its surroundings may depend on it
        first, rest = ours[0], before[: ours[0].end]
        at = ours[0].end
        for extra in ours[1:]:
            rest, at = rest + before[at : extra.start], extra.end
        before = rest + before[at:]
        return before[: first.start] + first.mark + b"\n" + inside + END + b"\n" + before[first.end :]
    mark = BEGIN
    if data is None:
        mark += MADE_FILE
    elif before and not before.endswith(b"\n"):
        mark, before = mark + ADDED_LINE_END, before + b"\n"
    return before + mark + b"\n" + inside + END + b"\n"


def without_us(data: bytes, path: str) -> bytes | None:
    """Return a start file's bytes without our blocks; None where the file was made by us and holds nothing else."""
    made = False
    for block in reversed(blocks(data, path)):
        start = block.start
        if block.mark.endswith(ADDED_LINE_END) and start and block.end == len(data):
            start -= 1
        made = made or block.mark.endswith(MADE_FILE)
        data = data[:start] + data[block.end :]
    return None if made and not data.strip() else data


def install(shell: str, *, dry_run: bool = False) -> Change:
    """Write a shell's script, and our lines into its start file; doing it twice changes nothing.

    Raises:
        HealkitError: an unknown shell, broken marks, or a file that cannot be read or written.
    """
    name = shells.known(shell)
    path, text = shells.start_file(name), shells.script(name)
    before = settings.load(path)
    after = with_us(before, name, path)
    if not dry_run:
        _write_script(name, text)
        if after != before:
            _make_folder(os.path.dirname(path))
            settings.save(path, after, before)
    return Change(
        shell=name, path=path, diff=diff(path, before, after), changed=after != before and not dry_run,
        notes=tuple(_notes(name)),
    )  # fmt: skip


def uninstall(shell: str, *, dry_run: bool = False) -> Change:
    """Take our lines out of a shell's start file, and remove its script.

    Raises:
        HealkitError: an unknown shell, broken marks, or a file that cannot be read or written.
    """
    name = shells.known(shell)
    path = shells.start_file(name)
    before = settings.load(path)
    after = without_us(before, path) if before is not None else None
    if not dry_run:
        if after is None and before is not None:
            remove(path)
        elif after is not None and after != before:
            settings.save(path, after, before)
        remove(shells.script_path(name))
    return Change(shell=name, path=path, diff=diff(path, before, after), changed=after != before and not dry_run)


def _notes(shell: str) -> list[str]:
    login = f"{paths.home()}/.bash_profile"
    if shell == "bash" and paths.exists(login) and b"bashrc" not in paths.read_small(login):
        return [f"{login} does not read ~/.bashrc: login shells (macOS's Terminal) will not see healkit."]
    return []


def _write_script(shell: str, text: str) -> None:
    path = shells.script_path(shell)
    folder = os.path.dirname(path)
    if not paths.make_private(folder):
        raise HealkitError(
            "healkit's data folder cannot be used", where=folder, do="It must be yours, writable, and closed to others."
        )
    data = text.encode("utf-8", "surrogateescape")
    if paths.read_small(path) != data and not paths.write_private(path, data):
        raise HealkitError("cannot write this file", where=path, do="Check the disk and the folder's permissions.")


def _make_folder(folder: str) -> None:
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise settings.trouble(folder, "create", error) from None


def remove(path: str) -> None:
    """Remove a file if it is there; HealkitError where it cannot be."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise settings.trouble(path, "remove", error) from None


def diff(path: str, before: bytes | None, after: bytes | None) -> str:
    """Return the difference between two versions of a file, as `diff -u` shows it; None is no file."""

    def split(data: bytes | None) -> list[str]:
        return (data or b"").decode("utf-8", "replace").splitlines(keepends=True)

    rows = difflib.unified_diff(split(before), split(after), f"{path} (now)", f"{path} (then)")
    return "".join(row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n" for row in rows)
