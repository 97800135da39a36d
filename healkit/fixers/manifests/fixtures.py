"""pytest does not know a fixture or marker, while one of a close name is defined: put right whichever spelling stands alone."""

from __future__ import annotations

import ast
import re

from ..proposal import alternatives, edit
from . import near

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..proposal import Proposal
    from ..source import Source
    from .shelf import Shelf

_FIXTURE = re.compile(
    r"file (?P<file>[^\n]+?), line (?P<line>\d+)\n(?:[^\n]*\n){0,60}?[E ]+fixture '(?P<name>\w+)' not found\n>? +available fixtures: (?P<options>[^\n]+)"
)
_MARKER = re.compile(r"'(?P<name>\w+)' not found in `markers` configuration option|Unknown pytest\.mark\.(?P<other>\w+)")
_SETTINGS = ["pyproject.toml", "pytest.ini", "tox.ini", "setup.cfg", ".pytest.ini"]
_MOST = 8


def propose(shelf: Shelf) -> Iterator[Proposal]:
    """Yield the edits for each missing fixture and marker."""
    for number, found in enumerate(_FIXTURE.finditer(shelf.output)):
        if number < _MOST:
            yield from _fixture(shelf, found["file"], int(found["line"]), found["name"], found["options"].split(", "))
    names = dict.fromkeys(found["name"] or found["other"] for found in _MARKER.finditer(shelf.output))
    for name in list(names)[:_MOST]:
        yield from _marker(shelf, name)


def _fixture(shelf: Shelf, file: str, line: int, name: str, options: list[str]) -> Iterator[Proposal]:
    meant = near.closest(name, [option.strip() for option in options if not option.startswith("_")])
    test = shelf.case.resolve(file)
    source = shelf.case.source(test) if meant and test else None
    definitions = list(_definitions(shelf, meant)) if source is not None else []
    if source is None or len(definitions) > 1:
        return
    fixes = []
    text = _parameter(source, line, name, meant)
    defined_by, defined_at = definitions[0] if definitions else (None, 0)
    usage = edit("manifest", f"use the fixture `{meant}` instead of `{name}` ({test}:{line})", [source.change(text)]) if text else None
    definition = None
    if defined_by is not None:
        lines = defined_by.lines
        new = re.sub(rf"\b{re.escape(meant)}\b", name, lines[defined_at - 1], count=1)
        title = f"name the fixture `{name}` instead of `{meant}` ({defined_by.path}:{defined_at})"
        definition = edit("manifest", title, [defined_by.change(defined_by.with_line(defined_at, new))], risk="medium")
    wrong = _odd(shelf, name, meant)
    if wrong in ("", name) and usage is not None:
        fixes.append(usage)
    if wrong in ("", meant) and definition is not None:
        fixes.append(definition)
    yield from alternatives(fixes)


def _definitions(shelf: Shelf, name: str) -> Iterator[tuple[Source, int]]:
    """Yield where the project defines a fixture of a name: the file, the line of its `def`."""
    for path in shelf.all_files:
        if not path.endswith(".py"):
            continue
        data = shelf.case.read(path)
        if data is None or name.encode() not in data or b"fixture" not in data:
            continue
        source = shelf.case.source(path)
        for node in _functions(source):
            if node.name == name and any("fixture" in ast.unparse(one) for one in node.decorator_list) and source is not None:
                yield source, node.lineno


def _functions(source: Source | None) -> Iterable[ast.FunctionDef | ast.AsyncFunctionDef]:
    try:
        tree = ast.parse(source.text) if source is not None else ast.Module([], [])
    except (ValueError, SyntaxError, RecursionError):
        return []
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def _parameter(source: Source, line: int, name: str, meant: str) -> str:
    """Return the text with a test's parameter renamed, and its uses in the body where they have the wrong name too."""
    node = next(
        (
            node
            for node in _functions(source)
            if min([node.lineno, *(one.lineno for one in node.decorator_list)]) <= line <= node.lineno + len(node.args.args) + 1
            and any(argument.arg == name for argument in [*node.args.args, *node.args.kwonlyargs])
        ),
        None,
    )
    if node is None or any(argument.arg == meant for argument in node.args.args):
        return ""
    lines = source.lines
    word = re.compile(rf"(?<![\w.'\"]){re.escape(name)}(?![\w'\"])")
    spots = [argument for argument in [*node.args.args, *node.args.kwonlyargs] if argument.arg == name]
    uses = [one for one in ast.walk(node) if isinstance(one, ast.Name) and one.id == name]
    for number in {*(spot.lineno for spot in spots), *(use.lineno for use in uses)}:
        lines[number - 1] = word.sub(meant, lines[number - 1])
    return "\n".join(lines)


def _odd(shelf: Shelf, name: str, meant: str) -> str:
    """Return which of two spellings is the slip: the one that stands nowhere else while the other does; empty when unclear.

    A fixture that tests use elsewhere is right; a name that the test's own body or other tests use is right, too.
    """
    counts = {name: 0, meant: 0}
    for path in shelf.all_files:
        if path.endswith((".py", ".toml", ".ini", ".cfg", ".md", ".rst", ".txt")):
            text = (shelf.case.read(path) or b"").decode("utf-8", "replace")
            for word in counts:
                counts[word] += len(re.findall(rf"(?<![a-zA-Z0-9]){re.escape(word)}(?![a-zA-Z0-9])", text)) if word in text else 0
    if counts[meant] > 1 >= counts[name] or (counts[meant] > 2 * counts[name]):
        return name
    return meant if counts[meant] <= 1 < counts[name] else ""


def _marker(shelf: Shelf, name: str) -> Iterator[Proposal]:
    registered: dict[str, str] = {}
    for document in shelf.documents(_SETTINGS):
        for at, value in document.strings() if document.kind != "text" else ():
            if at and at[-1] == "markers":
                for line in value.split("\n"):
                    word = re.match(r"\s*(\w+)", line)
                    if word:
                        registered[word[1]] = document.path
    meant = near.closest(name, registered)
    if not meant:
        return
    wrong = _odd(shelf, name, meant)
    fixes = [*(_used(shelf, name, meant) if wrong in ("", name) else ())]
    document = shelf.document(registered[meant])
    if wrong in ("", meant) and document is not None:
        for at, value in document.strings():
            found = re.search(rf"(?m)^\s*{re.escape(meant)}\b", value)
            if at and at[-1] == "markers" and found:
                after = value[: found.end() - len(meant)] + name + value[found.end() :]
                text = document.revalued(at, value, after, meant, name)
                if text:
                    title = f"register the marker `{name}` instead of `{meant}` in {document.path}"
                    fixes.append(edit("manifest", title, [document.source.change(text)], risk="medium"))
    yield from alternatives(fixes)


def _used(shelf: Shelf, name: str, meant: str) -> Iterator[Proposal]:
    """Yield the edit that uses the registered marker wherever the unknown one stands."""
    changes = []
    word = re.compile(rf"\bmark\.{re.escape(name)}\b")
    for path in shelf.all_files:
        if path.endswith(".py") and f"mark.{name}".encode() in (shelf.case.read(path) or b""):
            source = shelf.case.source(path)
            if source is not None:
                changes.append(source.change(word.sub(f"mark.{meant}", source.text)))
    if changes:
        places = ", ".join(change.path for change in changes)
        yield edit("manifest", f"use the registered marker `{meant}` instead of `{name}` in {places}", changes, risk="medium")
