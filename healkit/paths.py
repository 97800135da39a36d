"""Where things lie: the project's root, the config, data and state folders, and what ships with healkit.

Standard POSIX calls only (`posix`, not `os`): the hook pays for every import. Nothing here runs a program.
"""

from __future__ import annotations

import posix
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT_MARKS = (".healkit", ".claude-flow/memory")
_NO_PROJECT = "no-project"


def env(name: str) -> str:
    """Return an environment variable as text, empty when unset."""
    return posix.environ.get(name.encode(), b"").decode(sys.getfilesystemencoding(), "surrogateescape")


def is_switched_off() -> bool:
    """Tell whether healkit is off: HEALKIT_OFF is set to anything but nothing or 0, or `healkit off` was said."""
    if env("HEALKIT_OFF") not in ("", "0"):
        return True
    folder = state_dir()
    return bool(folder) and exists(f"{folder}/off")


def home() -> str:
    """Return the user's home folder without a trailing slash, empty when HOME is unset or relative."""
    path = env("HOME").rstrip("/")
    return path if path.startswith("/") else ""


def _base(own: str, xdg: str, fallback: str) -> str:
    whole = env("HEALKIT_HOME")
    if whole.startswith("/"):
        return f"{whole.rstrip('/')}/{own}"
    given = env(xdg)
    if given.startswith("/"):
        return f"{given.rstrip('/')}/healkit"
    return f"{home()}/{fallback}/healkit" if home() else ""


def config_dir() -> str:
    """Return the folder of the user's config.toml, empty when there is no home."""
    return _base("config", "XDG_CONFIG_HOME", ".config")


def data_dir() -> str:
    """Return the folder of the user's pattern layer and of the launcher, empty when there is no home."""
    return _base("data", "XDG_DATA_HOME", ".local/share")


def state_dir() -> str:
    """Return the folder of everything healkit remembers (DESIGN section 6), empty when there is no home."""
    given = env("HEALKIT_STATE_DIR")
    return given.rstrip("/") if given.startswith("/") else _base("state", "XDG_STATE_HOME", ".local/state")


def share_dir() -> str:
    """Return the folder that holds `hooks/` and `memory/`: inside the installed package, or the checkout's top."""
    package = __file__.rpartition("/")[0] or "."
    inside = f"{package}/share"
    return inside if is_dir(f"{inside}/memory") else package.rpartition("/")[0] or "."


def is_dir(path: str) -> bool:
    """Tell whether a path is a folder, following links."""
    try:
        return posix.stat(path).st_mode & 0o170000 == 0o040000
    except (OSError, ValueError):
        return False


def exists(path: str) -> bool:
    """Tell whether anything stands at a path."""
    try:
        posix.stat(path)
    except (OSError, ValueError):
        return False
    return True


def is_private(path: str) -> bool:
    """Tell whether a file or folder is ours and nobody else may write to it or, for a file, to its folder.

    What is not, healkit ignores; neither is a pipe or a device, which could keep us waiting.
    """
    try:
        found = posix.stat(path)
        if found.st_uid != posix.geteuid() or found.st_mode & 0o022:
            return False
        kind = found.st_mode & 0o170000
        if kind == 0o040000:
            return True
        folder = posix.stat(path.rpartition("/")[0] or "/")
        top = state_dir()
        if top and path.startswith(f"{top}/") and not _is_closed(top):
            return False  # whoever may write there can put a link in the place of any folder below
    except (OSError, ValueError):
        return False
    return kind == 0o100000 and folder.st_uid == posix.geteuid() and not folder.st_mode & 0o022


_closed: dict[str, bool] = {}


def _is_closed(folder: str) -> bool:
    """Tell whether a folder is ours and closed to others; asked once a process."""
    if folder not in _closed:
        _closed[folder] = is_private(folder)
    return _closed[folder]


def make_private(path: str) -> bool:
    """Create a folder (and its parents) with mode 0700; tell whether it is there, ours and writable."""
    if is_dir(path):
        return is_private(path) and posix.access(path, posix.W_OK | posix.X_OK)
    parent = path.rpartition("/")[0]
    if not path.startswith("/") or not parent or not (is_dir(parent) or make_private(parent)):
        return False
    try:
        posix.mkdir(path, 0o700)
    except FileExistsError:
        return is_private(path)
    except OSError:
        return False
    return True


def ancestors(path: str) -> Iterator[str]:
    """Yield an absolute path and its parents, nearest first, without `/` itself."""
    path = path.rstrip("/")
    while path.startswith("/") and len(path) > 1:
        yield path
        path = path.rpartition("/")[0]


def _same(path: str, other: str) -> bool:
    if path == other:
        return True
    try:
        a, b = posix.stat(path), posix.stat(other)
    except (OSError, ValueError):
        return False
    return (a.st_dev, a.st_ino) == (b.st_dev, b.st_ino)


