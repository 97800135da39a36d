"""Cargo manifests: what needs more than a close word - a workspace's own crates, inheritance, versions, the lock file."""

from __future__ import annotations

import os
import re

from ...records import Fix, Run
from ..proposal import Proposal, alternatives, edit, guide
from . import near
from .words import rename, revalue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .documents import Document
    from .shelf import Shelf

_UNLINKED = re.compile(
    r"use of (?:undeclared|unresolved) (?:crate or module|module or unlinked crate) `(?P<name>\w+)`|can't find crate for `(?P<other>\w+)`"
)
_PLACE = re.compile(r"--> (?P<file>[^\n:]+):\d+:\d+")
_INHERITED = re.compile(r"`dependency\.(?P<name>[\w-]+)` was not found in `workspace\.dependencies`")
_FIELD = re.compile(
    r"`workspace\.package\.(?P<name>[\w-]+)` was not defined|error inheriting `(?P<other>[\w-]+)` from workspace"
)
_VERSION = re.compile(
    r"unexpected end of input while parsing (?:minor|patch) version number\s+--> (?P<file>\S+?):(?P<line>\d+):(?P<column>\d+)"
)
_UNMET = re.compile(
    r"failed to select a version for the requirement `(?P<name>[\w-]+) = \"(?P<wanted>[^\"\n]+)\"`[^\n]*\n"
    r"candidate versions found which didn't match: (?P<found>[\w.+-]+)[^\n]*\nlocation searched: (?P<place>[^\n]+)\n"
    r"required by package `(?P<by>[\w-]+) [^\n]*?\((?P<folder>[^)\n]+)\)"
)
_OUTSIDE = re.compile(
    r"current package believes it's in a workspace when it's not:\ncurrent: +(?P<current>\S+)\nworkspace: +(?P<workspace>\S+)\n"
    r"(?:\n?this may be fixable by adding `(?P<member>[^`\n]+)`)?"
)
_LOCKED = re.compile(
    r"the lock file \S+ needs to be updated but --(?:locked|frozen)|cannot update the lock file (?P<file>\S+) because --(?:locked|frozen)"
)
_RESOLVER = re.compile(r"`resolver` setting `(?P<name>[^`\n]+)` is not valid")
_DEFAULT_RESOLVER = {"2015": "1", "2018": "1", "2021": "2", "2024": "3"}
_SECTIONS = ("dependencies", "dev-dependencies", "build-dependencies")


def propose(shelf: Shelf) -> Iterator[Proposal]:
    """Yield what puts Cargo manifests right."""
    if "argo" not in shelf.output and "unlinked crate" not in shelf.output and "cargo" not in shelf.programs:
        return
    for part in (_unlinked, _inherited, _versions, _requirements, _outside, _resolver, _editions, _locked):
        yield from part(shelf)


def _crates(shelf: Shelf) -> dict[str, Document]:
    """Return the manifests of the project's own packages by package name."""
    found = {}
    for document in shelf.documents(["Cargo.toml"]):
        name = document.at(("package", "name")) if document.data else None
        if isinstance(name, str):
            found[name] = document
    return found


def _manifest_of(shelf: Shelf, file: str) -> Document | None:
    """Return the manifest of the package that a source file belongs to."""
    folder = os.path.dirname(file)
    while True:
        found = shelf.document(f"{folder}/Cargo.toml" if folder else "Cargo.toml")
        if found is not None and found.data and "package" in found.data:
            return found
        if not folder:
            return None
        folder = os.path.dirname(folder)


def _unlinked(shelf: Shelf) -> Iterator[Proposal]:
    crates = _crates(shelf)
    done = set()
    for found in _UNLINKED.finditer(shelf.output):
        name = found["name"] or found["other"]
        # The place stands between the error's first line and its label.
        before = shelf.output[: found.start()]
        places = list(_PLACE.finditer(before, max(0, before.rfind("\nerror"))))
        file = shelf.case.resolve(places[-1]["file"]) if places else ""
        manifest = _manifest_of(shelf, file) if file else None
        if manifest is None or (manifest.path, name) in done:
            continue
        done.add((manifest.path, name))
        yield from _linked(shelf, crates, manifest, name, file)


