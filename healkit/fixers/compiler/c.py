"""C and C++: what gcc or clang refuses, healed by their fix-its, the header that lacks, a close name or sign, each compiled."""

from __future__ import annotations

import os
import re

from ..source import Source
from . import brackets, c_lints, c_names
from .c_commands import HEADERS, SOURCES, Compile, commands
from .c_messages import Said, problems
from .lexis import C, balance, tokens
from .rust_names import in_definition
from .search import ADVISED, CERTAIN, NEAR, SYNTAX, TYPES, Candidate, Edit, Problem
from .spelling import NAME, Words, close, numbered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..case import Case
    from .copy import Copy

_PLACE = re.compile(r"^([^\s:][^:\n]*\.\w+\+*):(\d+):(?:\d+:)? (?:fatal )?error: ", re.M)
_FROM = re.compile(r"^(?:In file included from|\s+from) ([^:\n]+):\d+", re.M)
_UNDEFINED = re.compile(r"undefined reference to [`'](\w+)'")
_IN_OBJECT = re.compile(r"^(?:\S*ld(?:\.\w+)?: )?(?:\S+?:)?([^\s:()]+\.(?:c|cc|cpp|cxx)):(?:\(\.|\d+:)", re.M)
_EXPECTED = re.compile(r"expected (.*?)(?: before | at end|$)")
_SIGNS = frozenset((";", ",", ")", "]", "}", "{", "(", ":", "=", ">", "<"))
_DOUBTFUL = ["-Wformat", "-Wunused-value", "-Wreturn-type", "-Wmisleading-indentation", "-Wparentheses", "-Wempty-body"]
_FEW = re.compile(r"requires \d+ arguments, but only|too few arguments|too few actual parameters")
MOST_COMPILES = 12


def relevant(case: Case) -> bool:
    """Tell whether a compiler of the C family refused code, or a linker missed what may only be declared implicitly."""
    files = [found[1] for found in _PLACE.finditer(case.output)]
    if any(file.endswith((*SOURCES, *HEADERS)) for file in files):
        return True
    return "undefined reference to" in case.output


