"""What ships is right: every example and counterexample of every entry is a case of its own; no example = red."""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from healkit import check, entries, intake, literals, memory, paths
from healkit.check.house import build_house
from healkit.detect import detect
from healkit.index import MIN_LITERAL
from healkit.records import CATEGORIES, SEVERITIES

pytestmark = pytest.mark.cold

SHARE = Path(paths.share_dir(), "memory")
_, PATTERN_FILES, PLAYBOOK_FILES = memory.layer_files("")[0]


def load(path: str | Path) -> Any:
    return json.loads(Path(path).read_text(encoding="utf-8")) if Path(path).exists() else {}


ENTRIES: list[dict[str, Any]] = [raw for path in PATTERN_FILES for raw in entries.raw_patterns(load(path))]
PLAYBOOKS: dict[str, Any] = {}
for _path in PLAYBOOK_FILES:
    PLAYBOOKS |= load(_path).get("playbooks", {})


def numbered(kind: str) -> list[Any]:
    """Return a case for each item of each entry: the entry, the item; named by id and number."""
    return [
        pytest.param(raw, item, id=f"{raw.get('id')}-{number}")
        for raw in ENTRIES
        for number, item in enumerate(raw.get(kind, ()))
    ]


each_entry = pytest.mark.parametrize("raw", [pytest.param(raw, id=str(raw.get("id"))) for raw in ENTRIES])


def expressions(raw: dict[str, Any]) -> list[str]:
    given = raw.get("error_regex") or raw.get("patterns") or []
    return [given] if isinstance(given, str) else list(given)


def matches(raw: dict[str, Any], text: str) -> list[re.Match[str]]:
    return [found for regex in expressions(raw) for found in re.finditer(regex, text)]


def flat(items: Iterable[Any]) -> Iterator[Any]:
    """Yield the nodes of a parse tree with groups opened: a literal may begin in one and end behind it."""
    for op, value in items:
        if str(op) == "SUBPATTERN" and not value[1] and not value[2]:
            yield from flat(value[3])
        else:
            yield op, value


def requires(items: Iterable[Any], literal: str) -> bool:
    """Tell whether every match of a parse tree holds a literal: in a run of characters, a repeat or all branches."""
    run = [""]
    for op, value in flat(items):
        name = str(op)
        grown = literals._extend(run, name, value)
        if grown is not None:
            run = grown
            if all(literal in text for text in run):
                return True
            continue
        run = [""]
        if name in ("MAX_REPEAT", "MIN_REPEAT") and value[0] >= 1 and requires(value[2], literal):
            return True
        if name == "BRANCH" and all(requires(branch, literal) for branch in value[1]):
            return True
    return False


def shared(text: str, literal: str) -> bool:
    """Tell whether a text holds five characters of a literal in a row, or all of a shorter one, in any case."""
    text, literal = text.lower(), literal.lower()
    size = min(MIN_LITERAL, len(literal))
    return any(literal[at : at + size] in text for at in range(len(literal) - size + 1))


@pytest.mark.parametrize(("raw", "example"), numbered("examples"))
def test_an_example_matches_with_its_captures(raw: dict[str, Any], example: Any) -> None:
    output = example if isinstance(example, str) else example["output"]
    wanted = {} if isinstance(example, str) else example.get("captures", {})
    found = [match.groupdict() for match in matches(raw, output)]
    assert found, "no expression matches"
    assert any(all(groups.get(name) == str(value) for name, value in wanted.items()) for groups in found), found
    assert [literal for literal in raw.get("contains", ()) if literal not in output] == []


@pytest.mark.parametrize(("raw", "text"), numbered("counterexamples"))
def test_a_counterexample_does_not_match(raw: dict[str, Any], text: str) -> None:
    assert [match.group() for match in matches(raw, text)] == []


@each_entry
def test_an_entry_has_an_example_and_a_counterexample(raw: dict[str, Any]) -> None:
    assert raw.get("examples"), "an entry without an example is not tested"
    assert raw.get("counterexamples"), "an entry without a counterexample is not tested"
    for example in raw["examples"]:
        named = isinstance(example, dict) and example.get("tool") and example.get("version")
        assert named or example.get("documented") is True, f"nobody knows which tool printed {example}"


@each_entry
def test_a_counterexample_holds_the_literals_of_its_entry(raw: dict[str, Any]) -> None:
    """Otherwise the literals, and not the expression, would do the telling apart.

    An entry without `contains` has alternatives, each of which may be a whole match: there a piece of one is enough.
    """
    wanted = list(raw.get("contains", ()))
    if wanted and not any(matches(raw, joined) for joined in ("".join(wanted), " ".join(wanted))):
        assert any(all(literal in text for literal in wanted) for text in raw.get("counterexamples", ())), wanted
        return
    options = wanted + [option for regex in expressions(raw) for option in literals.required_literals(regex)]
    assert not options or any(shared(text, option) for text in raw.get("counterexamples", ()) for option in options), (
        options
    )


