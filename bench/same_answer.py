"""Hook and `healkit detect --json` name the same failure: same pattern id, same fingerprint, on every case of a file.

    python bench/same_answer.py CASES.jsonl [--limit N]

A case is a JSON object with `output`, `exit_code` and `command`. The hook runs as its own process on a payload as the client
sends it, the CLI as its own process on the same text; what the hook found is read from the event that it spooled.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
HOOK = "import sys; sys.path.insert(0, sys.argv.pop(1)); from healkit.hook import main; main()"

from healkit import paths, spool  # noqa: E402


def by_hook(case: dict, project: Path, number: int) -> tuple[str, str]:
    """Return pattern id and fingerprint of the failure event that the hook spooled."""
    code = case["exit_code"]
    payload = {
        "session_id": f"case-{number}",
        "cwd": str(project),
        "hook_event_name": "PostToolUseFailure",
        "tool_name": "Bash",
        "tool_input": {"command": case["command"] or ""},
        "tool_use_id": f"use-{number}",
        "error": f"Exit code {code}\n{case['output']}",
    }
    state = Path(paths.project_state(str(project)))
    (state / spool.NAME).unlink(missing_ok=True)
    text = json.dumps(payload).encode("utf-8", "surrogatepass")
    subprocess.run(
        [sys.executable, "-I", "-S", "-c", HOOK, str(ROOT), "PostToolUseFailure"],
        input=text,
        check=True,
        capture_output=True,
    )
    events = list(spool.parse((state / spool.NAME).read_bytes())) if (state / spool.NAME).exists() else []
    failure = next((event for event in events if event.kind == "failure"), None)
    return (failure.pattern_id, failure.fingerprint) if failure else ("", "")


def by_command(case: dict, project: Path) -> tuple[str, str]:
    """Return pattern id and fingerprint of the first diagnosis that `healkit detect --json` prints."""
    argv = [
        sys.executable,
        "-m",
        "healkit",
        "detect",
        "--json",
        "--exit-code",
        str(case["exit_code"]),
        "--command",
        case["command"] or "",
        "-",
    ]
    ran = subprocess.run(
        argv, input=case["output"].encode("utf-8", "surrogatepass"), capture_output=True, check=True, cwd=project
    )
    found = [d for d in json.loads(ran.stdout)["diagnoses"] if d["severity"] != "info"]
    return (found[0]["pattern_id"], found[0]["fingerprint"]) if found else ("", "")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("cases")
    parser.add_argument("--limit", type=int)
    chosen = parser.parse_args()
    lines = Path(chosen.cases).read_text(encoding="utf-8").splitlines()[: chosen.limit]
    cases = [case for line in lines if (case := json.loads(line))["exit_code"]]
    different = []
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["HEALKIT_HOME"] = f"{scratch}/home"
        os.environ["PYTHONPATH"] = str(ROOT)
        import posix

        posix.environ[b"HEALKIT_HOME"] = os.fsencode(f"{scratch}/home")
        project = Path(scratch, "project")
        (project / ".git").mkdir(parents=True)
        for number, case in enumerate(cases):
            one, other = by_hook(case, project, number), by_command(case, project)
            if one != other:
                different.append((case.get("id"), one, other))
    for row in different[:20]:
        print(*row)
    print(f"{len(cases)} failures, {len(different)} answered differently")
    return bool(different)


if __name__ == "__main__":
    sys.exit(main())
