"""pytest does not know a fixture, while one of a close name is defined: put right whichever spelling stands alone."""

from __future__ import annotations

import ast
import os
import re

from ...records import Change
from ..proposal import alternatives, edit
from . import near, undecorated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..proposal import Proposal
    from ..source import Source
    from .shelf import Shelf

_FIXTURE = re.compile(
    r"file (?P<file>[^\n]+?), line (?P<line>\d+)\n(?:[^\n]*\n){0,60}?"
    r"[E ]+fixture '(?P<name>\w+)' not found\n>? +available fixtures: (?P<options>[^\n]+)"
)
_MOST = 8


def propose(shelf: Shelf) -> Iterator[Proposal]:
    """Yield the edits for each missing fixture."""
    for number, found in enumerate(_FIXTURE.finditer(shelf.output)):
        if number < _MOST:
            yield from _fixture(shelf, found["file"], int(found["line"]), found["name"], found["options"].split(", "))


def _fixture(shelf: Shelf, file: str, line: int, name: str, options: list[str]) -> Iterator[Proposal]:
    meant = near.closest(name, [option.strip() for option in options if not option.startswith("_")])
    test = shelf.case.resolve(file)
    source = shelf.case.source(test) if test else None
    if source is None:
        return
    lost = list(undecorated.propose(shelf, source, name))
    if lost:
        yield from lost
        return
    if not meant:
        yield from _misnamed(shelf, name)
        return
    definitions = list(_definitions(shelf, meant))
    if len(definitions) > 1:
        return
    usage = _usage(source, line, name, meant)
    definition = _definition(*definitions[0], name, meant) if definitions else None
    wrong = name if definition is None else _odd(shelf, definitions[0][0], source, name, meant)
    fixes = [fix for fix, word in ((usage, name), (definition, meant)) if fix is not None and wrong in ("", word)]
    yield from alternatives(fixes)


def _usage(source: Source, line: int, name: str, meant: str) -> Proposal | None:
    text = _parameter(source, line, name, meant)
    title = f"use the fixture `{meant}` instead of `{name}` ({source.path}:{line})"
    return edit("manifest", title, [source.change(text)], risk="medium") if text else None


def _definition(source: Source, line: int, name: str, meant: str) -> Proposal:
    new = re.sub(rf"\b{re.escape(meant)}\b", name, source.lines[line - 1], count=1)
    title = f"name the fixture `{name}` instead of `{meant}` ({source.path}:{line})"
    return edit("manifest", title, [source.change(source.with_line(line, new))], risk="medium")


def _misnamed(shelf: Shelf, name: str) -> Iterator[Proposal]:
    """Yield the move of a file that defines the fixture and whose name is nearly `conftest.py`, where there is none."""
    for source, _ in _definitions(shelf, name):
        folder, base = os.path.split(source.path)
        proper = os.path.join(folder, "conftest.py")
        if base != "conftest.py" and near.closest(base, ["conftest.py"]) and not shelf.case.exists(proper):
            changes = [
                Change(path=proper, before=None, after=source.data),
                Change(path=source.path, before=source.data, after=None),
            ]
            yield edit("manifest", f"name {source.path} conftest.py, as pytest looks for it", changes, risk="medium")


def _definitions(shelf: Shelf, name: str) -> Iterator[tuple[Source, int]]:
    """Yield where the project defines a fixture of a name: the file, the line of its `def`."""
    for path in shelf.all_files:
        if not path.endswith(".py"):
            continue
        data = shelf.case.read(path)
        if data is None or name.encode() not in data or b"fixture" not in data:
            continue
        source = shelf.case.source(path)
        for node in functions_of(source):
            if (
                node.name == name
                and any("fixture" in ast.unparse(one) for one in node.decorator_list)
                and source is not None
            ):
                yield source, node.lineno


def functions_of(source: Source | None) -> Iterable[ast.FunctionDef | ast.AsyncFunctionDef]:
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
            for node in functions_of(source)
            if min([node.lineno, *(one.lineno for one in node.decorator_list)])
            <= line
            <= node.lineno + len(node.args.args) + 1
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


def _odd(shelf: Shelf, definition: Source, test: Source, name: str, meant: str) -> str:
    """Return which of two spellings of a fixture is the slip, empty when nobody can tell.

    What two functions ask for by name is right. Else the last commit tells: the file that held its spelling then is as it was.
    """
    asked = {name: 0, meant: 0}
    for path in shelf.all_files:
        data = shelf.case.read(path) if path.endswith(".py") else None
        if data and (name.encode() in data or meant.encode() in data):
            for node in functions_of(shelf.case.source(path)):
                for argument in [*node.args.args, *node.args.kwonlyargs]:
                    if argument.arg in asked:
                        asked[argument.arg] += 1
    if asked[meant] >= 1 and asked[name] <= 1:
        return name
    if asked[name] >= 2 and not asked[meant]:
        return meant
    body = _names_in_bodies(test, name)
    if meant in body and name not in body:
        return name
    return unheard(shelf, name, meant) or since_commit(shelf, definition.path, test.path, name, meant)


def unheard(shelf: Shelf, name: str, meant: str) -> str:
    """Return which of two words is no word of this project: no longer name holds it, no text speaks of it, but both do of the other."""
    counts = dict.fromkeys((name, meant), 0)
    for path in shelf.all_files:
        if not path.endswith((".py", ".md", ".rst", ".txt")):
            continue
        text = (shelf.case.read(path) or b"").decode("utf-8", "replace").lower()
        for word in counts:
            # In code a part of a longer name counts (`slow` of `test_slow`): the word alone is the one in question.
            alone = r"[a-z0-9]" if not path.endswith(".py") else r"[a-z0-9_]"
            whole = len(re.findall(rf"(?<!{alone}){re.escape(word)}(?!{alone})", text)) if path.endswith(".py") else 0
            counts[word] += (
                len(re.findall(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text)) - whole if word in text else 0
            )
    if bool(counts[name]) == bool(counts[meant]):
        return ""
    return meant if counts[name] else name


def _names_in_bodies(source: Source, parameter: str) -> set[str]:
    """Return the names that the bodies of the functions with a parameter use."""
    found: set[str] = set()
    for node in functions_of(source):
        if any(argument.arg == parameter for argument in node.args.args):
            found.update(one.id for one in ast.walk(node) if isinstance(one, ast.Name))
    return found


def since_commit(shelf: Shelf, definition: str, test: str, name: str, meant: str) -> str:
    """Return the spelling that came after the last commit, of the two files that spell a name differently."""
    git = shelf.case.program("git") if shelf.case.exists(".git") else ""
    if not git:
        return ""
    texts = []
    for path in (definition, test):
        ran = shelf.case.check(
            [git, "show", f"HEAD:./{os.path.relpath(os.path.join(shelf.case.root, path), shelf.case.cwd)}"]
        )
        if ran.exit_code:
            return ""
        texts.append(ran.stdout.decode("utf-8", "replace"))
    defined, used = (
        re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None
        for word, text in zip((meant, name), texts, strict=True)
    )
    if defined and not used:
        return name
    return meant if used and not defined else ""
