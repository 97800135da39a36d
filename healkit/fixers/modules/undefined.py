"""A name that nobody declared: it is imported from the one module that exports it, or was a misspelt name of the file."""

from __future__ import annotations

import re

from ... import nearness
from . import edits, packages, places
from .site import proposal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..proposal import Proposal
    from .faults import Fault
    from .project import Graph
    from .scan import Link, Script

_HOOKS = frozenset(
    (
        "useState", "useEffect", "useContext", "useReducer", "useCallback", "useMemo", "useRef", "useLayoutEffect", "useId",
        "useImperativeHandle", "useTransition", "useDeferredValue", "useSyncExternalStore", "createContext", "forwardRef", "memo",
        "Fragment", "Suspense", "lazy", "Component", "PureComponent", "createElement", "cloneElement",
    )
)  # fmt: skip
"""What React exports and people forget to import."""
_OF_NODE = frozenset(
    (
        "fs", "path", "os", "util", "http", "https", "zlib", "readline", "stream", "assert", "events", "querystring", "vm", "tls",
        "net", "dns",
    )
)  # fmt: skip
"""Modules of Node that go by their own name."""
_SPECIAL = frozenset(
    (
        "jest", "describe", "it", "test", "expect", "vi", "suite", "before", "after", "beforeEach", "afterEach", "beforeAll", "afterAll",
        "window", "document", "navigator", "localStorage", "sessionStorage", "self", "fetch", "XMLHttpRequest", "WebSocket", "File",
        "module", "exports", "require", "define", "process", "Buffer", "global", "globalThis", "Deno", "Bun", "chrome", "browser", "jQuery",
    )
)  # fmt: skip
"""Names that a surrounding gives or does not give; no import of the project's makes up for it."""


def remedies(graph: Graph, fault: Fault, found: Sequence[Fault] = ()) -> list[Proposal]:
    """Return what gives an undeclared name a meaning; `found` are all faults of the run."""
    script = graph.script(fault.file) if fault.file else None
    name = fault.symbol
    if script is None or name in _SPECIAL or not places.IDENTIFIER.fullmatch(name) or not script.uses(name):
        return []
    more = {one.symbol for one in found if (one.kind, one.file) == ("undefined", fault.file)} - {name}
    together = _all_exported(graph, fault, script, [name, *sorted(more)]) if more else []
    if together:
        return together
    for rule in (_misspelt_import, _exported, _as_others_do, _of_react, _of_node, _in_node, _local):
        remedy = rule(graph, fault, script)
        if remedy:
            return remedy
    return []


def _all_exported(graph: Graph, fault: Fault, script: Script, names: list[str]) -> list[Proposal]:
    """Several names of a file are undeclared, as when an import is missing: all that have one place to come from."""
    by_file: dict[str, list[str]] = {}
    for name in names:
        source = places.source(graph, fault.file, script, name)
        if source and _is_telling(graph, fault.file, script, name, source):
            by_file.setdefault(source, []).append(name)
        elif name == names[0]:
            return []
    if sum(map(len, by_file.values())) < 2:
        return []
    made: list[edits.Edit] = []
    before = min((place for name in names for place in script.uses(name)), default=-1)
    for source, wanted in by_file.items():
        link = _link_to(graph, fault.file, script, source)
        if link is not None and link.list_start >= 0:
            made += [one for name in wanted for one in edits.with_name(script, link, name)]
        else:
            spec = graph.specifier(fault.file, source)
            made += edits.new_import(graph, fault.file, spec, f"{{ {', '.join(wanted)} }}", before=before)
    every = [name for wanted in by_file.values() for name in wanted]
    title = f"import `{'`, `'.join(every[:4])}`{' and others' if len(every) > 4 else ''} ({fault.file})"
    return proposal(graph, title, {fault.file: made})


def _link_to(graph: Graph, path: str, script: Script, target: str) -> Link | None:
    """Return the statement by which a file imports values from another one."""
    links = (one for one in script.links if one.kind in ("import", "require") and not one.type_only)
    return next(
        (one for one in links if one.bound or one.kind == "import" if graph.resolve(path, one.spec) == target), None
    )


