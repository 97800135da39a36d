"""What a command line runs: its programs, without running or expanding anything. The words come from `memory/commands.json`."""

from __future__ import annotations

from . import paths, wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SEPARATORS = ("&&", "||", "|&", ";", "|", "&", "\n", "(", ")", "{", "}")
_table: dict[str, Any] | None = None


def table() -> dict[str, Any]:
    """Return the shipped word list: `wrappers`, `quiet_exits`, `quiet_everywhere`."""
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
        base = [words[0].rpartition("/")[2], *words[1:3]]
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
    """Return the names of the programs that a command line runs, in order, wrappers and what they run both."""
    found: dict[str, None] = {}
    for words in split(command):
        inner = unwrap(words)
        for part in (words, inner):
            if part:
                found[part[0].rpartition("/")[2]] = None
    return list(found)


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