def project_root(cwd: str) -> str:
    """Return the root of the project that a folder belongs to, empty when there is none.

    The nearest ancestor with `.healkit/` or `.claude-flow/memory/`, else the nearest with `.git`, else
    CLAUDE_PROJECT_DIR, else the folder itself; never `/` and never HOME. Git is not run.
    """
    own = home()
    candidates = [path for path in ancestors(cwd) if not (own and _same(path, own))]
    for path in candidates:
        if any(is_dir(f"{path}/{mark}") for mark in PROJECT_MARKS):
            return path
    for path in candidates:
        if exists(f"{path}/.git"):
            return path
    given = env("CLAUDE_PROJECT_DIR").rstrip("/")
    if given.startswith("/") and is_dir(given) and not (own and _same(given, own)):
        return given
    return candidates[0] if candidates and candidates[0] == cwd.rstrip("/") else ""


def read_small(path: str, limit: int = 1 << 20) -> bytes:
    """Return a file's bytes, at most `limit` of them; empty when it cannot be read."""
    try:
        fd = posix.open(path, posix.O_RDONLY | posix.O_CLOEXEC | posix.O_NONBLOCK)
    except (OSError, ValueError):
        return b""
    try:
        status = posix.fstat(fd)
        if status.st_mode & 0o170000 != 0o100000:
            return b""  # a pipe or a device would keep us waiting
        parts, left = [], min(limit, status.st_size)
        while left > 0 and (part := posix.read(fd, left)):
            parts.append(part)
            left -= len(part)
        return b"".join(parts)
    except OSError:
        return b""
    finally:
        posix.close(fd)


def write_private(path: str, data: bytes) -> bool:
    """Replace a file of our own state in one step (mode 0600); tell whether it worked."""
    temporary = f"{path}.{posix.getpid()}-{posix.urandom(4).hex()}.tmp"  # containers share numbers
    try:
        fd = posix.open(temporary, posix.O_WRONLY | posix.O_CREAT | posix.O_EXCL | posix.O_CLOEXEC, 0o600)
        try:
            view = memoryview(data)
            while view:
                view = view[posix.write(fd, view) :]
        finally:
            posix.close(fd)
        posix.replace(temporary, path)
    except (OSError, ValueError):
        try:
            posix.unlink(temporary)
        except (OSError, ValueError):
            pass
        return False
    return True


def _shared_identity(root: str) -> str:
    """Return what worktrees of one repository have in common: the git common dir plus the path below the top."""
    for top in ancestors(root):
        git = f"{top}/.git"
        if is_dir(git):
            return git + "\0" + root[len(top) :]
        if exists(git):
            link = read_small(git, 4096).decode(errors="replace").partition("gitdir:")[2].strip()
            link = link if link.startswith("/") else f"{top}/{link}"
            common = read_small(f"{link}/commondir", 4096).decode(errors="replace").strip()
            back = read_small(f"{link}/gitdir", 4096).decode(errors="replace").strip()
            if common and _same(
                back, git
            ):  # git writes both ways; a folder that only points there is no worktree of it
                common = common if common.startswith("/") else join(link, common)
                return common + "\0" + root[len(top) :]
            return git + "\0" + root[len(top) :]
    return root


def join(folder: str, path: str) -> str:
    """Return a path as seen from a folder, without `.` and `..`; the file system is not asked."""
    whole = path if path.startswith("/") or not folder else f"{folder}/{path}"
    out: list[str] = []
    for part in whole.split("/"):
        if part == ".." and out and out[-1] != "..":
            out.pop()
        elif part not in ("", ".", "..") or (part == ".." and not whole.startswith("/")):
            out.append(part)
    return "/" + "/".join(out) if whole.startswith("/") else "/".join(out) or "."


def short_hash(text: str) -> str:
    """Return 16 hex digits that stand for a text (BLAKE2b)."""
    from _blake2 import blake2b

    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def project_key(root: str) -> str:
    """Return the name of a project's state folder; worktrees of one repository share it."""
    if not root:
        return _NO_PROJECT
    identity = _shared_identity(root)
    shown = identity.partition("\0")[0].removesuffix("/.git").rpartition("/")[2] or "project"
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in shown)[:40].lstrip(".-")
    return f"{safe or 'project'}-{short_hash(identity)}"


def project_state(root: str) -> str:
    """Return the state folder of a project (not created), empty when there is no state folder at all."""
    top = state_dir()
    return f"{top}/projects/{project_key(root)}" if top else ""


def project_memory(root: str) -> str:
    """Return the folder of a project's own pattern files, empty when it has none."""
    if root:
        for mark in PROJECT_MARKS:
            if is_dir(f"{root}/{mark}"):
                return f"{root}/{mark}"
    return ""
