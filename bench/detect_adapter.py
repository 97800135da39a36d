"""The detector as one function, for scoring scripts: `detect(output, exit_code, command)` returns what `detect --json` prints."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
_scratch = tempfile.mkdtemp(prefix="healkit-bench-")
atexit.register(shutil.rmtree, _scratch, ignore_errors=True)
os.environ["HEALKIT_HOME"] = _scratch

from healkit import answer, intake  # noqa: E402
from healkit.detect import detect as find  # noqa: E402
from healkit.memory import open_memory  # noqa: E402

_memory = open_memory("")


def detect(output: str, exit_code: int | None, command: str) -> dict[str, object]:
    result = intake.from_text(output, command=command, exit_code=exit_code)
    return answer.to_json(find(result, _memory), [])
