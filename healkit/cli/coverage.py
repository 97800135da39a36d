"""`healkit patterns coverage`: how much is known, tool by tool, and how much of it rests on real output."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer

from .. import console, entries, memory, paths, wire
from ..records import Pattern
from . import trial, usage

HELP = usage.text(
    "Count patterns and examples by tool and category.",
    "healkit patterns coverage",
    "healkit patterns coverage --tool cargo",
    "healkit patterns coverage --json",
    more="An example is documented when it was taken from a tool's documentation or source, else it is from a run. "
    "An entry's tools are those it names, else those of its examples, else (any); with several it counts under each, in the "
    "total once.",
)
ANY = "(any)"


@dataclass(slots=True)
class Tally:
    """What is known about one tool, or in one category: entries, examples, how many of those are only documented."""

    patterns: int = 0
    examples: int = 0
    documented: int = 0
    kinds: Counter[str] = field(default_factory=Counter)

    def add(self, examples: int, documented: int, kind: str) -> None:
        """Count one entry."""
        self.patterns, self.examples, self.documented = (
            self.patterns + 1,
            self.examples + examples,
            self.documented + documented,
        )
        self.kinds[kind] += 1

    @property
    def share(self) -> float:
        """The documented ones among the examples, from 0 to 1."""
        return self.documented / self.examples if self.examples else 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return the counts as `--json` prints them."""
        return {
            "patterns": self.patterns,
            "examples": self.examples,
            "documented": self.documented,
            "documented_share": round(self.share, 3),
        }


def coverage(
    tool: Annotated[str, typer.Option("--tool", "-t", help="Only this tool, category by category.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print JSON (version 1).")] = False,
) -> None:
    """Print the counts."""
    tools, pairs, categories, total = count(memory.open_memory(paths.project_root(os.getcwd())))
    if tool and tool not in tools:
        from difflib import get_close_matches

        close = get_close_matches(tool, tools, 1)
        raise typer.BadParameter(f"no entry names the tool {tool}" + (f"; did you mean {close[0]}?" if close else ""))
    if json:
        shown = {name: dict(sorted(kinds.items())) for name, kinds in sorted(pairs.items()) if tool in ("", name)}
        found = {name: {kind: tally.as_dict() for kind, tally in kinds.items()} for name, kinds in shown.items()}
        by_category = {name: tally.as_dict() for name, tally in sorted(categories.items())}
        console.out(wire.dumps({"version": 1, "tools": found, "categories": by_category, "total": total.as_dict()}))
        return
    rows = pairs[tool] if tool else tools
    head = "category" if tool else "tool"
    table = [
        _row(name, tally, not tool) for name, tally in sorted(rows.items(), key=lambda row: (-row[1].patterns, row[0]))
    ]
    console.table((head, "patterns", "examples", "documented", *(() if tool else ("categories",))), table)
    named = len(tools) - (ANY in tools)
    told = (
        f"{total.patterns} patterns for {named} tools, {total.examples} examples, {total.share:.0%} of them documented"
    )
    console.say(f"healkit: {told}")


def _row(name: str, tally: Tally, with_kinds: bool) -> tuple[str, ...]:
    kinds = ", ".join(f"{kind} {number}" for kind, number in tally.kinds.most_common())
    cells = (name, str(tally.patterns), str(tally.examples), f"{tally.share:.0%}")
    return (*cells, kinds) if with_kinds else cells


def count(known: memory.Memory) -> tuple[dict[str, Tally], dict[str, dict[str, Tally]], dict[str, Tally], Tally]:
    """Return the tallies by tool, by tool and category, by category, and of everything; what is disabled does not count."""
    tools: dict[str, Tally] = {}
    pairs: dict[str, dict[str, Tally]] = {}
    categories: dict[str, Tally] = {}
    total = Tally()
    documented = _documented(known)
    for pattern, file, _ in trial.read_patterns(known):
        if pattern.disabled:
            continue
        counted = (len(pattern.examples), documented.get((file, pattern.id), 0), pattern.category)
        total.add(*counted)
        categories.setdefault(pattern.category, Tally()).add(*counted)
        for name in _tools(pattern):
            tools.setdefault(name, Tally()).add(*counted)
            pairs.setdefault(name, {}).setdefault(pattern.category, Tally()).add(*counted)
    return tools, pairs, categories, total


def _tools(pattern: Pattern) -> Iterable[str]:
    """Return the programs that an entry is about: those it names, else those that its examples come from."""
    return pattern.tools or sorted({example.tool for example in pattern.examples if example.tool}) or (ANY,)


def _documented(known: memory.Memory) -> dict[tuple[str, str], int]:
    """Return how many examples of each entry (file, id) are marked as documented; the records do not carry the mark."""
    return {
        (file, str(raw.get("id", ""))): _marked(raw.get("examples"))
        for layer in known.layers
        for file in layer.files
        for raw in entries.raw_patterns(
            entries.parse_json(paths.read_small(file, 64 << 20).decode("utf-8", "replace"), file)[0]
        )
        if isinstance(raw, dict)
    }


def _marked(examples: object) -> int:
    found: Iterable[Any] = examples if isinstance(examples, list) else ()
    return sum(isinstance(one, Mapping) and one.get("documented") is True for one in found)