def _misspelt_import(graph: Graph, fault: Fault, script: Script) -> list[Proposal]:
    """The file imports a name that its module does not have, and the module has the one that is used."""
    for link in script.links:
        if not any(nearness.closest(fault.symbol, [name.local]) for name in link.names):
            continue
        target = graph.resolve(fault.file, link.spec)
        known = set(graph.all_exports(target)[0] if target else packages.names(graph, fault.file, link.spec))
        for name in link.names:
            if fault.symbol in known and name.imported not in known and nearness.closest(fault.symbol, [name.local]):
                title = f"import `{fault.symbol}` instead of `{name.imported}` ({fault.file}:{script.line(name.start)})"
                return proposal(graph, title, {fault.file: [(name.start, name.end, fault.symbol)]})
    return []


def _exported(graph: Graph, fault: Fault, script: Script) -> list[Proposal]:
    """Exactly one module of the project exports it."""
    name = fault.symbol
    source = places.source(graph, fault.file, script, name)
    if source:
        sure = _is_telling(graph, fault.file, script, name, source)
        link = _link_to(graph, fault.file, script, source)
        made = edits.with_name(script, link, name) if link is not None else []
        if link is not None and made and (link.list_start >= 0 or link.kind == "import"):
            return proposal(
                graph, f"import `{name}` from `{link.spec}` too ({fault.file})", {fault.file: made}, sure=sure
            )
        found = _imported(graph, fault, graph.specifier(fault.file, source), f"{{ {name} }}", script)
        return [one.replace(sure=sure) for one in found]
    if places.exporters(graph, name, (fault.file,)):
        return []
    defaults = _default_exporters(graph, name, fault.file)
    if len(defaults) == 1:
        return _imported(graph, fault, graph.specifier(fault.file, defaults[0]), name, script)
    return []


def _is_telling(graph: Graph, path: str, script: Script, name: str, source: str) -> bool:
    """Tell whether a name is more than a word that any function may use for a variable of its own.

    `options` may be a parameter that somebody forgot; `parseOptions`, a class, or what other files import is not.
    """
    if name in _declared(script):
        return False
    if re.search(r".[A-Z_]|^[A-Z]", name):
        return True
    declared = graph.exports(graph.all_exports(source)[0].get(name, (source, name))[0]).declared.get(name)
    if declared is not None and declared.kind in ("function", "class"):
        return True
    others = (link for at, _, link in graph.importers(source) if at != path)
    return any(True for link in others for _ in places.names_of(link, name))


def _default_exporters(graph: Graph, name: str, besides: str) -> list[str]:
    """Return the modules whose default export (or whole `module.exports`) has that name."""
    out = []
    for path, _ in graph.holding(name):
        own = graph.exports(path)
        if path != besides and not places.is_test(path) and name in (own.default, own.whole):
            out.append(path)
    return out


def _imported(graph: Graph, fault: Fault, spec: str, clause: str, script: Script) -> list[Proposal]:
    type_only = fault.code in ("TS2304", "TS2503") and _types_only(script, fault.symbol) and _wants_types(script)
    first = min(script.uses(fault.symbol), default=-1)
    made = edits.new_import(graph, fault.file, spec, clause, type_only=type_only, before=first)
    return proposal(graph, f"import `{fault.symbol}` from `{spec}` ({fault.file})", {fault.file: made}) if made else []


def _types_only(script: Script, name: str) -> bool:
    """Tell whether a name stands only where types stand."""
    return all(
        re.search(r"[:<|&,]\s*$|\b(?:extends|implements|as|is|keyof)\s+$", script.code[:place])
        for place in script.uses(name)
    )


def _wants_types(script: Script) -> bool:
    return any(link.type_only for link in script.links)


def _as_others_do(graph: Graph, fault: Fault, script: Script) -> list[Proposal]:
    """Every other file that uses the name imports it from one and the same package."""
    found: dict[tuple[str, str], int] = {}
    for path, other in graph.holding(fault.symbol):
        for link in other.links:
            if path == fault.file or link.kind not in ("import", "require") or link.spec.startswith("."):
                continue
            for name in (link.default, link.namespace, *link.names):
                if name is not None and name.local == fault.symbol:
                    found[(link.spec, _clause(name.imported, fault.symbol))] = 1
    packages_found = {spec.removeprefix("node:") for spec, _ in found}
    if len(packages_found) != 1:
        return []
    spec, clause = next(iter(found))
    there = next((link for link in script.links if link.spec == spec and link.kind in ("import", "require")), None)
    if there is not None and clause.startswith("{") and not there.type_only:
        made = edits.with_name(script, there, clause[1:-1].strip())
        if made:
            return proposal(graph, f"import `{fault.symbol}` from `{spec}` too ({fault.file})", {fault.file: made})
    return _imported(graph, fault, spec, clause, script)


