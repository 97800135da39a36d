"""One imported name and where it stands: what the remedies of an import have to look at, and how they propose."""

from __future__ import annotations

import re

from ..proposal import Proposal, edit
from . import edits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .project import Graph
    from .scan import Link, Name, Script


class Site:
    """A name of a link: `target` is the project's file that the link means, empty when it is none."""

    def __init__(self, graph: Graph, path: str, script: Script, link: Link, name: Name) -> None:
        self.graph, self.path, self.script, self.link, self.name = graph, path, script, link, name
        self.target = graph.resolve(path, link.spec)

    @property
    def where(self) -> str:
        """File and line, for people."""
        return f"{self.path}:{self.script.line(self.link.spec_start)}"


def proposal(
    graph: Graph, title: str, edited: Mapping[str, Sequence[edits.Edit]], *, risk: str = "low", sure: bool = True
) -> list[Proposal]:
    """Return the proposal of edits by file, none when one of them cannot be made."""
    changes = [edits.changed(graph, path, what) for path, what in edited.items()]
    made = [change for change in changes if change is not None]
    return [edit("modules", title, made, risk=risk, sure=sure)] if made and len(made) == len(changes) else []


def plain(word: str) -> str:
    """Return a name without what people write differently: capitals, dashes, underscores, dots."""
    return re.sub(r"[-_.]", "", word).lower()


def same_letters(name: str, known: Iterable[str]) -> str:
    """Return the one name that differs in nothing but capitals and underscores; empty when none or several do."""
    found = [one for one in known if plain(one) == plain(name) and one != name]
    return found[0] if len(found) == 1 else ""
