"""What a Python project asks for, with versions: manifests, groups, extras, requirements and lock files, read as data.

`project` knows which names are declared; to install one of them alone its whole requirement is needed: range, extras,
marker, hash, the version that a lock file holds.
"""

from __future__ import annotations

import ast
import configparser
import os
import re
import tomllib

from packaging.markers import InvalidMarker, Marker, default_environment
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from ... import wire
from ...project.declaring import normalise, table, texts
from ...records import Record
from . import lines, poetry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from ..case import Case

_DEPTH = 8
_OPTION = re.compile(r"\s--[a-z-]+(?:[= ]\S+)?")
_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml")


class Declared(Record):
    """One requirement as a manifest states it.

    `spec` is the version range, `where` the manifest for people, `direct` False for what only a lock file names, `source`
    is `path`, `git`, `url` where it comes from no registry, `hashed` the requirements file that pins it by hash,
    `constraints` the files that narrow it, `options` the file's own index and links, `applies` False where its marker is
    about another Python or system.
    """

    name: str
    shown: str
    where: str
    spec: str = ""
    extras: Sequence[str] = ()
    direct: bool = True
    source: str = ""
    hashed: str = ""
    constraints: Sequence[str] = ()
    options: Sequence[str] = ()
    applies: bool = True

    def requirement(self, more: str = "") -> str:
        """Return it as pip takes it, its range narrowed by another one."""
        extras = f"[{','.join(sorted(self.extras))}]" if self.extras else ""
        return f"{self.shown}{extras}{SpecifierSet(self.spec) & SpecifierSet(more)}"

    def allows(self, version: str) -> bool:
        """Tell whether a version is in the range; what is no version is."""
        try:
            return SpecifierSet(self.spec).contains(Version(version), prereleases=True)
        except (InvalidVersion, InvalidSpecifier):
            return True


if TYPE_CHECKING:
    from collections.abc import Sequence


