"""`patterns check`: one test a message, with its place; --fix keeps every other byte; check and loader never disagree."""

import json
import re
from pathlib import Path

import pytest
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from healkit import check, entries, memory
from healkit.check import regexes
from healkit.cli.check import check_command
from healkit.records import HealkitError

GOOD = '"id": "a", "error_regex": "Frobnicator (?P<number>\\\\d+) failed", "category": "build_error"'
REST = GOOD.partition(", ")[2]
PLAIN = '"id": "a", "category": "unknown", "error_regex": '
BOOK = '"trigger": "Frobnicator (?P<number>\\\\d+) failed"'


def file_of(*bodies: str) -> str:
    """Return a pattern file of some entries, each given with or without its braces."""
    entries_ = [body if body.startswith(("{", "§{")) else "{" + body + "}" for body in bodies]
    return '{"patterns": [' + ", ".join(entries_) + "]}"


# name, an entry's body with § where the message must point, what is said, what is advised
ENTRIES = [
    ("unknown key", GOOD + ', §"mesage": "x"', 'unknown key "mesage"', 'did you mean "message"?'),
    ("unknown key of another name", GOOD + ', §"title": "x"', 'unknown key "title"', 'did you mean "message"?'),
    ("unknown key far off", GOOD + ', §"zzzzzz": 1', 'unknown key "zzzzzz"', 'name it "x-..." or "note"'),
    (
        "unknown key of a fix",
        GOOD + ', "auto_fix": {"search": "a", "replace": "b", §"regx": true}',
        'unknown key "regx"',
        '"regex"',
    ),
    (
        "unknown key of an example",
        GOOD + ', "examples": [{"output": "Frobnicator 1 failed", §"capture": {}}]',
        'unknown key "capture"',
        '"captures"',
    ),
    (
        "key twice",
        GOOD + ', "note": "x", §"note": "y"',
        'the key "note" stands twice, first on line 1',
        "the last one counts",
    ),
    ("wrong type: text", GOOD + ', "message": §3', '"message" must be text, not a number', 'write "3"'),
    (
        "wrong type: number",
        GOOD + ', "confidence": §"0.5"',
        '"confidence" must be a number, not text',
        "write 0.5 without quotes",
    ),
    ("wrong type: list", GOOD + ', "exit_codes": §1', '"exit_codes" must be a list, not a number', "put it in [ ]"),
    (
        "wrong type: boolean",
        GOOD + ', "disabled": §"true"',
        '"disabled" must be true or false, not text',
        "without quotes",
    ),
    ("wrong type inside a list", GOOD + ', "tools": ["a", §null]', '"tools" must be text, not null', "write text"),
    ("out of range", GOOD + ', "confidence": §7', '"confidence" is 7, which is out of range', "the maximum is 1"),
    ("not a number", GOOD + ', "confidence": §NaN', "not a number that JSON has", "write a plain number"),
    (
        "bad regex",
        PLAIN + '"Frob §(\\\\d+ failed"',
        "bad regular expression: missing ), unterminated subpattern (character 6 of it)",
        "is written \\\\(",
    ),
    ("bad regex behind escapes", PLAIN + '"\\\\d\\u00e9\\\\w++§* failed"', "multiple repeat", "\\\\*"),
    ("bad regex in a list", PLAIN + '["Frobnicator", "x§[a"]', "unterminated character set", "\\\\["),
    ("backspace", PLAIN + '"Frobnicator§\\b"', "\\b is a backspace in JSON", "\\\\b"),
    ("missing id", '§{"error_regex": "Frobnicator", "category": "unknown"}', '"id" is missing', 'add "id"'),
    ("missing regex", '§{"id": "a", "category": "unknown"}', '"error_regex" is missing', 'add "error_regex"'),
    ("missing category", '§{"id": "a", "error_regex": "Frobnicator"}', '"category" is missing', 'add "category"'),
    (
        "missing because misspelt",
        '§{"id": "a", "error_regex": "Frobnicator", "categroy": "unknown"}',
        '"category" is missing',
        '"categroy" looks like it',
    ),
    ("empty id", '"id": §"", "error_regex": "Frobnicator", "category": "unknown"', '"id" is empty', "fill it in"),
    ("empty regex", PLAIN + '§""', '"error_regex" is empty', "fill it in"),
    ("matches nothing at all", PLAIN + '§"(Frobnicator)?"', "the expression matches empty output", "required"),
    (
        "unknown category",
        '"id": "a", "error_regex": "Frobnicator", "category": §"depndency_issue"',
        'unknown category "depndency_issue"',
        'did you mean "dependency_issue"?',
    ),
    (
        "category of one's own",
        '"id": "a", "error_regex": "Frobnicator", "category": §"payments"',
        'unknown category "payments"',
        '"custom:..."',
    ),
    ("unknown severity", GOOD + ', "severity": §"hgih"', 'unknown severity "hgih"', 'did you mean "high"?'),
    (
        "unknown severity far off",
        GOOD + ', "severity": §"xyz"',
        'unknown severity "xyz"',
        "one of info, low, medium, high, critical",
    ),
    (
        "template severity",
        GOOD + ', "severity": §"high|medium|low"',
        '"high|medium|low" is a choice, as in a template',
        "keep the one",
    ),
    (
        "template category",
        '"id": "a", "error_regex": "Frobnicator", "category": §"import|async"',
        '"import|async" is a choice',
        "keep the one",
    ),
    ("unknown origin", GOOD + ', "origin": §"mine"', 'unknown origin "mine"', "one of shipped, user, project, learned"),
    (
        "capture of the message",
        GOOD + ', "message": "no. §{numbr} \\u00e9"',
        "{numbr} is captured by no group",
        'did you mean "number"?',
    ),
    (
        "capture of the advice",
        GOOD + ', "fix_template": "call §{friend}"',
        "{friend} is captured by no group",
        "add a group (?P<friend>...)",
    ),
    (
        "capture of the replacement",
        GOOD + ', "auto_fix": {"search": "a", "replace": "x §{numbre}"}',
        "{numbre} is captured by no group",
        '"number"',
    ),
    (
        "brace of the replacement",
        GOOD + ', "auto_fix": {"search": "a", "replace": "x §{foo}"}',
        "{foo} is captured by no group",
        "it stays as it is",
    ),
    (
        "no playbook",
        GOOD + ', "playbook": §"restart-frobnicatr"',
        'the playbook "restart-frobnicatr" does not exist',
        'did you mean "restart-frobnicator"?',
    ),
    (
        "capture of the playbook",
        PLAIN + '"Frobnicator", "playbook": §"restart-frobnicator"',
        'nothing of the playbook "restart-frobnicator" can be said here: no group captures {number}',
        "add such a group (?P<name>...)",
    ),
    (
        "example",
        GOOD + ', "examples": [{"output": §"Frobnicator 12 fell over"}]',
        "never matches this example: it matches up to `Frobnicator 12 f`, then wants `ailed` and finds `ell over`",
        "correct the one or the other",
    ),
    (
        "example in another case",
        GOOD + ', "examples": [§"frobnicator 12 FAILED"]',
        "only upper and lower case differ",
        "correct",
    ),
    ("example elsewhere", GOOD + ', "examples": [§"zzz"]', "not even its beginning occurs in the output", "correct"),
    (
        "example and line starts",
        PLAIN + '"^Frobnicator", "examples": [§"x\\nFrobnicator"]',
        "would need (?m)",
        "correct",
    ),
    (
        "captures differ",
        GOOD + ', "examples": [{"output": "Frobnicator 12 failed", "captures": {"number": §"13"}}]',
        'number captures "12" here, not "13"',
        "correct",
    ),
    (
        "captures of no group",
        GOOD + ', "examples": [{"output": "Frobnicator 12 failed", "captures": {§"numbr": "12"}}]',
        'no group is called "numbr"',
        '"number"',
    ),
    (
        "captures nothing",
        PLAIN + '"Frobnicator(?P<n> \\\\d)?", "examples": [{"output": "Frobnicator", "captures": {"n": §"1"}}]',
        'n captures nothing here, not "1"',
        "correct",
    ),
    (
        "counterexample",
        GOOD + ', "counterexamples": ["fine", §"x Frobnicator 1 failed y"]',
        "matches this counterexample, in `Frobnicator 1 failed`",
        "narrow",
    ),
    (
        "contains",
        GOOD + ', "contains": [§"elsewhere"], "examples": ["Frobnicator 1 failed"]',
        '"elsewhere" does not occur in the example on line 1',
        "silent",
    ),
    (
        "engines disagree",
        PLAIN + '"Frobnicator(?:ab){e}", "examples": [§"Frobnicatorab{e}"]',
        "re and regex disagree",
        "plainly",
    ),
    (
        "runs away",
        PLAIN + '§"Frobnicator (\\\\w+\\\\s*)+:"',
        "the expression runs away on `",
        "repeat one thing at a time",
    ),
    ("is slow", PLAIN + '§"Frobnicator .*.*.*:"', "the expression runs away on `", "repeat one thing at a time"),
    ("no literal", PLAIN + '§"E\\\\d+"', "no literal of 5 characters must occur", "contains"),
    ("empty search", GOOD + ', "auto_fix": {"search": §"", "replace": "b"}', '"search" is empty', "fill it in"),
    ("missing replace", GOOD + ', "auto_fix": §{"search": "a"}', '"replace" is missing', 'add "replace"'),
    (
        "search is replace",
        GOOD + ', "auto_fix": {"search": "a", "replace": §"a"}',
        "search and replace are the same text",
        "change nothing",
    ),
    (
        "bad search",
        GOOD + ', "auto_fix": [{"search": "§(a", "replace": "b", "regex": true}]',
        "bad regular expression in search",
        "\\\\(",
    ),
    ("no date", GOOD + ', "last_seen": §"yesterday"', '"yesterday" is no date', "write it as 2026-02-04"),
    (
        "date of no month",
        GOOD + ', "last_seen": §"2026-13-01"',
        '"2026-13-01" is no date (month must be',
        "write it as 2026-02-04",
    ),
    (
        "nothing to switch off",
        '"id": §"a", "disabled": true',
        'no layer below has an entry "a" to switch off',
        "patterns list",
    ),
]
WARNINGS = {
    "template severity",
    "template category",
    "category of one's own",
    "brace of the replacement",
    "is slow",
    "no literal",
    "search is replace",
    "unknown category",
    "nothing to switch off",
    "backspace",
}

