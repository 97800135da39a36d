"""Where a bracket may be missing, or one too many, near an error: places that the indentation or the statement offers.

Each place is a candidate that the compiler decides on; for braces the indentation says which one was meant, for
parentheses two places that both compile are a choice for a person.
"""

from __future__ import annotations

import itertools
import re

from .lexis import OPENERS, PAIRS, RUST, Token, balance, indent, tokens
from .search import EVIDENT, GUESSED, Candidate, Edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

REACH = 12
"""Lines over which what a parenthesis began may go on."""
_OPENING = frozenset(
    (
        "static", "const", "extern", "inline", "typedef", "struct", "union", "enum", "unsigned", "signed", "volatile", "register",
        "class", "public", "private", "protected", "pub", "fn", "let", "mut", "impl", "trait", "mod", "use", "final", "abstract",
    )
)  # fmt: skip
"""What always has something behind it."""
_HEADER = re.compile(
    r"^\s*(?:\}\s*)?(?:(?:pub|fn|impl|trait|struct|enum|union|mod|if|else|for|while|loop|match|do|switch|try|catch|finally|class"
    r"|interface|namespace|unsafe|async|static|public|private|protected)\b|[A-Za-z_][\w:<>*& ]*\([^;]*\)\s*(?:const)?$|.*=>$)"
)


