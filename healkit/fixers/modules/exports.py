"""What a JavaScript or TypeScript file exports, and what it declares without exporting it."""

from __future__ import annotations

import re

from ...records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .scan import Script

_WORD = r"[A-Za-z_$][\w$]*"
_DECLARATION = re.compile(
    r"(?<![\w$.])(?P<export>export\s+(?P<default>default\s+)?)?(?P<head>(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?)"
    rf"(?P<kind>function\s*\*?|class|const\s+enum|enum|interface|type|namespace|module|const|let|var)\s*(?<=[\s*])(?P<name>{_WORD}|\{{|\[)"
)
_EXPORT_LIST = re.compile(r"(?<![\w$.])export\s*(?P<type>type\s*)?\{(?P<names>[^{}]*)\}(?!\s*from\b)")
_EXPORT_DEFAULT = re.compile(
    rf"(?<![\w$.])export\s+default\s+(?:(?:async\s+)?(?:function\s*\*?|class)\s+)?(?P<name>{_WORD})?"
)
_EXPORT_EQUALS = re.compile(rf"(?<![\w$.])export\s*=\s*(?P<name>{_WORD})?")
_ITEM = re.compile(rf"(?:type\s+(?!as\b))?({_WORD})(?:\s+as\s+({_WORD}))?")
_CJS_NAME = re.compile(
    rf"(?<![\w$.])(?:module\s*\.\s*)?exports\s*\.\s*(?P<name>{_WORD})\s*=(?!=)\s*(?P<value>{_WORD})?"
)
_CJS_DEFINE = re.compile(r"Object\.defineProperty\(\s*(?:module\.)?exports\s*,\s*['\"]")
_CJS_WHOLE = re.compile(rf"(?<![\w$.])module\s*\.\s*exports\s*=(?!=)\s*(?:exports\s*=\s*)?(?P<value>\{{|{_WORD})?")


class Declared(Record):
    """A name declared at the top level: where the statement starts, what kind it is, whether it is the only one there."""

    name: str
    start: int
    kind: str
    alone: bool = True
    exported: bool = False


class Exports(Record):
    """What a file exports by itself.

    `names`: exported name to local name (`""` unknown). `default`: the local name of the default export (`""` when it has
    none), None = no default. `passed`: name to (module, name there). `stars`: the modules of `export *`.
    `style`: `esm`, `cjs`, or empty for a file without exports. `whole`: CommonJS exports one value (its name).
    `complete`: nothing is exported in a way that was not understood. `list_at`: the place behind the `{` of an export list,
    `object_at`: the same of `module.exports = {`.
    """

    names: Mapping[str, str] = {}
    default: str | None = None
    passed: Mapping[str, tuple[str, str]] = {}
    stars: Sequence[str] = ()
    style: str = ""
    whole: str | None = None
    complete: bool = True
    list_at: int = -1
    object_at: int = -1
    declared: Mapping[str, Declared] = {}


def read(script: Script) -> Exports:
    """Return a file's exports and declarations."""
    declared = {one.name: one for one in _declarations(script)}
    names = {one.name: one.name for one in declared.values() if one.exported}
    default: str | None = None
    list_at = -1
    for found in _top(script, _EXPORT_LIST):
        if not found["type"]:
            list_at = found.start("names")
        for item in _ITEM.finditer(found["names"]):
            names[item[2] or item[1]] = item[1]
    for found in _top(script, _EXPORT_DEFAULT):
        default = (
            "" if found["name"] in ("function", "class", "async", "new", "await", "typeof") else found["name"] or ""
        )
    for found in _top(script, _EXPORT_EQUALS):
        default = found["name"] or ""
    if "default" in names:
        default = names.pop("default")
    passed, stars = _passed_on(script)
    if "default" in passed:
        default = ""
    if names or passed or stars or default is not None:
        return Exports(
            names=names, default=default, passed=passed, stars=stars, style="esm", list_at=list_at, declared=declared
        )
    return _commonjs(script, declared)


def _top(script: Script, form: re.Pattern[str]) -> Iterator[re.Match[str]]:
    return (found for found in form.finditer(script.code) if script.depth(found.start()) == 0)


