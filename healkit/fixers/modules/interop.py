"""CommonJS and ES modules confused: one statement is of the wrong kind, or the package says the wrong one of all of them."""

from __future__ import annotations

import re

from ..proposal import alternatives, guide
from . import edits
from .site import proposal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..proposal import Proposal
    from .faults import Fault
    from .project import Graph
    from .scan import Link, Script

_SCRIPTS = (".js", ".mjs", ".cjs", ".jsx")
_MODULE_WORDS = re.compile(
    r"(?<![\w$.])(?:import\.meta\b|export\s+(?:default\b|\{|\*|const\b|let\b|var\b|async\b|function\b|class\b))"
)
_COMMON_WORDS = re.compile(r"(?<![\w$.])(?:require\s*\(|module\s*\.\s*exports\b|exports\s*\.\s*[\w$]+\s*=)")


def kind_of(script: Script) -> str:
    """Return which module system a file is written in: `esm`, `cjs`, `both`, or empty."""
    esm = bool(_MODULE_WORDS.search(script.code)) or any(
        link.kind in ("import", "side", "export") for link in script.links
    )
    cjs = bool(_COMMON_WORDS.search(script.code))
    return "both" if esm and cjs else "esm" if esm else "cjs" if cjs else ""


def _package_kinds(graph: Graph, path: str) -> dict[str, list[str]]:
    """Return the package's scripts that its `type` decides about, by the module system they are written in."""
    package = graph.nearest(path, "package.json")[0]
    out: dict[str, list[str]] = {}
    for other in graph.files:
        if other.endswith((".js", ".jsx")) and graph.nearest(other, "package.json")[0] == package:
            script = graph.script(other)
            out.setdefault(kind_of(script) if script else "", []).append(other)
    return out


def _leans(script: Script) -> str:
    """Return of which module system most statements of a file are."""
    common = len(_COMMON_WORDS.findall(script.code))
    module = len(_MODULE_WORDS.findall(script.code)) + sum(
        link.kind in ("import", "side", "export") for link in script.links
    )
    return "cjs" if common > module else "esm"


def stray_import(graph: Graph, path: str) -> list[Proposal]:
    """Return the remedy for an `import` in a file that is CommonJS otherwise, and whose package does not say `module`."""
    script = graph.script(path) if path else None
    if script is None or graph.is_esm(path) or kind_of(script) != "both" or _leans(script) != "cjs":
        return []
    made = _to_commonjs(graph, path, script)
    title = f"write the import statements of {path} as `require`, like its others"
    return proposal(graph, title, {path: made}, risk="medium") if made else []


def in_module(graph: Graph, fault: Fault) -> list[Proposal]:
    """Return the remedies for `require`, `exports` or `__dirname` in an ES module."""
    path = fault.file
    script = graph.script(path) if path else None
    if script is None:
        return []
    if fault.symbol in ("__dirname", "__filename"):
        return _folder_name(graph, path, script)
    stray = stray_import(graph, path)
    if stray:
        return stray
    kinds = _package_kinds(graph, path)
    if kind_of(script) == "cjs" and not path.endswith(".mjs"):
        others = [one for kind in ("esm", "both") for one in kinds.get(kind, ())]
        if not others and len(kinds.get("cjs", ())) > 1:
            return _typed(graph, path, "commonjs")
    made = _to_module(graph, path, script)
    return (
        proposal(graph, f"write the CommonJS statements of {path} as ES module ones", {path: made}, risk="medium")
        if made
        else []
    )


def in_commonjs(graph: Graph, fault: Fault) -> list[Proposal]:
    """Return the remedies for `import` or `export` in a CommonJS file."""
    path = fault.file
    script = graph.script(path) if path else None
    if script is None or not path.endswith(_SCRIPTS):
        return []
    kinds = _package_kinds(graph, path)
    commonjs = [one for kind in ("cjs", "both") for one in kinds.get(kind, ())]
    if not commonjs and not path.endswith(".cjs") and kinds.get("esm"):
        return _typed(graph, path, "module")
    made = _to_commonjs(graph, path, script)
    if made and (kind_of(script) == "both" or len(commonjs) >= len(kinds.get("esm", ())) or path.endswith(".cjs")):
        title = f"write the import statements of {path} as `require`, like the rest of the package"
        return proposal(graph, title, {path: made}, risk="medium")
    if made:
        found = proposal(graph, f"write the import statements of {path} as `require`", {path: made}, risk="medium")
        return [one.replace(sure=False) for one in alternatives([*found, *_typed(graph, path, "module")])]
    steps = [f'Rename {path} to end in .mjs, or set "type": "module" in package.json once no file uses require.']
    return [guide(f"{path} is an ES module in a CommonJS package", steps)]


