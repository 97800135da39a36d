"""The Node packages that a tool says it cannot find: an import, a preset, a plugin, the types of a module."""

from __future__ import annotations

import re

from ... import tables
from .missing import NODE_NAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGE = (
    re.compile(r"[Cc]annot find (?:module|package|dependency) ['\"`](?P<name>[^'\"`\s]+)['\"`]"),
    re.compile(
        r"(?:[Cc]an't|[Cc]ould not|[Cc]annot|[Ff]ailed to) resolve (?:import |module )?['\"`](?P<name>[^'\"`\s]+)['\"`]"
    ),
    re.compile(r"Preset ['\"]?(?P<name>[@\w./-]+)['\"]? (?:not found|is invalid)"),
    re.compile(r"Test environment ['\"]?(?P<name>[@\w./-]+)['\"]? cannot be found"),
    re.compile(r"Module ['\"]?(?P<name>[@\w./-]+)['\"]? in the \"?\w+\"? option was not found"),
    re.compile(r"missing: (?P<name>(?:@[\w.~-]+/)?[\w.~-]+)@"),
    re.compile(r"UNMET DEPENDENCY (?P<name>(?:@[\w.~-]+/)?[\w.~-]+)@"),
    re.compile(r"Could not find \"(?P<name>(?:@[\w.-]+/)?stylelint-[\w./-]+)\""),
    re.compile(r"couldn't find the plugin \"(?P<name>[^\"\s]+)\""),
)
_CONFIG = re.compile(r"couldn't find the config \"(?P<name>[^\"\s]+)\" to extend from")
_TYPES = (
    re.compile(r"Could not find a declaration file for module ['\"](?P<name>[^'\"\s]+)['\"]"),
    re.compile(r"Cannot find type definition file for ['\"](?P<name>[^'\"\s]+)['\"]"),
)


def missing(text: str) -> Iterator[str]:
    """Yield the names of the packages that a text says are not found; what is no package name is passed over."""
    for match in (found for one in _PACKAGE for found in one.finditer(text)):
        yield from package(match["name"])
    for match in _CONFIG.finditer(text):
        yield from package(_eslint_config(match["name"]))
    for match in (found for one in _TYPES for found in one.finditer(text)):
        for name in package(match["name"]):
            yield f"@types/{name.removeprefix('@').replace('/', '__')}"
            if _is_types_file(match):
                yield name


def _is_types_file(match: re.Match[str]) -> bool:
    """Tell whether a compiler misses a package of types itself (`types: ["vitest/globals"]`), not those of a module."""
    return match.re is _TYPES[1]


def package(specifier: str) -> Iterator[str]:
    """Yield the package of an import's specifier; nothing for a path, an alias or a part of Node."""
    if specifier.startswith((".", "/", "#", "~/", "@/", "node:")) or ":" in specifier or "\\" in specifier:
        return
    name = "/".join(specifier.split("/")[: 2 if specifier.startswith("@") else 1])
    builtin = tables.table("packages").get("node", {}).get("builtin", ())
    if NODE_NAME.fullmatch(name) and specifier.removesuffix("/") not in builtin and name not in ("node_modules", "src"):
        yield name


def _eslint_config(name: str) -> str:
    scope, slash, rest = name.partition("/")
    if name.startswith("@"):
        return f"{scope}/eslint-config{f'-{rest}' if slash and not rest.startswith('eslint-config') else ''}"
    return name if name.startswith("eslint-config") else f"eslint-config-{scope}"
