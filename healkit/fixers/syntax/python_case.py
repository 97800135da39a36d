"""A broken Python file of a failure: parsed by the grammar of the interpreter that refused it."""

from __future__ import annotations

import json
import os
import re
import sys

from . import python_check
from .python import heal as heal_text
from .python_awaits import await_found

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..case import Case
    from ..source import Source
    from .search import Found

_PYTHON = re.compile(r"^(?:python|pypy)(?:3(?:\.\d+)?)?$")
_VERSION = "import sys; print('%d.%d' % sys.version_info[:2])"


def heal(case: Case, source: Source) -> list[Found]:
    """Return the edits that make a file compile, the likeliest first; empty when it compiles."""
    interpreter = _other_interpreter(case)

    def ask(
        text: str, first: int, last: int, texts: Sequence[str]
    ) -> tuple[python_check.Fault | None, list[str | None]]:
        if not interpreter:
            return (python_check.fault_of(text) if text else None), python_check.meanings(texts, first, last)
        question = json.dumps([text, first, last, list(texts)]).encode()
        ran = case.check([interpreter, "-I", "-S", python_check.__file__], stdin=question, timeout=60.0)
        if ran.exit_code:
            return None, [None] * len(texts)
        fault, meanings = json.loads(ran.stdout)
        return (tuple(fault) if fault else None), meanings

    fault = ask(source.text, 1, 1, ())[0]
    if fault is None:
        return []
    if "outside async function" in fault[2]:
        return await_found(source.text, fault[0], ask)
    return heal_text(source.text, ask)


def _other_interpreter(case: Case) -> str:
    """Return the interpreter of the failed command when its version is not ours; empty when ours will do."""
    name = os.path.basename(case.argv[0]) if case.argv else ""
    env = str(case.facts.get("env") or "")
    program = case.program(case.argv[0] if "/" not in case.argv[0] else name) if _PYTHON.match(name) else ""
    if not program and env and os.path.isfile(f"{env}/bin/python"):
        program = f"{env}/bin/python"
    if not program or os.path.realpath(program) == os.path.realpath(sys.executable):
        return ""
    ran = case.check([program, "-I", "-S", "-c", _VERSION], timeout=10.0)
    version = ran.stdout.decode("ascii", "replace").strip()
    if ran.exit_code or not version.startswith("3.") or version == "{}.{}".format(*sys.version_info):
        return ""
    return program
