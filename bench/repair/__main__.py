#!/usr/bin/env python3
"""Fault injection over real packages: what `healkit run --fix --yes` heals, suggests, leaves alone, and whether it harms.

    python -m bench.repair [--seed S] [--per-operator N] [--only CATEGORY[,OPERATOR ...]] [--jobs N] [--failures N]

Exit code 1 when a target is missed. `bench/README.md` says how it is judged.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

if not __package__:  # run as `python bench/repair`
    sys.path[0] = str(Path(__file__).resolve().parents[2])
    __package__ = "bench.repair"

from bench.repair import judge, package, store, table
from bench.repair.fault import CATEGORIES, OPERATORS, Operator
from bench.repair.operators import load

TRIES = 14
"""Sites of an operator that may prove unusable before it goes without a case."""


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.repair", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--seed", default="1", help="draws packages and sites; the same seed draws the same ones")
    parser.add_argument("--per-operator", type=int, default=3, metavar="N")
    parser.add_argument("--only", default="", help="a category, or operators, separated by commas")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--failures", type=int, default=0, metavar="N", help="show what went wrong in N cases")
    parser.add_argument("--out", default="", metavar="FILE", help="where the records go, one JSON object a line")
    parser.add_argument(
        "--keep", default="", metavar="DIR", help="keep tree, report and talk of the cases that were not right"
    )
    parser.add_argument("--rerun", default="", metavar="FILE", help="only the cases of FILE that were not right")
    parser.add_argument("--list", action="store_true", help="the operators, and what is expected of each")
    parser.add_argument(
        "--inject-only", action="store_true", help="only make the faults and see that the commands notice them"
    )
    parser.add_argument("--fetch", action="store_true", help="only fetch all packages and make them ready")
    return parser.parse_args()


def chosen(only: str) -> list[Operator]:
    names = {name for name in only.split(",") if name}
    known = {op.name for op in OPERATORS} | set(CATEGORIES)
    if names - known:
        sys.exit(f"unknown: {', '.join(sorted(names - known))}")
    return [
        op
        for op in OPERATORS
        if not names
        or op.name in names
        or (op.category in names and not names & {o.name for o in OPERATORS if o.category == op.category})
    ]


class Bench:
    """One run: the operators' cases, drawn by seed, and what became of them."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.keep = Path(args.keep).resolve() if args.keep else None
        self.records: list[dict[str, Any]] = []
        self.discards: dict[str, Counter[str]] = {}
        self.baselines: set[tuple[str, ...]] = set()
        self.lock = threading.Lock()
        self.out = open(args.out, "a", encoding="utf-8") if args.out else None  # noqa: SIM115
        self.again: dict[str, set[tuple[str, str]]] = {}
        if args.rerun:
            for line in Path(args.rerun).read_text().splitlines():
                record = json.loads(line)
                if record["verdict"] != "right":
                    self.again.setdefault(record["operator"], set()).add((record["package"], record["where"]))

    def run(self, op: Operator) -> None:
        """Draw an operator's cases and run them: other packages first, another site when one proves unusable."""
        try:
            self._run(op)
        except Exception as error:
            store.say(f"{op.category}/{op.name}: the benchmark's own trouble: {type(error).__name__}: {error}")
            raise

    def _run(self, op: Operator) -> None:
        rng = random.Random(f"{self.args.seed}/{op.category}/{op.name}")
        names = package.candidates(op.tags)
        rng.shuffle(names)
        wanted, tries, done, seen = self.args.per_operator, 0, 0, set()
        rounds = iter(names * 3)
        for name, kind in rounds:
            if done >= wanted or tries >= wanted + TRIES:
                break
            made = package.package(name, kind)
            sites = op.sites(made, random.Random(f"{self.args.seed}/{op.name}/{name}")) if made else []
            sites = [site for site in sites if (name, site.where) not in seen]
            if self.again:
                sites = [site for site in sites if (name, site.where) in self.again.get(op.name, ())]
            if not made or not sites:
                continue
            fault = rng.choice(sites)
            seen.add((name, fault.where))
            tries += 1
            try:
                record = judge.one(
                    op, made, fault, self.args.seed, self.keep, self.baselines, heal=not self.args.inject_only
                )
            except judge.Discarded as reason:
                self._discard(op, str(reason))
                continue
            done += 1
            self._write(asdict(record))
        if done < wanted and not self.again:
            self._discard(op, f"only {done} of {wanted} cases")

    def _discard(self, op: Operator, reason: str) -> None:
        with self.lock:
            self.discards.setdefault(f"{op.category}/{op.name}", Counter())[reason] += 1

    def say_discards(self) -> None:
        for name, reasons in sorted(self.discards.items()):
            for reason, count in reasons.most_common(3 if self.args.failures else 1):
                print(f"discarded {count:>2} {name}: {reason}")

    def _write(self, record: dict[str, Any]) -> None:
        with self.lock:
            self.records.append(record)
            if self.out:
                self.out.write(json.dumps(record) + "\n")
                self.out.flush()
            if sys.stderr.isatty() or self.args.failures:
                store.say(
                    f"{record['verdict']:<7} {record['seconds']:6.1f} s  {record['category']}/{record['operator']}  {record['package']}: {record['where'][:90]}"
                )


def listing() -> None:
    for op in OPERATORS:
        print(f"{op.category:<18} {op.name:<34} {op.expected:<9} {(op.generate.__doc__ or '').splitlines()[0]}")
    counts = Counter(op.category for op in OPERATORS)
    print(", ".join(f"{name} {counts[name]}" for name in CATEGORIES), f"= {len(OPERATORS)} operators")


def main() -> int:
    args = options()
    load()
    if args.list:
        listing()
        return 0
    if args.fetch:
        ready = sum(package.package(name, kind) is not None for name, kind in package.candidates(package.ALL))
        print(f"{ready} packages ready in {store.cache()}")
        return 0
    bench, began = Bench(args), time.monotonic()
    with ThreadPoolExecutor(args.jobs) as pool:
        list(pool.map(bench.run, chosen(args.only)))
    if not bench.records:
        print("no cases")
        return 1
    if args.inject_only:
        print(
            f"{len(bench.records)} faults of {len({r['operator'] for r in bench.records})} operators, {time.monotonic() - began:.0f} s"
        )
        bench.say_discards()
        return 0
    print(f"seed {args.seed}, {len(bench.records)} cases of {len({r['operator'] for r in bench.records})} operators in "
          f"{len({r['package'] for r in bench.records})} packages, {time.monotonic() - began:.0f} s")  # fmt: skip
    lines, met = table.totals(bench.records)
    print("\n".join([*table.rows(bench.records), "", *lines, "", *table.by_operator(bench.records)]))
    print("\n".join(table.failures(bench.records, args.failures)))
    bench.say_discards()
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
