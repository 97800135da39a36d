"""Which hooks healkit wants in a Claude Code settings file, and what stands there: ours, a plugin, a dangerous one."""

from __future__ import annotations

import os
import re
from typing import Any

from . import launcher, paths, settings
from .jsonpos import Node
from .records import HealkitError, Record
from .settings import Edit

TIMEOUT = 5
RULE = "Bash(healkit fix:*)"

HOOKS = (
    ("PostToolUse", "Bash", False),
    ("PostToolUse", "Edit|Write", True),
    ("PostToolUseFailure", "Bash", False),
    ("SessionStart", "compact|startup|resume", False),
    ("SessionEnd", "", False),
)
"""Event, matcher ("" = all), and whether the client need not wait. Old clients turn all hooks off at one name that they
do not know, so only what is needed stands here."""

BEFORE = ("PreToolUse", "Bash", False)
"""The hook that runs before every command; registered only where it is asked for."""

_QUOTED = re.compile(r'(["\\$`])')
_OURS = re.compile(r'"(?:[^"\\]|\\.)*/' + re.escape(launcher.NAME) + '"', re.S)
_HANDLER_DEPTH = 4
"""hooks > EVENT > group > "hooks" > handler"""
_INJECTION = re.compile(r"\$\{tool\.")


class Entry(Record):
    """One of our handlers in a settings file: its event, its group's matcher, and the two places in the lists."""

    event: str
    matcher: str
    command: str
    is_async: bool
    group: int
    handler: int


class Injection(Record):
    """A hook command that pastes a tool's output into a shell line: whoever writes the output runs commands."""

    path: str
    where: str
    command: str


def config_folder() -> str:
    """Return the client's own folder: CLAUDE_CONFIG_DIR, else ~/.claude; empty when there is no home."""
    given = paths.env("CLAUDE_CONFIG_DIR").rstrip("/")
    if given.startswith("/"):
        return given
    return f"{paths.home()}/.claude" if paths.home() else ""


def settings_path(scope: str, root: str) -> str:
    """Return the settings file of a scope, `user` or `project`.

    Raises:
        HealkitError: there is no such place: no home, or no project.
    """
    if scope == "user":
        if not config_folder():
            raise HealkitError("there is no home folder", do="Set HOME to a folder of yours.")
        return f"{config_folder()}/settings.json"
    if not root:
        do = "Go into a project's folder, or use --user to install for all your projects."
        raise HealkitError("this folder is no project", where=os.getcwd(), do=do)
    return f"{root}/.claude/settings.local.json"


def settings_files(root: str) -> list[tuple[str, str]]:
    """Return (scope, path) of every settings file that the client reads for a project, those that are not there too."""
    found = [("user", f"{config_folder()}/settings.json")] if config_folder() else []
    if root:
        found += [("shared", f"{root}/.claude/settings.json"), ("project", f"{root}/.claude/settings.local.json")]
    return found


def command_for(path: str, event: str) -> str:
    """Return the shell command of one event; a launcher that is gone leaves silence and exit status 0."""
    quoted = '"' + _QUOTED.sub(r"\\\1", path) + '"'
    return f"[ -x {quoted} ] && {quoted} {event} || :"


def wanted(path: str, before: bool = False) -> list[tuple[str, dict[str, Any]]]:
    """Return (event, group) of all hooks that we register for a launcher, the one before commands too if that is wanted."""
    found = []
    for event, matcher, is_async in (*HOOKS, BEFORE) if before else HOOKS:
        handler: dict[str, Any] = {"type": "command", "command": command_for(path, event), "timeout": TIMEOUT}
        if is_async:
            handler["async"] = True
        group = {"matcher": matcher, "hooks": [handler]} if matcher else {"hooks": [handler]}
        found.append((event, group))
    return found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def ours(value: Any) -> list[Entry]:
    """Return our handlers in a settings file's value, of any version and any launcher folder, in order."""
    found = []
    for event, groups in _dict(_dict(value).get("hooks")).items():
        for i, group in enumerate(_list(groups)):
            for j, handler in enumerate(_list(_dict(group).get("hooks"))):
                command = _dict(handler).get("command")
                if isinstance(command, str) and _OURS.search(command):
                    matcher = str(_dict(group).get("matcher") or "")
                    is_async = _dict(handler).get("async") is True
                    found.append(
                        Entry(event=event, matcher=matcher, command=command, is_async=is_async, group=i, handler=j)
                    )
    return found


def is_wired(value: Any, path: str) -> bool:
    """Tell whether exactly the hooks that we want for a launcher stand in a settings file's value, with BEFORE or without."""
    there = sorted((e.event, e.matcher, e.is_async, e.command) for e in ours(value))
    hooks = (*HOOKS, BEFORE) if speaks_before(value) else HOOKS
    return there == sorted((event, m, is_async, command_for(path, event)) for event, m, is_async in hooks)


