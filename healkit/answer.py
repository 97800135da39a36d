"""Diagnoses and plans as the JSON that `detect --json` prints and scripts rely on (version 1)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .records import Diagnosis, Fix, Location, Plan

VERSION = 1


def _place(location: Location) -> dict[str, Any]:
    return {name: value for name, value in location.as_dict().items() if value}


def fix_json(fix: Fix) -> dict[str, Any]:
    """Return a fix as kind, title, risk and exactly one of command, diff and steps."""
    shown: dict[str, Any] = {"kind": fix.kind, "title": fix.title, "risk": fix.risk}
    if fix.command:
        return {**shown, "command": fix.command}
    if fix.diff:
        return {**shown, "diff": fix.diff}
    return {**shown, "steps": list(fix.steps)}


def diagnosis_json(diagnosis: Diagnosis, plan: Plan | None = None) -> dict[str, Any]:
    """Return one diagnosis, with the fixes of its plan."""
    return {
        "pattern_id": diagnosis.pattern_id,
        "category": diagnosis.category,
        "severity": diagnosis.severity,
        "confidence": diagnosis.confidence,
        "message": diagnosis.message,
        "location": _place(diagnosis.location),
        "captures": dict(diagnosis.captures),
        "excerpt": diagnosis.excerpt,
        "fingerprint": diagnosis.fingerprint,
        "fixes": [fix_json(fix) for fix in plan.fixes] if plan else [],
    }


def to_json(diagnoses: Sequence[Diagnosis], plans: Sequence[Plan]) -> dict[str, Any]:
    """Return the whole answer, best first; `plans` belong to the diagnoses in order, or are empty."""
    padded = [*plans, *[None] * len(diagnoses)]
    return {"version": VERSION, "diagnoses": [diagnosis_json(d, p) for d, p in zip(diagnoses, padded, strict=False)]}
