"""A command that `healkit run` ran is over: say what is known about its failure, remember it, write the report."""

from __future__ import annotations

import os
import shlex
import sys
import time
from typing import Any

from .. import answer, choose, console, detect, episode, facts, intake, memory, outputs, paths, project, session, wire
from ..process import Finished, StartError
from ..records import CommandResult, Diagnosis, Plan


def not_started(error: StartError) -> Finished:
    """Say what a shell would say of a command that could not be started; return it as a finished one."""
    print(f"healkit: {error.message}", file=sys.stderr)
    return Finished(error.exit_code, f"{error.message}\n".encode("utf-8", "surrogateescape"), time.time(), 0)


def settle(finished: Finished, argv: list[str], options: dict[str, str], command: str = "") -> int:
    """Explain and remember a failure, write the report that was asked for, return the command's exit code.

    Args:
        finished: how the command ended.
        argv: its words.
        options: those of `healkit run`.
        command: the line that a person typed, where that is not the words of `argv`.
    """
    diagnoses: list[Diagnosis] = []
    plans: list[Plan] = []
    command = command or shlex.join(argv)
    if not finished.exit_code and not is_silent():
        _note_success(finished, command)
    if finished.exit_code and not is_silent():
        diagnoses, plans = _explain(finished, command)
        if "--fix" in options:
            console.say("healkit: applying fixes comes with a later version; until then they are suggestions")
    path = options.get("--json-report", "")
    if path and not _write_report(path, report(finished, command, diagnoses, plans)):
        return 125
    return finished.exit_code


def _explain(finished: Finished, command: str) -> tuple[list[Diagnosis], list[Plan]]:
    """Print what is known about a failure and remember it; nothing where the project's configuration says so."""
    cwd = _cwd()
    root = paths.project_root(cwd)
    if not episode.policy(root).get("enabled", True):
        return [], []
    result = _result(finished, command, cwd)
    diagnoses, plans = diagnose(result, root)
    best = diagnoses[0] if diagnoses else None
    if best is not None:
        console.explain(diagnoses, plans, sys.stderr)
        session.open_episode(result.session, best.fingerprint, command, root, time.time())
    episode.record_failure(result, root, best)
    outputs.keep(root, result, best)
    return diagnoses, plans


def _result(finished: Finished, command: str, cwd: str) -> CommandResult:
    more = {"at": finished.at, "duration_ms": finished.duration_ms, "session": session.of_terminal()}
    return intake.from_text(finished.output, command, finished.exit_code, cwd, "run", **more)


def _note_success(finished: Finished, command: str) -> None:
    """Note a success while an episode is open in this terminal: it may be what closes it."""
    cwd = _cwd()
    root = paths.project_root(cwd)
    if episode.policy(root).get("enabled", True):
        episode.record_success(_result(finished, command, cwd).replace(output=""), root)


def is_silent() -> bool:
    """Tell whether healkit is switched off, or at work further up: then a command just runs."""
    return bool(paths.env("HEALKIT_ACTIVE")) or paths.is_switched_off()


def _cwd() -> str:
    try:
        return os.getcwd()
    except OSError:  # somebody removed the folder under us
        return ""


def diagnose(result: CommandResult, root: str) -> tuple[list[Diagnosis], list[Plan]]:
    """Return the diagnoses of a result, best first, and a plan for each."""
    known = memory.open_memory(root)
    ignored = episode.policy(root).get("ignore", ())
    diagnoses = [found for found in detect.detect(result, known) if found.pattern_id not in ignored]
    if not diagnoses:
        return [], []
    project.refresh_if_stale(root)
    certain_facts, counts = facts.load(root), episode.counts(root)
    plans = [choose.plan(diagnosis, known, certain_facts, counts) for diagnosis in diagnoses]
    certain = choose.situation(diagnoses[0], known, certain_facts).sentence()
    if certain:
        plans[0] = plans[0].replace(why="; ".join(part for part in (certain, plans[0].why) if part))
    return diagnoses, plans


def report(finished: Finished, command: str, diagnoses: list[Diagnosis], plans: list[Plan]) -> dict[str, Any]:
    """Return what happened in the form of `--json-report` (version 1)."""
    fixes = [{**answer.fix_json(fix), "applied": False, "verified": False} for plan in plans for fix in plan.fixes]
    outcome = "passed" if finished.exit_code == 0 else "suggested" if fixes else "unresolved"
    return {
        "version": answer.VERSION,
        "outcome": outcome,
        "command": command,
        "exit_codes": [finished.exit_code],
        "diagnoses": answer.to_json(diagnoses, plans)["diagnoses"],
        "fixes": fixes,
        "attempts": 0,
        "duration_ms": finished.duration_ms,
    }


def _write_report(path: str, values: dict[str, Any]) -> bool:
    data = (wire.dumps(values) + "\n").encode("utf-8", "backslashreplace")
    temporary = f"{path}.{os.getpid()}.tmp"
    whole = not os.path.exists(path) or os.path.isfile(path)
    try:
        with open(temporary if whole else path, "wb") as file:
            file.write(data)
        if whole:
            os.replace(temporary, path)
    except OSError as error:
        console.say(f"healkit: the report cannot be written: {path}: {error.strerror}")
        return False
    return True
