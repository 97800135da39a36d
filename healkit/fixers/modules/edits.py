"""Edits of import and export statements, in the file's own way of writing: quotes, semicolons, the form of its lists."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...records import Change
    from .exports import Exports
    from .project import Graph
    from .scan import Link, Name, Script

Edit = tuple[int, int, str]
"""Start and end of a place in a text, and what stands there afterwards."""


def applied(text: str, edits: Iterable[Edit]) -> str:
    """Return a text with edits made, the last first; of two that overlap only the first given."""
    done: list[tuple[int, int]] = []
    for start, end, new in sorted(edits, key=lambda edit: (edit[0], edit[1]), reverse=True):
        if any(start < last and first < end for first, last in done):
            continue
        text = f"{text[:start]}{new}{text[end:]}"
        done.append((start, end))
    return text


def changed(graph: Graph, path: str, edits: Iterable[Edit]) -> Change | None:
    """Return the change of a file by edits; None when it cannot be read or nothing changes."""
    source = graph.source(path)
    if source is None:
        return None
    text = applied(source.text, edits)
    return source.change(text) if text != source.text else None


def quote_of(script: Script) -> str:
    """Return the quotation mark that a file's imports use, else the one it uses most."""
    marks = [script.text[link.spec_start - 1] for link in script.links if link.spec_start]
    text = "".join(marks) or script.code
    return '"' if text.count('"') > text.count("'") else "'"


def semicolon_of(script: Script) -> str:
    """Return what a file ends its statements with."""
    lines = [line.rstrip() for line in script.code.split("\n") if line.strip()]
    ends = [line[-1] for line in lines if line[-1] not in "{,([:&|?=+*/<>"]
    return ";" if ends.count(";") * 3 >= sum(end not in "}" for end in ends) else ""


def other_import(script: Script, link: Link, name: Name, new: str) -> list[Edit]:
    """Return the edits that import `new` in place of a name.

    Where the file uses the wrong name throughout, it goes on under that name (`new as name`), or is renamed where it cannot
    be anything else.
    """
    start = name.start + len("type ") if name.type_only else name.start
    start = script.text.index(name.imported, start) if name.imported in script.text[start : name.end] else start
    end = start + len(name.imported)
    if name.aliased or link.kind == "export":
        if link.kind == "export" and not name.aliased and _is_wanted(name.imported, script):
            return [(start, end, f"{new} as {name.imported}")]
        return [(start, end, new)]
    used = script.uses(name.local)
    used = [place for place in used if not link.start <= place < link.end]
    if not used:
        return [(start, end, new)]
    plain = all(not re.match(r"\s*:(?!:)", script.code[place + len(name.local) :]) for place in used)
    in_list = any(_is_shorthand(script, place, name.local) for place in used)
    if plain and not in_list and new not in script.words():
        return [(start, end, new), *((place, place + len(name.local), new) for place in used)]
    joint = ": " if link.kind in ("require", "dynamic") else " as "
    return [(start, end, f"{new}{joint}{name.local}")]


def _is_wanted(name: str, script: Script) -> bool:
    return bool(script.uses(name))


def _is_shorthand(script: Script, place: int, name: str) -> bool:
    """Tell whether a name stands alone between braces and commas: there it names a property too."""
    before, after = script.code[:place].rstrip()[-1:], script.code[place + len(name) :].lstrip()[:1]
    return before in ("{", ",") and after in ("}", ",")


def without_name(script: Script, link: Link, name: Name) -> list[Edit]:
    """Return the edits that take one name out of a link's list; the whole statement goes with its last one."""
    others = [one for one in link.names if one is not name]
    if not others and link.default is None and link.namespace is None:
        end = link.end
        if script.text[end : end + 1] == "\n":
            end += 1
        return [(link.start, end, "")]
    if not others:  # `default, { name }`
        start = script.code.rindex(",", 0, link.list_start)
        return [(start, link.list_end, "")]
    index = link.names.index(name)
    if index + 1 < len(link.names):
        return [(name.start, link.names[index + 1].start, "")]
    return [(link.names[index - 1].end, name.end, "")]


def with_name(script: Script, link: Link, item: str) -> list[Edit]:
    """Return the edits that put one more name into a link's list; empty when it has none and cannot have one."""
    if link.list_start >= 0:
        if link.names:
            last = link.names[-1]
            lines = "\n" in script.text[link.list_start : link.list_end]
            indent = re.search(r"\n([ \t]*)\Z", script.text[: last.start])
            return [(last.end, last.end, f",\n{indent[1]}{item}" if lines and indent else f", {item}")]
        return [(link.list_start, link.list_end, f"{{ {item} }}")]
    if link.kind == "import" and link.default is not None and link.namespace is None:
        return [(link.default.end, link.default.end, f", {{ {item} }}")]
    return []


def moved(script: Script, link: Link, name: Name, spec: str) -> list[Edit]:
    """Return the edits that import a name from another module, the rest of its statement staying."""
    alone = link.default is None and link.namespace is None and len(link.names) == 1
    there = next(
        (one for one in script.links if one.spec == spec and one.kind == link.kind and one.list_start >= 0), None
    )
    item = script.text[name.start : name.end]
    if there is not None and there.type_only == link.type_only:
        return [*without_name(script, link, name), *with_name(script, there, item)]
    if alone or (link.default is name and not link.names):
        return [(link.spec_start, link.spec_end, spec)]
    mark, end = script.text[link.spec_start - 1], ";" if script.text[link.end - 1] == ";" else ""
    if link.kind in ("require", "dynamic"):
        line = f"{link.keyword} {{ {item} }} = require({mark}{spec}{mark}){end}"
    else:
        line = f"{link.kind} {'type ' if link.type_only else ''}{{ {item} }} from {mark}{spec}{mark}{end}"
    return [*without_name(script, link, name), (link.end, link.end, f"\n{line}")]


