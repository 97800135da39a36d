"""Java: a class that is not imported, a misspelt name, a sign or bracket that lacks, each compiled by javac in a copy."""

from __future__ import annotations

import itertools
import os
import re

from ...tables import table
from ..source import Source
from . import brackets
from .lexis import JAVA
from .search import EVIDENT, NAMES, NEAR, SYNTAX, TYPES, Candidate, Edit, Problem
from .spelling import Words, close, numbered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..case import Case
    from .copy import Copy

_ERROR = re.compile(r"^(?:\[ERROR\] )?(\S[^\n:]*\.java):(?:\d+: error: |\[\d+,\d+\] )", re.M)
_SAID = re.compile(r"^(?P<file>\S[^\n:]*\.java):(?P<line>\d+): error: (?P<said>.*)$")
_SYMBOL = re.compile(r"symbol:\s+(class|variable|method|constructor|package|static)\s+([\w.]+)")
_EXPECTED = re.compile(r"'([^'\s]{1,2})'")
KEYWORDS = (
    "public", "private", "protected", "static", "final", "class", "interface", "enum", "record", "void", "return", "import",
    "package", "extends", "implements", "throws", "throw", "new", "int", "long", "double", "float", "boolean", "char", "byte",
    "short", "while", "for", "switch", "case", "break", "continue", "default", "else", "try", "catch", "finally", "instanceof",
    "super", "this", "null", "true", "false", "abstract", "synchronized", "volatile", "transient", "String", "System", "Integer",
    "Object", "println", "print", "length", "Override", "StringBuilder", "Exception", "RuntimeException", "Math", "equals",
)  # fmt: skip


def relevant(case: Case) -> bool:
    """Tell whether javac refused code, by itself or under Maven."""
    return ".java:" in case.output and bool(_ERROR.search(case.output))


