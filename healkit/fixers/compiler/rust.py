"""Rust: what rustc, cargo check and clippy refuse, healed by their own suggestions and by close names, each compiled."""

from __future__ import annotations

import os
import re

from ...nearness import distance
from ..source import Source
from . import brackets, rust_advice, rust_items, rust_names, rust_owners, rust_tests, rust_types
from .cargo import Asked, asked
from .copy import Copy
from .lexis import RUST, tokens
from .rust_messages import outermost, problems, suggestions
from .search import ADVISED, EVIDENT, LINTS, NEAR, SYNTAX, Candidate, Edit, Problem
from .spelling import NAME, Words, close, numbered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ..case import Case

_SAID = re.compile(r"^(?:error(?:\[E\d{4}\])?:|\S+\.rs:\d+:\d+: error)", re.M)
_EXPECTED = re.compile(r"expected (?:one of )?(.*?)(?:, found|$)")
_SIGN_LACKS = re.compile(r"expected|unexpected|missing|found|delimiter|unclosed|unterminated|invalid|unknown")
_LISTED = re.compile(r"`([^`]+)`")
SIGNS = frozenset((";", ",", ")", "]", "}", "{", "(", ":", "::", "=>", "->", "=", "==", ">", "<", "|"))


def relevant(case: Case) -> bool:
    """Tell whether Rust code was refused by its compiler."""
    return ".rs" in case.output and bool(_SAID.search(case.output))