def _linked(shelf: Shelf, crates: dict[str, Document], manifest: Document, name: str, file: str) -> Iterator[Proposal]:
    """Yield the edit that adds a crate which the workspace has or another member declares."""
    misspelt = list(_declared_astray(manifest, name))
    if misspelt:
        yield from misspelt
        return
    package = next((other for other in crates if other.replace("-", "_") == name), "")
    line = _inherits(shelf, manifest, name) or _sibling(shelf, manifest, name)
    if package and not line and crates[package] is not manifest:
        folder = os.path.relpath(os.path.dirname(crates[package].path) or ".", os.path.dirname(manifest.path) or ".")
        line = f'{package} = {{ path = "{folder}" }}'
    if not line:
        return
    kind = _section(file, manifest)
    text = _added(manifest.source.text, kind, line)
    if text:
        title = f"add `{line}` to [{kind}] of {manifest.path}: the code uses it"
        yield edit("manifest", title, [manifest.source.change(text)], risk="medium")


def _declared_astray(manifest: Document, name: str) -> Iterator[Proposal]:
    """Yield the edit of a misspelt table in which the crate is declared; `cargo -q` does not warn of it."""
    for at, table in manifest.tables():
        section = near.closest(at[-1], _SECTIONS) if at and at[-1] not in _SECTIONS else ""
        if section and any(str(key).replace("-", "_") == name for key in table):
            yield from rename(manifest, at[:-1], at[-1], section)


def _section(file: str, manifest: Document) -> str:
    inside = os.path.relpath(file, os.path.dirname(manifest.path) or ".")
    if inside == "build.rs":
        return "build-dependencies"
    return "dev-dependencies" if inside.startswith(("tests/", "benches/", "examples/")) else "dependencies"


def _inherits(shelf: Shelf, manifest: Document, name: str) -> str:
    """Return the line that takes a dependency over from the workspace, as the manifest's other lines do it."""
    for document in shelf.documents(["Cargo.toml"]):
        table = document.at(("workspace", "dependencies")) if document.data else None
        if not isinstance(table, dict) or not _is_above(document, manifest):
            continue
        key = next((str(key) for key in table if str(key).replace("-", "_") == name), "")
        if key:
            tables = [manifest.at((section,)) for section in _SECTIONS]
            keys = [re.escape(str(other)) for table in tables if isinstance(table, dict) for other in table]
            dotted = any(re.search(rf"(?m)^{other}\.workspace\s*=", manifest.source.text) for other in keys)
            return f"{key}.workspace = true" if dotted else f"{key} = {{ workspace = true }}"
    return ""


def _is_above(document: Document, manifest: Document) -> bool:
    folder = os.path.dirname(document.path)
    return not folder or manifest.path.startswith(f"{folder}/")


def _sibling(shelf: Shelf, manifest: Document, name: str) -> str:
    """Return the declaration of a crate in the other manifests, where they agree; paths are none of those."""
    lines = set()
    for document in shelf.documents(["Cargo.toml"]):
        if document is manifest or not document.data:
            continue
        for section in _SECTIONS:
            table = document.at((section,))
            if isinstance(table, dict):
                for key, value in table.items():
                    if str(key).replace("-", "_") == name and "path" not in str(value):
                        lines.update(re.findall(rf"(?m)^{re.escape(str(key))}\s*=\s*[^\n]+$", document.source.text))
    return lines.pop() if len(lines) == 1 else ""


def _added(text: str, section: str, line: str) -> str:
    """Return a manifest with a line at the end of a section, which is made when it is not there."""
    header = re.search(rf"(?m)^\[{re.escape(section)}\][ \t]*(?:#[^\n]*)?$", text)
    if header is None:
        return f"{text.rstrip()}\n\n[{section}]\n{line}\n"
    rest = re.search(r"(?m)^\[", text[header.end() :])
    end = header.end() + rest.start() if rest else len(text)
    body = text[header.end() : end].rstrip()
    return f"{text[: header.end()]}{body}\n{line}\n{chr(10) if rest else ''}{text[end:]}"


