"""The launcher: one script in the data folder that the client runs: the gate, with this installation filled in."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys

from . import __version__, paths
from .records import HealkitError
from .settings import trouble

NAME = "healkit-launch.sh"
"""Its own name, so that our entries in a settings file are known by it, wherever the data folder was."""

OLDEST = (3, 11)
_PROBE = "import sys, _json, marshal, fcntl; print(sys.version_info[0], sys.version_info[1])"
_ASSIGNED = re.compile(r"^(HEALKIT_PYTHON|HEALKIT_ROOT)=(.*)$", re.M)


def launcher_path() -> str:
    """Return where the launcher lies.

    Raises:
        HealkitError: there is no home folder.
    """
    folder = paths.data_dir()
    if not folder:
        raise HealkitError("there is no home folder", do="Set HOME, or HEALKIT_HOME, to a folder of yours.")
    return f"{folder}/{NAME}"


def version_of(interpreter: str) -> tuple[int, int] | None:
    """Return (major, minor) of a Python, None when it does not run; started as the hook is, for at most 20 s."""
    try:
        done = subprocess.run(  # noqa: PLW1510 - a Python that fails is an answer
            [interpreter, "-I", "-S", "-c", _PROBE],
            capture_output=True,
            text=True,
            timeout=20,
            stdin=subprocess.DEVNULL,
        )
        major, minor = done.stdout.split()
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def is_script(path: str) -> bool:
    """Tell whether a program is a script, as the shims of pyenv, asdf and mise are."""
    return paths.read_small(path, 2) == b"#!"


def real_interpreter() -> str:
    """Return the real Python below this one: no virtual environment, no link, no version manager's shim.

    Raises:
        HealkitError: none that runs and is new enough was found.
    """
    base = getattr(sys, "_base_executable", "") or sys.executable
    for given in (base, sys.executable):
        real = os.path.realpath(given) if given else ""
        # Homebrew removes the versioned folder at each upgrade, the link to it stays
        candidate = given if "/Cellar/" in real and "/Cellar/" not in given else real
        if candidate and os.access(candidate, os.X_OK) and not is_script(candidate):
            version = version_of(candidate)
            if version and version >= OLDEST:
                return candidate
    raise HealkitError(
        f"no real Python was found behind {sys.executable}", do="Install healkit again with another Python."
    )


def gate_path() -> str:
    """Return the gate script that ships with this healkit."""
    return f"{paths.share_dir()}/hooks/self-healing.sh"


def _shell() -> str:
    return "/bin/bash" if os.access("/bin/bash", os.X_OK) else shutil.which("bash") or "/bin/bash"


def render(interpreter: str) -> str:
    """Return the launcher's text for an interpreter.

    Raises:
        HealkitError: this healkit came without its gate script.
    """
    gate = paths.read_small(gate_path()).decode("utf-8", "surrogateescape")
    if not gate.startswith("#!"):
        raise HealkitError("the hook script of healkit is missing", where=gate_path(), do="Install healkit again.")
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return (
        f"#!{_shell()} -p\n"
        f"# Written by `healkit install` ({__version__}); do not edit, `healkit install` writes it again.\n"
        f"HEALKIT_PYTHON={shlex.quote(interpreter)}\n"
        f"HEALKIT_ROOT={shlex.quote(root)}\n" + gate.partition("\n")[2]
    )


def write(text: str) -> str:
    """Write the launcher in one step, executable, in a folder that nobody else may write to; return its path.

    Raises:
        HealkitError: the folder or the file cannot be written, or is not safe.
    """
    path = launcher_path()
    folder = os.path.dirname(path)
    if not paths.make_private(folder):
        do = f"It must be yours, writable, and closed to others: chmod go-w {shlex.quote(folder)}"
        raise HealkitError("healkit's data folder cannot be used", where=folder, do=do)
    data = text.encode("utf-8", "surrogateescape")
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o755)
        with open(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(fd, 0o755)
        os.replace(temporary, path)
    except OSError as error:
        raise trouble(path, "write", error) from None
    finally:
        if os.path.lexists(temporary):
            os.unlink(temporary)
    return path


def assigned(text: str) -> dict[str, str]:
    """Return what a launcher's text sets HEALKIT_PYTHON and HEALKIT_ROOT to."""
    found: dict[str, str] = {}
    for name, value in _ASSIGNED.findall(text):
        try:
            found.setdefault(name, "".join(shlex.split(value)))
        except ValueError:
            continue
    return found


def remove() -> None:
    """Take the launcher away; settings that still name it are silent then."""
    try:
        os.unlink(launcher_path())
    except OSError:
        pass