class RustBench:
    """The crate in a copy, cargo or rustc that compiles it, and what may heal each of their errors."""

    def __init__(self, case: Case, copy: Copy, how: Asked) -> None:
        """Take in the project's Rust files; `how` is the command that compiles."""
        self.case, self.copy, self.how = case, copy, how
        self.sources: dict[str, Source] = {}
        for path in case.files(".rs", "Cargo.toml"):
            source = case.source(path)
            if source is not None:
                self.sources[path] = source
        self.first = {path: source.text for path, source in self.sources.items()}
        rust = [text for path, text in self.first.items() if path.endswith(".rs")]
        self.words = Words(rust)
        self.imports = rust_advice.imports_of(rust)
        self.casts = rust_types.casts_of(rust)
        self.sites: dict[str, int] = {}
        self.latest: list[Problem] = []
        self.doubts: set[tuple[str, str, str]] = set()
        self.seconds = 120.0
        self._said: dict[int, list[Problem] | None] = {}
        self.cwd = os.path.join(copy.root, how.cwd)
        self.workspace = self._workspace()
        self.program = case.program(how.tool)

    def _workspace(self) -> str:
        """Return the folder that cargo prints paths from: the nearest manifest above with `[workspace]`, else the nearest."""
        folder, nearest = self.cwd, ""
        if self.how.tool == "rustc":
            return folder
        while folder.startswith(self.copy.root):
            manifest = os.path.relpath(os.path.join(folder, "Cargo.toml"), self.copy.root)
            text = self.first.get(manifest)
            if text is not None:
                nearest = nearest or folder
                if re.search(r"^\[workspace", text, re.M):
                    return folder
            folder = os.path.dirname(folder)
        return nearest or self.cwd

    def text(self, file: str, texts: Mapping[str, str]) -> str:
        """Return a file's present text."""
        return texts.get(file, self.first.get(file, ""))

    def texts(self, texts: Mapping[str, str]) -> dict[str, str]:
        """Return every Rust file's present text."""
        return {path: text for path, text in {**self.first, **texts}.items() if path.endswith(".rs")}

    def place(self, file: str) -> str:
        """Return a path that the compiler printed, relative to the root; empty when it is no file of the project."""
        path = self.copy.relative(file, self.workspace) if file else ""
        return path if path in self.first else ""

    def problems(self, texts: Mapping[str, str]) -> list[Problem] | None:
        """Compile with these texts; None when it failed for another reason than the code."""
        key = hash(tuple(sorted(texts.items())))
        if key not in self._said:
            self._said[key] = self._compile(texts)
        found = self._said[key]
        if found is not None:
            self.sites, self.latest = {}, found
            for problem in found:
                for name in set(rust_names.quoted(problem)):
                    self.sites[name] = self.sites.get(name, 0) + 1
        return found

    def _compile(self, texts: Mapping[str, str]) -> list[Problem] | None:
        self.copy.put({path: self.sources[path].bytes_of(text) for path, text in texts.items()})
        if self.how.tool == "rustc":
            argv = [
                self.program,
                "--error-format=json",
                "--emit=metadata",
                "--out-dir",
                self.copy.folder("out"),
                *self.how.argv,
            ]
        else:
            number = next((n for n, word in enumerate(self.how.argv) if not word.startswith("+")), 0) + 1
            words = [self.copy.here(word) for word in self.how.argv]
            argv = [self.program, *words[:number], "--message-format=json", "--offline", *words[number:]]
        environ = {**self.how.environ, "CARGO_TARGET_DIR": self.copy.folder("target"), "CARGO_TERM_COLOR": "never"}
        ran = self.copy.run(argv, self.cwd, timeout=self.seconds, **environ)
        said = ran.stdout + b"\n" + ran.stderr if self.how.tool == "rustc" else ran.stdout
        found = problems(said, self.place)
        if ran.exit_code and not found:
            return None
        doubts = problems(said, self.place, doubtful=True)
        if not texts:
            self.doubts = {one.key for one in doubts}
        return [*found, *(one for one in doubts if one.key not in self.doubts and self._edited(one, texts))]

    def _edited(self, problem: Problem, texts: Mapping[str, str]) -> bool:
        """Tell whether a problem lies on a line that was not there before."""
        if problem.file not in texts:
            return False
        rows = texts[problem.file].split("\n")
        row = rows[problem.line - 1] if 0 < problem.line <= len(rows) else ""
        return row not in self.first[problem.file].split("\n")

    def candidates(self, problem: Problem, texts: Mapping[str, str]) -> Iterator[Candidate]:
        """Yield what may heal a problem, suggestions of the compiler first."""
        now = self.texts(texts)
        for candidate in self._all(problem, texts, now):
            if self._allowed(candidate, problem, texts):
                yield candidate

    def _all(self, problem: Problem, texts: Mapping[str, str], now: dict[str, str]) -> Iterator[Candidate]:
        yield from self._advised(problem, texts, now)
        yield from rust_items.modules(problem, now)
        yield from rust_items.visibility(problem, now, self.place)
        yield from rust_items.main_function(problem, now)
        yield from rust_owners.receivers(problem, now, self.place, _range)
        yield from self._edition(problem, texts)
        span = self._main(problem)
        if span is None:
            return
        text = now.get(problem.file, "")
        start, end = _range(text, span)
        typos = list(rust_names.misspelt(problem, problem.file, text, start, end, self.words))
        yield from self._decided([c for c in typos if c.edits], texts, now)
        yield from rust_names.listed(problem, text, _range, self.place)
        yield from rust_types.candidates(problem, text, start, end, self.casts)
        yield from rust_owners.candidates(problem, text, start, end)
        for other in problem.data["spans"]:
            fails = re.search(r"\b(?:Result|Option)<", str(other.get("label") or ""))
            if fails and not other.get("is_primary") and self.place(str(other["file_name"])) == problem.file:
                yield from rust_types.propagated(problem, _range(text, other)[1])
        if problem.phase == SYNTAX:
            yield from self._syntax(problem, text, start)

    def _main(self, problem: Problem) -> dict[str, Any] | None:
        spans = problem.data["spans"]
        main = next((span for span in spans if span.get("is_primary")), None)
        main = outermost(main, self.place) if main else None
        return main if main and self.place(str(main["file_name"])) == problem.file and problem.file else None

    def _advised(self, problem: Problem, texts: Mapping[str, str], now: dict[str, str]) -> Iterator[Candidate]:
        typos: list[Candidate] = []
        advice = [said for said, _ in suggestions(problem.data)]
        # a value thrown away, or a value that nobody announced: the callers know which, the function does not
        unclear = any("semicolon" in said for said in advice) and any("return type" in said for said in advice)
        whole = unclear and self._only_value(problem, now)
        for order, (said, spans) in enumerate(suggestions(problem.data)):
            edits, pairs = [], []
            for span in spans:
                file = self.place(str(span["file_name"]))
                if not file or span.get("suggestion_applicability") == "HasPlaceholders":
                    break
                text = self.text(file, texts)
                start, end = _range(text, span)
                new = (
                    str(span["suggested_replacement"])
                    .replace("core::prelude::v1::", "")
                    .replace("std::prelude::v1::", "")
                )
                pairs.append((text[start:end], new))
                edits.append(rust_advice.merged_derive(Edit(file=file, start=start, end=end, text=pairs[-1][1]), text))
            if len(edits) != len(spans):
                continue
            certain = all(span.get("suggestion_applicability") == "MachineApplicable" for span in spans)
            if rust_advice.refused(pairs, problem.code, certain):
                continue
            word = "MachineApplicable" if certain else ""
            rank, _ = rust_advice.rank_of(pairs, word, order, self.imports)
            if whole and "semicolon" in said:
                continue
            if unclear and re.search("semicolon|return type", said):
                rank = (ADVISED, 0, 0)
            where = f"{edits[0].file}:{spans[0]['line_start']}"
            candidate = rust_advice.candidate_of(edits, pairs, said, rank, where, problem.phase in (SYNTAX, LINTS))
            if len(pairs) == 1 and NAME.fullmatch(pairs[0][0]) and NAME.fullmatch(pairs[0][1]) and "similar" in said:
                old, new = pairs[0]
                candidate = candidate.replace(
                    title=f"write `{new}` for `{old}` ({where})",
                    rank=(NEAR, close(old, new) or 3, 0),
                    sure=_slip(old, new),
                )
                typos.append(candidate)
            else:
                guessed = "return type" in said and re.search(r"-> (?:i32|f64)\b", pairs[0][1])
                if guessed:
                    yield from rust_owners.announced(problem, self.latest, edits[0])
                if edits[0].file == problem.file:
                    yield from rust_owners.begun(problem, self.text(problem.file, texts), edits[0].start, pairs)
                disputed = self._disputed(problem)
                if disputed and problem.code == "E0053" and len(edits) == 1:
                    yield candidate.replace(rank=(EVIDENT, 1))
                    yield from self._contract(problem, now)
                    continue
                static = "'static" in said and "uncommon" in said
                yield candidate.replace(sure=candidate.sure and not guessed and not disputed and not static)
        yield from self._decided(typos, texts, now)

    def _disputed(self, problem: Problem) -> bool:
        """Tell whether a method and the project's own trait disagree: either may be the wrong one."""
        if problem.code not in ("E0053", "E0050", "E0185", "E0186", "E0195", "E0049"):
            return False
        notes = [span for child in problem.data.get("children", ()) for span in child.get("spans", ())]
        spans = [*notes, *(span for span in problem.data["spans"] if not span.get("is_primary"))]
        others = [span for span in spans if span.get("suggested_replacement") is None]
        return any(self.place(str(span["file_name"])) for span in others)

    def _only_value(self, problem: Problem, now: dict[str, str]) -> bool:
        """Tell whether a value is all that its function's body has: then it is what the function is for."""
        main = self._main(problem)
        above = now[problem.file][: _range(now[problem.file], main)[0]].rstrip() if main else ""
        return bool(re.search(r"\bfn [^{};]*\{$", above))

    def _contract(self, problem: Problem, now: dict[str, str]) -> Iterator[Candidate]:
        """Yield the trait's signature made what the method has: the other way out; a choice where both compile."""
        main = self._main(problem)
        spans = [span for child in problem.data.get("children", ()) for span in child.get("spans", ())]
        notes = [
            span for span in spans if span.get("suggested_replacement") is None and self.place(str(span["file_name"]))
        ]
        if main is None or len(notes) != 1:
            return
        file = self.place(str(notes[0]["file_name"]))
        start, end = _range(now[problem.file], main)
        first, last = _range(now[file], notes[0])
        edit = Edit(file=file, start=first, end=last, text=now[problem.file][start:end])
        title = f"declare `{edit.text}` in the trait ({file}:{notes[0]['line_start']})"
        yield Candidate(edits=[edit], title=title, rank=(EVIDENT, 1))

    def _decided(self, typos: list[Candidate], texts: Mapping[str, str], now: dict[str, str]) -> Iterator[Candidate]:
        found = []
        for candidate in typos:
            edit = candidate.edits[0]
            old = self.text(edit.file, texts)[edit.start : edit.end]
            found.append((old, edit.text, candidate))
        yield from rust_names.decided(found, now, self.sites, self.words)

    def _edition(self, problem: Problem, texts: Mapping[str, str]) -> Iterator[Candidate]:
        said = [problem.message, *(str(child.get("message")) for child in problem.data.get("children", ()))]
        if not any("edition" in text for text in said):
            return
        manifests = {path: self.text(path, texts) for path in self.first if path.endswith("Cargo.toml")}
        folder = os.path.dirname(problem.file)
        while True:
            manifest = os.path.join(folder, "Cargo.toml")
            if manifest in manifests or not folder:
                break
            folder = os.path.dirname(folder)
        if manifest in manifests:
            yield from rust_items.edition(manifest, manifests[manifest], manifests)

    def _syntax(self, problem: Problem, text: str, start: int) -> Iterator[Candidate]:
        spans = [span for span in problem.data["spans"] if self.place(str(span["file_name"])) == problem.file]
        lines = [problem.line, *(int(span[key]) for span in spans for key in ("line_start", "line_end"))]
        yield from brackets.candidates(problem.file, text, RUST, lines)
        long = [
            word.line
            for word in tokens(text, RUST)
            if word.kind == "text" and word.text[:1] == '"' and "\n" in word.text
        ]
        if long and (long[0] <= problem.line or problem.code == "E0765"):
            yield from brackets.quotes(problem.file, text, [*long[:3], *lines])
        yield from rust_names.slips(problem.file, text, start)
        if not _SIGN_LACKS.search(problem.message):
            return
        listed = _EXPECTED.search(problem.message)
        expected = [sign for sign in _LISTED.findall(listed[1]) if sign in SIGNS] if listed else []
        yield from brackets.separators(problem.file, text, RUST, problem.line, problem.column, expected)

    def _allowed(self, candidate: Candidate, problem: Problem, texts: Mapping[str, str]) -> bool:
        """Tell whether a candidate keeps out of tests, but for their imports, their syntax and named lint rules."""
        if problem.phase in (SYNTAX, LINTS):
            return True
        for edit in candidate.edits:
            text = self.text(edit.file, texts)
            if not rust_tests.in_test(edit.file, text, edit.start):
                continue
            line = text[text.rfind("\n", 0, edit.start) + 1 : (text + "\n").index("\n", edit.end)]
            if not re.match(r"\s*(?:pub )?(?:use|mod|extern crate)\b", line) and not re.match(r"\s*use ", edit.text):
                return False
        return True


def _slip(old: str, new: str) -> bool:
    """Tell whether one of two names that the compiler finds similar is a slip for the other."""
    return (bool(close(old, new)) or (min(len(old), len(new)) > 1 and distance(old, new) == 1)) and not numbered(
        old, new
    )


def _range(text: str, span: Mapping[str, Any]) -> tuple[int, int]:
    """Return a span as characters of a text; a span of a shorter text ends with it."""
    rows = text.split("\n")
    out = []
    for key in ("start", "end"):
        line, column = int(span[f"line_{key}"]), int(span[f"column_{key}"])
        out.append(min(len(text), sum(len(row) + 1 for row in rows[: line - 1]) + column - 1))
    return out[0], max(out)


def bench(case: Case, copy: Copy) -> RustBench | None:
    """Return the bench for a failure, None when its command cannot be asked again."""
    how = asked(case)
    found = RustBench(case, copy, how) if how is not None else None
    return found if found is not None and found.program else None
