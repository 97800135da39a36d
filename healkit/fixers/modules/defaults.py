"""Default against named: what is imported as the one is exported as the other."""

from __future__ import annotations

import re

from ... import nearness
from . import edits, places
from .site import Site, proposal, same_letters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..proposal import Proposal
    from .project import Graph
    from .scan import Link, Name, Script


def remedies(site: Site) -> list[Proposal]:
    """Return the remedies for a default import from a module without a default export."""
    known, complete = site.graph.all_exports(site.target)
    local = site.name.local
    if local in known:
        return _export_is_named(site, local)
    own = site.graph.exports(site.target)
    if local in own.declared and own.style != "cjs":
        return _not_exported(site, local)
    if _is_namespace(site, local, set(known)):
        title = f"import `* as {local}`, {site.target} has no default export ({site.where})"
        return proposal(site.graph, title, {site.path: [(site.name.start, site.name.end, f"* as {local}")]})
    new = same_letters(local, known) or nearness.closest(local, known)
    sure = bool(new)
    if not new and len(known) == 1 and complete:
        new = next(iter(known))
    if not new:
        return []
    made = as_named(site.script, site.link, site.name, new)
    return proposal(
        site.graph, f"import `{{ {new} as {local} }}` ({site.where})", {site.path: made}, risk="medium", sure=sure
    )


def _export_is_named(site: Site, local: str) -> list[Proposal]:
    """It is exported by that name: the import changes, unless the whole project imports it as the default."""
    others = [link for path, _, link in site.graph.importers(site.target) if path != site.path]
    by_name = any(True for link in others for _ in places.names_of(link, local))
    if sum(link.default is not None for link in others) >= 1 and not by_name:
        made = _made_default(site.graph, site.target, local)
        if made:
            title = f"make `{local}` the default export of {site.target}, as it is imported"
            return proposal(site.graph, title, {site.target: made})
    title = f"import `{{ {local} }}`, {site.target} has no default export ({site.where})"
    return proposal(site.graph, title, {site.path: as_named(site.script, site.link, site.name, local)})


def _not_exported(site: Site, local: str) -> list[Proposal]:
    script = site.graph.script(site.target)
    if script is None:
        return []
    gap = "" if script.text.endswith("\n") else "\n"
    line = f"{gap}\nexport default {local}{edits.semicolon_of(script)}\n"
    place = len(script.text)
    return proposal(
        site.graph, f"make `{local}` the default export of {site.target}", {site.target: [(place, place, line)]}
    )


def _is_namespace(site: Site, local: str, known: set[str]) -> bool:
    """Tell whether a file uses nothing of a module but names that it exports."""
    link, script = site.link, site.script
    members = set(re.findall(rf"(?<![\w$.]){re.escape(local)}\s*\??\.\s*([A-Za-z_$][\w$]*)", script.code))
    bare = [place for place in script.uses(local) if not re.match(r"\s*\??\.", script.code[place + len(local) :])]
    return (
        bool(members)
        and members <= known
        and not bare
        and link.kind == "import"
        and not link.names
        and not link.namespace
    )


def as_default(script: Script, link: Link, name: Name) -> list[edits.Edit]:
    """Return the edits that import a name of a list as the default export instead."""
    if link.kind == "export":
        return [(name.start, name.end, f"default as {name.local}")]
    if link.kind in ("require", "dynamic"):
        return [(link.list_start, link.list_end, name.local)] if len(link.names) == 1 and link.list_start >= 0 else []
    if link.default is not None or link.list_start < 0:
        return []
    if len(link.names) == 1:
        return [(link.list_start, link.list_end, name.local)]
    return [*edits.without_name(script, link, name), (link.list_start, link.list_start, f"{name.local}, ")]


def as_named(script: Script, link: Link, name: Name, new: str) -> list[edits.Edit]:
    """Return the edits that import a default import's name from the list instead."""
    if name in link.names:  # `{ default as x }`
        return [(name.start, name.end, new if name.local == new else f"{new} as {name.local}")]
    if link.kind in ("require", "dynamic"):
        item = new if new == name.local else f"{new}: {name.local}"
        return [(name.start, name.end, f"{{ {item} }}")]
    item = new if new == name.local else f"{new} as {name.local}"
    if link.list_start >= 0:
        return [(name.start, link.list_start, ""), *edits.with_name(script, link, item)]
    return [(name.start, name.end, f"{{ {item} }}")] if link.namespace is None else []


def _made_default(graph: Graph, target: str, name: str) -> list[edits.Edit]:
    script, declared = graph.script(target), graph.exports(target).declared.get(name)
    if script is None or declared is None or declared.kind not in ("function", "class"):
        return []
    start = declared.start + len("export ")
    return [(start, start, "default ")] if script.text.startswith("export ", declared.start) else []
