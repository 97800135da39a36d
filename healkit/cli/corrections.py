"""Corrected command lines in an answer: as fixes of kind `rerun`, with a diagnosis of their own where there is none."""

from __future__ import annotations

from .. import correct, facts, fingerprint, mask, project
from ..fixers.packages import lookalike
from ..generalise import standing
from ..records import CommandResult, Diagnosis, Fix, Plan

_REGISTRIES = ("python", "node")
"""Where anybody may publish a package under any name, and where healkit knows which names are well known."""
_SURE, _UNSURE = 0.8, 0.5
_UNSURE_RANK = 50
_OWN_RANK = 90
_SHORT_LINES = 40


def with_corrections(
    result: CommandResult, root: str, diagnoses: list[Diagnosis], plans: list[Plan]
) -> tuple[list[Diagnosis], list[Plan]]:
    """Return diagnoses and plans with what corrects the command line, which is never run here.

    The fixes stand first in the best diagnosis' plan, unsure ones after what else can be run; a line that nothing else
    explains gets a diagnosis of its own, named after the rule.
    """
    project.refresh_if_stale(root)
    certain = facts.load(root)
    place = correct.Place(cwd=result.cwd, root=root, facts=certain.raw if certain is not None else {}, asks_help=True)
    found = correct.suggest(result.command, result.output, result.exit_code, place)
    if result.output.count("\n") > _SHORT_LINES:
        found = [one for one in found if one.rank >= _UNSURE_RANK]  # a guess about a long log is none
    found = [one for one in found if not _is_doubtful(one, plans)]
    if result.exit_code != 0:
        here = [_own(one) for one in standing.known(root, result.command, result.output)]
        lines = {one.line for one in here}
        found = [*here, *(one for one in found if one.line not in lines)][: correct.MOST]
    if not found:
        return diagnoses, plans
    fixes = [Fix(kind="rerun", title=one.title or one.line, risk=one.risk, command=one.line) for one in found]
    if not diagnoses:
        diagnosis = _diagnosis(found[0])
        return [diagnosis], [Plan(diagnosis=diagnosis, fixes=fixes)]
    lines = {one.line for one in found}
    first = plans[0] if plans else Plan(diagnosis=diagnoses[0])
    rest = [fix for fix in first.fixes if fix.command not in lines]
    known = [] if found[0].rank >= _UNSURE_RANK else [fix for fix in rest if fix.kind != "guide"]
    more = [fix for fix in rest if fix not in known]
    return diagnoses, [first.replace(fixes=[*known, *fixes, *more]), *plans[1:]]


def _own(one: standing.Known) -> correct.Correction:
    """Return a corrected line of the user's or the project's own entries; one that may do harm is shown, with the reason."""
    title = f"{one.line} (brings in {one.dangerous})" if one.dangerous else ""
    risk = "high" if one.dangerous else "medium"
    return correct.Correction(
        line=one.line, rule=one.entry, rank=_OWN_RANK, risk=risk, category=one.category, title=title, said=one.message
    )


def _is_doubtful(one: correct.Correction, plans: list[Plan]) -> bool:
    """Tell whether a line installs a look-alike of a well-known package, or one where the project knows better."""
    if one.installs not in _REGISTRIES:
        return False
    known = any(fix.command and fix.kind not in ("guide", "rerun") for plan in plans[:1] for fix in plan.fixes)
    return known or bool(lookalike.twin(one.package, one.installs))


def _diagnosis(best: correct.Correction) -> Diagnosis:
    """Return the diagnosis of a command line that only a correction explains."""
    lines = best.said.split("\n")[:8]
    return Diagnosis(
        pattern_id=best.rule,
        category=best.category,
        severity="medium",
        confidence=_SURE if best.rank >= _UNSURE_RANK else _UNSURE,
        message=mask.one_line(lines[0], 120) or "the command line is not what was meant",
        excerpt="\n".join(line[:500] for line in lines if line.strip()),
        fingerprint=fingerprint.fingerprint(best.rule, lines[0], ""),
    )
