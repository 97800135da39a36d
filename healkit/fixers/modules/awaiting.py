"""A promise that was taken for its value: `await` in front of the call of the project's async function that made it."""

from __future__ import annotations

import re

from ..syntax import awaits
from ..syntax.tokens import script_tokens, spoken
from . import edits
from .site import proposal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..proposal import Proposal
    from .faults import Fault
    from .project import Graph
    from .scan import Script

_CALL = r"(?:[A-Za-z_$][\w$]*\s*\??\.\s*)*(?P<callee>[A-Za-z_$][\w$]*)\s*\("
_LONGEST = 4000


def remedies(graph: Graph, fault: Fault) -> list[Proposal]:
    """Return the remedy for a value of the failing line that an async function of the project returned, unawaited."""
    script = graph.script(fault.file) if fault.file else None
    if script is None or not fault.line:
        return []
    lines = script.code.split("\n")
    if fault.line > len(lines):
        return []
    start = sum(len(line) + 1 for line in lines[: fault.line - 1])
    end = start + len(lines[fault.line - 1])
    host, _, member = re.sub(r"\([^)]*\)", "", fault.symbol).rpartition(".")
    if not host and fault.code:  # a compiler names the member alone
        found = re.compile(rf"([\w$]+)\s*\.\s*{re.escape(member)}(?![\w$])").search(script.code, start, end)
        host = found[1] if found else ""
    made = _inline(script, start, end, member) or _bound(script, start, host or member)
    made = made or (_iterated(script, start, end, member) if not host else None)
    if made is None:
        return []
    at, stop, callee, wrapped = made
    if not _is_async(graph, fault.file, script, callee) or not _may_wait(graph, fault.file, script, at):
        return []
    title = f"await `{callee}()`, which returns a promise ({fault.file}:{script.line(at)})"
    made_edits: list[edits.Edit] = [(at, at, "(await " if wrapped else "await ")]
    if wrapped:
        made_edits.append((stop, stop, ")"))
    return proposal(graph, title, {fault.file: made_edits}, risk="medium")


def _bound(script: Script, before: int, name: str) -> tuple[int, int, str, bool] | None:
    """Return the call that the last declaration of a name above a place takes its value from, when nothing awaits it."""
    if not re.fullmatch(r"[A-Za-z_$][\w$]*", name):
        return None
    form = re.compile(rf"(?:(?:const|let|var)\s+|(?<=[;{{}}\n])\s*){re.escape(name)}(?:\s*:[^=\n]+)?\s*=\s*(?={_CALL})")
    starts = [found.end() for found in form.finditer(script.code, 0, before)]
    call = re.compile(_CALL).match(script.code, starts[-1]) if starts else None
    if call is None or call["callee"] in ("await", "new"):
        return None
    stop = _closing(script.code, call.end() - 1)
    rest = script.code[stop : stop + 40].lstrip(" \t")
    return (starts[-1], stop, call["callee"], False) if rest[:1] in (";", "\n", "") else None


def _inline(script: Script, start: int, end: int, member: str) -> tuple[int, int, str, bool] | None:
    """Return the call on a line whose result a member is taken of at once, when nothing awaits it; None where two are."""
    found = []
    for call in re.compile(rf"(?<![\w$.]){_CALL}").finditer(script.code, start, end):
        stop = _closing(script.code, call.end() - 1)
        taken = re.compile(rf"\s*\.\s*{re.escape(member)}(?![\w$])").match(script.code, stop)
        before = script.code[max(0, call.start() - 12) : call.start()].split()
        if taken and before[-1:] != ["await"] and before[-1:] != ["new"]:
            found.append((call.start(), stop, call["callee"], True))
    return found[0] if len(found) == 1 else None


def _iterated(script: Script, start: int, end: int, name: str) -> tuple[int, int, str, bool] | None:
    """Return the only call of a function on a line, whose result is walked through, when nothing awaits it."""
    found = list(re.compile(rf"(?<![\w$.])(?<!await ){re.escape(name)}\s*\(").finditer(script.code, start, end))
    return (found[0].start(), found[0].end(), name, False) if len(found) == 1 else None


def _closing(code: str, opening: int) -> int:
    """Return the place behind the bracket that closes one."""
    depth = 0
    for place in range(opening, min(len(code), opening + _LONGEST)):
        depth += (code[place] in "([{") - (code[place] in ")]}")
        if depth == 0:
            return place + 1
    return len(code)


def _is_async(graph: Graph, path: str, script: Script, name: str) -> bool:
    """Tell whether a name is called that is an async function of the project, and nothing else there."""
    word = name
    there: Script | None = script
    for link in script.links:
        for one in link.names:
            if one.local == name:
                target = graph.resolve(path, link.spec)
                there, word = (graph.script(target), one.imported) if target else (None, name)
    if there is None:
        return False
    same = re.escape(word)
    made = re.compile(
        rf"(?<![\w$.])(?P<one>async\s+)?function\s*\*?\s*{same}\s*[(<]"
        rf"|(?<![\w$.]){same}\s*(?::[^=\n]+)?=\s*(?P<two>async\b)?\s*(?:function\b|\([^()]*\)[^=;\n]*=>|[\w$]+\s*=>)"
        rf"|(?m:^)[ \t]+(?:(?:public|private|protected|static|override)\s+)*(?P<three>async\s+)?\*?{same}\s*\([^()]*\)[^;{{\n]*\{{"
    )
    found = [bool(one["one"] or one["two"] or one["three"]) for one in made.finditer(there.code)]
    return bool(found) and all(found)


def _may_wait(graph: Graph, path: str, script: Script, place: int) -> bool:
    """Tell whether `await` may stand at a place: in an async function, or at the top level of an ES module."""
    tokens = list(spoken(script_tokens(script.text)))
    at = next((index for index, token in enumerate(tokens) if token.start >= place), None)
    if at is None:
        return False
    around = awaits.around(tokens, at)
    if around is None:
        return graph.is_esm(path)
    return script.code[: around[0]].rstrip().endswith("async")
