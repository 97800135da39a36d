"""The values of a JSON text that are no brackets: text, numbers, words, and what people write in their place."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from .tree import Fault, Node, width

MOST_FAULTS = 20
"""Faults of one text that are named; what comes after that many is mostly an echo."""

FIX = "or let `healkit patterns check --fix` do it"
WORD = re.compile(r"[^\s\"',:{}\[\]]+")
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS = {"true": True, "false": False, "null": None, "NaN": float("nan"), "Infinity": float("inf")}
_MEANT = {"True": True, "False": False, "None": None, "TRUE": True, "FALSE": False, "nil": None, "undefined": None}
_PREFIXES = ("r", "b", "f", "u", "rb", "br", "rf", "fr")
_HEX = re.compile(r"\\u([0-9a-fA-F]{4})")
ODD_QUOTES = "'`\u201c\u201d\u201e\u2018\u2019"
_ODDLY_QUOTED = re.compile(f"([{ODD_QUOTES}])(.*?)[{ODD_QUOTES}]")


class StopError(Exception):
    """Reading cannot go on; the fault that stopped it is noted."""


class Scalars:
    """A place in a text, and the reading of one scalar from there."""

    def __init__(self, text: str) -> None:
        self.text, self.pos, self.depth = text, 0, 0
        self.faults: list[Fault] = []

    def fault(self, offset: int, what: str, do: str, fix: tuple[int, int, str] | None = None) -> None:
        self.faults.append(Fault(offset, what, do, fix))
        if len(self.faults) >= MOST_FAULTS:
            raise StopError

    def stop(self, offset: int, what: str, do: str) -> NoReturn:
        self.fault(offset, what, do)
        raise StopError

    def peek(self) -> str:
        return self.text[self.pos : self.pos + 1]

    def number(self, found: re.Match[str]) -> Node:
        self.pos, word = found.end(), found.group()
        try:
            value: Any = float(word) if found.group(1) or found.group(2) else int(word)
        except ValueError:  # Python reads at most 4,300 digits
            self.fault(found.start(), "a number with too many digits", "shorten it")
            value = 0
        if word in ("0", "-0") and self.peek().isdigit():
            self.stop(found.start(), "a number with a leading zero", "remove the zero, or put the text in quotes")
        return Node(value, found.start(), self.pos)

    def odd(self, char: str) -> Any:
        """Read what stands in a value's place and is neither text, number nor bracket."""
        start, found = self.pos, WORD.match(self.text, self.pos)
        word = found.group() if found else ""
        if self.text.startswith("-Infinity", start) or word in _WORDS:
            self.pos += len(word) if word in _WORDS else 9
            return _WORDS.get(word, float("-inf"))
        if char in ODD_QUOTES and char:
            return self.quoted_oddly()
        if not char:
            self.stop(start, "the file ends where a value should stand", "add the value and close the brackets")
        if not word:
            self.stop(start, f"a value is missing before {char!r}", "add the value, or remove its key")
        self.pos += len(word)
        if word in _MEANT:
            spelled = {True: "true", False: "false", None: "null"}[_MEANT[word]]
            self.fault(start, f"{word} is spelled {spelled} in JSON", f"write {spelled}", (start, self.pos, spelled))
            return _MEANT[word]
        if self.peek() == '"' and word.lower() in _PREFIXES:
            self.fault(
                start, f"{word} before the quote, as in Python", "remove it; in JSON every backslash is doubled instead"
            )
            return self.string()
        if self.peek() == '"':
            self.stop(start, f"missing opening quote before {short(word)}", f'write "{short(word)}"')
        self.fault(start, f"text without quotes: {short(word)}", f'write "{short(word)}"')
        return word

    def quoted_oddly(self) -> str:
        start = self.pos
        found = _ODDLY_QUOTED.match(self.text, start)
        if found is None:
            self.stop(start, f"a quote that JSON has not: {self.peek()}", 'use straight double quotes: "..."')
        self.pos = found.end()
        kind = "single" if found.group(1) in "'`" else "typographic"
        self.fault(start, f"{kind} quotes around text", 'use straight double quotes: "..."')
        return found.group(2)

    def string(self) -> str:
        """Read a string at its opening quote; faults inside it do not end the reading."""
        start, parts = self.pos, []
        self.pos += 1
        while True:
            found = _PLAIN.match(self.text, self.pos)
            assert found is not None
            parts.append(found.group())
            self.pos = found.end()
            char = self.peek()
            if char == '"':
                self.pos += 1
                return "".join(parts)
            if char == "\\":
                parts.append(self.escape())
            elif char in ("", "\n", "\r"):
                return self.unclosed(start)
            else:
                spelled = "\\t" if char == "\t" else f"\\u{ord(char):04x}"
                name = "tab" if char == "\t" else f"control character (U+{ord(char):04X})"
                span = (self.pos, self.pos + 1, spelled)
                self.fault(self.pos, f"a raw {name} inside text", f"write {spelled}, {FIX}", span)
                parts.append(char)
                self.pos += 1

    def unclosed(self, start: int) -> str:
        shown = short(self.text[start + 1 : self.pos])
        self.fault(start, f'missing closing quote after "{shown}', "close the text on the line where it opens")
        if not self.peek():
            raise StopError
        line = self.text[start + 1 : self.pos].rstrip()
        bare = line.removesuffix(",")
        self.pos = start + 1 + len(bare)
        return bare

    def escape(self) -> str:
        at, char = self.pos, self.text[self.pos + 1 : self.pos + 2]
        if char in _ESCAPES and char:
            self.pos += 2
            return _ESCAPES[char]
        if char == "u":
            return self.unicode()
        self.pos += 1
        if char in ("", "\n", "\r"):
            return ""
        self.fault(at, f"\\{char} is no JSON escape", f"double the backslash: \\\\{char}")
        self.pos += 1
        return f"\\{char}"

    def unicode(self) -> str:
        found = _HEX.match(self.text, self.pos)
        if found is None:
            self.fault(self.pos, "\\u without four hexadecimal digits", "write four, as in \\u00e9, or double the \\")
            self.pos += 2
            return "\\u"
        size = width(self.text, self.pos)
        code = int(found.group(1), 16)
        second = _HEX.match(self.text, self.pos + 6) if size == 12 else None
        if second:
            code = 0x10000 + ((code - 0xD800) << 10) + int(second.group(1), 16) - 0xDC00
        self.pos += 12 if second else 6
        return chr(code)


def short(text: str) -> str:
    text = "".join(c if c.isprintable() else " " for c in text).strip()
    return text if len(text) <= 30 else f"{text[:27]}..."
