"""`healkit search`: patterns, playbooks and this project's history, by words."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .. import console, memory, paths, wire
from . import playbooks, trial, usage

if TYPE_CHECKING:
    from ..history.search import Document

WIDEST = 160

HELP = usage.text(
    "Search patterns, playbooks and this project's history.",
    "healkit search test failure",
    'healkit search "connection refused" --limit 5',
    "healkit search uv sync --json | jq '.hits[] | {source, id, fix}'",
    more="A query is plain words; each is the beginning of a word, and all must occur. For a failure that happened here it "
    "says what fixed it and how often.",
)


def search(
    text: Annotated[list[str], typer.Argument(metavar="TEXT...", help="Words.")],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many, the best first.")] = 20,
    json: Annotated[bool, typer.Option("--json", help="Print JSON (version 1).")] = False,
) -> None:
    """Print what holds the words, best first, and where it comes from."""
    from ..history import fulltext
    from ..history.search import words_of

    query = " ".join(text)
    words = words_of(query)
    if not words:
        raise typer.BadParameter("nothing to search for", param_hint="TEXT")
    if not fulltext.has_fts5():
        console.say("healkit: this Python's SQLite has no FTS5; searching letter by letter, which ranks less well")
    shown, found, every = answer(paths.project_root(os.getcwd()), words, limit)
    if json:
        values = [_as_json(hit, score, words) for hit, score in shown]
        console.out(wire.dumps({"version": 1, "query": query, "all_words": every, "found": found, "hits": values}))
        return
    if not shown:
        console.say(f"healkit: nothing holds {console.printable(query)}")
    elif not every:
        console.say("healkit: nothing holds all of these words; these hold some")
    if shown:
        rows = [_row(hit, words) for hit, _ in shown]
        console.table(("what", "from", "id", "what it says", "here", "fixed by"), rows)
    if found > limit and sys.stdout.isatty():
        console.say(f"healkit: {found - limit} more; see --limit")


def _known(root: str) -> list[Document]:
    """Return every pattern and playbook that counts, with all that its file says."""
    from ..history.search import Document

    found = memory.open_memory(root)
    known = [
        Document(
            source="pattern", origin=pattern.origin, id=pattern.id, title=pattern.message, pattern_id=pattern.id,
            text="\n".join([
                pattern.category, pattern.severity, pattern.description, *pattern.tools, pattern.fix_template,
                *(example.output for example in pattern.examples),
            ]),
        )
        for pattern, _, _ in trial.read_patterns(found)
        if not pattern.disabled
    ]  # fmt: skip
    for name, (book, origin) in playbooks.read_playbooks(found).items():
        given = book.get("steps")
        steps = [_said(step) for step in given] if isinstance(given, list | tuple) else []
        about, lines = str(book.get("description", "")), [str(book.get("trigger", "")), *steps]
        known.append(Document(source="playbook", origin=origin, id=name, title=about, text="\n".join(lines)))
    return known


def _said(step: Any) -> str:
    if not isinstance(step, dict):
        return str(step)
    words = [step.get(key) for key in ("action", "description", "command", "fix")]
    argv = step.get("argv")
    return " ".join(str(word) for word in [*words, *(argv if isinstance(argv, list | tuple) else ())] if word)


def answer(root: str, words: list[str], limit: int) -> tuple[list[tuple[Document, float]], int, bool]:
    """Return the best hits with their scores, how many there are, and whether they hold all the words."""
    from .. import history
    from ..history.search import find_documents, rank, with_fix

    history.ingest(root)
    documents = _known(root)
    if not os.path.exists(f"{paths.project_state(root)}/{history.DATABASE}"):
        hits, every = rank(documents, words)
        return hits[:limit], len(hits), every
    with history.open_history(root) as opened:
        hits, every = rank([*documents, *find_documents(opened, words)], words)
        best = [(with_fix(opened, hit) if hit.source == "pattern" else hit, score) for hit, score in hits[:limit]]
    return best, len(hits), every


def _excerpt(hit: Document, words: list[str]) -> str:
    """Return the title, or where a word is not in it the line of the text that holds most of them."""
    sought = [word.casefold() for word in words]
    lines = [hit.title, *hit.text.splitlines()]
    return " ".join(max(lines, key=lambda line: sum(word in line.casefold() for word in sought)).split())[:WIDEST]


def _as_json(hit: Document, score: float, words: list[str]) -> dict[str, Any]:
    return {
        "source": hit.source, "origin": hit.origin, "id": hit.id, "title": hit.title, "excerpt": _excerpt(hit, words),
        "pattern_id": hit.pattern_id, "count": hit.count, "last_seen": hit.at, "fix": hit.fix, "worked": hit.worked,
        "tried": hit.tried, "score": score,
    }  # fmt: skip


def _row(hit: Document, words: list[str]) -> list[str]:
    name = hit.pattern_id if hit.origin == "history" else hit.id
    fixed = hit.fix and f"{hit.worked} of {hit.tried}" + (f": {hit.fix}" if hit.source != "fix" else "")
    said = hit.title if hit.source in ("fix", "edit", "command") else _excerpt(hit, words)
    said = f"{hit.title}: {said}" if hit.source == "failure" and said != hit.title else said
    return [hit.source, hit.origin, name, said[:WIDEST], f"{hit.count}x" if hit.count else "", fixed]


def register(app: typer.Typer) -> None:
    """Add this noun's commands to the app."""
    app.command("search", help=HELP)(search)
