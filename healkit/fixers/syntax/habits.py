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
from .choices import GLOBALS, events
from .tokens import Lines, Token, python_tokens, script_tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_WORD = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|_")
KNOWN_NAME, NEW_NAME, NUMBER = -4.0, -6.5, -3.0
KNOWN_WORD, CODE_WORD, NEW_WORD, SIGN, BRACKET, QUOTE = -4.0, -7.0, -6.5, -2.0, -3.0, -4.0
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_COMMENTED = -4.0
_SWALLOWED = -7.0
"""A string that ends a line and holds the sign that should have stood behind it."""
_BETWEEN = re.compile(r"(?<=\w)[\"']\s*[:,)\]}]\s*[\w\"'(\[{]|[(\[{=:,] ?[\"'](?=\w)")
"""The end of one string and what stands in front of the next, inside what is read as a string."""
_SPLIT = -6.0
_OWN_WEIGHT, _OWN_SHARE = 4.0, 0.75
"""How much a use in the file itself counts against one in what is shipped; how much the file's own way counts at most."""
_BUILT_IN = frozenset(dir(builtins))


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
        self.names |= _BUILT_IN if python else GLOBALS
        sound = (
            token
            for token in tokens
            if token.kind == "s" and not any(a < token.end and token.start <= b for a, b in spans)
        )
        self.words = {word for token in sound for word in _WORD.findall(token.text)}
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
            if token.kind == "s" and token.text[-2:-1] in (";", ",") and text[token.end : token.end + 1] in ("", "\n"):
                total += _SWALLOWED
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
            if token.text[0] == "`" and "${" in text:
                return self._template(text[1:-1])
            style = self.marks.get(text[-1:], 0.0) - (4.0 if odd else 0.0)
            style += _SPLIT * min(len(_BETWEEN.findall(text[1:-1])), 2)
            return style + sum(self._word(word) for word in _WORD.findall(_APOSTROPHE.sub("", text[1:-1])))
        return 0.0

    def _template(self, text: str) -> float:
        """Return the likelihood of what a template says: its words, and its `${}` as the code that they are."""
        total, at = 0.0, 0
        while (start := text.find("${", at)) >= 0:
            total += sum(self._word(word) for word in _WORD.findall(text[at:start]))
            depth, end = 1, start + 2
            while end < len(text) and depth:
                depth += (text[end] == "{") - (text[end] == "}")
                end += 1
            total += self.score(text[start + 2 : end - (depth == 0)])
            at = end
        return total + sum(self._word(word) for word in _WORD.findall(text[at:]))

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
        own = _refined(self.own.get("\t".join(contexts[0])), chosen, likely, _OWN_WEIGHT)
        return log(_OWN_SHARE * own + (1.0 - _OWN_SHARE) * likely)


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
