"""What a test run or a build said, counted by kind: pytest's and cargo's output for the post-test and post-rust hooks."""

from __future__ import annotations

import re

from .records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

COLLECTION, ASSERTION, TIMEOUT, OTHER = "collection errors", "assertion failures", "timeouts", "other failures"
COUNTED = ("passed", "failed", "errors", "skipped", "xfailed", "xpassed")

RUST_KINDS = (
    ("missing crates", ("E0432", "E0433", "E0463"), ("no matching package", "can't find crate", "failed to select a version")),
    ("type mismatches", ("E0308", "E0053", "E0271", "E0606"), ()),
    ("borrow checker", (
        "E0373", "E0381", "E0382", "E0384", "E0499", "E0502", "E0503", "E0505", "E0506", "E0507", "E0515", "E0594", "E0596",
        "E0597", "E0621", "E0716",
    ), ("does not live long enough", "lifetime may not live long enough")),
    ("trait bounds", ("E0277",), ("trait bounds were not satisfied",)),
    ("unused imports", (), ("unused import",)),
)  # fmt: skip
"""Kind, the compiler's codes for it, and what its message says."""

_COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed)\b")
_LAST_LINE = re.compile(r"^(?:=+ )?((?:\d+ [a-z]+(?:, )?)+|no tests ran) in ([\d.]+)s", re.M)
_TITLE = re.compile(r"^_{3,} (.+?) _{3,}$")
_SUMMARY = re.compile(r"^(FAILED|ERROR) (\S+?)(?: - (.*))?$")
_REASON = re.compile(r"^E {3,}(\S.*)$")
_TIMEOUT = re.compile(r"Timeout \(?>|TimeoutError|timed out|\+{3,} Timeout \+{3,}")
_RUST = re.compile(r"^(error|warning)(?:\[(E\d{4})\])?: (.*)$")
_ARROW = re.compile(r"^\s*--> (\S+)")


class Tally(Record):
    """Counts of a run, and what went wrong by kind, each as (place, what it said). `seconds` is empty when unknown."""

    tool: str
    counts: dict[str, int] = {}  # noqa: RUF012 - a record is never changed
    kinds: dict[str, list[tuple[str, str]]] = {}  # noqa: RUF012
    seconds: str = ""

    def headline(self) -> str:
        """Return the counts in one line."""
        said = ", ".join(f"{self.counts[name]} {name}" for name in COUNTED if self.counts.get(name))
        return said or "; ".join(f"{len(places)} {kind}" for kind, places in self.kinds.items() if places)


def read_pytest(text: str) -> Tally:
    """Return what pytest's output says; clean text, nothing is run."""
    counts: dict[str, int] = {}
    seconds = ""
    for last in _LAST_LINE.finditer(text):
        seconds = last[2]
        counts = {"errors" if name == "error" else name: int(n) for n, name in _COUNT.findall(last[1])}
    kinds: dict[str, list[tuple[str, str]]] = {name: [] for name in (COLLECTION, ASSERTION, TIMEOUT, OTHER)}
    for place, (why, collecting) in _reasons(text.split("\n")).items():
        kinds[_kind(why, collecting)].append((place, why))
    if "++ Timeout ++" in text and not kinds[TIMEOUT]:
        kinds[TIMEOUT].append(("the run", "pytest-timeout ended it"))
    return Tally(
        tool="pytest", counts=counts, kinds={name: found for name, found in kinds.items() if found}, seconds=seconds
    )


def _reasons(lines: Sequence[str]) -> dict[str, tuple[str, bool]]:
    """Return each failed test or file with its reason, and whether it could not even be collected."""
    found: dict[str, tuple[str, bool]] = {}
    blocks: dict[str, tuple[str, bool]] = {}
    title, reasons = "", ""
    for line in lines:
        if match := _TITLE.match(line):
            title, reasons = match[1], ""
        elif match := _SUMMARY.match(line):
            found[match[2]] = (match[3] or "", match[1] == "ERROR" and "::" not in match[2])
        elif title and (match := _REASON.match(line)):
            collecting = title.startswith("ERROR collecting ")
            reasons = match[1] if not reasons or collecting else reasons
            blocks[title.removeprefix("ERROR collecting ")] = (reasons, collecting)
    for place, (why, collecting) in list(found.items()):
        ends = place.rpartition("::")[2]
        block = blocks.get(place) or blocks.get(ends) or blocks.get(place.partition("::")[2].replace("::", "."))
        if block and not (why and not why.endswith("...")):
            found[place] = (block[0], collecting or block[1])
    return found or blocks


def _kind(why: str, collecting: bool) -> str:
    if collecting:
        return COLLECTION
    if _TIMEOUT.search(why):
        return TIMEOUT
    return ASSERTION if why.startswith(("assert", "AssertionError", "Failed: DID NOT")) else OTHER


def read_cargo(text: str) -> Tally:
    """Return what cargo's and rustc's output says; clean text, nothing is run."""
    kinds: dict[str, list[tuple[str, str]]] = {name: [] for name, _, _ in RUST_KINDS}
    kinds["other errors"] = []
    pending: tuple[str, str] | None = None
    lines = text.split("\n")
    for row, line in enumerate(lines):
        if match := _RUST.match(line):
            _put(kinds, pending, "")
            code, said = match[2] or "", match[3]
            below = "\n".join(lines[row : row + 12])
            pending = (_rust_kind(match[1], code, said, below), f"{code} {said}".strip())
        elif pending and (arrow := _ARROW.match(line)):
            _put(kinds, pending, arrow[1])
            pending = None
    _put(kinds, pending, "")
    return Tally(tool="cargo", kinds={name: found for name, found in kinds.items() if found})


def _put(kinds: dict[str, list[tuple[str, str]]], pending: tuple[str, str] | None, place: str) -> None:
    if pending and pending[0] and (place, pending[1]) not in kinds[pending[0]]:
        kinds[pending[0]].append((place, pending[1]))


def _rust_kind(level: str, code: str, said: str, below: str) -> str:
    """Return the kind of one message, empty for what is no finding of its own (`could not compile ...`)."""
    for name, codes, words in RUST_KINDS:
        if (code and code in codes) or any(word in said for word in words):
            return name
    if code == "E0599" and "trait bounds" in below:
        return "trait bounds"
    return (
        ""
        if level == "warning" or said.startswith(("could not compile", "aborting due to", "build failed"))
        else "other errors"
    )


def history_line(tally: Tally, exit_code: int | None, stamp: str) -> str:
    """Return a run as one line of test-history.log; `stamp` is a local time as text."""
    counts = " ".join(f"{name}={tally.counts.get(name, 0)}" for name in COUNTED[:4])
    kinds = " ".join(
        f"{name.partition(' ')[0]}={len(tally.kinds.get(name, ()))}" for name in (COLLECTION, ASSERTION, TIMEOUT)
    )
    code = "?" if exit_code is None else exit_code
    return f"{stamp} exit {code} {counts} {kinds}" + (f" {tally.seconds}s" if tally.seconds else "")