class Manifests:
    """Everything that a project declares for Python.

    `asked` by normalised name, first manifest first; `locked` the versions of its lock files; `own` its own names;
    `indexes` True where it takes packages from an index of its own, of which only its own tool knows.
    """

    def __init__(self, case: Case, python: str) -> None:
        """Read the manifests of the folders from the command's up to the project's root.

        Args:
            case: the failure.
            python: the environment's Python version ("3.11.7"), for markers; empty for ours.
        """
        self.case = case
        self.environment = {str(key): str(value) for key, value in default_environment().items()}
        if re.fullmatch(r"\d+\.\d+\S*", python):
            short = ".".join(python.split(".")[:2])
            self.environment.update(python_version=short, python_full_version=python, implementation_version=python)
        self.asked: dict[str, list[Declared]] = {}
        self.locked: dict[str, str] = {}
        self.own: set[str] = set()
        self.indexes = False
        self._seen: set[str] = set()
        for folder in folders(case):
            self._read(folder)

    def find(self, name: str) -> Declared | None:
        """Return the requirement of a name: one that holds here first, the ones that are no more than locked last."""
        found = self.asked.get(normalise(name), [])
        return next((one for one in found if one.applies), found[0] if found else None)

    def pinned(self, one: Declared) -> str:
        """Return the version that the lock file holds, as a range; empty when none does, or against the manifest."""
        version = self.locked.get(one.name, "")
        return f"=={version}" if version and one.allows(version) else ""

    # -- reading

    def _read(self, folder: str) -> None:
        for reader in (self._pyproject, self._requirements_files, self._setup_cfg, self._setup_py, self._pipfile):
            try:
                reader(folder)
            except (ValueError, TypeError, AttributeError, KeyError, RecursionError, configparser.Error):
                continue  # a manifest of a shape nobody thought of; the others go on
        for lock in _LOCKS:
            self._lock(f"{folder}{lock}")
        self._pipfile_lock(f"{folder}Pipfile.lock")

    def _text(self, path: str) -> str:
        return (self.case.read(path) or b"").decode("utf-8", "replace").replace("\r\n", "\n")

    def _toml(self, path: str) -> dict[str, Any]:
        try:
            return tomllib.loads(self._text(path))
        except ValueError:
            return {}

    def _add(self, one: Declared) -> None:
        self.asked.setdefault(one.name, []).append(one)

    def _line(self, text: str, where: str, **more: Any) -> None:
        """Add a PEP 508 requirement."""
        try:
            found = Requirement(text.strip())
        except InvalidRequirement:
            return
        applies = True
        if found.marker is not None:
            applies = found.marker.evaluate({**self.environment, "extra": ""}) or "extra" in str(found.marker)
        self._add(
            Declared(
                name=normalise(found.name),
                shown=found.name,
                where=where,
                spec=str(found.specifier),
                extras=tuple(found.extras),
                source="url" if found.url else "",
                applies=applies,
                **more,
            )
        )

    def _lines(self, found: Iterable[str], where: str) -> None:
        for text in found:
            self._line(text, where)

    def _pyproject(self, folder: str) -> None:
        where = f"{folder}pyproject.toml"
        data = self._toml(where)
        project = table(data, "project")
        if isinstance(name := project.get("name") or table(data, "tool", "poetry").get("name"), str):
            self.own.add(normalise(name))
        self._lines(texts(project.get("dependencies")), where)
        for extra, content in table(project, "optional-dependencies").items():
            self._lines(texts(content), f"{where} (extra {extra})")
        groups = {**table(data, "tool", "pdm", "dev-dependencies"), **table(data, "dependency-groups")}
        for group, content in groups.items():
            self._lines(texts(content), f"{where} (group {group})")
        self._lines(texts(table(data, "tool", "uv").get("dev-dependencies")), f"{where} (group dev)")
        for name, content in table(data, "tool", "hatch", "envs").items():
            for key in ("dependencies", "extra-dependencies"):
                self._lines(texts(table(content).get(key)), f"{where} (hatch environment {name})")
        for group, content in poetry.sections(data):
            label = f"{where} (group {group})" if group else where
            for name, value in content.items():
                if name.lower() != "python":
                    self._constraint(name, value, label)
        self._lines(texts(table(data, "build-system").get("requires")), f"{where} (build-system)")
        self._sources(table(data, "tool", "uv", "sources"))
        kept = (
            ("uv", "index"),
            ("uv", "index-url"),
            ("uv", "extra-index-url"),
            ("poetry", "source"),
            ("pdm", "source"),
        )
        self.indexes = self.indexes or any(key in table(data, "tool", tool) for tool, key in kept)

    def _constraint(self, name: str, value: object, where: str) -> None:
        """Add a requirement as poetry and pipenv write it: a range, a table, or a list of tables."""
        for item in value if isinstance(value, list) else [value]:
            content = item if isinstance(item, dict) else {"version": item}
            source = next((key for key in ("path", "git", "url", "file") if key in content), "")
            given = content.get("version", "*")
            spec = poetry.specifier(given if isinstance(given, str) else "*")
            applies = self._holds(content.get("markers")) and self._runs(content.get("python"))
            extras = tuple(texts(content.get("extras")))
            if spec is not None and re.fullmatch(r"[A-Za-z0-9][\w.-]*", name):
                self._add(
                    Declared(
                        name=normalise(name),
                        shown=name,
                        where=where,
                        spec=spec,
                        extras=extras,
                        source=source,
                        applies=applies,
                    )
                )

    def _holds(self, marker: object) -> bool:
        try:
            return not isinstance(marker, str) or Marker(marker).evaluate({**self.environment, "extra": ""})
        except (InvalidMarker, ValueError):
            return True

    def _runs(self, python: object) -> bool:
        spec = poetry.specifier(python) if isinstance(python, str) else ""
        try:
            return not spec or SpecifierSet(spec).contains(self.environment["python_full_version"], prereleases=True)
        except InvalidSpecifier:
            return True

    def _sources(self, sources: Mapping[str, Any]) -> None:
        """Note what uv takes from a folder, a repository or an address instead of a registry."""
        for name, value in sources.items():
            content = value if isinstance(value, dict) else {}
            source = next((key for key in ("path", "git", "url", "workspace") if key in content), "")
            known = self.asked.get(normalise(name), [])
            self.asked[normalise(name)] = [one.replace(source=source or one.source) for one in known]

    def _requirements_files(self, folder: str) -> None:
        names = [f"{folder}{name}" for name in _listing(self.case, folder) if lines.is_requirements_file(name)]
        inner = f"{folder}requirements/"
        names += [f"{inner}{name}" for name in _listing(self.case, inner) if name.endswith((".txt", ".in"))]
        for name in sorted(names, key=lambda name: (name != f"{folder}requirements.txt", name.endswith(".in"), name)):
            self._requirements(name, 0, [])

    def _requirements(self, name: str, depth: int, constraints: list[str]) -> None:
        if name in self._seen or depth > _DEPTH:
            return
        self._seen.add(name)
        written = self._text(name).replace("\\\n", " ").splitlines()
        base = os.path.dirname(name)
        includes = [(found[1], found[2]) for line in written if (found := lines.include(line))]
        given = [*constraints, *(lines.inside(base, file) for kind, file in includes if kind == "c")]
        for kind, file in includes:
            if kind == "r" and (path := lines.inside(base, file)):
                self._requirements(path, depth + 1, given)
        kept = tuple(file for file in given if file and self.case.read(file) is not None)
        options = tuple(option for line in written for option in lines.options(line, base))
        for line in written:
            text = re.sub(r"(?:^|\s)#.*", "", line).strip()
            if not text or text.startswith("-"):
                continue
            hashed = name if "--hash" in text else ""
            self._line(_OPTION.sub("", f"{text} ").strip(), name, hashed=hashed, constraints=kept, options=options)

    def _setup_cfg(self, folder: str) -> None:
        where = f"{folder}setup.cfg"
        parser = configparser.RawConfigParser(strict=False)
        parser.read_string(self._text(where))
        required = parser.get("options", "install_requires", fallback="").strip()
        self._lines(required.split("\n" if "\n" in required else ";"), where)
        self._lines(parser.get("options", "tests_require", fallback="").splitlines(), where)
        extras = parser.items("options.extras_require") if parser.has_section("options.extras_require") else []
        for extra, value in extras:
            self._lines(value.splitlines(), f"{where} (extra {extra})")

    def _setup_py(self, folder: str) -> None:
        where = f"{folder}setup.py"
        source = self._text(where)
        if source:
            for text in lines.of_setup(ast.parse(source)):
                self._line(text, where)

    def _pipfile(self, folder: str) -> None:
        data = self._toml(f"{folder}Pipfile")
        for section, label in (("packages", ""), ("dev-packages", " (dev)")):
            for name, value in table(data, section).items():
                self._constraint(name, value, f"{folder}Pipfile{label}")

    def _lock(self, path: str) -> None:
        packages = self._toml(path).get("package") or self._toml(path).get("packages")
        for item in packages if isinstance(packages, list) else []:
            origin = table(item, "source")
            plain = not origin or "registry" in origin or origin.get("type") == "legacy"
            plain = plain and not any(key in item for key in ("vcs", "directory", "archive"))
            self._locks(item.get("name"), item.get("version"), path, "" if plain else "path")

    def _pipfile_lock(self, path: str) -> None:
        try:
            data = wire.loads(self._text(path)) if self._text(path) else {}
        except ValueError:
            return
        for section in ("default", "develop"):
            for name, item in table(data, section).items():
                version = item.get("version") if isinstance(item, dict) else None
                self._locks(name, version.removeprefix("==") if isinstance(version, str) else None, path, "")

    def _locks(self, name: object, version: object, path: str, source: str) -> None:
        if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?", name, re.ASCII):
            return
        key = normalise(name)
        if isinstance(version, str) and re.fullmatch(r"[\w.!+]{1,60}", version, re.ASCII):
            # Two versions of one name are there for different systems: then the range alone decides.
            self.locked[key] = version if self.locked.get(key, version) == version else ""
        if key not in self.own:
            self._add(Declared(name=key, shown=name, where=path, direct=False, source=source))


def folders(case: Case) -> list[str]:
    """Return the command's folder and those above it up to the root, each relative to the root and empty or with a `/`."""
    here, out = os.path.normpath(case.cwd), []
    while here.startswith(f"{case.root}/"):
        out.append(f"{here[len(case.root) + 1 :]}/")
        here = os.path.dirname(here)
    return [*out, ""]


def _listing(case: Case, folder: str) -> list[str]:
    try:
        return sorted(os.listdir(os.path.join(case.root, folder)))[:2_000]
    except OSError:
        return []
