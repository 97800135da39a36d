"""What a template cannot say of a line: quotes, keyboards, words in another order. Each takes line, captures and place."""

from __future__ import annotations

import difflib
import re
import shlex
import unicodedata
from typing import Any

from . import data, hints, looks, manual

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .hints import Scene
    from .line import Line

    Function = Callable[[Scene], Iterator[str]]


def filled_name(name: str, line: Line) -> str:
    """Return the name of a list; `{0}` is the program, `{1}` its first argument."""
    return name.replace("{0}", line.program).replace("{1}", next(iter(line.arguments()), ""))


def quotes(scene: Scene) -> Iterator[str]:
    """Yield the line with a word that begins with one quote and ends with the other put right."""
    text = scene.line.text
    if "'" in text and '"' in text and not _is_closed(text):
        made = re.sub(r"""(^|[\s=])(["'])([^"']*)(["'])(?=\s|$)""", r'\1"\3"', text)
        if made != text and _is_closed(made):
            yield made


def _is_closed(text: str) -> bool:
    """Tell whether every quote that opens also closes."""
    return not re.search(r"""["']""", re.sub(r"""'[^']*'|"(?:[^"\\]|\\.)*"|\\.""", "", text, flags=re.DOTALL))


def closed(scene: Scene) -> Iterator[str]:
    """Yield the line with the mark at its end that the shell missed."""
    yield scene.line.text + scene.captures.get("mark", "")


def lower(scene: Scene) -> Iterator[str]:
    """Yield the program of a line in small letters, where a program of that name is known."""
    name = scene.line.program.lower()
    if name in data.names("programs") or name in hints.programs():
        yield name


def keyboard(scene: Scene) -> Iterator[str]:
    """Yield the line as it would read if the same keys had been struck with a Latin keyboard."""
    text = _strokes(scene.line.text)
    known = {*hints.programs(), *data.names("programs")}
    for layout in data.table().get("keyboards", ()):
        keys = dict(zip(layout["from"], layout["to"], strict=False))
        if all(char in keys or char.isascii() for char in text) and any(char in keys for char in text):
            made = "".join(keys.get(char, char) for char in text)
            program = made.split(maxsplit=1)[0] if made.split() else ""
            if made.isascii() and (program in known or layout.get("whole")):
                yield made


