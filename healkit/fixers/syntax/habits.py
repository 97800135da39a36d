"""How code is usually written: which token follows which, how it is spaced, how many arguments a function is given.

Two edits that both make a file parse may differ in what they say. The one that reads like the rest of the file, and like
code in general, is the likelier one. `events` cuts text into small choices (this token after those two inside this kind
of bracket; this much space between these two), `Habits` says how likely each was. What is shipped are counts over the
Python standard library and over npm (`bench/habits.py` writes them to `memory/habits/`); the file's own weigh more.
"""

from __future__ import annotations

import builtins
import json
import re
from collections import Counter
from functools import cache
from math import log

from ... import paths
from .tokens import CLOSERS, OPENERS, Lines, Token, indent_of, python_tokens, script_tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Event = tuple[tuple[tuple[str, ...], ...], str]

_WORD = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|_")
_BLOCK_BEFORE = frozenset((")", "=>", "else", "try", "finally", "do", ";", "{", "}", "^", "static"))
_AT_MARGIN = frozenset((*CLOSERS, "case", "default", "else", "catch", "finally"))
"""What may stand inside a bracket on a line that is no deeper than the bracket's; anything else is an oddity of its own."""
_LOGIC = frozenset("== != < > <= >= and or in is not && || === !==".split())
_TYPE_HEADS = frozenset(("class", "interface", "enum", "namespace"))
KNOWN_NAME, NEW_NAME, NUMBER = -4.0, -6.5, -3.0
KNOWN_WORD, CODE_WORD, NEW_WORD, SIGN, BRACKET, QUOTE = -4.0, -7.0, -6.5, -2.0, -3.0, -4.0
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_COMMENTED = -4.0
_OWN_WEIGHT = 4.0
_BUILT_IN = frozenset(dir(builtins))
_GLOBALS = frozenset(
    "console require module exports process Object Array String Number Boolean Promise JSON Math Date Error TypeError Map Set "
    "Symbol RegExp parseInt parseFloat setTimeout clearTimeout window document fetch Buffer log length push map filter forEach "
    "then catch keys values entries prototype constructor toString join split slice string number boolean any unknown void".split()
)


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
        if space[:1] in "nb" and space[1:] != ">" and frame.kind != "0" and token.text not in _AT_MARGIN:
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
                self.stack.append(_Frame(kind, indent_of(self.text[line : token.start + 1]), self.name))
        self.name = token.text if token.kind in "nk" else ""
        self._shift(shape)
        self.end = token.end

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


class Habits:
    """How likely text is, by what ships and by what a file does itself."""

    def __init__(self, python: bool, own: str = "", *broken: tuple[int, int]) -> None:
        """Take in the file that is looked at; its own habits count more than the shipped ones.

        Args:
            python: the language; else JavaScript and TypeScript.
            own: the file's text.
            broken: first and last line of stretches that may hold the fault: what is said there alone is no evidence.
        """
        self.python = python
        self.shipped = _shipped("python" if python else "script")
        tokens = (python_tokens if python else script_tokens)(own)
        lines = Lines(own)
        spans = sorted((lines.start(first), lines.end(last)) for first, last in broken)
        edges = [0, *(edge for span in spans for edge in span), len(own)]
        healthy = [own[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end]
        self.own = counted(healthy, python) if own else {}
        names = Counter(token.text for token in tokens if token.kind == "n")
        inside = Counter(
            token.text
            for token in tokens
            if token.kind == "n" and any(start <= token.start < end for start, end in spans)
        )
        self.known: dict[tuple[tuple[str, ...], str], float] = {}
        self.names = {name for name, number in names.items() if number > min(1, inside[name])}
        self.names |= _BUILT_IN if python else _GLOBALS
        self.words = {word for token in tokens if token.kind == "s" for word in _WORD.findall(token.text)}
        marks = Counter(token.text[-1] for token in tokens if token.kind == "s")
        total = sum(marks.values()) + 3
        self.marks = {mark: log((marks[mark] + 1) / total) for mark in "\"'`"}

    def score(self, text: str) -> float:
        """Return the logarithm of a text's likelihood; only differences between texts of one place mean something."""
        total = 0.0
        for contexts, chosen in events(text, self.python):
            key = (contexts[0], chosen)
            if key not in self.known:
                self.known[key] = self.likelihood(contexts, chosen)
            total += self.known[key]
        for token in (python_tokens if self.python else script_tokens)(text):
            total += self.identity(token)
        return total

    def identity(self, token: Token) -> float:
        """Return the logarithm of the likelihood of a name, a number, or a string's words."""
        if token.kind == "n":
            known = token.text in self.names or f"a\t{token.text}" in self.shipped
            return KNOWN_NAME if known else max(-16.0, NEW_NAME - 0.7 * len(token.text))
        if token.kind == "0":
            return NUMBER
        if token.kind == "c":
            return _COMMENTED * len(_WORD.findall(token.text))
        if token.kind in "sur":
            text = token.text.lstrip("rbufRBUF")
            odd = any(
                text[1:-1].startswith(mark) or text[1:-1].endswith(mark)
                for mark in self.marks
                if text[1:-1].count(mark) % 2
            )
            style = self.marks.get(text[-1:], 0.0) - (4.0 if odd else 0.0)
            return style + sum(self._word(word) for word in _WORD.findall(_APOSTROPHE.sub("", text[1:-1])))
        return 0.0

    def _word(self, word: str) -> float:
        if not word[0].isalnum():
            return QUOTE if word in "\"'`" else BRACKET if word in "()[]{}=,;" else SIGN
        if word in self.words:
            return KNOWN_WORD
        return CODE_WORD if word in self.names else NEW_WORD

    def likelihood(self, contexts: tuple[tuple[str, ...], ...], chosen: str) -> float:
        """Return the logarithm of the likelihood of one choice, the widest context first and refined by the others."""
        likely = 1 / 120
        for context in reversed(contexts):
            likely = _refined(self.shipped.get("\t".join(context)), chosen, likely, 1.0)
        return log(_refined(self.own.get("\t".join(contexts[0])), chosen, likely, _OWN_WEIGHT))


def _refined(counts: dict[str, int] | None, chosen: str, likely: float, weight: float) -> float:
    """Return a likelihood refined by the counts of a narrower context (Witten and Bell)."""
    if not counts:
        return likely
    kinds = len(counts)
    return (counts.get(chosen, 0) * weight + kinds * likely) / (sum(counts.values()) * weight + kinds)


def counted(texts: Iterable[str], python: bool) -> dict[str, dict[str, int]]:
    """Return how often each choice was made in each context."""
    found: dict[str, dict[str, int]] = {}
    for text in texts:
        for contexts, chosen in events(text, python):
            for context in contexts if chosen != "out" else ():
                counts = found.setdefault("\t".join(context), {})
                counts[chosen] = counts.get(chosen, 0) + 1
    return found


@cache
def _shipped(name: str) -> dict[str, dict[str, int]]:
    try:
        with open(f"{paths.share_dir()}/memory/habits/{name}.json", encoding="utf-8") as file:
            found: dict[str, dict[str, int]] = json.load(file)["counts"]
    except (OSError, ValueError, KeyError):
        return {}
    return found
