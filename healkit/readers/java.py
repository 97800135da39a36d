"""Java's world: javac and kotlinc, exceptions with their causes, maven, surefire and gradle.

Of a `Caused by:` chain the last is the root cause. `Failed to execute goal` and `What went wrong` are consequences when
the output holds the compiler's or the test's own words.
"""

from __future__ import annotations

from ..records import Location
from .page import NOWHERE, changed, number, place, ranked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..records import Finding
    from .page import Page

LIBRARIES = (
    "java.", "javax.", "jdk.", "sun.", "com.sun.", "kotlin.", "kotlinx.", "scala.", "org.junit.", "junit.", "org.hamcrest.",
    "org.assertj.", "org.opentest4j.", "org.mockito.", "org.gradle.", "org.apache.maven.", "org.springframework.", "groovy.",
    "org.codehaus.", "worker.org.gradle.", "com.google.common.", "reactor.", "io.netty.", "org.hibernate.", "org.testng.",
)  # fmt: skip
SOURCES = (".java", ".kt", ".kts", ".scala", ".groovy")


def read(page: Page) -> list[Finding]:
    """Return the failures of the Java family's tools."""
    found: list[Finding] = []
    test, told, row, chain = "", -9, 0, -1
    while row < len(page.lines):
        line, one, stop = page.lines[row], None, row + 1
        text = _bare(line)
        if "<<< FAILURE!" in line or "<<< ERROR!" in line or text.endswith(" FAILED"):
            test, told = _test_name(text) or test, row
        if _is_frame(page, row + 1) and not _is_frame(page, row):
            stop = _stack_end(page, row + 1)
            is_cause = text.startswith("Caused by: ")
            weight = found[chain].weight if is_cause and chain >= 0 else ranked(len(found))
            one = _exception(page, row, stop, test, weight, told if row - told <= 4 else row)
            if one and is_cause and chain >= 0:
                found[chain] = changed(found[chain], weight=0.3)
            chain = len(found) if one and (is_cause or not text.startswith("Suppressed: ")) else chain
        else:
            one = _compiler(page, row, len(found)) or _at(page, row, test, len(found)) or _build(page, row)
        if one:
            found.append(one)
        row = stop
    return _settled(found)


def _bare(line: str) -> str:
    """Return a line without maven's level and ant's task in front."""
    text = line.strip()
    while text.startswith("[") and "] " in text[:20]:
        text = text.partition("] ")[2].strip()
    return text


def _is_frame(page: Page, row: int) -> bool:
    if not 0 <= row < len(page.lines):
        return False
    text = _bare(page.lines[row])
    return text.startswith("at ") and text.endswith(")") and ("." in text.partition("(")[0]) and not _is_script(text)


def _is_script(text: str) -> bool:
    """Return whether a frame is JavaScript's, which ends in `line:column)`."""
    return bool(number(text.rpartition(":")[2].rstrip(")"))) and bool(
        number(text.rpartition(":")[0].rpartition(":")[2])
    )


def _stack_end(page: Page, row: int) -> int:
    while _is_frame(page, row) or (row < len(page.lines) and _bare(page.lines[row]).startswith("... ")):
        row += 1
    return row


def _exception(page: Page, row: int, stop: int, test: str, weight: float, told: int) -> Finding | None:
    """Return the finding of the exception at `row` whose frames end before `stop`; its message may begin higher.

    `told` is the row that names the test, or `row`.
    """
    head = row
    while head > max(0, row - 4) and not _type_of(_bare(page.lines[head])):
        head -= 1
    kind = _type_of(_bare(page.lines[head]))
    if not kind:
        return None
    reason = _bare(page.lines[head]).partition(f"{kind}: ")[2]
    spot, where = _own_frame(page, row + 1, stop)
    captures = {"type": kind, "reason": reason, "test": test}
    keep = [told, head, *range(head + 1, row + 1), spot]
    return page.finding("java", head, max(row, spot), weight=weight, location=where, captures=captures, keep=keep)


def _type_of(text: str) -> str:
    """Return the exception type that a line begins with, or an empty string."""
    text = text.removeprefix("Caused by: ").removeprefix("Suppressed: ")
    if text.startswith('Exception in thread "'):
        text = text.partition('" ')[2]
    kind = text.partition(":")[0].strip()
    last = kind.rpartition(".")[2]
    is_type = kind.replace(".", "").replace("$", "").replace("_", "").isalnum() and len(kind) < 200
    return kind if is_type and last.endswith(("Exception", "Error", "Failure", "Throwable", "Failed")) else ""


def _own_frame(page: Page, first: int, stop: int) -> tuple[int, Location]:
    """Return the first frame in the user's code (by package), else the first with a line number."""
    best: tuple[int, Location] = (-1, NOWHERE)
    for row in range(first, stop):
        text = _bare(page.lines[row]).removeprefix("at ").partition("//")
        name, _, spot = (text[2] or text[0]).rpartition("/")[2].partition("(")
        where = place(spot.rstrip(")"))
        if where and not name.startswith(LIBRARIES):
            return row, where
        if where and best[0] < 0:
            best = (row, where)
    return best


