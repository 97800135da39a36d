"""Small things that a framework or Node wants said: `'use client'`, the type of a JSON import, a utility class that exists."""

from __future__ import annotations

import re

from ... import nearness
from . import edits
from .site import proposal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..proposal import Proposal
    from .faults import Fault
    from .project import Graph
    from .scan import Script

_SERVER = re.compile(
    r"export\s+(?:const\s+(?:metadata|viewport|dynamic|revalidate)\b|(?:async\s+)?function\s+generate(?:Metadata|StaticParams)\b)"
    r"|export\s+default\s+async\b"
)
_CORE = (
    "flex", "grid", "block", "inline", "inline-block", "inline-flex", "hidden", "absolute", "relative", "fixed", "sticky", "static",
    "container", "truncate", "uppercase", "lowercase", "capitalize", "italic", "underline", "antialiased", "border", "rounded", "shadow",
    "transition", "visible", "invisible", "items-center", "items-start", "items-end", "justify-center", "justify-between",
    "justify-start", "justify-end", "flex-col", "flex-row", "flex-wrap", "flex-1", "w-full", "h-full", "w-screen", "h-screen",
    "text-center", "text-left", "text-right", "font-bold", "font-medium", "font-semibold", "mx-auto", "text-white", "text-black",
    "bg-white", "bg-black", "bg-transparent", "text-xs", "text-sm", "text-base", "text-lg", "text-xl", "text-2xl", "text-3xl",
    "rounded-md", "rounded-lg", "rounded-full", "shadow-md", "shadow-lg", "overflow-hidden", "overflow-auto", "cursor-pointer",
)  # fmt: skip
"""Everyday classes that need no configuration."""
_PREFIXES = (
    "bg", "text", "border", "ring", "fill", "stroke", "from", "to", "via", "divide", "accent", "font", "shadow", "rounded", "p", "m",
    "gap", "w", "h",
)  # fmt: skip


def client(graph: Graph, fault: Fault) -> list[Proposal]:
    """Return the remedy for a component that must run in the browser: the directive at the top of its file."""
    script = graph.script(fault.file) if fault.file else None
    if script is None or re.match(r"\s*(['\"])use client\1", script.text) or not _names(script, fault.symbol):
        return []
    mark, end = edits.quote_of(script), edits.semicolon_of(script)
    head = re.match(r"(?:#![^\n]*\n)?", script.text)
    place = head.end() if head else 0
    sure = not _SERVER.search(script.code)
    title = f"mark {fault.file} as a client component: it uses `{fault.symbol}`"
    return proposal(
        graph, title, {fault.file: [(place, place, f"{mark}use client{mark}{end}\n\n")]}, risk="medium", sure=sure
    )


def _names(script: Script, symbol: str) -> bool:
    return symbol in script.words()


def attribute(graph: Graph, fault: Fault) -> list[Proposal]:
    """Return the remedy for a JSON file that is imported without its type."""
    path = graph.case.resolve(fault.module)
    for importer, script, link in graph.importers(path) if path else ():
        if link.kind != "import":
            continue
        close = link.spec_end + 1
        if script.code[close : link.end].strip(" ;"):
            continue
        mark = script.text[link.spec_start - 1]
        made = [(close, close, f" with {{ type: {mark}json{mark} }}")]
        title = f"say that `{link.spec}` is JSON ({importer}:{script.line(link.spec_start)})"
        return proposal(graph, title, {importer: made})
    return []


def utility(graph: Graph, fault: Fault) -> list[Proposal]:
    """Return the remedy for a utility class that does not exist and is close to one that is configured or used."""
    files = [fault.file] if fault.file else list(graph.case.files(".css", ".scss", ".pcss"))
    form = re.compile(rf"(?<![\w:-]){re.escape(fault.symbol)}(?![\w-])")
    for path in files:
        source = graph.source(path)
        found = list(form.finditer(source.text)) if source is not None else []
        if not found:
            continue
        head, _, name = fault.symbol.rpartition(":")
        new = nearness.closest(name, _known_classes(graph) - {name})
        if not new:
            return []
        whole = f"{head}:{new}" if head else new
        title = f"apply `{whole}` instead of `{fault.symbol}` ({path})"
        return proposal(graph, title, {path: [(one.start(), one.end(), whole) for one in found]}, risk="medium")
    return []


def _known_classes(graph: Graph) -> set[str]:
    """Return the classes that the project's configuration makes, with those that everybody has."""
    out = set(_CORE)
    for path in graph.case.files():
        if re.search(r"(?:^|/)tailwind\.config\.[cm]?[jt]s$", path):
            source = graph.source(path)
            words = (
                re.findall(r"(?m)(?<![\w$])['\"]?([a-z][\w-]*)['\"]?\s*:", source.text) if source is not None else []
            )
            out |= {f"{prefix}-{word}" for prefix in _PREFIXES for word in words}
        elif path.endswith((".css", ".pcss", ".scss")):
            source = graph.source(path)
            tokens = (
                re.findall(r"--(?:color|font|spacing|radius|shadow|text)-([a-z][\w-]*)\s*:", source.text)
                if source is not None
                else []
            )
            out |= {f"{prefix}-{token}" for prefix in _PREFIXES for token in tokens}
            out |= set(re.findall(r"(?m)^\s*\.([a-z][\w-]*)\s*\{", source.text)) if source is not None else set()
    return out
