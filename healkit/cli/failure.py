"""A command that `healkit run` ran is over: say what is known about its failure, remember it, write the report."""

from __future__ import annotations

import os
import shlex
import sys
import time
from typing import Any

from .. import (
    answer,
    choose,
    commands,
    console,
    detect,
    episode,
    facts,
    intake,
    memory,
    outputs,
    paths,
    project,
    session,
    wire,
)
from ..process import Finished, StartError
from ..records import CommandResult, Diagnosis, HealkitError, Plan

_STREAM = 800
"""Characters of stdout and of stderr that the history keeps apart."""


def not_started(error: StartError) -> Finished:
    """Say what a shell would say of a command that could not be started; return it as a finished one."""
    print(f"healkit: {error.message}", file=sys.stderr)
    return Finished(error.exit_code, f"{error.message}\n".encode("utf-8", "surrogateescape"), time.time(), 0)


def settle(finished: Finished, argv: list[str], options: dict[str, str], command: str = "", offset: int = -1) -> int:
    """Explain and remember a failure, heal it where that is wanted, write the report; return the exit code of the command
    in the tree as it is left.

    Args:
        finished: how the command ended.
        argv: its words.
        options: those of `healkit run`.
        command: the line that a person typed, where that is not the words of `argv`.
        offset: where stdin stood before the command ran, -1 = unknown.
    """
    command = command or shlex.join(argv)
    cwd = _cwd()
    root = paths.project_root(cwd)
    code, values = finished.exit_code, report(finished, command, [], [])
    if not finished.exit_code and not is_silent():
        _note_success(finished, command)
    if finished.exit_code and not is_silent() and episode.policy(root).get("enabled", True):
        result = _result(finished, command, cwd)
        diagnoses, plans = diagnose(result, root)
        values = report(finished, command, diagnoses, plans)
        wanted = _wanted(options, root)
        _explain(result, root, diagnoses, [] if wanted else plans, finished)
        if wanted:
            code, values = _heal(result, diagnoses, plans, argv, wanted, root, offset)
    path = options.get("--json-report", "")
    if path and not _write_report(path, values):
        return 125
    return code


def _explain(
    result: CommandResult, root: str, diagnoses: list[Diagnosis], plans: list[Plan], finished: Finished
) -> None:
    """Print what is known about a failure and remember it."""
    best = diagnoses[0] if diagnoses else episode.unnamed(result)
    if diagnoses:
        console.explain(diagnoses, plans, sys.stderr)
    if diagnoses or not commands.is_quiet_exit(result.command, finished.exit_code):
        episode.open_failure(result, root, best.fingerprint)
    episode.record_failure(result, root, best, streams(finished))
    outputs.keep(root, result, diagnoses[0] if diagnoses else None)


def streams(finished: Finished) -> tuple[str, str]:
    """Return the ends of stdout and stderr, where the two were apart; what came on stdout is what is not of stderr."""
    if not finished.errors:
        return "", ""
    errors = intake.clean(intake.decode(finished.errors))
    rest = set(errors.split("\n"))
    lines = [line for line in intake.clean(intake.decode(finished.output)).split("\n") if line not in rest]
    return "\n".join(lines)[-_STREAM:], errors[-_STREAM:]


def _wanted(options: dict[str, str], root: str) -> dict[str, str]:
    """Return the options to heal with: those given with `--fix`, those of the policy's mode, none when nothing is wanted."""
    if "--fix" in options:
        return options
    from .. import config

    mode = config.load(root)["policy.mode"]
    terminal = all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))
    if mode == "auto":
        return {**options, "--fix": "", "--risks": "low"}
    return {**options, "--fix": ""} if mode == "ask" and terminal else {}


def _heal(
    result: CommandResult,
    diagnoses: list[Diagnosis],
    plans: list[Plan],
    argv: list[str],
    options: dict[str, str],
    root: str,
    offset: int,
) -> tuple[int, dict[str, Any]]:
    """Heal a failure; return the exit code of the command in the tree as it is left, and the report."""
    from . import healing

    try:
        wish = healing.Wish(options, offset)
        found = healing.treat(result, diagnoses, argv, wish, root)
    except HealkitError as error:
        console.complain(error)
        code = result.exit_code or 0
        values = report(Finished(code, b"", 0.0, result.duration_ms or 0), result.command, diagnoses, plans)
        return code, {**values, "outcome": "refused", "message": error.what}
    values = healing.report(found, result, diagnoses, plans)
    return 0 if found.outcome == "healed" else result.exit_code or 0, values


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


def diagnose(result: CommandResult, root: str, limit: int = 5) -> tuple[list[Diagnosis], list[Plan]]:
    """Return at most `limit` diagnoses of a result, best first, and a plan for each."""
    known = memory.open_memory(root)
    ignored = episode.policy(root).get("ignore", ())
    diagnoses = [found for found in detect.detect(result, known, limit) if found.pattern_id not in ignored]
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
