"""Cargo and Go: what the manifest declares and the shared cache lacks is fetched; neither installs into the project."""

from __future__ import annotations

import re
import shlex

from ...records import Fix, Run
from ..proposal import Proposal
from .declared import folders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..case import Case

_OFFLINE = re.compile(
    r"you(?:'re using| are in the) offline mode|--offline was specified|--frozen was specified|can't checkout from .*offline"
)
_CRATE = re.compile(
    r"no matching package named `([\w-]+)`|failed to (?:get|download|load source for dependency) `([\w-]+)"
)
_GO_SUM = re.compile(r"missing go\.sum entry(?: for module providing package (?P<package>\S+))?")
_GO_COMMAND = re.compile(r"go mod download (?P<module>[\w./~-]+)")
_GO_ABSENT = re.compile(
    r"no required module provides package (?P<package>[\w./~-]+)|cannot find module providing package (?P<other>[\w./~-]+)"
)
_GO_TIDY = re.compile(r"updates to go\.(?:mod|sum) needed|go: updating go\.(?:mod|sum)|to update it:\s+go mod tidy")


def propose(case: Case) -> Iterator[Proposal]:
    """Yield the fetching of what Cargo.toml or go.mod declares."""
    if "rust" in case.facts.get("managers", {}) or _folder(case, "Cargo.toml") is not None:
        yield from _cargo(case)
    if "go" in case.facts.get("managers", {}) or _folder(case, "go.mod") is not None:
        yield from _go(case)


def _folder(case: Case, manifest: str) -> str | None:
    return next((folder for folder in folders(case) if case.exists(f"{folder}{manifest}")), None)


def _cargo(case: Case) -> Iterator[Proposal]:
    folder = _folder(case, "Cargo.toml")
    if folder is None or not _OFFLINE.search(case.output):
        return
    found = _CRATE.search(case.output)
    crate = next((name for name in found.groups() if name), "") if found else ""
    lock = case.exists(f"{folder}Cargo.lock")
    known = crate in case.facts.get("declared", {}).get("rust", {}) or (lock and crate and _locks(case, folder, crate))
    if crate and not known:
        return
    argv = ("cargo", "fetch", *(("--locked",) if lock else ()))
    title = f"fetch the crates that {folder}Cargo.toml declares{f', `{crate}` among them' if crate else ''}"
    yield _fetch(case, folder, argv, title, "Cargo.lock", "cargo")


def _locks(case: Case, folder: str, crate: str) -> bool:
    return f'name = "{crate}"' in (case.read(f"{folder}Cargo.lock") or b"").decode("utf-8", "replace")


def _go(case: Case) -> Iterator[Proposal]:
    folder = _folder(case, "go.mod")
    if folder is None:
        return
    text, declared = case.output, case.facts.get("declared", {}).get("go", {})
    if found := _GO_SUM.search(text):
        named = _GO_COMMAND.search(text)
        package = (named["module"] if named else found["package"] or "").rstrip(":;,")
        module = max((name for name in declared if f"{package}/".startswith(f"{name}/")), key=len, default="")
        if module:
            title = f"download `{module}`, which {folder}go.mod declares and go.sum lacks"
            yield _fetch(case, folder, ("go", "mod", "download", module), title, "go.sum", "go")
            return
    if _GO_SUM.search(text) or _GO_TIDY.search(text):
        fix = Fix(
            kind="install",
            title="bring go.mod and go.sum in line with the imports",
            risk="medium",
            command="go mod tidy",
        )
        yield Proposal(fix=fix, sure=False)
    elif absent := _GO_ABSENT.search(text):
        package = absent["package"] or absent["other"]
        fix = Fix(
            kind="install",
            title=f"add `{package}` to go.mod if the program needs it: nothing declares it",
            risk="medium",
            command=shlex.join(["go", "get", package]),
        )
        yield Proposal(fix=fix, sure=False)


def _fetch(case: Case, folder: str, argv: tuple[str, ...], title: str, lock: str, manager: str) -> Proposal:
    """Return a run of the manager; cache and project stay apart, only the lock file may change."""
    where = f"{case.root}/{folder}".rstrip("/")
    program = case.program(argv[0])
    fix = Fix(kind="install", title=title, risk="medium", command=shlex.join(argv))
    if not program:
        return Proposal(fix=fix, sure=False)
    run = Run(argv=(program, *argv[1:]), cwd=where, touches=(f"{folder}{lock}",), manager=manager, environment=where)
    return Proposal(fix=fix, run=run)