def _inherited(shelf: Shelf) -> Iterator[Proposal]:
    """Yield the edit of a dependency's name that differs between a member and the workspace: of the one that is no package."""
    crates = _crates(shelf)
    for found in _INHERITED.finditer(shelf.output):
        name = found["name"]
        for top in shelf.documents(["Cargo.toml"]):
            table = top.at(("workspace", "dependencies")) if top.data else None
            meant = near.closest(name, map(str, table)) if isinstance(table, dict) else ""
            if not meant or not isinstance(table, dict):
                continue
            real = _package(table[meant], meant, top, crates)
            if real == name:
                yield from rename(top, ("workspace", "dependencies"), meant, name)
                continue
            for document in shelf.documents(["Cargo.toml"]):
                for at, key in document.keys() if document.data else ():
                    if key == name and at and at[-1] in _SECTIONS and at[0] != "workspace":
                        yield from rename(document, at, name, meant)
    for found in _FIELD.finditer(shelf.output):
        yield from _field(shelf, found["name"] or found["other"])


def _package(value: Any, key: str, top: Document, crates: dict[str, Document]) -> str:
    """Return the name of the package that a dependency leads to by its path; its key where there is none."""
    path = value.get("path") if isinstance(value, dict) else None
    if isinstance(path, str):
        manifest = os.path.normpath(os.path.join(os.path.dirname(top.path), path, "Cargo.toml"))
        return next((name for name, document in crates.items() if document.path == manifest), key)
    return key


def _field(shelf: Shelf, name: str) -> Iterator[Proposal]:
    for top in shelf.documents(["Cargo.toml"]):
        table = top.at(("workspace", "package")) if top.data else None
        if isinstance(table, dict) and name not in table:
            close = near.closest(name, map(str, table))
            if close:
                yield from rename(top, ("workspace", "package"), close, name)


def _versions(shelf: Shelf) -> Iterator[Proposal]:
    """Yield the edit that completes a package's version to three numbers."""
    for found in _VERSION.finditer(shelf.output):
        document = shelf.document(shelf.case.resolve(found["file"]))
        if document is None:
            continue
        line = document.source.lines[int(found["line"]) - 1 : int(found["line"])]
        version = re.search(r"['\"](\d+(?:\.\d+)?)['\"]", line[0]) if line else None
        if version and line:
            full = f"{version[1]}{'.0' * (2 - version[1].count('.'))}"
            text = document.source.with_line(int(found["line"]), line[0].replace(version[1], full, 1))
            title = f"complete the version `{version[1]}` to `{full}` in {document.path}"
            yield edit("manifest", title, [document.source.change(text)], risk="low")


def _requirements(shelf: Shelf) -> Iterator[Proposal]:
    """Yield the edit of a requirement on a path dependency's version that the package does not have.

    The lock file tells which of the two was changed last: it holds the version that was built before.
    """
    crates = _crates(shelf)
    for found in _UNMET.finditer(shelf.output):
        name, version = found["name"], found["found"]
        if name not in crates:
            continue
        locked = _locked_version(shelf, name)
        wanted = found["wanted"].lstrip("^=~ ")
        for document in shelf.documents(["Cargo.toml"]):
            for at, value in document.strings() if document.data else ():
                if len(at) > 1 and at[-1] == "version" and at[-2] == name and value.lstrip("^=~ ") == wanted:
                    for proposal in revalue(document, at, value, value.lstrip("^=~ "), version):
                        yield proposal.replace(sure=locked == version)
        if locked and locked != version:
            own = crates[name]
            for proposal in revalue(own, ("package", "version"), version, version, locked):
                yield proposal.replace(sure=False)


def _locked_version(shelf: Shelf, name: str) -> str:
    for path in shelf.all_files:
        if os.path.basename(path) == "Cargo.lock":
            text = (shelf.case.read(path) or b"").decode("utf-8", "replace")
            found = re.search(rf'name = "{re.escape(name)}"\nversion = "([^"\n]+)"', text)
            if found:
                return found[1]
    return ""


