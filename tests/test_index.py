"""The index finds what naive matching finds: the same ids on anything spliced from examples, counterexamples and noise."""

import functools
import json
import random
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from healkit import entries, index, indexer, literals, matching, memory, paths

NOISE = [
    "   Compiling foo v0.1.0", "collected 3 items", "PASSED tests/test_errors.py::test_error_message", "npm notice", "",
    "0 errors, 0 failed", "warning: unused", "ERROR", "Traceback", "é \U0001f600 ünïcode", "x" * 400, "\t\tat foo (bar.js:1:2)",
]  # fmt: skip

TRICKY = [
    {"id": "short", "error_regex": "E9\\d", "category": "unknown"},
    {"id": "no-literal", "error_regex": "\\d{7}[a-z]", "category": "unknown"},
    {"id": "folded", "error_regex": "(?i)kernel PANIC (?P<what>\\w+)", "category": "unknown"},
    {"id": "folded-short", "error_regex": "(?i)zQ!", "category": "unknown"},
    {"id": "two-lines", "error_regex": "first half\\n\\s*second half", "category": "unknown"},
    {"id": "either", "error_regex": "(?:alpha-one|beta-two|gamma-three) broke", "category": "unknown"},
    {"id": "at-start", "error_regex": "^very first", "category": "unknown"},
    {"id": "at-end", "error_regex": "the last word$", "category": "unknown"},
    {"id": "line-start", "error_regex": "(?m)^fatal-line: (?P<why>.*)$", "category": "unknown"},
    {"id": "needs-both", "error_regex": "left (?P<x>\\w+)", "contains": ["elsewhere", "left "], "category": "unknown"},
    {"id": "lookbehind", "error_regex": "(?<=prefix:)wanted", "category": "unknown"},
    {"id": "dot-all", "error_regex": "(?s)opening.{1,40}closing", "category": "unknown"},
    {"id": "optional", "error_regex": "(?:maybe )?definitely-there", "category": "unknown"},
    {"id": "unicode", "error_regex": "ünïcode-lit", "category": "unknown"},
    {"id": "several", "error_regex": ["variant-aaa", "variant-bbb \\d+"], "category": "unknown"},
]  # fmt: skip
TRICKY_TEXTS = [
    "E91", "1234567a", "KERNEL panic now", "Kernel PANIC \u212a", "ZQ!", "first half\n   second half", "beta-two broke", "very first",
    "the last word", "fatal-line: x", "left over elsewhere", "left over", "prefix:wanted", "prefix: wanted", "opening\n\nclosing",
    "definitely-there", "ünïcode-lit", "variant-bbb 3", "variant-bbb x", "fatal-line", "not fatal-line: x",
]  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> str:
    root = tmp_path_factory.mktemp("project")
    (root / ".healkit").mkdir()
    (root / ".healkit/error-patterns.json").write_text(json.dumps({"patterns": TRICKY}), encoding="utf-8")
    return str(root)


@pytest.fixture(scope="module")
def known(project: str) -> list[entries.Pattern]:
    found = []
    for origin, files, _ in memory.layer_files(project):
        for path in files:
            if Path(path).exists():
                patterns, problems = entries.read_patterns(Path(path).read_text(encoding="utf-8"), origin, path)
                assert not problems
                found += patterns
    return found


expression = functools.cache(re.compile)
required = functools.cache(literals.required_literals)


def naive(patterns: list[entries.Pattern], text: str) -> set[str]:
    """Match every entry the slow and obvious way: all `contains`, and any of its expressions, the poor ones on the tail only."""
    found = set()
    for pattern in patterns:
        if not all(part in text for part in pattern.contains):
            continue
        for regex in pattern.error_regex:
            good = min(map(len, required(regex)), default=0) >= index.MIN_LITERAL
            good = good or max(map(len, pattern.contains), default=0) >= index.MIN_LITERAL
            if expression(regex).search(text, 0 if good else index.tail_start(text)):
                found.add(pattern.id)
    return found


def pieces(patterns: list[entries.Pattern]) -> list[str]:
    own = [example.output for pattern in patterns for example in pattern.examples]
    return [*own, *(text for pattern in patterns for text in pattern.counterexamples), *NOISE, *TRICKY_TEXTS]


def test_every_pattern_fires_on_its_own_examples(project: str, known: list[entries.Pattern]) -> None:
    searcher = memory.open_memory(project)
    for pattern in known:
        for example in pattern.examples:
            assert pattern.id in {hit.pattern.id for hit in searcher.search(example.output)}, (
                pattern.id,
                example.output,
            )


