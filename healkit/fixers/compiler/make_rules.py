"""Pattern rules of a makefile: of a target without a rule they do not say which prerequisite is not there."""

from __future__ import annotations

import os
import re

from ..proposal import Proposal, edit
from .spelling import close

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from ..source import Source

_SOURCES = (".c", ".cc", ".cpp", ".cxx", ".S")
_RULE = re.compile(r"^(?P<target>[\w./-]*%[\w./-]*)[ \t]*:(?![=:])[ \t]*(?P<needs>[^\n#;]*)", re.M)


def pattern(source: Source, missing: str, here: Sequence[str], targets: Collection[str]) -> Iterator[Proposal]:
    """Yield the right name of a prerequisite in the pattern rule that would make a target.

    Args:
        source: the makefile.
        missing: the target that make has no rule for.
        here: the project's files, relative to the makefile's folder.
        targets: the targets that the makefile names.
    """
    for rule in _RULE.finditer(source.text):
        head, _, tail = rule["target"].partition("%")
        if not (missing.startswith(head) and missing.endswith(tail) and len(missing) > len(head) + len(tail)):
            continue
        stem = missing[len(head) : len(missing) - len(tail)]
        for word in re.finditer(r"[\w./%-]+", rule["needs"]):
            name = word[0].replace("%", stem)
            if name in here or name in targets or any(path.startswith(f"{name}/") for path in here):
                continue
            right = _right(word[0], name, here, stem)
            if right:
                start = rule.start("needs") + word.start()
                text = source.text[:start] + right + source.text[start + len(word[0]) :]
                line = source.text.count("\n", 0, start) + 1
                title = f"write `{right}` for `{word[0]}` ({source.path}:{line})"
                yield edit("manifest", title, [source.change(text)], risk="medium")


def _right(word: str, name: str, here: Sequence[str], stem: str) -> str:
    """Return the one prerequisite that is there and close to one that is not; empty when there is none or several."""
    base, ending = os.path.splitext(os.path.basename(name))
    found = set()
    for path in here:
        folder, leaf = os.path.split(path)
        other, kind = os.path.splitext(leaf)
        beside = folder == os.path.dirname(name)
        if beside and kind == ending and close(base, other) and "%" not in word:
            found.add(path)
        elif (other, kind) == (base, ending) and close(os.path.dirname(name), folder):
            found.add(f"{folder}/{os.path.basename(word)}")
        elif beside and other == stem and kind in _SOURCES and "%" in word:
            found.add(os.path.join(folder, os.path.splitext(os.path.basename(word))[0] + kind))
    return found.pop() if len(found) == 1 else ""