# name, a playbook's body
PLAYBOOKS = [
    ("unknown key", BOOK + ', "steps": [], §"stepps": []', 'unknown key "stepps"', '"steps"'),
    ("unknown key of a step", BOOK + ', "steps": [{§"comand": "x"}]', 'unknown key "comand"', '"command"'),
    (
        "bad trigger",
        '"trigger": "x §(", "steps": ["a"]',
        "bad regular expression: missing ), unterminated subpattern (character 3 of it)",
        "\\\\(",
    ),
    (
        "runaway trigger",
        '"trigger": §"Frobnicator (a+)+$", "steps": ["a"]',
        "runs away on",
        "repeat one thing at a time",
    ),
    (
        "unknown when",
        BOOK + ', "steps": [{"description": "x", "when": §"declard"}]',
        'unknown when "declard"',
        'did you mean "declared"?',
    ),
    ("unknown risk", BOOK + ', "risk": §"hihg", "steps": ["a"]', 'unknown risk "hihg"', 'did you mean "high"?'),
    (
        "unknown severity",
        BOOK + ', "severity": §"hihg", "steps": ["a"]',
        'unknown severity "hihg"',
        'did you mean "high"?',
    ),
    (
        "capture of a step",
        BOOK + ', "steps": [{"command": "kill §{numbr}"}]',
        "{numbr} is captured by no group of the trigger",
        '"number"',
    ),
    (
        "capture of an argv",
        BOOK + ', "steps": [{"argv": ["kill", "§{pid}"]}]',
        "{pid} is captured by no group of the trigger",
        "(?P<pid>...)",
    ),
    ("steps of the wrong type", BOOK + ', "steps": §"x"', '"steps" must be a list, not text', "[ ]"),
]

