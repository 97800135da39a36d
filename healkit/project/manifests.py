"""What a project declares: its manifests read as data, never run; a broken one is a note, and the others go on.

Every reader takes the project (files are read through it, so that each is known as a source) and fills in its facts.
"""

from __future__ import annotations

import re

from .declaring import declare, is_plain, members, read_json, read_toml, table
from .python import read_pipfile, read_pyproject, read_requirements, read_setup_cfg

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import Project

_MAKE = re.compile(r"^([A-Za-z0-9][\w./-]*(?:[ \t]+[A-Za-z0-9][\w./-]*)*)[ \t]*::?(?![=:])", re.M)


def read_package_json(project: Project) -> None:
    """Read package.json: dependencies of all kinds, those of a workspace's members too, and the scripts."""
    data = read_json(project, "package.json")
    spaces = data.get("workspaces")
    patterns = spaces.get("packages") if isinstance(spaces, dict) else spaces
    for file in ("package.json", *members(project, patterns, "package.json")):
        content = read_json(project, file)
        for kind in ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies"):
            declare(project, "node", table(content, kind), file if kind == "dependencies" else f"{file} ({kind})")
    project.scripts = [name for name in sorted(table(data, "scripts")) if is_plain(name.replace(":", "-"))][:200]


def read_cargo(project: Project) -> None:
    """Read Cargo.toml: all tables of dependencies, those of the workspace, its members and of targets too."""
    data = read_toml(project, "Cargo.toml")
    for file in ("Cargo.toml", *members(project, table(data, "workspace").get("members"), "Cargo.toml")):
        content = read_toml(project, file)
        parts = [content, *(part for part in table(content, "target").values() if isinstance(part, dict))]
        for kind in ("dependencies", "dev-dependencies", "build-dependencies"):
            for part in parts:
                declare(project, "rust", table(part, kind), file if kind == "dependencies" else f"{file} ({kind})")
    declare(project, "rust", table(data, "workspace", "dependencies"), "Cargo.toml (workspace)")


def read_go_mod(project: Project) -> None:
    """Read go.mod: the modules in `require`."""
    inside = False
    for line in project.read("go.mod").splitlines():
        words = line.partition("//")[0].split()
        if words[:2] == ["require", "("]:
            inside = True
        elif words == [")"]:
            inside = False
        elif len(words) >= 2 and (inside or words[0] == "require"):
            declare(project, "go", [words[0] if inside else words[1]], "go.mod")


def read_makefile(project: Project) -> None:
    """Read the Makefile that make would take: its plain targets, in order."""
    for name in ("GNUmakefile", "makefile", "Makefile"):
        if text := project.read(name):
            found = [word for line in _MAKE.findall(text) for word in line.split()]
            project.targets = list(dict.fromkeys(found))[:200]
            return


READERS = (
    read_pyproject, read_requirements, read_setup_cfg, read_pipfile, read_package_json, read_cargo, read_go_mod,
    read_makefile,
)  # fmt: skip
"""One row a manifest; a new one is one function and its name here."""
