"""JavaScript and TypeScript read closely enough for imports and exports: what is code, and which statements link files.

`masked` blanks out comments, strings, templates and regular expressions, so that expressions can look for statements in
what is left; places stay the same. Nothing is executed.
"""

from __future__ import annotations

import bisect
import re

from ...records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

_TOKEN = re.compile(
    r"(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z)|\A#![^\n]*)"
    r"|(?P<string>\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*')"
    r"|(?P<tick>`)|(?P<open>\{)|(?P<close>\})|(?P<slash>/)"
    r"|(?P<word>[A-Za-z_$][\w$]*)|(?P<number>\d[\w.]*)|(?P<space>\s+)|(?P<sign>.)",
    re.S,
)
_REGEX = re.compile(r"/(?![*/\n])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*")
_TEMPLATE = re.compile(r"(?:\\.|\$(?!\{)|[^`\\$])*", re.S)
_BEFORE_REGEX = frozenset(
    (
        "return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "instanceof", "do", "else", "yield", "await",
        "default",
    )
)  # fmt: skip
_NOT_NEWLINE = re.compile(r"[^\n]")


def masked(text: str) -> str:
    """Return a text of the same length with blanks for comments and for what stands within quotes."""
    out: list[str] = []
    at, depth, before = 0, 0, ""
    templates: list[int] = []
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            break
        kind, piece = token.lastgroup, token[0]
        at = token.end()
        if kind == "slash" and (before in _BEFORE_REGEX or before in "(,=:[!&|?{};+-*%^~<>" or not before):
            regex = _REGEX.match(text, token.start())
            if regex:
                piece, at, kind = "/" + _NOT_NEWLINE.sub(" ", regex[0][1:-1]) + "/", regex.end(), "regex"
        if kind == "comment":
            piece = _NOT_NEWLINE.sub(" ", piece)
        elif kind == "string":
            piece = piece[0] + _NOT_NEWLINE.sub(" ", piece[1:-1]) + piece[-1]
        elif kind == "open":
            depth += 1
        elif kind == "tick" or (kind == "close" and templates and templates[-1] == depth):
            if kind == "close":
                templates.pop()
                depth -= 1
            piece, at, inside = _template(text, piece, at)
            if inside:
                depth += 1
                templates.append(depth)
            kind = "string"
        elif kind == "close":
            depth -= 1
        out.append(piece)
        if kind not in ("space", "comment"):
            before = piece if kind in ("word", "sign", "open", "close") else "x"
    return "".join(out)


def _template(text: str, piece: str, at: int) -> tuple[str, int, bool]:
    """Return a template's blanked text from `at` to its end or to its next `${`, the place behind, and which it was."""
    body = _TEMPLATE.match(text, at)
    end = body.end() if body else at
    blank = piece + _NOT_NEWLINE.sub(" ", text[at:end])
    if text.startswith("${", end):
        return f"{blank}${{", end + 2, True
    return blank + text[end : end + 1], end + 1, False


class Name(Record):
    """One name of an import or export list: `imported as local`; the places of the whole item and of `imported`."""

    imported: str
    local: str
    start: int
    end: int
    type_only: bool = False

    @property
    def aliased(self) -> bool:
        """Whether the two names differ."""
        return self.imported != self.local


class Link(Record):
    """A statement or call that names another module.

    `kind`: `import`, `export` (from), `side` (an import for its effects), `require`, `dynamic` (`import()`), `mock`.
    `start`, `end`: the statement (for a call: the call); `spec_start`, `spec_end`: what stands within the quotes.
    `names` is the list in braces, at `list_start` to `list_end` (the braces, -1 without). `member` is what is taken off a
    call at once (`require('x').y`); `bound` tells whether a declaration takes the call's value.
    """

    kind: str
    start: int
    end: int
    spec: str
    spec_start: int
    spec_end: int
    default: Name | None = None
    namespace: Name | None = None
    names: Sequence[Name] = ()
    list_start: int = -1
    list_end: int = -1
    type_only: bool = False
    member: str = ""
    bound: bool = False
    star: bool = False
    keyword: str = ""


_FROM = re.compile(
    r"(?<![\w$.])(?P<word>import|export)\b(?P<type>\s+type(?=\s*[\w${*])(?!\s+from\b))?\s*(?P<clause>[\w$\s{},*]*?)"
    r"(?<![\w$])from\s*(?P<quote>['\"])(?P<spec>[^'\"\n]*)(?P=quote)"
)
_SIDE = re.compile(r"(?<![\w$.])import\s*(?P<quote>['\"])(?P<spec>[^'\"\n]*)(?P=quote)")
_CALL = re.compile(
    r"(?<![\w$.])(?P<word>require(?:\.resolve)?|import|(?:jest|vi)\.(?:mock|unmock|doMock|requireActual|importActual|requireMock))"
    r"\s*(?:<[^()\n]*>)?\(\s*(?P<quote>['\"])(?P<spec>[^'\"\n]*)(?P=quote)\s*(?P<close>\))?(?:\s*\.\s*(?P<member>[A-Za-z_$][\w$]*))?"
)
_BINDING = re.compile(
    r"(?<![\w$.])(?P<word>const|let|var|import)\s+(?P<clause>[A-Za-z_$][\w$]*|\{[^{}=]*\})\s*(?::[^=\n]+)?=\s*(?:await\s+)?\Z"
)
_ITEM = re.compile(
    r"(?P<type>type\s+(?!as\b|,|\}|:))?(?P<imported>[A-Za-z_$][\w$]*)(?:\s*(?:\bas\b|:)\s*(?P<local>[A-Za-z_$][\w$]*))?"
)
_IDENTIFIER = r"[A-Za-z_$][\w$]*"


