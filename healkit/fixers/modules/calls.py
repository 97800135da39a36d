"""`x is not a function`: what was imported is not there, or a method's name is misspelt and one other is meant."""

from __future__ import annotations

import re

from ... import nearness
from . import missing, packages, places
from .site import Site, proposal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..proposal import Proposal
    from .faults import Fault
    from .project import Graph
    from .scan import Link, Script

_GLOBALS = {
    "JSON": ("parse", "stringify"),
    "Object": ("keys", "values", "entries", "assign", "freeze", "create", "defineProperty", "fromEntries", "hasOwn", "is"),
    "Array": ("isArray", "from", "of"),
    "Number": ("isInteger", "isFinite", "isNaN", "parseFloat", "parseInt", "isSafeInteger"),
    "Promise": ("all", "allSettled", "any", "race", "resolve", "reject"),
    "Math": (
        "abs", "ceil", "floor", "round", "max", "min", "pow", "random", "sqrt", "trunc", "sign", "log", "log2", "log10", "exp", "hypot",
        "cbrt", "sin", "cos", "tan", "atan2",
    ),
    "console": ("log", "error", "warn", "info", "debug", "table", "trace", "group", "groupEnd", "time", "timeEnd", "assert", "count"),
    "Date": ("now", "parse", "UTC"),
    "String": ("fromCharCode", "fromCodePoint", "raw"),
    "Symbol": ("for", "keyFor"),
    "Reflect": ("ownKeys", "has", "get", "set", "apply", "construct", "defineProperty", "getPrototypeOf"),
    "Buffer": ("from", "alloc", "allocUnsafe", "concat", "isBuffer", "byteLength", "compare"),
    "process": ("exit", "cwd", "nextTick", "hrtime", "memoryUsage", "uptime", "on", "once", "emitWarning", "chdir", "kill"),
}  # fmt: skip
"""Methods of the language's own objects."""
_METHODS = (
    "push", "pop", "shift", "unshift", "slice", "splice", "concat", "join", "reverse", "sort", "indexOf", "lastIndexOf", "includes", "find",
    "findIndex", "findLast", "filter", "map", "forEach", "reduce", "reduceRight", "some", "every", "fill", "flat", "flatMap", "keys",
    "values", "entries", "charAt", "charCodeAt", "codePointAt", "endsWith", "startsWith", "match", "matchAll", "normalize", "padEnd",
    "padStart", "repeat", "replace", "replaceAll", "search", "split", "substring", "toLowerCase", "toUpperCase", "trim", "trimEnd",
    "on", "once", "off", "emit", "write", "end", "pipe", "close", "open", "send", "json", "status", "listen", "use", "next", "return",
    "throw", "log", "error", "warn", "info", "debug", "read", "resolve", "reject", "addEventListener", "removeEventListener", "query",
    "querySelector", "start", "stop", "run", "destroy", "connect", "request", "render", "update", "create", "init", "load", "save",
    "trimStart", "toString", "valueOf", "hasOwnProperty", "toFixed", "toPrecision", "get", "set", "has", "delete", "clear", "add", "then",
    "catch", "finally", "call", "apply", "bind", "test", "exec", "toISOString", "getTime", "getFullYear", "localeCompare", "toJSON",
)  # fmt: skip
"""Methods of strings, arrays, maps, promises and the like."""
_SHORTEST = 4
_METHOD = re.compile(
    r"(?m)^[ \t]+(?:static\s+|async\s+|get\s+|set\s+|public\s+|private\s+|protected\s+|#)*\*?\s*([A-Za-z_$][\w$]*)\s*"
    r"(?:\(|=\s*(?:async\s*)?\()"
)
_KEY = re.compile(
    r"(?<![\w$.])([A-Za-z_$][\w$]*)\s*:\s*(?:async\s+)?(?:function\b|\([^()]*\)\s*=>)"
    r"|\.([A-Za-z_$][\w$]*)\s*=\s*(?:async\s+)?(?:function\b|\()"
)
_NO_METHODS = frozenset(
    ("if", "for", "while", "switch", "catch", "return", "function", "constructor", "super", "await", "typeof")
)


