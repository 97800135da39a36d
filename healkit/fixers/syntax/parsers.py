"""The parsers that a project has for JavaScript and TypeScript: node, typescript, babel, esbuild, swc, espree, tsc.

They are asked about all candidates at once by one quiet node process that parses and runs nothing; a compiler without a
parsing interface gets the candidates as files of a temporary folder.
"""

from __future__ import annotations

import json
import os
import re
import tempfile

from ... import child

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ..case import Case
    from .search import Edit

    Fault = tuple[int, int, str]

_SCRIPT = os.path.join(os.path.dirname(__file__), "parsers.js")
_PACKAGES = ("typescript", "@babel/parser", "esbuild", "@swc/core", "espree")
_TAG = re.compile(r"</[A-Za-z>]|/>")
_MODULE = re.compile(r"^\s*(?:import\s*[\w{*'\"]|export\s+(?:default|const|let|function|class|async|\{|\*))", re.M)
_TSC = re.compile(r"^(?:.*/)?c(\d+)\.\w+\((\d+),(\d+)\): error (TS1\d{3}|TS17\d{3}): ([^\n]*)", re.M)
_MOST_FILES, _MOST_DEATHS = 300, 8


class Parser:
    """What tells whether a script parses: made for one file of one failure."""

    def __init__(self, case: Case, path: str, text: str) -> None:
        """Find the parsers that fit a file.

        Args:
            case: the failure.
            path: the file, relative to the root.
            text: what it holds.
        """
        self.case, self.path = case, path
        self.folder = os.path.dirname(os.path.join(case.root, path))
        self.typed = path.endswith((".ts", ".tsx", ".mts", ".cts"))
        self.module = path.endswith((".mjs", ".mts")) or (not path.endswith((".cjs", ".cts")) and self._is_module(text))
        self.parsers = [] if self.typed else [["node", ""]]
        found = [[name, folder] for name in _PACKAGES if (folder := self._package(name))]
        if self.typed:
            self.parsers = [*found, ["strip", ""]]
        elif path.endswith(".jsx") or (found and _TAG.search(text)):
            self.parsers = [*(found or [["node", ""]])]
        self.node = case.program("node")
        self.known: list[Any] = [0, 0, ""]
        self.late = False

    def ask(self, text: str, edits: Sequence[Edit]) -> tuple[Fault | None, list[bool]] | None:
        """Return where a text breaks (only asked without edits) and which edits make it parse; None without a parser."""
        if not self.node:
            return None
        if edits:
            good = self._good(text, edits)
            return (None, good) if good is not None else self._compiled(text, edits)
        parser, said = self._run(text, [])
        if not parser:
            return self._compiled(text, edits)
        fault: Any = json.loads(said) if said else [0, 1, ""]
        if fault and not fault[0]:
            fault = self._located(text, fault)
        return (fault[0] or 1, fault[1] or 1, str(fault[2])) if fault else None, []

    def _run(self, text: str, spans: Sequence[Sequence[Any]]) -> tuple[str, str]:
        """Ask node once; the parser that answered (empty without one), and its answer as far as it came."""
        question = {"base": text, "edits": spans, "file": self.path, "parsers": self.parsers, "module": self.module}
        argv = [self.node, "--experimental-vm-modules", "--no-warnings", _SCRIPT]
        ran = child.run(
            argv, self.folder, stdin=json.dumps(question).encode(), timeout=30.0, environ={"NODE_OPTIONS": ""}
        )
        self.late = ran.exit_code == child.TIMED_OUT
        parser, _, said = ran.stdout.decode("utf-8", "replace").partition("\n")
        return parser, said

    def _good(self, text: str, edits: Sequence[Edit]) -> list[bool] | None:
        """Return which edits parse; a text of which the parser dies does not, and the next ones get a new process."""
        spans = [[_units(text, edit.start), _units(text, edit.end), edit.new] for edit in edits]
        good: list[bool] = []
        for _ in range(_MOST_DEATHS):
            parser, said = self._run(text, spans[len(good) :])
            if not parser:
                return None
            good += [sign == "1" for sign in said]
            if len(good) >= len(edits) or self.late:
                break
            good.append(False)
        return (good + [False] * len(edits))[: len(edits)]

    def _located(self, text: str, fault: list[Any]) -> list[Any]:
        """Return a fault with its line, as node says it of a file: of a text it does not say it, or dies."""
        if fault[2] and fault[2] == self.known[2]:
            return self.known
        name = "c.mjs" if self.module else "c.cjs"
        with tempfile.TemporaryDirectory(prefix="healkit-") as folder:
            with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
                file.write(text)
            said = child.run([self.node, "--check", f"{folder}/{name}"], folder, environ={"NODE_OPTIONS": ""}).text
        found = re.search(r"c\.[mc]js:(\d+)\n[^\n]*\n([ \t]*)(?:\^|\n|$)", said)
        message = re.search(r"^SyntaxError: ([^\n]*)", said, re.M)
        told = message[1] if message and not fault[2] else fault[2]
        self.known = [int(found[1]), len(found[2]) + 1, told] if found else [fault[0], fault[1], told]
        return self.known

    def _compiled(self, text: str, edits: Sequence[Edit]) -> tuple[Fault | None, list[bool]] | None:
        """Ask the project's tsc by files: the text and its candidates, each a file of its own in a temporary folder."""
        tsc = self.case.program("tsc")
        if not tsc or not tsc.startswith(self.case.root):
            return None
        suffix = os.path.splitext(self.path)[1]
        with tempfile.TemporaryDirectory(prefix="healkit-") as folder:
            names = []
            for number, done in enumerate([text, *(edit.apply(text) for edit in edits[:_MOST_FILES])]):
                names.append(f"c{number}{suffix}")
                with open(f"{folder}/{names[-1]}", "w", encoding="utf-8") as file:
                    file.write(done)
            flags = [
                "--noEmit",
                "--noResolve",
                "--noLib",
                "--skipLibCheck",
                "--jsx",
                "preserve",
                "--pretty",
                "false",
                "--target",
                "esnext",
            ]
            ran = child.run([tsc, *flags, *(["--allowJs"] if not self.typed else []), *names], folder, timeout=60.0)
        faults: dict[int, Fault] = {}
        for found in _TSC.finditer(ran.text):
            faults.setdefault(int(found[1]), (int(found[2]), int(found[3]), found[5]))
        if ran.exit_code == child.NOT_STARTED or (not faults and "error TS" not in ran.text and ran.exit_code):
            return None
        tried = [number not in faults for number in range(1, min(len(edits), _MOST_FILES) + 1)]
        return faults.get(0), tried + [False] * (len(edits) - len(tried))

    def _package(self, name: str) -> str:
        """Return the folder of a package that the file's project has installed; empty when it has none."""
        folder = self.folder
        while folder.startswith(self.case.root):
            path = f"{folder}/node_modules/{name}"
            if os.path.isfile(f"{path}/package.json"):
                return path
            folder = os.path.dirname(folder)
        return ""

    def _is_module(self, text: str) -> bool:
        """Tell whether node or a bundler reads a file as a module: by the nearest package.json, else by its words."""
        folder = os.path.dirname(self.path)
        while True:
            data = self.case.read(os.path.join(folder, "package.json"))
            if data is not None:
                try:
                    given = json.loads(data).get("type")
                except (ValueError, AttributeError):
                    given = None
                if given == "module":
                    return True
                break
            if not folder:
                break
            folder = os.path.dirname(folder)
        return bool(_MODULE.search(text)) and "module.exports" not in text


def _units(text: str, offset: int) -> int:
    """Return an offset in UTF-16 units, which JavaScript counts in."""
    return offset if text.isascii() else len(text[:offset].encode("utf-16-le")) // 2