def new_import(
    graph: Graph, path: str, spec: str, clause: str, *, type_only: bool = False, before: int = -1
) -> list[Edit]:
    """Return the edits that add an import statement.

    `clause` is what stands before `from` (`{ a }`, `a`, `* as a`); `before` a place that a `require` must precede.
    """
    script = graph.script(path)
    if script is None:
        return []
    mark, end = quote_of(script), semicolon_of(script)
    if uses_require(graph, path):
        bound = clause.replace(" as ", ": ") if clause.startswith("{") else clause.removeprefix("* as ")
        line = f"const {bound} = require({mark}{spec}{mark}){end}"
    else:
        line = f"import {'type ' if type_only else ''}{clause} from {mark}{spec}{mark}{end}"
    place = behind_imports(script, before)
    if place:
        return [(place, place, f"\n{line}")]
    place = behind_head(script)
    gap = "" if script.text[place : place + 1] in ("\n", "") else "\n"
    return [(place, place, f"{line}\n{gap}")]


def uses_require(graph: Graph, path: str) -> bool:
    """Tell whether a file links other files by `require`."""
    script = graph.script(path)
    kinds = {link.kind for link in script.links} if script else set()
    if kinds & {"import", "export", "side"}:
        return False
    if "require" in kinds or graph.exports(path).style == "cjs":
        return True
    if graph.exports(path).style == "esm" or path.endswith((".ts", ".tsx", ".mts", ".mjs", ".vue", ".svelte", ".jsx")):
        return False
    return not graph.is_esm(path)


def behind_imports(script: Script, before: int = -1) -> int:
    """Return the place behind the last import (or bound require) of the file's head, before a place; 0 without one."""
    common = not any(link.kind == "import" for link in script.links)
    kinds = ("import", "side", "require") if common else ("import", "side")
    place = 0
    for link in script.links:
        bound = link.kind in ("import", "side") or link.bound
        late = common and before >= 0 and link.end > before
        if link.kind in kinds and bound and not late and script.depth(link.start) == 0:
            line_end = script.text.find("\n", link.end)
            place = len(script.text) if line_end < 0 else line_end
    return place


def behind_head(script: Script) -> int:
    """Return the place behind a file's `#!` line, its first comment and its directives."""
    head = re.match(
        r"(?:#![^\n]*\n)?(?:\s*(?:/\*.*?\*/|//[^\n]*)[ \t]*\n)*(?:\s*(['\"])use \w+\1;?[ \t]*\n)*\n?", script.text, re.S
    )
    return head.end() if head else 0


def exporting(graph: Graph, path: str, name: str) -> list[Edit]:
    """Return the edits that export a declaration of a file under its own name; empty when it has none."""
    script, own = graph.script(path), graph.exports(path)
    declared = own.declared.get(name)
    if script is None or declared is None or name in own.names:
        return []
    if own.style == "cjs":
        return _into_commonjs(script, own, name)
    if own.style == "" and uses_require(graph, path):
        end = semicolon_of(script)
        return [(len(script.text), len(script.text), f"{_gap(script)}module.exports = {{ {name} }}{end}\n")]
    inline = any(one.exported for one in own.declared.values())
    if own.list_at >= 0 and not inline:
        return _into_list(script, own.list_at, name)
    if declared.alone and script.text[declared.start : declared.start + 7] != "export ":
        return [(declared.start, declared.start, "export ")]
    if own.list_at >= 0:
        return _into_list(script, own.list_at, name)
    return [(len(script.text), len(script.text), f"{_gap(script)}export {{ {name} }}{semicolon_of(script)}\n")]


def _gap(script: Script) -> str:
    return "" if script.text.endswith("\n\n") or not script.text else "\n" if script.text.endswith("\n") else "\n\n"


def _into_list(script: Script, at: int, name: str) -> list[Edit]:
    """Return the edit that puts a name at the end of the braces whose `{` stands before `at`."""
    depth = script.depth(at)
    ends = (found.start() for found in re.compile(r"\}").finditer(script.code, at))
    end = next((place for place in ends if script.depth(place + 1) < depth), -1)
    if end < 0:
        return []
    inner = script.code[at:end]
    last = at + len(inner.rstrip())
    if not inner.strip():
        return [(at, end, f" {name} ")]
    comma = script.code[last - 1] == ","
    indent = re.search(r"\n([ \t]*)\S[^\n]*\Z", script.text[at:last])
    if "\n" in inner and indent:
        return [(last, last, f"{'' if comma else ','}\n{indent[1]}{name}{',' if comma else ''}")]
    return [(last, last, f"{'' if comma else ','} {name}")]


def _into_commonjs(script: Script, own: Exports, name: str) -> list[Edit]:
    end = semicolon_of(script)
    if own.object_at >= 0:
        return _into_list(script, own.object_at, name)
    named = list(re.finditer(r"(?m)^(?P<head>(?:module\.)?exports)\.[\w$]+\s*=(?!=)", script.code))
    if own.whole is None and named:
        head = named[-1]["head"]
    elif own.whole is not None:
        head = "module.exports"
    else:
        return []
    return [
        (
            len(script.text),
            len(script.text),
            f"{'' if script.text.endswith(chr(10)) else chr(10)}{head}.{name} = {name}{end}\n",
        )
    ]