def _typed(graph: Graph, path: str, kind: str) -> list[Proposal]:
    """Return the remedy that changes the package's `type`, where all of its files are of one kind."""
    package, data = graph.nearest(path, "package.json")
    source = graph.source(package) if package else None
    if source is None:
        return []
    given = re.search(r'"type"\s*:\s*"(?:module|commonjs)"', source.text)
    if given:
        made: list[edits.Edit] = [(given.start(), given.end(), f'"type": "{kind}"')]
    elif kind == "module" and data:
        first = re.match(r"\s*\{(?P<space>\s*)", source.text)
        after = re.search(r'\n(?P<indent>[ \t]+)"(?:version|name)"\s*:\s*"[^"\n]*",(?=\s*\n)', source.text)
        if after:
            made = [(after.end(), after.end(), f'\n{after["indent"]}"type": "module",')]
        elif first:
            made = [(first.end(), first.end(), f'"type": "module",{first["space"] or " "}')]
    else:
        return []
    what = "ES modules" if kind == "module" else "CommonJS"
    return proposal(
        graph, f'set "type": "{kind}" in {package}: all of its files are {what}', {package: made}, risk="medium"
    )


def _folder_name(graph: Graph, path: str, script: Script) -> list[Proposal]:
    """`__dirname` and `__filename` are made from `import.meta.url`, behind the imports."""
    end, mark = edits.semicolon_of(script), edits.quote_of(script)
    have = {name.local for link in script.links for name in link.names}
    of_path = next(
        (
            link
            for link in script.links
            if link.spec.removeprefix("node:") == "path" and (link.default or link.namespace)
        ),
        None,
    )
    prefix = "node:" if any(link.spec.startswith("node:") for link in script.links) or not of_path else ""
    lines: list[str] = []
    if "fileURLToPath" not in have:
        lines.append(f"import {{ fileURLToPath }} from {mark}{prefix}url{mark}{end}")
    wants_folder, wants_file = bool(script.uses("__dirname")), bool(script.uses("__filename"))
    if wants_folder:
        whole = of_path.default or of_path.namespace if of_path else None
        call = f"{whole.local}.dirname" if whole else "dirname"
        if not whole and "dirname" not in have:
            lines.insert(0, f"import {{ dirname }} from {mark}{prefix}path{mark}{end}")
    body = []
    if wants_file:
        body.append(f"const __filename = fileURLToPath(import.meta.url){end}")
    if wants_folder:
        inner = "__filename" if wants_file else "fileURLToPath(import.meta.url)"
        body.append(f"const __dirname = {call}({inner}){end}")
    place = edits.behind_imports(script)
    text = "\n".join([*lines, "", *body])
    made = [(place, place, f"\n{text}" if place else f"{text}\n\n")]
    if not place:
        place = edits.behind_head(script)
        made = [(place, place, f"{text}\n\n")]
    title = (
        f"make `__dirname` from `import.meta.url` in {path}"
        if wants_folder
        else f"make `__filename` from `import.meta.url` in {path}"
    )
    return proposal(graph, title, {path: made}, risk="medium")


def _to_module(graph: Graph, path: str, script: Script) -> list[edits.Edit]:
    """Return the edits that write a file's `require` and `module.exports` as `import` and `export`; empty if one cannot be."""
    made: list[edits.Edit] = []
    nested = False
    for link in script.links:
        if link.kind != "require":
            continue
        line = _as_import(graph, path, script, link) if script.depth(link.start) == 0 and link.bound else ""
        if line:
            made.append((link.start, link.end, line))
        elif script.depth(link.start) == 0 and not link.bound and not link.member and _is_statement(script, link):
            end = ";" if script.code[link.end : link.end + 1] == ";" else ""
            made.append((link.start, link.end + len(end), f"import {_quoted(script, link)}{end}"))
        else:
            nested = True
    if nested:
        return _with_create_require(script)
    return [*made, *_as_exports(graph, path, script)] if made or _COMMON_WORDS.search(script.code) else []


def _is_statement(script: Script, link: Link) -> bool:
    before = script.code[: link.start].rstrip(" \t")[-1:]
    return before in ("", "\n", ";")


def _quoted(script: Script, link: Link) -> str:
    return script.text[link.spec_start - 1 : link.spec_end + 1]