def _outside(shelf: Shelf) -> Iterator[Proposal]:
    """Yield the edit that adds a package to the workspace that it believes it is in; certain where it inherits from it."""
    for found in _OUTSIDE.finditer(shelf.output):
        current, top = (shelf.document(shelf.case.resolve(found[name])) for name in ("current", "workspace"))
        members = top.at(("workspace", "members")) if top is not None and top.data else None
        if current is None or top is None or not isinstance(members, list):
            continue
        member = os.path.relpath(os.path.dirname(current.path), os.path.dirname(top.path) or ".")
        text = _with_member(top, members, member)
        inherits = "workspace = true" in current.source.text
        beside = any(os.path.dirname(str(other)) == os.path.dirname(member) for other in members)
        if text:
            title = f"add `{member}` to the workspace's members in {top.path}"
            yield edit("manifest", title, [top.source.change(text)], risk="medium", sure=inherits or beside)


def _with_member(top: Document, members: list[Any], member: str) -> str:
    import tomlkit

    data = tomlkit.parse(top.source.text)
    array = data["workspace"]["members"]
    several = "\n" in array.as_string()
    array.add_line(member) if several else array.append(member)
    text = tomlkit.dumps(data)
    wanted = [*members, member]
    return text if top.parse(text)["workspace"]["members"] == wanted else ""


def _resolver(shelf: Shelf) -> Iterator[Proposal]:
    """Yield the edit that sets the resolver which the edition has by default."""
    for found in _RESOLVER.finditer(shelf.output):
        for document in shelf.documents(["Cargo.toml"]):
            for at, value in document.strings() if document.data else ():
                if at[-1:] == ("resolver",) and value == found["name"]:
                    editions = {edition for edition in _all_editions(shelf) if edition in _DEFAULT_RESOLVER}
                    usual = {_DEFAULT_RESOLVER[edition] for edition in editions}
                    yield from revalue(document, at, value, value, usual.pop() if len(usual) == 1 else "")


def _all_editions(shelf: Shelf) -> list[str]:
    found = []
    for document in shelf.documents(["Cargo.toml"]):
        for at in (("package", "edition"), ("workspace", "package", "edition")):
            value = document.at(at) if document.data else None
            if isinstance(value, str):
                found.append(value)
    return found


def _editions(shelf: Shelf) -> Iterator[Proposal]:
    """Yield the edit of an unknown edition that has no one close value: the one that the other packages have."""
    found = re.search(r"supported edition values are [^\n]+, but `(?P<name>[^`\n]+)` is unknown", shelf.output)
    if found is None or near.closest(found["name"], _DEFAULT_RESOLVER):
        return
    others = {edition for edition in _all_editions(shelf) if edition in _DEFAULT_RESOLVER}
    for document in shelf.documents(["Cargo.toml"]):
        for at, value in document.strings() if document.data else ():
            if at[-1:] == ("edition",) and value == found["name"]:
                certain = len(others) == 1
                near_ones = sorted(others) if certain else ["2021", "2024"]
                fixes = [proposal for new in near_ones for proposal in revalue(document, at, value, value, new)]
                yield from alternatives(fixes)


def _locked(shelf: Shelf) -> Iterator[Proposal]:
    """Yield the run that brings the lock file in line with the manifests, with what is here already."""
    found = _LOCKED.search(shelf.output)
    cargo = shelf.case.program("cargo") if found else ""
    if found is None or not cargo:
        return
    lock = shelf.case.resolve(found["file"] or "Cargo.lock")
    if not lock:
        yield guide(
            "make the lock file that `--locked` asks for",
            ["Run `cargo generate-lockfile`, look at Cargo.lock, commit it."],
        )
        return
    folder = os.path.join(shelf.case.root, os.path.dirname(lock)).rstrip("/")
    fix = Fix(
        kind="manifest",
        title=f"bring {lock} in line with the manifests",
        risk="medium",
        command="cargo update --workspace --offline",
    )
    run = Run(argv=("cargo", "update", "--workspace", "--offline"), cwd=folder, touches=(lock,))
    yield Proposal(fix=fix, run=run)
