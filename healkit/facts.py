"""What is certain about a project, for the hook: read from the small file that `project.refresh` compiled.

Facts know their sources by size, time and inode. When one differs, the facts are stale: then only what the file system
says right now is used, and a refresh is due.
"""

from __future__ import annotations

import marshal

from . import paths, wire
from .index import sources_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def normalise(name: str) -> str:
    """Return a Python distribution's name in its one spelling (PEP 503)."""
    out: list[str] = []
    dash = False
    for char in name.strip().lower():
        if char in "-_.":
            dash = True
            continue
        if dash and out:
            out.append("-")
        dash = False
        out.append(char)
    return "".join(out)


def _modules() -> Mapping[str, str]:
    try:
        found = wire.loads(paths.read_small(f"{paths.share_dir()}/memory/modules.json"))["modules"]
    except (ValueError, KeyError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


class Facts:
    """The facts of one project. `stale`: a source changed since; `raw`: the compiled values."""

    def __init__(self, raw: Mapping[str, Any], stale: bool) -> None:
        self.raw, self.stale = raw, stale
        self.root: str = raw.get("root", "")
        self.env: str = raw.get("env", "")

    def manager(self, ecosystem: str) -> str:
        """Return the project's package manager of an ecosystem (`python node rust go`), empty when none is known."""
        found = self.raw.get("managers", {}).get(ecosystem, "")
        return found if isinstance(found, str) else ""

    def distribution(self, module: str, ecosystem: str) -> str:
        """Return the name under which a module is declared: through `modules.json` in Python, a package's name in Node."""
        if ecosystem == "python":
            declared = self.raw.get("declared", {}).get("python", {})
            parts = module.split(".")
            for size in range(len(parts), 0, -1):
                name = ".".join(parts[:size])
                if normalise(name) in declared:
                    return normalise(name)
                known = _modules().get(name)
                if known:
                    return normalise(known)
            return normalise(parts[0])
        if ecosystem == "node":
            return "/".join(module.split("/")[: 2 if module.startswith("@") else 1])
        return module

    def declared_in(self, distribution: str, ecosystem: str) -> str:
        """Return the manifest that declares a distribution, empty when none does or nobody can be sure."""
        if self.stale:
            return ""
        declared = self.raw.get("declared", {}).get(ecosystem, {})
        found = declared.get(distribution) or declared.get(distribution.replace("-", "_")) or ""
        return found if isinstance(found, str) else ""

    def manifest(self, ecosystem: str) -> str:
        """Return the manifest that declarations of an ecosystem stand in, empty when the project has none."""
        declared = self.raw.get("declared", {}).get(ecosystem) or {}
        return next(iter(declared.values()), "")

    def project_module(self, module: str) -> str:
        """Return where a module of that name lies in the project itself, empty when it does not."""
        top = module.split(".")[0]
        if not top.isidentifier():
            return ""
        for place in (top, f"src/{top}"):
            for name in (f"{place}.py", f"{place}/__init__.py"):
                if paths.exists(f"{self.root}/{name}"):
                    return name
        return ""

    def is_installed(self, module: str, ecosystem: str) -> bool:
        """Tell whether a module lies in the project's own environment right now."""
        if ecosystem == "node":
            return paths.is_dir(f"{self.root}/node_modules/{self.distribution(module, 'node')}")
        top = module.split(".")[0]
        return top.isidentifier() and any(
            paths.is_dir(f"{site}/{top}") or paths.exists(f"{site}/{top}.py") for site in self.raw.get("site", ())
        )

    def environment(self) -> str:
        """Return the project's environment as a person names it (`.venv`), empty when there is none."""
        if not self.env or not paths.is_dir(self.env):
            return ""
        inside = self.env.startswith(f"{self.root}/")
        return self.env[len(self.root) + 1 :] if inside else self.env

    def command(self, kind: str, ecosystem: str) -> str:
        """Return the manager's own command: `install` (everything declared) or `add` (one `{package}`)."""
        found = self.raw.get(kind, {}).get(ecosystem, "")
        return found if isinstance(found, str) else ""


def load(root: str) -> Facts | None:
    """Return the facts of a project, None when none were compiled yet."""
    state = paths.project_state(root) if root else ""
    if not state or not paths.is_private(f"{state}/facts"):
        return None
    try:
        raw = marshal.loads(paths.read_small(f"{state}/facts", 4 << 20))
        if raw.get("root") != root:
            return None  # another worktree of the same repository
        stale = sources_of(source[0] for source in raw["sources"]) != [tuple(source) for source in raw["sources"]]
    except (ValueError, EOFError, TypeError, KeyError, AttributeError):
        return None
    return Facts(raw, stale)
