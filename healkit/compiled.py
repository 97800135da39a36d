"""Regular expressions compiled ahead: `get` works like `re.compile` without importing `re` once its code is banked.

`re` compiles a pattern into a list of integers for the C engine `_sre`. That list is kept, in the state folder, in a
file named after everything it depends on (the engine's magic number, the interpreter's version, the byte order), and
handed to `_sre.compile` again. `_sre` validates code before it takes it, and a bank that is not ours is never read.
What is not in the bank is compiled by `re`, and `save` adds it for the next time.
"""

from __future__ import annotations

import _sre  # type: ignore[import-not-found]
import marshal
import sys

from . import paths

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable
    from typing import Any

IGNORECASE = 2
MULTILINE = 8
DOTALL = 16

KEY = f"{_sre.MAGIC}-{sys.hexversion:x}-{sys.byteorder}-{_sre.CODESIZE}"
"""What compiled code depends on; part of each cache file's name."""

Blob = tuple[str, int, bytes, int, dict[str, int], tuple[str | None, ...]]

_done: dict[tuple[str, int], re.Pattern[str]] = {}
_bank: dict[tuple[str, int], Blob] | None = None
_missed: dict[tuple[str, int], Blob] = {}


def parse(pattern: str, flags: int = 0) -> Any:
    """Return a pattern's parse tree; imports `re`.

    Raises:
        re.error: the pattern is not a regular expression.
        OverflowError, RecursionError: it is too large for the engine.
    """
    from re import _parser  # type: ignore[attr-defined]

    return _parser.parse(pattern, flags)


def encode(pattern: str, flags: int = 0, tree: Any = None) -> Blob:
    """Return what `decode` needs to rebuild a compiled pattern; imports `re`. `tree`: its parse tree, if it is at hand.

    Raises:
        re.error: the pattern is not a regular expression.
        OverflowError, RecursionError: it is too large for the engine.
    """
    from array import array
    from re import _compiler  # type: ignore[attr-defined]

    tree = parse(pattern, flags) if tree is None else tree
    code = array("I", [int(n) for n in _compiler._code(tree, flags)]).tobytes()
    groups: dict[str, int] = dict(tree.state.groupdict)
    names: list[str | None] = [None] * tree.state.groups
    for name, number in groups.items():
        names[number] = name
    return pattern, flags | tree.state.flags, code, tree.state.groups - 1, groups, tuple(names)


def decode(blob: Blob) -> re.Pattern[str]:
    """Return the compiled pattern of a blob, without importing `re`.

    Raises:
        RuntimeError, ValueError: the engine refuses the code.
    """
    pattern, flags, code, groups, index, names = blob
    return _sre.compile(pattern, flags, list(memoryview(code).cast("I")), groups, index, names)  # type: ignore[no-any-return]


def _path() -> str:
    top = paths.state_dir()
    return f"{top}/cache/regexes-{KEY}" if top else ""


def _load() -> dict[tuple[str, int], Blob]:
    path = _path()
    if not path or not paths.is_private(path):
        return {}
    try:
        bank = marshal.loads(paths.read_small(path, 8 << 20))
    except (ValueError, EOFError, TypeError):
        return {}
    return bank if isinstance(bank, dict) else {}


def get(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Return a compiled pattern, from the bank where it can, by `re` where it must."""
    global _bank
    key = (pattern, flags)
    found = _done.get(key)
    if found is not None:
        return found
    if "re" in sys.modules:
        return _compile(key)
    if _bank is None:
        _bank = _load()
    try:
        compiled = decode(_bank[key])
    except (KeyError, RuntimeError, ValueError, TypeError):
        return _compile(key)
    _done[key] = compiled
    return compiled


def _compile(key: tuple[str, int]) -> re.Pattern[str]:
    import re

    _done[key] = compiled = re.compile(*key)
    if _bank is not None:
        _missed[key] = encode(*key)
    return compiled


def fold(text: str) -> str:
    """Return a text in the one case that case-blind literals are compared in; the length stays for ASCII."""
    return text.lower().replace("\u017f", "s")


def save() -> None:
    """Add to the bank what had to be compiled by `re` in this process; silent when the state cannot be written."""
    if _missed and _path() and paths.make_private(f"{paths.state_dir()}/cache"):
        paths.write_private(_path(), marshal.dumps({**_load(), **_missed}))
        _missed.clear()


def warm(patterns: Iterable[tuple[str, int]]) -> None:
    """Put patterns into the bank ahead of their first use (an installer's or a refresh's work)."""
    global _bank
    _bank = _load()
    for key in patterns:
        if key not in _bank:
            _missed[key] = encode(*key)
    save()
