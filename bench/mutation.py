#!/usr/bin/env python3
"""The same failure in other words of its own kind gets the same diagnosis: paths, names, versions, numbers, colours changed.

    bench/mutation.py CASES.jsonl [--seeds N] [--show N]

A case is a JSON object with `output`, `exit_code` and `command`. Each is changed at random in one respect at a time, the
same word the same way wherever it stands; the first diagnosis must stay the same pattern, in the same category. A word that some
pattern of ours names is no free word and stays. Exit code 1 when more than one change in a hundred changes the answer.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import random
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from healkit import intake, memory
from healkit.detect import detect

LIMIT = 0.01
_PATH = re.compile(r"(?<![\w/.:@-])(?:~|\.{1,2}|/|[A-Za-z_][\w.-]*)?(?:/[\w.@+-]+)+")
_QUOTED = re.compile(r"(?<=['\"`‘“])[A-Za-z_]\w{2,40}(?=['\"`’”])")
_PLACE = re.compile(
    r"(?<=[A-Za-z\])]:)\d{1,5}(?=[:,)\s])|(?<=, line )\d{1,6}|(?<= line )\d{1,6}(?=[,:)])|(?<=\.\w\w\()\d{1,5}(?=,\d)"
)
"""A line number: not a piece of a time of day."""
_VERSION = re.compile(r"(?<![\w.])v?\d+\.\d+(?:\.\d+)+(?![\w.])")
_COLOURED = re.compile(r"(?m)^(?P<line>.+)$")
_FIXED = frozenset(
    (
        "src", "lib", "test", "tests", "bin", "usr", "etc", "var", "dev", "proc", "node_modules", "target", "build", "dist",
        "home", "tmp", "internal", "node", "pkg", "cmd", "spec", "main", "java", "kotlin", "resources", "runner", "work", "app",
        "_temp", "opt", "root", "python3", "endef", "endif",
    )
)  # fmt: skip


def reserved(known: memory.Memory) -> str:
    """Return the text of all expressions: a word in it is one that tells failures apart."""
    return "\n".join(regex for pattern, _, _ in known.patterns() for regex in pattern.error_regex)


class Mutator:
    """Changes one output in one respect, reproducibly."""

    def __init__(self, reserved: str) -> None:
        self.reserved = reserved
        self.kinds: dict[str, Callable[[str, random.Random], str]] = {
            "paths": self.paths,
            "names": self.names,
            "versions": self.versions,
            "numbers": self.numbers,
            "colours": self.colours,
        }

    def _is_free(self, word: str) -> bool:
        # A word with a digit is often a code (MD031, gw0), and no name that somebody chose.
        return len(word) > 2 and not re.search(r"\d", word) and word.lower() not in _FIXED and word not in self.reserved

    def _word(self, word: str, rng: random.Random) -> str:
        made = "".join(rng.choice("bcdfglmnprstvz") + rng.choice("aeiou") for _ in range(max(2, len(word) // 2)))
        return made.capitalize() if word[:1].isupper() else made

    def paths(self, text: str, rng: random.Random) -> str:
        """Give the folders and file names of paths other names; endings, well-known folders and file names stay."""
        names: dict[str, str] = {}

        def other(found: re.Match[str]) -> str:
            parts = found[0].split("/")
            for at, part in enumerate(parts):
                stem, dot, ending = part.partition(".")
                if (
                    stem.isidentifier()
                    and self._is_free(stem)
                    and not re.match(r"test_|.*_test$|Makefile|README", stem)
                ):
                    parts[at] = names.setdefault(stem, self._word(stem, rng)) + dot + ending
            return "/".join(parts)

        return _PATH.sub(other, text)

    def names(self, text: str, rng: random.Random) -> str:
        """Give quoted names other names, wherever they stand as a word."""
        free = {name for name in _QUOTED.findall(text) if self._is_free(name) and not name.startswith("__")}
        for name in sorted(free):
            text = re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", self._word(name, rng), text)
        return text

    def versions(self, text: str, rng: random.Random) -> str:
        """Give versions of three parts and more other numbers."""
        return _VERSION.sub(lambda found: re.sub(r"\d+", lambda _: str(rng.randrange(30)), found[0]), text)

    def numbers(self, text: str, rng: random.Random) -> str:
        """Give lines and columns other numbers, the same one the same."""
        given: dict[str, str] = {}
        return _PLACE.sub(lambda found: given.setdefault(found[0], str(rng.randrange(1, 9_000))), text)

    def colours(self, text: str, rng: random.Random) -> str:
        """Put colours around words and lines, as a tool on a terminal does."""
        if "\x1b" in text:
            return text

        def paint(found: re.Match[str]) -> str:
            line = found["line"]
            if rng.random() < 0.3:
                return f"\x1b[{rng.choice((1, 31, 33, 36))}m{line}\x1b[0m"
            return re.sub(r"\b(?:[Ee]rror|ERROR|FAILED|warning)\b", "\x1b[1;31m\\g<0>\x1b[0m", line)

        return _COLOURED.sub(paint, text)


def first(output: str, exit_code: int | None, command: str, known: memory.Memory) -> tuple[str, str]:
    """Return pattern id and category of the first diagnosis, empty when there is none."""
    found = detect(intake.from_text(output, command=command, exit_code=exit_code), known, 1)
    return (found[0].pattern_id, found[0].category) if found else ("", "")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--show", type=int, default=10)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="healkit-bench-") as scratch:
        os.environ["HEALKIT_HOME"] = scratch
        return measure([json.loads(line) for line in open(given.cases, encoding="utf-8")], given.seeds, given.show)


def measure(cases: list[dict], seeds: int, show: int) -> int:
    known = memory.open_memory("")
    mutator = Mutator(reserved(known))
    tried: collections.Counter[str] = collections.Counter()
    changed: list[tuple[str, str, tuple[str, str], tuple[str, str]]] = []
    for case in cases:
        facts = case["exit_code"], case.get("command") or ""
        before = first(case["output"], *facts, known)
        for kind, mutate in mutator.kinds.items():
            for seed in range(seeds):
                text = mutate(case["output"], random.Random(f"{case.get('id')} {kind} {seed}"))
                if text == case["output"]:
                    break
                tried[kind] += 1
                after = first(text, *facts, known)
                if after != before:
                    changed.append((kind, str(case.get("id")), before, after))
    for kind in mutator.kinds:
        wrong = sum(one[0] == kind for one in changed)
        category = sum(one[0] == kind and one[2][1] != one[3][1] for one in changed)
        print(
            f"{kind:10} {tried[kind]:5} changes, {wrong:3} with another pattern, {category:3} of them in another category"
        )
    for one in changed[:show]:
        print("  ", *one)
    share = len(changed) / max(1, sum(tried.values()))
    print(f"another answer: {share:.2%} (target: at most {LIMIT:.0%})")
    return int(share > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
