"""A command's result and the memory become diagnoses, best first, or nothing. The one detector of hook, CLI and CI.

The decisive line decides. Readers say which problems the output holds and where (a traceback's root cause, a compiler's
error, a test's failure); patterns name them. A pattern that matches inside a problem takes that problem's place and weight;
inside something that is no failure (a warning, a captured log) it does not count at all.
"""

from __future__ import annotations

from . import commands, fingerprint, formats, mask
from .grams import Grams
from .readers import read
from .records import Diagnosis, Location
from .templates import fill, has_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Collection, Sequence
    from typing import Any

    from .memory import Hit, Memory
    from .records import CommandResult, Finding, Pattern

FIRST_WINS = frozenset({"build_error", "type_error", "linting_error", "test_failure", "syntax_error", "security_scan"})
"""Categories whose tools list many problems of equal rank: the first is the one to look at. Elsewhere the last one decides."""

TELLING = 124
"""Exit codes from here on are the shell's, `timeout`'s or a signal's, and mean the same whatever ran."""

EXCERPT_LINES, EXCERPT_WIDTH = 8, 500
CUT_CONFIDENCE = 0.8
"""Confidence that a pattern needs to be believed when the output's end is missing."""
MASKED_CONFIDENCE = 0.7
"""The same when the shell reported success."""


def detect(
    result: CommandResult, memory: Memory, limit: int = 5, ignored: Collection[str] = (), notes: bool = True
) -> list[Diagnosis]:
    """Return what is known about a result, best first; empty when it is no failure or nothing is known.

    With exit code 0 only notes of severity `info` come back, unless the result is marked as masked. An exit code that is
    an answer (`grep` without a match) or a person's interrupt gives nothing but what names that very exit code.

    Args:
        result: the command and its clean output.
        memory: what is known.
        limit: how many diagnoses at most.
        ignored: ids of patterns that are not asked.
        notes: whether those of severity `info` are asked.
    """
    found = _detected(result, memory, limit, ignored, notes)
    code = result.exit_code or 0
    quiet = result.masked or commands.is_quiet_exit(result.command, code) or commands.shows(result.command)
    if found or code < TELLING or quiet:
        return found
    # The output says nothing that is known; the exit code itself may.
    said = result.replace(output=f"exited with code {code}", cut=False)
    return _detected(said, memory, limit, ignored, notes, by_code=True)


def _detected(
    result: CommandResult,
    memory: Memory,
    limit: int,
    ignored: Collection[str],
    notes: bool,
    by_code: bool = False,
) -> list[Diagnosis]:
    """Return the diagnoses of an output; `by_code`: only of the patterns that name its very exit code."""
    text = result.output
    grams = Grams(text)
    findings = read(text, grams=grams)
    tools = commands.programs(result.command)
    shown = commands.shows(result.command)
    hits = [
        hit
        for hit in memory.search(text, grams)
        if hit.pattern.id not in ignored
        and (notes or hit.pattern.severity != "info")
        and (not by_code or result.exit_code in hit.pattern.exit_codes)
        and _may_speak(hit.pattern, result, hit.trusted)
    ]
    if shown:
        hits = [said for hit in hits if (said := _own_words(hit, text, shown)).matches]
    scored = [found for hit in hits if (found := _judge(hit, text, findings, tools, result)) is not None]
    # What a project says that nobody trusts comes after what is known: it may speak, not take another's place.
    scored.sort(key=lambda found: (not found[2].trusted, -found[0], found[1].start(), found[2].pattern.id))
    diagnoses: list[Diagnosis] = []
    taken: list[tuple[int, int]] = []
    for score, match, hit, finding in scored:
        if len(diagnoses) >= limit:
            break
        span = _line_span(text, match)
        own = hit.pattern.origin != "shipped"
        if not own and sum(span[0] < end and start < span[1] for start, end in taken) >= 2:
            continue  # two general names for one line are enough
        taken.append(span)
        diagnoses.append(_diagnosis(hit, match, finding, text, score, tools))
    return diagnoses


def _may_speak(pattern: Pattern, result: CommandResult, trusted: bool) -> bool:
    code = result.exit_code
    if code is None:
        return pattern.severity != "info" or not pattern.exit_codes
    if code in pattern.exit_codes and trusted:
        return True
    if code == 0 and not result.masked:
        return pattern.severity == "info"
    if code == 0:
        return pattern.severity != "info" and pattern.confidence >= MASKED_CONFIDENCE
    return not commands.is_quiet_exit(result.command, code)


def _own_words(hit: Hit, text: str, programs: Sequence[str]) -> Hit:
    """Return a hit with those of its matches that the programs say themselves: the rest stood in a file that they show."""
    begins = tuple(f"{name}:" for name in (*programs, *commands.SHELLS))
    said = [m for m in hit.matches if text.startswith(begins, _line_span(text, m)[0])]
    return hit.replace(matches=said)


def _judge(
    hit: Hit, text: str, findings: Sequence[Finding], tools: Sequence[str], result: CommandResult
) -> tuple[float, re.Match[str], Hit, Finding | None] | None:
    """Return score, best match and its finding for one hit; None when nothing of it counts."""
    best: tuple[float, re.Match[str], Finding | None] | None = None
    pattern = hit.pattern
    first = pattern.category in FIRST_WINS
    for match in hit.matches:
        if match.end() == match.start():
            continue  # what matches everywhere says nothing
        finding = _around(match, findings)
        weight = finding.weight if finding is not None else 0.4
        if weight <= 0 and pattern.severity != "info":
            continue
        if best is None or weight > best[0] or (weight == best[0] and not first):
            best = (weight, match, finding)
    if best is None:
        return None
    weight, match, finding = best
    if result.exit_code is None and tools and _is_anothers(pattern, tools):
        return None
    if result.cut and pattern.confidence < CUT_CONFIDENCE and weight < 0.5:
        return None
    return _score(hit, match, weight, finding, text, tools, result), match, hit, finding


