"""A Node package that package.json declares and node_modules lacks: installed by the project's own manager.

npm gets the bare name: then it takes the version of the lock file, or the range of package.json, and with `--no-save` writes
neither. It brings along whatever else the lock file names and node_modules lacks, and removes what neither names; where
such a stranger lies there (a linked package), a person decides.
"""

from __future__ import annotations

import os
import re
import shlex

from ... import tables, wire
from ...project.declaring import is_plain, table, texts
from ...records import Fix, Record, Run
from ..proposal import Proposal, guide
from . import lookalike, node_names
from .declared import folders
from .missing import programs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from ..case import Case

_TAIL = 20_000
_KINDS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
_WORDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "npm": (("install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"), ()),
    "pnpm": (("install", "--frozen-lockfile", "--ignore-scripts"), ("install", "--no-lockfile", "--ignore-scripts")),
    "yarn": (
        ("install", "--frozen-lockfile", "--ignore-scripts", "--non-interactive", "--check-files"),
        ("install", "--pure-lockfile", "--ignore-scripts", "--non-interactive", "--check-files"),
    ),
}
"""How each manager installs what is declared: with a lock file, and without one."""
_LOCKS = ("package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock")


class Wanted(Record):
    """A missing package: its name, and the folder (relative to the root) and table of the manifest that declares it."""

    name: str
    folder: str = ""
    kind: str = ""
    range: str = ""
    command: str = ""


def propose(case: Case) -> Iterator[Proposal]:
    """Yield the installation of what a failure misses, or what a person can do about it."""
    manifests = _manifests(case)
    if not manifests:
        return
    for text in (f"{case.diagnosis.excerpt}\n{case.diagnosis.message}", case.output[-_TAIL:]):
        names = list(dict.fromkeys([*node_names.missing(text), *_commands(text, case, manifests)]))
        for name in names:
            proposals = list(_settle(case, name, manifests))
            if proposals:
                yield from proposals
                return
        if names:
            return


# -- what is missing


