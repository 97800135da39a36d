"""Hand-written expressions that run away: stopped in 80 ms of processor time all together, set aside, the others answer."""

import json
import time
from pathlib import Path

from healkit import memory, paths

BAD = [
    r"(a+)+$x",
    r"(a|aa)+$y",
    r"(a|a?)+z",
    r"(\w+\s?)+#",
    r"(.*)*=q",
    r"(a*)*b!",
    r"([a-z]+)*\d@",
    r"(aa|a)*c%",
    r"(?:a+a+)+d",
    r"(x+x+)+y",
]


def _project(folder: Path, entries: list[dict[str, object]]) -> str:
    (folder / ".healkit").mkdir(exist_ok=True)
    (folder / ".healkit/error-patterns.json").write_text(json.dumps({"patterns": entries}))
    return str(folder)


def test_any_number_of_them_costs_at_most_the_budget_and_the_others_answer(tmp_path: Path) -> None:
    bad = [{"id": f"bad-{n}", "error_regex": regex, "category": "unknown"} for n, regex in enumerate(BAD * 5)]
    for number, entry in enumerate(bad):
        entry["id"] = f"bad-{number}"
    good = {"id": "good", "error_regex": "the real failure: (?P<what>\\w+)", "category": "unknown"}
    root = _project(tmp_path, [*bad, good])
    text = "a" * 40 + "!\n" + "word " * 30 + "\nthe real failure: disk\n" + "x" * 60
    searcher = memory.open_memory(root)
    began = time.process_time()
    ids = {hit.pattern.id for hit in searcher.search(text)}
    spent = time.process_time() - began
    assert "good" in ids
    assert spent < 1.0, "unguarded, one of these takes minutes"
    memory.open_memory(root).search(text)
    aside = Path(paths.state_dir(), "set-aside").read_text()
    assert "bad-" in aside
    assert "good" not in aside


def test_an_offender_stays_aside_until_it_is_edited(tmp_path: Path) -> None:
    entry = {"id": "mine", "error_regex": r"(a+)+$", "category": "unknown"}
    root = _project(tmp_path, [entry])
    memory.open_memory(root).search("a" * 40 + "!")
    assert "mine" not in Path(paths.state_dir(), "set-aside").read_text(), "once may be a hiccup of the machine"
    memory.open_memory(root).search("a" * 40 + "!")
    assert " mine " in Path(paths.state_dir(), "set-aside").read_text()
    assert not [h for h in memory.open_memory(root).search("aaaa") if h.pattern.id == "mine"]
    entry["error_regex"] = r"a{4}$"
    root = _project(tmp_path, [entry])
    assert [h for h in memory.open_memory(root).search("aaaa") if h.pattern.id == "mine"]


def test_a_long_text_sets_no_good_entry_aside() -> None:
    lines = (
        "tests/unit/test_x.py::test_error_handling PASSED\n12 failed attempts, 3 errors in the log\nerror: 0 failed\n"
    )
    known = memory.open_memory("")
    for _ in range(3):
        known.search(lines * 9_000)
    assert memory.open_memory("").aside() == set()