def candidates(file: str, text: str, language: re.Pattern[str], lines: Sequence[int]) -> Iterator[Candidate]:
    """Yield bracket edits that make a file's brackets even again.

    Args:
        file: the file's path.
        text: its present text.
        language: one of `lexis`.
        lines: where the compiler points, the error's own line first.
    """
    words = tokens(text if language is RUST else without_directives(first_branches(text)), language)
    even = balance(words)
    rows = text.split("\n")
    near = [line for line in lines if 0 < line <= len(rows)] or [len(rows)]
    region = {line + step for line in near for step in (-3, -2, -1, 0, 1)}
    branches = language is not RUST and re.search(r"^[ \t]*#[ \t]*else", text, re.M)
    if even["{"] > 0:
        yield from sorted(_missing_brace(file, rows, words), key=lambda one: _distance(text, one, near[0]))
        yield from _surplus(file, words, "{", region)
    if even["{"] < 0:
        yield from _missing_open_brace(file, rows)
        yield from _surplus(file, words, "}", region)
    if branches:  # what is counted is not what is compiled: only when all else fails, and near the error
        both = [
            *(_missing_brace(file, rows, words) if even["{"] <= 0 else ()),
            *(_missing_open_brace(file, rows) if even["{"] >= 0 else ()),
        ]
        for order, one in enumerate(sorted(both, key=lambda one: _distance(text, one, near[0]))[:24]):
            yield one.replace(rank=(GUESSED, 5, order // 4))
    for opener in "([":
        if even[opener] > 0:
            yield from _missing_close(file, words, opener, near[0])
            yield from _surplus(file, words, opener, region)
        elif even[opener] < 0:
            yield from _surplus(file, words, PAIRS[opener], region)
            yield from _missing_open(file, words, opener, region)
    yield from _swapped(file, words, even, region)


def _distance(text: str, candidate: Candidate, line: int) -> int:
    return abs(text.count("\n", 0, candidate.edits[0].start) + 1 - line)


def _candidate(file: str, start: int, end: int, new: str, line: int, rank: tuple[int, ...], what: str) -> Candidate:
    edit = Edit(file=file, start=start, end=end, text=new)
    return Candidate(edits=[edit], title=f"{what} ({file}:{line})", rank=rank, risk="low")


def _missing_brace(file: str, rows: list[str], words: Sequence[Token]) -> Iterator[Candidate]:
    """Yield a `}` for each block whose lines end, by their indentation, without one."""
    at = _offsets(rows)
    covered = _inside(words)
    below = sum(row.lstrip().startswith("else") for row in rows) > sum("} else" in row for row in rows)
    for word, first in _left_open(words):
        if word.line >= len(rows):
            continue
        depth = indent(rows[first - 1])
        body = word.line
        row = word.line
        labelled = _label(rows[first - 1].rstrip(" {"))
        while row < len(rows) and (
            not rows[row].strip()
            or row in covered
            or indent(rows[row]) > depth
            or (_label(rows[row]) and not (labelled and indent(rows[row]) == depth))
        ):
            if rows[row].strip():
                body = row + 1
            row += 1
        after = rows[row].strip() if row < len(rows) else ""
        if body == word.line and not after.startswith("}"):
            continue
        if after.startswith("}") and indent(rows[row]) == depth:
            continue
        margin = rows[first - 1][: len(rows[first - 1]) - len(rows[first - 1].lstrip())]
        if after.startswith(("else", "catch", "finally", "while (")) and not below:
            start = at[row] + len(rows[row]) - len(rows[row].lstrip())
            yield _candidate(file, start, start, "} ", row + 1, (EVIDENT, 0), "add the missing `}`")
            continue
        place = at[body - 1] + len(rows[body - 1])
        semicolon = (
            ";" if re.match(r"\s*(?:typedef\s+)?(?:struct|union|enum|class)\b[^()]*$", rows[word.line - 1][:-1]) else ""
        )
        yield _candidate(file, place, place, f"\n{margin}}}", body + 1, (EVIDENT, 0), "add the missing `}`")
        if semicolon:
            yield _candidate(file, place, place, f"\n{margin}}};", body + 1, (EVIDENT, 1), "add the missing `};`")
    for word, _ in _left_open(words):
        row_text = rows[word.line - 1]
        if not row_text.rstrip().endswith("{"):
            place = at[word.line - 1] + len(row_text.rstrip())
            yield _candidate(file, place, place, " }", word.line, (EVIDENT, 1), "add the missing `}`")


def _left_open(words: Sequence[Token]) -> list[tuple[Token, int]]:
    """Return the `{` that are not closed on their own line, each with the line where its statement's `(` stands."""
    out: list[tuple[Token, int]] = []
    stack: list[int] = []
    closed = 0
    for number, word in enumerate(words):
        if word.kind == "open":
            if word.text == "(":
                stack.append(word.line)
            elif word.text == "{":
                before = words[number - 1] if number else word
                header = closed if before.text == ")" and before.line == word.line else word.line
                out.append((word, header))
        elif word.text == ")" and stack:
            closed = stack.pop()
        elif word.text == "}" and out and out[-1][0].line == word.line:
            out.pop()
    return out


def _label(row: str) -> bool:
    """Tell whether a line stands further left than its block without ending it: a directive or a label."""
    return (row.startswith("#") and row[1:2] not in ("[", "!")) or bool(
        re.match(r"\s*(?:case\b.*|default|public|private|protected|[A-Za-z_]\w*)\s*:(?!:)", row)
    )


def _inside(words: Sequence[Token]) -> set[int]:
    """Return the rows (from 0) that begin inside a text of several lines."""
    out: set[int] = set()
    for word in words:
        if word.kind == "text" and "\n" in word.text:
            out.update(range(word.line, word.line + word.text.count("\n")))
    return out


def _offsets(rows: Sequence[str]) -> list[int]:
    out, total = [], 0
    for row in rows:
        out.append(total)
        total += len(row) + 1
    return out


def _missing_open_brace(file: str, rows: list[str]) -> Iterator[Candidate]:
    """Yield a `{` behind each line that begins a block, has deeper lines below, and lacks one."""
    at = _offsets(rows)
    for number, row in enumerate(rows[:-1]):
        bare = re.sub(r"\s*//.*$", "", row).rstrip()
        below = next((later for later in rows[number + 1 :] if later.strip()), "")
        if (
            not _HEADER.match(bare)
            or bare.endswith(("{", ";", ",", "}", "("))
            or below.strip().startswith(("{", "where"))
        ):
            continue
        if indent(below) > indent(row) or below.strip().startswith("}"):
            place = at[number] + len(bare)
            # a block ends with a `}` below its header; a single statement does not
            ended = next((later for later in rows[number + 1 :] if later.strip() and indent(later) <= indent(row)), "")
            fits = ended.strip().startswith("}") and indent(ended) == indent(row)
            rank = (EVIDENT, 0) if fits else (GUESSED, 0)
            yield _candidate(file, place, place, " {", number + 1, rank, "add the missing `{`")


def _surplus(file: str, words: Sequence[Token], bracket: str, region: set[int]) -> Iterator[Candidate]:
    for number, word in enumerate(words):
        if word.text == bracket and word.kind in ("open", "close") and word.line in region:
            near = words[max(0, number - 1) : number + 2]
            joins = word.kind == "open" and len(near) == 3 and near[0].end == word.start and near[2].start == word.end
            glued = joins and near[0].kind == "name" and near[2].kind in ("name", "text")
            rank = (GUESSED, 3 if glued else 0)  # a name and what it is called with would become one word
            yield _candidate(file, word.start, word.end, "", word.line, rank, f"remove the surplus `{bracket}`")


def _missing_close(file: str, words: Sequence[Token], opener: str, line: int) -> Iterator[Candidate]:
    """Yield the closer at each place where what an unclosed opener began may end; the opener next to the error first."""
    close = PAIRS[opener]
    unclosed = [number for number in _unclosed(words) if words[number].text == opener]
    for number in sorted(unclosed, key=lambda n: abs(words[n].line - line))[:3]:
        depth = 0
        for before, word in zip(words[number:], words[number + 1 :], strict=False):
            ends = word.kind in ("close", "open", "sign") or word.line > before.line
            if (
                depth == 0
                and ends
                and (before.kind in ("name", "text", "close") or before.text in (opener, "?", ">", ";"))
            ):
                what = f"add the missing `{close}`"
                yield _candidate(file, before.end, before.end, close, before.line, (GUESSED, 0), what)
            depth += (word.kind == "open") - (word.kind == "close")
            if depth < 0 or (word.text == ";" and depth == 0) or word.line > words[number].line + REACH:
                break


def _unclosed(words: Sequence[Token]) -> list[int]:
    """Return the numbers of the parentheses and brackets that something else ends, or nothing."""
    stack: list[int] = []
    out: list[int] = []
    for number, word in enumerate(words):
        if word.kind == "open":
            stack.append(number)
        elif word.kind == "close":
            while stack and words[stack[-1]].text != OPENERS[word.text] and words[stack[-1]].text != "{":
                out.append(stack.pop())
            if stack and words[stack[-1]].text == OPENERS[word.text]:
                stack.pop()
    return out + [number for number in stack if words[number].text != "{"]


def _missing_open(file: str, words: Sequence[Token], opener: str, region: set[int]) -> Iterator[Candidate]:
    for number, (before, word) in enumerate(itertools.pairwise(words)):
        if word.line not in region or (word.kind == "sign" and word.text not in ("&", "*", "!", "-")):
            continue
        after = words[number + 2] if number + 2 < len(words) else word
        if word.kind in ("name", "text") and after.text == PAIRS[opener] and before.kind != "name":
            continue  # it would only wrap one word
        yield _candidate(file, word.start, word.start, opener, word.line, (GUESSED, 1), f"add the missing `{opener}`")


def _swapped(file: str, words: Sequence[Token], even: dict[str, int], region: set[int]) -> Iterator[Candidate]:
    """Yield the right bracket in place of one of another kind, where one kind lacks what another has too much."""
    for lacks in PAIRS:
        for extra in PAIRS:
            if even[lacks] > 0 > even[extra]:
                wrong, right = PAIRS[extra], PAIRS[lacks]
            elif even[lacks] < 0 < even[extra]:
                wrong, right = extra, lacks
            else:
                continue
            for word in words:
                if word.text == wrong and word.kind in ("open", "close") and word.line in region:
                    what = f"write `{right}` for `{wrong}`"
                    yield _candidate(file, word.start, word.end, right, word.line, (EVIDENT, 1), what)


def without_directives(text: str) -> str:
    """Return a C text with its preprocessor lines blanked."""
    return re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", lambda found: re.sub(r"[^\n]", " ", found[0]), text, flags=re.M)


def first_branches(text: str) -> str:
    """Return a C text with what stands between `#else` or `#elif` and `#endif` blanked: only one of them is compiled."""
    out, depth, hidden = [], 0, 0
    for row in text.split("\n"):
        word = re.match(r"[ \t]*#[ \t]*(if|el|endif)", row)
        kind = word[1] if word else ""
        depth += kind == "if"
        if kind == "el" and not hidden:
            hidden = depth
        elif kind == "endif":
            hidden = 0 if hidden == depth else hidden
            depth -= 1
        out.append(" " * len(row) if hidden and not (kind == "el" and hidden == depth) else row)
    return "\n".join(out)


def quotes(file: str, text: str, lines: Sequence[int]) -> Iterator[Candidate]:
    """Yield a missing `"` at each place of a line with an odd number of them."""
    rows = text.split("\n")
    at = _offsets(rows)
    for line in dict.fromkeys(lines):
        if not 0 < line <= len(rows):
            continue
        row = rows[line - 1]
        bare = re.sub(r"\\.|'\"'", "  ", row)
        if bare.count('"') % 2 == 0:
            continue
        opened = bare.rfind('"')
        for found in re.finditer(r"[)\],;}]|$|(?<=\S)\s", row):
            if found.start() > opened:
                place = at[line - 1] + found.start()
                rank = 0 if found[0].strip() or found.start() == len(row) else 1
                yield _candidate(file, place, place, '"', line, (GUESSED, rank), 'add the missing `"`')
        for found in re.finditer(r"(?<=[(,=\[ ])\S", row):
            if found.start() < opened:
                place = at[line - 1] + found.start()
                yield _candidate(file, place, place, '"', line, (GUESSED, 1), 'add the missing `"`')


def separators(
    file: str, text: str, language: re.Pattern[str], line: int, column: int, expected: Sequence[str]
) -> Iterator[Candidate]:
    """Yield an expected sign before the word at an error, in its place, or that word taken away when it is a sign."""
    words = tokens(text, language)
    rows = text.split("\n")
    if not 0 < line <= len(rows):
        return
    place = _offsets(rows)[line - 1] + column - 1
    number = next((n for n, word in enumerate(words) if word.end > place), len(words))
    before = words[number - 1] if number else None
    word = words[number] if number < len(words) else None
    for sign in expected:
        if before is not None and before.text in _OPENING and sign in (";", ",", ")", "]"):
            continue
        if before is not None and not (before.text == sign and sign in ",;"):
            gap = " " if sign in ("=>", "->", "=", "{") and not text[before.end : before.end + 1].isspace() else ""
            new = f" {sign}{gap}" if sign in ("=>", "->", "=", "{", "}") else sign
            yield _candidate(file, before.end, before.end, new, before.line, (GUESSED, 0), f"add the missing `{sign}`")
    if word is not None and word.kind in ("sign", "close", "open"):
        for sign in expected:
            if len(sign) <= 2 and sign != word.text:
                what = f"write `{sign}` for `{word.text}`"
                yield _candidate(file, word.start, word.end, sign, word.line, (GUESSED, 1), what)
        if word.kind == "sign":
            what = f"remove the surplus `{word.text}`"
            yield _candidate(file, word.start, word.end, "", word.line, (GUESSED, 2), what)
    if before is not None and before.text == "," and ";" in expected:
        yield _candidate(file, before.start, before.end, ";", before.line, (GUESSED, 1), "write `;` for `,`")
    if before is not None and before.text in (",", ";"):
        what = f"remove the surplus `{before.text}`"
        yield _candidate(file, before.start, before.end, "", before.line, (GUESSED, 2), what)


def commas(file: str, text: str, language: re.Pattern[str], line: int) -> Iterator[Candidate]:
    """Yield a comma between two words of a line that stand side by side in parentheses."""
    words = [word for word in tokens(text, language) if word.line == line]
    depth = 0
    for before, after in itertools.pairwise(words):
        depth += (before.text == "(") - (before.text == ")")
        side = before.kind in ("name", "text") or before.text in (")", "]")
        if depth > 0 and side and (after.kind in ("name", "text")) and not (before.kind == after.kind == "text"):
            yield _candidate(file, before.end, before.end, ",", line, (GUESSED, 0), "add the missing `,`")


__all__ = ["OPENERS", "candidates", "commas", "quotes", "separators"]
