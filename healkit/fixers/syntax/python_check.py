"""Parse Python text: where it breaks, what it means. Runs inside healkit, and by itself under another interpreter.

As a program it reads a JSON list [text, first, last, [candidate, ...]] and prints [fault or null, [meaning or null, ...]].
"""

import ast
import hashlib
import json
import sys
import warnings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

Fault = tuple[int, int, str, int]


def fault_of(text: str) -> "Fault | None":
    """Return line, column (both from 1), message and last line of a text's syntax error; None when it compiles."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<text>", "exec", dont_inherit=True)
    except SyntaxError as error:
        line = error.lineno or 1
        name = type(error).__name__
        return line, max(error.offset or 1, 1), f"{name}: {error.msg}", getattr(error, "end_lineno", None) or line
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        return 1, 1, f"{type(error).__name__}: {error}", 1
    return None


def meanings(texts: "Sequence[str]", first: int, last: int) -> "list[str | None]":
    """Return for each text a hash of what its statements around some lines mean, None for one that does not compile."""
    return [_meaning(text, first, last) for text in texts]


def _meaning(text: str, first: int, last: int) -> "str | None":
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
            compile(tree, "<text>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return None
    near = [node for node in tree.body if (node.end_lineno or 0) >= first - 2 and node.lineno <= last + 3]
    shape = [type(node).__name__ for node in tree.body]
    said = "\n".join(ast.dump(node) for node in near)
    return hashlib.sha256(f"{shape}\n{said}".encode("utf-8", "surrogatepass")).hexdigest()


def main() -> None:
    """Answer one question on standard input."""
    text, first, last, texts = json.load(sys.stdin)
    json.dump([fault_of(text), meanings(texts, first, last)], sys.stdout)


if __name__ == "__main__":
    main()