def test_index_and_naive_matching_agree_on_every_single_piece(project: str, known: list[entries.Pattern]) -> None:
    searcher = memory.open_memory(project)
    fired = set()
    for text in pieces(known):
        ids = {hit.pattern.id for hit in searcher.search(text)}
        assert ids == naive(known, text)
        fired |= ids
    assert fired >= {raw["id"] for raw in TRICKY}


def test_half_of_spliced_draws_fire_two_or_more(project: str, known: list[entries.Pattern]) -> None:
    searcher = memory.open_memory(project)
    draw = random.Random(20_261_120)
    parts, several = pieces(known), 0
    for _ in range(200):
        text = "\n".join(draw.choices(parts, k=draw.randint(2, 9)))
        ids = {hit.pattern.id for hit in searcher.search(text)}
        assert ids == naive(known, text)
        several += len(ids) > 1
    assert several >= 100


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_index_and_naive_matching_agree_on_mutated_text(
    project: str, known: list[entries.Pattern], data: st.DataObject
) -> None:
    parts = pieces(known)
    chosen = data.draw(st.lists(st.sampled_from(parts), min_size=1, max_size=5))
    junk = data.draw(st.text(max_size=30))
    text = data.draw(st.sampled_from(["\n", " ", "", junk])).join(chosen)
    cut = data.draw(st.integers(0, len(text)))
    text = text[cut:] + junk + text[:cut] if data.draw(st.booleans()) else text[:cut]
    assert {hit.pattern.id for hit in memory.open_memory(project).search(text)} == naive(known, text)


def test_a_stale_foreign_or_damaged_index_is_never_used(project: str) -> None:
    sources = index.sources_of([f"{project}/.healkit/error-patterns.json"])
    data = indexer.compile_layer([f"{project}/.healkit/error-patterns.json"], [], "project", "k")
    place = Path(paths.state_dir()) / "probe"
    paths.make_private(str(place.parent))
    place.write_bytes(data)
    place.chmod(0o600)
    assert index.open_index(str(place), sources, "project", "x") is not None
    path, size, mtime, inode = sources[0]
    for other in [(path, size + 1, mtime, inode), (path, size, mtime + 1, inode), (path, size, mtime, inode + 1)]:
        assert index.open_index(str(place), [other], "project", "x") is None
    place.chmod(0o666)
    assert index.open_index(str(place), sources, "project", "x") is None
    place.chmod(0o600)
    for damage in (
        b"",
        data[:7],
        data[:50],
        b"\xff" * 400,
        data.replace(index.compiled.KEY.encode(), b"0" * len(index.compiled.KEY), 1),
    ):
        place.write_bytes(damage)
        assert index.open_index(str(place), sources, "project", "x") is None


def test_an_edited_file_is_seen_at_once(tmp_path: Path) -> None:
    (tmp_path / ".healkit").mkdir()
    file = tmp_path / ".healkit/error-patterns.json"
    for word in ("first-word", "other-word"):
        file.write_text(json.dumps({"patterns": [{"id": "mine", "error_regex": word, "category": "unknown"}]}))
        ids = {hit.pattern.id for hit in memory.open_memory(str(tmp_path)).search(f"it said {word}")}
        assert "mine" in ids
    assert "mine" not in {hit.pattern.id for hit in memory.open_memory(str(tmp_path)).search("it said first-word")}


def test_a_literal_that_begins_with_a_newline_is_looked_for_once(tmp_path: Path) -> None:
    (tmp_path / ".healkit").mkdir()
    entry = {"id": "mine", "error_regex": "(?m)^file \\S+\\nERROR: (?P<why>.+)$", "category": "unknown"}
    (tmp_path / ".healkit/error-patterns.json").write_text(json.dumps({"patterns": [entry]}))
    searcher = memory.open_memory(str(tmp_path))
    text = "noise\nERROR: not this\n" * 3 + "file a.b\nERROR: this one\n"
    unit = next(u for i in searcher.indexes() if i.origin == "project" for u in [i.unit(0)])
    assert len(matching._windows(unit.alternatives, text, unit.newlines)) <= 4
    hit = next(h for h in searcher.search(text) if h.pattern.id == "mine")
    assert [m["why"] for m in hit.matches] == ["this one"]
