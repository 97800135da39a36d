"""A first entry from one failure: its decisive line, with everything that varies turned into named groups.

A person reads it, corrects it and decides. So it is made plain rather than clever: what stays literal is what the next
failure of this kind will say again. Every text is masked first; a secret's place matches anything and stores nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from . import commands, literals, mask
from .index import MIN_LITERAL
from .intake import clean
from .readers import read

MOST_GROUPS, MAX_LINE, MAX_ID = 8, 240, 60
MAX_RATED, TAIL = 1_000, 4_000  # characters of a line, and of the output's end, in which telling words are looked for

CATEGORY_WORDS = (
    ("merge_conflict", r"merge conflict|CONFLICT \("),
    ("resource_exhaustion", r"out of memory|no space left|quota exceeded|too many open files|cannot allocate|heap limit"),
    ("permission_error", r"permission denied|\beacces\b|\beperm\b|not permitted|access denied|forbidden|unauthori[sz]ed"),
    ("timeout", r"timed? ?out|deadline exceeded"),
    ("network_error", (r"connection (?:refused|reset|aborted)|could ?n[o']t resolve|name resolution|\beconnrefused|\benotfound\b|"
     r"unreachable|broken pipe|certificate|\bssl|tls handshake|proxy|bad gateway|service unavailable")),
    ("async_error", r"never awaited|event loop|unhandled(?: promise)? rejection"),
    ("security_scan", r"\bcve-\d|vulnerabilit"),
    ("dependency_issue", (r"no module named|cannot find (?:module|package|crate)|not installed|unresolved import|"
     r"no matching (?:distribution|package)|could not find a version|missing dependenc|unmet peer")),
    ("import_error", r"importerror|cannot import|circular import"),
    ("syntax_error", r"syntax ?error|unexpected (?:token|eof|end of)|parse error|indentationerror"),
    ("test_failure", r"assertionerror|assertion failed|tests? failed|--- fail|expected .* (?:got|but|to)\b"),
    ("type_error", r"mismatched types|incompatible types?|is not assignable"),
    ("linting_error", r"\blint|would reformat|unformatted"),
    ("command_error", (r"command not found|(?:no such|unknown|unrecogni[sz]ed|invalid) (?:option|argument|flag|(?:sub)?command)|"
     r"no rule to make target")),
    ("configuration_error", r"config|environment variable|invalid (?:setting|value for)|not set\b|missing .*(?:setting|key)\b"),
    ("deployment_error", r"deploy|rollout|kubectl|helm\b"),
    ("build_error", r"undefined reference|undeclared|cannot find symbol|linker|could not compile|build failed|ld returned"),
    ("runtime_error", r"exception|panic|segmentation fault|core dumped|abort|traceback"),
)  # fmt: skip
"""Words that give a category away, the most telling first."""

_STRONG = re.compile(r"^[\w.:]*(?:Error|Exception|Failure)\b|\b(?:fatal|panic|error)\b", re.IGNORECASE)
_WEAK = re.compile(
    r"fail|cannot|could ?n[o']t|can't|unable|denied|not found|missing|invalid|undefined|unknown|refused|no such|abort"
    r"|mismatch|expected|unexpected|\bnot\b|\bno\b|too many|exceeded",
    re.IGNORECASE,
)
_TOLD_BY = re.compile(r"\s*[\w./+-]+: \S")
_NOISE = re.compile(
    r"^\s*at |^\s*File \"|^Traceback|^make(?:\[\d+\])?: \*\*\*|complete log of this run|^\s*\d+ (?:errors?|warnings?)\b|exit(?:ed)?"
    r" (?:with )?(?:code|status)|\bwarning\b|^\s*(?:[-=*_~^|.]\s*)+$|^\[masked\]$|^\s*\^",
    re.IGNORECASE,
)

_SUFFIXES = r"py|pyi|js|jsx|ts|tsx|mjs|cjs|rs|go|java|kt|c|h|cc|cpp|hpp|rb|php|cs|swift|sh|json|toml|ya?ml|xml|ini|cfg|conf|txt|md|lock|sql"
_FILE = rf"~?(?:[\w.@+-]*/)+[\w.@+-]+|\b[\w-]+(?:\.[\w-]+)*\.(?:{_SUFFIXES})\b"
_TOKENS = {
    "masked": r"\[masked\]",
    "when": r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?|\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b",
    "frame": r"File \"[^\"\n]+\", line \d+",
    "url": r"\b[a-z][a-z0-9+.-]*://[^\s'\"`<>)]+",
    "quoted": r"(?<![\w'])'[^'\n]+'(?!\w)|(?<![\w\"])\"[^\"\n]+\"(?!\w)|`[^`\n]+`|\u2018[^\u2019\n]+\u2019",
    "place": rf"(?:{_FILE}):\d+(?::\d+)?(?!\w)",
    "file": _FILE,
    "address": r"\b\d{1,3}(?:\.\d{1,3}){3}\b(?::\d+)?|\b[a-z][\w-]*(?:\.[\w-]+)*:\d{2,5}\b(?!\.)",
    "hex": r"\b0x[0-9a-fA-F]+\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}\b",
    "took": r"\b\d+(?:\.\d+)? ?(?:ms|s|sec|secs|seconds|minutes)\b",
    "version": r"\bv?\d+\.\d+(?:\.\d+)+(?:[-+.]?\w+)*\b",
    "number": r"(?<![\w.])\d+(?:\.\d+)?(?!\w)",
    "gap": r"[ \t]{2,}",
}
_WHEN = r"[\dT:.,Z +-]+"
_NAMES = {
    "crate", "package", "module", "command", "option", "argument", "flag", "function", "method", "class", "type", "variable",
    "attribute", "symbol", "key", "table", "field", "target", "test", "host", "user", "branch", "image", "service", "container",
    "library", "header", "rule", "property", "identifier", "name", "file", "path", "directory", "folder", "setting", "plugin",
}  # fmt: skip
_SKIPPED = {"named", "called", "name", "the", "a", "an", "of", "is", "with"}
_LIKE_SYMBOL = ("undeclared", "undefined", "is not defined", "was not declared")


class _Piece(NamedTuple):
    """One piece of the line: its expression, and how the message shows it."""

    regex: str
    shown: str


def draft(
    text: str, command: str = "", *, name: str = "", category: str = "", taken: Collection[str] = ()
) -> dict[str, Any]:
    """Return an entry for one failure, keys in the order in which a person reads them.

    Args:
        text: the failed command's output, or the part of it that was kept; a line without its beginning may come first.
        command: the command line, for the tool.
        name: the entry's id; empty derives one from the line.
        category: what healkit would call it; used when no word of the line gives a category away.
        taken: ids that exist already; a derived id is none of them.

    Raises:
        ValueError: there is no line that could be recognised again.
    """
    masked = mask.mask_secrets(clean(text))
    line = decisive_line(masked)
    if not re.search(r"\w{3}", line.replace(mask.HIDDEN, "")):
        raise ValueError("nothing in the output names the failure")
    regex, message = generalise(line)
    found = re.search(regex, line)
    groups = {key: value for key, value in (found.groupdict() if found else {}).items() if value is not None}
    needed = literals.required_literals(regex)
    tool = tool_of(command)
    return {
        "id": name or name_of(message, tool, taken),
        "error_regex": regex,
        **({"contains": needed} if len(needed) == 1 and len(needed[0]) >= MIN_LITERAL else {}),
        "category": category_of(line) or category or category_of(masked[-TAIL:]) or "unknown",
        "severity": "medium",
        **({"tools": [tool]} if tool else {}),
        "message": message,
        "examples": [{"output": line, **({"captures": groups} if groups else {}), "tool": tool, "version": ""}],
    }


def tool_of(command: str) -> str:
    """Return the program that a command line really runs, empty for a script of one's own or a shell."""
    found = [name for name in commands.programs(command) if re.fullmatch(r"[A-Za-z][\w+-]*", name)]
    plain = [name for name in found if name not in ("sh", "bash", "zsh", "fish", "env", "sudo", "time", "exec")]
    return plain[-1] if plain else ""


