"""Files that do not parse: Python, JavaScript and TypeScript, JSON, TOML, YAML. Generate small edits, check, weigh, propose.

What the failed command said only leads to the files; whether one is broken, and where, is asked of a parser.
"""

from __future__ import annotations

from importlib import import_module

from ..proposal import edit, guide
from .braces import cut_off
from .faults import suspects
from .search import SURE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..case import Case
    from ..proposal import Proposal
    from ..source import Source
    from .search import Found

KIND = "syntax"
MOST_SHOWN = 3
"""Suggestions for one file."""
MOST_FILES = 3
"""Broken files that are looked at in one round."""
LANGUAGES = {
    "python": (".py", ".pyi"),
    "script": (".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".mts", ".cts"),
    "json": (".json", ".jsonc", ".json5", ".webmanifest", ".ipynb"),
    "toml": (".toml",),
    "yaml": (".yml", ".yaml"),
}
_MODULES = {
    "python": "python_case",
    "script": "script_case",
    "json": "json_case",
    "toml": "toml_case",
    "yaml": "yaml_case",
}
_CUT = (
    "the end of the file may be lost: compare it with your editor's copy and with `git diff`",
    "put the rest back, or finish the statement",
)
_JSON_NAMES = (".babelrc", ".eslintrc", ".prettierrc", ".swcrc", ".jshintrc", ".stylelintrc", "composer.lock")


def propose(case: Case) -> Iterator[Proposal]:
    """Yield what would make a project's broken file parse: at most one sure edit for each file, else suggestions.

    Args:
        case: any failure; nothing is yielded when no file that it names is broken.
    """
    broken = 0
    for path in suspects(case):
        source = case.source(path)
        language = language_of(path)
        if source is None or not language:
            continue
        if _conflict(source.text):
            yield _resolve(path)
            return
        module = import_module(f".{_MODULES[language]}", __name__)
        if language == "json":
            yield from module.without_mark(case, source)
        if language in ("json", "toml", "yaml"):
            yield from module.guides(source)
        found = module.heal(case, source)
        yield from _proposals(source, found, language)
        broken += bool(found)
        if broken >= MOST_FILES:
            return


def language_of(path: str) -> str:
    """Return the language that a file is written in, by its name; empty when it is none of ours."""
    name = path.rpartition("/")[2]
    if name in _JSON_NAMES:
        return "json"
    return next((language for language, suffixes in LANGUAGES.items() if name.endswith(suffixes)), "")


def _proposals(source: Source, found: list[Found], language: str) -> Iterator[Proposal]:
    if found and language in ("python", "script") and cut_off(source.text, python=language == "python"):
        yield guide(f"{source.path} ends in the middle of a statement", _CUT)
        found = [each._replace(share=0.0) for each in found]
    for number, each in enumerate(found[:MOST_SHOWN]):
        if number and found[0].share >= SURE and each.share < 0.02:
            return
        line = source.text.count("\n", 0, each.edit.start) + 1
        title = f"{each.edit.what} ({source.path}:{line})"
        yield edit(KIND, title, [source.change(each.text)], risk="low", sure=number == 0 and each.share >= SURE)


def _conflict(text: str) -> bool:
    """Tell whether a merge left its marks: a person must choose."""
    lines = text.split("\n")
    return any(line.startswith("<<<<<<< ") for line in lines) and any(line.startswith(">>>>>>> ") for line in lines)


def _resolve(path: str) -> Proposal:
    steps = (
        f"open {path} and choose between the two sides of each `<<<<<<<` ... `>>>>>>>`",
        "remove the three kinds of marks",
        "run the command again",
    )
    return guide(f"settle the merge conflict in {path}", steps)