@each_entry
def test_what_an_entry_contains_is_required_by_its_expressions(raw: dict[str, Any]) -> None:
    from re import _parser  # type: ignore[attr-defined]

    for regex in expressions(raw):
        tree = _parser.parse(regex)
        assert [literal for literal in raw.get("contains", ()) if not requires(tree, literal)] == []


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> memory.Memory:
    return memory.open_memory(str(tmp_path_factory.mktemp("nowhere")))


@pytest.mark.parametrize(("raw", "example"), numbered("examples"))
@pytest.mark.parametrize("with_command", [True, False], ids=["its tool", "no command"])
def test_an_example_is_named_by_its_own_entry_first(
    raw: dict[str, Any], example: Any, with_command: bool, shipped: memory.Memory
) -> None:
    """Over all pairs: no entry speaks before the one that the output is an example of."""
    output, tool = (example, "") if isinstance(example, str) else (example["output"], example.get("tool", ""))
    code = 0 if raw.get("severity") == "info" else next(iter(raw.get("exit_codes", ())), None)
    result = intake.from_text(output, command=tool if with_command else "", exit_code=code)
    assert [found.pattern_id for found in detect(result, shipped)][:1] == [raw["id"]]


@each_entry
def test_the_words_of_an_entry_are_known(raw: dict[str, Any]) -> None:
    assert raw["category"] in CATEGORIES
    assert raw.get("severity", "medium") in SEVERITIES
    assert raw.get("message") or raw.get("description")
    if raw.get("playbook"):
        assert raw["playbook"] in PLAYBOOKS


def test_ids_are_unique() -> None:
    names = [raw.get("id") for raw in ENTRIES]
    assert [name for name in names if names.count(name) > 1] == []


def test_there_is_something_to_test() -> None:
    assert len(ENTRIES) >= 60
    assert PLAYBOOKS


SHIPPED = [*PATTERN_FILES, *PLAYBOOK_FILES, str(SHARE / "log-formats.json"), str(SHARE / "modules.json")]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: Path(path).name)
def test_a_file_passes_the_check(path: str) -> None:
    """Shape, places, captures in messages and playbooks, playbooks that exist, expressions that end."""
    assert Path(path).exists()
    sheet, count = check.check_text(path, "shipped", Path(path).read_bytes(), build_house("shipped", ""))
    wrong = [i for i in sheet.issues if i.level == "error" or "runs away" in i.what or "nothing names" in i.what]
    assert [str(issue) for issue in wrong] == []
    assert count or path.endswith("modules.json")
    assert load(path)["$schema"].endswith("schema.json")


# The other files


FORMATS: list[dict[str, Any]] = load(SHARE / "log-formats.json").get("formats", [])
PREFIXES: list[dict[str, Any]] = load(SHARE / "log-formats.json").get("prefixes", [])


@pytest.mark.parametrize(
    ("form", "example"),
    [pytest.param(f, e, id=f"{f['id']}-{n}") for f in FORMATS for n, e in enumerate(f.get("examples", ()))],
)
def test_an_example_of_a_log_format_is_read(form: dict[str, Any], example: dict[str, Any]) -> None:
    locations = [form["location"]] if isinstance(form["location"], str) else form["location"]
    names = {"file": "file", "line_no": "line", "column": "column", "code": "code", "message": "message"}
    wanted = {names[key]: str(value) for key, value in example.items() if key in names}
    found = [match.groupdict() for regex in locations for match in re.finditer(regex, example["line"])]
    assert any(all(groups.get(name) == value for name, value in wanted.items()) for groups in found), found


@pytest.mark.parametrize("form", [pytest.param(f, id=f["id"]) for f in FORMATS])
def test_a_log_format_has_an_example(form: dict[str, Any]) -> None:
    assert form.get("examples")


@pytest.mark.parametrize("prefix", [pytest.param(p, id=p["id"]) for p in PREFIXES])
def test_a_prefix_matches_its_example(prefix: dict[str, Any]) -> None:
    assert re.match(prefix["regex"], prefix["example"])


def test_an_import_name_is_not_of_the_standard_library_and_differs_from_its_distribution() -> None:
    modules = load(SHARE / "modules.json").get("modules", {})
    assert len(modules) >= 20
    assert [name for name in modules if name in sys.stdlib_module_names] == []
    assert [name for name, dist in modules.items() if re.sub(r"[-_.]+", "-", name).lower() == dist] == []