def category_of(text: str) -> str:
    """Return the category that the words of a text give away, empty when none does."""
    return next((name for name, words in CATEGORY_WORDS if re.search(words, text, re.IGNORECASE)), "")


def decisive_line(text: str) -> str:
    """Return the line of some output that names the failure best, without what surrounds it; empty for no output.

    Where a reader knows the tool, the line is looked for in the problem that it found, else everywhere; the last wins.
    """
    problems = [found for found in read(text) if found.weight >= 0.5]
    if problems:
        best = max(problems, key=lambda found: (found.weight, found.start))
        lines = text[best.start : best.end].split("\n")
    else:
        lines = text.split("\n")
    rated = [(telling(line[:MAX_RATED]), number, line) for number, line in enumerate(lines) if line.strip()]
    line = max(rated, default=(0, 0, ""))[2].strip()
    return line if len(line) <= MAX_LINE else line[:MAX_LINE].rpartition(" ")[0] or line[:MAX_LINE]


def telling(line: str) -> int:
    """Return how much a line says of a failure: the higher the more; below 0 it is noise."""
    told = 3 * bool(_STRONG.search(line)) + 2 * bool(_WEAK.search(line)) + bool(_TOLD_BY.match(line))
    return told - 6 * bool(_NOISE.search(line))


