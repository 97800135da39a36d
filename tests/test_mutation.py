"""Other paths, names, versions, numbers and colours do not change what a failure is: over the examples of all entries."""

import json
import random
import sys
from pathlib import Path
from typing import Any

import pytest

from healkit import entries, memory

CHECKOUT = Path(__file__).parent.parent
sys.path.insert(0, str(CHECKOUT / "bench"))

import mutation  # noqa: E402

_, FILES, _ = memory.layer_files("")[0]
ENTRIES: list[dict[str, Any]] = [
    raw for path in FILES for raw in entries.raw_patterns(json.loads(Path(path).read_text(encoding="utf-8")))
]


@pytest.mark.parametrize("kind", ["paths", "names", "versions", "numbers", "colours"])
def test_an_example_in_other_words_of_its_kind_is_named_by_its_entry(kind: str) -> None:
    known = memory.open_memory("")
    mutator = mutation.Mutator(mutation.reserved(known))
    tried, wrong = 0, []
    for raw in ENTRIES:
        code = 0 if raw.get("severity") == "info" else next(iter(raw.get("exit_codes", ())), None)
        for example in raw["examples"]:
            text = mutator.kinds[kind](example["output"], random.Random(raw["id"]))
            if text == example["output"]:
                continue
            tried += 1
            named, _ = mutation.first(text, code, example["tool"], known)
            if named != raw["id"]:
                wrong.append((raw["id"], named, text))
    assert tried > 50
    assert wrong == []
