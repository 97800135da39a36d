"""A Python module, program or plugin that the project declares and its environment lacks: that one alone is installed."""

from __future__ import annotations

import os
import re
import shlex

from packaging.specifiers import InvalidSpecifier
from packaging.version import InvalidVersion, Version

from ...project.declaring import normalise
from ...records import Fix, Run
from ..proposal import Proposal, guide
from . import lookalike, missing, optional
from .declared import Declared, folders
from .environment import Environment, installer
from .scene import Scene, is_own, names_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..case import Case
    from .missing import Missing


def propose(case: Case) -> Iterator[Proposal]:
    """Yield the installation of what a failure misses, or what a person can do about it."""
    found = list(missing.python(case))
    if not found or not _is_python(case):
        return
    scene = Scene(case)
    for one in found:
        proposals = list(_settle(scene, one))
        if proposals:
            yield from proposals
            return


def _is_python(case: Case) -> bool:
    return "python" in case.facts.get("managers", {}) or any(
        case.exists(f"{folder}{name}")
        for folder in folders(case)
        for name in ("pyproject.toml", "requirements.txt", "setup.py", "setup.cfg", "Pipfile", "requirements")
    ) or bool(re.search(r"ModuleNotFoundError|ImportError|No module named", case.output))  # fmt: skip


def _settle(scene: Scene, one: Missing) -> Iterator[Proposal]:
    """Yield what can be done about one missing name; nothing when it is none of the project's packages."""
    if one.kind in ("module", "attribute") and is_own(scene, one.name):
        yield from _own_package(scene, one)
        return
    if one.kind in ("attribute", "range"):
        yield from _outdated(scene, one)
        return
    if one.kind == "distribution" and normalise(one.name) in scene.manifests.own:
        yield from _own_package(scene, one)
        return
    names = names_of(one, scene)
    wanted = next((found for name in names if (found := scene.manifests.find(name)) is not None), None)
    wanted = wanted or next((found for name in names if (found := scene.required(name)) is not None), None)
    if wanted is not None:
        yield from _declared(scene, one, wanted)
        yield from optional.propose(scene.case, one, wanted.where)
    elif one.kind == "module":
        yield from _undeclared(scene, one, names)
        yield from optional.propose(scene.case, one, "")


# -- what is declared


def _declared(scene: Scene, one: Missing, wanted: Declared) -> Iterator[Proposal]:
    refusal = _refusal(scene, wanted)
    if refusal is not None:
        yield refusal
        return
    version = scene.version(wanted.name)
    if version and wanted.allows(version) and _satisfies(version, one.spec):
        if _is_broken(scene, one, wanted):
            flags = ("--force-reinstall", "--no-deps")
            yield _install(scene, wanted, f"=={version}", "install {} again, whose files are gone", flags)
        return
    yield _install(scene, wanted, one.spec, "install {}")


def _is_broken(scene: Scene, one: Missing, wanted: Declared) -> bool:
    """Tell whether an installed distribution lacks the very file that is missing, by its own list of files."""
    if scene.env is None:
        return False
    if one.kind == "program":
        return not os.path.exists(f"{scene.env.path}/bin/{one.name}")
    return one.kind == "module" and not scene.env.has_module(one.name) and _lists(scene, wanted, one)


def _satisfies(version: str, spec: str) -> bool:
    return not spec or Declared(name="", shown="", where="", spec=spec).allows(version)


def _lists(scene: Scene, wanted: Declared, one: Missing) -> bool:
    """Tell whether an installed distribution's own list of files holds the missing module."""
    files = scene.installed[wanted.name].files or ()
    place = one.name.replace(".", "/")
    return any(str(file) in (f"{place}.py", f"{place}/__init__.py") for file in files)


def _refusal(scene: Scene, wanted: Declared) -> Proposal | None:
    """Return why a declared name is not installed: it looks like another one, or its marker shuts this Python out."""
    others = [name for name in scene.manifests.asked if name != wanted.name]
    twin = lookalike.twin(wanted.name, "python", others)
    if twin:
        steps: tuple[str, ...] = (
            f"`{wanted.shown}` stands in {wanted.where}, and it is spelled almost like `{twin}`: packages of such names are traps",
            f"If `{twin}` is meant, {wanted.where} has to say so; if not, look at the package before you install it yourself",
        )
        return guide(f"nothing is installed: `{wanted.shown}` looks like `{twin}`", steps, kind="install")
    if not wanted.applies:
        steps = (f"{wanted.where} declares `{wanted.shown}` for another Python or another system than this one",)
        return guide(f"`{wanted.shown}` is declared, but not for this environment", steps, kind="install")
    return None


def _install(scene: Scene, wanted: Declared, spec: str, title: str, flags: tuple[str, ...] = ()) -> Proposal:
    """Return the installation of one requirement, sure where the environment is the project's own."""
    case, env = scene.case, scene.env
    text = _requirement(scene, wanted, spec)
    place = f" into {env.shown}" if env is not None else ""
    title = f"{title.format(f'`{text or wanted.shown}`')}{place} (declared in {wanted.where})"
    manager, words = installer(case, env, scene.installed) if env is not None else ("", ())
    if env is None or not words or wanted.source or not text:
        return _by_hand(scene, wanted, text or wanted.shown, title)
    known = ("--require-hashes", "-r", wanted.hashed) if wanted.hashed else (text,)
    narrowed = [word for file in wanted.constraints for word in ("-c", file)] if not wanted.hashed else []
    argv = (*words, *_flags(manager, flags), *wanted.options, *narrowed, *known)
    sure = not (scene.manifests.indexes and manager != "uv")
    fix = Fix(kind="install", title=title, risk="medium", command=_shown(case, argv))
    return Proposal(fix=fix, run=Run(argv=argv, cwd=case.root, manager=manager, environment=env.python), sure=sure)