def _is_anothers(pattern: Pattern, tools: Sequence[str]) -> bool:
    """Tell whether a pattern knows its failure by tool and exit code rather than by words, and another tool ran."""
    return bool(pattern.exit_codes and pattern.tools) and not any(tool in tools for tool in pattern.tools)


def _score(
    hit: Hit,
    match: re.Match[str],
    weight: float,
    finding: Finding | None,
    text: str,
    tools: Sequence[str],
    result: CommandResult,
) -> float:
    """Return how well a pattern explains the failure, between 0 and about 1.

    Its own confidence counts most, then the weight of the problem it names, then whether its tool ran and its exit code
    came, then how late it stands. What only follows from something else is pushed down.
    """
    pattern, trusted = hit.pattern, hit.trusted
    score = 0.55 * pattern.confidence + 0.25 * weight
    if pattern.tools:
        if any(tool in tools for tool in pattern.tools):
            score += 0.1
        elif tools:
            score -= 0.06
    if pattern.exit_codes:
        score += 0.06 if result.exit_code in pattern.exit_codes else -0.1
    if finding is not None and 0 < weight < 0.5:
        score -= 0.12
    if pattern.severity == "info":
        score -= 0.3
    if trusted and pattern.origin != "shipped":
        score += 0.15  # somebody wrote it for this project, or for themselves
    if finding is not None and "test" in finding.captures:
        score += 0.1 if pattern.category == "test_failure" else -0.06
    if finding is not None and match.end() - match.start() < 12:
        score -= 0.05
    place = match.end() / (len(text) or 1)
    return score + 0.06 * place


def _around(match: re.Match[str], findings: Sequence[Finding]) -> Finding | None:
    """Return the finding that a match lies in or touches: the weightiest, of those the smallest."""
    best: Finding | None = None
    start, end = match.span()
    for finding in findings:
        if finding.start >= max(end, start + 1):
            break
        if finding.end > start and (
            best is None or (finding.weight, best.end - best.start) > (best.weight, finding.end - finding.start)
        ):
            best = finding
    return best


def _line_span(text: str, match: re.Match[str]) -> tuple[int, int]:
    start = (
        text.rfind("\n", 0, match.start() + 1) + 1
        if text[match.start() : match.start() + 1] != "\n"
        else match.start() + 1
    )
    end = text.find("\n", max(match.end() - 1, start))
    return start, len(text) if end < 0 else end


def _diagnosis(
    hit: Hit, match: re.Match[str], finding: Finding | None, text: str, score: float, tools: Sequence[str]
) -> Diagnosis:
    pattern = hit.pattern
    raw = {
        **(finding.captures if finding is not None else {}),
        **{k: v for k, v in match.groupdict().items() if v is not None},
    }
    captures = {name: mask.one_line(value) for name, value in raw.items() if value}
    location = _location(match, finding, text, [*tools, *pattern.tools])
    start, end = _line_span(text, match)
    message = _message(pattern.message, captures) or mask.one_line(text[start:end], 120)
    return Diagnosis(
        pattern_id=pattern.id,
        category=pattern.category,
        severity=pattern.severity,
        confidence=round(min(0.99, max(0.01, score)), 2),
        message=message if hit.trusted else mask.one_line(message, 160),
        captures=captures,
        location=location,
        excerpt=_excerpt(text, start, end, finding),
        fingerprint=fingerprint.fingerprint(
            pattern.id, text[start:end], captures.get("module") or captures.get("code") or ""
        ),
        origin=pattern.origin,
        layer=hit.layer,
        trusted=hit.trusted,
        playbook=pattern.playbook,
        auto_fix=pattern.auto_fix,
        fix_template=pattern.fix_template,
    )


def _message(template: str, captures: dict[str, Any]) -> str:
    """Return a pattern's message filled in; empty where a name is left that nothing captured."""
    if "{" in template and has_names(fill(template, dict.fromkeys(captures, ""))):
        return ""
    return fill(template, captures)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0


def _location(match: re.Match[str], finding: Finding | None, text: str, tools: Sequence[str]) -> Location:
    groups = match.groupdict()
    if groups.get("file"):
        line = _number(groups.get("line"))
        place = Location(file=groups["file"].strip(), line=line, column=_number(groups.get("column")))
        if line or finding is None or not finding.location.line:
            return place if line else (formats.locate(text, match.start(), match.end(), tools) or place)
    if finding is not None and finding.location.file:
        return finding.location
    start = finding.start if finding is not None else match.start()
    return formats.locate(text, start, match.end(), tools) or Location()


def _excerpt(text: str, start: int, end: int, finding: Finding | None) -> str:
    """Return the decisive lines verbatim: the matched ones, and the problem's own where it is short."""
    own = text[start:end].split("\n")[:EXCERPT_LINES]
    if finding is not None and finding.excerpt:
        lines = finding.excerpt.split("\n")[:EXCERPT_LINES]
        missing = [line for line in own if line not in lines]
        own = (lines + missing)[-EXCERPT_LINES:] if missing else lines
    return "\n".join(_narrow(line) for line in own)


def _narrow(line: str) -> str:
    return line if len(line) <= EXCERPT_WIDTH else line[:EXCERPT_WIDTH] + " ..."