class Script:
    """A source file as it was read: its text, its masked text, its links."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.code = masked(text)
        self.links = sorted(_links(text, self.code), key=lambda link: link.start)
        self._steps: tuple[list[int], list[int]] | None = None

    def depth(self, place: int) -> int:
        """Return in how many brackets of any kind a place lies."""
        if self._steps is None:
            places, depths, depth = [0], [0], 0
            for found in re.finditer(r"[{}()\[\]]", self.code):
                depth += 1 if found[0] in "{([" else -1
                places.append(found.end())
                depths.append(depth)
            self._steps = places, depths
        return self._steps[1][bisect.bisect_right(self._steps[0], place) - 1]

    def line(self, place: int) -> int:
        """Return the line, from 1, of a place."""
        return self.text.count("\n", 0, place) + 1

    def uses(self, name: str) -> list[int]:
        """Return where an identifier stands in the code as a name of its own: no property, no key, in no link's list."""
        out = []
        for found in re.finditer(rf"(?<![\w$]){re.escape(name)}(?![\w$])", self.code):
            before = self.code[: found.start()].rstrip()[-3:]
            if before.endswith(".") and not before.endswith("..."):
                continue
            if not any(
                link.start <= found.start() < link.end for link in self.links if link.kind in ("import", "export")
            ):
                out.append(found.start())
        return out

    def words(self) -> set[str]:
        """Return every identifier of the code."""
        return set(re.findall(_IDENTIFIER, self.code))


def _links(text: str, code: str) -> Iterator[Link]:
    for found in _FROM.finditer(code):
        yield _from(text, code, found)
    for found in _SIDE.finditer(code):
        start, end = found.span("spec")
        yield Link(
            kind="side",
            start=found.start(),
            end=_behind(code, found.end()),
            spec=text[start:end],
            spec_start=start,
            spec_end=end,
        )
    for found in _CALL.finditer(code):
        yield _call(text, code, found)


def _from(text: str, code: str, found: re.Match[str]) -> Link:
    start, end = found.span("spec")
    clause, base = found["clause"], found.start("clause")
    values: dict[str, Any] = {}
    opening = clause.find("{")
    if opening >= 0:
        closing = clause.find("}", opening)
        closing = len(clause) if closing < 0 else closing
        values = {
            "list_start": base + opening,
            "list_end": base + closing + 1,
            "names": tuple(_items(clause[opening + 1 : closing], base + opening + 1)),
        }
    head = clause[: opening if opening >= 0 else len(clause)]
    star = re.search(rf"\*\s*(?:as\s+({_IDENTIFIER}))?", head)
    if star:
        values["star"] = True
        if star[1]:
            values["namespace"] = _name("*", star[1], base + star.start(), base + star.end())
        head = head[: star.start()]
    default = re.search(_IDENTIFIER, head)
    if default and found["word"] == "import":
        values["default"] = _name("default", default[0], base + default.start(), base + default.end())
    return Link(
        kind=found["word"],
        start=found.start(),
        end=_behind(code, found.end()),
        spec=text[start:end],
        spec_start=start,
        spec_end=end,
        type_only=bool(found["type"]),
        **values,
    )


def _call(text: str, code: str, found: re.Match[str]) -> Link:
    start, end = found.span("spec")
    word = found["word"]
    kind = "require" if word.startswith("require") else "dynamic" if word == "import" else "mock"
    binding = (
        _BINDING.search(code, max(0, found.start() - 2000), found.start()) if kind in ("require", "dynamic") else None
    )
    first = found.start()
    values: dict[str, Any] = {"member": found["member"] or ""}
    last = found.end("close") if not found["member"] and found["close"] else found.end()
    if binding:
        first = binding.start()
        clause, base = binding["clause"], binding.start("clause")
        values |= {"bound": True, "keyword": binding["word"]}
        if clause.startswith("{"):
            values |= {
                "list_start": base,
                "list_end": base + len(clause),
                "names": tuple(_items(clause[1:-1], base + 1)),
            }
        else:
            values["default"] = _name("default", clause, base, base + len(clause))
        last = _behind(code, last)
    return Link(kind=kind, start=first, end=last, spec=text[start:end], spec_start=start, spec_end=end, **values)


def _items(text: str, base: int) -> Iterator[Name]:
    """Yield the names of a list without its braces."""
    at = 0
    for part in text.split(","):
        found = _ITEM.search(part)
        if found:
            local = found["local"] or found["imported"]
            start = base + at + found.start()
            yield Name(
                imported=found["imported"],
                local=local,
                start=start,
                end=base + at + found.end(),
                type_only=bool(found["type"]),
            )
        at += len(part) + 1


def _name(imported: str, local: str, start: int, end: int) -> Name:
    return Name(imported=imported, local=local, start=start, end=end)


def _behind(code: str, end: int) -> int:
    """Return the place behind an import's attributes and its semicolon."""
    more = re.compile(r"\s*(?:with|assert)\s*\{[^{}]*\}").match(code, end)
    end = more.end() if more else end
    return end + 1 if code[end : end + 1] == ";" else end
