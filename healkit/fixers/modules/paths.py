"""A module that is not found: the one file, package or module of Node that a specifier can have meant."""

from __future__ import annotations

import os
import re

from ... import nearness
from ..proposal import alternatives
from . import edits, packages, places
from .site import plain, proposal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..proposal import Proposal
    from .faults import Fault
    from .project import Graph
    from .scan import Link, Script

_ENDING = re.compile(r"(?:\.d)?\.[cm]?[jt]sx?$|\.json$|\.vue$|\.svelte$")
_INDEX = re.compile(r"/index(?:\.d)?\.[cm]?[jt]sx?$")


def remedies(graph: Graph, fault: Fault) -> Iterator[Proposal]:
    """Yield what makes the specifiers that a message means point at something."""
    links = list(_meant(graph, fault))
    for path, script, link in links:
        if graph.resolve(path, link.spec) and link.spec.startswith(".") and not _lacks_ending(graph, path, link):
            continue  # it is found where we look: something else is wrong
        found = _of_link(graph, path, script, link, fault.hint)
        if found:
            yield from found
            return


def _meant(graph: Graph, fault: Fault) -> Iterator[tuple[str, Script, Link]]:
    if fault.module:
        yield from places.linked(graph, fault)
        return
    script = graph.script(fault.file)
    for link in script.links if script else ():
        if script is not None and script.line(link.spec_start) == fault.line:
            yield fault.file, script, link


def _of_link(graph: Graph, path: str, script: Script, link: Link, hint: str) -> list[Proposal]:
    if not (link.spec.startswith(".") or graph.bases(path, link.spec)):
        return _bare(graph, path, script, link)
    if hint.startswith(("./", "../")) and graph.is_file(os.path.normpath(os.path.join(os.path.dirname(path), hint))):
        return _with_endings(graph, path, script, link)
    if _lacks_ending(graph, path, link):
        return _with_endings(graph, path, script, link)
    found = _nearest(graph, path, script, link, _files_meant(graph, path, link))
    out = []
    for target in found:
        spec = _specifier(graph, path, link, target)
        if spec != link.spec:
            title = f"import from `{spec}` instead of `{link.spec}` ({path}:{script.line(link.spec_start)})"
            out += proposal(graph, title, {path: _all_specs(script, link.spec, spec)})
    if not found and not link.spec.startswith("."):
        return _bare(graph, path, script, link)
    return alternatives(out)


def _all_specs(script: Script, old: str, new: str) -> list[edits.Edit]:
    return [(one.spec_start, one.spec_end, new) for one in script.links if one.spec == old]


def _lacks_ending(graph: Graph, path: str, link: Link) -> bool:
    """Tell whether a relative specifier means a file only with an ending or `/index.js` that it does not have."""
    bases = graph.bases(path, link.spec)
    return link.spec.startswith(".") and bool(bases) and not graph.is_file(bases[0]) and bool(graph.file_at(bases[0]))


def _with_endings(graph: Graph, path: str, script: Script, link: Link) -> list[Proposal]:
    """Return the remedy that gives every relative import of a file the ending that its module system wants."""
    made: list[edits.Edit] = []
    for one in script.links:
        target = graph.resolve(path, one.spec) if one.kind not in ("require", "mock") or one is link else ""
        if not target or not _lacks_ending(graph, path, one) or _is_swapped(one.spec, target):
            continue
        full = _with_ending(path, target)
        if full != one.spec:
            made.append((one.spec_start, one.spec_end, full))
    title = f"name the file with its ending in `{link.spec}` ({path}:{script.line(link.spec_start)})"
    if len(made) > 1:
        title = f"name files with their endings in {len(made)} imports of {path}"
    return proposal(graph, title, {path: made}) if made else []


def _is_swapped(spec: str, target: str) -> bool:
    """Tell whether a specifier already has the ending that TypeScript wants for a file (`./a.js` for a.ts)."""
    return (
        bool(re.search(r"\.[cm]?jsx?$", spec)) and bool(re.search(r"\.[cm]?tsx?$", target)) and "/index." not in target
    )


