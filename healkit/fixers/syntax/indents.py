"""Python lines that are indented wrongly: the depths that the neighbours allow, for a line or the block that it begins."""

from __future__ import annotations

import re

from .search import Edit
from .tokens import Lines, indent_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST = 60
"""Lines that are moved together at most."""


def unit_of(text: str) -> str:
    """Return what one step of indentation is in a text: a tab, or its commonest number of blanks (four when unclear)."""
    steps: dict[str, int] = {}
    before = ""
    for line in text.split("\n"):
        if line.strip():
            indent = line[: len(line) - len(line.lstrip())]
            if len(indent) > len(before) and indent.startswith(before):
                step = indent[len(before) :]
                steps[step] = steps.get(step, 0) + 1
            before = indent
    common = sorted(steps.items(), key=lambda item: -item[1])
    return common[0][0] if common and (common[0][0] == "\t" or set(common[0][0]) == {" "}) else "    "


def indent_edits(text: str, number: int, message: str, above: list[int]) -> Iterator[Edit]:
    """Yield the edits that indent a line, or the lines from it on, as deep as a neighbour or one step deeper.

    Args:
        text: the whole text.
        number: the line that the parser named (from 1).
        message: what the parser said.
        above: the lines on which the statements before it begin.
    """
    lines = Lines(text)
    unit = unit_of(text)
    indented = "Indentation" in message or "Tab" in message or "indent" in message
    near = [number, *reversed(above)][: 5 if indented else 3]
    for line in near:
        if "\t" in lines.line(line) or "Tab" in message:
            yield from _tabs(text, lines, line, unit)
        if lines.line(line).strip():
            yield from _moves(lines, line, unit, 0.0 if indented else -2.5)


def _moves(lines: Lines, number: int, unit: str, prior: float) -> Iterator[Edit]:
    line = lines.line(number)
    old = line[: len(line) - len(line.lstrip())]
    above, below = lines.line(number - 1), lines.line(number + 1)
    if above.lstrip().startswith("#") and indent_of(above) == indent_of(line):
        prior -= _EXPLAINED
    depths = [new for new in _depths(lines, number, unit) if new != old]
    least = min((abs(indent_of(new) - indent_of(old)) for new in depths), default=0)
    for new in depths:
        between = above.strip() and below.strip() and indent_of(above) == indent_of(below) == indent_of(new)
        off = abs(indent_of(new) - indent_of(old))
        cost = prior - 0.3 - 1.2 * off / max(indent_of(unit), 1) - _FARTHER * (off - least)
        cost -= _LEAVES * leaves_function(lines, number, indent_of(new))
        what = "indent the line" if indent_of(new) > indent_of(old) else "indent the line less"
        start = lines.start(number)
        yield Edit(start, start + len(old), new, cost + _BETWEEN * bool(between), what)
        yield from _blocks(lines, number, old, new, cost, what)


_LEAVES, _FARTHER = 4.0, 0.9
_EXPLAINED, _BETWEEN = 3.0, 1.5
"""A line under a comment that is as deep stands where it was meant to; one between two that are alike most likely is like them."""


def leaves_function(lines: Lines, number: int, deep: int) -> bool:
    """Tell whether a line at some depth would stand right behind a function's last line, as deep as its `def`, without a blank line."""
    if (
        re.match(r"\s*(?:def|class|async|@|#|if __name__|[A-Z_]+ =)", lines.line(number))
        or not lines.line(number - 1).strip()
    ):
        return False
    for above in range(number - 1, max(0, number - 200), -1):
        line = lines.line(above)
        if line.strip() and indent_of(line) <= deep:
            return indent_of(line) == deep and re.match(r"\s*(?:async\s+)?def\b", line) is not None
    return False


def _blocks(lines: Lines, number: int, old: str, new: str, cost: float, what: str) -> Iterator[Edit]:
    """Yield the same move for the lines below together: those as deep as this one, up to each blank line or the block's end."""
    moved = [new + lines.line(number)[len(old) :]]
    seen = 1
    for below in range(number + 1, min(len(lines), number + _MOST) + 1):
        line = lines.line(below)
        if not line.strip():
            moved.append(line)
            continue
        if not line.startswith(old) or (not old and not line[0].isspace() and line.startswith(("def ", "class ", "@"))):
            break
        moved.append(new + line[len(old) :])
        seen += 1
        following = lines.line(below + 1)
        ends = below == len(lines) or not following.startswith(old) or not following.strip()
        if ends or seen <= 3:
            yield Edit(
                lines.start(number),
                lines.end(below),
                "\n".join(moved),
                cost - 1.0 - 0.15 * seen,
                what.replace("line", "block"),
            )


def _depths(lines: Lines, number: int, unit: str) -> list[str]:
    """Return the indentations that a line may have: those of the lines above that are still open, one step deeper, the next's."""
    depths: list[str] = [""]
    deepest = 1 << 30
    for above in range(number - 1, max(0, number - 200), -1):
        line = lines.line(above)
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        indent = line[: len(line) - len(line.lstrip())]
        if indent_of(indent) < deepest:
            deepest = indent_of(indent)
            depths.append(indent)
            depths.append(indent + unit)
        if not indent:
            break
    below = next(
        (lines.line(line) for line in range(number + 1, min(len(lines), number + 20) + 1) if lines.line(line).strip()),
        "",
    )
    if below:
        depths.append(below[: len(below) - len(below.lstrip())])
    return list(dict.fromkeys(depths))


def _tabs(text: str, lines: Lines, number: int, unit: str) -> Iterator[Edit]:
    """Yield the file's indentation written one way: tabs as blanks, or blanks as tabs in a file of tabs."""
    tabbed = len(re.findall(r"^\t", text, re.M)) > len(re.findall(r"^ {2}", text, re.M))
    step = indent_of(unit) if unit != "\t" else 4
    line, start = lines.line(number), lines.start(number)
    if (" " if tabbed else "\t") not in line[: len(line) - len(line.lstrip())]:
        return
    if tabbed:
        yield Edit(start, start + len(line), _tabbed(line, step), 2.0, "indent with tabs")
        whole = "\n".join(_tabbed(each, step) for each in text.split("\n"))
        yield Edit(0, len(text), whole, -2.0, "indent with tabs")
        return
    for width in dict.fromkeys((step, 4, 8, 2)):
        done = _blanks(line, width)
        prior = (2.0 if width == step else 0.0) - _LEAVES * leaves_function(lines, number, indent_of(done))
        yield Edit(start, start + len(line), done, prior, "indent with blanks")
        whole = "\n".join(_blanks(each, width) for each in text.split("\n"))
        yield Edit(0, len(text), whole, prior - 2.0, "indent with blanks")


def _blanks(line: str, width: int) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    return indent.replace("\t", " " * width) + line[len(indent) :] if "\t" in indent and line.strip() else line


def _tabbed(line: str, width: int) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    return indent.replace(" " * width, "\t") + line[len(indent) :] if " " in indent and line.strip() else line
