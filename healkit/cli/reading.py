"""Files and standard input as commands read them: whole, or of a large log what matters."""

from __future__ import annotations

import codecs
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from .. import artifacts, console, intake
from ..records import HealkitError

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO | None]:
    """Open a file, or standard input for `-`, which may not be there; HealkitError when it cannot be read."""
    try:
        if name == "-":
            yield sys.stdin.buffer if sys.stdin is not None else None
            return
        with open(name, "rb") as file:
            yield file
    except OSError as error:
        raise HealkitError(
            f"cannot be read: {error.strerror}", where=name, do="Give a readable file, or - for standard input."
        ) from None


def whole(name: str) -> bytes:
    """Return the bytes of a file, or of standard input for `-`; HealkitError when it cannot be read."""
    with _opened(name) as stream:
        return stream.read() if stream is not None else b""


def what_matters(name: str, root: str) -> bytes:
    """Return the bytes of a file, or of standard input for `-`; of a large log the stretches that patterns know.

    JUnit XML and SARIF become the output that they stand for.

    Args:
        name: the file.
        root: the project, whose patterns count too.

    Raises:
        HealkitError: it cannot be read.
    """
    with _opened(name) as stream:
        if stream is None:
            return b""
        limit = intake.HEAD + intake.LAST
        data = stream.read(limit + 1)
        if data.lstrip()[:1] in (b"<", b"{") or data[:3] == codecs.BOM_UTF8:
            data += stream.read(artifacts.LARGEST + 1 - len(data))
            found = artifacts.as_output(data)
            if found is not None:
                return found
        return data if len(data) <= limit else _condensed(data, stream, root)


def _condensed(data: bytes, stream: BinaryIO, root: str) -> bytes:
    """Condense a large log from the file that it is, or from a nameless copy of it on disk."""
    from .. import biglog, memory

    known = memory.open_memory(root)
    with tempfile.TemporaryFile() as spool:
        plain = stat.S_ISREG(os.fstat(stream.fileno()).st_mode) and not data.startswith(UTF_16)
        if not plain:
            _copy(data, stream, spool)
        source = stream if plain else spool
        with console.progress("reading the log", os.fstat(source.fileno()).st_size) as seen:
            return biglog.condensed(source, known, seen)


def _copy(data: bytes, stream: BinaryIO, spool: BinaryIO) -> None:
    """Write a stream, of which some was read, to a file; UTF-16 becomes UTF-8, in which the literals are."""
    decoder = codecs.getincrementaldecoder("utf-16")("replace") if data.startswith(UTF_16) else None
    while data:
        spool.write(decoder.decode(data).encode("utf-8", "replace") if decoder else data)
        data = stream.read(1 << 20)
    spool.flush()