def _clause(imported: str, local: str) -> str:
    if imported == "default":
        return local
    if imported == "*":
        return f"* as {local}"
    return f"{{ {imported} }}" if imported == local else f"{{ {imported} as {local} }}"


def _of_react(graph: Graph, fault: Fault, script: Script) -> list[Proposal]:
    """React is declared, and the name is React's."""
    if "react" not in graph.dependencies(fault.file):
        return []
    if fault.symbol == "React":
        return _imported(graph, fault, "react", "React", script)
    if fault.symbol not in _HOOKS:
        return []
    there = next(
        (link for link in script.links if link.spec == "react" and link.kind == "import" and not link.type_only), None
    )
    made = edits.with_name(script, there, fault.symbol) if there is not None else []
    if made:
        return proposal(graph, f"import `{fault.symbol}` from `react` too ({fault.file})", {fault.file: made})
    return _imported(graph, fault, "react", f"{{ {fault.symbol} }}", script)


def _of_node(graph: Graph, fault: Fault, script: Script) -> list[Proposal]:
    """It is a module of Node by that name, and everything that is taken off it is there."""
    name = fault.symbol
    if name not in _OF_NODE or (fault.code and "@types/node" not in graph.dependencies(fault.file)):
        return []
    members = set(re.findall(rf"(?<![\w$.]){name}\s*\.\s*([A-Za-z_$][\w$]*)", script.code))
    if name not in ("assert",) and not (members and members <= set(packages.builtins(graph, name))):
        return []
    prefix = "node:" if any(link.spec.startswith("node:") for link in script.links) else ""
    star = (
        not prefix
        and any(link.namespace and not link.spec.startswith(".") for link in script.links)
        and fault.file.endswith(".ts")
    )
    return _imported(graph, fault, f"{prefix}{name}", f"* as {name}" if star else name, script)


def _in_node(graph: Graph, fault: Fault, script: Script) -> list[Proposal]:
    """Exactly one of Node's own modules exports it; where a bundler or a browser may run the file, nobody knows."""
    if (
        len(fault.symbol) < 5
        or fault.code
        or not graph.case.runs("node", "mocha", "ava", "npm", "yarn", "pnpm", "c8", "nyc", "tsx")
    ):
        return []
    found = packages.builtin_exporters(graph, fault.symbol)
    if len(found) != 1:
        return []
    prefix = "node:" if any(link.spec.startswith("node:") for link in script.links) else ""
    return _imported(graph, fault, f"{prefix}{found[0]}", f"{{ {fault.symbol} }}", script)


def _local(graph: Graph, fault: Fault, script: Script) -> list[Proposal]:
    """One name that the file declares is close to it."""
    name = fault.symbol
    known = _declared(script)
    new = nearness.closest(name, known - {name})
    hint = fault.hint if fault.hint in known else ""
    if fault.hint and not hint and not new:
        new = fault.hint if nearness.distance(name.lower(), fault.hint.lower()) <= 1 + (len(name) >= 8) else ""
    new = new or hint
    if not new:
        return []
    there = script.uses(name)
    place = places.at(script, fault, name)
    used = there if len(there) > 1 and place in there else [place] if place >= 0 else there
    title = f"write `{new}` instead of `{name}` ({fault.file}:{script.line(used[0])})"
    return proposal(graph, title, {fault.file: [(at, at + len(name), new) for at in used]}, risk="medium")


def _declared(script: Script) -> set[str]:
    """Return every name that a file declares somewhere: imports, variables, functions, classes, parameters."""
    out = set()
    for link in script.links:
        out |= {one.local for one in (link.default, link.namespace, *link.names) if one is not None}
    out |= set(
        re.findall(r"\b(?:const|let|var|function\s*\*?|class|enum|interface|type)\s+([A-Za-z_$][\w$]*)", script.code)
    )
    for found in re.finditer(r"\b(?:const|let|var)\s*[{\[]([^=;{}]*)[}\]]\s*=", script.code):
        out |= set(re.findall(r"(?::\s*)?([A-Za-z_$][\w$]*)\s*(?=,|$|=)", found[1]))
    for found in re.finditer(r"(?:function\s*\*?\s*[\w$]*\s*|[\w$]\s*)?\(([^()]*)\)\s*(?:=>|\{|:)", script.code):
        out |= set(re.findall(r"(?:^|,|\{|\.\.\.)\s*([A-Za-z_$][\w$]*)", found[1]))
    out |= set(re.findall(r"([A-Za-z_$][\w$]*)\s*=>", script.code))
    return out
