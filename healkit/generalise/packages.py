"""From failures and the installations that healed them to entries that name the missing package."""

from __future__ import annotations

import re
from typing import Any

from .. import commands, draft, literals
from . import triggers
from .examples import Learned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .examples import InstallExample
    from .triggers import Spot, Trigger

MOST, MOST_EXAMPLES = 3, 6
_ADDS = {
    "pip install": "install-python-module", "pip3 install": "install-python-module", "uv add": "install-python-module",
    "uv pip install": "install-python-module", "poetry add": "install-python-module", "pdm add": "install-python-module",
    "pipenv install": "install-python-module", "npm install": "install-node-module", "npm i": "install-node-module",
    "npm add": "install-node-module", "yarn add": "install-node-module", "pnpm add": "install-node-module",
    "pnpm install": "install-node-module", "bun add": "install-node-module",
}  # fmt: skip
_PACKAGE = re.compile(r"(?:@[a-z0-9][\w.-]{0,80}/)?[A-Za-z0-9][\w.-]{0,100}", re.ASCII)
_FILES = (
    "-r",
    "-c",
    "-e",
    "-f",
    "--requirement",
    "--constraint",
    "--editable",
    "--find-links",
    "--index-url",
    "--extra-index-url",
    "--registry",
)
"""Options after which something else than packages is installed, or from somewhere else."""
_BEFORE = ("'", '"', "`", "\u2018", "\u201c", "named", "called")
_MODULE = r"@?[A-Za-z0-9_][\w./-]{0,120}"
_VERSION = re.compile(r"(?:\[[\w,.-]+\])?(?:[=<>!~]=?|@).*$")


def learn(examples: Sequence[InstallExample], against: Sequence[tuple[str, str]] = ()) -> list[Learned]:
    """Return the entries that name the package of every example and are silent about what is `against` them, best first.

    Args:
        examples: two or more failures of one kind, each with the installation that healed it.
        against: commands and outputs that an entry must not recognise.
    """
    examples = list(dict.fromkeys(examples))[:MOST_EXAMPLES]
    found = [_installed(one.install) for one in examples]
    packages = [one[1] for one in found if one]
    books = {one[0] for one in found if one}
    if len(examples) < 2 or len(packages) < len(examples) or len(books) > 1:
        return []
    book = books.pop()
    kept: list[Learned] = []
    for trigger in triggers.found([one.output for one in examples]):
        if not trigger.is_telling:
            continue
        for regex, names, message, score in _ways(trigger, packages):
            entry = _entry(examples, regex, names, message, book, packages)
            if _explains(regex, examples, against):
                specificity = round(trigger.specificity(), 2)
                kept.append(Learned(entry=entry, score=round(score + trigger.rate, 2), specificity=specificity))
    return sorted(kept, key=lambda one: -one.score)[:MOST]


def _installed(command: str) -> tuple[str, str] | None:
    """Return the playbook and the one package that a command installs; None for any other command."""
    argv = commands.unwrap(commands.split(command)[-1]) if commands.split(command) else []
    if argv[:1] and re.fullmatch(r"python[\d.]*", argv[0]) and argv[1:3] == ["-m", "pip"]:
        argv = argv[2:]
    for lead, book in _ADDS.items():
        words = lead.split()
        if argv[: len(words)] == words:
            if any(word.partition("=")[0] in _FILES for word in argv):
                return None
            names = [word for word in argv[len(words) :] if not word.startswith("-")]
            name = names[0][:1] + _VERSION.sub("", names[0][1:]) if len(names) == 1 else ""
            return (book, name) if _PACKAGE.fullmatch(name) else None
    return None


def _ways(trigger: Trigger, packages: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...], str, float]]:
    """Yield an expression, its captures, the message and a score: the package is what the output names, or one module's."""
    for spot in trigger.spots():
        if not spot.is_word or spot.line:
            continue
        place = {(0, spot.piece): "module"}
        same = [_plain(text) == _plain(name) for text, name in zip(spot.texts, packages, strict=True)]
        if not spot.is_fixed and all(same):
            regex = _captured(trigger, spot, rf"(?P<package>{_MODULE})")
            yield regex, ("module", "package"), trigger.message(place), 2.0
        elif len(set(packages)) == 1 and len(set(spot.texts)) == 1 and _is_module(trigger, spot):
            regex = _captured(trigger, spot, triggers.escaped(spot.texts[0]))
            score = 3.0 + any(same)
            yield regex, ("module",), trigger.message(place), score


def _is_module(trigger: Trigger, spot: Spot) -> bool:
    """Tell whether a word that is equal in all outputs is what is missing: it stands in quotation marks, or is said to be."""
    line = trigger.lines[spot.line]
    before = line[spot.piece - 1].texts[0] if spot.piece else ""
    name = re.fullmatch(_MODULE, spot.texts[0]) is not None
    return name and before in _BEFORE


def _captured(trigger: Trigger, spot: Spot, inner: str) -> str:
    """Return the expression of a trigger in which one word is the module."""
    regex = trigger.regex({(spot.line, spot.piece): "module"})
    return re.sub(r"\(\?P<module>[^)]*\)", lambda _: f"(?P<module>{inner})", regex, count=1)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.partition("/")[0] if not name.startswith("@") else name).lower()


def _explains(regex: str, examples: Sequence[InstallExample], against: Sequence[tuple[str, str]]) -> bool:
    return all(re.search(regex, one.output) for one in examples) and not any(
        re.search(regex, text) for _, text in against
    )


def _entry(
    examples: Sequence[InstallExample],
    regex: str,
    names: tuple[str, ...],
    message: str,
    book: str,
    packages: Sequence[str],
) -> dict[str, Any]:
    needed = literals.required_literals(regex)
    package = "{package}" if "package" in names else packages[0]
    return {
        "error_regex": regex,
        **({"contains": needed[:1]} if len(needed) == 1 else {}),
        "category": draft.category_of(message) or "dependency_issue",
        "severity": "medium",
        "message": message if "package" in names else f"{message} (it comes with the package {package})",
        "playbook": book,
        **({} if "package" in names else {"fix_template": f"Install the package {package}"}),
        "examples": [_example(one, regex) for one in examples],
    }


def _example(one: InstallExample, regex: str) -> dict[str, Any]:
    match = re.search(regex, one.output)
    start = one.output.rfind("\n", 0, match.start() if match else 0) + 1
    end = one.output.find("\n", match.end() if match else 0)
    shown = one.output[start : end if end >= 0 else len(one.output)]
    return {"output": shown, "captures": match.groupdict() if match else {}, "tool": draft.tool_of(one.command)}
