"""A text file while it is edited: as text with plain line ends, and back to bytes in the file's own way of writing."""

from __future__ import annotations

import codecs
import re

from ..records import Change

_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")


class Source:
    """A file's text with plain line ends; `bytes_of` gives edited text its BOM, encoding and line ends back."""

    def __init__(self, path: str, data: bytes) -> None:
        """Take in a file.

        Args:
            path: relative to the project's root.
            data: its bytes.

        Raises:
            ValueError: it is no text (UnicodeDecodeError is one).
        """
        self.path, self.data = path, data
        self.bom = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
        self.encoding = _encoding(data)
        text = data[len(self.bom) :].decode(self.encoding)
        if "\0" in text:
            raise ValueError("not a text file")
        self.newline = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
        self.mixed = self.newline == "\r\n" and text.count("\r\n") != text.count("\n")
        self._raw = text.split("\n")
        self.text = text.replace("\r\n", "\n")

    @property
    def lines(self) -> list[str]:
        """The lines without their ends; line N of a tool's output is `lines[N - 1]`."""
        return self.text.split("\n")

    def bytes_of(self, text: str) -> bytes:
        """Return edited text as this file's bytes; lines that were not edited keep their own line end."""
        old, new = self.text.split("\n"), text.split("\n")
        same_head = 0
        while same_head < min(len(old), len(new)) and old[same_head] == new[same_head]:
            same_head += 1
        same_tail = 0
        while same_tail < min(len(old), len(new)) - same_head and old[-1 - same_tail] == new[-1 - same_tail]:
            same_tail += 1
        end = "\r" if self.newline == "\r\n" else ""
        middle = [f"{line}{end}" for line in new[same_head : len(new) - same_tail]]
        out = [*self._raw[:same_head], *middle, *self._raw[len(self._raw) - same_tail :]]
        if not same_tail and out and end:
            out[-1] = out[-1].removesuffix("\r")  # the last piece is what follows the last line end
        return self.bom + "\n".join(out).encode(self.encoding)

    def change(self, text: str) -> Change:
        """Return the change that makes this file hold a text."""
        return Change(path=self.path, before=self.data, after=self.bytes_of(text))

    def with_line(self, number: int, line: str) -> str:
        """Return the whole text with line `number` (from 1) replaced."""
        lines = self.lines
        lines[number - 1] = line
        return "\n".join(lines)

    def offset(self, line: int, column: int) -> int:
        """Return where line and column (both from 1, columns in characters) stand in `text`."""
        lines = self.lines
        return sum(len(text) + 1 for text in lines[: line - 1]) + column - 1


def _encoding(data: bytes) -> str:
    for line in data.split(b"\n", 2)[:2]:
        found = _CODING.match(line)
        if found:
            name = found[1].decode("ascii")
            try:
                codecs.lookup(name)
            except LookupError:
                return "utf-8"
            return name
    return "utf-8"
