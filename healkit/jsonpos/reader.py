"""The brackets, commas, colons and keys of a JSON text, and how to go on after a slip in them."""

from __future__ import annotations

import re

from .scalars import FIX, ODD_QUOTES, WORD, Scalars, StopError, short
from .tree import Member, Node

DEPTH = 200
"""Levels of nesting that are read; a pattern file needs six."""

_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_COMMENT = re.compile(r"//[^\n]*|#[^\n]*|/\*.*?(?:\*/|\Z)", re.S)
_CLOSERS = {"{": "}", "[": "]"}
_QUOTE = 'put a double quote at both ends of the text, and \\" for a quote inside it'


class Reader(Scalars):
    """Reads a whole text into a tree; its faults are in `faults`."""

    def read(self) -> Node | None:
        self.pos = 1 if self.text.startswith("\ufeff") else 0
        root: Node | None = None
        try:
            self.skip()
            if self.pos >= len(self.text):
                self.stop(self.pos, "the file is empty", 'write {"version": 1, "patterns": []} to start with')
            root = self.value()
            self.skip()
            if self.pos < len(self.text):
                self.fault(self.pos, "text after the end of the JSON value", "remove it, or check the brackets before")
        except StopError:
            pass
        return root

    def skip(self) -> None:
        """Pass over space; a comment or a look-alike of a space is a fault, and passed over too."""
        while True:
            found = _SPACE.match(self.text, self.pos)
            self.pos = found.end() if found else self.pos
            char = self.peek()
            comment = _COMMENT.match(self.text, self.pos) if char in ("/", "#") else None
            if comment:
                self.fault(self.pos, "a comment, which JSON has not", 'move its text into a "note" key of the entry')
                self.pos = comment.end()
            elif char and (char.isspace() or char in "\ufeff\u200b\u200c\u200d\u2060"):
                name = f"U+{ord(char):04X}"
                what = f"a character that only looks like a space ({name})"
                self.fault(self.pos, what, f"type a plain space, {FIX}", (self.pos, self.pos + 1, " "))
                self.pos += 1
            else:
                return

    def value(self) -> Node:
        char = self.peek()
        if char in ("{", "["):
            return self.nested(char)
        start = self.pos
        if char == '"':
            return Node(self.string(), start, self.pos)
        number = _NUMBER.match(self.text, start)
        if number:
            return self.number(number)
        return Node(self.odd(char), start, self.pos)

    def nested(self, char: str) -> Node:
        self.depth += 1
        if self.depth > DEPTH:
            self.stop(self.pos, f"nested more than {DEPTH} levels deep", "flatten it")
        node = self.object() if char == "{" else self.array()
        self.depth -= 1
        return node

    def array(self) -> Node:
        start, items = self.pos, []
        self.pos += 1
        self.skip()
        while not self.closes("]", start):
            item = self.value()
            items.append(item)
            self.separate("]", item)
        return Node([item.value for item in items], start, self.pos, items=tuple(items))

    def object(self) -> Node:
        start, members = self.pos, []
        self.pos += 1
        self.skip()
        while not self.closes("}", start):
            at = self.pos
            key = self.key()
            end = self.pos
            self.colon(key, at, end)
            member = Member(key, at, end, self.value())
            members.append(member)
            self.separate("}", member.node)
        return Node({m.key: m.node.value for m in members}, start, self.pos, members=tuple(members))

    def closes(self, closer: str, start: int) -> bool:
        """Tell whether a list or an object ends here, and pass its bracket."""
        char = self.peek()
        while char == ",":
            self.fault(self.pos, "a comma with nothing before it", f"remove it, {FIX}", (self.pos, self.pos + 1, ""))
            self.pos += 1
            self.skip()
            char = self.peek()
        if char == closer:
            self.pos += 1
            return True
        if not char:
            opener = self.text[start]
            self.stop(start, f"this {opener} is never closed", f"add the missing {closer} (the file ends before it)")
        if char in ("}", "]"):
            opener = self.text[start]
            self.stop(
                self.pos, f"{char} closes what {opener} opened", f"write {_CLOSERS[opener]} or add the missing one"
            )
        return False

    def separate(self, closer: str, before: Node) -> None:
        """Pass the comma after a member; name the trailing and the missing comma."""
        self.skip()
        char = self.peek()
        if char == ",":
            comma = self.pos
            self.pos += 1
            self.skip()
            if self.peek() == closer:
                span = (comma, comma + 1, "")
                self.fault(comma, f"trailing comma before {closer}", f"remove it, {FIX}", span)
        elif char and char not in "}]":
            glued = self.pos == before.end and isinstance(before.value, str)
            if glued and char != '"':
                self.stop(before.start, f'missing quote: the text "{short(before.value)}" ends too early', _QUOTE)
            if char in ":=":
                self.stop(self.pos, f"{char!r} where a comma should stand", "check the quotes and commas before it")
            self.fault(before.end, f"missing comma after {short(self.text[before.start : before.end])}", "add a comma")

    def key(self) -> str:
        char = self.peek()
        if char == '"':
            return self.string()
        if char in ODD_QUOTES:
            return self.quoted_oddly()
        found = WORD.match(self.text, self.pos)
        if found is None:
            self.stop(self.pos, f"{char} where a key should stand", 'a key is text in double quotes: "key": value')
        word, start = found.group(), self.pos
        self.pos = found.end()
        if self.peek() == '"':
            self.fault(start, f"missing opening quote before {short(word)}", f'write "{short(word)}"')
            self.pos += 1
        else:
            self.fault(start, f"key without quotes: {short(word)}", f'write "{short(word)}"')
        return word

    def colon(self, key: str, start: int, end: int) -> None:
        self.skip()
        if self.peek() == ":":
            self.pos += 1
        elif self.peek() == "=":
            self.fault(self.pos, "= between key and value", "write a colon", (self.pos, self.pos + 1, ":"))
            self.pos += 1
        elif ":" in key or "," in key:
            self.stop(start, f'missing quote: the key "{short(key)}" does not end where it should', _QUOTE)
        else:
            self.fault(end, f'missing colon after the key "{short(key)}"', 'write "key": value')
            if self.peek() in (",", "}", "]"):
                raise StopError
        self.skip()
