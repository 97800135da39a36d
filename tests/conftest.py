"""Every test lives in a home of its own: nobody's real state, settings or patterns are read or written."""

from __future__ import annotations

import os
import posix
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's background job: every child would be deaf to Ctrl-C
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # the same under nohup
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
collect_ignore = ["cases"]  # projects with faults in them, among them test files
FOREIGN = (
    "COLUMNS",
    "LINES",
    "CLAUDE_CONFIG_DIR",
    "CLAUDE_PROJECT_DIR",
    "CLAUDE_PLUGIN_DATA",
    "CLAUDE_PLUGIN_ROOT",
    "FORCE_COLOR",
    "HEALKIT_ACTIVE",
    "HEALKIT_OFF",
    "HEALKIT_STATE_DIR",
    "NO_COLOR",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
)


def set_env(monkeypatch: pytest.MonkeyPatch, name: str, value: str | None) -> None:
    """Set (None: remove) a variable for this process and its children; `posix.environ` is what the fast half reads."""
    if value is None:
        monkeypatch.delenv(name, raising=False)
        os.unsetenv(name)  # readline sets COLUMNS and LINES behind the back of os.environ
        monkeypatch.delitem(posix.environ, os.fsencode(name), raising=False)
    else:
        monkeypatch.setenv(name, value)
        monkeypatch.setitem(posix.environ, os.fsencode(name), os.fsencode(value))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In the gate (HEALKIT_NO_SKIPS=1) a skip is a failure, but for what only root cannot be refused."""
    report = yield
    if report.skipped and os.environ.get("HEALKIT_NO_SKIPS") == "1" and "root" not in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"skipped, which the gate does not allow: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled indexes of what ships, made once: a cache folder as any user's state holds it."""
    home = tmp_path_factory.mktemp("compiled")
    code = "from healkit import bundle, memory; memory.open_memory(''); bundle.write()"
    env = {**os.environ, "HEALKIT_HOME": str(home), "PYTHONPATH": str(CHECKOUT)}
    subprocess.run([sys.executable, "-c", code], check=True, env=env)
    return home / "state/cache"


@pytest.fixture(autouse=True)
def isolated_home(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Generator[Path, None, None]:
    """HOME and HEALKIT_HOME are empty folders of this test, but for the compiled indexes of what ships.

    A test marked `cold` gets them without those. The folders go with the test: thousands of them fill a disk.
    """
    home = tmp_path_factory.mktemp("home")
    if request.node.get_closest_marker("cold") is None:
        cache = home / "healkit/state/cache"
        shutil.copytree(request.getfixturevalue("compiled_once"), cache)
        for folder in (cache, cache.parent, cache.parent.parent):
            folder.chmod(0o700)
    set_env(monkeypatch, "HOME", str(home))
    set_env(monkeypatch, "HEALKIT_HOME", str(home / "healkit"))
    for name in FOREIGN:
        set_env(monkeypatch, name, None)
    yield home
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def healkit_argv() -> list[str]:
    """The command line that starts healkit with the interpreter of the tests."""
    return [sys.executable, "-m", "healkit"]