SYNTAX = [
    ("trailing comma", file_of(GOOD).replace("]", "§,]"), "trailing comma before ]", "--fix"),
    ("missing comma", file_of('"id": "a"§ ' + REST), 'missing comma after "a"', "add a comma"),
    ("missing quote", file_of('"id": §"a,\n' + REST), 'missing closing quote after "a,', "close the text"),
    ("comment", file_of(GOOD).replace("[", "[§// mine\n"), "a comment, which JSON has not", '"note"'),
    (
        "regex escape",
        '{"patterns": [{"id": "a", "error_regex": "§\\d+", "category": "unknown"}]}',
        "\\d is no JSON escape",
        "double the backslash: \\\\d",
    ),
    ("unknown key at the top", '{§"paterns": []}', 'unknown key "paterns"', 'did you mean "patterns"?'),
    ("no patterns", '§{"version": 1}', '"patterns" is missing', "add"),
    ("not an object", "§3", "the file must be", ""),
    ("entry is no object", '{"patterns": [§3]}', '"patterns" must be an object, not a number', ""),
    ("not UTF-8", '{"patterns": [], "note": "§\udcff"}', "a byte that is not UTF-8", "save the file as UTF-8"),
    ("empty", "§", "the file is empty", ""),
]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".healkit").mkdir()
    book = '{"playbooks": {"restart-frobnicator": {"steps": [{"command": "frob --restart {number}"}]}}}'
    (tmp_path / ".healkit/recovery-playbook.json").write_text(book)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(project: Path, text: str, name: str = "error-patterns.json") -> Path:
    path = project / ".healkit" / name
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return path


