"""The fast half in one file: its modules, compiled ahead, are run in order without the import machinery.

Importing two dozen small modules one by one costs the hook more than its whole matching. The bundle is a marshal file in the
state folder, written by `ingest` and `install`, never by the hook; it names interpreter and version, and size, time and inode
of each source, and whatever does not match is not used: then the modules are imported the usual way.
"""

from __future__ import annotations

import marshal
import posix
import sys
from _imp import source_hash

from . import __path__ as _package

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

    Row = tuple[str, str, tuple[int, int, int], bool, CodeType]

FIRST = (
    "records",
    "paths",
    "wire",
    "compiled",
    "mask",
    "spool",
    "session",
    "leases",
    "commands",
    "intake",
    "episode",
    "hook",
)
REST = (
    "templates", "grams", "fingerprint", "index", "formats", "readers", "readers.page", "readers.traces", "readers.python_starts",
    "readers.python", "readers.pytest_ends", "readers.pytest", "detect", "matching", "memory", "runaway", "choose", "facts", "hint",
)  # fmt: skip
BEFORE = ("hint", "walls")
"""The modules that every call of the hook needs, those that nearly every failure needs besides, and those that are needed
before anything has failed; each after those that it imports when it is loaded."""

_DIGEST, _SALT = 8, 0x6865616C6B6974
"""Length and key of the checksum; it is the one that the interpreter has at hand for its own compiled files."""


def _place() -> str:
    """Return the bundle's path; the same rule as `paths.state_dir`, which is not loaded yet."""

    def env(name: bytes) -> str:
        value = posix.environ.get(name, b"").decode(sys.getfilesystemencoding(), "surrogateescape")
        return value.rstrip("/") if value.startswith("/") else ""

    top = env(b"HEALKIT_STATE_DIR")
    if not top:
        whole, xdg, home = env(b"HEALKIT_HOME"), env(b"XDG_STATE_HOME"), env(b"HOME")
        top = f"{whole}/state" if whole else f"{xdg}/healkit" if xdg else f"{home}/.local/state/healkit" if home else ""
    return f"{top}/cache/fast-{sys.implementation.cache_tag}-{sys.hexversion:x}" if top else ""


def _stamp(path: str) -> tuple[int, int, int]:
    found = posix.stat(path)
    return found.st_size, found.st_mtime_ns, found.st_ino


def _read() -> tuple[list[Row], list[bytes]]:
    """Return the first modules' rows and the packed others where the bundle is ours, whole, of this package; else nothing."""
    place = _place()
    try:
        fd = posix.open(place, posix.O_RDONLY | posix.O_CLOEXEC | posix.O_NONBLOCK)
    except (OSError, ValueError):
        return [], []
    try:
        own, folder = posix.fstat(fd), place.rpartition("/")[0]
        around = (own, posix.lstat(folder), posix.stat(folder.rpartition("/")[0]))
        if any(status.st_uid != posix.geteuid() or status.st_mode & 0o022 for status in around):
            return [], []
        if around[1].st_mode & 0o170000 != 0o040000:  # a link is what others would put there
            return [], []
        data = posix.read(fd, own.st_size)
        if source_hash(_SALT, memoryview(data)[_DIGEST:]) != data[:_DIGEST]:
            return [], []
        where, first, *packed = marshal.loads(memoryview(data)[_DIGEST:])
        if where != list(_package):
            return [], []
    except (OSError, ValueError, EOFError, TypeError):
        return [], []
    else:
        return first, packed
    finally:
        posix.close(fd)


_packed: list[bytes] = []


def load() -> bool:
    """Put the first modules where imports find them; tell whether there was a bundle that fits.

    For a process that answers one event and ends: the garbage collector is turned off, because it would only go through
    modules that live as long as the process.
    """
    import gc

    global _packed
    gc.disable()
    rows, packed = _read()
    if _put(rows):
        _packed = packed
    return bool(_packed)


def load_rest() -> None:
    """Put the modules that a failure needs where imports find them, if the first ones came from a bundle."""
    _load_packed(0)


def load_before() -> None:
    """Put the modules that are needed before anything has failed where imports find them, as `load_rest` does."""
    _load_packed(1)


def _load_packed(number: int) -> None:
    global _packed
    if len(_packed) > number:
        packed, _packed = _packed, []
        _put(marshal.loads(packed[number]))


def _put(rows: list[Row]) -> bool:
    """Run rows in order, as modules; tell whether all their sources are as they were and all ran."""
    modules, done = sys.modules, []
    try:
        if any(_stamp(path) != stamp for _, path, stamp, _, _ in rows):
            return False
        for name, path, _, is_package, code in rows:
            module = type(sys)(name)
            values = module.__dict__
            parent, _, tail = name.rpartition(".")
            values["__file__"] = path
            values["__package__"] = name if is_package else parent
            if is_package:
                values["__path__"] = [path.rpartition("/")[0]]
            modules[name] = module
            done.append(name)
            exec(code, values)  # noqa: S102 - our own modules, from a file that is ours alone
            setattr(modules[parent], tail, module)
    except Exception:  # whatever it was, the modules can be imported the usual way
        for name in done:
            del modules[name]
        return False
    return bool(done)


def _is_fresh() -> bool:
    first, packed = _read()
    rows = [*first, *(row for pack in packed for row in marshal.loads(pack))]
    try:
        return bool(rows) and all(_stamp(path) == stamp for _, path, stamp, _, _ in rows)
    except OSError:
        return False


def write() -> bool:
    """Compile the modules into the bundle, unless the one there fits; tell whether one is there afterwards. Slow."""
    import __future__

    import ast

    from . import paths

    place = _place()
    if not place or not paths.make_private(place.rpartition("/")[0]):
        return False
    if _is_fresh():
        return True
    packed = []
    for names in (FIRST, REST, BEFORE):
        rows = []
        for name in names:
            file = f"{next(iter(_package))}/{name.replace('.', '/')}"
            path = f"{file}/__init__.py" if paths.is_dir(file) else f"{file}.py"
            tree = ast.parse(paths.read_small(path))
            tree.body = [n for n in tree.body if not (isinstance(n, ast.ImportFrom) and n.module == "__future__")]
            flags = __future__.annotations.compiler_flag
            code = compile(tree, path, "exec", flags=flags, dont_inherit=True, optimize=2)
            rows.append((f"healkit.{name}", path, _stamp(path), paths.is_dir(file), code))
        packed.append(rows)
    data = marshal.dumps((list(_package), packed[0], *map(marshal.dumps, packed[1:])))
    return paths.write_private(place, source_hash(_SALT, data) + data)
