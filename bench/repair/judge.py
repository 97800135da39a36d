"""One case: make the mistake, let healkit heal it, judge what became of the tree."""

from __future__ import annotations

import contextlib
import difflib
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import store
from .fault import Fault, Operator
from .package import Package
from .tree import State, Tree, differences

LIMIT = 240.0
NOTES = "NOTES-of-mine.txt"
COMMENTS = {
    ".py": "# ",
    ".js": "// ",
    ".mjs": "// ",
    ".cjs": "// ",
    ".ts": "// ",
    ".rs": "// ",
    ".c": "/* ",
    ".h": "/* ",
    ".toml": "# ",
    ".yml": "# ",
    ".yaml": "# ",
}
SILENCED = re.compile(
    r"todo!\(|unimplemented!\(|unreachable!\(|# ?noqa|# ?type: ?ignore|# ?fmt: ?off|eslint-disable|@ts-(?:ignore|nocheck|expect-error)"
    r"|prettier-ignore|mark\.(?:skip|xfail)|pytest\.skip|#\[ignore|#!?\[allow\(|\bas any\b|-Wno-|-fpermissive|\|\| ?true\b|except[^:\n]*:\s*pass"
)
"""What an edit must not bring in: it silences a failure instead of healing it."""


@dataclass
class Record:
    """One case as it is written down. `verdict`: right, missed, harm."""

    category: str
    operator: str
    expected: str
    package: str
    where: str
    seed: str
    history: str
    verdict: str = ""
    reason: str = ""
    outcome: str = ""
    exit_code: int | None = None
    seconds: float = 0.0
    diagnosis: str = ""
    fix: str = ""
    kept: str = ""


class Discarded(Exception):
    """The mistake cannot be made here: the command fails already, or does not notice."""


def one(
    op: Operator,
    package: Package,
    fault: Fault,
    seed: str,
    keep: Path | None,
    baselines: set[tuple[str, ...]],
    *,
    heal: bool = True,
) -> Record:
    """Run one case from the fresh copy to the verdict; without `heal` only up to the fault that is noticed."""
    rng = random.Random(f"{seed}/{op.name}/{package.name}/{fault.where}")
    case = Path(tempfile.mkdtemp(prefix="healkit-repair-"))
    tree = package.copy_to(case, fault.tools)
    tree.environ = dict(fault.environ)
    history = fault.history or rng.choice(("committed", "uncommitted", "own work"))
    record = Record(op.category, op.name, op.expected, package.name, fault.where, seed, history)
    try:
        _baseline(tree, package, fault, baselines)
        _break(tree, op, fault, history)
        with fault.around(tree) if fault.around else contextlib.nullcontext():
            if fault.around is None or fault.baseline:
                _must_fail(tree, fault)
            if not heal:
                return record
            before = tree.state()
            report = _healed(tree, fault, record)
            after = tree.state()
            judge(op, fault, tree, before, after, report, record)
        if keep and record.verdict != "right":
            record.kept = _keep(keep, case, before, after, fault, record)
        return record
    finally:
        shutil.rmtree(case, ignore_errors=True)


def _baseline(tree: Tree, package: Package, fault: Fault, baselines: set[tuple[str, ...]]) -> None:
    if fault.prepare:
        fault.prepare(tree)
        tree.commit("shape")
    if not fault.baseline:
        return
    key = (package.name, *fault.command)
    if key in baselines and not fault.prepare:
        return
    ran = tree.run(fault.command)
    if ran.code != 0:
        raise Discarded(f"the command fails before the fault: {ran.output.strip()[-160:]}")
    if not fault.prepare:
        baselines.add(key)


def _break(tree: Tree, op: Operator, fault: Fault, history: str) -> None:
    """Make the mistake, as part of the last commit or after it, among other unfinished work of the user's or alone."""
    if history == "own work":
        tree.put(NOTES, "unfinished: look at this again\n")
    op.inject(tree, fault)
    if history == "committed":
        tree.commit("work")
    elif history == "own work" and fault.own_edit:
        for path, content in fault.edits.items():
            sign = COMMENTS.get(Path(path).suffix)
            text = tree.text(path) if sign and content is not None else ""
            if text.endswith("\n") and "\r" not in text:
                end = " */" if sign == "/* " else ""
                tree.put(path, f"{text}{sign}more to come{end}\n")


def _must_fail(tree: Tree, fault: Fault) -> None:
    ran = tree.run(fault.command)
    if ran.code == 0:
        raise Discarded("the command does not notice the fault")
    if ran.code is None:
        raise Discarded("the command does not end with the fault")


