"""What a command line runs: its programs, without running or expanding anything. The words come from `memory/commands.json`."""

from __future__ import annotations

from . import paths, wire
from .compiled import get

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

_SEPARATORS = ("&&", "||", "|&", ";", "|", "&", "\n", "(", ")", "{", "}")
_CD = r"cd\s+(?P<folder>'[^']*'|\"[^\"]*\"|[^\s;&|]+)\s*(?:&&|;)\s*"
_ASSIGNMENT = r"[A-Za-z_]\w*=(?:'[^']*'|\"[^\"]*\"|[^\s'\"]*)\s+"
_TAIL = r"\s*(?:\d?>&\d|\d?>\s*/dev/null|\|&?\s*(?:head|tail|cat|tee)\b[^|;&]*|(?:;|\|\|)\s*(?:true|:)|;\s*echo\b[^;&|]*)\s*$"
PATTERNS = ((_CD, 0), (_ASSIGNMENT, 0), (_TAIL, 0))
_table: dict[str, Any] | None = None


def table() -> dict[str, Any]:
    """Return the shipped word list: `wrappers`, `quiet_exits`, `quiet_everywhere`, `harmless`, `never_repeat` ..."""
    global _table
    if _table is None:
        try:
            _table = wire.loads(paths.read_small(f"{paths.share_dir()}/memory/commands.json"))
        except ValueError:
            _table = {}
    return _table or {}


def split(command: str) -> list[list[str]]:
    """Return the words of each simple command of a command line, in order.

    Quotes are taken off, redirections and assignments in front are dropped, nothing is expanded. An unfinished quote
    reaches to the end. It is a reader's view, good enough to know the programs, and never the basis of running anything.
    """
    commands: list[list[str]] = [[]]
    word, quote, had = [], "", False
    text = command[:20_000]
    at = 0
    while at < len(text):
        char = text[at]
        if quote:
            if char == quote:
                quote = ""
            elif char == "\\" and quote == '"' and at + 1 < len(text):
                at += 1
                word.append(text[at])
            else:
                word.append(char)
        elif char in "'\"":
            quote, had = char, True
        elif char == "\\" and at + 1 < len(text):
            at += 1
            if text[at] != "\n":
                word.append(text[at])
        elif char in " \t\n;|&(){}" and not _is_inner_brace(char, word, text, at):
            _finish(commands, word, had)
            word, had = [], False
            if char not in " \t" and (text[at - 1 : at] != ">" or char != "&"):
                commands.append([])
        else:
            word.append(char)
        at += 1
    _finish(commands, word, had)
    return [found for words in commands if (found := _without_redirections(words))]


def _is_inner_brace(char: str, word: list[str], text: str, at: int) -> bool:
    return char in "{}" and (bool(word) or text[at + 1 : at + 2] not in (" ", "\t", "\n", ";", ""))


def _finish(commands: list[list[str]], word: list[str], quoted: bool) -> None:
    if word or quoted:
        commands[-1].append("".join(word))


def _without_redirections(words: list[str]) -> list[str]:
    kept: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
            continue
        bare = word.lstrip("0123456789&")
        if bare.startswith((">", "<")):
            skip = not bare.strip("<>&|")
            continue
        name, equals, _ = word.partition("=")
        if not kept and equals and name.replace("_", "a").isalnum() and not name[:1].isdigit():
            continue
        kept.append(word)
    return kept


def unwrap(words: list[str]) -> list[str]:
    """Return a simple command without what merely runs it: `sudo`, `npx`, `uv run`, `python -m` ... and their options."""
    wrappers = table().get("wrappers", {})
    for _ in range(6):
        if not words:
            return words
        base = [_versionless(_name(words[0])), *words[1:3]]
        taken = next((wrappers[key] for n in (3, 2, 1) if (key := " ".join(base[:n])) in wrappers), 0)
        if not taken or len(words) <= taken:
            return words
        words = words[taken:]
        while len(words) > 1 and (
            words[0].startswith("-") or ("=" in words[0] and "/" not in words[0].partition("=")[0])
        ):
            words = words[1:]
    return words


def programs(command: str) -> list[str]:
    """Return the names of the programs that a command line runs, in order, wrappers and what they run both.

    A name with a version is followed by the plain one: `python3.11`, `python`.
    """
    found: dict[str, None] = {}
    for words in split(command):
        inner = unwrap(words)
        for part in (words, inner):
            if part:
                name = _name(part[0])
                found[name] = found[_versionless(name)] = None
    return list(found)


def shows(command: str) -> list[str]:
    """Return the programs of a command line that only shows files (`cat build.log | grep -i error`); empty for any other.

    What such a command prints was said by somebody else, at another time; only its own complaints are a failure of it.
    """
    names = [_name(words[0]) for words in split(command) if words]
    known = table().get("shows_files", ())
    return names if names and all(name in known for name in names) else []


def is_quiet_exit(command: str, exit_code: int) -> bool:
    """Tell whether an exit code is an answer and no failure: `grep` without a match, `diff` with a difference."""
    words = table()
    if exit_code in words.get("quiet_everywhere", ()):
        return True
    simple = split(command)
    if not simple:
        return False
    last = unwrap(simple[-1]) or simple[-1]
    quiet = words.get("quiet_exits", {})
    name = last[0].rpartition("/")[2]
    for key in (" ".join([name, *last[1:2]]), name):
        if key in quiet:
            return exit_code in quiet[key]
    return False


SHELLS = ("sh", "bash", "zsh", "dash", "ksh", "fish")
AS_ROOT = ("sudo", "doas", "su")