def expect(path: Path, text: str, root: Path, what: str, do: str, level: str = "error") -> None:
    """The message is there, points where § stands, and is the only one of its level but for echoes of the same fault."""
    at = text.index("§")
    path.write_bytes(text.replace("§", "").encode("utf-8", "surrogateescape"))
    line, column = text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1
    report = check.check_files([str(path)], str(root))
    said = [issue for issue in report.issues if what in issue.what]
    assert said, [str(issue) for issue in report.issues]
    assert (said[0].line, said[0].column) == (line, column), str(said[0])
    assert do in said[0].do
    assert said[0].level == level
    assert str(said[0]).startswith(f"{path}:{line}:{column}: ")
    assert [issue for issue in report.issues if issue.line < line and issue.level == level] == []


@pytest.mark.parametrize(("name", "body", "what", "do"), ENTRIES, ids=[case[0] for case in ENTRIES])
def test_an_entry(project: Path, name: str, body: str, what: str, do: str) -> None:
    level = "warning" if name in WARNINGS else "error"
    expect(write(project, ""), file_of(body), project, what, do, level)


@pytest.mark.parametrize(("name", "body", "what", "do"), PLAYBOOKS, ids=[case[0] for case in PLAYBOOKS])
def test_a_playbook(project: Path, name: str, body: str, what: str, do: str) -> None:
    path = write(project, "", "recovery-playbook.json")
    expect(path, '{"playbooks": {"frob": {' + body + "}}}", project, what, do)


def test_a_step_uses_what_no_entry_captures(project: Path) -> None:
    write(
        project,
        file_of(GOOD + ', "playbook": "frob"', PLAIN.replace('"a"', '"b"') + '"Combobulator", "playbook": "frob"'),
    )
    path = write(project, "", "recovery-playbook.json")
    steps = '"steps": [{"command": "frob {number} §{pid}"}, {"command": "see {file} and {declared_in}"}]'
    what = "{pid} is captured by no entry that names this playbook"
    expect(path, '{"playbooks": {"frob": {' + steps + "}}}", project, what, "add a group (?P<pid>...)")
    report = check.check_files(check.project_files(str(project)), str(project))
    assert report.count("error") == 1  # the second entry has one step left


def test_a_playbook_that_nothing_names(project: Path) -> None:
    path = write(project, "", "recovery-playbook.json")
    text = '{"playbooks": {\n  §"frob": {"steps": ["x"]}}}'
    expect(path, text, project, 'nothing names the playbook "frob"', '"trigger"', "warning")
    expect(path, '{"playbooks": {§"frob": {"trigger": "Frobnicator"}}}', project, "has no steps", '"steps"', "warning")


@pytest.mark.parametrize(("name", "text", "what", "do"), SYNTAX, ids=[case[0] for case in SYNTAX])
def test_a_file(project: Path, name: str, text: str, what: str, do: str) -> None:
    expect(write(project, ""), text, project, what, do)


def test_a_good_entry_has_nothing_to_say(project: Path) -> None:
    extra = (
        ', "contains": ["Frobnicator "], "message": "no. {number} {of} ${number} {{number}}", "x-mine": [1], "note": "n",'
        '"playbook": "restart-frobnicator", "severity": "HIGH",'
        '"examples": [{"output": "Frobnicator 7 failed", "captures": {"number": "7"}, "tool": "frob", "version": "1"}],'
        '"counterexamples": ["Frobnicator x failed"], "exit_codes": [1, 2], "tools": ["frob"], "last_seen": ""'
    ).replace(" {of}", "")
    path = write(project, '{"$schema": "x", "version": 1, ' + file_of(GOOD + extra)[1:])
    report = check.check_files([str(path)], str(project))
    assert [issue for issue in report.issues if issue.level != "hint"] == []
    assert report.entries == 1