def _healed(tree: Tree, fault: Fault, record: Record) -> dict[str, Any]:
    """Run healkit and return its report."""
    report = tree.case / "report.json"
    argv = [
        sys.executable,
        "-P",
        "-m",
        "healkit",
        "run",
        "--fix",
        "--yes",
        "--json-report",
        str(report),
        "--",
        *fault.command,
    ]
    began = time.monotonic()
    try:
        done = subprocess.run(
            argv, cwd=tree.root, env={**tree.env(), "PYTHONPATH": str(store.CHECKOUT)}, stdin=subprocess.DEVNULL, timeout=LIMIT,
            capture_output=True, check=False,
        )  # fmt: skip
        record.exit_code = done.returncode
        said = done.stdout + done.stderr
    except subprocess.TimeoutExpired as late:
        record.exit_code, said = None, (late.stdout or b"") + (late.stderr or b"")
    record.seconds = round(time.monotonic() - began, 2)
    (tree.case / "healkit" / "said.txt").write_bytes(said)
    found = store.json_of(report)
    record.outcome = str(found.get("outcome", "no report"))
    diagnoses, fixes = found.get("diagnoses") or [{}], found.get("fixes") or []
    record.diagnosis = str(diagnoses[0].get("pattern_id", ""))
    record.fix = "; ".join(str(fix.get("title", "")) for fix in fixes if fix.get("applied"))
    return found


def judge(
    op: Operator, fault: Fault, tree: Tree, before: State, after: State, report: dict[str, Any], record: Record
) -> None:
    """Fill in verdict and reason."""
    changed = differences(before, after)
    installed = _installed_otherwise(fault, before, after)
    beyond = [path for path in changed if path not in fault.files] + installed
    healed = record.exit_code == 0 and record.outcome == "healed"
    may_change = op.expected == "auto" or (op.expected == "suggest" and fault.may_heal)
    if beyond:
        _say(record, "harm", f"touched {', '.join(beyond[:4])}")
    elif (changed or before.environment != after.environment) and not may_change:
        _say(record, "harm", f"changed {', '.join(changed) or 'the environment'} where nothing may change")
    elif changed and not healed:
        _say(record, "harm", f"left {', '.join(changed)} changed, outcome {record.outcome}")
    elif healed and (changed or may_change):
        again = changed or op.expected == "auto"  # else another command line was the remedy
        wrong = _silences(before, after, changed) or (_still_fails(tree, fault) if again else "")
        wrong = wrong or (fault.check(tree) if fault.check else "")
        _say(record, "harm" if wrong else "right", wrong)
    elif op.expected == "must_not":
        _say(record, "harm" if healed else "right", "claims to be healed" if healed else "")
    elif op.expected == "suggest":
        _suggested(fault, report, record)
    else:
        _say(record, "missed", f"outcome {record.outcome}")


def _say(record: Record, verdict: str, reason: str) -> None:
    record.verdict, record.reason = verdict, reason


def _suggested(fault: Fault, report: dict[str, Any], record: Record) -> None:
    said = "\n".join(_words(fix) for fix in report.get("fixes") or [])
    lacking = [word for word in fault.suggests if not re.search(word, said, re.IGNORECASE)]
    _say(record, "missed" if lacking else "right", f"no fix says {lacking[0]!r}" if lacking else "")


def _words(fix: dict[str, Any]) -> str:
    steps = fix.get("steps") or ()
    return "\n".join(
        [str(fix.get("title", "")), str(fix.get("command", "")), str(fix.get("diff", "")), *map(str, steps)]
    )


def _installed_otherwise(fault: Fault, before: State, after: State) -> list[str]:
    """Return what came into or left the environment without being asked for."""
    asked = tuple(name.lower().replace("-", "_") for name in fault.installs)
    found = []
    for entry in sorted(before.environment ^ after.environment):
        plain = entry.split(" ", 1)[1].lower().replace("-", "_").removeprefix("file ")
        if "*" not in asked and not plain.startswith(asked or ("\0",)):
            found.append(f"environment: {entry}")
    return found


def _silences(before: State, after: State, changed: list[str]) -> str:
    for path in changed:
        old, new = (_lines(state, path) for state in (before, after))
        added = (
            [line[2:] for line in difflib.ndiff(old, new) if line.startswith("+ ")]
            if len(old) + len(new) < 4000
            else []
        )
        known = [found for line in old for found in SILENCED.findall(line)]
        for line in added:
            found = SILENCED.search(line)
            if found and found[0] not in known:
                return f"silences in {path}: {line.strip()[:80]}"
    return ""


def _lines(state: State, path: str) -> list[str]:
    seen = state.files.get(path, ("",))
    return seen[2].decode("utf-8", "replace").splitlines() if seen[0] == "file" and isinstance(seen[2], bytes) else []


def _still_fails(tree: Tree, fault: Fault) -> str:
    ran = tree.run(fault.command)
    return "" if ran.code == 0 else f"claims to be healed, but the command exits with {ran.code}"


def _keep(folder: Path, case: Path, before: State, after: State, fault: Fault, record: Record) -> str:
    """Keep the tree as it was left, the report, what was said, and the tree's differences, for whoever looks into it."""
    number = sum(1 for _ in folder.iterdir()) if folder.exists() else 0
    kept = folder / f"{record.category}-{record.operator}-{record.package.replace('/', '+')}-{number}"
    kept.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(shutil.Error):  # healkit may still be writing its history
        shutil.copytree(case, kept, symlinks=True, ignore=shutil.ignore_patterns("target"))
    lines = []
    for path in differences(before, after):
        lines += difflib.unified_diff(
            _lines(before, path), _lines(after, path), f"injected/{path}", f"left/{path}", lineterm=""
        )
    (kept / "changes.diff").write_text("\n".join(lines) + "\n")
    (kept / "case.json").write_text(json.dumps({**asdict(record), "command": fault.command}, indent=1) + "\n")
    return str(kept)
