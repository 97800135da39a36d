"""The plain prompt: a command failed in a person's shell; say in one line what command and exit code prove, or nothing.

The shell (hooks/shell.sh, hooks/self-healing.fish) starts this once a failure, in the foreground, so it is part of the
fast half. What the command printed is not known here. The command is recorded where healkit has a state folder.
"""

from __future__ import annotations

import posix
import sys

from . import mask, paths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .records import Event

WORTH_AN_EPISODE, POINTED = 10, 11
"""Exit codes for the shell: it remembers the failed command; the same, and the pointer was shown."""

TOLD_BY_OUTPUT = frozenset((
    "ansible", "black", "bun", "bundle", "bundler", "cargo", "clang", "cmake", "composer", "conda", "deno", "docker", "dotnet",
    "eslint", "flake8", "g++", "gcc", "gem", "git", "go", "gradle", "gradlew", "helm", "java", "javac", "jest", "just", "kubectl",
    "make", "maven", "meson", "mix", "mvn", "mypy", "ninja", "node", "npm", "npx", "nx", "pdm", "perl", "php", "pip", "pip3",
    "pnpm", "podman", "poetry", "prettier", "pyright", "pytest", "python", "python3", "rails", "rake", "rspec", "ruby", "ruff",
    "rustc", "rustup", "swift", "tar", "terraform", "tox", "ts-node", "tsc", "tsx", "turbo", "uv", "vite", "vitest", "webpack", "yarn",
))  # fmt: skip
"""Programs whose failures have a reason that healkit can read: for them a person is told of `healkit why`, once."""

_UNCERTAIN = "$`*?[\n"
"""A word with one of these is not what the shell made of it."""


def main(args: list[str] | None = None) -> int:
    """Answer the shell: `failed|passed EXIT_CODE SESSION POINTED`, the command in the environment; return a code for it."""
    try:
        kind, code, session, pointed = sys.argv[1:] if args is None else args
        command = paths.env("_HEALKIT_COMMAND")
        if kind == "passed":
            record(command, 0, session)
            return 0
        answer = _failed(command, int(code), session, pointed == "1")
        if paths.is_dir(paths.state_dir()):
            from .compiled import save

            save()
        return answer
    except Exception:  # a prompt is never disturbed
        return 0


def _failed(command: str, code: int, session: str, pointed: bool) -> int:
    from .commands import is_quiet_exit, programs

    if code == 148 or not command.strip() or is_quiet_exit(command, code):
        return 0
    said = explain(command, code)
    private = command.startswith((" ", "\t"))
    ran = programs(command)
    if "healkit" in ran[:1]:
        return 0  # it has said everything itself, `healkit run` recorded it
    if not private:
        record(command, code, session)
    point = not said and not pointed and any(name in TOLD_BY_OUTPUT for name in ran) and bool(find("healkit"))
    if said or point:
        say(said or f"exit code {code}; `healkit why` reads what was printed and says what is known")
    return POINTED if point else 0 if private else WORTH_AN_EPISODE


def say(text: str) -> None:
    """Print one line on stderr, dim on a terminal that has colours."""
    line = f"healkit: {text}"
    if posix.isatty(2) and not paths.env("NO_COLOR") and paths.env("TERM") not in ("", "dumb"):
        line = f"\x1b[2m{line}\x1b[22m"
    posix.write(2, line.encode("utf-8", "backslashreplace") + b"\n")


def explain(command: str, code: int) -> str:
    """Return what a command line and its exit code prove about the failure, as one line, or nothing."""
    from .commands import split

    simple = split(command)
    if code == 127:
        return _not_found(simple)
    if code == 126:
        return _not_executable(simple)
    if len(simple) == 1 and simple[0][0] == "cd":
        return _no_folder(simple[0][1:])
    from .corrected import told

    return told(command, [words[0] for words in simple])


def _shown(text: str) -> str:
    return f"`{mask.one_line(text, 60)}`"


def _is_plain(word: str) -> bool:
    return bool(word) and word.isprintable() and not any(c in _UNCERTAIN for c in word)


def search_path() -> list[str]:
    """Return the absolute folders of PATH, each once."""
    return list(dict.fromkeys(folder for folder in paths.env("PATH").split(":") if folder.startswith("/")))


def is_program(path: str) -> bool:
    """Tell whether a path is a file that may be executed."""
    try:
        return posix.stat(path).st_mode & 0o170000 == 0o100000 and posix.access(path, posix.X_OK)
    except (OSError, ValueError):
        return False


def find(name: str) -> str:
    """Return the path of a program on PATH, empty when there is none."""
    return next((path for folder in search_path() if is_program(path := f"{folder}/{name}")), "")


def _names_on_path() -> Iterator[str]:
    for folder in search_path():
        try:
            yield from posix.listdir(folder)
        except OSError:
            continue


def _not_found(simple: list[list[str]]) -> str:
    """127: name the one program of the line that is nowhere, and where it is or what is close."""
    from .commands import unwrap

    known = set(paths.env("_HEALKIT_NAMES").split())
    words = {words[0] for words in simple} | {inner[0] for words in simple if (inner := unwrap(words))}
    missing = [word for word in sorted(words) if _is_plain(word) and word not in known and not _is_there(word)]
    if len(missing) != 1:
        return ""
    name = missing[0]
    if "/" in name:
        return _no_file(name)
    near = _in_project(name)
    if near:
        return f"{_shown(name)} is not on PATH; this project has {_shown(near)}"
    from .nearness import closest

    own = {one for one in known if not one.startswith(("_", "-"))}
    meant = closest(name, {*_names_on_path(), *own})
    return f"{_shown(name)} is not on PATH; {_shown(meant)} is" if meant and (meant in own or find(meant)) else ""