def test_duplicate_id_names_the_first_place(project: Path) -> None:
    first = '{"patterns": [\n  {' + GOOD + "},\n  {"
    expect(
        write(project, ""), first + GOOD.replace('"a"', '§"a"', 1) + "}]}", project, 'the id "a" stands twice', "rename"
    )
    report = check.check_files([str(project / ".healkit/error-patterns.json")], str(project))
    first_place = next(issue.what for issue in report.issues if issue.level == "error")
    assert first_place.endswith("error-patterns.json:2:10")


def test_a_log_format_may_share_its_id_with_an_entry(project: Path) -> None:
    first = write(project, file_of(GOOD))
    text = '{"formats": [{"id": "a", "location": "x"}, {"id": "a", "location": "y"}]}'
    second = write(project, text, "log-formats.json")
    report = check.check_files([str(first), str(second)], str(project))
    assert [(Path(i.file).name, i.column) for i in report.issues if i.level == "error"] == [("log-formats.json", 51)]


def test_categories_of_ones_own(project: Path) -> None:
    for category, levels in (
        ("custom:x", []),
        ("custom:pay.ments-2", []),
        ("Pay Ments", ["error"]),
        ("rust", []),
        ("Import-Error", []),
    ):
        entry = json.dumps({"id": "a", "error_regex": "Frobnicator", "category": category})
        report = check.check_files([str(write(project, file_of(entry)))], str(project))
        assert [i.level for i in report.issues if i.level != "hint"] == levels, category


def test_what_ships_may_not_have_a_category_of_its_own(project: Path) -> None:
    data = b'{"patterns": [{"id": "a", "error_regex": "Frobnicator", "category": "payments"}]}'
    sheet, _ = check.check_text("p.json", "shipped", data, check.House())
    assert [(issue.level, issue.column) for issue in sheet.issues if "category" in issue.what] == [("error", 69)]


@pytest.mark.parametrize(
    "category",
    [
        "dependency_issue",
        "linting_error",
        "syntax_error",
        "test_failure",
        "type_error",
        "security_scan",
        "build_error",
        "timeout",
        "network_error",
        "permission_error",
        "resource_exhaustion",
        "configuration_error",
        "import",
        "dependency",
        "async",
        "rust",
        "test",
    ],
)
def test_every_documented_category_passes(project: Path, category: str) -> None:
    entry = json.dumps({"id": "a", "error_regex": "Frobnicator", "category": category})
    assert check.check_files([str(write(project, file_of(entry)))], str(project)).count("error") == 0


# The forms that are in the field


def test_several_patterns_in_one_entry(project: Path) -> None:
    entry = {
        "id": "a",
        "category": "custom:x",
        "severity": "MEDIUM",
        "patterns": ["Frobnicator one", "Frobnicator two"],
        "description": "d",
        "auto_fixable": True,
        "fix_template": "f",
    }
    report = check.check_files([str(write(project, json.dumps({"patterns": [entry]})))], str(project))
    assert [i for i in report.issues if i.level != "hint"] == []


def test_a_flat_map(project: Path) -> None:
    text = '{"Export X doesn\'t exist": "Add export keyword to declaration", "Module not found": "Check import path"}'
    report = check.check_files([str(write(project, text))], str(project))
    assert [i for i in report.issues if i.level != "hint"] == []
    found, problems = entries.read_patterns(text, "project", "p")
    assert len(found) == 2
    assert not problems


def test_a_learning_block_and_a_list_of_entries(project: Path) -> None:
    block = '{"patterns": [], "learning": {"store_new_patterns": true, "pattern_file": "x.json", "min_occurrences_to_save": 2}}'
    for text in (block, "[{" + GOOD + "}]", '{"patterns": {"b": {' + REST + "}}}"):
        report = check.check_files([str(write(project, text))], str(project))
        assert [i for i in report.issues if i.level == "error"] == [], text


DOCUMENTED = """{
  "patterns": [
    {
      "id": "pattern-name",
      "error_regex": "regex to match",
      "category": "import|dependency|async|rust",
      "severity": "SEVERITY",
      "auto_fix": {
        "search": "text to find",
        "replace": "replacement text"
      },
      "occurrences": 1,
      "last_seen": "2026-02-04"
    }
  ]
}
"""
DOCUMENTED_BOOKS = """{
  "playbooks": {
    "playbook-name": {
      "trigger": "regex pattern",
      "severity": "SEVERITY",
      "steps": [
        {"action": "identify", "command": "grep ..."},
        {"action": "fix", "description": "how to fix"}
      ],
      "success_indicators": ["passed", "✓"]
    }
  }
}
"""