def _simple(argv: Sequence[str]) -> list[list[str]]:
    """Return the simple commands that an argv runs: those of a shell's `-c` line, else the argv itself."""
    words = list(argv)
    if len(words) > 2 and _name(words[0]) in SHELLS and words[1].startswith("-") and words[1].endswith("c"):
        return split(words[2])
    return [words] if words else []


def _name(word: str) -> str:
    return word.rpartition("/")[2]


def _versionless(name: str) -> str:
    """Return a program's name without its version: `python3.11` and `pip3` are `python` and `pip`."""
    bare = name.rstrip("0123456789.")
    return bare if bare in ("python", "pip", "pypy") else name


def is_repeatable(argv: Sequence[str], more: Iterable[str] = ()) -> bool:
    """Tell whether a command may be run again without asking what it does: it does not push, publish, deploy, migrate, delete.

    Args:
        argv: its words; a shell's `-c` line is looked through.
        more: further commands that are never repeated, each the first words of one (`make rollout`, `./ship.sh`).
    """
    never = table().get("never_repeat", {})
    further = [line.split() for line in more]
    for words in _simple(argv):
        inner = unwrap(list(words))
        for part in (words, inner):
            if any(line and [_name(part[0]), *part[1 : len(line)]] == [_name(line[0]), *line[1:]] for line in further):
                return False
        if _is_listed(words, never) or _is_listed(inner, never) or _is_risky(inner):
            return False
    return True


def _is_listed(words: Sequence[str], programs: Mapping[str, Sequence[str]]) -> bool:
    """Tell whether the program, or the script that it runs, is in a table with one of its words (or with none: always)."""
    for at in (0, 1):
        name = _versionless(_name(words[at])) if at < len(words) else ""
        if name not in programs or (at == 1 and _versionless(_name(words[0])) not in table().get("runs_scripts", ())):
            continue
        marks = programs[name]
        if not marks or any(_is_marked(word, marks) for word in words[at + 1 : at + 12]):
            return True
    return False


def _is_marked(word: str, marks: Sequence[str]) -> bool:
    if not word.startswith("-"):
        return word in marks
    if word.startswith("--"):
        return any(word.partition("=")[0].startswith(mark) for mark in marks if mark.startswith("--"))
    return any(mark[1] in word[1:] for mark in marks if len(mark) == 2 and mark[0] == "-")


def _is_risky(words: Sequence[str]) -> bool:
    """Tell whether a script or target is called like something that must not happen twice."""
    if not words:
        return False
    known, program = table(), _versionless(_name(words[0]))
    names = [program] if "/" in words[0] or "." in program else []
    if program in known.get("runs_names", ()):
        names += [word for word in words[1:8] if not word.startswith("-")]
    if program in known.get("runs_scripts", ()) and words[1:2] not in (["-c"], ["-e"], ["-m"]):
        names += [_name(word) for word in words[1:4] if not word.startswith("-")][:1]
    return any(_is_risky_name(name) for name in names)


def _is_risky_name(name: str) -> bool:
    parts = "".join(char if char.isalnum() else " " for char in name.lower()).split()
    known = table()
    return any(part in known.get("risky_words", ()) for part in parts) and not any(
        part in known.get("plain_words", ()) for part in parts
    )


def is_harmless(argv: Sequence[str]) -> bool:
    """Tell whether a command may be run on a guess: all its programs only look, compile, lint or test, and may be repeated."""
    commands = _simple(argv)
    if not commands or not is_repeatable(argv):
        return False
    known = table()
    for words in commands:
        if _name(words[0]) in AS_ROOT:
            return False
        inner = unwrap(list(words))
        if not inner or any(word.partition("=")[0] in known.get("harmful_options", ()) for word in inner[1:]):
            return False
        if inner[0] != "cd" and not _is_in_table(inner, known):
            return False
    line = argv[2] if len(argv) > 2 and _name(argv[0]) in SHELLS else ""
    return ">" not in line.replace("2>&1", "").replace(">/dev/null", "")


def _is_in_table(words: Sequence[str], known: Mapping[str, Any]) -> bool:
    name = _versionless(_name(words[0]))
    plain = [word for word in words[1:] if not word.startswith(("-", "+"))]
    if len(plain) == 1 and plain[0] in known.get("harmless_alone", {}).get(name, ()):
        return all(word == plain[0] or word in ("-a", "-v", "-vv", "-r", "-l", "--list", "--all") for word in words[1:])
    allowed = known.get("harmless", {}).get(name)
    return allowed is not None and (not allowed or (bool(plain) and plain[0] in allowed))


def trim(command: str) -> str:
    """Return a command line without what only moves its output or hides its status at the end."""
    text = command.strip()
    while any(char in text for char in "|;>") and (found := get(_TAIL).search(text)):
        text = text[: found.start()]
    return text


def command_key(command: str, cwd: str = "") -> str:
    """Return what makes two command lines the same command: the folder, the program's name and its arguments.

    A leading `cd X &&` moves into the folder; assignments before the program, and what only moves output about
    (`2>&1`, `| tail -5`, `; echo $?`), are left away. Empty for an empty command.
    """
    text, folder = trim(command), cwd
    while text.startswith("cd") or "=" in text:  # else the expressions need not be loaded
        found = get(_CD).match(text) or get(_ASSIGNMENT).match(text)
        if not found:
            break
        if "folder" in found.re.groupindex:
            folder = paths.join(folder, found["folder"].strip("'\""))
        text = text[found.end() :]
    program, *rest = text.split() or [""]
    words = " ".join([_name(program) or program, *rest])
    return f"{folder}\n{words}" if words else ""
