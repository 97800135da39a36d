"""What a Python project declares: pyproject.toml, requirements files, setup.cfg, Pipfile."""

from __future__ import annotations

import re

from .declaring import declare, distribution, is_plain, members, normalise, read_toml, table, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import Project

_EGG = re.compile(r"[#&]egg=([A-Za-z0-9][A-Za-z0-9._-]*)")
_DEPTH = 8


def read_pyproject(project: Project) -> None:
    """Read pyproject.toml: PEP 621 with extras, dependency groups (PEP 735), poetry, pdm and uv tables."""
    data = read_toml(project, "pyproject.toml")
    patterns = table(data, "tool", "uv", "workspace").get("members")
    for file in ("pyproject.toml", *members(project, patterns, "pyproject.toml")):
        _read_pyproject(project, file, read_toml(project, file))


def _read_pyproject(project: Project, file: str, data: dict[str, Any]) -> None:
    manager, poetry = project.managers.get("python", "pip"), table(data, "tool", "poetry")
    main = [distribution(text) for text in texts(table(data, "project").get("dependencies"))]
    declare(project, "python", main, file)
    declare(project, "python", _poetry_names(poetry.get("dependencies")), file)
    for group, names in _groups(data).items():
        how = "" if group in _default_groups(data, manager) else _group_command(project, manager, group)
        _declare_section(project, names, file, "group", group, how)
    for group, content in table(poetry, "group").items():
        how = f"poetry install --with {group}" if table(content).get("optional") is True else ""
        _declare_section(project, _poetry_names(table(content).get("dependencies")), file, "group", group, how)
    for extra, content in table(data, "project", "optional-dependencies").items():
        names = [distribution(text) for text in texts(content)]
        _declare_section(project, names, file, "extra", extra, _extra_command(project, manager, extra))


def _declare_section(project: Project, names: list[str], file: str, kind: str, section: str, how: str) -> None:
    """Declare names of a group or an extra; one whose own name is no plain word could smuggle text into a hint."""
    if is_plain(section):
        declare(project, "python", names, f"{file} ({kind} {section})", how)


def _poetry_names(value: object) -> list[str]:
    return [normalise(name) for name in value if name.lower() != "python"] if isinstance(value, dict) else []


def _groups(data: dict[str, Any]) -> dict[str, list[str]]:
    """Return every dependency group with the names in it, those of included groups too."""
    groups = {**table(data, "tool", "pdm", "dev-dependencies"), **table(data, "dependency-groups")}
    old = table(data, "tool", "uv").get("dev-dependencies")
    if isinstance(old, list):
        groups["dev"] = [*old, *(groups.get("dev") or [])]
    if legacy := table(data, "tool", "poetry", "dev-dependencies"):
        groups.setdefault("dev", list(legacy))

    def names(group: str, seen: frozenset[str]) -> list[str]:
        content = groups.get(group)
        found: list[str] = []
        for item in content if isinstance(content, list) else ():
            if isinstance(item, str):
                found.append(distribution(item))
            elif isinstance(item, dict) and (other := item.get("include-group")) not in seen and len(seen) < _DEPTH:
                found += names(str(other), seen | {str(other)})
        return found

    return {group: names(group, frozenset({group})) for group in list(groups)[:50]}


def _default_groups(data: dict[str, Any], manager: str) -> list[str]:
    if manager in ("poetry", "pdm"):
        return list(_groups(data))
    given = table(data, "tool", "uv").get("default-groups")
    if given == "all":
        return list(_groups(data))
    return (texts(given) if isinstance(given, list) else ["dev"]) if manager == "uv" else []


def _group_command(project: Project, manager: str, group: str) -> str:
    return f"uv sync --group {group}" if manager == "uv" else f"{project.pip()} install --group {group}"


def _extra_command(project: Project, manager: str, extra: str) -> str:
    known = {"uv": "uv sync --extra {}", "poetry": "poetry install --extras {}", "pdm": "pdm install -G {}"}
    return known.get(manager, f"{project.pip()} install -e '.[{{}}]'").format(extra)


def read_requirements(project: Project) -> None:
    """Read requirements*.txt at the root and in requirements/, with the files that they name by `-r`."""
    first = "requirements.txt"
    seen: set[str] = set()
    names = [n for n in project.listing("") if n.startswith("requirements") and n.endswith((".txt", ".in"))]
    names += [f"requirements/{n}" for n in project.listing("requirements") if n.endswith((".txt", ".in"))]
    for name in sorted({first, *names}, key=lambda n: (n != first, n.endswith(".in"), n))[:50]:
        _read_requirements(project, name, name, seen, 0)


def _read_requirements(project: Project, name: str, top: str, seen: set[str], depth: int) -> None:
    if name in seen or depth > _DEPTH or len(seen) > 100:
        return
    seen.add(name)
    how = "" if top == "requirements.txt" or not is_plain(top) else f"{project.pip()} install -r {top}"
    for raw in project.read(name).replace("\\\n", " ").splitlines():
        line = raw.strip()
        if include := re.match(r"(?:-r|--requirement)[ =]?\s*(\S+)", line):
            folder = name.rpartition("/")[0]
            _read_requirements(project, f"{folder}/{include[1]}" if folder else include[1], top, seen, depth + 1)
        elif line.startswith("-") or "://" in line.partition("#")[0].partition("@")[0]:
            egg = _EGG.search(line)
            declare(project, "python", [normalise(egg[1])] if egg else [], name, how)
        elif line and line[0] not in "#./":
            declare(project, "python", [distribution(line)], name, how)


def read_setup_cfg(project: Project) -> None:
    """Read setup.cfg: install_requires and extras_require."""
    text = project.read("setup.cfg")
    if not text:
        return
    import configparser

    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        project.note(f"setup.cfg: {error}")
        return
    required = parser.get("options", "install_requires", fallback="").strip()
    lines = required.split("\n" if "\n" in required else ";")  # on one line they stand between semicolons
    declare(project, "python", map(distribution, lines), "setup.cfg")
    extras = parser.items("options.extras_require") if parser.has_section("options.extras_require") else []
    for extra, value in extras:
        names = [distribution(line) for line in value.splitlines()] if is_plain(extra) else []
        declare(project, "python", names, f"setup.cfg (extra {extra})", f"{project.pip()} install -e '.[{extra}]'")


def read_pipfile(project: Project) -> None:
    """Read Pipfile: packages and dev-packages."""
    data = read_toml(project, "Pipfile")
    declare(project, "python", map(normalise, table(data, "packages")), "Pipfile")
    declare(project, "python", map(normalise, table(data, "dev-packages")), "Pipfile (dev)", "pipenv install --dev")
