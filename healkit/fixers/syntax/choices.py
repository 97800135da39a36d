"""Code cut into small choices, which can be counted: this token after those two inside this kind of bracket, this much space."""

from __future__ import annotations

import re

from .tokens import CLOSERS, OPENERS, Token, indent_of, python_tokens, script_tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    Event = tuple[tuple[tuple[str, ...], ...], str]

_BLOCK_BEFORE = frozenset((")", "=>", "else", "try", "finally", "do", ";", "{", "}", "^", "static"))
_AT_MARGIN = frozenset((*CLOSERS, "case", "default", "else", "catch", "finally"))
"""What may stand inside a bracket on a line that is no deeper than the bracket's; anything else is an oddity of its own."""
_LOGIC = frozenset("== != < > <= >= and or in is not && || === !==".split())
GLOBALS = frozenset(
    "console require module exports process Object Array String Number Boolean Promise JSON Math Date Error TypeError Map Set "
    "Symbol RegExp parseInt parseFloat setTimeout clearTimeout window document fetch Buffer log length push map filter forEach "
    "then catch keys values entries prototype constructor toString join split slice string number boolean any unknown void".split()
)
"""Names that a script need not declare."""
_TYPE_HEADS = frozenset(("class", "interface", "enum", "namespace"))


class _Frame:
    """An open bracket: its kind, the indentation of its line, what is called, and how many arguments were seen."""

    __slots__ = ("arguments", "broken", "callee", "head", "indent", "kind", "logic", "some")

    def __init__(self, kind: str, indent: int, callee: str = "", head: str = "e") -> None:
        self.kind, self.indent, self.callee, self.head = kind, indent, callee, head
        self.arguments, self.some, self.logic = 0, False, False
        self.broken: bool | None = None


def events(text: str, python: bool) -> Iterator[Event]:
    """Yield a text's choices, each as its contexts (widest last) and what was chosen.

    Args:
        text: source text; need not parse.
        python: False reads it as JavaScript or TypeScript.
    """
    tokens = python_tokens(text) if python else script_tokens(text)
    walk = _Walk(text, python)
    for token in tokens:
        if token.kind not in "cl":
            yield from walk.step(token)