def generalise(line: str) -> tuple[str, str]:
    """Return the regular expression that recognises a line and its like, and the message with the groups' names.

    The expression always matches the line itself, on one line, and keeps a literal of MIN_LITERAL characters where the line has one.
    """
    for left_alone in ((), ("quoted",), ("quoted", "number", "version"), tuple(_TOKENS)):
        regex, message = _generalise(line, left_alone)
        if max(map(len, literals.required_literals(regex)), default=0) >= MIN_LITERAL and re.search(regex, line):
            break
    return regex, message


def _generalise(line: str, left_alone: Collection[str]) -> tuple[str, str]:
    kinds = {kind: regex for kind, regex in _TOKENS.items() if kind not in left_alone}
    odd = "".join(sorted({c for c in line if not c.isprintable()}))
    if odd:
        kinds["odd"] = f"[{re.escape(odd)}]+"
    scan = re.compile("|".join(f"(?P<{kind}>{regex})" for kind, regex in kinds.items()) or "(?!)")
    pieces: list[_Piece] = []
    names: list[str] = []
    at = 0
    for found in scan.finditer(line):
        pieces.append(_literal(line[at : found.start()]))
        pieces += _pieces(str(found.lastgroup), found.group(), line[: found.start()], line[found.end() :], names)
        at = found.end()
    pieces.append(_literal(line[at:]))
    pieces = [piece for piece in pieces if piece.regex]
    if len(pieces) > 1 and pieces[0].regex == _WHEN:  # what a log puts in front is no part of it
        pieces = [pieces[1]._replace(regex=pieces[1].regex.lstrip()), *pieces[2:]]
    regex = "".join(piece.regex for piece in pieces)
    lead = "(?m)^" if regex.startswith("(?P<file>") else ""
    shown = " ".join("".join(piece.shown for piece in pieces).split())
    return lead + regex, re.sub(r"^\{file\}(?::\{line\}(?::\{column\})?)?: (?=.{8})", "", shown)


def _literal(text: str) -> _Piece:
    plain = re.sub(r"([.^$*+?{}\[\]\\|()])", r"\\\1", text)
    return _Piece(plain, text.replace("{", "(").replace("}", ")"))


def _group(name: str, regex: str, names: list[str]) -> _Piece:
    """Return a named group, or one without a name when there are enough; the second `file` is `file2`."""
    if len(names) >= MOST_GROUPS:
        return _Piece(regex, "...")
    own = name if name not in names else next(f"{name}{n}" for n in range(2, 99) if f"{name}{n}" not in names)
    names.append(own)
    return _Piece(f"(?P<{own}>{regex})", f"{{{own}}}")


