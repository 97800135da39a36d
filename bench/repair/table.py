"""The table by category, the totals against their targets, and the failures one by one."""

from __future__ import annotations

import statistics
from collections import Counter
from typing import Any

GROUPS = {
    "dependency and lint": (("dependency", "lint"), 97),
    "import and async": (("import_python", "import_javascript", "async_calls"), 92),
    "syntax": (("syntax_python", "syntax_javascript", "syntax_data"), 92),
    "manifests and configuration": (("manifests", "test"), 88),
    "environment": (("environment",), 90),
    "Rust code": (("rust",), 75),
    "C and make": (("c_make",), 65),
}
"""What counts together, and the share in percent of its `auto` cases that must be healed."""
SUGGESTIONS = 88
AUTO_SHARE = 60


def _share(records: list[dict[str, Any]]) -> float:
    return 100 * sum(record["verdict"] == "right" for record in records) / len(records) if records else 100.0


def _cell(records: list[dict[str, Any]]) -> str:
    right = sum(record["verdict"] == "right" for record in records)
    return f"{right}/{len(records)}" if records else "-"


def rows(records: list[dict[str, Any]]) -> list[str]:
    """Return the lines of the table by category."""
    lines = [
        f"{'category':<18} {'cases':>5} {'auto healed':>14} {'suggested':>11} {'untouched':>10} {'harm':>5} {'median s':>9} {'longest':>8}"
    ]
    for category in sorted({record["category"] for record in records}):
        own = [record for record in records if record["category"] == category]
        by = {
            kind: [record for record in own if record["expected"] == kind] for kind in ("auto", "suggest", "must_not")
        }
        seconds = [record["seconds"] for record in own]
        percent = f" {_share(by['auto']):4.0f} %" if by["auto"] else ""
        lines.append(
            f"{category:<18} {len(own):>5} {_cell(by['auto']) + percent:>14} {_cell(by['suggest']):>11} {_cell(by['must_not']):>10} "
            f"{sum(record['verdict'] == 'harm' for record in own):>5} {statistics.median(seconds):>9.1f} {max(seconds):>8.1f}"
        )
    return lines


def totals(records: list[dict[str, Any]]) -> tuple[list[str], bool]:
    """Return the lines of measured against target, and whether every target was met."""
    auto = [record for record in records if record["expected"] == "auto"]
    suggest = [record for record in records if record["expected"] == "suggest"]
    harm = sum(record["verdict"] == "harm" for record in records)
    found = [
        (f"{name}, healed", _share(own), target)
        for name, (kinds, target) in GROUPS.items()
        if (own := _of(auto, kinds))
    ]
    if suggest:
        found.append(("suggestions right", _share(suggest), SUGGESTIONS))
    found.append(("auto among the cases", 100 * len(auto) / len(records), AUTO_SHARE))
    lines = [
        f"{name:<36} {value:5.1f} %   target {target} %{'' if value >= target else '   MISSED'}"
        for name, value, target in found
    ]
    lines.append(f"{'harm':<36} {harm:5d}     target 0{'   MISSED' if harm else ''}")
    return lines, not harm and all(value >= target for _, value, target in found)


def _of(records: list[dict[str, Any]], categories: tuple[str, ...]) -> list[dict[str, Any]]:
    return [record for record in records if record["category"] in categories]


def by_operator(records: list[dict[str, Any]]) -> list[str]:
    """Return one line for each operator that was not right everywhere."""
    lines = []
    names = sorted({(record["category"], record["operator"]) for record in records})
    for category, name in names:
        own = [record for record in records if (record["category"], record["operator"]) == (category, name)]
        verdicts = Counter(record["verdict"] for record in own)
        if verdicts["right"] < len(own):
            lines.append(
                f"{category}/{name} ({own[0]['expected']}): {verdicts['right']}/{len(own)} right, {verdicts['harm']} harm"
            )
    return lines


def failures(records: list[dict[str, Any]], most: int) -> list[str]:
    """Return what went wrong in the first cases that did, harm first."""
    wrong = sorted((record for record in records if record["verdict"] != "right"), key=lambda record: record["verdict"])
    lines = []
    for record in wrong[:most]:
        lines.append(
            f"{record['verdict'].upper()} {record['category']}/{record['operator']} in {record['package']}: {record['where']} [{record['history']}]"
        )
        lines.append(
            f"    {record['reason']}; outcome {record['outcome']}, diagnosed {record['diagnosis'] or 'nothing'}, {record['seconds']} s"
        )
        if record["fix"]:
            lines.append(f"    did: {record['fix'][:200]}")
        if record["kept"]:
            lines.append(f"    kept: {record['kept']}")
    return lines