class _Walk:
    """Goes through the tokens and remembers what surrounds the next one."""

    def __init__(self, text: str, python: bool) -> None:
        self.text, self.python = text, python
        base = re.search(r"\S", text)
        deep = 0 if python or base is None else indent_of(text[text.rfind("\n", 0, base.start()) + 1 : base.start()])
        self.stack = [_Frame("B", deep - 1) if deep else _Frame("0", 0)]
        self.before, self.last = "^", "^"
        self.name = self.closed = ""
        self.end = 0
        self.levels = [0]

    def step(self, token: Token) -> Iterator[Event]:
        """Yield the choices that one token stands for."""
        frame = self.stack[-1]
        shape = shape_of(token)
        gap = _gap(self.text[self.end : token.start], self.python)
        new_line = "\n" in gap
        if frame.broken is None:
            frame.broken = new_line
        outside = frame.kind in ("0", "B", "K", "I")
        space = _space(gap, frame.indent)
        if space[:1] in ("n", "b") and space[1:] != ">" and frame.kind != "0" and token.text not in _AT_MARGIN:
            yield (("x",),), "out"
        ended = new_line and outside and (not self.python or "\\" not in gap) and self._ends(gap, frame, shape)
        if self.closed:
            yield (("f", self.closed), ("f",)), "NL" if ended else shape
            self.closed = ""
        if ended:
            yield self._token("NL", frame)
            head = frame.head + (":" if self.last == ":" else "") if self.python else frame.kind + frame.head
            broad = () if self.python else (("i", frame.kind),)
            yield (("i", head, shape), ("i", head), *broad, ("i",)), self._step(gap) if self.python else space
            self._shift("NL")
            frame.head = "e"
            frame.indent = len(gap) - gap.rfind("\n") - 1 if self.python or frame.kind == "0" else frame.indent
        if self.last in ("NL", "^", "{", ";", "}", ":") and outside:
            frame.head = token.text if token.kind == "k" else "e"
        if token.text in CLOSERS and self.stack == [frame] and frame.kind == "B":
            self._leave(token)
            frame = self.stack[-1]
        if token.text in CLOSERS and len(self.stack) > 1 and OPENERS_OF.get(frame.kind) == CLOSERS[token.text]:
            if frame.kind in ("c", "d"):
                count = frame.arguments + (1 if frame.some else 0)
                yield (("a", frame.callee), ("a", frame.kind)), str(min(count, 6))
                yield (("g", frame.callee), ("g", frame.kind)), "y" if frame.logic else "n"
            yield self._token(shape, frame)
            yield (
                (("l", frame.kind, "n" if frame.broken else "s"), ("l", "n" if frame.broken else "s")),
                "n" if new_line else "s",
            )
            yield ((("s", frame.kind, self.last, shape), ("s", frame.kind, shape), ("s", shape)), space)
            self.stack.pop()
            self.closed = frame.callee if frame.kind == "c" else ""
        else:
            yield self._token(shape, frame)
            if not ended:
                yield ((("s", frame.kind, self.last, shape), ("s", self.last, shape), ("s", self.last)), space)
            if token.text == ",":
                frame.arguments += 1 if frame.some else 0
                frame.some = False
            else:
                frame.some = True
            frame.logic = (frame.logic or token.text in _LOGIC) and token.text not in ("for", "if", "lambda", "=>", "?")
            if token.text in OPENERS:
                line = self.text.rfind("\n", 0, token.start) + 1
                kind = self._kind(token.text, frame)
                self.stack.append(_Frame(kind, indent_of(self.text[line : token.start + 1]), self._callee()))
        self.name = token.text if token.kind in "nk" else ""
        self._shift(shape)
        self.end = token.end

    def _leave(self, token: Token) -> None:
        """Close the block that the text began in the middle of: what follows stands as deep as its last line."""
        deep = indent_of(self.text[self.text.rfind("\n", 0, token.start) + 1 : token.start])
        self.stack = [_Frame("B", deep - 1) if deep else _Frame("0", 0)]

    def _callee(self) -> str:
        """Return the name by which arguments are counted: a script's own function is not the method of the same name."""
        own = not self.python and self.name and self.before not in (".", "?.", "new") and self.name not in GLOBALS
        return f"@{self.name}" if own else self.name

    def _step(self, gap: str) -> str:
        """Return how a statement of Python is set off from the last one: blank lines, and by how many blocks they differ."""
        deep = indent_of(gap[gap.rfind("\n") + 1 :])
        blank = "nbB"[min(gap.count("\n") - 1, 2)]
        if deep > self.levels[-1]:
            self.levels.append(deep)
            return f"{blank}>"
        left = 0
        while len(self.levels) > 1 and self.levels[-1] > deep:
            self.levels.pop()
            left += 1
        if self.levels[-1] != deep:
            self.levels.append(deep)
        return blank + ("=", "<", "<<")[min(left, 2)] + ("" if deep else "0")

    def _ends(self, gap: str, frame: _Frame, shape: str) -> bool:
        """Tell whether a line end between two tokens ends a statement."""
        if self.python:
            return True
        if self.last in (";", "{", "}"):
            return True
        return len(gap) - gap.rfind("\n") - 1 <= frame.indent + (0 if frame.kind == "0" else 4) and shape not in (
            ".",
            "?",
            ":",
            "&&",
            "||",
        )

    def _token(self, shape: str, frame: _Frame) -> Event:
        place = frame.kind + frame.head if frame.kind in ("0", "B") else frame.kind
        return (("t", place, self.before, self.last), ("t", place, self.last), ("t", self.last)), shape

    def _shift(self, shape: str) -> None:
        self.before, self.last = self.last, shape

    def _kind(self, bracket: str, frame: _Frame) -> str:
        last = self.last
        operand = last in ("N", "C", ")", "]", "S", "}", "this", "super", "self", "import", "async")
        if bracket == "(":
            if self.before in ("def", "class", "function") or last == "function" or (frame.kind == "K" and operand):
                return "d"
            return "c" if operand else "p"
        if bracket == "[":
            return "s" if operand and last != "}" else "l"
        if self.python:
            return "o"
        if frame.head in ("import", "export") and last in ("import", "export", ",", "type"):
            return "m"
        if frame.head in _TYPE_HEADS or (frame.head == "export" and last in ("N", "C")):
            return "K" if frame.head != "interface" else "I"
        if last in _BLOCK_BEFORE or last == "NL" or (last == ":" and frame.head in ("case", "default")):
            return "B"
        return "o"


OPENERS_OF = {"c": "(", "d": "(", "p": "(", "s": "[", "l": "[", "o": "{", "B": "{", "K": "{", "I": "{", "m": "{"}


def shape_of(token: Token) -> str:
    """Return what a token counts as: names, numbers and strings are classes, all else is itself."""
    if token.kind == "n":
        return "C" if token.text[:1].isupper() else "N"
    return {"0": "0", "s": "S", "u": "U", "r": "R", "x": "X"}.get(token.kind, token.text)


def _gap(text: str, python: bool) -> str:
    """Return what separates two tokens: spaces and line ends, the comments taken out."""
    if ("#" if python else "/") in text:
        text = re.sub(r"[ \t]*#[^\n]*" if python else r"//[^\n]*|/\*[\s\S]*?\*/", "", text)
    return text


def _space(gap: str, indent: int) -> str:
    """Return the kind of a separation: none, one space, more, or a line end with how the new line is indented."""
    if "\n" not in gap:
        return gap if len(gap) < 2 else "  "
    deep = indent_of(gap[gap.rfind("\n") + 1 :])
    blank = "b" if gap.count("\n") > 1 else "n"
    return blank + ("=" if deep == indent else ">" if deep > indent else "<")