def _as_import(graph: Graph, path: str, script: Script, link: Link) -> str:
    """Return a bound `require` as an import statement; empty when it says more than an import can."""
    tail = script.code[script.code.index(")", link.spec_end) + 1 : link.end].strip(" ;\n")
    spec, end = link.spec, ";" if script.text[link.end - 1] == ";" else ""
    behind = script.code[link.end - len(end) : link.end + 1].rstrip("; \n")[-1:]
    if (tail and tail != f".{link.member}") or (behind and behind in "(.[,"):
        return ""
    target = graph.resolve(path, spec)
    mark = script.text[link.spec_start - 1]
    if target and spec.startswith("."):
        spec = graph.specifier(path, target, f"{spec}.js")
    known = graph.all_exports(target)[0] if target else {}
    attribute = " with { type: 'json' }".replace("'", mark) if target.endswith(".json") else ""
    if link.default is not None:
        local = link.default.local
        if link.member and link.member != "default":
            clause = f"{{ {link.member} }}" if link.member == local else f"{{ {link.member} as {local} }}"
        else:
            clause = (
                f"* as {local}" if known and "default" not in known and graph.exports(target).style == "esm" else local
            )
    elif link.names and not link.member:
        items = [name.imported if not name.aliased else f"{name.imported} as {name.local}" for name in link.names]
        clause = f"{{ {', '.join(items)} }}"
    else:
        return ""
    return f"import {clause} from {mark}{spec}{mark}{attribute}{end}"


def _with_create_require(script: Script) -> list[edits.Edit]:
    """Return the edits that give an ES module a `require` of its own, for calls within functions."""
    end, mark = edits.semicolon_of(script), edits.quote_of(script)
    place = edits.behind_imports(script)
    text = f"import {{ createRequire }} from {mark}node:module{mark}{end}\n\nconst require = createRequire(import.meta.url){end}"
    if any(link.kind in ("import", "side") for link in script.links):
        return [(place, place, f"\n{text}")]
    place = edits.behind_head(script)
    return [(place, place, f"{text}\n")]


def _as_exports(graph: Graph, path: str, script: Script) -> list[edits.Edit]:
    """Return the edits of `module.exports` and `exports.x`; by what is imported, an object becomes a list or the default."""
    made: list[edits.Edit] = []
    by_name = any(link.names for _, _, link in graph.importers(path)) or not any(
        link.default for _, _, link in graph.importers(path)
    )
    for found in re.finditer(r"(?<![\w$.])module\s*\.\s*exports\s*=\s*", script.code):
        inner = re.compile(r"\{\s*(?:[A-Za-z_$][\w$]*\s*,?\s*)*\}").match(script.code, found.end())
        made.append((found.start(), found.end(), "export " if inner and by_name else "export default "))
    for found in re.finditer(
        r"(?m)^(?:module\s*\.\s*)?exports\s*\.\s*([A-Za-z_$][\w$]*)\s*=\s*([A-Za-z_$][\w$]*)?(;|$)?", script.code
    ):
        name, value = found[1], found[2]
        if value == name and found[3] is not None:
            made.append((found.start(), found.end(), f"export {{ {name} }}{found[3]}"))
        else:
            made.append((found.start(), found.start(2) if value else found.end(), f"export const {name} = "))
    return made


def _to_commonjs(graph: Graph, path: str, script: Script) -> list[edits.Edit]:
    """Return the edits that write a file's imports as `require`; empty when it exports, or has what only ES modules have."""
    if _MODULE_WORDS.search(script.code) or any(link.kind == "export" for link in script.links):
        return []
    if re.search(r"(?m)^await\b", script.code):
        return []
    made: list[edits.Edit] = []
    for link in script.links:
        if link.kind not in ("import", "side"):
            continue
        line = _as_require(graph, path, script, link)
        if not line:
            return []
        made.append((link.start, link.end, line))
    return made


def _as_require(graph: Graph, path: str, script: Script, link: Link) -> str:
    end = ";" if script.text[link.end - 1] == ";" else ""
    call = f"require({_quoted(script, link)})"
    if link.kind == "side":
        return f"{call}{end}"
    target = graph.resolve(path, link.spec)
    own = graph.exports(target) if target else None
    whole = link.default or link.namespace
    if target.endswith(".mjs") or (link.default is not None and link.namespace is not None):
        return ""
    items = [name.imported if not name.aliased else f"{name.imported}: {name.local}" for name in link.names]
    member = ".default" if link.default is not None and own is not None and own.style == "esm" else ""
    if whole is not None and items:
        return f"const {whole.local} = {call}{member}{end}\nconst {{ {', '.join(items)} }} = {whole.local}{end}"
    if whole is not None:
        return f"const {whole.local} = {call}{member}{end}"
    return f"const {{ {', '.join(items)} }} = {call}{end}"
