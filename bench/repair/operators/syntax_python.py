"""Slips of the hand in Python that no parser accepts."""

from __future__ import annotations

import ast
import io
import itertools
import random
import re
import tokenize
from collections.abc import Iterator

from .. import checks
from ..fault import Fault, operator
from ..package import Package
from ..places import Lines, line_of, replaced, runs_it

NAME = "syntax_python"
OPENING, CLOSING = "([{", ")]}"


def _parses(text: str) -> bool:
    try:
        compile(text, "x", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _fault(
    package: Package, path: str, text: str, line: int, rng: random.Random, says: str, **more: object
) -> Iterator[Fault]:
    """Yield a fault, if the text is one that Python refuses."""
    if rng.random() < 0.3 or package.text(path).count("\n") < 1500:  # a long file's places are many and slow to compile
        command = rng.choice(
            (runs_it(package, path, line, rng), runs_it(package, path, line, rng), ["python", "-m", "py_compile", path])
        )
        if not _parses(text):
            yield Fault(f"{path}:{line} {says}", command, {path: text}, checks.python(package, [path]), **more)  # type: ignore[arg-type]


def _tokens(package: Package, path: str) -> list[tokenize.TokenInfo]:
    return list(tokenize.generate_tokens(io.StringIO(package.text(path)).readline))


def _drawn(package: Package, rng: random.Random) -> list[str]:
    """Return some of the package's modules: its places are many."""
    modules = [
        path for path in package.modules() if package.text(path).count("\n") > 20 and package.text(path).isascii()
    ]
    return rng.sample(modules, min(3, len(modules)))


def _at(lines: Lines, place: tuple[int, int]) -> int:
    return lines.starts[place[0] - 1] + place[1]


def _each_token(
    package: Package, rng: random.Random, *strings: str
) -> Iterator[tuple[str, Lines, list[tokenize.TokenInfo], int]]:
    """Yield file, its lines, its tokens and the number of a token, for some tokens that are one of the strings."""
    for path in _drawn(package, rng):
        tokens, lines = _tokens(package, path), Lines(package.text(path))
        places = [
            number
            for number, token in enumerate(tokens)
            if token.string in strings and token.type in (tokenize.OP, tokenize.NAME)
        ]
        for number in rng.sample(places, min(12, len(places))):
            yield path, lines, tokens, number


@operator(NAME, "auto", "python")
def colon_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`if x` without its colon."""
    for path, lines, tokens, number in _each_token(package, rng, ":"):
        follows, token = tokens[number + 1], tokens[number]
        if follows.type in (tokenize.NEWLINE, tokenize.COMMENT):
            at = _at(lines, token.start)
            yield from _fault(
                package, path, replaced(lines.text, at, at + 1, ""), token.start[0], rng, token.line.strip()[:50]
            )


@operator(NAME, "auto", "python")
def closing_bracket_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A bracket at the end of a line is not closed."""
    for path, lines, tokens, number in _each_token(package, rng, *CLOSING):
        token = tokens[number]
        if tokens[number + 1].type == tokenize.NEWLINE:
            at = _at(lines, token.start)
            yield from _fault(
                package, path, replaced(lines.text, at, at + 1, ""), token.start[0], rng, token.line.strip()[:50]
            )


@operator(NAME, "auto", "python")
def closing_bracket_before_a_colon_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`def f(a, b:` and `if check(x:`."""
    for path, lines, tokens, number in _each_token(package, rng, ")"):
        token = tokens[number]
        if tokens[number + 1].string == ":" and tokens[number + 2].type == tokenize.NEWLINE:
            at = _at(lines, token.start)
            yield from _fault(
                package, path, replaced(lines.text, at, at + 1, ""), token.start[0], rng, token.line.strip()[:50]
            )


@operator(NAME, "auto", "python")
def bracket_too_many(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`f(x))`: one closing bracket too many at the end of a line."""
    for path, lines, tokens, number in _each_token(package, rng, *CLOSING):
        token = tokens[number]
        if tokens[number + 1].type == tokenize.NEWLINE:
            at = _at(lines, token.end)
            yield from _fault(
                package, path, replaced(lines.text, at, at, token.string), token.start[0], rng, token.line.strip()[:50]
            )


@operator(NAME, "auto", "python")
def wrong_kind_of_bracket(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`f(x]`: closed by a bracket of another kind."""
    for path, lines, tokens, number in _each_token(package, rng, *CLOSING):
        token, at = tokens[number], _at(lines, tokens[number].start)
        other = CLOSING[(CLOSING.index(token.string) + 1) % 3]
        yield from _fault(
            package, path, replaced(lines.text, at, at + 1, other), token.start[0], rng, token.line.strip()[:50]
        )


@operator(NAME, "auto", "python")
def comma_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """Two arguments or elements without the comma between them."""
    for path, lines, tokens, number in _each_token(package, rng, ","):
        before, token, after = tokens[number - 1 : number + 2]
        if after.type in (tokenize.NAME, tokenize.NUMBER, tokenize.NL) and before.type in (
            tokenize.NAME,
            tokenize.NUMBER,
            tokenize.STRING,
        ):
            at = _at(lines, token.start)
            yield from _fault(
                package, path, replaced(lines.text, at, at + 1, ""), token.start[0], rng, token.line.strip()[:50]
            )


@operator(NAME, "auto", "python")
def quote_left_out(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A string that does not end."""
    for path in _drawn(package, rng):
        lines = Lines(package.text(path))
        strings = [
            t
            for t in _tokens(package, path)
            if t.type == tokenize.STRING and t.start[0] == t.end[0] and not t.string.endswith('"""')
        ]
        for token in rng.sample(strings, min(10, len(strings))):
            at = _at(lines, token.end)
            rest = lines.text[at : lines.text.find("\n", at)]
            if re.fullmatch(r"[)\]},:]*", rest) and len(token.string) > 3:
                yield from _fault(
                    package, path, replaced(lines.text, at - 1, at, ""), token.start[0], rng, token.line.strip()[:50]
                )


@operator(NAME, "auto", "python")
def other_quote_at_the_end(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`"text'`: opened with one quote, closed with the other."""
    for path in _drawn(package, rng):
        lines = Lines(package.text(path))
        strings = [
            t
            for t in _tokens(package, path)
            if t.type == tokenize.STRING and t.start[0] == t.end[0] and not t.string.endswith(('"""', "'''"))
        ]
        for token in rng.sample(strings, min(10, len(strings))):
            other = "'" if token.string.endswith('"') else '"'
            if other not in token.line:
                at = _at(lines, token.end)
                yield from _fault(
                    package, path, replaced(lines.text, at - 1, at, other), token.start[0], rng, token.line.strip()[:50]
                )


def _body_lines(package: Package, path: str) -> Iterator[int]:
    """Yield the lines of simple statements that follow another one of the same block."""
    for node in ast.walk(package.parsed(path)):
        for block in (getattr(node, "body", None), getattr(node, "orelse", None)):
            for before, statement in itertools.pairwise(block) if isinstance(block, list) else ():
                simple = (
                    isinstance(statement, (ast.Assign, ast.Expr, ast.Return, ast.AugAssign))
                    and statement.lineno == statement.end_lineno
                )
                if simple and statement.col_offset >= 4 and not hasattr(before, "body"):
                    yield statement.lineno


@operator(NAME, "auto", "python")
def a_line_too_far_in(package: Package, rng: random.Random) -> Iterator[Fault]:
    """IndentationError: one line stands a little too far to the right."""
    for path in _drawn(package, rng):
        lines, found = Lines(package.text(path)), list(_body_lines(package, path))
        for line in rng.sample(found, min(6, len(found))):
            start = lines.starts[line - 1]
            yield from _fault(
                package,
                path,
                replaced(lines.text, start, start, rng.choice(("  ", "    "))),
                line,
                rng,
                lines.lines[line - 1].strip()[:50],
            )


@operator(NAME, "auto", "python")
def a_line_not_far_enough_in(package: Package, rng: random.Random) -> Iterator[Fault]:
    """IndentationError: one line lacks a blank or two of its indentation."""
    for path in _drawn(package, rng):
        lines, found = Lines(package.text(path)), list(_body_lines(package, path))
        for line in rng.sample(found, min(6, len(found))):
            start, less = lines.starts[line - 1], rng.choice((1, 2))
            yield from _fault(
                package,
                path,
                replaced(lines.text, start, start + less, ""),
                line,
                rng,
                lines.lines[line - 1].strip()[:50],
            )


@operator(NAME, "auto", "python")
def a_tab_for_blanks(package: Package, rng: random.Random) -> Iterator[Fault]:
    """TabError: one line is indented with a tab among lines with blanks."""
    for path in _drawn(package, rng):
        lines, found = Lines(package.text(path)), list(_body_lines(package, path))
        for line in rng.sample(found, min(8, len(found))):
            start, text = lines.starts[line - 1], lines.lines[line - 1]
            wide = len(text) - len(text.lstrip(" "))
            if wide == 8:
                yield from _fault(
                    package, path, replaced(lines.text, start, start + wide, "\t"), line, rng, text.strip()[:50]
                )


@operator(NAME, "auto", "python")
def assignment_for_comparison(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`if x = 1:`."""
    for path, lines, tokens, number in _each_token(package, rng, "=="):
        at = _at(lines, tokens[number].start)
        if re.match(r"\s*(?:el)?if |\s*while ", tokens[number].line):
            yield from _fault(
                package,
                path,
                replaced(lines.text, at, at + 2, "="),
                tokens[number].start[0],
                rng,
                tokens[number].line.strip()[:50],
            )


@operator(NAME, "auto", "python")
def else_if(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`else if` for `elif`, as in other languages."""
    for path, lines, tokens, number in _each_token(package, rng, "elif"):
        at = _at(lines, tokens[number].start)
        yield from _fault(
            package,
            path,
            replaced(lines.text, at, at + 4, "else if"),
            tokens[number].start[0],
            rng,
            tokens[number].line.strip()[:50],
        )


@operator(NAME, "auto", "python")
def print_statement(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`print "text"`, as Python 2 had it."""
    for path in _drawn(package, rng):
        lines, found = Lines(package.text(path)), list(_body_lines(package, path))
        for line in rng.sample(found, min(2, len(found))):
            indent = re.match(r"\s*", lines.lines[line - 1])[0]  # type: ignore[index]
            good = replaced(
                lines.text, lines.starts[line - 1], lines.starts[line - 1], f'{indent}print("here", __name__)\n'
            )
            bad = good.replace('print("here", __name__)', 'print "here", __name__')
            for fault in _fault(package, path, bad, line, rng, "print"):
                fault.prepare = lambda tree, path=path, good=good: tree.put(path, good)  # type: ignore[misc]
                fault.check = lambda tree, path=path, good=good: (
                    "" if ast.dump(ast.parse(tree.text(path))) == ast.dump(ast.parse(good)) else "another program"
                )  # type: ignore[misc]
                yield fault


@operator(NAME, "auto", "python")
def misspelt_keyword(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`retrun x`, `dfe f():`, `improt os`, `whiel x:`."""
    slips = {
        "return": "retrun",
        "def": "dfe",
        "import": "improt",
        "while": "whiel",
        "class": "calss",
        "from": "form",
        "raise": "rasie",
        "yield": "yeild",
    }
    for path, lines, tokens, number in _each_token(package, rng, *slips):
        token, at = tokens[number], _at(lines, tokens[number].start)
        if token.line.strip().startswith(token.string):
            yield from _fault(
                package,
                path,
                replaced(lines.text, at, at + len(token.string), slips[token.string]),
                token.start[0],
                rng,
                token.line.strip()[:50],
            )


@operator(NAME, "auto", "python")
def curly_quotes(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A string between the quotes of a word processor, pasted."""
    for path in _drawn(package, rng):
        lines = Lines(package.text(path))
        strings = [
            t
            for t in _tokens(package, path)
            if t.type == tokenize.STRING and re.fullmatch(r"(['\"])[\w ]{2,}\1", t.string)
        ]
        for token in rng.sample(strings, min(4, len(strings))):
            start, end = _at(lines, token.start), _at(lines, token.end)
            new = f"\u201c{token.string[1:-1]}\u201d"
            yield from _fault(
                package, path, replaced(lines.text, start, end, new), token.start[0], rng, token.string[:40]
            )


@operator(NAME, "auto", "python")
def nested_quotes_in_fstring(package: Package, rng: random.Random) -> Iterator[Fault]:
    """`f"{row["name"]}"`, which only newer Pythons read."""
    for path in _drawn(package, rng):
        lines, found = Lines(package.text(path)), list(_body_lines(package, path))
        for line in rng.sample(found, min(2, len(found))):
            indent = re.match(r"\s*", lines.lines[line - 1])[0]  # type: ignore[index]
            added = indent + "_shown = f\"<{dict(name=1)['name']}>\"\n"
            good = replaced(lines.text, lines.starts[line - 1], lines.starts[line - 1], added)
            bad = good.replace("['name']}>\"", '["name"]}>"')
            for fault in _fault(package, path, bad, line, rng, "quotes in an f-string"):
                fault.prepare = lambda tree, path=path, good=good: tree.put(path, good)  # type: ignore[misc]
                fault.check = lambda tree, path=path, good=good: (
                    "" if ast.dump(ast.parse(tree.text(path))) == ast.dump(ast.parse(good)) else "another program"
                )  # type: ignore[misc]
                yield fault


@operator(NAME, "auto", "python")
def syntax_error_in_a_test(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A test file lacks a colon: collection fails."""
    for test in package.tests:
        text = package.text(test)
        for found in rng.sample(
            matches := list(re.finditer(r"(?m)^(?:    )*(?:def|if|for|with|class)\b[^\n]*(:)\n", text)),
            min(2, len(matches)),
        ):
            bad = replaced(text, found.start(1), found.end(1), "")
            if not _parses(bad):
                yield Fault(
                    f"{test}:{line_of(text, found.start())}",
                    ["python", "-m", "pytest", "-q", test],
                    {test: bad},
                    checks.same_python(package, [test]),
                )


@operator(NAME, "must_not", "python")
def conflict_markers(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A merge left its markers: which side is right is not in the file."""
    for path in _drawn(package, rng):
        lines, found = Lines(package.text(path)), list(_body_lines(package, path))
        for line in rng.sample(found, min(3, len(found))):
            own = lines.lines[line - 1]
            block = f"<<<<<<< HEAD\n{own}=======\n{own.rstrip()}  # as it was\n>>>>>>> other\n"
            text = replaced(lines.text, lines.starts[line - 1], lines.starts[line], block)
            yield Fault(f"{path}:{line}", runs_it(package, path, line, rng), {path: text})


@operator(NAME, "must_not", "python")
def half_a_file(package: Package, rng: random.Random) -> Iterator[Fault]:
    """A file ends in the middle of a statement: the user's editor died, and git's version is older than the work."""
    for path in _drawn(package, rng):
        text = package.text(path)
        cut = text.find("(", len(text) // 2)
        if cut > 0 and not _parses(text[: cut + 1]):
            yield Fault(
                f"{path} cut at {line_of(text, cut)}",
                runs_it(package, path, 1, rng),
                {path: f"# my own work, not in git\n{text[: cut + 1]}"},
            )