@pytest.mark.parametrize("severity", ["high", "high|medium|low"])
def test_the_documented_files_load_unchanged(project: Path, severity: str) -> None:
    files = [
        write(project, DOCUMENTED.replace("SEVERITY", severity)),
        write(project, DOCUMENTED_BOOKS.replace("SEVERITY", severity), "recovery-playbook.json"),
    ]
    report = check.check_files([str(path) for path in files], str(project))
    assert [str(issue) for issue in report.issues if issue.level == "error"] == []
    ids = {pattern.id for pattern, _, _ in memory.open_memory(str(project)).patterns()}
    assert {"pattern-name", "playbook-name"} <= ids


def test_an_entry_that_only_switches_off_needs_no_more(project: Path) -> None:
    Path(memory.layer_files(str(project))[1][1][0]).parent.mkdir(parents=True)
    Path(memory.layer_files(str(project))[1][1][0]).write_text(file_of(GOOD))
    path = write(project, '{"patterns": [{"id": "a", "disabled": true}]}')
    assert [str(issue) for issue in check.check_files([str(path)], str(project)).issues] == []
    assert entries.read_patterns(path.read_text(), "project", "p")[1] == []


# One broken thing stops nothing else


def test_a_broken_file_does_not_stop_other_layers_and_files(project: Path) -> None:
    user = Path(memory.layer_files(str(project))[1][1][0])
    user.parent.mkdir(parents=True)
    user.write_text(file_of(GOOD).replace("}]", "]"))
    write(project, file_of(GOOD, PLAIN.replace('"a"', '"b"') + '"("'))
    report = check.check_files(check.project_files(str(project)), str(project))
    assert [(Path(i.file).parent.name, i.id) for i in report.issues if i.level == "error"] == [
        ("data", ""),
        (".healkit", "b"),
    ]
    assert "a" in {pattern.id for pattern, _, _ in memory.open_memory(str(project)).patterns()}


def test_faults_of_several_entries_are_all_told(project: Path) -> None:
    bad = [PLAIN.replace('"a"', f'"b{n}"') + '"Frobnicator ("' for n in range(5)]
    report = check.check_files([str(write(project, file_of(*bad).replace("]", ",]")))], str(project))
    assert [issue.id for issue in report.issues if issue.level == "error"] == ["b0", "b1", "b2", "b3", "b4", ""]


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1, 300)
    | st.sampled_from(["", "a", "(", "Frobnicator", "high", "HIGH", "import", "(?P<x>a)+", "2026-02-04"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["search", "replace", "regex", "output", "captures", "x"]), inner, max_size=3)
    ),
    max_leaves=4,
)
KEYS = [
    "id",
    "error_regex",
    "patterns",
    "category",
    "severity",
    "message",
    "contains",
    "tools",
    "exit_codes",
    "auto_fix",
    "playbook",
    "confidence",
    "occurrences",
    "last_seen",
    "examples",
    "counterexamples",
    "disabled",
    "description",
    "auto_fixable",
    "note",
    "origin",
]
damaged = st.builds(
    lambda extra, gone: {
        k: v
        for k, v in {"id": "a", "error_regex": "Frobnicator (?P<n>\\d)", "category": "rust", **extra}.items()
        if k not in gone
    },
    st.dictionaries(st.sampled_from(KEYS), json_values, max_size=3),
    st.sets(st.sampled_from(["id", "error_regex", "category"]), max_size=1),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged)
def test_check_and_loader_never_disagree(entry: dict[str, object]) -> None:
    text = json.dumps({"patterns": [entry]})
    sheet, _ = check.check_text("p.json", "project", text.encode(), check.House())
    loaded, problems = entries.read_patterns(text, "project", "p.json")
    if not sheet.has_errors():
        assert len(loaded) == 1, [str(problem) for problem in problems]
    if problems:
        assert sheet.has_errors(), [problem.what for problem in problems]


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["trigger", "steps", "severity", "risk", "verify", "when", "success_indicators"]), json_values
    )
)
def test_check_and_loader_never_disagree_about_playbooks(book: dict[str, object]) -> None:
    text = json.dumps({"playbooks": {"a": book}})
    sheet, _ = check.check_text("p.json", "project", text.encode(), check.House())
    _, problems = entries.read_playbooks(text, "project", "p.json")
    if problems:
        assert sheet.has_errors(), [problem.what for problem in problems]


# --fix