def _with_ending(path: str, target: str) -> str:
    full = os.path.relpath(target, os.path.dirname(path) or ".")
    full = full if full.startswith(".") else f"./{full}"
    stem, end = os.path.splitext(full)
    return stem + {".ts": ".js", ".tsx": ".js", ".mts": ".mjs", ".cts": ".cjs"}.get(end, end)


def _specifier(graph: Graph, path: str, link: Link, target: str) -> str:
    """Return how a file is named in the way in which the wrong specifier was written: relative, or by its alias."""
    alias = re.match(r"(?:@|~|#|src|app)/?(?=[\w-]*/)|[@~#]/", link.spec)
    if not link.spec.startswith(".") and alias:
        base = graph.bases(path, link.spec)[0]
        rest = link.spec[alias.end() :]
        root = base.removesuffix(rest)
        if base.endswith(rest) and target.startswith(root):
            name = target[len(root) :]
            plain_name = name if _ENDING.search(link.spec) else _INDEX.sub("", _ENDING.sub("", name))
            return link.spec[: alias.end()] + plain_name
    spec = graph.specifier(path, target, link.spec)
    if not _ENDING.search(link.spec) and not graph.is_esm(path) and not spec.endswith((".json", ".vue", ".svelte")):
        spec = _ENDING.sub("", spec)
    return spec


def _files_meant(graph: Graph, path: str, link: Link) -> list[str]:
    """Return the files that a specifier can have meant, by the first rule that finds any."""
    base = graph.bases(path, link.spec)[0] if graph.bases(path, link.spec) else link.spec
    pool = [file for file in _pool(graph, link.spec) if file != path]
    stem, wanted = _stem(base), os.path.basename(_stem(base))
    rules = (
        [file for file in pool if _stem(file) == stem],
        [file for file in pool if _stem(file).lower() == stem.lower() or _ENDING.sub("", file).lower() == stem.lower()],
    )
    for found in rules:
        fitting = [file for file in found if _exports_all(graph, file, link)]
        if fitting:
            return fitting
    same_name = [file for file in pool if os.path.basename(_stem(file)) == wanted and wanted != "index"]
    near = _near(pool, stem)
    fitting = [file for file in same_name if _exports_all(graph, file, link)]
    close = [file for file in near if _exports_all(graph, file, link)]
    if len(fitting) > 1:
        fitting = _longest_tail(fitting, stem)
    return list(dict.fromkeys([*fitting, *close]))


def _nearest(graph: Graph, path: str, script: Script, link: Link, found: list[str]) -> list[str]:
    """Return what is left of several files: those of the kind that the file imports otherwise, then the one much nearer."""
    if len(found) > 1:
        ends = {
            os.path.splitext(target)[1]
            for one in script.links
            if (target := graph.resolve(path, one.spec)) and one.kind == link.kind
        }
        spelt = os.path.splitext(link.spec)[1]
        ends = {spelt} if any(file.endswith(spelt) for file in found) and spelt else ends
        found = [
            file for file in found if os.path.splitext(file)[1] in ends and ".d." not in os.path.basename(file)
        ] or found
    if len(found) > 1:
        counted = sorted((_steps(link.spec, graph.specifier(path, file, link.spec)), file) for file in found)
        if counted[0][0] <= 2 and counted[1][0] >= counted[0][0] + 3:
            return [counted[0][1]]
    return found


def _steps(one: str, other: str) -> int:
    """Return in how many parts two specifiers differ, counted from where their ends begin to."""
    a, b = one.split("/"), other.split("/")
    same = 0
    while same < min(len(a), len(b)) and a[-1 - same] == b[-1 - same]:
        same += 1
    return len(a) + len(b) - 2 * same


def _pool(graph: Graph, spec: str) -> list[str]:
    end = os.path.splitext(spec)[1]
    if end and not _ENDING.search(spec) and re.fullmatch(r"\.[a-z0-9]{1,5}", end):
        other = list(graph.case.files(end))
        if other:
            return other
    return [*graph.files, *graph.case.files(".json")]


def _stem(path: str) -> str:
    """Return a file's path without its ending and without `/index`."""
    return re.sub(r"/index$", "", _ENDING.sub("", path))