def _declarations(script: Script) -> Iterator[Declared]:
    code = script.code
    for found in _top(script, _DECLARATION):
        kind = found["kind"].split()[0].rstrip("*")
        if found["name"] in ("extends", "implements", "from", "as"):
            continue
        names = [found["name"]]
        if kind in ("const", "let", "var") and "enum" not in found["kind"]:
            names = _variables(script, found.start("name"))
        elif kind == "type" and not re.compile(r"\s*[<=](?!=)").match(code, found.end()):
            continue
        exported = bool(found["export"]) and not found["default"]
        start = found.start("head") if not found["export"] else found.start()
        for name in names:
            if re.fullmatch(_WORD, name):
                yield Declared(name=name, start=start, kind=kind, alone=len(names) == 1, exported=exported)


def _variables(script: Script, at: int) -> list[str]:
    """Return the names that a `const`, `let` or `var` declares, its first one standing at `at`."""
    code, out = script.code, []
    end = at
    depth = script.depth(at)
    for found in re.compile(rf"{_WORD}|[{{}}()\[\],;=\n]|=>").finditer(code, at):
        level = script.depth(found.start()) - depth
        ends = found[0] == ";" or (found[0] == "\n" and not re.match(r"\s*[,.=?:&|+]", code[found.start() :]))
        if level <= 0 and ends and code[: found.start()].rstrip()[-1:] not in ",=":
            end = found.start()
            break
        if found.start() - at > 4000:
            end = found.start()
            break
        end = found.end()
    part = code[at:end]
    if part[:1] in "{[":
        closing = {"{": "}", "[": "]"}[part[0]]
        inner = part[1 : part.rfind(closing, 0, (part.find("=") if "=" in part else len(part)))]
        return [found[1] or found[0] for found in re.finditer(rf"{_WORD}(?:\s*:\s*({_WORD}))?", inner)]
    first = re.match(_WORD, part)
    out = [first[0]] if first else []
    for found in re.finditer(rf",\s*({_WORD})\s*(?:=(?![=>])|:|$|(?=,))", part):
        if script.depth(at + found.start()) == depth:
            out.append(found[1])
    return out


def _passed_on(script: Script) -> tuple[dict[str, tuple[str, str]], list[str]]:
    passed: dict[str, tuple[str, str]] = {}
    stars: list[str] = []
    for link in script.links:
        if link.kind == "export":
            if link.namespace:
                passed[link.namespace.local] = (link.spec, "*")
            elif link.star:
                stars.append(link.spec)
            for name in link.names:
                passed[name.local] = (link.spec, name.imported)
    return passed, stars


def _commonjs(script: Script, declared: dict[str, Declared]) -> Exports:
    code = script.code
    names = {found["name"]: found["value"] or "" for found in _CJS_NAME.finditer(code)}
    complete, whole, object_at = True, None, -1
    for found in _CJS_DEFINE.finditer(code):
        start = found.end()
        name = re.match(_WORD, script.text[start:])
        if name:
            names[name[0]] = ""
    for found in _CJS_WHOLE.finditer(code):
        if found["value"] == "{":
            object_at = found.end()
            keys, all_plain = _object(script, found.end())
            names |= keys
            complete = complete and all_plain
        else:
            whole = found["value"] or ""
            complete = complete and whole in declared
    if re.search(r"Object\.assign\(\s*(?:module\.)?exports\b|(?<![\w$.])exports\s*\[|__exportStar|__export\(", code):
        complete = False
    style = "cjs" if names or whole is not None or object_at >= 0 else ""
    return Exports(names=names, style=style, whole=whole, complete=complete, object_at=object_at, declared=declared)


def _object(script: Script, at: int) -> tuple[dict[str, str], bool]:
    """Return the keys of an object literal whose `{` stands before `at`, and whether all of them were plain."""
    depth = script.depth(at)
    braces = (found.start() for found in re.compile(r"\}").finditer(script.code, at))
    end = next((place for place in braces if script.depth(place + 1) < depth), len(script.code))
    keys: dict[str, str] = {}
    plain, start = True, at
    places = [
        found.start() for found in re.finditer(",", script.code[at:end]) if script.depth(at + found.start()) == depth
    ]
    for place in [*(at + one for one in places), end]:
        part = script.code[start:place].strip()
        quoted = re.match(r"\s*['\"]([\w$]+)['\"]", script.text[start:place])
        key = re.match(rf"(?:async\s+|get\s+|set\s+)?\*?\s*({_WORD})\s*(?:$|:\s*({_WORD})?|\()", part)
        if key:
            keys[key[1]] = key[1] if key.end() == len(part) and ":" not in key[0] else key[2] or ""
        elif quoted:
            keys[quoted[1]] = ""
        elif part:
            plain = False
        start = place + 1
    return keys, plain