def _is_there(word: str) -> bool:
    return paths.exists(_expanded(word)) if "/" in word else bool(find(word))


def _expanded(word: str) -> str:
    return paths.home() + word[1:] if word.startswith("~/") else word


def _in_project(name: str) -> str:
    """Return where the project's own environment has a program, empty when it has none."""
    cwd = posix.getcwd()
    root = paths.project_root(cwd)
    for folder in dict.fromkeys((cwd, root or cwd)):
        for place in (".venv/bin", "venv/bin", "node_modules/.bin", "vendor/bin"):
            if is_program(f"{folder}/{place}/{name}"):
                return f"{place}/{name}" if folder == cwd else f"{folder}/{place}/{name}"
    return ""


def _no_file(word: str) -> str:
    """Return what stands beside a program's path that does not exist, where exactly one name is close."""
    from .nearness import closest

    folder, _, name = _expanded(word).rpartition("/")
    try:
        names = [one for one in posix.listdir(folder or "/") if is_program(f"{folder}/{one}")]
    except OSError:
        return ""
    meant = closest(name, names)
    return f"there is no {_shown(word)}; there is {_shown(word[: len(word) - len(name)] + meant)}" if meant else ""


def _not_executable(simple: list[list[str]]) -> str:
    """126: a folder, or a file without the permission to execute it; certain only where one word of the line is one."""
    found = []
    for words in simple:
        path = _expanded(words[0])
        if "/" not in path or not _is_plain(path) or not paths.exists(path):
            continue
        if paths.is_dir(path):
            found.append(f"{_shown(words[0])} is a folder")
        elif not posix.access(path, posix.X_OK):
            found.append(f"{_shown(words[0])} is not executable; `chmod +x` makes it so")
    return found[0] if len(found) == 1 else ""


def _no_folder(words: list[str]) -> str:
    """Return the one folder whose name is close to one that `cd` did not find."""
    from .nearness import closest

    words = [word for word in words if word not in ("--", "-P", "-L")]
    if len(words) != 1 or not _is_plain(words[0]) or words[0].startswith("-") or paths.env("CDPATH"):
        return ""
    path = _expanded(words[0]).rstrip("/")
    if not path or paths.exists(path):
        return ""
    # the first part that is missing: the rest cannot be judged
    parts = path.split("/")
    at = next(n for n in range(1, len(parts) + 1) if "/".join(parts[:n]) and not paths.exists("/".join(parts[:n])))
    before, name = "/".join(parts[: at - 1]), parts[at - 1]
    folder = before or ("/" if path.startswith("/") else ".")
    try:
        names = [one for one in posix.listdir(folder) if paths.is_dir(f"{folder}/{one}")]
    except OSError:
        return ""
    meant = closest(name, names)
    rest = [part for part in parts[at:] if part]
    if not meant:
        return ""
    whole = "/".join([*parts[: at - 1], meant, *rest])
    return f"there is no folder {_shown(words[0])}; there is {_shown(whole)}" if paths.is_dir(whole) else ""


def steps_since(text: str) -> list[str]:
    r"""Return the command lines that the shell noted (a record separator, time, space, text), without those meant to be private."""
    lines = []
    for piece in text.split("\x1e")[1:]:
        line = piece.partition(" ")[2]
        head, newline, number = line.rpartition("\n")
        if newline and not number.strip(" *0123456789"):
            line = head  # bash: what stands in front of the next entry is its number
        if line.strip() and not line.startswith((" ", "\t")):
            lines.append(line.strip())
    return lines


def record(command: str, code: int, session: str) -> None:
    """Record a command of a shell, and before it what ran since the last one; nothing without a state folder of ours."""
    top = paths.state_dir()
    if not top or not paths.is_private(top) or not paths.is_dir(top):
        return
    from . import episode, spool

    cwd = posix.getcwd()
    root = paths.project_root(cwd)
    if not episode.policy(root).get("enabled", True):
        return
    state = paths.project_state(root)
    if not state or not paths.make_private(state):
        return
    for line in steps_since(paths.env("_HEALKIT_SINCE"))[-12:]:
        if line != command:
            spool.append(state, _event("command", line, cwd, session))
    if code == 0:
        spool.append(state, _event("success", command, cwd, session, 0))
        episode.start_ingest(root, urgent=True)  # what healed it shall be known to the next shell
        return
    _record_failure(command, code, cwd, root, session)


def _event(kind: str, command: str, cwd: str, session: str, code: int | None = None) -> Event:
    import time

    from .records import Event

    now = time.time()
    return Event(
        kind=kind, at=round(now, 3), id=f"{int(now * 1e6):x}-{posix.getpid():x}-{posix.urandom(3).hex()}",
        session=session, source="shell", command=mask.mask_secrets(command[:2_000]), exit_code=code,
        cwd=mask.mask_secrets(cwd),
    )  # fmt: skip


def _record_failure(command: str, code: int, cwd: str, root: str, session: str) -> None:
    import time

    from . import episode
    from .records import CommandResult, Diagnosis

    at = time.time()
    result = CommandResult(command=command, exit_code=code, output="", cwd=cwd, source="shell", session=session, at=at)
    # without the output, command and exit code are what tells one failure from another
    name = paths.short_hash(f"shell\0{code}\0{' '.join(command.split())}")
    unread = Diagnosis(
        pattern_id="", category="unknown", severity="low", confidence=0.0, message="", fingerprint=f"shell-{name}"
    )
    episode.record_failure(result, root, unread)