def _flags(manager: str, flags: tuple[str, ...]) -> tuple[str, ...]:
    return tuple("--reinstall" if manager == "uv" and flag == "--force-reinstall" else flag for flag in flags)


def _requirement(scene: Scene, wanted: Declared, spec: str) -> str:
    """Return the requirement for the installer: the locked version where there is one, else the declared range."""
    pin = scene.manifests.pinned(wanted)
    try:
        if pin and _satisfies(pin.removeprefix("=="), spec):
            return wanted.replace(spec="").requirement(pin)
        return wanted.requirement(spec)
    except (InvalidSpecifier, ValueError):
        return ""


def _by_hand(scene: Scene, wanted: Declared, text: str, title: str) -> Proposal:
    """Return the command as a suggestion: there is no environment to install into, or no registry to install from."""
    facts = scene.case.facts
    how = facts.get("how", {}).get("python", {}).get(wanted.name) or facts.get("install", {}).get("python", "")
    add = str(facts.get("add", {}).get("python", "") or "python -m pip install {package}")
    command = how if wanted.source or scene.env is None else add.replace("{package}", shlex.quote(text))
    reason = f": {scene.why}" if scene.why else f": it comes from its own {wanted.source}" if wanted.source else ""
    fix = Fix(
        kind="install",
        title=f"{title}{reason}",
        risk="medium",
        command=str(command or add.replace("{package}", shlex.quote(text))),
    )
    return Proposal(fix=fix, sure=False)


def _shown(case: Case, argv: tuple[str, ...]) -> str:
    """Return words as people would type them in the project."""
    words = [word[len(case.root) + 1 :] if word.startswith(f"{case.root}/") else word for word in argv]
    if os.path.isabs(words[0]):
        words[0] = os.path.basename(words[0])
    return shlex.join(words)


# -- what is installed in another version


def _outdated(scene: Scene, one: Missing) -> Iterator[Proposal]:
    """Yield the declared version of an installed distribution that is not the declared one."""
    names = [one.name] if one.kind == "range" else names_of(one.replace(kind="module"), scene)
    for name in names:
        wanted, version = scene.manifests.find(name), scene.version(name)
        if wanted is None or not version or (not wanted.direct and one.kind == "attribute"):
            continue
        pin = scene.manifests.pinned(wanted)
        off = not wanted.allows(version) or not _satisfies(version, one.spec) or (pin and not _same(version, pin))
        if not off:
            continue
        refusal = _refusal(scene, wanted)
        yield refusal or _install(scene, wanted, one.spec, f"install {{}} in place of {version}")
        return


def _same(version: str, pin: str) -> bool:
    try:
        return Version(version) == Version(pin.removeprefix("=="))
    except InvalidVersion:
        return True


# -- what nobody declares


def _undeclared(scene: Scene, one: Missing, names: list[str]) -> Iterator[Proposal]:
    """Yield the exact command for a module that no manifest declares; a name that nobody knows gets none."""
    name = names[0]
    if scene.version(name):
        return  # installed, and the module is not in it: nothing to install
    twin = lookalike.twin(name, "python", scene.manifests.asked)
    facts = scene.case.facts
    declare = str(
        facts.get("declare", {}).get("python")
        or facts.get("add", {}).get("python")
        or "python -m pip install {package}"
    )
    if twin:
        steps: tuple[str, ...] = (
            f"`{one.name}` is spelled almost like `{twin}`: the import may be meant, {declare.replace('{package}', twin)}",
        )
        yield guide(f"nothing is installed: `{one.name}` looks like `{twin}`", steps, kind="install")
        return
    command = declare.replace("{package}", shlex.quote(name))
    if not lookalike.is_known(name, "python"):
        steps = (
            f"No manifest declares `{one.name}`, and it is no well known package: look whose it is first",
            f"If it is the right one: {command}",
        )
        yield guide(f"nothing is installed: `{one.name}` is not declared, and nobody knows it", steps, kind="install")
        return
    title = f"add `{name}` to the project's dependencies if it needs it: no manifest declares it"
    yield Proposal(fix=Fix(kind="install", title=title, risk="medium", command=command), sure=False)


def _own_package(scene: Scene, one: Missing) -> Iterator[Proposal]:
    """Yield the installation of the project itself, as a suggestion: its own code is there, its metadata is not."""
    own = next(iter(sorted(scene.manifests.own)), "")
    env: Environment | None = scene.env
    if env is None or not own or own in scene.installed:
        return
    if one.kind == "module" and normalise(one.name.split(".")[0]) not in scene.manifests.own:
        return
    _, words = installer(scene.case, env, scene.installed)
    if words:
        command = _shown(scene.case, (*words, "-e", "."))
        title = f"install the project itself into {env.shown}, so that `{one.name}` is found"
        yield Proposal(fix=Fix(kind="install", title=title, risk="medium", command=command), sure=False)
