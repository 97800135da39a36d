"""A module that does not export what is imported from it: the export is added, or the import says what there is."""

from __future__ import annotations

import os
import re

from ... import nearness
from . import defaults, edits, interop, packages, places
from .faults import Fault
from .site import Site, plain, proposal, same_letters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..proposal import Proposal
    from .project import Graph
    from .scan import Link, Script


def remedies(graph: Graph, fault: Fault) -> Iterator[Proposal]:
    """Yield what would make a module and the import of `fault.symbol` from it agree."""
    for path, script, link in places.linked(graph, fault):
        found: list[Proposal] = []
        for name in places.names_of(link, fault.symbol):
            found = of_name(Site(graph, path, script, link, name), fault.hint)
            break
        else:
            if link.namespace is not None and fault.symbol != "default":
                found = of_member(graph, path, script, link, link.namespace.local, fault.symbol)
        if found:
            yield from found
            return


def of_name(site: Site, hint: str = "") -> list[Proposal]:
    """Return the remedies for one name that its module does not export."""
    if not site.target.endswith(_SOURCES):
        return _of_package(site, hint)
    if site.graph.exports(site.target).style == "cjs" and site.graph.is_esm(site.target):
        return interop.in_module(site.graph, Fault(kind="esm", file=site.target, symbol="module"))
    rules = (
        (defaults.remedies,)
        if site.name.imported == "default"
        else (_declared, _is_default, _passed_on, _elsewhere, _close)
    )
    return next((found for rule in rules if (found := rule(site))), [])


_SOURCES = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")


def _declared(site: Site) -> list[Proposal]:
    """The module has it and does not export it, or exports it under another name."""
    symbol, own = site.name.imported, site.graph.exports(site.target)
    if symbol not in own.declared:
        return []
    other = next((exported for exported, local in own.names.items() if local == symbol and exported != symbol), "")
    if other:
        title = f"import `{other}`, which is what {site.target} exports `{symbol}` as ({site.where})"
        return proposal(site.graph, title, {site.path: edits.other_import(site.script, site.link, site.name, other)})
    if own.default == symbol or own.whole == symbol:
        return []
    return proposal(
        site.graph,
        f"export `{symbol}` from {site.target}",
        {site.target: edits.exporting(site.graph, site.target, symbol)},
    )


def _is_default(site: Site) -> list[Proposal]:
    """The module's default export has that name, or is all that it exports and the file is called so."""
    own = site.graph.exports(site.target)
    value = own.default if own.style == "esm" else own.whole
    stem = os.path.splitext(os.path.basename(site.target))[0]
    alone = not own.names and not own.passed and not own.stars
    if value is None or not (value == site.name.imported or (alone and plain(stem) == plain(site.name.imported))):
        return []
    made = defaults.as_default(site.script, site.link, site.name)
    title = f"import `{site.name.local}` as the default export of {site.target} ({site.where})"
    return proposal(site.graph, title, {site.path: made}) if made else []


def _passed_on(site: Site) -> list[Proposal]:
    """An index file passes on what lies around it, and not this name."""
    own, there = site.graph.exports(site.target), site.graph.script(site.target)
    if there is None or not (own.passed or own.stars) or own.declared:
        return []
    folder = os.path.dirname(site.target)
    found = [
        origin
        for origin in places.exporters(site.graph, site.name.imported, (site.target, site.path))
        if _inside(origin[0], folder)
    ]
    if len(found) != 1:
        return []
    origin = found[0][0]
    lists = [
        one
        for one in there.links
        if one.kind == "export" and one.list_start >= 0 and site.graph.resolve(site.target, one.spec) == origin
    ]
    wrong = [one for passing in lists for one in passing.names if nearness.closest(site.name.imported, [one.imported])]
    if len(wrong) == 1 and wrong[0].imported not in site.graph.all_exports(origin)[0]:
        return proposal(
            site.graph,
            f"pass on `{site.name.imported}` ({site.target})",
            {site.target: [(wrong[0].start, wrong[0].end, site.name.imported)]},
        )
    if lists:
        made = edits.with_name(there, lists[0], site.name.imported)
    else:
        example = next((one.spec for one in there.links if one.kind == "export"), "")
        spec, mark = site.graph.specifier(site.target, origin, example), edits.quote_of(there)
        last = [one for one in there.links if one.kind == "export"][-1]
        made = [
            (
                last.end,
                last.end,
                f"\nexport {{ {site.name.imported} }} from {mark}{spec}{mark}{edits.semicolon_of(there)}",
            )
        ]
    return proposal(site.graph, f"pass on `{site.name.imported}` of {origin} in {site.target}", {site.target: made})


