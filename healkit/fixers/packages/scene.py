"""What stands around a missing Python name: the environment, the manifests, the distributions that may bring it."""

from __future__ import annotations

import os

from packaging.requirements import InvalidRequirement, Requirement

from ... import tables
from ...project.declaring import normalise
from .declared import Declared, Manifests, folders
from .environment import find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.metadata import Distribution

    from ..case import Case
    from .missing import Missing

_AFFIXES = ("python-{}", "py-{}", "py{}", "{}-py", "{}-python", "{}py", "django-{}", "pytest-{}")
"""How distributions are called that bring a module of another name, where no table knows it."""


class Scene:
    """What stands around a missing name: the environment and what is in it, the manifests."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.env, self.why = find(case)
        self.manifests = Manifests(case, self.env.version if self.env is not None else "")
        self.installed: Mapping[str, Distribution] = self.env.installed() if self.env is not None else {}

    def version(self, name: str) -> str:
        """Return the version of an installed distribution, empty when it is not installed."""
        found = self.installed.get(normalise(name))
        return str(found.version) if found is not None else ""

    def required(self, name: str) -> Declared | None:
        """Return what an installed distribution of the project requires, as if it were declared."""
        for owner in self.installed.values():
            for text in owner.requires or ():
                try:
                    found = Requirement(text)
                except InvalidRequirement:
                    continue
                if normalise(found.name) == normalise(name) and (
                    found.marker is None or found.marker.evaluate({**self.manifests.environment, "extra": ""})
                ):
                    where = f"{owner.metadata['Name']}'s requirements"
                    return Declared(
                        name=normalise(name), shown=found.name, where=where, spec=str(found.specifier), direct=False
                    )
        return None


def names_of(one: Missing, scene: Scene) -> list[str]:
    """Return the distributions that may bring a missing thing, the likeliest first."""
    if one.kind == "distribution":
        return [one.name]
    packages = tables.table("packages").get("python", {})
    if one.kind == "program":
        mapped = packages.get("programs", {}).get(one.name)
        return [mapped] if mapped else [one.name]
    parts = one.name.split(".")
    modules = tables.table("modules").get("modules", {})
    names: list[str] = []
    for size in range(len(parts), 0, -1):
        name = ".".join(parts[:size])
        names += packages.get("alternatives", {}).get(name, [modules[name]] if name in modules else [])
        if size > 1 or not names:
            names.append(name)
    top = normalise(parts[0])
    names.append(top)
    known = [name for affix in _AFFIXES if (name := affix.format(top)) in scene.manifests.asked]
    return list(dict.fromkeys([*names, *known]))


def is_own(scene: Scene, module: str) -> bool:
    """Tell whether a module of that name lies where the project would import it from."""
    case, top = scene.case, module.split(".")[0]
    script = next((os.path.dirname(word) for word in case.argv[1:4] if word.endswith(".py")), "")
    places = [*folders(case), *(f"{folder}src/" for folder in folders(case))]
    if script and not os.path.isabs(script):
        places.append(f"{os.path.normpath(os.path.join(case.cwd, script))[len(case.root) + 1 :]}/")
    return any(case.exists(f"{place}{top}.py") or _is_package(f"{case.root}/{place}{top}") for place in places)


def _is_package(folder: str) -> bool:
    try:
        return any(name.endswith((".py", ".pyi")) or os.path.isdir(f"{folder}/{name}") for name in os.listdir(folder))
    except OSError:
        return False