def _commands(text: str, case: Case, manifests: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield the packages that bring a program that was not found: by the lock file, else by the table, else by its name."""
    known = tables.table("packages").get("node", {}).get("programs", {})
    for program in dict.fromkeys(programs(text, case)):
        declared = {name for content in manifests.values() for kind in _KINDS for name in table(content, kind)}
        locked = [name for folder in manifests for name in _bringing(case, folder, program) if name in declared]
        named = known.get(program, program)
        yield from locked or ([named] if named in declared else [program] if program in declared else [])


def _bringing(case: Case, folder: str, program: str) -> Iterator[str]:
    """Yield the packages of a lock file that have a program of that name."""
    for path, item in table(_json(case, f"{folder}package-lock.json"), "packages").items():
        if isinstance(item, dict) and program in table(item, "bin"):
            yield path.rpartition("node_modules/")[2]


# -- where it is declared


def _manifests(case: Case) -> dict[str, Mapping[str, Any]]:
    """Return folder and content of each package.json from the failing file and the command's folder up to the root."""
    found: dict[str, Mapping[str, Any]] = {}
    here = os.path.dirname(case.place)
    here = (
        "" if "node_modules" in here.split("/") else here
    )  # what a package lacks is declared by the project's lock file
    while here:
        found[f"{here}/"] = {}
        here = os.path.dirname(here)
    for folder in (*found, *folders(case)):
        content = _json(case, f"{folder}package.json")
        if content:
            found[folder] = content
    return {folder: content for folder, content in found.items() if content}


def _json(case: Case, path: str) -> Mapping[str, Any]:
    data = case.read(path)
    try:
        value = wire.loads(data.decode("utf-8-sig")) if data else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _declared(name: str, manifests: Mapping[str, Mapping[str, Any]]) -> Wanted | None:
    for folder, content in manifests.items():
        for kind in _KINDS:
            given = table(content, kind).get(name)
            if isinstance(given, str):
                return Wanted(name=name, folder=folder, kind=kind, range=given)
    return None


def _locked(case: Case, name: str, manifests: Mapping[str, Mapping[str, Any]]) -> Wanted | None:
    """Return a package that only a lock file names: something that is declared needs it."""
    for folder in manifests:
        packages = table(_json(case, f"{folder}package-lock.json"), "packages")
        if f"node_modules/{name}" in packages:
            return Wanted(name=name, folder=folder, kind="package-lock.json")
    return None


def _workspace(case: Case, wanted: Wanted, manifests: Mapping[str, Mapping[str, Any]]) -> tuple[str, str]:
    """Return the folder to install in, and the member's folder in it where a workspace's member declares the package."""
    here = wanted.folder.rstrip("/")
    while here:
        here = os.path.dirname(here)
        above = f"{here}/" if here else ""
        content = manifests.get(above) or _json(case, f"{above}package.json")
        spaces = content.get("workspaces")
        patterns = texts(spaces.get("packages") if isinstance(spaces, dict) else spaces)
        member = wanted.folder[len(above) :].rstrip("/")
        if any(_covers(pattern, member) for pattern in patterns) or case.exists(f"{above}pnpm-workspace.yaml"):
            return above, member
    return wanted.folder, ""


def _covers(pattern: str, member: str) -> bool:
    plain = re.escape(pattern.removeprefix("./").rstrip("/")).replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
    return re.fullmatch(plain, member) is not None


# -- what to do


def _settle(case: Case, name: str, manifests: Mapping[str, Mapping[str, Any]]) -> Iterator[Proposal]:
    wanted = _declared(name, manifests) or _locked(case, name, manifests)
    if wanted is None:
        if not _is_own(case, name, manifests):
            yield from _undeclared(case, name, manifests)
        return
    if _is_there(case, wanted):
        return
    others = [
        other for content in manifests.values() for kind in _KINDS for other in table(content, kind) if other != name
    ]
    twin = lookalike.twin(name, "node", others)
    if twin:
        steps = (
            f"`{name}` stands in {wanted.folder}package.json, and it is spelled almost like `{twin}`: packages of such names are traps",
            f"If `{twin}` is meant, package.json has to say so; if not, look at the package before you install it yourself",
        )
        yield guide(f"nothing is installed: `{name}` looks like `{twin}`", steps, kind="install")
        return
    yield _install(case, wanted, manifests)


def _is_there(case: Case, wanted: Wanted) -> bool:
    """Tell whether a package lies in the node_modules of its manifest's folder or above it."""
    places = {wanted.folder, *(folder for folder in folders(case) if wanted.folder.startswith(folder)), ""}
    return any(os.path.isfile(f"{case.root}/{place}node_modules/{wanted.name}/package.json") for place in places)


def _is_own(case: Case, name: str, manifests: Mapping[str, Mapping[str, Any]]) -> bool:
    """Tell whether a name is the project's: a member of its workspace, a path of its tsconfig, a folder or file of it."""
    top = name.split("/")[0]
    for folder, content in manifests.items():
        if content.get("name") == name:
            return True
        for place in (f"{folder}{top}", f"{folder}src/{top}", f"{folder}app/{top}"):
            if any(case.exists(f"{place}{suffix}") for suffix in ("", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".d.ts")):
                return True
        config = (case.read(f"{folder}tsconfig.json") or b"").decode("utf-8", "replace")
        if f'"{name}"' in config or f'"{top}/*"' in config or f'"{name}/*"' in config:
            return True
    return False


def _install(case: Case, wanted: Wanted, manifests: Mapping[str, Mapping[str, Any]]) -> Proposal:
    folder, member = _workspace(case, wanted, manifests)
    manager = _manager(case, folder)
    program = case.program(manager)
    locks = [f"{folder}{lock}" for lock in _LOCKS if case.exists(f"{folder}{lock}")]
    plain, unlocked = _WORDS.get(manager, ((), ()))
    words = list(plain if locks or not unlocked else unlocked)
    if manager == "npm":
        words += [*(("-w", member) if member else ()), *([wanted.name] if wanted.kind in _KINDS else [])]
    where = wanted.kind if wanted.kind not in _KINDS else f"{wanted.folder}package.json"
    title = f"install `{wanted.name}` into {folder}node_modules (declared in {where})"
    shown = shlex.join([manager, *words])
    shown = f"cd {shlex.quote(folder.rstrip('/'))} && {shown}" if folder else shown
    fix = Fix(kind="install", title=title, risk="medium", command=shown)
    if not program or not plain or not _is_from_registry(wanted.range):
        return Proposal(fix=fix, sure=False)
    where = f"{case.root}/{folder}".rstrip("/")
    touches = tuple(path for path in (f"{folder}package.json", *locks) if case.exists(path))
    strangers = _strangers(case, folder) if manager == "npm" else []
    if strangers:
        told = f"{title}; npm would remove `{strangers[0]}`, which nothing declares"
        return Proposal(fix=fix.replace(title=told), sure=False)
    run = Run(argv=(program, *words), cwd=where, touches=touches, manager=manager, environment=where)
    return Proposal(fix=fix, run=run)


def _manager(case: Case, folder: str) -> str:
    """Return the manager of a folder: what its package.json names, else by its lock file."""
    said = str(_json(case, f"{folder}package.json").get("packageManager", "")).partition("@")[0]
    if said in ("npm", "pnpm", "yarn", "bun"):
        return said
    for manager, lock in (("pnpm", "pnpm-lock.yaml"), ("yarn", "yarn.lock"), ("bun", "bun.lock"), ("bun", "bun.lockb")):
        if case.exists(f"{folder}{lock}"):
            return manager
    return "npm"


def _is_from_registry(given: str) -> bool:
    """Tell whether a range is one, or a folder of the project; a repository or an address is a person's to fetch from."""
    return re.match(r"(?:git|https?|ssh|github|gitlab|bitbucket)[+:@]|[\w.-]+/[\w.-]+(?:#|$)", given) is None


def _strangers(case: Case, folder: str) -> list[str]:
    """Return what lies in node_modules and neither npm's own list nor the lock file names: npm would remove it."""
    base = f"{case.root}/{folder}node_modules"
    known: set[str] = set()
    for file in (f"{folder}node_modules/.package-lock.json", f"{folder}package-lock.json"):
        known |= set(table(_json(case, file), "packages"))
    return [name for name in _packages(base) if f"node_modules/{name}" not in known]


def _packages(base: str) -> Iterator[str]:
    for name in _listing(base):
        if name.startswith("@"):
            yield from (f"{name}/{inner}" for inner in _listing(f"{base}/{name}"))
        elif not name.startswith(".") and os.path.isfile(f"{base}/{name}/package.json"):
            yield name


def _listing(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _undeclared(case: Case, name: str, manifests: Mapping[str, Mapping[str, Any]]) -> Iterator[Proposal]:
    """Yield the exact command for a package that no package.json declares; a name that nobody knows gets none."""
    declared: Sequence[str] = [
        other for content in manifests.values() for kind in _KINDS for other in table(content, kind)
    ]
    twin = lookalike.twin(name, "node", declared)
    manager = _manager(case, next(iter(manifests)))
    dev = " --save-dev" if name.startswith("@types/") and manager == "npm" else ""
    verb = {"npm": f"npm install{dev}", "pnpm": "pnpm add", "yarn": "yarn add", "bun": "bun add"}[manager]
    if twin:
        steps: tuple[str, ...] = (f"`{name}` is spelled almost like `{twin}`: the import may be meant as that one",)
        yield guide(f"nothing is installed: `{name}` looks like `{twin}`", steps, kind="install")
    elif not is_plain(name):
        return
    elif not lookalike.is_known(name, "node"):
        steps = (
            f"No package.json declares `{name}`, and it is no well known package: look whose it is first",
            f"If it is the right one: {verb} {name}",
        )
        yield guide(f"nothing is installed: `{name}` is not declared, and nobody knows it", steps, kind="install")
    else:
        title = f"add `{name}` to package.json if the program needs it: nothing declares it"
        yield Proposal(fix=Fix(kind="install", title=title, risk="medium", command=f"{verb} {name}"), sure=False)