def remedies(graph: Graph, fault: Fault) -> list[Proposal]:
    """Return what makes a call find its function."""
    script = graph.script(fault.file) if fault.file else None
    if script is None:
        return []
    parts = re.sub(r"\([^)]*\)|\(?\.\.\.\)?", "", fault.symbol).split(".")
    first, last = parts[0], parts[-1]
    if (
        re.fullmatch(r"_+\w*|\w*(?:import|mod|index|WEBPACK\w*)_?\d*_*", first)
        and len(parts) == 2
        and first not in script.words()
    ):
        parts, first = [last], last  # what a transpiler made of an imported name
    if len(parts) == 1:
        return _imported_name(graph, fault, script, first)
    if len(parts) == 2:
        for link in script.links:
            whole = link.namespace or link.default
            if whole is not None and whole.local == first:
                return _member(graph, fault, script, link, first, last)
    return _method(graph, fault, script, first, last)


def _imported_name(graph: Graph, fault: Fault, script: Script, name: str) -> list[Proposal]:
    for link in script.links:
        for one in link.names:
            if one.local != name:
                continue
            site = Site(graph, fault.file, script, link, one)
            known, complete = graph.all_exports(site.target) if site.target else ({}, False)
            if site.target and (
                graph.exports(site.target).whole is not None or (complete and one.imported not in known)
            ):
                return missing.of_name(site)
        if link.default is not None and link.default.local == name:
            return _whole(Site(graph, fault.file, script, link, link.default))
    return []


def _whole(site: Site) -> list[Proposal]:
    """A module is called, or constructed, that is an object with what was meant in it."""
    from .defaults import as_named

    if not site.target:
        return []
    own, local = site.graph.exports(site.target), site.name.local
    known, _ = site.graph.all_exports(site.target)
    if own.style == "esm" and own.default is not None and site.link.kind == "require" and not site.link.member:
        end = site.script.code.index(")", site.link.spec_end) + 1
        title = f"take the default export of {site.target} ({site.where})"
        return proposal(site.graph, title, {site.path: [(end, end, ".default")]})
    if own.whole is None and local in known and not site.link.member:
        title = f"take `{local}` out of {site.target}, which exports several names ({site.where})"
        return proposal(site.graph, title, {site.path: as_named(site.script, site.link, site.name, local)})
    return []


def _member(graph: Graph, fault: Fault, script: Script, link: Link, local: str, symbol: str) -> list[Proposal]:
    if link.spec.startswith("."):
        return missing.of_member(graph, fault.file, script, link, local, symbol)
    new = nearness.closest(symbol, packages.names(graph, fault.file, link.spec))
    return _rewritten(graph, fault, script, local, symbol, new)


def _rewritten(graph: Graph, fault: Fault, script: Script, host: str, old: str, new: str) -> list[Proposal]:
    """Return the remedy that writes `host.new` for `host.old` everywhere in a file."""
    form = re.compile(rf"(?<![\w$.]){re.escape(host)}\s*\??\.\s*({re.escape(old)})(?![\w$])")
    found = [(one.start(1), one.end(1), new) for one in form.finditer(script.code)]
    if not new or not found:
        return []
    title = f"write `{host}.{new}` instead of `{host}.{old}` ({fault.file}:{script.line(found[0][0])})"
    return proposal(graph, title, {fault.file: found}, risk="medium")


def _method(graph: Graph, fault: Fault, script: Script, first: str, last: str) -> list[Proposal]:
    """A method's name is misspelt: one of the language's or of the project's own classes is close, and none has that name."""
    if first in _GLOBALS:
        new = nearness.closest(last, _GLOBALS[first])
        return _rewritten(graph, fault, script, first, last, new)
    place = places.at(script, fault, last)
    if place < 0 or script.code[:place].rstrip()[-1:] != ".":
        return []
    own: set[str] = set()
    for path in graph.files:
        if not places.is_test(path):
            other = graph.script(path)
            own |= _methods_of(other) if other is not None else set()
    new = nearness.closest(last, own | set(_METHODS))
    if last in own or last in _METHODS or len(last) < _SHORTEST or not new:
        return []
    title = f"call `{new}` instead of `{last}` ({fault.file}:{fault.line})"
    sure = not places.is_test(fault.file)  # a test may name what the code should have
    return proposal(graph, title, {fault.file: [(place, place + len(last), new)]}, risk="medium", sure=sure)


def _methods_of(script: Script) -> set[str]:
    found = {one[1] for one in _METHOD.finditer(script.code)} - _NO_METHODS
    return found | {one[1] or one[2] for one in _KEY.finditer(script.code)}
