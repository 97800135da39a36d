"""What the readers of manifests share: names, tables, broken files, and where a name is declared."""

from __future__ import annotations

import re

from .. import wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from . import Project

_NAME = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")
_MANY, _MEMBERS = 2_000, 50


def normalise(name: str) -> str:
    """Return a Python distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def distribution(requirement: str) -> str:
    """Return the normalised name in a requirement ("Foo.Bar[x]>=1; python_version>'3'"), empty when there is none."""
    found = _NAME.match(requirement)
    return normalise(found[1]) if found else ""


def is_plain(text: str) -> bool:
    """Tell whether a text from a manifest may stand in a command that people are shown: a relative path or a name."""
    return re.fullmatch(r"[A-Za-z0-9_.@][\w.@/+-]{0,199}", text, re.ASCII) is not None and ".." not in text


def table(data: object, *keys: str) -> dict[str, Any]:
    """Return the table at a path of keys, empty when anything on the way is something else."""
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def texts(value: object) -> list[str]:
    """Return the texts of a list, empty when it is none."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def read_toml(project: Project, name: str) -> dict[str, Any]:
    """Return a TOML file's tables; empty, with a note, when it is broken."""
    if name not in project.parsed:
        project.parsed[name] = _parse_toml(project, name)
    return project.parsed[name]


def _parse_toml(project: Project, name: str) -> dict[str, Any]:
    text = project.read(name)
    if not text:
        return {}
    import tomllib

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        project.note(f"{name}: not valid TOML: {error}")
        return {}


def read_json(project: Project, name: str) -> dict[str, Any]:
    """Return a JSON file's object; empty, with a note, when it is broken."""
    text = project.read(name)
    try:
        data = wire.loads(text) if text else {}
    except ValueError:
        data = None
    if not isinstance(data, dict):
        project.note(f"{name}: not a JSON object")
        return {}
    return data


def declare(project: Project, kind: str, names: Iterable[str], where: str, how: str = "") -> None:
    """Note where names are declared; the first place stays. `how` installs what the plain install leaves out."""
    known = project.declared[kind]
    for name in names:
        if re.fullmatch(r"[\w.@/+~-]{1,214}", name) and name not in known and len(known) < _MANY:
            known[name] = where
            if how:
                project.how[kind][name] = how


def members(project: Project, patterns: object, manifest: str) -> list[str]:
    """Return the manifests of a workspace's members; a pattern is a folder, or `FOLDER/*` for all in it."""
    found: list[str] = []
    for pattern in texts(patterns):
        folder, star, rest = pattern.removeprefix("./").rstrip("/").partition("/*")
        names = [f"{folder}/{name}" for name in project.listing(folder)] if star and rest in ("", "*") else [folder]
        for name in names:
            if len(found) < _MEMBERS and is_plain(name) and project.has(f"{name}/{manifest}"):
                found.append(f"{name}/{manifest}")
    return found
