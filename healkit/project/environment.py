"""The project's package managers and its Python environment, told from files alone; nothing is run."""

from __future__ import annotations

import os

from .. import paths
from .declaring import is_plain, normalise, read_toml, table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from . import Project

_PYTHON_LOCKS = (("uv", "uv.lock"), ("poetry", "poetry.lock"), ("pdm", "pdm.lock"), ("pipenv", "Pipfile.lock"))
_NODE_LOCKS = (
    ("pnpm", "pnpm-lock.yaml"), ("yarn", "yarn.lock"), ("bun", "bun.lock"), ("bun", "bun.lockb"),
    ("npm", "package-lock.json"), ("npm", "npm-shrinkwrap.json"),
)  # fmt: skip
_INSTALL = {
    "uv": "uv sync", "poetry": "poetry install", "pdm": "pdm install", "pipenv": "pipenv install",
    "npm": "npm install", "pnpm": "pnpm install", "yarn": "yarn install", "bun": "bun install",
    "cargo": "cargo fetch", "go": "go mod download",
}  # fmt: skip
_ADD = {
    "uv": "uv pip install {package}", "poetry": "poetry run pip install {package}",
    "pdm": "pdm run pip install {package}", "pipenv": "pipenv run pip install {package}",
    "npm": "npm install {package}", "pnpm": "pnpm add {package}", "yarn": "yarn add {package}",
    "bun": "bun add {package}", "cargo": "cargo add {package}", "go": "go get {package}",
}  # fmt: skip
_DECLARE = {
    **_ADD, "uv": "uv add {package}", "poetry": "poetry add {package}", "pdm": "pdm add {package}",
    "pipenv": "pipenv install {package}",
}  # fmt: skip
_SITES = 4


def find_managers(project: Project) -> None:
    """Fill in `managers` and `locks`: by lock file first, then by what the manifest says."""
    for kind, name in (("python", _python(project)), ("node", _node(project))):
        if name:
            project.managers[kind] = name
    for kind, name, manifest, lock in (("rust", "cargo", "Cargo.toml", "Cargo.lock"), ("go", "go", "go.mod", "go.sum")):
        if project.has(manifest):
            project.managers[kind] = name
            if project.has(lock):
                project.locks[kind] = lock


def _by_lock(project: Project, kind: str, locks: tuple[tuple[str, str], ...]) -> str:
    there = [(manager, lock) for manager, lock in locks if project.has(lock)]
    if there:
        project.locks[kind] = there[0][1]
    return there[0][0] if there else ""


def _python(project: Project) -> str:
    locked = _by_lock(project, "python", _PYTHON_LOCKS)
    data = read_toml(project, "pyproject.toml")
    named = [name for name in ("uv", "poetry", "pdm") if table(data, "tool", name)]
    pipfile, setup = project.has("Pipfile"), project.has("setup.cfg") or project.has("setup.py")
    if locked or named:
        return locked or named[0]
    if pipfile:
        return "pipenv"
    plain = project.has("requirements.txt") or any(n.startswith("requirements") for n in project.listing(""))
    return "pip" if table(data, "project") or setup or plain else ""


def _node(project: Project) -> str:
    locked = _by_lock(project, "node", _NODE_LOCKS)
    manifest = project.read("package.json")
    if not manifest:
        return ""
    import re

    said = re.search(r'"packageManager"\s*:\s*"(npm|pnpm|yarn|bun)@', manifest)
    return said[1] if said else locked or "npm"


def find_environment(project: Project) -> None:
    """Fill in `env` (a virtual environment inside the project), its site-packages and what is installed there."""
    given = paths.env("VIRTUAL_ENV").rstrip("/")
    inside = given.removeprefix(f"{project.root}/")
    for name in (".venv", "venv", inside if is_plain(inside) else ""):
        if name and project.has(f"{name}/pyvenv.cfg"):
            project.env = f"{project.root}/{name}"
            break
    library = f"{project.env}/lib"
    versions = sorted(n for n in _names(library) if n.startswith(("python3", "pypy3"))) if project.env else []
    project.site = [f"{library}/{n}/site-packages" for n in versions if paths.is_dir(f"{library}/{n}/site-packages")][
        :_SITES
    ]
    for folder in project.site:
        _read_site(project, folder)


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _read_site(project: Project, folder: str) -> None:
    for entry in sorted(_names(folder))[:20_000]:
        stem, _, suffix = entry.rpartition(".")
        if suffix in ("dist-info", "egg-info"):
            name = normalise(stem.partition("-")[0])
            project.installed[name] = stem.partition("-")[2].partition("-py")[0]
            lines = project.read_bounded(f"{folder}/{entry}/top_level.txt", 1 << 14).split()
            project.provides.update({module: name for module in lines[:50] if normalise(module) != name})
        elif suffix in ("py", "so", "pyd"):
            project.importable.add(entry.partition(".")[0])
        elif "." not in entry and not entry.startswith("__") and entry.isidentifier():
            project.importable.add(entry)


def commands(project: Project) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Return by ecosystem: what installs the whole project, one package, and what declares one too."""
    chosen: Mapping[str, str] = project.managers
    install = {kind: _INSTALL[name] for kind, name in chosen.items() if name in _INSTALL}
    add = {kind: _ADD[name] for kind, name in chosen.items() if name in _ADD}
    declare = {kind: _DECLARE[name] for kind, name in chosen.items() if name in _DECLARE}  # pip declares nothing
    if chosen.get("python") == "pip":
        pip = project.pip()
        whole = "-r requirements.txt" if project.has("requirements.txt") else "-e ."
        install["python"] = f"{pip} install {whole}"
        add["python"] = f"{pip} install {{package}}"
    return install, add, declare
