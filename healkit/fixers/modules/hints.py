"""What the TypeScript compiler says was meant, taken at its word where the declaration is not what is misspelt."""

from __future__ import annotations

import re

from ... import nearness
from . import missing, places
from .site import proposal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..proposal import Proposal
    from .faults import Fault
    from .project import Graph
    from .scan import Script


def near(graph: Graph, fault: Fault, others: Sequence[Fault]) -> list[Proposal]:
    """Return the remedy of `Did you mean ...?` for a property, a literal or a member; `others` are all faults of the run."""
    script = graph.script(fault.file)
    if script is None or not re.fullmatch(r"[\w$.#-]+", fault.hint):
        return []
    declared = _misspelt_declaration(graph, fault, others)
    if declared:
        return declared
    place = places.at(script, fault, fault.symbol)
    if place < 0:
        place = _literal(script, fault)
    if place < 0:
        return []
    sure = (
        fault.code != "TS2551"
        or not places.is_test(fault.file)
        or places.mentions(graph, fault.symbol, (fault.file,)) == 0
    )
    swapped = nearness.closest(fault.symbol, script.words() - {fault.symbol})
    meant = [fault.hint]
    if swapped and swapped != fault.hint and sorted(swapped) == sorted(fault.symbol):
        meant.insert(0, swapped)  # two letters changed places more often than one was added; the compiler decides
    out = []
    for new in meant:
        title = f"write `{new}` instead of `{fault.symbol}` ({fault.file}:{fault.line})"
        edited = {fault.file: [(place, place + len(fault.symbol), new)]}
        out += proposal(graph, title, edited, risk="medium", sure=sure)
    return out


def _literal(script: Script, fault: Fault) -> int:
    """Return the place of a string's content on a message's line, when it stands there once."""
    lines = script.text.split("\n")
    if not 1 <= fault.line <= len(lines):
        return -1
    found = [one.start(1) for one in re.finditer(rf"['\"`]({re.escape(fault.symbol)})['\"`]", lines[fault.line - 1])]
    return sum(len(line) + 1 for line in lines[: fault.line - 1]) + found[0] if len(found) == 1 else -1


def _misspelt_declaration(graph: Graph, fault: Fault, others: Sequence[Fault]) -> list[Proposal]:
    """Several places mean one name, and the name that was found instead stands in the project once: there it is misspelt."""
    same = {
        (one.file, one.line, one.column)
        for one in others
        if (one.kind, one.symbol, one.hint) == ("near", fault.symbol, fault.hint)
    }
    if len(same) < 2 or not places.IDENTIFIER.fullmatch(fault.hint):
        return []
    form = re.compile(rf"(?<![\w$]){re.escape(fault.hint)}(?![\w$])")
    found = [(path, one.start()) for path, script in graph.holding(fault.hint) for one in form.finditer(script.code)]
    if len(found) != 1:
        return []
    path, place = found[0]
    title = f"rename `{fault.hint}` to `{fault.symbol}`, as it is used {len(same)} times ({path})"
    return proposal(graph, title, {path: [(place, place + len(fault.hint), fault.symbol)]}, risk="medium")


def member(graph: Graph, fault: Fault) -> list[Proposal]:
    """Return the remedies for `ns.name` where the module `ns` does not export the name (TS2339)."""
    script = graph.script(fault.file)
    for link in script.links if script is not None else ():
        if script is not None and link.namespace is not None and places.means(graph, fault.file, link, fault.module):
            return missing.of_member(graph, fault.file, script, link, link.namespace.local, fault.symbol)
    return []


def types(graph: Graph, fault: Fault) -> list[Proposal]:
    """Return the remedy for an `import type` of what is used as a value, or for a type imported without `type`."""
    script = graph.script(fault.file)
    if script is None:
        return []
    where = f"{fault.file}:{fault.line}"
    for link in script.links:
        for name in (link.default, link.namespace, *link.names):
            if name is None or fault.symbol not in (name.local, name.imported) or link.kind not in ("import", "export"):
                continue
            if fault.code in ("TS1361", "TS1362", "TS1371"):
                at = name.start if name.type_only else script.code.index("type", link.start) if link.type_only else -1
                end = re.compile(r"type\s*").match(script.code, at) if at >= 0 else None
                if end:
                    return proposal(
                        graph, f"import `{fault.symbol}` as a value ({where})", {fault.file: [(at, end.end(), "")]}
                    )
            elif (
                not name.type_only
                and not link.type_only
                and name in link.names
                and script.line(name.start) == fault.line
            ):
                return proposal(
                    graph,
                    f"import `{fault.symbol}` as a type ({where})",
                    {fault.file: [(name.start, name.start, "type ")]},
                )
    if fault.code in ("TS1205", "TS1448"):
        return _type_export(graph, fault, script, where)
    return []


def _type_export(graph: Graph, fault: Fault, script: Script, where: str) -> list[Proposal]:
    for link in script.links:
        for name in link.names:
            if link.kind == "export" and script.line(name.start) == fault.line and not name.type_only:
                column = name.start - script.text.rfind("\n", 0, name.start)
                if column == fault.column or len(link.names) == 1:
                    made = [(name.start, name.start, "type ")]
                    return proposal(graph, f"pass `{name.local}` on as a type ({where})", {fault.file: made})
    return []


def emptied(graph: Graph, fault: Fault) -> list[Proposal]:
    """Return the remedy for a file that is imported and exports nothing (TS2306): what is imported from it is exported."""
    from . import edits

    target = graph.case.resolve(fault.module)
    script = graph.script(target) if target else None
    if script is None:
        return []
    wanted = [name.imported for _, _, link in graph.importers(target) for name in link.names]
    names = [name for name in dict.fromkeys(wanted) if name in graph.exports(target).declared]
    made = [one for name in names for one in edits.exporting(graph, target, name)]
    return proposal(graph, f"export `{'`, `'.join(names)}` from {target}", {target: made}) if made else []


def ending(graph: Graph, fault: Fault) -> list[Proposal]:
    """Return the remedy for an import that ends in `.ts` (TS5097)."""
    script = graph.script(fault.file)
    for link in script.links if script is not None else ():
        if script is not None and script.line(link.spec_start) == fault.line and re.search(r"\.[cm]?tsx?$", link.spec):
            others = [one.spec for one in script.links if one.spec.startswith(".") and one.spec != link.spec]
            bare = bool(others) and not any(re.search(r"\.[cm]?js$", one) for one in others)
            spec = re.sub(r"\.([cm]?)tsx?$", "" if bare else r".\1js", link.spec)
            title = f"import from `{spec}` instead of `{link.spec}` ({fault.file}:{fault.line})"
            return proposal(graph, title, {fault.file: [(link.spec_start, link.spec_end, spec)]})
    return []


def default(graph: Graph, fault: Fault) -> list[Proposal]:
    """Return the remedies for a default import that its module does not allow (TS1192, TS2613, TS1259)."""
    if fault.code != "TS1259":
        return list(missing.remedies(graph, fault.replace(symbol="default")))
    script = graph.script(fault.file)
    for link in script.links if script is not None else ():
        if (
            script is not None
            and link.default is not None
            and script.line(link.default.start) == fault.line
            and not link.names
        ):
            local = link.default.local
            title = f"import `* as {local}` ({fault.file}:{fault.line})"
            return proposal(
                graph, title, {fault.file: [(link.default.start, link.default.end, f"* as {local}")]}, risk="medium"
            )
    return []