UNTIDY = (
    '{\r\n\t"patterns" : [\r\n\t\t{  "note": "kept,  as it is",\r\n\t\t\t"category": "Import",'
    '\r\n\t\t\t"error_regex": "Frobnicator \\u00e9 \\\\d+",'
    '\r\n\t\t\t"severity":"HIGH" , "id": "a",\r\n\t\t},\r\n\t],\r\n}\r\n'
)
TIDY = (
    '{\r\n\t"patterns" : [\r\n\t\t{  "note": "kept,  as it is",\r\n\t\t\t"category": "import_error",'
    '\r\n\t\t\t"error_regex": "Frobnicator \\u00e9 \\\\d+",'
    '\r\n\t\t\t"contains": ["Frobnicator é "],'
    '\r\n\t\t\t"severity":"high" , "id": "a"\r\n\t\t}\r\n\t]\r\n}\r\n'
)


def test_fix_corrects_what_is_mechanical_and_keeps_every_other_byte(project: Path) -> None:
    path = write(project, UNTIDY)
    path.chmod(0o640)
    report = check.check_files([str(path)], str(project), fix=True)
    assert path.read_bytes().decode() == TIDY
    assert report.mended == {str(path): 6}
    assert report.count("error") == 0
    assert path.stat().st_mode & 0o777 == 0o640
    assert [p.name for p in path.parent.iterdir() if p.name.startswith(".healkit-")] == []
    again = check.check_files([str(path)], str(project), fix=True)
    assert again.mended == {}
    assert path.read_bytes().decode() == TIDY


def test_fix_fills_no_literal_that_is_not_certain(project: Path) -> None:
    for regex in ("(?:Frobnicator|Combobulator) fell", "(?i)frobnicator", "E\\d+", ["Frobnicator", "Combobulator"]):
        text = json.dumps({"patterns": [{"id": "a", "error_regex": regex, "category": "unknown"}]})
        path = write(project, text)
        check.check_files([str(path)], str(project), fix=True)
        found = json.loads(path.read_text())["patterns"][0].get("contains", [])
        examples = ["Frobnicator fell", "Combobulator fell", "FROBNICATOR", "E12"]
        matching = [
            e for e in examples for r in ([regex] if isinstance(regex, str) else regex) if regexes.re.search(r, e)
        ]
        assert matching
        assert all(literal in example for literal in found for example in matching), (regex, found)


def test_fix_leaves_alone_what_it_cannot_write(project: Path) -> None:
    path = write(project, UNTIDY)
    target = project / "elsewhere.json"
    path.rename(target)
    path.symlink_to(target)
    check.check_files([str(path)], str(project), fix=True)
    assert path.is_symlink()
    assert target.read_bytes().decode() == TIDY


def test_fix_does_not_touch_a_file_that_is_not_utf8(project: Path) -> None:
    data = '{"patterns": [],} \udcff'
    path = write(project, data)
    report = check.check_files([str(path)], str(project), fix=True)
    assert path.read_bytes() == data.encode("utf-8", "surrogateescape")
    assert report.count("error") == 3


# The command


