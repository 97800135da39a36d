"""Python files one by one: what a module is, which are tests, bytes read with care, a tree, a built-in module's names."""

from __future__ import annotations

import ast
import importlib
import os
import re
import stat
import sys
import warnings

from ...records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_LIMIT = 2 << 20
_TESTS = re.compile(r"(?:^|/)(?:tests?|testing)/|(?:^|/)(?:test_[^/]*|[^/]*_tests?|conftest)\.py$")
_ASIDE = re.compile(
    r"(?:^|/)(?:docs?|examples?|benchmarks?|bench|scripts?|tools)/|(?:^|/)(?:setup|noxfile|tasks|fabfile)\.py$"
)
UNSAFE = frozenset(("antigravity", "this", "__main__", "idlelib", "turtle", "turtledemo", "test", "tkinter", "lib2to3"))


class Module(Record):
    """One module: its dotted name, its file (relative to the root when `own`, else absolute), whether it is a package.

    `file` is empty for a module of the standard library without a source, and for a folder without `__init__.py`.
    """

    name: str
    file: str = ""
    own: bool = True
    is_package: bool = False


def is_test(path: str) -> bool:
    """Tell whether a file is a test's, whose expectations are nobody's to change."""
    return _TESTS.search(path) is not None


def is_aside(path: str) -> bool:
    """Tell whether a file is no part of the program: documentation, an example, a build script."""
    return _ASIDE.search(path) is not None


def parse(data: bytes | str) -> ast.Module | None:
    """Return the tree of a source, None when it is none; nothing is printed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(data)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def is_dotted(name: str) -> bool:
    return bool(name) and all(part.isidentifier() for part in name.split("."))


def read(path: str, flags: int = 0) -> bytes | None:
    """Return a regular file's bytes; a pipe named like a module must not keep us waiting."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return None
            data = file.read(_LIMIT + 1)
    except OSError:
        return None
    return data if len(data) <= _LIMIT else None


def names_of_builtin(name: str) -> Sequence[str]:
    """Return the names of a module of the standard library, by looking into our own; it is no project's code."""
    if name.partition(".")[0] in UNSAFE or name.partition(".")[0] not in sys.stdlib_module_names:
        return ()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return dir(importlib.import_module(name))
    except Exception:  # a module of the standard library may refuse on this platform in any way
        return ()


def members_of_builtin(module: str, name: str) -> Sequence[str]:
    """Return the attributes of something in a standard module, by looking into our own."""
    if not names_of_builtin(module):
        return ()
    return dir(getattr(importlib.import_module(module), name, None))
