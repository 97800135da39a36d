"""A bug in healkit itself: one line for the user, the traceback in a file."""

from __future__ import annotations

import os
import sys
import tempfile
import time
import traceback

from .. import __version__, console, mask, paths


def report(error: BaseException, exit_code: int = 3) -> int:
    """Write an unexpected exception to a file, print the file's path in one line, return the exit code for it."""
    text = "".join(traceback.format_exception(error))
    head = f"healkit {__version__}, Python {sys.version.split()[0]}, {time.strftime('%Y-%m-%dT%H:%M:%S%z')}\n"
    place = _write((head + mask.mask_secrets(text)).encode("utf-8", "backslashreplace"))
    where = f"; the details are in {place}" if place else ""
    console.say(f"healkit: a bug in healkit itself ({type(error).__name__}){where}")
    return exit_code


def _write(data: bytes) -> str:
    folder = paths.state_dir()
    path = f"{folder}/bug-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
    if folder and paths.make_private(folder) and paths.write_private(path, data):
        return path
    try:
        fd, path = tempfile.mkstemp(prefix="healkit-bug-", suffix=".txt")
        with os.fdopen(fd, "wb") as file:
            file.write(data)
    except OSError:
        return ""
    return path