def _pieces(kind: str, text: str, before: str, after: str, names: list[str]) -> Iterator[_Piece]:
    if kind in ("masked", "when", "hex", "gap", "odd"):
        regex = {"masked": r"\S+", "when": _WHEN, "hex": r"[0-9a-fx-]+", "gap": r"\s+", "odd": r"\W+"}[kind]
        yield _Piece(regex, {"gap": " ", "odd": ""}.get(kind, "..."))
    elif kind == "took":
        yield _Piece(r"\d+(?:\.\d+)? ?\w+", "...")
    elif kind == "frame":
        yield from (
            _Piece('File "', ""),
            _group("file", r'[^"\n]+', names),
            _Piece('", line ', ":"),
            _group("line", r"\d+", names),
        )
    elif kind == "quoted":
        end = text[-1]
        inside = text[1:-1]
        yield _Piece(text[0], text[0])
        yield _group(_name_quoted(inside, before, after), rf"[^{end}\n]+", names)
        yield _Piece(end, end)
    elif kind == "place":
        yield from _place(text, names)
    else:
        yield _group(*_plain(kind, text, before, after), names)


def _place(text: str, names: list[str]) -> Iterator[_Piece]:
    _, *numbers = re.split(r":(?=\d+(?::\d+)?$)|(?<=\d):(?=\d+$)", text)
    yield _group("file", r"[^\s:]+", names)
    for name, _ in zip(("line", "column"), numbers, strict=False):
        yield _Piece(":", ":")
        yield _group(name, r"\d+", names)


def _plain(kind: str, text: str, before: str, after: str) -> tuple[str, str]:
    word = _word_before(before)
    if kind == "file":
        is_file = re.search(r"\.\w{1,8}$", text) is not None
        return ("file" if is_file else "path"), r"""[^\s:,'"]+"""
    if kind == "url":
        return "url", r"""[^\s'"`<>)]+"""
    if kind == "address":
        return "host", r"[\w.-]+:\d+" if ":" in text else r"[\w.-]+"
    if kind == "version":
        return "version", r"v?\d[\w.+-]*"
    digits = r"\d+(?:\.\d+)?" if "." in text else r"\d+"
    known = {
        "line": "line",
        "column": "column",
        "col": "column",
        "port": "port",
        "code": "code",
        "status": "code",
        "pid": "pid",
    }
    follows = re.match(r" ([a-z]{3,12})s\b", after)
    return known.get(word, "count" if follows else "number"), digits


def _word_before(before: str, back: int = 1) -> str:
    words = re.findall(r"[A-Za-z_]+", before)
    return words[-back].lower() if len(words) >= back else ""


def _name_quoted(inside: str, before: str, after: str) -> str:
    """Return a name for what stands in quotes: the noun beside it, else what it looks like."""
    if re.fullmatch(_FILE, inside):
        return "file" if re.search(r"\.\w{1,8}$", inside) else "path"
    first = _word_before(before)
    if first in ("named", "called") and re.fullmatch(r"[a-z][a-z_]{2,19}", _word_before(before, 2)):
        return _word_before(before, 2) if _word_before(before, 2) not in _SKIPPED else "name"
    follows = re.match(r" ([a-z]+)", after)
    for word in (first, follows.group(1) if follows else "", _word_before(before, 2) if first in _SKIPPED else ""):
        if word in _NAMES:
            return {"directory": "path", "folder": "path", "identifier": "symbol"}.get(word, word)
    return "symbol" if after.lower().lstrip().startswith(_LIKE_SYMBOL) else "name"


def name_of(message: str, tool: str = "", taken: Collection[str] = ()) -> str:
    """Return an id for a message: its own words in lower case with dashes, none that is taken."""
    plain = re.sub(r"\{\w+\}|\.\.\.", " ", re.sub(r"(?<=\w)'(?=\w)", "", message))
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", plain)
    words = [
        word
        for word in re.findall(r"[a-z0-9]+", plain.lower())
        if word not in ("the", "a", "an", "of", "to", "in", "is")
    ]
    words = list(dict.fromkeys(words))[:6]
    base = "-".join([tool.lower(), *words] if tool and len(words) < 2 else words)[:MAX_ID].strip("-") or "failure"
    return next(own for n in range(1, 10_000) if (own := base if n == 1 else f"{base}-{n}") not in taken)
