"""Into which Python environment to install: the project's own, and only where the failed command runs it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import stat
import sys

from ... import paths
from ...project.declaring import normalise
from ...records import Record
from .declared import folders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..case import Case

_NAMES = (".venv", "venv", "env", ".env", "virtualenv", ".virtualenv")
_PYTHONS = ("python3", "python")


class Environment(Record):
    """A virtual environment inside the project: its folder (absolute), how people name it, its Python's version."""

    path: str
    shown: str
    version: str = ""
    by_uv: bool = False

    @property
    def python(self) -> str:
        """The interpreter's path."""
        return f"{self.path}/bin/python"

    def sites(self) -> list[str]:
        """Return its site-packages folders."""
        library = f"{self.path}/lib"
        names = sorted(name for name in _listing(library) if name.startswith(("python", "pypy")))
        return [site for name in names if os.path.isdir(site := f"{library}/{name}/site-packages")]

    def installed(self) -> dict[str, importlib.metadata.Distribution]:
        """Return what is installed in it, by normalised name; metadata is read, nothing is imported."""
        found: dict[str, importlib.metadata.Distribution] = {}
        for one in importlib.metadata.distributions(path=self.sites()):
            name = one.metadata["Name"] if one.metadata else None
            if isinstance(name, str):
                found.setdefault(normalise(name), one)
        return found

    def has_module(self, module: str) -> bool:
        """Tell whether a module lies in it, by its path."""
        place = module.replace(".", "/")
        for site in self.sites():
            if os.path.isdir(f"{site}/{place}") and any(_python_files(f"{site}/{place}")):
                return True
            folder, _, stem = f"{site}/{place}".rpartition("/")
            if any(name.startswith(f"{stem}.") and name.endswith((".py", ".so", ".pyd")) for name in _listing(folder)):
                return True
        return False


def _python_files(folder: str) -> Iterator[str]:
    for name in _listing(folder):
        if name.endswith((".py", ".so", ".pyd", ".pyc")) or os.path.isdir(f"{folder}/{name}"):
            yield name


def find(case: Case) -> tuple[Environment | None, str]:
    """Return the project's environment that the failed command runs; else None and why not, as a sentence."""
    known = [env for folder in folders(case) for name in _candidates(case, folder) if (env := _read(case, name))]
    used = _used(case, known)
    if used is not None:
        return used, ""
    if known:
        return None, f"the command runs a Python outside {known[0].shown}"
    return None, "the project has no environment of its own"


def _candidates(case: Case, folder: str) -> Iterator[str]:
    given = paths.env("VIRTUAL_ENV").rstrip("/")
    names = [f"{folder}{name}" for name in _NAMES]
    started = [
        os.path.dirname(os.path.dirname(os.path.normpath(os.path.join(case.cwd, word)))) for word in _words(case)
    ]
    names += [path[len(case.root) + 1 :] for path in (given, *started) if path.startswith(f"{case.root}/")]
    yield from dict.fromkeys(names)


def _words(case: Case) -> list[str]:
    """Return the words of the command that name a program by its path."""
    return [word for word in case.argv[:6] if "/bin/" in f"/{word}" and not word.startswith("-")]


def _read(case: Case, name: str) -> Environment | None:
    """Return the environment in a folder of the project; a link or a folder without its mark is none."""
    path = os.path.join(case.root, name)
    here = case.root
    for part in name.split("/"):
        here = f"{here}/{part}"
        try:
            if not stat.S_ISDIR(os.lstat(here).st_mode):
                return None
        except OSError:
            return None
    text = paths.read_small(f"{path}/pyvenv.cfg", 1 << 14).decode("utf-8", "replace")
    if not text or not os.path.exists(f"{path}/bin/python"):
        return None
    version = re.search(r"^version(?:_info)?\s*=\s*(\d+\.\d+(?:\.\d+)?)", text, re.M)
    return Environment(
        path=path, shown=name, version=version[1] if version else "", by_uv=bool(re.search(r"^uv\s*=", text, re.M))
    )


def _used(case: Case, known: Sequence[Environment]) -> Environment | None:
    """Return the environment that the command runs: by the path of its program, by PATH, or by what the output names."""
    for word in _words(case):
        folder = os.path.normpath(os.path.join(case.cwd, word))
        named = next((env for env in known if folder.startswith(f"{env.path}/bin/")), None)
        if named is not None:
            return named
    if _words(case) and os.path.basename(_words(case)[0]).startswith("python"):
        return None  # a Python that the command names by its path, outside the project
    text = f"{case.result.command}\n{case.output}\n{_scripts(case)}"
    for env in known:
        spelled = rf"(?<![\w./-])(?:\./)?{re.escape(env.shown)}/(?:bin|lib)/"
        if f"{env.path}/lib/" in text or f"{env.path}/bin/" in text or re.search(spelled, text, re.M):
            return env
    if known and case.runs("uv", "poetry", "pdm") and "run" in case.argv[:3]:
        return known[0]
    return next((env for env in known if f"{env.path}/bin" == _folder_of_python(case)), None)


def _scripts(case: Case) -> str:
    """Return what the command's own scripts say: the files that it names, the Makefile that make reads."""
    names = [word for word in case.argv[:6] if not word.startswith("-")]
    if case.runs("make", "gmake"):
        names += ["GNUmakefile", "makefile", "Makefile"]
    if case.runs("npm", "yarn", "pnpm"):
        names.append("package.json")
    found = [case.read(os.path.relpath(os.path.join(case.cwd, name), case.root)) for name in names if "\0" not in name]
    return "\n".join(data[:65_536].decode("utf-8", "replace") for data in found if data)


def _folder_of_python(case: Case) -> str:
    """Return the folder of the program that the command would start, or of Python where that is none, from PATH."""
    first = case.argv[0] if case.argv else ""
    for name in (first, *_PYTHONS):
        for folder in paths.env("PATH").split(":"):
            path = os.path.join(case.cwd, folder, name)
            if name and "/" not in name and os.path.isfile(path) and os.access(path, os.X_OK):
                if name != first or _is_python(path):
                    return os.path.normpath(os.path.join(case.cwd, folder))
                break
    return ""


def _is_python(path: str) -> bool:
    """Tell whether a program is a Python, or a script that one runs."""
    if os.path.basename(path).startswith(_PYTHONS):
        return True
    return b"python" in paths.read_small(path, 200).split(b"\n", 1)[0]


def installer(case: Case, env: Environment, installed: Mapping[str, object]) -> tuple[str, tuple[str, ...]]:
    """Return the manager's key and the words that install into an environment: the project's own tool comes first."""
    own = case.facts.get("managers", {}).get("python", "")
    uv = case.program("uv")
    with_uv = ("uv", (uv, "pip", "install", "--python", env.python))
    if uv and (own == "uv" or env.by_uv):
        return with_uv
    flags = ("--disable-pip-version-check", "--no-input", "--prefer-binary")
    if "pip" in installed:
        return "pip", (env.python, "-I", "-m", "pip", "install", *flags)
    if uv:
        return with_uv
    if importlib.util.find_spec("pip") is not None:
        return "pip", (sys.executable, "-I", "-m", "pip", "--python", env.python, "install", *flags)
    pip = case.program("pip3") or case.program("pip")
    return ("pip", (pip, "--python", env.python, "install", *flags)) if pip else ("", ())


def _listing(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