class CBench:
    """The sources that failed, in a copy, and the lines that compile them."""

    def __init__(self, case: Case, copy: Copy) -> None:
        """Take in the project's C files and find the compile lines."""
        self.case, self.copy = case, copy
        self.sources: dict[str, Source] = {}
        for path in case.files(*SOURCES, *HEADERS):
            source = case.source(path)
            if source is not None:
                self.sources[path] = source
        self.first = {path: source.text for path, source in self.sources.items()}
        self.words = Words(self.first.values())
        self.also = frozenset(_UNDEFINED.findall(case.output))
        self.lines = commands(case, copy, self._failed())[:MOST_COMPILES]
        self._said: dict[int, list[Problem] | None] = {}
        self.sites: dict[str, int] = {}

    def _failed(self) -> list[str]:
        """Return the sources in which, or in whose headers, an error was reported."""
        found = {}
        for match in (*_PLACE.finditer(self.case.output), *_FROM.finditer(self.case.output)):
            found[self.case.resolve(match[1])] = True
        for name in sorted(self.also)[:4]:
            using = [path for path, text in self.first.items() if re.search(rf"\b{name}\b", text)]
            headers = {os.path.basename(path) for path in using if path.endswith(HEADERS)}
            for path, text in self.first.items():
                if path in using or any(header in text for header in headers):
                    found[path] = True
        return [path for path in found if path.endswith(SOURCES) and path in self.first]

    def text(self, file: str, texts: Mapping[str, str]) -> str:
        """Return a file's present text."""
        return texts.get(file, self.first.get(file, ""))

    def problems(self, texts: Mapping[str, str]) -> list[Problem] | None:
        """Compile the sources that failed with these texts."""
        key = hash(tuple(sorted(texts.items())))
        if key not in self._said:
            self.copy.put({path: self.sources[path].bytes_of(text) for path, text in texts.items()})
            found: dict[str, Problem] = {}
            failed = False
            for line in self.lines:
                ran, said = self._compile(line, texts)
                failed = failed or (ran and not said)
                found.update({f"{one.key}{one.line}:{one.column}": one for one in said})
            self._said[key] = None if failed and not found else list(found.values())
        now = self._said[key]
        self.sites = {}
        for problem in now or ():
            name = c_names.unknown(problem) if isinstance(problem, Said) else ""
            self.sites[name] = self.sites.get(name, 0) + 1
        return now

    def _compile(self, line: Compile, texts: Mapping[str, str]) -> tuple[bool, Sequence[Problem]]:
        cwd = os.path.join(self.copy.root, line.cwd)
        program = self.case.program(line.compiler)
        files = [os.path.join(self.copy.root, source) for source in line.sources]
        quiet = [
            "-fsyntax-only",
            "-fdiagnostics-parseable-fixits",
            "-fno-diagnostics-show-caret",
            "-fdiagnostics-color=never",
            "-ftabstop=1",
        ]
        flags = [self.copy.here(flag) for flag in line.flags]
        more = [] if "-Werror" in flags or not texts else _DOUBTFUL
        ran = self.copy.run([program, *flags, *quiet, *more, *files], cwd, timeout=30.0, LC_ALL="C")
        found = problems(ran.text, lambda file: self._place(file, cwd), self.also)
        if more and not found:
            doubts = problems(ran.text, lambda file: self._place(file, cwd), self.also, doubtful=True)
            found = [one for one in doubts if self._edited(one, texts)]
        return bool(ran.exit_code), [one for one in found if one.file]

    def _edited(self, problem: Problem, texts: Mapping[str, str]) -> bool:
        """Tell whether a problem lies on a line that was not there before."""
        rows = texts.get(problem.file, "").split("\n")
        row = rows[problem.line - 1] if 0 < problem.line <= len(rows) else ""
        return bool(row) and row not in self.first[problem.file].split("\n")

    def _place(self, file: str, cwd: str) -> str:
        path = self.copy.relative(file, cwd)
        return path if path in self.first else ""

    def candidates(self, problem: Problem, texts: Mapping[str, str]) -> Iterator[Candidate]:
        """Yield what may heal a problem."""
        if not isinstance(problem, Said):
            return
        text = self.text(problem.file, texts)
        place = _offset(text, problem.line, problem.column)
        now = {**self.first, **texts}
        if place is None:
            return
        fixes = self._fixes(problem, texts)
        yield from self._decided([one for one in fixes if one.rank[0] == NEAR], problem, now)
        yield from (one for one in fixes if one.rank[0] != NEAR)
        yield from c_names.headers(problem, text, now)
        yield from c_names.missing_header(problem, text, now)
        yield from c_names.qualified(problem, text, place)
        yield from (
            c_names.usual(problem, text, now)
            if problem.phase < TYPES or re.search("type|storage size", problem.message)
            else ()
        )
        yield from c_names.tagged(problem, place, now)
        yield from c_names.member(problem, text, place)
        yield from c_names.conflicting(problem, text, self.words)
        yield from c_lints.constness(problem, now)
        yield from c_lints.unterminated(problem, text)
        yield from c_lints.unused(problem, text) if problem.option == "unused-variable" else ()
        yield from self._decided(list(c_names.misspelt(problem, text, place, self.words)), problem, now)
        uneven = balance(tokens(brackets.without_directives(text), C))["{"]
        if _FEW.search(problem.message):
            yield from brackets.commas(problem.file, brackets.without_directives(text), C, problem.line)
        if problem.phase == SYNTAX or uneven:
            yield from self._syntax(problem, text, now)

    def _fixes(self, problem: Said, texts: Mapping[str, str]) -> list[Candidate]:
        """Return the compiler's fix-its: all of them, and each kind apart where notes have some of their own."""
        edits = []
        for file, line, column, last, end, new in problem.fixes:
            text = self.text(file, texts)
            start, stop = _offset(text, line, column), _offset(text, last, end)
            if not file or start is None or stop is None or not _harmless(text[start:stop], new):
                return []
            edits.append(Edit(file=file, start=start, end=stop, text=new))
        if not edits or problem.option in (
            "parentheses",
            "unused-variable",
            "unused-but-set-variable",
            "misleading-indentation",
        ):
            return []
        out = []
        for group in [edits] if len(edits) < 2 else [edits, *([one] for one in edits)]:
            first = group[0]
            old = self.text(first.file, texts)[first.start : first.end]
            where = f"{first.file}:{problem.line}"
            if len(group) == 1 and NAME.fullmatch(old) and NAME.fullmatch(first.text):
                rank: tuple[int, ...] = (NEAR, close(old, first.text) or 3, 0)
                sure = bool(close(old, first.text)) and not numbered(old, first.text)
                title = f"write `{first.text}` for `{old}` ({where})"
                out.append(Candidate(edits=group, title=title, rank=rank, sure=sure))
                continue
            what = " ".join(first.text.split())
            title = f"write `{what}` for `{old}` ({where})" if old.strip() else f"add `{what}` ({where})"
            certain = problem.phase == SYNTAX
            rank = (CERTAIN if certain else ADVISED, 0)
            out.append(Candidate(edits=group, title=title, rank=rank, risk="low" if certain else "medium"))
        return out

    def _decided(self, typos: list[Candidate], problem: Said, now: dict[str, str]) -> Iterator[Candidate]:
        """Yield close names as the evidence has it: the use is wrong, or the definition."""
        for typo in typos:
            edit = typo.edits[0]
            old = now.get(edit.file, "")[edit.start : edit.end]
            if problem.phase == SYNTAX or old not in self.words.names:
                yield typo
                continue
            where, definition = in_definition(old, edit.text, now, max(1, self.sites.get(old, 1)), self.words, c=True)
            if definition is not None:
                yield definition
            if where != "definition":
                yield typo if where == "use" else typo.replace(sure=False)

    def _syntax(self, problem: Said, text: str, now: dict[str, str]) -> Iterator[Candidate]:
        bare = brackets.without_directives(text)
        file, line, column = problem.file, problem.line, problem.column
        last = "at end of" in problem.message
        lines = [line, len(text.split("\n"))] if last else [line]
        if "terminating" in problem.message:
            yield from brackets.quotes(file, text, [line, line - 1])
            return
        yield from c_lints.type_end(problem, bare)
        yield from brackets.candidates(file, text, C, lines)
        said = _EXPECTED.search(problem.message)
        expected = [sign for sign in re.findall(r"'([^']+)'", said[1]) if sign in _SIGNS] if said else []
        if expected:
            expected.append(",")
        if expected or "expected" in problem.message:
            yield from brackets.separators(file, bare, C, line, column, list(dict.fromkeys([*expected, ";"])))
            yield from self._header_end(problem, text, now)

    def _header_end(self, problem: Said, text: str, now: dict[str, str]) -> Iterator[Candidate]:
        """Yield a `;` at the end of the header that is included just before the error."""
        above = text.split("\n")[: problem.line - 1]
        row = next(
            (row for row in reversed(above) if row.strip() and not row.lstrip().startswith(("//", "/*", "*"))), ""
        )
        found = re.match(r'\s*#\s*include\s*"([^"]+)"', row)
        for path, other in now.items():
            if found and path.endswith(found[1].lstrip("./")):
                body = re.sub(r"\s*(?:#endif[^\n]*)?\s*\Z", "", other)
                edit = Edit(file=path, start=len(body), end=len(body), text=";")
                title = f"add the missing `;` ({path}:{body.count(chr(10)) + 1})"
                yield Candidate(edits=[edit], title=title, rank=(ADVISED, 0), risk="low")


def _harmless(old: str, new: str) -> bool:
    """Tell whether a fix-it takes no code away and casts nothing."""
    return bool(new.strip() or not old.strip() or len(old) < 3) and not re.match(r"\([\w ]+\*?\)$", new)


def _offset(text: str, line: int, column: int) -> int | None:
    """Return where a line and a column in bytes stand in a text; None when the text has no such line."""
    rows = text.split("\n")
    if not 0 < line <= len(rows):
        return None
    row = rows[line - 1].encode("utf-8", "surrogateescape")
    return sum(len(r) + 1 for r in rows[: line - 1]) + len(row[: max(0, column - 1)].decode("utf-8", "ignore"))


def bench(case: Case, copy: Copy) -> CBench | None:
    """Return the bench for a failure, None when nothing says how its sources are compiled."""
    found = CBench(case, copy)
    return found if found.lines and all(case.program(line.compiler) for line in found.lines) else None
