"""Readers: tool output becomes findings where a regular expression cannot do it.

A reader knows how one tool lays out a failure: which lines belong together, which of several errors is the cause,
which frame lies in the user's own code. To add one: write `NAME.py` with `read(page) -> list[Finding]`, add its row to
READERS, and put what the tool really prints into tests/cases/readers/.
"""

from __future__ import annotations

from ..grams import Grams
from ..records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..records import Finding
    from .page import Page

MOST_FINDINGS = 200
"""A reader's findings beyond this many, in the middle of its list, are dropped."""


class Reader(Record):
    """One row of the table: the reader's module, and literals of which one must occur in the text for it to run."""

    name: str
    literals: tuple[str, ...]

    @property
    def read(self) -> Callable[[Page], list[Finding]]:
        """The reader's function; its module is imported when it is first asked for."""
        function: Callable[[Page], list[Finding]] = __import__(f"{__name__}.{self.name}", fromlist=["read"]).read
        return function


READERS = (
    Reader(
        name="python",
        literals=(
            "Traceback (most recent call last):", "SyntaxError:", "IndentationError:", "TabError:", "No module named ",
            "can't open file '", "Error while finding module", "Fatal Python error:", "Failed example:",
        ),
    ),
    Reader(
        name="pytest",
        literals=(
            "\nE  ", " short test summary ", " FAILURES ", " ERRORS ", "pytest: error:", "__main__.py: error:",
            "ERROR: file or directory not found:", "ERROR: not found:", "warnings summary", "test session starts",
            "no tests ran in", "\nFAILED ", " Timeout +",
        ),
    ),
    Reader(
        name="rust",
        literals=(
            "error[E", "\n --> ", "\n  --> ", "\n   --> ", "\n    --> ", " panicked at ", "error: could not compile",
            "test result: FAILED", "error: test failed", '"compiler-message"', '"$message_type"', "Cargo.toml",
            "error: no matching package", "error: no such command: `",
        ),
    ),
    Reader(name="tsc", literals=("error TS", "ERROR] TS", "\nTS", " TS")),
    Reader(name="node", literals=("\n    at ", "\n      at ", "Node.js v", "\nRequire stack:")),
    Reader(
        name="gcc",
        literals=(
            ": error: ", ": fatal error: ", ": warning: ", "undefined reference to", "multiple definition of",
            "cannot find -l", "Undefined symbols", "*** [", "make: ***", "ninja: build stopped", "ERROR: AddressSanitizer",
            "Assertion `",
        ),
    ),
    Reader(name="go", literals=(".go:", "--- FAIL: ", "\nFAIL\t", "panic: ")),
    Reader(
        name="java",
        literals=(
            ".java:", "[ERROR] ", "\tat ", "* What went wrong:", ".kt:", ".kts:", ".scala:", "Exception in thread", "Caused by: ",
            "> Task :", "BUILD FAILED",
        ),
    ),
    Reader(name="jest", literals=("●", "FAIL  ", "FAIL ", " failing", "✕", "No tests found, exiting")),
)  # fmt: skip


def read(
    text: str,
    readers: Sequence[Reader] = READERS,
    grams: Grams | None = None,
) -> list[Finding]:
    """Return what the readers find in tool output, sorted by where it begins.

    Args:
        text: cleaned output: newlines only, no ANSI codes, at most about a megabyte.
        readers: the rows to use.
        grams: the text's grams, if they are at hand.

    A reader that raises finds nothing. A finding inside another reader's span of weight 0 (a warning, a captured log)
    is dropped: that reader knows that it is no failure.
    """
    known = grams or Grams(text)
    page: Page | None = None
    found: list[Finding] = []
    for row in readers:
        if not known.holds_any(row.literals):
            continue
        if page is None:
            from .page import Page

            page = Page(text)
        try:
            some = row.read(page)
        except Exception:  # noqa: S112 - one reader's fault must not cost the others' answers
            continue
        half = MOST_FINDINGS // 2
        found += some if len(some) <= MOST_FINDINGS else some[:half] + some[-half:]
    found.sort(key=lambda one: (one.start, one.end))
    return _without_quiet(found)


def _without_quiet(found: list[Finding]) -> list[Finding]:
    """Drop findings that lie inside another reader's span of weight 0; `found` is sorted by start."""
    kept: list[Finding] = []
    quiet: list[Finding] = []
    for one in found:
        quiet = [span for span in quiet if span.end > one.start]
        if one.weight == 0:
            quiet.append(one)
        elif any(span.reader != one.reader and span.start <= one.start and one.end <= span.end for span in quiet):
            continue
        kept.append(one)
    return kept