def _inside(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def _elsewhere(site: Site) -> list[Proposal]:
    """Exactly one other module exports it."""
    chosen = places.source(site.graph, site.path, site.script, site.name.imported, (site.target,))
    if not chosen:
        return []
    spec = site.graph.specifier(site.path, chosen, site.link.spec)
    title = f"import `{site.name.imported}` from `{spec}` instead of `{site.link.spec}` ({site.where})"
    return proposal(site.graph, title, {site.path: edits.moved(site.script, site.link, site.name, spec)})


def _close(site: Site) -> list[Proposal]:
    """The module exports one name that is close to it; which of the two is misspelt is told by who else uses them."""
    known, _complete = site.graph.all_exports(site.target)
    new = nearness.closest(site.name.imported, [one for one in known if one != "default"]) or same_letters(
        site.name.imported, known
    )
    if not new:
        return []
    mine = proposal(
        site.graph,
        f"import `{new}` instead of `{site.name.imported}` ({site.where})",
        {site.path: edits.other_import(site.script, site.link, site.name, new)},
    )
    theirs = _renamed(site.graph, site.target, new, site.name.imported) if known[new] == (site.target, new) else []
    if not theirs or site.script.uses(new):
        return mine
    for_mine = places.mentions(site.graph, new, (site.path, site.target))
    for_theirs = places.mentions(site.graph, site.name.imported, (site.path, site.target))
    if for_theirs > for_mine:
        return theirs
    if for_mine == for_theirs and places.is_test(site.path):  # the test may be right, and the code wrong
        return [one.replace(sure=False) for one in (*theirs, *mine)]
    return mine


def _renamed(graph: Graph, target: str, old: str, new: str) -> list[Proposal]:
    """Return the remedy that renames a declaration in the module itself."""
    script = graph.script(target)
    if script is None or new in script.words() or old not in graph.exports(target).declared:
        return []
    found = [(place, place + len(old), new) for place in script.uses(old)]
    return proposal(graph, f"rename `{old}` to `{new}`, as it is imported ({target})", {target: found}, risk="medium")


def of_member(graph: Graph, path: str, script: Script, link: Link, local: str, symbol: str) -> list[Proposal]:
    """Return the remedies for `local.symbol` where `local` is a whole module."""
    target = graph.resolve(path, link.spec)
    if not target or not target.endswith(_SOURCES):
        return []
    own = graph.exports(target)
    known, complete = graph.all_exports(target)
    if symbol in known or not complete:
        return []
    if symbol in own.declared and own.whole is None:
        return proposal(graph, f"export `{symbol}` from {target}", {target: edits.exporting(graph, target, symbol)})
    new = nearness.closest(symbol, [one for one in known if one != "default"])
    form = re.compile(rf"(?<![\w$.]){re.escape(local)}\s*\??\.\s*({re.escape(symbol)})(?![\w$])")
    found = [(one.start(1), one.end(1), new) for one in form.finditer(script.code)]
    return (
        proposal(graph, f"write `{local}.{new}` instead of `{local}.{symbol}` in {path}", {path: found})
        if new and found
        else []
    )


def _of_package(site: Site, hint: str) -> list[Proposal]:
    """Return the remedy for a name that a package or Node's own module does not export."""
    if site.name.imported == "default":
        return []
    new = hint if places.IDENTIFIER.fullmatch(hint) else ""
    if not new:
        new = nearness.closest(site.name.imported, packages.names(site.graph, site.path, site.link.spec))
    if not new:
        return []
    return proposal(
        site.graph,
        f"import `{new}` instead of `{site.name.imported}` ({site.where})",
        {site.path: edits.other_import(site.script, site.link, site.name, new)},
    )
