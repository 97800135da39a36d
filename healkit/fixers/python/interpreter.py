"""Where the failed command's Python looks for modules: its standard library and the installed distributions.

Told from files (pyvenv.cfg, the interpreter's place, a script's first line). Only for a wrapper that hides the
interpreter (a version manager's shim) it is asked, without site, environment or the current folder.
"""

from __future__ import annotations

import os
import re
import sysconfig

from ... import child
from ...records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..case import Case

_ASK = "import sys; print(sys.base_prefix); print(sys.prefix); print('%d.%d' % sys.version_info[:2])"
_LIBRARY = re.compile(r"(/[^\s\"'<>:]{1,200}/lib(?:64)?/python3\.\d{1,2})/")


class Interpreter(Record):
    """The folders of one Python: `stdlib`, and `site`, where distributions are installed."""

    stdlib: str = ""
    site: Sequence[str] = ()


def of(case: Case) -> Interpreter:
    """Return the folders of the Python that the failed command ran under, as far as files tell."""
    site = [str(path) for path in case.facts.get("site") or ()]
    stdlib = ""
    for program in _programs(case):
        stdlib, more = _folders(program)
        site += more
        if stdlib:
            break
    for library in dict.fromkeys(_LIBRARY.findall(case.output)):
        if os.path.isfile(f"{library}/os.py"):
            stdlib = stdlib or library
        if os.path.isdir(f"{library}/site-packages"):
            site.append(f"{library}/site-packages")
    stdlib = stdlib or sysconfig.get_paths()["stdlib"]
    return Interpreter(stdlib=stdlib, site=tuple(dict.fromkeys(path for path in site if os.path.isdir(path))))


def _programs(case: Case) -> Iterator[str]:
    """Yield the interpreters that may have run: a Python that was named, the one in a script's first line."""
    names = [os.path.basename(word) for word in case.argv[:4]]
    for word, name in zip(case.argv, names, strict=False):
        if re.fullmatch(r"python[\d.]*", name):
            yield os.path.join(case.cwd, word) if "/" in word else case.program(name)
    if names and (program := case.program(names[0])):
        shebang = _first_line(program)
        if shebang.startswith("#!/") and "python" in shebang:
            yield shebang[2:].split()[0] if "env " not in shebang else case.program("python3")
    yield case.program("python") or case.program("python3")


def _first_line(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return file.readline(400).decode("utf-8", "replace").strip()
    except OSError:
        return ""


def _folders(program: str) -> tuple[str, list[str]]:
    """Return standard library and site folders of an interpreter, empty when it cannot be told."""
    if not program or not os.path.isfile(program):
        return "", []
    home = _venv_home(os.path.dirname(os.path.dirname(program)))
    if home:
        prefix = os.path.dirname(os.path.dirname(program))
        library = _library(os.path.dirname(home)) or _library(os.path.dirname(os.path.dirname(_real(f"{program}"))))
        return library, _sites(prefix)
    prefix = os.path.dirname(os.path.dirname(_real(program)))
    if _first_line(program).startswith("#!"):
        ran = child.run([program, "-I", "-S", "-c", _ASK], timeout=5)
        lines = ran.stdout.decode("utf-8", "replace").split("\n")
        if ran.exit_code or len(lines) < 3:
            return "", []
        return _library(lines[0], lines[2]), _sites(lines[1])
    return _library(prefix), _sites(prefix)


def _real(path: str) -> str:
    return os.path.realpath(path)


def _venv_home(prefix: str) -> str:
    try:
        with open(f"{prefix}/pyvenv.cfg", encoding="utf-8", errors="replace") as file:
            found = re.search(r"(?m)^home\s*=\s*(.+)$", file.read(1 << 14))
    except OSError:
        return ""
    return found[1].strip() if found else ""


def _libraries(prefix: str) -> list[str]:
    try:
        names = sorted(os.listdir(f"{prefix}/lib"), reverse=True)
    except OSError:
        return []
    return [f"{prefix}/lib/{name}" for name in names if re.fullmatch(r"python3\.\d+", name)]


def _library(prefix: str, version: str = "") -> str:
    found = [path for path in _libraries(prefix) if os.path.isfile(f"{path}/os.py")]
    return next((path for path in found if path.endswith(f"python{version}")), found[0] if found else "")


def _sites(prefix: str) -> list[str]:
    found = [f"{path}/site-packages" for path in _libraries(prefix)]
    return [path for path in (*found, f"{prefix}/lib/python3/dist-packages") if os.path.isdir(path)]
