"""TypeScript, ESLint and Prettier for the tests, installed once a machine from the npm registry."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

PACKAGES = ("typescript@5.9.3", "eslint@9.39.1", "prettier@3.6.2")


def _folder() -> Path:
    given = os.environ.get("HEALKIT_NODE_TOOLS")
    if given:
        return Path(given)
    return Path(_CACHE) / "healkit-tests" / "node-tools"


_CACHE = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
"""Read at import, before a test moves HOME."""


@functools.cache
def node_tools() -> Path:
    """Return the folder whose `node_modules` holds the tools; skips the test where npm is missing."""
    folder = _folder()
    mark = folder / f"installed-{'-'.join(name.replace('@', '_') for name in PACKAGES)}"
    if mark.exists():
        return folder
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as fresh:
        (Path(fresh) / "package.json").write_text('{"private": true}')
        argv = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES]
        subprocess.run(argv, cwd=fresh, check=True, capture_output=True)
        (Path(fresh) / mark.name).write_text("")
        if folder.exists():
            if mark.exists():  # somebody else was quicker
                return folder
            shutil.rmtree(folder)
        os.rename(fresh, folder)
        Path(fresh).mkdir()  # for the context manager to remove
    return folder