def _near(pool: Iterable[str], stem: str) -> list[str]:
    """Return the files whose path differs from a stem by a misspelt part, at most one letter or two in a long name."""
    parts = stem.split("/")
    stems: dict[str, list[str]] = {}
    for file in pool:
        for one in {_stem(file), _ENDING.sub("", file)}:
            stems.setdefault(one, []).append(file)
    out: list[str] = []
    for index in range(len(parts)):
        options = {
            one.split("/")[index]: one
            for one in stems
            if one.count("/") == len(parts) - 1
            and one.split("/")[:index] == parts[:index]
            and one.split("/")[index + 1 :] == parts[index + 1 :]
        }
        meant = nearness.closest(parts[index], options) or next(
            (one for one in options if plain(one) == plain(parts[index])), ""
        )
        if meant:
            out += stems[options[meant]]
    return out


def _exports_all(graph: Graph, file: str, link: Link) -> bool:
    """Tell whether a file exports every name that a link imports, as far as that can be seen."""
    if not file.endswith((".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")):
        return True
    known, complete = graph.all_exports(file)
    own = graph.exports(file)
    if not complete or own.whole is not None:
        return True
    wanted = {name.imported for name in link.names}
    if link.kind == "import" and link.default is not None and own.style != "cjs":
        wanted.add("default")
    return wanted <= set(known)


def _longest_tail(files: Iterable[str], stem: str) -> list[str]:
    """Return those files that share most of the last parts of their path with a stem."""

    def shared(file: str) -> int:
        mine, wanted = _stem(file).split("/")[::-1], stem.split("/")[::-1]
        return next(
            (n for n, (a, b) in enumerate(zip(mine, wanted, strict=False)) if a != b), min(len(mine), len(wanted))
        )

    counted = [(shared(file), file) for file in files]
    best = max(count for count, _ in counted)
    return [file for count, file in counted if count == best]


def _bare(graph: Graph, path: str, script: Script, link: Link) -> list[Proposal]:
    """Return the remedies for a package's name: a project file without its `./`, a declared package or module misspelt."""
    spec, declared = link.spec, graph.dependencies(path)
    name = "/".join(spec.split("/")[: 2 if spec.startswith("@") else 1])
    if name in declared or not re.fullmatch(r"[@\w./:-]+", spec):
        return []
    where = f"{path}:{script.line(link.spec_start)}"
    here = graph.file_at(os.path.normpath(os.path.join(os.path.dirname(path), spec)))
    if here and _exports_all(graph, here, link) and ":" not in spec:
        meant = graph.specifier(path, here, f"./{spec}")
        return proposal(
            graph, f"import from `{meant}`, a file of this project ({where})", {path: _all_specs(script, spec, meant)}
        )
    new = nearness.closest(name, declared) if not spec.startswith("node:") else ""
    if new:
        meant = new + spec[len(name) :]
        return proposal(
            graph,
            f"import the declared package `{meant}` instead of `{spec}` ({where})",
            {path: _all_specs(script, spec, meant)},
        )
    bare = spec.removeprefix("node:")
    builtin = nearness.closest(bare, packages.builtins(graph))
    if builtin and _fits_builtin(graph, builtin, script, link):
        meant = f"node:{builtin}" if spec.startswith("node:") else builtin
        return proposal(
            graph, f"import `{meant}` instead of `{spec}` ({where})", {path: _all_specs(script, spec, meant)}
        )
    return []


def _fits_builtin(graph: Graph, module: str, script: Script, link: Link) -> bool:
    """Tell whether everything that a file takes from a module is exported by one of Node's."""
    known = {*packages.builtins(graph, module), "prototype", "default", "name", "length"}
    wanted = {name.imported for name in link.names} | ({link.member} if link.member else set())
    whole = link.default or link.namespace
    if whole is not None and not link.member:
        wanted |= set(re.findall(rf"(?<![\w$.]){re.escape(whole.local)}\s*\.\s*([A-Za-z_$][\w$]*)", script.code))
    return wanted <= known and (bool(wanted) or len(module) >= 4)
