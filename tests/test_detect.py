"""From a command's result to diagnoses: what is named, what stays silent, what a project's own file may do."""

import json
import shutil
from pathlib import Path

import pytest

from healkit import entries, intake, memory, paths
from healkit.detect import detect
from healkit.records import Diagnosis

CASES = Path(__file__).parent / "cases"


def diagnose(
    output: str, root: str = "", exit_code: int | None = 1, command: str = "", **more: bool
) -> list[Diagnosis]:
    return detect(intake.from_text(output, command=command, exit_code=exit_code, **more), memory.open_memory(root))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / ".healkit").mkdir(parents=True)
    shutil.copy(CASES / "spec-2-patterns.json", folder / ".healkit/error-patterns.json")
    shutil.copy(CASES / "spec-2-playbooks.json", folder / ".healkit/recovery-playbook.json")
    return folder


SAID = {
    "import-autonomy-level": "ImportError: cannot import name 'AutonomyLevel' from 'core.sovereign.autonomy' (/x/autonomy.py)",
    "event-field-names": "TypeError: Event.__init__() got an unexpected keyword argument 'event_type'",
    "missing-aiohttp": "ModuleNotFoundError: No module named 'aiohttp'",
    "eventbus-stop-not-async": "TypeError: object NoneType can't be used in 'await' expression",
}
TRACE = 'Traceback (most recent call last):\n  File "/home/user/proj/app.py", line 7, in <module>\n    run()\n'


@pytest.mark.parametrize("name", sorted(SAID))
def test_the_documents_own_patterns_load_unchanged_and_fire(project: Path, name: str) -> None:
    found = diagnose(TRACE + SAID[name], str(project))
    mine = next(d for d in found if d.pattern_id == name)
    assert not mine.trusted
    assert (mine.location.file, mine.location.line) == ("/home/user/proj/app.py", 7)
    assert mine.auto_fix


def test_the_documents_files_work_in_place_in_their_old_folder(tmp_path: Path) -> None:
    folder = tmp_path / ".claude-flow/memory"
    folder.mkdir(parents=True)
    shutil.copy(CASES / "spec-2-patterns.json", folder / "error-patterns.json")
    assert paths.project_root(str(tmp_path)) == str(tmp_path)
    assert "missing-aiohttp" in {d.pattern_id for d in diagnose(SAID["missing-aiohttp"], str(tmp_path))}


def test_a_playbook_that_no_pattern_names_is_found_by_its_trigger(project: Path) -> None:
    found = diagnose("ERROR collecting tests/x.py - ImportError-of-this-project", str(project))
    assert "test-collection-failure-here" in {d.pattern_id for d in found}


def test_flat_and_ci_forms_of_the_documents_are_read() -> None:
    flat, problems = entries.read_patterns(
        '{"Export X doesn\'t exist": "Add export keyword to declaration"}', "user", "f.json"
    )
    assert not problems
    assert flat[0].fix_template == "Add export keyword to declaration"
    ci = {
        "id": "c",
        "category": "LINTING_ERROR",
        "severity": "MEDIUM",
        "patterns": ["one", "two"],
        "description": "d",
        "auto_fixable": True,
    }
    read, problems = entries.read_patterns(json.dumps({"patterns": [ci]}), "user", "f.json")
    assert not problems
    assert (read[0].category, read[0].severity, read[0].error_regex) == ("linting_error", "medium", ("one", "two"))


def test_an_untrusted_entry_neither_overrides_nor_disables(project: Path) -> None:
    name = "python-module-not-found"
    before = {d.pattern_id for d in diagnose(TRACE + "ModuleNotFoundError: No module named 'zzz'")}
    assert name in before
    entry = {"id": name, "error_regex": "No module named 'zzz'", "category": "unknown", "disabled": True}
    text = json.dumps({"patterns": [entry]})
    (project / ".healkit/error-patterns.json").write_text(text)
    after = diagnose(TRACE + "ModuleNotFoundError: No module named 'zzz'", str(project))
    assert name in {d.pattern_id for d in after}
    digest = entries.entry_hash(entry, None, paths.project_key(str(project)))
    state = Path(paths.state_dir())
    paths.make_private(str(state))
    (state / "trust").write_text(f"{digest} {paths.project_key(str(project))}\n")
    (state / "trust").chmod(0o600)
    trusted = diagnose(TRACE + "ModuleNotFoundError: No module named 'zzz'", str(project))
    assert name not in {d.pattern_id for d in trusted}