def _strokes(text: str) -> str:
    """Return a text with each Hangul syllable as the letters that were typed for it."""
    parts = data.table().get("hangul", {})
    leads, vowels, tails = (parts.get(name, ()) for name in ("leads", "vowels", "tails"))
    made = []
    for char in unicodedata.normalize("NFC", text):
        at = ord(char) - 0xAC00
        if 0 <= at < 11172 and leads:
            made += [leads[at // 588], vowels[at % 588 // 28], tails[at % 28]]
        else:
            made.append(char)
    return "".join(made)


def spaced(scene: Scene) -> Iterator[str]:
    """Yield the line with the space that is missing after a known program: `gitstatus`, `ls-la`."""
    lists: Mapping[str, Any] = data.table().get("lists", {})
    wrappers = dict.fromkeys(data.names("wrappers"), data.names("programs"))
    name = scene.line.words[0].value
    for program in sorted({**lists, **wrappers}, key=len, reverse=True):
        rest = name[len(program) :]
        if name.startswith(program) and len(rest) > 1 and rest in (*lists.get(program, ()), *wrappers.get(program, ())):
            yield f"{program} {scene.line.text[len(program) :]}"
            return


def flag_first(scene: Scene) -> Iterator[str]:
    """Yield the line with an option that stands after a file moved in front of it."""
    values = [word.value for word in scene.line.words]
    option = scene.captures.get("option", "")
    names = [at for at, value in enumerate(values) if at > 1 and not value.startswith("-")]
    if option in values and names and names[0] < values.index(option):
        raw = [word.raw for word in scene.line.words]
        raw.insert(names[0], raw.pop(values.index(option)))
        yield " ".join(raw)


def file_last(scene: Scene) -> Iterator[str]:
    """Yield the line with its first argument as its last one, where the other is what the tool took for a file."""
    names = [word for word in scene.line.words[1:] if not word.value.startswith("-")]
    if len(names) == 2 and names[1].value == scene.captures.get("path"):
        yield " ".join([*(word.raw for word in scene.line.words if word is not names[0]), names[0].raw])


def sed_ends(scene: Scene) -> Iterator[str]:
    """Yield the line with each `s` command that has no end ended."""
    text = scene.line.text
    for word in reversed(scene.line.words[1:]):
        found = re.fullmatch(r"(?:-e|--expression=)?s(?P<mark>[^\w\s\\])(?P<rest>.*)", word.value, re.DOTALL)
        if found is None or len(re.findall(rf"(?<!\\){re.escape(found['mark'])}", found["rest"])) != 1:
            continue
        at = word.end - 1 if word.raw[-1] in "'\"" else word.end
        text = text[:at] + found["mark"] + text[at:]
    if text != scene.line.text:
        yield text


def as_root(scene: Scene) -> Iterator[str]:
    """Yield the line under `sudo`, in a shell of its own where it has a redirection or several commands."""
    bare = re.sub(r"""'[^']*'|"(?:[^"\\]|\\.)*"|\\.""", "", scene.line.text)
    if not re.search(r"[<>|;&]", bare) or re.fullmatch(r"[^<>|;&]*(?:2>\s*(?:&1|/dev/null)\s*)+", bare):
        yield f"sudo {scene.line.text}"
    elif re.search(r"[$`\\!]", scene.line.text):
        yield f"sudo sh -c {shlex.quote(scene.line.text)}"
    else:
        inner = scene.line.text.replace('"', '\\"')
        yield f'sudo sh -c "{inner}"'


def spaces(scene: Scene) -> Iterator[str]:
    """Yield the line with plain spaces in place of those that a keyboard or a web page put in."""
    yield re.sub(r"[\u00a0\u2007\u202f]", " ", scene.line.text)


def upper_option(scene: Scene) -> Iterator[str]:
    """Yield the line with the first letter of its first option as a capital: the operation of a package manager."""
    found = re.search(r"(?<=\s-)[surqfdvt]", scene.line.text)
    if found:
        yield scene.line.text[: found.start()] + found[0].upper() + scene.line.text[found.end() :]


def each_near(scene: Scene) -> Iterator[str]:
    """Yield the line with each of its unknown words replaced by the closest of the known ones."""
    known = re.findall(r"^\s+([\w.-]+)", scene.captures.get("right", ""), re.MULTILINE)
    text = scene.line.text
    for word in reversed(scene.line.words[1:]):
        head = re.split(r"[:=]", word.value, maxsplit=1)[0]
        if head in scene.captures.get("choices", "").split():
            close = difflib.get_close_matches(head, known, 1, 0.5)
            if not close or not word.raw.startswith(head):
                return
            text = text[: word.start] + close[0] + word.raw[len(head) :] + text[word.end :]
    if text != scene.line.text:
        yield text


TABLE: dict[str, Function] = {
    "quotes": quotes, "closed": closed, "lower": lower,
    "keyboard": keyboard, "spaced": spaced, "flag_first": flag_first, "file_last": file_last,
    "sed_ends": sed_ends, "as_root": as_root, "spaces": spaces, "upper_option": upper_option, "each_near": each_near,
    "help_commands": manual.commands, "help_options": manual.options,
    "folders": looks.folders, "program": looks.program, "scripts": looks.scripts,
    "script_of": looks.script_of, "devices": looks.devices, "branches": looks.branches,
    "remotes": looks.remotes, "there": looks.there, "absent": looks.absent,
    "unexecutable": looks.unexecutable, "runs_here": looks.runs_here, "has_gradlew": looks.has_gradlew,
    "virtualenvs": looks.virtualenvs, "repository": looks.repository, "tasks": looks.tasks,
}  # fmt: skip
"""The functions that a rule may name."""
