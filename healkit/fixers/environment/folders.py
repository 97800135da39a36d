"""A file or folder that is not there: the folder that a program writes into, a file with an example beside it, another folder."""

from __future__ import annotations

import fnmatch
import os
import re

from ... import tables
from ...records import Change, Fix
from ..manifests.near import closest, entries
from ..proposal import Proposal, edit, guide
from . import wording

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..case import Case

_WRITING_CALLS = ("mkdir", "copyfile", "rename", "mkdtemp", "write", "symlink", "link")
_EXAMPLES = (".example", ".sample", ".dist", ".template", ".default", "-example", ".tmpl")


def propose(case: Case) -> Iterator[Proposal]:
    """Yield what gives a program the file or folder that it misses."""
    yield from _folders(case)
    yield from _examples(case)
    yield from _variables(case)
    yield from _elsewhere(case)
    yield from _submodules(case)


def _inside(case: Case, path: str) -> str:
    """Return a printed path relative to the root; empty when it lies outside."""
    full = os.path.normpath(os.path.join(case.cwd, path))
    return os.path.relpath(full, case.root) if full.startswith(f"{case.root}/") else ""


def _folders(case: Case) -> Iterator[Proposal]:
    done = set()
    for found in wording.found(case, "missing"):
        groups = {name: text for name, text in found.groupdict().items() if text}
        call = groups.pop("call", "")
        kind, path = next(iter(groups.items()))
        relative = _inside(case, path)
        if not relative or relative in done:
            continue
        done.add(relative)
        folder = relative if kind == "entered" or call in ("scandir", "chdir") else os.path.dirname(relative)
        if folder and not case.exists(folder) and ".git" not in folder.split("/"):
            yield from _made(case, folder, kind == "written" or _is_written(case, found, call, path))


def _is_written(case: Case, found: re.Match[str], call: str, path: str) -> bool:
    """Tell whether the program wanted to write: by the system call, or by the line of code above or below the message."""
    if call in _WRITING_CALLS:
        return True
    around = found.string[max(0, found.start() - 900) : found.end() + 700]
    if tables.expression("environment", "writes").search(around):
        return True
    redirected = re.compile(rf">>?\s*[\"']?(?:\./)?{re.escape(path.removeprefix('./'))}(?![\w/.-])")
    scripts = ("Makefile", "makefile", "package.json", *(word for word in case.argv if word.endswith(".sh")))
    texts = [
        case.result.command,
        case.output,
        *((case.read(name) or b"").decode("utf-8", "replace") for name in scripts),
    ]
    return any(redirected.search(text) for text in texts)


def _made(case: Case, folder: str, written: bool) -> Iterator[Proposal]:
    first = next(part for part in _steps(folder) if not case.exists(part))
    parent, name = os.path.split(first)
    beside = [
        other
        for other in entries(os.path.join(case.root, parent))
        if os.path.isdir(os.path.join(case.root, parent, other))
    ]
    output = _is_output(case, folder)
    sure = written and output and not closest(name, beside)
    title = (
        f"make the folder {folder}, which the program writes into"
        if written
        else f"make the folder {folder}, which is missing"
    )
    if written or output:
        yield edit("environment", title, [Change(path=f"{folder}/", before=None, after=None)], risk="medium", sure=sure)


def _steps(folder: str) -> list[str]:
    parts = folder.split("/")
    return ["/".join(parts[: number + 1]) for number in range(len(parts))]


def _is_output(case: Case, folder: str) -> bool:
    """Tell whether a folder holds what programs write: by a usual name, or because git ignores it."""
    usual = wording.names("output_folders")
    if any(part.lower() in usual or part.startswith(("tmp", "out", "log")) for part in folder.split("/")):
        return True
    ignored = (case.read(".gitignore") or b"").decode("utf-8", "replace").split("\n")
    globs = [line.strip().strip("/") for line in ignored if line.strip() and not line.startswith(("#", "!"))]
    return any(fnmatch.fnmatchcase(part, glob) for part in _steps(folder) for glob in globs if glob)


def _examples(case: Case) -> Iterator[Proposal]:
    """Yield the copy of an example for a file that is missing; a person must look at what stands in it."""
    done = set()
    for found in wording.found(case, "missing"):
        path = next((text for name, text in found.groupdict().items() if text and name != "call"), "")
        relative = _inside(case, path)
        if relative and relative not in done and not case.exists(relative):
            done.add(relative)
            yield from _copied(case, relative, f"{relative} is missing")


def _copied(case: Case, relative: str, why: str) -> Iterator[Proposal]:
    stem, ending = os.path.splitext(relative)
    names = [f"{relative}{suffix}" for suffix in _EXAMPLES] + [
        f"{stem}{suffix}{ending}" for suffix in _EXAMPLES if ending
    ]
    for name in names:
        data = case.read(name)
        if data is not None:
            change = Change(path=relative, before=None, after=data)
            yield edit("environment", f"copy {name} to {relative}: {why}", [change], risk="medium", sure=False)
            return


def _variables(case: Case) -> Iterator[Proposal]:
    """Yield a guide for a variable that is not set and stands in an example file."""
    for found in wording.found(case, "unset"):
        name = found["name"]
        if name in os.environ:
            continue
        for path in case.files():
            base = os.path.basename(path)
            if not base.startswith(".env") and not base.endswith((".env", ".env.example", "env.sample")):
                continue
            text = (case.read(path) or b"").decode("utf-8", "replace")
            line = re.search(rf"(?m)^(?:export )?{re.escape(name)}=", text)
            if line is None:
                continue
            own = os.path.join(os.path.dirname(path), ".env")
            if base != ".env" and not case.exists(own):
                yield from _copied(case, own, f"{name} is not set, and {path} has it")
            steps = [
                f"`{name}` stands in {path}; set it for the command, or load the file: `set -a; . ./{path}; set +a`."
            ]
            yield guide(f"the environment variable {name} is not set", steps, kind="environment")
            return


def _elsewhere(case: Case) -> Iterator[Proposal]:
    """Yield the folder in which the command would find its file, where there is exactly one."""
    found = next(wording.found(case, "wrong_folder"), None)
    if found is None:
        return
    name = os.path.basename(next((text for text in found.groups() if text), "package.json"))
    wanted = ("Makefile", "makefile", "GNUmakefile") if name == "makefile" else (name,)
    folders = {os.path.dirname(path) for path in case.files() if os.path.basename(path) in wanted}
    here = os.path.relpath(case.cwd, case.root)
    folders.discard("" if here == "." else here)
    if len(folders) != 1:
        return
    target = os.path.relpath(os.path.join(case.root, folders.pop()), case.cwd)
    command = f"cd {_quoted(target)} && {case.result.command}"
    title = f"{wanted[0]} is in {target}: run the command there"
    yield Proposal(fix=Fix(kind="environment", title=title, risk="medium", command=command), sure=False)


def _submodules(case: Case) -> Iterator[Proposal]:
    text = (case.read(".gitmodules") or b"").decode("utf-8", "replace")
    for path in re.findall(r"(?m)^\s*path\s*=\s*(\S+)", text):
        full = os.path.join(case.root, path)
        if path in case.output and (not os.path.isdir(full) or not entries(full)):
            command = f"git submodule update --init {_quoted(path)}"
            title = f"the submodule {path} has not been fetched"
            yield Proposal(fix=Fix(kind="environment", title=title, risk="medium", command=command), sure=False)


def _quoted(text: str) -> str:
    from ...choose import quote

    return quote(text)