def _compiler(page: Page, row: int, errors: int) -> Finding | None:
    """Return the finding of a compiler's line: javac's, maven's `File.java:[4,19] message`, kotlinc's `e: ...`."""
    line = page.lines[row]
    if not any(ending in line for ending in SOURCES):
        return None
    weight, text = ranked(errors, 1.0, 0.7), line.strip()
    head, mark, reason = text.partition(": error: ")
    where = place(head.rpartition(" ")[2]) if mark else None
    if not mark and ": warning: " in text:
        head = text.partition(": warning: ")[0]
        where, weight = place(head), 0.0
    elif "[ERROR] " in text[:30] or "[WARNING] " in text[:30] or text.startswith(("e: ", "w: ")):
        weight = 0.0 if text.startswith("w: ") or "[WARNING] " in text[:30] else weight
        where, reason = _bracketed(_bare(text).removeprefix("e: ").removeprefix("w: "))
    if where is None or not where.file.endswith(SOURCES):
        return None
    if where.file.startswith(":") and "/" in where.file:  # gradle before 5 leaves the task's name on the line
        where = Location(file=where.file[where.file.index("/") :], line=where.line)
    last = row
    while mark and last + 1 < min(len(page.lines), row + 5) and page.lines[last + 1][:1] == " ":
        last += 1
    if mark and last == row and row + 2 < len(page.lines) and page.lines[row + 2].strip() == "^":
        last = row + 2
    return page.finding("java", row, last, weight=weight, location=where, captures={"reason": reason})


def _bracketed(text: str) -> tuple[Location | None, str]:
    """Return place and message of `File.java:[4,19] message`, `file:4:19 message` or `file: (4, 19): message`."""
    path, mark, rest = text.partition(":[")
    if mark:
        line, _, column = rest.partition("]")[0].partition(",")
        return Location(file=path, line=number(line), column=number(column)), rest.partition("] ")[2]
    path, mark, rest = text.partition(": (")
    if mark:
        line, _, column = rest.partition(")")[0].partition(", ")
        return Location(file=path, line=number(line), column=number(column)), rest.partition("): ")[2]
    head, _, reason = text.partition(" ")
    return place(head.removeprefix("file://").rstrip(":")), reason


def _at(page: Page, row: int, test: str, errors: int) -> Finding | None:
    """Return the finding of gradle's short form: `java.lang.AssertionError at FooTest.java:82`."""
    text = page.lines[row].strip()
    kind, mark, spot = text.partition(" at ")
    where = place(spot) if mark else None
    if where is None or not where.file.endswith(SOURCES) or not _type_of(kind):
        return None
    above = [row - 1] if row and page.lines[row - 1].rstrip().endswith(" FAILED") else []
    captures = {"type": kind, "test": test}
    return page.finding("java", row, row, weight=ranked(errors), location=where, captures=captures, keep=[*above, row])


def _test_name(text: str) -> str:
    """Return the test of surefire's `name(class)  Time elapsed ... <<< FAILURE!` or gradle's `Class > name FAILED`."""
    if text.startswith(("Tests run:", "> Task", "Task ", ":")):
        return ""
    if "<<<" in text:
        return text.partition(" -- Time")[0].partition("  Time")[0].strip()
    return text.removesuffix(" FAILED").strip() if " > " in text else ""


def _build(page: Page, row: int) -> Finding | None:
    """Return the finding of what maven or gradle says about the whole build."""
    line = page.lines[row]
    if line.startswith("* What went wrong:") and row + 1 < len(page.lines):
        return _went_wrong(page, row)
    text = _bare(line)
    if (
        "[ERROR]" not in line
        or not text
        or text.startswith(("To see the full", "Re-run Maven", "For more information", "[Help", "->"))
    ):
        return None
    if text.startswith("Failed to execute goal "):
        captures = {"goal": text[23:].partition(" ")[0], "reason": text.rpartition(": ")[2]}
        return page.finding("java", row, row, weight=0.5, captures=captures)
    if text.startswith("Tests run:"):
        return page.finding(
            "java", row, row, weight=0.3, captures={"test": text.rpartition(" in ")[2].strip(), "reason": text}
        )
    name, colon, reason = text.partition(" ")
    owner, _, line_no = name.rpartition(":")
    if colon and owner and number(line_no) and "." in owner and "/" not in owner:
        return page.finding("java", row, row, weight=0.4, captures={"test": owner, "reason": reason})
    if text.startswith(
        (
            "Unknown lifecycle phase",
            "No goals have been",
            "No plugin found",
            "'",
            "The goal you specified",
            "Plugin ",
            "Non-resolvable",
        )
    ):
        return page.finding("java", row, row, weight=1.0, captures={"reason": text})
    return None


def _went_wrong(page: Page, row: int) -> Finding:
    """Return the finding of gradle's `* What went wrong:` with the place of `* Where:` above it."""
    last = row + 1
    while last + 1 < min(len(page.lines), row + 8) and page.lines[last + 1].strip() and page.lines[last + 1][:1] != "*":
        last += 1
    said = page.lines[row + 1]
    task = said.partition("Execution failed for task '")[2].partition("'")[0]
    task = task or (said[6:].partition("'")[0] if said.startswith("Task '") else "")
    body = "\n".join(page.lines[row + 1 : last + 1])
    is_told_above = any(
        words in body for words in ("see the compiler error output", "There were failing tests", "Compilation error")
    )
    where = NOWHERE
    for at in range(max(0, row - 4), row):
        head, mark, tail = page.lines[at].rpartition("' line: ")
        if mark:
            where = Location(file=head.partition("'")[2], line=number(tail.strip()))
    captures = {"task": task, "reason": said if not task else page.lines[min(row + 2, last)].strip("> ")}
    weight = 0.3 if is_told_above else 0.6
    return page.finding("java", row, last, weight=weight, location=where, captures=captures)


def _settled(found: list[Finding]) -> list[Finding]:
    """Make the build tools' own lines consequences where a compiler or a test has said why."""
    if any(one.weight >= 0.7 for one in found):
        return [changed(one, weight=0.3) if one.weight == 0.5 else one for one in found]
    return found