def test_a_broken_entry_or_file_leaves_the_others_alone(project: Path) -> None:
    file = project / ".healkit/error-patterns.json"
    raw = json.loads(file.read_text())
    raw["patterns"][0]["error_regex"] = "a(b"
    file.write_text(json.dumps(raw))
    searcher = memory.open_memory(str(project))
    assert any("import-autonomy-level" in p.what for p in searcher.problems())
    assert "missing-aiohttp" in {d.pattern_id for d in diagnose(SAID["missing-aiohttp"], str(project))}
    file.write_text('{"patterns": [,]}')
    assert any(p.where.startswith(f"{file}:1:") for p in memory.open_memory(str(project)).problems())
    assert diagnose(TRACE + SAID["missing-aiohttp"], str(project))


@pytest.mark.parametrize(
    ("command", "exit_code"),
    [
        ("grep x y", 1),
        ("cd a && diff a b", 1),
        ("test -e x", 1),
        ("git diff --exit-code", 1),
        ("make", 130),
        ("yes | head", 141),
        ("x", 143),
    ],
)
def test_exits_that_are_answers_or_interrupts_are_silent(command: str, exit_code: int) -> None:
    assert diagnose(TRACE + SAID["missing-aiohttp"], exit_code=exit_code, command=command) == []


@pytest.mark.parametrize("command", ["cat build.log", "cat build.log | grep -i error", "tail -50 /tmp/x.log"])
@pytest.mark.parametrize("exit_code", [None, 1, 0])
def test_what_a_shown_file_holds_is_no_failure_of_the_command_that_shows_it(
    command: str, exit_code: int | None
) -> None:
    text = TRACE + SAID["missing-aiohttp"]
    assert diagnose(text, exit_code=exit_code, command=command, masked=exit_code == 0) == []
    own = diagnose(f"{text}\ncat: nofile.txt: No such file or directory", command="cat nofile.txt build.log")
    assert own[0].pattern_id == "no-such-file"


@pytest.mark.parametrize(("exit_code", "name"), [(137, "exit-killed"), (139, "exit-segfault"), (124, "exit-timed-out")])
def test_an_exit_code_speaks_where_the_output_does_not(exit_code: int, name: str) -> None:
    found = diagnose("building the index ...\n", exit_code=exit_code, command="./build.sh")
    assert [one.pattern_id for one in found] == [name]
    assert found[0].excerpt == f"exited with code {exit_code}"
    known = diagnose(TRACE + SAID["missing-aiohttp"], exit_code=exit_code, command="./build.sh")
    assert known[0].captures["module"] == "aiohttp"


@pytest.mark.parametrize("exit_code", [1, 2, 130, 143, 255])
def test_an_exit_code_that_means_something_else_everywhere_is_no_alarm(exit_code: int) -> None:
    assert diagnose("building the index ...\n", exit_code=exit_code, command="./build.sh") == []


def test_a_filter_behind_a_real_program_hides_nothing() -> None:
    assert diagnose(TRACE + SAID["missing-aiohttp"], command="python app.py | tail -5")


def test_an_entry_known_by_its_exit_code_is_silent_without_one_where_another_tool_ran() -> None:
    assert [found.pattern_id for found in diagnose("src/a.js\n", exit_code=None, command="prettier -l .")] == [
        "prettier-list"
    ]
    assert diagnose("src/a.js\n", exit_code=None, command="tsc --listFiles a.ts") == []


def test_a_success_is_silent_and_a_masked_failure_is_not() -> None:
    text = TRACE + SAID["missing-aiohttp"]
    assert diagnose(text, exit_code=0) == []
    assert diagnose(text, exit_code=0, masked=True)[0].captures["module"] == "aiohttp"


def test_a_chained_tracebacks_root_cause_beats_its_wrapper() -> None:
    text = (
        TRACE
        + "ModuleNotFoundError: No module named 'yaml'\n\nThe above exception was the direct cause of the following exception:\n\n"
        'Traceback (most recent call last):\n  File "/home/user/proj/main.py", line 3, in <module>\n    load()\n'
        "RuntimeError: configuration could not be read"
    )
    best = diagnose(text, command="python main.py")[0]
    assert best.captures["module"] == "yaml"
    assert best.location.line == 7


def test_the_same_failure_has_one_fingerprint_whatever_varies() -> None:
    one = diagnose(TRACE + SAID["missing-aiohttp"])[0]
    two = diagnose(TRACE.replace("7", "93").replace("/home/user", "/srv/other") + SAID["missing-aiohttp"])[0]
    other = diagnose(TRACE + SAID["missing-aiohttp"].replace("aiohttp", "yaml"))[0]
    assert one.fingerprint == two.fingerprint
    assert one.fingerprint != other.fingerprint
    assert one.fingerprint.startswith("1:")


def test_hostile_captures_are_one_printable_line() -> None:
    text = "ModuleNotFoundError: No module named 'a`\u202eb\u2066" + "x" * 300 + "'"
    for found in diagnose(TRACE + text):
        for value in found.captures.values():
            assert len(value) <= 80
            assert value.isprintable()
            assert not set("`\u202e\u2066") & set(value)
