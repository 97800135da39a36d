"""Places in source text, and small slips of the hand, for the operators."""

from __future__ import annotations

import ast
import builtins
import keyword
import random
import re
from collections.abc import Iterator

from .package import Package

PYTEST = ("python", "-m", "pytest", "-q")


def replaced(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


class Lines:
    """Offsets of a Python file's lines; `ast` counts columns in bytes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.splitlines(keepends=True)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))

    def at(self, line: int, column: int) -> int:
        """Return the offset of a place of `ast`: line from 1, column in bytes from 0."""
        head = self.lines[line - 1].encode("utf-8", "surrogateescape")[:column]
        return self.starts[line - 1] + len(head.decode("utf-8", "surrogateescape"))

    def span(self, node: ast.AST) -> tuple[int, int]:
        return self.at(node.lineno, node.col_offset), self.at(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]


def misspelt(rng: random.Random, word: str, taken: set[str] | frozenset[str] = frozenset()) -> str:
    """Return a word with one slip in it: a letter lost, doubled, or changed places with the next; empty when it is too short."""
    if len(word) < 5:
        return ""
    for _ in range(20):
        place = rng.randrange(1, len(word) - 1)
        slip = rng.choice(("lose", "double", "swap"))
        new = {
            "lose": word[:place] + word[place + 1 :],
            "double": word[:place] + word[place] + word[place:],
            "swap": word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        }[slip]
        if (
            new != word
            and new not in taken
            and new.isidentifier()
            and not keyword.iskeyword(new)
            and not hasattr(builtins, new)
        ):
            return new
    return ""


def names_in(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z_]\w*", text))


def run_tests(package: Package, path: str, line: int, rng: random.Random) -> list[str]:
    """Return a command that runs a line: one of the quickest test files that do, or nothing when none does."""
    found = package.tests_for(path, line)[:3]
    return [*PYTEST, rng.choice(found)] if found else []


def runs_it(package: Package, path: str, line: int, rng: random.Random) -> list[str]:
    """Return a command that at least imports a module: its tests, or an import of it."""
    by_test = run_tests(package, path, line, rng)
    by_import = ["python", "-c", f"import {package.module_name(path)}"]
    return rng.choice((by_test, by_import)) if by_test else by_import


def imports_of(package: Package, path: str) -> Iterator[ast.ImportFrom | ast.Import]:
    """Yield the imports at the top level of a module, outside `if` and `try`."""
    for node in package.parsed(path).body:
        if isinstance(node, (ast.Import, ast.ImportFrom)) and not (
            isinstance(node, ast.ImportFrom) and node.module == "__future__"
        ):
            yield node


def defined_in(package: Package, path: str) -> set[str]:
    """Return the names that a module defines at its top level, imports left out."""
    found: set[str] = set()
    for node in package.parsed(path).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return found


def target_of(package: Package, path: str, node: ast.ImportFrom) -> str:
    """Return the project's file that an import names; empty when it is none of the project's."""
    name = package.module_name(path)
    parts = name.split(".") if path.endswith("__init__.py") else name.split(".")[:-1]
    parts = parts[: len(parts) - node.level + 1] if node.level else []
    full = ".".join([*parts, *((node.module or "").split(".") if node.module else [])])
    for candidate in package.modules():
        if package.module_name(candidate) == full:
            return candidate
    return ""