class JavaBench:
    """The Java files in a copy, and one javac for them."""

    def __init__(self, case: Case, copy: Copy) -> None:
        """Take in the project's Java files; the ones to compile are those beside the failed ones."""
        self.case, self.copy = case, copy
        self.sources: dict[str, Source] = {}
        for path in case.files(".java"):
            source = case.source(path)
            if source is not None:
                self.sources[path] = source
        self.first = {path: source.text for path, source in self.sources.items()}
        self.words = Words(self.first.values())
        self.program = case.program("javac")
        self.files, self.options = self._compiled()
        self._said: dict[int, list[Problem] | None] = {}

    def _compiled(self) -> tuple[list[str], list[str]]:
        """Return the files and options of the failed javac, else all files of the source folder that failed."""
        words = [os.path.basename(word) for word in self.case.argv]
        options: list[str] = []
        if "javac" in words:
            rest = iter(self.case.argv[words.index("javac") + 1 :])
            for word in rest:
                if word in (
                    "-cp",
                    "-classpath",
                    "--class-path",
                    "-sourcepath",
                    "--release",
                    "-source",
                    "-target",
                    "-encoding",
                ):
                    options += [word, next(rest, "")]
                elif word.startswith(("-Xlint", "-Werror", "--enable-preview")):
                    options.append(word)
        failed = {path for file in _ERROR.findall(self.case.output) if (path := self.case.resolve(file))}
        roots = {self._root(path) for path in failed}
        if any("/test/" in f"/{root}" for root in roots):
            roots |= {root.replace("test/", "main/") for root in roots}
        files = [path for path in self.first if self._root(path) in roots]
        return files[:400] or sorted(failed), options

    def _root(self, path: str) -> str:
        """Return the folder that a file's package begins in."""
        package = re.search(r"^\s*package\s+([\w.]+)\s*;", self.first.get(path, ""), re.M)
        folder = os.path.dirname(path)
        inside = package[1].replace(".", "/") if package else ""
        return folder.removesuffix(inside).rstrip("/") if inside and folder.endswith(inside) else folder

    def text(self, file: str, texts: Mapping[str, str]) -> str:
        """Return a file's present text."""
        return texts.get(file, self.first.get(file, ""))

    def problems(self, texts: Mapping[str, str]) -> list[Problem] | None:
        """Compile all files with these texts."""
        key = hash(tuple(sorted(texts.items())))
        if key not in self._said:
            self.copy.put({path: self.sources[path].bytes_of(text) for path, text in texts.items()})
            cwd = self.copy.here(self.case.cwd)
            files = [os.path.join(self.copy.root, path) for path in self.files]
            argv = [
                self.program,
                "-proc:none",
                "-Xmaxerrs",
                "50",
                "-d",
                self.copy.folder("classes"),
                *self.options,
                *files,
            ]
            ran = self.copy.run(argv, cwd, timeout=60.0, LC_ALL="C.UTF-8")
            found = self._read(ran.text, cwd)
            self._said[key] = None if ran.exit_code and not found else found
        return self._said[key]

    def _read(self, text: str, cwd: str) -> list[Problem]:
        out: list[Problem] = []
        rows = text.split("\n")
        for number, row in enumerate(rows):
            said = _SAID.match(row)
            file = self.copy.relative(said["file"], cwd) if said else ""
            if not said or file not in self.first:
                continue
            below = list(itertools.takewhile(lambda line: not _SAID.match(line), rows[number + 1 : number + 7]))
            caret = next((line.index("^") for line in below if line.strip() == "^"), 0)
            details = "\n".join(line for line in below if line.lstrip().startswith(("symbol:", "location:")))
            symbol = _SYMBOL.search(details)
            phase = (
                SYNTAX
                if re.search(r"expected|unclosed|illegal start|not a statement|end of file|without", said["said"])
                else TYPES
            )
            phase = NAMES if symbol or "does not exist" in said["said"] else phase
            out.append(
                Problem(
                    file=file, line=int(said["line"]), column=caret + 1, message=said["said"], code=symbol[0] if symbol else "",
                    phase=phase, data=(symbol[1], symbol[2]) if symbol else None,
                )
            )  # fmt: skip
        return out

    def candidates(self, problem: Problem, texts: Mapping[str, str]) -> Iterator[Candidate]:
        """Yield what may heal a problem."""
        text = self.text(problem.file, texts)
        rows = text.split("\n")
        if not 0 < problem.line <= len(rows):
            return
        place = sum(len(row) + 1 for row in rows[: problem.line - 1]) + problem.column - 1
        if problem.data is not None:
            kind, name = problem.data
            if kind in ("class", "variable") and name[:1].isupper():
                yield from self._imports(problem, text, name)
            yield from self._near(problem, text, place, name)
        elif problem.message.startswith("invalid method declaration"):
            yield from self._constructor(problem, text, place)
        elif named := re.match(
            r"(?:class|interface|enum|record) (\w+) is public, should be declared in a file", problem.message
        ):
            at = text.find(named[1], max(0, place - problem.column))
            file = os.path.basename(problem.file).removesuffix(".java")
            yield from self._written(problem, at, named[1], [(close(named[1], file), file)]) if at >= 0 else ()
        elif problem.phase == NAMES:
            missing = re.search(r"package ([\w.]+) does not exist", problem.message)
            yield from self._package(problem, text, missing[1]) if missing else ()
        if problem.phase == SYNTAX:
            lines = [problem.line, len(rows)] if "end of file" in problem.message else [problem.line]
            if "string literal" in problem.message:
                yield from brackets.quotes(problem.file, text, [problem.line])
                return
            yield from brackets.candidates(problem.file, text, JAVA, lines)
            expected = [*_EXPECTED.findall(problem.message), ";", ","]
            yield from brackets.separators(
                problem.file, text, JAVA, problem.line, problem.column, list(dict.fromkeys(expected))
            )
            for word in re.finditer(r"[A-Za-z_]\w*", rows[problem.line - 1]):
                start = place - problem.column + 1 + word.start()
                yield from self._written(problem, start, word[0], [(close(word[0], k), k) for k in KEYWORDS])

    def _near(self, problem: Problem, text: str, place: int, name: str) -> Iterator[Candidate]:
        if "/test/" in f"/{problem.file}" and not text[text.rfind("\n", 0, place) + 1 :].startswith("import"):
            return
        simple = name.rpartition(".")[2]
        start = text.find(simple, place)
        known = [word for words in table("java-imports").values() for word in words.split()]
        known += [word for words in table("java-names").get("methods", ()) for word in words.split()]
        near = [*self.words.near(simple), *((close(simple, word), word) for word in (*KEYWORDS, *known))]
        if 0 <= start < place + 200:
            yield from self._written(problem, start, simple, near)

    def _constructor(self, problem: Problem, text: str, place: int) -> Iterator[Candidate]:
        """Yield one name for a class and its constructor: the file's, where they differ by a slip."""
        name = re.match(r"\w+", text[place:])
        file = os.path.basename(problem.file).removesuffix(".java")
        for found in re.finditer(r"\b(?:class|enum|record) (\w+)", text) if name else ():
            if name and name[0] == file:
                yield from self._written(problem, found.start(1), found[1], [(close(found[1], file), file)])
            elif name and found[1] == file:
                yield from self._written(problem, place, name[0], [(close(name[0], file), file)])

    def _written(self, problem: Problem, start: int, old: str, near: Sequence[tuple[int, str]]) -> Iterator[Candidate]:
        for steps, other in sorted(pair for pair in dict.fromkeys(near) if pair[0])[:10]:
            edit = Edit(file=problem.file, start=start, end=start + len(old), text=other)
            title = f"write `{other}` for `{old}` ({problem.file}:{problem.line})"
            yield Candidate(edits=[edit], title=title, rank=(NEAR, steps, 1), sure=not numbered(old, other))

    def _imports(self, problem: Problem, text: str, name: str) -> Iterator[Candidate]:
        """Yield the import of a class: as the project's other files have it, the project's own, then the JDK's."""
        used: dict[str, int] = {}
        for other in self.first.values():
            for path in re.findall(rf"^import\s+([\w.]+\.{re.escape(name)})\s*;", other, re.M):
                used[path] = used.get(path, 0) + 1
        for path, other in self.first.items():
            package = re.search(r"^\s*package\s+([\w.]+)\s*;", other, re.M)
            if package and os.path.basename(path) == f"{name}.java":
                used[f"{package[1]}.{name}"] = used.get(f"{package[1]}.{name}", 0) + 1
        for package_name, words in table("java-imports").items():
            if name in words.split():
                used.setdefault(f"{package_name}.{name}", 0)
        lines = list(re.finditer(r"^import [^\n]*;[^\n]*\n", text, re.M))
        package = re.search(r"^\s*package [^\n]*\n", text, re.M)
        for path, count in used.items():
            after = [line for line in lines if line[0] < f"import {path};"]
            place = after[-1].end() if after else lines[0].start() if lines else package.end() if package else 0
            new = f"import {path};\n" if lines else f"\nimport {path};\n" if package else f"import {path};\n\n"
            edit = Edit(file=problem.file, start=place, end=place, text=new)
            title = f"import `{path}` ({problem.file}:{text.count(chr(10), 0, place) + 1})"
            yield Candidate(edits=[edit], title=title, rank=(EVIDENT, -count), risk="low")

    def _package(self, problem: Problem, text: str, missing: str) -> Iterator[Candidate]:
        """Yield the close package of the project or of the JDK."""
        known = {
            found for other in self.first.values() for found in re.findall(r"^\s*package\s+([\w.]+)\s*;", other, re.M)
        }
        known.update(table("java-imports"))
        start = sum(len(row) + 1 for row in text.split("\n")[: problem.line - 1])
        at = text.find(missing, start)
        if missing[:1].isupper():  # a class whose member is named
            known = {word for words in table("java-imports").values() for word in words.split()}
            known |= {name for name in self.words.names if name[:1].isupper()}
        for other in sorted(known):
            if at >= 0 and close(missing, other):
                edit = Edit(file=problem.file, start=at, end=at + len(missing), text=other)
                title = f"write `{other}` for `{missing}` ({problem.file}:{problem.line})"
                yield Candidate(edits=[edit], title=title, rank=(NEAR, close(missing, other)))


def bench(case: Case, copy: Copy) -> JavaBench | None:
    """Return the bench for a failure, None without javac."""
    found = JavaBench(case, copy)
    return found if found.program and found.files else None
