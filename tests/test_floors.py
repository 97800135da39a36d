"""The hook stays cheap by what it loads: after a failure it has imported only its own modules and a few built-in ones."""

import json
import marshal
import os
import subprocess
import sys
from pathlib import Path

from healkit import paths, project

ROOT = Path(__file__).resolve().parent.parent

ALLOWED = {
    "__future__", "__main__", "_abc", "_bisect", "_blake2", "_codecs", "_frozen_importlib", "_frozen_importlib_external", "_imp", "_io",
    "_json", "_signal", "_sre", "_stat", "_thread", "_warnings", "_weakref", "abc", "builtins", "codecs", "encodings", "encodings.aliases",
    "encodings.utf_8", "fcntl", "gc", "io", "marshal", "mmap", "posix", "stat", "sys", "time", "winreg", "zipimport", "zlib", "_typing",
}  # fmt: skip
FAILURE = {
    "session_id": "s1", "hook_event_name": "PostToolUseFailure", "tool_name": "Bash", "tool_input": {"command": "python app.py"},
    "error": "Exit code 1\nTraceback (most recent call last):\n  File \"/tmp/app.py\", line 1, in <module>\n    import requests\n"
    "ModuleNotFoundError: No module named 'requests'",
}  # fmt: skip
CODE = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from healkit import hook; hook.serve(sys.argv[1]);"
    "sys.stderr.write('\\n'.join(sys.modules))"
)


def _loaded(payload: dict[str, object], cwd: Path) -> tuple[str, set[str]]:
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", CODE, str(ROOT), str(payload["hook_event_name"])],
        input=json.dumps({**payload, "cwd": str(cwd)}),
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    return ran.stdout, set(ran.stderr.split())


def test_a_warm_failure_loads_nothing_but_its_own_modules(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    _loaded(FAILURE, tmp_path)  # compiles the index
    _loaded({**FAILURE, "session_id": "s2"}, tmp_path)
    said, modules = _loaded({**FAILURE, "session_id": "s3"}, tmp_path)
    assert "requests" in said
    foreign = {name for name in modules if not name.startswith("healkit")} - ALLOWED
    assert not foreign
    slow = {
        "history",
        "config",
        "project",
        "process",
        "trust",
        "check",
        "doctor",
        "install",
        "console",
        "cli",
        "entries",
    }
    assert not {name for name in modules if name.removeprefix("healkit.").partition(".")[0] in slow - {"entries"}}


def test_before_anything_fails_even_less_is_loaded(tmp_path: Path) -> None:
    root = tmp_path / "project"
    (root / ".git").mkdir(parents=True)
    config = Path(paths.config_dir(), "config.toml")
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text("[hook]\nbefore_command = true\nsession_start = true\n")
    project.refresh(str(root))
    about = ["It is gone", "make all", "uv sync", 2, ""]
    found = {"version": 1, "commands": {f"{root}\nmake all": ["F", 3, *about]}, "frequent": [[5, 2, *about]]}
    assert paths.write_private(f"{paths.project_state(str(root))}/walls", marshal.dumps(found))
    before = {
        "session_id": "s1",
        "hook_event_name": "PreToolUse",
        "tool_name": "Bash",
        "tool_input": {"command": "make all"},
    }
    start = {"session_id": "s1", "hook_event_name": "SessionStart", "source": "startup"}
    for payload in (before, start):
        said, modules = _loaded(payload, root)
        assert "uv sync" in said
        assert not {name for name in modules if not name.startswith("healkit")} - ALLOWED
        assert not modules & {
            "healkit.detect",
            "healkit.memory",
            "healkit.readers",
            "healkit.history",
            "healkit.config",
        }
