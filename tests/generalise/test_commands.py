"""Commands and what passed in their place: what is learned goes through its JSON text and is asked again."""

from __future__ import annotations

import json
import pathlib

import pytest

from healkit import check, generalise
from healkit.check.house import House
from healkit.generalise import CommandExample

CASES = json.loads((pathlib.Path(__file__).parents[1] / "cases/generalise/commands.json").read_text(encoding="utf-8"))


def learned(case):
    examples = [CommandExample(**one) for one in case["examples"]]
    found = generalise.commands(examples, [tuple(one) for one in case["against"]])
    return [json.loads(json.dumps(one.entry)) for one in found]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_is_learned_corrects_a_third_command(case):
    entries = learned(case)
    assert bool(entries) == any(one["corrected"] for one in case["tests"])
    for one in case["tests"]:
        made = generalise.corrected(entries[0], one["command"], one["output"])[:1] if entries else []
        assert made == ([one["corrected"]] if one["corrected"] else []), entries


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_every_entry_gives_its_own_examples_back(case):
    for entry in learned(case):
        own = entry["rerun"]["examples"]
        assert len(own) == len(case["examples"])
        for one in own:
            assert generalise.corrected(entry, one["command"], one["output"])[0].split() == one["corrected"].split()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_every_entry_passes_the_check(case):
    for entry in learned(case):
        text = json.dumps({"patterns": [{"id": "learned-entry", **entry}]})
        sheet, _ = check.check_text("x.json", "project", text.encode(), House())
        said = [issue.what for issue in sheet.issues if issue.level in ("error", "warning")]
        assert said == []