def speaks_before(value: Any) -> bool:
    """Tell whether our hook before commands stands in a settings file's value."""
    return any(entry.event == BEFORE[0] for entry in ours(value))


def has_rule(value: Any) -> bool:
    """Tell whether a settings file's value lets `healkit fix` run unasked."""
    return RULE in _list(_dict(_dict(value).get("permissions")).get("allow"))


def add(text: str, path: str, additions: list[tuple[tuple[str, ...], Any]]) -> tuple[str, list[Edit], list[str]]:
    """Append values to lists in a settings file, making the objects and lists on the way.

    Args:
        text: the file's text, a JSON object.
        path: its name, for errors.
        additions: (keys down to the list, what to append).

    Returns:
        The new text, the insertions in order, and the dotted names of the containers that were made.

    Raises:
        HealkitError: something on the way is not the object or list that it must be.
    """
    edits: list[Edit] = []
    made: list[str] = []
    for keys, value in additions:
        root = settings.parse(text, path)
        node, depth = _descend(root, keys, text, path)
        made += [".".join(keys[: i + 1]) for i in range(depth, len(keys))]
        key, content = None, value
        if depth < len(keys):
            content = [value]
            for name in reversed(keys[depth + 1 :]):
                content = {name: content}
            key = keys[depth]
        edits.append(settings.insertion(text, root, node, key, content))
        text = settings.apply(text, edits[-1])
    return text, edits, made


def _descend(root: Node, keys: tuple[str, ...], text: str, path: str) -> tuple[Node, int]:
    """Return the deepest container on the way that is there, and how many keys lead to it."""
    node = root
    for depth, key in enumerate(keys):
        member = node.member(key)
        if member is None:
            return node, depth
        below = member.node
        kind = list if depth + 1 == len(keys) else dict
        if not isinstance(below.value, kind):
            name = ".".join(keys[: depth + 1])
            what = f"`{name}` must be {'a list' if kind is list else 'an object'}"
            where = f"{path}:{settings.position(text, below.start)}"
            raise HealkitError(what, where=where, do="Correct it first; nothing was changed.")
        node = below
    return node, len(keys)


def remove(text: str, path: str, made: list[str] | None, rule: bool) -> str:
    """Return the text without our handlers, and without what only they needed.

    Args:
        text: the file's text, a JSON object.
        path: its name, for errors.
        made: dotted names of the containers that we made and may take away when empty; None = not known, so all.
        rule: take our permission rule away too.
    """
    while found := ours(settings.parse(text, path).value):
        entry = found[-1]
        steps: list[str | int] = ["hooks", entry.event, entry.group, "hooks", entry.handler]
        text = _prune(text, path, steps, made)
    if rule:
        allowed = _list(_dict(settings.parse(text, path).value.get("permissions")).get("allow"))
        if RULE in allowed:
            text = _prune(text, path, ["permissions", "allow", allowed.index(RULE)], made)
    return text


def _prune(text: str, path: str, steps: list[str | int], made: list[str] | None) -> str:
    """Cut one value, or the largest container around it that would be empty then and is ours to take."""
    node = settings.parse(text, path)
    way: list[tuple[Node, int]] = []
    for step in steps:
        index = step if isinstance(step, int) else max(i for i, m in enumerate(node.members) if m.key == step)
        way.append((node, index))
        node = settings.entries(node)[index][1]
    last = len(steps) - 1
    while last and len(settings.entries(way[last][0])) == 1:
        if last == _HANDLER_DEPTH:
            last -= 2  # a group without handlers is nothing, whatever its matcher
        elif made is None or ".".join(map(str, steps[:last])) in made:
            last -= 1
        else:
            break
    return settings.cut(text, *way[last])


def injections(text: str, path: str) -> list[Injection]:
    """Return the hook commands of a settings file that paste tool output into a shell line; [] for broken JSON."""
    try:
        hooks = settings.parse(text, path).member("hooks")
    except HealkitError:
        return []
    found: list[Injection] = []
    stack = [hooks.node] if hooks else []
    while stack:
        node = stack.pop()
        stack += [below for _, below in settings.entries(node)]
        if isinstance(node.value, str) and _INJECTION.search(node.value):
            where = f"{path}:{settings.position(text, node.start)}"
            found.append(Injection(path=path, where=where, command=node.value))
    return found


def plugin_enabled(value: Any) -> bool:
    """Tell whether a settings file's value switches healkit's plugin form on."""
    enabled = _dict(_dict(value).get("enabledPlugins"))
    return any(name.partition("@")[0] == "healkit" and on is True for name, on in enabled.items())


def text_of(path: str) -> str:
    """Return a settings file's text for a look, empty when it cannot be read."""
    return paths.read_small(path, 1 << 24).decode("utf-8", "replace")


def value_of(text: str, path: str) -> dict[str, Any]:
    """Return a settings text's value for a look, empty when it is broken."""
    try:
        value: dict[str, Any] = settings.parse(text, path).value if text.strip() else {}
    except HealkitError:
        return {}
    return value
