"""The sources of settings, read one after the other, weakest first, into one set of values with their origins."""

from __future__ import annotations

import os
import re
import stat

from .. import paths
from ..entries import Problem, parse_json
from .settings import SETTINGS, stricter, suggest, typed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

FILE = "config.toml"
_LIMIT = 1 << 20
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


class Merge:
    """The values while they are put together, weakest source first."""

    def __init__(self, root: str, trusted: bool) -> None:
        self.root, self.trusted = root, trusted
        self.values = {key: setting.default for key, setting in SETTINGS.items()}
        self.origins = dict.fromkeys(SETTINGS, "default")
        self.problems: list[Problem] = []

    def note(self, what: str, where: str, do: str = "", level: str = "warning") -> None:
        self.problems.append(Problem(what=what, where=where, do=do, level=level))

    def take(self, key: str, value: object, origin: str, where: str, *, project: bool) -> None:
        setting = SETTINGS[key]
        try:
            value = typed(setting, value)
            if key == "learning.pattern_file" and value:
                _check_pattern_file(self.root, str(value))
        except ValueError as error:
            self.note(f"`{key}` {error}", where, f"{self.values[key]!r} is used instead", "error")
            return
        if project and setting.own:
            self.note(f"`{key}` is not read from a project", where, f"set it in {paths.config_dir()}/{FILE}")
            return
        if project and not self.trusted:
            allowed = stricter(setting, self.values[key], value)
            if allowed is None:
                if value != self.values[key]:
                    self.note(
                        f"`{key}` is ignored: the project is not trusted", where, "look at it, then `healkit trust`"
                    )
                return
            value = allowed
        self.values[key], self.origins[key] = value, f"{origin} ({where})" if where else origin


def _check_pattern_file(root: str, name: str) -> None:
    path = os.path.realpath(os.path.join(root, name))
    if not root or not path.startswith(os.path.realpath(root) + "/"):
        raise ValueError("must name a file inside the project")
    if not path.endswith(".json"):
        raise ValueError("must end in .json")
    if os.path.lexists(path):
        text = _read(path)
        value = parse_json(text, path)[0] if text else None
        if not isinstance(value, dict) or not isinstance(value.get("patterns"), list):
            raise ValueError("must name a file that is absent or a valid pattern file")


def _read(path: str) -> str | None:
    """Return a file's text, or None when it is no regular file of at most 1 MB."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(found.st_mode) or found.st_size > _LIMIT:
        return None
    return paths.read_small(path, _LIMIT).decode("utf-8", "replace").removeprefix("\ufeff")


def _line(text: str, table: str, key: str) -> int:
    """Return the line of a key in TOML or JSON text, counted from 1; 1 when it is written in an unusual way."""
    inside, best = False, 0
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\s*([\w.\"' -]+?)\s*\]|\s*[\"']?([\w-]+)[\"']?\s*[:=]\s*\{", line):
            inside = (header[1] or header[2]).strip("\"'") == table
            best = best or number * inside
        if inside and key and re.search(rf"(?:^|[{{,\s])[\"']?{re.escape(key)}[\"']?\s*[=:]", line):
            return number
        if key and re.match(rf"\s*{re.escape(table)}\.{re.escape(key)}\s*=", line):
            return number
    return best or 1


def take_toml(merge: Merge, path: str, origin: str, *, project: bool) -> None:
    text = _read(path)
    if text is None:
        if os.path.lexists(path):
            merge.note("cannot be read", path, "it must be a regular file of at most 1 MB", "error")
        return
    import tomllib

    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        where = f"{path}:{place[1]}:{place[2]}" if place else f"{path}:{text.count(chr(10)) + 1}"
        merge.note(
            f"not valid TOML: {str(error).partition(' (at')[0]}",
            where,
            "correct it; until then it is not used",
            "error",
        )
        return
    except RecursionError:
        merge.note("not valid TOML: nested too deeply", path, level="error")
        return
    _take_tables(merge, tables, lambda table, key: f"{path}:{_line(text, table, key)}", origin, project=project)


def _take_tables(
    merge: Merge, tables: Mapping[str, Any], place: Callable[[str, str], str], origin: str, *, project: bool
) -> None:
    for table, content in tables.items():
        known = [key.partition(".")[2] for key in SETTINGS if key.startswith(f"{table}.")]
        if not known:
            names = sorted({key.partition(".")[0] for key in SETTINGS})
            merge.note(f"unknown table `{table}`", place(table, ""), suggest(table, names))
        elif not isinstance(content, dict):
            merge.note(f"`{table}` must be a table", place(table, ""), f"write [{table}] on a line of its own", "error")
        else:
            for key, value in content.items():
                if key in known:
                    merge.take(f"{table}.{key}", value, origin, place(table, key), project=project)
                else:
                    merge.note(f"unknown key `{table}.{key}`", place(table, key), suggest(key, known))


_LEARNER = {
    "maxPatterns": ("learning.max_patterns", 1.0),
    "pruneAge": ("learning.prune_days", 1 / 86_400_000),
    "minConfidence": ("learning.min_confidence_percent", 100.0),
    "similarityThreshold": ("learning.similarity_percent", 100.0),
}
"""The learner's settings of spec/3: our key, and what one of their units is in ours."""


def take_json(merge: Merge, path: str, block: str) -> None:
    """Take the `learning` block of spec/2's error-patterns.json, or the settings of spec/3's hooks.json."""
    text = _read(path)
    data = parse_json(text, path)[0] if text else None  # what is wrong with a pattern file, `patterns check` says
    if not isinstance(data, dict):
        return
    if block == "learning":
        found = data.get("learning")
        tables = {"learning": found} if isinstance(found, dict) else {}
        _take_tables(merge, tables, lambda t, k: f"{path}:{_line(text or '', t, k)}", "spec/2 JSON", project=True)
        return
    fallback, recovery = (t if isinstance(t, dict) else {} for t in (data.get("fallback"), data.get("recovery")))
    values = {"recovery.enabled": fallback.get("enabled"), "recovery.max_attempts": fallback.get("maxRetries")}
    if isinstance(recovery.get("autoFix"), bool):
        asks = recovery.get("requireConfirmation", True) is not False
        values["policy.mode"] = "suggest" if not recovery["autoFix"] else "ask" if asks else "auto"
    learner = data.get("learning")
    if isinstance(learner, dict):
        for name, (key, unit) in _LEARNER.items():
            given = learner.get(name)
            if isinstance(given, int | float) and not isinstance(given, bool):
                values[key] = round(given * unit)
    for key, value in values.items():
        if value is not None:
            merge.take(key, value, "spec/3 JSON", path, project=True)


def take_environment(merge: Merge, environ: Mapping[str, str]) -> None:
    names = {f"HEALKIT_{key.replace('.', '_').upper()}": key for key in SETTINGS}
    tables = tuple({name.rpartition(key.partition(".")[2].upper())[0] for name, key in names.items()})
    for name, text in environ.items():
        if name in names:
            default = SETTINGS[names[name]].default
            merge.take(names[name], _from_text(default, text), "environment", name, project=False)
        elif name.startswith(tables):
            merge.note(f"unknown variable {name}", "environment", suggest(name, list(names)))


def _from_text(default: object, text: str) -> object:
    """Return a variable's text as what its key holds; what does not fit stays text and is refused by the type."""
    if isinstance(default, bool):
        lowered = text.strip().lower()
        return True if lowered in _TRUE else False if lowered in _FALSE else text
    if isinstance(default, int):
        return int(text) if re.fullmatch(r"\s*-?\d{1,18}\s*", text) else text
    if isinstance(default, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text