def run(*arguments: str) -> tuple[int, str, str]:
    app = typer.Typer()
    app.command()(check_command)
    result = CliRunner().invoke(app, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def test_the_command_prints_places_and_exits_with_1(project: Path) -> None:
    write(project, '{"patterns": [\n  {' + GOOD + ', "mesage": "x"}]}')
    code, out, err = run()
    column = len("  {" + GOOD + ", ") + 1
    assert code == 1
    assert out.splitlines()[0] == (
        f'.healkit/error-patterns.json:2:{column}: unknown key "mesage"; did you mean "message"?'
    )
    assert "2 entries in 2 files: 1 error" in err


def test_warnings_alone_exit_with_0(project: Path) -> None:
    path = write(project, '{"patterns": [{"id": "a", "error_regex": "E\\\\d+", "category": "unknown"}]}')
    code, out, err = run(str(path))
    assert code == 0
    assert f"{path}:1:42: warning: no literal of 5 characters must occur" in out
    assert "1 entry in 1 file: 1 warning" in err


def test_json(project: Path) -> None:
    write(project, file_of(GOOD + ', "mesage": "x"'))
    code, out, _ = run("--json")
    found = json.loads(out)
    assert code == 1
    assert (found["version"], found["errors"], found["entries"]) == (1, 1, 2)
    problem = found["problems"][0]
    assert (problem["line"], problem["level"], problem["id"]) == (1, "error", "a")
    assert problem["what"] == 'unknown key "mesage"'


def test_what_ships_is_checked_only_when_asked(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own, all_ = check.project_files(str(project)), check.project_files(str(project), shipped=True)
    assert [Path(path).name for path in own] == ["recovery-playbook.json"]
    assert all_[-1] == own[0] or own[0] in all_
    assert {"error-patterns.json"} < {Path(path).name for path in all_}
    asked: list[bool] = []
    monkeypatch.setattr(check, "project_files", lambda root, shipped: asked.append(shipped) or own)
    assert (run("--all")[0], run()[0]) == (0, 0)
    assert asked == [True, False]


def test_trust_follows_a_clean_check_only(project: Path) -> None:
    write(project, file_of(GOOD))
    code, out, err = run("--trust")
    assert code == 1  # nobody can be asked here
    assert '+    "error_regex": "Frobnicator' in out
    assert "healkit trust --yes" in err
    write(project, file_of(GOOD + ', "mesage": "x"'))
    assert "+    " not in run("--trust")[1]
    assert run("--trust", "--json")[0] == 2


def test_no_files_is_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run()
    assert (code, out) == (0, "")
    assert "no pattern files here yet" in err


def test_a_missing_file_is_said(project: Path) -> None:
    with pytest.raises(HealkitError, match="cannot read") as caught:
        check.check_files([str(project / "nope.json")], str(project))
    assert caught.value.where.endswith("nope.json")


def test_hostile_text_does_not_reach_the_terminal(project: Path) -> None:
    write(project, file_of(GOOD + ', "m\u202e\x7fx": "x", "severity": "\\u001b[31m"'))
    _, out, _ = run()
    assert "\u202e" not in out
    assert "\x1b" not in out
    assert "\x7f" not in out


def test_the_pre_commit_hook_names_the_command_and_the_files_of_a_project() -> None:
    text = (Path(__file__).parent.parent / ".pre-commit-hooks.yaml").read_text()
    assert text.count("entry: healkit patterns check") == 2
    for files in re.findall(r"(?m)^ +files: (.*)$", text):
        for path in (".healkit/error-patterns.json", "sub/.claude-flow/memory/recovery-playbook.json"):
            assert re.search(files, path)
        assert not re.search(files, "src/error-patterns.json")


# Regular expressions

TAME = [
    r"ModuleNotFoundError: No module named '(?P<module>[\w.]+)'",
    r"(?m)^(?P<file>[^:\s]+):(?P<line>\d+):(?P<col>\d+): error: (?P<m>.*)$",
    r"(?:\n.*)*foo",
    r"(.*\n)*foo",
    r"([^\n]*\n)*?foo",
    r"foo.*bar.*baz",
    r"error\[(?P<code>E\d+)\]: .*",
    r"(?:[ \t]+\S+)+:",
    r"\s+$",
    r"(a|b)+c",
    r"(?:x{0,5}){3}y",
    r"(?P<a>\d+)\.(?P<b>\d+)\.(?P<c>\d+)",
]
WILD = [
    r"(a+)+$",
    r"(a|aa)+$",
    r"(\w+\s*)+:",
    r"^(\s*\w+)*$",
    r"(x+x+)+y",
    r"error: (.+)+ at",
    r"(\d+|\w+)*!",
    r"((ab)*)*c",
]


@pytest.mark.parametrize("regex", TAME)
def test_a_tame_expression_is_left_alone(regex: str) -> None:
    assert regexes.runaway(regex) == ("", "")


@pytest.mark.parametrize("regex", WILD)
def test_a_wild_expression_is_an_error(regex: str) -> None:
    assert regexes.runaway(regex)[1] == "error"


@pytest.mark.parametrize("regex", [r"\s*\s*\s*x", r".*.*.*x", r"a\w*\w*\w*!"])
def test_an_expression_of_cubic_cost_is_a_warning(regex: str) -> None:
    assert regexes.runaway(regex)[1] == "warning"


def test_the_attack_is_also_found_off_the_main_thread() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(regexes.runaway, r"(a|aa)+$").result()[1] == "error"


def test_every_key_of_every_schema_has_a_description() -> None:
    def walk(value: object, path: str) -> None:
        if isinstance(value, dict):
            for key, rule in value.get("properties", {}).items():
                if rule not in (True, {"const": True}) and "$ref" not in rule:
                    assert rule.get("description"), f"{path}/{key}"
            for key, inner in value.items():
                walk(inner, f"{path}/{key}")
        elif isinstance(value, list):
            for inner in value:
                walk(inner, path)

    from healkit.check.shape import schema

    for kind in ("error-patterns", "recovery-playbook", "log-formats", "modules"):
        walk(schema(kind), kind)
